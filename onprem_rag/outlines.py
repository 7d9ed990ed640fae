"""The articles of one rule, as they are looked up: by place, and by title."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from onprem_rag.korean.references import CIRCLED, Reference
from onprem_rag.korean.text import letters, normalise


class Part(NamedTuple):
    """One passage of an article, as ``Library.outline`` has it."""

    id: int
    article: str | None
    paragraph: str | None
    subparagraph: str | None
    title: str

    def begins(self) -> tuple[int, int]:
        """The numbers of its first paragraph and subparagraph; 0 before any."""
        figures = re.match(r"\d+", self.subparagraph or "")
        return CIRCLED.find(self.paragraph or "-") + 1, int(figures[0]) if figures else 0


class Outline:
    """One rule's parts by article, and its articles by title."""

    def __init__(self, parts: Iterable[Part]) -> None:
        self.articles: dict[str, list[Part]] = {}
        self.titles: dict[str, list[str]] = {}
        self.deleted: set[str] = set()  # their places are kept, and say nothing
        for part in parts:
            if part.article and part.title == "삭제":
                self.deleted.add(part.article)
            elif part.article:
                self.articles.setdefault(part.article, []).append(part)
        for article, held in self.articles.items():
            if not article.startswith("부칙"):
                for title in _written(held[0].title):
                    self.titles.setdefault(title, []).append(article)

    def place(self, reference: Reference) -> list[Part]:
        """The parts of an article or annex; [] where the rule has none such."""
        wanted = reference.place
        if wanted == "부칙":
            return _newest_first(self._under(wanted))
        found = self.articles.get(wanted, [])
        if not found and wanted in {"별표", "별지"}:
            found = self._under(wanted)
        if not found and wanted == "별표 1":  # the only annex has no number
            found = self.articles.get("별표", [])
        if wanted.startswith("부칙"):
            return found[::-1]  # the newest addenda stand last
        return _from_the_named(found, reference)

    def _under(self, head: str) -> list[Part]:
        """All annexes, all forms, or all addenda."""
        return [p for key, held in self.articles.items() if key.startswith(head) for p in held]


def _written(title: str) -> Iterable[str]:
    """An article's title as it may be asked for: 국내여비 정액표(제9조 관련), or without that."""
    bare = re.sub(r"\([^()]*\)$", "", normalise(title))
    return {form for form in (letters(title), letters(bare)) if len(form) > 1}


def _newest_first(parts: Iterable[Part]) -> list[Part]:
    """The parts of all addenda, the newest of these first, each in reading order."""
    addenda: list[list[Part]] = []
    for part in sorted(parts, key=lambda part: part.id):
        if not addenda or _article_number(part) <= _article_number(addenda[-1][-1]):
            addenda.append([])
        addenda[-1].append(part)
    return [part for addendum in reversed(addenda) for part in addendum]


def _article_number(part: Part) -> int:
    """15 for 부칙 제15조; 0 where an addendum has no articles."""
    figures = re.search(r"\d+", part.article or "")
    return int(figures[0]) if figures else 0


def _from_the_named(parts: list[Part], reference: Reference) -> list[Part]:
    """The parts, the one that holds the named paragraph and subparagraph first."""
    wanted = (reference.paragraph or 0, reference.subparagraph or 0)
    if wanted == (0, 0):
        return parts
    holds = max((at for at, part in enumerate(parts) if part.begins() <= wanted), default=0)
    return [*parts[holds : holds + 1], *parts[:holds], *parts[holds + 1 :]]
