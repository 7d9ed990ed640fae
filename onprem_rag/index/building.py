"""How a generation is built: what stays as it was is taken over, all else is made."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path

import numpy as np

from onprem_rag.config import IndexConfig
from onprem_rag.errors import IndexMismatchError
from onprem_rag.index import disk, folders, learnt
from onprem_rag.index.analysed import STEP, AnalysedTexts
from onprem_rag.index.analysis import analyse
from onprem_rag.index.embedder import (
    EMBEDDED,
    Embedder,
    SentenceTransformerEmbedder,
    Vectors,
)
from onprem_rag.index.generations import FORMAT, LOCAL, Manifest, current_name, read_manifest
from onprem_rag.index.interface import Content
from onprem_rag.index.lexical import LexicalIndex
from onprem_rag.index.local import LocalIndex
from onprem_rag.index.milvus import MilvusIndex
from onprem_rag.index.rows import Rows, imprints_in
from onprem_rag.index.texts import CHANNELS, key_of, keys_array
from onprem_rag.index.vectors import NOTHING, vectors_of, windows_of
from onprem_rag.records import Passage
from onprem_rag.timing import Progress

Titled = tuple[Sequence[Passage], Sequence[str]]  # passages, and the titles that each refers to


@dataclass(frozen=True, slots=True)
class Source:
    """The documents that a generation is to hold.

    ``imprints``: by id, 16 bytes that differ where ``read`` would give other passages of one.
    """

    imprints: Mapping[int, bytes]
    read: Callable[[Collection[int]], Titled]


def passage_parts(passage: Passage) -> tuple[str, str]:
    """What is embedded of a passage: its rule's title, place and title; and its text."""
    return f"{passage.document}\n{' '.join(passage.path)}", passage.text


def passage_text(passage: Passage) -> str:
    """Both parts of a passage as one text."""
    return "\n".join(passage_parts(passage))


def prior(passage: Passage) -> float:
    """Forms and addenda name everything and answer little: they count less than articles."""
    return 0.75 if (passage.article or "").startswith(("별지", "부칙")) else 1.0


def load() -> None:
    """Import the libraries that building takes; else that happens at their first use."""
    for name in ("faiss", "safetensors.numpy", "scipy.sparse"):
        import_module(name)


def build(
    index_folder: Path,
    source: Source,
    revision: int,
    embedder_folder: Path | None,
    progress: Progress,
    server: IndexConfig = LOCAL,
    least: int = 1,
) -> str:
    """Write the next generation beside the live one; returns its name (see ``switch``).

    Its number is ``least`` or above: a name that stood for another index once would not be opened
    anew.
    """
    folder = folders.new(index_folder, current_name(index_folder), least, server)
    embedder = SentenceTransformerEmbedder(embedder_folder) if embedder_folder else None
    before = _before(index_folder, embedder)
    try:
        made = _made(folder, source, before, embedder, progress)
    except KeyError:  # a vector that was to be taken over is damaged or gone
        again = replace(before, rows=None) if before else None
        made = _made(folder, source, again, embedder, progress)
    if made.before:
        learnt.share_embedder(folder, made.before)
    rows = made.rows
    content = Content(
        rows.passages, rows.documents, rows.priors, rows.lexical, made.vectors, rows.windows
    )
    if server.uri:
        MilvusIndex.write(server.uri, server.token, folder, content)
    else:
        LocalIndex.write(folder, content, made.before)
    rows.save(folder, source.imprints)
    manifest = Manifest(
        format=FORMAT,
        generation=folders.number(folder),
        revision=revision,
        passages=len(rows.passages),
        embedder=made.embedder.fingerprint if embedder_folder else EMBEDDED,
        vectors=made.embedder.fingerprint,
        trained=learnt.note(folder, rows.bodies, made.before),
        texts=made.texts,
    )
    disk.sync(folder)
    text = json.dumps(asdict(manifest), indent=2)
    disk.write(folder / folders.MANIFEST, lambda file: file.write(text.encode()))
    return folder.name


@dataclass(frozen=True, slots=True)
class _Before:
    """The live generation, where what it learnt can be taken over; ``rows`` where they can be."""

    folder: Path
    manifest: Manifest
    embedder: Embedder
    channels: Mapping[str, LexicalIndex]
    rows: Rows | None


def _before(index_folder: Path, embedder: Embedder | None) -> _Before | None:
    """The live generation, if it is sound and this (or, for None, its own) embedder's."""
    folder = index_folder / (current_name(index_folder) or "none")
    try:
        manifest = read_manifest(folder)
    except IndexMismatchError:
        return None
    same = EMBEDDED if embedder is None else embedder.fingerprint
    if manifest.format != FORMAT or manifest.embedder != same:
        return None
    own = embedder or learnt.embedder_of(folder, manifest.vectors)
    if own is None:
        return None
    try:
        rows = Rows.open(folder)
        return _Before(folder, manifest, own, rows.lexical, rows)
    except (OSError, ValueError, EOFError):  # damaged, or on a server
        pass
    try:
        bare = {
            name: LexicalIndex.open_terms(folder / name, manifest.passages) for name in CHANNELS
        }
    except (OSError, ValueError, EOFError):
        return None
    return _Before(folder, manifest, own, bare, None)


@dataclass(frozen=True, slots=True)
class _Made:
    rows: Rows
    vectors: Vectors
    embedder: Embedder
    before: Path | None  # the generation whose learning it has taken over
    texts: int  # distinct ones that were analysed when all were


def _made(
    folder: Path,
    source: Source,
    before: _Before | None,
    embedder: Embedder | None,
    progress: Progress,
) -> _Made:
    """All that the generation in ``folder`` is made of. Raises KeyError as ``vectors_of`` does."""
    known = AnalysedTexts(folder.parent / "analysis", FORMAT)
    kept = _kept(source, before, known)
    passages, referred = _by_id(*source.read(source.imprints.keys() - kept))
    bodies = keys_array([key_of(passage.text) for passage in passages])
    stay = before.rows.of(kept) if before and before.rows else np.zeros(0, dtype=np.bool_)
    if before:
        old = before.rows.bodies[stay] if before.rows else bodies[:0]
        if not learnt.fits(before.folder, np.concatenate((old, bodies))):
            return _made(folder, source, None, embedder, progress)
    channels = before.channels if before else None
    analysis = analyse(passages, referred, progress, known, channels, more=bool(kept))
    texts = before.manifest.texts if before and kept else len(analysis.texts.keys)
    if before:
        embedder = before.embedder
    elif embedder is None:
        embedder = learnt.new_embedder(folder, analysis, partial(progress, "임베더 학습"))
    lexical = analysis.channels
    del analysis  # its terms take as much memory as all texts, and encoding may take hours
    wanted, windows = windows_of(embedder, [passage_parts(passage) for passage in passages])
    keys = [key_of(text) for text in wanted]
    rows = Rows(
        passages=np.array([passage.id for passage in passages], dtype=np.int64),
        documents=np.array([passage.document_id for passage in passages], dtype=np.int64),
        priors=np.array([prior(passage) for passage in passages], dtype=np.float32),
        bodies=bodies,
        windows=windows,
        encoded=keys_array(keys),
        lexical=lexical,
    )
    if before and before.rows and kept:
        rows = before.rows.joined(stay, rows)
    named = dict(zip(keys, wanted, strict=True))
    cache, report = folder.parent / "vectors", partial(progress, "벡터 계산")
    vectors = vectors_of(embedder, rows.encoded, named, cache, report)
    nothing = np.where(vectors.any(axis=1), rows.encoded, np.frombuffer(NOTHING, dtype="V16"))
    rows = replace(rows, encoded=nothing)
    return _Made(rows, vectors, embedder, before.folder if before else None, texts)


def _by_id(passages: Sequence[Passage], referred: Sequence[str]) -> Titled:
    order = sorted(range(len(passages)), key=lambda at: passages[at].id)
    return [passages[at] for at in order], [referred[at] for at in order]


def _kept(source: Source, before: _Before | None, known: AnalysedTexts) -> frozenset[int]:
    """The documents whose rows can be taken over.

    None where the analysed texts of passages long gone would pile up.
    """
    if not before or not before.rows or known.count() > 2 * before.manifest.texts + STEP:
        return frozenset()
    try:
        there = imprints_in(before.folder)
    except (OSError, ValueError, EOFError):
        return frozenset()
    return frozenset(of for of, imprint in source.imprints.items() if there.get(of) == imprint)
