"""Rows that only the eye sees: one ruled row that lists items, with a mark beside each.

Tables of delegated powers (전결권한) are drawn so; without its row a mark says nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ingest.readers.pdf.cells import Line, starts_a_line

_MARKS = frozenset("○●◎〇◯⚪△▲√✓✔∨")


@dataclass(frozen=True, slots=True)
class Draft:
    """A cell before its lines are paragraphs; ``number`` is the ruled cell's own."""

    number: int
    row: int
    column: int
    rows: int
    columns: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class _List:
    """The cell that lists the items of a ruled row, and where each begins."""

    column: int
    tops: tuple[float, ...]


def with_listed_rows(drafts: Sequence[Draft]) -> list[Draft]:
    """The cells with each listed item on a row of its own, where every mark stands beside one."""
    single: dict[int, list[Draft]] = {}
    for draft in drafts:
        if draft.rows == 1:
            single.setdefault(draft.row, []).append(draft)
    lists = {row: found for row, cells in single.items() if (found := _listed(cells))}
    if not lists:
        return list(drafts)
    starts = [0]  # of each ruled row, where it begins now
    for row in range(max(draft.row + draft.rows for draft in drafts)):
        starts.append(starts[-1] + (len(lists[row].tops) if row in lists else 1))
    split: list[Draft] = []
    for draft in drafts:
        row, end = starts[draft.row], starts[draft.row + draft.rows]
        moved = replace(draft, row=row, rows=end - row)
        if draft.rows == 1 and draft.row in lists:
            split += _pieces(moved, lists[draft.row])
        else:
            split.append(moved)
    return sorted(split, key=lambda draft: (draft.row, draft.column))


def _listed(cells: Sequence[Draft]) -> _List | None:
    """The list in one ruled row: at least two marks, and an item level with every mark."""
    marks = [line for cell in cells if _is_marks(cell) for line in cell.lines]
    texts = [cell for cell in cells if not _is_marks(cell)]
    if len(marks) < 2 or not texts:
        return None
    items = max(texts, key=lambda cell: len(cell.lines))
    beside: set[int] = set()
    for mark in marks:
        if (at := _beside(mark, items.lines)) is None:
            return None
        beside.add(at)
    if len(beside) < 2:
        return None
    begins = [
        at
        for at, line in enumerate(items.lines)
        if not at or at in beside or starts_a_line(line.text)
    ]
    tops = tuple(items.lines[at].y - items.lines[at].size / 2 for at in begins)
    return _List(items.column, tops)


def _beside(mark: Line, lines: Sequence[Line]) -> int | None:
    """The line level with a mark, or the first of the two lines of an item that it stands between.

    ``lines`` run from top to bottom.
    """
    after = bisect_right(lines, mark.y, key=lambda line: line.y)
    for at in range(max(after - 1, 0), min(after + 1, len(lines))):
        if abs(lines[at].y - mark.y) <= mark.size / 2:
            return at
    if 0 < after < len(lines) and not starts_a_line(lines[after].text):
        above, below = lines[after - 1], lines[after]
        return after - 1 if below.y - above.y <= 1.5 * mark.size else None
    return None


def _pieces(draft: Draft, found: _List) -> Iterator[Draft]:
    """A cell's parts: an item or a mark a row, headings down to the next one, the rest whole."""
    parts: dict[int, list[Line]] = {}
    for line in draft.lines:
        parts.setdefault(max(bisect_right(found.tops, line.y) - 1, 0), []).append(line)
    rows = sorted(parts)
    if draft.column == found.column or _is_marks(draft):
        for row in range(len(found.tops)):
            lines = tuple(parts.get(row, ()))
            yield replace(draft, row=draft.row + row, rows=1, lines=lines)
    elif len(rows) > 1 and all(starts_a_line(parts[row][0].text) for row in rows):
        for row, end in pairwise([0, *rows[1:], len(found.tops)]):
            lines = tuple(parts[row or rows[0]])
            yield replace(draft, row=draft.row + row, rows=end - row, lines=lines)
    else:
        yield draft


def _is_marks(draft: Draft) -> bool:
    return bool(draft.lines) and all(set(line.text) <= _MARKS for line in draft.lines)
