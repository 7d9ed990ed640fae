"""The rows of a generation: what of each passage need not be made again while it stays."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import blake2b, file_digest
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from onprem_rag.index.lexical import LexicalIndex
from onprem_rag.index.texts import CHANNELS, Keys

_IMPRINT = np.dtype([("document", np.int64), ("imprint", "V16")])
_KINDS = {".npy", ".txt"}
_Places = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Rows:
    """n passages, ascending by id, and w windows of them, ascending by row."""

    passages: npt.NDArray[np.int64]  # (n,) passage ids
    documents: npt.NDArray[np.int64]  # (n,) document ids
    priors: npt.NDArray[np.float32]  # (n,) factors of the fused scores
    bodies: Keys  # (n,) of the passages' texts
    windows: npt.NDArray[np.int32]  # (w,) each window's row
    encoded: Keys  # (w,) of the windows' texts; 0 where no word is known
    lexical: Mapping[str, LexicalIndex]  # by channel

    @classmethod
    def open(cls, folder: Path) -> Rows:
        """Those of a generation that was saved. Raises OSError, ValueError, EOFError."""
        arrays: dict[str, Any] = {
            name: np.load(folder / f"{name}.npy", allow_pickle=False)
            for name in ("passages", "documents", "priors", "bodies", "windows", "encoded")
        }
        size = len(arrays["passages"])
        if any(len(arrays[name]) != size for name in ("documents", "priors", "bodies")):
            raise ValueError("passages, documents, priors and bodies differ")
        if len(arrays["windows"]) != len(arrays["encoded"]):
            raise ValueError("windows and encoded differ")
        return cls(**arrays, lexical={n: LexicalIndex.open(folder / n, size) for n in CHANNELS})

    def save(self, folder: Path, imprints: Mapping[int, bytes]) -> None:
        """Write what an index does not, and by id the imprints of the documents.

        The others are written by ``LocalIndex.write``.
        """
        np.save(folder / "bodies.npy", self.bodies)
        np.save(folder / "encoded.npy", self.encoded)
        np.save(folder / "imprints.npy", np.array(list(imprints.items()), dtype=_IMPRINT))

    def of(self, documents: Collection[int]) -> npt.NDArray[np.bool_]:
        """(n,) which rows these documents have."""
        return np.isin(self.documents, np.fromiter(documents, np.int64, len(documents)))

    def joined(self, kept: npt.NDArray[np.bool_], new: Rows) -> Rows:
        """The ``kept`` (n,) rows and all ``new`` ones."""
        ids = np.concatenate((self.passages[kept], new.passages))
        order = np.argsort(ids, kind="stable")
        place = np.empty(len(ids), dtype=np.int32)
        place[order] = np.arange(len(ids), dtype=np.int32)
        to = np.full(len(self.passages), -1, dtype=np.int32)
        to[kept] = place[: kept.sum()]
        theirs = place[kept.sum() :]

        def both(name: str) -> Any:
            return np.concatenate((getattr(self, name)[kept], getattr(new, name)))[order]

        def channel(name: str) -> LexicalIndex:
            return self.lexical[name].joined(to, new.lexical[name], theirs, len(ids))

        with ThreadPoolExecutor() as pool:  # most of it is numpy's, which lets others go on
            lexical = dict(zip(CHANNELS, pool.map(channel, CHANNELS), strict=True))
        windows = np.concatenate((to[self.windows], theirs[new.windows]))
        encoded = np.concatenate((self.encoded, new.encoded))
        by_row = np.argsort(windows, kind="stable")
        by_row = by_row[windows[by_row] >= 0]
        return Rows(
            ids[order],
            both("documents"),
            both("priors"),
            both("bodies"),
            windows[by_row],
            encoded[by_row],
            lexical,
        )


def digest_of(folder: Path) -> str:
    """Of all files in which a generation has its rows, whatever is in them."""
    places = [folder, *(folder / name for name in CHANNELS)]
    paths = [path for place in places for path in sorted(place.iterdir()) if path.suffix in _KINDS]

    def digest(path: Path) -> bytes:
        with path.open("rb") as file:
            return path.name.encode() + file_digest(file, "blake2b").digest()

    with ThreadPoolExecutor() as pool:  # hashing lets others go on
        return blake2b(b"".join(pool.map(digest, paths)), digest_size=16).hexdigest()


def imprints_in(folder: Path) -> dict[int, bytes]:
    """The imprints of a saved generation's documents. Raises OSError, ValueError, EOFError."""
    saved = np.load(folder / "imprints.npy", allow_pickle=False)
    if saved.dtype != _IMPRINT:
        raise ValueError("imprints: not of that kind")
    return dict(zip(saved["document"].tolist(), saved["imprint"].tolist(), strict=True))
