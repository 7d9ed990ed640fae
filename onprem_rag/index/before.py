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
from onprem_rag.index.rows import Rows, digest_of
from onprem_rag.index.texts import CHANNELS


@dataclass(frozen=True, slots=True)
class Before:
    """The live generation, where what it learnt can be taken over; ``rows`` where they can be."""

    folder: Path
    manifest: Manifest
    embedder: Embedder
    channels: Mapping[str, LexicalIndex]
    rows: Rows | None


def before(index_folder: Path, embedder: Embedder | None, analysis: str) -> Before | None:
    """The live generation, if it was made by this ``analysis`` and embedder (None: its own).

    None if any of its files is damaged: that would be inherited for ever.
    """
    folder = index_folder / (current_name(index_folder) or "none")
    try:
        manifest = read_manifest(folder)
        sound = digest_of(folder) == manifest.digest
        elsewhere = MilvusIndex.address_of(folder)
    except (IndexMismatchError, OSError, ValueError):
        return None
    same = EMBEDDED if embedder is None else embedder.fingerprint
    if not sound or (manifest.analysis, manifest.embedder) != (analysis, same):
        return None
    own = embedder or learnt.embedder_of(folder, manifest.vectors)
    if own is None:
        return None
    rows = None if elsewhere else Rows.open(folder)
    size = manifest.passages
    bare = {name: LexicalIndex.open_terms(folder / name, size) for name in CHANNELS}
    return Before(folder, manifest, own, rows.lexical if rows else bare, rows)
