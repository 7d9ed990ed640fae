"""Which versions the words of rules end, and what an admin is told of that."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from ingest.held import Held, VersionId, id_of
from ingest.split.lapses import Lapses, Repeal, repeals_in
from ingest.summary import named
from onprem_rag.library.versions import is_ever_in_force, over, title_key
from onprem_rag.records import Version


@dataclass(frozen=True, slots=True)
class Repealed:
    """A version that another rule, ``by``, repeals as of ``day``."""

    version: Version
    by: Version
    clause: str
    day: str


def repealed(
    held: Held,
    lapses: Mapping[int, Lapses],
    before: Iterable[Version],
    addenda_of: Callable[[int], Sequence[str]],
    late: Collection[int],
    today: str,
) -> Iterator[Repealed]:
    """What the documents of this run repeal in words that their rules had not got ``before``.

    Else what an admin has put in all the same would go with the next amendment. Nor what lies in
    the same file: who keeps a book takes the repealed out of it. ``addenda_of``: of a document;
    ``late``: documents of new rules, which may have been repealed before they came.
    """
    yield from _repealed_before(held, lapses, addenda_of, late, today)
    for number in [number for number, one in lapses.items() if one.repeals]:
        for by in held.newest([number]):
            held_before = (one for one in before if one.rule == by.rule)
            old = {one.document_id for one in held_before if is_ever_in_force(one)}
            if number in old:
                continue
            said = [" ".join(text.split()) for one in old for text in addenda_of(one)]
            for repeal in lapses[number].repeals:
                day = repeal.day or by.since or today
                if any(repeal.clause in text for text in said):  # of another edition, or day, now
                    ended = [v for v in held if v.lapses_by in old and repeal.is_of(v.title)]
                else:
                    ended = [one for one in held if _ends(one, by, repeal, day)]
                yield from (Repealed(one, by, repeal.clause, day) for one in ended)


def _repealed_before(
    held: Held,
    lapses: Mapping[int, Lapses],
    addenda_of: Callable[[int], Sequence[str]],
    late: Collection[int],
    today: str,
) -> Iterator[Repealed]:
    came = held.newest(late)
    for by in held if came else ():
        if by.document_id not in lapses and is_ever_in_force(by):
            for repeal in repeals_in(addenda_of(by.document_id)):
                day = repeal.day or by.since or today
                ended = [one for one in came if _ends(one, by, repeal, day)]
                yield from (Repealed(one, by, repeal.clause, day) for one in ended)


def _ends(version: Version, by: Version, repeal: Repeal, day: str) -> bool:
    """Whether a version is of a rule that is repealed as of ``day``, and of an older wording."""
    end = over(version)
    if version.since >= day or (end and end <= day):
        return False
    if version.source == by.source or not (version.dated or repeal.day is None):
        return False
    other = title_key(version.title) != title_key(by.title)
    return other and repeal.is_of(version.title)


def stay_repealed(held: Held, number: int, rule: str, old: Iterable[Version]) -> None:
    """Let another wording of a repealed rule be repealed too, unless it began after that.

    ``old``: the versions that the rule had.
    """
    last = [version for version in old if version.lapses_by][-1:]
    for new in [v for v in held.of_document(number) if v.rule == rule]:
        for one in last:
            if one.lapses and new.since < one.lapses:
                held.put(replace(new, lapses=one.lapses, lapses_by=one.lapses_by))


def set_free(held: Held, versions: Iterable[Version]) -> bool:
    """Let go on what is repealed by none of ``versions`` that is ever in force; whether any is.

    Nor by one that was withdrawn and doesn't say since when: who knows whether it ever was.
    """
    stands = (v for v in versions if is_ever_in_force(v) and (v.dated or v.withdrawn is None))
    stand = {None, *(version.document_id for version in stands)}
    free = [one for one in held if one.lapses_by not in stand]
    for version in free:
        held.put(replace(version, lapses=None, lapses_by=None))
    return bool(free)


def told(
    versions: Sequence[Version],
    before: Mapping[VersionId, Version],
    lapses: Mapping[int, Lapses],
    ended: Mapping[VersionId, Repealed],
    today: str,
) -> list[str]:
    """A Korean line for each version that ends by words that came with this run."""
    lines = []
    for one in versions:
        last = before.get(id_of(one))
        if last and last.lapses == one.lapses:
            continue
        if not one.lapses:
            if last and last.lapses_by and not last.withdrawn:
                lines.append(
                    f"{named(one)}: 폐지한다던 규정이 시행되지 않게 되어 그대로 시행합니다."
                )
            continue
        then = "그날이 지나서 " if one.lapses > today and not one.lapses_by else ""
        remedy = f"→ 계속 시행하는 규정이면 {then}'ingest add {one.source}'로 다시 넣으세요."
        if repeal := ended.get(id_of(one)):
            lines.append(
                f"{named(one)}: 「{repeal.by.title}」에 따라 {one.lapses}부터 폐지된 것으로 "
                f"봅니다(“{repeal.clause}”). {remedy}"
            )
        elif one.lapses_by:
            lines.append(f"{named(one)}: {one.lapses}부터 폐지된 규정의 새 내용입니다. {remedy}")
        elif one.document_id in lapses and lapses[one.document_id].clause:
            end = date.fromisoformat(one.lapses) - timedelta(days=1)
            lines.append(
                f"{named(one)}: 유효기간이 {end}까지여서 그 뒤에는 이 판으로 답하지 않습니다"
                f"(“{lapses[one.document_id].clause}”). {remedy}"
            )
    return lines
