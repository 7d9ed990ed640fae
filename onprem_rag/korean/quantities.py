"""Quantities: amounts, dates, years, periods, percentages, times of day and counts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from onprem_rag.korean.bare_figures import bare
from onprem_rag.korean.numerals import FIGURE
from onprem_rag.korean.quantity_counts import counts
from onprem_rag.korean.quantity_dates import dates
from onprem_rag.korean.quantity_rules import Rule, amounts, percentages, periods
from onprem_rag.korean.quantity_words import WORD_RULES
from onprem_rag.korean.references import Reference, find_references
from onprem_rag.korean.text import fold
from onprem_rag.records import Fact

_RANGE_START = re.compile(rf"(?<![\d-])(?<!\d[.,])({FIGURE})\s?([~·/-])\s?$")
_LEADING = re.compile(FIGURE)
_NO_RANGE = ("date", "year", "time")
# Of candidates that are equally long the earlier rule's wins.
_RULES = (*amounts(), *dates(), *periods(), *percentages(), *counts())
_EVERY = (*WORD_RULES, *_RULES)


def find_quantities(text: str, every: bool = False) -> list[Fact]:
    """Return the quantities of ``text`` in text order; no two share a character.

    Equal quantities have equal values: 3천만원 and 30,000,000원 are "30000000원", 2년 is
    "24개월", 2주 is "14일", 100분의 50 and 2분의 1 are "50%", 3분의 2 is "2/3", 2024. 3. 1. is
    "2024-03-01". With ``every``, also those in words (절반, 두 개월) and figures without a unit, so
    that each figure of ``text`` stands in a reference, a quantity or an enumeration's mark.
    """
    return list(_quantities(text, every))


@lru_cache(maxsize=512)  # limits are read beside their quantities
def _quantities(text: str, every: bool) -> tuple[Fact, ...]:
    places = [place for place in find_references(text, every) if not place.implied]
    masked = _masked(fold(text), places)
    chosen = _without_overlap(_candidates(masked, text, _EVERY if every else _RULES))
    chosen += list(_range_starts(chosen, masked, text))
    facts = [fact for fact, _ in chosen]
    if every:
        left = bare(_masked(masked, facts))
        facts += [Fact("count", text[s:e], value, s, e) for s, e, value in left]
    return tuple(sorted(facts, key=lambda fact: fact.start))


def _masked(text: str, taken: Iterable[Reference | Fact]) -> str:
    characters = list(text)
    for each in taken:
        characters[each.start : each.end] = "\0" * (each.end - each.start)
    return "".join(characters)


def _candidates(masked: str, text: str, rules: Iterable[Rule]) -> Iterator[tuple[Fact, Rule]]:
    for rule in rules:
        if rule.needs and not any(word in masked for word in rule.needs):
            continue
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
    """Yield the 3 of "3~5년", "3·4·5년" and "3/5점": each has the unit of the number after it."""
    taken = {fact.end for fact, _ in chosen}
    for fact, rule in chosen:
        leading = _LEADING.match(masked, fact.start)
        if not leading or fact.kind in _NO_RANGE:
            continue
        unit, first = masked[leading.end() : fact.end + 2], fact.start
        while before := _RANGE_START.search(masked[max(0, first - 16) : first]):
            first = max(0, first - 16) + before.start()
            end = first + len(before[1])
            match = rule.pattern.match(before[1] + unit)
            value = rule.read(match) if match and end not in taken else None
            if value is None or (before[2] == "/" and not value.endswith("점")):
                break
            yield Fact(fact.kind, text[first:end], value, first, end), rule
