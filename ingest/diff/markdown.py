"""The table as GitHub Markdown: one table an article, changed words bold and underlined."""

from __future__ import annotations

import re

from ingest.diff.display import LEGEND, Cell, lines_of, name_of, summary
from ingest.diff.records import Change, Comparison, Mark, Run

_SPECIAL = re.compile(r"([\\`*_{}\[\]|~#])")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_LIST = re.compile(r"^(\s*)([-+]|\d{1,9}[.)])(?=\s|$)")


def markdown(comparison: Comparison) -> str:
    """A document with one section an article."""
    head = [
        f"# {_escaped(comparison.title)} 신구조문대비표",
        f"조문 수: {summary(comparison)}",
        f"<b><ins>굵은 밑줄</ins></b>: 바뀐 말, <i><ins>기울인 밑줄</ins></i>: 옮겨진 말. {LEGEND}",
    ]
    sections = [_section(change, comparison) for change in comparison.changes]
    return "\n\n".join([*head, *(sections or ["두 판의 내용이 같습니다."])]) + "\n"


def _section(change: Change, comparison: Comparison) -> str:
    rows = [f"| {_cell(line.old)} | {_cell(line.new)} |" for line in lines_of(change)]
    columns = f"| 현행 ({_escaped(comparison.old)}) | 개정안 ({_escaped(comparison.new)}) |"
    heading = f"## [{change.kind}] {_escaped(name_of(change))}"
    return "\n".join([heading, "", columns, "| --- | --- |", *rows])


def _cell(cell: Cell) -> str:
    text = "".join(map(_run, cell.runs))
    note = _escaped(cell.note)
    return " ".join(part for part in (text, note) if part)


def _run(run: Run) -> str:
    text = _escaped(run.text)
    stripped = text.strip()
    if run.mark is Mark.SAME or not stripped:
        return text
    tag = "b" if run.mark is Mark.CHANGED else "i"
    # Tags, as ** does not close where a particle follows; <ins>, as GitHub drops <u>.
    return text.replace(stripped, f"<{tag}><ins>{stripped}</ins></{tag}>", 1)


def _escaped(text: str) -> str:
    plain = re.sub("[&<>]", lambda sign: _ENTITIES[sign[0]], text)
    plain = _LIST.sub(r"\1\2", plain)
    return "<br>".join(_SPECIAL.sub(r"\\\1", plain).splitlines())
