"""Where a rule's article numbers do not run on: something was lost, or was never there."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ingest.split.marks import Mark
from ingest.split.outline import marks_of
from onprem_rag.records import Document


def main_articles(document: Document) -> list[Mark]:
    """The headings of the articles before the addenda and annexes."""
    marks = marks_of(document.text, document.tables)
    end = next((m.start for m in marks if m.level in ("부칙", "별표")), len(document.text))
    return [mark for mark in marks if mark.level == "조" and mark.start < end]


def gaps_in(articles: Sequence[Mark]) -> tuple[str, ...]:
    """``제24조 → 제26조`` for each jump; the first article's label where it is not 제1조."""
    begins = [f"{mark.label}부터 시작" for mark in articles[:1] if mark.number != (1, 0)]
    jumps = [
        f"{one.label} → {two.label}" for one, two in pairwise(articles) if not _goes_on(one, two)
    ]
    return (*begins, *jumps)


def _goes_on(one: Mark, two: Mark) -> bool:
    """제15조 → 제16조 or 제15조의2, 제15조의2 → 제15조의3; some begin with 제15조의1."""
    branches = {one.last[1] + 1, max(one.last[1] + 1, 2)}
    return two.number in {(one.last[0] + 1, 0), *((one.last[0], branch) for branch in branches)}
