"""Whose a value is: that its claim names nobody to whom the source gives another one.

"물품과 용역은 1년, 공사는 2년": 공사 stands before the other value, and 1년 isn't its. What the
sentence, its list and its headings are about belongs to all values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from onprem_rag.korean.clauses import TOPIC, clauses
from onprem_rag.korean.text import fold, squeezed
from onprem_rag.records import Fact
from onprem_rag.verify.alignment import Alignment
from onprem_rag.verify.meaning import weighty
from onprem_rag.verify.sources import HEADING, MEASURED, Part

_ROW = " | "
_CELL = re.compile(r"^([^:|]{1,40}): (.*)$")
_ANCHOR = re.compile(r"(?:(?<![가-힣])[가-힣]{1,12}\s(?=[날때]))?[가-힣]{0,12}(?:날|때|일)로?부터")
_DAY = re.compile(r"(?:[한된인]|하는|되는)?(?:날|때|일)(?:로)?부터")  # 발생한 날부터 is 발생일부터
_FROM = re.compile(r"부터[^가-힣]*$")
_COUNTED = re.compile(r"부터|[후뒤](?![가-힣])|지나|지난|이내에|마다")
_LOOK_BACK = 8
_MOST = 60  # measured values of a statement; beyond that nobody could tell


def shared_topic(text: str, values: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """Where ``text`` says what all of ``values`` (spans in order) are about.

    That is its first topic, unless the first value has no other one and a later value has.
    """
    first = heading.end() if (heading := HEADING.match(text)) else 0
    found = TOPIC.search(text, first, values[0][0]) if values else None
    if found is None:
        return None
    if TOPIC.search(text, found.end(), values[0][0]):
        return first, found.end()
    gaps = pairwise(values)
    if any(TOPIC.search(text, one[1], other[0]) for one, other in gaps):
        return None
    return (first, found.end()) if weighty(text[found.end() : values[0][0]]) else None


def keeps_owners(claim: Part, near: Alignment, stated: Mapping[Fact, Sequence[Fact]]) -> bool:
    """Whether each value of ``claim`` is what the span says of what the claim names.

    ``stated`` has, for each fact of the claim, the span's that say the same.
    """
    measured = _measured(claim.facts)
    if len(measured) > _MOST:
        return False
    above = squeezed(f"{near.source.heading}\n{_lead(near)}")
    parts = near.parts()[1 if near.lead else 0 :]
    for fact in measured:
        words = _words(claim, fact)
        places = [(one, part) for one in stated.get(fact, ()) if (part := _of(one, parts))]
        if places and not any(
            _owned(words, claim, one, part, parts, above) and _anchored(claim, one, part)
            for one, part in places
        ):
            return False
    return _anchors_stand(claim, near) and _is_of_row(claim, near)


# --- clauses and items ---------------------------------------------------------------------------
def _owned(
    words: Sequence[str], claim: Part, fact: Fact, part: Part, parts: Sequence[Part], above: str
) -> bool:
    """Whether none of ``words`` stands with other values only."""
    own, others, alike = _territory(part, fact)
    claimed = {one.value for one in claim.facts if one.kind == fact.kind}
    rivals = any(one.value not in claimed for one in alike)
    items = (one.text for one in parts if one is not part and _measured(one.facts))
    foreign = squeezed(" ".join((others, *items)))
    mine = squeezed(own) + above
    if any(word in foreign and word not in mine for word in words):
        return False
    if not rivals:
        return True
    its = [word.lower() for word in weighty(fold(_before(part, fact)))]
    said = squeezed(claim.text)
    return not its or any(word in said for word in its)


@lru_cache(maxsize=1024)
def clauses_in(text: str) -> tuple[tuple[int, int], ...]:
    """The clauses of a sentence that may go over lines; all of it where none is found."""
    return tuple(clauses(text.replace("\n", " "))) or ((0, len(text)),)


def _clause(part: Part, at: int) -> tuple[int, int]:
    """The clause of ``part`` that offset ``at`` of its whole lies in."""
    own = at - part.start
    return next(
        (span for span in reversed(clauses_in(part.text)) if span[0] <= own),
        clauses_in(part.text)[0],
    )


def _alike(part: Part, fact: Fact) -> list[Fact]:
    """The values of the fact's kind in its clause."""
    start, end = _clause(part, fact.start)
    first, last = part.start + start, part.start + end
    return [one for one in part.facts if one.kind == fact.kind and first <= one.start < last]


def _before(part: Part, fact: Fact) -> str:
    """What stands before a value in its clause, behind the one before it and the shared topic."""
    alike = _alike(part, fact)
    start, _ = _clause(part, fact.start)
    at = alike.index(fact)
    first = alike[at - 1].end if at else part.start + start
    topic = _topic(part, alike)
    if topic and first < topic[1] <= fact.start:
        first = topic[1]
    heading = HEADING.match(part.text)
    first = max(first, part.start + (heading.end() if heading else 0))
    return part.blanked()[first - part.start : fact.start - part.start]


def _topic(part: Part, alike: Sequence[Fact]) -> tuple[int, int] | None:
    values = [(one.start - part.start, one.end - part.start) for one in alike]
    found = shared_topic(part.text, values)
    return (part.start + found[0], part.start + found[1]) if found else None


def _territory(part: Part, fact: Fact) -> tuple[str, str, list[Fact]]:
    """What belongs to a value, what to others, and the other values of its clause."""
    text, alike = part.text, _alike(part, fact)
    start, end = _clause(part, fact.start)
    rivals = [one for one in alike if one.value != fact.value]
    head = TOPIC.search(text, 0, start) if start else None
    topic = _topic(part, alike)
    inherited = text[: head.end()] if head else ""
    shared = text[topic[0] - part.start : topic[1] - part.start] if topic else ""
    others = " ".join((*_other_clauses(part, start), *(_before(part, one) for one in rivals)))
    if not rivals:
        return f"{inherited} {text[start:end]}", others, rivals
    following = [one.start for one in alike if one.start > fact.start]
    behind = text[fact.end - part.start : (following[0] if following else part.end) - part.start]
    tail = text[alike[-1].end - part.start : end]
    own = behind.partition(",")[0] if following else behind
    before = text[start : fact.start - part.start]
    if before.rfind("(") > before.rfind(")"):  # 최초 60일(둘 이상인 경우에는 75일)
        shared += before[: before.rfind("(")]
    return f"{inherited} {shared} {_before(part, fact)} {own} {tail}", others, rivals


def _other_clauses(part: Part, start: int) -> list[str]:
    """Those of ``part`` that don't begin at ``start`` and have values of their own."""
    return [
        part.text[first:last]
        for first, last in clauses_in(part.text)
        if first != start
        and _measured(one for one in part.facts if first <= one.start - part.start < last)
    ]


def _measured(facts: Iterable[Fact]) -> list[Fact]:
    return [fact for fact in facts if fact.kind in MEASURED and fact.kind != "reference"]


def _words(claim: Part, fact: Fact) -> list[str]:
    return [word.lower() for word in weighty(fold(_whole_before(claim, fact)))]


def _whole_before(claim: Part, fact: Fact) -> str:
    alike = _alike(claim, fact)
    start, _ = _clause(claim, fact.start)
    at = alike.index(fact)
    first = alike[at - 1].end - claim.start if at else start
    before = claim.blanked()[first : fact.start - claim.start]
    topic = TOPIC.search(before)
    head, _, last = before.rpartition(",")  # 주휴일, 창립기념일(3월 2일): 주휴일 has no date
    return f"{head[: topic.end()] if topic else ''} {last}"


def _of(fact: Fact, parts: Sequence[Part]) -> Part | None:
    return next((part for part in parts if part.start <= fact.start < part.end), None)


# --- from when on --------------------------------------------------------------------------------
def _anchored(claim: Part, fact: Fact, part: Part) -> bool:
    """Whether a period that counts from a day does so in the claim: 발생한 날부터 30일."""
    if fact.kind != "period":
        return True
    before = part.text[: fact.start - part.start][-_LOOK_BACK:]
    return not _FROM.search(before) or bool(_COUNTED.search(claim.text))


def _anchors_stand(claim: Part, near: Alignment) -> bool:
    """Whether the source counts from the same days: 끝난 날부터 is not 끝난 날의 다음 날부터."""
    written = near.source.passage.text[near.start : near.end] + _lead(near)
    plain, source = squeezed(written), _from(written)
    anchors = [found[0] for found in _ANCHOR.finditer(fold(claim.text))]
    # Other words for the day are the nouns' business.
    return all(_from(one) in source or squeezed(one)[:2] not in plain for one in anchors)


def _from(text: str) -> str:
    return _DAY.sub("@", squeezed(text))


# --- rows ----------------------------------------------------------------------------------------
def _is_of_row(claim: Part, near: Alignment) -> bool:
    """Whether the claim tells its row of a table from the others that have other values."""
    row = near.source.passage.text[near.start : near.end]
    if _ROW not in row or not (cells := _cells(row)):
        return True
    said = [word.lower() for word in weighty(fold(claim.text))]
    facts = {(fact.kind, fact.value) for fact in claim.facts}
    own = near.source.read.part(near.start, near.end)
    key = own.start + len(row.partition(_ROW)[0])
    names = squeezed(cells[0][1])
    told = {(one.kind, one.value) for one in own.facts if one.end <= key} & facts
    named = bool(told) or any(word in names for word in said)
    here = [word for word in said if word in squeezed(row)]
    return named and not any(
        all(word in squeezed(other) for word in here)
        and told <= _values(near, span)
        and not facts & values <= _values(near, span)
        for span in _rows(near)
        if (other := near.source.passage.text[slice(*span)])
        and [name for name, _ in _cells(other)] == [name for name, _ in cells]
        and (values := _values(near, (near.start, near.end))) != _values(near, span)
    )


def _rows(near: Alignment) -> list[tuple[int, int]]:
    spans = [(one.start, one.end) for one in near.source.segments]
    return [span for span in spans if span != (near.start, near.end)][:_MOST]


def _values(near: Alignment, span: tuple[int, int]) -> frozenset[tuple[str, str]]:
    return frozenset((one.kind, one.value) for one in near.source.read.part(*span).facts)


def _cells(row: str) -> list[tuple[str, str]]:
    found = [_CELL.match(cell.strip()) for cell in row.split(_ROW)]
    return [(cell[1], cell[2]) for cell in found if cell]


def _lead(near: Alignment) -> str:
    return near.source.read.part(*near.lead).text if near.lead else ""
