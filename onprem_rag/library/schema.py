"""Tables of the library, and the ordered, named migrations that make them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from onprem_rag.errors import LibraryError
from onprem_rag.library.versions import rule_key, unused

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
    # Of the text and all that is known of it: the same content is stored once.
    sa.Column("content", sa.String(64), nullable=False, server_default=""),
    sa.Index("documents_by_content", "content"),
)

# Which versions of which rules a revision holds. Days are ISO; "" is from ever, NULL open.
holdings = sa.Table(
    "holdings",
    metadata,
    sa.Column("revision", sa.Integer, primary_key=True),
    sa.Column("document_id", sa.ForeignKey("documents.id"), primary_key=True, index=True),
    sa.Column("rule", sa.Text, nullable=False),  # what is one rule: title and kind
    sa.Column("number", sa.Integer, nullable=False),  # 1 is the rule's oldest version
    sa.Column("since", sa.String(10), nullable=False),
    sa.Column("until", sa.String(10)),  # exclusive
    sa.Column("withdrawn", sa.String(10)),  # the day on which it was taken out of force
    sa.Column("dated", sa.Boolean, nullable=False),  # the rule says since when it is in force
    sa.Column("taken", sa.Integer, nullable=False),  # the revision that took it in last
)

# The files that a revision was read from. Revision 0: read by a run that did not finish.
files = sa.Table(
    "files",
    metadata,
    sa.Column("revision", sa.Integer, primary_key=True),
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("read_by", sa.Integer, nullable=False),
    sa.Column("documents", sa.JSON, nullable=False),  # ids
)

# What was done to the library, oldest first.
history = sa.Table(
    "history",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", sa.String(19), nullable=False),  # local time, ISO
    sa.Column("action", sa.String(20), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),  # that was live afterwards
    sa.Column("generation", sa.String(20), nullable=False),
    # False until the generation is switched on: a run that is cut off before leaves no trace.
    sa.Column("published", sa.Boolean, nullable=False),
    sa.Column("summary", sa.JSON, nullable=False),  # Korean lines
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
    # What it refers to, so that building an index needs no cross-references: titles of articles of
    # its own document, and (title without blanks, article) of other rules, in text order.
    sa.Column("referred", sa.JSON, nullable=False, server_default="[]"),
    # Nothing in its text commands a model: ``stated`` leaves it as it is.
    sa.Column("plain", sa.Boolean, nullable=False, server_default="0"),
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
    # Of the article's text that the answer was approved against; "" where it was not there.
    sa.Column("approved", sa.String(64), nullable=False, server_default=""),
)

# One row: counted up with every change of the FAQ, which needs no new index generation.
faq_revision = sa.Table(
    "faq_revision",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
)


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
    for index in inspector.get_indexes("documents"):
        if index["column_names"] == ["replaced_by"]:
            connection.exec_driver_sql(f"DROP INDEX {index['name']}")
    for column in ("replaced_by", "added_in"):
        connection.exec_driver_sql(f"ALTER TABLE documents DROP COLUMN {column}")


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
