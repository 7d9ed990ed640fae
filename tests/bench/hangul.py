"""Korean syllables, numerals and particles for the checker's cases.

Written apart from the product's ``korean/``: a benchmark must not share the errors of what it
measures.
"""

from __future__ import annotations

import re

NIEUN, RIEUL, MIEUM, BIEUP = 4, 8, 16, 17  # final consonants, as Unicode counts them
_FIRST, _LAST, _FINALS = 0xAC00, 0xD7A3, 28
_DIGITS = "영일이삼사오육칠팔구"
_READ = dict(zip("0123456789", "십" + _DIGITS[1:], strict=True))  # 10 ends in 십, 100 in 백
_ONES = ("", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉")
_TENS = ("", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔")
_PAIRS = ("은는", "이가", "을를", "과와")
_PARTICLE = re.compile(r"(은|는|이|가|을|를|과|와)(?=[\s,.)]|$)|(으로|로)(?=[\s,.)]|써|서|부터|$)")


def final(syllable: str) -> int:
    """The final consonant of a syllable; 0 for none, also for what is no syllable."""
    code = ord(syllable)
    return (code - _FIRST) % _FINALS if _FIRST <= code <= _LAST else 0


def with_final(syllable: str, consonant: int) -> str:
    """The syllable with another final consonant, or with none."""
    return chr(ord(syllable) - final(syllable) + consonant)


def joined(before: str, after: str) -> str:
    """``before`` and what follows it, whose particle is made to fit."""
    particle = _PARTICLE.match(after)
    letters = re.findall(r"[가-힣0-9]", before)
    if not particle or not letters:
        return before + after
    closed = final(_READ.get(letters[-1], letters[-1]))
    if particle.group(2):
        fitting = "로" if closed in (0, RIEUL) else "으로"
    else:
        pair = next(pair for pair in _PAIRS if particle.group(1) in pair)
        fitting = pair[0] if closed else pair[1]
    return before + fitting + after[particle.end() :]


def chinese(number: int) -> str:
    """30000000 as 삼천만, 15 as 십오; below 10^16."""
    groups = []
    for power, name in ((10**12, "조"), (10**8, "억"), (10**4, "만"), (1, "")):
        group, number = divmod(number, power)
        if group:
            said = "" if group == 1 and name == "만" else _thousands(group)
            groups.append(said + name)
    return "".join(groups) or "영"


def _thousands(number: int) -> str:
    said = ""
    for power, name in ((1000, "천"), (100, "백"), (10, "십"), (1, "")):
        digit, number = divmod(number, power)
        if digit:
            said += ("" if digit == 1 and name else _DIGITS[digit]) + name
    return said


def native(number: int) -> str | None:
    """5 as 다섯, 20 as 스무; below 100."""
    if not 0 < number < 100:
        return None
    return "스무" if number == 20 else _TENS[number // 10] + _ONES[number % 10]


_SMALL = {"십": 10, "백": 100, "천": 1000}
_LARGE = {"만": 10**4, "억": 10**8, "조": 10**12}
NATIVE = {said: number for number in range(1, 100) if (said := native(number))}


def number_of(text: str) -> float | None:
    """3천만, 1억 5천만, 삼천만, 30,000 or 1.5 as a number."""
    total = section = 0.0
    digits = ""
    for character in text.replace(",", "").replace(" ", ""):
        if character.isdigit() or character == ".":
            digits += character
        elif character in _DIGITS:
            digits += str(_DIGITS.index(character))
        elif character in _SMALL:
            section += float(digits or 1) * _SMALL[character]
            digits = ""
        elif character in _LARGE:
            total += (section + float(digits or 0) or 1) * _LARGE[character]
            section, digits = 0.0, ""
        else:
            return None
    try:
        return total + section + float(digits or 0)
    except ValueError:
        return None
