"""Text as Korean regulations write it: matching forms, sentences, and look-up without blanks."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate

_VARIANTS = {
    "·": "ㆍ․‧・･⋅∙•᛫・ᆞ",
    '"': "“”„‟″〃＂",
    "'": "‘’‚‛′`´＇",
    "-": "‐‑‒–—―−－﹣",
    "~": "～∼〜˜∽",
    "「": "｢",
    "」": "｣",
    "%": "％﹪",
}
_ONE_TO_ONE = {ord(variant): base for base, all_ in _VARIANTS.items() for variant in all_}
_FULL_WIDTH = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_FOLD = {**_FULL_WIDTH, **_ONE_TO_ONE}
_FOLDED = re.compile("[" + "".join(map(re.escape, map(chr, sorted(_FOLD)))) + "]")
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad\ud800-\udfff]")  # no half characters
_WORD = re.compile(r"\S+")
_OTHER = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """Replace look-alike signs and full-width forms one for one, so that offsets stay valid."""
    return _FOLDED.sub(lambda sign: _FOLD[ord(sign[0])], text)  # few: faster than translate


def squeezed(text: str) -> str:
    """``text`` folded and lower case, without blanks: to look words up whatever their spacing."""
    return "".join(fold(text).lower().split())


@lru_cache(maxsize=16)  # words and letters of one text are read one after the other
def normalise(text: str) -> str:
    """Return the form in which words are compared; its offsets are not those of ``text``."""
    # Folding comes first: NFKC would turn ㆍ into a vowel sign and ․ into a full stop.
    folded = fold(text)
    composed = unicodedata.normalize("NFKC", folded)
    if composed != folded:
        composed = composed.translate(_ONE_TO_ONE)
    return " ".join(_INVISIBLE.sub("", composed).lower().split())


def letters(text: str) -> str:
    """The letters and digits of ``normalise(text)``, without anything between them."""
    return _OTHER.sub("", normalise(text))


def alike(text: str) -> list[str]:
    """``text``, and what differs from it in one final consonant: those are mistyped most."""
    found = {
        text[:at] + other + text[at + 1 :]: None
        for at, char in enumerate(text)
        for other in _with_any_final(char)
    }
    return list(found)


def _with_any_final(char: str) -> Sequence[str]:
    if not "가" <= char <= "힣":
        return char
    bare = ord(char) - (ord(char) - 0xAC00) % 28
    return [chr(bare + final) for final in range(28)]


class Spaceless:
    """A text without its white space that still knows where each character stood."""

    def __init__(self, text: str) -> None:
        words = [match.span() for match in _WORD.finditer(text)]
        self.text = "".join([text[start:end] for start, end in words])
        self._starts = [start for start, _ in words]
        self._before = [0, *accumulate(end - start for start, end in words)]

    def origin(self, index: int) -> int:
        """The position in the original text of character ``index`` of ``self.text``."""
        word = bisect_right(self._before, index) - 1
        return self._starts[word] + index - self._before[word]

    def index(self, position: int) -> int:
        """How many characters of ``self.text`` stand before ``position`` of the original."""
        word = bisect_right(self._starts, position) - 1
        if word < 0:
            return 0
        return min(self._before[word] + position - self._starts[word], self._before[word + 1])

    def find(self, needle: str, start: int = 0) -> tuple[int, int] | None:
        """Find ``needle`` (without white space) from index ``start``; a span of the original."""
        at = self.text.find(needle, start) if needle else -1
        return None if at < 0 else (self.origin(at), self.origin(at + len(needle) - 1) + 1)


_PAIRS = {"(": ")", "[": "]", "{": "}", "「": "」", "『": "』", "<": ">", "〈": "〉", "《": "》"}
_PAIRS |= {"“": "”", "‘": "’"}
_BRACKET = re.compile("[" + re.escape("".join([*_PAIRS, *_PAIRS.values()])) + r"]|\n\s*\n")
_ROW = " | "  # between the cells of a table's row
_LONGEST_BRACKET = 300  # an opening sign without its partner must not swallow the text
_STOP = re.compile(r"[.?!。]+[\"'”’)\]」]*|\n")
_AFTERMATH = re.compile(r"[^\S\n]*(?:\[\d[\d,\s]*\]|<[^<>]{1,80}>|\([^()\n]{1,60}\)(?=\s|$))")
_MARK = re.compile(
    r"\s*(?:[①-⑳㉑-㊿]|\d{1,3}\\?[.)](?!\d)|[가-하]\\?[.)]|\(\d{1,3}\)|\([가-하]\)|[-*•○●◦▪■□※◆·#|]"
    r"|제\s?\d+\s?[조장절편관]|부\s?칙|\[?별[표지]|다만|단,)"
)
_ENUMERATED = "가나다라마바사아자차카타파하"
_ABBREVIATION = re.compile(r"[A-Za-z]\.[A-Za-z]\.")  # L.C. 분류체계
_GLUED_END = "다요함음임됨것"  # "한다.제3조": a stop without a blank after it
_WRAPPED_LINE = 28  # shorter lines than this are lines of their own, not wrapped ones


def sentences(text: str) -> list[tuple[int, int]]:
    """Return the spans of the sentences, without the blanks around them.

    A line break ends a sentence, except one in a bracket and one that only wraps a long line
    (no stop before it, no enumeration mark after it), as in text that comes from a PDF. A row of
    a table (``직급: 4급 | 처분: 파면한다. 고발한다.``) is one sentence.
    """
    protected = _with_rows(_bracketed(text), text)
    spans: list[tuple[int, int]] = []
    start = 0
    for stop in _STOP.finditer(text):
        if stop.start() < start or not _ends_sentence(text, stop, start, protected):
            continue
        end = stop.end()
        while not stop.group().startswith("\n") and (after := _AFTERMATH.match(text, end)):
            end = after.end()
        _keep(text, start, end, spans)
        start = end
    _keep(text, start, len(text), spans)
    return spans


def _keep(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> None:
    piece = text[start:end]
    if any(character.isalnum() for character in piece):
        stripped = piece.strip()
        start += piece.index(stripped[0])
        spans.append((start, start + len(stripped)))


def _bracketed(text: str) -> list[tuple[int, int]]:
    """Spans of the outermost closed brackets, none longer than ``_LONGEST_BRACKET``."""
    spans: list[tuple[int, int]] = []
    open_: deque[tuple[str, int]] = deque()
    for match in _BRACKET.finditer(text):
        while open_ and open_[0][1] < match.start() - _LONGEST_BRACKET:
            open_.popleft()  # too far away to be closed, and many of them would cost time
        sign = match.group()
        if sign in _PAIRS:
            open_.append((_PAIRS[sign], match.start()))
        elif sign[0] == "\n":
            open_.clear()
        elif any(closing == sign for closing, _ in reversed(open_)):
            while open_:
                closing, start = open_.pop()
                if closing == sign:
                    break
            if match.end() - start <= _LONGEST_BRACKET:
                while spans and spans[-1][0] >= start:
                    spans.pop()
                spans.append((start, match.end()))
    return spans


def _with_rows(spans: list[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    """The spans, and those of the lines that are rows of tables, in order and apart."""
    if _ROW not in text:
        return spans
    rows: list[tuple[int, int]] = []
    start = 0
    for line in text.split("\n"):
        if _ROW in line:
            rows.append((start, start + len(line)))
        start += len(line) + 1
    starts = [row[0] for row in rows]
    apart = []
    for span in spans:
        index = bisect_right(starts, span[0]) - 1
        inside = index >= 0 and span[0] < rows[index][1]
        if not inside and not (index + 1 < len(rows) and rows[index + 1][0] < span[1]):
            apart.append(span)
    return sorted([*apart, *rows])


def _ends_sentence(
    text: str, stop: re.Match[str], start: int, protected: list[tuple[int, int]]
) -> bool:
    at = stop.start()
    index = bisect_right(protected, (at, len(text)))
    if index and protected[index - 1][0] < at < protected[index - 1][1] - 1:
        return False
    if text[at] == "\n":
        return not _wraps(text, at, start)
    before = text[at - 1] if at else " "
    after = text[stop.end()] if stop.end() < len(text) else " "
    if stop.group()[0] != ".":
        return not before.isspace() or after.isspace()
    if before.isdigit() or before == "\\" or before.isspace():
        return False  # 2024. 3. 1. · 1. · 3.5
    if before in _ENUMERATED and (at < 2 or not ("가" <= text[at - 2] <= "힣")):
        # "가." is a mark; only 자 ("person") also ends sentences, and then not at their start.
        return before == "자" and bool(text[start : at - 1].strip())
    if after.isspace():
        return not _ABBREVIATION.match(text, at - 3)
    return before in _GLUED_END and not after.isdigit() and (after >= "가" or after in "<(①②③[")


def _wraps(text: str, at: int, start: int) -> bool:
    """Whether the line break at ``at`` only wraps a line."""
    line_start = max(text.rfind("\n", 0, at) + 1, start)
    line = text[line_start:at].rstrip()
    following = text[at + 1 : at + 2]
    if len(line) < _WRAPPED_LINE or following in ("", "\n") or line[-1] in ".?!:;|。":
        return False
    row = line.lstrip()[0] in "#|" or " | " in line
    return not row and not _MARK.match(text, at + 1)
