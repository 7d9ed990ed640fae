"""THE INGEST STORY: files in, library and index out, all at once or not at all."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ingest.files import Item, Sources, files_under, items_of
from ingest.parsed import Parsed
from ingest.split.marks import DELETED
from ingest.worker import Worker
from onprem_rag.config import Config
from onprem_rag.errors import IndexMismatchError, LibraryError, ReadError
from onprem_rag.index import generations
from onprem_rag.library.store import Library
from onprem_rag.library.writer import Writer

Progress = Callable[[str, int, int], None]
TAKEN = frozenset({"added", "replaced", "reread"})
READERS = 3  # counted up when readers or splitters make another text of the same file


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of one file: added, replaced, unchanged or failed (with the reason).

    ``reread``: the same bytes, read anew because the readers are newer than those of last time.
    """

    path: str
    status: str
    documents: int = 0
    passages: int = 0
    reason: str = ""
    notes: tuple[str, ...] = ()  # Korean; what the admin should know of a file that was read


@dataclass(frozen=True, slots=True)
class _Run:
    """What is known when a run begins: its sources, and what each source last held."""

    sources: Sources
    last_read: dict[str, tuple[str, int]]
    revision: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one ``ingest add`` did; ``generation`` is the live index afterwards."""

    files: tuple[FileResult, ...]
    generation: str | None

    @property
    def failed(self) -> tuple[FileResult, ...]:
        """The files that could not be read."""
        return tuple(file for file in self.files if file.status == "failed")


def add(config: Config, paths: Sequence[Path], progress: Progress) -> Outcome:
    """Take files and folders into the library and make a new index generation live.

    A file that can't be read is reported and costs itself only. Raises LibraryError or
    IndexMismatchError where nothing could be done at all; then nothing has changed.
    """
    with only_writer(config.home):
        library = Library.open(config.library_url, create=True)
        try:
            files = files_under(paths)
            results: list[FileResult] = []
            with library.writing() as writer, Worker() as worker:
                revision = writer.next_revision()
                run = _Run(Sources(files), writer.last_read(), revision)
                for at, path in enumerate(files, start=1):
                    for item in items_of(path, named=path in paths):
                        results.append(_take_in(worker, writer, item, run))
                    progress("파일 읽기", at, len(files))
                taken = any(file.status in TAKEN for file in results)
                if not taken and _index_fits(config, revision - 1):
                    writer.undo()
                    name = generations.current_name(config.index_folder)
                    return Outcome(tuple(results), name)
                name = _build(config, writer, revision, progress)
            if name:
                generations.publish(config.index_folder, name, config.index)
        finally:
            library.close()
        return Outcome(tuple(results), name)


def preview(path: Path) -> list[Parsed]:
    """How ``path`` (or each file in a ZIP file) would be split; nothing is written.

    Raises ReadError.
    """
    found: list[Parsed] = []
    with Worker() as worker:
        for item in items_of(path, named=True):
            try:
                found.append(_parsed(worker, item))
            except ReadError as error:
                raise ReadError(f"{item.shown}: {error}") from error
    return found


def _take_in(worker: Worker, writer: Writer, item: Item, run: _Run) -> FileResult:
    """Read, split and store one file, unless it is in the library already."""
    sha256, read_by = run.last_read.get(item.source, ("", 0))
    if not item.problem and sha256 == hashlib.sha256(item.data).hexdigest():
        current = read_by == READERS or not writer.in_force(item.source)
        if current and not _wanted_back(writer, item, run.sources):
            return FileResult(item.shown, "unchanged")
    try:
        parsed = _parsed(worker, item)
    except ReadError as error:
        return FileResult(item.shown, "failed", reason=str(error))
    before = writer.in_force(item.source)
    replaced = writer.replace_source(item.source, run.revision)
    for document, passages in parsed.documents:
        itself = (document.title.replace(" ", ""), document.kind) in before
        if document.kind != "문서" and not itself:  # a rule is its title: newer content replaces
            articles = {passage.article for passage in passages if passage.article}
            replaced += writer.replace_title(
                document.title, document.kind, articles, run.sources, run.revision
            )
    for document, passages in parsed.documents:
        writer.add(document, passages, run.revision, READERS)
    again = bool(before) and sha256 == parsed.sha256
    return FileResult(
        item.shown,
        "reread" if again else "replaced" if replaced else "added",
        len(parsed.documents),
        sum(len(passages) for _, passages in parsed.documents),
        notes=parsed.notes,
    )


def _parsed(worker: Worker, item: Item) -> Parsed:
    """What is in one file. Raises ReadError and nothing else."""
    if item.problem:
        raise ReadError(item.problem)
    parsed = worker.read(item.source, item.data)
    if not any(passages for _, passages in parsed.documents):
        raise ReadError("조문이나 문단을 찾지 못했습니다. → 내용을 확인하세요.")
    return parsed


def _wanted_back(writer: Writer, item: Item, sources: Sources) -> bool:
    """Whether a file that holds nothing in force was named without what took its place."""
    if not item.named or writer.in_force(item.source):
        return False
    return not any(successor in sources for successor in writer.successors(item.source))


def _build(config: Config, writer: Writer, revision: int, progress: Progress) -> str | None:
    """The next index generation over all that is in force; deleted articles are left out."""
    passages = [p for p in writer.passages_in_force() if p.title != DELETED]
    if not passages:
        return None
    referred = writer.referred_titles(passages)
    return generations.build(
        config.index_folder,
        passages,
        referred,
        revision,
        config.embedder_folder,
        progress,
        config.index,
    )


def _index_fits(config: Config, revision: int) -> bool:
    """Whether the live index was built from this library by this embedder."""
    if generations.current_name(config.index_folder) is None:
        return revision == 0
    try:
        live = generations.open_current(
            config.index_folder, config.embedder_folder, server=config.index
        )
    except IndexMismatchError:
        return False
    return live.manifest.revision == revision


@contextmanager
def only_writer(home: Path) -> Iterator[None]:
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
                f"다른 ingest 작업(프로세스 {file.read().strip() or '?'})이 진행 중입니다.\n"
                "→ 그 작업이 끝난 뒤 다시 실행하세요."
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
