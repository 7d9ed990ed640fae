"""Statements that stand in a passage letter by letter."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from onprem_rag.korean.clauses import clauses
from onprem_rag.korean.text import squeezed
from onprem_rag.verify.alignment import Alignment
from onprem_rag.verify.sources import Source
from onprem_rag.verify.ties import states_condition

_PROVISO = re.compile(r"(?<![가-힣])(?:다만|단)(?=[,\s])")
_SHORTEST = 6
_SIGNS = ".,;:\"'-*"
_ENUMERATION = re.compile(r"\d{1,2}[.)]|[가-하][.)]|[①-⑳]|[-*•○●]")
# What may stand before a statement and be left out: its heading, numbering, 이 경우, a label.
_FOREWORD = re.compile(
    r"\W*(?:제\s?\d+\s?조(?:의\s?\d+)?\s*(?:\([^()]*\)|\[[^\[\]]*\])?)?\W*"
    r"(?:(?:\d{1,2}(?:의\d{1,2})?\\?[.)]|\(\d{1,2}\)|[가나다라마바사아자차카타파하]\\?[.)]|[①-⑳])\s*)*"
    r"(?:(?:제\s?\d+\s?조(?:의\s?\d+)?)?(?:제\s?\d+\s?[항호])*에\s?(?:따른|의한|따라)\s+)?"
    r"(?:(?:또한|그리고|이\s?경우|이때|그러나|따라서|그\s?밖에|아울러),?\s*)?\W*"
)
# … and who it is about: 직원은; who does what is asked about, too: 사직하려는 직원은.
_SUBJECT = re.compile(
    _FOREWORD.pattern
    + r"(?:(?:(?:[가-힣A-Za-z]+\s+){0,3}[가-힣]+(?:려는|고자\s?하는)\s+)?"
    + r"[가-힣A-Za-z]+(?<![하되있없않받르주지키리기치두오내맡갖얻우에서로])[은는이가]\s+)?"
)
_ENDING = 4  # letters that the ending of a predicate may have
_CUT_NUMBER = re.compile(r"\d[.,]\d")
_REST_OF_NUMBER = re.compile(r"[.,]?\d")
_POWERS = "십백천만억"
_REST_OF_AMOUNT = re.compile(r"\s?\d|\s?원")
_MOST_PLACES = 20  # of one passage that are looked at


def quotations(body: str, sources: Sequence[Source]) -> Iterator[Alignment]:
    """The places of the passages that ``body`` is copied from, whole and with its conditions."""
    needle = squeezed(body).strip(_SIGNS)
    if len(needle) < _SHORTEST:
        yield from _short_items(needle, sources)
        return
    for source in sources:
        haystack = source.spaceless.text
        at = -1
        for _ in range(_MOST_PLACES):
            at = haystack.find(needle, at + 1)
            if at < 0:
                break
            start = source.spaceless.origin(at)
            end = source.spaceless.origin(at + len(needle) - 1) + 1
            # A quote that breaks off inside a sentence could lose its "아니한다".
            following = haystack[at + len(needle) : at + len(needle) + 1]
            goes_on = "가" <= following <= "힣" and not (
                needle[-1] == "다" and following in "제다단"
            )
            goes_on = goes_on and not _ends_sentence(source, end)
            if goes_on or not _is_whole(source.passage.text, start, end):
                continue
            if _loses_condition(source, start) or not _begins(source, start):
                continue
            end += source.passage.text[end : end + 1] == "."
            yield Alignment(source, start, end, 1.0, 1.0, exact=True, agrees=True)


def is_cut_out(body: str, near: Alignment) -> bool:
    """Whether ``body`` is the span's own words from the middle of a statement on.

    Its predicate may have another ending, and a lone subject may be left out; what else stands
    before it (1년간 80퍼센트 이상 출근한) says of whom or when it is true.
    """
    needle = squeezed(body).strip(_SIGNS)[:-_ENDING]
    if len(needle) < _SHORTEST:
        return False
    source = near.source
    at = source.spaceless.text.find(needle, source.spaceless.index(near.start))
    last = source.spaceless.index(near.end)
    found = 0
    while 0 <= at < last and found < _MOST_PLACES:
        if _begins(source, source.spaceless.origin(at), _SUBJECT):
            return False
        found += 1
        at = source.spaceless.text.find(needle, at + 1)
    return found > 0


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether ``[start, end)`` cuts no word or number: 상임이사 in 비상임이사, 4일 in 14일."""
    if start and _in_word(text[start - 1]) and _in_word(text[start]):
        return False
    if _CUT_NUMBER.match(text, max(0, start - 2)) and text[start].isdecimal():
        return False
    if text[end - 1] in _POWERS and _REST_OF_AMOUNT.match(text, end):  # 8만 in 8만 5천원
        return False
    return not (text[end - 1].isdecimal() and _REST_OF_NUMBER.match(text, end))


def _in_word(character: str) -> bool:
    """Letters and digits; an enumeration's ① is neither."""
    return character.isalpha() or character.isdecimal()


def _ends_sentence(source: Source, end: int) -> bool:
    index = bisect_right(source.segments, end, key=lambda segment: segment.start) - 1
    return index >= 0 and not source.passage.text[end : source.segments[index].end].strip(_SIGNS)


def _loses_condition(source: Source, start: int) -> bool:
    """Whether a 다만 of the sentence, or a condition of the clause, stands before ``start``."""
    index = bisect_right(source.segments, start, key=lambda segment: segment.start) - 1
    if index < 0 or start >= source.segments[index].end:
        return False
    sentence = source.segments[index]
    skipped = source.passage.text[sentence.start : start]
    if _PROVISO.search(skipped):
        return True
    whole = source.passage.text[sentence.start : sentence.end].replace("\n", " ")
    at = max((first for first, _ in clauses(whole) if first <= len(skipped)), default=0)
    return states_condition(skipped[at:])


def _begins(source: Source, start: int, foreword: re.Pattern[str] = _FOREWORD) -> bool:
    """Whether a statement begins at ``start``: 직원에게는 of 1년간 출근한 직원에게는 is none."""
    index = bisect_right(source.segments, start, key=lambda segment: segment.start) - 1
    if index < 0 or start >= source.segments[index].end:
        return True
    sentence = source.segments[index]
    whole = source.passage.text[sentence.start : sentence.end].replace("\n", " ")
    at = start - sentence.start
    starts = (first for first, _ in clauses(whole) if first <= at)
    skipped = [whole[first:at] for first in starts]
    return not skipped or foreword.fullmatch(skipped[-1]) is not None


def _short_items(needle: str, sources: Sequence[Source]) -> Iterator[Alignment]:
    """So few letters ("음주운전") are a quote only as a whole item of a list."""
    for source in sources:
        for segment in source.segments:
            text = source.passage.text[segment.start : segment.end]
            line = squeezed(text)
            mark = _ENUMERATION.match(line)
            if mark and line[mark.end() :].strip(_SIGNS) == needle:
                yield Alignment(
                    source, segment.start, segment.end, 1.0, 1.0, exact=True, agrees=True
                )
