"""The table as a Word document, A4 landscape. Written part by part: a table needs few of them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from xml.sax.saxutils import escape

from ingest.diff.display import LEGEND, Cell, lines_of, name_of, summary
from ingest.diff.records import Change, Comparison, Mark

_FONT = "맑은 고딕"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_WIDTH = 7600  # of a column, in twentieths of a point: half of A4 landscape without its margins
_MARKS = {
    Mark.SAME: "",
    Mark.CHANGED: '<w:color w:val="0B3D91"/><w:u w:val="single"/>',
    Mark.MOVED: '<w:color w:val="1A5C2A"/><w:u w:val="double"/>',
}
_PARTS = {
    "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
    'relationships+xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_OFFICE}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{_OFFICE}.styles+xml"/></Types>',
    "_rels/.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="word/document.xml"/>'
    "</Relationships>",
    "word/_rels/document.xml.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATIONS}/styles" Target="styles.xml"/></Relationships>',
    "word/styles.xml": f'{_XML}<w:styles xmlns:w="{_WORD}"><w:docDefaults><w:rPrDefault><w:rPr>'
    f'<w:rFonts w:ascii="{_FONT}" w:hAnsi="{_FONT}" w:eastAsia="{_FONT}" w:cs="{_FONT}"/>'
    '<w:sz w:val="20"/><w:lang w:val="ko-KR" w:eastAsia="ko-KR"/></w:rPr></w:rPrDefault>'
    "</w:docDefaults>"
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>'
    "</w:style>"
    '<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/><w:pPr>'
    '<w:jc w:val="center"/></w:pPr><w:rPr><w:b/><w:sz w:val="32"/></w:rPr></w:style></w:styles>',
}


def docx(comparison: Comparison) -> bytes:
    """The bytes of the file; equal comparisons give equal bytes."""
    parts = {**_PARTS, "word/document.xml": _document(comparison)}
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content.encode())
    return target.getvalue()


def _document(comparison: Comparison) -> str:
    head = _row(
        *(
            _paragraph(_run(name, bold=True)) + _paragraph(_run(label))
            for name, label in (("현행", comparison.old), ("개정안", comparison.new))
        ),
        header=True,
    )
    rows = [row for change in comparison.changes for row in _article(change)]
    if not rows:
        rows = [_row(_paragraph(_run("두 판의 내용이 같습니다.")))]
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="555555"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    return (
        f'{_XML}<w:document xmlns:w="{_WORD}"><w:body>'
        + _paragraph(_run(f"{comparison.title} 신구조문대비표"), '<w:pStyle w:val="Title"/>')
        + _paragraph(_run("조문 수: ", bold=True) + _run(summary(comparison)))
        + _paragraph(_run(LEGEND))
        + f'<w:tbl><w:tblPr><w:tblW w:w="{2 * _WIDTH}" w:type="dxa"/>'
        f'<w:tblBorders>{borders}</w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr>'
        f'<w:tblGrid><w:gridCol w:w="{_WIDTH}"/><w:gridCol w:w="{_WIDTH}"/></w:tblGrid>'
        + "".join([head, *rows])
        + "</w:tbl>"
        + _paragraph("")
        + '<w:sectPr><w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>'
        '<w:pgMar w:top="800" w:right="800" w:bottom="800" w:left="800" w:header="400" '
        'w:footer="400" w:gutter="0"/></w:sectPr></w:body></w:document>'
    )


def _article(change: Change) -> Iterator[str]:
    name = _run(f"[{change.kind}] {name_of(change)}", bold=True)
    yield _row(_paragraph(name, "<w:keepNext/>"))
    for line in lines_of(change):
        yield _row(_cell(line.old), _cell(line.new))


def _row(*cells: str, header: bool = False) -> str:
    """A table's row; a single cell spans both columns and is shaded."""
    span = '<w:gridSpan w:val="2"/>' if len(cells) == 1 else ""
    shade = '<w:shd w:val="clear" w:color="auto" w:fill="F0F2F5"/>' if span or header else ""
    width = 2 * _WIDTH if span else _WIDTH
    properties = "<w:cantSplit/>" + ("<w:tblHeader/>" if header else "")
    inner = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}{shade}</w:tcPr>{cell}</w:tc>'
        for cell in cells
    )
    return f"<w:tr><w:trPr>{properties}</w:trPr>{inner}</w:tr>"


def _cell(cell: Cell) -> str:
    runs = "".join(_run(run.text, run.mark, bold=cell.depth == 0) for run in cell.runs)
    if cell.note:
        runs += _run(f" {cell.note}" if runs else cell.note)
    indent = {2: 240, 3: 480}.get(cell.depth, 0)
    return _paragraph(runs, f'<w:ind w:left="{indent}"/>' if indent else "")


def _paragraph(runs: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{runs}</w:p>"


def _run(text: str, mark: Mark = Mark.SAME, bold: bool = False) -> str:
    lines = [escape(_ILLEGAL.sub("", line)) for line in text.split("\n")]
    inner = "<w:br/>".join(f'<w:t xml:space="preserve">{line}</w:t>' for line in lines)
    return (
        f'<w:r><w:rPr><w:rFonts w:ascii="{_FONT}" w:hAnsi="{_FONT}" w:eastAsia="{_FONT}"/>'
        f"{'<w:b/>' if bold else ''}{_MARKS[mark]}</w:rPr>{inner}</w:r>"
    )
