"""The pages of a PDF as one text: lines and tables in order, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from ingest.readers.blocks import Cell, Grid, reading_of
from ingest.readers.pdf.furniture import running
from ingest.readers.pdf.paragraphs import paragraphs
from ingest.readers.pdf.tables import Region
from ingest.readers.pdf.text import Line
from ingest.readers.result import Reading
from onprem_rag.records import Page, Table

_SAME = 3.0  # points between the borders of a table on one page and on the next


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page: its lines and tables in reading order, and what was recognised on it."""

    items: tuple[Line | Region, ...] = ()
    scanned: bool = False  # a picture
    turned: bool = False  # its letters do not stand upright, and lines of a table are drawn
    recognised: str | None = None  # stands before the items
    confidence: float | None = None


def reading_of_sheets(sheets: Sequence[Sheet], notes: tuple[str, ...]) -> Reading:
    """The text with its pages and tables; a page begins where the one before it ended."""
    sheets = _without_furniture(sheets)
    gaps = paragraphs([[_line(item) for item in sheet.items] for sheet in sheets])
    parts: list[str] = []
    tables: list[Table] = []
    ends = [0] * len(sheets)
    at = 0
    for number, item, gap in _flow(sheets, gaps):
        if isinstance(item, tuple):
            text, own, borders = _table(item)
        else:
            text, own, borders = (item if isinstance(item, str) else item.text), (), ()
        if not text:
            continue
        gap = gap if parts else ""
        parts += [gap, text]
        at += len(gap)
        tables += [replace(table, start=at + table.start, end=at + table.end) for table in own]
        for page, border in enumerate(borders, start=number):
            ends[page] = at + border
        at += len(text)
        ends[number + len(borders)] = at
    return Reading(
        "".join([*parts, "\n"]) if parts else "",
        tuple(_pages(sheets, ends)),
        tuple(tables),
        notes=notes,
    )


def _line(item: Line | Region) -> Line | None:
    return item if isinstance(item, Line) else None


def _without_furniture(sheets: Sequence[Sheet]) -> list[Sheet]:
    lines = [[item for item in sheet.items if isinstance(item, Line)] for sheet in sheets]
    kept: list[Sheet] = []
    for sheet, own, dropped in zip(sheets, lines, running(lines), strict=True):
        gone = {id(own[at]) for at in dropped}
        items = tuple(item for item in sheet.items if id(item) not in gone)
        kept.append(replace(sheet, items=items))
    return kept


def _flow(
    sheets: Sequence[Sheet], gaps: Sequence[Sequence[str]]
) -> Iterator[tuple[int, Line | str | tuple[Region, ...], str]]:
    """(page, a line or recognised text or a table with its parts on later pages, what parts it)."""
    chain: list[Region] = []
    first = 0
    for number, (sheet, own) in enumerate(zip(sheets, gaps, strict=True)):
        items = sheet.items
        if chain and items and isinstance(items[0], Region) and _continues(chain[-1], items[0]):
            chain.append(items[0])
            items, own = items[1:], own[1:]
        if chain and (items or not sheet.items):
            yield first, tuple(chain), "\n"
            chain = []
        if sheet.recognised:
            yield number, sheet.recognised, "\n"
        if items and isinstance(items[-1], Region):
            chain, first = [items[-1]], number
            items = items[:-1]
        for item, gap in zip(items, own, strict=False):
            yield number, (item,) if isinstance(item, Region) else item, gap
    if chain:
        yield first, tuple(chain), "\n"


def _continues(above: Region, below: Region) -> bool:
    """Whether a table goes on, on the next page, within the same borders."""
    return (
        abs(above.left - below.left) <= _SAME
        and abs(above.right - below.right) <= _SAME
        and _width(above.grid) == _width(below.grid)
    )


def _width(grid: Grid) -> int:
    return max(cell.column + cell.columns for cell in grid.cells)


def _table(chain: Sequence[Region]) -> tuple[str, tuple[Table, ...], tuple[int, ...]]:
    """A table's lines and spans, and where in them each of its pages but the last ends."""
    reading = reading_of([_merged(chain)])
    lines = reading.text.splitlines()
    ends = list(accumulate(len(line) + 1 for line in lines)) or [0]
    borders = []
    first = above = _height(chain[:1]) if len(chain) > 1 else 0
    for region in chain[1:]:
        borders.append(max(ends[min(max(above, 1), len(ends)) - 1] - 1, 0))
        # Below the first part, whose head its own may repeat: every prefix would take too long.
        above += _height([chain[0], region]) - first
    return "\n".join(lines), reading.tables, tuple(borders)


def _height(chain: Sequence[Region]) -> int:
    """How many lines the parts of a table make."""
    return len(reading_of([_merged(chain)]).text.splitlines())


def _merged(chain: Sequence[Region]) -> Grid:
    """One grid of the parts of a table, below one another."""
    cells: list[Cell] = []
    below = 0
    for region in chain:
        cells += [replace(cell, row=cell.row + below) for cell in region.grid.cells]
        below += max(cell.row + cell.rows for cell in region.grid.cells)
    return Grid(tuple(cells))


def _pages(sheets: Sequence[Sheet], ends: Sequence[int]) -> Iterator[Page]:
    start = 0
    for number, (sheet, end) in enumerate(zip(sheets, ends, strict=True), start=1):
        yield Page(number, start, max(start, end), sheet.confidence)
        start = max(start, end)
