"""THE INGEST STORY: files in, library and index out, all at once or not at all."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ingest.readers import read, read_bytes
from ingest.split import documents_of, split
from ingest.split.articles import DELETED
from onprem_rag.config import Config
from onprem_rag.errors import IndexMismatchError, LibraryError, ReadError
from onprem_rag.index import generations
from onprem_rag.library.store import Library
from onprem_rag.library.writer import Writer
from onprem_rag.records import Document, Passage

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of one file: added, replaced, unchanged or failed (with the reason)."""

    path: str
    status: str
    documents: int = 0
    passages: int = 0
    reason: str = ""


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
            files = _files_under(paths)
            sources = {_source(path): path in paths for path in files}
            results: list[FileResult] = []
            with library.writing() as writer:
                hashes = writer.hashes()
                revision = writer.next_revision()
                for at, path in enumerate(files, start=1):
                    results.append(_take_in(writer, path, hashes, sources, revision))
                    progress("파일 읽기", at, len(files))
                taken = any(file.status in {"added", "replaced"} for file in results)
                if not taken and _index_fits(config, revision - 1):
                    writer.undo()
                    name = generations.current_name(config.index_folder)
                    return Outcome(tuple(results), name)
                name = _build(config, writer, revision, progress)
            if name:
                generations.publish(config.index_folder, name)
        finally:
            library.close()
        return Outcome(tuple(results), name)


def preview(path: Path) -> list[tuple[Document, list[Passage]]]:
    """How ``path`` would be split; nothing is written. Raises ReadError."""
    file_format, sha256, reading = read(path, read_bytes(path))
    documents = documents_of(path, file_format, sha256, reading)
    return [(document, split(document, reading.rows)) for document in documents]


def _take_in(
    writer: Writer,
    path: Path,
    hashes: dict[str, str],
    sources: dict[str, bool],
    revision: int,
) -> FileResult:
    """Read, split and store one file, unless it is in the library already.

    ``sources``: all of this run, with whether each was named itself.
    """
    source, shown = _source(path), _shown(path)
    try:
        data = read_bytes(path)
        same = hashes.get(source) == hashlib.sha256(data).hexdigest()
        if same and not _wanted_back(writer, source, sources):
            return FileResult(shown, "unchanged")
        split_up = _documents(path, data)
    except ReadError as error:
        return FileResult(shown, "failed", reason=str(error))
    count = sum(len(passages) for _, passages in split_up)
    before = writer.in_force(source)
    replaced = writer.replace_source(source, revision)
    for document, _ in split_up:
        itself = (document.title.replace(" ", ""), document.kind) in before
        if document.kind != "문서" and not itself:  # a rule is its title: newer content replaces
            replaced += writer.replace_title(document.title, document.kind, sources, revision)
    for document, passages in split_up:
        writer.add(document, passages, revision)
    return FileResult(shown, "replaced" if replaced else "added", len(split_up), count)


def _documents(path: Path, data: bytes) -> list[tuple[Document, list[Passage]]]:
    """The documents of one file, split. Raises ReadError and nothing else."""
    try:
        _source(path).encode()
    except UnicodeEncodeError as error:  # made where file names are CP949, say
        raise ReadError(
            "파일이나 폴더 이름이 UTF-8이 아닙니다. → 이름을 바꾼 뒤 다시 넣으세요."
        ) from error
    file_format, sha256, reading = read(path, data)
    try:
        documents = documents_of(path.resolve(), file_format, sha256, reading)
        split_up = [(document, split(document, reading.rows)) for document in documents]
        for document in documents:
            f"{document.title}{document.text}".encode()  # halves of characters can't be stored
    except Exception as error:  # our own bug must not cost the other files
        raise ReadError(
            f"조문으로 나누는 중 오류가 났습니다({type(error).__name__}). "
            "→ 원본 프로그램에서 열어 다시 저장하고, 되풀이되면 관리자에게 알리세요."
        ) from error
    if not any(passages for _, passages in split_up):
        raise ReadError("조문이나 문단을 찾지 못했습니다. → 내용을 확인하세요.")
    return split_up


def _wanted_back(writer: Writer, source: str, sources: dict[str, bool]) -> bool:
    """Whether a file that holds nothing in force was named without what took its place."""
    if not sources[source] or writer.in_force(source):
        return False
    return not any(successor in sources for successor in writer.successors(source))


def _source(path: Path) -> str:
    return str(path.resolve())


def _shown(path: Path) -> str:
    """The path to be read by people; a part that isn't UTF-8 is taken for CP949."""
    return str(Path(*(_decoded(os.fsencode(part)) for part in path.parts)))


def _decoded(name: bytes) -> str:
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("cp949", "replace")


def _build(config: Config, writer: Writer, revision: int, progress: Progress) -> str | None:
    """The next index generation over all that is in force; deleted articles are left out."""
    passages = [p for p in writer.passages_in_force() if p.title != DELETED]
    if not passages:
        return None
    return generations.build(
        config.index_folder, passages, revision, config.embedder_folder, progress
    )


def _index_fits(config: Config, revision: int) -> bool:
    """Whether the live index was built from this library by this embedder."""
    if generations.current_name(config.index_folder) is None:
        return revision == 0
    try:
        live = generations.open_current(config.index_folder, config.embedder_folder)
    except IndexMismatchError:
        return False
    return live.manifest.revision == revision


def _files_under(paths: Sequence[Path]) -> list[Path]:
    """Files as named, and those in folders by name; hidden ones are left out."""
    found: dict[Path, None] = {}
    for path in paths:
        if os.path.isdir(path):  # False, not an error, where the way there is closed
            for folder, folders, names in os.walk(path, onerror=None):
                folders[:] = sorted(name for name in folders if not name.startswith("."))
                found |= {Path(folder) / name: None for name in sorted(names) if name[0] != "."}
                found |= {
                    Path(folder) / name: None
                    for name in folders
                    if not os.access(Path(folder) / name, os.R_OK)
                }
            if not os.access(path, os.R_OK):
                found[path] = None
        else:
            found[path] = None
    return list(found)


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
