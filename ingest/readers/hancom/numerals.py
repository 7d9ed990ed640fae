"""The forms in which Hangul writes a generated number: 1, ①, 가, II, 十."""

from __future__ import annotations

from collections.abc import Sequence

# In the order of their codes in HWP 5.
FORMS = (
    "DIGIT",
    "CIRCLEDDIGIT",
    "ROMANCAPITAL",
    "ROMANSMALL",
    "LATINCAPITAL",
    "LATINSMALL",
    "CIRCLEDLATINCAPITAL",
    "CIRCLEDLATINSMALL",
    "HANGULSYLLABLE",
    "CIRCLEDHANGULSYLLABLE",
    "HANGULJAMO",
    "CIRCLEDHANGULJAMO",
    "HANGULPHONETIC",
    "IDEOGRAPH",
    "CIRCLEDIDEOGRAPH",
    "DECAGONCIRCLE",
    "DECAGONCIRCLEHANJA",
)
_INITIALS = "가나다라마바사아자차카타파하"
_VOWELS = (0, 4, 8, 13, 18, 20)  # 가, 거, 고, 구, 그, 기: how 목 run on after 하
_SYLLABLES = [chr(ord(first) + 28 * vowel) for vowel in _VOWELS for first in _INITIALS]
_CIRCLED = [chr(code) for code in (*range(0x2460, 0x2474), *range(0x3251, 0x3260))]
_CIRCLED += [chr(code) for code in range(0x32B1, 0x32C0)]
_SERIES: dict[str, Sequence[str]] = {
    "CIRCLEDDIGIT": _CIRCLED,  # 1 to 50
    "LATINCAPITAL": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "LATINSMALL": "abcdefghijklmnopqrstuvwxyz",
    "CIRCLEDLATINCAPITAL": [chr(0x24B6 + at) for at in range(26)],
    "CIRCLEDLATINSMALL": [chr(0x24D0 + at) for at in range(26)],
    "HANGULSYLLABLE": _SYLLABLES,
    "CIRCLEDHANGULSYLLABLE": [chr(0x326E + at) for at in range(14)],
    "HANGULJAMO": "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ",
    "CIRCLEDHANGULJAMO": [chr(0x3260 + at) for at in range(14)],
    "CIRCLEDIDEOGRAPH": [chr(0x3280 + at) for at in range(10)],
    "DECAGONCIRCLE": "갑을병정무기경신임계",
    "DECAGONCIRCLEHANJA": "甲乙丙丁戊己庚辛壬癸",
}
_ROMAN = (
    (1000, "M"),
    (900, "CM"),
    (500, "D"),
    (400, "CD"),
    (100, "C"),
    (90, "XC"),
    (50, "L"),
    (40, "XL"),
    (10, "X"),
    (9, "IX"),
    (5, "V"),
    (4, "IV"),
    (1, "I"),
)
_COUNTED = {
    "HANGULPHONETIC": ("일이삼사오육칠팔구", "십백천"),
    "IDEOGRAPH": ("一二三四五六七八九", "十百千"),
}


def form_of(name: str) -> str:
    """The form under one spelling: HANGUL_SYLLABLE and HangulSyllable are the same."""
    return name.replace("_", "").upper()


def written(number: int, form: str) -> str:
    """``number`` in a form of FORMS; as digits where the form ends before it."""
    series = _SERIES.get(form, ())
    if 1 <= number <= len(series):
        return series[number - 1]
    if form == "CIRCLEDDIGIT":
        return f"({number})"
    if form in _COUNTED and 1 <= number <= 9999:
        return _counted(number, *_COUNTED[form])
    if form in ("ROMANCAPITAL", "ROMANSMALL") and 1 <= number <= 3999:
        roman = _roman(number)
        return roman if form == "ROMANCAPITAL" else roman.lower()
    return str(number)


def _roman(number: int) -> str:
    text = ""
    for value, letters in _ROMAN:
        text += letters * (number // value)
        number %= value
    return text


def _counted(number: int, digits: str, tens: str) -> str:
    """십일, 二十: a digit 1 before 십, 백, 천 isn't said."""
    text = ""
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit:
            text += digits[digit - 1] if digit > 1 or not place else ""
            text += tens[place - 1] if place else ""
    return text
