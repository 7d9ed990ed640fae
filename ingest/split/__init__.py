"""A reading into documents (one a rule), and a document into passages."""

from __future__ import annotations

from pathlib import Path

from ingest.readers.result import Reading
from ingest.split.articles import marks_of, split_articles
from ingest.split.paragraphs import split_paragraphs, split_rows
from ingest.split.titles import kind_of, rules_in, title_of, title_of_file
from onprem_rag.records import Document, Page, Passage

_RULE = 2  # articles that make a text a rule


def documents_of(path: Path, file_format: str, sha256: str, reading: Reading) -> list[Document]:
    """The rules in one file: a rule book holds many, every other file one."""
    text = reading.text

    def document(title: str, start: int, end: int) -> Document:
        pages = tuple(
            Page(page.number, max(page.start, start) - start, min(page.end, end) - start)
            for page in reading.pages
            if page.start < end and page.end > start
        )
        return Document(
            title, kind_of(title), str(path), file_format, sha256, text[start:end], pages
        )

    rules = [] if reading.rows else rules_in(text)
    if rules:
        return [document(*rule) for rule in rules]
    title = title_of_file(path) if reading.rows else reading.title or title_of(text, path)
    return [document(title, 0, len(text))]


def split(document: Document, rows: bool = False) -> list[Passage]:
    """By article where there are articles, by row in tables, else by paragraph."""
    if rows:
        return split_rows(document)
    articles = sum(mark.level == "조" for mark in marks_of(document.text))
    if articles >= _RULE:
        return split_articles(document)
    return split_paragraphs(document)
