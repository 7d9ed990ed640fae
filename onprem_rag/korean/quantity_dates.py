"""How dates, years and times of day are written, in figures and in words."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from decimal import Decimal

from onprem_rag.korean.numerals import NATIVE_WORD, SINO, number, plain
from onprem_rag.korean.quantity_rules import (
    ALONE,
    FOLLOW,
    HALF,
    PERIOD_AFTER,
    SINO_DIGIT,
    START,
    Rule,
    rule,
)

YEAR = r"((?:1[89]|20)\d\d|'\d\d)"
_DOT, _GAP = r"\s{0,2}[.·]\s{0,3}", r"\s{0,3}"


def full_year(text: str) -> str:
    """Four figures for two: '24 is 2024, '98 is 1998."""
    if len(text) == 4:
        return text
    return ("19" if int(text[-2:]) >= 70 else "20") + text[-2:]


def _date(match: re.Match[str]) -> str | None:
    """Read year, month, day from the groups that took part: 2024-03-01, 2024-03, --03-01."""
    parts = [group for group in match.groups() if group]
    year = ""
    if match.re in _WITH_YEAR:
        year = full_year(parts.pop(0))
    month, day = int(parts[0]), int(parts[1]) if len(parts) > 1 else None
    if not 1 <= month <= 12 or (day is not None and not 1 <= day <= 31):
        return None
    head = f"{year}-{month:02d}" if year else f"--{month:02d}"
    return head if day is None else f"{head}-{day:02d}"


_WITH_YEAR = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<!\d)(?<!\d\.){YEAR}{_DOT}(\d{{1,2}}){_DOT}(\d{{1,2}})(?!\d|-\d)\.?",
        rf"(?<!\d)(?<!\d[.-]){YEAR}[-/](\d{{1,2}})[-/](\d{{1,2}})(?![\d-])",
        rf"(?<!\d){YEAR}{_GAP}년도?{_GAP}(\d{{1,2}}){_GAP}월{_GAP}(\d{{1,2}}){_GAP}일",
        rf"(?<!\d){YEAR}{_GAP}년도?{_GAP}(\d{{1,2}}){_GAP}월(?!\s?\d)",
        rf"(?<!\d)(?<!\d\.){YEAR}{_DOT}(\d{{1,2}})\.(?!\s?\d)",
        rf"(?<![\d.'])(\d\d){_GAP}년{_GAP}(\d{{1,2}}){_GAP}월{_GAP}(\d{{1,2}}){_GAP}일",
        r"(?<![\d.-])((?:19|20)\d\d)(0[1-9]|1[0-2])([0-3]\d)(?![\d.,-])",
    )
)
_WITHOUT_YEAR = (
    re.compile(rf"(?<!\d)(?<!\d\.)(\d{{1,2}})\s?월{_GAP}(\d{{1,2}})\s?일"),
    re.compile(rf"(?<!\d)(?<!\d\.)(\d{{1,2}})\s?월(?!분)(?!{PERIOD_AFTER})"),
)


def _year(match: re.Match[str]) -> str | None:
    return full_year(match[1])


# Which month a day is in: 익월 5일 is 다음 달 5일, and another day than 당월 5일.
MONTH_WORDS = {"매월": "", "매달": "", "익월": "다음달", "다음달": "다음달", "다음월": "다음달"}
MONTH_WORDS |= {"당월": "그달", "그달": "그달", "해당월": "그달", "해당달": "그달", "전월": "전달"}
MONTH = r"(매[월달]|[익당전]월|(?:다음|그|해당)\s?[달월])(?:의?\s?)"


def _monthly_day(match: re.Match[str]) -> str | None:
    if not 1 <= int(match[2]) <= 31:
        return None
    return f"{MONTH_WORDS.get(''.join(match[1].split()), '')}---{int(match[2]):02d}"


def _time(match: re.Match[str]) -> str | None:
    half, hour, minute = match[1] or "", int(match[2]), int(match[3] or 0)
    if hour > 24 or minute > 59:
        return None
    if half == "오후" and hour < 12:
        hour += 12
    return f"{hour:02d}:{minute:02d}"


def dates() -> Iterator[Rule]:
    """The rules for dates."""
    yield from (Rule("date", pattern, _date) for pattern in (*_WITH_YEAR, *_WITHOUT_YEAR))
    yield rule(
        "date",
        rf"{MONTH}(\d{{1,2}})\s?일",
        _monthly_day,
        "월 달",
    )
    yield rule("year", rf"(?<!\d){YEAR}\s{{0,2}}(?:학?년도?|회계연도)(?!차)", _year, "년 연도")
    yield rule("time", rf"{HALF}(\d{{1,2}}):(\d\d)(?!\d|:\d)", _time, ":")
    yield rule(
        "time",
        rf"{HALF}(\d{{1,2}})\s?시(?:\s?(\d{{1,2}})\s?분)?{FOLLOW}(?!간)",
        _time,
        "시",
    )


# --- what only a checker reads -------------------------------------------------------------------
_MONTHS = {"유": 6, "시": 10}
_MONTH = r"(십[일이]?|[일이삼사오유육칠팔구시])월"
_DAY = rf"({SINO_DIGIT}{{1,3}})\s?일"
_SINO_YEAR = r"((?:이천|일?천구백)[일이삼사오육칠팔구십백]{0,5})\s?년도?"
_LATE = {"오후": 12, "저녁": 12, "밤": 12}


def _month(text: str) -> int | None:
    value = _MONTHS.get(text) or number(text)
    return int(value) if value and 1 <= value <= 12 else None


def _spelt_date(match: re.Match[str]) -> str | None:
    """Read (year), month, (day) in words: 이천이십사년 삼월 일일."""
    *years, spelt_month, spelt_day = match.groups()
    month, day = _month(spelt_month), number(spelt_day) if spelt_day else None
    if not month or (spelt_day and (day is None or not 1 <= day <= 31)):
        return None
    year = number(years[0]) if years else None
    head = f"{year}-{month:02d}" if year else f"--{month:02d}"
    return f"{head}-{int(day):02d}" if day else head


def _last_day(match: re.Match[str]) -> str | None:
    """3월 말일 is 3월 31일; that of February depends on the year."""
    month = int(match[2])
    if not 1 <= month <= 12:
        return None
    year = full_year(match[1]) if match[1] else ""
    if month == 2 and not year:
        return "--02-말일"
    day = monthrange(int(year or 2001), month)[1]
    return f"{year}-{month:02d}-{day}" if year else f"--{month:02d}-{day}"


def _month_end(match: re.Match[str]) -> str:
    return MONTH_WORDS.get("".join(match[1].split()), "") + "---말일"


def _short_date(match: re.Match[str]) -> str | None:
    year, month, day = match.groups()
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return None
    return f"{full_year(year)}-{int(month):02d}-{int(day):02d}"


def _any_date(match: re.Match[str]) -> str:
    """A date as it is written, even one that no calendar has: it stands in no source."""
    year, month, day = match.groups()
    return f"{year}-{int(month):02d}-{int(day):02d}"


def _spelt_year(match: re.Match[str]) -> str | None:
    value = number(match[1])
    return plain(value) if value and 1900 <= value < 2100 else None


def _spelt_time(match: re.Match[str]) -> str | None:
    half, hours, minutes, half_past = match.groups()
    hour, minute = number(hours), number(minutes) if minutes else Decimal(0)
    if hour is None or minute is None or hour > 24 or minute > 59:
        return None
    if half_past:
        minute = Decimal(30)
    hour += _LATE.get(half or "", 0) if hour < 12 else 0
    hour += 12 if half == "낮" and hour < 7 else 0
    if half == "밤" and hour == 12:
        hour = Decimal(24)
    return f"{int(hour):02d}:{int(minute):02d}"


def spelt_dates() -> Iterator[Rule]:
    """The rules for dates, years and times in words, in short or with a day that none has."""
    gap = r"\s?"
    yield rule("date", rf"{ALONE}{_SINO_YEAR}{gap}{_MONTH}{gap}{_DAY}{FOLLOW}", _spelt_date, "월")
    yield rule("date", rf"{ALONE}{_MONTH}{gap}{_DAY}{FOLLOW}", _spelt_date, "월")
    month_only = rf"{ALONE}(십[일이]?|[삼사오유육칠팔구시])월(){FOLLOW}"  # 이월, 일월 are words
    yield rule("date", month_only, _spelt_date, "월")
    last = rf"(?<!\d)(?<!\d\.)(?:{YEAR}\s?년\s?)?(\d{{1,2}})\s?월\s?말일?{FOLLOW}"
    yield rule("date", last, _last_day, "말")
    yield rule("date", rf"{MONTH}말일?{FOLLOW}", _month_end, "말")
    yield rule("date", r"(?<![\d.-])(\d\d)\.\s?(\d{1,2})\.\s?(\d{1,2})\.", _short_date, ".")
    for parts in (
        r"\.\s{0,3}(\d{1,2})\.\s{0,3}(\d{1,2})\.?",
        rf"{gap}년{gap}(\d{{1,2}}){gap}월{gap}(\d{{1,2}}){gap}일",
    ):
        yield rule("date", rf"{START}(\d{{4}}){parts}(?!\d)", _any_date, ". 년")
    yield rule("year", rf"{ALONE}{_SINO_YEAR}{FOLLOW}", _spelt_year, "년")
    minutes = rf"(?:\s?(\d{{1,2}}|{SINO})\s?분|\s?(반))?"
    part_of_day = r"(오전|오후|낮|밤|저녁|새벽|아침)\s?"
    hour = rf"{part_of_day}(\d{{1,2}}|{NATIVE_WORD})\s?시{minutes}(?!간){FOLLOW}"
    yield rule("time", hour, _spelt_time, "시")
    yield rule("time", rf"{ALONE}()({NATIVE_WORD})\s?시{minutes}(?!간){FOLLOW}", _spelt_time, "시")
    yield rule("time", rf"{START}()(\d{{1,2}})\s?시()\s?(반){FOLLOW}", _spelt_time, "시")
    yield rule("time", rf"{ALONE}정오{FOLLOW}", lambda match: "12:00", "정오")
    own = r"(?!\s?(?:노력|능력|작용|활동|결의|기능))"  # 자정 노력: cleaning up one's own house
    yield rule("time", rf"{ALONE}자정{own}{FOLLOW}", lambda match: "24:00", "자정")
