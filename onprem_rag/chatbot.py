"""THE QUESTION STORY: FAQ, else search, draft, check, correct, and an answer with citations."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from onprem_rag.absence import (
    NO_ANSWER,
    not_here,
    not_in_force,
    with_beginning,
    with_left_out,
    with_waiting,
)
from onprem_rag.asked import cleaned, note_of_today, of_day
from onprem_rag.citing import dated, whole
from onprem_rag.config import Config
from onprem_rag.errors import ConfigError, ModelError
from onprem_rag.following import context, in_other_rule, looked_up, with_referred
from onprem_rag.followup import followed
from onprem_rag.generate.extract import LOOKED_AT
from onprem_rag.generate.interface import REFUSAL, Generator
from onprem_rag.generate.preview import Preview, preview
from onprem_rag.grounds import cited, fits, in_turn
from onprem_rag.korean.instructions import asked
from onprem_rag.library.store import Library
from onprem_rag.records import (
    MODEL,
    Answer,
    CrossReference,
    Document,
    Exchange,
    FaqEntry,
    Hit,
    Passage,
    Showing,
    Stage,
    Status,
    Vote,
    Waiting,
)
from onprem_rag.search import Sought
from onprem_rag.verify.marks import with_citations, without_marks
from onprem_rag.verify.standalone import examine
from onprem_rag.view import LiveView, View

MOST_NAMED = 100  # passages that a question may ask for by their places
VOTE_MS = 1_000  # that a reader waits for his thumb to be kept
MODEL_FAILED = "언어 모델이 답하지 못했습니다."
MODEL_UNSUPPORTED = "언어 모델의 초안을 규정에서 확인하지 못했습니다."
QUOTED_INSTEAD = "그래서 규정 원문을 인용했습니다."
HELD = "답변을 확인하지 못해 보여 드리지 않습니다. 아래 조문을 직접 읽어 보십시오."
NOTHING_THEN = "모른다. 그날 시행 중이던 규정이 등록되어 있지 않습니다."
NOT_DONE = "확인을 마치지 못했습니다."

# A model may emphasise or quote it; 모른다고 말한 … is no refusal.
_REFUSED = re.compile(rf"[\W_]*{REFUSAL}(?![가-힣])")

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


class Chatbot:
    """Answers questions over one library. One instance serves all threads."""

    def __init__(
        self, config: Config, library: Library, generator: Generator | None = None
    ) -> None:
        self._config = config
        self._library = library
        self._live = LiveView(config, library, generator)

    @classmethod
    def open(cls, config: Config) -> Chatbot:
        """Open library, index and models. Raises an OnpremRagError that names the remedy."""
        return cls(config, Library.open(config.library_url))

    def ask(self, question: str, earlier: Sequence[Exchange] = (), day: str = "") -> Answer:
        """The checked answer. Raises ConfigError for an empty or overlong question.

        So for one that asks of two days. ``earlier`` is the conversation so far, oldest first: a
        follow-up is completed with it. ``day`` (2023-05-01): answer from what was in force then,
        as a question may ask itself (2023년 5월 당시); "" for today.
        """
        for item in self.stream(question, earlier, day):
            if isinstance(item, Answer):
                return item
        raise AssertionError("stream ends with an Answer")

    def stream(
        self, question: str, earlier: Sequence[Exchange] = (), day: str = ""
    ) -> Iterator[str | Waiting | Answer]:
        """The draft so far, growing, and at last the Answer; Waiting while others come first.

        Drafts are unchecked: only the Answer may be relied on. They are empty where unverified
        text is held back. Closing the iterator stops the language model.
        """
        question = cleaned(question)
        clock = _Clock()
        view = self._live.get()
        bare, day = of_day(question, day, view.shelf.day)
        full, day = followed(bare, day, earlier, view.generator.complete)
        if earlier:
            clock.step("understand")
        if not full:  # it names a day, and asks nothing
            full, day = question, ""
        meant = full if full != question else ""
        today, view = view, self._live.at(day) if day else view
        for item in self._answered(view, full, clock, day):
            if not isinstance(item, Answer):
                yield item
                continue
            item = self._shown(replace(item, question=question, understood=meant, as_of=day))
            if day:
                item = with_beginning(item, full, today.searcher, today.shelf, view.shelf)
            else:
                item = with_waiting(item, full, view.shelf)
                notes = item.note, note_of_today(question, view.shelf.day)
                item = replace(item, note=" ".join(filter(None, notes)))
            yield replace(dated(item, view.shelf), timings_ms=clock.timings())

    def _answered(
        self, view: View, question: str, clock: _Clock, day: str
    ) -> Iterator[str | Waiting | Answer]:
        """The drafts and the answer to a full question."""
        question = asked(question)
        approved = self._approved(view, question)
        clock.step("faq")
        if approved:
            yield approved
            return
        if day and not view.shelf.ids:
            yield Answer(question, Status.REFUSED, NOTHING_THEN)
            return
        sought = view.searcher.look_up(question)
        hits = self._found(view, sought)
        clock.step("search")
        if text := not_here(sought.named, hits, view.shelf):
            yield Answer(question, Status.REFUSED, text, hits=tuple(hits))
            return
        draft, failed = "", ""
        holding = self._config.verify.unverified is Showing.HOLD
        # Where nothing was found a model could only invent.
        writer = view.generator if hits else view.extractive
        try:
            for piece in writer.stream(question, hits):
                if isinstance(piece, Waiting):
                    yield piece
                    continue
                draft += piece
                yield "" if holding else draft
        except (ModelError, ConfigError) as error:  # ConfigError: a faulty template
            logger.warning("언어 모델 대신 규정 원문을 인용합니다: %s", error)
            failed = MODEL_FAILED
        clock.step("generate")
        answer = Answer(question, Status.REFUSED, "")
        if not failed:
            answer = self._checked(view, question, draft, hits, writer)
            lost = answer.removed and answer.status is Status.REFUSED
            if (lost or self._is_held(answer)) and writer is not view.extractive:
                failed = MODEL_UNSUPPORTED
        if failed:
            answer = self._quoted(view, question, hits, failed, answer.removed)
        clock.step("verify")
        answer = replace(answer, note=not_in_force(sought.named, view.shelf))
        yield with_left_out(answer, sought.named)

    def search(self, question: str, count: int, day: str = "") -> list[Hit]:
        """The hits alone; see ``ask``."""
        view, question = self._of_day(question, day)
        return view.searcher.search(question, count)

    def preview(self, question: str) -> Preview:
        """The messages that ``question`` would send to the language model."""
        view, question = self._of_day(question)
        hits = self._found(view, view.searcher.look_up(question))
        return preview(view.generator, question, hits, self._config, view.searcher.weight)

    def document(self, document_id: int) -> Document:
        """A document with its text, for showing a citation in its place."""
        return self._library.document(document_id)

    def sources(self, document_ids: Sequence[int]) -> dict[int, str]:
        """The files that documents were read from, by document id."""
        return self._library.sources(document_ids)

    def referred(self, reference: CrossReference, day: str = "") -> str:
        """The text of the article that a reference to another rule means, or "".

        As in force on ``day``, or today: the ``Answer.as_of`` of the answer that it is shown with.
        """
        view = self._live.at(day) if day else self._live.get()
        found = in_other_rule(reference, view.shelf)
        return "\n".join(passage.text for passage in found)

    def rate(self, shown: str, answer: Answer, thumb: int) -> None:
        """Keep what a reader thinks of an answer: 1, -1, or 0 where he takes it back.

        ``shown`` names this showing of the answer: what was thought of it before is replaced.
        Raises LibraryError where it can't be kept; an ingest that writes is waited for a moment.
        """
        question = answer.understood or answer.question
        vote = Vote(shown, question, answer.text, thumb, cited(answer, self._library))
        with self._library.writing(VOTE_MS) as writer:
            writer.vote(vote)

    def examples(self) -> tuple[str, ...]:
        """A few approved questions, one a topic, to start from."""
        first: dict[str, str] = {}
        view = self._live.get()
        for entry in in_turn(view.entries, view.shelf.day):
            if entry.topic not in first and self._cited(view, entry):
                first[entry.topic] = entry.questions[0]
        return tuple(first.values())[:4]

    def summary(self) -> str:
        """What the library holds, in one Korean line."""
        view = self._live.get()
        documents, passages = view.shelf.counts
        number = view.generation.manifest.generation
        return f"규정 {documents:,}건 · 조문 {passages:,}개 · 색인 {number}세대"

    def _of_day(self, question: str, day: str = "") -> tuple[View, str]:
        """The view of ``day``, of the one that the question names, or of today; and the question.

        Without the day that it names.
        """
        question = cleaned(question)
        view = self._live.get()
        bare, day = of_day(question, day, view.shelf.day)
        return (self._live.at(day), bare) if day and bare else (view, question)

    def _approved(self, view: View, question: str) -> Answer | None:
        """The approved answer, if its article is still there to be cited."""
        entry = view.faq.find(question, view.shelf.day)
        passages = self._cited(view, entry) if entry else []
        if entry is None or not passages:
            return None
        hits = tuple(Hit(passage, 1.0, ()) for passage in passages)
        citations = (whole(passages[0]),)
        return Answer(question, Status.FAQ, entry.answer, citations, hits=hits, generator="faq")

    def _cited(self, view: View, entry: FaqEntry) -> list[Passage]:
        """The article of an approved answer.

        [] where it is gone, two rules have the title, or what the answer stands on reads otherwise
        than when it was approved: then an admin has to confirm the answer.
        """
        passages = view.shelf.article(entry.document, entry.article)
        if len({passage.document_id for passage in passages}) != 1:
            return []
        return passages if fits(entry, view.shelf) else []

    def _found(self, view: View, sought: Sought) -> list[Hit]:
        """The hits, with what the first of them refer to where that helps to answer."""
        count, weight = self._config.search.passages, view.searcher.weight
        named = max(len(sought.named.passages), 1) if sought.named.whole else 1
        hits = view.searcher.find(sought, max(count, LOOKED_AT, min(named, MOST_NAMED)))
        if looked_up(hits):  # who asks for an article wants that article
            return hits
        return with_referred(sought.text, hits, count, view.shelf, weight)

    def _is_held(self, answer: Answer) -> bool:
        """Whether nothing of it is let out: as configured, or because it can cite nothing."""
        if answer.status is not Status.UNVERIFIED:
            return False
        return self._config.verify.unverified is Showing.HOLD or not answer.citations

    def _shown(self, answer: Answer) -> Answer:
        """``answer`` as the configuration lets it out: nothing of what is held back."""
        held = self._is_held(answer)
        showing = Showing.HOLD if held else self._config.verify.unverified
        answer = replace(answer, showing=showing)
        if showing is Showing.HOLD:
            stages = tuple(map(_without_draft, answer.stages))
            answer = replace(answer, removed=(), stages=stages)
        if not held:
            return answer
        return replace(answer, text=HELD, citations=(), verdicts=(), changes=())

    def _checked(
        self, view: View, question: str, draft: str, hits: Sequence[Hit], writer: Generator
    ) -> Answer:
        """The draft after checking and correcting: verified, corrected, unverified or refused."""
        refused = Answer(
            question,
            Status.REFUSED,
            NO_ANSWER,
            hits=tuple(hits),
            generator=writer.name,
            guard=writer.guard,
        )
        passages = [hit.passage for hit in context(hits, self._config.search.passages)]
        text = without_marks(draft)
        if not text or _REFUSED.match(text):
            return refused
        checked = examine(text, passages, view.checker)
        removed = checked.correction.removed
        if not checked.correction.text.strip():
            return replace(refused, stages=checked.report.stages, removed=removed)
        text, citations, report, changes = with_citations(
            checked.correction.text, checked.corrected, passages, checked.correction.changes
        )
        status = Status.CORRECTED if report.verified else Status.UNVERIFIED
        if checked.report.verified:
            status = Status.VERIFIED
        if not citations and report.compared:  # never an answer without a citation
            return replace(refused, stages=report.stages, removed=removed or (text,))
        return replace(
            refused,
            status=status,
            text=text,
            citations=citations,
            verdicts=report.verdicts,
            stages=report.stages,
            removed=removed,
            changes=changes,
        )

    def _quoted(
        self, view: View, question: str, hits: Sequence[Hit], why: str, removed: tuple[str, ...]
    ) -> Answer:
        """The rules' own words in the place of a model's draft, and ``why``."""
        draft = "".join(view.extractive.stream(question, hits))
        answer = self._checked(view, question, draft, hits, view.extractive)
        unseen = answer.status is Status.REFUSED or self._is_held(answer)
        note = why if unseen else f"{why} {QUOTED_INSTEAD}"
        stages = (*answer.stages, Stage(MODEL, False, note))
        return replace(answer, stages=stages, removed=(*removed, *answer.removed))


def _without_draft(stage: Stage) -> Stage:
    """``stage`` without its reason, which may quote the draft."""
    return stage if stage.ran or stage.name == MODEL else replace(stage, note=NOT_DONE)
