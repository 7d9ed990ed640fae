"""A reading into documents (one a rule), and a document into passages."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

from ingest.readers.result import Reading
from ingest.split.amendments import without_marks
from ingest.split.articles import furniture_of, split_articles
from ingest.split.books import rules_in
from ingest.split.crossreferences import references_of
from ingest.split.dates import dates_of
from ingest.split.outline import Outline, outline_of
from ingest.split.paragraphs import split_paragraphs, split_rows
from ingest.split.places import ADDENDA, places_of
from ingest.split.titles import kind_of, title_of, title_of_file, unwrapped
from onprem_rag.records import Amendment, Document, Furniture, Passage

_RULE = 2  # articles that make a text a rule
_SENTENCE = re.compile(r"[다요]\.\s")
_HEAD = 1000  # characters in which a text without headings says its date and department


def documents_of(path: Path, file_format: str, sha256: str, reading: Reading) -> list[Document]:
    """The rules in one file: a rule book holds many, every other file one."""
    reading, amendments = (reading, ()) if reading.rows else without_marks(reading)
    text = reading.text

    def document(title: str, start: int, end: int) -> Document:
        bare = Document(title, kind_of(title), str(path), file_format, sha256, text[start:end])
        bare = _with_spans(bare, reading, amendments, start, end)
        return bare if reading.rows else _with_structure(bare)

    if reading.rows:
        return [document(title_of_file(path), 0, len(text))]
    if rules := rules_in(text):
        documents = [document(rule.title, rule.start, rule.end) for rule in rules]
        # A book's preface is a document too; a cover and a table of contents are none.
        if _SENTENCE.search(text, 0, rules[0].start):
            documents.insert(0, document(title_of_file(path), 0, rules[0].start))
        return documents
    return [document(unwrapped(reading.title) or title_of(text, path), 0, len(text))]


def split(document: Document, rows: bool = False) -> list[Passage]:
    """By article where there are articles, by row in tables, else by paragraph."""
    if rows:
        return split_rows(document)
    outline = outline_of(document.text, document.tables)
    if _is_rule(outline):
        return split_articles(document, outline)
    return split_paragraphs(document, outline.contents)


def _is_rule(outline: Outline) -> bool:
    """Whether the text has articles, be it one with addenda, or is nothing but a rule's annexes."""
    articles = sum(mark.level == "조" for mark in outline.marks)
    addenda = any(mark.level == "부칙" for mark in outline.marks)
    annexes = any(mark.level == "별표" for mark in outline.marks)
    if articles:
        return articles >= _RULE or addenda
    return annexes and outline.marks[0].start < 400


def _with_structure(document: Document) -> Document:
    """The document with all that its headings tell: furniture, dates, cross-references."""
    text = document.text
    outline = outline_of(text, document.tables)
    if _is_rule(outline):
        furniture = furniture_of(text, outline)
        places = places_of(text, outline.marks)
    else:
        furniture = tuple(Furniture("차례", *span) for span in outline.contents)
        places = []
    head = text[: outline.marks[0].start] if outline.marks else text[:_HEAD]
    addenda = [
        text[place.start : place.end]
        for place in places
        if place.article == ADDENDA and not (place.paragraph or place.subparagraph or place.item)
    ]
    marked = [
        date for each in document.amendments if each.action != "시행일" for date in each.dates
    ]
    dates = dates_of(head, addenda, marked)
    return replace(
        document,
        furniture=furniture,
        references=references_of(text, places, document.title),
        enacted=dates.enacted,
        amended=dates.amended,
        effective=dates.effective,
        department=dates.department,
    )


def _with_spans(
    document: Document, reading: Reading, amendments: Sequence[Amendment], start: int, end: int
) -> Document:
    """The document with those of the file's pages, tables and amendments that lie in it."""
    pages = reading.pages[bisect_right(reading.pages, start, key=lambda page: page.end) :]
    tables = reading.tables[bisect_left(reading.tables, start, key=lambda table: table.start) :]
    first = bisect_left(amendments, start, key=lambda each: each.at)
    last_at = end if end < len(reading.text) else end + 1  # a mark may have stood at the very end
    last = bisect_left(amendments, last_at, key=lambda each: each.at)
    return replace(
        document,
        pages=tuple(
            replace(page, start=max(page.start, start) - start, end=min(page.end, end) - start)
            for page in takewhile(lambda page: page.start < end, pages)
        ),
        tables=tuple(
            replace(table, start=table.start - start, end=table.end - start)
            for table in takewhile(lambda table: table.end <= end, tables)
        ),
        amendments=tuple(replace(each, at=each.at - start) for each in amendments[first:last]),
    )
