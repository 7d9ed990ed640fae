"""Checkable particles of text, and the one list of their kinds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from onprem_rag.korean.comparators import Comparators
from onprem_rag.korean.exceptions import Exceptions
from onprem_rag.korean.kind import Kind
from onprem_rag.korean.modality import Modalities
from onprem_rag.korean.names import Names
from onprem_rag.korean.quantities import find_quantities
from onprem_rag.korean.rates import Days, Rates
from onprem_rag.korean.references import find_references
from onprem_rag.records import Fact

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_BACK = re.compile(r"전(?=[조항호])")
_PLACE = re.compile(r"「.*?」 |\d+(?:의\d+)?|[가-하](?=목$)")


class References(Kind):
    """제10조의2제1항, 별표 1; the inner members of a range are none."""

    names = ("reference",)

    def __init__(self, every: bool = False) -> None:
        """With ``every``, also 전항, 같은 조 and 제십오조."""
        self._every = every

    def find(self, text: str) -> Iterable[Fact]:
        """The references that stand in ``text``; a document in 「」 is part of the value."""
        return [
            Fact(
                kind="reference",
                text=reference.text,
                value=f"「{reference.document}」 {reference}"
                if reference.document
                else str(reference),
                start=reference.start,
                end=reference.end,
            )
            for reference in find_references(text, self._every)
            if not reference.implied
        ]

    def rivals(self, claimed: Fact, stated: Fact) -> bool:
        """An article for an article, a 호 of an article for another such."""
        levels = [_BACK.sub("제", _PLACE.sub("", fact.value)) for fact in (claimed, stated)]
        return super().rivals(claimed, stated) and levels[0] == levels[1]


class Quantities(Kind):
    """Amounts, dates, periods, percentages, counts … with their units."""

    names = ("amount", "date", "year", "time", "period", "percentage", "count")

    def __init__(self, every: bool = False) -> None:
        """With ``every``, also those in words, and figures without a unit."""
        self._every = every

    def find(self, text: str) -> Iterable[Fact]:
        """The quantities of ``text``."""
        return find_quantities(text, self._every)

    def rivals(self, claimed: Fact, stated: Fact) -> bool:
        """Another number of the same unit."""
        units = [_NUMBER.sub("0", fact.value) for fact in (claimed, stated)]
        units = ["0%" if unit == "0/0" else unit for unit in units]  # 3분의 2 and 50%
        return super().rivals(claimed, stated) and units[0] == units[1]


# Where two kinds claim the same characters, the earlier one has them.
MEASURES: tuple[Kind, ...] = (References(), Quantities())  # what an answer can copy
KINDS: tuple[Kind, ...] = (  # what is checked
    References(every=True),
    Quantities(every=True),
    Comparators(),
    Modalities(),
    Exceptions(),
    Names(),
    Rates(),
    Days(),
)


def extract(text: str, kinds: tuple[Kind, ...] = MEASURES) -> list[Fact]:
    """Return the facts of ``text`` in text order; no two of one kind of kind share a character.

    Measures take their characters for themselves; the other kinds may lie across them.
    """
    return list(_extract(text, kinds))


@lru_cache(maxsize=2048)
def found_by(kind: Kind, text: str) -> tuple[Fact, ...]:
    """What ``kind`` finds in ``text``; read but once."""
    return tuple(kind.find(text))


@lru_cache(maxsize=512)  # an answer's passages are read again after each correction
def _extract(text: str, kinds: tuple[Kind, ...]) -> tuple[Fact, ...]:
    facts: list[Fact] = []
    taken: set[int] = set()
    for kind in kinds:
        for fact in found_by(kind, text):
            characters = range(fact.start, fact.end)
            if not isinstance(kind, References | Quantities):
                facts.append(fact)
            elif taken.isdisjoint(characters):
                taken.update(characters)
                facts.append(fact)
    return tuple(sorted(facts, key=lambda fact: (fact.start, fact.end)))
