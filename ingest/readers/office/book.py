"""The cells of an XLSX file as its sheets show them."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from ingest.readers.office.values import known_format, shown
from ingest.readers.zipped import (
    Package,
    attribute,
    child,
    count_of,
    local,
    refuse_types,
    relations,
)
from onprem_rag.errors import ReadError

MOST_CELLS = 1_000_000  # of a file, filled
TOO_MANY = "칸이 너무 많은 엑셀 파일입니다. → 파일을 나누어 저장하세요."
_MOST_COLUMNS = 16_384
_DAMAGED = "손상된 XLSX 파일입니다. → 엑셀에서 열어 다시 저장하세요."


@dataclass(slots=True)
class CellGrid:
    """One sheet: its filled cells by (row, column) from 0, and what was merged."""

    name: str
    cells: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(
        default_factory=list
    )  # top, left, rows, columns
    unknown: int = 0  # formulas whose result the file does not hold


class Workbook:
    """The parts of a file that say what its cells show."""

    def __init__(self, data: bytes) -> None:
        self._package = Package(data)
        main = next(
            (
                name
                for kind, name in relations(self._package, "").values()
                if kind == "officeDocument" and name in self._package.names
            ),
            "xl/workbook.xml",
        )
        root = self._package.xml(main)
        if root is None:
            raise ReadError(_DAMAGED)
        self._root = root
        self._parts = relations(self._package, main)
        names = dict(self._parts.values())
        self._texts = self._shared(names.get("sharedStrings", "xl/sharedStrings.xml"))
        self._formats = _formats(self._package.xml(names.get("styles", "xl/styles.xml")))
        dates = attribute(child(root, "workbookPr"), "date1904")
        self._from_1904 = dates in {"1", "true"}
        self._left = MOST_CELLS

    def grids(self) -> Iterator[CellGrid]:
        """The sheets that are not hidden, in order."""
        sheets = child(self._root, "sheets")
        for sheet in sheets if sheets is not None else ():
            _, part = self._parts.get(attribute(sheet, "id") or "", ("", ""))
            if (attribute(sheet, "state") or "visible") == "visible" and "chart" not in part:
                yield self._grid(attribute(sheet, "name") or "", part)

    def _grid(self, name: str, part: str) -> CellGrid:
        grid = CellGrid(name)
        row = column = -1
        names = ("{*}row", "{*}c", "{*}mergeCell")
        for event, element in self._elements(part, names):
            kind = local(element)
            if kind == "row" and event == "start":
                row, column = max(count_of(element.get("r"), row + 2) - 1, 0), -1
            elif kind == "c" and event == "end":
                named = _column(element.get("r"))
                column = column + 1 if named is None else named
                self._take(element, grid, row, column)
            elif kind == "mergeCell" and event == "end":
                grid.merged += _range(element.get("ref") or "")
            if kind == "row" and event == "end":
                element.clear()
        return grid

    def _take(self, cell: etree._Element, grid: CellGrid, row: int, column: int) -> None:
        text = self._value(cell)
        if text.strip() and column < _MOST_COLUMNS:
            grid.cells[row, column] = unicodedata.normalize("NFC", text.strip())
            self._left -= 1
            if self._left < 0:
                raise ReadError(TOO_MANY)
        elif not text and cell.get("t") != "str" and child(cell, "f") is not None:
            grid.unknown += 1

    def _value(self, cell: etree._Element) -> str:
        kind = cell.get("t") or "n"
        if kind == "inlineStr":
            return _words(child(cell, "is"))
        value = child(cell, "v")
        text = (value.text or "") if value is not None else ""
        if kind == "s":
            at = count_of(text, len(self._texts))
            return self._texts[at] if at < len(self._texts) else ""
        if kind == "b":
            return "TRUE" if text == "1" else "FALSE"
        if kind != "n" or not text:
            return text
        style = count_of(cell.get("s"), 0)
        code = self._formats[style] if style < len(self._formats) else "General"
        return shown(text, code, self._from_1904)

    def _shared(self, part: str) -> list[str]:
        if part not in self._package.names:
            return []
        texts = []
        for event, element in self._elements(part, ("{*}si",)):
            if event == "end":
                texts.append(_words(element))
                element.clear()
        return texts

    def _elements(self, part: str, names: tuple[str, ...]) -> Iterator[tuple[str, etree._Element]]:
        """The elements of these names, while the part is being parsed."""
        try:
            data = self._package.read(part)
            refuse_types(data)
            yield from etree.iterparse(
                io.BytesIO(data),
                events=("start", "end"),
                tag=names,
                resolve_entities=False,
                no_network=True,
                remove_comments=True,
                remove_pis=True,
            )
        except (KeyError, etree.XMLSyntaxError) as error:
            raise ReadError(_DAMAGED) from error


def _words(element: etree._Element | None) -> str:
    """The text of a string in its runs, without how it is read aloud."""
    parts = []
    for one in element if element is not None else ():
        if local(one) == "t":
            parts.append(one.text or "")
        elif local(one) == "r" and (text := child(one, "t")) is not None:
            parts.append(text.text or "")
    return "".join(parts)


def _formats(styles: etree._Element | None) -> list[str]:
    """The number format of each cell style."""
    own = {
        count_of(one.get("numFmtId"), 0): one.get("formatCode") or "General"
        for one in _children(styles, "numFmts")
    }
    identities = [count_of(one.get("numFmtId"), 0) for one in _children(styles, "cellXfs")]
    return [own.get(identity) or known_format(identity) for identity in identities]


def _children(parent: etree._Element | None, name: str) -> list[etree._Element]:
    found = child(parent, name)
    return list(found) if found is not None else []


def _column(reference: str | None) -> int | None:
    """The column of ``AB12``, from 0."""
    column = 0
    for sign in (reference or "").upper()[:4]:
        if not "A" <= sign <= "Z":
            break
        column = column * 26 + ord(sign) - ord("A") + 1
    return column - 1 if column else None


def _range(reference: str) -> list[tuple[int, int, int, int]]:
    """Top, left, rows and columns of ``B2:C5``."""
    corners = []
    for corner in reference.replace("$", "").split(":")[:2]:
        row = count_of(corner.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), 0)
        column = _column(corner)
        if not row or column is None:
            return []
        corners.append((row - 1, column))
    (top, left), (bottom, right) = corners[0], corners[-1]
    return [(top, left, bottom - top + 1, right - left + 1)]
