"""XLSX: the sheets that can be seen, as tables whose rows repeat their header."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from ingest.readers.blocks import Block, Cell, Grid, reading_of
from ingest.readers.office.book import MOST_CELLS, TOO_MANY, CellGrid, Workbook
from ingest.readers.result import Reading
from ingest.readers.rows import Row, Sheet, reading_of_rows
from onprem_rag.errors import ReadError


def read_xlsx(data: bytes) -> Reading:
    """A plain list as records, everything else as tables. Raises ReadError."""
    grids = [grid for grid in Workbook(data).grids() if grid.cells]
    unknown = sum(grid.unknown for grid in grids)
    notes: tuple[str, ...] = ()
    if unknown:
        notes = (
            f"계산된 값이 없는 수식 칸 {unknown}개를 비워 두었습니다. "
            "→ 엑셀에서 열어 저장한 뒤 다시 넣으세요.",
        )
    if len(grids) == 1 and _is_list(grids[0]):
        reading = reading_of_rows(_rows(grids[0]))
        return Reading(reading.text, rows=True, notes=reading.notes + notes)
    blocks: list[Block] = []
    for grid in grids:
        if len(grids) > 1:
            blocks.append(grid.name)
        blocks += _blocks(grid)
    reading = reading_of(blocks)
    return Reading(reading.text, tables=reading.tables, notes=notes)


def xlsx_sheets(data: bytes) -> list[Sheet]:
    """The rows of every sheet that can be seen and is not empty. Raises ReadError."""
    return [Sheet(grid.name, _rows(grid)) for grid in Workbook(data).grids() if grid.cells]


def _is_list(grid: CellGrid) -> bool:
    """Whether a sheet is one row of names over records."""
    rows = _rows(grid)
    header = rows[0].cells
    return (
        not grid.merged
        and len(rows) > 1
        and len(header) > 1
        and all(header)
        and len(set(header)) == len(header)
        and all(sum(map(bool, row.cells)) > 1 for row in rows[1:])
    )


def _rows(grid: CellGrid) -> tuple[Row, ...]:
    """The rows that are not empty, over the columns that are not."""
    columns = {column: at for at, column in enumerate(sorted({x for _, x in grid.cells}))}
    lines = sorted({y for y, _ in grid.cells})
    if len(columns) * len(lines) > 4 * MOST_CELLS:
        raise ReadError(TOO_MANY)
    rows = {y: [""] * len(columns) for y in lines}
    for (y, x), text in grid.cells.items():
        rows[y][columns[x]] = text
    return tuple(Row(y + 1, tuple(cells)) for y, cells in rows.items())


def _blocks(grid: CellGrid) -> Iterator[Block]:
    """Each run of rows without a gap: single cells above and below as text, the rest a table."""
    merged = {(y, x): (rows, columns) for y, x, rows, columns in grid.merged}
    bottom = max(y for y, _ in grid.cells)
    width: dict[int, int] = {}  # row → how many cells it shows
    for y, x in grid.cells:
        height, _ = merged.get((y, x), (1, 1))
        for row in range(y, min(y + height, bottom + 1)):
            width[row] = width.get(row, 0) + 1
    by_row: dict[int, list[int]] = {}
    for y, x in sorted(grid.cells):
        by_row.setdefault(y, []).append(x)
    for region in _regions(sorted(width)):
        first = next((at for at, y in enumerate(region) if width[y] > 1), len(region))
        last = next((at for at in range(len(region), first, -1) if width[region[at - 1]] > 1), 0)
        for y in region[:first]:
            yield from (grid.cells[y, x] for x in by_row.get(y, ()))
        if last > first:
            yield _table(grid, merged, region[first:last], by_row)
        for y in region[max(first, last) :]:
            yield from (grid.cells[y, x] for x in by_row.get(y, ()))


def _regions(rows: list[int]) -> Iterator[list[int]]:
    region: list[int] = []
    for row in rows:
        if region and row > region[-1] + 1:
            yield region
            region = []
        region.append(row)
    if region:
        yield region


def _table(
    grid: CellGrid,
    merged: dict[tuple[int, int], tuple[int, int]],
    rows: list[int],
    by_row: dict[int, list[int]],
) -> Grid:
    """The cells of these rows, over the columns that hold something in them."""
    used = sorted({x for y in rows for x in by_row.get(y, ())})
    cells = []
    for y in rows:
        for x in by_row.get(y, ()):
            height, wide = merged.get((y, x), (1, 1))
            column = bisect_left(used, x)
            columns = bisect_left(used, x + wide) - column
            height = min(height, rows[-1] - y + 1)
            cells.append(Cell(y - rows[0], column, height, columns, (grid.cells[y, x],)))
    return Grid(tuple(cells))
