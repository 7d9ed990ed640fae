"""BM25 over terms, saved as plain arrays and memory-mapped.

BM25F (Robertson, Zaragoza, Taylor 2004): each field counts a term by the field's weight and
normalises it by the field's length; their sum is saturated once. With one field of weight 1 it is
BM25 as Lucene has it (no negative weights for common words). Scores are computed when the index is
built, so that a question only adds up its terms' postings.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from onprem_rag.korean.morphemes import content_morphemes
from onprem_rag.korean.text import letters

Scores = npt.NDArray[np.float32]
Terms = tuple[tuple[str, float], ...]  # (term, weight): a weight multiplies the term's BM25
# Of the even-numbered questions of KorQuAD and the paraphrases: 0.6 to 1.2 lose up to two of a
# hundred hits. Korean rules repeat their words as grammar wants it: once says nearly all.
K1 = 0.4
B = 0.4
# A term that more than this share of the passages have tells next to nothing and costs most: it is
# left out.
COMMON = 0.1
LEAST_COMMON = 10_000  # passages; fewer cost nothing
# Up to so many characters their pairs are numbered by a table of all: 256 MiB, and with 2,000 of
# them over twenty times as fast as sorting. A file of noise may have 100,000, a table of 40 GB.
TABLE = 1 << 13


@dataclass(frozen=True, slots=True)
class Field:
    """One field of all passages: each occurrence's passage row and term number."""

    rows: npt.NDArray[np.int32]  # (n,)
    terms: npt.NDArray[np.int32]  # (n,)
    weight: float = 1.0


def morpheme_tokens(text: str) -> list[str]:
    """Content words, as Mecab cuts them."""
    return content_morphemes(text)


def bigram_tokens(text: str) -> list[str]:
    """Pairs of neighbouring letters and digits with all blanks and signs taken out."""
    plain = letters(text)
    return [plain[at : at + 2] for at in range(len(plain) - 1)]


def token_fields(
    fields: Iterable[tuple[Iterable[Sequence[str]], float]],
) -> tuple[list[str], list[Field]]:
    """Vocabulary and fields of (each passage's tokens, weight of the field)."""
    from array import array

    vocabulary: defaultdict[str, int] = defaultdict(count().__next__)
    built = []
    for corpus, weight in fields:
        terms, sizes = array("i"), array("i")
        for tokens in corpus:
            terms.extend([vocabulary[token] for token in tokens])
            sizes.append(len(tokens))
        rows = np.repeat(np.arange(len(sizes), dtype=np.int32), np.asarray(sizes))
        built.append(Field(rows, np.asarray(terms), weight))
    return list(vocabulary), built


def bigram_fields(
    fields: Sequence[tuple[Sequence[str], float]], table: int = TABLE
) -> tuple[list[str], list[Field]]:
    """As ``token_fields`` over ``bigram_tokens`` of (each passage's ``letters``, weight).

    Above ``table`` different characters it needs no memory for pairs that don't occur.
    """
    codes = [np.frombuffer("".join(texts).encode("utf-32-le"), np.uint32) for texts, _ in fields]
    alphabet = np.unique(np.concatenate([np.unique(code) for code in codes]))
    numbers = np.zeros(int(alphabet.max(initial=0)) + 1, dtype=np.int64)
    numbers[alphabet] = np.arange(len(alphabet))
    found = []
    for code, (texts, weight) in zip(codes, fields, strict=True):
        sizes = np.fromiter(map(len, texts), np.int64, len(texts))
        pairs = numbers[code[:-1]] * len(alphabet) + numbers[code[1:]]
        rows = np.repeat(np.arange(len(texts), dtype=np.int32), sizes)
        within = rows[:-1] == rows[1:]
        found.append((rows[:-1][within], pairs[within], weight))
    kept, terms = _renumbered([pairs for _, pairs, _ in found], len(alphabet), table)
    signs = [chr(code) for code in alphabet]
    vocabulary = [signs[pair // len(signs)] + signs[pair % len(signs)] for pair in kept.tolist()]
    return vocabulary, [
        Field(rows, numbers, weight)
        for (rows, _, weight), numbers in zip(found, terms, strict=True)
    ]


def _renumbered(
    columns: Sequence[npt.NDArray[np.int64]], letters: int, table: int
) -> tuple[npt.NDArray[np.int64], list[npt.NDArray[np.int32]]]:
    """The numbers of pairs that occur, ascending; the ``columns`` as places among these."""
    if letters > table:
        kept = np.unique(np.concatenate([np.unique(column) for column in columns]))
        return kept, [np.searchsorted(kept, column).astype(np.int32) for column in columns]
    used = np.zeros(letters**2, dtype=np.int32)
    for column in columns:
        used[column] = 1
    kept = np.flatnonzero(used)
    used[kept] = np.arange(len(kept))
    return kept, [used[column] for column in columns]


class Postings(NamedTuple):
    """Which rows have term t, and its scores there: at ``starts[t]`` up to ``starts[t + 1]``."""

    starts: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int32]
    scores: npt.NDArray[np.float16]  # half precision: three digits rank as well as six


class LexicalIndex:
    """One BM25 channel: for each term the rows that have it, and its score in each."""

    def __init__(
        self,
        terms: Sequence[str],
        frequencies: npt.NDArray[np.int32],
        postings: Postings | None,
        size: int,
    ) -> None:
        self._terms = terms
        self._vocabulary = {term: at for at, term in enumerate(terms)}
        self._frequencies = frequencies
        self._postings = postings
        self._size = size

    @classmethod
    def build(
        cls, terms: Sequence[str], fields: Sequence[Field], size: int, k1: float = K1, b: float = B
    ) -> LexicalIndex:
        """Index ``fields`` of ``size`` passages over the vocabulary ``terms``."""
        from scipy import sparse

        shape = (size, len(terms))
        counts = sparse.csc_matrix(shape, dtype=np.float32)
        for field in fields:
            ones = np.ones(len(field.rows), dtype=np.float32)
            found = sparse.coo_matrix((ones, (field.rows, field.terms)), shape=shape).tocsc()
            lengths = np.bincount(field.rows, minlength=size).astype(np.float32)
            norms = 1 - b + b * lengths / max(float(lengths.sum()) / max(size, 1), 1e-9)
            found.data *= field.weight / norms[found.indices]
            counts = counts + found
        frequencies = np.diff(counts.indptr)
        weights = np.log(1 + (size - frequencies + 0.5) / (frequencies + 0.5)).astype(np.float32)
        scores = counts.data / (np.float32(k1) + counts.data) * np.repeat(weights, frequencies)
        telling = frequencies <= _most(size)
        kept = np.repeat(telling, frequencies)
        starts = np.concatenate(([0], np.cumsum(frequencies * telling, dtype=np.int64)))
        postings = Postings(starts, counts.indices[kept], scores[kept].astype(np.float16))
        return cls(terms, frequencies.astype(np.int32), postings, size)

    def save(self, folder: Path) -> None:
        """Write plain arrays and the vocabulary, a line a term, into ``folder``."""
        self.save_terms(folder)
        for name, array in self._scored()._asdict().items():
            np.save(folder / f"{name}.npy", array)

    def save_terms(self, folder: Path) -> None:
        """Write the vocabulary and its frequencies only, for an index with postings elsewhere."""
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / "frequencies.npy", self._frequencies)
        (folder / "terms.txt").write_text("\n".join(self._terms), encoding="utf-8", newline="")

    @classmethod
    def open(cls, folder: Path, size: int) -> LexicalIndex:
        """Memory-map what ``save`` wrote; ``size`` is the number of passages."""
        bare = cls.open_terms(folder, size)
        postings = Postings(*(_mapped(folder / f"{name}.npy") for name in Postings._fields))
        starts, rows, scores = postings
        if len(starts) != len(bare._terms) + 1 or not int(starts[-1]) == len(rows) == len(scores):
            raise ValueError(f"{folder.name}: vocabulary, rows and scores differ")
        return cls(bare._terms, bare._frequencies, postings, size)

    @classmethod
    def open_terms(cls, folder: Path, size: int) -> LexicalIndex:
        """What ``save_terms`` wrote: knows frequencies and weights of terms, and no scores."""
        frequencies = _mapped(folder / "frequencies.npy")
        with (folder / "terms.txt").open(encoding="utf-8", newline="") as file:
            terms = file.read().split("\n") if len(frequencies) else []
        if len(terms) != len(frequencies):
            raise ValueError(f"{folder.name}: vocabulary and frequencies differ")
        return cls(terms, frequencies, None, size)

    def matrix(self) -> Any:
        """All scores as a scipy CSR matrix, shape (passages, terms), float32."""
        from scipy import sparse

        starts, rows, scores = self._scored()
        shape = (self._size, len(self._terms))
        return sparse.csc_matrix((scores.astype(np.float32), rows, starts), shape=shape).tocsr()

    def numbered(self, terms: Terms) -> list[tuple[int, float]]:
        """(number, weight) of the terms that count: those known, and not too common."""
        known = [(self._vocabulary.get(term), weight) for term, weight in terms]
        most = _most(self._size)
        return [
            (at, weight) for at, weight in known if at is not None and self._frequencies[at] <= most
        ]

    def scores(self, terms: Terms) -> Scores:
        """BM25 of every passage for weighted terms, shape (size,), float32."""
        starts, rows, scores = self._scored()
        total = np.zeros(self._size, dtype=np.float32)
        for at, weight in self.numbered(terms):
            here = slice(starts[at], starts[at + 1])
            total[rows[here]] += np.float32(weight) * scores[here]
        return total

    def frequency(self, term: str) -> int:
        """How many passages have this term."""
        at = self._vocabulary.get(term)
        return 0 if at is None else int(self._frequencies[at])

    def knows(self, term: str) -> bool:
        """Whether any passage has this term."""
        return term in self._vocabulary

    def weight(self, term: str) -> float:
        """Inverse document frequency of a term (Lucene); the highest for an unknown one."""
        frequency = self.frequency(term)
        return math.log(1 + (self._size - frequency + 0.5) / (frequency + 0.5))

    def _scored(self) -> Postings:
        if self._postings is None:
            raise ValueError("opened without its postings")
        return self._postings


def _most(size: int) -> int:
    """In how many of ``size`` passages a term may stand to be searched."""
    return max(int(COMMON * size), LEAST_COMMON)


def _mapped(path: Path) -> npt.NDArray[Any]:
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
