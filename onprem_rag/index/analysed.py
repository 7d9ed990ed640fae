"""Texts that were analysed before: Mecab reads a text once, whatever passages hold it.

``index/analysis/000001/`` and its like are parts: what one step has analysed, as plain arrays and
vocabularies. A part's digest covers its files, their format and Mecab's dictionary; a part that is
damaged, or was made otherwise, is as good as none.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Sequence
from functools import partial
from hashlib import blake2b, file_digest
from importlib.metadata import version
from pathlib import Path

import numpy as np

from onprem_rag.index.texts import CHANNELS, Bags, Keys, Places, Texts, analysed, key_of, merged

STEP = 1 << 13  # texts that are analysed, and kept, at a time
MOST_PARTS = 8
_DIGEST = "digest.txt"


class AnalysedTexts:
    """The parts in one folder; without a folder nothing is kept.

    ``form`` is counted up when the analysis of a text changes.
    """

    def __init__(self, folder: Path | None = None, form: int = 0) -> None:
        self._folder = folder
        self.made_by = f"{form} {version('python-mecab-ko-dic')}"

    def of(
        self, texts: Sequence[str], report: Callable[[int, int], None], more: bool = False
    ) -> tuple[Texts, Places]:
        """Analysed texts, and the place among them of each of the distinct ``texts``.

        Only what no part has is analysed. Many parts become one; texts of other passages stay in
        them until they are the most, and in any case where ``more`` than these are indexed.
        """
        keys = [key_of(text) for text in texts]
        place: dict[bytes, int] = {}
        parts: list[Texts] = []
        for folder in self._paths():
            if (part := self._sought(folder, set(keys) - place.keys())) is None:
                shutil.rmtree(folder, ignore_errors=True)
            else:
                _place(part, parts, place)
        unknown = [at for at, key in enumerate(keys) if key not in place]
        done = len(texts) - len(unknown)
        report(done, len(texts))
        for start in range(0, len(unknown), STEP):
            step = unknown[start : start + STEP]
            part = analysed(
                [texts[at] for at in step],
                [keys[at] for at in step],
                partial(_report, report, done + start, len(texts)),
            )
            self._add(part)
            _place(part, parts, place)
        found = merged(parts)
        unused = self.count() - len(texts)
        if not more and unused > len(texts):
            self._replace(self._paths(), found)
        else:
            self._join(1 if 4 * len(unknown) > len(texts) and not more else MOST_PARTS)
        return found, np.array([place[key] for key in keys], dtype=np.int64)

    def count(self) -> int:
        """How many texts all parts have."""
        return sum(len(keys) for keys in map(_keys_in, self._paths()) if keys is not None)

    def _paths(self) -> list[Path]:
        """The folders of all parts, oldest first, whatever is in them."""
        return sorted(self._folder.glob("[0-9]" * 6)) if self._folder else []

    def _sought(self, folder: Path, keys: Collection[bytes]) -> Texts | None:
        """Those of a part that have these ``keys``; None of a damaged one, where that is seen."""
        there = _keys_in(folder)
        if there is None:
            return None
        at = [at for at, key in enumerate(there.tolist()) if key in keys]
        if not at:
            return merged([])
        part = self._part(folder)
        return part.of(np.array(at)) if part and len(at) < len(there) else part

    def _join(self, most: int) -> None:
        """Have ``most`` parts or fewer; the largest is written anew where the others add much."""
        sizes = {path: len(keys) for path in self._paths() if (keys := _keys_in(path)) is not None}
        if len(sizes) <= most:
            return
        largest = max(sizes, key=lambda path: sizes[path])
        others = [path for path in sizes if path != largest]
        few = 4 * sum(sizes[path] for path in others) < sizes[largest] and most > 1
        paths = others if few else list(sizes)
        self._replace(paths, merged([part for path in paths if (part := self._part(path))]))

    def _replace(self, paths: Sequence[Path], part: Texts) -> None:
        """One part in place of these."""
        self._add(part)
        for path in paths:
            shutil.rmtree(path, ignore_errors=True)

    def _part(self, folder: Path) -> Texts | None:
        try:
            if (folder / _DIGEST).read_text(encoding="ascii") != self._digest(folder):
                return None
            keys, words = (np.load(folder / f"{name}.npy") for name in ("keys", "words"))
            bags = {}
            for name in CHANNELS:
                sizes, terms = (np.load(folder / f"{name}-{a}.npy") for a in ("sizes", "terms"))
                with (folder / f"{name}.txt").open(encoding="utf-8", newline="") as file:
                    bags[name] = Bags(file.read().split("\n"), sizes, terms)
        except (OSError, ValueError):
            return None
        return Texts(keys, words, bags)

    def _add(self, part: Texts) -> None:
        """Keep one more part."""
        if self._folder is None:
            return
        number = 1 + max((int(path.name) for path in self._paths()), default=0)
        folder = self._folder / f"{number:06d}"
        folder.mkdir(parents=True)
        np.save(folder / "keys.npy", part.keys)
        np.save(folder / "words.npy", part.words)
        for name, bags in part.bags.items():
            np.save(folder / f"{name}-sizes.npy", bags.sizes)
            np.save(folder / f"{name}-terms.npy", bags.terms)
            lines = "\n".join(bags.vocabulary)
            (folder / f"{name}.txt").write_text(lines, encoding="utf-8", newline="")
        # Last of all: a part without it was not written to its end.
        (folder / _DIGEST).write_text(self._digest(folder), encoding="ascii")

    def _digest(self, folder: Path) -> str:
        digest = blake2b(self.made_by.encode(), digest_size=16)
        for path in sorted(folder.iterdir()):
            if path.name != _DIGEST:
                with path.open("rb") as file:
                    digest.update(path.name.encode() + file_digest(file, "blake2b").digest())
        return digest.hexdigest()


def _keys_in(folder: Path) -> Keys | None:
    """The keys of a part, be it whole or not; None where they are damaged."""
    try:
        keys: Keys = np.load(folder / "keys.npy")
        return keys if keys.dtype == "V16" else None
    except (OSError, ValueError, EOFError):
        return None


def _place(part: Texts, parts: list[Texts], place: dict[bytes, int]) -> None:
    """Put ``part`` behind the other ``parts``; ``place`` is where each text is by its key."""
    before = sum(len(other.keys) for other in parts)
    place.update((key, before + at) for at, key in enumerate(part.keys.tolist()))
    parts.append(part)


def _report(report: Callable[[int, int], None], before: int, total: int, done: int) -> None:
    report(before + done, total)
