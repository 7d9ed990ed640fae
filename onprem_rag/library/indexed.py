"""What an index is built from: the passages of documents, and the titles that they refer to."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from onprem_rag.korean.instructions import stated
from onprem_rag.library import schema
from onprem_rag.library.rows import chunks
from onprem_rag.library.versions import title_key
from onprem_rag.records import CrossReference, Passage

Referred = list[str | list[str]]  # titles, or [``title_key`` of another rule, article]

_ARTICLE = re.compile(r"별표(?: \d+(?:의\d+)?)?|제\d+조(?:의\d+)?")  # at the start of a place


def indexed(connection: Connection, ids: Collection[int]) -> tuple[list[Passage], list[str]]:
    """Every passage of these documents in id order, and the titles that each refers to."""
    p, d = schema.passages, schema.documents.c
    found: list[Passage] = []
    referred: list[Referred] = []
    for chunk in chunks(sorted(set(ids))):
        whole = connection.execute(sa.select(d.id, d.title, d.text).where(d.id.in_(chunk)))
        documents = {number: (title, text) for number, title, text in whole}
        query = sa.select(
            sa.cast(p.c.path, sa.Text),
            sa.cast(p.c.referred, sa.Text),
            p.c.document_id,
            p.c.id,
            p.c.article,
            p.c.paragraph,
            p.c.title,
            p.c.start,
            p.c.end,
            p.c.page,
            p.c.subparagraph,
            p.c.plain,
        )
        query = query.where(p.c.document_id.in_(chunk)).order_by(p.c.document_id, p.c.id)
        rows = connection.execute(query).all()
        paths, refers = (_decoded([row[column] for row in rows]) for column in (0, 1))
        referred += refers
        for path, row in zip(paths, rows, strict=True):
            _, _, of, number, article, paragraph, name, start, end, page, sub, plain = row
            title, text = documents[of]
            cut = text[start:end]
            found.append(
                Passage(
                    title,
                    tuple(path),
                    article,
                    paragraph,
                    name,
                    cut if plain else stated(cut),
                    start,
                    end,
                    page,
                    of,
                    number,
                    sub,
                )
            )
    # Of several versions the newest.
    titles = {(title_key(one.document), one.article): one.title for one in found if one.article}
    return found, [_named(refers, titles) for refers in referred]


def _decoded(columns: Sequence[str]) -> list[Any]:
    """JSON values, decoded at once: one at a time takes ten times as long."""
    return list(json.loads(f"[{','.join(columns)}]"))


def referred_by(
    passages: Sequence[Passage], references: Sequence[CrossReference]
) -> list[Referred]:
    """What each of one document's ``passages``, in text order, refers to."""
    starts = [passage.start for passage in passages]
    found: list[Referred] = [[] for _ in passages]
    for reference in references:
        holder = _holding(passages, starts, reference.start)
        if holder is None:
            continue
        if reference.document:
            place = _ARTICLE.match(reference.place)
            found[holder].append([title_key(reference.document), place[0] if place else ""])
        elif reference.target is not None:
            target = _holding(passages, starts, reference.target[0])
            if target is not None and passages[target].article != passages[holder].article:
                found[holder].append(passages[target].title)
    return found


def _named(refers: Referred, titles: dict[tuple[str, str], str]) -> str:
    """The different titles, in text order."""
    if not refers:
        return ""
    names = [one if isinstance(one, str) else titles.get((one[0], one[1]), "") for one in refers]
    return " ".join(dict.fromkeys(name for name in names if name))


def _holding(passages: Sequence[Passage], starts: Sequence[int], position: int) -> int | None:
    """Which of one document's passages, in text order, holds ``position`` of its text."""
    at = bisect_right(starts, position) - 1
    return at if at >= 0 and position < passages[at].end else None
