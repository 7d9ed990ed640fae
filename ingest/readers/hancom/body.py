"""The body of HWP 5: paragraphs, and the controls that their text refers to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ingest.readers.blocks import Block, Cell, Grid
from ingest.readers.hancom.flow import Anchored, Flow, Piece
from ingest.readers.hancom.numbering import Numbering
from ingest.readers.hancom.numerals import FORMS, written
from ingest.readers.hancom.records import (
    CTRL_HEADER,
    EQUATION,
    LIST_HEADER,
    PARA_HEADER,
    PARA_TEXT,
    SHAPE_COMPONENT,
    TABLE,
    Record,
)
from ingest.readers.hancom.refusals import check_depth
from ingest.readers.hancom.symbols import overlapped

# Controls take eight units of the text, most of them with a record of their own; 10, 13 and from
# 24 on are single signs.
_CONTROL = re.compile(r"[\x01-\x09\x0b\x0c\x0e-\x17].{7}|[\x00\x0a\x0d\x18-\x1f]", re.DOTALL)
_WITH_RECORD = frozenset("\x01\x02\x03\x0b\x0c\x0e\x0f\x10\x11\x12\x15\x16\x17")
_SIGNS = {"\t": "\t", "\n": "\n", "\x18": "-", "\x1e": " ", "\x1f": " "}
_SURROGATES = re.compile("[\ud800-\udfff]")
_LEFT_OR_ABOVE = (0, 2)
_HEADER_CELL = 1 << 18
_NUMBERED = range(1, 6)  # footnote, endnote, picture, table, equation; 0 is the page


class Body:
    """Makes blocks of the record trees of the sections, given in order."""

    def __init__(self, numbering: Numbering) -> None:
        self._numbering = numbering
        self._flow = Flow()

    def section(self, records: list[Record]) -> Iterator[Block]:
        """One section's blocks."""
        for record in records:
            if record.tag == PARA_HEADER:
                self._begin(record)
                yield from self._blocks(record, 0)

    def _begin(self, paragraph: Record) -> None:
        """Take the outline numbering where a section begins."""
        for child in paragraph.children:
            if child.tag == CTRL_HEADER and _name(child) == "secd":
                self._numbering.outline = str(child.number("<H", 18))

    def _blocks(self, paragraph: Record, depth: int) -> list[Block]:
        label = self._numbering.label(str(paragraph.number("<H", 8)))
        controls = iter([child for child in paragraph.children if child.tag == CTRL_HEADER])
        pieces: list[Piece] = []
        for child in paragraph.children:
            if child.tag == PARA_TEXT:
                for part in _parts(child.payload):
                    if part[0] in _WITH_RECORD and len(part) == 8:
                        control = next(controls, None)
                        if control is not None:
                            pieces += self._control(control, depth + 1)
                    elif part[0] < " ":
                        pieces.append(_SIGNS.get(part[0], ""))
                    else:
                        pieces.append(part)
        return self._flow.blocks(label, pieces, depth)

    def _control(self, control: Record, depth: int) -> list[Piece]:
        """What a control adds to its paragraph; headers, footers and memos add nothing."""
        name = _name(control)
        if name == "tbl ":
            return [self._table(control, depth)]
        if name == "gso ":
            return [self._shape(control, depth)]
        if name in ("fn  ", "en  "):
            lists = self._lists(control.children, depth)
            number = str(control.number("<H", 4) or 1)
            self._flow.note(number, [block for _, blocks in lists for block in blocks])
        if name == "eqed":
            return [" ".join(child.text(4)[0].split()) for child in _of(control, EQUATION)]
        if name == "tcps":
            text, end = control.text(4)
            return [overlapped(text, bool(control.number("<B", end)))]
        if name == "tdut":
            main, end = control.text(4)
            above = control.text(end)[0]
            return [f"{main}({above})" if above else main]
        if name == "atno":
            return [_automatic(control)]
        return []

    def _lists(self, records: Iterable[Record], depth: int) -> list[tuple[Record, list[Block]]]:
        """Each list's header with the blocks of its paragraphs, which stand behind it."""
        check_depth(depth)
        lists: list[tuple[Record, list[Block]]] = []
        for record in records:
            if record.tag == LIST_HEADER:
                lists.append((record, []))
            elif record.tag == PARA_HEADER and lists:
                lists[-1][1].extend(self._blocks(record, depth))
        return lists

    def _table(self, control: Record, depth: int) -> Anchored:
        """Lists before the TABLE record are captions, those behind it cells."""
        at = next((i for i, c in enumerate(control.children) if c.tag == TABLE), None)
        if at is None:
            return Anchored((), inline=False)
        captions = self._lists(control.children[:at], depth)
        cells = tuple(
            Cell(
                header.number("<H", 10),
                header.number("<H", 8),
                max(1, header.number("<H", 14)),
                max(1, header.number("<H", 12)),
                tuple(blocks),
                bool(header.number("<I", 4) & _HEADER_CELL),
            )
            for header, blocks in self._lists(control.children[at:], depth)
        )
        return _framed(control, captions, [Grid(cells)] if cells else [])

    def _shape(self, control: Record, depth: int) -> Anchored:
        """A text box, or the boxes of a group; lists beside the shape itself are captions."""
        captions = self._lists(control.children, depth)
        blocks: list[Block] = []
        for shape in _of(control, SHAPE_COMPONENT):
            blocks += self._boxes(shape, depth)
        return _framed(control, captions, blocks)

    def _boxes(self, shape: Record, depth: int) -> list[Block]:
        check_depth(depth)
        blocks = [block for _, box in self._lists(shape.children, depth) for block in box]
        for child in _of(shape, SHAPE_COMPONENT):
            blocks += self._boxes(child, depth + 1)
        return blocks


def _framed(
    control: Record, captions: list[tuple[Record, list[Block]]], blocks: list[Block]
) -> Anchored:
    above: list[Block] = []
    below: list[Block] = []
    for header, caption in captions:
        (above if header.number("<I", 8) & 3 in _LEFT_OR_ABOVE else below).extend(caption)
    return Anchored((*above, *blocks, *below), inline=bool(control.number("<I", 4) & 1))


def _name(control: Record) -> str:
    return control.payload[3::-1].decode("latin-1")


def _of(record: Record, tag: int) -> list[Record]:
    return [child for child in record.children if child.tag == tag]


def _automatic(control: Record) -> str:
    """A number that the word processor counts, with the signs around it."""
    attributes = control.number("<I", 4)
    if attributes & 0xF not in _NUMBERED:
        return ""
    number = control.number("<H", 8)
    user, before, after = (_sign(control, offset) for offset in (10, 12, 14))
    code = attributes >> 4 & 0xFF
    form = FORMS[code] if code < len(FORMS) else "DIGIT"
    return before + (user or written(number, form)) + after


def _sign(control: Record, offset: int) -> str:
    code = control.number("<H", offset)
    return chr(code) if code and not 0xD800 <= code < 0xE000 else ""


def _parts(payload: bytes) -> Iterator[str]:
    """Runs of text, and controls: eight units that begin with the control's code."""
    units = len(payload) // 2
    wide = bytearray(4 * units)  # each unit as a character of its own, so that counts hold
    wide[0::4] = payload[0 : 2 * units : 2]
    wide[1::4] = payload[1 : 2 * units : 2]
    text = wide.decode("utf-32-le", "surrogatepass")
    at = 0
    for control in _CONTROL.finditer(text):
        if control.start() > at:
            yield _joined(text[at : control.start()])
        yield control[0]
        at = control.end()
    if at < len(text):
        yield _joined(text[at:])


def _joined(text: str) -> str:
    """Surrogate pairs as the character they stand for; lone ones as a replacement sign."""
    if not _SURROGATES.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
