"""HWP 5: an OLE compound file of compressed record streams."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator

import olefile

from ingest.readers.blocks import Block, reading_of
from ingest.readers.hancom.body import Body
from ingest.readers.hancom.docinfo import numbering_of
from ingest.readers.hancom.protected import opened
from ingest.readers.hancom.records import MOST_BYTES, inflated, tree
from ingest.readers.hancom.refusals import bloated, damaged, locked
from ingest.readers.result import Reading
from onprem_rag.errors import ReadError

_SIGNATURE = b"HWP Document File"
_COMPRESSED, _PASSWORD, _DISTRIBUTED, _DRM = 1, 2, 4, 16
_CERTIFICATE, _CERTIFICATE_DRM = 0x100, 0x400
_SECTION = re.compile(r"Section(\d+)")


def read_hwp5(data: bytes) -> Reading:
    """Body, tables, text boxes and notes in reading order, generated numbers included."""
    with _opened(data) as archive:
        return reading_of(_blocks(archive))


def _opened(data: bytes) -> olefile.OleFileIO:
    try:
        return olefile.OleFileIO(io.BytesIO(data))
    except (OSError, ValueError, IndexError, RecursionError, struct.error) as error:
        raise damaged() from error


def _blocks(archive: olefile.OleFileIO) -> Iterator[Block]:
    flags = _flags(archive)
    folder = "ViewText" if flags & _DISTRIBUTED else "BodyText"
    compressed = bool(flags & _COMPRESSED)
    body = Body(numbering_of(tree(_stream(archive, "DocInfo", compressed))))
    left = 2 * MOST_BYTES
    for name in _sections(archive, folder):
        content = _stream(archive, name, compressed, protected=folder == "ViewText")
        left -= len(content)
        if left < 0:
            raise bloated()
        yield from body.section(tree(content))


def _flags(archive: olefile.OleFileIO) -> int:
    """The file header's attributes. Raises ReadError for what can't be opened without a key."""
    if not archive.exists("FileHeader"):
        raise ReadError(
            "한글 문서가 아닌 복합 파일입니다. → 원본 프로그램에서 HWPX나 DOCX로 저장하세요."
        )
    header = _content(archive, "FileHeader")
    if not header.startswith(_SIGNATURE) or len(header) < 40:
        raise damaged()
    (flags,) = struct.unpack_from("<I", header, 36)
    if flags & (_PASSWORD | _CERTIFICATE):
        raise locked()
    if flags & (_DRM | _CERTIFICATE_DRM):
        raise ReadError(
            "DRM으로 보안된 한글 문서입니다. → 보안을 해제한 뒤 한글에서 다시 저장하세요."
        )
    return int(flags)


def _sections(archive: olefile.OleFileIO, folder: str) -> list[str]:
    numbers = [
        int(match[1])
        for path in archive.listdir()
        if len(path) == 2 and path[0] == folder and (match := _SECTION.fullmatch(path[1]))
    ]
    if not numbers:
        raise damaged()
    return [f"{folder}/Section{number}" for number in sorted(numbers)]


def _stream(
    archive: olefile.OleFileIO, name: str, compressed: bool, *, protected: bool = False
) -> bytes:
    content = _content(archive, name)
    if protected:
        content = opened(content)
    return inflated(content) if compressed else content


def _content(archive: olefile.OleFileIO, name: str) -> bytes:
    try:
        return bytes(archive.openstream(name).read())
    except (OSError, ValueError, IndexError) as error:  # missing, or its sectors are no chain
        raise damaged() from error
