"""Exact inner-product search over unit vectors with FAISS."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from onprem_rag.index.embedder import Vectors


class DenseIndex:
    """Vectors in row order, in FAISS's own file format (nothing is pickled)."""

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def build(cls, vectors: Vectors) -> DenseIndex:
        """Index (n, d) float32 unit vectors."""
        import faiss

        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors))
        return cls(index)

    def save(self, path: Path) -> None:
        """Write FAISS's file."""
        import faiss

        faiss.write_index(self._index, str(path))

    @classmethod
    def open(cls, path: Path) -> DenseIndex:
        """Memory-map a file that ``save`` wrote, read-only."""
        import faiss

        return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY))

    def search(self, vector: Vectors, count: int) -> tuple[list[int], list[float]]:
        """(rows, cosines) of the nearest ``count`` vectors to one (d,) vector, best first."""
        scores, rows = self._index.search(vector[None, :], min(count, self._index.ntotal))
        return rows[0].tolist(), scores[0].tolist()
