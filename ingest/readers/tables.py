"""Tables as lines of text that can be searched and quoted: each row repeats its header cells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_RULE = re.compile(r":?-{2,}:?")
_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_HEADING_MARK = re.compile(r"^#{1,6} +")
_BREAK = re.compile(r"<br ?/?>")
# Marks that enclose words: not 2**3, a__b or ____. No mark inside, so that it stays linear.
_STARS = re.compile(
    r"(?<!\w)\*\*(?!\s|-\S)((?:[^*\n]|\*(?!\*))+)(?<=\S)\*\*"
    r"|(?<=[가-힣])\*\*(\w+)\*\*"  # 제**14**조
)
_LINES = re.compile(r"(?<!\w)__(?=[^\s_])((?:[^_\n]|_(?!_))+)(?<=\S)__(?![A-Za-z0-9_])")
_STRAY_ESCAPE = re.compile(r"(?<=\d)\\(?=[.)])")


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
    table: list[str] = []
    for line in [*text.split("\n"), ""]:
        if line.lstrip().startswith("|"):
            table.append(line)
            continue
        if len(table) == 1:  # a line of text that begins with the sign
            lines.extend(table)
        elif table:
            rows = [_cells(row) for row in table]
            lines.extend(table_lines([row for row in rows if not _is_rule(row)]))
        table = []
        lines.append(line)
    return "\n".join(lines[:-1])


def without_emphasis(text: str) -> str:
    """``**낱말**`` and ``__낱말__`` without their marks."""
    return _LINES.sub(r"\1", _STARS.sub(r"\1\2", text))


def plain_of_markdown(markdown: str) -> str:
    """Plain text of a converter's Markdown: no heading marks, images or blank lines."""
    kept = []
    markdown = _STRAY_ESCAPE.sub("", without_emphasis(markdown))
    for line in flatten_tables(markdown).split("\n"):
        line = _HEADING_MARK.sub("", _IMAGE.sub("", _BREAK.sub("\n", line))).rstrip()
        if line.strip():
            kept.append(line)
    return "\n".join(kept) + "\n" if kept else ""


def _cells(line: str) -> list[str]:
    cells = re.split(r"(?<!\\)\|", _IMAGE.sub("", _BREAK.sub(" ", line)).strip())
    if not cells[-1]:  # the row's closing sign
        cells.pop()
    return [cell.strip().replace("\\|", "|") for cell in cells[1:]]


def _is_rule(row: Sequence[str]) -> bool:
    """Whether the cells are those of the line under a header: ``|---|:--|``."""
    return bool(row) and all(_RULE.fullmatch(cell) for cell in row)
