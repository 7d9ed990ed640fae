"""Text of scanned pages through Debian's ``tesseract``, a program of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from onprem_rag.errors import ReadError

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

MOST_PAGES = 300
SECONDS_A_PAGE = 20  # less than the worker waits for a sign of life
_DPI = 300
_MOST_PIXELS = 36_000_000  # two A3 pages; a larger one is rendered coarser
_MOST_AT_ONCE = 4
_LAYOUT = "4"  # one column of text; "3" tears lines into columns at the gaps between words
_BLANKS = (0.45, 0.25, 0.6)  # of a word's height, the gap that makes two: usual, least, most
_WIDEST = 1.2  # of a word's height; further apart stand columns and marks
_ENOUGH = 12  # gaps, to tell two kinds
_WORD = "5"  # the level of a word's row in Tesseract's table
_INSTALL = (
    "→ 'apt install tesseract-ocr tesseract-ocr-kor'로 설치하거나, "
    "문자 인식을 거친 PDF나 한글 원본을 넣으세요."
)


@dataclass(frozen=True, slots=True)
class Recognised:
    """One page's lines, and how sure the program is of its characters, from 0 to 1."""

    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class _Word:
    left: int
    right: int
    height: int
    confidence: float
    text: str


def recognise(
    document: PdfDocument, numbers: Sequence[int], progress: Callable[[], None] | None = None
) -> list[Recognised]:
    """The pages ``numbers`` (from 0), in their order; ``progress`` is called after each.

    A page on which the program fails, or takes longer than ``SECONDS_A_PAGE``, comes back empty,
    with confidence 0. Raises ReadError without the program or its Korean data, for too many pages,
    and where it fails on every page.
    """
    if len(numbers) > MOST_PAGES:
        raise ReadError(
            f"글자층이 없는 쪽이 {len(numbers):,}쪽이라 문자 인식(OCR) 한도({MOST_PAGES}쪽)를 "
            f"넘습니다. → {MOST_PAGES}쪽 이하로 나누거나 문자 인식을 거친 PDF를 넣으세요."
        )
    command = _command()
    at_once = min(len(os.sched_getaffinity(0)), _MOST_AT_ONCE)
    pages: list[Recognised | None] = []
    with ThreadPoolExecutor(at_once) as pool:
        for start in range(0, len(numbers), at_once):
            # Rendered here: pdfium may not be called from two threads.
            images = [_image(document, number) for number in numbers[start : start + at_once]]
            for page in pool.map(lambda image: _recognised(command, image), images):
                pages.append(page)
                if progress:
                    progress()
    if pages and not any(pages):
        raise ReadError(
            "문자 인식(OCR) 프로그램이 실패했습니다. "
            "→ 스캔 해상도(300dpi)를 확인하거나 문자 인식을 거친 PDF를 넣으세요."
        )
    return [page or Recognised("", 0.0) for page in pages]


def _command() -> list[str]:
    """The program and its arguments; ReadError where it or the Korean data is missing."""
    program = shutil.which("tesseract")
    if not program:
        raise ReadError(
            f"글자층이 없는 PDF(스캔본)인데 문자 인식(OCR) 프로그램이 없습니다. {_INSTALL}"
        )
    listed = subprocess.run(
        [program, "--list-langs"], capture_output=True, text=True, timeout=SECONDS_A_PAGE
    )
    if "kor" not in listed.stdout.split():
        raise ReadError(
            "글자층이 없는 PDF(스캔본)인데 문자 인식(OCR) 프로그램에 한국어 자료가 없습니다. "
            f"{_INSTALL}"
        )
    return [program, "-", "-", "-l", "kor", "--psm", _LAYOUT, "--dpi", str(_DPI), "tsv"]


def _image(document: PdfDocument, number: int) -> bytes:
    """A page in grey, as a portable grey map."""
    page = document[number]
    width, height = page.get_size()
    scale = min(_DPI / 72, (_MOST_PIXELS / max(width * height, 1.0)) ** 0.5)
    bitmap = page.render(scale=scale, grayscale=True)
    head = b"P5 %d %d 255\n" % (bitmap.width, bitmap.height)
    return head + bytes(bitmap.to_numpy().tobytes())


def _recognised(command: Sequence[str], image: bytes) -> Recognised | None:
    """What the program reads; None where it fails."""
    try:
        done = subprocess.run(
            command,
            input=image,
            capture_output=True,
            timeout=SECONDS_A_PAGE,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},  # its threads slow one another down
        )
    except subprocess.TimeoutExpired:
        return Recognised("", 0.0)
    if done.returncode:
        return None
    return _page_of(done.stdout.decode("utf-8", "replace"))


def _page_of(table: str) -> Recognised:
    """A page of Tesseract's table: one row a word, with the numbers of its block and line."""
    lines: dict[tuple[str, ...], list[_Word]] = {}
    for row in table.splitlines()[1:]:
        fields = row.split("\t")
        if len(fields) == 12 and fields[0] == _WORD and fields[11].strip():
            left, _, width, height = map(int, fields[6:10])
            word = _Word(left, left + width, height, float(fields[10]), fields[11].strip())
            lines.setdefault(tuple(fields[1:5]), []).append(word)
    words = [word for line in lines.values() for word in line]
    if not words:
        return Recognised("", 0.0)
    letters = sum(len(word.text) for word in words)
    sure = sum(max(word.confidence, 0.0) * len(word.text) for word in words) / 100
    blank = _widest_inside_a_word(list(lines.values()), median(word.height for word in words))
    return Recognised("\n".join(_line(line, blank) for line in lines.values()), sure / letters)


def _widest_inside_a_word(lines: Sequence[Sequence[_Word]], height: float) -> float:
    """The gap that parts those between syllables from those between words, by Otsu's method."""
    usual, least, most = (share * height for share in _BLANKS)
    gaps = sorted(
        gap
        for line in lines
        for before, word in pairwise(line)
        if 0 <= (gap := word.left - before.right) <= _WIDEST * height
    )
    if len(gaps) < _ENOUGH:
        return usual
    total, below, best, found = sum(gaps), 0, -1.0, usual
    for count, (gap, following) in enumerate(pairwise(gaps), start=1):
        below += gap
        others = len(gaps) - count
        apart = count * others * (below / count - (total - below) / others) ** 2
        if gap < following and apart > best:
            best, found = apart, (gap + following) / 2
    return min(max(found, least), most)


def _line(words: Sequence[_Word], blank: float) -> str:
    """Words as they stood: Tesseract parts Korean at every syllable, the paper does not."""
    text = words[0].text
    for before, word in pairwise(words):
        text += (" " if word.left - before.right > blank else "") + word.text
    return text
