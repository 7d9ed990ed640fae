"""What goes wrong around a change: what admins are told, and whether the live rules go on.

``python -m tests.bench changes-faults``. Runs are ``python -m ingest`` and ``onprem-rag ask``
themselves, on a home that is put back before each.
"""

from __future__ import annotations

import hashlib
import os
import re
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
from tests.bench.changes_rules import TITLES, numbers, question, quick_changes, quiet, rule

_HERE = Path(__file__).resolve().parents[2]
_OLD, _NEW = 100_001, 200_001
_ROOMS = (0, 16, 64, 128, 160)  # KiB that are free on a full disk
_LIMITS = (0, 8, 32)  # KiB that a file may have
# Root may write everywhere; without these capabilities it may not.
_AS_OTHERS = ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if not os.getuid() else ()
# $1 is the home, $2 the size of a disk for it; the rest is the command, for a home at $1.
_FULL = (
    'mkdir "$1.full" && mount -t tmpfs -o size="$2" none "$1.full" && cp -a "$1/." "$1.full" && '
    'mount --bind "$1.full" "$1" || exit 99; home=$1; shift 2; "$@"; code=$?; '
    'umount "$home" && rm -rf "$home" && cp -a "$home.full" "$home"; '
    'umount "$home.full"; rmdir "$home.full"; exit $code'
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is broken in a home, the command that meets it, and what comes of it."""

    name: str
    breaks: Callable[[Path], None]
    command: str = "add"
    mended: bool = False  # exit code 0, and the new rule is in force
    rights: bool = False  # it is about what others than root may do
    largest: int | None = None  # KiB that a file may have
    room: int | None = None  # KiB that are free on the disk


def faults(shared: Path, work: Path) -> None:
    """``python -m tests.bench changes-faults``"""
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
    if code != 1 or "→" not in said or not re.search("[가-힣]", said) or "Traceback" in said:
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
    ingest = [sys.executable, "-m", "ingest", "add", "--home", str(home)]
    ask = [sys.executable, "-m", "onprem_rag.cli", "ask", "--home", str(home)]
    rules = str(home.with_name("rules") / f"{TITLES[0]}.txt")
    command = [*ask, question(TITLES[0])] if fault.command == "ask" else [*ingest, rules]
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
    done = subprocess.run(command, capture_output=True, text=True, cwd=_HERE, preexec_fn=limit)
    return done.returncode, done.stdout + done.stderr


def _nothing(home: Path) -> None:
    """Nothing in the home is broken."""


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
        Fault(f"no right to write {what}", partial(_closed, name), rights=True)
        for what, name in (("the home", ""), ("the library", "library.sqlite"), ("index", "index"))
    ),
    *(Fault(f"no file above {size} KiB", _nothing, largest=size) for size in _LIMITS),
    *(Fault(f"disk full but for {room} KiB", _nothing, room=room) for room in _ROOMS),
)
