"""What an index is built from: the passages of documents, and the titles that they refer to."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from onprem_rag.korean.instructions import stated
from onprem_rag.library import schema
from onprem_rag.library.rows import chunks
from onprem_rag.library.versions import title_key
from onprem_rag.records import CrossReference, Passage

Referred = list[str | list[str]]  # titles, or [``title_key`` of another rule, article]

# A place in another rule, as JSON; neither ``title_key`` nor an article has a sign.
_TARGET = re.compile(r'\["[^"]*", "[^"]*"\]')
_ARTICLE = re.compile(r"별표(?: \d+(?:의\d+)?)?|제\d+조(?:의\d+)?")  # at the start of a place


def indexed(
    connection: Connection, ids: Collection[int], only: Collection[int] | None = None
) -> tuple[list[Passage], list[str]]:
    """Every passage of these documents, or ``only`` of some of them, in id order.

    And the titles that each refers to.
    """
    found: list[Passage] = []
    referred: list[Referred] = []
    for chunk in chunks(sorted(set(ids if only is None else only))):
        passages, refers = _passages(connection, chunk)
        found += passages
        referred += refers
    titles = _titles(connection, ids, referred)
    return found, [_named(refers, titles) for refers in referred]


def _passages(connection: Connection, ids: Collection[int]) -> tuple[list[Passage], list[Referred]]:
    """The passages of a few documents, and what each refers to."""
    p, d = schema.passages, schema.documents.c
    whole = connection.execute(sa.select(d.id, d.title, d.text).where(d.id.in_(ids)))
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
    query = query.where(p.c.document_id.in_(ids)).order_by(p.c.document_id, p.c.id)
    rows = connection.execute(query).all()
    paths, refers = (_decoded([row[column] for row in rows]) for column in (0, 1))
    found = []
    for path, row in zip(paths, rows, strict=True):
        _, _, of, number, article, paragraph, name, start, end, page, sub, plain = row
        title, text = documents[of]
        cut = text[start:end] if plain else stated(text[start:end])
        where = (title, tuple(path), article, paragraph, name)
        found.append(Passage(*where, cut, start, end, page, of, number, sub))
    return found, refers


def imprints(connection: Connection, ids: Collection[int]) -> dict[int, bytes]:
    """By id, 16 bytes that differ where ``indexed`` would give other passages of a document.

    Passages stay as they are stored; the titles that they refer to may be of other documents.
    """
    p, d = schema.passages.c, schema.documents.c
    parts: dict[int, list[object]] = {}
    for number, content in connection.execute(sa.select(d.id, d.content)):  # its index has both
        parts[number] = [content]
    spans = sa.select(p.document_id, sa.func.min(p.id), sa.func.max(p.id), sa.func.count())
    for of, *span in connection.execute(spans.group_by(p.document_id)):
        parts[of] += span
    text = sa.cast(p.referred, sa.Text)
    referring = sa.select(p.document_id, sa.func.aggregate_strings(text, "")).where(
        text.like("%[%[%")  # only a place in another rule is a list in the list
    )
    rows = connection.execute(referring.group_by(p.document_id)).all()
    targets = {number: set(_TARGET.findall(listed)) for number, listed in rows}
    written = list(set().union(*targets.values()))
    places = _decoded(written)
    titles = _titles(connection, ids, [places])
    named = {
        one: titles[rule, article]
        for one, (rule, article) in zip(written, places, strict=True)
        if (rule, article) in titles
    }
    for number, ones in targets.items():
        parts[number].append(sorted((one, named[one]) for one in ones & named.keys()))
    return {
        number: blake2b(repr(parts[number]).encode(), digest_size=16).digest() for number in ids
    }


def _titles(
    connection: Connection, ids: Collection[int], referred: Iterable[Referred]
) -> dict[tuple[str, str], str]:
    """The titles of the articles of other rules that are ``referred`` to, as far as ``ids`` have.

    Of several versions the newest's.
    """
    rules = {one[0] for refers in referred for one in refers if not isinstance(one, str)}
    if not rules:
        return {}
    p, d = schema.passages.c, schema.documents.c
    titled: dict[int, str] = {}
    for chunk in chunks(ids):
        for number, title in connection.execute(sa.select(d.id, d.title).where(d.id.in_(chunk))):
            if (key := title_key(title)) in rules:
                titled[number] = key
    found = {}
    for chunk in chunks(sorted(titled)):
        query = sa.select(p.document_id, p.article, p.title).where(p.article.is_not(None))
        query = query.where(p.document_id.in_(chunk)).order_by(p.document_id, p.id)
        for number, article, title in connection.execute(query):
            found[titled[number], article] = title
    return found


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
