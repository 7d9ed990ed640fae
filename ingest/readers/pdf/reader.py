"""PDF: the text layer through pdfium, ruled tables, and recognised text where there is no layer."""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import closing
from ctypes import addressof, c_float
from dataclasses import replace
from typing import TYPE_CHECKING

from ingest.progress import report_progress
from ingest.readers.pdf.beside import in_order
from ingest.readers.pdf.lost import pieces_of
from ingest.readers.pdf.ocr import recognise
from ingest.readers.pdf.pdfium import address_of, pdfium
from ingest.readers.pdf.rulings import rulings_on
from ingest.readers.pdf.sheets import Sheet, reading_of_sheets
from ingest.readers.pdf.tables import Region, tables_on
from ingest.readers.pdf.text import Line, Places, cleaned, lines_on
from ingest.readers.result import Reading
from onprem_rag.errors import ReadError

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

MOST_PAGES = 5_000
_FEWEST_LETTERS = 10  # a page with fewer that shows a picture is a scan
_FEW_LETTERS = 200  # a page with fewer may be a scan with a stamp or a footer
_COVERED = 0.7  # of a page, by one image, for it to be a scan all the same
_SIGN_EVERY = 500  # pages, a sign of life
_DRAWN = 100  # so many shapes and no letters: the letters may be shapes
_NAMED = 5  # pages that a note names one by one


def read_pdf(data: bytes) -> Reading:
    """Text with page spans: no running heads, page numbers or soft line breaks."""
    sheets, notes = _sheets(data)
    reading = reading_of_sheets(sheets, notes)
    if not reading.text.strip():
        raise ReadError(
            "글자층이 없는 PDF(스캔본)입니다. → 문자 인식(OCR)을 거친 PDF나 한글 원본을 넣으세요."
        )
    return reading


def _sheets(data: bytes) -> tuple[list[Sheet], tuple[str, ...]]:
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(data) as document:
            if len(document) > MOST_PAGES:
                raise ReadError(
                    f"PDF가 {len(document):,}쪽으로 너무 깁니다. "
                    f"→ {MOST_PAGES:,}쪽 이하로 나누어 넣으세요."
                )
            sheets: list[Sheet] = []
            for at in range(len(document)):
                sheets.append(_sheet(document, at))
                if not len(sheets) % _SIGN_EVERY:
                    report_progress()
            sheets, notes = _with_scans(document, sheets)
            return sheets, (*notes, *_turned(sheets))
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise ReadError("암호가 걸린 PDF입니다. → 암호를 풀고 다시 저장하세요.") from error
    return _salvaged(data), ()


def _sheet(document: PdfDocument, at: int) -> Sheet:
    with closing(document[at]) as page, closing(page.get_textpage()) as textpage:
        pieces = pieces_of(page, textpage)
        places = Places(textpage)
        lines = lines_on(document, at, page, places, pieces)
        letters = sum(len(line.text) for line in lines)
        if letters < _FEWEST_LETTERS:
            return Sheet(tuple(lines), scanned=_is_picture(page))
        if letters < _FEW_LETTERS and _is_covered(page):
            return Sheet(tuple(lines), scanned=True)
        if places.turned:
            return Sheet(tuple(lines), turned=all(rulings_on(page, pieces.others)))
        return Sheet(in_order(lines, tables_on(page, textpage, pieces.others), places))


def _is_covered(page: PdfPage) -> bool:
    """Whether one image covers most of the page."""
    get, kind, image = pdfium().item, pdfium().kind, pdfium().image
    address = address_of(page.raw)
    sides = [c_float() for _ in range(4)]
    left, bottom, right, top = sides
    width, height = page.get_size()
    for at in range(pdfium().count(address)):
        item = get(address, at)
        if kind(item) == image and pdfium().bounds(item, *map(addressof, sides)):
            area = (right.value - left.value) * (top.value - bottom.value)
            if area >= _COVERED * width * height:
                return True
    return False


def _is_picture(page: PdfPage) -> bool:
    import pypdfium2.raw as raw

    if raw.FPDFPage_CountObjects(page.raw) > _DRAWN:
        return True
    return any(True for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3))


def _with_scans(document: PdfDocument, sheets: list[Sheet]) -> tuple[list[Sheet], tuple[str, ...]]:
    """The sheets with the text of those that are pictures, and what could not be read.

    Without a program for it a file of pictures is an error; one with some among its pages is not.
    """
    numbers = [at for at, sheet in enumerate(sheets) if sheet.scanned]
    if not numbers:
        return sheets, ()
    try:
        pages = recognise(document, numbers, report_progress)
    except ReadError as error:
        if 2 * len(numbers) > len(sheets):
            raise
        return sheets, (f"{_named(numbers)}은 그림이라 읽지 못했습니다. {error}",)
    for at, page in zip(numbers, pages, strict=True):
        if page.text.strip():
            sheets[at] = replace(
                sheets[at],
                items=_kept(sheets[at], page.text),
                recognised=page.text,
                confidence=page.confidence,
            )
    notes: list[str] = []
    read = [page.confidence for page in pages if page.text.strip()]
    if read:
        notes.append(
            f"{len(read)}개 쪽을 문자 인식(OCR)으로 읽었습니다(평균 신뢰도 "
            f"{sum(read) / len(read):.0%}). → 항 번호와 숫자를 원본과 대조하세요."
        )
    if empty := [at for at in numbers if sheets[at].recognised is None]:
        notes.append(f"{_named(empty)}에서는 글자를 찾지 못했습니다. → 그 쪽의 원본을 확인하세요.")
    return sheets, tuple(notes)


def _kept(sheet: Sheet, recognised: str) -> tuple[Line | Region, ...]:
    """The lines of a scan's text layer, a stamp's say, that were not recognised as well."""
    lines = [item for item in sheet.items if isinstance(item, Line)]
    if sum(len(line.text) for line in lines) < _FEWEST_LETTERS:
        return ()
    known = {"".join(line.split()) for line in recognised.splitlines()}
    return tuple(line for line in lines if "".join(line.text.split()) not in known)


def _turned(sheets: Sequence[Sheet]) -> tuple[str, ...]:
    """What is said of pages whose tables were read as lines."""
    numbers = [at for at, sheet in enumerate(sheets) if sheet.turned]
    if not numbers:
        return ()
    return (
        f"{_named(numbers)}은 돌려진 쪽이라 표를 줄글로 읽었습니다. "
        "→ 그 쪽의 표를 원본과 대조하거나 한글 원본을 넣으세요.",
    )


def _named(numbers: Sequence[int]) -> str:
    """``3쪽, 4쪽`` or ``12개 쪽(3쪽, 4쪽 …)``."""
    names = ", ".join(f"{at + 1}쪽" for at in numbers[:_NAMED])
    return names if len(numbers) <= _NAMED else f"{len(numbers)}개 쪽({names} …)"


def _salvaged(data: bytes) -> list[Sheet]:
    """What pypdf reads of a file that pdfium can't open; it tells no places."""
    import pypdf

    try:
        pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages]
    except Exception as error:  # pypdf raises many kinds on damaged files
        raise ReadError(
            "손상된 PDF입니다. → 원본에서 PDF를 다시 만들거나 파일을 다시 복사하세요."
        ) from error
    return [
        Sheet(
            tuple(
                Line(text, 0.0, float(len(text)), -float(at), 1.0)
                for at, part in enumerate(page.splitlines())
                if (text := cleaned(part))
            )
        )
        for page in pages
    ]
