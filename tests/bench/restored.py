"""Whether a corrected answer says again what the source says, in whatever spelling."""

from __future__ import annotations

import re

from tests.bench.hangul import NATIVE, number_of
from tests.bench.values import values

_SPELLED = re.compile(
    r"(?<![가-힣\d])(?P<n>[일이삼사오육칠팔구십백천만억조]+) ?"
    r"(?P<u>원|퍼센트|년|개월|주일?|일|시간|분(?!의)|급)"
)
_SHARE = re.compile(
    r"(?<![가-힣\d])(?P<of>[일이삼사오육칠팔구십백]+)분의 ?"
    r"(?P<n>[일이삼사오육칠팔구십백]+?)(?=이[상하내]|[^일이삼사오육칠팔구십백]|$)"
)
_NATIVE = re.compile(
    rf"(?<![가-힣])({'|'.join(sorted(NATIVE, key=len, reverse=True))}) ?"
    r"(명|차례|번|살|개(?!월)|건|과목|시간)"
)
_SAME_ENDINGS = (
    ("해야", "하여야"), ("해서는", "하여서는"), ("안된", "아니된"), ("안돼", "아니돼"),
    ("안됩", "아니됩"), ("않는", "아니한"), ("않습니", "아니합니"), ("않아요", "아니해요"),
    ("않음", "아니함"), ("않은", "아니한"), ("지않", "지아니하"), ("합니다", "한다"),
    ("해요", "한다"), ("됩니다", "된다"), ("돼요", "된다"), ("습니다", "다"), ("있어요", "있다"),
    ("없어요", "없다"),    ("봅니다", "본다"), ("둡니다", "둔다"), ("하는것이가능한다", "할수있다"),
)  # fmt: skip
_NOMINAL = (("함.", "한다."), ("됨.", "된다."), ("음.", "다."), ("봄.", "본다."), ("둠.", "둔다."))
_SENTENCE = re.compile(r"(?<=[다요함됨음봄둠]\.)\s+|\n|(?<=\)\.)\s+")


def restores(answer: str, faithful: str, mended: str) -> list[bool]:
    """Of each sentence of ``mended`` that ``answer`` lacks, whether ``faithful`` says it."""
    whole = "".join(answer.split())
    true = _said(faithful)
    return [
        _said(sentence).rstrip(".") in true
        for sentence in _SENTENCE.split(mended)
        if "".join(sentence.split()) not in whole
    ]


def _said(text: str) -> str:
    """The text with numbers and endings in one spelling, without blanks."""
    text = _SHARE.sub(lambda m: f"{_number(m['of'])}분의 {_number(m['n'])}", text)
    text = _SPELLED.sub(lambda m: f"{_number(m['n'])}{m['u']}", text)
    text = _NATIVE.sub(lambda m: f"{NATIVE[m[1]]}{m[2]}", text)
    for value in reversed(values(text)):
        text = f"{text[: value.start]}<{value.same}>{text[value.end :]}"
    text = re.sub(r"[\s,「」()]", "", text)
    for said, plain in (*_SAME_ENDINGS, *_NOMINAL):
        text = text.replace(said, plain)
    return re.sub(r"(?<=>)(?:으로|로|을|를|은|는|이|가|과|와)", "", text)


def _number(text: str) -> str:
    return f"{number_of(text) or 0:.0f}"
