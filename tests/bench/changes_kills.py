"""kill -9 at random moments of add, sync, remove and rollback.

``python -m tests.bench changes-kills``. A run is a process of its own that does what
``python -m ingest …`` does. Most are forked from a process that has imported everything, so that
the moments fall on the work and not on the start; every fifteenth is the command itself. Half of
the forked ones are killed by the clock, the others kill themselves before a random step (a
statement, a commit, a file opened, renamed or removed): that reaches what takes no time.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from ingest.__main__ import main
from ingest.pipeline import add
from onprem_rag.chatbot import Chatbot
from onprem_rag.config import load_config
from onprem_rag.errors import OnpremRagError
from onprem_rag.index.generations import current_name
from tests.bench.changes_rules import (
    TITLES,
    disagreement,
    numbers,
    question,
    quick_changes,
    rule,
)
from tests.conftest import quiet

KILLS = 300
SEED = 20_261_121
REAL_EVERY = 15
COMMANDS = {
    "add": ("rules/여비규정.txt",),
    "sync": ("rules",),
    "remove": ("인사규정",),
    "rollback": ("2",),
}
_IMPORTED = ["torch._dynamo", "faiss", "mecab", "scipy.sparse", "sqlalchemy.dialects.sqlite"]
_IMPORTED += ["safetensors.numpy", "tokenizers", "charset_normalizer", "ingest.parse", __name__]
_STEPS = frozenset({"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "shutil.rmtree"})
_HERE = Path(__file__).resolve().parents[2]
_CONTEXT = multiprocessing.get_context("forkserver")


@dataclass(frozen=True, slots=True)
class State:
    """What can be seen of a home from outside."""

    answers: dict[str, set[int]]  # by title, the amounts that the answer and its hits name
    rows: dict[str, int]  # by table
    files: int


@dataclass(frozen=True, slots=True)
class _Reference:
    """A command that nobody kills: what it leads to, and how long it works."""

    before: State
    after: State
    seconds: float
    real_s: float  # as ``python -m ingest``
    steps: int


def kills(shared: Path, work: Path, count: int = KILLS, seed: int = SEED) -> None:
    """``python -m tests.bench changes-kills``"""
    committed, faults = trials(work / "kills", count, seed, REAL_EVERY)
    for fault in faults:
        print(f"  {fault}")
    print(
        f"kill -9 at {count} random moments: {count - len(faults)} of {count} agree afterwards, "
        f"answer from the last committed state and are finished by a repeated command "
        f"({committed} after the switch; seed {seed}; bar: all)"
    )


def trials(folder: Path, count: int, seed: int, real_every: int = 0) -> tuple[int, list[str]]:
    """Kill ``count`` commands; how many had switched, and what was wrong afterwards.

    ``real_every``: so many-th is ``python -m ingest`` itself; 0: none.
    """
    trial = folder / "trial"
    template = _template(trial)
    _CONTEXT.set_forkserver_preload(_IMPORTED)
    references = {c: _reference(c, template, trial, bool(real_every)) for c in COMMANDS}
    live = current_name(template / "home" / "index")
    chance = random.Random(seed)
    committed, faults = 0, list[str]()
    for number in range(1, count + 1):
        command = chance.choice(list(COMMANDS))
        _put(template, trial)
        real = bool(real_every) and not number % real_every
        how = _killed(command, trial, references[command], chance, real)
        switched = current_name(trial / "home" / "index") != live
        committed += switched
        if fault := _fault(command, trial, references[command], switched):
            faults.append(f"kill {number}, {command} {how}: {fault}")
    shutil.rmtree(folder)
    return committed, faults


def _fault(command: str, trial: Path, reference: _Reference, switched: bool) -> str:
    """What is wrong after a kill, or after the repeated command; "" where nothing is."""
    expected = reference.after if switched else reference.before
    try:
        if differing := disagreement(load_config(trial / "home")):
            return differing
        found = state(trial).answers
        if found != expected.answers:
            return f"switched: {switched}, but the answers are {found}"
        code, said = _run(command, trial)
        if code and not switched:
            return f"the repeated command fails: {said}"
        if differing := disagreement(load_config(trial / "home")):
            return f"after the repeated command {differing}"
        last = state(trial)
    except OnpremRagError as error:
        return f"{type(error).__name__}: {error}"
    return "" if last == reference.after else f"left: {_difference(last, reference.after)}"


def state(folder: Path) -> State:
    """The state of the home in ``folder``."""
    home = folder / "home"
    chatbot = Chatbot.open(load_config(home))
    answers = {}
    for title in TITLES[:4]:
        answer = chatbot.ask(question(title))
        own = [hit.passage.text for hit in answer.hits if title in hit.passage.text]
        answers[title] = numbers(own)
    engine = sa.create_engine(load_config(home).library_url)
    with engine.connect() as connection:
        tables = sa.inspect(connection).get_table_names()
        count = sa.select(sa.func.count())
        rows = {t: int(connection.scalar(count.select_from(sa.table(t))) or 0) for t in tables}
    engine.dispose()
    files = [path for path in home.rglob("*") if path.is_file()]
    return State(answers, rows, sum("library.sqlite-" not in path.name for path in files))


def _difference(found: State, wanted: State) -> str:
    rows = {t: (n, wanted.rows[t]) for t, n in found.rows.items() if n != wanted.rows[t]}
    answers = found.answers if found.answers != wanted.answers else {}
    return f"files {found.files} for {wanted.files}, rows {rows}, answers {answers}"


def _template(folder: Path) -> Path:
    """A copy of ``folder``: three generations of four rules, and changes yet to be taken in."""
    rules = folder / "rules"
    rules.mkdir(parents=True)
    config = load_config(folder / "home")

    def write(title: str, number: int) -> None:
        (rules / f"{title}.txt").write_text(rule(title, number), encoding="utf-8")

    for at, title in enumerate(TITLES[:4]):
        write(title, 100_001 + at)
    with quick_changes():
        add(config, [rules], quiet)
        for at, title in enumerate(TITLES[:2]):
            write(title, 200_001 + at)
            add(config, [rules], quiet)
    for at, title in enumerate(TITLES[:2]):
        write(title, 300_001 + at)
    (rules / f"{TITLES[2]}.txt").unlink()
    shutil.copytree(folder, folder.with_name("template"))
    return folder.with_name("template")


def _put(template: Path, folder: Path) -> None:
    """``folder`` as the template is; at its place, for the library knows files by their paths."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(template, folder)


def _arguments(command: str, folder: Path) -> list[str]:
    """The command line that ``ingest`` is given."""
    named = [str(folder / one) if "rules" in one else one for one in COMMANDS[command]]
    return [command, "--home", str(folder / "home"), *named]


def _reference(command: str, template: Path, folder: Path, real: bool) -> _Reference:
    """Run a command to its end, three times over."""
    _put(template, folder)
    before = state(folder)
    began = time.perf_counter()
    if real:
        subprocess.run(_real(command, folder), check=True, capture_output=True, cwd=_HERE)
    real_s = time.perf_counter() - began
    _put(template, folder)
    began = time.perf_counter()
    _forked(command, folder).join()
    seconds = time.perf_counter() - began
    after = state(folder)
    _put(template, folder)
    run = _forked(command, folder, sys.maxsize)
    run.join()
    steps = int((folder / "steps").read_text(encoding="ascii"))
    return _Reference(before, after, seconds, real_s, steps)


def _killed(
    command: str, folder: Path, reference: _Reference, chance: random.Random, real: bool
) -> str:
    """Run a command and kill it on its way; how."""
    if real:
        moment = chance.uniform(0.3, 1.0) * reference.real_s
        process = subprocess.Popen(
            _real(command, folder),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=_HERE,
            start_new_session=True,
        )
        time.sleep(moment)
        _kill(process.pid)
        process.wait()
        return f"itself after {moment:.3f} s"
    if chance.random() < 0.5:
        step = chance.randint(1, reference.steps)
        _forked(command, folder, step).join()
        return f"before step {step} of {reference.steps}"
    moment = chance.uniform(0.0, 1.0) * reference.seconds
    run = _forked(command, folder)
    time.sleep(moment)
    _kill(run.pid or 0)
    run.join()
    return f"after {moment:.3f} s"


def _kill(group: int) -> None:
    with suppress(ProcessLookupError):  # it was done before
        os.killpg(group, signal.SIGKILL)


def _real(command: str, folder: Path) -> list[str]:
    return [sys.executable, "-m", "ingest", *_arguments(command, folder)]


def _run(command: str, folder: Path) -> tuple[int, str]:
    """Exit code and output of a command that is let go."""
    run = _forked(command, folder)
    run.join()
    return run.exitcode or 0, (folder / "output").read_text(encoding="utf-8")


def _forked(command: str, folder: Path, step: int = 0) -> BaseProcess:
    """A process of its own group that does what ``python -m ingest`` does; it is at it already.

    It kills itself before its ``step``-th step; if it has fewer it writes down how many.
    """
    ready, is_ready = _CONTEXT.Pipe(duplex=False)
    run = _CONTEXT.Process(target=_work, args=(_arguments(command, folder), folder, step, is_ready))
    run.start()
    is_ready.close()
    ready.recv_bytes()
    return run


def _work(arguments: list[str], folder: Path, step: int, is_ready: Connection) -> None:
    """What a forked process does."""
    os.setpgid(0, 0)
    output = os.open(folder / "output", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(output, stream)
    is_ready.send_bytes(b"at it")
    with quick_changes():
        if step:
            steps = _killing(step)
        code = main(arguments)
        if step:
            done = next(steps)
            (folder / "steps").write_text(str(done), encoding="ascii")
    sys.stdout.flush()
    os._exit(code)


def _killing(step: int) -> Iterator[int]:
    """Kill this process before its ``step``-th step; counts them."""
    steps = itertools.count(1)

    def counted(*_: object, **__: object) -> None:
        if next(steps) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    def audited(event: str, _: tuple[object, ...]) -> None:
        if event in _STEPS:
            counted()

    for event in ("before_cursor_execute", "commit"):
        sa.event.listen(Engine, event, counted)
    sys.addaudithook(audited)
    return steps
