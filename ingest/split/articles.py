"""A rule into passages: one an article, and one a paragraph (항) where an article is long."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.split.marks import Mark, mark_of, without_amendments
from ingest.split.paragraphs import pack_lines, trimmed
from onprem_rag.records import Document, Passage

LONG_ARTICLE = 800  # characters: about 512 tokens of KR-SBERT with the article's title
DELETED = "삭제"
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_LEVELS = "편장절관"
_PARAGRAPH = re.compile(rf"[{_CIRCLED}]")


@dataclass(frozen=True, slots=True)
class _Unit:
    """An article, an addendum or an annex: what stands between two headings."""

    path: tuple[str, ...]
    article: str
    title: str
    start: int
    end: int


def marks_of(text: str) -> list[Mark]:
    """The heading lines of ``text`` in order; uncertain forms only where the number follows on."""
    candidates = [mark for start, line in _lines(text) if (mark := mark_of(line, start))]
    found: list[Mark] = []
    zone = "본문"
    last = main_last = (0, 0)  # the last article's number in this zone, and in the main part
    for at, mark in enumerate(candidates):
        if mark.level in {"부칙", "별표"}:
            zone, last = mark.level, (0, 0)
        elif mark.level != "조":
            if zone != "본문":
                continue  # 제1장 inside an annex or after the addenda begins no chapter
        elif zone == "별표":
            # A form's own text, such as a model contract, has articles of its own.
            if not mark.certain or mark.number != (main_last[0] + 1, 0):
                continue
            zone, last = "본문", mark.number
        elif (
            _is_next(mark, last)
            or (mark.certain and mark.number > last and not _is_outlier(candidates[at:], last))
            or (mark.certain and zone == "부칙" and mark.number == (1, 0))
        ):
            last = mark.number
        else:
            continue
        if mark.level == "조" and zone == "본문":
            main_last = last
        found.append(mark)
    return found


def _is_next(mark: Mark, last: tuple[int, int]) -> bool:
    """15 → 16, 15 → 15의2, 15의2 → 15의3."""
    return mark.number in {(last[0] + 1, 0), (last[0], max(last[1] + 1, 2))}


def _is_outlier(rest: list[Mark], last: tuple[int, int]) -> bool:
    """A number far ahead after which the count goes on where it was: another law's article."""
    number = rest[0].number
    following = next((mark for mark in rest[1:] if mark.level == "조" and mark.certain), None)
    return number[0] > last[0] + 5 and following is not None and following.number < number


def split_articles(document: Document) -> list[Passage]:
    """Passages of a rule in order. Each ``text`` is ``document.text[start:end]``."""
    passages: list[Passage] = []
    for unit in _units(document.text, marks_of(document.text)):
        for start, end, paragraph in _parts(document.text, unit):
            passages.append(
                Passage(
                    document=document.title,
                    path=unit.path,
                    article=unit.article,
                    paragraph=paragraph,
                    title=unit.title,
                    text=document.text[start:end],
                    start=start,
                    end=end,
                    page=page_at(document, start),
                )
            )
    return passages


def page_at(document: Document, offset: int) -> int | None:
    """The number of the page on which ``offset`` lies; None where there are no pages."""
    for page in document.pages:
        if offset < page.end:
            return page.number
    return document.pages[-1].number if document.pages else None


def _lines(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in text.split("\n"):
        yield start, line
        start += len(line) + 1


def _units(text: str, marks: list[Mark]) -> Iterator[_Unit]:
    containers: dict[str, str] = {}
    addenda = ""
    preamble_end = marks[0].start if marks else 0
    if "다." in text[:preamble_end]:  # a real preamble, not just title and dates
        yield _Unit((), "전문", "", 0, preamble_end)
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        end = following.start if following else len(text)
        if mark.level in _LEVELS:
            for level in _LEVELS[_LEVELS.index(mark.level) :]:
                containers.pop(level, None)
            containers[mark.level] = mark.label
            continue
        path = tuple(containers[level] for level in _LEVELS if level in containers)
        if mark.level == "부칙":
            addenda = mark.label
            if following and following.level == "조":
                continue  # its articles are the units
            yield _Unit((addenda,), "부칙", "", mark.start, end)
        elif mark.level == "별표":
            addenda = ""
            title = mark.title or _next_line(text, mark.start, end)
            yield _Unit((_label(mark.label, title),), mark.label, title, mark.start, end)
        elif addenda:
            yield _Unit(
                (addenda, _label(mark.label, mark.title)),
                f"부칙 {mark.label}",
                mark.title,
                mark.start,
                end,
            )
        else:
            title = mark.title or _next_title(text, mark.start, end)
            path = (*path, _label(mark.label, title))
            yield _Unit(path, mark.label, title, mark.start, end)


def _label(label: str, title: str) -> str:
    return f"{label}({title})" if title else label


def _next_line(text: str, start: int, end: int) -> str:
    lines = [line.strip() for line in text[start:end].split("\n")[1:4] if line.strip()]
    return without_amendments(lines[0])[:40] if lines and len(lines[0]) <= 40 else ""


def _next_title(text: str, start: int, end: int) -> str:
    """A title that stands in brackets on the line after ``제15조``."""
    lines = text[start:end].split("\n")
    if len(lines) > 1 and lines[0].strip().endswith("조"):
        found = re.match(r"\s*[(（\[【](.{1,40})[)）\]】]", lines[1])
        return found[1].strip() if found else ""
    return ""


def _parts(text: str, unit: _Unit) -> Iterator[tuple[int, int, str | None]]:
    """(start, end, 항) of the passages of one unit: itself when short enough."""
    start, end = trimmed(text, unit.start, unit.end)
    if end - start <= LONG_ARTICLE:
        if end > start:
            yield start, end, None
        return
    borders = [(start, None), *_paragraph_borders(text, start, end)]
    if len(borders) > 1:  # the heading goes with its first paragraph
        borders = [(start, borders[1][1]), *borders[2:]]
    for (begin, paragraph), (stop, _) in zip(borders, [*borders[1:], (end, None)], strict=True):
        for piece_start, piece_end in pack_lines(text, begin, stop, LONG_ARTICLE):
            yield piece_start, piece_end, paragraph


def _paragraph_borders(text: str, start: int, end: int) -> list[tuple[int, str | None]]:
    """Where ①, ②, … begin: in order, at a line's start or right after the heading."""
    borders: list[tuple[int, str | None]] = []
    for found in _PARAGRAPH.finditer(text, start, end):
        line_start = text.rfind("\n", start, found.start()) + 1
        before = text[max(line_start, start) : found.start()].strip()
        heading = line_start <= start and not borders and before.startswith("제")
        if found[0] == _CIRCLED[len(borders)] and (not before or heading):
            borders.append((found.start(), found[0]))
        if len(borders) == len(_CIRCLED):
            break
    return borders
