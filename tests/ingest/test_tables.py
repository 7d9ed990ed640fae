"""Tables: whose names stand above a cell, and what a row says when it is quoted alone."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.readers.blocks import Block, Cell, Grid, reading_of
from ingest.readers.grids import Span
from ingest.readers.tables import names_of, table_of
from onprem_rag.errors import ReadError
from tests.bench import tables as bench


def cell(
    row: int, column: int, text: str, rows: int = 1, columns: int = 1, header: bool = False
) -> Span:
    return row, column, rows, columns, text, header


def plain(*rows: str, header: bool = False) -> list[Span]:
    """Cells that nothing merges, written ``직급 | 일비``."""
    return [
        cell(y, x, text.strip(), header=header and not y)
        for y, row in enumerate(rows)
        for x, text in enumerate(row.split("|"))
    ]


def lines(spans: Sequence[Span]) -> list[str]:
    found = table_of(spans)
    assert found is not None
    return found[0]


LODGING = [
    cell(0, 0, "구 분", rows=2),
    cell(0, 1, "일  비", rows=2),
    cell(0, 2, "숙박비(1박)", columns=2),
    cell(1, 2, "서울"),
    cell(1, 3, "지방"),
    cell(2, 0, "3급 이하"),
    cell(2, 1, "25,000"),
    cell(2, 2, "100,000"),
    cell(2, 3, "100,000"),
]


def test_each_row_repeats_the_header_cells_of_every_level() -> None:
    found = table_of(LODGING)
    assert found == (
        [
            "구분 | 일비 | 숙박비(1박)",
            "서울 | 지방",
            "구분: 3급 이하 | 일비: 25,000 | 숙박비(1박) 서울: 100,000 | 숙박비(1박) 지방: 100,000",
        ],
        2,
        (
            ("구분", "일비", "숙박비(1박)", "숙박비(1박)"),
            ("구분", "일비", "서울", "지방"),
            ("3급 이하", "25,000", "100,000", "100,000"),
        ),
        ((1, 0), (1, 1)),  # cells that began in the row above
    )


def test_a_cell_over_several_columns_is_said_once_under_all_their_names() -> None:
    merged = [*LODGING[:-2], cell(2, 2, "실비", columns=2)]
    assert lines(merged)[-1] == "구분: 3급 이하 | 일비: 25,000 | 숙박비(1박) 서울·지방: 실비"
    wider = [*LODGING[:-3], cell(2, 1, "실비", columns=3)]
    assert lines(wider)[-1] == "구분: 3급 이하 | 일비·숙박비(1박) 서울·숙박비(1박) 지방: 실비"


def test_a_group_of_rows_repeats_its_name() -> None:
    table = [
        cell(0, 0, "구분", columns=2),
        cell(0, 2, "점수"),
        cell(1, 0, "논문", rows=2),
        cell(1, 1, "국제"),
        cell(1, 2, "250"),
        cell(2, 1, "국내"),
        cell(2, 2, "100"),
    ]
    assert lines(table) == [
        "구분 | 점수",
        "구분: 논문 | 구분: 국제 | 점수: 250",
        "구분: 논문 | 구분: 국내 | 점수: 100",
    ]


def test_titles_units_headings_and_notes_name_no_column() -> None:
    table = [
        cell(0, 0, "수당 지급표", columns=3),
        cell(1, 0, "", columns=2),
        cell(1, 2, "(단위: 원)"),
        cell(2, 0, "직급"),
        cell(2, 1, "기본"),
        cell(2, 2, "가산"),
        cell(3, 0, "1. 사무직", columns=3),
        cell(4, 0, "4급"),
        cell(4, 1, "70,000"),
        cell(4, 2, ""),
        cell(5, 0, "비고: 가산은 따로 정한다.", columns=3),
    ]
    assert table_of(table) == (
        [
            "수당 지급표",
            "(단위: 원)",
            "직급 | 기본 | 가산",
            "1. 사무직",
            "직급: 4급 | 기본: 70,000",
            "비고: 가산은 따로 정한다.",
        ],
        3,
        (
            ("수당 지급표",) * 3,
            ("", "", "(단위: 원)"),
            ("직급", "기본", "가산"),
            ("1. 사무직",) * 3,
            ("4급", "70,000", ""),
            ("비고: 가산은 따로 정한다.",) * 3,
        ),
        (),
    )


def test_a_second_row_of_names_that_nothing_merges() -> None:
    table = [
        cell(0, 0, ""),
        cell(0, 1, "숙박비", columns=2),
        *(cell(1, x, text) for x, text in enumerate(["직급", "서울", "지방"])),
        *(cell(2, x, text) for x, text in enumerate(["4급", "100,000", "70,000"])),
    ]
    assert lines(table)[-1] == "직급: 4급 | 숙박비 서울: 100,000 | 숙박비 지방: 70,000"


def test_units_below_names_are_names() -> None:
    table = [
        cell(0, 0, "직급", rows=2),
        cell(0, 1, "일비"),
        cell(1, 1, "(원)"),
        cell(2, 0, "4급"),
        cell(2, 1, "25,000"),
    ]
    assert lines(table)[-1] == "직급: 4급 | 일비 (원): 25,000"


def test_columns_that_share_their_name_keep_it() -> None:
    found = table_of(plain("점수 | 점수", "가 | 나", "다 | 라"))
    assert found is not None
    assert found[0] == ["점수 | 점수", "점수: 가 | 점수: 나", "점수: 다 | 점수: 라"]
    assert lines(plain("점수", "가", header=True)) == ["점수", "가"]


def test_cells_under_one_wide_name_are_no_second_row_of_names() -> None:
    table = [
        cell(0, 0, "구분"),
        cell(0, 1, "증빙서류", columns=2),
        *(cell(1, x, text) for x, text in enumerate(["자녀", "20세 미만", "등본"])),
        cell(2, 0, "배우자"),
        cell(2, 1, "등본", columns=2),
    ]
    assert lines(table) == [
        "구분 | 증빙서류",
        "구분: 자녀 | 증빙서류: 20세 미만 | 증빙서류: 등본",
        "구분: 배우자 | 증빙서류: 등본",
    ]


@pytest.mark.parametrize(
    ("rows", "first"),
    [
        (("성명 | | 생년월일 | ", "주소 | | 연락처 | "), "성명 | 생년월일"),
        (("상호: | 가나상사 | 전화", "대표 | 홍길동 | 팩스"), "상호: | 가나상사 | 전화"),
        (("총무팀 | 02-123-4567", "재무팀 | 02-123-4568"), "총무팀 | 02-123-4567"),
        (("4급 | 70,000원", "5급 | 60,000원"), "4급 | 70,000원"),
        (("1 | 총무팀", "2 | 재무팀"), "1 | 총무팀"),
        (("신청 구분 | □ 신규 □ 갱신", "사유 | 이사"), "신청 구분 | □ 신규 □ 갱신"),
        (("직급 | 일비",), "직급 | 일비"),
    ],
)
def test_rows_without_a_header_stand_as_they_are(rows: tuple[str, ...], first: str) -> None:
    found = table_of(plain(*rows))
    assert found is not None
    assert (found[0][0], found[1]) == (first, 0)


def test_rows_that_ignore_the_columns_of_the_first_are_a_form() -> None:
    table = [
        *(cell(0, x, text) for x, text in ((0, "소속"), (2, "직급"))),
        cell(1, 0, "사유"),
        cell(1, 1, "이사", columns=3),
        cell(2, 0, "기간"),
        cell(2, 1, "3일", columns=3),
        *(cell(3, x, text) for x, text in enumerate(["가", "나", "다", "라"])),
    ]
    assert lines(table) == ["소속 | 직급", "사유 | 이사", "기간 | 3일", "가 | 나 | 다 | 라"]


def test_groups_of_rows_without_any_names() -> None:
    table = [
        cell(0, 0, "논문", rows=2),
        *(cell(0, x, text) for x, text in ((1, "국제"), (2, "250점"))),
        *(cell(1, x, text) for x, text in ((1, "국내"), (2, "100점"))),
        cell(2, 0, "저서"),
        *(cell(2, x, text) for x, text in ((1, "국제"), (2, "300점"))),
    ]
    assert lines(table) == ["논문 | 국제 | 250점", "논문 | 국내 | 100점", "저서 | 국제 | 300점"]


def test_the_header_that_the_file_names_is_believed() -> None:
    table = plain("1 | 70,000원", "2 | 60,000원", header=True)
    assert lines(table) == ["1 | 70,000원", "1: 2 | 70,000원: 60,000원"]


def test_names_at_the_left_of_their_rows() -> None:
    table = [
        *(cell(0, x, text, header=not x) for x, text in enumerate(["직급", "4급", "5급"])),
        *(cell(1, x, text, header=not x) for x, text in enumerate(["일비", "2만원", "1만원"])),
    ]
    assert lines(table) == ["직급: 4급 | 직급: 5급", "일비: 2만원 | 일비: 1만원"]


def test_a_header_that_the_next_page_repeats_is_left_out() -> None:
    again = [(row + 3, *rest) for row, *rest in LODGING[:5]]
    more = [(row + 5, *rest) for row, *rest in plain("2급 이상 | 30,000 | 120,000 | 90,000")]
    found = table_of([*LODGING, *again, *more])
    assert found is not None
    assert found[0] == [
        *lines(LODGING),
        "구분: 2급 이상 | 일비: 30,000 | 숙박비(1박) 서울: 120,000 | 숙박비(1박) 지방: 90,000",
    ]
    assert len(found[2]) == 4


def test_a_table_that_goes_on_below_with_other_names() -> None:
    table = plain("구 분 | 일반 | 제한", "개념 | 가 | 나", "구 분 | 지명 | 수의", "개념 | 다 | 라")
    assert lines(table) == [
        "구분 | 일반 | 제한",
        "구분: 개념 | 일반: 가 | 제한: 나",
        "구분 | 지명 | 수의",
        "구분: 개념 | 지명: 다 | 수의: 라",
    ]
    data = plain("대학원 | 정원", "대학원 | 10", "특수대학원 | 20")
    assert lines(data)[1:] == ["대학원 | 정원: 10", "대학원: 특수대학원 | 정원: 20"]


def test_lines_side_by_side_in_one_row_are_rows() -> None:
    table = [
        *(cell(0, x, text) for x, text in enumerate(["계열", "등급", "평점"])),
        *(cell(1, x, text) for x, text in enumerate(["인문", "A+\nA0\nB+", "4.5\n4.0\n3.5"])),
    ]
    assert lines(table) == [
        "계열 | 등급 | 평점",
        "계열: 인문 | 등급: A+ | 평점: 4.5",
        "계열: 인문 | 등급: A0 | 평점: 4.0",
        "계열: 인문 | 등급: B+ | 평점: 3.5",
    ]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("공\n통\n교\n양", "전\n공\n선\n택"),  # words written downwards
        ("- 조직 구성도\n- 업무 구성도\n- 기능도", "- 개념도\n- 논리도\n- 물리도"),  # lists
        ("4급\n(과장 이상의\n보직자)", "10만원\n(실비로\n지급)"),  # lines that go on
        ("가항\n나항\n다항", "10만원\n20만원"),
    ],
)
def test_other_lines_in_cells_stay_one_row(left: str, right: str) -> None:
    table = [*plain("구분 | 내용"), cell(1, 0, left), cell(1, 1, right)]
    assert len(lines(table)) == 2


def test_a_name_beside_taken_apart_rows_covers_them_and_later_rows_move_down() -> None:
    table = [
        *(cell(0, x, text) for x, text in enumerate(["계열", "학과", "정원"])),
        cell(1, 0, "공학", rows=2),
        cell(1, 1, "기계과\n전기과\n화공과"),
        cell(1, 2, "10\n20\n30"),
        cell(2, 1, "건축과"),
        cell(2, 2, "40"),
    ]
    assert lines(table)[1:] == [
        "계열: 공학 | 학과: 기계과 | 정원: 10",
        "계열: 공학 | 학과: 전기과 | 정원: 20",
        "계열: 공학 | 학과: 화공과 | 정원: 30",
        "계열: 공학 | 학과: 건축과 | 정원: 40",
    ]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("숙 박 비", "숙박비"),
        ("일  비 (1일당)", "일비 (1일당)"),
        ("수행 기관 (부 서 명)", "수행 기관 (부서명)"),
        ("본인 및 배우자", "본인 및 배우자"),
        ("가 나 다", "가 나 다"),
        ("상 중 하", "상 중 하"),
        ("갑 을 병", "갑 을 병"),
        ("등급 (상 중 하)", "등급 (상 중 하)"),
        ("하 자", "하자"),
        ("그 밖", "그 밖"),
        ("각 호", "각 호"),
        ("전 직", "전 직"),
        ("이 영", "이 영"),
        ("매 월", "매 월"),
        ("전 공", "전공"),
        ("이 름", "이름"),
        ("각  자", "각자"),
        ("전 화 번 호", "전화번호"),
        ("A B", "A B"),
    ],
)
def test_words_spaced_out_over_their_cell_are_closed_up(written: str, read: str) -> None:
    found = table_of(plain(f"구분 | {written}", "4급 | 1"))
    assert found is not None
    assert found[2][0][1] == read


def test_damaged_addresses_and_spans() -> None:
    table = [
        *plain("직급 | 일비"),
        cell(1, 0, "4급", rows=65_535),
        cell(1, 1, "2만원", columns=60_000),
        cell(1, 1, "덮인 칸"),
        cell(65_535, 1, "5만원", rows=0, columns=-1),
    ]
    assert table_of(table) == (
        ["직급 | 일비", "직급: 4급 | 일비: 2만원", "직급: 4급 | 일비: 5만원"],
        1,
        (("직급", "일비"), ("4급", "2만원"), ("4급", "5만원")),
        ((2, 0),),
    )


def test_missing_cells_are_empty() -> None:
    table = [*plain("직급 | 일비 | 식비"), cell(1, 0, "4급"), cell(1, 2, "3만원")]
    assert lines(table)[1] == "직급: 4급 | 식비: 3만원"


@pytest.mark.parametrize(
    "spans",
    [
        [cell(n, n, "가") for n in range(1_001)],
        [cell(n, 0, "가" * 50_000, rows=1_000) for n in range(1_000)],
        [cell(n, n % 1_000, "가", rows=1_000, columns=1_000) for n in range(1_000)],
    ],
    ids=["places", "text", "overlaps"],
)
def test_a_table_that_would_fill_the_memory_is_refused(spans: list[Span]) -> None:
    began = time.process_time()
    with pytest.raises(ReadError, match=r"표가 너무 큽니다\. → "):
        table_of(spans)
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    "spans",
    [
        [cell(y, x, "가", rows=1 + (y == x == 0)) for y in range(3) for x in range(50_000)],
        [cell(y, 0, "가") for y in range(50_000)] + [cell(0, 1, "나", rows=49_999)],
        [cell(y, x, "가\n나\n다") for y in range(20_000) for x in range(2)],
    ],
    ids=["wide", "deep header", "stacks"],
)
def test_large_tables_take_little_time(spans: list[Span]) -> None:
    began = time.process_time()
    assert table_of(spans)
    assert time.process_time() - began < 5


def test_a_table_without_text_is_none() -> None:
    assert table_of(plain(" | ", " | ")) is None


@given(
    st.lists(
        st.tuples(
            *[st.integers(0, 6), st.integers(0, 6), st.integers(0, 4), st.integers(0, 4)],
            st.sampled_from(["", "구분", "4급", "70,000", "가\n나\n다", "(원)", "성명:"]),
            st.booleans(),
        ),
        min_size=1,
        max_size=25,
    )
)
def test_every_filled_row_is_a_line_whatever_the_cells_claim(spans: list[Span]) -> None:
    found = table_of(spans)
    if found is None:
        return
    made, header, rows, _ = found
    body = [row for row in rows[header:] if any(row)]
    assert len({len(row) for row in rows}) == 1
    assert all(made)
    assert len(made) >= len(body)
    for line, row in zip(made[len(made) - len(body) :], body, strict=True):
        assert all(text in line for text in row)


def grid(spans: Sequence[Span], inner: Block | None = None) -> Grid:
    """The cells as blocks; ``inner`` comes below the text of the last one."""
    cells = [Cell(*span[:4], tuple(span[4].split("\n")), span[5]) for span in spans]
    if inner is not None:
        cells[-1] = replace(cells[-1], blocks=(*cells[-1].blocks, inner))
    return Grid(tuple(cells))


def test_paragraphs_and_tables_in_one_text_with_their_places() -> None:
    reading = reading_of(["제1조(여비)  \n 다음과 같다.", "", grid(LODGING), "부칙"], "여비규정")
    assert reading.text == (
        "제1조(여비)\n 다음과 같다.\n"
        "구분 | 일비 | 숙박비(1박)\n"
        "서울 | 지방\n"
        "구분: 3급 이하 | 일비: 25,000 | 숙박비(1박) 서울: 100,000 | 숙박비(1박) 지방: 100,000\n"
        "부칙\n"
    )
    (table,) = reading.tables
    assert reading.text[table.start : table.end].split("\n") == lines(LODGING)
    assert (table.header, len(table.rows), reading.title) == (2, 3, "여비규정")


def test_places_are_those_in_composed_text() -> None:
    apart = unicodedata.normalize("NFD", "여비 지급표")
    reading = reading_of([apart, grid(plain(f"직급 | {apart}", "4급 | 70,000"))])
    (table,) = reading.tables
    assert reading.text == "여비 지급표\n직급 | 여비 지급표\n직급: 4급 | 여비 지급표: 70,000\n"
    assert reading.text[table.start :].startswith("직급 | 여비")
    assert table.rows[0] == ("직급", "여비 지급표")


def test_a_frame_around_text_is_no_table() -> None:
    box = [cell(0, 0, ""), cell(0, 1, "유의 사항"), cell(1, 0, "첫째 줄\n둘째 줄", columns=2)]
    reading = reading_of([grid(box)])
    assert (reading.text, reading.tables) == ("유의 사항\n첫째 줄\n둘째 줄\n", ())


def test_a_table_in_a_frame_is_a_table_and_in_a_cell_is_its_text() -> None:
    inner = grid(plain("등급 | 점수", "A | 5"))
    framed = reading_of([grid([cell(0, 0, "배점")], inner)])
    assert framed.text == "배점\n등급 | 점수\n등급: A | 점수: 5\n"
    assert [table.rows for table in framed.tables] == [(("등급", "점수"), ("A", "5"))]
    nested = reading_of([grid(plain("항목 | 산식", "논문 | 아래"), inner)])
    assert nested.text == ("항목 | 산식\n항목: 논문 | 산식: 아래 등급 | 점수 / 등급: A | 점수: 5\n")
    assert len(nested.tables) == 1


@pytest.mark.parametrize("columns", [1, 2])
def test_tables_in_tables_without_end_are_refused_soon(columns: int) -> None:
    block: Block = "가"
    for _ in range(200):
        cells = [Cell(0, x, 1, 1, (block,)) for x in range(columns)]
        block = Grid(tuple(cells))
    began = time.process_time()
    with pytest.raises(ReadError, match="표 안에 표가 너무 깊이"):
        reading_of([block])
    assert time.process_time() - began < 2


def test_names_above_columns_leave_out_titles_and_repeats() -> None:
    header = (("여비표", "여비표", "여비표"), ("구분", "숙박비", "숙박비"), ("구분", "서울", ""))
    assert names_of(header) == [("구분",), ("숙박비", "서울"), ("숙박비",)]


def test_the_labelled_tables_of_real_rules(shared: Path) -> None:
    scores = list(bench.scores(shared))
    assert len(scores) == 10
    right, cells = sum(score.right for score in scores), sum(score.cells for score in scores)
    assert cells > 600
    assert right >= 0.98 * cells, [score for score in scores if score.right < score.cells]


def test_a_wrong_cell_a_wrong_name_and_a_missing_table_count_against_us() -> None:
    rows = ("구분 | 일비 | 식비", "4급 | 10 | 20", "5급 | 30 | 40")
    cells = tuple(tuple(bench.digest(text) for text in row.split("|")) for row in rows)
    label = bench.Label("여비.hwp", "첫 표", 1, cells[0], cells)

    def right(*read: str) -> tuple[int, int]:
        score = bench.score(label, reading_of([grid(plain(*read))]))
        return score.right, score.cells

    assert right(*rows) == (6, 6)
    assert right(rows[0], rows[1], "5급 | 30 | 41") == (5, 6)
    assert right("구분 | 식비 | 일비", *rows[1:]) == (2, 6)
    assert right(*rows, "6급 | 50 | 60") == (6, 9)
    assert right("전혀 | 다른", "표 | 임") == (0, 6)
