"""Numbers of a draft that state nothing: the numbering of its lists, and its marks [1]."""

from __future__ import annotations

import re
from collections.abc import Iterator

from onprem_rag.korean.references import CIRCLED

_NUMBERING = re.compile(rf"^[ \t]*(?:(\d{{1,2}})[.)](?=\s|$)|([{CIRCLED}]))", re.MULTILINE)
_OPEN_NUMBERING = re.compile(r"(?:^|\n)[ \t]*(\d{1,2})$")
_MARK = re.compile(r"\[(\d{1,3}(?:,\s?\d{1,3})*)\]")
_OPEN_MARK = re.compile(r"\[(?:\d{1,3},\s?)*(\d{0,3})$")


def free_numbers(text: str, marks: int) -> set[int]:
    """Positions of the characters of such numbers in ``text``."""
    free = {at for found, _ in _numbering(text) for at in range(*found)}
    for mark in _MARK.finditer(text):
        if all(1 <= int(number) <= marks for number in re.findall(r"\d+", mark[1])):
            free |= set(range(*mark.span()))
    return free


def finish(text: str, marks: int) -> Iterator[str]:
    """Yield what would make the number at the end of ``text`` one of them."""
    if mark := _OPEN_MARK.search(text):
        for number in range(1, marks + 1):
            if str(number).startswith(mark[1]):
                yield str(number)[len(mark[1]) :] + "]"
    if numbering := _OPEN_NUMBERING.search(text):
        counted = _numbering(text)
        for number in sorted({1, counted[-1][1] + 1 if counted else 1}):
            if str(number).startswith(numbering[1]):
                yield str(number)[len(numbering[1]) :] + ". "
                yield str(number)[len(numbering[1]) :] + ") "


def _numbering(text: str) -> list[tuple[tuple[int, int], int]]:
    """Spans and numbers of the numbering that counts up from 1."""
    counted: list[tuple[tuple[int, int], int]] = []
    for match in _NUMBERING.finditer(text):
        number = int(match[1]) if match[1] else CIRCLED.index(match[2]) + 1
        if number == 1 or (counted and number == counted[-1][1] + 1):
            counted.append((match.span(match.lastindex or 0), number))
    return counted
