"""Which files a run takes in: those named, those in folders, and those inside ZIP files."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.readers.archive import is_archive, members
from ingest.readers.result import MOST_BYTES
from onprem_rag.errors import ReadError, reason_of


@dataclass(frozen=True, slots=True)
class Item:
    """One file to be read: where it lies, what people call it, and its bytes or the reason why not.

    A member of ``규정.zip`` has the source ``/…/규정.zip!/여비규정.hwp``.
    """

    source: str
    shown: str
    named: bool  # by the admin, not found in a folder
    data: bytes = b""
    problem: str = ""


class Sources:
    """The sources of one run; a member of a ZIP file that is one is one too."""

    def __init__(self, files: Sequence[Path]) -> None:
        self._files = {source_of(file) for file in files}

    def __contains__(self, source: object) -> bool:
        if not isinstance(source, str):
            return False
        parts = source.split("!/")  # also in the name of a folder
        return any("!/".join(parts[:count]) in self._files for count in range(1, len(parts) + 1))


def items_of(file: Path, named: bool) -> Iterator[Item]:
    """The file itself, or what is in it where it is a ZIP file."""
    source, shown = source_of(file), shown_as(file)
    try:
        source.encode()
    except UnicodeEncodeError:  # made where file names are CP949, say
        problem = "파일이나 폴더 이름이 UTF-8이 아닙니다. → 이름을 바꾼 뒤 다시 넣으세요."
        yield Item(source, shown, named, problem=problem)
        return
    try:
        data = read_bytes(file)
        if not is_archive(data):
            yield Item(source, shown, named, data)
            return
        for name, inner in members(data):
            yield Item(f"{source}!/{name}", f"{shown}!/{name}", named, inner)
    except ReadError as error:
        yield Item(source, shown, named, problem=str(error))


def files_under(paths: Sequence[Path]) -> list[Path]:
    """Files as named, and those in folders by name; without what systems and editors leave."""
    found: dict[Path, None] = {}
    for path in paths:
        if os.path.isdir(path):  # False, not an error, where the way there is closed
            unread: list[OSError] = []
            for folder, folders, names in os.walk(path, onerror=unread.append):
                folders[:] = sorted(name for name in folders if not name.startswith("."))
                found |= {
                    Path(folder) / name: None for name in sorted(names) if not _is_aside(name)
                }
            # Named as files that can't be read: what was in them is not gone.
            found |= {Path(error.filename or path): None for error in unread}
        else:
            found[path] = None
    return list(found)


def _is_aside(name: str) -> bool:
    """A hidden file, Word's note of who has a file open (~$…), Windows' pictures and settings."""
    return name.startswith((".", "~$")) or name.lower() in {"thumbs.db", "desktop.ini"}


def source_of(path: Path) -> str:
    """The path by which the library knows a file; a link is one of its folder, not of another."""
    return os.path.abspath(path)


def shown_as(path: Path) -> str:
    """The path to be read by people; a part that isn't UTF-8 is taken for CP949."""
    return str(Path(*(_decoded(os.fsencode(part)) for part in path.parts)))


def _decoded(name: bytes) -> str:
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("cp949", "replace")


def read_bytes(path: Path) -> bytes:
    """The file's bytes; ReadError when it is missing, too large or may not be read."""
    try:
        found = path.stat()
        if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
            # A pipe would be waited for without end.
            raise ReadError("보통의 파일이 아닙니다. → 파일을 복사해 넣으세요.")
        if found.st_size > MOST_BYTES:
            raise ReadError(
                f"파일이 너무 큽니다({MOST_BYTES >> 20}MB 초과). → 파일을 나누어 넣으세요."
            )
        return path.read_bytes()
    except PermissionError as error:
        raise ReadError("읽을 권한이 없습니다. → 파일 권한을 확인하세요.") from error
    except OSError as error:
        raise ReadError(f"열 수 없습니다({reason_of(error)}). → 경로를 확인하세요.") from error
