"""What of a text is only its layout: signs between cells, and what a table says once more.

A reader that knows tables names the header in each row (``직급: 4급``) and repeats merged cells. A
plain text of the same table says each once, with tabs, bars or line breaks between the cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from onprem_rag.records import Table

_SIGNS = re.compile(r"[\u2500-\u257f｜]|(?<!\S)\|(?!\S)")
_ANGLES = re.compile(r"^[^\S\n]*(?:<[^<>\n]*>[^\S\n]*){2,}$", re.MULTILINE)  # <직급><일비>
_ALONE = re.compile(r"^[^\S\n]*<[^<>\n]*>[^\S\n]*$", re.MULTILINE)
_BORDER = re.compile(r" \| |$")
_NAMED = ": "
_ROW = re.compile(r"(?<=\s)/(?=\s)")  # of a table in a cell
_NAME = re.compile(r"(?<= [/|] )([^/|:]+): ")  # of a cell in such a row


class Spare(NamedTuple):
    """A part of a text that another layout of it may leave out.

    ``sure``: whether no layout but this one needs it; else it may be a cell like the one above.
    """

    start: int
    end: int
    sure: bool = True


class _Cell(NamedTuple):
    """Where the names before a cell stand in the line of its row, and the cell itself."""

    start: int
    named: int
    end: int


def has_signs(text: str) -> bool:
    """Whether ``text`` has signs that part cells."""
    return bool(_SIGNS.search(text) or _ANGLES.search(text))


def spares_of(text: str, tables: Iterable[tuple[int, Table]]) -> list[Spare]:
    """What another layout of ``text`` may leave out, in order and apart from each other.

    ``tables``: each with the place in ``text`` at which it starts.
    """
    found = [Spare(*sign.span()) for sign in _SIGNS.finditer(text)]
    if _ANGLES.search(text):
        lines = [line.span() for each in (_ANGLES, _ALONE) for line in each.finditer(text)]
        found += [Spare(at, at + 1) for line in lines for at in range(*line) if text[at] in "<>"]
    for start, table in tables:
        lines_of = text[start : start + table.end - table.start].split("\n")
        found += [
            Spare(start + begin, start + end, sure)
            for begin, end, sure in _of_table(lines_of, table)
        ]
    apart: list[Spare] = []
    for spare in sorted(found):
        if not apart or spare.start >= apart[-1].end:
            apart.append(spare)
    return apart


def _of_table(lines: Sequence[str], table: Table) -> Iterator[Spare]:
    header = {cell for row in table.rows[: table.header] for cell in row if cell}
    going_on = _going_on(table)
    rows = _rows_with_lines(table, going_on)
    if len(rows) != len(lines):  # what the text says is not what the grid does
        rows = [0] * len(lines)
    start = 0
    for line, row in zip(lines, rows, strict=True):
        cells = table.rows[row]
        if row >= table.header > 0 and cells[0] == table.rows[0][0]:
            header.update(filter(None, cells))  # the table goes on below with other names
        column = 0
        for cell in _cells_in(line, set(cells), header or set(cells)):
            # Where no header says them, the names in a row are cells of it.
            begin = cell.start if header else max(cell.start, cell.named - len(_NAMED))
            yield Spare(start + begin, start + cell.named)
            value = line[cell.named : cell.end]
            if value in cells[column:]:
                column = cells.index(value, column) + 1
                if (row, column - 1) in going_on:
                    yield Spare(start + cell.named, start + cell.end, table.merged is not None)
            yield from (Spare(start + a, start + b) for a, b in _inside(line, cell))
        start += len(line) + 1


def _rows_with_lines(table: Table, going_on: frozenset[tuple[int, int]]) -> list[int]:
    """The rows that have a line: those with text, of header rows those with cells of their own."""
    return [
        y
        for y, row in enumerate(table.rows)
        if any(cell and not (y < table.header and (y, x) in going_on) for x, cell in enumerate(row))
    ]


def _going_on(table: Table) -> frozenset[tuple[int, int]]:
    """Where a cell goes on that began in the row above; where nobody knows, what says the same."""
    if table.merged is not None:
        return frozenset(table.merged)
    return frozenset(
        (y, x)
        for y, rows in enumerate(pairwise(table.rows), start=1)
        for x, (above, cell) in enumerate(zip(*rows, strict=True))
        if above == cell
    )


def _cells_in(line: str, cells: set[str], names: set[str]) -> Iterator[_Cell]:
    """The cells of a row's line."""
    begin = 0
    while begin < len(line):
        spans = []
        for border in _BORDER.finditer(line, begin):
            named = begin + _name_end(line[begin : border.start()], names)
            spans.append(_Cell(begin, named, border.start()))
        # A table in a cell has the signs of its own cells.
        whole = (each for each in spans if line[each.named : each.end] in cells)
        found = next(whole, spans[0])
        yield found
        begin = found.end + len(" | ")


def _inside(line: str, cell: _Cell) -> Iterator[tuple[int, int]]:
    """What is spare of a table in a cell: signs, and names that its first row says."""
    first = ""
    for sign in _ROW.finditer(line, cell.named, cell.end):
        first = first or line[cell.named : sign.start()]
        yield sign.span()
    for name in _NAME.finditer(line, cell.named, cell.end) if first else ():
        if name[1] in first:
            yield name.span()


def _name_end(part: str, names: set[str]) -> int:
    """Where the names before a cell end, with their colon; 0 where none are."""
    ends = [found.end() for found in re.finditer(_NAMED, part)]
    return next((at for at in reversed(ends) if _is_spelled(part[: at - 2], names)), 0)


def _is_spelled(text: str, names: set[str]) -> bool:
    """Whether ``text`` is made of ``names``: ``체재비 일비·식비``."""
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, "")
    return not text.strip(" ·")
