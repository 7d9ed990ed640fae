"""What changes the library: the open transaction of ``Library.writing``."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Container, Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from onprem_rag.library import schema
from onprem_rag.library.rows import passage_of, values_of
from onprem_rag.records import Document, FaqEntry, Passage

_ARTICLE = re.compile(r"별표(?: \d+(?:의\d+)?)?|제\d+조(?:의\d+)?")  # at the start of a place


class Writer:
    """The open transaction of ``Library.writing``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.undone = False

    def undo(self) -> None:
        """Keep nothing of this transaction."""
        self.undone = True

    def last_read(self) -> dict[str, tuple[str, int]]:
        """(SHA-256, version of the readers) of each source as last read, in force or not."""
        d = schema.documents.c
        query = sa.select(d.source, d.sha256, d.read_by).order_by(d.id)
        return {row.source: (row.sha256, row.read_by) for row in self._connection.execute(query)}

    def in_force(self, source: str) -> frozenset[tuple[str, str]]:
        """(title without blanks, kind) of the documents in force that ``source`` holds."""
        d = schema.documents.c
        query = sa.select(d.title, d.kind).where(d.source == source, d.replaced_by == 0)
        return frozenset(
            (row.title.replace(" ", ""), row.kind) for row in self._connection.execute(query)
        )

    def successors(self, source: str) -> frozenset[str]:
        """Sources of which later runs read a document that ``source`` last held too."""
        old, new = schema.documents.alias("old"), schema.documents.alias("new")
        last = sa.select(sa.func.max(schema.documents.c.added_in)).where(
            schema.documents.c.source == source
        )
        query = sa.select(new.c.source).where(
            old.c.source == source,
            old.c.added_in == last.scalar_subquery(),
            new.c.source != source,
            new.c.kind == old.c.kind,
            new.c.added_in > old.c.added_in,
            sa.func.replace(new.c.title, " ", "") == sa.func.replace(old.c.title, " ", ""),
        )
        return frozenset(self._connection.scalars(query))

    def next_revision(self) -> int:
        """Count the revision up and return it."""
        table = schema.revision
        self._connection.execute(sa.update(table).values(number=table.c.number + 1))
        return int(self._connection.scalars(sa.select(table.c.number)).one())

    def replace_source(self, source: str, revision: int) -> int:
        """Take the documents of ``source`` out of force; returns how many."""
        table = schema.documents
        return self._retire(table.c.source == source, revision)

    def replace_title(
        self,
        title: str,
        kind: str,
        articles: Collection[str],
        kept: Container[str],
        revision: int,
    ) -> int:
        """Take the documents of this title and kind out of force that ``articles`` stand in for.

        Not those of the sources ``kept``: two rules of one title in one run are two institutions'
        rules. Nor those most of whose articles are not among ``articles``: another part of the
        rule, such as a second volume or the annexes.
        """
        d, p = schema.documents.c, schema.passages.c
        query = sa.select(d.id, d.source).where(
            sa.func.replace(d.title, " ", "") == title.replace(" ", ""),
            d.kind == kind,
            d.replaced_by == 0,
        )
        replaced = 0
        for row in self._connection.execute(query).all():
            held = sa.select(p.article).where(
                p.document_id == row.id, p.article.is_not(None), p.article.not_like("부칙%")
            )
            old = set(self._connection.scalars(held))
            if row.source not in kept and 2 * len(old & set(articles)) >= len(old):
                replaced += self._retire(d.id == row.id, revision)
        return replaced

    def add(
        self, document: Document, passages: Iterable[Passage], revision: int, read_by: int = 0
    ) -> int:
        """Store a document and its passages; returns the document's id.

        ``read_by``: the version of the readers that made the text.
        """
        values = values_of(document) | {
            "read_by": read_by,
            "added_in": revision,
            "replaced_by": 0,
        }
        result = self._connection.execute(sa.insert(schema.documents).values(**values))
        document_id = int((result.inserted_primary_key or (0,))[0])
        rows = [
            {
                "document_id": document_id,
                "path": list(passage.path),
                "article": passage.article,
                "paragraph": passage.paragraph,
                "subparagraph": passage.subparagraph,
                "title": passage.title,
                "start": passage.start,
                "end": passage.end,
                "page": passage.page,
            }
            for passage in passages
        ]
        if rows:
            self._connection.execute(sa.insert(schema.passages), rows)
        references = [
            {
                "document_id": document_id,
                "start": reference.start,
                "end": reference.end,
                "document": reference.document,
                "place": reference.place,
                "target_start": reference.target[0] if reference.target else None,
                "target_end": reference.target[1] if reference.target else None,
            }
            for reference in document.references
        ]
        if references:
            self._connection.execute(sa.insert(schema.cross_references), references)
        return document_id

    def passages_in_force(self) -> list[Passage]:
        """Every passage that the index should hold, in id order."""
        p, d = schema.passages, schema.documents
        found: list[Passage] = []
        for document in self._connection.execute(
            sa.select(d.c.id, d.c.title, d.c.text).where(d.c.replaced_by == 0).order_by(d.c.id)
        ).all():
            query = sa.select(p).where(p.c.document_id == document.id).order_by(p.c.id)
            for row in self._connection.execute(query):
                found.append(passage_of(row, document.title, document.text[row.start : row.end]))
        return found

    def referred_titles(self, passages: Sequence[Passage]) -> list[str]:
        """For each of ``passages``, which are in force, the titles of the articles it refers to."""
        titles: dict[tuple[str, str], str] = {}
        rows: dict[int, list[int]] = {}
        for at, passage in enumerate(passages):
            rows.setdefault(passage.document_id, []).append(at)
            if passage.article:
                titles.setdefault((_squeezed(passage.document), passage.article), passage.title)
        found: list[dict[str, None]] = [{} for _ in passages]
        c = schema.cross_references.c
        query = sa.select(c.document_id, c.start, c.document, c.place, c.target_start)
        query = query.order_by(c.id)  # the same index from the same library
        for reference in self._connection.execute(query):
            here = rows.get(reference.document_id, [])
            holder = _holding(passages, here, reference.start)
            if holder is None:
                continue
            if reference.document:
                place = _ARTICLE.match(reference.place)
                key = (_squeezed(reference.document), place[0] if place else "")
                title = titles.get(key, "")
            elif reference.target_start is None:
                continue
            else:
                target = _holding(passages, here, reference.target_start)
                other = target is not None and passages[target].article != passages[holder].article
                title = passages[target].title if target is not None and other else ""
            if title:
                found[holder][title] = None
        return [" ".join(names) for names in found]

    def replace_faq(self, topic: str, entries: Iterable[FaqEntry]) -> None:
        """Put ``entries`` in the place of the topic's old ones."""
        number = schema.faq_revision.c.number
        self._connection.execute(sa.update(schema.faq_revision).values(number=number + 1))
        table = schema.faq
        self._connection.execute(sa.delete(table).where(table.c.topic == topic))
        rows = [
            {
                "topic": topic,
                "questions": list(entry.questions),
                "answer": entry.answer,
                "document": entry.document,
                "article": entry.article,
            }
            for entry in entries
        ]
        if rows:
            self._connection.execute(sa.insert(table), rows)

    def _retire(self, condition: sa.ColumnElement[bool], revision: int) -> int:
        table = schema.documents
        statement = sa.update(table).where(condition, table.c.replaced_by == 0)
        return int(self._connection.execute(statement.values(replaced_by=revision)).rowcount)


def _squeezed(title: str) -> str:
    """A title as it is compared: without blanks."""
    return title.replace(" ", "")


def _holding(passages: Sequence[Passage], rows: Sequence[int], position: int) -> int | None:
    """Which of ``rows``, one document's in text order, holds ``position`` of its text."""
    at = bisect_right(rows, position, key=lambda row: passages[row].start) - 1
    return rows[at] if at >= 0 and position < passages[rows[at]].end else None
