"""THE INGEST STORY: files in, library and index out, all at once or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from ingest.change import Change, Published, changing
from ingest.files import Item, Sources, files_under, items_of, shown_as, source_of
from ingest.parsed import Parsed
from ingest.rehearsal import rehearsing
from ingest.taking import FileResult, Intake, parsed_of
from ingest.withdrawal import withdraw
from ingest.worker import Worker
from onprem_rag.config import Config
from onprem_rag.errors import LibraryError, ReadError
from onprem_rag.timing import RunProgress

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Seen:
    """The sources that a run came by, those of them that it could not read, or was not to."""

    sources: set[str]
    unread: set[str]
    busy: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run did; ``generation`` is the live index afterwards.

    ``summary``: what became of which rule; ``review``: what cites changed articles; ``already``:
    what was to be withdrawn and had been before. Korean lines.
    """

    files: tuple[FileResult, ...]
    generation: str | None
    summary: tuple[str, ...] = ()
    review: tuple[str, ...] = ()
    gate: str = ""  # how the gate's questions were answered
    refused: bool = False  # by the gate: nothing has changed
    rehearsal: bool = False  # nothing was to change
    already: tuple[str, ...] = ()

    @property
    def failed(self) -> tuple[FileResult, ...]:
        """The files that could not be read."""
        return tuple(file for file in self.files if file.status == "failed")


def add(
    config: Config,
    paths: Sequence[Path],
    progress: RunProgress,
    since: str | None = None,
    force: bool = False,
) -> Outcome:
    """Take files and folders into the library and make a new index generation live.

    ``since`` is the day (2024-01-01) from which they are in force, whatever the files say;
    ``force`` overrides the gate. A file that can't be read is reported and costs itself only.
    Raises LibraryError or IndexMismatchError where nothing could be done at all; then nothing has
    changed.
    """
    with changing(config, "add", progress) as change:
        results = _taken_in(change, paths, since, _Seen(set(), set()))
        published = change.publish("add", force)
    return _outcome(results, published)


def sync(
    config: Config,
    folder: Path,
    progress: RunProgress,
    dry_run: bool = False,
    force: bool = False,
    busy: frozenset[str] = frozenset(),
) -> Outcome:
    """Have the library hold what a folder holds: ``add``, and files that are gone are withdrawn.

    With ``dry_run`` it only says what would change. ``busy``: files that are still being written;
    what was read of them before stays. Raises as ``add`` does, and LibraryError for a folder that
    is not there: a share that is not mounted must not empty the library.
    """
    if folder.is_file():
        raise LibraryError(
            f"폴더가 아니라 파일입니다: {folder}\n"
            "→ 파일은 'ingest add'로 넣으세요. 맞추거나 지켜보려면 그 파일이 있는 폴더를 쓰세요."
        )
    if not folder.is_dir() or not files_under([folder]):
        raise LibraryError(
            f"폴더가 없거나 비어 있습니다: {folder}\n"
            "→ 경로와 마운트를 확인하세요. 규정을 모두 빼려면 'ingest remove'를 쓰세요."
        )
    begun = rehearsing(config, progress) if dry_run else changing(config, "sync", progress)
    with begun as change:
        seen = _Seen(set(), set(), busy)
        results = _taken_in(change, [folder], None, seen)
        results += _gone(change, folder, seen)
        published = change.publish("sync", force)
    return replace(_outcome(results, published), rehearsal=dry_run)


def remove(
    config: Config, names: Sequence[str], progress: RunProgress, force: bool = False
) -> Outcome:
    """Withdraw rules by title, or what files or folders hold, from today on.

    What is withdrawn stays so: a command that was cut off may be repeated. Raises LibraryError
    where one of ``names`` is nothing that was ever here; then nothing has changed.
    """
    with changing(config, "remove", progress) as change:
        already = tuple(filter(None, [withdraw(change, name) for name in names]))
        published = change.publish("remove", force)
    return replace(_outcome((), published), already=already)


def _outcome(files: Sequence[FileResult], published: Published) -> Outcome:
    return Outcome(tuple(files), *(getattr(published, name) for name in Published.__slots__))


def preview(path: Path) -> list[Parsed]:
    """How ``path`` (or each file in a ZIP file) would be split; nothing is written.

    Raises ReadError.
    """
    found: list[Parsed] = []
    with Worker() as worker:
        for item in items_of(path, named=True):
            try:
                found.append(parsed_of(worker, item))
            except ReadError as error:
                raise ReadError(f"{item.shown}: {error}") from error
    return found


def _taken_in(
    change: Change,
    paths: Sequence[Path],
    since: str | None,
    seen: _Seen,
) -> list[FileResult]:
    """Read what is new in files and folders, and plan to hold it."""
    files = files_under(paths)
    known = set(change.plan.files)
    results: list[tuple[str, FileResult]] = []
    passages = 0
    items = _items(files, paths, seen.busy)
    with Worker() as worker:
        intake = Intake(change, worker, Sources(files), since)
        for (at, item), following in _with_following(items):
            result = intake.take(item, following and following[1])
            seen.sources.add(item.source)
            if result.status == "failed":
                seen.unread.add(item.source)
                result = replace(result, notes=_kept(change, item.source))
            results.append((item.source, result))
            passages += result.passages
            more = following is not None and following[0] == at  # of the same ZIP file
            change.progress("파일 읽기", at - more, len(files), passages)
    moved = _forget_moved(change, seen)
    return [
        replace(result, status="moved")
        if source not in known
        and result.status != "failed"
        and moved.issuperset(change.plan.files[source].documents)
        else result
        for source, result in results
    ]


def _items(
    files: Sequence[Path], named: Sequence[Path], busy: frozenset[str]
) -> Iterator[tuple[int, Item]]:
    """What is to be read, and the number of the file that it is, or is in."""
    for at, path in enumerate(files, start=1):
        if source_of(path) in busy:
            yield at, _busy(path)
        else:
            for item in items_of(path, named=path in named):
                yield at, item


def _with_following(items: Iterator[T]) -> Iterator[tuple[T, T | None]]:
    """Each item, and the one after it."""
    here = next(items, None)
    while here is not None:
        following = next(items, None)
        yield here, following
        here = following


def _busy(path: Path) -> Item:
    problem = "아직 쓰이고 있습니다. → 다 쓰이고 나면 그때 읽습니다."
    return Item(source_of(path), shown_as(path), named=False, problem=problem)


def _kept(change: Change, source: str) -> tuple[str, ...]:
    """What is said of a file that can't be read, where it, or what is in it, was read before."""
    inside = (f"{source}/", f"{source}!/")
    known = any(one == source or one.startswith(inside) for one in change.plan.files)
    return ("전에 읽은 내용은 그대로 둡니다.",) if known else ()


def _forget_moved(change: Change, seen: _Seen) -> frozenset[int]:
    """Forget files that are nowhere any more, where this run has seen all that they held.

    Returns the documents that they held.
    """
    files = change.plan.files
    here = {number for source in seen.sources & files.keys() for number in files[source].documents}
    read = {source.partition("!/")[0] for source in seen.sources if "!/" in source} - seen.unread
    moved: set[int] = set()
    for source, file in list(files.items()):
        if source in seen.sources or not here.issuperset(file.documents):
            continue
        top = source.partition("!/")[0]
        if not os.path.lexists(source) and (top in read or not os.path.lexists(top)):
            moved.update(file.documents)
            change.plan.drop(source)
    return frozenset(moved)


def _gone(change: Change, folder: Path, seen: _Seen) -> list[FileResult]:
    """Forget the files that were in ``folder`` and are there no more.

    Each tells how many documents are withdrawn with it: none that is elsewhere, or has given way.
    """
    top = source_of(folder)
    unread = tuple(f"{source}{sign}" for source in seen.unread for sign in ("/", "!/"))
    gone = [
        source
        for source in change.plan.files
        if source.startswith(f"{top}/")
        and source not in seen.sources
        and not source.startswith(unread)
    ]
    held = {source: change.plan.files[source].documents for source in gone}
    for source in gone:
        change.plan.drop(source)
    if not gone:
        return []
    after = {one.document_id for one in change.plan.finished() if one.withdrawn is not None}
    before = {one.document_id for one in change.plan.before.values() if one.withdrawn is not None}
    lost = after - before
    return [FileResult(source, "gone", len(lost.intersection(held[source]))) for source in gone]
