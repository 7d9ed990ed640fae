"""DOCX, XLSX, HTML, ZIP and plain text: what their programs show is what is read."""

from __future__ import annotations

import datetime
import io
import stat
import time
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.enum.text import WD_BREAK

from ingest.readers.archive import is_archive, members
from ingest.readers.detect import detect_format
from ingest.readers.office.values import shown
from ingest.readers.reading import read
from ingest.readers.result import Reading
from onprem_rag.errors import ReadError
from tests.bench.mutants import XLSX_PARTS

RULE = "여비규정\n\n제1조(목적) 이 규정은 여비의 지급을 정한다.\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DAY = datetime.date(2020, 1, 1)


def reading(name: str, data: bytes) -> Reading:
    return read(Path(name), data)[2]


def zip_of(parts: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return buffer.getvalue()


def stream_of(name: str) -> bytes:
    """A compound file with the name of one stream in it."""
    return OLE + f"{name}\0".encode("utf-16-le")


# Detection


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("규정.txt", OLE + b"HWP Document File" + "FileHeader\0".encode("utf-16-le"), "hwp"),
        ("규정.pdf", b"HWP Document File V3.00 \x1a\x01\x02\x03\x04\x05", "hwp"),
        ("규정.hwp", zip_of({"Contents/section0.xml": ""}), "hwpx"),
        ("규정.hwp", b'<?xml version="1.0" encoding="UTF-8"?>\n<HWPML Version="2.8">', "hml"),
        ("규정.hwp", "<?xml version='1.0'?><!DOCTYPE HWPML><HWPML >".encode("utf-16"), "hml"),
        ("규정.hwp", zip_of({"word/document2.xml": ""}), "docx"),
        ("규정", zip_of({"xl/workbook.xml": ""}), "xlsx"),
        ("규정.docx", zip_of({"폴더/여비규정.hwp": "가"}), "zip"),
        ("규정.doc", b"\xef\xbb\xbf <!-- saved from url --><HTML lang='ko'>", "html"),
        ("규정.txt", "<!DOCTYPE html>".encode("utf-16-le"), "html"),
        ("규정.xls", "<meta charset=euc-kr><table><tr><td>직급".encode("cp949"), "html"),
        ("규정.md", b"<div align=center>", "md"),
        ("규정", RULE.encode("cp949"), "txt"),
        ("규정.log", RULE.encode("utf-16-be"), "txt"),
    ],
)
def test_the_content_tells_the_format(name: str, data: bytes, expected: str) -> None:
    assert detect_format(Path(name), data) == expected


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (stream_of("WordDocument"), r"옛 워드 문서\(DOC\)입니다. → .*DOCX로 저장"),
        (stream_of("Workbook"), r"옛 엑셀 문서\(XLS\)입니다. → .*XLSX로 저장"),
        (stream_of("PowerPoint Document"), r"옛 파워포인트 문서\(PPT\)입니다. → "),
        (stream_of("EncryptedPackage"), "암호가 걸린 오피스 문서입니다. → 암호를 풀고"),
        (zip_of({"ppt/presentation.xml": ""}), r"파워포인트 문서\(PPTX\)입니다. → "),
        (zip_of({"xl/workbook.bin": ""}), "XLSB.*→ 엑셀에서"),
        (zip_of({"mimetype": "application/vnd.oasis.opendocument.text"}), "ODF.*→ DOCX"),
        (zip_of({"사진.png": ""}), "지원하지 않는 압축 파일입니다. → "),
        (b"Rar!\x1a\x07\x01\x00", "ZIP이 아닌 압축 파일입니다. → "),
        (rb"{\rtf1\ansi}", "RTF 문서입니다. → "),
        (b"From: a\nMIME-Version: 1.0\nContent-Type: multipart/related", "MHTML.*→ "),
        (b"<?xml version='1.0'?><svg>", "지원하지 않는 형식입니다.*→ "),
        (b"\x89PNG\r\n\x1a\n\0\0", "지원하지 않는 형식입니다.*→ "),
    ],
)
def test_what_can_t_be_read_is_named_with_its_remedy(data: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        reading("규정", data)


# Plain text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_known_without_its_mark(encoding: str) -> None:
    assert reading("여비규정.txt", RULE.encode(encoding)) == Reading(RULE)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_letters_whose_one_byte_is_zero_do_not_hide_utf_16(encoding: str) -> None:
    rule = "제1조(목적) 가나다"  # 가 is U+AC00
    assert reading("규정.txt", rule.encode(encoding)).text == rule


@pytest.mark.parametrize("encoding", ["utf-8", "cp949"])
@pytest.mark.parametrize("blanks", ["", " "])
def test_a_stray_zero_makes_no_utf_16_of_a_text(encoding: str, blanks: str) -> None:
    text = RULE * 9 + blanks
    data = text.encode(encoding)
    assert reading("여비규정.txt", data).text == text
    assert reading("여비규정.txt", data + b"\0").text == text


def test_pipe_tables_of_text_and_markdown_are_tables() -> None:
    table = "별표\n| 직급 | 숙박비 | |\n|---|---|---|\n| 4급 | **10만원** | 7만원 |\n끝\n"
    for name, amount in (("여비.txt", "**10만원**"), ("여비.md", "10만원")):
        found = reading(name, table.encode())
        (only,) = found.tables
        assert only.header == 1
        assert only.rows == (("직급", "숙박비", "숙박비"), ("4급", amount, "7만원"))
        assert found.text[: only.start] == "별표\n"
        assert found.text[only.end :] == "\n끝\n"
        line = found.text[only.start : only.end].split("\n")[1]
        assert line.startswith(f"직급: 4급 | 숙박비: {amount} | ")
        assert line.endswith("7만원")


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_csv_cells_are_parted_by_the_sign_that_fits(sign: str) -> None:
    rows = [["부서", "업무"], ["총무팀", '"차량, 시설; 관리\n및 안내"'], ["재무팀", "예산"]]
    table = "\n".join(sign.join(row) for row in rows)
    assert reading("업무.csv", table.encode()).text == (
        "부서: 총무팀 | 업무: 차량, 시설; 관리 및 안내\n부서: 재무팀 | 업무: 예산\n"
    )


def test_a_csv_file_with_a_quote_that_never_ends_is_an_error() -> None:
    endless = '부서,업무\n총무팀,"' + "가" * 1_100_000
    with pytest.raises(ReadError, match=r"번째 줄을 CSV로 읽을 수 없습니다. → 따옴표"):
        reading("업무.csv", endless.encode())


def test_a_quote_that_is_still_open_at_the_end_of_a_csv_file_is_an_error() -> None:
    table = '부서,업무\n총무팀,"차량\n및 시설"\n재무팀,"예산\n회계팀,결산\n'
    with pytest.raises(ReadError, match=r"^4번째 줄을 CSV로 읽을 수 없습니다. → 따옴표"):
        reading("업무.csv", table.encode())


@pytest.mark.parametrize("end", ["", "\n", "\n\n"])
def test_signs_after_a_closed_quote_are_read_as_ever(end: str) -> None:
    table = f'부서,업무\n"총무"팀,5" 관\n재무팀,"예산"{end}'
    assert reading("업무.csv", table.encode()).text == (
        '부서: 총무팀 | 업무: 5" 관\n부서: 재무팀 | 업무: 예산\n'
    )


# DOCX


def word_of(body: str, **parts: str) -> bytes:
    """A Word file of a body and of other parts, each the inside of its root element."""
    roots = {"document": f"<w:body>{body}</w:body>", **parts}
    return zip_of(
        {
            f"word/{name}.xml": f"<w:{name} xmlns:w='{WORD}'>{inner}</w:{name}>"
            for name, inner in roots.items()
        }
    )


def paragraph(text: str, properties: str = "", more: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t>{more}</w:r></w:p>"


def listed(text: str, level: int, number: int = 1) -> str:
    place = f"<w:numPr><w:ilvl w:val='{level}'/><w:numId w:val='{number}'/></w:numPr>"
    return paragraph(text, place)


def level_of(at: int, text: str, form: str, more: str = "") -> str:
    return (
        f"<w:lvl w:ilvl='{at}'><w:start w:val='1'/><w:numFmt w:val='{form}'/>{more}"
        f"<w:lvlText w:val='{text}'/></w:lvl>"
    )


RULE_LEVELS = (
    level_of(0, "제%1조", "decimal", "<w:suff w:val='nothing'/>")
    + level_of(1, "%2", "decimalEnclosedCircle")
    + level_of(2, "%3.", "decimal")
    + level_of(3, "%4.", "ganada")
    + level_of(4, "%1-%4)", "upperRoman")
)
NUMBERING = (
    f"<w:abstractNum w:abstractNumId='7'>{RULE_LEVELS}</w:abstractNum>"
    "<w:num w:numId='1'><w:abstractNumId w:val='7'/></w:num>"
    "<w:num w:numId='2'><w:abstractNumId w:val='7'/>"
    "<w:lvlOverride w:ilvl='0'><w:startOverride w:val='1'/></w:lvlOverride></w:num>"
)


def test_generated_numbers_of_a_word_file_are_text() -> None:
    body = (
        listed("(목적) 여비를 정한다.", 0)
        + listed("(일비)", 0)
        + listed("일비는 다음과 같다.", 1)
        + listed("국내", 2)
        + listed("철도", 3)
        + listed("항공", 3)
        + listed("국외", 2)
        + listed("배", 3)
        + listed("숙박비는 따로 정한다.", 1)
        + paragraph("부칙")
        + listed("(시행일) 공포한 날", 0, number=2)
        + listed("(경과조치)", 0, number=2)
    )
    assert reading("여비규정.docx", word_of(body, numbering=NUMBERING)).text.split("\n")[:-1] == [
        "제1조(목적) 여비를 정한다.",
        "제2조(일비)",
        "① 일비는 다음과 같다.",
        "1. 국내",
        "가. 철도",
        "나. 항공",
        "2. 국외",
        "가. 배",
        "② 숙박비는 따로 정한다.",
        "부칙",
        "제1조(시행일) 공포한 날",
        "제2조(경과조치)",
    ]


def test_numbers_come_from_styles_and_a_paragraph_may_refuse_them() -> None:
    styles = (
        "<w:style w:type='paragraph' w:styleId='조'><w:pPr><w:numPr><w:numId w:val='1'/>"
        "</w:numPr></w:pPr></w:style>"
        "<w:style w:type='paragraph' w:styleId='항'><w:basedOn w:val='조'/><w:pPr><w:numPr>"
        "<w:ilvl w:val='1'/></w:numPr></w:pPr></w:style>"
        "<w:style w:type='paragraph' w:styleId='원'><w:basedOn w:val='원'/></w:style>"
    )
    body = (
        paragraph("(목적)", "<w:pStyle w:val='조'/>")
        + paragraph("첫째 항", "<w:pStyle w:val='항'/>")
        + paragraph("그냥", "<w:pStyle w:val='조'/><w:numPr><w:numId w:val='0'/></w:numPr>")
        + paragraph("돌고 도는 모양", "<w:pStyle w:val='원'/>")
        + paragraph("(정의)", "<w:pStyle w:val='조'/>")
    )
    found = reading("규정.docx", word_of(body, numbering=NUMBERING, styles=styles))
    assert found.text == "제1조(목적)\n① 첫째 항\n그냥\n돌고 도는 모양\n제2조(정의)\n"


def test_lists_and_headings_of_a_real_word_file() -> None:
    document = docx.Document()
    document.core_properties.title = "틀의 제목"
    document.add_heading("여비규정", level=1)
    for text in ("국내", "국외"):
        document.add_paragraph(text, style="List Number")
    document.add_paragraph("비고", style="List Bullet")
    paragraph = document.add_paragraph(style="List Number")
    paragraph.add_run().add_break(WD_BREAK.PAGE)
    paragraph.add_run("별도")
    document.sections[0].header.paragraphs[0].text = "머리글"
    buffer = io.BytesIO()
    document.save(buffer)
    found = reading("여비규정.docx", buffer.getvalue())
    assert found.text == "여비규정\n1. 국내\n2. 국외\n• 비고\n3. 별도\n"
    assert found.title == ""


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("chosung", "ㄷ"),
        ("koreanDigital", "삼"),
        ("koreanCounting", "삼"),
        ("koreanLegal", "셋"),
        ("upperLetter", "C"),
        ("lowerRoman", "iii"),
        ("decimalZero", "03"),
        ("decimalEnclosedParen", "⑶"),
        ("ideographTraditional", "丙"),
        ("none", ""),
        ("never heard of", "3"),
    ],
)
def test_word_s_ways_of_writing_numbers(form: str, expected: str) -> None:
    numbering = (
        f"<w:abstractNum w:abstractNumId='0'>{level_of(0, '(%1)', form)}</w:abstractNum>"
        "<w:num w:numId='1'><w:abstractNumId w:val='0'/></w:num>"
    )
    body = listed("가", 0) + listed("나", 0) + listed("다", 0)
    assert reading("규정.docx", word_of(body, numbering=numbering)).text.endswith(
        f"\n({expected}) 다\n"
    )


def cell(inner: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inner}</w:tc>"


def table_of(*rows: tuple[str, ...], header: int = 0) -> str:
    mark = "<w:trPr><w:tblHeader/></w:trPr>"
    return "<w:tbl>{}</w:tbl>".format(
        "".join(
            f"<w:tr>{mark if at < header else ''}{''.join(row)}</w:tr>"
            for at, row in enumerate(rows)
        )
    )


def test_merged_cells_and_header_rows_of_a_word_table() -> None:
    down, on = "<w:vMerge w:val='restart'/>", "<w:vMerge/>"
    table = table_of(
        (
            cell(paragraph("직급"), down),
            cell(paragraph("숙박비"), "<w:gridSpan w:val='2'/>"),
        ),
        (cell("<w:p/>", on), cell(paragraph("서울")), cell(paragraph("지방"))),
        (cell(paragraph("4급"), down), cell(paragraph("10만원")), cell(paragraph("7만원"))),
        (cell("<w:p/>", on), cell(paragraph("9만원")), cell(paragraph("6만원"))),
        header=2,
    )
    found = reading("여비규정.docx", word_of(paragraph("별표") + table + paragraph("끝")))
    (only,) = found.tables
    assert only.header == 2
    assert only.rows == (
        ("직급", "숙박비", "숙박비"),
        ("직급", "서울", "지방"),
        ("4급", "10만원", "7만원"),
        ("4급", "9만원", "6만원"),
    )
    assert found.text.split("\n")[-4:-2] == [
        "직급: 4급 | 숙박비 서울: 10만원 | 숙박비 지방: 7만원",
        "직급: 4급 | 숙박비 서울: 9만원 | 숙박비 지방: 6만원",
    ]


def test_notes_follow_the_paragraph_or_the_table_that_refers_to_them() -> None:
    first, second = (f"<w:footnoteReference w:id='{at}'/>" for at in (2, 3))
    end = "<w:endnoteReference w:id='2'/>"
    notes = "<w:footnote w:id='{}'>{}</w:footnote>".format
    footnotes = (
        notes(-1, paragraph("구분선"))
        + notes(2, paragraph(" 실비를 말한다.") + paragraph("둘째 문단"))
        + notes(3, paragraph("정액"))
    )
    body = (
        paragraph("일비는 실비로 한다.", more=first)
        + table_of(
            (cell(paragraph("직급")), cell(paragraph("금액", more=second))),
            (cell(paragraph("4급")), cell(paragraph("2만원"))),
        )
        + paragraph("끝", more=end)
    )
    endnotes = f"<w:endnote w:id='2'>{paragraph('미주 글')}</w:endnote>"
    found = reading("규정.docx", word_of(body, footnotes=footnotes, endnotes=endnotes))
    assert found.text == (
        "일비는 실비로 한다.\n주 1) 실비를 말한다.\n둘째 문단\n"
        "직급 | 금액\n직급: 4급 | 금액: 2만원\n주 2) 정액\n끝\n미주 1) 미주 글\n"
    )


def test_hidden_words_headers_and_deleted_paragraph_ends() -> None:
    gone = "<w:rPr><w:del/></w:rPr>"
    hidden = "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>숨김</w:t></w:r></w:p>"
    body = (
        paragraph("이어지는 ", gone)
        + paragraph("한 문단")
        + hidden
        + paragraph("끝에서 끊긴", gone)
    )
    data = word_of(body, header1=paragraph("머리글"), footer1=paragraph("- 1 -"))
    assert reading("규정.docx", data).text == "이어지는 한 문단\n끝에서 끊긴\n"


def test_what_a_paragraph_with_a_deleted_end_refers_to_is_kept() -> None:
    gone = "<w:rPr><w:del/></w:rPr>"
    note = "<w:footnoteReference w:id='2'/>"
    box = f"<w:pict><w:txbxContent>{paragraph('상자')}</w:txbxContent></w:pict>"
    footnotes = f"<w:footnote w:id='2'>{paragraph('실비')}</w:footnote>"
    for body, text in (
        (paragraph("일비는 ", gone, note) + paragraph("따로."), "일비는 따로.\n주 1) 실비\n"),
        (
            paragraph("일비", gone, note) + table_of((cell(paragraph("표")),)),
            "일비\n표\n주 1) 실비\n",
        ),
        (paragraph("일비", gone, note), "일비\n주 1) 실비\n"),
        (paragraph("일비는 ", gone, box) + paragraph("따로."), "일비는 따로.\n상자\n"),
        (paragraph("일비는 ", gone) + "<w:bookmarkEnd/>" + paragraph("따로."), "일비는 따로.\n"),
    ):
        assert reading("규정.docx", word_of(body, footnotes=footnotes)).text == text


@pytest.mark.parametrize("part", ["numbering", "styles", "footnotes"])
def test_a_damaged_part_of_a_word_file_is_not_passed_over(part: str) -> None:
    """Without it, every 제1조 that Word counts would be missing."""
    with zipfile.ZipFile(io.BytesIO(word_of(listed("(목적)", 0), numbering=NUMBERING))) as archive:
        parts: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    data = zip_of({**parts, f"word/{part}.xml": "<w:numbering"})
    with pytest.raises(ReadError, match=r"손상된 DOCX 파일입니다\. → "):
        reading("규정.docx", data)


def test_syllables_that_a_mac_wrote_keep_the_tables_in_place() -> None:
    table = table_of(
        (cell(paragraph("직급")), cell(paragraph("금액"))),
        (cell(paragraph("4급")), cell(paragraph("2만원"))),
    )
    body = unicodedata.normalize("NFD", paragraph("별표") + table)
    found = reading("규정.docx", word_of(body))
    assert found.text[found.tables[0].start :].startswith("직급 | 금액\n직급: 4급")


# XLSX


def book_of(*sheets: tuple[str, list[list[object]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_a_workbook_that_is_a_list_is_read_as_records() -> None:
    found = reading(
        "업무.xlsx",
        book_of(("목록", [["부서", "업무"], ["총무팀", "차량\n관리"], [], ["재무팀", "예산"]])),
    )
    assert found.rows
    assert found.notes == ()
    assert found.text == "부서: 총무팀 | 업무: 차량 관리\n부서: 재무팀 | 업무: 예산\n"


def test_sheets_with_titles_and_merged_cells_are_tables() -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "국내"
    for row in (
        ["국내여비 정액표"],
        ["(단위: 원)"],
        ["직급", "일비", "숙박비", None],
        [None, None, "서울", "지방"],
        ["4급", 25_000, 100_000, 70_000],
        ["※ 실비로 정산한다."],
    ):
        sheet.append(row)
    for merged in ("A1:D1", "A3:A4", "B3:B4", "C3:D3"):
        sheet.merge_cells(merged)
    for column in "BCD":
        sheet[f"{column}5"].number_format = '#,##0"원"'
    dates = book.create_sheet("개정")
    dates.append(["차수", "시행일", "비율"])
    dates.append([1, DAY, 0.125])
    dates["C2"].number_format = "0.0%"
    hidden = book.create_sheet("숨김")
    hidden.append(["비밀"])
    hidden.sheet_state = "hidden"
    found = reading("여비.xlsx", saved(book))
    assert not found.rows
    assert [line for line in found.text.split("\n") if line != "서울 | 지방"] == [
        "국내",
        "국내여비 정액표",
        "(단위: 원)",
        "직급 | 일비 | 숙박비",
        "직급: 4급 | 일비: 25,000원 | 숙박비 서울: 100,000원 | 숙박비 지방: 70,000원",
        "※ 실비로 정산한다.",
        "개정",
        "차수 | 시행일 | 비율",
        "차수: 1 | 시행일: 2020. 1. 1. | 비율: 12.5%",
        "",
    ]
    assert [table.header for table in found.tables] == [2, 1]
    assert found.tables[0].rows[0] == ("직급", "일비", "숙박비", "숙박비")


def test_questions_and_answers_are_pointed_out_for_the_faq() -> None:
    rows: list[list[object]] = [["Question", "Answer"], ["일비는?", "2만원"]]
    for data in (book_of(("가", rows)), "질문,답변\n일비는?,2만원\n".encode()):
        (note,) = reading("문답.csv", data).notes
        assert note == (
            "질문과 답변이 있는 표입니다. → 승인된 답변으로 쓰려면 문서, 조문 열을 더해 "
            "'ingest faq'에 이 파일을 넣으세요."
        )


def test_formulas_without_a_result_are_told() -> None:
    found = reading("합계.xlsx", book_of(("가", [["항목", "값"], ["합", "=1+1"], ["곱", 3]])))
    assert "곱" in found.text
    assert found.notes == (
        "계산된 값이 없는 수식 칸 1개를 비워 두었습니다. → 엑셀에서 열어 저장한 뒤 다시 넣으세요.",
    )


@pytest.mark.parametrize("empty", ["<v></v>", "<v/>", ""])
def test_formulas_that_yield_no_text_are_no_loss(empty: str) -> None:
    sheet = XLSX_PARTS["xl/worksheets/sheet1.xml"].replace(
        '<c r="B2"><v>70000</v></c>', f'<c r="B2" t="str"><f>IF(1,"","가")</f>{empty}</c>'
    )
    found = reading("여비.xlsx", zip_of({**XLSX_PARTS, "xl/worksheets/sheet1.xml": sheet}))
    assert found.text.startswith("직급")
    assert found.notes == ()


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        ("70000", '[>=1000000]0.0,,"백만";#,##0', "70000"),
        ("2500000", '[>=1000000]0.0,,"백만";#,##0', "2500000"),
        ("70000", "[Red]#,##0;[Blue]-#,##0", "70,000"),
        ("70000", "#,##0", "70,000"),
        ("-5", "#,##0;(#,##0)", "(5)"),
        ("1234567", "#,##0,", "1,235"),
        ("1.005", "0.00", "1.01"),
        ("70000", '_-"₩"* #,##0_-', "₩70,000"),
        ("70000", "[$₩-412]#,##0", "₩70,000"),
        ("5", '"제"0"호"', "제5호"),
        ("21234567", "000-0000-0000", "000-2123-4567"),
        ("0", '#,##0;-#,##0;"-"', "-"),
        ("43831", 'yyyy"년" m"월" d"일"', "2020. 1. 1."),
        ("43831.5", "yyyy-mm-dd h:mm", "2020. 1. 1. 12:00"),
        ("44197", 'yyyy"년" m"월"', "2021. 1."),
        ("0.5", "h:mm", "12:00"),
        ("1.5", "[h]:mm", "36:00"),
        ("0.30000000000000004", "General", "0.3"),
        ("3", "General", "3"),
        ("2958466", "yyyy-mm-dd", "2958466"),
        ("1e300", "0.00", "1e+300"),
        ("1e300", "yyyy-mm-dd", "1e+300"),
        ("nan", "0", "nan"),
    ],
)
def test_numbers_are_read_as_the_sheet_shows_them(value: str, code: str, expected: str) -> None:
    assert shown(value, code) == expected


# HTML

PAGE = """<!DOCTYPE html><html><head><meta http-equiv="Content-Type" content="text/html;
charset={charset}"><title>여비규정 | 법령 > 본문</title><style>p {{}}</style></head><body>
<div id="skip"><a href="#c">본문 바로가기</a></div>
<div class="gnb wide"><ul><li><a>법령</a></li><li><a>판례</a></li></ul></div>
<script>document.write("<p>광고</p>")</script>
<div id="contentBody"><div id="conTop"><h2>여비규정</h2>
<div class="ct_sub">[시행 2020.&nbsp;1.&nbsp;1.] [훈령 제5호]</div></div>
<div class="btn_area"><button>인쇄</button><a href="#">저장</a></div>
<div class="pgroup"><div class="lawcon"><p class="gtit">제1장 총칙</p></div></div>
<a name="J1:0"></a><div class="pgroup"><p class="pty1_p4"><input type="checkbox" value="1">
<span class="bl"><label> 제1조(목적) </label><a><img alt="조문체계도버튼" src="a.gif"></a></span>
이 규정은 <a class="link sfon1">「공무원 여비 규정」</a> <a class="link sfon2">제3조</a>에 따라
여비를 정한다. <span class="sfon">&lt;개정 2020. 1. 1.&gt;</span></p></div>
<p class="pty1_p4"><span class="bl"><label>제1조의<sup>2</sup>(숙박비)</label></span>
① 숙박비는 별표와 같다.<br/>다만, 예외로 한다.</p><p class="pty1_de2h">1. 국내
<table><caption>별표</caption><thead><tr><th rowspan="2">직급</th><th colspan="2">숙박비</th></tr>
<tr><th>서울</th><th>지방</th></tr></thead><tbody>
<tr><th>4급</th><td>10만원</td><td>7만원</td></tr>
<tr><td rowspan="2">5급</td><td>8만원</td><td rowspan="0">6만원</td></tr>
<tr><td>9만원</td></tr></tbody></table>
<ol start="3"><li>셋째</li><li>넷째<ol type="a"><li>안쪽</li></ol></li><li>5) 제 번호</li></ol>
<div style="display: none">숨긴 글</div><pre>가
나</pre></div><div class="footer">법제처</div></body></html>"""
PAGE_READ = [
    "여비규정",
    "[시행 2020. 1. 1.] [훈령 제5호]",
    "제1장 총칙",
    "제1조(목적) 이 규정은 「공무원 여비 규정」 제3조에 따라 여비를 정한다. <개정 2020. 1. 1.>",
    "제1조의2(숙박비) ① 숙박비는 별표와 같다.",
    "다만, 예외로 한다.",
    "1. 국내",
    "별표",
    "직급 | 숙박비",
    "직급: 4급 | 숙박비 서울: 10만원 | 숙박비 지방: 7만원",
    "직급: 5급 | 숙박비 서울: 8만원 | 숙박비 지방: 6만원",
    "직급: 5급 | 숙박비 서울: 9만원 | 숙박비 지방: 6만원",
    "3. 셋째",
    "4. 넷째",
    "a. 안쪽",
    "5) 제 번호",
    "가",
    "나",
    "",
]


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [("euc-kr", "cp949"), ("utf-8", "utf-8"), ("utf-8", "cp949"), ("x", "utf-16")],
)
def test_a_statute_page_without_menus_and_buttons(charset: str, encoding: str) -> None:
    data = PAGE.format(charset=charset).encode(encoding)
    file_format, _, found = read(Path("여비규정.doc"), data)
    assert file_format == "html"
    assert [line for line in found.text.split("\n") if line != "서울 | 지방"] == PAGE_READ
    (table,) = found.tables
    assert table.header == 2
    assert table.rows[-1] == ("5급", "9만원", "6만원")


def test_one_letter_cut_in_two_does_not_cost_the_page() -> None:
    page = PAGE.format(charset="euc-kr").encode("cp949").replace(b"</pre>", b"\xb0</pre>")
    assert "제1장 총칙" in reading("여비규정.html", page).text


def test_a_page_whose_name_is_that_of_a_menu_keeps_its_text() -> None:
    page = f"<html><body><div class='location'><p>{'제1조(목적) 여비를 정한다. ' * 9}</p></div>"
    assert reading("규정.html", page.encode()).text.startswith("제1조(목적)")


@pytest.mark.parametrize(
    ("mark", "kept"),
    [
        ("class='location'", "근무지: 서울 | "),
        ("id='quick'", "근무지: 서울 | "),
        ("aria-hidden='true'", ""),
        ("style='visibility: hidden'", ""),
    ],
)
def test_no_value_of_a_table_moves_under_another_name(mark: str, kept: str) -> None:
    page = (
        f"<html><body><p>{RULE * 9}</p><table><tr><th>직급</th><th>근무지</th><th>일비</th></tr>"
        f"<tr><td>4급</td><td {mark}>서울</td><td>2만원</td></tr></table></body></html>"
    )
    line = reading("여비.html", page.encode()).text.split("\n")[-2]
    assert line == f"직급: 4급 | {kept}일비: 2만원"


def test_a_cell_that_is_not_shown_takes_no_place() -> None:
    page = (
        "<html><table><tr><th>직급</th><th>일비</th></tr>"
        "<tr><td rowspan=2>4급</td><td>2만원</td></tr>"
        "<tr><td style='display:none'>4급</td><td>3만원</td></tr></table></html>"
    )
    assert reading("여비.html", page.encode()).text.endswith("직급: 4급 | 일비: 3만원\n")


def test_numbers_of_a_page_that_word_saved() -> None:
    item = (
        "<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><![if !supportLists]>"
        "<span lang=EN-US><span style='mso-list:Ignore'>제1조<span>&nbsp;</span></span></span>"
        "<![endif]><span>(목적) 여비를\n정한다.<o:p></o:p></span></p>"
    )
    page = f"<html xmlns:o='urn:schemas-microsoft-com:office:office'><body>{item}</body></html>"
    assert reading("규정.htm", page.encode()).text == "제1조 (목적) 여비를 정한다.\n"


def test_tables_that_lay_out_the_page_are_no_tables() -> None:
    inner = "<table><tr><td>직급</td><td>금액</td></tr><tr><td>4급</td><td>2만원</td></tr></table>"
    page = f"<html><table><tr><td>차례</td><td><p>제1조</p>{inner}</td></tr></table>"
    found = reading("규정.html", page.encode())
    assert found.text == "차례\n제1조\n직급 | 금액\n직급: 4급 | 금액: 2만원\n"


def test_a_page_that_shows_a_frame_only_says_what_to_save() -> None:
    page = "<html><body><h1>국가법령</h1><iframe src='/LSW/lsInfoP.do?lsiSeq=1'></iframe></body>"
    with pytest.raises(ReadError, match=r"다른 틀\(iframe\) 안에 있는 페이지입니다.\s*→ 본문만"):
        reading("법.html", page.encode())


# ZIP


def test_each_member_of_an_archive_is_a_file_of_its_own() -> None:
    inner = zip_of({"출장.txt": "출장", "깊이/복무.txt": "복무"})
    data = zip_of(
        {
            "여비규정.txt": RULE,
            "폴더/": "",
            "폴더/인사 규정.hwp": b"HWP Document File",
            "안쪽.zip": inner,
            "__MACOSX/._여비규정.txt": "",
            "폴더/.DS_Store": "",
            ".숨김/비밀.txt": "비밀",
            "Thumbs.db": "",
        }
    )
    assert is_archive(data)
    assert dict(members(data)) == {
        "여비규정.txt": RULE.encode(),
        "폴더/인사 규정.hwp": b"HWP Document File",
        "안쪽.zip!/출장.txt": "출장".encode(),
        "안쪽.zip!/깊이/복무.txt": "복무".encode(),
    }


def test_names_are_written_in_one_way() -> None:
    data = zip_of({"./가.txt": "가", "폴더//나.txt": "나", "./폴더/./다.txt": "다", "./폴더/": ""})
    assert list(dict(members(data))) == ["가.txt", "폴더/나.txt", "폴더/다.txt"]


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("규정\\똠방각하.txt".encode("cp949"), id="windows"),
        pytest.param(unicodedata.normalize("NFD", "규정/똠방각하.txt").encode(), id="mac"),
    ],
)
def test_korean_names_that_are_not_marked_as_utf_8(raw: bytes) -> None:
    placeholder = "x" * len(raw)
    data = zip_of({placeholder: "가"}).replace(placeholder.encode(), raw)
    data = data.replace(b"PK\x01\x02\x14\x03", b"PK\x01\x02\x14\x00")
    assert list(dict(members(data))) == ["규정/똠방각하.txt"]


def _linked() -> bytes:
    link = zipfile.ZipInfo("여비규정.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    return buffer.getvalue()


def _locked() -> bytes:
    data = bytearray(zip_of({"여비규정.txt": RULE}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def _twice() -> bytes:
    return zip_of({"가.txt": "가", "나.txt": "나"}).replace("나.txt".encode(), "가.txt".encode())


def _many() -> bytes:
    return zip_of({f"{at}.txt": "" for at in range(10_001)})


def _deep() -> bytes:
    data = zip_of({"가.txt": "가"})
    for _ in range(3):
        data = zip_of({"안쪽.zip": data})
    return data


def _bomb() -> bytes:
    return zip_of({"가.txt": bytes(64 << 20)})


def _lying_bomb() -> bytes:
    """A bomb whose directory says that it is small."""
    data = bytearray(_bomb())
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    return bytes(data)


def _damaged() -> bytes:
    data = bytearray(zip_of({"가.txt": RULE * 50}))
    data[60] ^= 0xFF
    return bytes(data)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        pytest.param(lambda: zip_of({"../가.txt": ""}), r"밖을 가리키는 .*\(../가.txt\)", id="up"),
        pytest.param(lambda: zip_of({"/etc/가.txt": ""}), "밖을 가리키는", id="absolute"),
        pytest.param(lambda: zip_of({"C:\\가.txt": ""}), "밖을 가리키는", id="drive"),
        pytest.param(lambda: zip_of({"가\\..\\..\\나.txt": ""}), "밖을 가리키는", id="backslash"),
        pytest.param(_linked, "링크가 있습니다", id="link"),
        pytest.param(_locked, "암호가 걸린 압축 파일입니다", id="locked"),
        pytest.param(_twice, "같은 이름이 둘 있습니다", id="twice"),
        pytest.param(lambda: zip_of({"가.txt": "", "./가.txt": ""}), "같은 이름이 둘", id="same"),
        pytest.param(lambda: zip_of({".숨김/가.txt": ""}), "읽을 파일이 없습니다", id="nothing"),
        pytest.param(_many, "10,000개를 넘습니다", id="many"),
        pytest.param(_deep, "너무 깊이 들어 있습니다", id="deep"),
        pytest.param(_bomb, "가.txt: 압축을 풀면 너무 큰", id="bomb"),
        pytest.param(_lying_bomb, "가.txt: 압축 구조가 손상된", id="lying bomb"),
        pytest.param(_damaged, "가.txt: 압축 구조가 손상된", id="damaged"),
    ],
)
def test_an_archive_that_can_t_be_trusted_is_refused(
    make: Callable[[], bytes], reason: str
) -> None:
    data = make()
    assert is_archive(data)
    with pytest.raises(ReadError, match=rf"(?s){reason}.*→ "):
        list(members(data))


# Hostile files

ENTITIES = (
    "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY a 'aaaaaaaaaa'>"
    + "".join(
        f"<!ENTITY {y} '{f'&{x};' * 10}'>" for x, y in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>"
)
SHEET_ENTITIES = f"{ENTITIES}<workbook><sheets>&i;</sheets></workbook>"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(
            zip_of({"word/document.xml": f"{ENTITIES}<w:document>&i;</w:document>"}),
            "DOCTYPE",
            id="docx of entities",
        ),
        pytest.param(zip_of({"xl/workbook.xml": SHEET_ENTITIES}), "DOCTYPE", id="xlsx of entities"),
        pytest.param(
            zip_of({"word/document.xml": bytes(120 << 20)}), "압축을 풀면 너무 큰", id="docx bomb"
        ),
        pytest.param(
            word_of("<w:tbl><w:tr><w:tc>" * 60 + paragraph("가") + "</w:tc></w:tr></w:tbl>" * 60),
            "너무 깊이",
            id="tables in tables",
        ),
        pytest.param(
            word_of("<w:p>" * 9_000 + "</w:p>" * 9_000), "손상된 DOCX", id="docx without end"
        ),
        pytest.param(b"<html>" + b"<div>" * 5_000 + b"x", "너무 깊이", id="html without end"),
        pytest.param(
            b"<html><table>" + b"<tr><td rowspan=60000 colspan=1000>x" * 2_000,
            "표가 너무 큽니다",
            id="html of endless cells",
        ),
    ],
)
def test_hostile_files_end_soon_with_an_error(data: bytes, reason: str) -> None:
    began = time.process_time()
    with pytest.raises(ReadError, match=rf"(?s){reason}.*→ "):
        reading("규정", data)
    assert time.process_time() - began < 3
