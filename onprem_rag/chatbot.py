"""THE QUESTION STORY: FAQ, else search, draft, check, correct, and an answer with citations."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from onprem_rag.config import Config
from onprem_rag.errors import ConfigError, ModelError
from onprem_rag.faq import Faq
from onprem_rag.following import context, in_other_rule, looked_up, with_referred
from onprem_rag.generate import open_generator
from onprem_rag.generate.extract import LOOKED_AT, Extractive
from onprem_rag.generate.interface import REFUSAL, Generator
from onprem_rag.index import generations
from onprem_rag.library.store import Library
from onprem_rag.lookup import DELETED, LookUp
from onprem_rag.records import (
    Answer,
    Citation,
    CrossReference,
    Document,
    FaqEntry,
    Hit,
    Passage,
    Stage,
    Status,
)
from onprem_rag.rerank import Reranker
from onprem_rag.search import Searcher, Sought
from onprem_rag.verify.checker import check
from onprem_rag.verify.correct import correct
from onprem_rag.verify.marks import with_citations, without_marks

LONGEST_QUESTION = 1_000  # characters
MOST_NAMED = 100  # passages that a question may ask for by their places
NO_ANSWER = "모른다. 등록된 규정에서 근거를 찾지 못했습니다."

logger = logging.getLogger(__name__)


class _Clock:
    """Milliseconds a step, in the order of the story."""

    def __init__(self) -> None:
        self._began = self._last = time.perf_counter()
        self._steps: list[tuple[str, float]] = []

    def step(self, name: str) -> None:
        now = time.perf_counter()
        self._steps.append((name, round((now - self._last) * 1000, 2)))
        self._last = now

    def timings(self) -> tuple[tuple[str, float], ...]:
        total = round((time.perf_counter() - self._began) * 1000, 2)
        return (*self._steps, ("total", total))


@dataclass(frozen=True, slots=True)
class _View:
    """What one index generation needs to answer; replaced as a whole when a new one is live."""

    name: str
    generation: generations.Generation
    searcher: Searcher
    reranker: Reranker | None  # stays loaded
    extractive: Extractive
    generator: Generator
    faq: Faq
    entries: tuple[FaqEntry, ...]
    faq_revision: int


class Chatbot:
    """Answers questions over one library. One instance serves all threads."""

    def __init__(
        self, config: Config, library: Library, generator: Generator | None = None
    ) -> None:
        self._config = config
        self._library = library
        self._generator = generator  # instead of the one that the configuration names
        self._lock = threading.Lock()
        self._view = self._open_view(None)

    @classmethod
    def open(cls, config: Config) -> Chatbot:
        """Open library, index and models. Raises an OnpremRagError that names the remedy."""
        return cls(config, Library.open(config.library_url))

    def ask(self, question: str) -> Answer:
        """The checked answer. Raises ConfigError for an empty or overlong question."""
        for item in self.stream(question):
            if isinstance(item, Answer):
                return item
        raise AssertionError("stream ends with an Answer")

    def stream(self, question: str) -> Iterator[str | Answer]:
        """The draft so far, growing, and at last the Answer.

        Drafts are unchecked: only the Answer may be relied on.
        """
        question = _cleaned(question)
        clock = _Clock()
        view = self._live_view()
        approved = self._approved(view, question)
        clock.step("faq")
        if approved:
            yield replace(approved, timings_ms=clock.timings())
            return
        sought = view.searcher.look_up(question)
        hits = self._found(view, sought)
        clock.step("search")
        if text := _not_here(sought.named, hits):
            refused = Answer(question, Status.REFUSED, text, hits=tuple(hits))
            yield replace(refused, timings_ms=clock.timings())
            return
        draft, writer, note = "", view.generator.name, ""
        try:
            for piece in view.generator.stream(question, hits):
                draft += piece
                yield draft
        except ModelError as error:
            logger.warning("언어 모델 대신 규정 원문을 인용합니다: %s", error)
            draft = "".join(view.extractive.stream(question, hits))
            writer, note = view.extractive.name, "언어 모델이 답하지 못해 규정 원문을 인용했습니다."
        clock.step("generate")
        answer = _with_left_out(self._checked(question, draft, hits, writer), sought.named)
        clock.step("verify")
        if note:
            answer = replace(answer, stages=(*answer.stages, Stage("model", False, note)))
        yield replace(answer, timings_ms=clock.timings())

    def search(self, question: str, count: int) -> list[Hit]:
        """The hits alone."""
        return self._live_view().searcher.search(_cleaned(question), count)

    def document(self, document_id: int) -> Document:
        """A document with its text, for showing a citation in its place."""
        return self._library.document(document_id)

    def sources(self, document_ids: Sequence[int]) -> dict[int, str]:
        """The files that documents were read from, by document id."""
        return self._library.sources(document_ids)

    def referred(self, reference: CrossReference) -> str:
        """The text in force of the article that a reference to another rule means, or ""."""
        return "\n".join(passage.text for passage in in_other_rule(reference, self._library))

    def examples(self) -> tuple[str, ...]:
        """A few approved questions, one a topic, to start from."""
        first: dict[str, str] = {}
        for entry in self._live_view().entries:
            first.setdefault(entry.topic, entry.questions[0])
        return tuple(first.values())[:4]

    def summary(self) -> str:
        """What the library holds, in one Korean line."""
        documents, passages = self._library.counts()
        number = self._live_view().generation.manifest.generation
        return f"규정 {documents:,}건 · 조문 {passages:,}개 · 색인 {number}세대"

    def _approved(self, view: _View, question: str) -> Answer | None:
        """The approved answer, if its article is still there to be cited."""
        entry = view.faq.find(question)
        passages = self._library.article(entry.document, entry.article) if entry else []
        if entry is None or len({passage.document_id for passage in passages}) != 1:
            return None  # gone, or two institutions' rules of one title
        hits = tuple(Hit(passage, 1.0, ()) for passage in passages)
        citations = (_whole(passages[0]),)
        return Answer(question, Status.FAQ, entry.answer, citations, hits=hits, generator="faq")

    def _found(self, view: _View, sought: Sought) -> list[Hit]:
        """The hits, with what the first of them refer to where that helps to answer."""
        count, weight = self._config.search.passages, view.searcher.weight
        named = max(len(sought.named.passages), 1) if sought.named.whole else 1
        hits = view.searcher.find(sought, max(count, LOOKED_AT, min(named, MOST_NAMED)))
        if looked_up(hits):  # who asks for an article wants that article
            return hits
        return with_referred(sought.text, hits, count, self._library, weight)

    def _checked(self, question: str, draft: str, hits: Sequence[Hit], writer: str) -> Answer:
        """The draft after checking and correcting: verified, corrected, unverified or refused."""
        refused = Answer(question, Status.REFUSED, NO_ANSWER, hits=tuple(hits), generator=writer)
        passages = [hit.passage for hit in context(hits, self._config.search.passages)]
        text = without_marks(draft)
        if not text or text.startswith(REFUSAL):
            return refused
        report = check(text, passages)
        status = Status.VERIFIED if report.verified else Status.UNVERIFIED
        removed: tuple[str, ...] = ()
        if not report.verified and all(stage.ran for stage in report.stages):
            correction = correct(text, report, passages)
            text, removed = correction.text, correction.removed
            if not text.strip():
                return replace(refused, stages=report.stages, removed=removed)
            report = check(text, passages)
            status = Status.CORRECTED if report.verified else Status.UNVERIFIED
        text, citations, report = with_citations(text, report, passages)
        if not citations:  # never an answer without a citation
            return replace(refused, stages=report.stages, removed=removed or (text,))
        return replace(
            refused,
            status=status,
            text=text,
            citations=citations,
            verdicts=report.verdicts,
            stages=report.stages,
            removed=removed,
        )

    def _live_view(self) -> _View:
        """The live generation and approved answers; reopened when ingest has changed them."""
        view = self._view
        if self._is_live(view):
            return view
        with self._lock:
            view = self._view
            if (generations.current_name(self._config.index_folder) or "") != view.name:
                view = self._open_view(view)
            elif not self._is_live(view):  # else another thread has just done it
                number = self._library.faq_revision()  # before the entries, never newer than they
                entries = tuple(self._library.faq())
                faq = Faq(entries)
                view = replace(view, faq=faq, entries=entries, faq_revision=number)
            self._view = view
        return view

    def _is_live(self, view: _View) -> bool:
        name = generations.current_name(self._config.index_folder) or ""
        return name == view.name and self._library.faq_revision() == view.faq_revision

    def _open_view(self, old: _View | None) -> _View:
        config = self._config
        name = generations.current_name(config.index_folder) or ""
        loaded = old.generation.embedder if old else None
        generation = generations.open_current(
            config.index_folder,
            config.embedder_folder,
            loaded,
            config.search.candidates,
            config.index,
        )
        reranker = old.reranker if old else _reranker(config.reranker_folder)
        searcher = Searcher(self._library, generation, config.search, reranker)
        extractive = Extractive(searcher.weight, config.search.passages, config.answer.length)
        if self._generator:
            generator = self._generator
        elif old and not isinstance(old.generator, Extractive):
            generator = old.generator  # the model stays loaded
        else:
            generator = open_generator(config, extractive)
        number = self._library.faq_revision()
        entries = tuple(self._library.faq())
        faq = Faq(entries)
        return _View(
            name, generation, searcher, reranker, extractive, generator, faq, entries, number
        )


def _reranker(folder: Path | None) -> Reranker | None:
    return Reranker(folder) if folder else None


def _not_here(named: LookUp, hits: Sequence[Hit]) -> str:
    """Why what the question asks for can't be looked up; "" where it can, or asks for more."""
    if named.unknown:
        return f"모른다. 등록된 규정 가운데 ‘{named.unknown}’에 해당하는 규정이 없습니다."
    if named.vague:
        places = ", ".join(named.articles)
        return f"모른다. 어느 규정의 {places}인지 함께 써 주세요."
    if named.whole and named.missing and not hits:
        return f"모른다. {_absent(named.missing)}"
    return ""


def _absent(places: Sequence[str]) -> str:
    """What is said of places that a rule has not got."""
    deleted = [place.removesuffix(DELETED) for place in places if place.endswith(DELETED)]
    never = [place for place in places if not place.endswith(DELETED)]
    said = (
        f"등록된 규정에 {_quoted(never)}에 해당하는 조문이 없습니다." if never else "",
        f"{_quoted(deleted)}에 해당하는 조문은 삭제되었습니다." if deleted else "",
    )
    return " ".join(filter(None, said))


def _quoted(places: Sequence[str]) -> str:
    return ", ".join(f"‘{place}’" for place in dict.fromkeys(places))


def _with_left_out(answer: Answer, named: LookUp) -> Answer:
    """``answer`` with what it asks for besides: places that aren't there, or had no room."""
    if answer.status is Status.REFUSED or not looked_up(answer.hits):
        return answer
    told = {(citation.document, citation.article) for citation in answer.citations}
    held = [(hit.passage.document, hit.passage.article) for hit in answer.hits]
    rest = [f"{title} {article}" for title, article in held if (title, article) not in told]
    notes = (
        _absent(named.missing),
        f"… {_quoted(rest)}에 해당하는 조문도 있습니다. 하나씩 물어보세요." if rest else "",
    )
    return replace(answer, text="\n\n".join(filter(None, (answer.text, *notes))))


def _cleaned(question: str) -> str:
    question = question.replace("\x00", "").encode(errors="ignore").decode()  # halves of characters
    question = " ".join(question.split())
    if not question:
        raise ConfigError("질문이 비어 있습니다. → 질문을 입력하세요.")
    if len(question) > LONGEST_QUESTION:
        raise ConfigError(
            f"질문이 너무 깁니다({len(question):,}자). → {LONGEST_QUESTION:,}자 안으로 줄이세요."
        )
    return question


def _whole(passage: Passage) -> Citation:
    return Citation(
        passage.document,
        passage.article,
        passage.paragraph,
        passage.page,
        passage.start,
        passage.end,
        passage.text,
        passage.document_id,
    )
