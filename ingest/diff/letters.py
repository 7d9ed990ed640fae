"""One unit in two layouts, letter by letter: what says the same on both sides, and where."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np

from ingest.diff.align import Pair, in_order
from ingest.diff.spares import Spare
from ingest.diff.wording import form

_LETTER, _UNSURE, _SPARE = 64, 2, 1  # what it costs to leave out one letter
_RARE = 12  # so many letters that both texts have once are the same ones
_MOST = 10_000_000  # letters times letters between such: a tenth of a second, and as many bytes
_FAR = np.int32(1 << 30)
_form = lru_cache(maxsize=1 << 14)(form)
_Array: TypeAlias = np.ndarray[Any, np.dtype[np.int32]]


@dataclass(frozen=True, slots=True)
class Matched:
    """``old`` and ``new``: the texts with blanks for what is their layout only.

    ``gaps``: what lies between letters that are the same, as (start, end) in each text.
    """

    old: str
    new: str
    gaps: tuple[tuple[Pair, Pair], ...]

    def common(self, old: Sequence[int], new: Sequence[int]) -> list[Pair]:
        """Of borders (offsets, rising) in either text those at which both can be parted."""
        found: set[Pair] = set()
        for (start, end), (begin, stop) in self.gaps:
            ones = old[bisect_left(old, start) : bisect_right(old, end)]
            others = new[bisect_left(new, begin) : bisect_right(new, stop)]
            if ones and others:
                found |= {(ones[0], others[0]), (ones[-1], others[-1])}
        return sorted(found)


@dataclass(frozen=True, slots=True)
class _Letters:
    """The letters of a text that count: where they stand, what they are, what each costs."""

    places: list[int]
    codes: _Array
    costs: _Array


def matched(old: str, olds: Sequence[Spare], new: str, news: Sequence[Spare]) -> Matched:
    """Both texts letter by letter; what is spare in one stays where the other says it."""
    codes: defaultdict[str, int] = defaultdict(lambda: len(codes))
    one, other = _letters(old, olds, codes), _letters(new, news, codes)
    same = list(_same(one, other))
    places = [(one.places[a], other.places[b]) for a, b in same]
    return Matched(
        _bare(old, olds, {one.places[a] for a, b in same if other.costs[b] == _LETTER}),
        _bare(new, news, {other.places[b] for a, b in same if one.costs[a] == _LETTER}),
        tuple(_between(places, len(old), len(new))),
    )


def _letters(text: str, spares: Sequence[Spare], codes: defaultdict[str, int]) -> _Letters:
    costs = np.full(len(text), _LETTER, np.int32)
    for spare in spares:
        costs[spare.start : spare.end] = _SPARE if spare.sure else _UNSURE
    places = [at for at, letter in enumerate(text) if _form(letter)]
    numbers = [codes[_form(text[at])] for at in places]
    return _Letters(places, np.array(numbers, np.int32), costs[places])


def _between(pairs: Sequence[Pair], old: int, new: int) -> Iterator[tuple[Pair, Pair]]:
    """What lies before, between and behind ``pairs`` in texts of so many letters."""
    for (a, b), (c, d) in pairwise([(-1, -1), *pairs, (old, new)]):
        yield (a + 1, c), (b + 1, d)


def _same(old: _Letters, new: _Letters) -> Iterator[Pair]:
    """The letters that are the same, where the least of both texts is left out."""
    sure = list(_sure(old, new))
    for at, ((a, b), (c, d)) in enumerate(_between(sure, len(old.codes), len(new.codes))):
        if 0 < (b - a) * (d - c) <= _MOST:
            part = _cheapest(old.codes[a:b], old.costs[a:b], new.codes[c:d], new.costs[c:d])
            yield from reversed([(a + one, c + other) for one, other in part])
        yield from sure[at : at + 1]


def _sure(old: _Letters, new: _Letters) -> Iterator[Pair]:
    """Letters that are the same beyond doubt: those of rare wordings in the same order."""
    ones, others = np.flatnonzero(old.costs > _SPARE), np.flatnonzero(new.costs > _SPARE)
    rare, rare_new = _rare(old.codes[ones]), _rare(new.codes[others])
    pairs = sorted((rare[words], at) for words, at in rare_new.items() if words in rare)
    last_old = last_new = -1
    for a, b in sorted(in_order(sorted(pairs, key=lambda pair: pair[1]))):
        for offset in range(_RARE):
            one, other = a + offset, b + offset
            if one > last_old and other > last_new:
                yield int(ones[one]), int(others[other])
                last_old, last_new = one, other


def _rare(codes: _Array) -> dict[str, int]:
    """Where the wordings begin that are there once."""
    text = "".join(map(chr, codes))
    words = [text[at : at + _RARE] for at in range(len(text) - _RARE + 1)]
    counts = Counter(words)
    return {word: at for at, word in enumerate(words) if counts[word] == 1}


def _cheapest(old: _Array, costs: _Array, new: _Array, new_costs: _Array) -> Iterator[Pair]:
    """The pairs, from the last to the first, with which the letters left out cost the least."""
    before = np.concatenate(([0], np.cumsum(new_costs, dtype=np.int32)))
    least = before  # of each start of the new letters, beside the old ones so far
    skipped = np.zeros((len(old) + 1, len(new) + 1), np.bool_)  # the new letter is left out
    paired = np.zeros_like(skipped)
    for at, (code, cost) in enumerate(zip(old, costs, strict=True), start=1):
        row = least + cost
        met = np.where(new == code, least[:-1], _FAR)
        paired[at, 1:] = met <= row[1:]
        row[1:] = np.minimum(row[1:], met)
        least = np.minimum.accumulate(row - before) + before
        skipped[at] = least < row
    a, b = len(old), len(new)
    while a and b:
        if skipped[a, b]:
            b -= 1
        elif paired[a, b]:
            a, b = a - 1, b - 1
            yield a, b
        else:
            a -= 1


def _bare(text: str, spares: Sequence[Spare], said: set[int]) -> str:
    """``text`` with blanks for the spare parts of which the other side doesn't say all."""
    letters = list(text)
    for start, end, _ in spares:
        if any(at not in said for at in range(start, end) if _form(text[at])):
            letters[start:end] = " " * (end - start)
    return "".join(letters)
