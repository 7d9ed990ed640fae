"""A comparison in the format that is asked for."""

from __future__ import annotations

from collections.abc import Callable

from ingest.diff.docx import docx
from ingest.diff.html import html
from ingest.diff.markdown import markdown
from ingest.diff.records import Comparison

FORMATS: dict[str, Callable[[Comparison], str | bytes]] = {
    "html": html,
    "md": markdown,
    "docx": docx,
}


def rendered(comparison: Comparison, format: str) -> str | bytes:
    """The whole file: text for html and md, bytes for docx. Raises KeyError for other formats."""
    return FORMATS[format](comparison)
