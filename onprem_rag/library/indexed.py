"""What an index is built from: the passages of documents, and the titles that they refer to."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from onprem_rag.library import schema
from onprem_rag.library.rows import chunks, passage_of
from onprem_rag.records import Passage

_ARTICLE = re.compile(r"별표(?: \d+(?:의\d+)?)?|제\d+조(?:의\d+)?")  # at the start of a place


def passages_of(connection: Connection, ids: Collection[int]) -> list[Passage]:
    """Every passage of these documents, in id order."""
    p, d = schema.passages, schema.documents.c
    found: list[Passage] = []
    for chunk in chunks(sorted(ids)):
        whole = connection.execute(sa.select(d.id, d.title, d.text).where(d.id.in_(chunk)))
        documents = {row.id: (row.title, row.text) for row in whole}
        query = sa.select(p).where(p.c.document_id.in_(chunk)).order_by(p.c.document_id, p.c.id)
        for row in connection.execute(query):
            title, text = documents[row.document_id]
            found.append(passage_of(row, title, text[row.start : row.end]))
    return found


def referred_titles(connection: Connection, passages: Sequence[Passage]) -> list[str]:
    """For each of ``passages`` the titles of the articles it refers to."""
    titles: dict[tuple[str, str], str] = {}
    rows: dict[int, list[int]] = {}
    for at, passage in enumerate(passages):
        rows.setdefault(passage.document_id, []).append(at)
        if passage.article:  # of several versions the newest
            titles[_squeezed(passage.document), passage.article] = passage.title
    starts = {number: [passages[row].start for row in own] for number, own in rows.items()}
    found: list[dict[str, None]] = [{} for _ in passages]
    c = schema.cross_references.c
    query = sa.select(c.document_id, c.start, c.document, c.place, c.target_start)
    query = query.order_by(c.id)  # the same index from the same library
    for document_id, start, document, named, target_start in connection.execute(query):
        here, begin = rows.get(document_id, []), starts.get(document_id, [])
        holder = _holding(passages, here, begin, start)
        if holder is None:
            continue
        if document:
            place = _ARTICLE.match(named)
            key = (_squeezed(document), place[0] if place else "")
            title = titles.get(key, "")
        elif target_start is None:
            continue
        else:
            target = _holding(passages, here, begin, target_start)
            other = target is not None and passages[target].article != passages[holder].article
            title = passages[target].title if target is not None and other else ""
        if title:
            found[holder][title] = None
    return [" ".join(names) for names in found]


def _squeezed(title: str) -> str:
    """A title as it is compared: without blanks."""
    return title.replace(" ", "")


def _holding(
    passages: Sequence[Passage], rows: Sequence[int], starts: Sequence[int], position: int
) -> int | None:
    """Which of ``rows``, one document's in text order, holds ``position`` of its text."""
    at = bisect_right(starts, position) - 1
    return rows[at] if at >= 0 and position < passages[rows[at]].end else None
