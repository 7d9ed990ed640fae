"""What a comparison of two versions of one rule is made of. Nothing here computes wording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from onprem_rag.records import Document, Passage


class Kind(StrEnum):
    """What became of an article or of a part of one; the Korean word that the table shows."""

    SAME = "같음"
    CHANGED = "변경"
    ADDED = "신설"
    DELETED = "삭제"
    MOVED = "이동"
    MOVED_CHANGED = "이동·변경"


class Mark(StrEnum):
    """How a piece of text is shown."""

    SAME = "same"
    CHANGED = "changed"  # only this side has it
    MOVED = "moved"  # the other side has it in another place


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a rule as the library holds it; ``label``: "제3판 (2024-03-01 시행)"."""

    document: Document
    passages: Sequence[Passage]
    label: str


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring characters that are marked alike."""

    text: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Side:
    """One part of an article (heading, 항, 호, 목, line) in one version.

    The runs of an article's sides, one after the other, are its text letter by letter. ``note``
    says where the other version has the text when it is not in the same row.
    """

    runs: tuple[Run, ...]
    sign: str = ""  # "②", "3.", "가."; "" where the part has none
    place: str = ""  # "제2항제3호"; "" for a heading or a line
    note: str = ""

    @property
    def text(self) -> str:
        """The wording of the part, with the blanks around it."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table: a part in the old version beside the same one in the new version."""

    kind: Kind
    depth: int  # 0 heading, 1 항, 2 호, 3 목, 4 a line without a number
    old: Side | None
    new: Side | None


@dataclass(frozen=True, slots=True)
class ArticleSide:
    """An article of one version; ``article`` is as in ``Passage.article``."""

    article: str | None  # None outside articles
    name: str  # "제7조(출장명령)", "부칙 <2020. 1. 1.> 제1조(시행일)", "제2장 복무"
    number: str  # "제7조", "별표 1": what "제7조에서 이동" says
    text: str
    deleted: bool  # nothing but "제7조 삭제" stands there


@dataclass(frozen=True, slots=True)
class Change:
    """One article that is not the same in both versions; ``rows`` in the order of each side."""

    kind: Kind
    old: ArticleSide | None
    new: ArticleSide | None
    rows: tuple[Row, ...]
    note: str = ""  # Korean, where the kind alone would mislead


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions of a rule: what changed, in the new version's order, and how much did not."""

    title: str
    old: str  # labels of the versions
    new: str
    changes: tuple[Change, ...]
    unchanged: int  # articles and headings

    def count(self, kind: Kind) -> int:
        """How many articles and headings became ``kind``."""
        if kind is Kind.SAME:
            return self.unchanged
        return sum(change.kind is kind for change in self.changes)


def changed_articles(comparison: Comparison) -> frozenset[str]:
    """The old version's articles that an entry citing them must be read again for.

    Those whose wording changed, that were deleted, or that have another number now, as
    ``Passage.article`` names them; "" where text outside articles changed.
    """
    return frozenset(
        change.old.article or ""
        for change in comparison.changes
        if change.old and not change.old.deleted and change.kind is not Kind.ADDED
    )
