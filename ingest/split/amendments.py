"""Amendment marks such as ``<개정 2020. 1. 1.>`` and ``[본조신설 …]``, cut out of a text."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate
from operator import itemgetter
from typing import TypeAlias

from ingest.readers.result import Reading
from onprem_rag.korean.addenda import DATE, iso_dates
from onprem_rag.records import Amendment, Table

_Step: TypeAlias = tuple[str, tuple[str, ...]]  # an action and its dates
_Span: TypeAlias = tuple[int, int, tuple[Amendment, ...]]
_CLOSING = {"<": ">", "〈": "〉", "＜": "＞", "[": "]", "［": "］", "【": "】", "〔": "〕"}
_CLOSING |= {"(": ")", "（": "）"}
_ROUND = "(（"
_OPEN = re.escape("".join(_CLOSING))
_CLOSE = re.escape("".join(_CLOSING.values()))
# What a mark may begin with; few brackets get past it.
_BRACKET = re.compile(
    rf"[{_OPEN}]\s{{0,3}}(?=[개신삭전본제종시단후조항호목규일타별명폐추각장절서정부][^{_OPEN}{_CLOSE}]"
    rf"|[\d'’‘′`])([^{_OPEN}{_CLOSE}]{{2,900}})"
    rf"(?:([{_CLOSE}])|<\s{{0,2}}({DATE})\s{{0,2}}>\s{{0,2}}([{_CLOSE}]))"
)
_PART = (
    r"본\s?조|본\s?장|본\s?항|본\s?호|본문|전문|전면|전부|일부|제목|단서|후단|전단|각\s?호|조문|조항|조명|조\s?번호|"
    r"번호|명칭|규정|규칙|지침|세칙|서식|별표|별지|별첨|부칙|신설|장|절|조|항|호|목|타법|타규정"
)
_VERB = r"개\s{0,9}정|신\s{0,9}설|삭\s{0,9}제|변경|수정|삽입|추가|이동|폐지"
_ACTION = rf"(?:(?:{_PART})\s{{0,3}}){{0,4}}(?:{_VERB})"
_STEP = re.compile(rf"({_ACTION})|({DATE})|[\s.,;:·ㆍ/]{{1,9}}|및|법\s?\d{{1,5}}")
_DATE = re.compile(DATE)
_SLIP = re.compile(r"\d{1,4}[년월일]?")  # <개정 2005. 3>, <신설 2022. 12. 260.>
_YEAR = re.compile(r"\d{4}")
# 종전 제5조는 제6조로 이동 · 제2조에서 이동 · 제10장 신설에 따른 장번호 변경
_MOVE = re.compile(r"(?:이동|변경|신설|개정|삭제)(?:함|됨|한다)?[\s,:]{0,4}$")
_PLACE = re.compile(r"제\s?\d+\s?[조항호장절]|본\s?[조장절항호]|종\s?전")
_STARTS = re.compile(rf"시행일\s{{0,2}}:?\s{{0,2}}{DATE}")
_LABEL = re.compile(r"부\s{0,20}칙\s{0,4}(?:\([^()\n]{0,200}\)\s{0,4})?$")
_DELETED = re.compile(r"삭\s{0,9}제")
# A line's end, or another mark follows: no date of a sentence that goes on below.
_ENDS = re.compile(r"[^\S\n]{0,9}(?:$|\n(?!\s{0,9}(?:부터|까지|자로|에\s))|[<〈＜\[])")
_BLANKS = " \t\u3000\xa0"
_JOINT = re.compile(rf"[{_BLANKS}]*(?:,\s*)?")  # between marks that go together


@dataclass(frozen=True, slots=True)
class _Cut:
    """``text[start:end]`` goes; the marks in it, each with its actions and dates."""

    start: int
    end: int
    amendments: tuple[Amendment, ...]


def without_marks(reading: Reading) -> tuple[Reading, tuple[Amendment, ...]]:
    """``reading`` without its amendment marks, and these: offsets are those of the new text.

    The word 삭제 of a mark stays, and so does the label of addenda (``부칙 <제3호, 2020. 1. 1.>``).
    A bracket that says more than an action and its dates is no mark. A mark with several actions
    gives one amendment for each.
    """
    cuts = _cuts(reading.text)
    if not cuts:
        return reading, ()
    moved = _Moved(cuts)
    known = frozenset(date for cut in cuts for each in cut.amendments for date in each.dates)
    text = _kept(reading.text, cuts)
    amendments = tuple(
        replace(amendment, at=moved.to(cut.start)) for cut in cuts for amendment in cut.amendments
    )
    pages = tuple(
        replace(page, start=moved.to(page.start), end=moved.to(page.end)) for page in reading.pages
    )
    tables = tuple(
        table
        for each in reading.tables
        if (table := _table(each, moved, text, known)).end > table.start
    )
    return replace(reading, text=text, pages=pages, tables=tables), amendments


class _Moved:
    """Where a position of the text with marks lies in the text without them."""

    def __init__(self, cuts: list[_Cut]) -> None:
        self._starts = [cut.start for cut in cuts]
        self._ends = [cut.end for cut in cuts]
        self._gone = [0, *accumulate(cut.end - cut.start for cut in cuts)]

    def to(self, offset: int) -> int:
        at = bisect_right(self._starts, offset)
        inside = max(0, self._ends[at - 1] - offset) if at else 0
        return offset - self._gone[at] + inside


def _kept(text: str, cuts: list[_Cut]) -> str:
    at = 0
    pieces = []
    for cut in cuts:
        pieces.append(text[at : cut.start])
        at = cut.end
    return "".join([*pieces, text[at:]])


def _table(table: Table, moved: _Moved, text: str, known: frozenset[str]) -> Table:
    start, end = moved.to(table.start), moved.to(table.end)
    if start < end and text[start] == "\n":  # its first line was a mark's and went
        start += 1
    rows = table.rows
    if any(_BRACKET.search(cell) for row in rows for cell in row):
        rows = tuple(tuple(_kept(cell, _cuts(cell, known)) for cell in row) for row in rows)
    return replace(table, start=start, end=end, rows=rows)


def _cuts(text: str, known: frozenset[str] = frozenset()) -> list[_Cut]:
    """What goes, in order and without overlap; ``known``: days on which the rule was amended."""
    marks: list[_Span] = []
    doubtful: list[tuple[re.Match[str], tuple[Amendment, ...]]] = []
    for found in _BRACKET.finditer(text):
        amendments = _amendments(text, found)
        if amendments and _is_sure(text, found, amendments):
            marks.extend(_spans(text, found, amendments))
        elif amendments:
            doubtful.append((found, amendments))
    known |= {date for *_, amendments in marks for each in amendments for date in each.dates}
    for found, amendments in doubtful:
        if known.issuperset(date for each in amendments for date in each.dates):
            marks.extend(_spans(text, found, amendments))
    return list(_with_blanks(text, sorted(marks, key=itemgetter(0, 1))))


def _amendments(text: str, found: re.Match[str]) -> tuple[Amendment, ...]:
    """What the bracket says as a mark; () where it is none."""
    opening = found[0][0]
    matched = (found[2] or found[4]) == _CLOSING[opening]
    if _labels(found):
        return ()
    inner = found[1] + (found[3] or "")
    steps = _steps(inner, opening) if matched or opening not in _ROUND else []
    if not steps and matched and opening not in _ROUND:
        steps = _move(inner)
    if not steps and not found[3] and (dates := _only_dates(inner)):
        deleted = bool(_DELETED.search(_around(text, found)))
        if deleted or _ENDS.match(text, found.end()):
            steps = [("삭제" if deleted else "", dates)]
    if not any(dates for _, dates in steps) and (
        opening in _ROUND or not (_YEAR.search(inner) or _DELETED.fullmatch(inner.strip()))
    ):
        return ()
    return tuple(Amendment(0, found[0], action, dates) for action, dates in steps)


def _labels(found: re.Match[str]) -> bool:
    """Whether the bracket belongs to the name of addenda: 부칙 <제3호, 2020. 1. 1.>."""
    start = found.start()
    before = found.string[max(0, start - 240) : start].rpartition("\n")[2]
    return "칙" in before and bool(_LABEL.search(before))


def _around(text: str, found: re.Match[str]) -> str:
    return text[max(0, found.start() - 6) : found.start()] + text[found.end() : found.end() + 4]


def _is_sure(text: str, found: re.Match[str], amendments: tuple[Amendment, ...]) -> bool:
    """Whether nothing but a mark stands so: with an action, or dates at 삭제 or after a sentence.

    개교기념일(1977. 10. 22.) and 디자인학과(2024. 9. 1. 신설) are content, but for days on which
    the text's sure marks say that it was amended.
    """
    stated = all(each.action for each in amendments)
    if stated and not (found[0][0] in _ROUND and _DATE.match(found[1])):
        return True
    if _DELETED.search(_around(text, found)) or amendments[-1].action == "삭제":
        return True
    before = text[max(0, found.start() - 4) : found.start()].rstrip()
    return before.endswith("다." if not stated else ("다.", "다"))


def _only_dates(inner: str) -> tuple[str, ...]:
    """The dates of a text that says nothing else."""
    return () if _DATE.sub("", inner).strip(" \t\n.,") else iso_dates(inner)


def _steps(inner: str, opening: str) -> list[_Step]:
    """``신설 2010. 3. 1., 개정 2015. 3. 1.`` as actions with their dates; [] for anything else."""
    steps: list[_Step] = []
    pending: tuple[str, ...] = ()  # 2014. 4. 23. 신설
    dates_lead = False
    at = 0
    while at < len(inner):
        found = _STEP.match(inner, at) or (opening not in _ROUND and _SLIP.match(inner, at))
        if not found:
            return []
        if found.re is _STEP and found[1]:
            steps.append(("".join(found[1].split()), pending))
            pending = ()
        elif found.re is _STEP and found[2]:
            dates_lead = dates_lead or not steps
            if dates_lead:
                pending += iso_dates(found[2])
            else:
                steps[-1] = (steps[-1][0], steps[-1][1] + iso_dates(found[2]))
        at = found.end()
    if steps:
        steps[-1] = (steps[-1][0], steps[-1][1] + pending)
    return steps


def _move(inner: str) -> list[_Step]:
    """``종전 제5조는 제6조로 이동 2020. 1. 1.`` and ``시행일: 2027. 1. 1.``."""
    if _STARTS.match(inner):
        return [("시행일", iso_dates(inner))]
    first = _DATE.search(inner)
    if not first:
        return []
    what, dates = inner[: first.start()], _only_dates(inner[first.start() :])
    if not (dates and _MOVE.search(what[-20:]) and _PLACE.search(what)):
        return []
    return [(" ".join(what.split()).rstrip(" ,:"), dates)]


def _spans(text: str, found: re.Match[str], amendments: tuple[Amendment, ...]) -> Iterator[_Span]:
    """The mark's span, or two around its 삭제; this stays where the text does not say so before."""
    start, end = found.span()
    word = None
    if amendments[-1].action == "삭제" and not _DELETED.search(_around(text, found)):
        word = [*_DELETED.finditer(text, start, end)][-1]
    if word is None:
        yield start, end, amendments
    elif "가" <= text[start - 1 : start] <= "힣":  # 행동강령(삭제 2020. 1. 1.) → 행동강령(삭제)
        if word.start() > start + 1:
            yield start + 1, word.start(), amendments
        yield word.end(), end - 1, () if word.start() > start + 1 else amendments
    else:
        yield start, word.start(), amendments
        yield word.end(), end, ()


def _with_blanks(text: str, marks: list[_Span]) -> Iterator[_Cut]:
    """Neighbours joined, and each with the blanks or the line break that would be left over."""
    at = 0
    while at < len(marks):
        start, end, amendments = marks[at]
        at += 1
        while at < len(marks) and _JOINT.fullmatch(text, end, marks[at][0]):
            end, amendments = marks[at][1], amendments + marks[at][2]
            at += 1
        yield _Cut(*_widened(text, start, end), amendments)


def _widened(text: str, start: int, end: int) -> tuple[int, int]:
    left, right = start, end
    while left and text[left - 1] in _BLANKS:
        left -= 1
    while right < len(text) and text[right] in _BLANKS:
        right += 1
    at_start = left == 0 or text[left - 1] == "\n"
    after = text[right : right + 1]
    if at_start and after in ("", "\n"):  # the break before goes, so that ``at`` is above it
        return (left - 1, right) if left else (0, right + len(after))
    if at_start:
        return start, right
    if after in ("", "\n") or after in ".,;:)]>」』" + "".join(_CLOSING.values()):
        return left, right
    return (start, right) if left < start else (start, end)
