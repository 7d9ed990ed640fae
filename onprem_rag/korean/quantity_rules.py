"""How quantities are written: amounts, periods, percentages.

A rule is a pattern and a function that reads the normalised value from a match; ``None`` means
that the match is no quantity after all. Rules never see article references: those are masked.
``quantity_dates`` and ``quantity_counts`` have the others, ``quantity_words`` what only a checker
needs.
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
    needs: tuple[str, ...] = ()  # it is tried only where the text has one of them: that's faster


def rule(kind: str, pattern: str, read: Reader, needs: str = "") -> Rule:
    """A rule; ``needs`` are words with blanks between them."""
    return Rule(kind, re.compile(pattern), read, tuple(needs.split()))


# What may follow a unit that could also begin another word: 3부 but not 3부장, 1회 but not 1회계.
FOLLOW = (
    r"(?=$|[^가-힣]|이상|이하|이내|미만|초과|까지|부터|마다|정도|동안|이전|이후|[전후간당씩의에을를은는이"
    r"가과와도만중내및별로]|으로|또는|짜리|한도|범위|단위|상당|공무원|직원|인\s|일\s|임(?![가-힣])|입니다|여야|라도|보다|뿐|밖에|쯤|가량|남짓|인[데지가]|하고|이랑|처럼|였)"
)
# A figure's start: a full stop or comma before it is a decimal point only behind a figure.
START = r"(?=\d)(?<!\d)(?<!\d[.,])"
HALF = r"(?<!\d)(?<!\d[.,])(?:(오전|오후)\s?)?"
ALONE = r"(?<![가-힣])"
# What shows that 3월 are months and no month.
PERIOD_AFTER = r"\s?(?:이상|이하|이내|미만|초과|간|동안|을\s?(?:초과|경과)|이\s?(?:경과|지나|지난))"
SINO_DIGIT = r"[일이삼사오육칠팔구십백천만억]"


def value_in(text: str, unit: str) -> str | None:
    """The number that ``text`` is, with ``unit``; None where it is none."""
    parsed = number(text.strip())
    return None if parsed is None else plain(parsed) + unit


# --- amounts -------------------------------------------------------------------------------------
WON = r"\s?원(?![칙장소화])"
_UNIT_OF_TABLE = re.compile(r"단위\s?:?\s?$")  # (단위: 천원) is no amount
_CURRENCIES = {"달러": "달러", "불": "달러", "유로": "유로", "엔": "엔", "위안": "위안"}
_SIGNS = {"$": "달러", "₩": "원", "￦": "원", "€": "유로", "¥": "엔"}


def read_won(match: re.Match[str]) -> str | None:
    """An amount in won: 천 of "천 원" is 1000원."""
    start = match.start()
    if _UNIT_OF_TABLE.search(match.string, max(0, start - 5), start):
        return None
    return value_in(match[1], "원")


def _currency(match: re.Match[str]) -> str | None:
    return value_in(match[1], _CURRENCIES[match[2]])


def _signed(match: re.Match[str]) -> str | None:
    return value_in(match[2], _SIGNS[match[1]])


def amounts() -> Iterator[Rule]:
    """The rules for amounts."""
    long_sino = rf"{SINO_DIGIT}{{2,}}(?:\s{SINO_DIGIT}{{2,}})*"
    yield rule("amount", rf"{START}({MIXED}){WON}", read_won, "원")
    yield rule("amount", rf"(?:{ALONE}|(?<=금))({long_sino}){WON}", read_won, "원")
    yield rule(
        "amount",
        rf"{START}({MIXED})\s?({'|'.join(_CURRENCIES)}){FOLLOW}",
        _currency,
        " ".join(_CURRENCIES),
    )
    yield rule("amount", rf"([$₩￦€¥])\s?({MIXED})", _signed, " ".join(_SIGNS))


# --- periods -------------------------------------------------------------------------------------
_WORDS = {"하루": "1일", "이틀": "2일", "사흘": "3일", "나흘": "4일", "닷새": "5일", "엿새": "6일"}
_WORDS |= {"이레": "7일", "여드레": "8일", "아흐레": "9일", "열흘": "10일", "보름": "15일"}
_WORDS |= {"일주일": "7일", "반년": "6개월", "한 해": "12개월", "보름간": "15일"}


def _word(match: re.Match[str]) -> str | None:
    return _WORDS[match[1]]


def scaled(factor: int, unit: str) -> Reader:
    """A reader of so many times ``factor`` of ``unit``."""

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


def read_minutes(match: re.Match[str]) -> str | None:
    """Minutes; whole hours as such."""
    parsed = number(match[1])
    if parsed is None:
        return None
    return plain(parsed / 60) + "시간" if parsed and parsed % 60 == 0 else plain(parsed) + "분"


def periods() -> Iterator[Rule]:
    """The rules for periods."""
    figure, sino = rf"{START}({FIGURE})", rf"{ALONE}({SINO})"
    mixed = rf"{START}({MIXED})"  # 30만일 is not 30일
    yield rule(
        "period", rf"{figure}\s?년\s?({FIGURE})\s?(?:개월|월|달)간?", _years_and_months, "년"
    )
    yield rule("period", rf"{figure}\s?년\s?(반){FOLLOW}", _years_and_months, "년")
    years = r"\s?(?:개년|년간|년)(?![차도생제])"
    yield rule("period", mixed + years, scaled(12, "개월"), "년")
    yield rule("period", sino + r"\s?(?:개년|년간|년)" + FOLLOW, scaled(12, "개월"), "년")
    yield rule("period", rf"{mixed}\s?(?:개월|달)간?", scaled(1, "개월"), "개월 달")
    yield rule("period", rf"{mixed}\s?월(?={PERIOD_AFTER})", scaled(1, "개월"), "월")
    yield rule("period", rf"{sino}\s?개월간?", scaled(1, "개월"), "개월")
    yield rule("period", rf"{ALONE}({NATIVE_WORD})\s?달{FOLLOW}", scaled(1, "개월"), "달")
    yield rule("period", rf"{figure}\s?주(?:일|간)?{FOLLOW}", scaled(7, "일"), "주")
    yield rule("period", rf"{ALONE}({NATIVE_WORD})\s?주(?:일|간)?{FOLLOW}", scaled(7, "일"), "주")
    day = r"\s?일(?!부(?!터)|반|시|정(?!도)|용|괄|체|련|률|급)간?"
    yield rule("period", mixed + day, scaled(1, "일"), "일")
    yield rule(
        "period",
        rf"{ALONE}([이삼사오육칠팔구]?십[일이삼사오육칠팔구]?|칠)일{FOLLOW}",
        scaled(1, "일"),
        "일",
    )
    yield rule("period", rf"{START}(\d+)\s?시간\s?(\d+)\s?분", _hours_and_minutes, "시간")
    yield rule("period", rf"{mixed}\s?시간", scaled(1, "시간"), "시간")
    yield rule("period", rf"{ALONE}({NATIVE_WORD})\s?시간", scaled(1, "시간"), "시간")
    yield rule("period", rf"{mixed}\s?분(?!의\s?\d){FOLLOW}", read_minutes, "분")
    yield rule("period", rf"{figure}\s?초(?!과){FOLLOW}", scaled(1, "초"), "초")
    yield rule(
        "period", rf"{ALONE}({'|'.join(_WORDS)}){FOLLOW}", _word, " ".join(w[-2:] for w in _WORDS)
    )


# --- percentages ---------------------------------------------------------------------------------
PERCENT = r"%[pP]|(?:%|퍼센트|프로)\s?포인트|%|퍼센트|프로(?![그젝세필토테텍모])"


def read_percentage(match: re.Match[str]) -> str | None:
    """A number and its sign: 5%, 5%p."""
    return value_in(match[1], "%p" if match[2].endswith(("p", "P", "포인트")) else "%")


def read_tenths(match: re.Match[str]) -> str | None:
    """3할 is 30%."""
    parsed = number(match[1])
    return None if parsed is None else plain(parsed * 10) + "%"


def _fraction(match: re.Match[str]) -> str | None:
    whole, part = number(match[1].strip()), number(match[2].strip())
    if not whole or part is None:
        return None
    return share(Fraction(part) / Fraction(whole))


def share(of_one: Fraction) -> str:
    """A fraction as it is compared: one half is "50%", two thirds are "2/3"."""
    percent = of_one * 100
    rest = percent.denominator
    while rest % 2 == 0 or rest % 5 == 0:
        rest //= 2 if rest % 2 == 0 else 5
    if rest > 1:
        return f"{of_one.numerator}/{of_one.denominator}"
    return plain(Decimal(percent.numerator) / percent.denominator) + "%"


def _slashed(match: re.Match[str]) -> str | None:
    of_one = Fraction(int(match[1]), int(match[2]) or 1)
    return share(of_one) if of_one < 1 else None


def percentages() -> Iterator[Rule]:
    """The rules for percentages."""
    figure = rf"{START}({FIGURE})"
    yield rule("percentage", rf"{figure}\s?할{FOLLOW}", read_tenths, "할")
    yield rule("percentage", rf"{figure}\s?({PERCENT})", read_percentage, "% 퍼센트 프로")
    part = rf"({FIGURE}|[일이삼사오육칠팔구십백]+{FOLLOW})"
    yield rule("percentage", rf"{START}({MIXED})\s?분의\s?{part}", _fraction, "분의")
    yield rule("percentage", rf"{ALONE}({SINO})\s?분의\s?{part}", _fraction, "분의")
    yield rule(
        "percentage",
        rf"(?<!\d)(?<!\d[./])(\d{{1,2}})/(\d{{1,3}})(?!\d|[/.]\d|\s?점{FOLLOW})",
        _slashed,
        "/",
    )
