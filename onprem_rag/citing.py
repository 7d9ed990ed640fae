"""Citations: of whole passages, and with the version of the rule that they are of."""

from __future__ import annotations

from dataclasses import replace

from onprem_rag.library.shelf import Shelf
from onprem_rag.records import Answer, Citation, Passage


def dated(answer: Answer, shelf: Shelf) -> Answer:
    """``answer`` with the version of each rule that it cites, and since when it is in force."""
    citations = []
    for cited in answer.citations:
        if version := shelf.versions.get(cited.document_id):
            since = version.since if version.dated else ""
            cited = replace(cited, version=version.number, since=since)
        citations.append(cited)
    return replace(answer, citations=tuple(citations))


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
