"""Zip files and the XML in them, read so that no bomb goes off."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from typing import TypeVar

from lxml import etree

from onprem_rag.errors import ReadError

MOST_INFLATED = 256 * 1024 * 1024  # of one file's parts
_CHUNK = 1024 * 1024
# zipfile makes an object of each entry before anyone can count them: a million are half a GB.
_MOST_ENTRIES = 50_000
_ENTRY = b"PK\x01\x02"
# Of the others zipfile inflates a megabyte at once, whatever size is asked for: a bomb goes off.
_STREAMED = frozenset((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
_Otherwise = TypeVar("_Otherwise")
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,  # NotImplementedError: a way of compressing that nobody else knows
)

TOO_LARGE = "압축을 풀면 너무 큰 파일입니다. → 내용을 나누어 여러 파일로 저장하세요."
_DAMAGED = "압축 구조가 손상된 파일입니다. → 원본 프로그램에서 열어 다시 저장하세요."
_RARE = "드문 방식으로 압축된 파일입니다. → 보통의 ZIP(Deflate)으로 다시 압축하세요."
_CROWDED = "압축 파일 안의 항목이 너무 많습니다. → 나누어 압축하세요."
_LOCKED = "암호가 걸린 파일입니다. → 암호를 풀고 다시 저장하세요."


def open_zip(data: bytes) -> zipfile.ZipFile:
    """The zip file in ``data``. Raises ReadError where it is none."""
    if data.count(_ENTRY) > _MOST_ENTRIES:
        raise ReadError(_CROWDED)
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise ReadError(_DAMAGED) from error


def chunks(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """What a member really inflates to, piece by piece. Raises ReadError for damaged ones."""
    if member.flag_bits & 0x1:
        raise ReadError(_LOCKED)
    if member.compress_type not in _STREAMED:
        raise ReadError(_RARE)
    try:
        with archive.open(member) as file:
            while chunk := file.read(_CHUNK):
                yield chunk
    except _BROKEN as error:
        raise ReadError(_DAMAGED) from error


class Package:
    """The parts of an office file, by name; those read inflate to ``most`` bytes together."""

    def __init__(self, data: bytes, most: int = MOST_INFLATED) -> None:
        self._archive = open_zip(data)
        self._left = most
        self.names = frozenset(self._archive.namelist())

    def read(self, name: str) -> bytes:
        """One part. Raises ReadError for a bomb, KeyError where there is no such part."""
        pieces = []
        for piece in chunks(self._archive, self._archive.getinfo(name)):
            self._left -= len(piece)
            if self._left < 0:
                raise ReadError(TOO_LARGE)
            pieces.append(piece)
        return b"".join(pieces)

    def xml(self, name: str) -> etree._Element | None:
        """The root of one part; None where it is missing or no XML."""
        try:
            return parse_xml(self.read(name))
        except (KeyError, etree.XMLSyntaxError):
            return None


def parse_xml(data: bytes) -> etree._Element:
    """The root element, no entity of the file's own expanded. Raises XMLSyntaxError."""
    refuse_types(data)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    return etree.fromstring(data, parser)


def refuse_types(data: bytes) -> None:
    """ReadError where XML declares entities: no office program does, an attack does."""
    mark = "<!DOCTYPE"
    if any(mark.encode(encoding) in data for encoding in ("ascii", "utf-16-le", "utf-16-be")):
        raise ReadError(
            "오피스 프로그램이 만들지 않는 선언(DOCTYPE)이 들어 있어 읽지 않습니다. "
            "→ 원본 프로그램에서 열어 다시 저장하세요."
        )


def local(element: etree._Element) -> str:
    """An element's name without its namespace; strict and transitional files differ in those."""
    return str(element.tag).rpartition("}")[2]


def attribute(element: etree._Element | None, name: str) -> str | None:
    """An attribute's value, whatever namespace it is in."""
    if element is not None:
        for key, value in element.attrib.items():
            if str(key).rpartition("}")[2] == name:
                return str(value)
    return None


def count_of(text: str | None, otherwise: _Otherwise) -> int | _Otherwise:
    """A count as a file gives it; ``otherwise`` for none and for what is larger than any."""
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else otherwise


def child(element: etree._Element | None, *path: str) -> etree._Element | None:
    """The first child of each name in turn; None where one is missing."""
    for name in path:
        if element is None:
            return None
        element = next((one for one in element if local(one) == name), None)
    return element


def relations(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """What a part refers to: id → (kind, such as ``numbering``; name of the part)."""
    folder, _, name = part.rpartition("/")
    root = package.xml(f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels")
    found = {}
    for one in root if root is not None else ():
        target = one.get("Target") or ""
        if one.get("TargetMode") != "External":
            kind = (one.get("Type") or "").rpartition("/")[2]
            found[one.get("Id") or ""] = (kind, _resolved(folder, target))
    return found


def _resolved(folder: str, target: str) -> str:
    parts = [] if target.startswith("/") else folder.split("/") if folder else []
    for step in target.split("/"):
        if step == "..":
            parts = parts[:-1]
        elif step not in {"", "."}:
            parts.append(step)
    return "/".join(parts)
