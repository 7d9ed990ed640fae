"""Spans of a text into shorter ones: at line ends, sentence ends, words; never in a table row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.split.contents import Span, span_at
from onprem_rag.korean.text import sentences

_WORD = re.compile(r"\S+")


def trimmed(text: str, start: int, end: int) -> Span:
    """The span without blanks at its ends."""
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), start + len(part.rstrip())


def pack(text: str, pieces: Sequence[Span], limit: int) -> Iterator[Span]:
    """Neighbouring pieces put together while they stay within ``limit`` characters."""
    begin = end = -1
    for start, stop in pieces:
        if end >= 0 and stop - begin <= limit:
            end = stop
            continue
        if end >= 0:
            yield trimmed(text, begin, end)
        begin, end = start, stop
    if end >= 0:
        yield trimmed(text, begin, end)


def pack_lines(
    text: str, start: int, end: int, limit: int, tables: Sequence[Span] = ()
) -> Iterator[Span]:
    """Spans of at most ``limit`` characters, cut at line ends, else at sentence ends.

    A single sentence beyond the limit is cut between its words; a table's row is never cut.
    """
    start, end = trimmed(text, start, end)
    pieces: list[Span] = []
    before = last = start
    for stop in _borders(text, start, end, limit, tables):
        if text[last:stop].strip():
            pieces.append((before, stop))
            before = stop
        last = stop
    yield from pack(text, pieces, limit)


def _borders(text: str, start: int, end: int, limit: int, tables: Sequence[Span]) -> Iterator[int]:
    """Ends of lines; beyond ``limit`` also those of a line's sentences, or a sentence's words."""
    line_start = start
    while line_start < end:
        newline = text.find("\n", line_start, end)
        line_end = end if newline < 0 else newline + 1
        if line_end - line_start > limit and not span_at(tables, line_start):
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
