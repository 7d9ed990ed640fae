"""The index in local files: memory-mapped postings, and FAISS."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from onprem_rag.index.dense import DenseIndex, Limit
from onprem_rag.index.fusion import Scores, best, fuse, normalised
from onprem_rag.index.interface import Content, Found, Query
from onprem_rag.index.lexical import LexicalIndex
from onprem_rag.index.texts import CHANNELS

HOLE = -1  # the document of a row that is gone

MASKS = 8  # sets of documents whose rows are remembered: those of today, of a few other days


class _Mask(NamedTuple):
    """The rows that some documents have."""

    rows: npt.NDArray[np.float32]  # (n,) 1 or 0
    limit: Limit


class LocalIndex:
    """An Index over the files of one generation's folder."""

    def __init__(
        self,
        passages: npt.NDArray[np.int64],
        documents: npt.NDArray[np.int64],
        priors: npt.NDArray[np.float32],
        lexical: Mapping[str, LexicalIndex],
        dense: DenseIndex,
        candidates: int,
    ) -> None:
        self._passages = passages
        self._live = _masked(dense, documents != HOLE)
        # Not a method of this index: it would hold itself, and its files open, by a cycle.
        self._mask = lru_cache(MASKS)(partial(_mask, documents, dense))
        self._priors = priors
        self._lexical = lexical
        self._dense = dense
        self._candidates = candidates

    @classmethod
    def write(cls, folder: Path, content: Content, before: Path | None = None) -> None:
        """Save ``content`` into ``folder``; the vectors' cells are those of ``before``, if any.

        Where it has vectors of the last windows only, the others are those of ``before`` too.
        """
        np.save(folder / "passages.npy", content.passages)
        np.save(folder / "documents.npy", content.documents)
        np.save(folder / "priors.npy", content.priors)

        def dense() -> None:
            vectors, windows = content.vectors, content.windows
            if before and len(vectors) < len(windows):
                DenseIndex.followed(before, vectors, windows).save(folder)
            else:
                DenseIndex.build(vectors, windows, before=before).save(folder)

        with ThreadPoolExecutor() as pool:  # whoever writes a file lets others go on
            jobs = [pool.submit(one.save, folder / name) for name, one in content.lexical.items()]
            for job in [*jobs, pool.submit(dense)]:
                job.result()

    @classmethod
    def open(cls, folder: Path, candidates: int) -> LocalIndex:
        """Memory-map what ``write`` saved. Raises OSError, ValueError, RuntimeError if damaged.

        ``candidates``: how many passages the dense channel puts forward.
        """
        passages, documents, priors = (
            np.load(folder / f"{name}.npy", allow_pickle=False)
            for name in ("passages", "documents", "priors")
        )
        if not len(passages) == len(documents) == len(priors):
            raise ValueError("passages, documents and priors differ")
        sizes = len(passages), int((documents != HOLE).sum())
        lexical = {name: LexicalIndex.open(folder / name, *sizes) for name in CHANNELS}
        dense = DenseIndex.open(folder)
        return cls(passages, documents, priors, lexical, dense, candidates)

    def search(self, query: Query, weights: Mapping[str, float], count: int) -> list[Found]:
        """See ``Index``."""
        mask = self._live if query.documents is None else self._mask(query.documents)
        channels = {
            name: index.scores(query.terms.get(name, ())) for name, index in self._lexical.items()
        }
        if mask:
            for scores in channels.values():
                scores *= mask.rows
        channels["dense"] = self._near(query, mask)
        channels = {name: normalised(scores) for name, scores in channels.items()}
        fused = fuse(channels, weights) * self._priors
        return [
            Found(
                int(self._passages[row]),
                float(fused[row]),
                tuple((name, float(scores[row])) for name, scores in channels.items()),
            )
            for row in best(fused, count)
        ]

    def frequency(self, channel: str, term: str) -> int:
        """See ``Index``."""
        return self._lexical[channel].frequency(term)

    def knows(self, word: str) -> bool:
        """See ``Index``."""
        return self._lexical["mecab"].knows(word)

    def weight(self, word: str) -> float:
        """See ``Index``."""
        return self._lexical["mecab"].weight(word)

    def _near(self, query: Query, mask: _Mask | None) -> Scores:
        """Cosines of the nearest candidates, scattered over all rows."""
        scores = np.zeros(len(self._passages), dtype=np.float32)
        if np.any(query.vector):
            rows, cosines = self._dense.search(
                query.vector, self._candidates, mask.limit if mask else None
            )
            np.maximum.at(scores, rows, cosines)
        return scores


def _mask(
    rows: npt.NDArray[np.int64], dense: DenseIndex, documents: frozenset[int]
) -> _Mask | None:
    """The mask of ``documents`` for (n,) ``rows``' documents; None where it hides nothing."""
    return _masked(dense, np.isin(rows, np.fromiter(documents, np.int64, len(documents))))


def _masked(dense: DenseIndex, allowed: npt.NDArray[np.bool_]) -> _Mask | None:
    """The mask of the ``allowed`` (n,) rows; None where it hides nothing."""
    return None if allowed.all() else _Mask(allowed.astype(np.float32), dense.limit(allowed))
