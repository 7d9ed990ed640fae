"""The parts of an article: their marks (①, 1., 가.), and what 전항 or 제2항 means inside of one."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from onprem_rag.korean.references import CIRCLED, Reference, find_references

_MARK = re.compile(
    rf"(?:(?<![가-힣(])|(?<=다))(?P<paragraph>[{CIRCLED}])(?!\s?(?:부터|내지|까지|항|및|·|ㆍ|,))"
    r"|(?:^|(?<=[\s.>]))(?P<subparagraph>\d{1,2})(?:의(?P<branch>\d{1,2}))?\\?\.(?=\s)"
    r"|(?:^|(?<=[\s.>]))(?P<item>[가-하])\\?\.(?=\s)",
    re.MULTILINE,
)
_ARTICLE = re.compile(r"제(\d+)조(?:의(\d+))?")


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
    figures in the spans ``dates``, which are in order, are no marks.
    """
    paragraph = CIRCLED.index(first) + 1 if first and first in CIRCLED else None
    subparagraph = branch = None
    if paragraph:
        yield Place(paragraph, None, None, None, 0)
    starts = [start for start, _ in dates]
    for mark in _MARK.finditer(text):
        index = bisect_right(starts, mark.start()) - 1
        if index >= 0 and mark.start() < dates[index][1]:
            continue
        if mark["paragraph"]:
            paragraph = CIRCLED.index(mark["paragraph"]) + 1
            subparagraph = branch = None
        elif mark["subparagraph"]:
            subparagraph = int(mark["subparagraph"])
            branch = int(mark["branch"]) if mark["branch"] else None
        yield Place(paragraph, subparagraph, branch, mark["item"], mark.start())


@lru_cache(maxsize=4096)  # one 전항 is asked for at every place of a passage
def completed(reference: Reference, article: str | None, place: Place | None) -> Reference | None:
    """A relative reference as it is meant at ``place`` of ``article``: 전항 in ② is its 제1항.

    None where what it counts back from is not known, or the first of its kind.
    """
    head = find_references(article or "")
    if not head:
        return None if reference.back else reference
    whole = replace(
        reference, article=head[0].article, annex=head[0].annex, relative=False, back=None
    )
    if reference.back == "전조":
        before = _article_before(head[0].article or "")
        return replace(whole, article=before) if before else None
    if place is None:
        return None if reference.back else whole
    if reference.back:
        return _counted_back(whole, reference.back, place)
    if reference.paragraph is None:
        whole = replace(whole, paragraph=place.paragraph)
        if reference.subparagraph is None:
            whole = replace(whole, subparagraph=place.subparagraph, branch=place.branch)
    return whole


def _article_before(article: str) -> str | None:
    """제10조 for 제10조의2; for 제11조 too, though 제10조의2 may stand between."""
    found = _ARTICLE.fullmatch(article)
    number, branch = (int(found[1]), int(found[2] or 1)) if found else (0, 0)
    if branch > 1:
        return f"제{number}조" + (f"의{branch - 1}" if branch > 2 else "")
    return f"제{number - 1}조" if number > 1 else None


def _counted_back(whole: Reference, back: str, place: Place) -> Reference | None:
    """전항 or 전호 as it is meant at ``place``."""
    if back == "전항":
        number = place.paragraph or 0
        return replace(whole, paragraph=number - 1) if number > 1 else None
    number = place.subparagraph or 0
    if back != "전호" or (number < 2 and not place.branch):
        return None
    inside = replace(whole, paragraph=place.paragraph, subparagraph=number)
    if place.branch:  # 3의3 comes after 3의2, and that after 3
        return replace(inside, branch=place.branch - 1 if place.branch > 2 else None)
    return replace(inside, subparagraph=number - 1)
