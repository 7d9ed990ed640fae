"""Facts of an institution's own: project codes, form numbers, by regular expression."""

from __future__ import annotations

import re
from collections.abc import Iterable

import regex

from onprem_rag.errors import ConfigError
from onprem_rag.korean.kind import Kind
from onprem_rag.korean.text import fold
from onprem_rag.records import Fact

_BLANKS = re.compile(r"\s+")
_SIGN = re.compile(r"\\?(.)", re.DOTALL)  # of a regular expression, with its escape
_TIMEOUT_S = 1.0  # for one text; an expression such as (a|a)+$ would never end


class Patterned(Kind):
    """What one regular expression of the configuration finds: KR-2024-001, 서식 제12호."""

    def __init__(self, name: str, pattern: str) -> None:
        """``name`` becomes ``Fact.kind``. Raises re.error for what is no regular expression."""
        self.names = (name,)
        # Texts are folded before they are searched, so the signs of the expression are too.
        try:
            self._pattern = regex.compile(_SIGN.sub(_folded, pattern))
        except regex.error as error:
            raise re.error(str(error)) from error

    def find(self, text: str) -> Iterable[Fact]:
        """The matches in ``text``; how they are spaced, and their case, is no part of the value.

        Raises ConfigError where the expression takes too long.
        """
        (name,) = self.names
        try:
            return [
                Fact(name, text[match.start() : match.end()], _value(match[0]), *match.span())
                for match in self._pattern.finditer(fold(text), timeout=_TIMEOUT_S)
                if match[0].strip()
            ]
        except TimeoutError as error:
            raise ConfigError(
                f"설정 [verify.patterns]의 정규식 '{name}'이 "
                f"{_TIMEOUT_S:g}초 안에 끝나지 않습니다.\n"
                "→ (a|a)+처럼 되풀이가 겹치는 곳을 없애세요."
            ) from error


def _folded(sign: re.Match[str]) -> str:
    return sign[0] if fold(sign[1]) == sign[1] else re.escape(fold(sign[1]))


def _value(match: str) -> str:
    return _BLANKS.sub("", match).upper()
