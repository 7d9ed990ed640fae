"""One change of the library: begun from what is live, and made live as a whole or not at all.

What only a change needs is imported when there is one: mostly there is none.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.lock import only_writer
from ingest.plan import Plan
from ingest.split.marks import DELETED
from ingest.summary import changed_rules, returned
from ingest.switching import switch, tidy, to_keep
from onprem_rag.config import Config
from onprem_rag.errors import IndexMismatchError, LibraryError
from onprem_rag.index import generations
from onprem_rag.ingesting import progressing
from onprem_rag.library import versions as days
from onprem_rag.library.shelf import Shelf
from onprem_rag.library.store import Library
from onprem_rag.library.writer import STAGED
from onprem_rag.live import live_revision
from onprem_rag.records import Document, FileRead, Passage, Version
from onprem_rag.timing import RunProgress

if TYPE_CHECKING:
    from ingest.gate import Verdict
    from onprem_rag.evaluate.retrieval import GoldQuestion
    from onprem_rag.index.building import Start


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

    def __init__(self, config: Config, library: Library, progress: RunProgress) -> None:
        """Only reads. Raises LibraryError or ConfigError for what would stop the run."""
        self._config = config
        self.progress = progress
        self.library = library
        self.today = days.today()
        live = generations.current_name(config.index_folder)
        self._revision = library.next_revision()
        self._live = live_revision(config, library)
        if live and not self._live:  # a new library would answer from nothing but this run's files
            raise LibraryError(
                f"라이브러리가 비어 있는데 색인({live})은 남아 있습니다.\n"
                "→ 라이브러리를 백업에서 되돌리세요. 처음부터 다시 만들려면 "
                f"{config.index_folder} 폴더를 지운 뒤 모든 규정을 다시 넣으세요."
            )
        lived = [done.generation for done in reversed(library.history())]
        self.kept = to_keep(config, [*([live] if live else []), *lived])
        self._next = 1 + max(map(generations.number, lived), default=0)
        # Before the first revision, 0 is that of what was staged: read, and in force in none.
        self._files = library.files(self._live) if self._live else {}
        self.staged = library.files(STAGED)
        path = config.gate_questions  # what is wrong with them is told before the work
        self._questions = _questions_in(path) if path else []
        before = library.versions(self._live)
        self._start: Future[Start] | None = None
        held = (library.main_articles, library.addenda)
        self.plan = Plan(before, self._files, self._revision, self.today, *held)

    def prepare(self) -> Future[Start]:
        """Open what building takes while another process reads a file; the first call only."""
        if self._start is None:
            self._start = Future()
            threading.Thread(target=_started, args=(self._config, self._start), daemon=True).start()
        return self._start

    def store(
        self, file: FileRead, found: Iterable[tuple[Document, Sequence[Passage]]]
    ) -> tuple[int, ...]:
        """Store what was read of a file; returns the ids of its documents.

        A run that comes after one which was cut off need not read it again.
        """
        with self.library.writing() as writer:
            numbers = tuple(writer.store(*one, file.read_by) for one in found)
            writer.stage(replace(file, documents=numbers))
        return numbers

    def publish(self, action: str, force: bool = False) -> Published:
        """Build the next generation and make it live; nothing where nothing has changed.

        One that answers the gate's questions worse than the live one is dropped, but for ``force``.
        """
        versions = self.plan.finished()
        before = list(self.plan.before.values())
        live = generations.current_name(self._config.index_folder)
        old = Shelf(self.library, self._live, self.today, before)
        if _ordered(versions) == _ordered(before) and self._index_fits():
            if self.plan.files != self._files:
                with self.library.writing() as writer:
                    writer.replace_files(self._live, self.plan.files.values())
            return Published(live)
        from ingest.review import approvals, bind, cited_changes
        from ingest.twins import alike

        bind(self.library, old)  # an older program bound answers to less, or to nothing
        lines = changed_rules(before, versions, self.today) + self.plan.lapsed(versions)
        lines += returned(before, versions, self.today)
        new = Shelf(self.library, self._revision, self.today, versions)
        name = self._build(versions)
        lines += alike(self._config.index_folder / name, before, versions, self.today)
        try:
            gate = self._judged(action, name, old, new, force)
            if gate and not gate.passed:
                lines.append(gate.noted)
                if not force:
                    return self._refused(action, name, lines, gate)
            review = tuple(cited_changes(self.library, old, new, self._questions))
            with self.library.writing() as writer:
                writer.hold(self._revision, versions, self.plan.files.values())
                writer.approve(approvals(self.library, new))
                fallen = gate.fallen if gate else ()
                number = writer.log(action, self._revision, name, lines, fallen=fallen)
            lines += switch(self._config, self.library, name, number)
        except BaseException:
            if generations.current_name(self._config.index_folder) != name:
                generations.discard(self._config.index_folder, name, self._config.index)
            raise
        return Published(name, tuple(lines), review, gate.text if gate else "")

    def _refused(self, action: str, name: str, lines: Sequence[str], gate: Verdict) -> Published:
        """Note that the gate has refused generation ``name``, and drop that."""
        live = generations.current_name(self._config.index_folder)
        with self.library.writing() as writer:
            writer.log(action, self._live, live or "", lines, refused=True, fallen=gate.fallen)
        generations.discard(self._config.index_folder, name, self._config.index)
        return Published(live, tuple(lines), gate=gate.text, refused=True)

    def _judged(
        self, action: str, name: str, old: Shelf, new: Shelf, force: bool
    ) -> Verdict | None:
        """What the gate says of a new generation; None where none is set."""
        if not self._questions:
            return None
        from ingest.gate import judged  # takes half a second to import

        files = None if action == "remove" else self.plan.files.keys()
        given = (self._config, self.library, self._questions, name, old, new, self.progress)
        what = {"sync": "폴더", "remove": "제목"}.get(action, "경로")
        return judged(*given, files, "" if force else f"'ingest {action} {what} --force'")

    def _build(self, versions: Sequence[Version]) -> str:
        """The next index generation over all that is ever in force, but deleted articles."""
        from onprem_rag.index.building import Source, build

        config, start = self._config, self.prepare()
        ids = [one.document_id for one in versions if days.is_ever_in_force(one)]
        imprints = self.library.imprints(ids)

        def read(chosen: Collection[int]) -> tuple[list[Passage], list[str]]:
            passages, referred = self.library.indexed(ids, chosen)
            kept = [at for at, passage in enumerate(passages) if passage.title != DELETED]
            return [passages[at] for at in kept], [referred[at] for at in kept]

        return build(
            start.result(),
            Source(imprints, read),
            self._revision,
            self.progress,
            config.index,
            self._next,
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


def _questions_in(path: Path) -> list[GoldQuestion]:
    from onprem_rag.evaluate.retrieval import read_questions

    return read_questions(path)


def _started(config: Config, start: Future[Start]) -> None:
    """Let ``start`` be what building begins with, or what has prevented it."""
    try:
        import ingest.review  # noqa: F401  needed as soon as this is
        from onprem_rag.index import building

        start.set_result(building.opened(config.index_folder, config.embedder_folder))
    except BaseException as error:  # nobody else would hear of it
        start.set_exception(error)


@contextmanager
def changing(config: Config, action: str, progress: RunProgress) -> Iterator[Change]:
    """A change of the library of ``config``, while nobody else changes it.

    Raises LibraryError where that can't be.
    """
    with (
        only_writer(config.home, action),
        progressing(config.home, f"ingest {action}", progress) as told,
    ):
        library = Library.open(config.library_url, create=True)
        try:
            with library.writing() as writer:
                writer.settle(generations.current_name(config.index_folder))
            change = Change(config, library, told)
            tidy(config, library, change.kept)
            yield change
        finally:
            library.close()


def _ordered(versions: Iterable[Version]) -> list[Version]:
    """As they can be compared: a database has its own order of titles."""
    return sorted(versions, key=lambda one: (one.document_id, one.since, one.number))
