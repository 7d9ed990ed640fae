"""Whether a correction says again what the source says, in whatever spelling."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from onprem_rag.verify.correct import Correction
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
_Opcode = tuple[str, int, int, int, int]  # of SequenceMatcher
_WORD = re.compile(r"\S+")


def restores(answer: str, faithful: str, correction: Correction) -> list[bool]:
    """Of each replaced value, whether ``faithful`` says in that place what now stands there.

    ``answer`` was made from ``faithful``; what the checker took for the source is not asked.
    """
    if _same(correction.text, faithful):
        return [True] * len(correction.changes)
    words = [match.span() for match in _WORD.finditer(answer)]
    true = [match[0] for match in _WORD.finditer(faithful)]
    aligned = SequenceMatcher(None, [answer[slice(*word)] for word in words], true, autojunk=False)
    opcodes = aligned.get_opcodes()
    places = _places(answer, correction)
    edits = [
        (start, start + len(change.old), correction.text[change.start : change.end])
        for start, change in zip(places, correction.changes, strict=True)
    ]
    found = []
    for start, end, _ in edits:
        first, last, its_first, its_last = _counterpart(words, opcodes, start, end)
        span = words[first][0], words[last - 1][1]
        found.append(_same(_edited(answer, *span, edits), " ".join(true[its_first:its_last])))
    return found


def removals(faithful: str, correction: Correction) -> list[bool]:
    """Of each removed sentence or clause, whether ``faithful`` says it: it should have stayed."""
    true = _said(faithful)
    return [_said(removed).rstrip(".") in true for removed in correction.removed]


def _places(answer: str, correction: Correction) -> list[int]:
    """Where in the answer each replaced value stood, found through the text that stayed."""
    before, at = "", 0
    starts = []
    for change in correction.changes:
        before += correction.text[at : change.start]
        starts.append(len(before))
        before += change.old
        at = change.end
    before += correction.text[at:]  # the answer without what was removed
    if before == answer:
        return starts
    blocks = SequenceMatcher(None, before, answer, autojunk=False).get_matching_blocks()
    return [
        next((its + start - mine for mine, its, size in blocks if start < mine + size), len(answer))
        for start in starts
    ]


def _counterpart(
    words: list[tuple[int, int]], opcodes: list[_Opcode], start: int, end: int
) -> tuple[int, int, int, int]:
    """The words of the answer around ``start`` to ``end``, and those of the true one there.

    Words that were changed together are taken together.
    """
    touched = [at for at, (one, other) in enumerate(words) if one < end and start < other]
    first, last = touched[0], touched[-1] + 1
    mine, its = [first, last], []
    for kind, a, b, c, d in opcodes:
        if max(a, first) < min(b, last):
            if kind == "equal":
                its += [c + max(a, first) - a, c + min(b, last) - a]
            else:
                mine += [a, b]
                its += [c, d]
    return min(mine), max(mine), min(its), max(its)


def _edited(answer: str, start: int, end: int, edits: list[tuple[int, int, str]]) -> str:
    text, at = "", start
    for first, last, new in edits:
        if start <= first and last <= end:
            text += answer[at:first] + new
            at = last
    return text + answer[at:end]


def _same(said: str, true: str) -> bool:
    return _said(said).rstrip(".") == _said(true).rstrip(".")


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
    return re.sub(r"(?<=>)간?(?:으로|로|을|를|은|는|이|가|과|와)?", "", text)


def _number(text: str) -> str:
    return f"{number_of(text) or 0:.0f}"
