"""Figures that belong to no reference and no quantity, and those that only number something."""

from __future__ import annotations

import re
from collections.abc import Iterator

_BARE = re.compile(
    r"(?:제\s{0,2})?(?:[A-Za-z]{1,8}-?)?(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:[./:-]\d+)*)"
    r"(?:(?:(?!만큼|천천히)[십백천만억]\d{0,9}){1,9}|-?[A-Za-z]{1,4})?"  # 30만 is not 30
)
_LISTED = r"(?:\d{1,2}[.-]){0,3}\d{1,3}(?:의\d{1,2})?"
_MARKS = re.compile(
    r"\[\d{1,3}(?:\s*[,~-]\s*\d{1,3})*\]"
    rf"|^[ \t]*(?:[-*•○●◦▪■□※#>|]+[ \t]*)?\(?{_LISTED}(?:\\?\.|\))(?=[ \t]*[^\s\d.,])"
    r"|^[ \t]*-[ \t]?\d{1,4}[ \t]?-[ \t]*$",
    re.MULTILINE,
)
_COUNTED = re.compile(r"(?<![^\s:;,·])\(?(\d{1,2})(?:\\?\.|\))(?=\s{0,3}[가-힣A-Za-z「『\"'(\[])")


def bare(masked: str) -> Iterator[tuple[int, int, str]]:
    """Yield the spans and values of the figures that are left in ``masked``.

    Marks are none: "1." and "(1)" at the start of a line or counting up within it, "[1]", "- 1 -".
    """
    found = list(_BARE.finditer(masked))
    if not found:
        return
    marked: set[int] = set()
    for mark in _MARKS.finditer(masked):
        marked.update(range(*mark.span()))
    last = 0
    for mark in _COUNTED.finditer(masked):
        if int(mark[1]) in (1, last + 1) or mark.start(1) in marked:
            last = int(mark[1])
            marked.update(range(*mark.span()))
    for match in found:
        if match.start() not in marked and match.end() - 1 not in marked:
            yield match.start(), match.end(), "".join(match[0].split()).replace(",", "").upper()
