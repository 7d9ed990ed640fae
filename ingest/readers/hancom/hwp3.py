"""HWP 3 (Hangul 96 and 97): one stream of paragraphs with their controls in line."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from ingest.readers.blocks import Block, Cell, Grid, reading_of
from ingest.readers.hancom.flow import Anchored, Flow, Piece
from ingest.readers.hancom.letters import letter, outline
from ingest.readers.hancom.numbering import NOTHING
from ingest.readers.hancom.records import inflated
from ingest.readers.hancom.refusals import check_depth, damaged, locked
from ingest.readers.result import Reading
from onprem_rag.errors import ReadError

SIGNATURE = b"HWP Document File V3.00"
_HEAD, _INFO, _SUMMARY = 30, 128, 1008
_CHARACTER, _SHAPE, _LINE = 31, 187, 14  # bytes that say how text looks
_FONT, _STYLE, _LANGUAGES = 40, 20 + _CHARACTER + _SHAPE, 7
_END = 13
# How many bytes follow the code of a control that is the same length everywhere.
_FIXED = {7: 82, 8: 94, 9: 6, 14: 90, 18: 6, 19: 6, 20: 6, 21: 6, 22: 22, 23: 8}
_FIXED |= {24: 4, 25: 4, 26: 244, 28: 62, 30: 2, 31: 2}
_BOX, _PICTURE, _HIDDEN, _RUNNING_HEAD, _NOTE = 10, 11, 15, 16, 17
_SIGNS = {9: "\t", 24: "-", 30: " ", 31: " "}
_NEAR = 4  # edges of cells that lie this close are one edge


def read_hwp3(data: bytes) -> Reading:
    """Body, tables and notes in reading order; running heads and hidden text are left out."""
    if not data.startswith(SIGNATURE):
        raise ReadError(
            "HWP 3.0보다 오래된 한글 문서입니다. → 한글에서 열어 HWPX로 다시 저장하세요."
        )
    try:
        info = data[_HEAD : _HEAD + _INFO]
        (encrypted,) = struct.unpack_from("<H", info, 96)
        (more,) = struct.unpack_from("<H", info, 126)
        if encrypted:
            raise locked()
        body = data[_HEAD + _INFO + _SUMMARY + more :]
        return reading_of(_Stream(inflated(body) if info[124] else body).blocks())
    except struct.error as error:  # the file ends in the middle
        raise damaged() from error


class _Stream:
    """A cursor over the body. Reading past the end raises ``struct.error``."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._flow = Flow()

    def blocks(self) -> Iterator[Block]:
        for _ in range(_LANGUAGES):
            self._skip(_FONT * self._word())
        self._skip(_STYLE * self._word())
        yield from self._list(0)

    def _word(self) -> int:
        (value,) = struct.unpack_from("<H", self._data, self._at)
        self._at += 2
        return int(value)

    def _words(self, count: int) -> list[int]:
        values = struct.unpack_from(f"<{count}H", self._data, self._at)
        self._at += 2 * count
        return list(values)

    def _skip(self, count: int) -> None:
        self._at += count
        if self._at > len(self._data):
            raise struct.error

    def _list(self, depth: int) -> Iterator[Block]:
        """The paragraphs up to the empty one that ends a list."""
        check_depth(depth)
        while self._begins():
            pieces: list[Piece] = []
            text: list[str] = []
            while (code := self._word()) != _END:
                if code >= 32:
                    text.append(letter(code))
                elif code in _SIGNS:
                    text.append(_SIGNS[code])
                    self._skip(_FIXED[code])
                else:
                    pieces.append("".join(text))
                    text.clear()
                    pieces += self._control(code, depth + 1)
            pieces.append("".join(text))
            yield from self._flow.blocks(NOTHING, pieces, depth)

    def _begins(self) -> bool:
        """Skip a paragraph's looks; False where it is the empty one."""
        same, count, lines, each = struct.unpack_from("<BHHB", self._data, self._at)
        self._skip(12 + _CHARACTER)
        if count and not same:
            self._skip(_SHAPE)
        self._skip(_LINE * lines)
        for _ in range(count if each else 0):  # each letter looks its own way
            (like_before,) = struct.unpack_from("<B", self._data, self._at)
            self._skip(1 if like_before else 1 + _CHARACTER)
        return bool(count)

    def _control(self, code: int, depth: int) -> list[Piece]:
        if code == _BOX:
            return [self._box(depth)]
        if code == _PICTURE:
            (follows,) = struct.unpack_from("<I", self._data, self._at + 6)
            self._skip(6 + 348 + follows)
            return [Anchored(tuple(self._list(depth)), inline=False)]  # its caption
        if code in (_HIDDEN, _RUNNING_HEAD):
            self._skip(6 + (8 if code == _HIDDEN else 10))
            list(self._list(depth))
            return []
        if code == _NOTE:
            self._skip(6 + 8)
            number, *_ = self._words(3)
            self._flow.note(str(number), list(self._list(depth)))
            return []
        if code not in _FIXED:  # fields, bookmarks and whatever came later say how long they are
            (size,) = struct.unpack_from("<I", self._data, self._at)
            self._skip(6 + size)
            return []
        start = self._at
        self._skip(_FIXED[code])
        return [_text_of(code, self._data[start : self._at])]

    def _box(self, depth: int) -> Anchored:
        """A table, a text box, or a formula and the like with its text."""
        start = self._at + 6
        self._skip(6 + 84)
        anchor = self._data[start + 8]
        kind, count = struct.unpack_from("<HH", self._data, start + 78)
        places = []
        for _ in range(count):
            places.append(struct.unpack_from("<4H", self._data, self._at + 4))
            self._skip(27)
        contents = [tuple(self._list(depth)) for _ in range(count)]
        caption = tuple(self._list(depth))
        blocks: tuple[Block, ...] = tuple(block for content in contents for block in content)
        if kind == 0 and count > 1:
            blocks = (_grid(places, contents),)
        return Anchored((*blocks, *caption), inline=anchor == 0)


def _text_of(code: int, payload: bytes) -> str:
    """What a control of fixed length shows in the line."""
    if code == 18:
        kind, number = struct.unpack_from("<HH", payload)
        return str(number) if kind else ""  # 0 is the page
    if code == 23:
        return "".join(letter(sign) for sign in struct.unpack_from("<3H", payload) if sign)
    if code == 28:
        kind, style, level = struct.unpack_from("<HBB", payload)
        values = list(struct.unpack_from("<28H", payload, 4))
        if kind == 1 and level < 7:
            return outline(style, level, values[:7], values[7:14], values[14:]) + " "
    return ""


def _grid(places: list[tuple[int, ...]], contents: list[tuple[Block, ...]]) -> Grid:
    """Cells stand where their edges are drawn; rows and columns are counted from those."""
    columns = _edges([edge for x, _, width, _ in places for edge in (x, x + width)])
    rows = _edges([edge for _, y, _, height in places for edge in (y, y + height)])
    cells = []
    for (x, y, width, height), content in zip(places, contents, strict=True):
        row, column = rows[y], columns[x]
        high, wide = rows[y + height] - row, columns[x + width] - column
        cells.append(Cell(row, column, max(1, high), max(1, wide), content))
    return Grid(tuple(cells))


def _edges(values: list[int]) -> dict[int, int]:
    """The place of each edge among all, from 0; those drawn side by side are one."""
    numbers: dict[int, int] = {}
    first = number = -1
    for value in sorted(set(values)):
        if first < 0 or value - first > _NEAR:
            first = value
            number += 1
        numbers[value] = number
    return numbers
