"""The values that a text states, read by the benchmark's own rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from tests.bench.hangul import number_of


@dataclass(frozen=True, slots=True)
class Value:
    """``text[start:end]`` of one kind; equal ``same`` means equal values."""

    kind: str  # amount, date, period, percentage, count
    text: str
    start: int
    end: int
    same: tuple[str, object]


_REFERENCE = re.compile(
    r"(?:법률|대통령령|총리령|부령)?\s?제\s?\d+\s?(?:조|항|호|장|절|편|관|차|회|목|급|종|류)"
    r"(?:의\s?\d+)?|(?:별표|별지|서식)\s?\d+|\d+호\s?서식|[a-zA-Z]\d+|\d{5,}호|\d-\d"
)
_DATES = (
    re.compile(r"(?<![\d.])(?P<y>(?:19|20)\d\d)\. ?(?P<m>\d{1,2})\. ?(?P<d>\d{1,2})(?![\d])"),
    re.compile(
        r"(?<!\d)(?P<y>(?:19|20)\d\d)년"
        r"(?:도(?=\d| )|(?: ?(?P<m>\d{1,2})월(?: ?(?P<d>\d{1,2})일)?))?"
    ),
    re.compile(r"(?<!\d)(?P<m>\d{1,2})월 ?(?P<d>\d{1,2})일"),
    re.compile(
        r"(?:매년|매 회계연도|매 학년도|다음 ?해|익년|전년도?) ?(?P<m>\d{1,2})월(?: ?말일?)?"
    ),
    re.compile(r"(?:매월|매달|다음 ?달|익월|그 달의?) ?(?P<d>\d{1,2})일"),
)
_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_AMOUNT = re.compile(
    rf"(?<![\d.])(?P<n>{_NUMBER}\s?[조억만천백십]*(?:\s?\d[\d,]*[조억만천백십]*)*)\s?원"
    r"(?![장칙본인서고심격자리])"
)
_PERCENT = re.compile(rf"(?<![\d.])(?P<n>{_NUMBER})\s?(?:퍼센트|%|％|프로(?![가-힣]))")
_FRACTION = re.compile(r"(?<!\d)(?P<of>\d+)\s?분의 ?(?P<n>\d+(?:\.\d+)?)")
_YEARS = re.compile(
    r"(?<![\d.,])(?P<y>\d{1,2})년(?: ?(?P<m>\d{1,2})개월)?(?!도|제|[ ]?차|생|[ ]\d+월)"
)
_SPANS = (
    ("month", 1, re.compile(r"(?<![\d.,])(?P<n>\d{1,3})개월")),
    ("day", 7, re.compile(r"(?<![\d.,])(?P<n>\d{1,2})주(?:일|간)?(?![가-힣\d])")),
    ("day", 1, re.compile(r"(?<![\d.,월])(?<!월 )(?P<n>\d{1,4})일(?!반|[0-9]|자리)")),
    ("minute", 60, re.compile(r"(?<![\d.,])(?P<n>\d{1,4})시간")),
    ("minute", 1, re.compile(r"(?<![\d.,시간])(?P<n>\d{1,3})분(?!의|[가-힣])")),
)
_MONTHS_OLD = re.compile(r"(?<!\d)\d{1,2}월|\d{1,2}시 ?\d{0,2}분?")
_COUNT = re.compile(
    rf"(?<![\d.,~∼～])(?P<n>{_NUMBER})\s?(?P<u>명|인(?=[\s이으의을과,.)]|$)|회(?!의|계|차|사)|차례|"
    r"번(?![가-힣])|개(?!월|인|국어|정|최|별)|급(?!여|수|식)|호봉|등급|세(?!대|부|법|금|입|반)|살|건(?!물|강|설|전)"
    r"|배(?![가-힣]{2})|학점|과목|점(?!검|수)|권(?!한)|부(?!터|서|장|처|문|과)|㎡|제곱미터|㎞|km|킬로미터|미터|리터|톤"
    r"|마리|대(?!학|상|표))"
)
_UNITS = {
    "인": "명",
    "차례": "회",
    "번": "회",
    "살": "세",
    "제곱미터": "㎡",
    "킬로미터": "㎞",
    "km": "㎞",
}


@lru_cache(maxsize=1 << 17)
def values(text: str) -> tuple[Value, ...]:
    """The values of ``text`` in text order; parts of references are none."""
    taken = {at for match in _REFERENCE.finditer(text) for at in range(*match.span())}
    found: list[Value] = []
    for kind, match, same in _matches(text):
        span = range(*match.span())
        if taken.isdisjoint(span):
            taken.update(span)
            if same:
                found.append(Value(kind, match.group(), *match.span(), same))
    return tuple(sorted(found, key=lambda value: value.start))


def _matches(text: str) -> Iterator[tuple[str, re.Match[str], tuple[str, object] | None]]:
    for pattern in _DATES:
        for match in pattern.finditer(text):
            parts = match.groupdict()
            day = tuple(int(parts[name]) if parts.get(name) else 0 for name in "ymd")
            yield "date", match, ("date", day) if day[1] <= 12 and day[2] <= 31 else None
    for match in _AMOUNT.finditer(text):
        yield "amount", match, ("won", number_of(match["n"]))
    for match in _PERCENT.finditer(text):
        yield "percentage", match, ("share", Fraction(match["n"].replace(",", "")) / 100)
    for match in _FRACTION.finditer(text):
        share = Fraction(match["n"]) / int(match["of"]) if int(match["of"]) else None
        yield "percentage", match, ("share", share) if share else None
    for match in _YEARS.finditer(text):
        yield "period", match, ("month", 12 * int(match["y"]) + int(match["m"] or 0))
    for match in _MONTHS_OLD.finditer(text):
        yield "period", match, None
    for unit, factor, pattern in _SPANS:
        for match in pattern.finditer(text):
            yield "period", match, (unit, factor * int(match["n"]))
    for match in _COUNT.finditer(text):
        unit = _UNITS.get(match["u"], match["u"])
        yield "count", match, (unit, float(match["n"].replace(",", "")))
