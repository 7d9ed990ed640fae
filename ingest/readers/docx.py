"""DOCX: python-docx for body and tables in order, docx2txt where that can't open the file."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from ingest.readers.result import Reading
from ingest.readers.tables import table_lines
from onprem_rag.errors import ReadError

# What python-docx does not look into: content controls, insertions, links, fields.
_WRAPPERS = "sdt sdtContent ins moveTo smartTag customXml hyperlink fldSimple".split()
_DELETED = ("del", "moveFrom")
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


def read_docx(data: bytes) -> Reading:
    """Paragraphs and table rows in reading order; ReadError for damaged files."""
    import docx

    try:
        document = docx.Document(io.BytesIO(data))
        _unwrap(document.element.body)
        return Reading("\n".join(_lines(document)) + "\n")
    except Exception:  # python-docx raises many kinds on parts that are missing or odd
        return Reading(_bare_text(data))


def _unwrap(body: Any) -> None:
    """Accept tracked changes, and put what a wrapper holds in the wrapper's place."""
    from docx.oxml.ns import qn

    for element in list(body.iter(_FALLBACK, *(qn(f"w:{name}") for name in _DELETED))):
        parent = element.getparent()
        parent.remove(element)
        row = parent.getparent()
        if parent.tag == qn("w:trPr") and row.getparent() is not None:
            row.getparent().remove(row)
    for wrapper in list(body.iter(*(qn(f"w:{name}") for name in _WRAPPERS))):
        for child in list(wrapper):
            wrapper.addprevious(child)
        wrapper.getparent().remove(wrapper)


def _lines(container: Any) -> Iterator[str]:
    """The lines of a body or a table cell, with those of its text boxes."""
    from docx.oxml.ns import qn
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    for block in container.iter_inner_content():
        if isinstance(block, Table):
            yield from table_lines([_cells(row) for row in block.rows])
            continue
        yield from block.text.split("\n")
        for box in block._p.iter(qn("w:txbxContent")):
            for paragraph in box.iter(qn("w:p")):
                yield from Paragraph(paragraph, block).text.split("\n")


def _cells(row: Any) -> list[str]:
    """Cell texts; the further grid columns of a merged cell are empty."""
    texts = []
    seen: set[int] = set()
    for cell in row.cells:
        texts.append("" if id(cell._tc) in seen else "\n".join(_lines(cell)))
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
