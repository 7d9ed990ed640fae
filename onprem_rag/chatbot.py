"""THE QUESTION STORY: FAQ, else search, draft, check, correct, and an answer with citations."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace

from onprem_rag.absence import (
    not_here,
    not_in_force,
    with_beginning,
    with_left_out,
    with_waiting,
)
from onprem_rag.asked import cleaned, note_of_today, of_day
from onprem_rag.citing import dated, dated_hits, whole
from onprem_rag.clock import Clock
from onprem_rag.config import Config
from onprem_rag.deferred import with_deferred
from onprem_rag.drafts import checked, is_held, quoted, shown
from onprem_rag.errors import ConfigError, ModelError
from onprem_rag.following import in_other_rule, looked_up, with_referred
from onprem_rag.followup import followed
from onprem_rag.generate.extract import LOOKED_AT
from onprem_rag.generate.interface import Generator
from onprem_rag.generate.preview import Preview, preview
from onprem_rag.grounds import cited, fits, in_turn
from onprem_rag.korean.instructions import asked
from onprem_rag.library.store import Library
from onprem_rag.records import (
    Answer,
    CrossReference,
    Document,
    Exchange,
    FaqEntry,
    Hit,
    Passage,
    Showing,
    Status,
    Vote,
    Waiting,
)
from onprem_rag.search import Sought
from onprem_rag.view import LiveView, View

MOST_NAMED = 100  # passages that a question may ask for by their places
VOTE_MS = 1_000  # that a reader waits for his thumb to be kept
MODEL_FAILED = "언어 모델이 답하지 못했습니다."
MODEL_UNSUPPORTED = "언어 모델의 초안을 규정에서 확인하지 못했습니다."
NOTHING_THEN = "모른다. 그날 시행 중이던 규정이 등록되어 있지 않습니다."

logger = logging.getLogger(__name__)


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
        clock = Clock()
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
            item = replace(item, question=question, understood=meant, as_of=day)
            item = shown(item, self._config)
            if day:
                item = with_beginning(item, full, today.searcher, today.shelf, view.shelf)
            else:
                item = with_waiting(item, full, view.shelf)
                notes = item.note, note_of_today(question, view.shelf.day)
                item = replace(item, note=" ".join(filter(None, notes)))
            item = dated(with_deferred(item, view.shelf), view.shelf)
            yield replace(item, timings_ms=clock.timings())

    def _answered(
        self, view: View, question: str, clock: Clock, day: str
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
        for item in self._written(view, question, hits, clock):
            if isinstance(item, Answer):
                item = replace(item, note=not_in_force(sought.named, view.shelf))
                item = with_left_out(item, sought.named)
            yield item

    def _written(
        self, view: View, question: str, hits: Sequence[Hit], clock: Clock
    ) -> Iterator[str | Waiting | Answer]:
        """The drafts from ``hits``, and the answer: what has stood the check, or quotations."""
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
            count = self._config.search.passages
            answer = checked(view, question, draft, hits, writer, count)
            lost = answer.removed and answer.status is Status.REFUSED
            if (lost or is_held(answer, self._config)) and writer is not view.extractive:
                failed = MODEL_UNSUPPORTED
        if failed:
            answer = quoted(view, question, hits, failed, answer, self._config)
        clock.step("verify")
        yield answer

    def search(self, question: str, count: int, day: str = "") -> list[Hit]:
        """The hits alone; see ``ask``."""
        view, question, day = self._of_day(question, day)
        return dated_hits(view.searcher.search(question, count), view.shelf, day)

    def preview(self, question: str) -> Preview:
        """The messages that ``question`` would send to the language model."""
        view, question, _ = self._of_day(question)
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

    def _of_day(self, question: str, day: str = "") -> tuple[View, str, str]:
        """The view of ``day``, of the one that the question names, or of today; the question.

        Without the day that it names; and that day, "" for today.
        """
        question = cleaned(question)
        view = self._live.get()
        bare, day = of_day(question, day, view.shelf.day)
        return (self._live.at(day), bare, day) if day and bare else (view, question, "")

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
