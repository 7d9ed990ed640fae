"""What is learnt from the texts themselves, and is kept while they stay much the same.

The embedded embedder and the cells of the vectors are trained on the passages; a generation's
``learnt.npy`` names the texts that they were trained on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from onprem_rag.errors import IndexMismatchError
from onprem_rag.index.analysis import Analysis
from onprem_rag.index.disk import share
from onprem_rag.index.embedder import MorphemeEmbedder, Vectors
from onprem_rag.index.texts import Keys
from onprem_rag.index.training import train

# So many texts, of the passages', may be new or gone since the training. An embedder that had not
# seen 42% of 31,583 real passages found as much as one that had seen all (dense channel alone,
# recall@5 of the paraphrases 0.746 and 0.739); cells, and words of new matters, need some margin.
DRIFT = 0.2
FILE = "learnt.npy"
FOLDER = "embedder"


def fits(generation: Path, bodies: Keys) -> bool:
    """Whether what ``generation`` learnt still fits passages with these texts."""
    try:
        before = _distinct(np.load(generation / FILE, allow_pickle=False))
    except (OSError, ValueError, EOFError):
        return False
    now = _distinct(bodies)
    return len(np.setxor1d(now, before, assume_unique=True)) <= DRIFT * len(now)


def embedder_of(generation: Path, fingerprint: str) -> MorphemeEmbedder | None:
    """The embedder of ``generation``; None if it is not, or no longer, of this ``fingerprint``."""
    try:
        embedder = MorphemeEmbedder(generation / FOLDER)
    except IndexMismatchError:
        return None
    return embedder if embedder.fingerprint == fingerprint else None


class Analysed:
    """The embedded embedder for texts that were analysed: Mecab need not read them again.

    ``rows``: by text, the row of ``analysis`` that has its words; ``made_by``: what found them.
    """

    def __init__(
        self, embedder: MorphemeEmbedder, analysis: Analysis, rows: Mapping[str, int], made_by: str
    ) -> None:
        self._embedder = embedder
        self._analysis = analysis
        self._rows = rows
        # Another analysis may train the same embedder, and give it other words of a text.
        self.fingerprint = f"{embedder.fingerprint} {made_by}"
        self.windows = embedder.windows

    def encode(self, texts: Sequence[str]) -> Vectors:
        """(n, d) float32 unit vectors; each text has a row."""
        rows = np.array([self._rows[text] for text in texts], dtype=np.int64)
        return self._embedder.encode_words(self._analysis.words(rows))


def share_embedder(generation: Path, before: Path) -> None:
    """Let ``generation`` have the embedder of the one ``before``, if it has one of its own."""
    for path in (before / FOLDER).rglob("*"):
        if path.is_file():
            share(path, generation / path.relative_to(before))


def new_embedder(
    generation: Path, analysis: Analysis, report: Callable[[int, int], None]
) -> MorphemeEmbedder:
    """Train the embedder of ``generation``."""
    train(analysis.words(), analysis.titles(), generation / FOLDER, report)
    return MorphemeEmbedder(generation / FOLDER)


def note(generation: Path, bodies: Keys, before: Path | None) -> int:
    """Say what ``generation`` has learnt from: these texts, or those that ``before`` has.

    Returns their number.
    """
    if before:
        share(before / FILE, generation / FILE)
    else:
        np.save(generation / FILE, bodies)
    return len(np.load(generation / FILE, mmap_mode="r", allow_pickle=False))


def _distinct(keys: npt.NDArray[Any]) -> npt.NDArray[np.uint64]:
    """A half of each key: enough to count by."""
    return np.unique(np.ascontiguousarray(keys).view(np.uint64)[::2])
