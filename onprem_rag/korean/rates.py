"""How often a quantity counts, and days told from another day: 연 1회, 매월, 총 30만원, 다음 날."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from onprem_rag.korean.kind import Kind
from onprem_rag.korean.quantities import find_quantities
from onprem_rag.korean.text import fold
from onprem_rag.records import Fact

_UNITS = {"연": "year", "년": "year", "월": "month", "달": "month", "주": "week", "일": "day"}
_UNITS |= {"분기": "quarter", "반기": "half", "학기": "term", "해": "year"}
_EACH = re.compile(
    r"(?<![가-힣])(?P<sign>매|격)\s?(?P<unit>년|해|월|달|주|일|분기|반기|학기)(?!의일)"
)
_YEARLY = re.compile(r"(?<![가-힣])연간(?![가-힣])")
# What stands right before a quantity: 연 1회, 월 최대 30만원, 1주 12시간, 총 30만원.
_BEFORE = re.compile(
    r"(?<![가-힣\d.,])(?:(?P<total>총|도합|합계)|(?:매\s?)?(?P<unit>연|월|분기|반기|학기)(?:간|당|별)?"
    r"|(?:매\s?|1)?(?P<week>주)(?:간|당)?)\s?(?:총|각각|각|최대|최소|평균|합계)?\s?$"
)
_LOOK_BACK = 12
_NUMBER = re.compile(r"[\d.,/]+")
_TOTAL = "total"
_NEAR = r"(?<![가-힣])(?:{})(?![가-힣]*제[가-힣])"
_DAYS = tuple(
    (re.compile(_NEAR.format(words)), value)
    for words, value in (
        (r"전날|전일(?=[\s에까부]|$)|하루\s?전", "day -1"),
        (r"다음\s?날|이튿날|익일", "day +1"),
        (r"당일|같은\s?날|그\s?날", "day 0"),
        (r"다음\s?달|익월", "month +1"),
        (r"지난\s?달|전월|직전\s?월", "month -1"),
        (r"당월|그\s?달|같은\s?달|해당\s?월", "month 0"),
        (r"다음\s?(?:해|연도|년도)|익년도?|차년도", "year +1"),
        (r"지난\s?해|전년도?|직전\s?(?:연도|년도)", "year -1"),
        (r"당해\s?(?:연도|년도)|그\s?해|같은\s?해|해당\s?(?:연도|년도)", "year 0"),
    )
)


class Rates(Kind):
    """How often, or of how long a time, a quantity counts.

    Values: "month" (매월), "month count 1회" (월 1회), "total amount 300000원". A rate without
    its quantity is the same as one of the same time with it.
    """

    names = ("rate",)

    def find(self, text: str) -> Iterable[Fact]:
        """The rates of ``text``; the span is that of the words before the quantity."""
        return _rates(text)

    def same(self, claimed: Fact, stated: Fact) -> bool:
        """The same time, of the same sort of quantity where both name one.

        How much it is the quantity itself tells: of a wrong one the rate may be right.
        """
        (time, quantity), (its_time, its) = _parts(claimed), _parts(stated)
        return time == its_time and (quantity == its or not quantity or not its)

    def rivals(self, claimed: Fact, stated: Fact) -> bool:
        """None: which words would have to be changed depends on the quantity's own."""
        return False


class Days(Kind):
    """Days, months and years told from another one: "day +1" (다음 날), "year 0" (그 해)."""

    names = ("day",)

    def find(self, text: str) -> Iterable[Fact]:
        """The days of ``text`` that are told from another day."""
        return _days(text)

    def rivals(self, claimed: Fact, stated: Fact) -> bool:
        """Another one of the same unit: 전날 for 다음 날."""
        units = [fact.value.partition(" ")[0] for fact in (claimed, stated)]
        return super().rivals(claimed, stated) and units[0] == units[1]


def _parts(fact: Fact) -> tuple[str, str]:
    time, _, quantity = fact.value.partition(" ")
    return time, _NUMBER.sub("", quantity)


@lru_cache(maxsize=512)
def _rates(text: str) -> tuple[Fact, ...]:
    plain = fold(text)
    found: dict[int, Fact] = {}
    for quantity in find_quantities(text, every=True):
        start = max(0, quantity.start - _LOOK_BACK)
        words = _BEFORE.search(plain, start, quantity.start)
        if words and words.end() == quantity.start:
            time = _TOTAL if words["total"] else _UNITS[words["unit"] or words["week"]]
            own = text[words.start() : words.end()].rstrip()
            value = f"{time} {quantity.kind} {quantity.value}"
            found[words.start()] = _fact("rate", own, value, words.start())
    for one in _standing_alone(plain):
        found.setdefault(one.start, one)
    return tuple(found[start] for start in sorted(found))


def _standing_alone(text: str) -> Iterator[Fact]:
    for found in _EACH.finditer(text):
        sparse = "other " if found["sign"] == "격" else ""
        value = f"{sparse}{_UNITS[found['unit']]}".replace(" ", "-")
        yield _fact("rate", found[0], value, found.start())
    for found in _YEARLY.finditer(text):
        yield _fact("rate", found[0], "year", found.start())


@lru_cache(maxsize=512)
def _days(text: str) -> tuple[Fact, ...]:
    plain = fold(text)
    found = [
        _fact("day", text[one.start() : one.end()], value, one.start())
        for pattern, value in _DAYS
        for one in pattern.finditer(plain)
    ]
    return tuple(sorted(found, key=lambda fact: fact.start))


def _fact(kind: str, text: str, value: str, start: int) -> Fact:
    return Fact(kind, text, value, start, start + len(text))
