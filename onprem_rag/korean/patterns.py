"""Facts of an institution's own: project codes, form numbers, by regular expression."""

from __future__ import annotations

import re
from collections.abc import Iterable

from onprem_rag.korean.kind import Kind
from onprem_rag.korean.text import fold
from onprem_rag.records import Fact

_BLANKS = re.compile(r"\s+")
_SIGN = re.compile(r"\\?(.)", re.DOTALL)  # of a regular expression, with its escape


class Patterned(Kind):
    """What one regular expression of the configuration finds: KR-2024-001, 서식 제12호."""

    def __init__(self, name: str, regex: str) -> None:
        """``name`` becomes ``Fact.kind``. Raises re.error for what is no regular expression."""
        self.names = (name,)
        # Texts are folded before they are searched, so the signs of the expression are too.
        self._pattern = re.compile(_SIGN.sub(_folded, regex))

    def find(self, text: str) -> Iterable[Fact]:
        """The matches in ``text``; how they are spaced, and their case, is no part of the value."""
        (name,) = self.names
        return [
            Fact(name, text[match.start() : match.end()], _value(match[0]), *match.span())
            for match in self._pattern.finditer(fold(text))
            if match[0].strip()
        ]


def _folded(sign: re.Match[str]) -> str:
    return sign[0] if fold(sign[1]) == sign[1] else re.escape(fold(sign[1]))


def _value(match: str) -> str:
    return _BLANKS.sub("", match).upper()
