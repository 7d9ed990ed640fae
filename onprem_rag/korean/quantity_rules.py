"""How quantities are written: amounts, dates, years, periods, percentages, times, counts.

A rule is a pattern and a function that reads the normalised value from a match; ``None`` means
that the match is no quantity after all. Rules never see article references: those are masked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from onprem_rag.korean.numerals import FIGURE, MIXED, NATIVE_WORD, SINO, number, plain

Reader = Callable[[re.Match[str]], str | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to write one kind of quantity."""

    kind: str
    pattern: re.Pattern[str]
    read: Reader


def _rule(kind: str, pattern: str, read: Reader) -> Rule:
    return Rule(kind, re.compile(pattern), read)


# What may follow a unit that could also begin another word: 3부 but not 3부장, 1회 but not 1회계.
_FOLLOW = (
    r"(?=$|[^가-힣]|이상|이하|이내|미만|초과|까지|부터|마다|정도|동안|이전|이후|[전후간당씩의에을를은는이"
    r"가과와도만중내및별로]|으로|또는|짜리|한도|범위|단위|상당|공무원|직원|인\s|일\s|임(?![가-힣])|입니다|여야|라도|보다)"
)
_START = r"(?<![\d.,])"
_ALONE = r"(?<![가-힣])"
_SINO_DIGIT = r"[일이삼사오육칠팔구십백천만억]"


def _value(text: str, unit: str) -> str | None:
    parsed = number(text.strip())
    return None if parsed is None else plain(parsed) + unit


# --- amounts -------------------------------------------------------------------------------------
_WON = r"\s?원(?![칙장소화])"
_CURRENCIES = {"달러": "달러", "불": "달러", "유로": "유로", "엔": "엔", "위안": "위안"}
_SIGNS = {"$": "달러", "₩": "원", "￦": "원", "€": "유로", "¥": "엔"}


def _won(match: re.Match[str]) -> str | None:
    return _value(match[1], "원")


def _currency(match: re.Match[str]) -> str | None:
    return _value(match[1], _CURRENCIES[match[2]])


def _signed(match: re.Match[str]) -> str | None:
    return _value(match[2], _SIGNS[match[1]])


def _amounts() -> Iterator[Rule]:
    long_sino = rf"{_SINO_DIGIT}{{2,}}(?:\s{_SINO_DIGIT}{{2,}})*"
    yield _rule("amount", rf"{_START}({MIXED}){_WON}", _won)
    yield _rule("amount", rf"(?:{_ALONE}|(?<=금))(?<!단위 )({long_sino}){_WON}", _won)
    yield _rule("amount", rf"{_START}({MIXED})\s?({'|'.join(_CURRENCIES)}){_FOLLOW}", _currency)
    yield _rule("amount", rf"([$₩￦€¥])\s?({MIXED})", _signed)


# --- dates, years, times -------------------------------------------------------------------------
_YEAR = r"((?:1[89]|20)\d\d|'\d\d)"
_DOT, _GAP = r"\s{0,2}[.·]\s{0,3}", r"\s{0,3}"


def _full_year(text: str) -> str:
    if not text.startswith("'"):
        return text
    return ("19" if int(text[1:]) >= 70 else "20") + text[1:]


def _date(match: re.Match[str]) -> str | None:
    """Read year, month, day from the groups that took part: 2024-03-01, 2024-03, --03-01."""
    parts = [group for group in match.groups() if group]
    year = ""
    if match.re in _WITH_YEAR:
        year = _full_year(parts.pop(0))
    month, day = int(parts[0]), int(parts[1]) if len(parts) > 1 else None
    if not 1 <= month <= 12 or (day is not None and not 1 <= day <= 31):
        return None
    head = f"{year}-{month:02d}" if year else f"--{month:02d}"
    return head if day is None else f"{head}-{day:02d}"


_WITH_YEAR = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<![\d.]){_YEAR}{_DOT}(\d{{1,2}}){_DOT}(\d{{1,2}})(?!\d|-\d)\.?",
        rf"(?<![\d.-]){_YEAR}[-/](\d{{1,2}})[-/](\d{{1,2}})(?![\d-])",
        rf"(?<!\d){_YEAR}{_GAP}년도?{_GAP}(\d{{1,2}}){_GAP}월{_GAP}(\d{{1,2}}){_GAP}일",
        rf"(?<!\d){_YEAR}{_GAP}년도?{_GAP}(\d{{1,2}}){_GAP}월(?!\s?\d)",
        rf"(?<![\d.]){_YEAR}{_DOT}(\d{{1,2}})\.(?!\s?\d)",
        r"(?<![\d.-])((?:19|20)\d\d)(0[1-9]|1[0-2])([0-3]\d)(?![\d.,-])",
    )
)
_PERIOD_AFTER = (
    r"\s?(?:이상|이하|이내|미만|초과|간|동안|을\s?(?:초과|경과)|이\s?(?:경과|지나|지난))"
)
_WITHOUT_YEAR = (
    re.compile(rf"(?<![\d.])(\d{{1,2}})\s?월{_GAP}(\d{{1,2}})\s?일"),
    re.compile(rf"(?<![\d.])(\d{{1,2}})\s?월(?!분)(?!{_PERIOD_AFTER})"),
)


def _year(match: re.Match[str]) -> str | None:
    return _full_year(match[1])


def _monthly_day(match: re.Match[str]) -> str | None:
    return f"---{int(match[1]):02d}" if 1 <= int(match[1]) <= 31 else None


def _time(match: re.Match[str]) -> str | None:
    half, hour, minute = match[1] or "", int(match[2]), int(match[3] or 0)
    if hour > 24 or minute > 59:
        return None
    if half == "오후" and hour < 12:
        hour += 12
    return f"{hour:02d}:{minute:02d}"


def _dates() -> Iterator[Rule]:
    yield from (Rule("date", pattern, _date) for pattern in (*_WITH_YEAR, *_WITHOUT_YEAR))
    yield _rule(
        "date", r"(?:매월|매달|익월|당월|다음\s?달|그\s?달|전월)\s?(\d{1,2})\s?일", _monthly_day
    )
    yield _rule("year", rf"(?<!\d){_YEAR}\s{{0,2}}(?:학?년도?|회계연도)(?!차)", _year)
    yield _rule("time", rf"{_START}(?:(오전|오후)\s?)?(\d{{1,2}}):(\d\d)(?!\d|:\d)", _time)
    yield _rule(
        "time",
        rf"{_START}(?:(오전|오후)\s?)?(\d{{1,2}})\s?시(?:\s?(\d{{1,2}})\s?분)?{_FOLLOW}(?!간)",
        _time,
    )


# --- periods -------------------------------------------------------------------------------------
_WORDS = {"하루": "1일", "이틀": "2일", "사흘": "3일", "나흘": "4일", "닷새": "5일", "엿새": "6일"}
_WORDS |= {"이레": "7일", "여드레": "8일", "아흐레": "9일", "열흘": "10일", "보름": "15일"}
_WORDS |= {"일주일": "7일", "반년": "6개월", "한 해": "12개월", "보름간": "15일"}


def _word(match: re.Match[str]) -> str | None:
    return _WORDS[match[1]]


def _scaled(factor: int, unit: str) -> Reader:
    def read(match: re.Match[str]) -> str | None:
        parsed = number(match[1].strip())
        return None if parsed is None else plain(parsed * factor) + unit

    return read


def _years_and_months(match: re.Match[str]) -> str | None:
    years = number(match[1].strip())
    months = Decimal(6) if match[2] == "반" else number(match[2].strip())
    return None if years is None or months is None else plain(years * 12 + months) + "개월"


def _hours_and_minutes(match: re.Match[str]) -> str | None:
    minutes = int(match[1]) * 60 + int(match[2])
    return f"{minutes // 60}시간" if minutes % 60 == 0 else f"{minutes}분"


def _minutes(match: re.Match[str]) -> str | None:
    parsed = number(match[1])
    if parsed is None:
        return None
    return plain(parsed / 60) + "시간" if parsed and parsed % 60 == 0 else plain(parsed) + "분"


def _periods() -> Iterator[Rule]:
    figure, sino = rf"{_START}({FIGURE})", rf"{_ALONE}({SINO})"
    yield _rule("period", rf"{figure}\s?년\s?({FIGURE})\s?(?:개월|월|달)간?", _years_and_months)
    yield _rule("period", rf"{figure}\s?년\s?(반){_FOLLOW}", _years_and_months)
    years = r"\s?(?:개년|년간|년)(?![차도생제])"
    yield _rule("period", figure + years, _scaled(12, "개월"))
    yield _rule("period", sino + r"\s?(?:개년|년간|년)" + _FOLLOW, _scaled(12, "개월"))
    yield _rule("period", rf"(?:{figure})\s?(?:개월|달)간?", _scaled(1, "개월"))
    yield _rule("period", rf"{figure}\s?월(?={_PERIOD_AFTER})", _scaled(1, "개월"))
    yield _rule("period", rf"{sino}\s?개월간?", _scaled(1, "개월"))
    yield _rule("period", rf"{_ALONE}({NATIVE_WORD})\s?달{_FOLLOW}", _scaled(1, "개월"))
    yield _rule("period", rf"{figure}\s?주(?:일|간)?{_FOLLOW}", _scaled(7, "일"))
    yield _rule("period", rf"{_ALONE}({NATIVE_WORD})\s?주(?:일|간)?{_FOLLOW}", _scaled(7, "일"))
    day = r"\s?일(?!부(?!터)|반|시|정(?!도)|용|괄|체|련|률|급)간?"
    yield _rule("period", figure + day, _scaled(1, "일"))
    yield _rule(
        "period",
        rf"{_ALONE}([이삼사오육칠팔구]?십[일이삼사오육칠팔구]?|칠)일{_FOLLOW}",
        _scaled(1, "일"),
    )
    yield _rule("period", rf"{_START}(\d+)\s?시간\s?(\d+)\s?분", _hours_and_minutes)
    yield _rule("period", rf"{figure}\s?시간", _scaled(1, "시간"))
    yield _rule("period", rf"{_ALONE}({NATIVE_WORD})\s?시간", _scaled(1, "시간"))
    yield _rule("period", rf"{figure}\s?분(?!의\s?\d){_FOLLOW}", _minutes)
    yield _rule("period", rf"{figure}\s?초(?!과){_FOLLOW}", _scaled(1, "초"))
    yield _rule("period", rf"{_ALONE}({'|'.join(_WORDS)}){_FOLLOW}", _word)


# --- percentages ---------------------------------------------------------------------------------
_PER = (10, 100, 1000, 10_000, 100_000)


def _percentage(match: re.Match[str]) -> str | None:
    return _value(match[1], "%p" if match[2].endswith(("p", "P", "포인트")) else "%")


def _tenths(match: re.Match[str]) -> str | None:
    parsed = number(match[1])
    return None if parsed is None else plain(parsed * 10) + "%"


def _fraction(match: re.Match[str]) -> str | None:
    whole, part = number(match[1].strip()), number(match[2].strip())
    if not whole or part is None:
        return None
    if whole in _PER:
        return plain(part * 100 / whole) + "%"
    reduced = Fraction(part) / Fraction(whole)
    return f"{reduced.numerator}/{reduced.denominator}"


def _slashed(match: re.Match[str]) -> str | None:
    reduced = Fraction(int(match[1]), int(match[2]) or 1)
    return f"{reduced.numerator}/{reduced.denominator}" if reduced < 1 else None


def _percentages() -> Iterator[Rule]:
    figure = rf"{_START}({FIGURE})"
    yield _rule("percentage", rf"{figure}\s?할{_FOLLOW}", _tenths)
    percent = r"%[pP]|(?:%|퍼센트|프로)\s?포인트|%|퍼센트|프로(?![그젝세필토테텍모])"
    yield _rule("percentage", rf"{figure}\s?({percent})", _percentage)
    part = rf"({FIGURE}|[일이삼사오육칠팔구십백]+{_FOLLOW})"
    yield _rule("percentage", rf"{_START}({MIXED})\s?분의\s?{part}", _fraction)
    yield _rule("percentage", rf"{_ALONE}({SINO})\s?분의\s?{part}", _fraction)
    yield _rule("percentage", r"(?<![\d./])(\d{1,2})/(\d{1,3})(?![\d/.])", _slashed)


# --- counts --------------------------------------------------------------------------------------
_SAME_UNIT = {"㎞": "km", "킬로미터": "km", "㎡": "제곱미터", "평방미터": "제곱미터", "㎏": "kg"}
_SAME_UNIT |= {"킬로그램": "kg", "㎜": "mm", "밀리미터": "mm", "㎝": "cm", "센티미터": "cm"}
_SAME_UNIT |= {
    "미터": "m",
    "사람": "명",
    "인": "명",
    "차례": "회",
    "번": "회",
    "페이지": "쪽",
    "살": "세",
}
_MEASURES = (
    r"㎞|[kK]m|킬로미터|㎝|cm|센티미터|㎜|mm|밀리미터|㎡|제곱미터|평방미터|미터|세제곱미터|㎥|m3"
    r"|㎏|[kK]g|킬로그램|밀리그램|그램|톤|밀리리터|리터|[KMGT]B|kW|dB|데시벨|m(?!\w)|g(?!\w)"
)
_COUNTERS = (
    r"명|인|회|건|점|부(?!터)|호봉|등급|급지|급|세|배|대|매|권|쪽|페이지|차례|차|단계|번(?!호)|과목|종|학점"
    r"|분기|학기|학년|박|표|석|실|가구|세대|곳|통|층|순위|위|좌|평|년차|주|가지|군데|사람|살|자리|호|촌"
    r"|배수|회계연도|근무시간|자녀|장"
)
_ORDINALS = "차|회|기|대|위|종|급|단계|분기|번|학기|학년|호봉|순위"


def _count(match: re.Match[str]) -> str | None:
    return _value(match[1], _SAME_UNIT.get(match[2], match[2]))


def _ordinal(match: re.Match[str]) -> str | None:
    value = _count(match)
    return value and "제" + value


def _bare(match: re.Match[str]) -> str | None:
    return "".join(match[0].split()).replace(",", "")


def _counts() -> Iterator[Rule]:
    yield _rule("count", rf"(?<![제\d.,])(?<!제 )({MIXED})\s?({_COUNTERS}){_FOLLOW}", _count)
    yield _rule(
        "count", rf"(?<![제\d.,])({MIXED})\s?(개)(?![월년정인최선발시설별혁방폐편])", _count
    )
    yield _rule("count", rf"{_START}({MIXED})\s?({_MEASURES})(?![A-Za-z])", _count)
    yield _rule("count", rf"{_ALONE}({_SINO_DIGIT}{{2,}})\s?(명|인|회|건){_FOLLOW}", _count)
    some = rf"(?!한\s?(?:번|개|가지|차례|사람|곳|건)){NATIVE_WORD}"
    yield _rule(
        "count",
        rf"{_ALONE}({some})\s?(명|번|차례|개|가지|건|사람|곳|살|배|과목|군데){_FOLLOW}",
        _count,
    )
    yield _rule("count", rf"제\s?(\d+)\s?({_ORDINALS}){_FOLLOW}", _ordinal)
    yield _rule("count", r"제\s?(\d{4,})\s?(호)", _ordinal)  # 법률 제1234호
    # Last resort: a telephone number, a table's cell. Marks such as "1." or "[1]" are no facts.
    yield _rule(
        "count",
        r"(?<![\w.,(<\[-])\d[\d,]*\d(?:[.-]\d+)*(?![\w\])>%]|\\|[.)](?:\s|$)|,\d|\s?[~-])",
        _bare,
    )
    limit = r"(?=\s?(?:이상|이하|이내|미만|초과))"
    yield _rule("count", rf"(?<![\w.,<-]){FIGURE}{limit}", _bare)


# Of candidates that are equally long the earlier rule's wins.
RULES = (*_amounts(), *_dates(), *_periods(), *_percentages(), *_counts())
