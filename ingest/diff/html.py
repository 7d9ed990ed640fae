"""The table as one HTML page: A4 landscape in print, nothing loaded from outside."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from ingest.diff.display import LEGEND, Cell, lines_of, name_of, summary
from ingest.diff.records import Change, Comparison, Kind, Mark, Run

_STYLE = """
@page { size: A4 landscape; margin: 12mm; }
body { font-family: "Malgun Gothic", "맑은 고딕", "Noto Sans CJK KR", "Noto Sans KR", sans-serif;
  font-size: 10.5pt; line-height: 1.6; color: #111; background: #fff; margin: 1.5rem auto;
  max-width: 277mm; padding: 0 1rem; word-break: keep-all; overflow-wrap: anywhere; }
h1 { font-size: 16pt; text-align: center; margin: 0 0 .5rem; }
p { margin: .3rem 0; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; margin-top: 1rem; }
thead { display: table-header-group; }
th, td { border: 1px solid #555; padding: .3rem .6rem; vertical-align: top; text-align: left;
  width: 50%; white-space: pre-line; }
thead th { text-align: center; background: #e8ecf2; }
tbody th { background: #f5f5f5; break-after: avoid; white-space: normal; }
tbody td { border-top: none; border-bottom: none; }
tbody { border-bottom: 1px solid #555; }
tr { break-inside: avoid; }
.depth2 { padding-left: 1.4rem; } .depth3 { padding-left: 2.4rem; }
.depth0 { font-weight: bold; }
.kind { border: 1px solid #333; border-radius: .2rem; padding: 0 .4rem; margin-right: .4rem;
  font-size: 9pt; background: #fff; }
del, ins { text-decoration: underline; text-underline-offset: .2em; }
del { color: #a01010; } ins { color: #0b3d91; }
.moved { text-decoration: underline double; text-underline-offset: .2em; color: #1a5c2a; }
.note { color: #444; font-weight: normal; }
@media print { body { margin: 0; padding: 0; max-width: none; }
  th { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
"""


def html(comparison: Comparison) -> str:
    """A whole page, escaped."""
    title = f"{comparison.title} 신구조문대비표"
    body = "\n".join(_article(change) for change in comparison.changes)
    if not comparison.changes:
        body = '<tbody><tr><td colspan="2">두 판의 내용이 같습니다.</td></tr></tbody>'
    return f"""<!DOCTYPE html>
<html lang="ko">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1>{escape(title)}</h1>
<p><strong>조문 수</strong> {escape(summary(comparison))}</p>
<p><strong>표시</strong> <del>현행에만 있는 말</del> · <ins>개정안에만 있는 말</ins> · \
<span class="moved">옮겨진 말</span>. {escape(LEGEND)}</p>
<table>
<thead><tr><th scope="col">현행<br>{escape(comparison.old)}</th>\
<th scope="col">개정안<br>{escape(comparison.new)}</th></tr></thead>
{body}
</table>
</main>
</body>
</html>
"""


def _article(change: Change) -> str:
    head = (
        f'<tbody><tr><th scope="rowgroup" colspan="2"><span class="kind">{change.kind}</span>'
        f"{escape(name_of(change))}</th></tr>"
    )
    rows = (
        f"<tr>{_cell(line.old, 'del', change)}{_cell(line.new, 'ins', change)}</tr>"
        for line in lines_of(change)
    )
    return "\n".join([head, *rows, "</tbody>"])


def _cell(cell: Cell, tag: str, change: Change) -> str:
    inner = "".join(_runs(cell.runs, tag))
    if cell.note:
        gap = " " if inner else ""
        inner += f'{gap}<span class="note">{escape(cell.note)}</span>'
    bold = cell.depth if cell.depth or change.kind is not Kind.DELETED or tag == "del" else 4
    return f'<td class="depth{bold}">{inner}</td>'


def _runs(runs: tuple[Run, ...], tag: str) -> Iterator[str]:
    for run in runs:
        text = escape(run.text)
        if run.mark is Mark.CHANGED:
            yield f"<{tag}>{text}</{tag}>"
        elif run.mark is Mark.MOVED:
            yield f'<span class="moved">{text}</span>'
        else:
            yield text
