"""What goes wrong around a change: what admins are told, and whether the live rules go on.

``python -m tests.bench faults``. Runs are ``python -m ingest`` and ``onprem-rag ask`` themselves,
on a home that is put back before each.
"""

from __future__ import annotations

import hashlib
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ingest.pipeline import add
from onprem_rag.chatbot import Chatbot
from onprem_rag.config import load_config
from onprem_rag.index.generations import current_name
from tests.bench.changes_rules import TITLES, numbers, question, quick_changes, rule
from tests.conftest import quiet

_HERE = Path(__file__).resolve().parents[2]
_OLD, _NEW = 100_001, 200_001
_ROOMS = (0, 16, 64, 128, 160)  # KiB that are free on a full disk
_LIMITS = (0, 8, 32)  # KiB that a file may have
_CHANGES = ("add", "sync", "remove", "rollback")
# Root may write everywhere; without these capabilities it may not.
_AS_OTHERS = ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if not os.getuid() else ()
# $1 is the home, $2 the size of a disk for it; the rest is the command, for a home at $1.
_FULL = (
    'mkdir "$1.full" && mount -t tmpfs -o size="$2" none "$1.full" && cp -a "$1/." "$1.full" && '
    'mount --bind "$1.full" "$1" || exit 99; home=$1; shift 2; "$@"; code=$?; '
    'umount "$home" && rm -rf "$home" && cp -a "$home.full" "$home"; '
    'umount "$home.full"; rmdir "$home.full"; exit $code'
)
_READ_ONLY = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" || exit 99; shift; exec "$@"'
# What a killed writer leaves: half of a commit in the library, and the journal that undoes it.
_KILLED = """
import os, signal, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.executescript("PRAGMA cache_size=1; BEGIN IMMEDIATE; UPDATE passages SET title = 'x';"
    "UPDATE documents SET title = 'x'; UPDATE holdings SET rule = 'x' || number || document_id;")
os.kill(os.getpid(), signal.SIGKILL)
"""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is broken in a home, the command that meets it, and what comes of it."""

    name: str
    breaks: Callable[[Path], None]
    command: str = "add"
    mended: bool = False  # exit code 0, and the new rule is in force
    goes_on: bool = False  # exit code 0: nothing is broken for who only reads
    rights: bool = False  # it is about what others than root may do
    largest: int | None = None  # KiB that a file may have
    room: int | None = None  # KiB that are free on the disk
    read_only: bool = False  # the disk


def faults(shared: Path, work: Path) -> None:
    """``python -m tests.bench faults``"""
    home = template(work / "faults")
    wrong = [(one.name, found) for one in FAULTS if (found := outcome(one, home))]
    for name, found in wrong:
        print(f"  {name}: {found}", flush=True)
    print(
        f"{len(FAULTS) - len(wrong)} of {len(FAULTS)} faults end in a clear message, or are mended,"
        " and leave the live generation untouched (bar: all)"
    )


def template(folder: Path) -> Path:
    """A home of two generations, and a file yet to be taken in; a copy lies beside it."""
    rules = folder / "rules"
    rules.mkdir(parents=True)
    with quick_changes():
        for count in (1, 2):
            for at, title in enumerate(TITLES[:count]):
                (rules / f"{title}.txt").write_text(rule(title, _OLD + at), encoding="utf-8")
            add(load_config(folder / "home"), [rules], quiet)
    (rules / f"{TITLES[0]}.txt").write_text(rule(TITLES[0], _NEW), encoding="utf-8")
    shutil.copytree(folder / "home", folder / "sound")
    return folder / "home"


def outcome(fault: Fault, home: Path) -> str:
    """What is wrong after the command; "" where nothing is."""
    shutil.rmtree(home)
    shutil.copytree(home.with_name("sound"), home)
    fault.breaks(home)
    before = _live_files(home)
    code, said = _run(fault, home)
    for path in (home, *home.rglob("*")):
        path.chmod(0o755)
    if fault.mended:
        answered = _answered(home)
        return "" if (code, answered) == (0, {_NEW}) else f"{code}, {answered}: {said}"
    if fault.goes_on:
        right = code == 0 and (fault.command not in ("ask", "search") or _OLD in numbers([said]))
        return "" if right else f"exit code {code}: {said}"
    clear = "→" in said and "예상하지 못한" not in said and "Traceback" not in said
    if code != 1 or not clear:
        return f"exit code {code}: {said}"
    if _live_files(home) != before:
        return f"the live generation is another: {said}"
    for path in _broken(home):  # as an admin puts back what was broken
        shutil.copyfile(home.with_name("sound") / path.relative_to(home), path)
    answered = _answered(home)
    return "" if answered == {_OLD} else f"answers {answered} after: {said}"


def _answered(home: Path) -> set[int]:
    answer = Chatbot.open(load_config(home)).ask(question(TITLES[0]))
    return numbers([answer.text])


def _live_files(home: Path) -> dict[str, bytes]:
    """The files of the generation that is live in a sound home, and what names it."""
    live = home / "index" / (current_name(home.with_name("sound") / "index") or "")
    paths = [home / "index" / "CURRENT", *(path for path in live.rglob("*") if path.is_file())]
    return {str(path): hashlib.sha256(path.read_bytes()).digest() for path in paths}


def _broken(home: Path) -> Iterator[Path]:
    """What ``_cut`` and ``_filled`` have touched."""
    mark = home.with_name("broken")
    if mark.is_file():
        yield home / mark.read_text(encoding="utf-8")
        mark.unlink()


def _run(fault: Fault, home: Path) -> tuple[int, str]:
    """Exit code and output of the command."""
    module = "onprem_rag.cli" if fault.command in ("ask", "search") else "ingest"
    arguments = {
        "add": (str(home.with_name("rules") / f"{TITLES[0]}.txt"),),
        "sync": (str(home.with_name("rules")),),
        "remove": (TITLES[1],),
        "ask": (question(TITLES[0]),),
        "search": (question(TITLES[0]),),
    }.get(fault.command, ())
    command = [sys.executable, "-m", module, fault.command, "--home", str(home), *arguments]
    limit = None
    if fault.rights:
        command = [*_AS_OTHERS, *command]
    if fault.largest is not None:
        size = fault.largest << 10
        limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (size, size))
    if fault.room is not None:
        used = sum(-(-p.stat().st_size // 4096) * 4 for p in home.rglob("*") if p.is_file())
        size = used + fault.room
        command = ["unshare", "-m", "sh", "-c", _FULL, "sh", str(home), f"{size}k", *command]
    if fault.read_only:
        command = ["unshare", "-m", "sh", "-c", _READ_ONLY, "sh", str(home), *command]
    done = subprocess.run(command, capture_output=True, text=True, cwd=_HERE, preexec_fn=limit)
    return done.returncode, done.stdout + done.stderr


def _nothing(home: Path) -> None:
    """Nothing in the home is broken."""


def _killed(home: Path) -> None:
    """A writer was killed in the middle of its commit."""
    subprocess.run([sys.executable, "-c", _KILLED, str(home / "library.sqlite")], check=False)
    assert (home / "library.sqlite-journal").stat().st_size


def _cut(name: str, share: float, home: Path) -> None:
    """Cut a file short."""
    path = _named(name, home)
    for log in home.glob("library.sqlite-*"):
        log.unlink()
    os.truncate(path, int(path.stat().st_size * share))


def _filled(name: str, data: bytes, home: Path) -> None:
    """Other bytes in a file."""
    _named(name, home).write_bytes(data)


def _named(name: str, home: Path) -> Path:
    """A file of the home, or of the live generation; noted as broken."""
    path = home / name
    if not path.is_file():
        path = home / "index" / (current_name(home / "index") or "") / name
    home.with_name("broken").write_text(str(path.relative_to(home)), encoding="utf-8")
    return path


def _closed(name: str, home: Path) -> None:
    """Nobody may write there."""
    top = home / name
    for path in (top, *top.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)


def _hidden(name: str, home: Path) -> None:
    """Nobody may read it."""
    (home / name).chmod(0)


FAULTS = (
    *(
        Fault(f"{what}, {command}", breaks, command, mended=mends and command == "add")
        for what, breaks, mends in (
            ("library cut to a half", partial(_cut, "library.sqlite", 0.5), False),
            ("library cut to a tenth", partial(_cut, "library.sqlite", 0.1), False),
            ("library cut to nothing", partial(_cut, "library.sqlite", 0), False),
            ("library overwritten", partial(_filled, "library.sqlite", b"\x00" * 9_000), False),
            ("CURRENT empty", partial(_filled, "index/CURRENT", b""), True),
            ("CURRENT overwritten", partial(_filled, "index/CURRENT", b"\x00\xff/.."), True),
            ("CURRENT of no generation", partial(_filled, "index/CURRENT", b"g000099\n"), True),
            ("manifest cut", partial(_cut, "manifest.json", 0.5), True),
            ("manifest of nothing", partial(_filled, "manifest.json", b"{}"), True),
            ("passages cut", partial(_cut, "passages.npy", 0.5), True),
        )
        for command in ("add", "ask")
    ),
    *(
        Fault(f"no right to write {what}, {command}", partial(_closed, name), command, rights=True)
        for what, name in (("the home", ""), ("the library", "library.sqlite"), ("index", "index"))
        for command in _CHANGES
    ),
    *(
        Fault(f"no right to read {name}, {command}", partial(_hidden, name), command, rights=True)
        for name in ("library.sqlite", "index", "index/CURRENT")
        for command in ("ask", "status", "history", "add")
    ),
    *(Fault(f"no file above {size} KiB", _nothing, largest=size) for size in _LIMITS),
    *(Fault(f"disk full but for {room} KiB", _nothing, room=room) for room in _ROOMS),
    *(Fault(f"disk full, {command}", _nothing, command, room=0) for command in _CHANGES[1:]),
    *(
        Fault(f"disk read-only, {command}", _nothing, command, read_only=True)
        for command in _CHANGES
    ),
    *(
        Fault(f"{what}, {command}", breaks, command, goes_on=True, **more)
        for command in ("ask", "search", "status", "history")
        for what, breaks, more in (
            ("no right to write the home", partial(_closed, ""), {"rights": True}),
            ("no file above 0 KiB", _nothing, {"largest": 0}),
            ("disk full", _nothing, {"room": 0}),
            ("disk read-only", _nothing, {"read_only": True}),
            ("a writer killed", _killed, {}),
            ("a writer killed, disk full", _killed, {"room": 0}),
        )
    ),
    Fault("a writer killed, disk read-only", _killed, "ask", read_only=True),
)
