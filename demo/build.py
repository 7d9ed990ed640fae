"""Write the demo rule books in their delivered formats from the plain-text sources.

Usage: ``python demo/build.py``.  Reads ``demo/sources`` and writes to ``demo/regulations``:
a CP949 text file, a Word document, an HWPX document and a PDF.  Every time stamp is fixed,
so a second run gives the same text.

Source convention: one paragraph a line; a run of lines ``| a | b |`` is a table, in which a
cell ``<`` is merged with the cell on its left and ``^`` with the cell above.
"""

from __future__ import annotations

import io
import logging
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape

from docx import Document
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.shared import Pt
from fpdf import FPDF
from fpdf.enums import XPos, YPos

HERE = Path(__file__).resolve().parent
SOURCES = HERE / "sources"
TARGET = HERE / "regulations"
FONTS = Path("/usr/share/fonts/truetype/nanum")
STAMP = datetime(2025, 3, 1, 9, 0, 0, tzinfo=UTC)
HEADING = re.compile(r"제\d+장 |제\d+절 |부칙 <|\[별표 ")

Table = list[list[str]]
Block = str | Table


def read_blocks(name: str) -> Iterator[Block]:
    """Yield the paragraphs and tables of one source, blank lines left out."""
    lines = (SOURCES / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    kept = [line.rstrip() for line in lines if line.strip()]
    for is_table, group in groupby(kept, key=lambda line: line.startswith("|")):
        if is_table:
            yield [[cell.strip() for cell in line.strip("|").split("|")] for line in group]
        else:
            yield from group


def write_zip(filename: str, parts: dict[str, bytes]) -> None:
    """Write a zip package in the given order with one fixed time; ``mimetype`` is stored."""
    with zipfile.ZipFile(TARGET / filename, "w") as package:
        for part, data in parts.items():
            info = zipfile.ZipInfo(part, STAMP.timetuple()[:6])
            stored = part == "mimetype"
            info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            package.writestr(info, data)


def write_text(name: str) -> None:
    """Write the source as legacy Korean text: CP949 with CRLF line ends."""
    text = (SOURCES / f"{name}.txt").read_text(encoding="utf-8")
    (TARGET / f"{name}.txt").write_bytes(text.replace("\n", "\r\n").encode("cp949"))


def origin(table: Table, row: int, col: int) -> tuple[int, int]:
    """Return the position of the cell that a merge mark leads back to."""
    while table[row][col] in {"<", "^"}:
        row, col = (row, col - 1) if table[row][col] == "<" else (row - 1, col)
    return row, col


def add_word_table(document: WordDocument, table: Table) -> None:
    """Append a table with its merged cells to a Word document."""
    grid = document.add_table(rows=len(table), cols=len(table[0]), style="Table Grid")
    for r, row in enumerate(table):
        for c, value in enumerate(row):
            if value in {"<", "^"}:
                start_row, start_col = origin(table, r, c)
                grid.cell(start_row, start_col).merge(grid.cell(r, c))
    for r, row in enumerate(table):
        for c, value in enumerate(row):
            if value not in {"<", "^"}:
                grid.cell(r, c).text = value


def write_docx(name: str) -> None:
    """Write a Word document with real headings and tables."""
    document = Document()
    normal = document.styles["Normal"]
    normal.font.name = "NanumGothic"
    normal.font.size = Pt(10.5)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), "NanumGothic")
    for index, block in enumerate(read_blocks(name)):
        if not isinstance(block, str):
            add_word_table(document, block)
        elif index == 0:
            document.add_heading(block, level=0)
        elif HEADING.match(block):
            document.add_heading(block, level=1)
        else:
            document.add_paragraph(block)
    properties = document.core_properties
    properties.title, properties.author = name, "한빛공공데이터진흥원"
    properties.created = properties.modified = STAMP.replace(tzinfo=None)
    buffer = io.BytesIO()
    document.save(buffer)
    with zipfile.ZipFile(buffer) as package:
        write_zip(f"{name}.docx", {part: package.read(part) for part in package.namelist()})


HWPML = "http://www.hancom.co.kr/hwpml/2011"
HWPX_VERSION = (
    '<hv:HCFVersion xmlns:hv="http://www.hancom.co.kr/hwpml/2011/version" tagetApplication='
    '"WORDPROCESSOR" major="5" minor="1" micro="0" buildNumber="1" os="1" xmlVersion="1.4"/>'
)
HWPX_CONTAINER = (
    '<ocf:container xmlns:ocf="urn:oasis:names:tc:opendocument:xmlns:container"><ocf:rootfiles>'
    '<ocf:rootfile full-path="Contents/content.hpf" media-type="application/hwpml-package+xml"/>'
    "</ocf:rootfiles></ocf:container>"
)
HWPX_PACKAGE = """<opf:package xmlns:opf="http://www.idpf.org/2007/opf/" version="" id="">
<opf:metadata><opf:title>{title}</opf:title><opf:language>ko</opf:language></opf:metadata>
<opf:manifest>
<opf:item id="header" href="Contents/header.xml" media-type="application/xml"/>
<opf:item id="section0" href="Contents/section0.xml" media-type="application/xml"/>
</opf:manifest>
<opf:spine><opf:itemref idref="header"/><opf:itemref idref="section0"/></opf:spine>
</opf:package>"""
HWPX_HEADER = f"""<hh:head xmlns:hh="{HWPML}/head" xmlns:hc="{HWPML}/core" version="1.4" secCnt="1">
<hh:beginNum page="1" footnote="1" endnote="1" pic="1" tbl="1" equation="1"/>
<hh:refList>
<hh:fontfaces itemCnt="1"><hh:fontface lang="HANGUL" fontCnt="1">
<hh:font id="0" face="함초롬바탕" type="TTF" isEmbedded="0"/></hh:fontface></hh:fontfaces>
<hh:borderFills itemCnt="1"><hh:borderFill id="1" threeD="0" shadow="0"/></hh:borderFills>
<hh:charProperties itemCnt="1"><hh:charPr id="0" height="1000" textColor="#000000">
<hh:fontRef hangul="0"/></hh:charPr></hh:charProperties>
<hh:paraProperties itemCnt="1"><hh:paraPr id="0"><hh:align horizontal="JUSTIFY"/></hh:paraPr>
</hh:paraProperties>
<hh:styles itemCnt="1"><hh:style id="0" type="PARA" name="바탕글" engName="Normal"
 paraPrIDRef="0" charPrIDRef="0" nextStyleIDRef="0" langID="1042"/></hh:styles>
</hh:refList></hh:head>"""


def hwpx_paragraph(content: str) -> str:
    """Wrap the content of one run in a paragraph."""
    run = f'<hp:run charPrIDRef="0">{content}</hp:run>'
    return f'<hp:p paraPrIDRef="0" styleIDRef="0">{run}</hp:p>'


def hwpx_text(text: str) -> str:
    """Return a paragraph of plain text."""
    return hwpx_paragraph(f"<hp:t>{escape(text)}</hp:t>")


def hwpx_table(table: Table) -> str:
    """Return a paragraph that holds one table."""
    rows = []
    for r, row in enumerate(table):
        cells = [
            f'<hp:tc borderFillIDRef="1"><hp:subList>{hwpx_text(value)}</hp:subList>'
            f'<hp:cellAddr colAddr="{c}" rowAddr="{r}"/><hp:cellSpan colSpan="1" rowSpan="1"/>'
            f'<hp:cellSz width="{42000 // len(row)}" height="1200"/></hp:tc>'
            for c, value in enumerate(row)
        ]
        rows.append(f"<hp:tr>{''.join(cells)}</hp:tr>")
    size = f'rowCnt="{len(table)}" colCnt="{len(table[0])}"'
    return hwpx_paragraph(f'<hp:tbl {size} borderFillIDRef="1">{"".join(rows)}</hp:tbl>')


def write_hwpx(name: str) -> None:
    """Write a minimal HWPX package with one section."""
    body = "\n".join(
        hwpx_text(block.strip()) if isinstance(block, str) else hwpx_table(block)
        for block in read_blocks(name)
    )
    spaces = f'xmlns:hs="{HWPML}/section" xmlns:hp="{HWPML}/paragraph"'
    parts = {
        "version.xml": HWPX_VERSION,
        "META-INF/container.xml": HWPX_CONTAINER,
        "Contents/content.hpf": HWPX_PACKAGE.format(title=escape(name)),
        "Contents/header.xml": HWPX_HEADER,
        "Contents/section0.xml": f"<hs:sec {spaces}>{body}</hs:sec>",
    }
    declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    encoded = {part: (declaration + xml).encode() for part, xml in parts.items()}
    write_zip(f"{name}.hwpx", {"mimetype": b"application/hwp+zip"} | encoded)


class RuleBook(FPDF):
    """An A4 rule book with a running header and a page number at the foot."""

    def __init__(self, name: str) -> None:
        """Prepare the page set-up and the embedded fonts."""
        super().__init__(format="A4")
        self.name = name
        self.set_creation_date(STAMP)
        self.set_title(name)
        self.set_margins(25, 25, 25)
        self.set_auto_page_break(True, margin=25)
        self.add_font("Nanum", fname=str(FONTS / "NanumGothic.ttf"))
        self.add_font("Nanum", style="B", fname=str(FONTS / "NanumGothicBold.ttf"))

    def header(self) -> None:
        """Print the title of the rule book at the top of each page."""
        self.set_font("Nanum", size=8)
        self.set_y(12)
        self.cell(0, 5, f"한빛공공데이터진흥원 {self.name}", align="R")
        self.set_y(25)

    def footer(self) -> None:
        """Print the page number in the form ``- 3 -``."""
        self.set_font("Nanum", size=9)
        self.set_y(-17)
        self.cell(0, 5, f"- {self.page_no()} -", align="C")

    def add_line(self, text: str, style: str = "", size: float = 10, align: str = "J") -> None:
        """Print one paragraph, wrapped at the right margin."""
        self.set_font("Nanum", style=style, size=size)
        self.multi_cell(0, size * 0.62, text, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(1.2)

    def add_table(self, table: Table) -> None:
        """Print a table with a bold heading row."""
        self.set_font("Nanum", size=9)
        with self.table(line_height=7, text_align="CENTER") as grid:
            for values in table:
                row = grid.row()
                for value in values:
                    row.cell(value)
        self.ln(3)


def write_pdf(name: str) -> None:
    """Write a PDF with an embedded Korean font and a text layer."""
    book = RuleBook(name)
    book.add_page()
    for index, block in enumerate(read_blocks(name)):
        if not isinstance(block, str):
            book.add_table(block)
        elif index == 0:
            book.add_line(block, style="B", size=18, align="C")
        elif HEADING.match(block):
            if book.will_page_break(30):  # keep a heading with the text below it
                book.add_page()
            book.ln(3)
            book.add_line(block, style="B", size=12, align="L")
        else:
            book.add_line(block)
    book.output(str(TARGET / f"{name}.pdf"))


def main() -> None:
    """Write every rule book that is not authored directly in its delivered form."""
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    TARGET.mkdir(exist_ok=True)
    write_text("취업규칙")
    write_docx("여비규정")
    write_hwpx("휴직 및 복직 관리기준")
    write_pdf("회계규정")


if __name__ == "__main__":
    main()
