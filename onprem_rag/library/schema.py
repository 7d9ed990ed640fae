"""Tables of the library; ``migrations.py`` makes them."""

from __future__ import annotations

import sqlalchemy as sa

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
    sa.Column("rule", sa.Text, primary_key=True),  # what is one rule: title and kind
    sa.Column("number", sa.Integer, primary_key=True),  # 1 is the rule's oldest version
    # Not the key: a wording that was given up may come back, as another version.
    sa.Column("document_id", sa.ForeignKey("documents.id"), nullable=False, index=True),
    sa.Column("since", sa.String(10), nullable=False),
    sa.Column("until", sa.String(10)),  # exclusive
    sa.Column("withdrawn", sa.String(10)),  # the day on which it was taken out of force
    sa.Column("lapses", sa.String(10)),  # from which day it is no more, by the words of a rule
    sa.Column("lapses_by", sa.Integer),  # the document that repeals it
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
    sa.Column("notes", sa.JSON, nullable=False, server_default="[]"),  # while it is staged
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
    sa.Column("who", sa.Text, nullable=False, server_default=""),  # the account on the server
    sa.Column("refused", sa.Boolean, nullable=False, server_default="0"),  # by the gate
    sa.Column("fallen", sa.JSON, nullable=False, server_default="[]"),  # Korean lines
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
    # What the answer was approved against: [title, article, digest] each; [] before it was there.
    sa.Column("grounds", sa.JSON, nullable=False, server_default="[]"),
    sa.Column("since", sa.String(10), nullable=False, server_default=""),  # "": since approved
)

# One row: counted up with every change of the FAQ, which needs no new index generation.
faq_revision = sa.Table(
    "faq_revision",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
)

# What readers thought of answers: one row an answer shown, and nothing of who they are.
feedback = sa.Table(
    "feedback",
    metadata,
    sa.Column("shown", sa.String(32), primary_key=True),
    sa.Column("at", sa.String(19), nullable=False),  # local time, ISO
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("thumb", sa.Integer, nullable=False),  # 1 up, -1 down
    sa.Column("cited", sa.JSON, nullable=False),  # [title, article, digest] each
)
