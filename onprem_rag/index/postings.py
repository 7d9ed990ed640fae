"""Which rows have a term, and with what score: joined from those of two sets of rows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int32]


class Postings(NamedTuple):
    """Which rows have term t, and its scores there: at ``starts[t]`` up to ``starts[t + 1]``."""

    starts: npt.NDArray[np.int64]
    rows: Numbers
    scores: npt.NDArray[np.float16]  # half precision: three digits rank as well as six

    def frequencies(self) -> Numbers:
        """(terms,) how many rows have each."""
        return np.diff(self.starts).astype(np.int32)

    def counted(self, chosen: npt.NDArray[np.bool_]) -> Numbers:
        """(terms,) how many of the ``chosen`` rows have each."""
        if not chosen.any():
            return np.zeros(len(self.starts) - 1, dtype=np.int32)
        found = np.flatnonzero(chosen[self.rows])
        terms = np.searchsorted(self.starts, found, side="right") - 1
        return np.bincount(terms, minlength=len(self.starts) - 1).astype(np.int32)

    def moved(self, to: Numbers) -> Postings:
        """With row r at ``to[r]``; without those that are to be at -1."""
        rows = to[self.rows]
        gone = np.flatnonzero(rows < 0)
        if not len(gone):
            return Postings(self.starts, rows, self.scores)
        starts = self.starts - np.searchsorted(gone, self.starts)
        kept = rows >= 0
        return Postings(starts, rows[kept], self.scores[kept])

    def joined(self, other: Postings, numbers: Numbers, count: int) -> Postings:
        """With those of ``other``, whose term t is the term ``numbers[t]`` of ``count``."""
        terms = np.repeat(numbers, np.diff(other.starts))
        order = np.argsort(terms, kind="stable")
        new = count - (len(self.starts) - 1)
        ends = np.concatenate((self.starts[1:], np.full(new, self.starts[-1])))
        places = ends[terms[order]]
        sizes = np.diff(self.starts, append=np.full(new, self.starts[-1]))
        sizes += np.bincount(terms, minlength=count)
        return Postings(
            np.concatenate(([0], np.cumsum(sizes, dtype=np.int64))),
            np.insert(self.rows, places, other.rows[order]),
            np.insert(self.scores, places, other.scores[order]),
        )
