"""Paragraphs of a PDF as the author wrote them: a wrapped line goes on, others start anew."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ingest.readers.pdf.spacing import counts_of, glued
from ingest.readers.pdf.text import Line

# A line that starts something of its own is never the continuation of the line before.
_OWN_LINE = re.compile(
    r"제\s*\d+\s*[편장절관](?:\s|$)|제\s*\d+\s*조(?:\s*의\s*\d+)?\s*(?:[(（\[]|삭\s*제|$)|부\s*칙(?:\s|$|[<(\[])"
    r"|[①-⑳㉑-㉟]|\d{1,2}\s*[.)]\s*[^\d\s]|\d{1,2}의\d{1,2}\s*[.)]\s|\(\d{1,2}\)\s"
    r"|[※*ㅇｏ○●◎□■▪▶◆◇•ㆍ·☐-]\s|[※○●◎□■▪▶◆◇•☐]|(?:제정|개정|일부개정|전부개정)\s"
    r"|[\[<〔【〈＜]\s*(?:별\s*표|별\s*지|서식)[^\]>〕】〉＞]*[\]>〕】〉＞](?=\s|$|[<(])|[<\[(]\s*\S*(?:개정|신설)\s*\d"
)
_ITEM = re.compile(r"([가나다라마바사아자차카타파하])\s*[.)](?:\s|$)")
_ITEMS = "가나다라마바사아자차카타파하"
_NUMBER = re.compile(r"(\d{1,2})\s*[.)]\s")
# 제5조(정의)에 따라, 제3장 및 …: a place that a sentence names.
_PARTICLE = r"(?:[에의을를와과로은는이가]\s|에서|에게|부터|까지|[,ㆍ·])"
_REFERENCE = re.compile(
    r"제\s*\d+\s*[편장절관조](?:\s*의\s*\d+)?"
    rf"(?:[(（][^()（）]{{0,60}}[)）]{_PARTICLE}|\s*제\s*\d+\s*[항호조]|\s(?:및|또는|내지)\s|{_PARTICLE})"
)
_SENTENCE_END = re.compile(r"[.:;?!>\]〕】]$")
_DATE = re.compile(r"(?:19|20)\d\d\s*\.\s*(?:\d{1,2}\s*\.)?$")
_DATE_GOES_ON = re.compile(r"\d{1,2}\s*\.")
_WIDE = 0.5  # of the page's lines: what is shorter and stands at the right is no wrapped line
_NEAR = 2.0  # heights of a letter short of the margin at which a line is still full


def paragraphs(pages: Sequence[Sequence[Line | None]]) -> list[list[str]]:
    """What parts each line from the one before it: a line break, a blank or nothing.

    None, for a table, parts the lines on its two sides.
    """
    margins = _margins(pages)
    breaks: list[tuple[Line, Line]] = []
    places: list[tuple[int, int]] = []
    before: Line | None = None
    margin, item, count = (0.0, 0.0), "", 0
    for number, lines in enumerate(pages):
        for at, line in enumerate(lines):
            if line and before and _goes_on(before, line, margin, item, count):
                places.append((number, at))
                breaks.append((before, line))
            elif line and (found := _ITEM.match(line.text)):
                item = found[1]
            elif line and (found := _NUMBER.match(line.text)):
                count = int(found[1])
            before, margin = line, margins[number]
    gaps = [["\n"] * len(lines) for lines in pages]
    if not breaks:
        return gaps
    counts = counts_of([line for lines in pages for line in lines if line])
    for (number, at), inside in zip(places, glued(breaks, counts), strict=True):
        gaps[number][at] = "" if inside else " "
    return gaps


def _margins(pages: Sequence[Sequence[Line | None]]) -> list[tuple[float, float]]:
    """Each page's right margin (the whole file's, where the page's own lies beyond) and width."""
    own = [max((line.right for line in lines if line), default=0.0) for lines in pages]
    left = [min((line.left for line in lines if line), default=0.0) for lines in pages]
    common = Counter(round(right / 4) for right in own if right).most_common(1)
    usual = 4.0 * common[0][0] if common else 0.0
    rights = [min(right, usual) if right >= 0.8 * usual else usual for right in own]
    return [(right, right - start) for right, start in zip(rights, left, strict=True)]


def _goes_on(before: Line, line: Line, margin: tuple[float, float], item: str, count: int) -> bool:
    """Whether ``line`` is the rest of a sentence that ``before`` wrapped."""
    if _in_mark(before.text) or (_DATE.search(before.text) and _DATE_GOES_ON.match(line.text)):
        return True
    short = before.right - before.left < _WIDE * margin[1]
    if short or before.right < margin[0] - _NEAR * before.size or _SENTENCE_END.search(before.text):
        return False
    if found := _ITEM.match(line.text):  # 가능하|다. is the end of a sentence, 나. … 다. is an item
        return bool(found[1] != "가" and _ITEMS.index(found[1]) != _ITEMS.find(item) + 1)
    if (found := _NUMBER.match(line.text)) and int(found[1]) == count + 1:  # 3. 3순위
        return False
    return not _OWN_LINE.match(line.text) or bool(_REFERENCE.match(line.text))


def _in_mark(text: str) -> bool:
    """Whether ``text`` ends inside an amendment mark: ``<개정 2018. 12.``."""
    return text.rfind("<") > text.rfind(">")
