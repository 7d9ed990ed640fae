"""A quotation in its place: the article around it, whole tables, and what is known about it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from html import escape

from onprem_rag.records import Citation, CrossReference, Document, Hit, Table

WINDOW = 400  # characters shown on each side of a quotation that lies in no passage
LONGEST_PASSAGE = 4000  # of a longer passage only the window is shown
LONGEST_TABLE = 30_000  # of a table's lines; a longer one stays lines
_MOST_ABOVE, _SHORT = 3, 40  # lines above a table that go with it, and their characters
_LONGEST_TARGET = 300  # of the text that a reference means

Find = Callable[[CrossReference], str]  # the text of a place in another rule, "" where unknown


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A piece of a document around a quotation; ``start``/``end`` of the quotation lie in it.

    ``tables`` have their spans in the piece. ``references``: what is named, and what it says.
    """

    heading: str
    text: str
    start: int
    end: int
    note: str = ""
    tables: tuple[Table, ...] = ()
    marks: tuple[str, ...] = ()
    references: tuple[tuple[str, str], ...] = ()


def excerpt(document: Document, citation: Citation, hits: Sequence[Hit], find: Find) -> Excerpt:
    """The article around a quotation: the passage that was found, else a window of lines."""
    text, start, end = document.text, citation.start, citation.end
    if not 0 <= start < end <= len(text) or text[start:end] != citation.text:
        note = "인용문의 위치를 원문에서 찾지 못해 인용문만 보여 드립니다."
        return Excerpt(citation.document, citation.text, 0, len(citation.text), note)
    heading, first, last = _borders(document, citation, hits)
    tables = [
        table
        for table in document.tables
        if table.start < last and table.end > first and table.end - table.start <= LONGEST_TABLE
    ]
    first = min([first, *(_with_caption(text, table.start) for table in tables)])
    last = max([last, *(table.end for table in tables)])
    whole = bool(heading) or (first == 0 and last == len(text))
    return Excerpt(
        heading or citation.document,
        text[first:last],
        start - first,
        end - first,
        "" if whole else "원문의 일부입니다.",
        tuple(replace(t, start=t.start - first, end=t.end - first) for t in tables),
        _marks(document, first, last),
        _references(document, first, last, find),
    )


def _with_caption(text: str, start: int) -> int:
    """Where the short lines above a table begin: its heading, its title, its unit."""
    for _ in range(_MOST_ABOVE):
        line = text.rfind("\n", 0, max(start - 1, 0)) + 1
        if (
            start == 0
            or not 0 < len(text[line:start].strip()) <= _SHORT
            or " | " in text[line:start]
        ):
            break
        start = line
    return start


def _borders(document: Document, citation: Citation, hits: Sequence[Hit]) -> tuple[str, int, int]:
    """(heading, start, end) of the passage that was found; of a window, without heading."""
    text, start, end = document.text, citation.start, citation.end
    for passage in (hit.passage for hit in hits):
        if passage.document_id == citation.document_id and passage.start <= start < passage.end:
            heading = " · ".join((citation.document, *passage.path))
            if passage.end - passage.start <= LONGEST_PASSAGE:
                return heading, passage.start, max(passage.start + len(passage.text.rstrip()), end)
    first = text.rfind("\n", 0, max(start - WINDOW, 0)) + 1
    last = text.find("\n", min(end + WINDOW, len(text)))
    return "", first, len(text) if last < 0 else last


def _marks(document: Document, first: int, last: int) -> tuple[str, ...]:
    """What is known about the piece: amendments, and whether its page had to be recognised."""
    marks = dict.fromkeys(
        " ".join(mark.text.split()) for mark in document.amendments if first < mark.at <= last
    )
    for page in document.pages:
        if page.confidence is not None and page.start < last and page.end > first:
            sure = f"{page.confidence:.0%}"
            marks[f"{page.number}쪽은 그림에서 문자 인식(OCR)한 글입니다(신뢰도 {sure})."] = None
    return tuple(marks)


def _references(
    document: Document, first: int, last: int, find: Find
) -> tuple[tuple[str, str], ...]:
    """The places that the piece names, each once, with the beginning of what they say."""
    found: dict[str, str] = {}
    for reference in document.references:
        if not first <= reference.start < last:
            continue
        name = " ".join(filter(None, (reference.document, reference.place)))
        said = document.text[slice(*reference.target)] if reference.target else find(reference)
        said = " ".join(said.split())
        if said and name not in found:
            cut = said[:_LONGEST_TARGET]
            found[name] = cut if cut == said else f"{cut}…"
    return tuple(found.items())


def highlight(text: str, start: int, end: int) -> str:
    """``text`` HTML-escaped, with exactly ``[start, end)`` inside ``<mark>``."""
    start = min(max(start, 0), len(text))
    end = min(max(end, start), len(text))
    if start == end:
        return escape(text)
    return f"{escape(text[:start])}<mark>{escape(text[start:end])}</mark>{escape(text[end:])}"


def body_of(around: Excerpt) -> str:
    """The excerpt as HTML: its lines, with tables as tables, and below what is known about it."""
    pieces: list[str] = []
    at = 0
    for table in around.tables:
        pieces += [_lines(around, at, table.start), _table(around, table)]
        at = table.end
    pieces.append(_lines(around, at, len(around.text)))
    if around.marks:
        pieces.append(f'<div class="orag-small">{"<br>".join(map(escape, around.marks))}</div>')
    if around.references:
        items = "".join(
            f"<li><b>{escape(name)}</b> {escape(said)}</li>" for name, said in around.references
        )
        pieces.append(
            f'<details class="orag-refers"><summary>이 조문이 가리키는 곳 '
            f"{len(around.references)}개</summary><ul>{items}</ul></details>"
        )
    return "".join(pieces)


def _lines(around: Excerpt, start: int, end: int) -> str:
    text = around.text[start:end].strip("\n")
    if not text.strip():
        return ""
    start += around.text[start:end].index(text)
    quoted = highlight(text, around.start - start, around.end - start)
    return f'<div class="orag-excerpt" lang="ko">{quoted}</div>'


def _table(around: Excerpt, table: Table) -> str:
    """The whole grid; the rows that the quotation touches are marked."""
    filled = [row for row in table.rows[table.header :] if any(row)]
    starts = [table.start]
    for line in around.text[table.start : table.end].split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    # A body row is a line; lines before them are those of the header.
    spans = list(itertools.pairwise(starts))[-len(filled) :] if filled else []
    head = "".join(_row("th", row, "") for row in table.rows[: table.header])
    body = "".join(
        _row("td", row, "orag-cited" if start < around.end and end > around.start else "")
        for row, (start, end) in zip(filled, spans, strict=False)
    )
    return f'<div class="orag-wide"><table class="orag-table" lang="ko">{head}{body}</table></div>'


def _row(tag: str, cells: Sequence[str], style: str) -> str:
    """One row; equal neighbours were one merged cell, or read as well as one."""
    shown: list[str] = []
    at = 0
    while at < len(cells):
        end = at + 1
        while tag == "th" and end < len(cells) and cells[end] == cells[at]:
            end += 1
        span = f' colspan="{end - at}"' if end - at > 1 else ""
        shown.append(f"<{tag}{span}>{escape(cells[at])}</{tag}>")
        at = end
    return f'<tr class="{style}">{"".join(shown)}</tr>'
