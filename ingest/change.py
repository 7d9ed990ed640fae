"""One change of the library: begun from what is live, and made live as a whole or not at all."""

from __future__ import annotations

import fcntl
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.plan import Plan
from ingest.split.marks import DELETED
from ingest.summary import changed_rules
from onprem_rag.config import Config
from onprem_rag.errors import IndexMismatchError, LibraryError
from onprem_rag.index import generations
from onprem_rag.ingesting import progressing
from onprem_rag.library import versions as days
from onprem_rag.library.shelf import Shelf
from onprem_rag.library.store import Library
from onprem_rag.library.writer import STAGED
from onprem_rag.live import live_revision
from onprem_rag.records import Version

if TYPE_CHECKING:
    from onprem_rag.evaluate.gate import Judgement

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Published:
    """The live generation after a change, and what the change was, in Korean lines.

    ``review``: approved answers and questions that cite what has changed. ``gate``: how the gate's
    questions were answered; where it ``refused``, nothing has changed.
    """

    generation: str | None
    summary: tuple[str, ...] = ()
    review: tuple[str, ...] = ()
    gate: str = ""
    refused: bool = False


class Change:
    """What a run is about to change; made by ``changing``, made live by ``publish``."""

    def __init__(self, config: Config, library: Library, progress: Progress) -> None:
        self._config = config
        self.progress = progress
        self.library = library
        self.today = days.today()
        live = generations.current_name(config.index_folder)
        with library.writing() as writer:
            cut_off = writer.settle(live)
            self._revision = writer.next_revision()
        if live and cut_off is not None:
            switch(config, library, live, cut_off)
        self._live = live_revision(config, library)
        if live and not self._live:  # a new library would answer from nothing but this run's files
            raise LibraryError(
                f"라이브러리가 비어 있는데 색인({live})은 남아 있습니다.\n"
                "→ 라이브러리를 백업에서 되돌리세요. 처음부터 다시 만들려면 "
                f"{config.index_folder} 폴더를 지운 뒤 모든 규정을 다시 넣으세요."
            )
        self._files = library.files(self._live)
        self.staged = library.files(STAGED)
        config.gate_questions  # noqa: B018  one that is missing is told before the work
        before = library.versions(self._live)
        self._rehearsed = 0
        self.plan = Plan(before, self._files, self._revision, self.today, library.main_articles)

    def publish(self, action: str, force: bool = False) -> Published:
        """Build the next generation and make it live; nothing where nothing has changed.

        One that answers the gate's questions worse than the live one is dropped, but for ``force``.
        """
        versions = self.plan.finished()
        before = list(self.plan.before.values())
        live = generations.current_name(self._config.index_folder)
        if versions == before and self._index_fits():
            if self.plan.files != self._files:
                with self.library.writing() as writer:
                    writer.replace_files(self._live, self.plan.files.values())
            return Published(live)
        from ingest.review import bind, cited_changes  # a run that changes nothing is over sooner

        lines = changed_rules(before, versions, self.today)
        old = Shelf(self.library, self._live, self.today, before)
        new = Shelf(self.library, self._revision, self.today, versions)
        bind(self.library, old)  # what was approved before articles had digests
        name = self._build(versions)
        found, gate = self._judged(name, old, new)
        if found and not found.passed:
            if not force:
                generations.discard(self._config.index_folder, name, self._config.index)
                return Published(live, tuple(lines), gate=gate, refused=True)
            lines.append(
                f"--force로 켬: 질문 검사에 떨어진 색인(내려간 질문 {len(found.fallen)}개, "
                f"정답 조문이 없어진 질문 {len(found.gone)}개)"
            )
        with self.library.writing() as writer:
            writer.hold(self._revision, versions, self.plan.files.values())
            number = writer.log(action, self._revision, name, lines)
        switch(self._config, self.library, name, number)
        bind(self.library, new)
        review = cited_changes(self._config, self.library, old, new)
        return Published(name, tuple(lines), tuple(review), gate)

    def _judged(self, name: str, old: Shelf, new: Shelf) -> tuple[Judgement | None, str]:
        """What the gate says of a new generation, and as text; None and "" where none is set."""
        if not self._config.gate_questions:
            return None, ""
        from ingest.gate import judged  # takes half a second to import
        from onprem_rag.evaluate.gate import judgement_text

        found = judged(self._config, self.library, name, old, new, self.progress)
        return found, judgement_text(found) if found else ""

    def rehearsed(self) -> int:
        """An id for a document that is not stored."""
        self._rehearsed -= 1
        return self._rehearsed

    def preview(self) -> list[str]:
        """What ``publish`` would change, in Korean lines; nothing is written."""
        before = list(self.plan.before.values())
        return changed_rules(before, self.plan.finished(), self.today)

    def _build(self, versions: Sequence[Version]) -> str:
        """The next index generation over all that is ever in force, but deleted articles."""
        config = self._config
        ids = [one.document_id for one in versions if days.is_ever_in_force(one)]
        passages, referred = self.library.indexed(ids)
        kept = [at for at, passage in enumerate(passages) if passage.title != DELETED]
        return generations.build(
            config.index_folder,
            [passages[at] for at in kept],
            [referred[at] for at in kept],
            self._revision,
            config.embedder_folder,
            self.progress,
            config.index,
        )

    def _index_fits(self) -> bool:
        """Whether the live index was built from this library by this embedder."""
        config = self._config
        if generations.current_name(config.index_folder) is None:
            return not self._live
        try:
            live = generations.open_current(
                config.index_folder, config.embedder_folder, server=config.index
            )
        except IndexMismatchError:
            return False
        return live.manifest.revision == self._live


@contextmanager
def changing(config: Config, action: str, progress: Progress) -> Iterator[Change]:
    """A change of the library of ``config``, while nobody else changes it.

    Raises LibraryError where that can't be.
    """
    with (
        only_writer(config.home, action),
        progressing(config.home, f"ingest {action}", progress) as told,
    ):
        library = Library.open(config.library_url, create=True)
        try:
            yield Change(config, library, told)
        finally:
            library.close()


def switch(config: Config, library: Library, name: str, number: int) -> None:
    """Make a generation live, note that as done, and clean up what need not be kept."""
    last = [done.generation for done in reversed(library.history())]
    kept = [name, *dict.fromkeys(one for one in last if one != name)][: config.index.keep]
    with _uninterrupted():  # whoever presses Ctrl-C is told that nothing has changed
        generations.publish(config.index_folder, name, config.index, kept)
        with library.writing() as writer:
            writer.publish(number)
            there = {manifest.revision for manifest in generations.kept(config.index_folder)}
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


@contextmanager
def only_writer(home: Path, action: str) -> Iterator[None]:
    """One ingest at a time; a lock of a process that died is none."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        file = (home / ".ingest.lock").open("a+")
    except OSError as error:
        raise LibraryError(
            f"홈 폴더에 쓸 수 없습니다: {home} ({error.strerror})\n→ 폴더 권한을 확인하세요."
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise LibraryError(
                f"다른 ingest 작업({file.read().strip() or '프로세스 ?'})이 진행 중입니다.\n"
                "→ 그 작업이 끝난 뒤 다시 실행하세요."
            ) from error
        file.truncate(0)
        began = datetime.now().strftime("%H:%M")
        file.write(f"'ingest {action}', 프로세스 {os.getpid()}, {began} 시작")
        file.flush()
        yield
