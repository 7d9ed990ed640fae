"""What a reader hands over: text, pages, tables, and the little else that a format knows."""

from __future__ import annotations

from dataclasses import dataclass

from onprem_rag.records import Page, Table

MOST_BYTES = 200 << 20  # of a file, also of one in an archive: a bigger one is not even loaded


@dataclass(frozen=True, slots=True)
class Reading:
    """The text of one file. ``rows``: every line is a record of its own (CSV, XLSX)."""

    text: str
    pages: tuple[Page, ...] = ()
    tables: tuple[Table, ...] = ()  # in the text's order, not overlapping
    title: str = ""
    rows: bool = False
    notes: tuple[str, ...] = ()  # Korean; what the admin should know
