"""Generations switched while twenty threads ask all the time.

``python -m tests.bench changes-switches``. Another process changes two rules at once, as ``ingest
add`` does; in each generation both name that generation's number. An answer that names two
numbers, or shows hits of two, mixes generations.
"""

from __future__ import annotations

import multiprocessing
import threading
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from ingest.pipeline import add
from onprem_rag.chatbot import Chatbot
from onprem_rag.config import load_config
from tests.bench.changes_rules import TITLES, numbers, quick_changes, rule
from tests.conftest import quiet

SWITCHES = 30
THREADS = 20
PAUSE_S = 0.3  # between two switches
_FIRST = 100_000
_QUESTIONS = (
    f"{TITLES[0]}과 {TITLES[1]}에 따라 지급하는 금액은 얼마인가요?",
    f"{TITLES[1]}에 따라 지급하는 금액은 얼마인가요?",
    f"{TITLES[0]} 제2조",
)
_CONTEXT = multiprocessing.get_context("forkserver")


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: when it was asked, and the numbers that its answer and its hits name."""

    at: float  # seconds since the epoch
    numbers: frozenset[int]
    failed: str = ""


def switches(shared: Path, work: Path, count: int = SWITCHES, threads: int = THREADS) -> None:
    """``python -m tests.bench changes-switches``"""
    asked, switched = watched(work / "switches", count, threads)
    failed = [one.failed for one in asked if one.failed]
    mixed = [one for one in asked if not one.failed and len(one.numbers) != 1]
    late = [
        one.at - at
        for number, at in switched.items()
        for one in asked
        if one.at > at and one.numbers and max(one.numbers) < number
    ]
    seen = {number for one in asked for number in one.numbers}
    print(
        f"{len(switched)} switches under {threads} threads that asked {len(asked)} questions: "
        f"{len(failed)} failed (bar 0) {failed[:2]}, {len(mixed)} mixed generations (bar 0) "
        f"{mixed[:2]}; {len(seen)} generations seen, the last old answer to a question asked "
        f"{1000 * max(late, default=0.0):.0f} ms after a switch (bar 1 s)"
    )


def watched(folder: Path, count: int, threads: int) -> tuple[list[Asked], dict[int, float]]:
    """All that was asked, and when each generation was switched on."""
    _change(folder, _FIRST)
    chatbot = Chatbot.open(load_config(folder / "home"))
    asked: list[Asked] = []
    stop = threading.Event()
    askers = [
        threading.Thread(target=_ask, args=(chatbot, at, asked, stop)) for at in range(threads)
    ]
    told, tells = _CONTEXT.Pipe(duplex=False)
    changer = _CONTEXT.Process(target=_changing, args=(folder, count, tells))
    for one in (*askers, changer):
        one.start()
    tells.close()
    switched: dict[int, float] = {}
    try:
        while len(switched) < count:
            number, at = told.recv()  # EOFError where the changes failed
            switched[number] = at
        time.sleep(PAUSE_S)
    finally:
        stop.set()
        for one in (*askers, changer):
            one.join()
    return asked, switched


def _ask(chatbot: Chatbot, at: int, asked: list[Asked], stop: threading.Event) -> None:
    while not stop.is_set():
        at += 1
        began = time.time()
        try:
            answer = chatbot.ask(_QUESTIONS[at % len(_QUESTIONS)])
        except Exception as error:
            asked.append(Asked(began, frozenset(), f"{type(error).__name__}: {error}"))
            continue
        named = numbers([answer.text, *(hit.passage.text for hit in answer.hits)])
        asked.append(Asked(began, frozenset(named)))


def _changing(folder: Path, count: int, tells: Connection) -> None:
    """What the other process does."""
    for number in range(_FIRST + 1, _FIRST + 1 + count):
        time.sleep(PAUSE_S)
        tells.send((number, _change(folder, number)))


def _change(folder: Path, number: int) -> float:
    """Both rules with a new number, in one change; when it was switched on."""
    rules = folder / "rules"
    rules.mkdir(parents=True, exist_ok=True)
    for title in TITLES[:2]:
        (rules / f"{title}.txt").write_text(rule(title, number), encoding="utf-8")
    config = load_config(folder / "home")
    with quick_changes():
        add(config, [rules], quiet)
    return (config.index_folder / "CURRENT").stat().st_mtime
