"""Every format into text: golden Korean, pages, tables, and detection by signature."""

from __future__ import annotations

import codecs
import io
import time
import unicodedata
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import docx
import pytest
from fpdf import FPDF

from ingest.files import read_bytes
from ingest.readers.reading import read
from ingest.readers.result import Reading
from onprem_rag.errors import ReadError
from tests.conftest import PROJECT

DEMO = PROJECT / "demo" / "regulations"
FONT = Path("/usr/share/fonts/truetype/nanum/NanumGothic.ttf")
RULE = "여비규정\r\n\r\n제1조(목적) 이 규정은 여비의 지급을 정한다.\r\n"
RULE_READ = "여비규정\n\n제1조(목적) 이 규정은 여비의 지급을 정한다.\n"


def reading(name: str, data: bytes) -> Reading:
    return read(Path(name), data)[2]


def format_of(name: str, data: bytes) -> str:
    return read(Path(name), data)[0]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(RULE.encode("utf-8"), id="utf-8"),
        pytest.param(RULE.encode("utf-8-sig"), id="utf-8 with mark"),
        pytest.param(RULE.encode("cp949"), id="cp949"),
        pytest.param(RULE.encode("utf-16"), id="utf-16"),
        pytest.param(codecs.BOM_UTF16_BE + RULE.encode("utf-16-be"), id="utf-16 big endian"),
    ],
)
def test_text_is_the_same_in_every_encoding(data: bytes) -> None:
    assert reading("여비규정.txt", data) == Reading(RULE_READ)


def test_the_demo_cp949_file_says_what_its_source_says() -> None:
    source = (PROJECT / "demo" / "sources" / "취업규칙.txt").read_bytes()
    delivered = reading("취업규칙.txt", (DEMO / "취업규칙.txt").read_bytes())
    assert delivered == reading("source.txt", source)
    assert "구분: 결혼 | 대상: 본인 | 휴가일수: 5일" in delivered.text


def test_markdown_loses_its_marks_and_keeps_its_words() -> None:
    markdown = """---
제목: '공무원 여비 규정'
시행일자: 2024-01-01
소관부처:
- 인사혁신처
- '기획재정부'
법령분야: ''
---

# 공무원 여비 규정

##### 제1조 (목적)

이 영은 **국내** 여비와 __국외__ 여비를 정한다. 2\\*3 1\\. 첫째
- 목록은 그대로 둔다
"""
    found = reading("여비.md", markdown.encode())
    assert found.title == "공무원 여비 규정"
    assert found.text == (
        "시행일자: 2024-01-01\n소관부처: 인사혁신처, 기획재정부\n"
        "공무원 여비 규정\n\n제1조 (목적)\n\n이 영은 국내 여비와 국외 여비를 정한다. 2*3 1. 첫째\n"
        "- 목록은 그대로 둔다\n"
    )


def test_each_csv_row_repeats_the_header() -> None:
    table = '부서,담당업무,내선\n총무팀,"차량, 시설\n관리",101\n,,\n재무팀,,102\n'
    found = reading("업무분장.csv", table.encode("cp949"))
    assert found.rows
    assert found.text == (
        "부서: 총무팀 | 담당업무: 차량, 시설 관리 | 내선: 101\n부서: 재무팀 | 내선: 102\n"
    )


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("**①** 직원은 **국내**의 __여비__를 받는다.", "① 직원은 국내의 여비를 받는다."),
        ("□**신규** □**기제작****(강좌명)**", "□신규 □기제작(강좌명)"),
        ("제**14**조의 규정", "제14조의 규정"),
        ("a__b__c와 (가**2) + (나**2)", "a__b__c와 (가**2) + (나**2)"),
        ("이름 ______ 주소 ______", "이름 ______ 주소 ______"),
        ("** 표기학과는 홍**, 김**", "** 표기학과는 홍**, 김**"),
    ],
)
def test_emphasis_marks_go_only_where_they_enclose_words(marked: str, plain: str) -> None:
    assert reading("여비.md", marked.encode()).text == f"{plain}\n"


@pytest.mark.parametrize(
    "text", ["**a" * 8_000, "**a " * 8_000, "**" + "a **" * 8_000, "__a " * 8_000, "*" * 20_000]
)
def test_marks_without_end_take_no_time(text: str) -> None:
    blanks = " " * 20_000
    began = time.process_time()
    assert reading("a.md", text.encode()).text.count("a") == text.count("a")
    assert reading("a.txt", f"{blanks}|x\n|{blanks}y".encode()).text == "x\ny"
    assert time.process_time() - began < 0.5


def test_a_row_without_its_closing_sign_keeps_its_last_cell() -> None:
    table = "표\n| 직급 | 일비\n|---|---\n| 4급 | 2만원\n| 5급 | |\n끝\n"
    assert reading("여비.txt", table.encode()).text == (
        "표\n직급 | 일비\n직급: 4급 | 일비: 2만원\n5급\n끝\n"
    )


def test_a_pipe_table_whose_columns_share_their_name() -> None:
    table = "| 점수 | 점수 |\n|---|---|\n| 가 | 나 |\n"
    assert reading("배점.md", table.encode()).text == "점수 | 점수\n점수: 가 | 점수: 나\n"


@pytest.mark.parametrize("name", ["여비.txt", "여비.md"])
def test_a_line_that_is_only_a_pipe_says_nothing(name: str) -> None:
    assert reading(name, "가\n|\n|\n| 나\n|\n다\n".encode()).text == "가\n나\n다\n"
    table = "| 직급 | 일비 |\n|---|---|\n|\n| 4급 | 2만원 |\n"
    assert reading(name, table.encode()).text == "직급 | 일비\n직급: 4급 | 일비: 2만원\n"


def test_a_single_line_that_begins_like_a_table_is_text() -> None:
    text = "가\n| 제목 없는 줄\n나\n| 제목 | 있는 줄 |\n"
    assert reading("여비.txt", text.encode()).text == text


def test_decomposed_syllables_are_composed() -> None:
    pages = ((unicodedata.normalize("NFD", line) for line in page) for page in PAGES)
    whole = "".join(line for page in PAGES for line in page)
    assert reading("a.txt", unicodedata.normalize("NFD", RULE).encode()).text == RULE_READ
    found = reading("a.pdf", pdf_of(pages))
    assert "".join(found.text.split()) == "".join(whole.split())
    second = "".join(found.text[found.pages[1].start :].split())
    assert second.startswith("".join(PAGES[1][0].split()))


def test_csv_cells_beyond_the_header_are_kept() -> None:
    assert reading("업무분장.csv", "부서,업무\n총무팀,차량,야간 포함\n".encode()).text == (
        "부서: 총무팀 | 업무: 차량 | 야간 포함\n"
    )


def test_titles_above_the_header_of_a_csv_file_name_no_column() -> None:
    table = "2024 여비표,,\n(단위: 원)\n직급,일비,식비\n4급,25000,27000\n"
    assert reading("여비.csv", table.encode()).text == (
        "2024 여비표\n(단위: 원)\n직급: 4급 | 일비: 25000 | 식비: 27000\n"
    )


def test_the_one_name_of_a_csv_file_is_no_title() -> None:
    assert reading("여비.csv", "직급\n4급\n5급\n".encode()).text == "직급: 4급\n직급: 5급\n"
    assert reading("여비.csv", "직급,\n4급,일반직\n".encode()).text == "직급: 4급 | 일반직\n"


def test_a_csv_file_of_a_header_alone_is_an_error() -> None:
    with pytest.raises(ReadError, match=r"머리글과 한 줄 이상.*→"):
        reading("업무분장.csv", "부서,담당업무\n".encode())


@pytest.fixture(scope="module")
def word_file() -> bytes:
    """A Word file with a table whose header is merged across and down."""
    document = docx.Document()
    document.add_heading("여비규정", level=0)
    document.add_paragraph("제1조(목적) 이 규정은 여비를 정한다.")
    table = document.add_table(rows=3, cols=4)
    for column, text in enumerate(["구분", "일비", "숙박비"]):
        table.cell(0, column).text = text
    table.cell(0, 2).merge(table.cell(0, 3))
    table.cell(0, 0).merge(table.cell(1, 0))
    table.cell(0, 1).merge(table.cell(1, 1))
    table.cell(1, 2).text, table.cell(1, 3).text = "서울", "지방"
    for column, text in enumerate(["직원", "25,000", "100,000", "70,000"]):
        table.cell(2, column).text = text
    document.add_paragraph("부칙")
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def repacked(data: bytes, edit: Callable[[str, bytes], bytes | None]) -> bytes:
    """A zip file with ``edit`` done to each part; None leaves the part out."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            part = edit(name, old.read(name))
            if part is not None:
                new.writestr(name, part)
    return buffer.getvalue()


def test_word_paragraphs_and_table_rows_in_reading_order(word_file: bytes) -> None:
    assert reading("여비규정.docx", word_file).text == (
        "여비규정\n"
        "제1조(목적) 이 규정은 여비를 정한다.\n"
        "구분 | 일비 | 숙박비\n"
        "서울 | 지방\n"
        "구분: 직원 | 일비: 25,000 | 숙박비 서울: 100,000 | 숙박비 지방: 70,000\n"
        "부칙\n"
    )


_WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def word_body(xml: str) -> str:
    """The text that is read of a Word file with this body."""
    buffer = io.BytesIO()
    docx.Document().save(buffer)
    body = f"<w:document {_WORD}><w:body>{xml}</w:body></w:document>".encode()
    return reading(
        "여비규정.docx",
        repacked(
            buffer.getvalue(), lambda name, part: body if name == "word/document.xml" else part
        ),
    ).text


def run_of(text: str) -> str:
    return f"<w:r><w:t xml:space='preserve'>{text}</w:t></w:r>"


def cell_of(inner: str) -> str:
    return f"<w:tc><w:p>{inner}</w:p></w:tc>"


def test_a_word_file_s_tracked_changes_are_accepted() -> None:
    assert (
        word_body(
            f"<w:p>{run_of('일비는 ')}<w:del><w:r><w:delText>2</w:delText></w:r></w:del>"
            f"<w:ins>{run_of('3')}</w:ins>{run_of('만원')}<w:hyperlink>{run_of('(별표)')}</w:hyperlink>"
            f"<w:fldSimple>{run_of('1')}</w:fldSimple><w:moveFrom>{run_of('전')}</w:moveFrom></w:p>"
            f"<w:ins><w:p>{run_of('신설')}<w:r><w:tab/><w:t>조문</w:t><w:br/></w:r>"
            f"{run_of('둘째 줄')}</w:p></w:ins>"
        )
        == "일비는 3만원(별표)1\n신설\t조문\n둘째 줄\n"
    )


def test_what_a_word_file_s_content_controls_hold_is_read_in_order() -> None:
    control = "<w:sdt><w:sdtPr/><w:sdtContent>{}</w:sdtContent></w:sdt>"
    rows = (
        cell_of(run_of("직급")) + cell_of(run_of("일비")),
        cell_of(run_of("4급")) + control.format(cell_of(run_of("2만원"))),
        "<w:trPr><w:del/></w:trPr>" + cell_of(run_of("5급")) + cell_of(run_of("1만원")),
    )
    grid = "<w:tblGrid><w:gridCol/><w:gridCol/></w:tblGrid>"
    table = f"<w:tbl>{grid}{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"
    inner = control.format(f"<w:p>{control.format(run_of('안쪽'))}</w:p>")
    assert (
        word_body(
            f"<w:p>{run_of('앞')}</w:p>{control.format(inner + table)}<w:p>{run_of('뒤')}</w:p>"
        )
        == "앞\n안쪽\n직급 | 일비\n직급: 4급 | 일비: 2만원\n뒤\n"
    )


def test_text_boxes_and_tables_within_cells_are_read() -> None:
    box = f"<w:r><w:pict><w:txbxContent><w:p>{run_of('상자')}</w:p></w:txbxContent></w:pict></w:r>"
    table = "<w:tbl><w:tblGrid><w:gridCol/></w:tblGrid><w:tr><w:tc>{}<w:p/></w:tc></w:tr></w:tbl>"
    inner = table.format(f"<w:p>{run_of('안쪽 표')}</w:p>")
    outer = table.format(f"<w:p>{run_of('바깥')}</w:p>{inner}")
    assert word_body(f"<w:p>{run_of('줄')}{box}</w:p>{outer}") == "줄\n상자\n바깥\n안쪽 표\n"


def test_the_demo_word_file_has_its_tables() -> None:
    text = reading("여비규정.docx", (DEMO / "여비규정.docx").read_bytes()).text
    lines = text.split("\n")
    assert (
        "구분: 3급 이하 | 철도·선박 등급: 일반실 | 항공 등급: 일반석 | 일비(1일): 25,000 | "
        "식비(1일): 27,000 | 숙박비 상한(1박) 서울특별시: 100,000 | "
        "숙박비 상한(1박) 광역시: 80,000 | 숙박비 상한(1박) 그 밖의 지역: 70,000"
    ) in lines
    assert (
        "구분: 1급·2급 | 등급: 라 | 일비(1일): 40 | 식비(1일): 50 | 숙박비 상한(1박): 120" in lines
    )


def _no_styles(name: str, part: bytes) -> bytes | None:
    return None if name == "word/styles.xml" else part


def _no_content_types(name: str, part: bytes) -> bytes | None:
    return None if name == "[Content_Types].xml" else part


def _a_template(name: str, part: bytes) -> bytes:
    return part.replace(b"openxmlformats-officedocument.wordprocessingml.document", b"ms-word.x")


@pytest.mark.parametrize("damage", [_no_styles, _no_content_types, _a_template])
def test_word_files_that_python_docx_refuses(
    word_file: bytes, damage: Callable[[str, bytes], bytes | None]
) -> None:
    damaged = repacked(word_file, damage)
    with pytest.raises((KeyError, ValueError)):
        docx.Document(io.BytesIO(damaged))
    assert reading("여비규정.docx", damaged).text == reading("여비규정.docx", word_file).text


class _Book(FPDF):
    """A rule with a running head and a page number."""

    def header(self) -> None:
        self.set_font("Nanum", size=8)
        self.cell(0, 5, "한빛진흥원 숙소관리지침", align="R", new_x="LMARGIN", new_y="NEXT")

    def footer(self) -> None:
        self.set_y(-15)
        self.set_font("Nanum", size=8)
        self.cell(0, 5, f"- {self.page_no()} -", align="C")


PAGES = (
    (
        "숙소관리지침",
        "제1조(목적) 이 지침은 지역사무소에 근무하는 직원에게 제공하는 숙소의 입주와 퇴거, "
        "시설의 관리와 비용의 부담에 필요한 사항을 정함을 목적으로 한다.",
    ),
    (
        "제2조(입주자의 의무) 입주자는 선량한 관리자의 주의로 숙소를 관리하여야 하며 퇴거할 때에는 "
        "원래의 상태로 회복하여 담당부서에 인계하여야 한다.",
        "제3조(비용) ① 관리비는 입주자가 부담한다.",
        "② 수선비는 진흥원이 부담한다.",
    ),
    ("제4조(퇴거) 입주자는 전보된 날부터 30일 이내에 숙소에서 퇴거하여야 한다.",),
)


def pdf_of(pages: Iterable[Iterable[str]]) -> bytes:
    if not FONT.is_file():
        pytest.skip(f"no Korean font: {FONT}")
    book = _Book(format="A4")
    book.add_font("Nanum", fname=str(FONT))
    for lines in pages:
        book.add_page()
        book.set_font("Nanum", size=11)
        for line in lines:
            book.multi_cell(0, 8, line, align="L", new_x="LMARGIN", new_y="NEXT")
    return bytes(book.output())


def test_pdf_text_without_running_heads_and_with_its_pages() -> None:
    found = reading("숙소관리지침.pdf", pdf_of(PAGES))
    assert found.text == "".join(f"{line}\n" for page in PAGES for line in page)
    assert [page.number for page in found.pages] == [1, 2, 3]
    cut = [found.text[page.start : page.end].strip().split("\n") for page in found.pages]
    assert cut == [list(page) for page in PAGES]


def test_headings_that_begin_most_pages_are_no_running_heads() -> None:
    names = ("입주 신청서", "퇴거 확인서", "시설 점검표", "열쇠 인수증")
    forms = [
        (f"[별지 제{number}호서식]", name, f"{name}에는 소속과 성명을 적는다.")
        for number, name in enumerate(names, start=1)
    ]
    pages = [*PAGES[:1], *forms]
    found = reading("숙소관리지침.pdf", pdf_of(pages))
    assert found.text == "".join(f"{line}\n" for page in pages for line in page)


def test_a_date_is_not_torn_apart() -> None:
    lines = ("제정 2018. 3. 2.", "개정 2020. 1. 1. 규정 제5호로 개정", "이 지침은 숙소에 적용한다.")
    found = reading("숙소관리지침.pdf", pdf_of([*PAGES, lines]))
    assert found.text.endswith("".join(f"{line}\n" for line in lines))


def test_a_locked_pdf_and_one_without_text_are_errors() -> None:
    book = FPDF()
    book.add_page()
    with pytest.raises(ReadError, match=r"글자층이 없는 PDF\(스캔본\)입니다. → 문자 인식"):
        reading("스캔.pdf", bytes(book.output()))
    book = FPDF()
    book.set_encryption(owner_password="1234", user_password="5678")
    book.add_page()
    with pytest.raises(ReadError, match=r"암호가 걸린 PDF입니다. → 암호를 풀고"):
        reading("잠긴.pdf", bytes(book.output()))


def test_the_demo_pdf_says_what_its_source_says() -> None:
    found = reading("회계규정.pdf", (DEMO / "회계규정.pdf").read_bytes())
    source = (PROJECT / "demo" / "sources" / "회계규정.txt").read_text(encoding="utf-8")
    lines = [line.strip() for line in found.text.split("\n")]
    said = "".join("".join(lines[:-16]).split())
    assert "".join(source.split()).startswith(said)
    assert len(said) > 3000
    assert "개정 2024. 7. 1." in lines
    assert "[별표 2] 물품의 내용연수(제29조 관련)" in lines
    assert "구분: 용역 | 팀장: 1천만원 미만 | 본부장: 1억원 미만 | 원장: 1억원 이상" in lines
    assert "품목: 승용차 | 내용연수: 8년" in lines
    assert [len(table.rows) for table in found.tables] == [5, 7]
    assert (
        '제1조(목적) 이 규정은 한빛공공데이터진흥원(이하 "진흥원"이라 한다)의 예산, 회계, 자금 '
        "및 자산의 관리에 관한 기준과 절차를 정하여 재정을 건전하고 투명하게 운영함을 목적으로 "
        "한다."
    ) in lines


def test_pdf_pages_follow_each_other_and_cover_the_text() -> None:
    found = reading("회계규정.pdf", (DEMO / "회계규정.pdf").read_bytes())
    borders = [found.pages[0].start, *(page.end for page in found.pages)]
    assert borders[0] == 0
    assert borders[-1] == len(found.text.rstrip("\n"))
    assert [page.start for page in found.pages] == borders[:-1]
    assert [page.number for page in found.pages] == [1, 2, 3, 4, 5, 6]


def test_hwpx_with_its_table() -> None:
    name = "휴직 및 복직 관리기준.hwpx"
    lines = reading(name, (DEMO / name).read_bytes()).text.split("\n")
    assert lines[0] == "휴직 및 복직 관리기준"
    assert "제11조 삭제 <2023. 1. 1.>" in lines
    assert "휴직의 종류 | 기간 | 보수 | 근속기간 산입" in lines
    assert (
        "휴직의 종류: 육아휴직 | 기간: 자녀 1명당 2년 이내 | 보수: 없음(지원금 월 30만원 별도) | "
        "근속기간 산입: 산입"
    ) in lines


def test_hwp_5(shared: Path) -> None:
    path = shared / "regulations-hwp" / "강의료지급기준(20190605)_일부개정.hwp"
    file_format, _, found = read(path, read_bytes(path))
    assert file_format == "hwp"
    assert "강의료" in found.text
    assert "|---" not in found.text


def test_the_signature_tells_the_format_and_not_the_name(word_file: bytes) -> None:
    pdf = (DEMO / "회계규정.pdf").read_bytes()
    hwpx = (DEMO / "휴직 및 복직 관리기준.hwpx").read_bytes()
    assert format_of("회계규정.txt", pdf) == "pdf"
    assert format_of("회계규정.hwp", pdf) == "pdf"
    assert format_of("여비규정.zip", word_file) == "docx"
    assert format_of("휴직기준.docx", hwpx) == "hwpx"
    assert format_of("휴직기준", hwpx) == "hwpx"


@pytest.mark.parametrize("suffix", [".pdf", ".docx", ".hwp", ".hwpx", ".PDF"])
def test_text_under_another_name_is_an_error(suffix: str) -> None:
    with pytest.raises(ReadError, match=rf"확장자는 {suffix.lower()}이지만 .*→ "):
        reading(f"여비규정{suffix}", RULE.encode())
