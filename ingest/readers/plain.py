"""TXT and CSV: which letters the bytes mean, and which sign parts the cells."""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
from itertools import chain

from ingest.readers.pipes import text_with_tables
from ingest.readers.result import Reading
from ingest.readers.rows import Row, Sheet, reading_of_rows
from onprem_rag.errors import ReadError

_DELIMITERS = ",;\t"
_SAMPLE_ROWS = 20
_LONGEST_CELL = 1_000_000
_END = "\0"  # a last row of our own, as no text has it: a quote that is still open swallows it


def decode(data: bytes) -> str:
    """Text of UTF-8, UTF-16 or CP949 bytes; ReadError for anything else."""
    for encoding in _encodings(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _is_text(text):
            text = text.removeprefix("\ufeff").replace("\x00", "")
            text = text.replace("\r\n", "\n").replace("\r", "\n")
            return unicodedata.normalize("NFC", text)  # a Mac writes single letters
    raise ReadError(
        "글자로 읽을 수 없는 파일입니다(UTF-8, UTF-16, CP949가 아님). "
        "→ 메모장에서 UTF-8로 다시 저장하거나 원본 파일을 확인하세요."
    )


def _encodings(data: bytes) -> tuple[str, ...]:
    """The encodings that the bytes may be in, likeliest first.

    In UTF-16 the blanks, digits and line ends of Korean text each have a byte of zero on one side;
    on the other side only a few letters have one, such as 가.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    sample = data[: 1 << 16]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if even + odd and len(data) % 2 == 0 and max(even, odd) >= 4 * min(even, odd):
        # First UTF-8, which a stray zero does not make UTF-16: Korean UTF-16 is never valid there.
        return ("utf-8-sig", "utf-16-le" if odd > even else "utf-16-be", "cp949")
    return ("utf-8-sig", "cp949")


def _is_text(text: str) -> bool:
    """Binary noise decodes to control, private and unassigned characters; text does not."""
    sample = text[:20_000]
    odd = sum(unicodedata.category(char) in {"Cc", "Cn", "Cs"} for char in sample)
    plain = sum(char in "\n\r\t\f" for char in sample)
    return odd - plain <= len(sample) * 0.005


def read_text(data: bytes) -> Reading:
    """A TXT file as it stands, its pipe tables as lines that repeat their header."""
    return text_with_tables(decode(data).split("\n"))


def read_csv(data: bytes) -> Reading:
    """Each row as one line that repeats its header: ``부서: 총무팀 | 업무: 차량``."""
    return reading_of_rows(csv_sheet(data).rows)


def csv_sheet(data: bytes) -> Sheet:
    """The rows of a CSV file whose cells commas, semicolons or tabs part. Raises ReadError."""
    text = decode(data)
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(chain(io.StringIO(text), (_END,)), delimiter=_delimiter(text))
    rows: list[Row] = []
    begin = 1  # line on which the row in the making begins
    try:
        for cells in reader:
            if cells == [_END]:
                return Sheet("", tuple(rows))
            if any(cell.strip() for cell in cells):
                rows.append(Row(reader.line_num, tuple(cell.strip() for cell in cells)))
            begun, begin = begin, reader.line_num + 1
    except csv.Error:
        begun = begin
    raise ReadError(
        f"{begun}번째 줄을 CSV로 읽을 수 없습니다. "
        "→ 따옴표가 닫혔는지 확인하거나 엑셀에서 CSV로 다시 저장하세요."
    )


def _delimiter(text: str) -> str:
    """The sign by which the most rows have as many cells as the first; a comma in doubt."""

    def fitting(sign: str) -> int:
        reader = csv.reader(io.StringIO(text), delimiter=sign)
        try:
            rows = [row for row, _ in zip(reader, range(_SAMPLE_ROWS), strict=False)]
        except csv.Error:
            return 0
        width = len(rows[0]) if rows else 0
        return sum(len(row) == width for row in rows) if width > 1 else 0

    return max(_DELIMITERS, key=fitting)
