"""Running heads, feet and page numbers of a PDF, told by where they stand and that they repeat."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from ingest.readers.pdf.text import Line

_EDGE = 2  # lines at the top and at the foot that may be furniture
_MOST = 0.6  # of the pages must have a line for it to be running
_FEWEST = 3
_HEIGHT = 8.0  # points
_LONGEST = 30  # letters of a page number and what is around it
_NUMBER = re.compile(
    r"[-–—\s\[(<]*(?:page|p\.|제)?\s*(\d{1,4})\s*쪽?\s*(?:(?:/|of)\s*\d{1,4})?[-–—\s\])>]*",
    re.IGNORECASE,
)
_DECORATED = re.compile(r"[-–—]\s*\d{1,4}\s*[-–—]|\d{1,4}\s*/\s*\d{1,4}|(?i:page\s*\d+)")
# Forms that fill a page each begin with [별지 제1호서식], [별지 제2호서식]: no running head.
_HEADING = re.compile(r"\s*(?:제\s*\d+\s*조|[①-⑳]|[\[<〔【]?\s*별\s*[표지])")


def running(pages: Sequence[Sequence[Line]]) -> list[set[int]]:
    """For each page, which of its lines (in paper order at the edge) are furniture."""
    edges = [_edges(lines) for lines in pages]
    shapes: Counter[tuple[str, int]] = Counter()
    for lines, edge in zip(pages, edges, strict=True):
        shapes.update({_shape(lines[at]) for at in edge if not _is_text(lines[at].text)})
    most = max(_FEWEST, len(pages) * _MOST)
    repeated = {shape for shape, count in shapes.items() if count >= most}
    offset = _offset(pages, edges)
    return [
        {
            at
            for at in edge
            if _shape(lines[at]) in repeated or _is_number(lines[at].text, number, offset)
        }
        for number, (lines, edge) in enumerate(zip(pages, edges, strict=True))
    ]


def _edges(lines: Sequence[Line]) -> set[int]:
    """The first and the last lines, as they were drawn and as they stand on the page."""
    placed = sorted(range(len(lines)), key=lambda at: -lines[at].y)
    drawn = range(len(lines))
    return {at for order in (placed, drawn) for at in (*order[:_EDGE], *order[-_EDGE:])}


def _is_text(line: str) -> bool:
    """Whether a line is no running head however often it stands there: headings, bare numbers."""
    return bool(_HEADING.match(line) or _number_in(line))


def _number_in(line: str) -> re.Match[str] | None:
    return _NUMBER.fullmatch(line) if len(line) <= _LONGEST else None


def _shape(line: Line) -> tuple[str, int]:
    """A line without its numbers and blanks, and its height on the page."""
    return re.sub(r"\d+", "0", re.sub(r"\s+", "", line.text)), round(line.y / _HEIGHT)


def _numbers(pages: Sequence[Sequence[Line]], edges: Sequence[set[int]]) -> Iterator[int]:
    for number, (lines, edge) in enumerate(zip(pages, edges, strict=True)):
        for at in edge:
            if found := _number_in(lines[at].text):
                yield int(found[1]) - number


def _offset(pages: Sequence[Sequence[Line]], edges: Sequence[set[int]]) -> int | None:
    """What the printed numbers are ahead of the count of pages; None where nothing tells."""
    offsets = Counter(_numbers(pages, edges)).most_common(1)
    return offsets[0][0] if offsets and offsets[0][1] > 1 else None


def _is_number(text: str, number: int, offset: int | None) -> bool:
    """A page number: one that looks like nothing else, or counts on from page to page."""
    found = _number_in(text)
    if not found:
        return False
    return bool(_DECORATED.fullmatch(text)) or int(found[1]) - number == offset
