"""How long it takes to change a library, against the full ingest; and that against its parts alone.

``python -m tests.bench changes-times``. Runs are ``python -m ingest`` itself, so each has its
start and its reading process in it. Beside the time on the wall stands the processor's, which
other work on the machine does not lengthen.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from mecab.utils import create_lattice

from ingest.parse import parse
from onprem_rag.config import load_config
from onprem_rag.errors import ReadError
from onprem_rag.index.analysis import analyse
from onprem_rag.index.embedder import MorphemeEmbedder
from onprem_rag.index.training import train
from onprem_rag.korean.morphemes import _tagger
from onprem_rag.korean.text import normalise, sentences
from onprem_rag.library.store import Library
from onprem_rag.live import live_shelf
from onprem_rag.records import Passage
from tests.conftest import quiet, text_of

FILES = 1_000
ARTICLES = 50  # a file
FOLDERS = ("regulations-pdf", "regulations-hwp", "regulations-hwpx", "statutes")
SEED = 20_261_121
_HERE = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds on the wall's clock, and of processor time with that of all children."""

    wall: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.wall:.1f} s (processor {self.cpu:.1f} s)"

    def share(self, whole: Spent) -> str:
        """What part of ``whole`` it is."""
        return f"{self.wall / whole.wall:.2%} (processor {self.cpu / whole.cpu:.2%})"


def times(shared: Path, work: Path, files: int = FILES, articles: int = ARTICLES) -> None:
    """``python -m tests.bench changes-times``"""
    folder, home = work / "times-rules", work / "times-home"
    write_rules(shared / "statutes", folder, files, articles)
    full = _ingest(home, "add", folder)
    print(f"{files} files of {articles} articles, full ingest: {full}", flush=True)
    nothing = _ingest(home, "add", folder)
    print(f"nothing changed: {nothing}, {nothing.share(full)} of it (bar 1%)", flush=True)
    for path in sorted(folder.iterdir())[:: files // 2 + 1]:
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("한다.", "하여야 한다.", 1), encoding="utf-8")
        one = _ingest(home, "add", folder)
        print(f"one file amended: {one}, {one.share(full)} of it (bar 2%)", flush=True)
    full = _ingest(work / "times-four", "add", *(shared / name for name in FOLDERS))
    count = _passages(work / "times-four")
    alone = {"reading": _reading(shared), **_learning(work / "times-four", work / "times-alone")}
    print(f"four folders, {count} passages: {full}, {count / full.wall:.0f} passages a second")
    print(f"alone: {', '.join(f'{name} {spent}' for name, spent in alone.items())}")
    for last, what in (("encoding", "texts"), ("words' encoding", "words that Mecab has found")):
        parts = [alone[name] for name in ("reading", "Mecab", "training", last)]
        wall, cpu = (sum(getattr(s, clock) for s in parts) for clock in ("wall", "cpu"))
        ratio = f"{full.wall / wall:.2f} (processor {full.cpu / cpu:.2f})"
        print(f"against its parts alone, where {what} are encoded: {ratio}; bar 1.4", flush=True)


def write_rules(statutes: Path, folder: Path, files: int, articles: int) -> None:
    """Rules of real articles, each with its sentences dealt out anew: no two are the same."""
    chance = random.Random(SEED)
    real = list(_articles(statutes))
    folder.mkdir(parents=True)
    for number in range(files):
        own = [real[(number * articles + at) % len(real)] for at in range(articles)]
        cut = [[text[start:end] for start, end in sentences(text)] for text in own]
        pool = [sentence for one in cut for sentence in one]
        chance.shuffle(pool)
        lines = [f"제{number + 1}업무규정\n[시행 2024. 1. 1.]\n"]
        for at, one in enumerate(cut, start=1):
            words = " ".join(pool.pop() for _ in one)
            lines.append(f"제{at}조(사항 {at}) {words}\n")
        (folder / f"rule-{number:04d}.txt").write_text("\n".join(lines), encoding="utf-8")


def _articles(statutes: Path) -> Iterator[str]:
    """The bodies of the articles of all statutes, without their numbers and lines."""
    for path in sorted(statutes.iterdir()):
        for _, passages in parse(str(path), path.read_bytes()).documents:
            for passage in passages:
                body = " ".join(passage.text.split())
                if len(body) > 20 and not (passage.article or "").startswith(("별", "부칙")):
                    yield body.partition(") ")[2] or body


def _ingest(home: Path, *arguments: object) -> Spent:
    """One run of the command line."""
    command, *others = map(str, arguments)
    began = time.perf_counter()
    run = subprocess.Popen(
        [sys.executable, "-m", "ingest", command, "--home", str(home), "--json", *others],
        cwd=_HERE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, _, used = os.wait4(run.pid, 0)
    run.returncode = 0
    return Spent(time.perf_counter() - began, used.ru_utime + used.ru_stime)


def _clocked(began: tuple[float, float]) -> Spent:
    return Spent(time.perf_counter() - began[0], time.process_time() - began[1])


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _reading(shared: Path) -> Spent:
    """Every file of the folders read and split in this process; nothing is stored."""
    began = _now()
    for path in sorted(chain.from_iterable((shared / name).rglob("*") for name in FOLDERS)):
        if path.is_file():
            try:
                parse(str(path), path.read_bytes())
            except ReadError:
                continue
    return _clocked(began)


def _learning(home: Path, work: Path) -> dict[str, Spent]:
    """Mecab over each text that is indexed, once; the embedder trained, and each passage's vector.

    The vectors of the texts, which Mecab reads again for that, and of the words found before.
    What the embedder learns from is made before, off the clock.
    """
    passages, referred = _indexed(home)
    columns = ((p.document, " ".join(p.path), p.text, p.title) for p in passages)
    texts = list(dict.fromkeys(map(normalise, chain(chain.from_iterable(columns), referred))))
    tagger = _tagger()
    began = _now()
    for text in texts:
        tagger.parse(create_lattice(text))
    mecab = _clocked(began)
    analysis = analyse(passages, referred, quiet)
    began = _now()
    train(analysis.words(), analysis.titles(), work, lambda done, total: None)
    trained = _clocked(began)
    embedder = MorphemeEmbedder(work)
    whole = [text_of(passage) for passage in passages]
    began = _now()
    embedder.encode(whole)
    encoded = _clocked(began)
    words = analysis.words()
    began = _now()
    embedder.encode_words(words)
    return {
        "Mecab": mecab,
        "training": trained,
        "encoding": encoded,
        "words' encoding": _clocked(began),
    }


def _indexed(home: Path) -> tuple[Sequence[Passage], Sequence[str]]:
    config = load_config(home)
    library = Library.open(config.library_url)
    found = library.indexed(live_shelf(config, library).ids)
    library.close()
    return found


def _passages(home: Path) -> int:
    return len(_indexed(home)[0])
