"""Citations: of whole passages, and with the version of the rule that they are of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from onprem_rag.library.shelf import Shelf
from onprem_rag.library.versions import UNKNOWN_KIND
from onprem_rag.records import Answer, Citation, Edition, Hit, Passage


def dated(answer: Answer, shelf: Shelf) -> Answer:
    """``answer`` with the version of each rule that it cites, and since when it is in force."""
    citations = (
        replace(cited, edition=_edition(cited.document_id, shelf, answer.as_of))
        for cited in answer.citations
    )
    return replace(answer, citations=tuple(citations))


def dated_hits(hits: Iterable[Hit], shelf: Shelf, day: str) -> list[Hit]:
    """``hits`` with their versions; ``day`` is that which was asked for, "" for today."""
    return [replace(hit, edition=_edition(hit.passage.document_id, shelf, day)) for hit in hits]


def whole(passage: Passage) -> Citation:
    """The citation of a passage as a whole."""
    return Citation(
        passage.document,
        passage.article,
        passage.paragraph,
        passage.page,
        passage.start,
        passage.end,
        passage.text,
        passage.document_id,
    )


def _edition(document_id: int, shelf: Shelf, day: str) -> Edition | None:
    """The version that a document is of; of ``day`` (see ``dated_hits``).

    That nobody has said since when a rule holds matters on another day, and today where others
    say it: a notice or a plan never does.
    """
    version = shelf.versions.get(document_id)
    if version is None:
        return None
    if version.dated:
        return Edition(version.number, version.since, undated=False)
    telling = bool(day) or (version.kind != UNKNOWN_KIND and shelf.tells_days)
    return Edition(version.number, "", undated=telling)
