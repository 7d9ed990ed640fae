"""The language guard: Korean and Latin letters, and others only where the sources have them."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_AT_HOME = ("HANGUL", "LATIN", "GREEK", "FULLWIDTH", "HALFWIDTH")


@lru_cache(maxsize=8192)
def is_foreign(character: str) -> bool:
    """Whether an answer has no use for it: Hanja, kana, Cyrillic …, and what can't be seen.

    Invisible characters and loose Hangul letters could part a number from its unit for the
    reader of facts, and not for the user.
    """
    category = unicodedata.category(character)
    if category[0] == "C":
        return character not in "\n\t\r"
    if category[0] == "M":  # they change the sign before them
        return True
    if character == "\ufffd" or "\u1100" <= character <= "\u11ff":
        return True
    if category[0] != "L":
        return False
    name = unicodedata.name(character, "")
    if name.startswith(("HALFWIDTH KATAKANA", "HANGUL FILLER", "HALFWIDTH HANGUL FILLER")):
        return True
    return not name.startswith(_AT_HOME)


class Script:
    """Which characters a draft may be written in."""

    def __init__(self, sources: str) -> None:
        visible = {c for c in set(sources) if unicodedata.category(c)[0] == "L"}
        self.letters = frozenset(c for c in visible if not "\u1100" <= c <= "\u11ff")

    def allows(self, piece: str) -> bool:
        """Whether all characters of ``piece`` are at home here or in the sources."""
        return not any(is_foreign(c) and c not in self.letters for c in piece)
