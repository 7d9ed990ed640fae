"""Facts compared together with what they are about.

1년 in "어학휴직은 1년, 육아휴직은 3년" is 어학휴직's. Of several values of one kind, the words
around each in the source, up to the next value of the kind, tell which one a claim means.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from onprem_rag.korean.kind import Kind
from onprem_rag.korean.text import fold, squeezed
from onprem_rag.records import Fact
from onprem_rag.verify.bound import Bound
from onprem_rag.verify.limits import COMPARATOR, limits_bound, without_doubtful
from onprem_rag.verify.meaning import standing, weighty
from onprem_rag.verify.owners import clauses_in, shared_topic
from onprem_rag.verify.sources import HEADING, MEASURED, Part

_BEHIND = 24  # characters after a value in which what it counts stands: 15일의 유급휴가
MODALITY = "modality"
_DENIED = re.compile(r" (?:must )?not$")
_VERB = re.compile(r"^~|(?:받|있|되|하)$")  # what a noun becomes a verb by
_ROW = " | "
_SPECIFIC = 2  # words that a value of another kind counts for
_TELLING = MEASURED | {COMPARATOR}
_CLEARLY_MORE = 2  # words that one place must share beyond the others to be what was meant
_MOST = 60  # values of one kind in a statement or span; beyond that nobody could tell


@dataclass(frozen=True, slots=True)
class _Place:
    """A value with the words before and behind it, and the values of other kinds before it."""

    fact: Fact
    before: str
    behind: str
    beside: frozenset[tuple[str, str]]


def bind(claim: Part, span: Sequence[Part], kinds: Mapping[str, Kind]) -> dict[Fact, Bound]:
    """What ``span`` (a sentence and what announces it) says about the facts of ``claim``."""
    found: dict[Fact, Bound] = {}
    for name in {fact.kind for fact in claim.facts} - {COMPARATOR}:
        claimed = [fact for fact in claim.facts if fact.kind == name]
        stated = [fact for part in span for fact in part.facts if fact.kind == name]
        if max(len(claimed), len(stated)) > _MOST:
            found |= dict.fromkeys(claimed, Bound())
            continue
        same = kinds[name].same
        free = [other for other in stated if not any(same(fact, other) for fact in claimed)]
        found |= {fact: _bound(fact, stated, free, kinds[name]) for fact in claimed}
        if name in MEASURED and len(stated) > 1:
            _by_owners(found, list(_places(claim, name)), span, name, kinds[name])
        elif name == MODALITY:
            _by_clauses(found, claim, span, kinds[name])
    without_doubtful(claim, span, found)
    return found | limits_bound(claim, span, found, kinds)


def _bound(fact: Fact, stated: Sequence[Fact], unclaimed: Sequence[Fact], kind: Kind) -> Bound:
    if own := tuple(other for other in stated if kind.same(fact, other)):
        return Bound(own)
    rivals = [other for other in unclaimed if kind.rivals(fact, other)]
    return Bound(instead=rivals[0] if len({other.value for other in rivals}) == 1 else None)


def _by_owners(
    found: dict[Fact, Bound],
    claimed: Sequence[_Place],
    span: Sequence[Part],
    name: str,
    kind: Kind,
) -> None:
    """Take back what ``found`` has of values that belong to something else."""
    stated = [place for part in span for place in _places(part, name)]
    ordered = _in_order([m.fact for m in claimed], [p.fact for p in stated], kind)
    unsure: list[Fact] = []
    shared = "".join(_shared_by_all(part, name) for part in span)
    for mine in claimed:
        shares = _shares(mine, stated, shared)
        if ordered:
            _take_out_taken(shares, mine, claimed, stated, kind)
        best = [one.fact for one, share in zip(stated, shares, strict=True) if share == max(shares)]
        own = tuple(fact for fact in best if kind.same(mine.fact, fact))
        if own and found[mine.fact].stated:
            found[mine.fact] = Bound(own)
            if len(own) < len(best):
                unsure.append(mine.fact)
            continue
        if found[mine.fact].instead and len(claimed) == len(stated):
            continue  # the claim has all the others
        less = [share for share in shares if share < max(shares)]
        clear = not any(less) or max(shares) >= max(less) + _CLEARLY_MORE
        single = len({fact.value for fact in best}) == 1 and kind.rivals(mine.fact, best[0])
        found[mine.fact] = Bound(instead=best[0] if single and clear else None)
    if unsure and not ordered:
        found |= dict.fromkeys(unsure, Bound())


def _take_out_taken(
    shares: list[int],
    mine: _Place,
    claimed: Sequence[_Place],
    stated: Sequence[_Place],
    kind: Kind,
) -> None:
    """Leave ``mine`` to the place that has its value and all its words, of those not claimed.

    For values in their source's order: "1년 미만인 직원은 1개월 개근하면" where a second 1년 shares
    more with 1개월 than the 1개월 before 개근.
    """
    words = _words(mine)
    whole = sum(map(len, words))
    others = [one.fact for one in claimed if not kind.same(one.fact, mine.fact)]
    own = [at for at, one in enumerate(stated) if kind.same(mine.fact, one.fact)]
    if not whole or all(_shared(words, stated[at]) < whole for at in own):
        return
    for at, one in enumerate(stated):
        if any(kind.same(other, one.fact) for other in others):
            shares[at] = 0


# --- predicates ----------------------------------------------------------------------------------
def _by_clauses(found: dict[Fact, Bound], claim: Part, span: Sequence[Part], kind: Kind) -> None:
    """Take back forces that are those of another clause with the same verb.

    반출한 매체는 사용할 수 있으며 개인의 매체는 사용할 수 없다: what the claim's clause is about
    tells which of both it means.
    """
    clauses_ = {fact: words for part in span for fact, words in _by_clause(part)}
    for fact, clause in _by_clause(claim):
        bound = found[fact]
        rivals = [other for other in clauses_ if kind.rivals(fact, other)]
        if not bound.stated or not rivals:
            continue
        words = frozenset(weighty(clause))
        own = max((standing(words, clauses_[one]) for one in bound.stated), default=0)
        nearest = max(rivals, key=lambda other: standing(words, clauses_[other]))
        if standing(words, clauses_[nearest]) > own:
            found[fact] = Bound(instead=nearest if len(rivals) == 1 else None)


def _by_clause(part: Part) -> Iterator[tuple[Fact, str]]:
    """The predicates of ``part`` and the clauses that they are those of."""
    spans = clauses_in(part.text)
    for fact in part.facts:
        if fact.kind == MODALITY:
            at = bisect_right(spans, fact.start - part.start, key=lambda span: span[0]) - 1
            yield fact, _plain(part.text, *spans[max(at, 0)])


def drops_denial(claim: Part, span: Part, kinds: Mapping[str, Kind]) -> bool:
    """Whether the span denies what the claim tells as a fact: 신고를 하지 아니한 직원."""
    if MODALITY not in kinds:
        return False
    said, written = squeezed(claim.text), squeezed(span.text)
    own = [fact for fact in claim.facts if fact.kind == MODALITY]
    denied = [fact for fact in span.facts if fact.kind == MODALITY and _DENIED.search(fact.value)]
    verbs = [_VERB.sub("", fact.value.partition(" ")[0]) for fact in denied]
    return any(
        verb in said
        and len(verb) > 1
        and written.count(verb) <= verbs.count(verb)  # it isn't told as a fact elsewhere
        and not any(kinds[MODALITY].same(one, fact) for one in own)
        for verb, fact in zip(verbs, denied, strict=True)
    )


# --- places --------------------------------------------------------------------------------------
def _shared_by_all(part: Part, name: str) -> str:
    """The topic that belongs to each value of ``part``, and tells none from another."""
    own = [(one.start - part.start, one.end - part.start) for one in part.facts if one.kind == name]
    found = shared_topic(part.text, own) if len(own) > 1 else None
    return _plain("".join(part.text[slice(*found)].split()), 0, found[1]) if found else ""


def _shares(mine: _Place, stated: Sequence[_Place], shared: str) -> list[int]:
    """How much of the surroundings of ``mine`` each place has, but for what all ``shared``."""
    before, behind = _words(mine)
    words = frozenset(word for word in before if word not in shared), behind
    return [_shared(words, place) + _SPECIFIC * len(mine.beside & place.beside) for place in stated]


def _words(mine: _Place) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(weighty(mine.before)), frozenset(weighty(mine.behind)[:1])


def _shared(words: tuple[frozenset[str], frozenset[str]], place: _Place) -> int:
    return standing(words[0], place.before) + standing(words[1], place.behind)


def _in_order(claimed: Sequence[Fact], stated: Sequence[Fact], kind: Kind) -> bool:
    rest = iter(stated)
    return all(
        any(kind.same(fact, other) for other in rest)
        for fact in claimed
        if any(kind.same(fact, other) for other in stated)
    )


def _places(part: Part, name: str) -> Iterator[_Place]:
    """The values of one kind with what stands around them, up to the next and in their clause."""
    blanked = part.blanked()
    same = [fact for fact in part.facts if fact.kind == name]
    borders = iter(clauses_in(part.text))
    first, last = next(borders)
    heading = HEADING.match(part.text)  # 제19조의2(육아시간) is no more that of the first value
    first = max(first, heading.end() if heading else 0)
    for at, fact in enumerate(same):
        while last <= fact.start - part.start and (following := next(borders, None)):
            first, last = following
        start = max(same[at - 1].end if at else part.start, part.start + first)
        end = min(
            same[at + 1].start if at + 1 < len(same) else part.end,
            max(part.start + last, fact.end),
            fact.end + _BEHIND,
        )
        owners = part.start if _ROW in part.text else start  # a row is that of its first cell
        yield _Place(
            fact,
            _plain(blanked, start - part.start, fact.start - part.start),
            _plain(blanked, fact.end - part.start, end - part.start),
            frozenset(
                (other.kind, other.value)
                for other in part.facts
                if other.kind in _TELLING and owners <= other.start < fact.start
            ),
        )


def _plain(text: str, start: int, end: int) -> str:
    return fold(text[start:end]).lower()
