"""What changes the library: the open transaction of ``Library.writing``."""

from __future__ import annotations

import getpass
import itertools
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from onprem_rag.korean.instructions import stated
from onprem_rag.library import schema
from onprem_rag.library.indexed import referred_by
from onprem_rag.library.rows import (
    chunks,
    content_of,
    file_of,
    holding_of,
    is_noted,
    listed,
    values_of,
)
from onprem_rag.records import Document, FaqEntry, FileRead, Passage, Version, Vote, Wording

STAGED = 0  # the revision of files that a run has read and not yet made live


class Writer:
    """The open transaction of ``Library.writing``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def settle(self, generation: str | None) -> int | None:
        """Drop what runs that were cut off before their switch have left.

        ``generation`` is the live one: a run that was cut off after its switch is done. Returns
        its number, for what it had still to clean up.
        """
        table = schema.history.c
        live = generation or ""
        unnamed = table.generation == ""  # that which a library of an older schema was live with
        self._connection.execute(sa.update(schema.history).where(unnamed).values(generation=live))
        mine = sa.and_(table.generation == live, ~table.published)
        cut_off = self._connection.scalar(sa.select(table.number).where(mine))
        self._connection.execute(sa.update(schema.history).where(mine).values(published=True))
        self._connection.execute(sa.delete(schema.history).where(~table.published))
        return cut_off

    def store(self, document: Document, passages: Iterable[Passage], read_by: int) -> int:
        """Store a document and its passages, or find the very same; returns its id.

        ``read_by``: the version of the readers that made the text.
        """
        content = content_of(document, read_by)
        d = schema.documents.c
        same = sa.select(d.id, d.tables).where(d.content == content)
        if not (there := self._connection.execute(same).first()):
            return self._add(document, passages, read_by, content)
        if not all(map(is_noted, there.tables)):
            tables = sa.update(schema.documents).where(d.id == there.id)
            self._connection.execute(tables.values(tables=values_of(document)["tables"]))
        return int(there.id)

    def stage(self, file: FileRead) -> None:
        """Note that a file was read, so that a run that is cut off need not read it again."""
        self._forget_files(STAGED, file.source)
        self._connection.execute(sa.insert(schema.files).values(**file_of(file, STAGED)))

    def hold(self, revision: int, versions: Iterable[Version], files: Iterable[FileRead]) -> None:
        """Make a revision of these versions, read from these files."""
        # Left by a run that was cut off under the same number.
        for table in (schema.holdings, schema.files):
            self._connection.execute(sa.delete(table).where(table.c.revision == revision))
        if held := [holding_of(version, revision) for version in versions]:
            self._connection.execute(sa.insert(schema.holdings), held)
        self.replace_files(revision, files)

    def replace_files(self, revision: int, files: Iterable[FileRead]) -> None:
        """Put ``files`` in the place of those of a revision; nothing stays staged."""
        self._forget_files(revision)
        self._forget_files(STAGED)
        if rows := [file_of(file, revision) for file in files]:
            self._connection.execute(sa.insert(schema.files), rows)

    def log(
        self,
        action: str,
        revision: int,
        generation: str,
        summary: Sequence[str],
        published: bool = False,
        *,
        refused: bool = False,
        fallen: Sequence[str] = (),
    ) -> int:
        """Note what is about to be done; returns its number (see ``publish``).

        What the gate has ``refused`` is over, and leaves live what is: that is what ``revision``
        and ``generation`` are to be then. ``fallen``: see ``Done``.
        """
        values = {
            "at": _now(),
            "action": action,
            "revision": revision,
            "generation": generation,
            "published": published or refused,
            "summary": list(summary),
            "who": _who(),
            "refused": refused,
            "fallen": list(fallen),
        }
        result = self._connection.execute(sa.insert(schema.history).values(**values))
        return int((result.inserted_primary_key or (0,))[0])

    def publish(self, number: int) -> None:
        """Note that what ``log`` gave this number is done."""
        done = sa.update(schema.history).where(schema.history.c.number == number)
        self._connection.execute(done.values(published=True))

    def keep(self, revisions: Collection[int]) -> None:
        """Forget all other revisions, and the documents that none of these holds."""
        kept = {*revisions, STAGED}
        for table in (schema.holdings, schema.files):
            self._connection.execute(sa.delete(table).where(table.c.revision.not_in(kept)))
        held = set(self._connection.scalars(sa.select(schema.holdings.c.document_id).distinct()))
        staged = sa.select(schema.files.c.documents).where(schema.files.c.revision == STAGED)
        held |= {number for row in self._connection.scalars(staged) for number in row}
        there = set(self._connection.scalars(sa.select(schema.documents.c.id)))
        for chunk in chunks(there - held):
            for part in (schema.passages, schema.cross_references):
                self._connection.execute(sa.delete(part).where(part.c.document_id.in_(chunk)))
            gone = schema.documents.c.id.in_(chunk)
            self._connection.execute(sa.delete(schema.documents).where(gone))

    def _add(
        self, document: Document, passages: Iterable[Passage], read_by: int, content: str
    ) -> int:
        values = values_of(document) | {"read_by": read_by, "content": content}
        result = self._connection.execute(sa.insert(schema.documents).values(**values))
        document_id = int((result.inserted_primary_key or (0,))[0])
        ordered = sorted(passages, key=lambda passage: passage.start)
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
                "referred": refers,
                "plain": stated(passage.text) == passage.text,
            }
            for passage, refers in zip(
                ordered, referred_by(ordered, document.references), strict=True
            )
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

    def replace_faq(self, topic: str, entries: Iterable[FaqEntry]) -> None:
        """Put ``entries`` in the place of the topic's old ones; those with an id keep it."""
        self._count_faq()
        table = schema.faq
        last = self._connection.scalar(sa.select(sa.func.max(table.c.id))) or 0
        self._connection.execute(sa.delete(table).where(table.c.topic == topic))
        numbers = itertools.count(last + 1)  # never that of an entry which goes
        rows = [
            {
                "id": entry.id or next(numbers),
                "topic": topic,
                "questions": list(entry.questions),
                "answer": entry.answer,
                "document": entry.document,
                "article": entry.article,
                "grounds": listed(entry.approved),
                "since": entry.since,
            }
            for entry in entries
        ]
        if rows:
            self._connection.execute(sa.insert(table), rows)

    def approve(self, approvals: Mapping[int, Iterable[Wording]]) -> None:
        """Bind approved answers, by id, to the texts that they stand on."""
        table = schema.faq
        for number, grounds in approvals.items():
            entry = sa.update(table).where(table.c.id == number)
            self._connection.execute(entry.values(grounds=listed(grounds)))
        if approvals:
            self._count_faq()

    def vote(self, vote: Vote) -> None:
        """Put what a reader thinks of a shown answer in the place of what he thought before.

        A thumb of 0 takes it back.
        """
        table = schema.feedback
        self._connection.execute(sa.delete(table).where(table.c.shown == vote.shown))
        if vote.thumb:
            values = {
                "shown": vote.shown,
                "at": _now(),
                "question": vote.question,
                "answer": vote.answer,
                "thumb": vote.thumb,
                "cited": listed(vote.cited),
            }
            self._connection.execute(sa.insert(table).values(**values))

    def _count_faq(self) -> None:
        number = schema.faq_revision.c.number
        self._connection.execute(sa.update(schema.faq_revision).values(number=number + 1))

    def _forget_files(self, revision: int, source: str | None = None) -> None:
        table = schema.files
        gone = sa.delete(table).where(table.c.revision == revision)
        self._connection.execute(gone if source is None else gone.where(table.c.source == source))


def _now() -> str:
    return datetime.now().isoformat(sep=" ", timespec="seconds")


def _who() -> str:
    """The account that changes the library, be it by sudo."""
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container's user may have no name
        return str(os.getuid())
