"""Where the passages state a value, and what they state instead."""

from __future__ import annotations

import re
from collections.abc import Sequence

from onprem_rag.records import Citation, Fact
from onprem_rag.verify.alignment import Alignment, Source, limit_after
from onprem_rag.verify.places import citation

_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def find_value(fact: Fact, sources: Sequence[Source], near: Alignment | None) -> Citation | None:
    """Find a fact that says the same; in the aligned span first, then in its passage."""
    found = [
        (source, other)
        for source in sources
        for other in source.facts
        if other.kind == fact.kind and other.value == fact.value
    ]
    if not found:
        return None

    def distance(pair: tuple[Source, Fact]) -> int:
        source, other = pair
        if near is None or source is not near.source:
            return 2
        return 0 if near.start <= other.start and other.end <= near.end else 1

    source, other = min(found, key=distance)
    return citation(source, other.start, other.end)


def shape(fact: Fact) -> str:
    """The kind and unit of a fact: two facts of one shape could stand in one place."""
    if fact.kind == "reference":
        levels = re.sub(r"「.*?」 |\d+(?:의\d+)?|[가-하](?=목$)", "", fact.value)
        return f"reference {levels}"
    return f"{fact.kind} {_NUMBER.sub('0', fact.value)}"


def rival(fact: Fact, text: str, beside: Sequence[Fact], near: Alignment | None) -> Citation | None:
    """The one other value of this shape in the aligned span; ``None`` if none, or several.

    ``text`` is the answer. Values that the claim itself states (``beside``) are not what it got
    wrong, and a limit of another sense (1개월 전, 1년 6개월 이내) stands in another place.
    """
    if near is None:
        return None
    limit = limit_after(text, fact.end)
    candidates = [
        other
        for other in _unstated(fact.kind, beside, near)
        if shape(other) == shape(fact)
        and limit in (None, limit_after(near.source.passage.text, other.end))
    ]
    if len({other.value for other in candidates}) != 1:
        return None
    return citation(near.source, candidates[0].start, candidates[0].end)


def has_unstated(fact: Fact, beside: Sequence[Fact], near: Alignment) -> bool:
    """Whether the aligned span states values of this kind that the claim does not."""
    others = _unstated(fact.kind, beside, near)
    # 제1항 in the source is no alternative to the 제15조 of a claim: it is in that article.
    return any(fact.kind != "reference" or shape(other) == shape(fact) for other in others)


def _unstated(kind: str, beside: Sequence[Fact], near: Alignment) -> list[Fact]:
    stated = {other.value for other in beside}
    return [
        other
        for other in near.source.facts
        if near.start <= other.start
        and other.end <= near.end
        and other.kind == kind
        and other.value not in stated
    ]
