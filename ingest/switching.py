"""One generation in the place of another, and what is kept of those before."""

from __future__ import annotations

import signal
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from onprem_rag.config import Config
from onprem_rag.errors import OnpremRagError
from onprem_rag.index import generations
from onprem_rag.library.store import Library


def switch(config: Config, library: Library, name: str, number: int) -> list[str]:
    """Make a generation live, note that as done, and clean up what need not be kept.

    The rename is all that counts: what fails after it is left to the next run, and said in Korean.
    """
    kept = to_keep(config, [name, *(done.generation for done in reversed(library.history()))])
    before = generations.current_name(config.index_folder)  # running servers may still search it
    with _uninterrupted():  # whoever presses Ctrl-C is told that nothing has changed
        try:
            generations.switch(config.index_folder, name)
            with library.writing() as writer:
                writer.publish(number)
            tidy(config, library, kept | {before or name})
        except (OSError, OnpremRagError) as error:
            if generations.current_name(config.index_folder) != name:
                raise
            reason = str(error).partition("\n")[0]
            return [f"바뀌었지만 뒷정리를 마치지 못했습니다. 다음 실행 때 합니다. ({reason})"]
    return []


def to_keep(config: Config, last: Sequence[str]) -> set[str]:
    """As many generations as are configured, of those that were live, the last first."""
    return set(list(dict.fromkeys(last))[: config.index.keep])


def tidy(config: Config, library: Library, names: Collection[str]) -> None:
    """Keep these generations and what they were built from, and nothing else."""
    generations.keep_only(config.index_folder, names, config.index)
    there = {manifest.revision for manifest in generations.kept(config.index_folder)}
    with library.writing() as writer:
        writer.keep({library.revision(), *there})


@contextmanager
def _uninterrupted() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():  # Ctrl-C doesn't reach it
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
