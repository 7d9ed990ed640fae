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
from onprem_rag.index.local import HOLE
from onprem_rag.index.texts import CHANNELS, Keys

_IMPRINT = np.dtype([("document", np.int64), ("imprint", "V16")])
_KINDS = {".npy", ".txt", ".faiss"}
LATER = 10  # one row in so many may lie beside the others or be a hole; then all are made one
_Places = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Rows:
    """n passages, ascending by id, and w windows of them, ascending by row.

    Some may be holes: nobody is to find them.
    """

    passages: npt.NDArray[np.int64]  # (n,) passage ids
    documents: npt.NDArray[np.int64]  # (n,) document ids; HOLE
    priors: npt.NDArray[np.float32]  # (n,) factors of the fused scores
    bodies: Keys  # (n,) of the passages' texts
    windows: npt.NDArray[np.int32]  # (w,) each window's row
    encoded: Keys  # (w,) of the windows' texts; 0 where no word is known
    lexical: Mapping[str, LexicalIndex]  # by channel
    shared: int = 0  # windows, the first ones, whose vectors are those of the generation before

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
        live = int((arrays["documents"] != HOLE).sum())
        lexical = {name: LexicalIndex.open(folder / name, size, live) for name in CHANNELS}
        return cls(**arrays, lexical=lexical)

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

    def joined(self, kept: npt.NDArray[np.bool_], new: Rows, beside: bool) -> Rows:
        """The ``kept`` (n,) rows and all ``new`` ones; these may be to lie ``beside`` those."""
        if beside and self._can_be_followed(kept, new):
            return self._followed(kept, new)
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

    @property
    def count(self) -> int:
        """How many of the rows are no holes."""
        return int((self.documents != HOLE).sum())

    def _can_be_followed(self, kept: npt.NDArray[np.bool_], new: Rows) -> bool:
        """Whether ``new`` rows may lie beside: all are later, and few; and few are holes."""
        size = len(self.passages)
        changed = self.lexical[CHANNELS[0]].later + len(new.passages) + int((~kept).sum())
        behind = not len(new.passages) or (size > 0 and new.passages[0] > self.passages[-1])
        return LATER * changed <= size and len(self.windows) > 0 and bool(behind)

    def _followed(self, kept: npt.NDArray[np.bool_], new: Rows) -> Rows:
        """These rows, whose files serve as they are, and the ``new`` ones behind them.

        All but the ``kept`` ones are holes.
        """
        gone = ~kept & (self.documents != HOLE)

        def both(name: str) -> Any:
            return np.concatenate((getattr(self, name), getattr(new, name)))

        def channel(name: str) -> LexicalIndex:
            return self.lexical[name].followed(new.lexical[name], gone, kept)

        with ThreadPoolExecutor() as pool:  # most of it is numpy's, which lets others go on
            lexical = dict(zip(CHANNELS, pool.map(channel, CHANNELS), strict=True))
        return Rows(
            passages=both("passages"),
            documents=np.concatenate((np.where(kept, self.documents, HOLE), new.documents)),
            priors=both("priors"),
            bodies=both("bodies"),
            windows=np.concatenate((self.windows, new.windows + np.int32(len(self.passages)))),
            encoded=both("encoded"),
            lexical=lexical,
            shared=len(self.windows),
        )


Digests = dict[int, bytes]  # of files, by their numbers on the disk


def digest_of(folder: Path, known: Digests | None = None) -> tuple[str, Digests]:
    """Of all files in which a generation has its rows, whatever is in them; and of each of them.

    Files that are ``known``, for they are another generation's as well, are not read.
    """
    before = known or {}
    paths = sorted(path for path in folder.rglob("*") if path.suffix in _KINDS)

    def digest(path: Path) -> tuple[int, bytes]:
        number = path.stat().st_ino
        if number in before:
            return number, before[number]
        with path.open("rb") as file:
            return number, file_digest(file, "blake2b").digest()

    with ThreadPoolExecutor() as pool:  # hashing lets others go on
        found = list(pool.map(digest, paths))
    named = (str(path.relative_to(folder)).encode() for path in paths)
    whole = b"".join(name + one for name, (_, one) in zip(named, found, strict=True))
    return blake2b(whole, digest_size=16).hexdigest(), dict(found)


def imprints_in(folder: Path) -> dict[int, bytes]:
    """The imprints of a saved generation's documents. Raises OSError, ValueError, EOFError."""
    saved = np.load(folder / "imprints.npy", allow_pickle=False)
    if saved.dtype != _IMPRINT:
        raise ValueError("imprints: not of that kind")
    return dict(zip(saved["document"].tolist(), saved["imprint"].tolist(), strict=True))
