"""Where the places of a rule stand, by what they are called."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import TypeAlias

from ingest.split.places import Place
from onprem_rag.korean.references import Reference

Key: TypeAlias = tuple[str, int | None, int | None, int, str | None]
Span: TypeAlias = tuple[int, int]
_PLAIN = re.compile(r"[\s제호]|서식")


class PlaceIndex:
    """Where the places of a rule are."""

    def __init__(self, places: Sequence[Place]) -> None:
        self._spans: dict[tuple[int, Key], Span] = {}
        self._anywhere: dict[tuple[int, Key], Span | None] = {}  # 호 of whichever 항; None: of two
        self._previous: dict[tuple[int, str], str] = {}
        self.addenda: list[Span] = []
        last = ""
        for place in places:
            if place.article == "부칙" and place.paragraph is None and place.subparagraph is None:
                self.addenda.append((place.start, place.end))
                last = ""
            group = self.group(place.start)
            key, span = _key_of(place), (place.start, place.end)
            self._spans.setdefault((group, key), span)
            if place.paragraph is not None and place.subparagraph is not None:
                loose = (group, (key[0], None, *key[2:]))
                self._anywhere[loose] = None if loose in self._anywhere else span
            if _is_article(place) and place.article != last:
                self._previous.setdefault((group, place.article), last)
                last = place.article

    def group(self, at: int) -> int:
        """The start of the 부칙 around ``at``; -1 outside of addenda."""
        found = bisect_right(self.addenda, (at, len(self.addenda) and self.addenda[-1][1])) - 1
        if found < 0 or at >= self.addenda[found][1]:
            return -1
        return self.addenda[found][0]

    def span(self, reference: Reference, group: int) -> Span | None:
        """The place's span; of a 부칙 that is not said to be this one, where only one fits."""
        key = _key(reference)
        if not key[0].startswith("부칙"):
            return self._span(-1, key)
        if group >= 0:
            return self._span(group, key)
        fitting = [span for start, _ in self.addenda if (span := self._span(start, key))]
        return fitting[0] if len(fitting) == 1 else None

    def _span(self, group: int, key: Key) -> Span | None:
        """제34조제3호 is that of 제34조제1항 where no other 항 has a 제3호."""
        return self._spans.get((group, key)) or self._anywhere.get((group, key))

    def before(self, article: str, group: int) -> str | None:
        """The article before ``article``."""
        return self._previous.get((group, article)) or None


def _is_article(place: Place) -> bool:
    within = place.paragraph is not None or place.subparagraph is not None or place.item is not None
    return not (within or place.annex or place.article == "부칙")


def _key_of(place: Place) -> Key:
    article = _plain(place.article) if place.annex else place.article
    return article, place.paragraph, place.subparagraph, place.branch or 0, place.item


def _key(reference: Reference) -> Key:
    article = _plain(reference.annex) if reference.annex else reference.article or ""
    return (
        article,
        reference.paragraph,
        reference.subparagraph,
        reference.branch or 0,
        reference.item,
    )


def _plain(annex: str) -> str:
    """``별지 제1-1호서식`` and ``별지 제1호의1서식`` are one."""
    return _PLAIN.sub("", annex).replace("-", "의")
