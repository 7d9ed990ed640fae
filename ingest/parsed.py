"""One file as its documents and passages, and its way through a pipe: JSON, never pickled.

Records travel as the list of their fields, so a field added later travels too. What a passage
repeats of its document is left out and cut from the document again on arrival.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any, TypeAlias

from ingest.readers.rows import Row as TableRow
from ingest.readers.rows import Sheet
from onprem_rag.records import (
    Amendment,
    CrossReference,
    Document,
    Furniture,
    Page,
    Passage,
    Table,
)

Row: TypeAlias = "Callable[[Any], tuple[Any, ...]]"
_NESTED: dict[str, type] = {
    "pages": Page,
    "tables": Table,
    "furniture": Furniture,
    "amendments": Amendment,
    "references": CrossReference,
}
_REPEATED = ("document", "text")  # of a passage: its document's title, and text[start:end]


@dataclass(frozen=True, slots=True)
class Parsed:
    """What came of one file.

    ``notes`` (Korean) say what an admin should know about it, ``days`` what he should unless he
    tells its 시행일.
    """

    format: str
    sha256: str
    notes: tuple[str, ...]
    documents: tuple[tuple[Document, tuple[Passage, ...]], ...]
    days: tuple[str, ...] = ()


def _names(record: type, without: Iterable[str] = ()) -> tuple[str, ...]:
    return tuple(field.name for field in fields(record) if field.name not in without)


_DOCUMENT = _names(Document, without=_NESTED)
_PASSAGE = _names(Passage, without=_REPEATED)
_document_row: Row = attrgetter(*_DOCUMENT)
_passage_row: Row = attrgetter(*_PASSAGE)
_nested_rows: dict[str, Row] = {
    name: attrgetter(*_names(record)) for name, record in _NESTED.items()
}


def encode(parsed: Parsed) -> bytes:
    """JSON in UTF-8; halves of characters, as in the name of a file from elsewhere, pass."""
    documents = [
        (
            _document_row(document),
            [list(map(row, getattr(document, name))) for name, row in _nested_rows.items()],
            list(map(_passage_row, passages)),
        )
        for document, passages in parsed.documents
    ]
    whole = (parsed.format, parsed.sha256, parsed.notes, documents, parsed.days)
    return json.dumps(
        whole, ensure_ascii=False, separators=(",", ":"), check_circular=False
    ).encode("utf-8", "surrogatepass")


def decode(data: bytes) -> Parsed:
    """What was encoded. Raises ValueError, TypeError or RecursionError for anything else."""
    collecting = gc.isenabled()
    gc.disable()  # of a hundred thousand new objects none is garbage; to look takes as long again
    try:
        file_format, sha256, notes, documents, days = json.loads(data)
        found = tuple([_document(*one) for one in documents])
    finally:
        if collecting:
            gc.enable()
    return Parsed(file_format, sha256, tuple(notes), found, tuple(days))


def encode_sheets(sheets: Sequence[Sheet]) -> bytes:
    """The rows of tables as JSON."""
    rows = [(sheet.name, [(row.line, row.cells) for row in sheet.rows]) for sheet in sheets]
    return json.dumps(rows, ensure_ascii=False).encode("utf-8", "surrogatepass")


def decode_sheets(data: bytes) -> list[Sheet]:
    """What was encoded. Raises ValueError or TypeError for anything else."""
    return [
        Sheet(name, tuple(TableRow(line, tuple(cells)) for line, cells in rows))
        for name, rows in json.loads(data)
    ]


def _document(
    row: list[Any], nested: list[list[list[Any]]], passages: list[list[Any]]
) -> tuple[Document, tuple[Passage, ...]]:
    values = dict(zip(_DOCUMENT, _frozen(row), strict=True))
    for (name, record), rows in zip(_NESTED.items(), nested, strict=True):
        values[name] = tuple([record(*_frozen(one)) for one in rows])
    document = Document(**values)
    return document, tuple([_passage(document, one) for one in passages])


def _passage(document: Document, row: list[Any]) -> Passage:
    values = dict(zip(_PASSAGE, _frozen(row), strict=True))
    text = document.text[values["start"] : values["end"]]
    return Passage(document=document.title, text=text, **values)


def _frozen(values: list[Any]) -> tuple[Any, ...]:
    """JSON knows no tuples, the records nothing else."""
    return tuple([_frozen(value) if type(value) is list else value for value in values])
