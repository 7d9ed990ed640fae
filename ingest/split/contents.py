"""Tables of contents: lists of headings that lead to pages or stand without any text below."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from ingest.split.marks import CONTAINERS, Mark

Span = tuple[int, int]
Line = tuple[int, str]
HEADING = re.compile(
    r"\s*(?:[<〈\[【(]\s*)?(?:차\s{0,9}례|목\s{0,9}차|순\s{0,9}서)\s*(?:[>〉\]】)]\s*)?$"
)
_LEADS = re.compile(
    r"(?P<text>\S.{0,99}?)(?:(?P<leader>\s{0,9}[.·․‥…⋯∙・･_‧—–-]{2,}\s{0,9})|\t{1,9}|[^\S\n]{2,99})"
    r"[(\[<-]?\s?(?:(?P<page>\d{1,4})|(?P<code>\d{1,3}(?:[—–-]\d{1,3}){1,3}))\s?[)\]>-]?\s*$"
)
_NUMBERED = re.compile(
    r"(?P<text>제\s*\d+\s*[편장절관조].{0,60}?[)）\]】])\s*(?P<page>\d{1,4})\s*$"
)
_SENTENCE = re.compile(r"(?:다|음|함|임|것)[.。]?\s*$")
_HEADING_SIGN = re.compile(
    r"\s*(?:제\s?\d|[\[<〔【〈]?\s?(?:부\s{0,9}칙|별\s?[표지])|[Ⅰ-Ⅻ①-⑳]|\d{1,2}\s?[.)]|[가-하]\s?[.)]|□)"
)
_CLOSING = ")]>- \t\r"
_LAST = frozenset("0123456789" + _CLOSING)
_FIRST_LINES = 400  # in which a table of contents with a heading begins
_FEWEST = 3
_BETWEEN = 8  # lines of other kinds (the name of a department) between two entries
_LONGEST_ENTRY = 120


def lines_of(text: str) -> Iterator[Line]:
    """(start, line) of each line."""
    lines = text.split("\n")
    return zip(accumulate((len(line) + 1 for line in lines), initial=0), lines, strict=False)


def span_at(spans: Sequence[Span], at: int) -> Span | None:
    """The one of ``spans`` (in order) that holds position ``at``."""
    index = bisect_right(spans, at, key=lambda span: span[0])
    return spans[index - 1] if index and at < spans[index - 1][1] else None


def led(line: str) -> tuple[str, int | None] | None:
    """What a line that leads to a page or a code says, and the page: ``제1조(목적) ····· 3``."""
    if len(line) > _LONGEST_ENTRY or not line.rstrip(_CLOSING)[-1:].isdigit():
        return None
    found = _LEADS.match(line.strip()) or _NUMBERED.match(line.strip())
    if not found:
        return None
    return found["text"].strip(), int(found["page"]) if found["page"] else None


def led_lists(lines: Sequence[Line], tables: Sequence[Span]) -> list[Span]:
    """Spans of the lists whose entries lead to pages or codes, with the heading above."""
    spans: list[Span] = []
    run: list[int] = []  # the lines of entries
    page = 0
    for at, (start, line) in enumerate(lines):
        entry = led(line) if line[-1:] in _LAST else None
        if entry is None or span_at(tables, start):
            continue
        number = entry[1]
        if run and (at - run[-1] > _BETWEEN + 1 or (number is not None and number < page)):
            _keep(lines, run, spans)
            run = []
        page = number if number is not None else page if run else 0
        run.append(at)
    _keep(lines, run, spans)
    return spans


def _keep(lines: Sequence[Line], run: list[int], spans: list[Span]) -> None:
    """Add the run's span where it is a list for sure."""
    if len(run) < _FEWEST:
        return
    between = [
        lines[at][1] for first, last in itertools.pairwise(run) for at in range(first + 1, last)
    ]
    if any(len(line) > 60 or _SENTENCE.search(line) for line in between):
        return
    entries = [lines[at][1] for at in run]
    first = _top(lines, run[0])
    headed = any(HEADING.match(line) for _, line in lines[first : run[0]])
    sure = sum(bool(_is_entry(line)) for line in entries) * 2 >= len(entries)
    if not (headed or sure):
        return
    end = lines[run[-1]][0] + len(lines[run[-1]][1])
    start = lines[first][0]
    if spans and spans[-1][1] >= start:
        start = spans.pop()[0]
    spans.append((start, end))


def _is_entry(line: str) -> bool:
    """Whether a line with a number at its end leads there by dots or a code, or is a heading."""
    found = _LEADS.match(line.strip())
    return not found or bool(found["leader"] or found["code"]) or found["text"][0] == "제"


def _top(lines: Sequence[Line], first: int) -> int:
    """The line where the heading of a list begins: 차례, or 제4편 and the like on short lines."""
    top = first
    for at in range(first - 1, max(first - 9, -1), -1):
        line = lines[at][1].strip()
        if len(line) > 30 or _SENTENCE.search(line):
            break
        if HEADING.match(line) or re.match(rf"제\s*\d+\s*[{CONTAINERS}]", line):
            top = at
    return top


def bare_list(text: str, candidates: Sequence[Mark]) -> Span | None:
    """The span of headings at the head of a rule that are all repeated below, with their text."""
    if not candidates:
        return None
    first = _key(candidates[0])
    again = next((at for at, mark in enumerate(candidates) if at and _key(mark) == first), 0)
    # 제1조 is repeated, but the list does not have the 제1장 above it.
    while again > 1 and candidates[again - 1].level in CONTAINERS and candidates[0].level == "조":
        again -= 1
    if again < _FEWEST:
        return None
    bare = sum(
        not text[mark.end : following.start].strip()
        for mark, following in itertools.pairwise(candidates[:again])
    )
    if bare < 0.8 * (again - 1):
        return None
    return candidates[0].start, _line_end(text, candidates[again - 1].start)


def headed_list(lines: Sequence[Line]) -> Span | None:
    """The span from a line 차례 to the line before the first heading that comes a second time."""
    begin = next(
        (
            at
            for at, (_, line) in enumerate(lines[:_FIRST_LINES])
            if any(sign in line for sign in "례목순") and HEADING.match(line)
        ),
        None,
    )
    if begin is None:
        return None
    seen: set[str] = set()
    numbered = 0
    last = begin  # the last filled line
    for at in range(begin + 1, len(lines)):
        _start, line = lines[at]
        entry = led(line)
        key = "".join((entry[0] if entry else line).split())
        if key in seen:
            listed = 2 * numbered >= len(seen) > 1
            above_start, above = lines[last]
            return (lines[begin][0], above_start + len(above)) if listed else None
        if len(line) > 80 or _SENTENCE.search(line):
            return None
        if key:
            seen.add(key)
            numbered += bool(entry or _HEADING_SIGN.match(line))
            last = at
    return None


def _key(mark: Mark) -> tuple[str, str]:
    entry = led(mark.label)
    label = entry[0] if entry else mark.label
    return "".join(label.split()), "".join(mark.title.split()) if mark.level == "조" else ""


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end
