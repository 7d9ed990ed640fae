"""The enumeration inside an article or annex: 항 (①), 호 (1.) and 목 (가.), each in its order."""

from __future__ import annotations

import re
from operator import attrgetter
from typing import NamedTuple

CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳㉑㉒㉓㉔㉕㉖㉗㉘㉙㉚㉛㉜㉝㉞㉟㊱㊲㊳㊴㊵㊶㊷㊸㊹㊺㊻㊼㊽㊾㊿"
LETTERS = "가나다라마바사아자차카타파하거너더러머버서어저처커터퍼허"
# Look-alikes that typists take: ➀ ❶, and ⓛ for ①.
_NUMBERS = {
    sign: at + 1
    for signs in (CIRCLED, "➀➁➂➃➄➅➆➇➈➉", "❶❷❸❹❺❻❼❽❾❿", "ⓛ")
    for at, sign in enumerate(signs)
}
_CIRCLED = re.compile(f"[{''.join(_NUMBERS)}]")
# Begins with a line break, which is searched for fast.
_SIGN = re.compile(
    r"\n[^\S\n]*(?:(?P<number>\d{1,3})(?:[^\S\n]?의[^\S\n]?(?P<branch>\d{1,2}))?[^\S\n]?\.(?!\d)"
    rf"|(?P<letter>[{LETTERS}])\.)"
)
_AFTER_NUMBER = re.compile(rf"[^\S\n]*(?P<letter>[{LETTERS}])\.")
_SENTENCE_END = re.compile(r"(?:[가-힣][가-힣)」]\.|삭제|[>\]〉＞])$")
_REFERS = re.compile(r"(?:에\s|에서|의\s|을\s|를\s|및\s|부터|까지|내지)")
_start = attrgetter("start")
_BEFORE = 40  # characters before a sign that are looked at
_MOST_SKIPPED = 3  # numbers of a 항 or 호 that were lost or taken out together


class Item(NamedTuple):  # a book has 30,000: made five times as fast as a dataclass
    """One sign of the enumeration. ``level`` is 항, 호 or 목; ``start`` that of the sign."""

    level: str
    number: int
    branch: int  # 2 for 3의2.; 0 for most
    label: str  # "①", "3의2", "가"
    start: int


def items_of(text: str, start: int, end: int, heading_end: int) -> list[Item]:
    """The items in ``text[start:end]``; the heading of their article ends at ``heading_end``.

    A sign counts where its number follows on: wrapped lines begin with dates and quotations too.
    """
    found: list[Item] = []
    paragraph = 0
    number = (0, 0)
    letter = 0
    for item in _candidates(text, start, end, heading_end):
        if item.level == "항":
            if not 0 < item.number - paragraph <= (_MOST_SKIPPED if paragraph else 1):
                continue
            paragraph, number, letter = item.number, (0, 0), 0
        elif item.level == "호":
            if not _follows((item.number, item.branch), number):
                continue
            number, letter = (item.number, item.branch), 0
        else:
            if item.number != letter + 1:
                continue
            letter = item.number
        found.append(item)
    return found


def _follows(number: tuple[int, int], last: tuple[int, int]) -> bool:
    """1 → 2, 1 → 1의2, 1의2 → 1의3, 1의3 → 2; a few may be missing after the first."""
    if number[0] == last[0]:
        return bool(last[0]) and number[1] == max(last[1] + 1, 2)
    return 0 < number[0] - last[0] <= (_MOST_SKIPPED if last[0] else 1) and not number[1]


def _candidates(text: str, start: int, end: int, heading_end: int) -> list[Item]:
    """All signs in their order, whether or not their numbers follow on."""
    found = [
        Item("항", _NUMBERS[sign[0]], 0, CIRCLED[_NUMBERS[sign[0]] - 1], sign.start())
        for sign in _CIRCLED.finditer(text, start, end)
        if _begins(text, sign.start(), start, heading_end)
    ]
    for sign in _SIGN.finditer(text, max(start - 1, 0), end):
        if sign["number"]:
            number, branch = int(sign["number"]), int(sign["branch"] or 0)
            label = f"{number}의{branch}" if branch else str(number)
            found.append(Item("호", number, branch, label, sign.start("number")))
            if letter := _AFTER_NUMBER.match(text, sign.end(), end):
                found.append(_letter(letter))
        else:
            found.append(_letter(sign))
    return sorted(found, key=_start)


def _letter(sign: re.Match[str]) -> Item:
    letter = sign["letter"]
    return Item("목", LETTERS.index(letter) + 1, 0, letter, sign.start("letter"))


def _begins(text: str, at: int, start: int, heading_end: int) -> bool:
    """Whether ① begins a 항: on a line of its own, after the heading, or after a sentence's end."""
    if _REFERS.match(text, at + 1):
        return False
    before = text[max(start, at - _BEFORE) : at].rstrip(" \t\u3000\xa0")
    end = max(start, at - _BEFORE) + len(before)
    if not before or before[-1] == "\n" or end <= heading_end:
        return True
    return bool(_SENTENCE_END.search(before))
