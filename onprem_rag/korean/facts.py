"""Checkable particles of text. A new kind of fact is one function, named in ``FINDERS``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from onprem_rag.korean.quantities import find_quantities
from onprem_rag.korean.references import find_references
from onprem_rag.records import Fact

Finder = Callable[[str], Iterable[Fact]]


def reference_facts(text: str) -> list[Fact]:
    """The references that stand in ``text``; the inner members of a range do not."""
    return [
        Fact(
            kind="reference",
            text=reference.text,
            value=f"「{reference.document}」 {reference}" if reference.document else str(reference),
            start=reference.start,
            end=reference.end,
        )
        for reference in find_references(text)
        if not reference.implied
    ]


# Where two finders claim the same characters, the earlier one has them.
FINDERS: tuple[Finder, ...] = (reference_facts, find_quantities)


def extract(text: str) -> list[Fact]:
    """Return the facts of ``text`` in text order; no two share a character."""
    return list(_extract(text, FINDERS))


@lru_cache(maxsize=512)  # an answer's passages are read again after each correction
def _extract(text: str, finders: tuple[Finder, ...]) -> tuple[Fact, ...]:
    facts: list[Fact] = []
    taken: set[int] = set()
    for find in finders:
        for fact in find(text):
            characters = range(fact.start, fact.end)
            if taken.isdisjoint(characters):
                taken.update(characters)
                facts.append(fact)
    return tuple(sorted(facts, key=lambda fact: fact.start))
