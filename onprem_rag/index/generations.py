"""Index generations: immutable folders, and the one file that names the live one.

``index/g000003/`` holds the files of the index (see ``local.py``), ``embedder/`` (of the embedded
default), ``learnt.npy`` and, written last, ``manifest.json``: a folder without it is half built.
``index/CURRENT`` names a generation and is replaced by one rename. What a generation takes over
from the one before is the same file on disk or the same rows (see ``building.py``); of new rows,
texts and vectors that were there before are found again by their content, in ``analysis/`` and
``vectors/`` (see ``analysed.py``, ``vectors.py``).
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from onprem_rag.config import IndexConfig
from onprem_rag.errors import IndexMismatchError
from onprem_rag.index import disk, folders, learnt
from onprem_rag.index.embedder import (
    EMBEDDED,
    Embedder,
    MorphemeEmbedder,
    SentenceTransformerEmbedder,
    folder_fingerprint,
)
from onprem_rag.index.interface import Index
from onprem_rag.index.local import LocalIndex
from onprem_rag.index.milvus import MilvusIndex
from onprem_rag.index.milvus_server import address

FORMAT = 6  # counts up when a generation's files, its analysis or the passages' texts change
CURRENT = "CURRENT"  # the file that names the live generation
LOCAL = IndexConfig()
_REMEDY = "→ 'ingest add'를 다시 실행해 색인을 새로 만드세요."


@dataclass(frozen=True, slots=True)
class Manifest:
    """What built a generation."""

    format: int
    generation: int
    revision: int  # of the library
    passages: int
    embedder: str  # EMBEDDED, or the configured one's fingerprint
    vectors: str = ""  # the fingerprint of what encoded them
    trained: int = 0  # passages that the embedded default, or the vectors' cells, learnt from
    texts: int = 0  # distinct ones that were analysed when all were
    analysis: str = ""  # what made the terms: the format, Mecab's dictionary
    digest: str = ""  # of all that the next generation may take over


@dataclass(frozen=True, slots=True)
class Generation:
    """One opened generation: read-only, shared by all threads."""

    manifest: Manifest
    index: Index
    embedder: Embedder


def current_name(index_folder: Path) -> str | None:
    """The live generation's folder name; None before the first ingest."""
    try:
        return (index_folder / CURRENT).read_text("ascii", "replace").strip() or None
    except FileNotFoundError:
        return None


def number(name: str) -> int:
    """The number of a generation's name; 0 for anything else."""
    return folders.number(Path(name))


def switch(index_folder: Path, name: str) -> None:
    """Make a kept generation live, by one rename that outlasts a crash of the machine.

    Raises IndexMismatchError if there is no such generation, or only half of it.
    """
    read_manifest(index_folder / name)
    disk.write(index_folder / CURRENT, lambda file: file.write(f"{name}\n".encode("ascii")))


def kept(index_folder: Path) -> list[Manifest]:
    """The complete generations that this program can open, oldest first, live or not."""
    found = []
    for folder in folders.folders(index_folder):
        try:
            manifest = read_manifest(folder)
        except IndexMismatchError:
            continue
        if manifest.format == FORMAT:
            found.append(manifest)
    return found


def keep_only(index_folder: Path, names: Collection[str], server: IndexConfig = LOCAL) -> None:
    """Drop all generations but these, half-built ones too."""
    folders.drop([p for p in folders.folders(index_folder) if p.name not in names], server)


def discard(index_folder: Path, name: str, server: IndexConfig = LOCAL) -> None:
    """Drop a generation that was built and is not to be live."""
    folders.drop([index_folder / name], server)


def open_current(
    index_folder: Path,
    embedder_folder: Path | None,
    loaded: Embedder | None = None,
    candidates: int = 200,
    server: IndexConfig = LOCAL,
) -> Generation:
    """The live generation; takes the embedder ``loaded`` before where it is the configured one.

    Raises IndexMismatchError if absent, damaged or built otherwise.
    """
    name = current_name(index_folder)
    if name is None:
        raise IndexMismatchError(
            f"아직 색인이 없습니다: {index_folder}\n"
            "→ 먼저 'ingest add 경로'로 규정 파일을 넣으세요."
        )
    return open_generation(index_folder, name, embedder_folder, loaded, candidates, server)


def open_generation(
    index_folder: Path,
    name: str,
    embedder_folder: Path | None,
    loaded: Embedder | None = None,
    candidates: int = 200,
    server: IndexConfig = LOCAL,
) -> Generation:
    """A generation, live or not; see ``open_current``."""
    folder = index_folder / name
    manifest = read_manifest(folder)
    check(folder, manifest, embedder_folder, server)
    try:
        index = _open_index(folder, candidates, server)
    except (OSError, EOFError, ValueError, RuntimeError) as error:
        raise _damaged(folder, error) from error
    if loaded and loaded.fingerprint == manifest.vectors:
        return Generation(manifest, index, loaded)
    embedder = _open_embedder(folder, embedder_folder)
    if embedder.fingerprint != manifest.vectors:
        raise _damaged(folder, "embedder")
    return Generation(manifest, index, embedder)


def check(
    folder: Path, manifest: Manifest, embedder_folder: Path | None, server: IndexConfig = LOCAL
) -> None:
    """Raise IndexMismatchError where a generation was built otherwise than is configured."""
    if manifest.format != FORMAT:
        raise IndexMismatchError(
            f"색인이 다른 버전의 프로그램으로 만들어졌습니다({manifest.format} ≠ {FORMAT}).\n"
            f"{_REMEDY}"
        )
    wanted = EMBEDDED if embedder_folder is None else folder_fingerprint(embedder_folder)
    if manifest.embedder != wanted:
        raise IndexMismatchError(
            f"색인을 만든 임베더({manifest.embedder})가 지금 설정({wanted})과 다릅니다.\n"
            f"→ 설정을 되돌리거나 'ingest add'를 다시 실행해 색인을 새로 만드세요."
        )
    try:
        elsewhere = MilvusIndex.address_of(folder) != address(server.uri)
    except (OSError, ValueError) as error:
        raise _damaged(folder, error) from error
    if elsewhere:
        raise IndexMismatchError(
            "[index] uri가 색인을 만든 때와 다릅니다.\n"
            "→ 'ingest add'를 다시 실행하거나 uri를 되돌리세요."
        )


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a generation folder."""
    try:
        return Manifest(**json.loads((folder / folders.MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise IndexMismatchError(f"색인이 손상되었습니다: {folder}\n{_REMEDY}") from error


def _damaged(folder: Path, error: object) -> IndexMismatchError:
    return IndexMismatchError(f"색인이 손상되었습니다: {folder} ({error})\n{_REMEDY}")


def _open_index(folder: Path, candidates: int, server: IndexConfig) -> Index:
    if server.uri:
        return MilvusIndex.open(server.uri, server.token, folder, candidates)
    return LocalIndex.open(folder, candidates)


def _open_embedder(folder: Path, embedder_folder: Path | None) -> Embedder:
    if embedder_folder is None:
        return MorphemeEmbedder(folder / learnt.FOLDER)
    return SentenceTransformerEmbedder(embedder_folder)
