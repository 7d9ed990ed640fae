"""The vectors of all windows; those that a model folder encoded before come from a cache.

``index/vectors/`` holds rows of (hash of a text, its vector) as plain arrays. ``NAME.npy`` has
what a finished run used, ``NAME-N.npy`` what has been encoded since, so that hours on a CPU
survive a crash. NAME is made from the embedder's fingerprint: another one finds nothing, and so
does the embedded one after another analysis. The files of the one before are kept, for a model
folder may be missing at one run only.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from onprem_rag.index import disk
from onprem_rag.index.embedder import Embedder, Vectors
from onprem_rag.index.texts import Keys, keys_array

STEP = 1_024  # texts that are encoded, and kept, at a time
NOTHING = bytes(16)  # the key of a text without a known word
MOST_FILES = 8  # of one embedder, that are left as they are
_AT_A_TIME = 1 << 13  # vectors that are copied and checked while the processor has them at hand

_Rows = npt.NDArray[np.void]  # of "key" and "vector"
_Flags = npt.NDArray[np.bool_]


def windows_of(
    embedder: Embedder, passages: Iterable[tuple[str, str]]
) -> tuple[list[str], npt.NDArray[np.int32]]:
    """(w texts to encode, (w,) each one's row) of the ``passages``' heads and bodies."""
    texts: list[str] = []
    rows: list[int] = []
    for row, (head, body) in enumerate(passages):
        windows = embedder.windows(head, body)
        texts += windows
        rows += [row] * len(windows)
    return texts, np.array(rows, dtype=np.int32)


def vectors_of(
    embedder: Embedder,
    keys: Keys,
    texts: Mapping[bytes, str],
    cache: Path,
    progress: Callable[[int, int], None] = lambda done, total: None,
    more: bool = False,
) -> Vectors:
    """(w, d) float32: the vectors of texts by their ``keys`` (w,); 0 for the key 0.

    Encodes, of the ``texts``, only what ``cache`` doesn't have; that keeps what is not wanted too
    where ``more`` than these are indexed. Raises KeyError for one that neither has.
    """
    vectors = np.zeros((len(keys), embedder.encode([]).shape[1]), dtype=np.float32)
    store = _Store(cache, embedder.fingerprint, vectors.shape[1])
    known = store.read_into(vectors, keys)
    known |= (_numbers(keys) == 0).all(axis=1)
    rows_of: dict[bytes, list[int]] = {}
    for row in np.flatnonzero(~known).tolist():
        rows_of.setdefault(keys[row].item(), []).append(row)
    unknown = sorted(rows_of, key=lambda key: -len(texts[key]))  # equal lengths need no padding
    total = len(np.unique(_numbers(keys)[:, 0]))
    for at in range(0, len(unknown), STEP):
        step = unknown[at : at + STEP]
        encoded = embedder.encode([texts[key] for key in step])
        for key, vector in zip(step, encoded, strict=True):
            vectors[rows_of[key]] = vector
        store.add(keys_array(step), encoded)
        progress(total - len(unknown) + at + len(step), total)
    store.finish(keys, vectors, more)
    return vectors


class _Store:
    """The files of one embedder's vectors."""

    def __init__(self, folder: Path, fingerprint: str, dimension: int) -> None:
        self._folder = folder
        self._name = blake2b(fingerprint.encode(), digest_size=8).hexdigest()
        self._kept = folder / f"{self._name}.npy"
        self._type = np.dtype([("key", "V16"), ("vector", np.float32, (dimension,))])
        folder.mkdir(parents=True, exist_ok=True)

    def read_into(self, vectors: Vectors, keys: Keys) -> _Flags:
        """Fill in those of the (w, d) ``vectors`` that are on disk; (w,) which these are."""
        known = np.zeros(len(keys), dtype=np.bool_)
        for path in self._files():
            stored = self._read(path)
            rows, at = _places(keys, stored["key"])
            for start in range(0, len(rows), _AT_A_TIME):
                here = slice(start, start + _AT_A_TIME)
                found = stored["vector"][at[here]]
                sound = _sound(found)
                vectors[rows[here][sound]] = found[sound]
                known[rows[here][sound]] = True
        return known

    def add(self, keys: Keys, vectors: Vectors) -> None:
        """Keep newly encoded ones, should the run not finish."""
        rows = self._rows(keys, vectors)
        if len(rows):
            number = max(
                (int(path.stem.partition("-")[2] or 0) for path in self._files()), default=0
            )
            self._write(self._folder / f"{self._name}-{number + 1:06d}.npy", rows)

    def finish(self, keys: Keys, vectors: Vectors, more: bool) -> None:
        """Keep these, and what the embedder that was used before has left.

        A few rows that are new or no longer needed are no reason to write all of them again.
        """
        sizes = {path: len(self._read(path)) for path in self._files()}
        _, first = np.unique(_numbers(keys)[:, 0], return_index=True)
        ballast = 4 * sum(sizes.values()) > 5 * len(first)
        if not more and (ballast or 4 * sizes.get(self._kept, 0) < 3 * len(first)):
            self._replace(list(sizes), self._kept, self._rows(keys[first], vectors[first]))
        elif len(sizes) > MOST_FILES:
            later = [path for path in sizes if path != self._kept]
            rows = np.concatenate([self._read(path) for path in later])
            self._replace(later, later[-1], rows[_sound(rows["vector"])])
        if self._kept.exists():
            now = time.time_ns()  # the file system's own clock goes in steps
            os.utime(self._kept, ns=(now, now))  # says whose files were needed last
        self._drop_others()

    def _rows(self, keys: Keys, vectors: Vectors) -> _Rows:
        """As they are stored; without those of no known word."""
        chosen = vectors.any(axis=1)
        rows = np.zeros(int(chosen.sum()), dtype=self._type)
        rows["key"], rows["vector"] = keys[chosen], vectors[chosen]
        return rows

    def _replace(self, paths: Sequence[Path], path: Path, rows: _Rows) -> None:
        """One file in place of many."""
        self._write(path, rows)
        for other in paths:
            if other != path:
                other.unlink()

    def _write(self, path: Path, rows: _Rows) -> None:
        disk.write(path, lambda file: np.save(file, rows, allow_pickle=False))

    def _files(self) -> list[Path]:
        """This embedder's files; later ones hold what was encoded later."""
        return sorted(self._folder.glob(f"{self._name}*.npy"))

    def _drop_others(self) -> None:
        """Remove half-written files, and those of all embedders but this and the one before."""
        others = [p for p in self._folder.glob("*.npy") if not p.name.startswith(self._name)]
        newest = max(others, key=lambda path: path.stat().st_mtime_ns, default=None)
        before = newest.name[: len(self._name)] if newest else self._name
        for path in self._folder.iterdir():
            if not path.name.startswith((self._name, before)) or path.suffix == ".new":
                path.unlink()

    def _read(self, path: Path) -> _Rows:
        """The rows of one file; none of a damaged one."""
        nothing = np.zeros(0, dtype=self._type)
        try:
            rows = np.load(path, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError, EOFError):
            return nothing
        return rows if rows.dtype == self._type and rows.ndim == 1 else nothing


def _numbers(keys: npt.NDArray[Any]) -> npt.NDArray[np.uint64]:
    """(w, 2) the halves of (w,) keys, as numbers that can be sorted."""
    return np.ascontiguousarray(keys).view(np.uint64).reshape(-1, 2)


def _places(keys: Keys, stored: Keys) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Which of the ``keys`` are ``stored``, and where."""
    wanted, there = _numbers(keys), _numbers(stored)
    if not len(there):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    order = np.argsort(there[:, 0])
    at = order[np.minimum(np.searchsorted(there[order, 0], wanted[:, 0]), len(order) - 1)]
    rows = np.flatnonzero((there[at] == wanted).all(axis=1))
    return rows, at[rows]


def _sound(vectors: Vectors) -> _Flags:
    """(n,) which are of length 1: damaged ones are not; those of length 0 are soon made again."""
    return np.asarray(np.abs(np.einsum("ij,ij->i", vectors, vectors) - 1) < 2e-3)
