"""Approved questions and answers from CSV and XLSX: one file a topic, replaced as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.approved import Topic, files_under, topic_of
from ingest.lock import only_writer
from ingest.readers.rows import FAQ_DAY
from ingest.review import (
    ONE_LEFT,
    SHARED,
    approve,
    bind,
    coming,
    first_days,
    gone_text,
    missing,
    outdated,
    shared_text,
)
from ingest.waiting import Prepared, Waiting, doubt, prepared, waiting
from ingest.worker import Worker
from onprem_rag.config import Config
from onprem_rag.errors import ConfigError
from onprem_rag.grounds import fits, in_turn, newest_days
from onprem_rag.korean.text import letters
from onprem_rag.library import versions
from onprem_rag.library.shelf import Shelf
from onprem_rag.library.store import Library
from onprem_rag.live import live_shelf
from onprem_rag.records import FaqEntry

_NAMED = 3  # questions of what is deleted


@dataclass(frozen=True, slots=True)
class FaqOutcome:
    """What one ``ingest faq`` stored: (topic, entries) a file, and what it says in Korean.

    Notes on what isn't used, went or stays, and a warning of each entry that doesn't answer yet.
    """

    topics: tuple[tuple[str, int], ...]
    notes: tuple[str, ...]
    warnings: tuple[str, ...]


def add_faq(config: Config, paths: Sequence[Path]) -> FaqOutcome:
    """Read every file first, then store them all.

    Raises ConfigError naming file, line and remedy, and LibraryError while another ingest runs;
    then nothing has changed.
    """
    with Worker() as worker:
        topics = [topic_of(worker, path) for path in files_under(paths)]
    with only_writer(config.home, "faq"):
        library = Library.open(config.library_url, create=True)
        before = library.faq()
        try:
            _refuse_two_answers(before, topics)
        except ConfigError:
            library.close()
            raise
        known = {_same(entry): entry for entry in before}
        with library.writing() as writer:
            for topic in topics:
                # The same entry stays what it is; a second one like it is another.
                entries = [known.pop(_same(entry), entry) for entry in topic.entries]
                writer.replace_faq(topic.name, entries)
        shelf = live_shelf(config, library)
        bind(library, shelf)
        days, loaded = coming(shelf), {topic.name for topic in topics}
        entries = library.faq()
        turn = {entry.id for entry in in_turn(entries, shelf.day)}
        warnings = [
            warning
            for entry, first in zip(entries, first_days(entries, shelf), strict=True)
            if entry.topic in loaded and (entry.id in turn or first is not shelf)
            if (warning := _warning(first, days, entry))
        ]
        library.close()
    counts = tuple((topic.name, len(topic.entries)) for topic in topics)
    notes = [note for topic in topics for note in topic.notes]
    notes += [*_dropped(before, topics), *_half_replaced(entries)]
    return FaqOutcome(counts, tuple(notes), tuple(warnings))


def _refuse_two_answers(before: Sequence[FaqEntry], topics: Sequence[Topic]) -> None:
    """Raises ConfigError where one question would have two answers from one day on."""
    loaded = {topic.name for topic in topics}
    first = {
        (letters(question), entry.since): entry
        for entry in before
        if entry.topic not in loaded
        for question in entry.questions
    }
    for entry in (entry for topic in topics for entry in topic.entries):
        for question in entry.questions:
            other = first.setdefault((letters(question), entry.since), entry)
            if other.answer != entry.answer:
                names = ", ".join(dict.fromkeys((other.topic, entry.topic)))
                raise ConfigError(
                    f"'{question}'에 서로 다른 답변이 있습니다. 주제: {names}\n"
                    "→ 틀린 답변을 그 주제의 파일에서 지우고, 고친 파일을 모두 함께 넣으세요. "
                    f"뒷날부터 쓸 답변이면 '{FAQ_DAY}'에 그날을 쓰세요."
                )


def _dropped(before: Sequence[FaqEntry], topics: Sequence[Topic]) -> Iterator[str]:
    """What of the topics nobody answers any more, as its file has it no more."""
    for topic in topics:
        asked = {letters(one) for entry in topic.entries for one in entry.questions}
        old = (entry for entry in before if entry.topic == topic.name)
        gone = [entry for entry in old if asked.isdisjoint(map(letters, entry.questions))]
        if gone:
            names = ", ".join(f"'{entry.questions[0]}'" for entry in gone[:_NAMED])
            more = f" 외 {len(gone) - _NAMED}개" if len(gone) > _NAMED else ""
            yield (
                f"{topic.name}: 이 파일에 없는 답변 {len(gone)}개를 지웠습니다: {names}{more} "
                "→ 이름이 같은 다른 파일의 것이면 파일 이름을 바꾸어 둘 다 넣고, 잘못 지웠으면 그 "
                "줄을 더해 다시 넣으세요."
            )


def _half_replaced(entries: Sequence[FaqEntry]) -> Iterator[str]:
    """Entries of which a later one answers some of the questions anew, and not the others."""
    newest = newest_days(entries)
    for entry in entries:
        days = {one: newest[letters(one)] for one in entry.questions}
        left = [f"'{one}'" for one, day in days.items() if day == entry.since]
        if left and (day := max(days.values())) > entry.since:
            yield (
                f"{entry.topic}: {', '.join(left)}에는 {day}부터도 옛 답변으로 답합니다. "
                "→ 새 답변으로 답해야 하면 새 줄에 이 질문도 쓰세요."
            )


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What was confirmed; Korean lines of what still waits, and of doubts about the confirmed."""

    entries: tuple[FaqEntry, ...]
    left: tuple[str, ...]
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The approved answers that wait, or will on a coming day, and those that are to come."""

    waiting: tuple[Waiting, ...]
    prepared: tuple[Prepared, ...]


def review(config: Config) -> Reviewed:
    """What an admin should know of the approved answers."""
    library = Library.open(config.library_url)
    try:
        shelf = live_shelf(config, library)
        return Reviewed(tuple(waiting(library, shelf)), tuple(prepared(library, shelf)))
    finally:
        library.close()


def confirm(config: Config, numbers: Sequence[int]) -> Confirmed:
    """Let the approved answers of these ids fire again, on their articles as they read now.

    Those that are to come: as they will read on their days.

    All that wait and can, where there are no ``numbers``, but for those that name quantities which
    their articles don't. Raises ConfigError for one that does not wait, or whose article is gone or
    that of more than one rule; then nothing has changed.
    """
    with only_writer(config.home, "faq"):
        library = Library.open(config.library_url, create=True)
        try:
            shelf = live_shelf(config, library)
            stopped = {entry.id: entry for entry in outdated(library, shelf)}
            chosen = [stopped[n] for n in numbers or stopped if n in stopped]
            days = zip(chosen, first_days(chosen, shelf), strict=True)
            firsts = {entry.id: day for entry, day in days}
            left = {entry.id: why for entry in chosen if (why := missing(firsts[entry.id], entry))}
            if unknown := [n for n in numbers if n not in stopped]:
                raise ConfigError(
                    f"확인을 기다리는 답변이 아닙니다: {', '.join(map(str, unknown))}\n"
                    "→ 'ingest faq --review'로 번호를 확인하세요."
                )
            if left and numbers:
                entry = next(entry for entry in chosen if entry.id in left)
                raise ConfigError(_unconfirmable(entry, left[entry.id]))
            doubts = {
                entry.id: f"{entry.id}번: {why}"
                for entry in chosen
                if entry.id not in left and (why := doubt(entry, firsts[entry.id]))
            }
            waits = {*left, *(() if numbers else doubts)}
            confirmed = tuple(entry for entry in chosen if entry.id not in waits)
            approve(library, shelf, confirmed)
            others = [_unconfirmable(entry, left[entry.id]) for entry in chosen if entry.id in left]
            if numbers:
                return Confirmed(confirmed, tuple(others), tuple(doubts.values()))
            named = [f"{why} → 그래도 맞으면 번호를 써서 확인하세요." for why in doubts.values()]
            return Confirmed(confirmed, (*others, *named))
        finally:
            library.close()


def _unconfirmable(entry: FaqEntry, why: str) -> str:
    if why == SHARED:
        return f"{entry.id}번을 확인할 수 없습니다. {shared_text(entry)}"
    return f"{entry.id}번을 확인할 수 없습니다. {gone_text(entry)}"


def _same(entry: FaqEntry) -> tuple[object, ...]:
    """What makes an entry the one that was approved before."""
    return entry.topic, entry.questions, entry.answer, entry.document, entry.article, entry.since


def _warning(shelf: Shelf, days: Sequence[Shelf], entry: FaqEntry) -> str:
    """Why the entry can't be answered with on its first day, which ``shelf`` is of.

    Or that this is still to come; empty for neither. ``days`` are those on which rules change.
    """
    at = f"{entry.topic}: '{entry.questions[0]}'의 「{entry.document}」 {entry.article}"
    if entry.approved and fits(entry, shelf):  # so its article is there too
        if shelf.day <= versions.today():
            return ""
        told = f"{at}: 시행일인 {shelf.day}부터 답합니다."
        if not fits(entry, shelf.on(versions.today())):
            return told
        return (
            f"{told} 그런데 그날의 글도 오늘과 같습니다. → 그날 개정되는 규정이면 그 판을 넣은 뒤 "
            "'ingest faq --review'로 다시 확인하세요."
        )
    why = missing(shelf, entry)
    if not why:
        return (
            f"{at}: 승인한 뒤 글이 바뀌어 아직 답하지 않습니다. "
            "→ 'ingest faq --review'로 보고, 맞으면 'ingest faq --confirm'으로 확인하세요."
        )
    later = (one.day for one in days if one.day > shelf.day and not missing(one, entry))
    if first := next(later, ""):
        return f"{at}: 시행되는 {first}부터 답합니다."
    remedy = ONE_LEFT if why == SHARED else "→ 문서와 조문을 확인하거나 그 규정을 넣으세요."
    return f"{at}: {why} 아직 답하지 않습니다. {remedy}"
