"""An article into the parts that become rows: heading, 항, 호, 목, rows of tables, lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.diff.units import NUMBER, Unit
from ingest.diff.wording import form
from ingest.split.contents import Span, span_at
from ingest.split.items import Item, items_of
from onprem_rag.korean.text import sentences
from onprem_rag.records import Document

_HEAD = re.compile(rf"{NUMBER.pattern}|\s*[\[<(【〔]?\s*부\s*칙")
_TITLE = re.compile(r"\s*[(（\[【〔](?:[^()（）\n]|\([^()\n]*\))*[)）\]】〕]")
_SIGN = re.compile(r"\s*(?:\d{1,3}(?:\s?의\s?\d{1,2})?\s?\.|[가-힣]\.|\S)")
_DEPTHS = {"항": 1, "호": 2, "목": 3}
LINE = 4
BODY = "본문"  # the place of what stands before the first 항 or 호


@dataclass(frozen=True, slots=True)
class Segment:
    """``text`` of all segments of an article, one after the other, is the article's."""

    text: str
    depth: int  # 0 heading, 1 항, 2 호, 3 목, 4 a line
    sign: str
    place: str  # "제2항제3호"; a row of a table: its first cell; "" for a line
    form: str  # its wording without its sign
    bare: str = ""  # ``text`` with blanks for what is its layout only; "" where that is nothing

    @property
    def said(self) -> str:
        """What is compared of ``text``, with its offsets."""
        return self.bare or self.text

    @property
    def numbered(self) -> bool:
        """Whether ``place`` is a number that an insertion above moves."""
        return 0 < self.depth < LINE


def segments_of(document: Document, unit: Unit) -> list[Segment]:
    """The parts of ``unit`` in their order."""
    text, start, end = document.text, unit.start, unit.end
    tables = [
        (table.start, table.end)
        for table in document.tables
        if table.start < end and table.end > start
    ]
    heading_end = _heading_end(text, unit)
    items = [
        item
        for item in items_of(text, start, end, heading_end)
        if item.start >= heading_end and not span_at(tables, item.start)
    ]
    places = _places(items)
    borders = {start, heading_end, end, *places, *_lines(text, heading_end, end, tables)}
    found: list[Segment] = []
    for begin, stop in pairwise(sorted(borders)):
        part = text[begin:stop]
        if begin == start and begin < heading_end:
            found.append(Segment(part, 0, "", "", form(part)))
        elif begin in places:
            level, place = places[begin]
            cut = sign_end(part)
            found.append(Segment(part, _DEPTHS[level], part[:cut].strip(), place, form(part[cut:])))
        elif span_at(tables, begin):
            found.append(Segment(part, LINE, "", form(part.partition(" | ")[0]), form(part)))
        else:
            place = BODY if begin == heading_end else ""
            found.append(Segment(part, LINE, "", place, form(part)))
    return found


def sign_end(part: str) -> int:
    """Where the sign ends with which the text of a 항, 호 or 목 begins."""
    sign = _SIGN.match(part)
    return sign.end() if sign else 0


def _heading_end(text: str, unit: Unit) -> int:
    """Where the number and title end; the start where the text begins without them."""
    found = _HEAD.match(text, unit.start, unit.end) if unit.side.article else None
    if not found:
        return unit.start
    if "조" not in found[0]:  # an annex or addenda: the line
        newline = text.find("\n", unit.start, unit.end)
        return unit.end if newline < 0 else newline + 1
    title = _TITLE.match(text, found.end(), unit.end)
    at = title.end() if title else found.end()
    while at < unit.end and text[at].isspace():
        at += 1
    return at


def _places(items: Sequence[Item]) -> dict[int, tuple[str, str]]:
    """Level and place of each item by its start."""
    places: dict[int, tuple[str, str]] = {}
    paragraph = number = ""
    for item in items:
        if item.level == "항":
            paragraph, number = f"제{item.number}항", ""
            place = paragraph
        elif item.level == "호":
            number = f"제{item.number}호" + (f"의{item.branch}" if item.branch else "")
            place = paragraph + number
        else:
            place = f"{paragraph}{number}{item.label}목"
        places[item.start] = (item.level, place)
    return places


def _lines(text: str, start: int, end: int, tables: Sequence[Span]) -> Iterator[int]:
    """Where lines begin that are more than a wrapped one's rest, and all rows of tables."""
    for begin, stop in tables:
        at = max(begin, start)
        while begin < end and start <= at < min(stop, end):
            yield at
            newline = text.find("\n", at, stop)
            at = stop if newline < 0 else newline + 1
        if start < stop < end:
            yield stop
    last = start
    for begin, stop in sentences(text[start:end]):
        if "\n" in text[last : start + begin] and not span_at(tables, start + begin):
            yield start + begin
        last = start + stop
