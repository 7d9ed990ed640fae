"""Korean numbers: 3천만, 1억2천만, 삼천만, 열두. Patterns and their values."""

from __future__ import annotations

import re
from decimal import Decimal

DIGITS = {c: n for n, c in enumerate("영일이삼사오육칠팔구")} | {"공": 0, "륙": 6}
TENS = {"십": 10, "백": 100, "천": 1000}
MYRIADS = {"만": 10**4, "억": 10**8, "조": 10**12}
_ONES = {"한": 1, "하나": 1, "두": 2, "둘": 2, "세": 3, "석": 3, "셋": 3, "네": 4, "넉": 4, "넷": 4}
_ONES |= {"다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9}
_NATIVE_TENS = {"열": 10, "스무": 20, "스물": 20, "서른": 30, "마흔": 40, "쉰": 50, "예순": 60}
_NATIVE_TENS |= {"일흔": 70, "여든": 80, "아흔": 90}
NATIVE = dict(_ONES) | {
    ten + one: tens + unit
    for ten, tens in _NATIVE_TENS.items()
    for one, unit in ({"": 0} | _ONES).items()
}

# Patterns without groups. FIGURE: 3,000 or 1.5. MIXED: 3천만, 1억 2천. SINO: 삼천만.
# Bounded, because a row of such characters would otherwise cost its length squared.
FIGURE = r"(?:\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?)"
_MORE = rf"\s?(?:{FIGURE}|(?!이[상하내전후외])[일이삼사오육칠팔구십백천만억])"  # 3억 이내
MIXED = rf"{FIGURE}(?:\s?[십백천만억조](?:{_MORE}){{0,12}})?"
SINO = r"[일이삼사오육륙칠팔구십백천만억]{1,16}"
_ONE = "(?:" + "|".join(sorted(_ONES, key=len, reverse=True)) + ")"
NATIVE_WORD = rf"(?:(?:{'|'.join(sorted(_NATIVE_TENS, reverse=True))}){_ONE}?|{_ONE})"
_TOKEN = re.compile(rf"\s*({FIGURE}|[가-힣])")


def number(text: str) -> Decimal | None:
    """Return the value of a Korean number, or ``None`` where ``text`` is not one."""
    if text in NATIVE:
        return Decimal(NATIVE[text])
    total, section, unread = Decimal(0), Decimal(0), None
    smallest_myriad, smallest_ten, position = 10**16, 10**4, 0
    while match := _TOKEN.match(text, position):
        token, position = match.group(1), match.end()
        if token in MYRIADS:
            if MYRIADS[token] >= smallest_myriad:
                return None
            section += unread or 0
            total += (section or 1) * MYRIADS[token]
            smallest_myriad, smallest_ten, section, unread = MYRIADS[token], 10**4, Decimal(0), None
        elif token in TENS:
            if TENS[token] >= smallest_ten:
                return None
            section += (Decimal(1) if unread is None else unread) * TENS[token]
            smallest_ten, unread = TENS[token], None
        elif unread is not None:
            return None
        elif token in DIGITS:
            unread = Decimal(DIGITS[token])
        elif token[0].isdigit():
            unread = Decimal(token.replace(",", ""))
        else:
            return None
    return total + section + (unread or 0) if text and position == len(text) else None


def plain(value: Decimal) -> str:
    """Write ``value`` without an exponent or trailing zeros: 1.50 → "1.5", 3E+2 → "300"."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
