"""What cites articles that have changed: approved answers, gold questions, thumbs-up answers."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence

from onprem_rag.evaluate.retrieval import GoldQuestion, Key
from onprem_rag.grounds import changed, fits, grounds
from onprem_rag.library.shelf import Shelf, digest
from onprem_rag.library.store import Library
from onprem_rag.library.versions import title_key
from onprem_rag.records import FaqEntry, Passage, Vote, Wording

_LONGEST = 60  # characters of a question that are shown
_MOST = 3  # places in a line

Changes = Mapping[Key, frozenset[str]]  # by article, the digests that it had before


def approvals(library: Library, shelf: Shelf) -> dict[int, tuple[Wording, ...]]:
    """What approved answers are to be bound to, by id, beyond what they are bound to now.

    One that was waiting for its article to come: the first version that has it, of today or else
    the next to take over. One that fits today: what it stands on that was not there before.
    """
    days = [shelf, *coming(shelf)]
    found = {}
    for entry in library.faq():
        if not entry.approved:
            standing = next(filter(None, (grounds(entry, day) for day in days)), ())
        elif all(one.digest for one in entry.approved) or not fits(entry, shelf):
            continue
        else:
            known = {(one.document, one.article): one for one in entry.approved if one.digest}
            now = {(one.document, one.article): one for one in grounds(entry, shelf)}
            standing = tuple((now | known).values())
        if standing != entry.approved:
            found[entry.id] = standing
    return found


def bind(library: Library, shelf: Shelf) -> None:
    """Write down ``approvals``."""
    if found := approvals(library, shelf):
        with library.writing() as writer:
            writer.approve(found)


def outdated(library: Library, shelf: Shelf) -> list[FaqEntry]:
    """The approved answers that don't fire, because what they stand on reads otherwise now.

    One whose article is still to take effect, with the text that was approved, only waits.
    """
    later = coming(shelf)
    return [
        entry
        for entry in library.faq()
        if not fits(entry, shelf) and not _waits(entry, shelf, later)
    ]


def approve(library: Library, shelf: Shelf, entries: Sequence[FaqEntry]) -> None:
    """Bind ``entries`` to what they stand on as it reads now."""
    with library.writing() as writer:
        writer.approve({entry.id: grounds(entry, shelf) for entry in entries})


def cited_changes(
    library: Library, old: Shelf, new: Shelf, questions: Sequence[GoldQuestion]
) -> list[str]:
    """Korean lines: what cites an article that reads otherwise in ``new`` than in ``old``.

    Also of the days to come on which a version takes over, but for what ``old`` had to come alike.
    """
    known = set(_lines(library, [old, *coming(old)], questions))
    lines = _lines(library, [old, new, *coming(new)], questions)
    return [line for line in dict.fromkeys(lines) if line not in known]


def coming(shelf: Shelf) -> list[Shelf]:
    """The days to come on which a version takes over, in order."""
    days = sorted({one.since for one in shelf.held if one.since > shelf.day})
    return [shelf.on(day) for day in days]


def _waits(entry: FaqEntry, shelf: Shelf, later: Iterable[Shelf]) -> bool:
    there = shelf.article(entry.document, entry.article)
    return not there and any(fits(entry, day) for day in later)


def places_of(wordings: Iterable[Wording]) -> str:
    """「여비규정」 제9조, 「여비규정」 별표 1."""
    return _listed((one.document, one.article) for one in wordings)


def _lines(
    library: Library, days: Sequence[Shelf], questions: Sequence[GoldQuestion]
) -> Iterator[str]:
    """What each of ``days`` changes for what cites the one before it."""
    for before, after in itertools.pairwise(days):
        changes = _changes(library, before, after)
        if not changes:
            continue
        when = f"{after.day}부터 " if after.day != days[0].day else ""
        for entry in library.faq():
            touched = any(_key(one.document, one.article) in changes for one in entry.approved)
            if touched and fits(entry, before) and (places := changed(entry, after)):
                yield (
                    f"{when}승인된 답변 {entry.id}번 '{_short(entry.questions[0])}': "
                    f"{places_of(places)}의 글이 바뀌거나 없어져, 확인할 때까지 답하지 않습니다. "
                    "→ 'ingest faq --review'로 보고, 맞으면 'ingest faq --confirm'으로 확인하세요."
                )
        for question in questions:
            if gold := _gold_of(question, changes):
                yield (
                    f"{when}질문 모음의 '{_short(question.text)}': {_listed(gold)}의 글이 "
                    "바뀌거나 없어집니다. → 정답이 그대로인지 확인하세요."
                )
        for vote in library.votes():
            if vote.thumb > 0 and (cited := _cited(vote, changes)):
                yield (
                    f"{when}좋은 평가를 받은 답 '{_short(vote.question)}': {places_of(cited)}의 "
                    "글이 바뀌거나 없어집니다. → 다시 물어 답이 달라졌는지 확인하세요."
                )


def _cited(vote: Vote, changes: Changes) -> list[Wording]:
    """What changes of what a vote cites; not what had changed before, or was of a past day."""
    return [
        one for one in vote.cited if one.digest in changes.get(_key(one.document, one.article), ())
    ]


def _gold_of(question: GoldQuestion, changes: Changes) -> list[Key]:
    """The changed articles of a question; all of a document where it names no article."""
    gold = {_key(*key) for key in question.gold}
    return sorted(key for key in changes if key in gold or (key[0], "") in gold)


def _changes(library: Library, before: Shelf, after: Shelf) -> Changes:
    """The articles of ``before`` that ``after`` hasn't got alike."""
    old = _digests(library, before.ids - after.ids)
    new = _digests(library, after.ids - before.ids)
    return {key: texts for key, texts in old.items() if new.get(key) != texts}


def _digests(library: Library, ids: frozenset[int]) -> dict[Key, frozenset[str]]:
    articles: dict[tuple[Key, int], list[Passage]] = {}
    for passage in library.passages_of(ids):
        key = _key(passage.document, passage.article or "")
        articles.setdefault((key, passage.document_id), []).append(passage)
    found: dict[Key, frozenset[str]] = {}
    for (key, _), held in articles.items():
        found[key] = found.get(key, frozenset()) | {digest(held)}
    return found


def _key(document: str, article: str) -> Key:
    return title_key(document), "".join(article.split())


def _listed(places: Iterable[tuple[str, str]]) -> str:
    names = [f"「{document}」 {article}".strip() for document, article in places]
    more = f" 등 {len(names)}곳" if len(names) > _MOST else ""
    return ", ".join(names[:_MOST]) + more


def _short(question: str) -> str:
    return question if len(question) <= _LONGEST else f"{question[:_LONGEST]}…"
