"""What cites articles that have changed: approved answers, gold questions, thumbs-up answers."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from onprem_rag.evaluate.retrieval import GoldQuestion, Key
from onprem_rag.grounds import changed, fits, grounds, in_turn
from onprem_rag.library.shelf import Shelf, digest
from onprem_rag.library.store import Library
from onprem_rag.library.versions import title_key
from onprem_rag.records import FaqEntry, Passage, Vote, Wording

SHARED = "제목이 같은 여러 문서에 있어"
ONE_LEFT = (
    "→ 새 판이면 'ingest add --effective 시행일 파일', 잘못 넣었으면 'ingest remove 파일'을 쓰고, "
    "다른 규정이면 제목을 고치세요."
)
_LONGEST = 60  # characters of a question that are shown
_MOST = 3  # places in a line

# By article, the digests that it had before; none where no rule of that title had it.
Changes = Mapping[Key, frozenset[str]]


@dataclass(frozen=True, slots=True)
class _Citing:
    """What may cite an article that changes."""

    entries: Sequence[FaqEntry]
    questions: Sequence[GoldQuestion]
    votes: Sequence[Vote]


def approvals(library: Library, shelf: Shelf) -> dict[int, tuple[Wording, ...]]:
    """What approved answers are to be bound to, by id, beyond what they are bound to now.

    One that was waiting for its article to come: the first version that has it, of its first day or
    else the next to take over. One that fits: what it stands on that was not there before.
    """
    later, found, entries = coming(shelf), dict[int, tuple[Wording, ...]](), library.faq()
    for entry, first in zip(entries, first_days(entries, shelf), strict=True):
        if not entry.approved:
            days = [first, *(day for day in later if day.day > first.day)]
            standing = next(filter(None, (grounds(entry, day) for day in days)), ())
        elif all(one.digest for one in entry.approved) or not fits(entry, first):
            continue
        else:
            known = {(one.document, one.article): one for one in entry.approved if one.digest}
            now = {(one.document, one.article): one for one in grounds(entry, first)}
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

    Of one that is to come: on its day. One whose article is still to take effect, with the text
    that was approved, only waits; one that another has taken the place of does nothing any more.
    """
    later, entries = coming(shelf), library.faq()
    turn = {entry.id for entry in in_turn(entries, shelf.day)}
    return [
        entry
        for entry, first in zip(entries, first_days(entries, shelf), strict=True)
        if (entry.id in turn or first is not shelf)
        and not fits(entry, first)
        and not _waits(entry, first, later)
    ]


def approve(library: Library, shelf: Shelf, entries: Sequence[FaqEntry]) -> None:
    """Bind ``entries`` to what they stand on as it reads on their first days.

    None of them may be ``missing`` then.
    """
    days = first_days(entries, shelf)
    with library.writing() as writer:
        writer.approve(
            {entry.id: grounds(entry, day) for entry, day in zip(entries, days, strict=True)}
        )


def missing(shelf: Shelf, entry: FaqEntry) -> str:
    """Why an entry's own article can't be cited on a day, in Korean; empty where it can."""
    found = {passage.document_id for passage in shelf.article(entry.document, entry.article)}
    if len(found) == 1:
        return ""
    return SHARED if found else "라이브러리에 없어"


def shared_text(entry: FaqEntry) -> str:
    """What an admin reads of an entry whose own article is that of several rules."""
    return (
        f"「{entry.document}」 {entry.article}가 {SHARED}, 하나만 남을 때까지 답하지 않습니다. "
        f"{ONE_LEFT}"
    )


def gone_text(entry: FaqEntry, then: str = "") -> str:
    """What an admin reads of an entry whose own article is gone, now or ``then``."""
    return (
        f"「{entry.document}」 {entry.article}가 없어져 답하지 않습니다. "
        f"→ 답변을 고치거나 지워 {then}'ingest faq 파일'로 다시 넣으세요."
    )


def cited_changes(
    library: Library, old: Shelf, new: Shelf, questions: Sequence[GoldQuestion]
) -> list[str]:
    """Korean lines: what cites an article that reads otherwise in ``new`` than in ``old``.

    Also of the days to come on which a version takes over, but for what ``old`` had to come alike.
    """
    citing = _Citing(library.faq(), questions, library.votes())
    known = set(_lines(library, [old, *coming(old)], citing))
    lines = [*_lines(library, [old, new, *coming(new)], citing), *_prepared(citing, old, new)]
    return [line for line in dict.fromkeys(lines) if line not in known]


def coming(shelf: Shelf) -> list[Shelf]:
    """The days to come on which a version takes over, or is no more, in order."""
    days = {one.since for one in shelf.held} | {one.lapses or "" for one in shelf.held}
    return [shelf.on(day) for day in sorted(days) if day > shelf.day]


def first_days(entries: Sequence[FaqEntry], shelf: Shelf) -> list[Shelf]:
    """What is in force when each of ``entries`` answers first: today, or on a day to come."""
    days = {shelf.day: shelf}
    for entry in entries:
        if entry.since > shelf.day and entry.since not in days:
            days[entry.since] = shelf.on(entry.since)
    return [days[max(entry.since, shelf.day)] for entry in entries]


def _waits(entry: FaqEntry, shelf: Shelf, later: Iterable[Shelf]) -> bool:
    there = shelf.article(entry.document, entry.article)
    return not there and any(day.day > shelf.day and fits(entry, day) for day in later)


def _prepared(citing: _Citing, old: Shelf, new: Shelf) -> Iterator[str]:
    """The answers for a day to come whose articles will read otherwise then than was known."""
    days = (first_days(citing.entries, shelf) for shelf in (old, new))
    for entry, before, after in zip(citing.entries, *days, strict=True):
        if entry.since > new.day and fits(entry, before) and (places := changed(entry, after)):
            name = f"{entry.since}부터 쓸 승인된 답변 {entry.id}번 '{_short(entry.questions[0])}'"
            yield f"{name}: {_stopped(entry, after, places, '')}"


def places_of(wordings: Iterable[Wording]) -> str:
    """「여비규정」 제9조, 「여비규정」 별표 1."""
    return _listed((one.document, one.article) for one in wordings)


def _lines(library: Library, days: Sequence[Shelf], citing: _Citing) -> Iterator[str]:
    """What each of ``days`` changes for what cites the one before it."""
    for before, after in itertools.pairwise(days):
        changes = _changes(library, before, after)
        if not changes:
            continue
        when = f"{after.day}부터 " if after.day != days[0].day else ""
        for entry in in_turn(citing.entries, after.day):
            touched = any(_key(one.document, one.article) in changes for one in entry.approved)
            touched = touched and entry.since <= before.day
            if touched and fits(entry, before) and (places := changed(entry, after)):
                name = f"{when}승인된 답변 {entry.id}번 '{_short(entry.questions[0])}'"
                yield f"{name}: {_stopped(entry, after, places, '그날 ' if when else '')}"
        for question in citing.questions:
            if gold := _gold_of(question, changes):
                yield (
                    f"{when}질문 모음의 '{_short(question.text)}': {_listed(gold)}의 글이 "
                    "바뀌거나 없어집니다. → 정답이 그대로인지 확인하세요."
                )
        for vote in citing.votes:
            if vote.thumb > 0 and (cited := _cited(vote, changes)):
                yield (
                    f"{when}좋은 평가를 받은 답 '{_short(vote.question)}': {places_of(cited)}의 "
                    "글이 바뀌거나 없어집니다. → 다시 물어 답이 달라졌는지 확인하세요."
                )


def _stopped(entry: FaqEntry, after: Shelf, places: Sequence[Wording], then: str) -> str:
    """Why an approved answer fires no more, and the remedy: what works on that day only."""
    if why := missing(after, entry):
        return shared_text(entry) if why == SHARED else gone_text(entry, then)
    return (
        f"{places_of(places)}의 글이 바뀌거나 없어져, 확인할 때까지 답하지 않습니다. "
        f"→ {then}'ingest faq --review'로 보고, 맞으면 'ingest faq --confirm'으로 확인하세요."
    )


def _cited(vote: Vote, changes: Changes) -> list[Wording]:
    """What changes of what a vote cites; not what had changed before, or was of a past day."""
    return [
        one for one in vote.cited if one.digest in changes.get(_key(one.document, one.article), ())
    ]


def _gold_of(question: GoldQuestion, changes: Changes) -> list[Key]:
    """The changed articles of a question; all of a document where it names no article."""
    gold = {_key(*key) for key in question.gold}
    old = (key for key, texts in changes.items() if texts)
    return sorted(key for key in old if key in gold or (key[0], "") in gold)


def _changes(library: Library, before: Shelf, after: Shelf) -> Changes:
    """The articles that ``before`` and ``after`` haven't got alike."""
    old = _digests(library, before.ids - after.ids)
    new = _digests(library, after.ids - before.ids)
    changes = {key: texts for key, texts in old.items() if new.get(key) != texts}
    return changes | {key: frozenset() for key in new.keys() - old.keys()}


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
