"""Paragraphs of HWPX and HWPML: the same elements under two spellings, read by one walker."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import lru_cache

from lxml import etree

from ingest.readers.blocks import Block, Cell, Grid
from ingest.readers.hancom.flow import Anchored, Flow, Piece
from ingest.readers.hancom.numbering import Numbering, number_of
from ingest.readers.hancom.numerals import form_of, written
from ingest.readers.hancom.refusals import check_depth, damaged
from ingest.readers.hancom.symbols import overlapped
from onprem_rag.errors import ReadError

Element = etree._Element

# What an element is, by its name in HWPX and in HWPML. Elements that aren't named here hold no
# text of the body: line breaks as laid out, headers, footers, memos, hidden comments, forms.
_KINDS = {
    "run TEXT": "run",
    "ctrl switch default DRAWINGOBJECT SHAPEOBJECT": "inside",
    "t CHAR": "text",
    "tbl TABLE": "table",
    "tr ROW": "row",
    "tc CELL": "cell",
    "p P": "paragraph",
    "subList PARALIST": "list",
    "cellAddr": "address",
    "cellSpan": "span",
    "pos POSITION": "position",
    "caption CAPTION": "caption",
    "drawText DRAWTEXT": "box",
    "rect ellipse polygon curve arc line connectLine pic ole container textart": "shape",
    "RECTANGLE ELLIPSE POLYGON CURVE ARC LINE CONNECTLINE PICTURE OLE CONTAINER TEXTART": "shape",
    "equation EQUATION": "equation",
    "compose COMPOSE": "compose",
    "dutmal DUTMAL": "ruby",
    "footNote endNote FOOTNOTE ENDNOTE": "note",
    "autoNum AUTONUM": "number",
    "tab TAB": "tab",
    "lineBreak LINEBREAK": "break",
    "nbSpace fwSpace NBSPACE FWSPACE": "space",
    "hyphen HYPHEN HYPEN": "hyphen",
    "deleteBegin DELETEBEGIN": "deleted",
    "deleteEnd DELETEEND": "kept",
}
_KIND_OF = {name: kind for names, kind in _KINDS.items() for name in names.split()}
_SIGNS = {"tab": "\t", "break": "\n", "space": " ", "hyphen": "-"}
_COUNTED = {"FOOTNOTE", "ENDNOTE", "PICTURE", "FIGURE", "TABLE", "EQUATION"}  # pages aren't


@lru_cache(maxsize=1024)
def kind_of(tag: object) -> str:
    """What the element of this tag is; empty for what isn't read."""
    return _KIND_OF.get(tag.rpartition("}")[2], "") if isinstance(tag, str) else ""


def parsed(data: bytes) -> Element:
    """The tree of a small part. Raises ReadError for damaged XML and for entities."""
    refuse_entities(data)
    try:
        return etree.fromstring(
            data,
            etree.XMLParser(
                resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
            ),
        )
    except etree.XMLSyntaxError as error:
        raise damaged() from error


def elements(data: bytes, tags: tuple[str, ...], *, huge: bool = False) -> Iterator[Element]:
    """The elements of these tags as they end. ``huge``: one text may be over 10 MB."""
    refuse_entities(data)
    try:
        for _, element in etree.iterparse(
            io.BytesIO(data),
            tag=tags,
            resolve_entities=False,
            no_network=True,
            remove_comments=True,
            remove_pis=True,
            huge_tree=huge,
        ):
            yield element
    except etree.XMLSyntaxError as error:
        raise damaged() from error


def refuse_entities(data: bytes) -> None:
    """ReadError where XML declares entities: Hangul never does, an attack does."""
    mark = "<!ENTITY"
    if any(mark.encode(encoding) in data for encoding in ("ascii", "utf-16-le", "utf-16-be")):
        raise ReadError(
            "한글이 만들지 않는 선언(ENTITY)이 들어 있어 읽지 않습니다. "
            "→ 한글에서 열어 다시 저장하세요."
        )


class Markup:
    """Makes blocks of paragraphs, given in reading order."""

    def __init__(self, numbering: Numbering) -> None:
        self._numbering = numbering
        self._flow = Flow()
        self._deleted = False  # inside a tracked deletion

    def begin_section(self, first: Element) -> None:
        """Take the section's outline numbering from its first paragraph."""
        for section in first.iter("{*}secPr", "SECDEF"):
            self._numbering.outline = _get(section, "outlineShapeIDRef", "OutlineShape")
            return

    def blocks(self, paragraph: Element, depth: int = 0) -> list[Block]:
        """One paragraph with all that is anchored in it."""
        label = self._numbering.label(_get(paragraph, "paraPrIDRef", "ParaShape"))
        pieces: list[Piece] = []
        for child in paragraph:
            if kind_of(child.tag) == "run":
                self._collect(child, pieces, depth)
        self._deleted = False  # each paragraph marks its own deletions
        return self._flow.blocks(label, pieces, depth) if pieces or label.text else []

    def _collect(self, parent: Element, pieces: list[Piece], depth: int) -> None:
        for child in parent:
            kind = kind_of(child.tag)
            if kind == "text":
                text = self._text(child)
                if text:
                    pieces.append(text)
            elif not kind or self._deleted:
                continue
            elif kind == "inside":
                self._collect(child, pieces, depth)
            elif kind == "table":
                pieces.append(self._table(child, depth + 1))
            elif kind == "shape":
                pieces.append(self._shape(child, depth + 1))
            elif kind == "note":
                number = _get(child, "number", "Number") or "1"
                self._flow.note(number, self._list(child, depth + 1))
            else:
                pieces.append(_sign(kind, child))

    def _text(self, element: Element) -> str:
        """The text of a run, without what a tracked change has deleted."""
        text = "" if self._deleted else element.text or ""
        if not len(element):
            return text
        parts = [text]
        for child in element:
            kind = kind_of(child.tag)
            if kind in ("deleted", "kept"):
                self._deleted = kind == "deleted"
            if not self._deleted:
                parts += (_SIGNS.get(kind, ""), child.tail or "")
        return "".join(parts)

    def _list(self, holder: Element, depth: int) -> list[Block]:
        """The paragraphs of what holds them: a cell, a note, a caption, a text box."""
        check_depth(depth)
        blocks: list[Block] = []
        for child in holder:
            if kind_of(child.tag) == "list":
                for paragraph in child:
                    if kind_of(paragraph.tag) == "paragraph":
                        blocks += self.blocks(paragraph, depth)
        return blocks

    def _table(self, table: Element, depth: int) -> Anchored:
        cells: list[Cell] = []
        frame = _Frame()
        for child in table:
            kind = kind_of(child.tag)
            if kind == "row":
                cells += [self._cell(cell, depth) for cell in child if kind_of(cell.tag) == "cell"]
            else:
                self._frame(child, kind, frame, depth)
        return frame.around([Grid(tuple(cells))] if cells else [])

    def _cell(self, cell: Element, depth: int) -> Cell:
        place = span = cell  # HWPML has the numbers on the cell itself
        for child in cell:
            kind = kind_of(child.tag)
            if kind == "address":
                place = child
            elif kind == "span":
                span = child
        return Cell(
            number_of(_get(place, "rowAddr", "RowAddr")),
            number_of(_get(place, "colAddr", "ColAddr")),
            max(1, number_of(_get(span, "rowSpan", "RowSpan"))),
            max(1, number_of(_get(span, "colSpan", "ColSpan"))),
            tuple(self._list(cell, depth)),
            _get(cell, "header", "Header") in ("1", "true"),
        )

    def _shape(self, shape: Element, depth: int) -> Anchored:
        """The text in a shape, and in the shapes of a group."""
        check_depth(depth)
        frame = _Frame()
        blocks: list[Block] = []
        art = _get(shape, "text", "Text")
        if art.strip():
            blocks.append(art)
        for child in shape:
            kind = kind_of(child.tag)
            if kind == "shape":
                blocks += self._shape(child, depth + 1).blocks
            elif kind == "box":
                blocks += self._list(child, depth)
            else:
                self._frame(child, kind, frame, depth)
                if kind == "inside":
                    for box in child:
                        if kind_of(box.tag) == "box":
                            blocks += self._list(box, depth)
        return frame.around(blocks)

    def _frame(self, child: Element, kind: str, frame: _Frame, depth: int) -> None:
        """What tables and shapes share: caption and place."""
        if kind == "position":
            frame.inline = _get(child, "treatAsChar", "TreatAsChar") in ("1", "true")
        elif kind == "caption":
            above = _get(child, "side", "Side").upper() in ("TOP", "LEFT")
            (frame.above if above else frame.below).extend(self._list(child, depth))
        elif kind == "inside":  # HWPML keeps both one level deeper
            for inner in child:
                self._frame(inner, kind_of(inner.tag), frame, depth)


class _Frame:
    """Where a table or shape stands, and its caption."""

    def __init__(self) -> None:
        self.inline = False
        self.above: list[Block] = []
        self.below: list[Block] = []

    def around(self, blocks: list[Block]) -> Anchored:
        return Anchored((*self.above, *blocks, *self.below), self.inline)


def _sign(kind: str, element: Element) -> str:
    """The text of a control that stands in the line like a letter."""
    if kind == "equation":
        return " ".join(_inner(element, "script", "SCRIPT").split())
    if kind == "compose":
        text = _get(element, "composeText", "ComposeText") or element.text or ""
        return overlapped(text, "CIRCLE" in _get(element, "circleType", "CircleType").upper())
    if kind == "ruby":
        above = _inner(element, "subText", "SUBTEXT")
        return _inner(element, "mainText", "MAINTEXT") + (f"({above})" if above else "")
    if kind == "number":
        return _automatic(element)
    return _SIGNS.get(kind, "")


def _automatic(element: Element) -> str:
    """A number that the word processor counts: of a note, a picture, a table."""
    if _get(element, "numType", "NumberType").upper() not in _COUNTED:
        return ""
    number = _get(element, "num", "Number")
    for form in element:
        shape = form_of(_get(form, "type", "Type") or "DIGIT")
        sign = _get(form, "userChar", "UserChar")
        text = sign if sign else written(number_of(number), shape)
        return (
            _get(form, "prefixChar", "PrefixChar") + text + _get(form, "suffixChar", "SuffixChar")
        )
    return number


def _inner(element: Element, *names: str) -> str:
    for child in element:
        if isinstance(child.tag, str) and child.tag.rpartition("}")[2] in names:
            return child.text or ""
    return ""


def _get(element: Element, name: str, other: str) -> str:
    """An attribute under its name in HWPX or in HWPML."""
    return element.get(name) or element.get(other) or ""
