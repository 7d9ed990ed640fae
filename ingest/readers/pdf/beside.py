"""A page's lines and tables in one order; what stands beside a table stays a line of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from ingest.readers.pdf.tables import Region
from ingest.readers.pdf.text import Line, Places, cleaned


def in_order(
    lines: Sequence[Line], regions: Sequence[Region], places: Places
) -> tuple[Line | Region, ...]:
    """Lines with each table in place of the lines, and the parts of lines, that are in it."""
    if not regions:
        return tuple(lines)
    items: list[Line | Region] = []
    waiting = list(regions)
    for line in lines:
        for part in _parts(line, regions, places):
            if isinstance(part, Line):
                items.append(part)
            elif part in waiting:
                waiting.remove(part)
                items.append(part)
    return (*items, *waiting)


def _parts(line: Line, regions: Sequence[Region], places: Places) -> Iterator[Line | Region]:
    """The tables that hold letters of a line, and what of it is in none."""
    near = [region for region in regions if _touches(region, line)]
    whole = next((region for region in near if _holds(region, line)), None)
    if whole or not near:
        yield whole or line
        return
    start, end = line.span
    text = places.text
    owned = [
        (_around(near, *places.middle(at)), at) for at in range(start, end) if text[at].strip()
    ]
    if not any(region for region, _ in owned):
        yield line
        return
    for region, run in groupby(owned, key=lambda item: item[0]):
        if region:
            yield region
            continue
        ats = [at for _, at in run]
        part = cleaned(text[ats[0] : ats[-1] + 1])
        if part:
            left, right = places.origin(ats[0])[0], places.extent(ats[-1])[0]
            yield replace(line, text=part, left=left, right=right, span=(ats[0], ats[-1] + 1))


def _around(regions: Sequence[Region], x: float, y: float) -> Region | None:
    """The table with a cell at a point, told as the cells tell it."""
    for region in regions:
        if region.left <= x < region.right and region.bottom < y <= region.top:
            return region
    return None


def _touches(region: Region, line: Line) -> bool:
    """Whether letters of the line may be in the table."""
    level = region.bottom - line.size <= line.y <= region.top + line.size / 2
    return level and line.left < region.right and line.right > region.left


def _holds(region: Region, line: Line) -> bool:
    """Whether all letters of the line surely are in the table."""
    level = region.bottom < line.y and line.y + 0.75 * line.size < region.top
    return level and region.left <= line.left and line.right <= region.right
