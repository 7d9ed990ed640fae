"""DOCX: body, tables, generated numbers, notes and text boxes in reading order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from lxml.etree import _Element

from ingest.readers.blocks import Block, Cell, Grid, reading_of
from ingest.readers.office.numbering import Numbering
from ingest.readers.result import Reading
from ingest.readers.zipped import Package, attribute, child, count_of, local, relations
from onprem_rag.errors import ReadError

# Deleted or moved away, what another program shows instead, phonetic aids, comments.
_LEFT_OUT = frozenset("del moveFrom Fallback rt instrText delText delInstrText".split())
# Content controls, insertions, links: what they hold stands in their place.
_WRAPPERS = frozenset(
    "sdt sdtContent ins moveTo smartTag customXml AlternateContent Choice".split()
)
_SIGNS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_SYMBOLS = dict(zip("\x6f\xa8\x72\x71\xfe\x52\xfc\xe8\xb7", "□□□□☑☑✓→•", strict=True))
_OFF = frozenset(("0", "false", "off"))
_MOST_COLUMNS = 1000
_MOST_BYTES = 100 * 1024 * 1024  # of XML; the tree of it takes twelve times as much
_DAMAGED = "손상된 DOCX 파일입니다. → 워드에서 열어 다시 저장하거나 파일을 다시 복사하세요."


def read_docx(data: bytes) -> Reading:
    """Paragraphs and tables in reading order, tracked changes accepted.

    Raises ReadError for damaged files. Headers and footers are left out.
    """
    package = Package(data, _MOST_BYTES)
    main = _main_part(package)
    parts = dict(relations(package, main).values())
    folder = main.rpartition("/")[0]

    def part(kind: str) -> _Element | None:
        name = parts.get(kind, f"{folder}/{kind}.xml")
        root = package.xml(name)
        if root is None and name in package.names:  # numbers or notes would be missing
            raise ReadError(_DAMAGED)
        return root

    body = child(package.xml(main), "body")
    if body is None:
        raise ReadError(_DAMAGED)
    notes = {kind: _by_id(part(kind)) for kind in ("footnotes", "endnotes")}
    walker = _Walker(Numbering(part("numbering"), part("styles")), notes)
    return reading_of(walker.blocks(body))


def _main_part(package: Package) -> str:
    for kind, name in relations(package, "").values():
        if kind == "officeDocument" and name in package.names:
            return name
    names = sorted(name for name in package.names if name.startswith("word/document"))
    return next((name for name in names if name.endswith(".xml")), "word/document.xml")


def _by_id(notes: _Element | None) -> dict[str | None, _Element]:
    return {attribute(note, "id"): note for note in notes} if notes is not None else {}


@dataclass(slots=True)
class _Line:
    """A paragraph in the making: its words, the boxes in it and the notes it refers to."""

    text: list[str]
    boxes: list[_Element]
    notes: list[tuple[str, str | None]]


class _Walker:
    """Makes blocks of elements; the numbers and notes are counted along the way."""

    def __init__(self, numbering: Numbering, notes: dict[str, dict[str | None, _Element]]) -> None:
        self._numbering = numbering
        self._notes = notes
        self._counts = dict.fromkeys(notes, 0)
        self._waiting: list[Block] = []  # notes, until the body's paragraph or table is done

    def blocks(self, parent: _Element, inside: bool = False) -> Iterator[Block]:
        """The blocks in a body, a cell, a box or a note; ``inside``: not in the body itself."""
        line = _Line([], [], [])
        for element in _opened(parent):
            name = local(element)
            if name == "p":
                _collect(element, line)
                if child(element, "pPr", "rPr", "del") is not None:
                    continue  # a tracked change has deleted its end: the next one goes on with it
                yield from self._shown(line, self._numbering.before(child(element, "pPr")))
            elif name == "tbl":
                yield from self._shown(line)
                yield self._grid(element)
            else:
                continue
            line = _Line([], [], [])
            if not inside:
                yield from self._told()
        yield from self._shown(line)
        if not inside:
            yield from self._told()

    def _told(self) -> list[Block]:
        told, self._waiting = self._waiting, []
        return told

    def _shown(self, line: _Line, number: str = "") -> Iterator[Block]:
        text = "".join(line.text)
        if text.strip():
            yield number + (text.lstrip("\n") if number else text)  # a page break before it
        elif any(sign.isalnum() for sign in number):  # a cell that holds its number only
            yield number
        for box in line.boxes:
            yield from self.blocks(box, inside=True)
        for kind, identity in line.notes:
            self._note(kind, identity)

    def _note(self, kind: str, identity: str | None) -> None:
        note = self._notes[kind].pop(identity, None)  # once, and none within itself
        if note is None:
            return
        self._counts[kind] += 1
        name = "주" if kind == "footnotes" else "미주"
        first, *rest = [block for block in self.blocks(note, inside=True) if block] or [""]
        if not isinstance(first, str):
            first, rest = "", [first, *rest]
        self._waiting += [f"{name} {self._counts[kind]}) {first.strip()}", *rest]

    def _grid(self, table: _Element) -> Grid:
        cells: list[Cell] = []
        above: dict[int, int] = {}  # column → the cell that goes on downwards
        header = True
        row = 0
        for element in _opened(table):
            properties = child(element, "trPr")
            if local(element) != "tr" or child(properties, "del") is not None:
                continue
            header = header and _is_set(child(properties, "tblHeader"))
            column = _count(child(properties, "gridBefore"), 0)
            for cell in _opened(element):
                if local(cell) == "tc":
                    column = self._cell(cell, row, column, header, cells, above)
            row += 1
        return Grid(tuple(cells))

    def _cell(
        self,
        element: _Element,
        row: int,
        column: int,
        header: bool,
        cells: list[Cell],
        above: dict[int, int],
    ) -> int:
        """Add a cell, or lengthen the one that it goes on with; the next cell's column."""
        properties = child(element, "tcPr")
        span = _count(child(properties, "gridSpan"), 1)
        if attribute(child(properties, "hMerge"), "val") == "continue" and cells:
            cells[-1] = replace(cells[-1], columns=cells[-1].columns + span)
            return column + span
        merge = child(properties, "vMerge")
        restart = merge is None or attribute(merge, "val") == "restart"
        blocks = tuple(self.blocks(element, inside=True))
        at = above.get(column)
        if not restart and at is not None and cells[at].row + cells[at].rows == row:
            own = cells[at]  # what stands in a covered cell can't be seen
            cells[at] = replace(own, rows=own.rows + 1)
        else:
            cells.append(Cell(row, column, 1, span, blocks, header))
            above.pop(column, None)
            if merge is not None:
                above[column] = len(cells) - 1
        return column + span


def _opened(parent: _Element) -> Iterator[_Element]:
    """The children, with those of what merely wraps them in its place."""
    waiting = [iter(parent)]
    while waiting:
        element = next(waiting[-1], None)
        if element is None:
            waiting.pop()
        elif local(element) in _WRAPPERS:
            waiting.append(iter(element))
        elif local(element) not in _LEFT_OUT:
            yield element


def _collect(parent: _Element, line: _Line) -> None:
    """The words of a paragraph, as far as they are shown."""
    waiting = [iter(parent)]
    while waiting:
        element = next(waiting[-1], None)
        if element is None:
            waiting.pop()
            continue
        name = local(element)
        if name == "t":
            line.text.append(element.text or "")
        elif name in _SIGNS:
            line.text.append(_SIGNS[name])
        elif name == "sym":
            line.text.append(_symbol(element))
        elif name in {"footnoteReference", "endnoteReference"}:
            line.notes.append((name.removesuffix("Reference") + "s", attribute(element, "id")))
        elif name == "txbxContent":
            line.boxes.append(element)
        elif name not in _LEFT_OUT and name != "pPr" and not _is_hidden(element):
            waiting.append(iter(element))


def _is_hidden(element: _Element) -> bool:
    return local(element) == "r" and _is_set(child(element, "rPr", "vanish"))


def _is_set(element: _Element | None) -> bool:
    return element is not None and attribute(element, "val") not in _OFF


def _symbol(element: _Element) -> str:
    """A sign of a symbol font, where it has a letter of its own."""
    try:
        code = int(attribute(element, "char") or "", 16)
    except ValueError:
        return ""
    if 0xF000 <= code <= 0xF0FF:
        return _SYMBOLS.get(chr(code - 0xF000), "")
    return chr(code) if 0x20 <= code < 0xD800 else ""


def _count(element: _Element | None, least: int) -> int:
    return min(max(count_of(attribute(element, "val"), least), least), _MOST_COLUMNS)
