"""Keeps the library as a folder is, as files come and go."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from watchdog.events import EVENT_TYPE_MODIFIED, FileSystemEvent, FileSystemEventHandler
from watchdog.observers.api import BaseObserver
from watchdog.observers.polling import PollingObserver

from ingest.pipeline import Outcome, sync
from onprem_rag.config import Config
from onprem_rag.errors import OnpremRagError
from onprem_rag.ingesting import read_paces
from onprem_rag.terminal import ProgressBars

LOOK_S = 2.0  # between two looks at the folder; the kernel tells nothing of a network share
QUIET_S = 3.0  # that a folder must be left alone: a large file takes its time to be copied
AGAIN_S = 60.0  # after a run that failed


class _Changed(FileSystemEventHandler):
    """Something that ``sync`` would see came, went or changed in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.event = threading.Event()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Hidden files don't count; a folder changes with what is in it, which is told too."""
        if event.is_directory and event.event_type == EVENT_TYPE_MODIFIED:
            return
        paths = (Path(os.fsdecode(path)) for path in (event.src_path, event.dest_path) if path)
        if not all(_is_hidden(path, self._folder) for path in paths):
            self.event.set()


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
        with ProgressBars(read_paces(config.home)) as bars:
            told(sync(config, folder, bars))

    changed = _Changed(folder)
    observer = PollingObserver(timeout=LOOK_S)
    observer.start()
    try:
        run()
        failed = False
        while not stop.is_set():
            if not changed.event.wait(AGAIN_S if failed else 0.5) and not failed:
                continue
            while changed.event.is_set() and not stop.is_set():
                changed.event.clear()
                changed.event.wait(QUIET_S)
            try:
                run()
                failed = False
            except (OnpremRagError, OSError) as error:
                print(f"오류: {error}", file=sys.stderr, flush=True)
                failed = True
    finally:
        observer.stop()
        observer.join()


def _watch_on(observer: BaseObserver, changed: _Changed, folder: Path) -> None:
    """Watch from now on; anew where that has ended, as it does when the folder goes away."""
    if folder.is_dir() and not any(one.should_keep_running() for one in observer.emitters):
        observer.unschedule_all()
        observer.schedule(changed, str(folder), recursive=True)
