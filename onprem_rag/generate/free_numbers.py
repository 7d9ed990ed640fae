"""Numbers of a draft that state nothing: the numbering of its lists, and its marks [1]."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from onprem_rag.korean.references import CIRCLED

# "1. 명이" and "[1]년 이내" would state a number; "1. 명단" and "[1]회의" are words.
_LIMIT = r"\s?(?:이상|이하|이내|미만|초과)|까지|부터|입니"
_NO_UNIT = (
    rf"(?!\s*(?:(?:명|년|개월|만\s?원|천\s?원|퍼센트)(?:[을를은는이가에만과와로씩당간,.)]|[^\S\n]|{_LIMIT})"
    rf"|(?:인|일|주|개|원|건|회|시간|시|분|부|통|점|급|세|배)(?:{_LIMIT})|%|제?\s?[조항호](?:에|[^\S\n]|[,.)])))"
)
_FIGURE = rf"\d{{1,2}}(?=[.)](?:\s|$){_NO_UNIT})"
_NUMBERING = re.compile(rf"^[ \t]*({_FIGURE}|[{CIRCLED}]{_NO_UNIT})", re.MULTILINE)
_OPEN_NUMBERING = re.compile(r"(?:^|\n)[ \t]*(\d{1,2})$")
_MARK = re.compile(rf"\[(\d{{1,3}}(?:,\s?\d{{1,3}})*)\]{_NO_UNIT}")
_OPEN_MARK = re.compile(r"\[(?:\d{1,3},\s?)*(\d{0,3})$")


def free_numbers(text: str, marks: int, listed: Collection[str]) -> set[int]:
    """Positions of the characters of such numbers; ``listed`` are those that number a source."""
    free = {
        at for start, number in _counted(text, listed) for at in range(start, start + len(number))
    }
    for mark in _MARK.finditer(text):
        if all(1 <= int(number) <= marks for number in re.findall(r"\d+", mark[1])):
            free |= set(range(*mark.span()))
    return free


def finish(text: str, marks: int, listed: Collection[str]) -> Iterator[str]:
    """Yield what would make the number at the end of ``text`` one of them."""
    if mark := _OPEN_MARK.search(text):
        for number in range(1, marks + 1):
            if str(number).startswith(mark[1]):
                yield str(number)[len(mark[1]) :] + "]"
    if begun := _OPEN_NUMBERING.search(text):
        counted = list(_counted(text, ()))
        following = str(_value(counted[-1][1]) + 1) if counted else "1"
        for written in sorted({"1", following, *listed}):
            if written.startswith(begun[1]):
                yield written[len(begun[1]) :] + ". "
                yield written[len(begun[1]) :] + ") "


def numbering(text: str) -> Iterator[tuple[int, str]]:
    """Yield positions and numbers of whatever numbers a line: 3 of "3. 병가", ③."""
    for match in _NUMBERING.finditer(text):
        yield match.start(1), match[1]


def _counted(text: str, listed: Collection[str]) -> Iterator[tuple[int, str]]:
    """Yield those that count up from 1, or are ``listed``."""
    last = 0
    for start, number in numbering(text):
        if _value(number) in (1, last + 1):
            last = _value(number)
        elif number not in listed:
            continue
        yield start, number


def _value(number: str) -> int:
    return CIRCLED.index(number) + 1 if number in CIRCLED else int(number)
