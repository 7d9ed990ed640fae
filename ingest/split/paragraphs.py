"""Text without articles into passages: by row, or by paragraph with its heading."""

from __future__ import annotations

import re
from collections.abc import Iterator

from onprem_rag.korean.text import sentences
from onprem_rag.records import Document, Passage

LONG_PARAGRAPH = 1000  # characters
_WORD = re.compile(r"\S+")
_HEADING = 40  # a block this short that ends no sentence is the heading of the next


def split_rows(document: Document) -> list[Passage]:
    """One passage a line (CSV)."""
    return [
        _passage(document, *trimmed(document.text, found.start(), found.end()))
        for found in re.finditer(r"[^\n]+", document.text)
        if found[0].strip()
    ]


def split_paragraphs(document: Document) -> list[Passage]:
    """Blocks between blank lines; a heading goes with what follows it."""
    text = document.text
    passages = []
    begin: int | None = None
    for found in re.finditer(r"(?:[^\n]*\S[^\n]*(?:\n|$))+", text):
        start, end = trimmed(text, found.start(), found.end())
        begin = start if begin is None else begin
        if end - start <= _HEADING and not text[start:end].endswith((".", "다", "요", "?")):
            continue
        passages += [
            _passage(document, *span) for span in pack_lines(text, begin, end, LONG_PARAGRAPH)
        ]
        begin = None
    if begin is not None:
        passages.append(_passage(document, *trimmed(text, begin, len(text))))
    return passages


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without blanks at its ends."""
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), start + len(part.rstrip())


def pack_lines(text: str, start: int, end: int, limit: int) -> Iterator[tuple[int, int]]:
    """Spans of at most ``limit`` characters, cut at line ends, else at sentence ends.

    A single sentence beyond the limit is cut between its words.
    """
    start, end = trimmed(text, start, end)
    begin = start
    last = start
    for stop in _borders(text, start, end, limit):
        if stop - begin > limit and last > begin:
            if not text[begin:last].isspace():
                yield trimmed(text, begin, last)
            begin = last
        last = stop
    if end > begin:
        yield trimmed(text, begin, end)


def _borders(text: str, start: int, end: int, limit: int) -> Iterator[int]:
    """Ends of lines; beyond ``limit`` also those of a line's sentences, or a sentence's words."""
    line_start = start
    while line_start < end:
        newline = text.find("\n", line_start, end)
        line_end = end if newline < 0 else newline + 1
        if line_end - line_start > limit:
            before = line_start
            for _, stop in sentences(text[line_start:line_end]):
                if line_start + stop - before > limit:
                    for word in _WORD.finditer(text, before, line_start + stop):
                        yield word.end()
                before = line_start + stop
                yield before
            if line_end - before > limit:
                yield from (word.end() for word in _WORD.finditer(text, before, line_end))
        yield line_end
        line_start = line_end


def _passage(document: Document, start: int, end: int) -> Passage:
    page = next((page.number for page in document.pages if start < page.end), None)
    return Passage(document.title, (), None, None, "", document.text[start:end], start, end, page)
