"""A version into what is compared as a whole: articles, annexes, addenda, and headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.diff.records import ArticleSide, Version
from ingest.diff.wording import form
from onprem_rag.records import Passage

_HEADING = re.compile(r"(?:[편장절관]|부칙) 제목")
_CONTAINER = re.compile(r"\s*제\s*(\d+)\s*([편장절관])(?:\s*의\s*(\d+))?")
_ARTICLE = r"[제재]\s*\d+\s*조?(?:\s*의\s*\d+)?"
_ANNEX = (
    r"별\s*[표지첨]\s*(?:서\s*식\s*)?(?:제?\s*\d+\s*호?(?:\s*[의-]\s*\d+)?)?\s*호?\s*(?:서\s*식)?"
)
NUMBER = re.compile(rf"\s*[\[<〔【〈(（■]?\s*(?:{_ARTICLE}|{_ANNEX})\s*[\]>〕】〉)）]?")
_DELETED = "삭제"


@dataclass(frozen=True, slots=True)
class Unit:
    """An article of one version, where it stands, and its wording without its own number."""

    side: ArticleSide
    family: str  # an article is never an annex amended, nor one of other addenda
    place: str
    form: str  # "" for one that is deleted
    start: int
    end: int


def units_of(version: Version) -> list[Unit]:
    """The articles and headings of ``version`` in their order."""
    headings = [
        _heading(version, each.start, each.end)
        for each in version.document.furniture
        if _HEADING.fullmatch(each.kind)
    ]
    units = [_unit(version, passages) for passages in _grouped(version)]
    return sorted([*headings, *units], key=lambda unit: unit.start)


def _grouped(version: Version) -> Iterator[list[Passage]]:
    """Passages that lie in one article, together."""
    group: list[Passage] = []
    for passage in sorted(version.passages, key=lambda each: each.start):
        if group and (group[0].article, group[0].path) != (passage.article, passage.path):
            yield group
            group = []
        group.append(passage)
    if group:
        yield group


def _unit(version: Version, passages: list[Passage]) -> Unit:
    first = passages[0]
    start, end = first.start, max(passage.end for passage in passages)
    text = version.document.text[start:end]
    article = first.article
    deleted = article is not None and first.title == _DELETED
    addenda = first.path[0] if (article or "").startswith("부칙") and first.path else ""
    name = " ".join(first.path) if addenda else (first.path[-1] if first.path else article or "")
    number = article or " ".join(first.path)
    side = ArticleSide(article, name or "본문", number, text, deleted)
    if addenda:
        family = f"부칙{form(addenda)}"
    else:
        family = (article or "글")[:2] if not (article or "").startswith("제") else "조"
    wording = "" if deleted else form_of(side, text)
    return Unit(side, family, f"{form(addenda)} {number}", wording, start, end)


def form_of(side: ArticleSide, text: str) -> str:
    """The form of ``text``, which is that of ``side``, without its own number."""
    return form(NUMBER.sub("", text, count=1) if side.article else text)


def _heading(version: Version, start: int, end: int) -> Unit:
    text = version.document.text[start:end]
    name = " ".join(text.split())
    found = _CONTAINER.match(text)
    if not found:
        side = ArticleSide(None, name, name, text, False)
        return Unit(side, f"부칙{form(text)}", "제목", form(text), start, end)
    number = f"제{int(found[1])}{found[2]}" + (f"의{found[3]}" if found[3] else "")
    side = ArticleSide(None, name, number, text, False)
    return Unit(side, found[2], number, form(text[found.end() :]), start, end)
