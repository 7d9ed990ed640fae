"""Cells of tables of real rules, against labels that were made by hand from the files.

A label holds no text of a document, only digests: ``cells`` of the grid with merged cells
resolved, ``paths`` of the header cells above each column, ``header`` rows. A cell is right when
its text is, and its column is named by the right header cells.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ingest.readers.reading import read
from ingest.readers.result import Reading
from ingest.readers.tables import names_of
from onprem_rag.errors import ReadError
from onprem_rag.records import Table

LABELS = Path(__file__).resolve().parents[1] / "data" / "tables.jsonl"


@dataclass(frozen=True, slots=True)
class Label:
    """One table: its file below ``../shared/data`` and what stands where."""

    file: str
    where: str
    header: int
    paths: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Score:
    """Of one table: body cells that hold text, in the label or as read; those that are right."""

    label: Label
    cells: int
    right: int
    lines: int  # right ones whose text and header cells all stand in their row's line
    note: str = ""


def labels() -> list[Label]:
    """The labelled tables."""
    found = []
    for line in LABELS.read_text(encoding="utf-8").splitlines():
        values = json.loads(line)
        rows = tuple(map(tuple, values["cells"]))
        paths = tuple(values["paths"])
        found.append(Label(values["file"], values["where"], values["header"], paths, rows))
    return found


def digest(text: str) -> str:
    """Of the text without its blanks; empty for no text."""
    text = _bare(text)
    return hashlib.sha256(text.encode()).hexdigest()[:12] if text else ""


def _bare(text: str) -> str:
    return "".join(unicodedata.normalize("NFC", text).split())


def score(label: Label, reading: Reading) -> Score:
    """The reading's table that is most like the labelled one, cell by cell."""
    wanted = {
        (y, x): (cell, label.paths[x])
        for y, row in enumerate(label.cells[label.header :])
        for x, cell in enumerate(row)
    }
    best = max(reading.tables, key=lambda table: _alike(label, table), default=None)
    if best is None or not _alike(label, best):
        return _missing(label, "not found")
    found = dict(_body(best))
    filled = {at for at, (cell, _) in wanted.items() if cell} | {
        at for at, (cell, _) in found.items() if cell
    }
    right = {at for at in filled if wanted.get(at) == found.get(at)}
    note = "" if best.header == label.header else f"{best.header} header rows"
    return Score(label, len(filled), len(right), _in_lines(best, reading.text, right), note)


def scores(shared: Path) -> Iterator[Score]:
    """Each labelled table as the product's readers see it."""

    @cache
    def reading_of(file: str) -> Reading | ReadError:
        path = shared / file
        try:
            return read(path, path.read_bytes())[2]
        except ReadError as error:
            return error

    for label in labels():
        reading = reading_of(label.file)
        if isinstance(reading, ReadError):
            yield _missing(label, str(reading))
        else:
            yield score(label, reading)


def _missing(label: Label, why: str) -> Score:
    filled = sum(bool(cell) for row in label.cells[label.header :] for cell in row)
    return Score(label, filled, 0, 0, why)


def _alike(label: Label, table: Table) -> int:
    """How many filled places are equal."""
    return sum(
        bool(wanted) and wanted == digest(cell)
        for row, found in zip(label.cells, table.rows, strict=False)
        for wanted, cell in zip(row, found, strict=False)
    )


def _body(table: Table) -> Iterator[tuple[tuple[int, int], tuple[str, str]]]:
    names = _paths(table)
    for y, row in enumerate(table.rows[table.header :]):
        for x, cell in enumerate(row):
            yield (y, x), (digest(cell), digest("".join(names[x])))


def _paths(table: Table) -> Sequence[tuple[str, ...]]:
    return names_of(table.rows[: table.header]) or [()] * len(table.rows[0])


def _in_lines(table: Table, text: str, right: set[tuple[int, int]]) -> int:
    body = table.rows[table.header :]
    filled = [y for y, row in enumerate(body) if any(row)]
    lines = text[table.start : table.end].split("\n")[-len(filled) :]
    line_of = dict(zip(filled, map(_bare, lines), strict=False))
    names = _paths(table)
    return sum(
        all(_bare(part) in line_of.get(y, "") for part in (body[y][x], *names[x])) for y, x in right
    )


def tables(shared: Path, work: Path) -> None:
    """``python -m tests.bench tables``"""
    found = list(scores(shared))
    for each in found:
        print(
            f"{each.right:4} of {each.cells:4}  {each.label.file}, {each.label.where} {each.note}"
        )
    cells, right = sum(each.cells for each in found), sum(each.right for each in found)
    lines = sum(each.lines for each in found)
    shares = [each.right / each.cells for each in found]
    print(
        f"cells right: {right} of {cells} ({right / cells:.2%}); mean over the tables "
        f"{sum(shares) / len(shares):.2%}; in their line with their header: {lines} of {right}"
    )
