"""PDF: lines into paragraphs, furniture, lost letters, tables over pages, scans, bad files."""

from __future__ import annotations

import io
import re
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pypdf
import pypdfium2
import pytest
from fpdf import FPDF
from PIL import Image

from ingest.readers.blocks import Cell, Grid
from ingest.readers.pdf import reader
from ingest.readers.pdf.lost import pieces_of
from ingest.readers.pdf.ocr import Recognised
from ingest.readers.pdf.reader import read_pdf
from ingest.readers.pdf.sheets import Sheet, reading_of_sheets
from ingest.readers.pdf.spacing import counts_of, glued
from ingest.readers.pdf.tables import Region
from ingest.readers.pdf.text import Line, Places, lines_on
from ingest.readers.result import Reading
from onprem_rag.errors import ReadError
from tests.conftest import PROJECT

FONT = Path("/usr/share/fonts/truetype/nanum/NanumGothic.ttf")
BOLD = FONT.with_name("NanumGothicBold.ttf")
BOOKS = PROJECT.parent / "shared" / "data" / "regulations-pdf"

needs_font = pytest.mark.skipif(not BOLD.exists(), reason="fonts-nanum is not installed")
needs_books = pytest.mark.skipif(not BOOKS.is_dir(), reason=f"real files are not here: {BOOKS}")


class Book(FPDF):
    """A book of lines that stand where they are told."""

    def __init__(self) -> None:
        super().__init__()
        self.set_auto_page_break(False)
        self.add_font("Nanum", "", FONT)
        self.add_font("Nanum", "B", BOLD)
        self.set_font("Nanum", size=11)

    def page_of(self, lines: Iterable[str], foot: str = "") -> None:
        """One line every 7 mm from the top; ``foot`` in the middle of the last."""
        self.add_page()
        for at, line in enumerate(lines):
            self.set_xy(20, 20 + 7 * at)
            self.cell(text=line)
        if foot:
            self.set_xy(20, 280)
            self.cell(w=170, text=foot, align="C")

    def data(self) -> bytes:
        return bytes(self.output())


def book_of(*pages: Iterable[str]) -> bytes:
    book = Book()
    for page in pages:
        book.page_of(page)
    return book.data()


def page_texts(reading: Reading) -> list[str]:
    return [reading.text[page.start : page.end] for page in reading.pages]


@needs_font
def test_a_wrapped_sentence_is_one_line_and_headings_begin_their_own() -> None:
    found = read_pdf(
        book_of(
            [
                "제1조(목적) 이 규칙은 직원의 출장에 필요한 여비와 그 밖의 것을 정함을 목적으로 한",
                "다.",
                "제2조(적용범위) 직원의 출장에 관하여 다른 규정에 특별히 정한 경우를 제외하고는 이",
                "제5조에 따라 정하는 바에 의한다. 다만, 원장이 따로 정하면 그러하지 아니하며",
                "① 국내출장",
                "② 국외출장",
            ]
        )
    )
    assert found.text == (
        "제1조(목적) 이 규칙은 직원의 출장에 필요한 여비와 그 밖의 것을 정함을 목적으로 한다.\n"
        "제2조(적용범위) 직원의 출장에 관하여 다른 규정에 특별히 정한 경우를 제외하고는 이 "
        "제5조에 따라 정하는 바에 의한다. 다만, 원장이 따로 정하면 그러하지 아니하며\n"
        "① 국내출장\n② 국외출장\n"
    )


@needs_font
@pytest.mark.parametrize("heading", ["〈별지 제1호 서식〉", "[별지 제1호서식]", "＜별표 2＞"])
def test_an_annex_on_the_next_page_begins_its_own_line(heading: str) -> None:
    full = "원장이 정하는 바에 따라 출장담당 부서장이 승인하는 국내출장과 국외출장의 구분표에 따름"
    found = read_pdf(book_of(["제1조(목적) 여비를 정한다.", full], [heading, "여비 신청서"]))
    assert found.text.splitlines()[1:3] == [full, heading]


@needs_font
def test_numbered_items_and_dates_at_a_full_line_s_end() -> None:
    full = "원장이 정하는 바에 따라 출장담당 부서장이 승인하는 국내출장과 국외출장의 여비와 운"
    found = read_pdf(
        book_of(
            [
                f"2. {full}",
                f"3. 3급 {full}",
                "4. 시행일은 본문과 같은 날로 하며 개정한 날은 원장이 승인한 2019.",
                "12. 27.로 한다.",
            ]
        )
    )
    assert found.text.split("\n") == [
        f"2. {full}",
        f"3. 3급 {full}",
        "4. 시행일은 본문과 같은 날로 하며 개정한 날은 원장이 승인한 2019. 12. 27.로 한다.",
        "",
    ]


def line(text: str, blank_after: bool = False) -> Line:
    return Line(text, 0.0, 100.0, 0.0, 10.0, blank_after)


@pytest.mark.parametrize(
    ("left", "right", "whole"),
    [
        ("이용예정일까지 의사를 전", "달해야 한다.", True),
        ("겸직을 하여서는 아", "니된다.", True),
        ("사본을 작성하", "여야 한다.", True),
        ("직원의 출장", "에 관한 사항", True),
        ("과태료는 1", "2만원으로", True),
        ("출장비와", "숙박비를 지급한다.", False),
        ("규정에 의한", "승인을 받은", False),
    ],
)
def test_a_word_broken_by_a_line_s_end_is_whole_again(left: str, right: str, whole: bool) -> None:
    known = [
        line("직원은 승인을 받은 출장비와 숙박비를 규정에 의한 범위에서 전달해야 한다. 받는다")
    ]
    assert glued([(line(left), line(right))], counts_of(known)) == [whole]


def test_a_blank_that_the_file_has_at_a_line_s_end_is_kept() -> None:
    breaks = [(line("출장비를 전", blank_after=True), line("달해야 한다."))]
    assert glued(breaks, counts_of([])) == [False]


@needs_font
def test_running_heads_and_page_numbers_go_and_numbers_in_the_text_stay() -> None:
    book = Book()
    for number in range(1, 5):
        body = [f"제{number}조(여비) 여비는 {number}만원으로 한다.", str(70 + 3 * number * number)]
        book.page_of(["여비규정 해설서", *body, "이상" * number], foot=f"- {number} -")
    found = read_pdf(book.data())
    assert page_texts(found) == [
        "제1조(여비) 여비는 1만원으로 한다.\n73\n이상",
        "\n제2조(여비) 여비는 2만원으로 한다.\n82\n이상이상",
        "\n제3조(여비) 여비는 3만원으로 한다.\n97\n이상이상이상",
        "\n제4조(여비) 여비는 4만원으로 한다.\n118\n이상이상이상이상",
    ]


@needs_font
def test_bare_page_numbers_go_where_they_count_the_pages() -> None:
    book = Book()
    for number in range(1, 4):
        book.page_of([f"제{number}조(여비) 여비는 {number}만원으로 한다."], foot=str(number + 10))
    book.page_of(["제4조(여비) 여비는 다음 수로 한다."], foot="999")
    assert [text.strip() for text in page_texts(read_pdf(book.data()))] == [
        "제1조(여비) 여비는 1만원으로 한다.",
        "제2조(여비) 여비는 2만원으로 한다.",
        "제3조(여비) 여비는 3만원으로 한다.",
        "제4조(여비) 여비는 다음 수로 한다.\n999",
    ]


@needs_font
def test_lines_set_close_together_are_lines_of_their_own() -> None:
    book = Book()
    book.add_page()
    for at, text in enumerate(["수 있다. ", "제2장 출장신청 ", "제3조(신청) 신청서를 낸다. "]):
        book.set_xy(20, 20 + 3.2 * at)
        book.cell(text=text)
    assert read_pdf(book.data()).text == "수 있다.\n제2장 출장신청\n제3조(신청) 신청서를 낸다.\n"


@needs_font
def test_a_letter_that_pdfium_takes_for_a_repetition_is_put_back() -> None:
    book = Book()
    book.add_page()
    x = 20.0
    for text, style in [("제", "B"), ("5", "B"), ("조", ""), ("(목적) 규칙을 둔다.", "B")]:
        book.set_font("Nanum", style=style, size=11)
        book.set_xy(x, 20)
        book.cell(text=text)
        x += book.get_string_width(text) * 0.25
    data = book.data()
    with pypdfium2.PdfDocument(data) as document:
        assert "조" not in document[0].get_textpage().get_text_range()
    assert "조" in read_pdf(data).text


@needs_font
def test_a_table_that_goes_on_over_the_page_is_one_table() -> None:
    book = Book()
    for rows in (
        [["직급", "일비"], ["1급", "40,000원"]],
        [["2급", "30,000원"], ["3급", "25,000원"]],
    ):
        book.add_page()
        book.set_xy(20, 20)
        with book.table(col_widths=(40, 60), width=100, first_row_as_headings=False) as table:
            for row in rows:
                table.row(row)
    found = read_pdf(book.data())
    assert found.text == (
        "직급 | 일비\n직급: 1급 | 일비: 40,000원\n직급: 2급 | 일비: 30,000원\n"
        "직급: 3급 | 일비: 25,000원\n"
    )
    (table_,) = found.tables
    assert found.text[table_.start : table_.end] == found.text.rstrip("\n")
    assert page_texts(found)[1] == "\n직급: 2급 | 일비: 30,000원\n직급: 3급 | 일비: 25,000원"


def scan() -> Image.Image:
    return Image.new("L", (600, 800), 255)


@needs_font
def test_a_scan_without_the_program_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    book = Book()
    for _ in range(2):
        book.add_page()
        book.image(scan(), 0, 0, 100)
    with pytest.raises(ReadError, match="tesseract-ocr-kor"):
        read_pdf(book.data())


@needs_font
def test_a_picture_among_pages_of_text_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    book = Book()
    book.page_of(["제1조(목적) 이 규칙은 여비를 정한다."])
    book.add_page()
    book.image(scan(), 0, 0, 100)
    book.page_of(["제2조(여비) 여비는 실비로 지급한다."])
    found = read_pdf(book.data())
    assert (
        found.text == "제1조(목적) 이 규칙은 여비를 정한다.\n제2조(여비) 여비는 실비로 지급한다.\n"
    )
    assert [page.end - page.start for page in found.pages][1] == 0
    (note,) = found.notes
    assert note.startswith("2쪽은 그림이라 읽지 못했습니다.")
    assert "tesseract-ocr-kor" in note


def ruled(book: Book, right: float = 100) -> None:
    """Two rows and two columns from 60 mm on."""
    for y in (60, 70, 80):
        book.line(60, y, right, y)
    for x in (60, 80, right):
        book.line(x, 60, x, 80)


@needs_font
@pytest.mark.parametrize(("x", "text"), [(103, "(단위: 원)"), (30, "다만 섬은")])
def test_what_stands_beside_a_table_is_kept_once(x: float, text: str) -> None:
    book = Book()
    book.add_page()
    ruled(book)
    words = {(62, 67): "직급", (82, 67): "일비", (62, 77): "4급", (82, 77): "25,000"}
    for (left, y), word in sorted({**words, (x, 67): text}.items(), key=lambda it: it[0][::-1]):
        book.text(left, y, word)
    found = read_pdf(book.data())
    assert set(found.text.splitlines()) == {text, "직급 | 일비", "직급: 4급 | 일비: 25,000"}


@needs_font
def test_each_page_of_a_long_table_has_its_rows() -> None:
    book = Book()
    for page in range(8):
        book.add_page()
        book.set_font_size(8)
        for at in range(21):
            book.line(20, 20 + 5 * at, 100, 20 + 5 * at)
        for x in (20, 60, 100):
            book.line(x, 20, x, 120)
        for at in range(20):
            text = ("직급", "일비") if not at else (f"{page}-{at}급", f"{page * 20 + at}원")
            book.text(22, 23.5 + 5 * at, text[0])
            book.text(62, 23.5 + 5 * at, text[1])
    found = read_pdf(book.data())
    for number, text in enumerate(page_texts(found)):
        rows = [line for line in text.splitlines() if ": " in line]
        assert rows[0] == f"직급: {number}-1급 | 일비: {number * 20 + 1}원"
        assert rows[-1] == f"직급: {number}-19급 | 일비: {number * 20 + 19}원"


def test_a_table_over_a_hundred_pages_takes_little_time() -> None:
    cells = [
        Cell(row, column, 1, 1, (f"{row}-{column}",)) for row in range(40) for column in range(6)
    ]
    sheets = [Sheet((Region(0, 0, 500, 800, Grid(tuple(cells))),))] * 100
    began = time.process_time()
    assert len(reading_of_sheets(sheets, ()).pages) == 100
    assert time.process_time() - began < 4


@needs_font
def test_a_scan_with_a_printed_stamp_is_recognised(monkeypatch: pytest.MonkeyPatch) -> None:
    def recognised(_: object, numbers: list[int], progress: object) -> list[Recognised]:
        return [Recognised("제1조(목적) 이 규칙은 여비를 정한다.", 0.9) for _ in numbers]

    monkeypatch.setattr(reader, "recognise", recognised)
    stamp = "출력일시 2024-01-01 10:00 총무과 홍길동"
    book = Book()
    book.add_page()
    book.image(scan(), 0, 0, 210)
    book.set_xy(20, 280)
    book.cell(text=stamp)
    found = read_pdf(book.data())
    assert found.text == f"제1조(목적) 이 규칙은 여비를 정한다.\n{stamp}\n"
    assert found.pages[0].confidence == 0.9


@needs_font
def test_a_scan_with_a_text_layer_and_a_page_with_a_small_picture_are_read_as_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "")
    lines = ["제1조(목적) 이 규칙은 직원의 출장에 필요한 여비를 정한다."] * 9
    book = Book()
    book.add_page()
    book.image(scan(), 0, 0, 210)
    for at, text in enumerate(lines):
        book.set_xy(20, 20 + 7 * at)
        book.cell(text=text)
    book.page_of(["제2조(여비) 여비는 실비로 지급한다."])
    book.image(scan(), 100, 100, 50)
    found = read_pdf(book.data())
    assert found.text.splitlines() == [*lines, "제2조(여비) 여비는 실비로 지급한다."]
    assert found.notes == ()


@needs_font
@pytest.mark.parametrize("angle", [90, 180, 270])
def test_turned_pages_are_read_in_lines_and_their_tables_noted(angle: int) -> None:
    book = Book()
    book.add_page()
    with book.rotation(angle, 105, 148):
        ruled(book)
        book.text(60, 55, "직원의 출장에 필요한 여비는 다음 표와 같다.")
        book.text(60, 100, "출장자는 출장이 끝난 날부터 이레 안에 여비를")
        book.text(60, 106, "정산한다.")
    book.page_of(["제2조(여비) 여비는 실비로 지급한다."])
    found = read_pdf(book.data())
    assert found.text == (
        "직원의 출장에 필요한 여비는 다음 표와 같다.\n"
        "출장자는 출장이 끝난 날부터 이레 안에 여비를 정산한다.\n"
        "제2조(여비) 여비는 실비로 지급한다.\n"
    )
    (note,) = found.notes
    assert note.startswith("1쪽은 돌려진 쪽이라 표를 줄글로 읽었습니다. → ")


@needs_font
def test_a_file_locked_for_changes_only_is_read_and_a_locked_one_is_not() -> None:
    book = Book()
    book.page_of(["제1조(목적) 이 규칙은 여비를 정한다."])
    assert read_pdf(locked(book.data(), "")).text == "제1조(목적) 이 규칙은 여비를 정한다.\n"
    with pytest.raises(ReadError, match=r"암호가 걸린 PDF입니다. → 암호를 풀고"):
        read_pdf(locked(book.data(), "비밀"))


def locked(data: bytes, password: str) -> bytes:
    writer = pypdf.PdfWriter(clone_from=pypdf.PdfReader(io.BytesIO(data)))
    writer.encrypt(password, "주인", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_damaged_and_empty_files_are_clear_errors() -> None:
    with pytest.raises(ReadError, match=r"손상된 PDF입니다. → 원본에서"):
        read_pdf(b"%PDF-1.7\n1 0 obj <</Type /Catalog")
    empty = FPDF()
    empty.add_page()
    with pytest.raises(ReadError, match=r"글자층이 없는 PDF"):
        read_pdf(bytes(empty.output()))


def test_ten_thousand_pages_are_an_error_at_once() -> None:
    with pypdfium2.PdfDocument.new() as document:
        for _ in range(10_000):
            document.new_page(100, 100).close()
        out = io.BytesIO()
        document.save(out)
    began = time.process_time()
    with pytest.raises(ReadError, match=r"PDF가 10,000쪽으로 너무 깁니다. → 5,000쪽 이하로 나누어"):
        read_pdf(out.getvalue())
    assert time.process_time() - began < 5


@needs_books
@pytest.mark.parametrize(
    "name", ["2_03_직제규정(240502).pdf", "4_66_콘도 회원권 운영 지침(230629).pdf"]
)
def test_no_letter_of_a_real_book_is_lost(name: str) -> None:
    data = (BOOKS / name).read_bytes()
    found = read_pdf(data)
    assert "".join(page_texts(found)) == found.text.removesuffix("\n")
    with pypdfium2.PdfDocument(data) as document:
        for at, text in enumerate(page_texts(found)):
            page = document[at]
            textpage = page.get_textpage()
            lines = lines_on(document, at, page, Places(textpage), pieces_of(page, textpage))
            kept = [line.text for line in lines if not re.fullmatch(r"- \d+ -", line.text)]
            assert not letters("".join(kept)) - letters(text), f"page {at + 1}"


def letters(text: str) -> Counter[str]:
    return Counter("".join(text.split()))


@needs_books
def test_real_headings_have_the_letters_that_pdfium_leaves_out() -> None:
    found = read_pdf((BOOKS / "2_03_직제규정(240502).pdf").read_bytes())
    assert "\n제3조(조직) ① 진흥원의 주요조직은 [별표 제1호]와 같다.\n" in found.text
