"""Rows of CSV and XLSX: lines that repeat their header, or questions with their answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from ingest.readers.result import Reading
from onprem_rag.errors import ReadError

# What heads a column of approved questions and answers, by the name that the FAQ gives it.
FAQ_COLUMNS = ("질문", "답변", "문서", "조문")
FAQ_DAY = "시행일"  # and of one that there need not be
_OTHER_NAMES = {"question": "질문", "answer": "답변", "document": "문서", "article": "조문"}
_OTHER_NAMES |= {"effective": FAQ_DAY}


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is not empty, and the line (from 1) on which it ends in its file."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a CSV file (no name) or of one sheet; the first holds the names."""

    name: str
    rows: tuple[Row, ...]


def reading_of_rows(rows: Sequence[Row]) -> Reading:
    """Each row as one line that repeats its header: ``부서: 총무팀 | 업무: 차량``.

    Cells beyond the header stand without a name, and what stands alone above it in its row is a
    title: a line as it is.
    """
    titles, rows = parted(rows)
    if len(rows) < 2:
        raise ReadError("머리글과 한 줄 이상의 자료가 있어야 합니다. → CSV 내용을 확인하세요.")
    header = [" ".join(cell.split()) for cell in rows[0].cells]
    lines = [" ".join("".join(row.cells).split()) for row in titles]
    for row in rows[1:]:
        cells = [
            f"{name}: {' '.join(cell.split())}" if name else " ".join(cell.split())
            for name, cell in zip_longest(header, row.cells, fillvalue="")
            if cell.strip()
        ]
        lines.append(" | ".join(cells))
    return Reading("\n".join(lines) + "\n", rows=True, notes=_notes(header))


def parted(rows: Sequence[Row]) -> tuple[Sequence[Row], Sequence[Row]]:
    """The titles, and the header with what is below it."""
    for at, row in enumerate(rows):
        if sum(map(bool, row.cells)) > 1:
            return (rows[:at], rows[at:]) if at + 1 < len(rows) else ((), rows)
    return (), rows


def faq_column(cell: str) -> str:
    """The name that a cell of the header has in the FAQ, whatever its blanks and its case."""
    name = "".join(cell.split())
    return _OTHER_NAMES.get(name.lower(), name)


def faq_columns(header: Sequence[str]) -> dict[str, int]:
    """Where each column of the FAQ stands; those that are missing are left out."""
    found: dict[str, int] = {}
    for at, cell in enumerate(header):
        found.setdefault(faq_column(cell), at)
    return {name: found[name] for name in (*FAQ_COLUMNS, FAQ_DAY) if name in found}


def _notes(header: Sequence[str]) -> tuple[str, ...]:
    found = faq_columns(header)
    if "질문" not in found or "답변" not in found:
        return ()
    missing = [name for name in FAQ_COLUMNS if name not in found]
    first = f"{', '.join(missing)} 열을 더해 " if missing else ""
    return (
        "질문과 답변이 있는 표입니다. "
        f"→ 승인된 답변으로 쓰려면 {first}'ingest faq'에 이 파일을 넣으세요.",
    )
