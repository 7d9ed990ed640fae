"""Questions with the slips of a hurried typist: final consonants lost and gained."""

from __future__ import annotations

import random

SHARE = 0.12  # of the syllables
_SEED = "typos"
_FIRST, _LAST = ord("가"), ord("힣")
_FINALS = 28  # of a syllable block, none among them
_COMMON = (1, 4, 8, 16, 17, 19, 21)  # ㄱ ㄴ ㄹ ㅁ ㅂ ㅅ ㅇ, in the block's numbering


def with_typos(text: str, share: float = SHARE) -> str:
    """``text`` where each syllable loses its final consonant, or gains one, by chance.

    The same text gets the same slips, whatever was asked before it.
    """
    chance = random.Random(f"{_SEED}:{text}")
    return "".join(_slip(sign, chance) if chance.random() < share else sign for sign in text)


def _slip(sign: str, chance: random.Random) -> str:
    code = ord(sign)
    if not _FIRST <= code <= _LAST:
        return sign
    final = (code - _FIRST) % _FINALS
    return chr(code - final) if final else chr(code + chance.choice(_COMMON))
