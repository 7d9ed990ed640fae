"""The library: documents, their passages and the FAQ. The only module that runs SQL."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, Row

from onprem_rag.errors import LibraryError
from onprem_rag.library import schema
from onprem_rag.records import Document, FaqEntry, Page, Passage

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
        columns = [c for c in schema.documents.c if c.name != "text"]
        query = (
            sa.select(*columns)
            .where(schema.documents.c.replaced_by == 0)
            .order_by(schema.documents.c.title, schema.documents.c.id)
        )
        return [_document(row, "") for row in self._all(query)]

    def document(self, document_id: int) -> Document:
        """One document with its text, in force or not. Raises LibraryError if unknown."""
        table = schema.documents
        rows = self._all(sa.select(table).where(table.c.id == document_id))
        if not rows:
            raise LibraryError(f"문서 {document_id}번이 없습니다. → 'ingest status'를 확인하세요.")
        return _document(rows[0], rows[0].text)

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        """The passages of these ids, in their order, with text."""
        found: dict[int, Passage] = {}
        for at in range(0, len(ids), _CHUNK):
            chunk = list(ids[at : at + _CHUNK])
            query = _passages_query().where(schema.passages.c.id.in_(chunk))
            found.update({row.id: _passage(row, row.document, row.cut) for row in self._all(query)})
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
            _passages_query()
            .where(schema.documents.c.replaced_by == 0)
            .where(squeezed == title.replace(" ", ""))
            .where(schema.passages.c.article == article)
            .order_by(schema.passages.c.start)
        )
        return [_passage(row, row.document, row.cut) for row in self._all(query)]

    def counts(self) -> tuple[int, int]:
        """(documents, passages) in force."""
        in_force = schema.documents.c.replaced_by == 0
        documents = self._one(
            sa.select(sa.func.count()).select_from(schema.documents).where(in_force)
        )
        joined = schema.passages.join(schema.documents)
        passages = self._one(sa.select(sa.func.count()).select_from(joined).where(in_force))
        return documents, passages

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


class Writer:
    """The open transaction of ``Library.writing``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.undone = False

    def undo(self) -> None:
        """Keep nothing of this transaction."""
        self.undone = True

    def hashes(self) -> dict[str, str]:
        """SHA-256 of what each source held when it was last read, in force or not."""
        table = schema.documents
        query = sa.select(table.c.source, table.c.sha256).order_by(table.c.id)
        return {row.source: row.sha256 for row in self._connection.execute(query)}

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

    def replace_title(self, title: str, kind: str, kept: Collection[str], revision: int) -> int:
        """Take the documents of this title and kind out of force, but for the sources ``kept``:
        two rules of one title in one run are two institutions' rules.
        """
        d = schema.documents.c
        query = sa.select(d.id, d.source).where(
            sa.func.replace(d.title, " ", "") == title.replace(" ", ""),
            d.kind == kind,
            d.replaced_by == 0,
        )
        rows = self._connection.execute(query).all()
        return sum(self._retire(d.id == row.id, revision) for row in rows if row.source not in kept)

    def add(self, document: Document, passages: Iterable[Passage], revision: int) -> int:
        """Store a document and its passages; returns the document's id."""
        values = {
            "source": document.source,
            "sha256": document.sha256,
            "format": document.format,
            "title": document.title,
            "kind": document.kind,
            "text": document.text,
            "pages": [[page.number, page.start, page.end] for page in document.pages],
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
                "title": passage.title,
                "start": passage.start,
                "end": passage.end,
                "page": passage.page,
            }
            for passage in passages
        ]
        if rows:
            self._connection.execute(sa.insert(schema.passages), rows)
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
                found.append(_passage(row, document.title, document.text[row.start : row.end]))
        return found

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


def _passages_query() -> sa.Select[Any]:
    """Passages with their title and their text, cut out of the document's by the database."""
    p, d = schema.passages.c, schema.documents.c
    text = sa.func.substr(d.text, p.start + 1, p.end - p.start).label("cut")
    joined = schema.passages.join(schema.documents)
    return sa.select(*schema.passages.c, d.title.label("document"), text).select_from(joined)


def _passage(row: Row[Any], title: str, text: str) -> Passage:
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


def _document(row: Row[Any], text: str) -> Document:
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
