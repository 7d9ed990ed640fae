"""Records as JSON objects and as Korean text, for the terminal and for the app."""

from onprem_rag.report.lines import (
    answer_text,
    figures_text,
    hits_text,
    preview_text,
    report_text,
)
from onprem_rag.report.objects import (
    answer_json,
    checked_json,
    figures_json,
    hits_json,
    preview_json,
    report_json,
)

__all__ = [
    "answer_json",
    "answer_text",
    "checked_json",
    "figures_json",
    "figures_text",
    "hits_json",
    "hits_text",
    "preview_json",
    "preview_text",
    "report_json",
    "report_text",
]
