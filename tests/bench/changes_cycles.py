"""A hundred cycles of add and remove in one process: what they leave in memory and on disk.

``python -m tests.bench changes-cycles``. Files are read in a child process, as ever.
"""

from __future__ import annotations

import resource
from pathlib import Path

from ingest.pipeline import add, remove
from onprem_rag.chatbot import Chatbot
from onprem_rag.config import load_config
from tests.bench.changes_rules import TITLES, question, rule
from tests.conftest import quiet

CYCLES = 100
SETTLED = 10  # cycles after which nothing ought to grow


def cycles(shared: Path, work: Path, count: int = CYCLES) -> None:
    """``python -m tests.bench changes-cycles``"""
    folder = work / "cycles"
    rules, config = folder / "rules", load_config(folder / "home")
    rules.mkdir(parents=True)
    _write(rules / "stays.txt", TITLES[0], 100_000)
    add(config, [rules], quiet)
    chatbot = Chatbot.open(config)
    resident, disk = list[float](), list[tuple[int, int, int]]()
    for cycle in range(1, count + 1):
        number = 200_000 + cycle % SETTLED  # each known version stays known
        _write(rules / "goes.txt", TITLES[1], number)
        add(config, [rules / "goes.txt"], quiet)
        assert str(number) in chatbot.ask(question(TITLES[1])).text
        remove(config, [TITLES[1]], quiet)
        assert str(number) not in chatbot.ask(question(TITLES[1])).text
        resident.append(_resident())
        disk.append(_disk(config.home))
    at = min(SETTLED, count) - 1
    print(
        f"{count} cycles of add and remove: resident {resident[0]:.0f} MiB after the first, "
        f"{resident[at]:.0f} after {at + 1}, {resident[-1]:.0f} at last: "
        f"{resident[-1] / resident[at] - 1:+.1%} (bar 5%); on disk {_shown(disk[at])} after "
        f"{at + 1}, {_shown(disk[-1])} at last ({config.index.keep} generations are kept)"
    )


def _write(path: Path, title: str, number: int) -> None:
    path.write_text(rule(title, number), encoding="utf-8")


def _resident() -> float:
    """MiB of memory that this process holds."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def _disk(home: Path) -> tuple[int, int, int]:
    """(generations, files, KiB of all files), without the database's logs: SQLite reuses them."""
    paths = [p for p in home.rglob("*") if p.is_file() and "sqlite-" not in p.name]
    size = sum(path.stat().st_size for path in paths)
    return len(list((home / "index").glob("g*"))), len(paths), size // 1024


def _shown(disk: tuple[int, int, int]) -> str:
    generations, files, size = disk
    return f"{generations} generations, {files} files, {size} KiB"
