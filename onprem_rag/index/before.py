"""The generation that is live, as far as the next one can take over from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from onprem_rag.errors import IndexMismatchError
from onprem_rag.index import learnt
from onprem_rag.index.embedder import EMBEDDED, Embedder
from onprem_rag.index.generations import Manifest, current_name, read_manifest
from onprem_rag.index.lexical import LexicalIndex
from onprem_rag.index.milvus import MilvusIndex
from onprem_rag.index.rows import Digests, Rows, digest_of
from onprem_rag.index.texts import CHANNELS


@dataclass(frozen=True, slots=True)
class Before:
    """The live generation, where what it learnt can be taken over; ``rows`` where they can be."""

    folder: Path
    manifest: Manifest
    embedder: Embedder
    channels: Mapping[str, LexicalIndex]
    rows: Rows | None
    digests: Digests  # of its files


def before(index_folder: Path, embedder: Embedder | None, analysis: str) -> Before | None:
    """The live generation, if it was made by this ``analysis`` and embedder (None: its own).

    None if any of its files is damaged: that would be inherited for ever.
    """
    folder = index_folder / (current_name(index_folder) or "none")
    try:
        manifest = read_manifest(folder)
        digest, digests = digest_of(folder)
        elsewhere = MilvusIndex.address_of(folder)
    except (IndexMismatchError, OSError, ValueError):
        return None
    same = EMBEDDED if embedder is None else embedder.fingerprint
    if digest != manifest.digest or (manifest.analysis, manifest.embedder) != (analysis, same):
        return None
    own = embedder or learnt.embedder_of(folder, manifest.vectors)
    if own is None:
        return None
    rows = None if elsewhere else Rows.open(folder)
    channels = rows.lexical if rows else _bare(folder, manifest.passages)
    return Before(folder, manifest, own, channels, rows, digests)


def _bare(folder: Path, size: int) -> dict[str, LexicalIndex]:
    return {name: LexicalIndex.open_terms(folder / name, size) for name in CHANNELS}
