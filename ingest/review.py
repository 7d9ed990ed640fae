"""Approved answers and gold questions whose articles have changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from onprem_rag.citing import digest
from onprem_rag.evaluate.retrieval import GoldQuestion, Key, key_of
from onprem_rag.library.shelf import Shelf
from onprem_rag.library.store import Library
from onprem_rag.records import FaqEntry, Passage


def approvals(library: Library, shelf: Shelf) -> dict[int, str]:
    """Digests, by id, for the approved answers that were waiting for their article to come.

    Each is bound to the first version that has it: that of today, or else the next to take over.
    """
    days = [shelf, *_coming(shelf)]
    waiting = [entry for entry in library.faq() if not entry.approved]
    found = {entry.id: next(filter(None, _texts(days, entry)), "") for entry in waiting}
    return {number: text for number, text in found.items() if text}


def bind(library: Library, shelf: Shelf) -> None:
    """Write down ``approvals``."""
    if found := approvals(library, shelf):
        with library.writing() as writer:
            writer.approve(found)


def outdated(library: Library, shelf: Shelf) -> list[FaqEntry]:
    """The approved answers that don't fire, because their article has another text now.

    One whose article is still to take effect, with the text that was approved, only waits.
    """
    coming = _coming(shelf)
    found = []
    for entry in library.faq():
        (now,) = _texts([shelf], entry)
        waits = not now and entry.approved in _texts(coming, entry)
        if entry.approved and entry.approved != now and not waits:
            found.append(entry)
    return found


def approve(library: Library, shelf: Shelf, entries: Sequence[FaqEntry]) -> None:
    """Bind ``entries`` to their articles as they read now."""
    with library.writing() as writer:
        writer.approve({e.id: digest(shelf.article(e.document, e.article)) for e in entries})


def cited_changes(
    library: Library, old: Shelf, new: Shelf, questions: Sequence[GoldQuestion]
) -> Iterator[str]:
    """Korean lines: what cites an article that reads otherwise in ``new`` than in ``old``.

    Also of the days to come on which a version takes over.
    """
    before = old
    for after in (new, *_coming(new)):
        day = after.day
        changed = _changed(library, before.ids - after.ids, after.ids - before.ids)
        when = "" if day == new.day else f"{day}부터 "
        for entry in library.faq():
            if key_of(entry.document, entry.article) in changed:
                yield (
                    f"{when}승인된 답변 {entry.id}번 '{entry.questions[0]}': 「{entry.document}」 "
                    f"{entry.article}가 바뀝니다. 확인할 때까지 답하지 않습니다."
                )
        for question in questions:
            for document, article in sorted(question.gold & changed):
                yield (
                    f"{when}질문 모음의 '{question.text}': 「{document}」 {article}가 바뀝니다. "
                    "→ 정답이 그대로인지 확인하세요."
                )
        before = after


def _coming(shelf: Shelf) -> list[Shelf]:
    """The days to come on which a version takes over, in order."""
    days = sorted({one.since for one in shelf.held if one.since > shelf.day})
    return [shelf.on(day) for day in days]


def _texts(days: Iterable[Shelf], entry: FaqEntry) -> list[str]:
    """The digest of an entry's article on each of ``days``; "" where it is not there."""
    return [digest(shelf.article(entry.document, entry.article)) for shelf in days]


def _changed(library: Library, gone: Collection[int], come: Collection[int]) -> frozenset[Key]:
    """The articles of the documents ``gone`` that those that have ``come`` don't have alike."""
    old, new = (_digests(library.passages_of(ids)) for ids in (gone, come))
    return frozenset(key for key, text in old.items() if new.get(key) != text)


def _digests(passages: Sequence[Passage]) -> dict[Key, str]:
    articles: dict[Key, list[Passage]] = {}
    for passage in passages:
        articles.setdefault(key_of(passage.document, passage.article), []).append(passage)
    return {key: digest(held) for key, held in articles.items()}
