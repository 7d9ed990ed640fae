"""What an ingest that is running tells the app: ``HOME/ingest.json``, there only while it runs."""

from __future__ import annotations

import fcntl
import json
import math
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from onprem_rag.timing import Pace, RunProgress, Timing, counts_in_words, run_in_words

STOPPED = "멈췄습니다. 바뀐 것은 없습니다.\n→ 같은 명령을 다시 실행하면 이어서 합니다."
_EVERY_S = 0.25
_RECORD = "ingest.json"
_PACES = ".ingest-paces.json"  # how long the stages of former runs took on this machine


@dataclass(frozen=True, slots=True)
class Ingesting:
    """An ingest that is running; ``stage`` is "" before its first step."""

    pid: int
    command: str
    started: str  # ISO, local time with its offset
    stage: str = ""  # Korean
    done: int = 0
    total: int = 0
    files: int = 0  # read, of all
    all_files: int = 0
    passages: int = 0  # in the files read
    stage_left: float | None = None  # seconds as of ``at``; None: not known
    left: float | None = None  # of the whole run
    at: float = 0.0  # as time.time() counts

    def words(self) -> tuple[str, str, str]:
        """ "벡터 계산 45%", "파일 52/52 · 조문 1,203개", "전체 약 3분 남음" as of now."""
        if not self.stage:
            return "준비 중", "", ""
        share = f"{self.stage} {math.floor(100 * self.done / max(1, self.total))}%"
        counts = counts_in_words(self.files, self.all_files, self.passages)
        gone = max(0.0, time.time() - self.at)
        left, whole = (each and max(0.1, each - gone) for each in (self.stage_left, self.left))
        return share, counts, run_in_words(left, whole)


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
def progressing(home: Path, command: str, bars: RunProgress) -> Iterator[RunProgress]:
    """Pass each step on to ``bars`` and, at most four times a second, to the app.

    For the one writer of ``home``. Work goes on where the record can't be written.
    """
    timing = Timing(read_paces(home))
    started = datetime.now().astimezone().isoformat(timespec="seconds")
    record = Ingesting(os.getpid(), command, started)
    written = time.monotonic()
    with _Note(home / _RECORD) as note:
        note.write(record)

        def progress(stage: str, done: int, total: int, passages: int | None = None) -> None:
            nonlocal written
            timing(stage, done, total, passages)
            bars(stage, done, total, passages)
            if time.monotonic() - written >= _EVERY_S:
                note.write(_record_of(record, timing, stage, done, total))
                written = time.monotonic()

        yield progress
    if paces := timing.paces():
        _keep_paces(home, paces)


def _record_of(record: Ingesting, timing: Timing, stage: str, done: int, total: int) -> Ingesting:
    return replace(
        record,
        stage=stage,
        done=done,
        total=total,
        files=timing.files[0],
        all_files=timing.files[1],
        passages=timing.passages,
        stage_left=timing.left(),
        left=timing.whole(),
        at=time.time(),
    )


def read_paces(home: Path) -> dict[str, Pace]:
    """How long the stages of former ingests in ``home`` took, in their order; as far as known."""
    with suppress(OSError, ValueError, TypeError):
        kept = json.loads((home / _PACES).read_text(encoding="utf-8"))
        paces = {stage: Pace(*pace) for stage, pace in dict(kept).items()}
        if all(_is_pace(each.steps) and _is_pace(each.rest) for each in paces.values()):
            return {stage: pace for stage, pace in paces.items() if pace.passages > 0}
    return {}


def _keep_paces(home: Path, new: Mapping[str, Pace]) -> None:
    """Keep what the last run tells, unless a much larger one before tells more."""
    kept = read_paces(home)
    for stage, pace in new.items():
        if stage not in kept or 2 * pace.passages >= kept[stage].passages:
            kept[stage] = pace
    rows = {stage: (pace.steps, pace.rest, pace.passages) for stage, pace in kept.items()}
    _write(home / _PACES, json.dumps(rows, ensure_ascii=False))


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
    files = (record.files, record.all_files)
    counts = (record.pid, record.done, record.total, *files, record.passages)
    texts = (record.command, record.started, record.stage)
    times = (each for each in (record.stage_left, record.left, record.at) if each is not None)
    if not all(type(count) is int for count in counts) or not all(map(_is_pace, times)):
        raise TypeError(record)
    if not all(isinstance(text, str) for text in texts):
        raise TypeError(record)
    return record


def _is_pace(value: object) -> bool:
    return isinstance(value, int | float) and 0 <= value < math.inf
