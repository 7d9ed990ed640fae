"""The tree of a rule's places, from 조 down to 목: what a cross-reference can point at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ingest.split.items import Item, items_of
from ingest.split.marks import Mark

ADDENDA = "부칙"
_DEPTH = {"항": 0, "호": 1, "목": 2}


class Place(NamedTuple):  # a book has 25,000: made five times as fast as a dataclass
    """A span of the text with the labels that lead to it; None below its own level.

    ``article`` is as in ``Passage.article``: 제10조의2, 부칙, 부칙 제1조, 별표 1, 별지 제1호서식.
    """

    article: str
    paragraph: int | None
    subparagraph: int | None
    item: str | None
    annex: str | None  # the article once more where it is a 별표 or 별지
    start: int
    end: int
    branch: int = 0  # 2 for 제3호의2


def places_of(text: str, marks: Sequence[Mark]) -> list[Place]:
    """Every place of the rule in the text's order; a larger one before those that it holds.

    Each 부칙 is a place that holds its own articles, which are called ``부칙 제1조``.
    """
    places: list[Place] = []
    addenda = False
    wholes = _wholes(text, marks)
    for at, mark in enumerate(marks):
        end = marks[at + 1].start if at + 1 < len(marks) else len(text)
        if mark.level == "부칙":
            addenda = True
            whole = wholes[at]
            places.append(Place(ADDENDA, None, None, None, None, mark.start, whole))
            if whole == end:
                places += _inside(ADDENDA, None, text, mark, end)
        elif mark.level == "별표":
            addenda = False
            places.append(Place(mark.label, None, None, None, mark.label, mark.start, end))
            places += _inside(mark.label, mark.label, text, mark, end)
        elif mark.level == "조":
            article = f"{ADDENDA} {mark.label}" if addenda else mark.label
            places.append(Place(article, None, None, None, None, mark.start, end))
            places += _inside(article, None, text, mark, end)
    return places


def _wholes(text: str, marks: Sequence[Mark]) -> list[int]:
    """For each mark where the next begins that is no article."""
    following, found = len(text), []
    for mark in reversed(marks):
        found.append(following)
        if mark.level != "조":
            following = mark.start
    return found[::-1]


def _inside(article: str, annex: str | None, text: str, mark: Mark, end: int) -> Iterator[Place]:
    """The 항, 호 and 목 of one article; each ends where the next of its level or above begins."""
    items = items_of(text, mark.start, end, mark.end)
    paragraph: int | None = None
    number: int | None = None
    branch = 0
    for item, stop in zip(items, _ends(items, end), strict=True):
        letter: str | None = None
        if item.level == "항":
            paragraph, number, branch = item.number, None, 0
        elif item.level == "호":
            number, branch = item.number, item.branch
        else:
            letter = item.label
        yield Place(article, paragraph, number, letter, annex, item.start, stop, branch)


def _ends(items: Sequence[Item], end: int) -> list[int]:
    """Where each item ends: at the next of its level or of a higher one."""
    ends: list[int] = []
    following = [end, end, end]  # where the next 항, 호 and 목 begins, or what ends them
    for item in reversed(items):
        depth = _DEPTH[item.level]
        ends.append(following[depth])
        following[depth:] = [item.start] * (3 - depth)
    return ends[::-1]
