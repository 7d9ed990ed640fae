"""One file's bytes to the reader of its format."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from ingest.readers.detect import detect_format
from ingest.readers.plain import csv_sheet
from ingest.readers.result import Reading
from ingest.readers.rows import Sheet
from onprem_rag.errors import ReadError

# By format: where its reader is. Imported with its first file; all take a third of a second.
_READERS = {
    "txt": ("plain", "read_text"),
    "md": ("markdown", "read_markdown"),
    "csv": ("plain", "read_csv"),
    "pdf": ("pdf.reader", "read_pdf"),
    "docx": ("office.docx", "read_docx"),
    "xlsx": ("office.xlsx", "read_xlsx"),
    "html": ("html", "read_html"),
    "hwp": ("hwp", "read_hwp"),
    "hwpx": ("hancom.hwpx", "read_hwpx"),
    "hml": ("hancom.hwpml", "read_hwpml"),
}


def read(path: Path, data: bytes) -> tuple[str, str, Reading]:
    """(format, SHA-256, reading) of one file's bytes. Raises ReadError, or MemoryError."""
    file_format = detect_format(path, data)
    with _only_read_errors():
        reading = _reader(file_format)(data)
    if not reading.text.strip():
        raise ReadError("글자가 없는 문서입니다. → 내용이 있는 원본인지 확인하세요.")
    if not reading.pages:  # a PDF's text is composed before its page spans are counted
        reading = replace(reading, text=_composed(reading.text), title=_composed(reading.title))
    return file_format, hashlib.sha256(data).hexdigest(), reading


def sheets_of(path: Path, data: bytes) -> list[Sheet]:
    """The rows of a CSV or XLSX file, for the FAQ. Raises ReadError."""
    file_format = detect_format(path, data)
    with _only_read_errors():
        if file_format == "xlsx":
            from ingest.readers.office.xlsx import xlsx_sheets

            return xlsx_sheets(data)
        if file_format in {"csv", "txt"}:
            return [csv_sheet(data)]
    raise ReadError("CSV나 XLSX가 아닙니다. → 질문과 답변의 표를 그 형식으로 저장하세요.")


def _reader(file_format: str) -> Callable[[bytes], Reading]:
    module, name = _READERS[file_format]
    reader: Callable[[bytes], Reading] = getattr(import_module(f"ingest.readers.{module}"), name)
    return reader


@contextmanager
def _only_read_errors() -> Iterator[None]:
    """A reader's own bug, or a native library's surprise, as a ReadError."""
    try:
        yield
    except (ReadError, MemoryError):
        raise
    except Exception as error:
        raise ReadError(
            f"읽는 중 오류가 났습니다({type(error).__name__}). "
            "→ 원본 프로그램에서 열어 다시 저장하세요."
        ) from error


def _composed(text: str) -> str:
    """Syllables that a Mac wrote as single letters, as syllables again."""
    return unicodedata.normalize("NFC", text)
