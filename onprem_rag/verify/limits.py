"""Limits are those of quantities: 30일 이내 is not 30일 전, and 3급 이하 not 3급."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from onprem_rag.korean.kind import Kind
from onprem_rag.records import Fact
from onprem_rag.verify.bound import Bound
from onprem_rag.verify.sources import MEASURED, Part

COMPARATOR = "comparator"
_MOST = 600  # facts of a statement or span; beyond that nobody could tell


def limits_bound(
    claim: Part, span: Sequence[Part], found: Mapping[Fact, Bound], kinds: Mapping[str, Kind]
) -> dict[Fact, Bound]:
    """Limits are those of the very quantities that the claim's quantities stand for."""
    limits = {fact: Bound() for fact in claim.facts if fact.kind == COMPARATOR}
    if not limits:
        return limits
    stated = _stated_limits(span)
    for quantity, own in _limits_of(claim).items():
        bound = found[quantity]
        others = (bound.instead,) if bound.instead else bound.stated
        there = [(other, limit) for other in others for limit in stated.get(other, ())]
        for limit in own:
            said = [
                other
                for of, other in there
                if kinds[COMPARATOR].same(limit, other)
                # Of a wrong quantity the limit may be right.
                or (of is bound.instead and _limit(quantity, limit) == _limit(of, other))
            ]
            instead = there[0][1] if len(there) == 1 else None
            limits[limit] = Bound(tuple(said)) if said else Bound(instead=instead)
    return limits


def without_doubtful(claim: Part, span: Sequence[Part], found: dict[Fact, Bound]) -> None:
    """Take back values that ``found`` has instead, but with limits of another sense: 30일 전."""
    mine, stated = _limits_of(claim), _stated_limits(span)
    for fact, bound in found.items():
        if bound.instead is None or fact.kind not in MEASURED or fact not in mine:
            continue
        own = {_limit(fact, limit) for limit in mine[fact]}
        theirs = {_limit(bound.instead, limit) for limit in stated.get(bound.instead, ())}
        if own.isdisjoint(theirs):
            found[fact] = Bound()


def drops_limit(claim: Part, span: Sequence[Part], found: Mapping[Fact, Bound]) -> bool:
    """Whether a quantity has lost its limit: 3급 of 3급 이하."""
    stated = _stated_limits(span)
    own = _limits_of(claim) if stated else {}
    return any(
        bool(bound.stated) and fact not in own and all(other in stated for other in bound.stated)
        for fact, bound in found.items()
        if stated and fact.kind in MEASURED
    )


def _stated_limits(span: Sequence[Part]) -> dict[Fact, list[Fact]]:
    return {one: limits for part in span for one, limits in _limits_of(part).items()}


def _limits_of(part: Part) -> dict[Fact, list[Fact]]:
    """The quantities of ``part`` that have limits, with these."""
    found: dict[Fact, list[Fact]] = {}
    quantities: dict[str, list[Fact]] = {}
    if len(part.facts) > _MOST:
        return found
    for fact in part.facts:
        if fact.kind in MEASURED:
            quantities.setdefault(f"{fact.kind} {fact.value}", []).append(fact)
    for limit in part.facts:
        if limit.kind != COMPARATOR:
            continue
        words = limit.value.split(" ")
        names = (" ".join(words[:end]) for end in range(2, len(words)))
        near = [one for name in names for one in quantities.get(name, ())]
        if near:
            nearest = min(near, key=lambda one: _distance(one, limit))
            found.setdefault(nearest, []).append(limit)
    return found


def _limit(quantity: Fact, limit: Fact) -> str:
    return limit.value.removeprefix(f"{quantity.kind} {quantity.value} ")


def _distance(quantity: Fact, limit: Fact) -> int:
    return max(limit.start - quantity.end, quantity.start - limit.end)
