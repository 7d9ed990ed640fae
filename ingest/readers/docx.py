"""DOCX: python-docx for body and tables in order, docx2txt where that can't open the file."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from ingest.readers.result import Reading
from ingest.readers.tables import table_lines
from onprem_rag.errors import ReadError


def read_docx(data: bytes) -> Reading:
    """Paragraphs and table rows in reading order; ReadError for damaged files."""
    import docx

    try:
        document = docx.Document(io.BytesIO(data))
        return Reading("\n".join(_lines(document)) + "\n")
    except Exception:  # python-docx raises many kinds on parts that are missing or odd
        return Reading(_bare_text(data))


def _lines(document: Any) -> Iterator[str]:
    from docx.table import Table

    for block in document.iter_inner_content():
        if isinstance(block, Table):
            yield from table_lines([_cells(row) for row in block.rows])
        else:
            yield from block.text.split("\n")


def _cells(row: Any) -> list[str]:
    """Cell texts; the further grid columns of a merged cell are empty."""
    texts = []
    seen: set[int] = set()
    for cell in row.cells:
        texts.append("" if id(cell._tc) in seen else cell.text)
        seen.add(id(cell._tc))
    return texts


def _bare_text(data: bytes) -> str:
    import docx2txt

    try:
        return str(docx2txt.process(io.BytesIO(data)))
    except Exception as error:  # zipfile, XML and key errors alike
        raise ReadError(
            "손상된 DOCX 파일입니다. → 워드에서 열어 다시 저장하거나 파일을 다시 복사하세요."
        ) from error
