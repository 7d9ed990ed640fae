"""Tables of the library, and the ordered, named migrations that make them."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from onprem_rag.errors import LibraryError

metadata = sa.MetaData()

migrations_table = sa.Table(
    "migrations",
    metadata,
    sa.Column("name", sa.String(80), primary_key=True),
)

documents = sa.Table(
    "documents",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("source", sa.Text, nullable=False, index=True),
    sa.Column("sha256", sa.String(64), nullable=False, index=True),
    sa.Column("format", sa.String(8), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("pages", sa.JSON, nullable=False),
    sa.Column("tables", sa.JSON, nullable=False, server_default="[]"),
    sa.Column("furniture", sa.JSON, nullable=False, server_default="[]"),
    sa.Column("amendments", sa.JSON, nullable=False, server_default="[]"),
    sa.Column("enacted", sa.String(10)),
    sa.Column("amended", sa.JSON, nullable=False, server_default="[]"),
    sa.Column("effective", sa.String(10)),
    sa.Column("department", sa.Text),
    # The version of the readers that made the text; a file that older ones read is read again.
    sa.Column("read_by", sa.Integer, nullable=False, server_default="0"),
    sa.Column("added_in", sa.Integer, nullable=False),  # revision
    # 0 while in force; else the revision that replaced it. Rows stay, so that the index
    # generation that still serves can resolve every passage it holds.
    sa.Column("replaced_by", sa.Integer, nullable=False, default=0, index=True),
)

passages = sa.Table(
    "passages",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("document_id", sa.ForeignKey("documents.id"), nullable=False, index=True),
    sa.Column("path", sa.JSON, nullable=False),
    sa.Column("article", sa.String(40)),
    sa.Column("paragraph", sa.String(8)),
    sa.Column("subparagraph", sa.String(12)),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("page", sa.Integer),
)

# The places that a document's text names, parsed when it was split.
cross_references = sa.Table(
    "cross_references",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("document_id", sa.ForeignKey("documents.id"), nullable=False),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("document", sa.Text),  # the title of another rule
    sa.Column("place", sa.String(60), nullable=False),
    sa.Column("target_start", sa.Integer),
    sa.Column("target_end", sa.Integer),
    sa.Index("cross_references_in_text", "document_id", "start"),
)

faq = sa.Table(
    "faq",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("questions", sa.JSON, nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("document", sa.Text, nullable=False),
    sa.Column("article", sa.Text, nullable=False),
)

# One row: the number of the last committed change of documents or passages.
revision = sa.Table(
    "revision",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
)

# One row: counted up with every change of the FAQ, which needs no new index generation.
faq_revision = sa.Table(
    "faq_revision",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
)


def _m0001_first_tables(connection: Connection) -> None:
    metadata.create_all(connection, [documents, passages, faq, revision])
    connection.execute(sa.insert(revision).values(id=1, number=0))


def _m0002_faq_revision(connection: Connection) -> None:
    faq_revision.create(connection)
    connection.execute(sa.insert(faq_revision).values(id=1, number=0))


def _m0003_structure(connection: Connection) -> None:
    _add_missing_columns(connection, documents)
    _add_missing_columns(connection, passages)
    cross_references.create(connection)


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
