"""ZIP files of regulation files: each member is a file of its own."""

from __future__ import annotations

import re
import stat
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path

from ingest.readers.detect import detect_format
from ingest.readers.result import MOST_BYTES
from ingest.readers.zipped import TOO_LARGE, chunks, open_zip
from onprem_rag.errors import ReadError

_MOST_MEMBERS = 10_000
_MOST_BYTES = 1024**3  # inflated, all together
_MOST_RATIO = 200  # text shrinks to a tenth, a spreadsheet to a thirtieth
_RATIO_FROM = 32 * 1024**2  # below this size any ratio is harmless
_DRIVE = re.compile(r"[A-Za-z]:")
_LITTER = frozenset(("__MACOSX", "Thumbs.db", "desktop.ini"))
_UTF_8_NAMES = 0x800


class _Budget:
    """What may still be taken out of one archive and those in it."""

    def __init__(self) -> None:
        self.members = _MOST_MEMBERS
        self.bytes = _MOST_BYTES


def is_archive(data: bytes) -> bool:
    """Whether ``data`` is a ZIP file of other files, not an office format or damaged."""
    try:
        return data.startswith(b"PK") and detect_format(Path(), data) == "zip"
    except ReadError:
        return False


def members(data: bytes) -> Iterator[tuple[str, bytes]]:
    """(name inside, bytes) of each file, also of those in ZIP files one level down.

    Hidden files and what systems leave behind are passed over. Raises ReadError before the first
    where a name, a link or a password forbids the whole, and later for damage and bombs, and at
    the end where there was none.
    """
    empty = True
    for found in _members(data, _Budget(), nested=False):
        empty = False
        yield found
    if empty:
        raise ReadError(
            "압축 파일에 읽을 파일이 없습니다. → 숨김 파일이 아닌 규정 파일을 담아 다시 압축하세요."
        )


def _members(data: bytes, budget: _Budget, nested: bool) -> Iterator[tuple[str, bytes]]:
    with open_zip(data) as archive:
        for name, member in _files(archive, budget).items():
            inner = _inflated(archive, member, name, budget)
            if not is_archive(inner):
                yield name, inner
            elif nested:
                raise ReadError(
                    f"압축 파일이 너무 깊이 들어 있습니다({name}). → 안쪽 압축을 풀어 넣으세요."
                )
            else:
                for below, file in _members(inner, budget, nested=True):
                    yield f"{name}!/{below}", file


def _files(archive: zipfile.ZipFile, budget: _Budget) -> dict[str, zipfile.ZipInfo]:
    """The members that are files, by name; ReadError where one of them is not to be trusted."""
    found: dict[str, zipfile.ZipInfo] = {}
    budget.members -= len(archive.infolist())
    if budget.members < 0:
        raise ReadError(
            f"압축 파일 안의 파일이 {_MOST_MEMBERS:,}개를 넘습니다. → 나누어 압축하세요."
        )
    for member in archive.infolist():
        name = _name(member)
        *folders, last = name.split("/")
        parts = [part for part in (*folders, last) if part not in {"", "."}]  # ./가.txt, a//b.txt
        if ".." in parts or name.startswith("/") or _DRIVE.match(name):
            raise ReadError(
                f"압축 파일 밖을 가리키는 이름이 있습니다({name}). → 파일을 다시 압축하세요."
            )
        if stat.S_ISLNK(member.external_attr >> 16):
            raise ReadError(f"압축 파일에 링크가 있습니다({name}). → 파일을 다시 압축하세요.")
        if last in {"", "."} or any(part[0] == "." or part in _LITTER for part in parts):
            continue
        name = "/".join(parts)
        if member.flag_bits & 0x1:
            raise ReadError(f"암호가 걸린 압축 파일입니다({name}). → 암호 없이 다시 압축하세요.")
        if name in found:
            raise ReadError(f"압축 파일에 같은 이름이 둘 있습니다({name}). → 다시 압축하세요.")
        found[name] = member
    return found


def _name(member: zipfile.ZipInfo) -> str:
    """A member's name; what is not marked as UTF-8 was written by Windows in CP949."""
    name = member.orig_filename
    if not member.flag_bits & _UTF_8_NAMES:
        raw = name.encode("cp437", "replace")
        for encoding in ("utf-8", "cp949"):  # a Mac writes UTF-8 without saying so
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    name = unicodedata.normalize("NFC", name.replace("\\", "/"))
    return "".join(sign if sign.isprintable() else "_" for sign in name)


def _inflated(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, budget: _Budget
) -> bytes:
    """A member's bytes, counted as they come: what the archive says of sizes may be a lie."""
    pieces: list[bytes] = []
    size = 0
    try:
        for piece in chunks(archive, member):
            size += len(piece)
            budget.bytes -= len(piece)
            bomb = size > _RATIO_FROM and size > _MOST_RATIO * max(member.compress_size, 1)
            if bomb or size > MOST_BYTES or budget.bytes < 0:
                raise ReadError(TOO_LARGE)
            pieces.append(piece)
    except ReadError as error:
        raise ReadError(f"{name}: {error}") from error
    return b"".join(pieces)
