"""The library: documents, their passages and the FAQ. The only module that runs SQL."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, Row

from onprem_rag.errors import LibraryError
from onprem_rag.library import schema
from onprem_rag.library.rows import (
    WHOLE,
    document_of,
    passage_of,
    passages_query,
    reference_of,
    whole_document_of,
)
from onprem_rag.library.writer import Writer
from onprem_rag.records import CrossReference, Document, FaqEntry, Passage

_CHUNK = 500  # ids in one IN (…): below SQLite's limit of variables
_PATIENCE_MS = 10_000  # with another writer


class Library:
    """Documents and passages behind an SQLAlchemy URL; SQLite in WAL mode by default."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, url: str, create: bool = False) -> Library:
        """Open the library at ``url``; with ``create`` make or migrate it.

        Raises LibraryError where there is none, it is damaged, or of another schema.
        """
        try:
            parsed = sa.make_url(url)
            sqlite = parsed.get_backend_name() == "sqlite"
            if sqlite and not create and not _exists(parsed.database):
                raise LibraryError(
                    f"아직 라이브러리가 없습니다: {parsed.database}\n"
                    "→ 먼저 'ingest add 경로'로 규정 파일을 넣거나 --home을 확인하세요."
                )
            engine = sa.create_engine(url)
            if sqlite:
                sa.event.listen(engine, "connect", _sqlite_settings)
                sa.event.listen(engine, "begin", _sqlite_begin)
            with engine.begin() as connection:
                if create:
                    schema.migrate(connection)
                else:
                    _check_schema(connection)
        except (sa.exc.SQLAlchemyError, ImportError, ValueError) as error:  # also of the URL
            # A ValueError quotes the part of the URL that it took for a port: a password's end.
            reason = "잘못된 주소" if isinstance(error, ValueError) else error.args[0]
            if "readonly" in reason:  # SQLite's lock files are written for reading too
                reason = "홈 폴더와 그 안의 파일에 쓰기 권한이 없음"
            raise LibraryError(
                f"라이브러리를 열 수 없습니다: {_without_password(url)}\n"
                "→ [library] url과 파일 권한, 남은 디스크를 확인하고, 손상되었다면 백업에서 "
                f"되돌리세요. ({reason})"
            ) from error
        return cls(engine)

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """One transaction: everything in it is kept, or nothing.

        Raises LibraryError where the database can't be written: locked, full, read-only.
        """
        try:
            with self._engine.connect() as connection:
                connection = connection.execution_options(sqlite_begin="BEGIN IMMEDIATE")
                connection.begin()
                writer = Writer(connection)
                yield writer
                if not writer.undone:
                    connection.commit()
        except sa.exc.SQLAlchemyError as error:
            raise LibraryError(
                f"라이브러리에 쓸 수 없습니다. ({error.args[0]})\n→ {_remedy(str(error))} "
                "바뀐 것은 없습니다."
            ) from error

    def close(self) -> None:
        """Give back all connections."""
        self._engine.dispose()

    def revision(self) -> int:
        """The number of the last committed change."""
        return self._one(sa.select(schema.revision.c.number))

    def faq_revision(self) -> int:
        """A number that changes whenever the FAQ does."""
        return self._one(sa.select(schema.faq_revision.c.number))

    def documents(self) -> list[Document]:
        """Documents in force, by title, without their text."""
        columns = [c for c in schema.documents.c if c.name not in WHOLE]
        query = (
            sa.select(*columns)
            .where(schema.documents.c.replaced_by == 0)
            .order_by(schema.documents.c.title, schema.documents.c.id)
        )
        return [document_of(row) for row in self._all(query)]

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
        for at in range(0, len(ids), _CHUNK):
            chunk = list(ids[at : at + _CHUNK])
            query = sa.select(d.id, d.source).where(d.id.in_(chunk))
            found.update({row.id: row.source for row in self._all(query)})
        return found

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        """The passages of these ids, in their order, with text."""
        found: dict[int, Passage] = {}
        for at in range(0, len(ids), _CHUNK):
            chunk = list(ids[at : at + _CHUNK])
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

    def article(self, title: str, article: str) -> list[Passage]:
        """Passages in force of one article of the rule called ``title`` (blanks ignored)."""
        squeezed = sa.func.replace(schema.documents.c.title, " ", "")
        query = (
            passages_query()
            .where(schema.documents.c.replaced_by == 0)
            .where(squeezed == title.replace(" ", ""))
            .where(schema.passages.c.article == article)
            .order_by(schema.passages.c.start)
        )
        return [passage_of(row, row.document, row.cut) for row in self._all(query)]

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

    def counts(self) -> tuple[int, int]:
        """(documents, passages) in force."""
        in_force = schema.documents.c.replaced_by == 0
        documents = self._one(
            sa.select(sa.func.count()).select_from(schema.documents).where(in_force)
        )
        joined = schema.passages.join(schema.documents)
        passages = self._one(sa.select(sa.func.count()).select_from(joined).where(in_force))
        return documents, passages

    def read_by_others(self, version: int) -> int:
        """How many documents in force other readers than those of ``version`` made."""
        d = schema.documents.c
        query = sa.select(sa.func.count()).select_from(schema.documents)
        return self._one(query.where(d.replaced_by == 0, d.read_by != version))

    def faq(self) -> list[FaqEntry]:
        """All approved questions and answers."""
        return [
            FaqEntry(tuple(row.questions), row.answer, row.document, row.article, row.topic, row.id)
            for row in self._all(sa.select(schema.faq).order_by(schema.faq.c.id))
        ]

    def _all(self, query: sa.Select[Any]) -> Sequence[Row[Any]]:
        try:
            with self._engine.connect() as connection:
                return connection.execute(query).all()
        except sa.exc.DatabaseError as error:
            raise LibraryError(
                f"라이브러리를 읽을 수 없습니다. ({error.args[0]})\n"
                "→ 손상되었다면 백업에서 되돌리고, 되풀이되면 관리자에게 알리세요."
            ) from error

    def _one(self, query: sa.Select[Any]) -> int:
        return int(self._all(query)[0][0])


def _without_password(url: str) -> str:
    return re.sub(r"//.*@", "//***@", url)


def _remedy(reason: str) -> str:
    """What to do about a database that can't be written."""
    if "locked" in reason or "busy" in reason:
        return "다른 프로그램이 쓰고 있습니다. 그것이 끝난 뒤 다시 실행하세요."
    if "full" in reason:
        return "디스크가 가득 찼습니다. 자리를 비운 뒤 다시 실행하세요."
    if "readonly" in reason:
        return "라이브러리 파일과 홈 폴더의 쓰기 권한을 확인하세요."
    return "남은 디스크와 파일 권한을 확인하고, 손상되었다면 백업에서 되돌리세요."


def _exists(database: str | None) -> bool:
    return bool(database) and Path(str(database)).is_file()


def _check_schema(connection: Connection) -> None:
    names = {step.__name__ for step in schema.MIGRATIONS}
    applied = set(connection.scalars(sa.select(schema.migrations_table.c.name)))
    if applied != names:
        raise LibraryError(
            "라이브러리의 구조가 이 프로그램과 다릅니다.\n"
            "→ 'ingest add'를 한 번 실행하면 구조를 맞춥니다. 더 새로운 프로그램으로 만들었다면 "
            "그 버전을 쓰세요."
        )


def _sqlite_settings(connection: Any, _record: Any) -> None:
    """WAL lets readers go on while one writes; BEGIN is ours, so that writers lock early."""
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(f"PRAGMA busy_timeout={_PATIENCE_MS}")
    connection.execute("PRAGMA foreign_keys=ON")


def _sqlite_begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))
