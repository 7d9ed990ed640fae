"""Texts into the terms that a lexical channel counts, field by field."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
import numpy.typing as npt

from onprem_rag.korean.text import letters

# Up to so many characters their pairs are numbered by a table of all: 256 MiB, and with 2,000 of
# them over twenty times as fast as sorting. A file of noise may have 100,000, a table of 40 GB.
TABLE = 1 << 13


@dataclass(frozen=True, slots=True)
class Field:
    """One field of all passages: each occurrence's passage row and term number."""

    rows: npt.NDArray[np.int32]  # (n,)
    terms: npt.NDArray[np.int32]  # (n,)
    weight: float = 1.0


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
