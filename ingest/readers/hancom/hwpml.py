"""HWPML 2: the document as one XML file (.hml, or .hwp saved as such)."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.readers.blocks import Block, reading_of
from ingest.readers.hancom.markup import Element, Markup, elements
from ingest.readers.hancom.numbering import Definition, Head, Numbering, definition_of, number_of
from ingest.readers.result import Reading
from onprem_rag.errors import ReadError

_HEAD = ("PARASHAPE", "NUMBERING", "BULLET")
_KINDS = {"Outline": "OUTLINE", "Number": "NUMBER", "Bullet": "BULLET"}


def read_hwpml(data: bytes) -> Reading:
    """Body, tables, text boxes and notes in reading order, generated numbers included."""
    reading = reading_of(_blocks(data))
    if not reading.text:
        raise ReadError("본문이 없는 HWPML 문서입니다. → 한글에서 열어 HWPX로 다시 저장하세요.")
    return reading


def _blocks(data: bytes) -> Iterator[Block]:
    heads: dict[str, Head] = {}
    definitions: dict[str, Definition] = {}
    bullets: dict[str, str] = {}
    markup = Markup(Numbering(heads, definitions, bullets))  # filled before the body comes
    current: Element | None = None
    # A picture is one text here, of more than the 10 MB that are usual.
    for element in elements(data, (*_HEAD, "P"), huge=True):
        if element.tag == "P":
            section = element.getparent()
            if section is None or section.tag != "SECTION":
                continue  # in a table or a box: read with the paragraph that holds it
            if section is not current:
                markup.begin_section(element)
                current = section
            yield from markup.blocks(element)
        elif element.tag == "BULLET":
            bullets[element.get("Id") or ""] = element.get("Char") or ""
        elif element.tag == "NUMBERING":
            definitions[element.get("Id") or ""] = _definition(element)
        elif element.get("HeadingType") in _KINDS:
            heads[element.get("Id") or ""] = Head(
                _KINDS[element.get("HeadingType") or ""],
                element.get("Heading") or "",
                number_of(element.get("Level")),
            )
        element.clear()


def _definition(element: Element) -> Definition:
    heads = element.iter("PARAHEAD")
    return definition_of(
        element.get("Start"),
        [(head.text, head.get("Start"), head.get("NumberFormat")) for head in heads],
    )
