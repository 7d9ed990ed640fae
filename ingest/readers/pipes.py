"""Tables that pipes make in plain text and Markdown: ``| 직급 | 일비 |``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from ingest.readers.result import Reading
from ingest.readers.tables import Span, TableLines, table_of
from onprem_rag.records import Table

_PIPE = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r":?-{2,}:?")
_BREAK = re.compile(r"<br ?/?>")


def text_with_tables(lines: Iterable[str], clean: Callable[[str], str] = str) -> Reading:
    """The lines, each pipe table's rows as lines that repeat their header.

    ``clean`` is done to each line and to each cell.
    """
    text: list[str] = []
    tables: list[Table] = []
    pending: list[str] = []
    at = 0

    def put(line: str) -> None:
        nonlocal at
        text.append(line)
        at += len(line) + 1

    def end_table() -> None:
        rows = [_cells(line, clean) for line in pending]
        kept = [row for row in rows if row and not _is_rule(row)]
        if len(pending) == 1:  # a line of text that begins with the sign
            put(clean(pending[0]))
        elif max((len(row) for row in kept), default=0) == 1:
            for row in kept:
                put(row[0])
        elif made := _table(kept, ruled=len(rows) > 1 and _is_rule(rows[1])):
            begin = at
            for line in made[0]:
                put(line)
            tables.append(Table(begin, at - 1, *made[1:]))
        pending.clear()

    for line in lines:
        if line.lstrip().startswith("|"):
            pending.append(line)
            continue
        if pending:
            end_table()
        put(clean(line))
    if pending:
        end_table()
    return Reading("\n".join(text), tables=tuple(tables))


def _table(rows: Sequence[Sequence[str]], ruled: bool) -> TableLines | None:
    """A table; ``ruled``: a line such as ``|---|`` stands under its header.

    Pipes can't say that cells are merged: a converter leaves those after the first empty.
    """
    spans: list[Span] = []
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            if y == 0 and not cell and x and spans:
                row_at, column, height, width, text, header = spans.pop()
                spans.append((row_at, column, height, width + 1, text, header))
            else:
                spans.append((y, x, 1, 1, cell, ruled and y == 0))
    return table_of(spans) if spans else None


def _cells(line: str, clean: Callable[[str], str]) -> list[str]:
    cells = _PIPE.split(_BREAK.sub(" ", line).strip())
    if not cells[-1]:  # the row's closing sign
        cells.pop()
    return [clean(cell.strip().replace("\\|", "|")) for cell in cells[1:]]


def _is_rule(row: Sequence[str]) -> bool:
    """Whether the cells are those of the line under a header: ``|---|:--|``."""
    return bool(row) and all(_RULE.fullmatch(cell) for cell in row)
