"""Which numbers and articles of an answer stand in no passage, however they are spelled there.

Written for the fuzz alone and lenient on purpose: what it names is certainly absent, while
a number that could be reckoned from the passages (18개월 from 1년 6개월, 40% from 40/100) passes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from onprem_rag.records import Passage

_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_MARK = re.compile(r"\[\d{1,3}(?:\s*[,~-]\s*\d{1,3})*\]|(?m:^[\s*#>○-]*\(?\d{1,2}[.)]\s)")
_WRITTEN = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_NUMBER = re.compile(
    rf"{_WRITTEN}(?:\s?[일이삼사오육칠팔구\d,]*[십백천만억]+)*\d*|[일이삼사오육칠팔구십백천만억]+"
)
_PURE = re.compile(r"\d+")
_ARTICLE = re.compile(r"(?<![\d,])(\d{1,9})\s{0,2}조(?:\s{0,2}의\s{0,2}(\d{1,3}))?")
_RANGE = re.compile(
    r"제\s?(\d{1,4})\s?조(?:의\s?\d+)?[^.\n]{0,40}?(?:부터|내지|~|-|∼)\s*제?\s?(\d{1,4})\s?조?"
)
_PERIOD = re.compile(r"(\d{1,9})\s?년\s?(\d{1,9})\s?개?월")
_HOURS = re.compile(r"(\d{1,9})\s?시간?\s?(\d{1,9})\s?분")
_ONLY = re.compile(r"(조\s{0,2}의\s{0,2}\d{1,3})만")  # 제4조의2만: a particle, no ten thousand
_UNSEEN = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\ud800-\udfff]"
)
_GAP = re.compile(r"(?<=[\d,])[^\S\n]+(?=[\d,])")
_SHARE = re.compile(r"([\d,백천만]{1,20})\s?분의\s?([\d.]{1,20})")
_FULL = {ord("０") + n: str(n) for n in range(10)}
_HANGUL = {sign: n for n, sign in enumerate("영일이삼사오육칠팔구")}
_SMALL = {"십": 10, "백": 100, "천": 1_000}
_BIG = {"만": 10**4, "억": 10**8}  # 조 is an article's
_NATIVE = ("한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열", "반")
_RATES = [Fraction(n) for n in (1, 7, 12, 24, 60, 100, 1_000)]  # weeks, years, hours, %, km


def strangers(answer: str, passages: Sequence[Passage]) -> list[str]:
    """The numbers and articles of ``answer`` that no passage states in any spelling."""
    stated = "\n".join(
        f"{one.document} {one.article} {one.paragraph} {one.title}\n{one.text}" for one in passages
    )
    texts = _readings(_plain(stated))
    digits = {_bare(n) for text in texts for n in _PURE.findall(text.replace(",", ""))}
    known = set[Fraction]().union(*map(_reckoned, texts))
    places = set[tuple[int, int]]().union(*map(_places, texts))
    answers = _readings(_MARK.sub(" ", _plain(answer, circled=False)))
    return min((_unknown(one, known, digits, places) for one in answers), key=len)


def _unknown(
    answer: str, known: set[Fraction], digits: set[str], places: set[tuple[int, int]]
) -> list[str]:
    unknown = []
    for found in _NUMBER.finditer(answer):
        parts = {_bare(part) for part in _PURE.findall(found[0].replace(",", ""))}
        is_known = _value(found[0]) in known or (found[0][-1] in "0123456789" and parts <= digits)
        if parts and not is_known:
            unknown.append(found[0])
    articles = [found for found in _ARTICLE.finditer(answer) if _place(found) not in places]
    return unknown + [found[0] for found in articles]


def _readings(plain: str) -> list[str]:
    """``plain``, and, where it is another text, without the blanks inside its numbers."""
    return list(dict.fromkeys((plain, _GAP.sub("", plain))))


def _bare(digits: str) -> str:
    return digits.lstrip("0") or "0"


def _places(text: str) -> set[tuple[int, int]]:
    places = {_place(found) for found in _ARTICLE.finditer(text)}
    for found in _RANGE.finditer(text):
        first, last = int(found[1]), int(found[2])
        places |= {(number, 0) for number in range(first, min(last, first + 300) + 1)}
    return places


def _place(found: re.Match[str]) -> tuple[int, int]:
    return int(found[1]), int(found[2] or 0)


def _plain(text: str, circled: bool = True) -> str:
    """Full-width digits as digits, circled ones where they may say something; nothing unseen."""
    text = _ONLY.sub(r"\1 ", _UNSEEN.sub(" ", text.translate(_FULL)))
    for number, sign in enumerate(_CIRCLED, start=1):
        text = text.replace(sign, f" {number} " if circled else " ")
    return text


def _reckoned(text: str) -> set[Fraction]:
    """The values that stand in ``text``, and what other units and fractions make of them."""
    values = [value for found in _NUMBER.finditer(text) if (value := _value(found[0])) is not None]
    values += [Fraction(n) for n, word in enumerate(_NATIVE, start=1) if word in text]
    for found in _PERIOD.finditer(text):
        values += [12 * Fraction(found[1]) + Fraction(found[2])]
    for found in _HOURS.finditer(text):
        values += [60 * Fraction(found[1]) + Fraction(found[2])]
    for found in _SHARE.finditer(text):
        whole, part = _value(found[1]), _value(found[2])
        values += [part / whole] if whole and part else []
    return {made for value in values for rate in _RATES for made in (value * rate, value / rate)}


def _value(written: str) -> Fraction | None:
    """30,000 and 3만 and 삼만 alike; None for what is no number."""
    try:
        return sum(_parts(written.replace(",", "").replace(" ", "")), Fraction(0))
    except ValueError:
        return None


def _parts(written: str) -> Iterator[Fraction]:
    """The part before each 만, 억, 조, and the rest."""
    section, current = Fraction(0), None
    for sign in re.findall(r"\d+(?:\.\d+)?|\S", written):
        if sign in _BIG:
            yield (section + (current or 0) or Fraction(1)) * _BIG[sign]
            section, current = Fraction(0), None
        elif sign in _SMALL:
            section += (Fraction(1) if current is None else current) * _SMALL[sign]
            current = None
        else:
            current = Fraction(_HANGUL[sign]) if sign in _HANGUL else _fraction(sign)
    yield section + (current or 0)


def _fraction(digits: str) -> Fraction:
    if len(digits) > 30:
        raise ValueError(digits[:30])
    return Fraction(digits)
