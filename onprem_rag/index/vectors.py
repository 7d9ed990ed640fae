"""The vectors of all windows; those that a model folder encoded before come from a cache.

``index/vectors/`` holds rows of (hash of a text, its vector) as plain arrays. ``NAME.npy`` has
what a finished run used, ``NAME-N.npy`` what has been encoded since, so that hours on a CPU
survive a crash. NAME is made from the embedder's fingerprint: another one finds nothing. The files
of the one before are kept, for a model folder may be missing at one run only.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping
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
    keys: Keys,
    texts: Mapping[bytes, str],
    cache: Path,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Vectors:
    """(w, d) float32: the vectors of texts by their ``keys`` (w,); 0 for the key 0.

    Encodes, of the ``texts``, only what ``cache`` doesn't have. Raises KeyError for one that
    neither has.
    """
    wanted = keys.tolist()
    row_of = {key: row for row, key in enumerate(dict.fromkeys(wanted))}
    rows = np.zeros(len(row_of), dtype=_row_type(embedder))
    rows["key"] = keys_array(list(row_of))
    store = _Store(cache, embedder.fingerprint)
    known = store.read_into(rows, row_of)
    unknown = [key for key, row in row_of.items() if not known[row] and key != NOTHING]
    unknown.sort(key=lambda key: -len(texts[key]))  # equal lengths together need no padding
    for at in range(0, len(unknown), STEP):
        step = unknown[at : at + STEP]
        of_step = [row_of[key] for key in step]
        rows["vector"][of_step] = embedder.encode([texts[key] for key in step])
        store.add(rows[of_step])
        progress(len(rows) - len(unknown) + at + len(step), len(rows))
    store.finish(rows)
    if len(rows) == len(wanted):
        return np.ascontiguousarray(rows["vector"])
    return np.ascontiguousarray(rows["vector"][[row_of[key] for key in wanted]])


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
        for path in self._files():
            stored = _read(path, rows.dtype)
            at = [row_of.get(key, -1) for key in stored["key"].tolist()]
            wanted = np.array(at, dtype=np.int64)
            vectors = stored["vector"][wanted >= 0]
            # A damaged row is not of length 1; one of length 0 is as soon encoded again.
            sound = np.abs(np.einsum("ij,ij->i", vectors, vectors) - 1) < 2e-3
            found = wanted[wanted >= 0]
            if not sound.all():
                found, vectors = found[sound], vectors[sound]
            rows["vector"][found] = vectors
            known[found] = True
        return known

    def add(self, rows: _Rows) -> None:
        """Keep newly encoded rows, should the run not finish."""
        rows = rows[np.any(rows["vector"], axis=1)]
        if len(rows):
            number = 1 + len(list(self._folder.glob(f"{self._name}-*.npy")))
            self._write(self._folder / f"{self._name}-{number:06d}.npy", rows)

    def finish(self, rows: _Rows) -> None:
        """Keep these ``rows``, and what the embedder that was used before has left.

        A few rows that are new or no longer needed are no reason to write all of them again.
        """
        sizes = {path: len(_read(path, rows.dtype)) for path in self._files()}
        ballast = 4 * sum(sizes.values()) > 5 * len(rows)
        if ballast or len(sizes) > MOST_FILES or 4 * sizes.get(self._kept, 0) < 3 * len(rows):
            self._write(self._kept, rows)
            for path in sizes.keys() - {self._kept}:
                path.unlink()
        if self._kept.exists():
            now = time.time_ns()  # the file system's own clock goes in steps
            os.utime(self._kept, ns=(now, now))  # says whose files were needed last
        self._drop_others()

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


def _read(path: Path, dtype: np.dtype[Any]) -> _Rows:
    """The rows of one file; none of a damaged one."""
    try:
        rows = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return np.zeros(0, dtype=dtype)
    return rows if rows.dtype == dtype and rows.ndim == 1 else np.zeros(0, dtype=dtype)
