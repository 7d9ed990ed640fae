"""What an ingest that is running tells the app: ``HOME/ingest.json``, there only while it runs."""

from __future__ import annotations

import fcntl
import json
import math
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from onprem_rag.timing import Progress, Timing, left_in_words

STOPPED = "멈췄습니다. 바뀐 것은 없습니다.\n→ 같은 명령을 다시 실행하면 이어서 합니다."
_EVERY_S = 0.25
_RECORD = "ingest.json"
_PACES = ".ingest-paces.json"  # seconds a step of each stage, of former work on this machine


@dataclass(frozen=True, slots=True)
class Ingesting:
    """An ingest that is running; ``stage`` is "" before its first step."""

    pid: int
    command: str
    started: str  # ISO, local time with its offset
    stage: str = ""  # Korean
    done: int = 0
    total: int = 0
    stage_left: float | None = None  # seconds; None: not known

    def words(self) -> str:
        """ "벡터 계산 45% · 이 단계 약 3분 남음"; files are counted, "파일 읽기 12/52"."""
        if not self.stage:
            return "준비 중"
        share = f"{math.floor(100 * self.done / max(1, self.total))}%"
        if self.stage.startswith("파일"):
            share = f"{self.done:,}/{self.total:,}"
        left = left_in_words(self.stage_left)
        return " · ".join(filter(None, (f"{self.stage} {share}", left)))


def read(home: Path) -> Ingesting | None:
    """The ingest that runs in ``home``; None where none does, or one died or left no sense."""
    path = home / _RECORD
    with suppress(OSError, ValueError, TypeError):
        for _ in range(3):  # the record may be replaced between opening it and asking for its lock
            with path.open("rb") as file:
                if not _is_locked(file.fileno()):
                    if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                        return None  # its writer has died: the lock went with it
                    continue
                return _checked(Ingesting(**json.loads(file.read())))
    return None


@contextmanager
def progressing(home: Path, command: str, bars: Progress) -> Iterator[Progress]:
    """Pass each step on to ``bars`` and, at most four times a second, to the app.

    For the one writer of ``home``. Work goes on where the record can't be written.
    """
    timing = Timing(read_paces(home))
    started = datetime.now().astimezone().isoformat(timespec="seconds")
    record = Ingesting(os.getpid(), command, started)
    written = time.monotonic()
    with _Note(home / _RECORD) as note:
        note.write(record)

        def progress(stage: str, done: int, total: int) -> None:
            nonlocal written
            timing(stage, done, total)
            bars(stage, done, total)
            if time.monotonic() - written >= _EVERY_S:
                left = timing.left()
                note.write(replace(record, stage=stage, done=done, total=total, stage_left=left))
                written = time.monotonic()

        yield progress
    if timing.paces:
        _write(home / _PACES, json.dumps(read_paces(home) | timing.paces, ensure_ascii=False))


def read_paces(home: Path) -> dict[str, float]:
    """Seconds a step of each stage that former ingests in ``home`` took, as far as known."""
    with suppress(OSError, ValueError):
        kept = json.loads((home / _PACES).read_text(encoding="utf-8"))
        if isinstance(kept, dict) and all(_is_pace(pace) for pace in kept.values()):
            return kept
    return {}


class _Note:
    """The record's file, replaced whole and locked for as long as this process lives.

    Whoever dies, be it in another container, leaves a file without a lock.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._locked: int | None = None

    def __enter__(self) -> _Note:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
            _beside(self._path).unlink(missing_ok=True)
        self._keep(None)

    def write(self, record: Ingesting) -> None:
        """Replace the record; a full disk is the library's and the index's to report."""
        new = _write(self._path, json.dumps(asdict(record), ensure_ascii=False), lock=True)
        if new is not None:
            self._keep(new)

    def _keep(self, descriptor: int | None) -> None:
        if self._locked is not None:
            os.close(self._locked)
        self._locked = descriptor


def _write(path: Path, text: str, lock: bool = False) -> int | None:
    """Replace ``path`` by one rename. The descriptor of the new file where it is to stay locked."""
    beside = _beside(path)
    with suppress(OSError):
        descriptor = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
        try:
            if lock:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with open(descriptor, "w", encoding="utf-8", closefd=False) as file:
                file.write(text)
            beside.replace(path)
        except BaseException:
            os.close(descriptor)
            raise
        if lock:
            return descriptor
        os.close(descriptor)
    return None


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.new")


def _is_locked(descriptor: int) -> bool:
    """Whether another has the lock; nobody waits for the moment in which this one asks."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def _checked(record: Ingesting) -> Ingesting:
    """The record itself. Raises TypeError or ValueError where its values can't be shown."""
    counts = (record.pid, record.done, record.total)
    texts = (record.command, record.started, record.stage)
    left = record.stage_left
    if not all(type(count) is int for count in counts) or not (left is None or _is_pace(left)):
        raise TypeError(record)
    if not all(isinstance(text, str) for text in texts):
        raise TypeError(record)
    return record


def _is_pace(value: object) -> bool:
    return isinstance(value, int | float) and 0 <= value < math.inf
