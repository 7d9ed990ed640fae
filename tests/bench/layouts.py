"""The tables of a real rule as other files hold them: what each cell says, laid out otherwise."""

from __future__ import annotations

import html
import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias
from unittest.mock import patch

from ingest.diff import Comparison, Version, compare
from ingest.diff.records import Change, Mark
from ingest.diff.wording import form
from ingest.parse import parse
from ingest.readers import blocks
from ingest.readers.grids import Span
from ingest.readers.reading import read
from ingest.readers.tables import TableLines, table_of

Tables: TypeAlias = list[list[Span]]
_MARK = re.compile("\ue000(\\d+)\ue001")


def laid_open(path: Path) -> tuple[str, Tables]:
    """A file's text with a mark for each table, and the cells of the tables as they are drawn."""
    found: Tables = []

    def marked(spans: Sequence[Span]) -> TableLines | None:
        if table_of(spans) is None:
            return None
        found.append(list(spans))
        return [f"\ue000{len(found) - 1}\ue001"], 0, (("",),), ()

    with patch.object(blocks, "table_of", marked):
        return read(path, path.read_bytes())[2].text, found


def _filled(cells: Sequence[str]) -> list[str]:
    return [cell for cell in cells if cell]


def _barred(cells: Sequence[str]) -> str:
    bare = (cell.replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(bare)} |"


# A row's cells, each in one line, as a plain text holds them.
PLAIN: dict[str, Callable[[Sequence[str]], str]] = {
    "tabs": "\t".join,
    "bars": _barred,
    "blanks": "    ".join,
    "lines": lambda cells: "\n".join(_filled(cells)),
    "frames": lambda cells: f"├{'─' * 9}┤\n│ {' │ '.join(cells)} │",
    "angles": lambda cells: "".join(f"<{cell}>" for cell in cells),
}


def plain(text: str, tables: Tables, row: Callable[[Sequence[str]], str]) -> str:
    """The text with each table's rows as ``row`` writes them; a merged cell stands there once."""

    def drawn(mark: re.Match[str]) -> str:
        rows: dict[int, list[str]] = {}
        for span in sorted(tables[int(mark[1])], key=lambda span: span[:2]):
            rows.setdefault(span[0], []).append(" ".join(_MARK.sub(drawn, span[4]).split()))
        return "\n".join(row(cells) for _, cells in sorted(rows.items()) if any(cells))

    return _MARK.sub(drawn, text)


def page(text: str, tables: Tables) -> str:
    """The text as HTML, merged cells and all."""

    def drawn(mark: re.Match[str]) -> str:
        rows: dict[int, str] = {}
        for y, _, height, width, cell, _ in sorted(tables[int(mark[1])], key=lambda span: span[:2]):
            size = f"rowspan={max(1, height)} colspan={max(1, width)}"
            inner = _MARK.sub(drawn, html.escape(cell).replace("\n", "<br>"))
            rows[y] = f"{rows.get(y, '')}<td {size}>{inner}</td>"
        return f"<table>{''.join(f'<tr>{cells}</tr>' for _, cells in sorted(rows.items()))}</table>"

    lines = (line for line in text.split("\n") if line.strip())
    body = (
        _MARK.sub(drawn, line) if _MARK.search(line) else f"<p>{html.escape(line)}</p>"
        for line in lines
    )
    return f"<!doctype html><meta charset=utf-8><body>{''.join(body)}</body>"


def twin(text: str, tables: Tables, layout: str) -> Version:
    """The same rule as it is read from a plain text, or from ``html``."""
    if layout == "html":
        return version("twin.html", page(text, tables).encode())
    return version("twin.txt", plain(text, tables, PLAIN[layout]).encode())


def version(name: str, data: bytes) -> Version:
    """The first rule in a file."""
    document, passages = parse(name, data).documents[0]
    return Version(document, passages, name)


def layouts(shared: Path) -> None:
    """Prints what is shown of rules beside their twins: as they are, and with a changed cell."""
    dice = random.Random(7)
    twins = invented = shown = more = 0
    for path in sorted((shared / "regulations-hwp").glob("*.hwp")):
        text, tables = laid_open(path)
        if not tables:
            continue
        old = version(path.name, path.read_bytes())
        for layout in (*PLAIN, "html"):
            same = compare(old, twin(text, tables, layout))
            twins += 1
            if same.changes:
                invented += 1
                print(
                    f"   {path.stem}, {layout}: {', '.join(_name(each) for each in same.changes)}"
                )
                continue
            changed, before, after = _amended(tables, dice)
            found = marks(compare(old, twin(text, changed, layout)))
            shown += bool(found)
            more += not all(form(mark) in form(after if new else before) for mark, new in found)
    print(f"layouts: {twins} twins, {invented} with changes invented")
    print(f"cells: {shown}/{twins - invented} changes shown, {more} with more than the change")


def _name(change: Change) -> str:
    side = change.new or change.old
    return side.number if side else ""


def _amended(tables: Tables, dice: random.Random) -> tuple[Tables, str, str]:
    """The tables with another text in one cell; that cell before and after."""
    filled = [
        (at, number)
        for at, table in enumerate(tables)
        for number, span in enumerate(table)
        if span[4].strip() and not _MARK.search(span[4])
    ]
    at, number = dice.choice(filled)
    cells = list(tables[at])
    before = cells[number][4]
    after = dice.choice([f"{before} 바뀐 말", "다른 내용", ""])
    cells[number] = (*cells[number][:4], after, cells[number][5])
    return [*tables[:at], cells, *tables[at + 1 :]], before, after


def marks(comparison: Comparison) -> list[tuple[str, bool]]:
    """What is marked, and whether on the new side."""
    return [
        (run.text, new)
        for change in comparison.changes
        for row in change.rows
        for new, side in ((False, row.old), (True, row.new))
        for run in (side.runs if side else ())
        if run.mark is not Mark.SAME and form(run.text)
    ]
