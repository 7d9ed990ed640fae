"""The text in the cells of a PDF page's tables: characters by place, lines, paragraphs."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.readers.pdf.pdfium import address_of, pdfium

if TYPE_CHECKING:
    from pypdfium2 import PdfTextPage

# Old word processors put private-use characters where a blank belongs.
_PRIVATE = range(0xE000, 0xF900)
_OWN_LINE = re.compile(
    r"[①-⑳※*○●□■▪▶◆•◦ㆍ·․‧☐☑ㅇ-]|[oOｏ] |\d{1,2}[.)](?!\d)|[가-하][.)]\s|제\s*\d+\s*[조항호]"
    r"|\(\d{1,2}\)"
)
_LAST_WORD = re.compile(r"(?<![^\s()\[「『·‧,/])[가-힣]+$")
_FIRST_WORD = re.compile(r"[가-힣]+")
_SHORT_WORDS = frozenset(
    "및 등 수 것 이 그 각 한 할 된 될 더 본 귀 년 월 때 시 중 내 외 후 또 타".split()
)
# What follows a word and never starts one, and what never ends one.
_ENDINGS = frozenset(
    "에서 에게 에는 에도 으로 로서 로써 으로서 으로써 까지 부터 이다 이며 이나 이고 "
    "들 들의 들이 들을 적인 적으로 는지 도록 거나".split()
)
_SPREAD = re.compile(r"\S \S(?: |$)")  # 변 경
_STEMS = "있없않였었았"
_PARTICLES = "을를은는에로게도의및야"
_UNITS = ",%명인원년월일조항호급개회점세배억만천백"  # behind a number
_VERB = re.compile(
    r"(?:하[여는고며기지였도]|되[어는며지고었]|한다|된다|했|됐|[한할된될](?![가-힣]))"
)


Place = tuple[int, int]  # a table of the page, and one of its cells


@dataclass(slots=True)
class Line:
    """Characters side by side in one cell; ``y`` is the middle's and runs down the page."""

    y: float
    left: float
    right: float
    size: float
    text: str


def lines_in(
    textpage: PdfTextPage, cell_at: Callable[[float, float], Place | None]
) -> dict[Place, list[Line]]:
    """The lines of each cell, by the name that ``cell_at`` gives the cell at a point."""
    found: dict[Place, list[Line]] = {}
    blank = False
    for char, left, y, right, size in _characters(textpage):
        if char.isspace():
            blank = True
            continue
        # Some fonts give every sign a full width: not the middle, but where ink must be.
        # Places.middle does the same; a call for each character would cost too much.
        place = cell_at(left + min((right - left) / 2, size / 4), y)
        if place is None:
            blank = True
            continue
        lines = found.setdefault(place, [])
        line = lines[-1] if lines else None
        if line is None or abs(line.y - y) > size / 2 or left < line.right - 2 * size:
            lines.append(Line(y, left, right, size, char))
        else:
            line.text += " " + char if blank else char
            line.right = max(line.right, right)
        blank = False
    return {place: _side_by_side(lines) for place, lines in found.items()}


def _side_by_side(lines: list[Line]) -> list[Line]:
    """Pieces of one line, drawn apart, as one."""
    whole: list[Line] = []
    for line in sorted(lines, key=lambda line: (round(line.y), line.left)):
        before = whole[-1] if whole else None
        if before and abs(before.y - line.y) <= min(before.size, line.size) / 2:
            before.text += " " + line.text
            before.right = max(before.right, line.right)
        else:
            whole.append(line)
    return whole


def _characters(textpage: PdfTextPage) -> Iterator[tuple[str, float, float, float, float]]:
    """(character, left, middle's y, right, height) in the page's order."""
    import pypdfium2.raw as raw

    code_of, box_of, page = pdfium().code, pdfium().box, address_of(textpage.raw)
    box = raw.FS_RECTF()
    address = ctypes.addressof(box)
    for number in range(raw.FPDFText_CountChars(textpage)):
        code = code_of(page, number)
        if code <= 32 or code in _PRIVATE or code & 0xFFFE == 0xFFFE:
            yield " ", 0.0, 0.0, 0.0, 0.0
        elif box_of(page, number, address):
            y = -(box.top + box.bottom) / 2
            yield chr(code), box.left, y, box.right, box.top - box.bottom


def paragraphs_of(lines: Sequence[Line], left: float, right: float) -> list[str]:
    """The lines of a cell as its author wrote them: a line that fills the cell goes on."""
    if len(lines) > 1 and all(len(line.text) == 1 for line in lines):
        return ["".join(line.text for line in lines)]  # a word written downwards
    parts: list[str] = []
    margin = min([line.left - left for line in lines] + [6.0])
    before: Line | None = None
    for line in lines:
        if before and _goes_on(before, line, left, right, margin):
            parts[-1] += _seam(before.text, line.text) + line.text
        else:
            parts.append(line.text)
        before = line
    return parts


def starts_a_line(text: str) -> bool:
    """Whether it begins with a number or a sign of a list."""
    return _OWN_LINE.match(text) is not None


def _goes_on(before: Line, line: Line, left: float, right: float, margin: float) -> bool:
    """Whether no further character had found a place behind ``before``."""
    if starts_a_line(line.text):
        return False
    free = right - before.right - margin
    if abs((right - before.right) - (before.left - left)) < before.size / 2:  # centred
        free += before.left - left - margin
    return free < before.size


def _seam(before: str, after: str) -> str:
    """What stood between two lines of a paragraph: nothing where a word was broken.

    Most lines end with a word, so that a break inside one needs a sign of its own.
    """
    if before[-1].isdigit() and (after[0].isdigit() or after[0] in _UNITS):
        return ""
    left, right = _LAST_WORD.search(before), _FIRST_WORD.match(after)
    if not left or not right:
        return "" if after[0] in ".,:;)]」』%" or before[-1] in "([「『" else " "
    if (
        left[0] in _SHORT_WORDS
        or right[0] in _SHORT_WORDS
        or any(map(_SPREAD.match, (before, after)))
    ):
        return " "
    lone = 1 in (len(left[0]), len(right[0])) or right[0] in _ENDINGS or left[0][-1] in _STEMS
    verb = len(left[0]) > 1 and left[0][-1] not in _PARTICLES and _VERB.match(right[0])
    return "" if lone or verb else " "
