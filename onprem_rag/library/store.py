"""The library as it is read: documents, their passages, versions and the FAQ."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, Row

from onprem_rag.errors import LibraryError
from onprem_rag.korean.addenda import with_headings
from onprem_rag.library import schema
from onprem_rag.library.engine import (
    PATIENCE_MS,
    opened,
    remedy,
    remedy_for_readers,
    transaction,
    turns,
)
from onprem_rag.library.indexed import imprints, indexed
from onprem_rag.library.rows import (
    WHOLE,
    chunks,
    content_of,
    document_of,
    done_of,
    faq_of,
    file_read,
    passage_of,
    passages_query,
    reference_of,
    version_of,
    vote_of,
    whole_document_of,
)
from onprem_rag.library.writer import Writer
from onprem_rag.records import (
    CrossReference,
    Document,
    Done,
    FaqEntry,
    FileRead,
    Passage,
    Version,
    Vote,
)


class Library:
    """Documents and passages behind an SQLAlchemy URL; SQLite by default."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._turn = turns(engine)

    @classmethod
    def open(cls, url: str, create: bool = False) -> Self:
        """Open the library at ``url``; with ``create`` make or migrate it.

        Raises LibraryError where there is none, it is damaged, or of another schema.
        """
        return cls(opened(url, create))

    @contextmanager
    def writing(self, patience_ms: int = PATIENCE_MS) -> Iterator[Writer]:
        """One transaction: everything in it is kept, or nothing.

        Raises LibraryError where the database can't be written: locked for longer than
        ``patience_ms``, full, read-only.
        """
        try:
            with transaction(self._engine, patience_ms) as connection:
                yield Writer(connection)
        except sa.exc.SQLAlchemyError as error:
            raise LibraryError(
                f"라이브러리에 쓸 수 없습니다. ({error.args[0]})\n→ {remedy(str(error))} "
                "바뀐 것은 없습니다."
            ) from error

    def close(self) -> None:
        """Give back all connections."""
        self._engine.dispose()

    def revision(self) -> int:
        """The revision that was made live last; 0 before the first.

        After a rollback an older one than others that there are.
        """
        table = schema.history.c
        last = sa.select(table.revision).where(table.published).order_by(table.number.desc())
        rows = self._all(last.limit(1))
        return int(rows[0].revision) if rows else 0

    def has(self, revision: int) -> bool:
        """Whether a revision is known, be it that it holds nothing.

        Also one that is not noted as live yet: the index says first which is.
        """
        known = sa.select(sa.func.count()).select_from(schema.history)
        return bool(self._one(known.where(schema.history.c.revision == revision)))

    def next_revision(self) -> int:
        """A number above those of all revisions that there have been."""
        return 1 + self._one(sa.select(sa.func.coalesce(sa.func.max(schema.history.c.revision), 0)))

    def history(self) -> list[Done]:
        """What was done to the library or refused by the gate, oldest first."""
        table = schema.history
        query = sa.select(table).where(table.c.published).order_by(table.c.number)
        return [done_of(row) for row in self._all(query)]

    def versions(self, revision: int) -> list[Version]:
        """All that a revision holds, in force or not, by rule and number."""
        d, h = schema.documents.c, schema.holdings
        query = (
            sa.select(*h.c, d.title, d.kind, d.source)
            .select_from(h.join(schema.documents))
            .where(h.c.revision == revision)
            .order_by(h.c.rule, h.c.number)
        )
        return [version_of(row) for row in self._all(query)]

    def files(self, revision: int) -> dict[str, FileRead]:
        """The files that a revision was read from, by source."""
        table = schema.files
        rows = self._all(sa.select(table).where(table.c.revision == revision))
        return {row.source: file_read(row) for row in rows}

    def passages_of(self, ids: Collection[int]) -> list[Passage]:
        """Every passage of these documents in id order."""
        return self.indexed(ids)[0]

    def indexed(
        self, ids: Collection[int], only: Collection[int] | None = None
    ) -> tuple[list[Passage], list[str]]:
        """Every passage of these documents, or ``only`` of some of them, in id order.

        And the titles that each refers to, in whichever of the documents ``ids`` they are.
        """
        with self._reading() as connection:
            return indexed(connection, ids, only)

    def imprints(self, ids: Collection[int]) -> dict[int, bytes]:
        """What tells by id whether ``indexed`` gives the same for a document: 16 bytes."""
        with self._reading() as connection:
            return imprints(connection, ids)

    def same(self, document: Document, read_by: int) -> int | None:
        """The id of a document with the very same content, whatever its file."""
        d = schema.documents.c
        rows = self._all(sa.select(d.id).where(d.content == content_of(document, read_by)))
        return int(rows[0].id) if rows else None

    def faq_revision(self) -> int:
        """A number that changes whenever the FAQ does."""
        return self._one(sa.select(schema.faq_revision.c.number))

    def documents(self, ids: Collection[int]) -> list[Document]:
        """These documents without their text, by title."""
        columns = [c for c in schema.documents.c if c.name not in WHOLE]
        found = [
            document_of(row)
            for chunk in chunks(ids)
            for row in self._all(sa.select(*columns).where(schema.documents.c.id.in_(chunk)))
        ]
        return sorted(found, key=lambda document: (document.title, document.id))

    def document(self, document_id: int) -> Document:
        """One document with all that is known, in force or not. LibraryError if unknown."""
        table = schema.documents
        rows = self._all(sa.select(table).where(table.c.id == document_id))
        if not rows:
            raise LibraryError(f"문서 {document_id}번이 없습니다. → 'ingest status'를 확인하세요.")
        found = schema.cross_references
        references = sa.select(found).where(found.c.document_id == document_id)
        return whole_document_of(rows[0], self._all(references.order_by(found.c.start)))

    def sources(self, ids: Sequence[int]) -> dict[int, str]:
        """The files that documents were read from, by document id, without those unknown."""
        d, found = schema.documents.c, dict[int, str]()
        for chunk in chunks(ids):
            query = sa.select(d.id, d.source).where(d.id.in_(chunk))
            found.update({row.id: row.source for row in self._all(query)})
        return found

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        """The passages of these ids, in their order, with text."""
        found: dict[int, Passage] = {}
        for chunk in chunks(ids):
            query = passages_query().where(schema.passages.c.id.in_(chunk))
            found.update(
                {row.id: passage_of(row, row.document, row.cut) for row in self._all(query)}
            )
        missing = [number for number in ids if number not in found]
        if missing:
            raise LibraryError(
                f"색인에 있는 조문 {missing[0]}번이 라이브러리에 없습니다.\n"
                "→ 'ingest add'를 다시 실행해 색인을 새로 만드세요."
            )
        return [found[number] for number in ids]

    def article(self, ids: Collection[int], article: str) -> list[Passage]:
        """The passages of one article of these documents, in reading order.

        With "": those that stand in no article.
        """
        p = schema.passages.c
        wanted = p.article == article if article else p.article.is_(None)
        found = [
            passage_of(row, row.document, row.cut)
            for chunk in chunks(ids)
            for row in self._all(passages_query().where(p.document_id.in_(chunk), wanted))
        ]
        return sorted(found, key=lambda passage: (passage.document_id, passage.start))

    def main_articles(self, document_id: int) -> frozenset[str]:
        """The articles of a document, without those of its addenda."""
        p = schema.passages.c
        query = sa.select(p.article).where(p.document_id == document_id, p.article.is_not(None))
        rows = self._all(query.where(p.article.not_like("부칙%")).distinct())
        return frozenset(row.article for row in rows)

    def addenda(self, document_id: int) -> tuple[str, ...]:
        """Each 부칙 of a document with its heading, in the text's order."""
        p, d = schema.passages.c, schema.documents.c
        query = sa.select(p.start, p.end, p.path).where(p.document_id == document_id)
        rows = self._all(query.where(p.article.like("부칙%")).order_by(p.start))
        if not rows:
            return ()
        text = self._all(sa.select(d.text).where(d.id == document_id))[0].text
        return with_headings((row.path, text[row.start : row.end]) for row in rows)

    def named_in(self, passage: Passage) -> list[tuple[CrossReference, tuple[int, ...]]]:
        """The places that ``passage`` names, in text order; ids of the passages that hold each.

        Ids are of the same document's passages; there are none for a place in another rule.
        """
        named, held = schema.cross_references.c, schema.passages.c
        covers = sa.and_(
            held.document_id == named.document_id,
            held.start < named.target_end,
            held.end > named.target_start,
        )
        query = (
            sa.select(*named, held.id.label("held"))
            .select_from(schema.cross_references.outerjoin(schema.passages, covers))
            .where(named.document_id == passage.document_id)
            .where(named.start >= passage.start, named.start < passage.end)
            .order_by(named.start, named.id, held.start)
        )
        grouped = itertools.groupby(self._all(query), key=lambda row: row.id)
        return [
            (
                reference_of(rows[0], passage.text, passage.start),
                tuple(row.held for row in rows if row.held),
            )
            for rows in (list(group) for _, group in grouped)
        ]

    def outline(self, document_id: int) -> list[tuple[Any, ...]]:
        """One document's passages in reading order: (id, article, 항, 호, the article's title)."""
        p = schema.passages.c
        query = sa.select(p.id, p.article, p.paragraph, p.subparagraph, p.title)
        query = query.where(p.document_id == document_id).order_by(p.start, p.id)
        return [tuple(row) for row in self._all(query)]

    def passage_count(self, ids: Collection[int]) -> int:
        """How many passages these documents have."""
        p = schema.passages.c
        counted = sa.select(sa.func.count()).select_from(schema.passages)
        return sum(self._one(counted.where(p.document_id.in_(chunk))) for chunk in chunks(ids))

    def read_by_others(self, ids: Collection[int], version: int) -> int:
        """How many of these documents other readers than those of ``version`` made."""
        d = schema.documents.c
        counted = sa.select(sa.func.count()).select_from(schema.documents)
        return sum(
            self._one(counted.where(d.id.in_(chunk), d.read_by != version)) for chunk in chunks(ids)
        )

    def faq(self) -> list[FaqEntry]:
        """All approved questions and answers."""
        return [faq_of(row) for row in self._all(sa.select(schema.faq).order_by(schema.faq.c.id))]

    def votes(self) -> list[Vote]:
        """What readers thought of answers, oldest first."""
        table = schema.feedback
        return [vote_of(row) for row in self._all(sa.select(table).order_by(table.c.at))]

    def _all(self, query: sa.Select[Any]) -> Sequence[Row[Any]]:
        with self._reading() as connection:
            return connection.execute(query).all()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._turn, self._engine.connect() as connection:
                yield connection
        except sa.exc.DatabaseError as error:
            raise LibraryError(
                f"라이브러리를 읽을 수 없습니다. ({error.args[0]})\n"
                f"→ {remedy_for_readers(error.args[0])}"
            ) from error

    def _one(self, query: sa.Select[Any]) -> int:
        return int(self._all(query)[0][0])
