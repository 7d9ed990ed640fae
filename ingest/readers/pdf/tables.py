"""Tables of a PDF page, told by the ruling lines that are drawn around their cells."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.readers.blocks import Block, Cell, Grid
from ingest.readers.pdf.cells import Line, Place, lines_in, paragraphs_of
from ingest.readers.pdf.rows import Draft, with_listed_rows
from ingest.readers.pdf.rulings import Ruling, rulings_on

if TYPE_CHECKING:
    from pypdfium2 import PdfPage, PdfTextPage

_TOUCH = 3.0  # points between lines that still meet
_NARROW = 4.0  # between borders that are one: no letter fits in
_OPEN = 8.0  # how far lines stick out where the table has no outer border
_COVERED = 0.6  # of a cell's side, for a line to be its border
_ENCLOSED = 0.7  # of a table's area in cells with four borders; less is a diagram
_MOST_CELLS = 20_000


@dataclass(frozen=True, slots=True)
class Region:
    """A table and its place on the page, in PDF points from the page's lower left corner."""

    left: float
    bottom: float
    right: float
    top: float
    grid: Grid


@dataclass(frozen=True, slots=True)
class _Span:
    """The rows and columns of a cell, from ``row`` to before ``row_end``."""

    row: int
    column: int
    row_end: int
    column_end: int


@dataclass(frozen=True, slots=True)
class _Layout:
    """Borders (y runs down the page) and the cells between them."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    spans: tuple[_Span, ...]
    owner: tuple[tuple[int, ...], ...]  # of each row and column, its span's number

    def span_at(self, x: float, y: float) -> int | None:
        """The number of the cell that holds a point."""
        column, row = bisect_right(self.xs, x) - 1, bisect_right(self.ys, y) - 1
        if 0 <= column < len(self.xs) - 1 and 0 <= row < len(self.ys) - 1:
            return self.owner[row][column]
        return None

    def area(self) -> float:
        return (self.xs[-1] - self.xs[0]) * (self.ys[-1] - self.ys[0])


def tables_on(
    page: PdfPage, textpage: PdfTextPage, others: Sequence[int] | None = None
) -> list[Region]:
    """The ruled tables of one page from top to bottom; a box of one cell is no table.

    A table that stands inside a cell of another is part of that cell. None on a page that is
    turned for display: its rows would be columns here. ``others``: as of ``rulings_on``.
    """
    if page.get_rotation():
        return []
    level, upright = rulings_on(page, others)
    layouts = [
        layout
        for group in _connected(
            [Ruling(-line.at, line.start, line.end) for line in level],
            [Ruling(line.at, -line.end, -line.start) for line in upright],
        )
        if (layout := _layout(*group))
    ]
    if not layouts:
        return []
    layouts.sort(key=_Layout.area)  # what stands inside another comes first
    lines = lines_in(textpage, _finder(layouts))
    regions: list[Region] = []
    inside: dict[Place, list[Region]] = {}
    for number, layout in enumerate(layouts):
        cells = _cells(number, layout, lines, inside)
        if not any(cell.blocks for cell in cells):
            continue
        xs, ys = layout.xs, layout.ys
        region = Region(xs[0], -ys[-1], xs[-1], -ys[0], Grid(cells))
        outer = _cell_around(region, layouts[number + 1 :])
        if outer is None:
            regions.append(region)
        else:
            inside.setdefault((number + 1 + outer[0], outer[1]), []).append(region)
    return sorted(regions, key=lambda region: (-region.top, region.left))


def _finder(layouts: Sequence[_Layout]) -> Callable[[float, float], Place | None]:
    """Tells the first layout with a cell at a point, and the cell; fast with many tables."""
    edges = sorted({edge for layout in layouts for edge in (layout.ys[0], layout.ys[-1])})
    bands = [
        [
            (number, layout)
            for number, layout in enumerate(layouts)
            if layout.ys[0] <= edge < layout.ys[-1]
        ]
        for edge in edges
    ]

    def cell_at(x: float, y: float) -> Place | None:
        band = bisect_right(edges, y) - 1
        for number, layout in bands[band] if band >= 0 else ():
            if (at := layout.span_at(x, y)) is not None:
                return number, at
        return None

    return cell_at


def _cell_around(region: Region, layouts: Sequence[_Layout]) -> tuple[int, int] | None:
    """The first layout, and its cell, that holds the whole region."""
    for number, layout in enumerate(layouts):
        corner = layout.span_at(region.left, -region.top)
        if corner is not None and corner == layout.span_at(region.right, -region.bottom):
            return number, corner
    return None


def _cells(
    number: int,
    layout: _Layout,
    lines: Mapping[Place, Sequence[Line]],
    inside: Mapping[Place, Sequence[Region]],
) -> tuple[Cell, ...]:
    """The cells of one layout with what stands in them."""
    drafts = [
        Draft(
            *(at, span.row, span.column),
            *(span.row_end - span.row, span.column_end - span.column),
            tuple(lines.get((number, at), ())),
        )
        for at, span in enumerate(layout.spans)
    ]
    if not any((number, draft.number) in inside for draft in drafts):
        drafts = with_listed_rows(drafts)
    return tuple(
        Cell(
            *(draft.row, draft.column, draft.rows, draft.columns),
            _blocks(layout, draft, inside.get((number, draft.number), ())),
        )
        for draft in drafts
    )


def _blocks(layout: _Layout, draft: Draft, inside: Sequence[Region]) -> tuple[Block, ...]:
    """A cell's paragraphs, and the tables inside it, from top to bottom."""
    left, right = layout.xs[draft.column], layout.xs[draft.column + draft.columns]
    blocks: list[Block] = []
    start = 0
    ordered = sorted(draft.lines, key=lambda line: line.y)
    for region in sorted(inside, key=lambda region: -region.top):
        end = bisect_left(ordered, -region.top, key=lambda line: line.y)
        blocks += [*paragraphs_of(ordered[start:end], left, right), region.grid]
        start = end
    return (*blocks, *paragraphs_of(ordered[start:], left, right))


def _connected(
    level: Sequence[Ruling], upright: Sequence[Ruling]
) -> Iterable[tuple[list[Ruling], list[Ruling]]]:
    """Lines that touch one another, each set with at least one of each direction."""
    upright = sorted(upright, key=lambda line: line.at)
    places = [line.at for line in upright]
    leader = list(range(len(upright) + len(level)))

    def find(number: int) -> int:
        while leader[number] != number:
            leader[number] = number = leader[leader[number]]
        return number

    for number, line in enumerate(level, start=len(upright)):
        first = bisect_left(places, line.start - _TOUCH)
        for other in range(first, bisect_right(places, line.end + _TOUCH)):
            if upright[other].start - _TOUCH <= line.at <= upright[other].end + _TOUCH:
                leader[find(other)] = find(number)
    groups: dict[int, tuple[list[Ruling], list[Ruling]]] = {}
    for number, line in enumerate([*upright, *level]):
        group = groups.setdefault(find(number), ([], []))
        group[number < len(upright)].append(line)
    return [group for group in groups.values() if group[0] and group[1]]


def _layout(level: list[Ruling], upright: list[Ruling]) -> _Layout | None:
    """Borders and cells of connected lines; None for frames, underlines and diagrams."""
    upright = upright + _open_sides(level, upright)
    level = level + _open_sides(upright, level)
    xs, ys = _borders(upright), _borders(level)
    if len(xs) < 3 or len(ys) < 2 or (len(xs) - 1) * (len(ys) - 1) > _MOST_CELLS:
        return None
    over, beside = _sides(level, ys, xs), _sides(upright, xs, ys)
    # A line that parts no two cells (something underlined) is no border.
    ys = [y for y, parts in zip(ys, over, strict=True) if any(parts)]
    xs = [x for x, parts in zip(xs, beside, strict=True) if any(parts)]
    if len(xs) < 3 or len(ys) < 2:
        return None
    over, beside = _sides(level, ys, xs), _sides(upright, xs, ys)
    spans, owner = _spans(over, beside)
    layout = _Layout(tuple(xs), tuple(ys), tuple(spans), owner)
    enclosed = sum(
        (xs[span.column_end] - xs[span.column]) * (ys[span.row_end] - ys[span.row])
        for span in spans
        if all(over[span.row][span.column : span.column_end])
        and all(over[span.row_end][span.column : span.column_end])
        and all(beside[span.column][span.row : span.row_end])
        and all(beside[span.column_end][span.row : span.row_end])
    )
    if {span.column for span in spans} == {0} or enclosed < _ENCLOSED * layout.area():
        return None
    return layout


def _open_sides(across: Sequence[Ruling], lines: Sequence[Ruling]) -> list[Ruling]:
    """The outer borders that are not drawn, where lines across stick out beyond the outermost."""
    first, last = min(line.at for line in across), max(line.at for line in across)
    sides = []
    for ends, edge, sign in (
        ([line.start for line in across], min(line.at for line in lines), -1),
        ([line.end for line in across], max(line.at for line in lines), 1),
    ):
        side = max(sign * end for end in ends)
        level = sum(side - sign * end <= _NARROW for end in ends)
        if side - sign * edge > _OPEN and level > 1:
            sides.append(Ruling(sign * side, first, last))
    return sides


def _borders(lines: Iterable[Ruling]) -> list[float]:
    """Where lines stand, near ones as one."""
    borders: list[float] = []
    for at in sorted(line.at for line in lines):
        if not borders or at - borders[-1] > _NARROW:
            borders.append(at)
    return borders


def _sides(
    lines: Iterable[Ruling], borders: Sequence[float], steps: Sequence[float]
) -> list[list[bool]]:
    """For each border, for each step along it, whether a line is drawn there."""
    drawn = [[0.0] * (len(steps) - 1) for _ in borders]
    for line in lines:
        border = bisect_right(borders, line.at + _DUST) - 1
        if border < 0 or line.at - borders[border] > _NARROW + _DUST:
            continue
        first = max(bisect_right(steps, line.start) - 1, 0)
        for step in range(first, bisect_left(steps, line.end, hi=len(steps) - 1)):
            drawn[border][step] += min(line.end, steps[step + 1]) - max(line.start, steps[step])
    return [
        [
            part >= _COVERED * (end - start)
            for part, start, end in zip(parts, steps, steps[1:], strict=False)
        ]
        for parts in drawn
    ]


_DUST = 0.01


def _spans(
    over: Sequence[Sequence[bool]], beside: Sequence[Sequence[bool]]
) -> tuple[list[_Span], tuple[tuple[int, ...], ...]]:
    """Cells from the top left on: each grows to the right, then down, until a line stops it."""
    height, width = len(over) - 1, len(beside) - 1
    owner = [[-1] * width for _ in range(height)]
    spans: list[_Span] = []
    for row in range(height):
        for column in range(width):
            if owner[row][column] >= 0:
                continue
            right = column + 1
            while right < width and not beside[right][row] and owner[row][right] < 0:
                right += 1
            down = row + 1
            while (
                down < height
                and not any(over[down][column:right])
                and not any(beside[border][down] for border in range(column + 1, right))
                and all(taken < 0 for taken in owner[down][column:right])
            ):
                down += 1
            for y in range(row, down):
                owner[y][column:right] = [len(spans)] * (right - column)
            spans.append(_Span(row, column, down, right))
    return spans, tuple(map(tuple, owner))
