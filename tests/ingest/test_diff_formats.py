"""The table as HTML, Markdown and Word: complete, escaped, and the words marked."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ElementTree
import zipfile
from html.parser import HTMLParser

import docx
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn

from ingest.diff import FORMATS, Comparison, rendered
from tests.ingest.diffing import LEAVE, amended, compared

CHANGES = (
    ("3일 전까지", "5일 전까지"),
    ("제4조(연차휴가)", "제4조(병가) <병가>는 & 30일로 한다.\n제5조(연차휴가)"),
    ("제5조(특별휴가) 직원이 결혼하는 경우 5일의 특별휴가를 준다.", "제6조 삭제"),
    ("제6조(여비)", "제7조(여비)"),
    ("2. “부장”", "2. “기간제”란 기간을 정하여 임용된 사람을 말한다.\n3. “부장”"),
    ("3. “휴가”", "4. “휴가”"),
)


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return amended(*CHANGES)


class _Table(HTMLParser):
    """The cells of an HTML table, and the texts of its marks."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.marks: dict[str, list[str]] = {"del": [], "ins": []}
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
        if self.rows and tag in self.marks:
            self.marks[tag].append("")
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.rows or not ({"td", "th"} & set(self.open)):
            return
        self.rows[-1][-1] += data
        if self.open[-1] in self.marks:
            self.marks[self.open[-1]][-1] += data


ROWS = [
    ["변경제2조(정의)"],
    ["제2조(정의) (생 략)", "제2조(정의) (현행과 같음)"],
    ["1. (생 략)", "1. (현행과 같음)"],
    ["<신 설>", "2. “기간제”란 기간을 정하여 임용된 사람을 말한다."],
    ["2.ㆍ3. (생 략)", "3.ㆍ4. (현행 제2호 및 제3호와 같음)"],
    ["변경제3조(신청)"],
    ["제3조(신청)", "제3조(신청)"],
    [
        "① 직원은 휴가 3일 전까지 부장에게 신청하여야 한다.",
        "① 직원은 휴가 5일 전까지 부장에게 신청하여야 한다.",
    ],
    ["②ㆍ③ (생 략)", "②ㆍ③ (현행과 같음)"],
    ["신설제4조(병가)"],
    ["<신 설>", "제4조(병가)"],
    ["", "<병가>는 & 30일로 한다."],
    ["이동제4조(연차휴가) → 제5조(연차휴가)"],
    ["제4조(연차휴가) (생 략)", "제5조(연차휴가) (현행 제4조와 같음)"],
    ["삭제제5조(특별휴가)"],
    ["제5조(특별휴가)", "<삭 제>"],
    ["직원이 결혼하는 경우 5일의 특별휴가를 준다.", ""],
    ["이동제6조(여비) → 제7조(여비)"],
    ["제6조(여비) (생 략)", "제7조(여비) (현행 제6조와 같음)"],
]


def test_the_page_shows_the_table_as_korean_offices_write_it(comparison: Comparison) -> None:
    table = _Table(str(rendered(comparison, "html")))
    assert table.rows[0] == ["현행제1판", "개정안제2판"]
    assert table.rows[1:] == ROWS
    assert table.open == []
    assert table.marks["del"] == [
        "3일", "제4조", "제5조(특별휴가)", "직원이 결혼하는 경우 5일의 특별휴가를 준다.", "제6조",
    ]  # fmt: skip
    assert table.marks["ins"][:2] == ["2. “기간제”란 기간을 정하여 임용된 사람을 말한다.", "5일"]


def test_the_page_stands_alone(comparison: Comparison) -> None:
    page = str(rendered(comparison, "html"))
    assert "&lt;병가&gt;는 &amp; 30일" in page
    assert not any(sign in page for sign in ("http:", "https:", "src=", "<script", "<link", "url("))
    assert "A4 landscape" in page
    assert '<html lang="ko">' in page
    assert "변경 2 · 신설 1 · 삭제 1 · 이동 2 · 이동·변경 0 · 같음 2" in page


def test_hostile_text_stays_text() -> None:
    wording = "<script>alert(1)</script> | *a* `b` [c](d) # \x0b"
    found = compared(LEAVE, LEAVE.replace("특별휴가를 준다.", wording))
    assert "<script" not in str(rendered(found, "html"))
    text = str(rendered(found, "md"))
    assert "<script" not in text
    row = next(line for line in text.splitlines() if "alert" in line)
    assert row.replace("\\|", "").count("|") == 3
    assert "\\*a\\* \\`b\\` \\[c\\](d) \\#" in row
    assert "alert(1)" in docx.Document(io.BytesIO(_word(found))).tables[0].rows[-1].cells[1].text


def test_markdown_holds_a_table_an_article(comparison: Comparison) -> None:
    text = str(rendered(comparison, "md"))
    assert "## [변경] 제3조(신청)\n\n| 현행 (제1판) | 개정안 (제2판) |\n| --- | --- |\n" in text
    assert (
        "| ① 직원은 휴가 <b><ins>3일</ins></b> 전까지 부장에게 신청하여야 한다. "
        "| ① 직원은 휴가 <b><ins>5일</ins></b> 전까지 부장에게 신청하여야 한다. |\n"
    ) in text
    assert "| &lt;신 설&gt; | <b><ins>제4조(병가)</ins></b> |" in text


def _word(comparison: Comparison) -> bytes:
    data = rendered(comparison, "docx")
    assert isinstance(data, bytes)
    return data


def test_another_library_reads_the_word_document(comparison: Comparison) -> None:
    document = docx.Document(io.BytesIO(_word(comparison)))
    assert document.sections[0].orientation == WD_ORIENT.LANDSCAPE
    table = document.tables[0]
    found = [list(dict.fromkeys(cell._tc for cell in row.cells)) for row in table.rows]
    texts = [["".join(t.text or "" for t in tc.iter(qn("w:t"))) for tc in row] for row in found]
    kinds = ("신설", "삭제", "변경", "이동")
    plain = [
        [row[0].replace("[", "", 1).replace("] ", "", 1)] if len(row) == 1 else row for row in texts
    ]
    assert plain[1:] == ROWS, kinds
    runs = [run for row in table.rows for cell in row.cells for run in cell.paragraphs[0].runs]
    assert [run.text for run in runs if run.underline and run.text.endswith("일")] == ["3일", "5일"]
    fonts = {run._r.rPr.rFonts.get(qn("w:eastAsia")) for run in runs}
    assert fonts == {"맑은 고딕"}


def test_the_word_document_is_the_same_every_time(comparison: Comparison) -> None:
    assert _word(comparison) == _word(amended(*CHANGES))
    with zipfile.ZipFile(io.BytesIO(_word(comparison))) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            ElementTree.fromstring(archive.read(name))


@pytest.mark.parametrize("name", FORMATS)
def test_equal_versions_say_so(name: str) -> None:
    data = rendered(compared(LEAVE, LEAVE), name)
    if isinstance(data, bytes):
        data = docx.Document(io.BytesIO(data)).tables[0].rows[1].cells[0].text
    assert "두 판의 내용이 같습니다." in data
