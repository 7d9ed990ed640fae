"""What a question asks an index, and what it finds. One Protocol; local files and Milvus
implement it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from onprem_rag.index.embedder import Vectors
from onprem_rag.index.lexical import LexicalIndex, Terms


@dataclass(frozen=True, slots=True)
class Query:
    """An analysed question."""

    terms: Mapping[str, Terms]  # by lexical channel
    vector: Vectors  # (d,) float32, of length 1, or 0 where no word is known
    documents: frozenset[int] | None = None  # only these documents' passages; None: all


@dataclass(frozen=True, slots=True)
class Found:
    """One passage's id, its fused score in [0, 1], and each channel's score over its best."""

    passage_id: int
    score: float
    channels: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Content:
    """What an index is made from: n passages, in row order, and w windows of them.

    A passage that is longer than the embedder reads at once has several windows, each with a
    vector of its own; the best of them is the passage's.
    """

    passages: npt.NDArray[np.int64]  # (n,) passage ids
    documents: npt.NDArray[np.int64]  # (n,) document ids; -1 where nobody is to find the row
    priors: npt.NDArray[np.float32]  # (n,) factors of the fused scores
    lexical: Mapping[str, LexicalIndex]  # by channel
    vectors: Vectors  # (w, d) float32 unit vectors, or those of the last windows (LocalIndex.write)
    windows: npt.NDArray[np.int32]  # (w,) each window's row, ascending


class Index(Protocol):
    """All passages of one library revision. Read-only; safe to share between threads."""

    def search(self, query: Query, weights: Mapping[str, float], count: int) -> Sequence[Found]:
        """The ``count`` best passages, best first, ties by passage id; scores above zero only.

        A passage's score is the mean of its channels' scores, each divided by the best of its
        channel, weighted by ``weights``, times the passage's prior.
        """

    def frequency(self, channel: str, term: str) -> int:
        """How many passages have this term of a lexical channel."""

    def knows(self, word: str) -> bool:
        """Whether any passage has this morpheme."""

    def weight(self, word: str) -> float:
        """A morpheme's inverse document frequency (Lucene); the highest for an unknown one."""
