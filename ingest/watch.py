"""Keeps the library as a folder is, as files come and go."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from watchdog.events import EVENT_TYPE_MODIFIED, FileSystemEvent, FileSystemEventHandler
from watchdog.observers.api import BaseObserver
from watchdog.observers.polling import PollingObserver

from ingest.files import files_under, source_of
from ingest.pipeline import Outcome, sync
from onprem_rag.config import Config
from onprem_rag.errors import OnpremRagError
from onprem_rag.ingesting import read_paces
from onprem_rag.terminal import ProgressBars

LOOK_S = 2.0  # between two looks at the folder; the kernel tells nothing of a network share
QUIET_S = 3.0  # that a folder must be left alone: a large file takes its time to be copied
MOST_S = 300.0  # after which only what is still being written has to wait
AGAIN_S = 60.0  # after a run that failed


class _Changed(FileSystemEventHandler):
    """Something that ``sync`` would see came, went or changed in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._last: dict[str, float] = {}  # when each file changed last
        self.event = threading.Event()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Hidden files don't count; a folder changes with what is in it, which is told too."""
        if event.is_directory and event.event_type == EVENT_TYPE_MODIFIED:
            return
        paths = [Path(os.fsdecode(path)) for path in (event.src_path, event.dest_path) if path]
        seen = [path for path in paths if not _is_hidden(path, self._folder)]
        if seen:
            with self._lock:
                self._last |= dict.fromkeys(map(source_of, seen), time.monotonic())
            self.event.set()

    def look(self) -> None:
        """Take for changed when they were what changed before anybody watched."""
        now, found = time.time(), dict[str, float]()
        for file in files_under([self._folder]):
            with suppress(OSError):  # it has gone, or ``sync`` will tell
                age = max(0.0, now - file.stat().st_mtime)  # a share's clock may be ahead
                found[source_of(file)] = time.monotonic() - age
        with self._lock:
            self._last |= {one: max(at, self._last.get(one, at)) for one, at in found.items()}

    def busy(self) -> frozenset[str]:
        """The sources of the files that changed a moment ago, and may not be complete."""
        now = time.monotonic()
        with self._lock:
            self._last = {one: at for one, at in self._last.items() if now - at < QUIET_S}
            return frozenset(self._last)


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def watch(
    config: Config,
    folder: Path,
    told: Callable[[Outcome], None],
    stop: threading.Event | None = None,
) -> None:
    """``sync`` now and after each change, until ``stop`` is set; ``told`` hears of each run.

    A run that fails is said on standard error and done again. Raises what ``sync`` raises the
    first time.
    """
    stop = stop or threading.Event()

    def run() -> None:
        _watch_on(observer, changed, folder)
        busy = changed.busy()
        if busy:  # they are looked at again when they are complete
            changed.event.set()
        with ProgressBars(read_paces(config.home)) as bars:
            told(sync(config, folder, bars, busy=busy))

    changed = _Changed(folder)
    observer = PollingObserver(timeout=LOOK_S)
    observer.start()
    try:
        run()
        failed = False
        while not stop.is_set():
            if not changed.event.wait(AGAIN_S if failed else 0.5) and not failed:
                continue
            _wait_for_quiet(changed, stop)
            try:
                run()
                failed = False
            except (OnpremRagError, OSError) as error:
                now = datetime.now().strftime("%Y-%m-%d %H:%M:%S")
                print(f"[{now}] 오류: {error}", file=sys.stderr, flush=True)
                failed = True
    finally:
        observer.stop()
        observer.join()


def _wait_for_quiet(changed: _Changed, stop: threading.Event) -> None:
    """Until nothing has changed for a moment, or for as long as others can wait."""
    end = time.monotonic() + MOST_S
    while changed.event.is_set() and not stop.is_set() and time.monotonic() < end:
        changed.event.clear()
        changed.event.wait(QUIET_S)


def _watch_on(observer: BaseObserver, changed: _Changed, folder: Path) -> None:
    """Watch from now on; anew where that has ended, as it does when the folder goes away."""
    if folder.is_dir() and not any(one.should_keep_running() for one in observer.emitters):
        observer.unschedule_all()
        observer.schedule(changed, str(folder), recursive=True)
        changed.look()
