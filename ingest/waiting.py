"""Approved answers that wait for an admin, or will on a day to come, and what has changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.review import SHARED, coming, first_days, gone_text, missing, outdated, shared_text
from onprem_rag.grounds import changed, fits, in_turn
from onprem_rag.korean.quantities import find_quantities
from onprem_rag.korean.text import sentences
from onprem_rag.library import versions
from onprem_rag.library.shelf import Shelf, digest
from onprem_rag.library.store import Library
from onprem_rag.library.versions import title_key
from onprem_rag.records import FaqEntry, Passage, Wording

_BEFORE = 30  # characters that are shown before a change, and of all
_LONGEST = 140


@dataclass(frozen=True, slots=True)
class Reworded:
    """One place that an approved answer stands on: its first sentence that has changed.

    ``before`` as it was approved: "" where a sentence was added, None where no version holds that
    text any more. ``after`` as it reads then: "" where one was taken out, None where all is gone.
    """

    document: str
    article: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """An approved answer that waits to be confirmed: since the day ``since``, or "" for now.

    Now also one that is to come, where its article will read otherwise than was approved.
    ``shared``: several rules of one title have its article, and one has to go first; ``gone``:
    none has it. Neither can be confirmed.
    """

    entry: FaqEntry
    since: str
    changes: tuple[Reworded, ...]
    shared: bool
    gone: bool


@dataclass(frozen=True, slots=True)
class Prepared:
    """An approved answer that is to come, and the ids of those whose place it takes on its day."""

    entry: FaqEntry
    replaces: tuple[int, ...]


def waiting(library: Library, shelf: Shelf) -> list[Waiting]:
    """The approved answers that don't fire, and then those that won't on a coming day."""
    entries, stopped = library.faq(), outdated(library, shelf)
    days = first_days(stopped, shelf)
    found = [_waiting(library, *one) for one in zip(days, stopped, strict=True)]
    told = {entry.id for entry in stopped}
    days = [*coming(shelf), *(day for day in first_days(entries, shelf) if day is not shelf)]
    firing = {entry.id for entry in in_turn(entries, shelf.day) if fits(entry, shelf)}
    for day in sorted({day.day: day for day in days}.values(), key=lambda day: day.day):
        turn = in_turn(entries, day.day)
        began = {entry.id for entry in turn if entry.since > shelf.day}
        fitting = {entry.id for entry in turn if fits(entry, day)}
        for entry in turn:
            if entry.id in firing - fitting - told:
                found.append(_waiting(library, day, entry, day.day))
                told.add(entry.id)
        firing = fitting & (firing | began)
    return found


def prepared(library: Library, shelf: Shelf) -> list[Prepared]:
    """The approved answers that are to come, by their days, but for those that wait."""
    entries, stopped = library.faq(), {entry.id for entry in outdated(library, shelf)}
    found = []
    for one in sorted(entries, key=lambda entry: entry.since):
        if one.since > shelf.day and one.id not in stopped:
            before = [entry for entry in entries if entry.since < one.since]
            left = {entry.id for entry in in_turn([*before, one], one.since)}
            turn = in_turn(before, one.since)
            found.append(Prepared(one, tuple(e.id for e in turn if e.id not in left)))
    return found


def doubt(entry: FaqEntry, shelf: Shelf) -> str:
    """What quantities of an approved answer its articles don't state, in Korean; "" for none."""
    places = entry.approved or (Wording(entry.document, entry.article, ""),)
    texts = [p.text for one in places for p in shelf.article(one.document, one.article)]
    stated = {fact.value for text in texts for fact in find_quantities(text, every=True)}
    other = [fact.text for fact in find_quantities(entry.answer) if fact.value not in stated]
    if not other:
        return ""
    quoted = ", ".join(f"‘{text}’" for text in dict.fromkeys(other))
    return f"답변의 {quoted} — 「{entry.document}」 {entry.article}의 글에 없습니다."


def told_of_prepared(one: Prepared) -> Iterator[str]:
    """What an admin reads of it, in Korean lines."""
    before = f" (그 전까지는 {', '.join(map(str, one.replaces))}번)" if one.replaces else ""
    yield f"{_named(one.entry)} — {one.entry.since}부터 답합니다{before}"
    yield f"    답변: {one.entry.answer}"


def told(one: Waiting) -> Iterator[str]:
    """What an admin reads of it, in Korean lines."""
    entry = one.entry
    to_come = entry.since > versions.today() and not one.since
    when = f" — {one.since}부터 바뀝니다" if one.since else ""
    when = f" — {entry.since}부터 쓸 답변" if to_come else when
    yield f"{_named(entry)}{when}"
    yield f"    답변: {entry.answer}"
    if one.shared:
        yield f"    {shared_text(entry)}"
    if one.gone and not one.since:
        yield f"    {gone_text(entry)}"
    for change in one.changes:
        now = "그날부터" if one.since or to_come else "지금"
        yield f"    「{change.document}」 {change.article}"
        yield f"      승인할 때: {_quoted(change.before, '그 글이 남아 있지 않습니다')}"
        yield f"      {now}: {_quoted(change.after, '없습니다')}"


def _named(entry: FaqEntry) -> str:
    return f"{entry.id}번 '{entry.questions[0]}' 「{entry.document}」 {entry.article}"


def _waiting(library: Library, shelf: Shelf, entry: FaqEntry, since: str = "") -> Waiting:
    why = missing(shelf, entry)
    shared = why == SHARED
    places = [one for one in changed(entry, shelf) if not (shared and one == entry.approved[0])]
    return Waiting(entry, since, _changes(library, shelf, places), shared, bool(why) and not shared)


def _quoted(text: str | None, gone: str) -> str:
    if text is None:
        return f"({gone})"
    return f'"{text}"' if text else "(이 문장이 없음)"


def _changes(library: Library, shelf: Shelf, places: Sequence[Wording]) -> tuple[Reworded, ...]:
    found = []
    for one in places:
        after = _joined(shelf.article(one.document, one.article))
        shown = _first_change(_approved(library, shelf, one), after)
        found.append(Reworded(one.document, one.article, *shown))
    return tuple(found)


def _approved(library: Library, shelf: Shelf, one: Wording) -> str | None:
    """The text that was approved, in whichever version of the rule has it."""
    key = title_key(one.document)
    for version in reversed(shelf.held):
        if title_key(version.title) == key:
            passages = library.article([version.document_id], one.article)
            if digest(passages) == one.digest:
                return _joined(passages)
    return None


def _joined(passages: Sequence[Passage]) -> str | None:
    return "\n".join(passage.text for passage in passages) or None


def _first_change(before: str | None, after: str | None) -> tuple[str | None, str | None]:
    """The first sentence of each that the other has not got, cut around where they differ."""
    if before is None or after is None:
        old, new = (text and _cut(_sentences(text)[0], 0) for text in (before, after))
        return old, new
    olds, news = _sentences(before), _sentences(after)
    old, new = _first_other(olds, news), _first_other(news, olds)
    pairs = enumerate(zip(old, new, strict=False))
    same = next((at for at, (one, other) in pairs if one != other), 0)
    return _cut(old, same), _cut(new, same)


def _sentences(text: str) -> list[str]:
    return [" ".join(text[start:end].split()) for start, end in sentences(text)] or [""]


def _first_other(own: Sequence[str], others: Sequence[str]) -> str:
    known = {one.replace(" ", "") for one in others}
    return next((one for one in own if one.replace(" ", "") not in known), "")


def _cut(text: str, at: int) -> str:
    start = max(0, at - _BEFORE)
    start = text.rfind(" ", 0, start + 1) + 1 if start else 0
    end = start + _LONGEST
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"
