"""Days as rules write them, and what their addenda (부칙) say of them: ISO (2020-01-01)."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

DATE = (
    r"(?<!\d)['’‘′`]?\s?(?:\d{4}|\d{2})\s{0,3}[.년ㆍ·/,-]\.?\s{0,9}\d{1,2}\s{0,3}[.월ㆍ·/,-]\.?"
    r"\s{0,9}\d{1,2}(?!\d)(?:\s{0,2}일|\s?\.)?"
)
_DATE = re.compile(DATE)
_NUMBER = re.compile(r"\d+")
_CENTURY = 50  # ’97 is 1997, ’05 is 2005
_LAST_YEAR = 2200  # 단기 4294

_LABEL = re.compile(r"\s*[\[<(【〔]?\s?부\s{0,20}칙[^\n]{0,300}")
_NUMBERED = re.compile(r"제\s?\d{1,6}\s?호")
_FROM = re.compile(rf"(?P<date>{DATE})[)）]?\s{{0,3}}(?:자로|으?로?부터|에|부|$)")
_MONTH = re.compile(r"(\d{4})년\s{0,2}(\d{1,2})월\s{0,2}(?:부터|에)")
_AFTER = re.compile(
    r"공포(?:한\s?날(?:로?부터)?)?\s?후?\s?(\d{1,3})\s?(개월|월|년|일)이?\s?(?:경과|지)[한난]"
)
_PROMULGATED = re.compile(r"공포한?\s?(?:날|일)(?:로)?부터")
_PART = re.compile(
    r"(?P<what>(?:제\s?\d+조|제\s?\d+항|별표|별지|다만,?\s)[^.]{0,150}?"
    r"(?:[조항호목]|별표|서식|별[표지]\s?(?:제\s?)?\d+(?:호|의\s?\d+)?|개정\s?(?:규정|조항|사항)|규정|부분|내용"
    r"|(?P<day>시행일)))[은는]\s(?:각각\s)?(?P<when>.{2,60}?)\s?"
    r"(?:시행(?:한다|하며|하고|하되|함)|(?P<settled>로\s?한다|정한다))"
)
_WHOLE = re.compile(
    r"(?:이|본)\s(?:[가-힣]+\s){0,2}[가-힣]*(?:규정|규칙|지침|세칙|내규|요령|정관|영|법)(?:의\s시행일)?$"
)
_LEFT_OPEN = re.compile(
    r"(?:따로|별도로)\s?정|[가-힣]+[이가]\s?(?:정|지정|결정|고시|공고)하는\s?날|(?:따로|별도로)$"
)


@dataclass(frozen=True, slots=True)
class Deferred:
    """A part of a rule that comes into force on a day of its own."""

    clause: str  # by which the addenda say so, on one line
    part: str  # of the clause: 제5조제2항의 개정규정
    day: str | None  # None: somebody is to fix it


def iso_dates(text: str) -> tuple[str, ...]:
    """The dates in ``text`` that exist, as 2020-01-01."""
    return tuple(day for found in _DATE.finditer(text) if (day := iso(found[0])))


def iso(written: str) -> str | None:
    """One date, as 2020-01-01; None where there is no such day."""
    year, month, day = (int(number) for number in _NUMBER.findall(written))
    if year < 100:
        year += 1900 if year >= _CENTURY else 2000
    if year > _LAST_YEAR:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:  # 2020. 13. 45.
        return None


def promulgated(addendum: str) -> tuple[str, ...]:
    """The date in the heading of addenda: ``부칙 <제19234호, 2023. 1. 3.>``."""
    heading = _LABEL.match(addendum)
    return iso_dates(heading[0])[-1:] if heading else ()


def with_headings(articles: Iterable[tuple[Sequence[str], str]]) -> tuple[str, ...]:
    """Each addenda as one text, from (path, text) of its articles in text order."""
    groups = groupby(articles, key=lambda article: article[0][:1])
    return tuple("\n".join([*path, *(text for _, text in group)]) for path, group in groups)


def newest(addenda: Sequence[str]) -> str:
    """Those with the latest date in their heading, wherever they stand; else the last; "" if none.

    A heading without a word under it is only the one over all of them.
    """
    filled = [each for each in addenda if "\n" in each.strip()]
    dated = ((max(promulgated(each), default=""), at, each) for at, each in enumerate(filled))
    return max(dated, default=("", 0, ""))[2]


def day_in(when: str, addendum: str) -> str | None:
    """The day that ``when`` means in an addendum, ISO; None where it names none that is."""
    if starts := _FROM.search(when):
        return iso(starts["date"])
    if month := _MONTH.search(when):
        return iso(f"{month[1]}. {month[2]}. 1.")
    if after := _AFTER.search(when):
        start = max(promulgated(addendum), default="")
        return _later(start, int(after[1]), after[2]) if start else None
    heading = _LABEL.match(addendum)
    if heading and _PROMULGATED.search(when) and _NUMBERED.search(heading[0]):
        return next(iter(promulgated(addendum)), None)
    return None


def deferred(addendum: str) -> Iterator[Deferred]:
    """The parts of a rule that come into force on days of their own, be they over or to come."""
    flat = " ".join(addendum.split())
    for found in _PART.finditer(flat):
        if _WHOLE.search(found["what"]) or (found["settled"] and not found["day"]):
            continue
        day = day_in(found["when"], addendum)
        if day or is_left_open(found["when"]):
            yield Deferred(" ".join(found[0].split()), found["what"], day)


def is_left_open(when: str) -> bool:
    """Whether somebody is to fix the day that ``when`` speaks of."""
    return bool(_LEFT_OPEN.search(when))


def _later(day: str, number: int, unit: str) -> str | None:
    """The day after ``number`` days, months or years have gone by since ``day``."""
    start = date.fromisoformat(day)
    try:
        if unit == "일":
            return (start + timedelta(days=number + 1)).isoformat()
        months = start.month - 1 + number * (12 if unit == "년" else 1)
        year, month = start.year + months // 12, months % 12 + 1
        last = min(start.day, monthrange(year, month)[1])
        return (date(year, month, last) + timedelta(days=1)).isoformat()
    except (ValueError, OverflowError):
        return None
