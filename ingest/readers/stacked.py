"""Rows of a table that were written as one: each cell holds a stack of lines, side by side.

``| A+ ⏎ A0 ⏎ B+ | 4.5 ⏎ 4.0 ⏎ 3.5 |`` is three rows, and is quoted as such.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from ingest.readers.grids import Span

_FEWEST = 3  # lines; two are often a name and what explains it
_LONGEST = 25  # letters in a line; longer ones are sentences
_BULLET = re.compile(r"(?:[-※∙·ㆍ․‧•◦▪￭oㅇ○⦁⚫①-⑳] ?|\* |(?:\d{1,2}|[가-하])[.)] ?)[가-힣A-Za-z(]")


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell's span and the filled lines of its text."""

    span: Span
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Moved:
    """Where rows stand once some rows, in order, have become several."""

    rows: list[int]
    added: list[int]  # in all before the first, the second …

    def row(self, row: int) -> int:
        return row + self.added[bisect_left(self.rows, row)]


def unstacked(spans: Sequence[Span]) -> list[Span]:
    """The cells with such rows taken apart; the first row, which may be a header, stays."""
    rows: dict[int, list[_Cell]] = {}
    for span in spans:
        lines = tuple(line.strip() for line in span[4].split("\n") if line.strip())
        rows.setdefault(span[0], []).append(_Cell(span, lines))
    first = min(rows, default=0)
    added = {row: _height(cells) - 1 for row, cells in rows.items() if row != first}
    added = {row: more for row, more in added.items() if more}
    if not added:
        return list(spans)
    moved = _Moved(
        sorted(added), list(accumulate((added[row] for row in sorted(added)), initial=0))
    )
    return [part for span in spans for part in _parts(span, moved)]


def _height(cells: Sequence[_Cell]) -> int:
    """How many rows these are."""
    stacks = [cell for cell in cells if len(cell.lines) > 1]
    counts = {len(cell.lines) for cell in stacks}
    if len(stacks) < 2 or len(counts) > 1 or min(counts) < _FEWEST:
        return 1
    return counts.pop() if all(_is_stack(cell) for cell in stacks) else 1


def _is_stack(cell: _Cell) -> bool:
    """Whether each line is short and whole; not a list, nor a word that is written downwards."""
    return (
        cell.span[2] <= 1
        and all(len(line) <= _LONGEST and not _BULLET.match(line) for line in cell.lines)
        and all(line[0] != "(" and line.count("(") == line.count(")") for line in cell.lines)
        and not all(len(line) == 1 and "가" <= line <= "힣" for line in cell.lines)
    )


def _parts(span: Span, moved: _Moved) -> list[Span]:
    """The cell, or one for each of its lines, moved down by the rows that were added above."""
    row, column, height, width, text, header = span
    top, bottom = moved.row(row), moved.row(row + max(height, 1))
    lines = [line for line in text.split("\n") if line.strip()]
    if height <= 1 and len(lines) == bottom - top > 1:
        return [(top + at, column, 1, width, line, header) for at, line in enumerate(lines)]
    return [(top, column, bottom - top, width, text, header)]
