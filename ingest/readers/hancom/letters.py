"""The letters of HWP 3: 16 bits each, Johab syllables and the KS tables laid out its own way."""

from __future__ import annotations

from ingest.readers.hancom.numerals import FORMS, written

_SYMBOLS, _HANJA = 0x3401, 0x4000
_SIGNS = {0x81: "“", 0x82: "”", 0x203B: "※", 0x2F67: "▸", 0x301C: "─", 0x303D: "─", 0x3366: "□"}
_SERIES = (  # first code, form, how many
    (0x2C21, "CIRCLEDLATINSMALL", 26),
    (0x2C40, "CIRCLEDHANGULJAMO", 14),
    (0x2C50, "CIRCLEDHANGULSYLLABLE", 14),
    (0x2E01, "CIRCLEDDIGIT", 20),
)
UNKNOWN = "\ufffd"


def letter(code: int) -> str:
    """One code as text; ``UNKNOWN`` where it stands for a sign of Hangul's own."""
    if code < 0x80:
        return chr(code)
    if code >= 0x8000:
        return _decoded(code >> 8, code & 0xFF, "johab")
    if code in _SIGNS:
        return _SIGNS[code]
    for first, form, count in _SERIES:
        if first <= code < first + count:
            return written(code - first + 1, form)
    if code >= _HANJA:
        row, cell = divmod(code - _HANJA, 94)
        return _decoded(0xCA + row, 0xA1 + cell, "euc-kr")
    if code >= _SYMBOLS:
        row, cell = divmod(code - _SYMBOLS, 96)
        return _decoded(0xA1 + row, 0xA1 + cell, "euc-kr")
    return UNKNOWN


def _decoded(first: int, second: int, encoding: str) -> str:
    if first > 0xFF or second > 0xFE:
        return UNKNOWN
    text = bytes((first, second)).decode(encoding, "replace")
    return text if len(text) == 1 else UNKNOWN


# Outline numbers: how each of the seven levels is written, by the style's code.
_ROMAN, _SMALL_ROMAN, _LETTER, _SMALL_LETTER = FORMS[2:6]
_SYLLABLE, _JAMO = FORMS[8], FORMS[10]
_STYLES = {
    3: (
        *(("{}.", _ROMAN), ("{}.", _SYLLABLE), ("{}.", "DIGIT"), ("{})", _SYLLABLE)),
        *(("({})", "DIGIT"), ("({})", _SYLLABLE), ("{})", _SMALL_ROMAN)),
    ),
    4: (
        *(("{}.", _ROMAN), ("{}.", _LETTER), ("{}.", "DIGIT"), ("{})", _SMALL_LETTER)),
        *(("({})", "DIGIT"), ("({})", _SMALL_LETTER), ("{})", _SMALL_ROMAN)),
    ),
    5: (
        *(("{}.", "DIGIT"), ("{}.", _SYLLABLE), ("({})", "DIGIT"), ("({})", _SYLLABLE)),
        *(("{})", "DIGIT"), ("{})", _SYLLABLE), ("{}.", _SMALL_LETTER)),
    ),
}
_USER_FORMS = (
    *("DIGIT", _ROMAN, _SMALL_ROMAN, _LETTER, _SMALL_LETTER, _SYLLABLE, _JAMO, "IDEOGRAPH"),
    *("CIRCLEDDIGIT", "CIRCLEDLATINSMALL", "CIRCLEDHANGULSYLLABLE", "CIRCLEDHANGULJAMO"),
)
_PATH, _PATH_OPEN, _USER = 1, 2, 0


def outline(style: int, level: int, numbers: list[int], users: list[int], signs: list[int]) -> str:
    """The number that HWP 3 puts before a heading; empty for bullets. ``signs``: two a level."""
    count = max(1, numbers[level])
    path = ".".join(str(max(1, number)) for number in numbers[: level + 1])
    if style == _PATH:
        return path + "."
    if style == _PATH_OPEN:
        return path if level else path + "."
    if style in _STYLES:
        pattern, form = _STYLES[style][level]
        return pattern.format(written(count, form))
    if style != _USER:
        return ""
    before, after = (letter(sign) if sign else "" for sign in signs[2 * level : 2 * level + 2])
    user = users[level]
    if user < len(_USER_FORMS):
        return before + written(count, _USER_FORMS[user]) + after
    return before + (path if user == len(_USER_FORMS) else letter(user)) + after
