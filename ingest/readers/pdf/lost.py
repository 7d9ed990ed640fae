"""Letters of a PDF page that pdfium leaves out of its text.

It takes a piece of text for a repetition (as in bold made by drawing twice) where one of the five
pieces before it stands close and has the same glyph numbers, even if they are of another font.
"""

from __future__ import annotations

import ctypes
from contextlib import closing
from ctypes import c_float
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from ingest.readers.pdf.pdfium import address_of, pdfium

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage, PdfTextPage

    from ingest.readers.pdf.text import Line

_MOST_PIECES = 20_000  # on a page; with more it is a drawing
_MOST_LOST = 200
_WIDE = 0.5  # points: narrower pieces are blanks


@dataclass(frozen=True, slots=True)
class Pieces:
    """What a page is drawn of, by pdfium's addresses; None where nobody has looked."""

    text: tuple[tuple[int, int], ...] | None  # (number on the page, address)
    others: tuple[int, ...] | None  # lines, pictures, forms
    drawn: int  # pieces that are in the page's text


def pieces_of(page: PdfPage, textpage: PdfTextPage) -> Pieces:
    """The pieces of a page; pdfium makes one rectangle of each that is in the page's text."""
    import pypdfium2.raw as raw

    count = raw.FPDFPage_CountObjects(page.raw)
    drawn = raw.FPDFText_CountRects(textpage.raw, 0, -1)
    if count <= drawn or count > _MOST_PIECES:
        return Pieces(None, None, drawn)
    get, kind, text = pdfium().item, pdfium().kind, pdfium().text
    address = address_of(page.raw)
    found: tuple[list[tuple[int, int]], list[int]] = [], []
    for at in range(count):
        item = get(address, at)
        if kind(item) == text:
            found[0].append((at, item))
        else:
            found[1].append(item)
    return Pieces(tuple(found[0]), tuple(found[1]), drawn)


def lost_pieces(
    document: PdfDocument, number: int, page: PdfPage, textpage: PdfTextPage, pieces: Pieces
) -> list[Line]:
    """The pieces of page ``number`` (from 0) that its text lacks, in the order of drawing."""
    if pieces.text is None or len(pieces.text) <= pieces.drawn:
        return []
    text_of, bounds = pdfium().text_of, pdfium().bounds
    text_address = address_of(textpage.raw)
    left, right, ignored = c_float(), c_float(), c_float()
    ends = [ctypes.addressof(number) for number in (left, ignored, right, ignored)]
    wide = []
    for at, item in pieces.text:
        bounds(item, *ends)
        if right.value - left.value > _WIDE:
            wide.append((at, item))
    if len(wide) <= pieces.drawn:
        return []
    missing = (at for at, item in wide if text_of(item, text_address, None, 0) <= 2)
    lost = set(islice(missing, len(wide) - pieces.drawn))
    return _texts(document, number, lost) if 0 < len(lost) <= _MOST_LOST else []


def _texts(document: PdfDocument, number: int, lost: set[int]) -> list[Line]:
    """The lost pieces' texts and places, from the page without all the others."""
    import pypdfium2.raw as raw

    from ingest.readers.pdf.text import Line, cleaned

    found: list[Line] = []
    with closing(document[number]) as page:
        for at in reversed(range(raw.FPDFPage_CountObjects(page.raw))):
            if at not in lost:
                item = raw.FPDFPage_GetObject(page.raw, at)
                if raw.FPDFPage_RemoveObject(page.raw, item):
                    raw.FPDFPageObj_Destroy(item)
        with closing(page.get_textpage()) as textpage:
            left, y, box = ctypes.c_double(), ctypes.c_double(), raw.FS_RECTF()
            for at in range(textpage.count_rects()):
                area = textpage.get_rect(at)
                text = cleaned(textpage.get_text_bounded(*area))
                x, height = (area[0] + area[2]) / 2, area[3] - area[1]
                index = textpage.get_index(x, (area[1] + area[3]) / 2, height, height)
                if not text or index is None:
                    continue
                raw.FPDFText_GetCharOrigin(textpage.raw, index, left, y)
                raw.FPDFText_GetLooseCharBox(textpage.raw, index, box)
                found.append(Line(text, area[0], area[2], y.value, box.top - box.bottom))
    return found
