"""What of a text is only its layout: signs between cells, and what a table says once more.

A reader that knows tables names the header in each row (``직급: 4급``) and repeats merged cells. A
plain text of the same table says each once, with tabs, bars or line breaks between the cells.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from ingest.diff.align import Pair
from onprem_rag.records import Table

_SIGNS = re.compile(r"[\u2500-\u257f｜]|(?<!\S)\|(?!\S)")
_ANGLES = re.compile(r"^[^\S\n]*(?:<[^<>\n]*>[^\S\n]*){2,}$", re.MULTILINE)  # <직급><일비>
_BRACKETED = re.compile(r"^[^\S\n]*(?:<[^<>\n]*>[^\S\n]*)+$", re.MULTILINE)
_BORDER = re.compile(r" \| |$")
_NAMED = ": "
_ROW = re.compile(r"(?<=\s)/(?=\s)")  # of a table in a cell
_NAME = re.compile(r"(?<= [/|] )([^/|:]+): ")  # of a cell in such a row


class _Cell(NamedTuple):
    """Where the names before a cell stand in the line of its row, and the cell itself."""

    start: int
    named: int
    end: int


def has_signs(text: str) -> bool:
    """Whether ``text`` has signs that part cells."""
    return bool(_SIGNS.search(text) or _ANGLES.search(text))


def bare(text: str, tables: Iterable[tuple[int, Table]]) -> str:
    """``text`` with blanks for what another layout of it may leave out.

    ``tables``: each with the place in ``text`` at which it starts.
    """
    spares = [sign.span() for sign in _SIGNS.finditer(text)]
    for line in _BRACKETED.finditer(text):
        spares += [(at, at + 1) for at in range(*line.span()) if text[at] in "<>"]
    for start, table in tables:
        lines_of = text[start : start + table.end - table.start].split("\n")
        spares += [(start + begin, start + end) for begin, end in _of_table(lines_of, table)]
    letters = list(text)
    for begin, end in spares:
        letters[begin:end] = " " * (end - begin)
    return "".join(letters)


def _of_table(lines: Sequence[str], table: Table) -> Iterator[Pair]:
    header = {cell for row in table.rows[: table.header] for cell in row if cell}
    going_on = defaultdict[int, set[int]](set)  # a cell that says what is above it may be its own
    for y, x in table.merged or ():
        going_on[y].add(x)
    rows = _rows_with_lines(table)
    if len(rows) != len(lines):  # what the text says is not what the grid does
        rows = [0] * len(lines)
    start = 0
    for line, row in zip(lines, rows, strict=True):
        cells = table.rows[row]
        if row >= table.header > 0 and cells[0] == table.rows[0][0]:
            header.update(filter(None, cells))  # the table goes on below with other names
        found = list(_cells_in(line, set(cells), header or set(cells)))
        copied = _copied([line[cell.named : cell.end] for cell in found], cells, going_on[row])
        for cell, is_copy in zip(found, copied, strict=True):
            # Where no header says them, the names in a row are cells of it.
            begin = cell.start if header else max(cell.start, cell.named - len(_NAMED))
            yield start + begin, start + (cell.end if is_copy else cell.named)
            yield from ((start + a, start + b) for a, b in _inside(line, cell))
        start += len(line) + 1


def _copied(values: Sequence[str], row: Sequence[str], going_on: Collection[int]) -> list[bool]:
    """Which cells of a row's line only go on from the row above; none of which that is unsure.

    ``values``: what the line says, each cell once, however many columns of ``row`` it covers.
    """
    cells = [
        (text, goes_on)
        for (text, goes_on), _ in groupby((text, x in going_on) for x, text in enumerate(row))
        if text
    ]
    if [text for text, _ in cells] == list(values):
        return [goes_on for _, goes_on in cells]
    own = {text for text, goes_on in cells if not goes_on}
    return [value not in own and (value, True) in cells for value in values]


def _rows_with_lines(table: Table) -> list[int]:
    """The rows that have a line: those with text, of header rows those with cells of their own."""
    going_on = _going_on(table)
    return [
        y
        for y, row in enumerate(table.rows)
        if any(cell and not (y < table.header and (y, x) in going_on) for x, cell in enumerate(row))
    ]


def _going_on(table: Table) -> frozenset[Pair]:
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
    """The cells of a row's line; what is none of them has no name."""
    begin = 0
    while begin < len(line):
        ends = [border.start() for border in _BORDER.finditer(line, begin)]
        # A table in a cell has the signs of its own cells.
        whole = (_cell(line, begin, end, cells, names) for end in ends)
        found = next(filter(None, whole), _Cell(begin, begin, ends[0]))
        yield found
        begin = found.end + len(" | ")


def _cell(line: str, begin: int, end: int, cells: set[str], names: set[str]) -> _Cell | None:
    """A part of a row's line, if it is one of ``cells``, be it behind its names."""
    part = line[begin:end]
    if part in cells:
        return _Cell(begin, begin, end)
    named = _name_end(part, names)
    return _Cell(begin, begin + named, end) if part[named:] in cells else None


def _inside(line: str, cell: _Cell) -> Iterator[Pair]:
    """What is spare of a table in a cell: signs, and names that a row above says as cells."""
    signs = [sign.span() for sign in _ROW.finditer(line, cell.named, cell.end)]
    yield from signs
    for name in _NAME.finditer(line, cell.named, cell.end) if signs else ():
        if f" {name[1]} " in f" {line[cell.named : name.start()]} ":
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
