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
from ingest.diff.wording import form

_RARE = 12  # so many letters that both texts have once are the same ones
_MOST = 10_000_000  # letters times letters between such: a tenth of a second, and as many bytes
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
    """The letters of a text that count: where they stand, and what they are."""

    places: list[int]
    codes: _Array


def matched(old: str, new: str) -> Matched:
    """Two texts, with blanks for what is their layout only, letter by letter."""
    codes: defaultdict[str, int] = defaultdict(lambda: len(codes))
    one, other = _letters(old, codes), _letters(new, codes)
    places = [(one.places[a], other.places[b]) for a, b in _same(one.codes, other.codes)]
    return Matched(old, new, tuple(_between(places, len(old), len(new))))


def _letters(text: str, codes: defaultdict[str, int]) -> _Letters:
    places = [at for at, letter in enumerate(text) if _form(letter)]
    return _Letters(places, np.array([codes[_form(text[at])] for at in places], np.int32))


def _between(pairs: Sequence[Pair], old: int, new: int) -> Iterator[tuple[Pair, Pair]]:
    """What lies before, between and behind ``pairs`` in texts of so many letters."""
    for (a, b), (c, d) in pairwise([(-1, -1), *pairs, (old, new)]):
        yield (a + 1, c), (b + 1, d)


def _same(old: _Array, new: _Array) -> Iterator[Pair]:
    """The letters that are the same, where the least of both texts is left out."""
    sure = list(_sure(old, new))
    for at, ((a, b), (c, d)) in enumerate(_between(sure, len(old), len(new))):
        if 0 < (b - a) * (d - c) <= _MOST:
            part = _longest(old[a:b], new[c:d])
            yield from reversed([(a + one, c + other) for one, other in part])
        yield from sure[at : at + 1]


def _sure(old: _Array, new: _Array) -> Iterator[Pair]:
    """Letters that are the same beyond doubt: those of rare wordings in the same order."""
    rare, rare_new = _rare(old), _rare(new)
    pairs = sorted((rare[words], at) for words, at in rare_new.items() if words in rare)
    last_old = last_new = -1
    for a, b in sorted(in_order(sorted(pairs, key=lambda pair: pair[1]))):
        for one, other in zip(range(a, a + _RARE), range(b, b + _RARE), strict=True):
            if one > last_old and other > last_new:
                yield one, other
                last_old, last_new = one, other


def _rare(codes: _Array) -> dict[str, int]:
    """Where the wordings begin that are there once."""
    text = "".join(map(chr, codes))
    words = [text[at : at + _RARE] for at in range(len(text) - _RARE + 1)]
    counts = Counter(words)
    return {word: at for at, word in enumerate(words) if counts[word] == 1}


def _longest(old: _Array, new: _Array) -> Iterator[Pair]:
    """The pairs, from the last to the first, with which the most letters are the same."""
    most = np.zeros(len(new) + 1, np.int32)  # of each start of the new letters, and the old so far
    skipped = np.zeros((len(old) + 1, len(new) + 1), np.bool_)  # the new letter is left out
    paired = np.zeros_like(skipped)
    for at, code in enumerate(old, start=1):
        met = np.where(new == code, most[:-1] + 1, 0)
        row = most.copy()
        paired[at, 1:] = met >= row[1:]
        row[1:] = np.maximum(row[1:], met)
        most = np.maximum.accumulate(row)
        skipped[at] = most > row
    a, b = len(old), len(new)
    while a and b:
        if skipped[a, b]:
            b -= 1
        elif paired[a, b]:
            a, b = a - 1, b - 1
            yield a, b
        else:
            a -= 1
