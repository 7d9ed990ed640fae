"""Inner-product search over unit vectors with FAISS: exact, or in cells once there are many.

Above ``EXACT`` the vectors lie in cells around k-means centroids, in half precision, and a
question looks into the nearest cells only. How many, is measured when the index is built, and
stored in its file. Cells serve the next generations too, while the texts stay much the same.
Whatever the size, the served index is a memory-mapped file on the CPU: a
question takes one thread, and a GPU's memory belongs to the language model. A GPU trains the
cells if there is one.

Vectors that come later lie beside in a small exact index: the file of the others, which is large,
serves the next generation as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from onprem_rag.index.disk import share
from onprem_rag.index.embedder import Vectors

EXACT = 1 << 24  # numbers in all vectors together (65,536 of 256): 64 MiB, read in 2 to 3 ms
RECALL = 0.99  # of the exact ten nearest
NEAREST = 10
SAMPLE = 256  # queries of each kind that measure it
LEAST_SHARE = 16  # one cell in so many is looked into at least, however easy the sample was
SEED = 20_240_301
_FILE, _MORE = "dense.faiss", "more.faiss"


class Limit(NamedTuple):
    """Which windows of one index may be found; any number of searches may share it."""

    parameters: Any  # FAISS's
    more: Any = None  # those for the vectors beside


class DenseIndex:
    """Vectors of windows of passages, in FAISS's own file format (nothing is pickled)."""

    def __init__(
        self,
        index: Any,
        windows: npt.NDArray[np.int32],
        more: Any = None,
        folder: Path | None = None,
    ) -> None:
        """``more``: an index of the last windows; ``folder``: where the file of the others is."""
        self._index = index
        self._windows = windows
        self._more = more
        self._folder = folder

    @classmethod
    def build(
        cls,
        vectors: Vectors,
        windows: npt.NDArray[np.int32],
        exact: int = EXACT,
        before: Path | None = None,
    ) -> DenseIndex:
        """Index (w, d) float32 unit vectors; ``windows`` (w,) holds each one's passage row.

        Up to ``exact`` numbers the search is exact; above, it keeps ``RECALL``. Its cells are
        those of the index in the folder ``before``, if there is one that has as many.
        """
        import faiss

        vectors = np.ascontiguousarray(vectors)
        if vectors.size > exact:
            return cls(_filled(vectors, before), windows)
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(vectors)
        return cls(index, windows)

    @classmethod
    def followed(cls, before: Path, vectors: Vectors, windows: npt.NDArray[np.int32]) -> DenseIndex:
        """The index in the folder ``before`` and (m, d) ``vectors``, which are of the last windows.

        ``windows`` (w,) are all rows, as for ``build``. Raises as ``open`` does.
        """
        import faiss

        old = cls.open(before)
        more: Any = faiss.IndexFlatIP(vectors.shape[1])
        if old._more:
            more.add(old._more.reconstruct_n(0, old._more.ntotal))
        more.add(np.ascontiguousarray(vectors))
        return cls(old._index, windows, more, before)

    def save(self, folder: Path) -> None:
        """Write FAISS's files, or give those on the disk another name, and the windows' rows."""
        import faiss

        if self._more and self._folder:
            share(self._folder / _FILE, folder / _FILE)
            faiss.write_index(self._more, str(folder / _MORE))
        else:
            faiss.write_index(self._index, str(folder / _FILE))
        np.save(folder / "windows.npy", self._windows)

    @classmethod
    def open(cls, folder: Path) -> DenseIndex:
        """Memory-map the files that ``save`` wrote. Raises OSError, ValueError, RuntimeError."""
        import faiss

        # The older IO_FLAG_MMAP maps cells only, and reads an exact index into memory.
        index = faiss.read_index(str(folder / _FILE), faiss.IO_FLAG_MMAP_IFC)
        more: Any = None
        if (folder / _MORE).exists():
            more = faiss.read_index(str(folder / _MORE), faiss.IO_FLAG_MMAP_IFC)
        windows = np.load(folder / "windows.npy", allow_pickle=False)
        if len(windows) != index.ntotal + (more.ntotal if more else 0):
            raise ValueError("windows.npy: not as many rows as vectors")
        return cls(index, windows, more, folder)

    def search(
        self, vector: Vectors, count: int, limit: Limit | None = None
    ) -> tuple[npt.NDArray[np.int64], Vectors]:
        """(rows of passages, cosines) of the nearest ``count`` windows to one (d,) vector.

        Best first. A passage with several windows may come several times.
        """
        places, scores = _nearest(self._index, vector, count, limit.parameters if limit else None)
        if self._more:
            later, theirs = _nearest(self._more, vector, count, limit.more if limit else None)
            places = np.concatenate((places, later + self._index.ntotal))
            scores = np.concatenate((scores, theirs))
            best = np.argsort(-scores, kind="stable")[:count]
            places, scores = places[best], scores[best]
        return self._windows[places].astype(np.int64), scores

    def limit(self, allowed: npt.NDArray[np.bool_]) -> Limit:
        """For searches that shall find only passages whose rows ``allowed`` (n,) marks."""
        import faiss

        any_faiss: Any = faiss
        near, later = np.split(allowed[self._windows], [self._index.ntotal])

        def selector(chosen: npt.NDArray[np.bool_]) -> Any:
            return any_faiss.IDSelectorBitmap(np.packbits(chosen, bitorder="little"))

        more = any_faiss.SearchParameters(sel=selector(later)) if self._more else None
        if not isinstance(self._index, any_faiss.IndexIVF):
            return Limit(any_faiss.SearchParameters(sel=selector(near)), more)
        # The fewer may be found, the farther they lie: as many vectors are compared as without
        # the limit, and few allowed ones are compared all.
        share = max(int(near.sum()), 1) / len(near)
        cells = min(self._index.nlist, int(np.ceil(self._index.nprobe / share)))
        return Limit(any_faiss.SearchParametersIVF(sel=selector(near), nprobe=cells), more)


def _nearest(
    index: Any, vector: Vectors, count: int, parameters: Any
) -> tuple[npt.NDArray[np.int64], Vectors]:
    """(places, cosines) of the nearest ``count`` vectors of one index, best first."""
    count = min(count, index.ntotal)
    if count < 1:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
    with _one_thread():
        scores, found = index.search(vector[None, :], count, params=parameters)
    kept = found[0] >= 0
    return found[0][kept], scores[0][kept]


@contextmanager
def _one_thread() -> Iterator[None]:
    """FAISS would part one exact search among all cores, which many users share. Per thread."""
    import faiss

    any_faiss: Any = faiss
    before = any_faiss.omp_get_max_threads()
    any_faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        any_faiss.omp_set_num_threads(before)


def _filled(vectors: Vectors, before: Path | None) -> Any:
    """An IndexIVFScalarQuantizer that holds ``vectors``, and whose ``nprobe`` keeps ``RECALL``."""
    lists = 1 << round(np.log2(2 * np.sqrt(len(vectors))))
    index = _empty(lists, vectors.shape[1])
    known = _cells_of(before, lists, vectors.shape[1]) if before else None
    if known:
        index.quantizer.add(known.centroids)
        index.train(vectors[:1])  # with all cells there, nothing is left to be learnt
    else:
        _train(index, vectors)
    index.add(vectors)
    index.nprobe = _probes(index, vectors, known.probes if known else 1)
    return index


class _Cells(NamedTuple):
    """What an index learnt when it was trained."""

    centroids: Vectors
    probes: int


def _cells_of(folder: Path, lists: int, dimension: int) -> _Cells | None:
    """The cells of a saved index, if it has so many of this dimension."""
    import faiss

    any_faiss: Any = faiss
    try:
        index = any_faiss.read_index(str(folder / _FILE), faiss.IO_FLAG_MMAP_IFC)
    except RuntimeError:  # missing, or damaged
        return None
    if not isinstance(index, any_faiss.IndexIVF) or (index.nlist, index.d) != (lists, dimension):
        return None
    quantizer = any_faiss.downcast_index(index.quantizer)
    return _Cells(quantizer.reconstruct_n(0, lists), int(index.nprobe))


def _empty(lists: int, dimension: int) -> Any:
    """An index of so many cells, not trained."""
    import faiss

    any_faiss: Any = faiss
    # Both metrics are inner products, so k-means keeps its centroids on the sphere.
    # Half precision changes a cosine by 0.0003 at most, and halves what questions read.
    index = any_faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimension),
        dimension,
        lists,
        any_faiss.ScalarQuantizer.QT_fp16,
        any_faiss.METRIC_INNER_PRODUCT,
    )
    index.cp.niter = 10  # k-means on a sample: about 10 s for 200,000 × 256 on two cores
    index.cp.min_points_per_centroid = 1
    index.cp.max_points_per_centroid = 64
    return index


def _train(index: Any, vectors: Vectors) -> None:
    """Find the cells of ``vectors``."""
    import faiss

    any_faiss: Any = faiss
    if any_faiss.get_num_gpus():
        on_gpu = any_faiss.index_cpu_to_all_gpus(faiss.IndexFlatIP(vectors.shape[1]))
        index.clustering_index = on_gpu  # only borrowed: ``on_gpu`` must outlive the training
    index.train(vectors)
    index.clustering_index = None


def _probes(index: Any, vectors: Vectors, least: int) -> int:
    """How many cells a question must look into to find ``RECALL`` of its exact nearest ten.

    There are no questions yet, so vectors stand in for them, moved away from what they were
    trained on: half a way between two passages, as a question that touches two rules, and under
    noise down to a cosine of 0.6, where nine in ten real questions have a passage nearer than
    0.68. The harder kind decides. Measured on 200,000 vectors: both are harder than real
    questions, except where passages repeat; hence ``LEAST_SHARE``. Equals count as found.
    """
    import faiss

    random = np.random.default_rng(SEED)
    rows = random.choice(len(vectors), min(2 * SAMPLE, len(vectors)), replace=False)
    sample = vectors[rows[np.any(vectors[rows], axis=1)]]
    noise = _unit(random.standard_normal(sample.shape, dtype=np.float32))
    kinds = [_unit(0.6 * sample + 0.8 * noise), _unit(sample + 0.8 * sample[::-1])]
    kinds = [kind[:SAMPLE] for kind in kinds]
    metric = faiss.METRIC_INNER_PRODUCT
    exact = [faiss.knn(kind, vectors, NEAREST, metric=metric)[0][:, -1:] for kind in kinds]
    index.nprobe = max(least, index.nlist // LEAST_SHARE)
    while index.nprobe < index.nlist and len(sample):
        found = [index.search(kind, NEAREST)[0] for kind in kinds]
        pairs = zip(found, exact, strict=True)
        if min(float((scores >= tenth - 3e-4).mean()) for scores, tenth in pairs) >= RECALL:
            break
        index.nprobe = min(-(-index.nprobe * 5 // 4), index.nlist)
    return int(index.nprobe)


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), dtype=np.float32)
