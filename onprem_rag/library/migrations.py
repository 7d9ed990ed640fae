"""The ordered, named migrations that make the library's tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from onprem_rag.errors import LibraryError
from onprem_rag.library.indexed import referred_by
from onprem_rag.library.rows import reference_of
from onprem_rag.library.schema import (
    cross_references,
    documents,
    faq,
    faq_revision,
    feedback,
    files,
    history,
    holdings,
    metadata,
    migrations_table,
    passages,
)
from onprem_rag.library.versions import rule_key, unused
from onprem_rag.records import Passage


def _m0001_first_tables(connection: Connection) -> None:
    metadata.create_all(connection, [documents, passages, faq])


def _m0002_faq_revision(connection: Connection) -> None:
    faq_revision.create(connection)
    connection.execute(sa.insert(faq_revision).values(id=1, number=0))


def _m0003_structure(connection: Connection) -> None:
    _add_missing_columns(connection, documents)
    _add_missing_columns(connection, passages)
    cross_references.create(connection)


def _m0004_versions(connection: Connection) -> None:
    """A document was in force, or replaced by a revision, in columns of its own row."""
    metadata.create_all(connection, [holdings, files, history])
    _add_missing_columns(connection, faq)
    inspector = sa.inspect(connection)
    if not inspector.has_table("revision"):
        return
    _add_missing_columns(connection, documents)
    _add_missing_columns(connection, passages)
    old = sa.MetaData()
    row = sa.Table("revision", old, autoload_with=connection)
    number = connection.scalar(sa.select(row.c.number)) or 0
    d = sa.Table("documents", old, autoload_with=connection)
    in_force = connection.execute(sa.select(d).where(d.c.replaced_by == 0).order_by(d.c.id)).all()
    if number:
        _hold_all(connection, number, in_force)
    row.drop(connection)
    _refer(connection)
    for index in documents.indexes:
        index.create(connection, checkfirst=True)
    for old_index in inspector.get_indexes("documents"):
        if old_index["column_names"] == ["replaced_by"]:
            connection.exec_driver_sql(f"DROP INDEX {old_index['name']}")
    for column in ("replaced_by", "added_in"):
        connection.exec_driver_sql(f"ALTER TABLE documents DROP COLUMN {column}")


def _m0005_grounds_and_feedback(connection: Connection) -> None:
    """An approved answer was bound to its article alone; what else it stands on is added later."""
    feedback.create(connection)
    if "approved" not in {one["name"] for one in sa.inspect(connection).get_columns("faq")}:
        return
    _add_missing_columns(connection, faq)
    old = sa.Table("faq", sa.MetaData(), autoload_with=connection)
    for row in connection.execute(sa.select(old).where(old.c.approved != "")).all():
        # What was not there is looked for again: with it, all that the answer stands on is.
        grounds = [[row.document, row.article, row.approved], [row.document, "", ""]]
        connection.execute(sa.update(faq).where(faq.c.id == row.id).values(grounds=grounds))
    connection.exec_driver_sql("ALTER TABLE faq DROP COLUMN approved")


def _m0006_answers_to_come(connection: Connection) -> None:
    """Approved answers say from which day on."""
    _add_missing_columns(connection, faq)


def _m0007_refusals(connection: Connection) -> None:
    """The history says who did what, what the gate refused, and which questions fell."""
    _add_missing_columns(connection, history)


def _m0008_lapses(connection: Connection) -> None:
    """Versions say from which day on they are no more."""
    _add_missing_columns(connection, holdings)


def _hold_all(connection: Connection, number: int, rows: Sequence[Row[Any]]) -> None:
    """A revision of all ``rows``, each a version of a rule of its own."""
    read: dict[str, dict[str, Any]] = {}
    rules = set[str]()
    for row in rows:
        rule = unused(rule_key(row.title, row.kind, row.source), rules)
        rules.add(rule)
        values = {"revision": number, "document_id": row.id, "rule": rule, "number": 1}
        days = {"since": row.effective or "", "until": None, "withdrawn": None}
        known = {"dated": bool(row.effective), "taken": number}
        connection.execute(sa.insert(holdings).values(**values, **days, **known))
        file = {"revision": number, "source": row.source, "sha256": row.sha256}
        read.setdefault(row.source, {**file, "read_by": row.read_by, "documents": []})
        read[row.source]["documents"].append(row.id)
    if read:
        connection.execute(sa.insert(files), list(read.values()))
    done = {"at": "", "action": "migrate", "revision": number, "generation": ""}
    connection.execute(sa.insert(history).values(**done, published=True, summary=[]))


def _refer(connection: Connection) -> None:
    """Fill ``passages.referred``, which has come with this migration too."""
    p, found = passages.c, cross_references.c
    for document in connection.scalars(sa.select(found.document_id).distinct()).all():
        query = sa.select(passages).where(p.document_id == document)
        rows = connection.execute(query.order_by(p.start, p.id))
        held = [
            Passage("", (), row.article, None, row.title, "", row.start, row.end, id=row.id)
            for row in rows
        ]
        named = sa.select(cross_references).where(found.document_id == document)
        references = [
            reference_of(row, "") for row in connection.execute(named.order_by(found.start))
        ]
        for passage, refers in zip(held, referred_by(held, references), strict=True):
            if refers:
                one = sa.update(passages).where(p.id == passage.id)
                connection.execute(one.values(referred=refers))


def _add_missing_columns(connection: Connection, table: sa.Table) -> None:
    """The columns that a table made by an earlier migration has not got yet."""
    there = {column["name"] for column in sa.inspect(connection).get_columns(table.name)}
    for column in table.columns:
        if column.name not in there:
            words = sa.schema.CreateColumn(column).compile(connection)
            connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {words}")


MIGRATIONS: tuple[Callable[[Connection], None], ...] = (
    _m0001_first_tables,
    _m0002_faq_revision,
    _m0003_structure,
    _m0004_versions,
    _m0005_grounds_and_feedback,
    _m0006_answers_to_come,
    _m0007_refusals,
    _m0008_lapses,
)


def migrate(connection: Connection) -> None:
    """Apply the migrations that are missing, in order. Raises LibraryError for a newer schema."""
    migrations_table.create(connection, checkfirst=True)
    applied = set(connection.scalars(sa.select(migrations_table.c.name)))
    names = [step.__name__ for step in MIGRATIONS]
    if applied - set(names):
        raise LibraryError(
            "라이브러리가 더 새로운 버전의 프로그램으로 만들어졌습니다.\n"
            "→ 프로그램을 그 버전 이상으로 올리거나 다른 --home을 쓰세요."
        )
    for step in MIGRATIONS:
        if step.__name__ not in applied:
            step(connection)
            connection.execute(sa.insert(migrations_table).values(name=step.__name__))
