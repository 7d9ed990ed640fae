"""Tables as lines of text that can be searched and quoted: each row repeats its header cells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_RULE = re.compile(r"^\s*\|?(\s*:?-{2,}:?\s*\|)+\s*(:?-{2,}:?)?\s*$")
_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_HEADING_MARK = re.compile(r"^#{1,6} +")
_BREAK = re.compile(r"<br ?/?>")


def table_lines(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Lines ``직급: 4급 | 숙박비(1박): 70,000원`` of a table whose first row is its header.

    A header cell that a merge left empty takes its left neighbour's text. A row with one filled
    cell, or a table of one row or one column, is given as it stands.
    """
    cleaned = [[" ".join(cell.split()) for cell in row] for row in rows]
    cleaned = [row for row in cleaned if any(row)]
    if not cleaned:
        return
    if len(cleaned) == 1 or max(len(row) for row in cleaned) == 1:
        yield from (" | ".join(cell for cell in row if cell) for row in cleaned)
        return
    header: list[str] = []
    for cell in cleaned[0]:
        header.append(cell or (header[-1] if header else ""))
    if len({cell for cell in header if cell}) == 1:  # a caption over the whole width
        yield header[0] or cleaned[0][0]
        yield from table_lines(cleaned[1:])
        return
    yield " | ".join(cell for cell in cleaned[0] if cell)
    for row in cleaned[1:]:
        filled = [cell for cell in row if cell]
        if len(filled) == 1:
            yield filled[0]
            continue
        header_of = [*header, *[""] * (len(row) - len(header))]
        yield " | ".join(
            f"{name}: {cell}" if name and name != cell else cell
            for name, cell in zip(header_of, row, strict=False)
            if cell
        )


def flatten_tables(text: str) -> str:
    """``text`` with its pipe tables (``| a | b |``) as lines that repeat the header."""
    lines: list[str] = []
    table: list[list[str]] = []
    for line in [*text.split("\n"), ""]:
        if line.lstrip().startswith("|"):
            if not _RULE.match(line):
                table.append(_cells(line))
            continue
        if table:
            lines.extend(table_lines(table))
            table = []
        lines.append(line)
    return "\n".join(lines[:-1])


def plain_of_markdown(markdown: str) -> str:
    """Plain text of a converter's Markdown: no heading marks, images or blank lines."""
    kept = []
    for line in flatten_tables(markdown).split("\n"):
        line = _HEADING_MARK.sub("", _IMAGE.sub("", _BREAK.sub("\n", line))).rstrip()
        if line.strip():
            kept.append(line)
    return "\n".join(kept) + "\n" if kept else ""


def _cells(line: str) -> list[str]:
    cells = re.split(r"(?<!\\)\|", _IMAGE.sub("", _BREAK.sub(" ", line)).strip())
    return [cell.strip().replace("\\|", "|") for cell in cells[1:-1]]
