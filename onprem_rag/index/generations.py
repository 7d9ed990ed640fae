"""Index generations: immutable folders, and the one file that names the live one.

``index/g000003/`` holds ``dense.faiss``, ``mecab/``, ``bigram/``, ``rows.npy`` (row → passage id),
``priors.npy``,
``embedder/`` (where the embedded default was trained) and ``manifest.json``. ``index/CURRENT``
names a generation and is replaced by one rename.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from onprem_rag.errors import IndexMismatchError
from onprem_rag.index.dense import DenseIndex
from onprem_rag.index.embedder import (
    EMBEDDED,
    Embedder,
    MorphemeEmbedder,
    SentenceTransformerEmbedder,
    folder_fingerprint,
)
from onprem_rag.index.lexical import LexicalIndex, bigram_tokens, morpheme_tokens
from onprem_rag.index.training import train
from onprem_rag.records import Passage

FORMAT = 1  # counts up when a generation's files or its analysis change
KEPT = 2  # generations on disk: the live one and the one before
_REMEDY = "→ 'ingest add'를 다시 실행해 색인을 새로 만드세요."

Progress = Callable[[str, int, int], None]


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
    rows: npt.NDArray[np.int64]  # row → passage id
    priors: npt.NDArray[np.float32]  # row → factor of its fused score
    mecab: LexicalIndex
    bigram: LexicalIndex
    dense: DenseIndex
    embedder: Embedder


def passage_text(passage: Passage) -> str:
    """What is indexed of a passage: its rule's title, its place and title, and its text."""
    return f"{passage.document}\n{' '.join(passage.path)}\n{passage.text}"


def prior(passage: Passage) -> float:
    """Forms and addenda name everything and answer little: they count less than articles."""
    return 0.75 if (passage.article or "").startswith(("별지", "부칙")) else 1.0


def current_name(index_folder: Path) -> str | None:
    """The live generation's folder name; None before the first ingest."""
    try:
        return (index_folder / "CURRENT").read_text(encoding="ascii").strip() or None
    except FileNotFoundError:
        return None


def build(
    index_folder: Path,
    passages: Sequence[Passage],
    revision: int,
    embedder_folder: Path | None,
    progress: Progress,
) -> str:
    """Write the next generation beside the live one; returns its name (see ``publish``)."""
    index_folder.mkdir(parents=True, exist_ok=True)
    number = 1 + max((_number(path.name) for path in index_folder.iterdir()), default=0)
    folder = index_folder / f"g{number:06d}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    texts = [passage_text(passage) for passage in passages]
    words = _analysed(texts, morpheme_tokens, "형태소 분석", progress)
    titled = [row + morpheme_tokens(p.title) for row, p in zip(words, passages, strict=True)]
    LexicalIndex.build(titled).save(folder / "mecab")
    LexicalIndex.build(_analysed(texts, bigram_tokens, "글자쌍 분석", progress)).save(
        folder / "bigram"
    )
    if embedder_folder is None:
        titles = [morpheme_tokens(f"{p.document} {p.title}") for p in passages]
        train(words, titles, folder / "embedder", lambda n, of: progress("임베더 학습", n, of))
    embedder = _open_embedder(folder, embedder_folder)
    vectors = []
    for at in range(0, len(texts), 256):
        vectors.append(embedder.encode(texts[at : at + 256]))
        progress("벡터 계산", min(at + 256, len(texts)), len(texts))
    DenseIndex.build(np.concatenate(vectors)).save(folder / "dense.faiss")
    np.save(folder / "rows.npy", np.array([passage.id for passage in passages], dtype=np.int64))
    np.save(folder / "priors.npy", np.array([prior(p) for p in passages], dtype=np.float32))
    manifest = Manifest(FORMAT, number, revision, len(passages), embedder.fingerprint)
    (folder / "manifest.json").write_text(json.dumps(asdict(manifest), indent=2), encoding="utf-8")
    return folder.name


def publish(index_folder: Path, name: str) -> None:
    """Make a built generation live by one rename, then drop the old ones."""
    for path in (index_folder / name).rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
    temporary = index_folder / "CURRENT.new"
    temporary.write_text(name + "\n", encoding="ascii")
    with temporary.open("rb") as file:
        os.fsync(file.fileno())
    temporary.replace(index_folder / "CURRENT")
    numbered = [path for path in index_folder.iterdir() if _number(path.name)]
    for path in sorted(numbered, key=lambda path: _number(path.name))[:-KEPT]:
        if path.name != name:
            shutil.rmtree(path, ignore_errors=True)


def open_current(
    index_folder: Path, embedder_folder: Path | None, loaded: Embedder | None = None
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
        rows = np.load(folder / "rows.npy", allow_pickle=False)
        priors = np.load(folder / "priors.npy", allow_pickle=False)
        mecab = LexicalIndex.open(folder / "mecab", len(rows))
        bigram = LexicalIndex.open(folder / "bigram", len(rows))
        dense = DenseIndex.open(folder / "dense.faiss")
    except (OSError, ValueError, RuntimeError) as error:
        raise IndexMismatchError(f"색인이 손상되었습니다: {folder} ({error})\n{_REMEDY}") from error
    if loaded and embedder_folder and loaded.fingerprint == manifest.embedder:
        embedder = loaded  # the embedded default's differs by generation
    else:
        embedder = _open_embedder(folder, embedder_folder)
    return Generation(manifest, rows, priors, mecab, bigram, dense, embedder)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a generation folder."""
    try:
        return Manifest(**json.loads((folder / "manifest.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise IndexMismatchError(f"색인이 손상되었습니다: {folder}\n{_REMEDY}") from error


def _open_embedder(folder: Path, embedder_folder: Path | None) -> Embedder:
    if embedder_folder is None:
        return MorphemeEmbedder(folder / "embedder")
    return SentenceTransformerEmbedder(embedder_folder)


def _analysed(
    texts: Sequence[str], tokens: Callable[[str], list[str]], name: str, progress: Progress
) -> list[list[str]]:
    found = []
    for at, text in enumerate(texts, start=1):
        found.append(tokens(text))
        if at % 64 == 0 or at == len(texts):
            progress(name, at, len(texts))
    return found


def _number(name: str) -> int:
    found = re.fullmatch(r"g(\d{6})", name)
    return int(found[1]) if found else 0
