"""Rows of the library as records."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from onprem_rag.library import schema
from onprem_rag.records import Document, Page, Passage


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
        title=row.title,
        text=text,
        start=row.start,
        end=row.end,
        page=row.page,
        document_id=row.document_id,
        id=row.id,
    )


def document_of(row: Row[Any], text: str) -> Document:
    """A document's row; ``text`` is "" where only its place in the library matters."""
    return Document(
        title=row.title,
        kind=row.kind,
        source=row.source,
        format=row.format,
        sha256=row.sha256,
        text=text,
        pages=tuple(Page(*page) for page in row.pages),
        id=row.id,
    )
