"""200,000 passages: how fast a question, how much memory, how long to open and to index.

The passages are the real ones, repeated with the sentences of each rule dealt out anew among its
passages, so that no two are the same. The peer is LangChain's ensemble (see ``peers.py``) over the
same texts and the same vectors. Speed and memory are those of processes of their own.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain, cycle, groupby, islice
from pathlib import Path

import numpy as np
from mecab import MeCab
from mecab.utils import create_lattice

from onprem_rag.config import load_config
from onprem_rag.evaluate.retrieval import read_questions
from onprem_rag.index import generations
from onprem_rag.index.analysis import analyse
from onprem_rag.index.building import build, opened
from onprem_rag.korean.morphemes import _tagger
from onprem_rag.korean.text import normalise, sentences
from onprem_rag.library.store import Library
from onprem_rag.records import Document, Passage, Version
from tests.bench.peers import encoded, indexed_in, passages_of
from tests.bench.resident import Resident, in_a_process
from tests.bench.retrieval import chatbot_over
from tests.bench.speed import FOLDERS
from tests.conftest import shelf_of, source_of, text_of

SIZE = 200_000
QUESTIONS = 100
PEER_QUESTIONS = 20  # it takes its time, and its memory grows with its passages only
MORPHS_EVERY = 20  # texts that python-mecab-ko's own ``morphs`` reads
SEED = 20_240_301


@dataclass(slots=True)
class _Spent:
    """Seconds on the wall's clock and on the processor's."""

    wall: float = 0.0
    cpu: float = 0.0

    @contextmanager
    def clocked(self) -> Iterator[None]:
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.wall += time.perf_counter() - wall
        self.cpu += time.process_time() - cpu


def scale(shared: Path, work: Path, size: int = SIZE) -> None:
    """``python -m tests.bench scale``"""
    home, big = work / "four-home", work / "scale-home"
    chatbot_over(home, *(shared / folder for folder in FOLDERS))
    grow(home, big, size)
    own, titles = indexed_in(home)
    indexing(work / "scale-lexical", own, titles)
    index(big, cycle(titles))
    asked = [q.text for q in read_questions(shared / "questions" / "paraphrase_to_article.jsonl")]
    asked = asked[1 :: len(asked) // QUESTIONS][:QUESTIONS]
    questions = _written(work / "scale-questions.jsonl", asked)
    few = _written(work / "scale-few.jsonl", asked[:: QUESTIONS // PEER_QUESTIONS])
    print(f"opening the index: {in_a_process('opening', big).opening_s:.2f} s (bar 1 s)")
    ours = in_a_process("ours", big, questions)
    texts, vectors = _for_the_peer(big, work)
    peer = in_a_process("peer", big, texts, vectors, few)
    print(f"the peer builds its index anew at every start: {peer.opening_s:.0f} s")
    _compare("question p50, ms", np.median(ours.times_ms), np.median(peer.times_ms))
    _compare("question p95, ms", *(np.percentile(one.times_ms, 95) for one in (ours, peer)))
    print("  bar: the peer takes 50 times as long at p50")
    _compare("resident, MiB", ours.resident_mib, peer.resident_mib)
    _compare("of it no mapped file, MiB", ours.private_mib, peer.private_mib)
    bare = [_imports(one, work / "scale-modules.jsonl") for one in (ours, peer)]
    without = [one.resident_mib - alone for one, alone in zip((ours, peer), bare, strict=True)]
    _compare("resident less imports, MiB", *without)
    print("  bar: ours at most a quarter of the peer's, a ratio of 4")


def grow(home: Path, big: Path, size: int) -> None:
    """Write a library of ``size`` passages into the folder ``big``."""
    documents = {document.id: document for document in shelf_of(home).documents()}
    rules = [
        (documents[number], list(passages))
        for number, passages in groupby(passages_of(home), key=lambda p: p.document_id)
    ]
    chance = random.Random(SEED)
    big.mkdir()
    library = Library.open(load_config(big).library_url, create=True)
    with library.writing() as writer:
        versions: list[Version] = []
        left, edition = size, 0
        while left:
            edition += 1
            for document, passages in rules:
                kept = passages[:left]
                texts = _dealt_anew(kept, chance) if edition > 1 else [p.text for p in kept]
                grown, placed = _edition(document, kept, texts, edition)
                versions.append(_version(grown, writer.store(grown, placed, 0)))
                left -= len(kept)
                if not left:
                    break
        writer.hold(1, versions, [])
        writer.log("add", 1, "", [], published=True)
    library.close()
    print(f"{size} passages: {edition} editions of {len(rules)} rules", flush=True)


def _version(document: Document, number: int) -> Version:
    """A rule of its own, in force from ever."""
    rule = f"{document.title}#{number}"
    return Version(
        number, rule, document.title, document.kind, document.source, "", False, 1, number=1
    )


def _dealt_anew(passages: Sequence[Passage], chance: random.Random) -> list[str]:
    """Texts of as many sentences as the passages have, all of them from these passages."""
    cut = [[p.text[start:end] for start, end in sentences(p.text)] for p in passages]
    pool = [sentence for own in cut for sentence in own]
    chance.shuffle(pool)
    rest = iter(pool)
    return ["\n".join(islice(rest, len(own))) for own in cut]


def _edition(
    document: Document, passages: Sequence[Passage], texts: Sequence[str], number: int
) -> tuple[Document, list[Passage]]:
    """The rule with these texts; from the second edition on its title and source say which."""
    mark = f" 제{number}판" if number > 1 else ""
    placed, start = [], 0
    for passage, text in zip(passages, texts, strict=True):
        placed.append(replace(passage, text=text, start=start, end=start + len(text)))
        start += len(text) + 2
    changed = replace(
        document,
        title=document.title + mark,
        source=f"{document.source}{mark}",
        text="\n\n".join(texts),
        references=(),
    )
    return changed, placed


def index(home: Path, titles: Iterable[str]) -> None:
    """Build and publish an index of ``home``, whose passages refer to these titles in turn."""
    passages = passages_of(home)
    config = load_config(home)
    folder, referred = config.index_folder, list(islice(titles, len(passages)))
    began = time.perf_counter()
    name = build(opened(folder, config.embedder_folder), source_of(passages, referred), 1, _quiet)
    generations.switch(folder, name)
    print(f"index of them built in {time.perf_counter() - began:.0f} s, with its embeddings")


def indexing(folder: Path, passages: Sequence[Passage], referred: Sequence[str]) -> None:
    """Analysis, lexical index and its files, beside Mecab's own time on the same text.

    Of the real passages: repeated ones would find their morphemes in the caches.
    """
    ours, mecab, morphs = _Spent(), _Spent(), _Spent()
    tagger, reader = _tagger(), MeCab()
    with ours.clocked():
        analysis = analyse(passages, referred, _quiet)
        for name, channel in analysis.channels.items():
            channel.save(folder / name)
    del analysis
    # Titles come again and again and are analysed once; Mecab gets them once too.
    columns = ((p.document, " ".join(p.path), p.text, p.title) for p in passages)
    texts = list(dict.fromkeys(map(normalise, chain(chain.from_iterable(columns), referred))))
    with mecab.clocked():
        for text in texts:
            tagger.parse(create_lattice(text))
    few = texts[::MORPHS_EVERY]
    with morphs.clocked():
        for text in few:
            reader.morphs(text)
    all_morphs = morphs.wall * sum(map(len, texts)) / sum(map(len, few))
    print(
        f"indexing the {len(passages)} real ones, embeddings apart: {ours.wall:.1f} s; "
        f"Mecab alone on the same text {mecab.wall:.1f} s: ratio {ours.wall / mecab.wall:.2f} "
        f"(bar 1.6; of processor time {ours.cpu / mecab.cpu:.2f}); "
        f"MeCab().morphs {all_morphs:.1f} s: ratio {ours.wall / all_morphs:.2f}",
        flush=True,
    )


def _quiet(stage: str, done: int, total: int) -> None:
    """A progress report nobody reads."""


def _for_the_peer(home: Path, work: Path) -> tuple[Path, Path]:
    """The texts and vectors of ``home``, in files."""
    config = load_config(home)
    embedder = generations.open_current(config.index_folder, config.embedder_folder).embedder
    texts = [text_of(passage) for passage in passages_of(home)]
    np.save(work / "scale-vectors.npy", encoded(texts, embedder))
    return _written(work / "scale-texts.jsonl", texts), work / "scale-vectors.npy"


def _imports(one: Resident, path: Path) -> float:
    """MiB of a process that holds nothing but the same modules."""
    return in_a_process("imports", _written(path, one.modules)).resident_mib


def _written(path: Path, lines: Iterable[str]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def _compare(what: str, ours: float, peer: float) -> None:
    print(f"{what:<28} ours {ours:9.1f}   peer {peer:9.1f}   ratio {peer / ours:.1f}", flush=True)
