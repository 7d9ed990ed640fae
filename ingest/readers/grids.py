"""Cells with their spans, resolved: which cell stands in each place of a table."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from onprem_rag.errors import ReadError

Span: TypeAlias = tuple[int, int, int, int, str, bool]

_MOST_PLACES = 1_000_000
_MOST_TEXT = 20_000_000
_SPACED_OUT = re.compile(r"(?:^|(?<=\())[가-힣](?:\s+[가-힣])+(?=\s*\(|\)|$)")
# What is no word, though its letters stand apart: a list, or two words such as 그 밖. Of 전 공,
# 본 사 and 이 름 rules are full, so that 이, 전 and 본 count only before what follows them there.
_LISTS = ("가나다라마바사아자차카타파하", "갑을병정무", "상중하", "수우미양가", "월화수목금토일")
_PHRASE = re.compile(r"[그각및] [가-힣]|[이전본] [법영조항호목직]|매 [년월일주회건]")


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """One cell, as it stands in every place that it covers: two are the same only by identity."""

    left: int
    right: int  # column after its last
    bottom: int  # row after its last
    text: str
    header: bool


Places: TypeAlias = tuple[tuple[Place, ...], ...]


def places_of(spans: Sequence[Span]) -> Places:
    """The cell in each place, row by row.

    ``spans``: (row, column, rows, columns, text, whether the file calls it a header). Rows and
    columns in which no cell begins say nothing new and are left out, so that a damaged address or
    span makes no millions of them. Where two cells overlap, the first one stays.
    """
    rows = sorted({span[0] for span in spans})
    columns = sorted({span[1] for span in spans})
    grid: list[list[Place | None]] = [[None] * len(columns) for _ in _within(rows, columns)]
    covered = length = 0
    for row, column, height, width, text, header in spans:
        top, left = bisect_left(rows, row), bisect_left(columns, column)
        bottom = bisect_left(rows, row + max(height, 1))
        right = bisect_left(columns, column + max(width, 1))
        place = Place(left, right, bottom, tidied(text), header)
        covered += (bottom - top) * (right - left)
        length += (bottom - top) * len(place.text)
        if covered > 2 * _MOST_PLACES or length > _MOST_TEXT:
            raise _too_large()
        for line in grid[top:bottom]:
            for x in range(left, right):
                if line[x] is None:
                    line[x] = place
    return tuple(
        tuple(place or Place(x, x + 1, y + 1, "", False) for x, place in enumerate(line))
        for y, line in enumerate(grid)
    )


def tidied(text: str) -> str:
    """In one line; a word that is spaced out to fill its cell is a word again: ``숙 박 비``."""
    text = unicodedata.normalize("NFC", text)
    return " ".join(_SPACED_OUT.sub(_closed_up, text.strip()).split())


def _closed_up(found: re.Match[str]) -> str:
    letters = found[0].split()
    kept = _PHRASE.fullmatch(found[0]) or _is_list(letters)
    return found[0] if kept else "".join(letters)


def _is_list(letters: Sequence[str]) -> bool:
    """Whether the letters are of one series and in its order: ``상 중 하``, not ``하 중``."""
    # An iterator: each letter is looked for after the last one.
    return any(all(letter in series for letter in letters) for series in map(iter, _LISTS))


def once(row: Sequence[Place]) -> list[Place]:
    """The cells of a row, each once."""
    return [place for x, place in enumerate(row) if not x or row[x - 1] is not place]


def _within(rows: list[int], columns: list[int]) -> list[int]:
    if len(rows) * len(columns) > _MOST_PLACES:
        raise _too_large()
    return rows


def _too_large() -> ReadError:
    return ReadError("표가 너무 큽니다. → 표를 나누어 다시 저장하세요.")
