"""Tables of PDF pages: every way to draw one, and what only looks like one."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from pathlib import Path

import pypdfium2
import pytest
from fpdf import FPDF

from ingest.readers.blocks import Grid
from ingest.readers.pdf.rulings import MOST_STROKES
from ingest.readers.pdf.tables import Region, tables_on

FONT = Path("/usr/share/fonts/truetype/nanum/NanumGothic.ttf")
pytestmark = pytest.mark.skipif(
    not FONT.exists(), reason="NanumGothic is not installed (apt install fonts-nanum)"
)
Line = tuple[float, float, float, float]
Draw = Callable[[FPDF, Line], None]

# Three levels of header, cells merged across and down; a row is 20 and a column 60 points.
RATES: list[tuple[int, float, str]] = [
    *[(0, 1, "구분"), (2, 0, "체재비"), (2, 1.5, "식비"), (3, 1, "숙박"), (3, 2, "서울")],
    *[(0, 3.5, "임원"), (1, 3, "가"), (2, 3, "81"), (3, 3, "150")],
    *[(1, 4, "나"), (2, 4, "59"), (3, 4, "116")],
]
RATES_CELLS = [
    *[(0, 0, 3, 1, "구분"), (0, 1, 3, 1, ""), (0, 2, 1, 2, "체재비")],
    *[(1, 2, 2, 1, "식비"), (1, 3, 1, 1, "숙박"), (2, 3, 1, 1, "서울")],
    *[(3, 0, 2, 1, "임원"), (3, 1, 1, 1, "가"), (3, 2, 1, 1, "81"), (3, 3, 1, 1, "150")],
    *[(4, 1, 1, 1, "나"), (4, 2, 1, 1, "59"), (4, 3, 1, 1, "116")],
]
RATES_LEVEL: list[Line] = [
    *[(0, 0, 4, 0), (2, 1, 4, 1), (3, 2, 4, 2), (0, 3, 4, 3), (1, 4, 4, 4), (0, 5, 4, 5)]
]
RATES_UPRIGHT: list[Line] = [(0, 0, 0, 5), (1, 0, 1, 5), (2, 0, 2, 5), (3, 1, 3, 5), (4, 0, 4, 5)]


def stroked(book: FPDF, line: Line) -> None:
    book.line(*line)


def filled(book: FPDF, line: Line) -> None:
    """As Word and browsers draw borders."""
    x1, y1, x2, y2 = line
    book.rect(x1, y1, max(x2 - x1, 0.7), max(y2 - y1, 0.7), style="F")


def dotted(book: FPDF, line: Line) -> None:
    """As Hancom's printer draws dots: each a stroke of its own."""
    x1, y1, x2, y2 = line
    for at in range(int(max(x2 - x1, y2 - y1)) // 2):
        along = (at * 2, 0) if x2 > x1 else (0, at * 2)
        x, y = x1 + along[0], y1 + along[1]
        book.line(x, y, x + (x2 > x1), y + (y2 > y1))


def doubled(book: FPDF, line: Line) -> None:
    x1, y1, x2, y2 = line
    book.line(*line)
    right, down = 1.2 * (x1 == x2), 1.2 * (y1 == y2)
    book.line(x1 + right, y1 + down, x2 + right, y2 + down)


def paper() -> FPDF:
    book = FPDF(unit="pt", format="A4")
    book.add_font("Nanum", fname=str(FONT))
    book.set_font("Nanum", size=9)
    book.set_line_width(0.5)
    book.add_page()
    return book


def rule(book: FPDF, lines: Iterable[Line], draw: Draw = stroked, x: float = 100) -> None:
    for x1, y1, x2, y2 in lines:
        draw(book, (x + 60 * x1, 100 + 20 * y1, x + 60 * x2, 100 + 20 * y2))


def write(book: FPDF, texts: Iterable[tuple[int, float, str]], x: float = 100) -> None:
    """Each text around the middle of its column and row."""
    for column, row, text in texts:
        book.text(x + 60 * column + 8, 100 + 20 * row + 13, text)


def tables(book: FPDF, page: int = 0) -> list[Region]:
    sheet = pypdfium2.PdfDocument(bytes(book.output()))[page]
    return tables_on(sheet, sheet.get_textpage())


def cells(grid: Grid) -> list[tuple[int, int, int, int, str]]:
    return [
        (
            *(cell.row, cell.column, cell.rows, cell.columns),
            " ¶ ".join(block if isinstance(block, str) else "▦" for block in cell.blocks),
        )
        for cell in grid.cells
    ]


@pytest.mark.parametrize("draw", [stroked, filled, dotted, doubled], ids=lambda draw: draw.__name__)
def test_merged_cells_and_three_header_rows(draw: Draw) -> None:
    book = paper()
    rule(book, [*RATES_LEVEL, *RATES_UPRIGHT], draw)
    write(book, RATES)
    [region] = tables(book)
    assert cells(region.grid) == RATES_CELLS
    place = (region.left, region.bottom, region.right, region.top)
    assert place == pytest.approx((100, 842 - 200, 340, 842 - 100), abs=2)


def test_open_sides_are_closed() -> None:
    book = paper()
    rule(book, [*RATES_LEVEL, *RATES_UPRIGHT[1:-1]])
    write(book, RATES)
    [region] = tables(book)
    assert cells(region.grid) == RATES_CELLS


def test_boxes_drawn_cell_by_cell() -> None:
    book = paper()
    for column, row in [(0, 0), (1, 0), (0, 1), (1, 1)]:
        book.rect(100 + 60 * column, 100 + 20 * row, 60, 20)
    write(book, [(0, 0, "직급"), (1, 0, "일비"), (0, 1, "4급"), (1, 1, "25,000")])
    [region] = tables(book)
    assert cells(region.grid) == [
        *[(0, 0, 1, 1, "직급"), (0, 1, 1, 1, "일비"), (1, 0, 1, 1, "4급"), (1, 1, 1, 1, "25,000")]
    ]


def test_frames_and_underlined_words_are_no_tables() -> None:
    book = paper()
    book.rect(100, 100, 300, 60)
    book.rect(100, 200, 300, 20)
    book.rect(100, 220, 300, 60)  # a title above its text: one column
    book.line(120, 150, 180, 150)
    write(book, [(0, 1, "신청인"), (0, 5, "제목"), (0, 7, "본문")])
    assert tables(book) == []


def test_boxes_and_arrows_are_no_table() -> None:
    book = paper()
    for x, y in [(100, 100), (300, 100), (200, 300), (400, 300)]:
        book.rect(x, y, 60, 20)
    for line in [(130, 120, 130, 310), (130, 310, 200, 310), (160, 110, 300, 110)]:
        book.line(*line)
    book.line(430, 120, 430, 300)
    book.line(360, 110, 430, 110)
    book.line(430, 110, 430, 120)
    write(book, [(0, 0, "접수"), (3, 0, "검토"), (2, 10, "심의"), (5, 10, "통보")])
    assert tables(book) == []


def test_an_underline_inside_a_cell_makes_no_row() -> None:
    book = paper()
    rule(book, [*RATES_LEVEL, *RATES_UPRIGHT, (1, 3.7, 1.4, 3.7)])
    write(book, RATES)
    [region] = tables(book)
    assert cells(region.grid) == RATES_CELLS


def test_tables_side_by_side_and_one_above_the_other() -> None:
    book = paper()
    box: list[Line] = [(0, 0, 2, 0), (0, 1, 2, 1), (0, 0, 0, 1), (1, 0, 1, 1), (2, 0, 2, 1)]
    rule(book, box)
    rule(book, box, x=300)
    rule(book, [(x1, y1 + 3, x2, y2 + 3) for x1, y1, x2, y2 in box])
    write(book, [(0, 0, "가"), (0, 3, "다")])
    write(book, [(0, 0, "나")], x=300)
    assert [cells(region.grid)[0][-1] for region in tables(book)] == ["가", "나", "다"]


def test_a_table_inside_a_cell_is_part_of_it() -> None:
    book = paper()
    rule(book, [(0, 0, 5, 0), (0, 6, 5, 6), (0, 0, 0, 6), (1, 0, 1, 6), (5, 0, 5, 6)])
    inner: list[Line] = [(1.5, 2, 4.5, 2), (1.5, 3, 4.5, 3), (1.5, 4, 4.5, 4)]
    rule(book, [*inner, (1.5, 2, 1.5, 4), (3, 2, 3, 4), (4.5, 2, 4.5, 4)])
    write(book, [(0, 0, "기준"), (1, 0, "다음과 같다"), (2, 2, "급"), (2, 3, "1급"), (3, 3, "70")])
    write(book, [(1, 4.5, "비고")])
    [region] = tables(book)
    assert cells(region.grid) == [(0, 0, 1, 1, "기준"), (0, 1, 1, 1, "다음과 같다 ¶ ▦ ¶ 비고")]
    inside = region.grid.cells[1].blocks[1]
    assert isinstance(inside, Grid)
    assert [cell[-1] for cell in cells(inside)] == ["급", "", "1급", "70"]


def test_a_table_that_runs_on_is_one_region_a_page() -> None:
    book = paper()
    for text in ("앞쪽", "뒤쪽"):
        rule(book, [(0, 0, 2, 0), (0, 1, 2, 1), (0, 0, 0, 1), (1, 0, 1, 1), (2, 0, 2, 1)])
        write(book, [(0, 0, text)])
        book.add_page()
    assert [cells(tables(book, page)[0].grid)[0][-1] for page in (0, 1)] == ["앞쪽", "뒤쪽"]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["관련근", "거"], "관련근거"),  # a word broken where the cell ends
        (["여비는 실", "비로 한다"], "여비는 실비로 한다"),
        (["여비를 지", "급한다"], "여비를 지급한다"),
        (["일할 수 있", "도록 한다"], "일할 수 있도록 한다"),
        (["여비 지급", "기준에서"], "여비 지급 기준에서"),
        (["접수 확인", "및 검토의"], "접수 확인 및 검토의"),
        (["금액 12,0", "00원까지"], "금액 12,000원까지"),
        (["자녀 수 1", "인당 지급"], "자녀 수 1인당 지급"),
        (["실비", "(특실)"], "실비 ¶ (특실)"),  # lines that end of themselves
        (["- 첫째 사항", "- 둘째 사항"], "- 첫째 사항 ¶ - 둘째 사항"),
        (["결", "재"], "결재"),  # written downwards
    ],
)
def test_lines_in_a_cell(lines: list[str], said: str) -> None:
    book = paper()
    width = max(book.get_string_width(line) for line in lines) + 4
    right = 100 + (width if len(lines[0]) > 2 else 60)
    for y in (100, 140):
        book.line(100, y, right + 50, y)
    for x in (100, right, right + 50):
        book.line(x, 100, x, 140)
    for at, line in enumerate(lines):
        book.text(102, 114 + 15 * at, line)
    [region] = tables(book)
    assert cells(region.grid)[0][-1] == said


def test_listed_items_are_rows_where_each_mark_stands_beside_one() -> None:
    book = paper()
    rule(book, [(0, 0, 4, 0), (0, 1, 4, 1), (0, 5, 4, 5)])
    rule(book, [(at, 0, at, 5) for at in range(5)])
    write(book, [(0, 0, "구분"), (1, 0, "업무"), (2, 0, "팀장"), (3, 0, "원장")])
    write(book, [(0, 1, "1. 복무"), (0, 3, "2. 서무")])
    write(book, [(1, 1, "가. 휴가"), (1, 2, "나. 출장"), (1, 3, "가. 인장"), (1, 4, "나. 당직")])
    write(book, [(2, 1, "○"), (3, 2, "○"), (2, 3, "○"), (2, 4, "○")])
    [region] = tables(book)
    assert cells(region.grid)[4:] == [
        *[(1, 0, 2, 1, "1. 복무"), (1, 1, 1, 1, "가. 휴가"), (1, 2, 1, 1, "○"), (1, 3, 1, 1, "")],
        *[(2, 1, 1, 1, "나. 출장"), (2, 2, 1, 1, ""), (2, 3, 1, 1, "○")],
        *[(3, 0, 2, 1, "2. 서무"), (3, 1, 1, 1, "가. 인장"), (3, 2, 1, 1, "○"), (3, 3, 1, 1, "")],
        *[(4, 1, 1, 1, "나. 당직"), (4, 2, 1, 1, "○"), (4, 3, 1, 1, "")],
    ]


def test_marks_beside_no_item_leave_the_row_whole() -> None:
    book = paper()
    rule(book, [(0, 0, 2, 0), (0, 5, 2, 5), (0, 0, 0, 5), (1, 0, 1, 5), (2, 0, 2, 5)])
    write(book, [(0, 0, "가. 휴가"), (0, 1, "나. 출장"), (1, 0, "○"), (1, 3, "○")])
    [region] = tables(book)
    assert cells(region.grid) == [(0, 0, 1, 1, "가. 휴가 ¶ 나. 출장"), (0, 1, 1, 1, "○○")]


def test_lines_drawn_inside_a_form() -> None:
    book = paper()
    rule(book, [*RATES_LEVEL, *RATES_UPRIGHT])
    write(book, RATES)
    document = pypdfium2.PdfDocument.new()
    page = document.new_page(600, 850)
    source = pypdfium2.PdfDocument(bytes(book.output()))
    form = source.page_as_xobject(0, document).as_pageobject()
    form.set_matrix(pypdfium2.PdfMatrix().scale(1.5, 1.5).translate(-50, -600))
    page.insert_obj(form)
    page.gen_content()
    saved = io.BytesIO()
    document.save(saved)
    sheet = pypdfium2.PdfDocument(saved.getvalue())[0]
    [region] = tables_on(sheet, sheet.get_textpage())
    assert cells(region.grid) == RATES_CELLS
    assert (region.left, region.right) == pytest.approx((100, 460), abs=2)


def test_a_drawing_is_no_table() -> None:
    book = paper()
    for at in range(MOST_STROKES // 2 + 1):
        x, y = 50 + at % 100 * 5, 50 + at // 100 * 5
        book.line(x, y, x + 5, y)
        book.line(x, y, x, y + 5)
    write(book, [(0, 0, "도면")])
    assert tables(book) == []


def test_a_rule_books_rates(shared: Path) -> None:
    [path] = (shared / "regulations-pdf").glob("3_06_*.pdf")
    page = pypdfium2.PdfDocument(path)[16]
    [region] = tables_on(page, page.get_textpage())
    grid = cells(region.grid)
    assert grid[:5] == [
        *[(0, 0, 2, 1, "구 분"), (0, 1, 2, 1, "항공임"), (0, 2, 2, 1, "지 역")],
        *[(0, 3, 1, 3, "체 재 비"), (1, 3, 1, 1, "일비")],
    ]
    assert [cell[2:] for cell in grid if cell[1] == 0][1:] == [
        *[(4, 1, "기관장"), (4, 1, "임원"), (4, 1, "1, 2급"), (4, 1, "3, 4급")]
    ]
    assert all(text.isdigit() for row, column, _, _, text in grid if row > 1 and column > 2)
