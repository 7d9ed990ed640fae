"""What every reader of a word processor's format makes of a file, and the text that comes of it.

A reader yields blocks in reading order: paragraphs (``str``, one line each; a line break inside
is a line of its own) and grids. Generated numbering is part of the paragraph's text already.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from ingest.readers.result import Reading
from ingest.readers.tables import TableLines, table_of
from onprem_rag.errors import ReadError
from onprem_rag.records import Table

DEEPEST = 20  # tables inside tables


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its place in the grid (from 0), how many rows and columns it covers, its blocks."""

    row: int
    column: int
    rows: int
    columns: int
    blocks: tuple[Block, ...]
    header: bool = False  # the file itself calls it one


@dataclass(frozen=True, slots=True)
class Grid:
    """A table."""

    cells: tuple[Cell, ...]


Block: TypeAlias = "str | Grid"


def reading_of(blocks: Iterable[Block], title: str = "") -> Reading:
    """Text with one line a paragraph and one line a table row, and the tables' spans in it.

    Raises ReadError where tables stand in tables without an end.
    """
    lines: list[str] = []
    tables: list[Table] = []
    at = 0
    for piece in _pieces(blocks, 0):
        if isinstance(piece, str):
            composed = unicodedata.normalize("NFC", piece)  # before places are counted
            new = [line.rstrip() for line in composed.split("\n") if line.strip()]
        else:
            new, header, rows, merged = piece
            length = sum(len(line) + 1 for line in new) - 1
            tables.append(Table(at, at + length, header, rows, merged))
        lines += new
        at += sum(len(line) + 1 for line in new)
    return Reading("\n".join(lines) + "\n" if lines else "", tables=tuple(tables), title=title)


def _pieces(blocks: Iterable[Block], depth: int) -> Iterator[str | TableLines]:
    """Paragraphs, and tables as lines; a frame around text is its contents."""
    _check(depth)
    for block in blocks:
        if isinstance(block, str):
            yield block
        elif _is_frame(block, depth):
            for cell in sorted(block.cells, key=lambda cell: (cell.row, cell.column)):
                yield from _pieces(cell.blocks, depth + 1)
        elif table := table_of(
            [
                (cell.row, cell.column, cell.rows, cell.columns, _text(cell, depth), cell.header)
                for cell in block.cells
            ]
        ):
            yield table


def _is_frame(grid: Grid, depth: int) -> bool:
    """Whether no row has two filled cells: what is drawn around text, and no table."""
    if len({cell.column for cell in grid.cells}) <= 1:
        return True
    rows = [cell.row for cell in grid.cells if _is_filled(cell.blocks, depth + 1)]
    return len(rows) == len(set(rows)) and not any(cell.header for cell in grid.cells)


def _is_filled(blocks: Iterable[Block], depth: int) -> bool:
    _check(depth)
    return any(
        bool(block.strip())
        if isinstance(block, str)
        else any(_is_filled(cell.blocks, depth + 1) for cell in block.cells)
        for block in blocks
    )


def _text(cell: Cell, depth: int) -> str:
    """A cell's text, one line a paragraph; a table in it is one line."""
    pieces = _pieces(cell.blocks, depth + 1)
    return "\n".join(piece if isinstance(piece, str) else " / ".join(piece[0]) for piece in pieces)


def _check(depth: int) -> None:
    if depth > DEEPEST:
        raise ReadError(
            "표 안에 표가 너무 깊이 들어 있습니다. → 표를 풀어 다시 저장하거나 원본을 확인하세요."
        )
