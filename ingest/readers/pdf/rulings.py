"""The straight lines drawn on a PDF page: strokes, sides of boxes, thin fills, dashes and dots."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Sequence
from ctypes import c_float, c_int
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ingest.readers.pdf.pdfium import address_of, pdfium

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

MOST_OBJECTS = 100_000  # on a page; with more it is a drawing, and so with more of the next two
MOST_STROKES = 20_000
MOST_RULINGS = 1_000
_MOST_SEGMENTS = 200  # of one path
_DEEPEST = 4  # forms inside forms
_THICK = 5.0  # points; the bounds of a stroke are twice as wide as its line
_SAME = 2.0  # how far apart the lines of a double line are
_DASH = 3.5  # the widest gap inside a dashed line
_SHORTEST = 8.0
_DOT = 0.3

Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
Box = tuple[float, float, float, float]  # left, bottom, right, top
Stroke = tuple[float, float, float]  # at, start, end


@dataclass(frozen=True, slots=True)
class Ruling:
    """A horizontal line ``at`` y from x ``start`` to ``end``, or a vertical one at x."""

    at: float
    start: float
    end: float


@dataclass(slots=True)
class _Strokes:
    """What was drawn, piece by piece."""

    level: list[Stroke] = field(default_factory=list)
    upright: list[Stroke] = field(default_factory=list)

    def add(self, x1: float, y1: float, x2: float, y2: float) -> None:
        """A thin box along its longer side; a dot is a piece of either kind of line."""
        wide, high = x2 - x1, y2 - y1
        end = min(wide, high) / 2
        if wide > high - _DOT:
            self.level.append(((y1 + y2) / 2, x1 + end, x2 - end))
        if high > wide - _DOT:
            self.upright.append(((x1 + x2) / 2, y1 + end, y2 - end))

    def too_many(self) -> bool:
        return len(self.level) + len(self.upright) > MOST_STROKES


def rulings_on(
    page: PdfPage, others: Sequence[int] | None = None
) -> tuple[list[Ruling], list[Ruling]]:
    """The page's horizontal and vertical lines, pieces joined; none where it holds a drawing.

    ``others``: the addresses of all that is no text, where somebody has looked already.
    """
    strokes = _Strokes()
    box_of = _boxes()
    for path, matrix in _paths(page, others):
        if box := box_of(path):
            _read(path, box, matrix, strokes)
        if strokes.too_many():
            return [], []
    level, upright = _joined(strokes.level), _joined(strokes.upright)
    if len(level) > MOST_RULINGS or len(upright) > MOST_RULINGS:
        return [], []
    return level, upright


def _joined(strokes: list[Stroke]) -> list[Ruling]:
    """Lines of their pieces; what stays too short to part two cells is left out."""
    rulings: list[Ruling] = []
    strokes.sort()
    at = 0
    while at < len(strokes):
        end = at
        while end < len(strokes) and strokes[end][0] - strokes[at][0] <= _SAME:
            end += 1
        pieces = sorted(strokes[at:end], key=lambda stroke: stroke[1])
        at = end
        place, first, last = pieces[0]
        longest = last - first
        for piece in [*pieces[1:], (0.0, float("inf"), 0.0)]:
            if piece[1] - last > _DASH:
                if last - first >= _SHORTEST:
                    rulings.append(Ruling(place, first, last))
                place, first, last = piece
                longest = last - first
                continue
            if piece[2] - piece[1] > longest:  # the longest piece tells best where the line is
                place, longest = piece[0], piece[2] - piece[1]
            last = max(last, piece[2])
    return rulings


def _paths(page: PdfPage, others: Sequence[int] | None) -> Iterator[tuple[int, Matrix]]:
    """The addresses of the page's paths, each with the matrix of the form that it stands in."""
    if others is None:
        others = _others(page)
    kind, path, form = pdfium().kind, pdfium().path, pdfium().form
    budget = iter(range(MOST_OBJECTS))  # forms may hold one another many times over
    for item in others:
        found = kind(item)
        if found == path:
            yield item, _IDENTITY
        elif found == form:
            yield from _paths_in(item, _IDENTITY, 1, budget)


def _others(page: PdfPage) -> list[int]:
    """The addresses of all that is no text; none where they are too many."""
    address = address_of(page.raw)
    count = pdfium().count(address)
    if count > MOST_OBJECTS:
        return []
    get, kind, text = pdfium().item, pdfium().kind, pdfium().text
    return [item for at in range(count) if kind(item := get(address, at)) != text]


def _paths_in(
    form: int, matrix: Matrix, depth: int, budget: Iterator[int]
) -> Iterator[tuple[int, Matrix]]:
    import pypdfium2.raw as raw

    pointer = ctypes.cast(form, raw.FPDF_PAGEOBJECT)
    matrix = _times(_matrix_of(pointer), matrix)
    for number in range(raw.FPDFFormObj_CountObjects(pointer) if depth <= _DEEPEST else 0):
        if next(budget, None) is None:
            return
        item = address_of(raw.FPDFFormObj_GetObject(pointer, number))
        found = pdfium().kind(item)
        if found == pdfium().path:
            yield item, matrix
        elif found == pdfium().form:
            yield from _paths_in(item, matrix, depth + 1, budget)


def _boxes() -> Callable[[int], Box | None]:
    """A function that tells an object's bounds; one buffer serves all calls."""
    buffer = (c_float * 4)()
    corners = [ctypes.addressof(buffer) + at * ctypes.sizeof(c_float) for at in range(4)]
    bounds = pdfium().bounds

    def box_of(item: int) -> Box | None:
        if not bounds(item, *corners):
            return None
        left, bottom, right, top = buffer
        return left, bottom, right, top

    return box_of


def _read(path: int, box: Box, matrix: Matrix, strokes: _Strokes) -> None:
    """Adds the straight lines of one path."""
    x1, y1, x2, y2 = _moved(box, matrix)
    if min(x2 - x1, y2 - y1) <= _THICK:
        strokes.add(x1, y1, x2, y2)
        return
    import pypdfium2.raw as raw

    pointer = ctypes.cast(path, raw.FPDF_PAGEOBJECT)
    fill, stroke = c_int(), c_int()
    raw.FPDFPath_GetDrawMode(pointer, fill, stroke)
    count = raw.FPDFPath_CountSegments(pointer)
    if count > _MOST_SEGMENTS or (not stroke.value and count <= 5):  # five make one shaded box
        return
    for corners in _polygons(pointer, count, _times(_matrix_of(pointer), matrix)):
        if stroke.value:
            for (ax, ay), (bx, by) in pairwise(corners):
                if min(abs(ax - bx), abs(ay - by)) < _DOT:
                    strokes.add(min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))
            continue
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        if min(max(xs) - min(xs), max(ys) - min(ys)) <= _THICK:
            strokes.add(min(xs), min(ys), max(xs), max(ys))


def _polygons(path: Any, count: int, matrix: Matrix) -> Iterator[list[tuple[float, float]]]:
    """The corners of each part of a path, the first again where it closes; none where it bends."""
    import pypdfium2.raw as raw

    corners: list[tuple[float, float]] = []
    x, y = c_float(), c_float()
    for number in range(count):
        segment = raw.FPDFPath_GetPathSegment(path, number)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_BEZIERTO or not raw.FPDFPathSegment_GetPoint(segment, x, y):
            return
        if kind == raw.FPDF_SEGMENT_MOVETO:
            if corners:
                yield corners
            corners = []
        corners.append(_point(x.value, y.value, matrix))
        if raw.FPDFPathSegment_GetClose(segment):
            corners.append(corners[0])
    if corners:
        yield corners


def _matrix_of(item: Any) -> Matrix:
    import pypdfium2.raw as raw

    found = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(item, found):
        return _IDENTITY
    return (found.a, found.b, found.c, found.d, found.e, found.f)


def _times(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    k, m, n, o, p, q = then
    moved = (a * k + b * n, a * m + b * o, c * k + d * n, c * m + d * o)
    return (*moved, e * k + f * n + p, e * m + f * o + q)


def _point(x: float, y: float, matrix: Matrix) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _moved(box: Box, matrix: Matrix) -> Box:
    if matrix is _IDENTITY:
        return box
    (ax, ay), (bx, by) = _point(box[0], box[1], matrix), _point(box[2], box[3], matrix)
    return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)
