"""HWPX: a ZIP of XML, its sections in the order of the package's spine."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator

from ingest.readers.blocks import Block, reading_of
from ingest.readers.hancom.markup import Element, Markup, elements, parsed
from ingest.readers.hancom.numbering import Definition, Head, Numbering, definition_of, number_of
from ingest.readers.hancom.refusals import bloated, locked
from ingest.readers.result import Reading
from ingest.readers.zipped import chunks, open_zip
from onprem_rag.errors import ReadError

MOST_BYTES = 512 * 1024**2  # of all parts that are read
MOST_PART_BYTES = 256 * 1024**2
# Where lines broke when the file was last laid out, and how large cells are: over a third of a
# section, and never text. Parsing goes by the number of elements, so these are cut out before.
_LAYOUT = re.compile(
    rb"<hp:linesegarray>(?:<hp:lineseg [^<>]*>)*</hp:linesegarray>"
    rb"|<hp:cell(?:Sz|Margin) [^<>]*/>"
)
_SECTION = re.compile(r"Contents/section(\d+)\.xml")


def read_hwpx(data: bytes) -> Reading:
    """Body, tables, text boxes and notes in reading order, generated numbers included."""
    with open_zip(data) as archive:
        return reading_of(_blocks(_Parts(archive)))


class _Parts:
    """The parts of the package, inflated within limits: a size that a ZIP declares may lie."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._left = MOST_BYTES
        self.names = frozenset(archive.namelist())

    def read(self, name: str) -> bytes:
        """The part's bytes; empty where there is no such part."""
        if name not in self.names:
            return b""
        info = self._archive.getinfo(name)
        if info.flag_bits & 1:
            raise locked()
        limit = min(self._left, MOST_PART_BYTES)
        content = bytearray()
        for piece in chunks(self._archive, info):
            content += piece
            if len(content) > limit:
                raise bloated()
        self._left -= len(content)
        return bytes(content)


def _blocks(parts: _Parts) -> Iterator[Block]:
    if b"encryption-data" in parts.read("META-INF/manifest.xml"):
        raise locked()
    markup = Markup(_numbering(parts))
    for name in _sections(parts):
        first = True
        for paragraph in elements(_LAYOUT.sub(b"", parts.read(name)), ("{*}p",)):
            section = paragraph.getparent()
            if section is None or section.getparent() is not None:
                continue  # in a table or a box: read with the paragraph that holds it
            if first:
                markup.begin_section(paragraph)
                first = False
            yield from markup.blocks(paragraph)
            paragraph.clear()


def _sections(parts: _Parts) -> list[str]:
    """The sections' names in the spine's order; by their numbers where there is no spine."""
    found: list[str] = []
    package = parts.read("Contents/content.hpf")
    if package:
        tree = parsed(package)
        places = {item.get("id"): item.get("href") or "" for item in tree.iter("{*}item")}
        for reference in tree.iter("{*}itemref"):
            place = places.get(reference.get("idref"), "")
            name = place if place in parts.names else f"Contents/{place}"
            if _SECTION.fullmatch(name) and name in parts.names and name not in found:
                found.append(name)
    if not found:
        numbered = [match for name in parts.names if (match := _SECTION.fullmatch(name))]
        found = [match[0] for match in sorted(numbered, key=lambda match: int(match[1]))]
    if not found:
        raise ReadError("본문이 없는 한글 문서입니다. → 한글에서 열어 다시 저장하세요.")
    return found


def _numbering(parts: _Parts) -> Numbering:
    """The lists, bullets and paragraph shapes of the header."""
    header = parts.read("Contents/header.xml")
    if not header:
        return Numbering({}, {}, {})
    heads: dict[str, Head] = {}
    definitions: dict[str, Definition] = {}
    bullets: dict[str, str] = {}
    for element in elements(header, ("{*}paraPr", "{*}numbering", "{*}bullet")):
        name = element.get("id") or ""
        if element.tag.endswith("}bullet"):
            bullets[name] = element.get("char") or ""
        elif element.tag.endswith("}numbering"):
            definitions[name] = _definition(element)
        else:
            for heading in element.iter("{*}heading"):
                if heading.get("type") in ("OUTLINE", "NUMBER", "BULLET"):
                    heads[name] = Head(
                        heading.get("type") or "",
                        heading.get("idRef") or "",
                        number_of(heading.get("level")),
                    )
        element.clear()
    return Numbering(heads, definitions, bullets)


def _definition(element: Element) -> Definition:
    heads = element.iter("{*}paraHead")
    return definition_of(
        element.get("start"),
        [(head.text, head.get("start"), head.get("numFormat")) for head in heads],
    )
