"""Signs that Hangul's own fonts and Wingdings keep in the private use areas, in Unicode."""

from __future__ import annotations

import re

from ingest.readers.hancom.numerals import written

_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U000fffff]")
_SIGNS = {
    0xF53A: "ᄒᆞᆫ",
    0xF85E: "·",
    # Wingdings, as symbol fonts are encoded (0xF000 and the code)
    0xF06C: "●",
    0xF06D: "○",
    0xF06E: "■",
    0xF06F: "□",
    0xF071: "❑",
    0xF075: "◆",
    0xF076: "❖",
    0xF09E: "·",
    0xF09F: "•",
    0xF0A1: "○",
    0xF0A7: "▪",
    0xF0A8: "□",
    0xF0B7: "•",
    0xF0D8: "➢",
    0xF0E0: "→",
    0xF0E8: "➔",
    0xF0F0: "⇨",
    0xF0FC: "✓",
    0xF0FE: "☑",
    # Hancom
    0xF080F: "─",
    0xF081C: "─",
    0xF0827: "─",
    0xF0832: "─",
    0xF0852: "“",
    0xF0853: "”",
}
# Digits in a circle or a box; those of two digits are made of two halves.
_DIGITS = {
    **{0xF0289 + at: str(at + 1) for at in range(9)},
    **{0xF0292 + at: str(at) for at in range(10)},
    **{0xF02B1 + at: str(at + 1) for at in range(9)},
    **{0xF02BA + at: str(at + 1) for at in range(9)},
    **{0xF02C3 + at: str(at) for at in range(10)},
}
_CIRCLED_HALVES = range(0xF0289, 0xF029C)


def readable(text: str) -> str:
    """``text`` with the known private signs as common ones; unknown ones stay."""
    return _PRIVATE.sub(_sign, text)


def _sign(match: re.Match[str]) -> str:
    code = ord(match[0])
    return _SIGNS.get(code) or _DIGITS.get(code) or match[0]


def overlapped(text: str, circled: bool) -> str:
    """Signs written over each other (글자 겹침): a number in a circle becomes one sign."""
    circled = circled or (bool(text) and all(ord(sign) in _CIRCLED_HALVES for sign in text))
    text = readable(text)
    if circled and text.isascii() and text.isdigit() and len(text) <= 4:
        return written(int(text), "CIRCLEDDIGIT")
    return text
