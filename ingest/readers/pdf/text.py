"""The lines of a PDF page as they stand on the paper, with their places."""

from __future__ import annotations

import ctypes
import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ingest.readers.pdf.lost import Pieces, lost_pieces
from ingest.readers.pdf.pdfium import address_of, pdfium

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage, PdfTextPage

_LINE = re.compile(r"[^\r\n]+")
_WORD = re.compile(r"\S+")
# Old word processors put private-use characters where a blank belongs.
_NO_LETTER = re.compile("[\ue000-\uf8ff\ufffe\uffff\x00]")
_HYPHEN = "\ufffe"  # pdfium's sign for a hyphen at a line's end, which it joins with the next
_RAISED, _LOWER = 0.5, 0.9  # of the letters' height: more than a raised sign; the next line
_ROW = 2.0  # how far apart the letters of one row stand, whose cells have several lines
_UPRIGHT = 0.01  # radians
_APART = 0.25  # of the letters' height: a gap between two words


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page in points from the page's lower left corner; ``y`` is its baseline.

    On a page of turned letters the corner is that of the page held so that they stand upright.
    """

    text: str
    left: float
    right: float
    y: float
    size: float  # height of its first letter
    blank_after: bool = False  # the file itself has a blank at the line's end
    span: tuple[int, int] = (0, 0)  # its characters in the page's text


class Places:
    """Where the characters of a text page stand, by their index in its text."""

    def __init__(self, page: PdfTextPage) -> None:
        import pypdfium2.raw as raw

        self.page, self.text = page, page.get_text_range()
        text = self.text
        self._raw, self._page = raw, page.raw
        self.plain = cleaned(text) == text.strip()  # nothing to be cleaned in its lines
        self._same = page.count_chars() == len(text)
        self._astral = not self._same and bool(text) and max(text) > "\uffff"
        self._x, self._y = ctypes.c_double(), ctypes.c_double()
        self._box = raw.FS_RECTF()
        self._origin, self._extent = pdfium().origin, pdfium().box
        self._address = address_of(page.raw)
        self._at = ctypes.addressof(self._x), ctypes.addressof(self._y)
        self._around = ctypes.addressof(self._box)
        self._turn = self._turned(page)

    @property
    def turned(self) -> bool:
        """Whether the letters do not stand upright on the page, as on an annex laid across it."""
        return self._turn is not None

    def _turned(self, page: PdfTextPage) -> tuple[float, float, float, float] | None:
        """Sine and cosine of the first letter's angle, if it is the last one's too; the corner."""
        bare = self.text.rstrip()
        if not bare:
            return None
        ends = (len(bare) - len(bare.lstrip()), len(bare) - 1)
        first, last = (
            pdfium().angle(self._address, at if self._same else self.number(at)) for at in ends
        )
        sin, cos = math.sin(first), math.cos(first)
        if (abs(sin) < _UPRIGHT and cos > 0) or abs(first - last) > _UPRIGHT:
            return None
        width, height = page.page.get_size()
        if page.page.get_rotation() in (90, 270):
            width, height = height, width
        left = min(0, width * cos) + min(0, -height * sin)
        return sin, cos, left, min(0, width * sin) + min(0, height * cos)

    def _held_upright(self, x: float, y: float) -> tuple[float, float]:
        """A place on the page when it is turned so that its letters stand upright."""
        if self._turn is None:
            return x, y
        sin, cos, left, bottom = self._turn
        return x * cos - y * sin - left, x * sin + y * cos - bottom

    def number(self, at: int) -> int:
        """pdfium's own number of a character; it counts some that the text leaves out."""
        if self._astral:
            at = len(self.text[:at].encode("utf-16-le", "surrogatepass")) // 2
        return int(self._raw.FPDFText_GetCharIndexFromTextIndex(self._page, at))

    def origin(self, at: int) -> tuple[float, float]:
        """Left end of a character's baseline."""
        number = at if self._same else self.number(at)
        self._origin(self._address, number, *self._at)
        x, y = self._x.value, self._y.value
        return (x, y) if self._turn is None else self._held_upright(x, y)

    def extent(self, at: int) -> tuple[float, float]:
        """(right edge, height) of the room that a character's font gives it."""
        box = self._box
        self._extent(self._address, at if self._same else self.number(at), self._around)
        if self._turn is None:
            return box.right, box.top - box.bottom
        corners = [
            self._held_upright(x, y) for x in (box.left, box.right) for y in (box.bottom, box.top)
        ]
        heights = [y for _, y in corners]
        return max(x for x, _ in corners), max(heights) - min(heights)

    def middle(self, at: int) -> tuple[float, float]:
        """Where a character's ink must be, as the cells of tables see it."""
        box = self._box
        self._extent(self._address, at if self._same else self.number(at), self._around)
        half, quarter = (box.right - box.left) / 2, (box.top - box.bottom) / 4
        return box.left + min(half, quarter), (box.top + box.bottom) / 2

    def is_hyphen(self, at: int) -> bool:
        """Whether a hyphen at a line's end was swallowed here."""
        return bool(
            self._raw.FPDFText_IsHyphen(self._page, at if self._same else self.number(at)) == 1
        )


def lines_on(
    document: PdfDocument, number: int, page: PdfPage, places: Places, pieces: Pieces
) -> list[Line]:
    """The filled lines of one page in reading order, each as on the paper.

    pdfium joins lines that a word processor set close together, swallows the hyphen at a line's
    end, and takes a letter for a repetition where its number equals that of a letter in another
    font; all three are put right here.
    """
    text, textpage = places.text, places.page
    spans: list[tuple[int, int]] = []
    lines: list[Line] = []
    for found in _LINE.finditer(text):
        for start, end, line in _split(found, places):
            spans.append((start, end))
            lines.append(line)
    for piece in lost_pieces(document, number, page, textpage, pieces):
        _put_back(piece, text, spans, lines, places)
    if places.turned and lines and lines[0].y < lines[-1].y:
        lines.reverse()  # pdfium takes such pages for columns and begins at the other end
    return [line for line in lines if line.text]


def _line(
    text: str, start: int, end: int, places: Places, begin: tuple[float, float, float]
) -> Line:
    """The line from ``start`` to ``end``; ``begin`` is its first letter's origin and height."""
    part = text[start:end]
    if _HYPHEN in part:
        part = "".join(
            "-" if sign == _HYPHEN and places.is_hyphen(start + at) else sign
            for at, sign in enumerate(part)
        )
    bare = part.rstrip()
    right, blank = places.extent(start + len(bare) - 1)[0], len(bare) < len(part)
    bare = bare.lstrip() if places.plain else cleaned(bare)
    return Line(bare, begin[0], right, begin[1], begin[2], blank, (start, end))


def cleaned(text: str) -> str:
    """Composed syllables, no signs that stand for nothing, no blanks at the ends."""
    return unicodedata.normalize("NFC", _NO_LETTER.sub(" ", text)).strip()


def _split(found: re.Match[str], places: Places) -> Iterator[tuple[int, int, Line]]:
    """The lines that pdfium gave as one, each with its span in the text."""
    part, (begin, end), whole = found[0], found.span(), found.string
    bare = part.rstrip()
    if not bare:
        return
    first, last = begin + len(part) - len(part.lstrip()), begin + len(bare) - 1
    (x, y), height = places.origin(first), places.extent(first)[1]
    if last > first and abs(y - places.origin(last)[1]) > height * _RAISED:
        for word in list(_WORD.finditer(whole, first, end))[1:]:
            at = word.start()
            next_x, next_y = places.origin(at)
            drop = abs(next_y - places.origin(first)[1])
            if drop > height * _RAISED and (next_x < x or drop > height * _LOWER):
                yield begin, at, _line(whole, begin, at, places, (*places.origin(first), height))
                begin = first = at
                height = places.extent(at)[1]
            x = next_x
        x, y = places.origin(first)
    yield begin, end, _line(whole, begin, end, places, (x, y, height))


def _put_back(
    piece: Line,
    text: str,
    spans: list[tuple[int, int]],
    lines: list[Line],
    places: Places,
) -> None:
    """Sets a lost letter after the one that stands left of it, or on a line of its own."""
    before: tuple[float, int, int] | None = None
    for at, ((start, end), line) in enumerate(zip(spans, lines, strict=True)):
        if not line.text or abs(line.y - piece.y) > _ROW * piece.size:
            continue
        for index in range(start, end):
            x, y = places.origin(index)
            if text[index].isspace() or abs(y - piece.y) > piece.size / 3 or x > piece.left:
                continue
            if abs(x - piece.left) < piece.size / 2 and text[index] in piece.text:
                return  # drawn twice, for a bold or a shadow
            before = max(before or (x, at, index), (x, at, index))
    if before is None:
        at = next(
            (at for at, line in enumerate(lines) if line.text and line.y < piece.y), len(lines)
        )
        lines.insert(at, piece)
        spans.insert(at, (0, 0))
        return
    _, at, index = before
    start, end = spans[at]
    apart = _APART * piece.size
    head, tail = text[start : index + 1], text[index + 1 : end]
    rest = tail.lstrip()
    if piece.left - places.extent(index)[0] > apart:
        head += " "
    if rest and places.origin(end - len(rest))[0] - piece.right > apart:
        rest = " " + rest
    right = lines[at].right if rest else piece.right
    lines[at] = replace(lines[at], text=cleaned(head + piece.text + rest), right=right)
