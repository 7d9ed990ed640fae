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
from onprem_rag.index import disk, folders, learnt
from onprem_rag.index.analysed import STEP, AnalysedTexts
from onprem_rag.index.analysis import Analysis, analyse
from onprem_rag.index.before import Before, before
from onprem_rag.index.embedder import (
    EMBEDDED,
    Embedder,
    MorphemeEmbedder,
    SentenceTransformerEmbedder,
    Vectors,
)
from onprem_rag.index.generations import FORMAT, LOCAL, Manifest, current_name
from onprem_rag.index.interface import Content
from onprem_rag.index.lexical import LexicalIndex
from onprem_rag.index.local import LocalIndex
from onprem_rag.index.milvus import MilvusIndex
from onprem_rag.index.rows import Rows, digest_of, imprints_in
from onprem_rag.index.texts import Keys, key_of, keys_array
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


def prior(passage: Passage) -> float:
    """Forms and addenda name everything and answer little: they count less than articles."""
    return 0.75 if (passage.article or "").startswith(("별지", "부칙")) else 1.0


@dataclass(frozen=True, slots=True)
class Start:
    """What a generation is built from beside its source."""

    index_folder: Path
    embedder: Embedder | None  # the configured one
    known: AnalysedTexts
    before: Before | None


def opened(index_folder: Path, embedder_folder: Path | None) -> Start:
    """Open all that building takes, but the source; the live generation must stay as it is.

    Takes its time: a thread may do it while files are read. Raises ModelError.
    """
    for name in ("faiss", "safetensors.numpy", "scipy.sparse"):  # else imported at their first use
        import_module(name)
    known = AnalysedTexts(index_folder / "analysis", FORMAT)
    embedder = SentenceTransformerEmbedder(embedder_folder) if embedder_folder else None
    live = before(index_folder, embedder, known.made_by)
    return Start(index_folder, embedder, known, live)


def build(
    start: Start,
    source: Source,
    revision: int,
    progress: Progress,
    server: IndexConfig = LOCAL,
    least: int = 1,
) -> str:
    """Write the next generation beside the live one; returns its name (see ``switch``).

    Its number is ``least`` or above: a name that stood for another index once would not be opened
    anew.
    """
    live = current_name(start.index_folder)
    folder = folders.new(start.index_folder, live, least, server)
    run = _Run(folder, source, start.known, start.embedder, progress, bool(server.uri))
    try:
        made = _made(run, start.before)
    except KeyError:  # a vector that was to be taken over is damaged or gone
        made = _made(run, replace(start.before, rows=None) if start.before else None)
    _write(folder, made, source.imprints, server)
    trained = learnt.note(folder, made.rows.bodies, made.before)  # of the digest's files
    manifest = Manifest(
        format=FORMAT,
        generation=folders.number(folder),
        revision=revision,
        passages=made.rows.count,
        embedder=made.embedder.fingerprint if start.embedder else EMBEDDED,
        vectors=made.embedder.fingerprint,
        trained=trained,
        texts=made.texts,
        analysis=run.known.made_by,
        digest=digest_of(folder, start.before.digests if start.before else None)[0],
    )
    disk.sync(folder)
    text = json.dumps(asdict(manifest), indent=2)
    disk.write(folder / folders.MANIFEST, lambda file: file.write(text.encode()))
    return folder.name


def _write(folder: Path, made: _Made, imprints: Mapping[int, bytes], server: IndexConfig) -> None:
    """Put into ``folder``, or onto the server, what a generation is made of."""
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
    rows.save(folder, imprints)


@dataclass(frozen=True, slots=True)
class _Run:
    """What one build is given."""

    folder: Path  # of the new generation
    source: Source
    known: AnalysedTexts
    embedder: Embedder | None  # the configured one
    progress: Progress
    elsewhere: bool  # on a server, which has all anew


@dataclass(frozen=True, slots=True)
class _Made:
    rows: Rows
    vectors: Vectors
    embedder: Embedder
    before: Path | None  # the generation whose learning it has taken over
    texts: int  # distinct ones that were analysed when all were


def _made(run: _Run, before: Before | None) -> _Made:
    """All that a generation is made of. Raises KeyError as ``vectors_of`` does."""
    kept = _kept(run, before)
    passages, referred = _by_id(*run.source.read(run.source.imprints.keys() - kept))
    bodies = keys_array([key_of(passage.text) for passage in passages])
    old = before.rows if before and kept else None
    stay = old.of(kept) if old else np.zeros(0, dtype=np.bool_)
    everywhere = np.concatenate((old.bodies[stay], bodies)) if old else bodies
    if before and not learnt.fits(before.folder, everywhere):
        return _made(run, None)
    channels = before.channels if before else None
    analysis = analyse(passages, referred, run.progress, run.known, channels, more=bool(old))
    texts = before.manifest.texts if before and old else len(analysis.texts.keys)
    embedder = before.embedder if before else run.embedder
    if embedder is None:
        report = partial(run.progress, "임베더 학습")
        embedder = learnt.new_embedder(run.folder, analysis, report)
    rows, windows = _rows(passages, bodies, analysis.channels, embedder)
    encoder = _encoder(embedder, analysis, rows, windows, run.known.made_by)
    del analysis  # its terms take as much memory as all texts, and encoding may take hours
    if old:
        rows = old.joined(stay, rows, beside=not run.elsewhere)
    cache, report = run.folder.parent / "vectors", partial(run.progress, "벡터 계산")
    same, new = np.split(rows.encoded, [rows.shared])
    vectors = vectors_of(encoder, new, windows, cache, report, more=bool(rows.shared))
    new = np.where(vectors.any(axis=1), new, np.frombuffer(NOTHING, dtype="V16"))
    rows = replace(rows, encoded=np.concatenate((same, new)))
    return _Made(rows, vectors, embedder, before.folder if before else None, texts)


def _rows(
    passages: Sequence[Passage],
    bodies: Keys,
    lexical: Mapping[str, LexicalIndex],
    embedder: Embedder,
) -> tuple[Rows, dict[bytes, str]]:
    """The rows of ``passages``, and the texts of their windows by key."""
    texts, windows = windows_of(embedder, [passage_parts(passage) for passage in passages])
    keys = [key_of(text) for text in texts]
    rows = Rows(
        passages=np.array([passage.id for passage in passages], dtype=np.int64),
        documents=np.array([passage.document_id for passage in passages], dtype=np.int64),
        priors=np.array([prior(passage) for passage in passages], dtype=np.float32),
        bodies=bodies,
        windows=windows,
        encoded=keys_array(keys),
        lexical=lexical,
    )
    return rows, dict(zip(keys, texts, strict=True))


def _encoder(
    embedder: Embedder, analysis: Analysis, rows: Rows, windows: Mapping[bytes, str], made_by: str
) -> Embedder:
    """What the ``windows`` of these rows get their vectors from."""
    if not isinstance(embedder, MorphemeEmbedder):
        return embedder
    row_of = zip(rows.encoded.tolist(), rows.windows.tolist(), strict=True)
    by_text = {windows[key]: row for key, row in row_of}
    return learnt.Analysed(embedder, analysis, by_text, made_by)


def _by_id(passages: Sequence[Passage], referred: Sequence[str]) -> Titled:
    order = sorted(range(len(passages)), key=lambda at: passages[at].id)
    return [passages[at] for at in order], [referred[at] for at in order]


def _kept(run: _Run, before: Before | None) -> frozenset[int]:
    """The documents whose rows can be taken over.

    None where the analysed texts of passages long gone would pile up.
    """
    if not before or not before.rows or run.known.count() > 2 * before.manifest.texts + STEP:
        return frozenset()
    there = imprints_in(before.folder)
    wanted = run.source.imprints.items()
    return frozenset(document for document, imprint in wanted if there.get(document) == imprint)
