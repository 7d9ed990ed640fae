"""A rule into passages: one an article, and one a paragraph (항) where an article is long."""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.split.contents import Span, span_at
from ingest.split.front import front_parts
from ingest.split.items import Item, items_of
from ingest.split.marks import CONTAINERS, Mark, names_annex, single_blanks
from ingest.split.outline import Outline
from ingest.split.packing import pack, pack_lines, trimmed
from ingest.split.places import ADDENDA
from onprem_rag.records import Document, Furniture, Passage

LONG_ARTICLE = 800  # characters: about 512 tokens of KR-SBERT with the article's title
PREAMBLE = "전문"


@dataclass(frozen=True, slots=True)
class _Unit:
    """An article, an addendum or an annex: what stands between two headings."""

    path: tuple[str, ...]
    article: str | None
    title: str
    start: int
    end: int
    heading_end: int


@dataclass(frozen=True, slots=True)
class _Part:
    """What of a unit becomes one passage."""

    start: int
    end: int
    paragraph: str | None = None
    subparagraph: str | None = None


def split_articles(document: Document, outline: Outline) -> list[Passage]:
    """Passages of a rule in order. Each ``text`` is ``document.text[start:end]``."""
    tables = [(table.start, table.end) for table in document.tables]
    return [
        Passage(
            document=document.title,
            path=unit.path,
            article=unit.article,
            paragraph=part.paragraph,
            title=unit.title,
            text=document.text[part.start : part.end],
            start=part.start,
            end=part.end,
            page=page_at(document, part.start),
            subparagraph=part.subparagraph,
        )
        for unit in _segments(document.text, outline)
        if isinstance(unit, _Unit)
        for part in _parts(document.text, unit, tables)
    ]


def furniture_of(text: str, outline: Outline) -> tuple[Furniture, ...]:
    """What of a rule stands in no passage: title, history, contents, headings of chapters."""
    return tuple(each for each in _segments(text, outline) if isinstance(each, Furniture))


def page_at(document: Document, offset: int) -> int | None:
    """The number of the page on which ``offset`` lies; None where there are no pages."""
    if not document.pages:
        return None
    at = bisect_right(document.pages, offset, key=lambda page: page.end)
    return document.pages[min(at, len(document.pages) - 1)].number


def _segments(text: str, outline: Outline) -> Iterator[_Unit | Furniture]:
    """The whole text in order: what becomes passages, and what does not."""
    borders: list[Mark | Span] = sorted(
        [*outline.marks, *outline.contents],
        key=lambda each: each.start if isinstance(each, Mark) else each[0],
    )
    starts = [each.start if isinstance(each, Mark) else each[0] for each in borders]
    headings = _Headings()
    last: _Unit | None = None
    yield from _front(text, 0, starts[0] if starts else len(text))
    for at, border in enumerate(borders):
        end = starts[at + 1] if at + 1 < len(borders) else len(text)
        if isinstance(border, Mark):
            following = borders[at + 1] if at + 1 < len(borders) else None
            article_next = isinstance(following, Mark) and following.level == "조"
            mark = border._replace(
                end=min(border.end, end)
            )  # its title may begin a list of contents
            for each in headings.segments(text, mark, end, article_next):
                last = each if isinstance(each, _Unit) else last
                yield each
        else:
            yield from _furniture("차례", text, border[0], border[1])
            if last is None:
                yield from _front(text, border[1], end)
            elif text[border[1] : end].strip():  # a list in an annex: what follows is the annex's
                yield replace(last, start=border[1], end=end, heading_end=border[1])


class _Headings:
    """The headings above the one that is read: chapters, or addenda."""

    def __init__(self) -> None:
        self._containers: dict[str, str] = {}
        self._addenda = ""

    def segments(
        self, text: str, mark: Mark, end: int, article_next: bool
    ) -> Iterator[_Unit | Furniture]:
        """What stands from ``mark`` to ``end``, where the next heading begins."""
        if mark.level in CONTAINERS:
            for level in CONTAINERS[CONTAINERS.index(mark.level) :]:
                self._containers.pop(level, None)
            self._containers[mark.level] = mark.label
            yield from _headed(text, mark, end, _Unit(self._path(), None, mark.title, 0, 0, 0))
        elif mark.level == "부칙":
            self._addenda = mark.label
            unit = _Unit((mark.label,), ADDENDA, "", mark.start, end, mark.end)
            if article_next or not text[mark.end : end].strip():
                yield from _headed(text, mark, end, unit)
            else:
                yield unit
        elif mark.level == "별표":
            self._addenda = ""
            title = mark.title if names_annex(mark.title) else _next_line(text, mark.start, end)
            yield _Unit((_label(mark, title),), mark.label, title, mark.start, end, mark.end)
        elif self._addenda:
            below = (self._addenda, _label(mark, mark.title))
            yield _Unit(below, f"{ADDENDA} {mark.label}", mark.title, mark.start, end, mark.end)
        else:
            path = (*self._path(), _label(mark, mark.title))
            yield _Unit(path, mark.label, mark.title, mark.start, end, mark.end)

    def _path(self) -> tuple[str, ...]:
        return tuple(self._containers[level] for level in CONTAINERS if level in self._containers)


def _headed(text: str, mark: Mark, end: int, unit: _Unit) -> Iterator[_Unit | Furniture]:
    """The heading as furniture, and what stands below it before the next heading as a unit."""
    yield from _furniture(f"{mark.level} 제목", text, mark.start, mark.end)
    if text[mark.end : end].strip():
        yield _Unit(unit.path, unit.article, unit.title, mark.end, end, mark.end)


def _furniture(kind: str, text: str, start: int, end: int) -> Iterator[Furniture]:
    start, end = trimmed(text, start, end)
    if end > start:
        yield Furniture(kind, start, end)


def _front(text: str, start: int, end: int) -> Iterator[_Unit | Furniture]:
    for part in front_parts(text, start, end):
        if part.kind:
            yield Furniture(part.kind, part.start, part.end)
        else:
            yield _Unit((), PREAMBLE, "", part.start, part.end, part.start)


def _label(mark: Mark, title: str) -> str:
    label = mark.label
    if mark.last > mark.number:
        branch = f"의{mark.last[1]}" if mark.last[1] else ""
        label = f"{label}부터 제{mark.last[0]}조{branch}까지"
    return f"{label}({title})" if title else label


def _next_line(text: str, start: int, end: int) -> str:
    """The line below an annex's heading where it is short enough for a title, and no table."""
    begin = text.find("\n", start, end)
    if begin < 0:
        return ""
    lines = [line.strip() for line in text[begin : min(end, begin + 300)].split("\n")[:4]]
    first = next((line for line in lines if names_annex(line)), "")
    return single_blanks(first) if len(first) <= 40 and " | " not in first else ""


def _parts(text: str, unit: _Unit, tables: Sequence[Span]) -> Iterator[_Part]:
    """The unit itself when short enough, else its 항, else their 호, else what fits."""
    start, end = trimmed(text, unit.start, unit.end)
    if end - start <= LONG_ARTICLE:
        if end > start:
            yield _Part(start, end)
        return
    items = [
        item
        for item in items_of(text, start, end, unit.heading_end)
        if not span_at(tables, item.start)
    ]
    paragraphs = [item for item in items if item.level == "항"]
    # The heading goes with its first paragraph.
    borders = [start, *(item.start for item in paragraphs[1:]), end]
    for at, (begin, stop) in enumerate(itertools.pairwise(borders)):
        label = paragraphs[at].label if paragraphs else None
        begin, stop = trimmed(text, begin, stop)
        if stop - begin <= LONG_ARTICLE:
            yield _Part(begin, stop, label)
            continue
        for part in _by_number(text, begin, stop, _between(items, begin, stop), tables):
            yield _Part(part.start, part.end, label, part.subparagraph)


def _by_number(
    text: str, begin: int, stop: int, items: Sequence[Item], tables: Sequence[Span]
) -> Iterator[_Part]:
    """A long 항 by its 호: as many as fit together; a long 호 by its 목, else by its lines."""
    numbers = [item for item in items if item.level == "호"]
    for start, end in pack(text, _cut(begin, stop, numbers), LONG_ARTICLE):
        first = _between(numbers, start, end)[:1]
        number = first[0].label if first else None
        if end - start <= LONG_ARTICLE:
            yield _Part(start, end, None, number)
            continue
        letters = [item for item in _between(items, start, end) if item.level == "목"]
        pieces = [
            line
            for piece in _cut(start, end, letters)
            for line in pack_lines(text, *piece, LONG_ARTICLE, tables)
        ]
        for piece_start, piece_end in pack(text, pieces, LONG_ARTICLE):
            yield _Part(piece_start, piece_end, None, number)


def _between(items: Sequence[Item], start: int, end: int) -> Sequence[Item]:
    first = bisect_left(items, start, key=lambda item: item.start)
    return items[first : bisect_left(items, end, key=lambda item: item.start)]


def _cut(begin: int, stop: int, items: Sequence[Item]) -> list[Span]:
    """The span cut where the items begin; what stands before the first stays with it."""
    borders = [begin, *(item.start for item in items[1:]), stop]
    return [(start, end) for start, end in itertools.pairwise(borders) if end > start]
