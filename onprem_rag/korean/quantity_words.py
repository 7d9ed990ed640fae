"""Quantities that only a checker reads: those in words.

천 원, 두 개월, 육십세, 절반, 둘째, 정오, 3월 말일. The copy guard has an eye of its own for numbers
in words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from onprem_rag.korean.numerals import DIGITS, FIGURE, MIXED, NATIVE_WORD, SINO, number, plain
from onprem_rag.korean.quantity_counts import COUNTERS, read_count
from onprem_rag.korean.quantity_dates import spelt_dates
from onprem_rag.korean.quantity_rules import (
    ALONE,
    FOLLOW,
    PERCENT,
    SINO_DIGIT,
    START,
    WON,
    Rule,
    read_minutes,
    read_percentage,
    read_tenths,
    read_won,
    rule,
    scaled,
    share,
    value_in,
)

_AS_LIMIT = r"(?=\s?(?:이내|이상|이하|간|동안|미만|초과|이?전|이?후|까지|안에|을\s?초과|이\s?경과))"
_COUNTED_AS_LIMIT = r"(?=\s?(?:이상|이하|이내|미만|초과|까지|씩|에\s?한|를?\s?초과))"
_FRACTIONS = {"전액": 1, "절반": 2, "반액": 2, "반값": 2, "½": 2, "⅓": 3, "¼": 4, "⅕": 5}
_THINGS = "명|번|차례|개|가지|건|사람|곳|살|배|과목|군데|회"
_OFTEN = "|".join(  # 매년 한번
    rf"(?<={word}\s)"
    for word in ("매[년월달주일]", "[연월주]", "연간", "[년월달주기루]에", "마다", "하루", "학기")
)


# --- amounts, percentages ------------------------------------------------------------------------
def _round_won(match: re.Match[str]) -> str | None:
    """억 without 원 is money; the 천 of "1억 2천" are thousands of 만."""
    text = match[1].strip()
    if "억" not in text or text.endswith("일"):  # 30억일 are days
        return None
    head, _, rest = text.partition("억")
    if rest.strip().endswith(("천", "백")):
        text += "만"
    return value_in(text, "원") if head else None


def _fraction_word(match: re.Match[str]) -> str:
    return share(Fraction(1, _FRACTIONS[match[1]]))


def _shares() -> Iterator[Rule]:
    full = r"(?!\s?(?:버스|열차|관중|사례|지하철))"  # 만원버스 is a full bus
    sole = rf"(?:{ALONE}|(?<=금))([십백천만억]){WON}(?:(?=정)|{FOLLOW}){full}"
    yield rule("amount", sole, read_won, "원")
    yield rule("amount", rf"{START}({MIXED}){FOLLOW}", _round_won, "억")
    words = "|".join(_FRACTIONS)
    yield rule(
        "percentage",
        rf"(?<![가-힣\d])({words})(?:{FOLLOW})",
        _fraction_word,
        words.replace("|", " "),
    )
    several = rf"(?:{SINO_DIGIT}{{2,}}|[일이삼사오육칠팔구십백])"
    yield rule(
        "percentage", rf"{ALONE}({several})\s?(?!프로)({PERCENT})", read_percentage, "% 퍼센트"
    )
    point = r"([영일이삼사오육칠팔구]|[일이삼사오육칠팔구]?십[일이삼사오육칠팔구]?)\s?점"
    spelt = rf"{ALONE}{point}\s?([영일이삼사오육칠팔구]{{1,3}})\s?(퍼센트)(?!\s?포인트)"
    yield rule("percentage", spelt, _with_point, "퍼센트")
    tenth = rf"{ALONE}([이삼사오육칠팔])\s?할(?=[을의에로이은]|까지)"
    yield rule("percentage", tenth, read_tenths, "할")


def _with_point(match: re.Match[str]) -> str | None:
    whole = number(match[1])
    digits = "".join(str(DIGITS[digit]) for digit in match[2])
    return None if whole is None else plain(Decimal(f"{whole}.{digits}")) + "%"


# --- periods -------------------------------------------------------------------------------------
def _and_a_half(match: re.Match[str]) -> str | None:
    hours = number(match[1].strip())
    if hours is None:
        return None
    minutes = Decimal(30) if match[2] == "반" else number(match[2].strip())
    return None if minutes is None else _in_minutes(hours * 60 + minutes)


def _in_minutes(minutes: Decimal) -> str:
    return plain(minutes / 60) + "시간" if minutes % 60 == 0 else plain(minutes) + "분"


def _months_and_a_half(match: re.Match[str]) -> str | None:
    months = number(match[1].strip())
    return None if months is None else plain(months + Decimal("0.5")) + "개월"


def _with_months(match: re.Match[str]) -> str | None:
    years, rest = (
        number(group) if group != "반" else Decimal(6) for group in match.groups() if group
    )
    return None if years is None or rest is None else plain(years * 12 + rest) + "개월"


def _periods() -> Iterator[Rule]:
    for years in (rf"{START}({FIGURE})", rf"{ALONE}({SINO})"):
        more = r"\s?년\s?(?:(\d{1,2}|[일이삼사오육칠팔구십]{1,2})\s?개월간?|(반)"
        yield rule("period", f"{years}{more}{FOLLOW})", _with_months, "년")
    months = rf"{ALONE}({NATIVE_WORD})\s?개월간?(?!\s?반)"
    yield rule("period", months, scaled(1, "개월"), "개월")
    yield rule(
        "period", rf"{ALONE}({NATIVE_WORD})\s해(?:간|동안)?{FOLLOW}", scaled(12, "개월"), "해"
    )
    yield rule("period", rf"{ALONE}반\s년{FOLLOW}", lambda match: "6개월", "년")
    for one in (rf"{START}({FIGURE})", rf"{ALONE}({NATIVE_WORD})"):
        yield rule("period", rf"{one}\s?(?:개월|달)\s?반{FOLLOW}", _months_and_a_half, "월 달")
        yield rule("period", rf"{one}\s?시간\s?(반){FOLLOW}", _and_a_half, "시간")
    mixed = rf"{ALONE}({NATIVE_WORD})\s?시간\s?(\d{{1,2}}|{SINO})\s?분"
    yield rule("period", mixed, _and_a_half, "시간")
    yield rule("period", rf"{ALONE}({SINO})\s?일{_AS_LIMIT}", scaled(1, "일"), "일")
    yield rule("period", rf"{ALONE}({SINO_DIGIT}{{2,}})\s일{FOLLOW}", scaled(1, "일"), "일")
    yield rule("period", rf"{ALONE}([삼사오육칠팔구])\s일{FOLLOW}", scaled(1, "일"), "일")
    hours = rf"(?:{SINO_DIGIT}{{2,}}|[삼사오육칠팔구십])"
    yield rule("period", rf"{ALONE}({hours})\s?시간", scaled(1, "시간"), "시간")
    minutes = rf"{ALONE}({SINO_DIGIT}{{2,}})\s?분(?!의){FOLLOW}"
    yield rule("period", minutes, read_minutes, "분")
    weeks = rf"{ALONE}([일이삼사오육칠팔구십])주[일간]{FOLLOW}"
    yield rule("period", weeks, scaled(7, "일"), "주일 주간")
    yield rule("period", rf"{ALONE}([삼사오육칠팔])\s주(?:일|간)?{FOLLOW}", scaled(7, "일"), "주")


# --- counts --------------------------------------------------------------------------------------
def _about(match: re.Match[str]) -> str | None:
    value, figure = read_count(match), value_in(match[1], "")
    return value and figure and f"{figure}여{value.removeprefix(figure)}"


def _nth(match: re.Match[str]) -> str | None:
    return "1번째" if match[1] == "첫" else value_in(match[1], "번째")


def _bare_round(match: re.Match[str]) -> str | None:
    return value_in(match[1], "")


def _once(_match: re.Match[str]) -> str:
    return "1회"


def _pieces(match: re.Match[str]) -> str | None:
    count, unit = (group for group in match.groups() if group)
    return value_in(count, unit)


def _counts() -> Iterator[Rule]:
    about = rf"{START}({MIXED})\s?여\s?({COUNTERS}|개월|개|원|일|년|시간){FOLLOW}"
    yield rule("count", about, _about, "여")
    yield rule(
        "count",
        rf"{ALONE}({SINO_DIGIT}{{2,}})\s?(세|배|급|호봉|점|개|권|매|쪽|차례|킬로미터|미터|km){FOLLOW}",
        read_count,
    )
    # 이 건, 일 명단: the shortest numbers count only as limits.
    yield rule("count", rf"{ALONE}([삼사오육칠팔구])\s(명|회|건|세|배|점|급){FOLLOW}", read_count)
    yield rule(
        "count", rf"{ALONE}([일이])(?:\s(명|건|세|배|급)|\s?(회)){_COUNTED_AS_LIMIT}", _pieces
    )
    round_ = rf"{ALONE}([십백천])\s?(명|회|건|세|배|권|점|개)(?!월){FOLLOW}"
    yield rule("count", round_, read_count)
    yield rule("count", rf"{ALONE}([이삼사오육칠팔])(급){FOLLOW}", read_count, "급")
    yield rule("count", rf"{ALONE}([삼육칠팔])\s?(명){FOLLOW}", read_count, "명")
    yield rule("count", rf"{ALONE}([삼오칠팔])\s?(회){FOLLOW}", read_count, "회")
    # "없는 한 회의를": 한 is a number only before what is hardly the beginning of a word.
    pieces = (
        rf"{ALONE}(?:(한)\s(부|통)|((?!한){NATIVE_WORD})\s(부|통|장|대|권|매|쪽|회|자녀)){FOLLOW}"
    )
    yield rule("count", pieces, _pieces)
    # "신청을 한 사람": most things are one only within a limit, 한 곳 이상, 한 사람에 한하여.
    limit = r"만(?![가-힣])|에\s?한[하정해함]|까지|씩|\s?(?:이내|이상|이하|미만)|을?\s?초과"
    yield rule("count", rf"{ALONE}(한)\s?({_THINGS})(?={limit})", read_count, "한")
    yield rule("count", rf"{ALONE}(한)\s?(차례){FOLLOW}", read_count, "한")
    # 한번 해 보다, 다시 한 번, 한 번도, 한 번에 둘 이상 (twins) say nothing of how often.
    times = rf"(?:{_OFTEN})한번|(?<!다시 )한\s번"
    not_so = r"(?![도쯤]|에(?!\s(?:최대\s)?\d))"
    yield rule("count", rf"{ALONE}(?:{times}){not_so}{FOLLOW}", _once, "한")
    pieces_of_one = rf"{ALONE}(?<!어느 )(한)\s(개)(?![월정인최선발시설별혁방폐편]){FOLLOW}"
    yield rule("count", pieces_of_one, read_count, "한")
    yield rule("count", rf"{START}({FIGURE})\s?번째", _nth, "번째")
    yield rule("count", rf"{ALONE}(첫|{NATIVE_WORD})\s?번째", _nth, "번째")
    yield rule("count", rf"{ALONE}(첫|둘|셋|넷|{NATIVE_WORD})째(?!\s?[,:]){FOLLOW}", _nth, "째")
    yield rule("count", r"제\s?\d{2,4}-\d{1,4}\s?호", _as_written, "제")
    yield rule("count", rf"제\s?\d+\s?[편장절관]{FOLLOW}", _as_written, "제")
    yield rule("count", rf"{START}({MIXED})(?<=[십백천만]){FOLLOW}", _bare_round, "십 백 천 만")


def _as_written(match: re.Match[str]) -> str:
    return "".join(match[0].split())


WORD_RULES = (*_shares(), *spelt_dates(), *_periods(), *_counts())
