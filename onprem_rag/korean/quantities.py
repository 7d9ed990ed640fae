"""Quantities: amounts, dates, years, periods, percentages, times of day and counts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from onprem_rag.korean.numerals import FIGURE
from onprem_rag.korean.quantity_rules import RULES, Rule
from onprem_rag.korean.references import find_references
from onprem_rag.korean.text import fold
from onprem_rag.records import Fact

_RANGE_START = re.compile(rf"(?<![\d.,-])({FIGURE})\s?[~-]\s?$")
_LEADING = re.compile(FIGURE)
_NO_RANGE = ("date", "year", "time")


def find_quantities(text: str) -> list[Fact]:
    """Return the quantities of ``text`` in text order; no two share a character.

    Equal quantities have equal values: 3천만원 and 30,000,000원 are "30000000원", 2년 is
    "24개월", 2주 is "14일", 100분의 5 is "5%", 3분의 2 is "2/3", 2024. 3. 1. is "2024-03-01".
    """
    masked = fold(text)
    for reference in find_references(text):
        if not reference.implied:
            gap = "\0" * (reference.end - reference.start)
            masked = masked[: reference.start] + gap + masked[reference.end :]
    chosen = _without_overlap(_candidates(masked, text))
    chosen += list(_range_starts(chosen, masked, text))
    return [fact for fact, _ in sorted(chosen, key=lambda pair: pair[0].start)]


def _candidates(masked: str, text: str) -> Iterator[tuple[Fact, Rule]]:
    for rule in RULES:
        for match in rule.pattern.finditer(masked):
            value = rule.read(match)
            if value is not None:
                start, end = match.span()
                end -= len(masked[start:end]) - len(masked[start:end].rstrip())
                yield Fact(rule.kind, text[start:end], value, start, end), rule


def _without_overlap(candidates: Iterable[tuple[Fact, Rule]]) -> list[tuple[Fact, Rule]]:
    """Keep the longest of those that overlap; of equally long ones the earlier rule's."""
    chosen: list[tuple[Fact, Rule]] = []
    taken: set[int] = set()
    for fact, rule in sorted(candidates, key=lambda pair: pair[0].start - pair[0].end):
        characters = range(fact.start, fact.end)
        if taken.isdisjoint(characters):
            taken.update(characters)
            chosen.append((fact, rule))
    return chosen


def _range_starts(
    chosen: list[tuple[Fact, Rule]], masked: str, text: str
) -> Iterator[tuple[Fact, Rule]]:
    """Yield the 3 of "3~5년": it has the unit of the number after it."""
    taken = {fact.end for fact, _ in chosen}
    for fact, rule in chosen:
        leading = _LEADING.match(masked, fact.start)
        before = _RANGE_START.search(masked[max(0, fact.start - 16) : fact.start])
        if not leading or not before or fact.kind in _NO_RANGE:
            continue
        start = max(0, fact.start - 16) + before.start()
        end = start + len(before[1])
        match = rule.pattern.match(before[1] + masked[leading.end() : fact.end + 2])
        value = rule.read(match) if match and end not in taken else None
        if value is not None:
            yield Fact(fact.kind, text[start:end], value, start, end), rule
