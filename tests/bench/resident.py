"""One process that opens an index, asks questions, and says what it took: see ``scale.py``.

``python -m tests.bench.resident ours HOME QUESTIONS`` and the like; figures leave as JSON. Modules
are imported where they are needed, so that each process holds its own only.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Resident:
    """What one process took."""

    opening_s: float  # to open or to build what it asks, its imports included
    times_ms: tuple[float, ...]  # a question
    resident_mib: float  # afterwards
    private_mib: float  # the part of it that is no mapped file
    modules: tuple[str, ...]  # that it had imported


def in_a_process(what: str, *paths: Path) -> Resident:
    """Run one of ``WHAT`` in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.resident", what, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, cwd=PROJECT, text=True)
    if done.returncode:
        raise RuntimeError(f"{what}: {done.stderr[-2000:]}")
    return Resident(**json.loads(done.stdout.splitlines()[-1]))


def opening(home: Path) -> Resident:
    """The live generation alone."""
    from onprem_rag.config import load_config
    from onprem_rag.index.generations import open_current

    config = load_config(home)
    began = time.perf_counter()
    generation = open_current(config.index_folder, config.embedder_folder)
    return _figures(time.perf_counter() - began, lambda text: generation, [])


def ours(home: Path, questions: Path) -> Resident:
    """The product over ``home``."""
    from onprem_rag.chatbot import Chatbot
    from onprem_rag.config import load_config

    began = time.perf_counter()
    chatbot = Chatbot.open(load_config(home))
    seconds = time.perf_counter() - began
    return _figures(seconds, lambda text: chatbot.search(text, 10), _lines(questions))


def peer(home: Path, texts: Path, vectors: Path, questions: Path) -> Resident:
    """The plain ensemble over these texts and vectors, with the embedder of ``home``'s index."""
    import numpy as np

    from onprem_rag.config import load_config
    from onprem_rag.index.embedder import MorphemeEmbedder
    from onprem_rag.index.generations import current_name
    from tests.bench.peers import ensemble, vector_store

    folder = load_config(home).index_folder
    embedder = MorphemeEmbedder(folder / str(current_name(folder)) / "embedder")
    began = time.perf_counter()
    passages = _lines(texts)
    ids = range(len(passages))
    store = vector_store(passages, ids, embedder, np.load(vectors))
    retriever = ensemble(passages, ids, store, str.split)
    seconds = time.perf_counter() - began
    return _figures(seconds, retriever.invoke, _lines(questions))


def imports(modules: Path) -> Resident:
    """Nothing but the modules that another process had imported."""
    for name in _lines(modules):
        with suppress(Exception):  # parts of packages that only their own package can import
            importlib.import_module(name)
    return _figures(0.0, lambda text: None, [])


WHAT: dict[str, Callable[..., Resident]] = {
    "opening": opening,
    "ours": ours,
    "peer": peer,
    "imports": imports,
}


def _figures(seconds: float, ask: Callable[[str], Any], questions: list[str]) -> Resident:
    """Ask once to warm up, then every question against the clock; at last look at the memory."""
    times = []
    for number, text in enumerate([*questions[:1], *questions]):
        began = time.perf_counter()
        ask(text)
        if number:
            times.append((time.perf_counter() - began) * 1000)
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # what building left behind is given back, for everyone
    status = Path("/proc/self/status").read_text(encoding="ascii")
    resident, private = (
        int(re.search(rf"{name}:\s+(\d+) kB", status)[1]) / 1024  # type: ignore[index]
        for name in ("VmRSS", "RssAnon")
    )
    modules = tuple(sys.modules)
    return Resident(seconds, tuple(times), resident, private, modules)


def _lines(path: Path) -> list[str]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


if __name__ == "__main__":
    print(json.dumps(asdict(WHAT[sys.argv[1]](*map(Path, sys.argv[2:])))))
