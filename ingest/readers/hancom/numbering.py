"""Numbers that Hangul generates in front of paragraphs, as it counts them.

A list is known by its definition: its paragraphs count on wherever they stand, also after other
lists and in tables. Outlines (개요) and numbered lists (문단 번호) are counted apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ingest.readers.hancom.numerals import form_of, written

LEVELS = 10
_PLACE = re.compile(r"\^([1-9nN])")
_LONGEST = 80  # a pattern; a hostile one would be repeated at every paragraph


@dataclass(frozen=True, slots=True)
class Level:
    """How one level is numbered: ``pattern`` such as ``제^1조``, its first number, its form."""

    pattern: str
    start: int = 1
    form: str = "DIGIT"


@dataclass(frozen=True, slots=True)
class Definition:
    """One list. ``continues``: it takes up the count of the list before it."""

    levels: tuple[Level, ...]
    continues: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """What a paragraph shape puts in front: kind OUTLINE, NUMBER or BULLET; level from 0."""

    kind: str
    definition: str
    level: int


@dataclass(frozen=True, slots=True)
class Label:
    """The text in front of a paragraph; a number says something in an empty paragraph too."""

    text: str = ""
    is_number: bool = False


NOTHING = Label()


class Numbering:
    """The counters of one document. Ask for the labels in reading order, each once."""

    def __init__(
        self,
        heads: Mapping[str, Head],
        definitions: Mapping[str, Definition],
        bullets: Mapping[str, str],
    ) -> None:
        self.outline = ""  # the definition that the current section names
        self._heads = heads
        self._definitions = definitions
        self._bullets = bullets
        self._counts: dict[tuple[str, str], list[int | None]] = {}
        self._latest: dict[str, list[int | None]] = {}

    def label(self, shape: str) -> Label:
        """What stands before the next paragraph of this shape."""
        head = self._heads.get(shape)
        if head is None:
            return NOTHING
        if head.kind == "BULLET":
            return Label(self._bullets.get(head.definition, ""))
        name = head.definition if head.kind == "NUMBER" else self.outline
        definition = self._definitions.get(name)
        if definition is None or not definition.levels:
            return NOTHING
        level = min(max(head.level, 0), len(definition.levels) - 1)
        counts = self._advance(head.kind, name, definition, level)
        return Label(_filled(definition, level, counts), is_number=True)

    def _advance(
        self, kind: str, name: str, definition: Definition, level: int
    ) -> list[int | None]:
        counts = self._counts.get((kind, name))
        if counts is None:
            before = self._latest.get(kind) if definition.continues else None
            counts = list(before) if before else [None] * LEVELS
            self._counts[kind, name] = counts
        self._latest[kind] = counts
        for upper in range(level):  # a level that was left out counts as begun
            if counts[upper] is None:
                counts[upper] = definition.levels[upper].start
        now = counts[level]
        counts[level] = definition.levels[level].start if now is None else now + 1
        counts[level + 1 :] = [None] * (LEVELS - level - 1)
        return counts


def definition_of(
    start: str | None, levels: Iterable[tuple[str | None, str | None, str | None]]
) -> Definition:
    """A list as XML describes it: its first number, and (pattern, first number, form) a level."""
    first = number_of(start)
    found = [
        Level((pattern or "").strip(), number_of(begin) or 1, form_of(form or "DIGIT"))
        for pattern, begin, form in levels
    ]
    if found and found[0].start == 1 and first > 1:
        found[0] = replace(found[0], start=first)
    return Definition(tuple(found[:LEVELS]), continues=first == 0)


def number_of(text: str | None) -> int:
    """A count as XML writes it; 0 for what is none."""
    return int(text) if text and len(text) < 10 and text.isdecimal() else 0


def _filled(definition: Definition, level: int, counts: list[int | None]) -> str:
    """The level's pattern with its numbers: ^1 the first level's, ^n the path, ^N with a point."""

    def number(at: int) -> str:
        if at >= len(definition.levels):
            return ""
        count = counts[at]
        start = definition.levels[at].start
        return written(start if count is None else count, definition.levels[at].form)

    def place(match: re.Match[str]) -> str:
        mark = match[1]
        if mark.isdigit():
            return number(int(mark) - 1)
        return ".".join(number(at) for at in range(level + 1)) + ("." if mark == "N" else "")

    return _PLACE.sub(place, definition.levels[level].pattern[:_LONGEST])
