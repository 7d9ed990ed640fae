"""The chain of article numbers that runs on best: quoted articles are not part of it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from ingest.split.marks import Mark

Number = tuple[int, int]
_GAP = 0.3  # what a gap costs, where an article counts 1 …
_MISSING = 0.1  # … and what each number in it costs
_UNCERTAIN = 0.5  # what a line counts that could also be running text
_WRAPPED = 0.4  # what a line counts less below one that ends no sentence


def is_next(mark: Mark, last: Number) -> bool:
    """15 → 16, 15 → 15의2 (some begin with 15의1), 15의2 → 15의3."""
    ahead = {(last[0] + 1, 0), (last[0], last[1] + 1)}
    return mark.number in (ahead if last[1] else ahead | {(last[0], 2)})


def chain(articles: Sequence[Mark], last: Number | None) -> list[Mark]:
    """The articles in order of their numbers that together count most, gaps taken off.

    ``last``: the number after which they go on; None where they may begin with any number, as
    the second volume of a rule does. Takes O(n log n).
    """
    if _runs_on(articles, last or (0, 0)):
        return list(articles)
    best = _Best([mark.last for mark in articles] + [last or (0, 0)])
    totals: list[float] = []
    before: list[int] = []
    for at, mark in enumerate(articles):
        total, previous = best.before(mark)
        if last is not None:
            start = 0.0 if is_next(mark, last) else -_cost(mark.number, last)
            if not mark.certain and start < 0:
                start = float("-inf")
            if mark.number <= last:
                start = float("-inf")
        else:
            start = 0.0 if mark.number[0] == 1 else -_GAP
        if start >= total:
            total, previous = start, -1
        worth = (1.0 if mark.certain else _UNCERTAIN) - (0.0 if mark.after_sentence else _WRAPPED)
        totals.append(total + worth)
        before.append(previous)
        if totals[at] > 0:
            best.add(mark.last, totals[at], at)
    at = max(range(len(totals)), key=totals.__getitem__, default=-1)
    chosen: list[Mark] = []
    while at >= 0 and totals[at] > 0:
        chosen.append(articles[at])
        at = before[at]
    return chosen[::-1]


def _runs_on(articles: Sequence[Mark], last: Number) -> bool:
    for mark in articles:
        if not (mark.certain and mark.after_sentence and is_next(mark, last)):
            return False
        last = mark.last
    return True


def _cost(number: Number, last: Number) -> float:
    return _GAP + _MISSING * max(number[0] - last[0] - 1, 0)


class _Best:
    """The best chains so far by the number that they end with."""

    def __init__(self, numbers: Sequence[Number]) -> None:
        self._ranks = sorted(set(numbers))
        # A tree of prefix maxima (Fenwick): (total + cost of the numbers up to here, article).
        self._tree: list[tuple[float, int]] = [(float("-inf"), -1)] * (len(self._ranks) + 1)
        self._ends: dict[Number, tuple[float, int]] = {}
        self._by_article: dict[int, tuple[float, int]] = {}

    def add(self, number: Number, total: float, at: int) -> None:
        """A chain that ends with article ``at``."""
        entry = (total, at)
        if entry[0] >= self._ends.get(number, (float("-inf"), -1))[0]:
            self._ends[number] = entry
        if entry[0] >= self._by_article.get(number[0], (float("-inf"), -1))[0]:
            self._by_article[number[0]] = entry
        rank = bisect_left(self._ranks, number) + 1
        shifted = (total + _MISSING * number[0], at)
        while rank < len(self._tree):
            if shifted[0] >= self._tree[rank][0]:
                self._tree[rank] = shifted
            rank += rank & -rank

    def before(self, mark: Mark) -> tuple[float, int]:
        """The best chain that ``mark`` may go on, less what a gap between them costs."""
        article, branch = mark.number
        nothing = (float("-inf"), -1)
        if branch:
            ends = [(article, branch - 1), (article, 0)][: 2 if branch == 2 else 1]
            following = max(self._ends.get(end, nothing) for end in ends)
        else:
            following = self._by_article.get(article - 1, nothing)
        if not mark.certain:
            return following
        rank = bisect_left(self._ranks, mark.number)
        gap = nothing
        while rank:
            gap = max(gap, self._tree[rank])
            rank -= rank & -rank
        far = gap[0] - _GAP - _MISSING * max(article - 1, 0)
        return max(following, (far, gap[1]))
