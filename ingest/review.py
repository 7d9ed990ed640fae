"""Approved answers and gold questions whose articles have changed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from onprem_rag.citing import digest
from onprem_rag.config import Config
from onprem_rag.evaluate.retrieval import Key, key_of, read_questions
from onprem_rag.library.shelf import Shelf
from onprem_rag.library.store import Library
from onprem_rag.records import FaqEntry, Passage


def bind(library: Library, shelf: Shelf) -> None:
    """Bind the approved answers whose article has just come to its text."""
    waiting = [entry for entry in library.faq() if not entry.approved]
    found = {entry.id: digest(shelf.article(entry.document, entry.article)) for entry in waiting}
    if approvals := {number: text for number, text in found.items() if text}:
        with library.writing() as writer:
            writer.approve(approvals)


def outdated(library: Library, shelf: Shelf) -> list[FaqEntry]:
    """The approved answers that don't fire, because their article has another text now."""
    return [
        entry
        for entry in library.faq()
        if entry.approved and digest(shelf.article(entry.document, entry.article)) != entry.approved
    ]


def approve(library: Library, shelf: Shelf, entries: Sequence[FaqEntry]) -> None:
    """Bind ``entries`` to their articles as they read now."""
    with library.writing() as writer:
        writer.approve({e.id: digest(shelf.article(e.document, e.article)) for e in entries})


def cited_changes(config: Config, library: Library, old: Shelf, new: Shelf) -> Iterator[str]:
    """Korean lines: what cites an article that reads otherwise in ``new`` than in ``old``.

    Also of the days to come on which a version takes over.
    """
    coming = sorted({one.since for one in new.held if one.since > new.day})
    before = old
    for day in (new.day, *coming):
        after = new if day == new.day else new.on(day)
        changed = _changed(library, before.ids - after.ids, after.ids - before.ids)
        when = "" if day == new.day else f"{day}부터 "
        for entry in library.faq():
            if key_of(entry.document, entry.article) in changed:
                yield (
                    f"{when}승인된 답변 {entry.id}번 '{entry.questions[0]}': 「{entry.document}」 "
                    f"{entry.article}가 바뀝니다. 확인할 때까지 답하지 않습니다."
                )
        for question in read_questions(path) if (path := config.gate_questions) else ():
            for document, article in sorted(question.gold & changed):
                yield (
                    f"{when}질문 모음의 '{question.text}': 「{document}」 {article}가 바뀝니다. "
                    "→ 정답이 그대로인지 확인하세요."
                )
        before = after


def _changed(library: Library, gone: Collection[int], come: Collection[int]) -> frozenset[Key]:
    """The articles of the documents ``gone`` that those that have ``come`` don't have alike."""
    old, new = (_digests(library.passages_of(ids)) for ids in (gone, come))
    return frozenset(key for key, text in old.items() if new.get(key) != text)


def _digests(passages: Sequence[Passage]) -> dict[Key, str]:
    articles: dict[Key, list[Passage]] = {}
    for passage in passages:
        articles.setdefault(key_of(passage.document, passage.article), []).append(passage)
    return {key: digest(held) for key, held in articles.items()}
