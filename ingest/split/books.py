"""Where the rules of a rule book begin: one file may hold hundreds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ingest.split.contents import Line, led, lines_of
from ingest.split.marks import CONTAINERS, mark_of, single_blanks
from ingest.split.titles import KIND, bare, names_no_rule
from onprem_rag.korean.text import fold

_FIRST = re.compile(r"\s*제\s*1\s*조\s*[(（\[【]")
_PURPOSE = re.compile(r"\s*제\s*1\s*조\s*[(（\[【][^)）\]】\n]{0,20}(?:목적|명칭)")
_REPEALED = re.compile(r"(?=.{0,60}\d{4}\s?[년.]\s*\d{1,2}\s?[월.]).{0,80}(?:폐지|이동|변경)")
_STOPS = re.compile(r"\s*(?:\d{1,3}[.)]|[①-⑳]|[가-하]\.)")
_SENTENCE_END = re.compile(r"(?:[다음함임][.。]|[다]\s*)$")
_ABOVE = 60  # filled lines between a title and 제1조: each amendment's date may have its own
_LONGEST_TITLE = 60
_TAGS = ("【폐지】", "[폐지]", "(폐지)", "〔폐지〕", "<폐지>", "")  # in a table of contents
BOOK = 5  # rules in one file that make it a rule book whatever their titles are


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a file: its title and its span."""

    title: str
    start: int
    end: int


def rules_in(text: str) -> list[Rule]:
    """The rules of a rule book in order; [] when ``text`` is a single rule.

    In a file of fewer than five only a title such as ``여비규정`` begins a rule, and no text is
    left out. What a book says before its first rule (cover, table of contents) is in none.
    """
    lines = list(lines_of(text))
    entries = [entry for _, line in lines if line[-1:].isdigit() and (entry := led(line))]
    listed = {_key(title): title for title, _ in entries}
    starts: list[tuple[str, int]] = []
    for at, (_, line) in enumerate(lines):
        if "1" in line[:9] and _FIRST.match(line):
            titled = _title_above(lines, at)
            if titled and not _begins_rule(line, titled[0], listed):
                continue
        elif listed and _says_repealed(line):
            titled = _title_above(lines, at)
            title = _as_listed(titled[0], listed) if titled else ""
            titled = (title, titled[1]) if titled and title else None
        else:
            continue
        if titled and not (starts and _key(starts[-1][0]) == _key(titled[0])):
            starts.append(titled)
    if len(starts) < BOOK:
        starts = _named_rules(text, starts)
        if len(starts) < 2:
            return []
        starts[0] = (starts[0][0], 0)
    ends = [start for _, start in starts[1:]] + [len(text)]
    return [Rule(title, start, end) for (title, start), end in zip(starts, ends, strict=True)]


def _begins_rule(line: str, title: str, listed: Mapping[str, str]) -> bool:
    """Whether 제1조 below ``title`` begins a rule: no contract in an annex, no quotation."""
    if KIND.search(title):
        return True
    return bool(_PURPOSE.match(line)) and (not listed or _key(title) in listed)


def _says_repealed(line: str) -> bool:
    """2016년 1월 1일자 폐지 → …: all that a book says of a rule that it no longer holds."""
    return (
        ("폐지" in line or "이동" in line or "변경" in line)
        and not line.rstrip().endswith("다.")
        and bool(_REPEALED.match(line))
    )


def _as_listed(title: str, listed: Mapping[str, str]) -> str:
    """The title as the table of contents has it, with 【폐지】; "" where it is not in there."""
    keys = (_key(title) + tag for tag in _TAGS)
    return next((listed[key] for key in keys if key in listed), "")


def _named_rules(text: str, starts: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """The starts whose title is that of a rule, each rule once; no form in an annex."""
    named: dict[str, tuple[str, int]] = {}
    for title, start in starts:
        above = text[max(0, start - 200) : start].rstrip().rsplit("\n", 1)[-1]
        mark = mark_of(above, 0)
        if KIND.search(title) and not (mark and mark.level == "별표"):
            named.setdefault(_key(title), (title, start))
    return list(named.values())


def _title_above(lines: Sequence[Line], at: int) -> tuple[str, int] | None:
    """The nearest title line above line ``at``, and where it (or its first copy) begins.

    A line with a rule-book code is the running head of a page: it counts where no other does.
    """
    found: tuple[str, int] | None = None
    weak = True
    for start, line in _filled_up(lines, at):
        name = bare(line)
        if _skipped(line, name):
            continue
        if len(name) > _LONGEST_TITLE or _SENTENCE_END.search(name) or _STOPS.match(line):
            break
        if (mark := mark_of(line, 0)) and mark.level in {"부칙", "별표", "조"}:
            break
        if led(line):
            break
        coded = name != line.strip()
        if found is None or (weak and not coded):
            found, weak = (single_blanks(name), start), coded
        elif _key(name) == _key(found[0]):
            found = (found[0], start)
        elif not coded:
            break
    return found


def _skipped(line: str, name: str) -> bool:
    mark = mark_of(line, 0)
    return (mark is not None and mark.level in CONTAINERS) or (
        names_no_rule(name) and not (mark and mark.level in {"부칙", "별표", "조"})
    )


def _filled_up(lines: Sequence[Line], at: int) -> Iterator[Line]:
    count = 0
    for above in range(at - 1, -1, -1):
        if lines[above][1].strip():
            yield lines[above]
            count += 1
            if count == _ABOVE:
                return


def _key(title: str) -> str:
    return "".join(fold(title).split())
