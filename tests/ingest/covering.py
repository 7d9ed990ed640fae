"""What holds of every split: in place, in order, nothing lost and nothing twice."""

from __future__ import annotations

from collections.abc import Sequence

from onprem_rag.records import Document, Passage


def assert_covered(document: Document, passages: Sequence[Passage]) -> None:
    """Every filled character stands in one passage or in one span of furniture; rows stay whole."""
    for passage in passages:
        assert passage.text == document.text[passage.start : passage.end]
        assert passage.text.strip() == passage.text != ""
    spans = [(each.start, each.end) for each in (*passages, *document.furniture)]
    end = 0
    for start, stop in sorted(spans):
        assert start >= end, document.text[start:stop]
        assert not document.text[end:start].strip()
        end = stop
    assert not document.text[end:].strip()
    assert all(furniture.kind for furniture in document.furniture)
    row_ends = {
        at
        for table in document.tables
        for at in range(table.start, table.end)
        if document.text[at] == "\n"
    }
    for passage in passages:
        for table in document.tables:
            if table.start < passage.start < table.end:
                before = document.text[: passage.start].rstrip()
                assert row_ends & set(range(len(before), passage.start))


def assert_in_place(document: Document, found: Sequence[Passage]) -> None:
    """They cover it, and name it and their pages."""
    assert_covered(document, found)
    for passage in found:
        assert passage.document == document.title
        if document.pages:
            (page,) = [page for page in document.pages if page.number == passage.page]
            assert page.start <= passage.start < max(page.end, page.start + 1)
