"""Rows of the library as records."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from onprem_rag.korean.instructions import stated
from onprem_rag.library import schema
from onprem_rag.records import (
    Amendment,
    CrossReference,
    Document,
    Done,
    FaqEntry,
    FileRead,
    Furniture,
    Page,
    Passage,
    Table,
    Version,
    Vote,
    Wording,
)

# What only a document as a whole needs; a list of documents goes without.
WHOLE = frozenset({"text", "pages", "tables", "furniture", "amendments"})
_CHUNK = 500  # ids in one IN (…): below SQLite's limit of variables


def chunks(ids: Collection[int]) -> Iterator[list[int]]:
    """``ids`` in parts that one query takes."""
    listed = list(ids)
    for at in range(0, len(listed), _CHUNK):
        yield listed[at : at + _CHUNK]


@cache  # put together in a millisecond, and often asked for
def passages_query() -> sa.Select[Any]:
    """Passages with their title and their text, cut out of the document's by the database."""
    p, d = schema.passages.c, schema.documents.c
    text = sa.func.substr(d.text, p.start + 1, p.end - p.start).label("cut")
    joined = schema.passages.join(schema.documents)
    return sa.select(*schema.passages.c, d.title.label("document"), text).select_from(joined)


def passage_of(row: Row[Any], title: str, text: str) -> Passage:
    """A passage's row with the title of its document and its text cut out."""
    return Passage(
        document=title,
        path=tuple(row.path),
        article=row.article,
        paragraph=row.paragraph,
        subparagraph=row.subparagraph,
        title=row.title,
        text=stated(text),  # an order to the model that reads it is no rule
        start=row.start,
        end=row.end,
        page=row.page,
        document_id=row.document_id,
        id=row.id,
    )


def document_of(row: Row[Any]) -> Document:
    """A document's row without its text and structure, where its place in the library matters."""
    return Document(
        title=row.title,
        kind=row.kind,
        source=row.source,
        format=row.format,
        sha256=row.sha256,
        text="",
        enacted=row.enacted,
        amended=tuple(row.amended),
        effective=row.effective,
        department=row.department,
        id=row.id,
    )


def whole_document_of(row: Row[Any], references: Sequence[Row[Any]]) -> Document:
    """A document's row with its text and structure."""
    return replace(
        document_of(row),
        text=row.text,
        pages=tuple(Page(*page) for page in row.pages),
        tables=tuple(_table_of(*table) for table in row.tables),
        furniture=tuple(Furniture(*span) for span in row.furniture),
        amendments=tuple(
            Amendment(at, text, action, tuple(dates)) for at, text, action, dates in row.amendments
        ),
        references=tuple(reference_of(found, row.text) for found in references),
    )


def _table_of(
    start: int,
    end: int,
    header: int,
    grid: Iterable[Iterable[str]],
    merged: Iterable[tuple[int, int]] | None = None,  # an older program did not keep them
) -> Table:
    places = None if merged is None else tuple((row, column) for row, column in merged)
    return Table(start, end, header, tuple(map(tuple, grid)), places)


def is_noted(table: Sequence[Any]) -> bool:
    """Whether a stored table says which of its cells are merged."""
    return len(table) > 4 and table[4] is not None


def reference_of(row: Row[Any], text: str, at: int = 0) -> CrossReference:
    """A cross-reference's row; ``text`` is its document's from the offset ``at`` on."""
    target = None if row.target_start is None else (row.target_start, row.target_end)
    return CrossReference(
        row.start, row.end, text[row.start - at : row.end - at], row.document, row.place, target
    )


def version_of(row: Row[Any]) -> Version:
    """A row of ``holdings`` with its document's title, kind and source."""
    return Version(
        document_id=row.document_id,
        rule=row.rule,
        title=row.title,
        kind=row.kind,
        source=row.source,
        since=row.since,
        dated=row.dated,
        taken=row.taken,
        until=row.until,
        withdrawn=row.withdrawn,
        number=row.number,
        lapses=row.lapses,
        lapses_by=row.lapses_by,
    )


def holding_of(version: Version, revision: int) -> dict[str, Any]:
    """The row of ``holdings`` for a version."""
    days = ("since", "until", "withdrawn", "lapses", "lapses_by")
    names = ("document_id", "rule", "number", *days, "dated", "taken")
    return {"revision": revision, **{name: getattr(version, name) for name in names}}


def file_read(row: Row[Any]) -> FileRead:
    """A row of ``files``."""
    return FileRead(row.source, row.sha256, row.read_by, tuple(row.documents), tuple(row.notes))


def file_of(file: FileRead, revision: int) -> dict[str, Any]:
    """The row of ``files`` for a file."""
    return {
        "revision": revision,
        "source": file.source,
        "sha256": file.sha256,
        "read_by": file.read_by,
        "documents": list(file.documents),
        "notes": list(file.notes),
    }


def faq_of(row: Row[Any]) -> FaqEntry:
    """A row of ``faq``."""
    return FaqEntry(
        questions=tuple(row.questions),
        answer=row.answer,
        document=row.document,
        article=row.article,
        topic=row.topic,
        id=row.id,
        approved=tuple(Wording(*one) for one in row.grounds),
        since=row.since,
    )


def done_of(row: Row[Any]) -> Done:
    """A row of ``history``."""
    return Done(
        number=row.number,
        at=row.at,
        action=row.action,
        revision=row.revision,
        generation=row.generation,
        summary=tuple(row.summary),
        who=row.who,
        refused=row.refused,
        fallen=tuple(row.fallen),
    )


def vote_of(row: Row[Any]) -> Vote:
    """A row of ``feedback``."""
    cited = tuple(Wording(*one) for one in row.cited)
    return Vote(row.shown, row.question, row.answer, row.thumb, cited, row.at)


def listed(wordings: Iterable[Wording]) -> list[list[str]]:
    """Wordings as JSON holds them."""
    return [[one.document, one.article, one.digest] for one in wordings]


def content_of(document: Document, read_by: int) -> str:
    """The digest of all that makes a document, but for the file that it was read from."""
    values = values_of(document) | {"read_by": read_by}
    for name in ("source", "sha256"):
        del values[name]
    values["tables"] = [table[:4] for table in values["tables"]]  # once no more was noted
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def values_of(document: Document) -> dict[str, Any]:
    """What a document's row holds, but for its id and what made it."""
    return {
        "source": document.source,
        "sha256": document.sha256,
        "format": document.format,
        "title": document.title,
        "kind": document.kind,
        "text": document.text,
        "pages": [(p.number, p.start, p.end, p.confidence) for p in document.pages],
        "tables": [(t.start, t.end, t.header, t.rows, t.merged) for t in document.tables],
        "furniture": [(f.kind, f.start, f.end) for f in document.furniture],
        "amendments": [(m.at, m.text, m.action, m.dates) for m in document.amendments],
        "enacted": document.enacted,
        "amended": list(document.amended),
        "effective": document.effective,
        "department": document.department,
    }
