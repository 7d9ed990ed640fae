"""Index generations: immutable folders, and the one file that names the live one.

``index/g000003/`` holds the files of the index (see ``local.py``), ``embedder/`` (of the embedded
default), ``learnt.npy`` and, written last, ``manifest.json``: a folder without it is half built.
``index/CURRENT`` names a generation and is replaced by one rename. What a generation takes over
from the one before is the same file on disk; texts and vectors that stay the same are found again
by their content, in ``analysis/`` and ``vectors/`` (see ``analysed.py``, ``vectors.py``).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np

from onprem_rag.config import IndexConfig
from onprem_rag.errors import IndexMismatchError
from onprem_rag.index import disk, folders, learnt
from onprem_rag.index.analysed import AnalysedTexts
from onprem_rag.index.analysis import Analysis, analyse
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
from onprem_rag.index.texts import Keys
from onprem_rag.index.vectors import vectors_of, windows_of
from onprem_rag.records import Passage
from onprem_rag.timing import Progress

FORMAT = 3  # counts up when a generation's files or its analysis change
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
        return (index_folder / CURRENT).read_text("ascii", "replace").strip() or None
    except FileNotFoundError:
        return None


def number(name: str) -> int:
    """The number of a generation's name; 0 for anything else."""
    return folders.number(Path(name))


def build(
    index_folder: Path,
    passages: Sequence[Passage],
    referred: Sequence[str],
    revision: int,
    embedder_folder: Path | None,
    progress: Progress,
    server: IndexConfig = LOCAL,
    least: int = 1,
) -> str:
    """Write the next generation beside the live one; returns its name (see ``publish``).

    ``referred`` (n,): titles of the articles that each passage refers to. Its number is ``least``
    or above: a name that stood for another index once would not be opened anew.
    """
    folder = folders.new(index_folder, current_name(index_folder), least, server)
    known = AnalysedTexts(index_folder / "analysis", FORMAT)
    analysis = analyse(passages, referred, progress, known)
    bodies = analysis.bodies
    before = _still_fitting(index_folder, embedder_folder, bodies)
    embedder = _embedder(folder, embedder_folder, before, analysis, progress)
    if before and before.manifest.vectors != embedder.fingerprint:
        before = None  # its cells lie in another space
    channels = analysis.channels
    del analysis  # its terms take as much memory as all texts, and encoding may take hours
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
        LocalIndex.write(folder, content, before.folder if before else None)
    trained = learnt.note(folder, bodies, before.folder if before else None)
    manifest = Manifest(
        format=FORMAT,
        generation=folders.number(folder),
        revision=revision,
        passages=len(passages),
        embedder=embedder.fingerprint if embedder_folder else EMBEDDED,
        vectors=embedder.fingerprint,
        trained=trained,
    )
    disk.sync(folder)
    text = json.dumps(asdict(manifest), indent=2)
    disk.write(folder / folders.MANIFEST, lambda file: file.write(text.encode()))
    return folder.name


def publish(
    index_folder: Path, name: str, server: IndexConfig = LOCAL, keep: Collection[str] = ()
) -> None:
    """Make a built generation live, then drop all but it and those to ``keep``.

    The one before stays too: running servers may still search it. Half-built ones go.
    """
    before = current_name(index_folder)
    switch(index_folder, name)
    keep_only(index_folder, {name, *([before] if before else []), *keep}, server)


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


@dataclass(frozen=True, slots=True)
class _Before:
    """The live generation, where what it learnt can be taken over."""

    folder: Path
    manifest: Manifest


def _still_fitting(
    index_folder: Path, embedder_folder: Path | None, bodies: Keys
) -> _Before | None:
    """The live generation, if it is sound and its passages were much like these."""
    folder = index_folder / (current_name(index_folder) or "none")
    try:
        manifest = read_manifest(folder)
    except IndexMismatchError:
        return None
    same = (manifest.embedder == EMBEDDED) == (embedder_folder is None)
    fitting = same and manifest.format == FORMAT and learnt.fits(folder, bodies)
    return _Before(folder, manifest) if fitting else None


def _embedder(
    folder: Path,
    embedder_folder: Path | None,
    before: _Before | None,
    analysis: Analysis,
    progress: Progress,
) -> Embedder:
    """The configured embedder, that of the generation before, or a new one."""
    if embedder_folder:
        return SentenceTransformerEmbedder(embedder_folder)
    if before and (same := learnt.embedder_of(folder, before.manifest.vectors, before.folder)):
        return same
    return learnt.new_embedder(folder, analysis, partial(progress, "임베더 학습"))


def _open_embedder(folder: Path, embedder_folder: Path | None) -> Embedder:
    if embedder_folder is None:
        return MorphemeEmbedder(folder / learnt.FOLDER)
    return SentenceTransformerEmbedder(embedder_folder)
