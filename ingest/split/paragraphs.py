"""Text without articles into passages: by row, or by paragraph under its headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.split.articles import page_at
from ingest.split.contents import Line, Span, lines_of, span_at
from ingest.split.packing import pack_lines, trimmed
from onprem_rag.records import Document, Passage

LONG_PARAGRAPH = 800  # characters: see LONG_ARTICLE
_HEADING = 40  # a line this short that ends no sentence is the heading of the next
_SIGNS = (
    ("편장절", re.compile(r"제\s?\d{1,3}\s?[편장절](?!\w)")),
    ("Ⅰ", re.compile(r"(?:[Ⅰ-Ⅻ]|[IVX]{1,4}(?=\s?[.]))\s?[.)]?")),
    ("1.", re.compile(r"\d{1,2}\s?\.(?!\s?\d)")),
    ("가.", re.compile(r"[가나다라마바사아자차카타파하]\s?\.")),
    ("1)", re.compile(r"\(?\d{1,2}\s?\)")),
    ("가)", re.compile(r"\(?[가나다라마바사아자차카타파하]\s?\)")),
    ("□", re.compile(r"[□■◆◇▣❏]")),
    ("○", re.compile(r"[○●ㅇ◦◎•·∙▪▶▷※*-](?=\s)")),
)
_BULLETS = {"○"}
_SENTENCE_END = re.compile(r"(?:[.。?!:：;,]|다|[하세]요|[함됨것]|[있없]음)\s*$")
_LEAD_IN = re.compile(r"(?:[:：]|(?:다음|아래)[^\n]{0,20}(?:같다|같습니다|같음)?[.]?)\s*$")


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines that belong together, under their headings."""

    path: tuple[str, ...]
    start: int
    end: int


def split_rows(document: Document) -> list[Passage]:
    """One passage a line (CSV)."""
    return [
        _passage(document, (), *trimmed(document.text, found.start(), found.end()))
        for found in re.finditer(r"[^\n]+", document.text)
        if found[0].strip()
    ]


def split_paragraphs(document: Document, contents: Sequence[Span] = ()) -> list[Passage]:
    """Blocks between blank lines and headings; a heading goes with what follows it."""
    tables = [(table.start, table.end) for table in document.tables]
    return [
        _passage(document, block.path, *span)
        for block in _blocks(document.text, tables, contents)
        for span in pack_lines(document.text, block.start, block.end, LONG_PARAGRAPH, tables)
    ]


def _blocks(text: str, tables: Sequence[Span], contents: Sequence[Span]) -> Iterator[_Block]:
    path: list[tuple[str, str]] = []  # (sign, heading)
    block: _Block | None = None  # the open one
    complete = False  # it holds more than headings
    items: set[str] = set()  # the signs of the lists in it
    blank = False  # a blank line stands before this one
    lines = list(lines_of(text))
    for at, (start, line) in enumerate(lines):
        if not line.strip():
            blank = True
            continue
        listed = span_at(contents, start) is not None
        sign = None if listed or span_at(tables, start) else _sign(line.lstrip())
        heading = sign is not None and sign not in items and _is_heading(lines, at, sign)
        apart = blank and (sign is None or heading) and not (block and _leads_in(text, block.end))
        if block and (listed or (complete and (heading or apart))):
            yield block
            block = None
        blank = False
        if listed:
            continue
        if heading and sign is not None:
            signs = [each for each, _ in path]
            if sign in signs:
                del path[signs.index(sign) :]
            path.append((sign, " ".join(line.split())))
        if block is None:
            complete = False
            items.clear()
        if sign is not None and not heading:
            items.add(sign)
        complete = complete or not (heading or (sign is None and _is_short(line)))
        begin = block.start if block else start
        block = _Block(tuple(label for _, label in path), begin, start + len(line))
    if block:
        yield block


def _sign(line: str) -> str | None:
    """Which sign of an enumeration or outline the line begins with."""
    return next((name for name, sign in _SIGNS if sign.match(line)), None)


def _is_heading(lines: Sequence[Line], at: int, sign: str) -> bool:
    """Whether a line with a sign names what follows: short, no sentence, and no item of a list."""
    line = lines[at][1].strip()
    if sign in _BULLETS or len(line) > _HEADING or _SENTENCE_END.search(line) or " | " in line:
        return False
    following = next((each for _, each in lines[at + 1 : at + 6] if each.strip()), "")
    return bool(following) and (_sign(following.lstrip()) != sign or sign in ("Ⅰ", "편장절"))


def _is_short(line: str) -> bool:
    return len(line.strip()) <= _HEADING and not _SENTENCE_END.search(line)


def _leads_in(text: str, end: int) -> bool:
    """Whether what ends at ``end`` introduces a list: 다음과 같다, 다음 각 호, 아래:."""
    return bool(_LEAD_IN.search(text[max(0, end - 80) : end]))


def _passage(document: Document, path: tuple[str, ...], start: int, end: int) -> Passage:
    title = path[-1] if path else ""
    text = document.text[start:end]
    page = page_at(document, start)
    return Passage(document.title, path, None, None, title, text, start, end, page)
