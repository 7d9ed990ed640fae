"""Which rows at the top of a table name its columns."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.readers.grids import Place, Places, once

_UNIT = re.compile(r"[(\[]? ?단위 ?[:：]")
# What a name of a column never is, so that the row is one of data.
_AMOUNT = re.compile(r"\d{1,3}(?:,\d{3})+ ?원?|\(?\d{2,4}-\d{3,4}-\d{4}\)?")
_TO_FILL_IN = re.compile(r"□|○○|\[ *\]|^[※*]|^ex\)")
_COUNTER = re.compile(r"\d{1,3}[.)]?")
_LONGEST_NAME = 60


def header_rows(places: Places) -> int:
    """How many rows at the top are captions and names; 0 where the rows stand for themselves."""
    top = _captions(places)
    body = places[top:]
    depth = _marked(body)
    if not depth and not _has_names_at_left(body):
        depth = _deduced(body, top)
    return top + depth if depth else 0


def is_caption(row: Sequence[Place]) -> bool:
    """Whether a row is a title over the whole width, or the unit of the amounts below."""
    filled = [place for place in once(row) if place.text]
    return len(row) > 1 and (
        row[0] is row[-1] or (len(filled) == 1 and _UNIT.match(filled[0].text) is not None)
    )


def _captions(places: Places) -> int:
    for y, row in enumerate(places):
        if not is_caption(row) and any(place.text for place in row):
            return y
    return len(places)


def _marked(body: Places) -> int:
    """The rows of which the file calls most cells headers; none where it says so of all rows."""
    for y, row in enumerate(body):
        filled = [place for place in once(row) if place.text]
        if 2 * sum(place.header for place in filled) <= len(filled):
            return y
    return 0


def _has_names_at_left(body: Places) -> bool:
    """Whether the file calls the first cell of each row a header, and not all cells."""
    return all(row[0].header for row in body) and not all(
        place.header for row in body for place in row
    )


def _deduced(body: Places, top: int) -> int:
    if len(body) < 2 or len(body[0]) < 2:
        return 0
    depth = _depth(body, top)
    if not depth or _is_form(body, depth) or _is_data(body[0]):
        return 0
    return depth


def _depth(body: Places, top: int) -> int:
    """How many rows the first row's cells reach down, with those that divide them."""
    depth, reach = 0, 1
    while depth < reach:
        depth = reach
        reach = max(place.bottom - top for row in body[:depth] for place in row)
    if depth == len(body):
        return 0
    below = body[1:depth]
    if below:  # cells that reach down while none is divided: the first of the groups of rows
        divided = any(_divided(body[0], row) for row in below)
        return depth if divided or _are_units(body[0], body[1]) else 0
    return 2 if len(body) > 2 and _goes_on(body[0], body[1]) else 1


def _divided(above: Sequence[Place], below: Sequence[Place]) -> bool:
    return any(
        below[place.left] is not below[place.right - 1]
        for place in once(above)
        if place.right - place.left > 1
    )


def _are_units(above: Sequence[Place], below: Sequence[Place]) -> bool:
    """``(원)`` below ``금액``."""
    new = [place.text for place in once(below) if place is not above[place.left]]
    return any(new) and all(text[0] == "(" and text[-1] == ")" for text in new if text)


def _goes_on(above: Sequence[Place], below: Sequence[Place]) -> bool:
    """Whether a second row divides names, and where it doesn't, one of both is empty."""
    if not _divided(above, below):
        return False
    undivided = [place for place in once(above) if place.right - place.left == 1]
    return bool(undivided) and all(
        not (place.text and below[place.left].text) for place in undivided
    )


def _is_form(body: Places, depth: int) -> bool:
    """``성명 | | 생년월일 | ``: names beside empty cells, or rows that ignore the columns."""
    cells = once(body[0])
    empty = sum(not place.text for place in cells[1:])
    if 3 * empty >= len(cells) or any(place.text.endswith((":", "：")) for place in cells):
        return True
    starts = {place.left for row in body[:depth] for place in row} | {len(body[0])}
    odd = sum(any(_crosses(place, starts) for place in once(row)) for row in body[depth:])
    return 3 * odd > len(body) - depth


def _crosses(place: Place, starts: set[int]) -> bool:
    """Whether a cell covers a part of one column's width and something of the next one's."""
    if place.left in starts and place.right in starts:
        return False
    return any(x in starts for x in range(place.left + 1, place.right))


def _is_data(first: Sequence[Place]) -> bool:
    """Whether the first row holds what no name of a column is: an amount, a box to be ticked."""
    texts = [place.text for place in first]
    return _COUNTER.fullmatch(texts[0]) is not None or any(
        _AMOUNT.fullmatch(text) or _TO_FILL_IN.search(text) or len(text) > _LONGEST_NAME
        for text in texts
    )
