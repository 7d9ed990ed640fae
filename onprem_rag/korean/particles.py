"""Particles that follow the sound before them: 원장은 → 이사는, 7일을 → 3회를."""

from __future__ import annotations

import re

from onprem_rag.korean.text import fold

# (after a final consonant, after a vowel)
_PAIRS = (
    ("은", "는"),
    ("이", "가"),
    ("을", "를"),
    ("과", "와"),
    ("이나", "나"),
    ("이라", "라"),
    ("이란", "란"),
    ("이라고", "라고"),
    ("이어야", "여야"),
    ("으로", "로"),
    ("으로서", "로서"),
    ("으로써", "로써"),
    ("으로부터", "로부터"),
)
_OTHER_FORM = {one: pair for pair in _PAIRS for one in pair}
_PARTICLE = re.compile(
    "(?:" + "|".join(sorted(_OTHER_FORM, key=len, reverse=True)) + ")(?=[은는도만의]?(?![가-힣]))"
)
_CLOSING = " \t\"'”’」』)]}>"
_FINAL_DIGITS = "013678"  # 영, 일, 삼, 육, 칠, 팔
_FINAL_SIGNS = "lmnrLMNRgG"  # 엘, 엠, 엔, 아르; g is 그램
_RIEUL = {"1", "7", "8", "l", "L"}  # read with ㄹ at their end: 로, not 으로
_RIEUL_FINAL = 8  # the place of ㄹ among the 28 finals of a syllable


def ends_in_consonant(text: str) -> bool | None:
    """Whether ``text`` is read with a consonant at its end; ``None`` where that isn't known."""
    last = fold(text).rstrip(_CLOSING)[-1:]
    if "가" <= last <= "힣":
        return (ord(last) - 0xAC00) % 28 > 0
    if last.isascii() and last.isalnum():
        return last in _FINAL_DIGITS or last in _FINAL_SIGNS
    return False if last and last in "%㎡㎞㎥℃℉$₩" else None  # 퍼센트, 제곱미터 …


def particle_after(old: str, new: str, following: str) -> tuple[int, str]:
    """How ``following`` must begin where ``new`` takes the place of ``old`` before it.

    Returns the length of the particle that gives way, and what stands in its place; ``(0, "")``
    where all may stay.
    """
    found = _PARTICLE.match(following)
    was, now = ends_in_consonant(old), ends_in_consonant(new)
    if found is None or was is None or now is None:
        return 0, ""
    particle = found[0]
    closed, open_ = _OTHER_FORM[particle]
    if closed.startswith("으로"):
        was, now = was and not _ends_in_rieul(old), now and not _ends_in_rieul(new)
    if particle != (closed if was else open_):
        return 0, ""  # no particle of ``old``: 7일이상, 운영이사
    wanted = closed if now else open_
    return (0, "") if wanted == particle else (len(particle), wanted)


def _ends_in_rieul(text: str) -> bool:
    last = fold(text).rstrip(_CLOSING)[-1:]
    if "가" <= last <= "힣":
        return (ord(last) - 0xAC00) % 28 == _RIEUL_FINAL
    return last in _RIEUL
