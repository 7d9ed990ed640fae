"""The marks of an article's parts: ① for 항, 1. for 호, 가. for 목."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from onprem_rag.korean.references import CIRCLED

_MARK = re.compile(
    rf"(?:(?<![가-힣(])|(?<=다))(?P<paragraph>[{CIRCLED}])(?!\s?(?:부터|내지|까지|항|및|·|ㆍ|,))"
    r"|(?:^|(?<=[\s.>]))(?P<subparagraph>\d{1,2})(?:의(?P<branch>\d{1,2}))?\\?\.(?=\s)"
    r"|(?:^|(?<=[\s.>]))(?P<item>[가-하])\\?\.(?=\s)",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Place:
    """A paragraph, subparagraph or item mark that stands at ``start`` of a passage's text."""

    paragraph: int | None
    subparagraph: int | None
    branch: int | None
    item: str | None
    start: int


def places(text: str, first: str | None, dates: Sequence[tuple[int, int]]) -> Iterator[Place]:
    """The marked parts of an article's ``text`` in order.

    ``first`` is the mark of the 항 that the text begins in, where it has none of its own; the
    figures in the spans ``dates`` are no marks.
    """
    paragraph = CIRCLED.index(first) + 1 if first and first in CIRCLED else None
    subparagraph = branch = None
    if paragraph:
        yield Place(paragraph, None, None, None, 0)
    for mark in _MARK.finditer(text):
        if any(start <= mark.start() < end for start, end in dates):
            continue
        if mark["paragraph"]:
            paragraph = CIRCLED.index(mark["paragraph"]) + 1
            subparagraph = branch = None
        elif mark["subparagraph"]:
            subparagraph = int(mark["subparagraph"])
            branch = int(mark["branch"]) if mark["branch"] else None
        yield Place(paragraph, subparagraph, branch, mark["item"], mark.start())
