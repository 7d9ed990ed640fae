"""BM25 over terms, saved as plain arrays and memory-mapped.

BM25F (Robertson, Zaragoza, Taylor 2004): each field counts a term by the field's weight and
normalises it by the field's length; their sum is saturated once. With one field of weight 1 it is
BM25 as Lucene has it (no negative weights for common words). All but a term's weight, which every
new passage changes, is computed when the index is built: a question adds up its terms' postings.

Rows that come later lie beside in a small index of their own, and those that go leave holes: the
large files serve the next generation as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from onprem_rag.index.disk import share
from onprem_rag.index.fields import Field
from onprem_rag.index.postings import Postings

Scores = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
Lengths = npt.NDArray[np.float32]
Terms = tuple[tuple[str, float], ...]  # (term, weight): a weight multiplies the term's BM25
# Of the even-numbered questions of KorQuAD and the paraphrases: 0.6 to 1.2 lose up to two of a
# hundred hits. Korean rules repeat their words as grammar wants it: once says nearly all.
K1 = 0.4
B = 0.4
# A term that more than this share of the passages have tells next to nothing and costs most: no
# question looks for it.
COMMON = 0.1
LEAST_COMMON = 10_000  # passages; fewer cost nothing
FREQUENCIES, LENGTHS, TERMS = "frequencies.npy", "lengths.npy", "terms.txt"
MORE = "more"  # the folder of what came later
_FIRST = "first.npy"  # in it: the number of rows before


class LexicalIndex:
    """One BM25 channel: for each term the rows that have it, and its score in each.

    ``lengths`` (f,): the length of each field, in terms, that it takes for a usual one.
    """

    def __init__(
        self,
        terms: Sequence[str],
        frequencies: npt.NDArray[np.int32],
        lengths: Lengths,
        postings: Postings | None,
        size: int,
        more: LexicalIndex | None = None,
        folder: Path | None = None,
        live: int | None = None,
    ) -> None:
        """``more``: the last of the ``size`` rows; ``folder``: where the others' files are.

        ``live``: how many of the rows are no holes; None: all.
        """
        self._terms = terms
        self._frequencies = frequencies
        self._postings = postings
        self._size = size
        self._more = more
        self._folder = folder
        self._live = size if live is None else live
        self.lengths = lengths

    @cached_property
    def _vocabulary(self) -> dict[str, int]:
        return {term: at for at, term in enumerate(self._terms)}

    @classmethod
    def build(
        cls,
        terms: Sequence[str],
        fields: Sequence[Field],
        size: int,
        k1: float = K1,
        b: float = B,
        lengths: Lengths | None = None,
    ) -> LexicalIndex:
        """Index ``fields`` of ``size`` passages over the vocabulary ``terms``.

        Without ``lengths`` the mean ones are the usual.
        """
        from scipy import sparse

        shape = (size, len(terms))
        counts = sparse.csc_matrix(shape, dtype=np.float32)
        if lengths is None:
            lengths = np.array([len(f.rows) / max(size, 1) for f in fields], dtype=np.float32)
        for field, usual in zip(fields, lengths.tolist(), strict=True):
            ones = np.ones(len(field.rows), dtype=np.float32)
            found = sparse.coo_matrix((ones, (field.rows, field.terms)), shape=shape).tocsc()
            own = np.bincount(field.rows, minlength=size).astype(np.float32)
            norms = 1 - b + b * own / np.float32(usual) if usual else np.ones_like(own)
            found.data *= field.weight / norms[found.indices]
            counts = counts + found
        scores = (counts.data / (np.float32(k1) + counts.data)).astype(np.float16)
        postings = Postings(
            counts.indptr.astype(np.int64), counts.indices.astype(np.int32, copy=False), scores
        )
        return cls(terms, postings.frequencies(), lengths, postings, size)

    def joined(self, to: Rows, other: LexicalIndex, other_to: Rows, size: int) -> LexicalIndex:
        """An index of ``size`` rows: row r of this is at ``to[r]`` or, at -1, left out.

        Those of ``other`` are at ``other_to``. Terms that no row has any more stay, unknown.
        """
        if self._more:
            return self._whole().joined(to, other, other_to, size)
        numbers = dict(self._vocabulary)
        theirs = [numbers.setdefault(term, len(numbers)) for term in other._terms]
        postings = self._scored().moved(to)
        others = other._scored().moved(other_to)
        postings = postings.joined(others, np.array(theirs, dtype=np.int32), len(numbers))
        return LexicalIndex(list(numbers), postings.frequencies(), self.lengths, postings, size)

    @property
    def later(self) -> int:
        """How many rows lie beside the others."""
        return self._more._size if self._more else 0

    def followed(self, other: LexicalIndex, gone: Flags, live: Flags) -> LexicalIndex:
        """An index that has the rows of ``other`` behind these.

        (size,) ``gone`` rows are those that become holes now, and ``live`` those that are none.
        """
        first = self._size - self.later
        more = other
        if self._more:
            rows = np.arange(self.later + other._size, dtype=np.int32)
            behind = rows[self.later :]
            kept = np.where(live[first:], rows[: self.later], np.int32(-1))
            more = self._more.joined(kept, other, behind, len(rows))
        return LexicalIndex(
            self._terms,
            self._frequencies - self._scored().counted(gone[:first]),
            self.lengths,
            self._postings,
            self._size + other._size,
            more,
            self._folder,
            int(live.sum()) + other._size,
        )

    def _whole(self) -> LexicalIndex:
        """The same with all rows, and what is in holes, in one."""
        if self._more is None:
            return self
        rows = np.arange(self._size, dtype=np.int32)
        first = self._size - self.later
        own = LexicalIndex(self._terms, self._frequencies, self.lengths, self._postings, first)
        return own.joined(rows[:first], self._more, rows[first:], self._size)

    def save(self, folder: Path) -> None:
        """Write plain arrays and the vocabulary, a line a term, into ``folder``.

        Large files that are on the disk already get another name.
        """
        self.save_terms(folder)
        for name, array in self._scored()._asdict().items():
            if self._folder:
                share(self._folder / f"{name}.npy", folder / f"{name}.npy")
            else:
                np.save(folder / f"{name}.npy", array)
        if self._more:
            self._more.save(folder / MORE)
            np.save(folder / MORE / _FIRST, np.array(self._size - self.later))

    def save_terms(self, folder: Path) -> None:
        """Write all but the postings, for an index that has them elsewhere."""
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / FREQUENCIES, self._frequencies)
        np.save(folder / LENGTHS, self.lengths)
        if self._folder:
            share(self._folder / TERMS, folder / TERMS)
        else:
            (folder / TERMS).write_text("\n".join(self._terms), encoding="utf-8", newline="")

    @classmethod
    def open(cls, folder: Path, size: int, live: int | None = None) -> LexicalIndex:
        """Memory-map what ``save`` wrote; ``size`` rows, of which ``live`` (None: all) no holes."""
        bare, more = cls.open_terms(folder, size), None
        if (folder / MORE).exists():
            first = int(np.load(folder / MORE / _FIRST, allow_pickle=False))
            more = cls.open(folder / MORE, size - first)
        postings = Postings(*(_mapped(folder / f"{name}.npy") for name in Postings._fields))
        starts, rows, scores = postings
        if len(starts) != len(bare._terms) + 1 or not int(starts[-1]) == len(rows) == len(scores):
            raise ValueError(f"{folder.name}: vocabulary, rows and scores differ")
        own = (bare._terms, bare._frequencies, bare.lengths, postings)
        return cls(*own, size, more, folder, live)

    @classmethod
    def open_terms(cls, folder: Path, size: int) -> LexicalIndex:
        """What ``save_terms`` wrote: knows frequencies and weights of terms, and no scores."""
        frequencies, lengths = _mapped(folder / FREQUENCIES), np.load(folder / LENGTHS)
        with (folder / TERMS).open(encoding="utf-8", newline="") as file:
            terms = file.read().split("\n") if len(frequencies) else []
        if len(terms) != len(frequencies):
            raise ValueError(f"{folder.name}: vocabulary and frequencies differ")
        return cls(terms, frequencies, lengths, None, size)

    def matrix(self) -> Any:
        """All scores as a scipy CSR matrix, shape (passages, terms), float32.

        Of an index without rows beside.
        """
        from scipy import sparse

        starts, rows, scores = self._scored()
        common = self._frequencies > _most(self._size)
        weights = np.where(common, 0, _weight(self._frequencies, self._size))
        weighted = scores * np.repeat(weights.astype(np.float32), np.diff(starts))
        shape = (self._size, len(self._terms))
        found = sparse.csc_matrix((weighted, rows, starts), shape=shape).tocsr()
        found.eliminate_zeros()
        return found

    def numbered(self, terms: Terms) -> list[tuple[int, float]]:
        """(number, weight) of the terms that count: those known, and not too common.

        Of an index without rows beside.
        """
        known = [(self._vocabulary.get(term), weight) for term, weight in terms]
        most = _most(self._size)
        return [
            (at, weight)
            for at, weight in known
            if at is not None and 0 < self._frequencies[at] <= most
        ]

    def scores(self, terms: Terms) -> Scores:
        """BM25 of every passage for weighted terms, shape (size,), float32; of holes anything."""
        total = np.zeros(self._size, dtype=np.float32)
        most = _most(self._live)
        for term, weight in terms:
            if 0 < self.frequency(term) <= most:
                self._add(total, term, np.float32(weight * self.weight(term)))
        return total

    def _add(self, total: Scores, term: str, weight: np.float32) -> None:
        """Add to the rows that have ``term`` their score times ``weight``."""
        starts, rows, scores = self._scored()
        if (at := self._vocabulary.get(term)) is not None:
            here = slice(starts[at], starts[at + 1])
            total[rows[here]] += weight * scores[here]
        if self._more:
            self._more._add(total[self._size - self.later :], term, weight)

    def frequency(self, term: str) -> int:
        """How many passages have this term."""
        at = self._vocabulary.get(term)
        own = 0 if at is None else int(self._frequencies[at])
        return own + self._more.frequency(term) if self._more else own

    def knows(self, term: str) -> bool:
        """Whether any passage has this term."""
        return self.frequency(term) > 0

    def weight(self, term: str) -> float:
        """Inverse document frequency of a term (Lucene); the highest for an unknown one."""
        return float(_weight(self.frequency(term), self._live))

    def _scored(self) -> Postings:
        if self._postings is None:
            raise ValueError("opened without its postings")
        return self._postings


def _weight(frequency: Any, size: int) -> Any:
    """Inverse document frequency, of one number or of an array (Lucene)."""
    return np.log(1 + (size - frequency + 0.5) / (frequency + 0.5))


def _most(size: int) -> int:
    """In how many of ``size`` passages a term may stand to be searched."""
    return max(int(COMMON * size), LEAST_COMMON)


def _mapped(path: Path) -> npt.NDArray[Any]:
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
