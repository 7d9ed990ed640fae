"""The vectors of all windows; those that a model folder encoded before come from a cache.

``index/vectors/`` holds rows of (hash of a text, its vector) as plain arrays. ``NAME.npy`` has
what the last finished run used, ``NAME-N.npy`` what a run has encoded since, so that hours on a
CPU survive a crash. NAME is made from the embedder's fingerprint: another one finds nothing, and
its first finished run removes the files of the one before.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from onprem_rag.index.embedder import EMBEDDED, Embedder, Vectors

STEP = 1_024  # texts that are encoded, and kept, at a time

_Rows = npt.NDArray[np.void]  # of "key" and "vector"


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
    texts: Sequence[str],
    cache: Path,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Vectors:
    """(w, d) float32: the ``texts``' vectors. Encodes only what ``cache`` doesn't have.

    The embedded default is trained anew for each generation, so its vectors are never kept.
    """
    if embedder.fingerprint == EMBEDDED:
        shutil.rmtree(cache, ignore_errors=True)
        return _encoded(embedder, texts, progress)
    keys = [blake2b(text.encode(), digest_size=16).digest() for text in texts]
    row_of = {key: row for row, key in enumerate(dict.fromkeys(keys))}
    rows = np.zeros(len(row_of), dtype=_row_type(embedder))
    rows["key"] = np.frombuffer(b"".join(row_of), dtype="V16")
    store = _Store(cache, embedder.fingerprint)
    known = store.read_into(rows, row_of)
    distinct = dict(zip(keys, texts, strict=True))
    unknown = [key for key, row in row_of.items() if not known[row]]
    unknown.sort(key=lambda key: -len(distinct[key]))  # equal lengths together need no padding
    for at in range(0, len(unknown), STEP):
        step = unknown[at : at + STEP]
        of_step = [row_of[key] for key in step]
        rows["vector"][of_step] = embedder.encode([distinct[key] for key in step])
        store.add(rows[of_step])
        progress(len(rows) - len(unknown) + at + len(step), len(rows))
    store.finish(rows)
    return np.ascontiguousarray(rows["vector"][[row_of[key] for key in keys]])


def _encoded(
    embedder: Embedder, texts: Sequence[str], progress: Callable[[int, int], None]
) -> Vectors:
    vectors = np.zeros((len(texts), embedder.encode([]).shape[1]), dtype=np.float32)
    for at in range(0, len(texts), STEP):
        vectors[at : at + STEP] = embedder.encode(texts[at : at + STEP])
        progress(min(at + STEP, len(texts)), len(texts))
    return vectors


def _row_type(embedder: Embedder) -> np.dtype[Any]:
    dimension = embedder.encode([]).shape[1]
    return np.dtype([("key", "V16"), ("vector", np.float32, (dimension,))])


class _Store:
    """The files of one embedder's vectors."""

    def __init__(self, folder: Path, fingerprint: str) -> None:
        self._folder = folder
        self._name = blake2b(fingerprint.encode(), digest_size=8).hexdigest()
        self._kept = folder / f"{self._name}.npy"
        folder.mkdir(parents=True, exist_ok=True)

    def read_into(self, rows: _Rows, row_of: dict[bytes, int]) -> npt.NDArray[np.bool_]:
        """Fill in the vectors that are on disk; (w,) which these are."""
        known = np.zeros(len(rows), dtype=np.bool_)
        for path in sorted(self._folder.glob(f"{self._name}*.npy")):
            stored = _read(path, rows.dtype)
            at = [row_of.get(key, -1) for key in stored["key"].tolist()]
            wanted = np.array(at, dtype=np.int64)
            vectors = stored["vector"][wanted >= 0]
            # A damaged row is not of length 1; one of length 0 is as soon encoded again.
            sound = np.abs(np.linalg.norm(vectors, axis=1) - 1) < 1e-3
            found = wanted[wanted >= 0][sound]
            rows["vector"][found] = vectors[sound]
            known[found] = True
        return known

    def add(self, rows: _Rows) -> None:
        """Keep newly encoded rows, should the run not finish."""
        number = 1 + len(list(self._folder.glob(f"{self._name}-*.npy")))
        _write(self._folder / f"{self._name}-{number:06d}.npy", rows)

    def finish(self, rows: _Rows) -> None:
        """Keep just these ``rows``."""
        others = [path for path in self._folder.iterdir() if path != self._kept]
        if others or len(_read(self._kept, rows.dtype)) != len(rows):
            _write(self._kept, rows)
        for path in others:
            path.unlink(missing_ok=True)


def _read(path: Path, dtype: np.dtype[Any]) -> _Rows:
    """The rows of one file; none of a damaged one."""
    try:
        rows = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return np.zeros(0, dtype=dtype)
    return rows if rows.dtype == dtype and rows.ndim == 1 else np.zeros(0, dtype=dtype)


def _write(path: Path, rows: _Rows) -> None:
    """Write a file that is there as a whole or not at all."""
    temporary = path.with_suffix(".new")
    with temporary.open("wb") as file:
        np.save(file, rows, allow_pickle=False)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
