"""Tables as lines of text that can be searched and quoted: each row repeats its header cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TypeAlias

from ingest.readers.grids import Place, Places, once, places_of
from ingest.readers.grids import Span as Span
from ingest.readers.headers import header_rows, is_caption
from ingest.readers.stacked import unstacked

Rows: TypeAlias = tuple[tuple[str, ...], ...]
Merged: TypeAlias = tuple[tuple[int, int], ...]  # places whose cell began in the row above
TableLines: TypeAlias = tuple[list[str], int, Rows, Merged]  # lines, header rows, grid
Names: TypeAlias = tuple[str, ...]  # the header cells above a column, from the top

_NEVER_DATA = frozenset(("구분", "항목", "연번", "순번", "번호"))


def table_of(spans: Sequence[Span]) -> TableLines | None:
    """A table as lines ``직급: 4급 | 숙박비(1박): 70,000원``; None where no cell is filled.

    ``spans``: (row, column, rows, columns, text, whether the file calls it a header) of each
    cell. A merged cell's text stands for every row and column that it covers; lines that stand side
    by side in the cells of one row are rows of their own. Each filled row is one line; header rows
    that a table repeats on its next page are left out.
    """
    places = places_of(unstacked(spans))
    if not any(place.text for row in places for place in row):
        return None
    header = header_rows(places)
    places = _without_repeats(places, header)
    rows = tuple(map(_texts, places))
    names = names_of(rows[:header])
    lines = _header_lines(places[:header])
    lines += _named(places[header:], names) if header else map(_plain, places)
    return [line for line in lines if line], header, rows, tuple(_merged(places))


def names_of(header: Rows) -> list[Names]:
    """The header cells above each column, from the top: ``("숙박비", "특별시")``; no captions."""
    # Where no row tells columns apart, they share the name in the last one: 점수 | 점수.
    levels = [row for row in header if len(set(row)) > 1] or header[-1:]
    return [tuple(_distinct(cells)) for cells in zip(*levels, strict=True)]


def _distinct(texts: Sequence[str]) -> list[str]:
    """The filled ones, each run of equal ones once."""
    filled = [text for text in texts if text]
    return [text for at, text in enumerate(filled) if not at or filled[at - 1] != text]


def _without_repeats(places: Places, header: int) -> Places:
    """Without rows that say once more what the header says."""
    names = [_texts(row) for row in places[:header] if not is_caption(row)]
    kept = list(places[:header])
    at = header
    while at < len(places):
        rows = places[at : at + len(names)]
        again = len(rows) == len(names) > 0 and all(
            _texts(row) == wanted for row, wanted in zip(rows, names, strict=True)
        )
        if again:
            at += len(names)
        else:
            kept.append(places[at])
            at += 1
    return tuple(kept)


def _merged(places: Places) -> Iterator[tuple[int, int]]:
    for y, (above, row) in enumerate(pairwise(places), start=1):
        for x, (over, place) in enumerate(zip(above, row, strict=True)):
            if place is over and place.text:
                yield y, x


def _texts(row: Sequence[Place]) -> tuple[str, ...]:
    return tuple(place.text for place in row)


def _header_lines(header: Places) -> list[str]:
    """Each cell once, where it begins."""
    lines = []
    for y, row in enumerate(header):
        new = [place for place in once(row) if not y or place is not header[y - 1][place.left]]
        lines.append(" | ".join(place.text for place in new if place.text))
    return lines


def _named(body: Places, names: list[Names]) -> Iterator[str]:
    """The rows; where a table goes on below with other names, under those."""
    for row in body:
        if (row[0].text,) == names[0] and row[0].text in _NEVER_DATA:
            names = [(place.text,) if place.text else () for place in row]
            yield _plain(row)
        else:
            yield _line(row, names)


def _line(row: Sequence[Place], names: Sequence[Names]) -> str:
    """One row; a cell that covers several columns is given once, under all their names."""
    cells = once(row)
    filled = [place for place in cells if place.text]
    if len(filled) == 1 and filled[0] is cells[0]:  # a heading between the rows, or a note
        return filled[0].text
    parts = []
    for place in filled:
        name = _joined(names[place.left : place.right])
        parts.append(f"{name}: {place.text}" if name and name != place.text else place.text)
    return " | ".join(parts)


def _joined(names: Sequence[Names]) -> str:
    """``체재비 일비·식비·숙박비``: what the names have in common stands once, in front."""
    names = list(dict.fromkeys(name for name in names if name))
    if not names:
        return ""
    shared = 0
    while all(len(name) > shared + 1 and name[shared] == names[0][shared] for name in names):
        shared += 1
    rest = "·".join(" ".join(name[shared:]) for name in names)
    return " ".join((*names[0][:shared], rest))


def _plain(row: Sequence[Place]) -> str:
    """A row that no header names; a cell that the file calls a header names those after it."""
    parts = []
    name = waiting = ""
    for place in (place for place in once(row) if place.text):
        if place.header:
            parts.append(waiting)
            name = waiting = place.text
        else:
            parts.append(f"{name}: {place.text}" if name else place.text)
            waiting = ""
    return " | ".join(part for part in (*parts, waiting) if part)
