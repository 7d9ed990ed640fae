"""Index generations: immutable folders, and the one file that names the live one.

``index/g000003/`` holds the files of the index (see ``local.py``), ``embedder/`` (where the
embedded default was trained) and ``manifest.json``. ``index/CURRENT`` names a generation and is
replaced by one rename.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np

from onprem_rag.config import IndexConfig
from onprem_rag.errors import IndexMismatchError, OnpremRagError
from onprem_rag.index.analysis import Progress, analyse
from onprem_rag.index.embedder import (
    EMBEDDED,
    Embedder,
    MorphemeEmbedder,
    SentenceTransformerEmbedder,
    folder_fingerprint,
)
from onprem_rag.index.interface import Content, Index
from onprem_rag.index.local import LocalIndex
from onprem_rag.index.milvus import MilvusIndex
from onprem_rag.index.milvus_server import address
from onprem_rag.index.training import train
from onprem_rag.index.vectors import vectors_of, windows_of
from onprem_rag.records import Passage

FORMAT = 2  # counts up when a generation's files or its analysis change
LOCAL = IndexConfig()
_REMEDY = "→ 'ingest add'를 다시 실행해 색인을 새로 만드세요."


@dataclass(frozen=True, slots=True)
class Manifest:
    """What built a generation."""

    format: int
    generation: int
    revision: int  # of the library
    passages: int
    embedder: str  # fingerprint


@dataclass(frozen=True, slots=True)
class Generation:
    """One opened generation: read-only, shared by all threads."""

    manifest: Manifest
    index: Index
    embedder: Embedder


def passage_parts(passage: Passage) -> tuple[str, str]:
    """What is embedded of a passage: its rule's title, place and title; and its text."""
    return f"{passage.document}\n{' '.join(passage.path)}", passage.text


def passage_text(passage: Passage) -> str:
    """Both parts of a passage as one text."""
    return "\n".join(passage_parts(passage))


def prior(passage: Passage) -> float:
    """Forms and addenda name everything and answer little: they count less than articles."""
    return 0.75 if (passage.article or "").startswith(("별지", "부칙")) else 1.0


def current_name(index_folder: Path) -> str | None:
    """The live generation's folder name; None before the first ingest."""
    try:
        return (index_folder / "CURRENT").read_text("ascii", "replace").strip() or None
    except FileNotFoundError:
        return None


def build(
    index_folder: Path,
    passages: Sequence[Passage],
    referred: Sequence[str],
    revision: int,
    embedder_folder: Path | None,
    progress: Progress,
    server: IndexConfig = LOCAL,
) -> str:
    """Write the next generation beside the live one; returns its name (see ``publish``).

    ``referred`` (n,): titles of the articles that each passage refers to.
    """
    index_folder.mkdir(parents=True, exist_ok=True)
    number = 1 + max((_number(path.name) for path in index_folder.iterdir()), default=0)
    folder = index_folder / f"g{number:06d}"
    folder.mkdir()
    analysis = analyse(passages, referred, progress)
    if embedder_folder is None:
        report = partial(progress, "임베더 학습")
        train(analysis.words, analysis.titles, folder / "embedder", report)
    channels = analysis.channels
    del analysis  # its words take as much memory as all texts, and encoding may take hours
    embedder = _open_embedder(folder, embedder_folder)
    texts, windows = windows_of(embedder, [passage_parts(passage) for passage in passages])
    report = partial(progress, "벡터 계산")
    vectors = vectors_of(embedder, texts, index_folder / "vectors", report)
    content = Content(
        passages=np.array([passage.id for passage in passages], dtype=np.int64),
        documents=np.array([passage.document_id for passage in passages], dtype=np.int64),
        priors=np.array([prior(p) for p in passages], dtype=np.float32),
        lexical=channels,
        vectors=vectors,
        windows=windows,
    )
    if server.uri:
        MilvusIndex.write(server.uri, server.token, folder, content)
    else:
        LocalIndex.write(folder, content)
    manifest = Manifest(FORMAT, number, revision, len(passages), embedder.fingerprint)
    (folder / "manifest.json").write_text(json.dumps(asdict(manifest), indent=2), encoding="utf-8")
    return folder.name


def publish(index_folder: Path, name: str, server: IndexConfig = LOCAL) -> None:
    """Make a built generation live by one rename, then drop all but it and the one before.

    Running servers may still search that one; a build that failed in between does not count.
    """
    kept = {name, current_name(index_folder)}
    for path in (index_folder / name).rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
    temporary = index_folder / "CURRENT.new"
    temporary.write_text(name + "\n", encoding="ascii")
    with temporary.open("rb") as file:
        os.fsync(file.fileno())
    temporary.replace(index_folder / "CURRENT")
    for path in list(index_folder.iterdir()):
        if _number(path.name) and path.name not in kept and _dropped(path, server):
            shutil.rmtree(path, ignore_errors=True)


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
    folder = index_folder / name
    manifest = read_manifest(folder)
    check(folder, manifest, embedder_folder, server)
    try:
        index = _open_index(folder, candidates, server)
    except (OSError, EOFError, ValueError, RuntimeError) as error:
        raise _damaged(folder, error) from error
    if loaded and embedder_folder and loaded.fingerprint == manifest.embedder:
        embedder = loaded  # the embedded default's differs by generation
    else:
        embedder = _open_embedder(folder, embedder_folder)
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
        return Manifest(**json.loads((folder / "manifest.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise IndexMismatchError(f"색인이 손상되었습니다: {folder}\n{_REMEDY}") from error


def _damaged(folder: Path, error: Exception) -> IndexMismatchError:
    return IndexMismatchError(f"색인이 손상되었습니다: {folder} ({error})\n{_REMEDY}")


def _open_index(folder: Path, candidates: int, server: IndexConfig) -> Index:
    if server.uri:
        return MilvusIndex.open(server.uri, server.token, folder, candidates)
    return LocalIndex.open(folder, candidates)


def _dropped(folder: Path, server: IndexConfig) -> bool:
    """Whether a generation is gone from its server.

    Where that can't be asked, or isn't the configured one, a later publish does it: the folder
    alone knows the collections' names.
    """
    try:
        place = MilvusIndex.address_of(folder)
        if place != address(server.uri):
            return not place
        if place:
            MilvusIndex.drop(server.uri, server.token, folder)
    except OnpremRagError:
        return False
    except (OSError, ValueError):  # a folder too damaged to name its collections
        return True
    return True


def _open_embedder(folder: Path, embedder_folder: Path | None) -> Embedder:
    if embedder_folder is None:
        return MorphemeEmbedder(folder / "embedder")
    return SentenceTransformerEmbedder(embedder_folder)


def _number(name: str) -> int:
    found = re.fullmatch(r"g(\d{6})", name)
    return int(found[1]) if found else 0
