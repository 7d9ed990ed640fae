"""What a reader hands over: text, page spans, and the little else that a format knows."""

from __future__ import annotations

from dataclasses import dataclass

from onprem_rag.records import Page


@dataclass(frozen=True, slots=True)
class Reading:
    """The text of one file. ``rows``: every line is a record of its own (CSV)."""

    text: str
    pages: tuple[Page, ...] = ()
    title: str = ""
    rows: bool = False
