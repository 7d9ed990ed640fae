"""The headings of a rule in order: which of the lines that look like headings are headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ingest.split.contents import (
    HEADING,
    Line,
    Span,
    bare_list,
    headed_list,
    led_lists,
    lines_of,
    span_at,
)
from ingest.split.marks import CONTAINERS, Mark, mark_of, may_be_heading, next_title
from ingest.split.sequence import chain, is_next
from onprem_rag.records import Table

# How a line ends whose sentence goes on below.
_WRAPPED = re.compile(
    r"(?:[,ㆍ·(「]|(?:및|또는|이나|부터|내지|따라|의한|따른|관한|「[^」]{0,19}」|(?<!삭)제)|[가-힣][의을를와과에])\s*$"
)

_ADDENDA_AT_END = re.compile(
    r"(?<=[.>\])〉])\s{1,9}(부\s{0,9}칙\s{0,3}(?:[<〈＜(（][^<>()]{0,60}[>〉＞)）])?\s*)$"
)
_LONGEST_TAIL = 80
_LONGEST_TITLE = 60
_BRACKETS = frozenset("(（[【〔")


@dataclass(frozen=True, slots=True)
class Outline:
    """A rule's headings, and the spans of its tables of contents, both in the text's order."""

    marks: tuple[Mark, ...]
    contents: tuple[Span, ...]


def marks_of(text: str, tables: Sequence[Table] = ()) -> list[Mark]:
    """The headings of ``text`` in order."""
    return list(outline_of(text, tables).marks)


def outline_of(text: str, tables: Sequence[Table] = ()) -> Outline:
    """The headings of ``text``, none of them from a table or from a table of contents."""
    return _outline(text, tuple((table.start, table.end) for table in tables))


@lru_cache(maxsize=1024)  # splitting asks once more for what the documents of a book asked
def _outline(text: str, spans: tuple[Span, ...]) -> Outline:
    lines = list(lines_of(text))
    contents = led_lists(lines, spans)
    if headed := headed_list(lines):
        contents = _merged([*contents, headed])
    candidates = [mark for mark in _candidates(lines, spans) if not span_at(contents, mark.start)]
    if bare := bare_list(text, candidates):
        contents = _merged([*contents, bare])
        candidates = [mark for mark in candidates if mark.start >= bare[1]]
    return Outline(tuple(_in_sequence(candidates)), tuple(contents))


def _candidates(lines: Sequence[Line], tables: Sequence[Span]) -> list[Mark]:
    found: list[Mark] = []
    for at, (start, line) in enumerate(lines):
        mark = mark_of(line, start) if may_be_heading(line) else None
        table = span_at(tables, start) if mark else None
        if mark and (table is None or (mark.level == "별표" and table[0] == start)):
            if at and _WRAPPED.search(lines[at - 1][1][-20:]):
                mark = mark._replace(after_sentence=False)
            found.append(_with_next_line(mark, lines, at))
        if "칙" in line[-_LONGEST_TAIL:] and (addenda := _addenda_at_end(line, start)):
            found.append(_with_next_line(addenda, lines, at))
    return found


def _addenda_at_end(line: str, start: int) -> Mark | None:
    """Addenda whose heading has come to stand at the end of the line above: 시행한다. 부칙."""
    tail = line[-_LONGEST_TAIL:]
    found = _ADDENDA_AT_END.search(tail)
    if not found:
        return None
    at = start + len(line) - len(tail) + found.start(1)
    return mark_of(found[1], at)


def _with_next_line(mark: Mark, lines: Sequence[Line], at: int) -> Mark:
    """The heading with its title where this stands on the next filled line."""
    start, line = lines[at]
    rest = line[mark.end - start :].strip()
    begun = mark.level == "조" and rest[:1] in _BRACKETS  # 제5조(연차휴가의 / 산정) …
    if mark.title or mark.level == "별표" or (rest and not begun):
        return mark
    below = next((each for each in lines[at + 1 : at + 4] if each[1].strip()), None)
    if below is None or HEADING.match(below[1]):
        return mark
    if begun and len(rest) <= _LONGEST_TITLE:
        titled = next_title(f"{rest} {below[1]}")
        if titled is None or titled[1] <= len(rest):
            return mark
        end = below[0] + titled[1] - len(rest) - 1
        return mark._replace(title=titled[0], end=end, certain=True)
    if rest:
        return mark
    if mark.level == "조" and "".join(below[1].split()).rstrip(".") == "삭제":
        return mark._replace(title="삭제")
    if mark.level == "조":
        titled = next_title(below[1])
        if titled is None:
            return mark
        return mark._replace(title=titled[0], end=below[0] + titled[1], certain=True)
    title = " ".join(below[1].split())
    if mark.level == "부칙" and mark.label == "부칙" and title[:1] in "<〈＜([" and len(title) < 40:
        return mark._replace(label=f"부칙 {title}", end=below[0] + len(below[1]))
    if (
        mark.level in CONTAINERS
        and len(title) <= 30
        and not (mark_of(below[1], 0) or title.endswith((".", ",")) or title[0] in "①-·○□")
    ):
        return mark._replace(
            label=f"{mark.label} {title}", title=title, end=below[0] + len(below[1])
        )
    return mark


def _in_sequence(candidates: Sequence[Mark]) -> list[Mark]:
    """Articles whose numbers make the best chain in their part of the rule, and what is no article.

    A part is what stands between two headings of addenda or annexes.
    """
    found: list[Mark] = []
    last = (0, 0)  # the last article of the main part
    main = True
    for zone, marks in _zones(candidates):
        articles = [mark for mark in marks if mark.level == "조"]
        if zone == "별표":
            # A form's own text, such as a model contract, has articles of its own. A rule goes on
            # below an annex where its next article follows.
            begin = next(
                (at for at, m in enumerate(articles) if m.certain and is_next(m, last)), None
            )
            own = any(mark.number == (1, 0) for mark in articles[:begin])  # a model contract's
            goes_on = main and last[0] and begin is not None and not own
            chosen = chain(articles[begin:], last) if goes_on else []
        elif zone == "부칙":
            main = False
            chosen = chain(articles, (0, 0))
        else:
            chosen = chain(articles, None)
        if main and chosen:
            last = chosen[-1].last
        kept = {mark.start for mark in chosen}
        found += [
            mark
            for mark in marks
            if mark.start in kept
            or mark.level in {"부칙", "별표"}
            or (
                mark.level in CONTAINERS
                and (zone == "본문" or (main and chosen and mark.start > chosen[0].start))
            )
        ]
    return found


def _zones(candidates: Sequence[Mark]) -> Iterator[tuple[str, list[Mark]]]:
    """본문, then each 부칙 and each 별표, with the candidates from its heading on."""
    zone = "본문"
    marks: list[Mark] = []
    for mark in candidates:
        begins = mark.level in {"부칙", "별표"}
        # Addenda whose own heading was not seen begin with an article on the date.
        again = zone == "부칙" and mark.number == (1, 0) and mark.title.startswith("시행")
        if begins or (again and any(each.level == "조" for each in marks)):
            yield zone, marks
            zone, marks = mark.level if begins else zone, []
        marks.append(mark)
    yield zone, marks


def _merged(spans: Sequence[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
