"""Amendment marks: which are cut, which brackets stay, and where everything stands afterwards."""

from __future__ import annotations

import itertools
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.readers.reading import read
from ingest.readers.result import Reading
from ingest.split.amendments import without_marks
from onprem_rag.records import Amendment, Page, Table

SHARED = Path(__file__).parents[3] / "shared" / "data"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("한다. <개정 2020. 1. 1.>", "한다."),
        ("한다.<개정 2018.12.24., 2020.3.1>", "한다."),
        ("한다. <신설 2020. 1. 1.> 다만,", "한다. 다만,"),
        ("한다. <단서신설 2020. 1. 1.>\n② 그", "한다.\n② 그"),
        ("한다. 〈개정 2020. 1. 1.〉", "한다."),
        ("한다. ＜개정 2020. 1. 1.＞", "한다."),
        ("한다. (개정 2020. 1. 1.)", "한다."),
        ("한다(신설 2021.3.1.).", "한다."),
        ("한다 <개정 ’05.3.1>.", "한다."),
        ("한다. <개정 2005년 3월 1일>", "한다."),
        ("한다. <개정 1996ㆍ8ㆍ8, 2014.11.19>", "한다."),
        ("한다. <신설 2010. 3. 1., 개정 2015. 3. 1.>", "한다."),
        ("한다. <2005. 3. 1 단서조항삽입, 개정 2005. 12. 1>", "한다."),
        ("제2장 구성 <개정 2011.4.12>", "제2장 구성"),
        ("제4조(위원장 <개정 2012. 9. 24.>) 위원장은", "제4조(위원장) 위원장은"),
        ("한다. <개정 2018.\n1. 1., 2020.\n3. 1>\n② 그", "한다.\n② 그"),
        ("한다.\n[본조신설 2020. 1. 1.]\n제6조", "한다.\n제6조"),
        ("한다.\n[본조 신설 2020. 1. 1.]\n[제목개정 2021.3.1]\n제6조", "한다.\n제6조"),
        ("한다.\n[전문개정 1964.5.26 법1638]\n", "한다.\n"),
        ("한다.\n[종전 제5조는 제6조로 이동 <2020. 1. 1.>]", "한다."),
        ("제3조(회의) [제2조에서 이동 2022. 6. 15]\n① 위", "제3조(회의)\n① 위"),
        ("한다.\n[시행일: 2027.1.1]", "한다."),
        ("[본조신설 2020. 1. 1.]\n제1조", "제1조"),
        ("한다.(2014.4.23.)\n② 그", "한다.\n② 그"),
        ("한다. <개정 2015. 2.. 1>", "한다."),  # a slip of the pen
        ("정의한다.<개정 2020. 1. 1.>, <2022. 1. 1. 개정>\n② 그", "정의한다.\n② 그"),
        ("한다. <2020. 1. 1.>", "한다."),
        ("1. 수당 [2020. 1. 1.]\n② 한다. <개정 2020. 1. 1.>", "1. 수당\n② 한다."),  # a known day
        ("1. 학과(2020. 1. 1. 신설)\n② 한다. <개정 2020. 1. 1.>", "1. 학과\n② 한다."),
    ],
)
def test_marks_are_cut_with_the_blanks_and_lines_they_leave(text: str, expected: str) -> None:
    assert without_marks(Reading(text))[0].text == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("제5조 삭제 <2020. 1. 1.>", "제5조 삭제"),
        ("제5조 <삭제 2020. 1. 1.>\n제6조", "제5조 삭제\n제6조"),
        ("②<삭제 2020. 1. 1.>", "②삭제"),
        ("제5조 (2020. 1. 1. 삭제)", "제5조 삭제"),
        ("제5조 (삭제 2020. 1. 1.)", "제5조 삭제"),
        ("제11조 (2014.4.23.)삭제", "제11조 삭제"),
        ("② <삭제2007.3.1>.", "② 삭제."),
        ("  3. <삭제>", "  3. 삭제"),
        ("제5절 행동강령(삭제 2022.04.21.)", "제5절 행동강령(삭제)"),
        ("3. 수당 <신설 2019. 1. 1., 삭제 2022. 1. 1.>", "3. 수당 삭제"),
    ],
)
def test_the_word_deleted_stays(text: str, expected: str) -> None:
    reading, amendments = without_marks(Reading(text))
    assert reading.text == expected
    assert "삭제" in {each.action for each in amendments}


@pytest.mark.parametrize(
    "text",
    [
        "1. 정기분 <2024. 6. 30.>\n2. 수시분",
        "6. 조직도 [2024. 9. 1.]",
        "이 규정은 [2024. 1. 1.]\n부터 시행한다.",
        "3. 신설학과(2024. 9. 1. 신설)",
        "부칙 <제1234호, 2020. 1. 1.>",
        "부    칙<2009. 7. 27>",
        "부 칙(2020. 1. 1.)",
        "부칙(정부조직법) <제21065호,2025.10.1>",
        "부칙 <개정 2020. 1. 1.>",
        "<별표 1>",
        "[별지 제1호서식]",
        "<표>",
        "< 정원표 >",
        "(2020. 1. 1.부터 시행한다)",
        "시행일(2010. 3. 22.)",
        "개교기념일(1977. 10. 22.)",
        "승인한 날(1999. 8. 18)부터 시행한다.",
        "「개정 2020. 1. 1.」",
        "이 법은 공포한 날부터 시행한다. <단서 생략>",
        "<29> 주택법 일부를 다음과 같이 개정한다.",
        "(제5조 제2항 개정)",
        "(별표 1 신설)",
        "제13조(조, 항, 호의 삭제)",
        "제3조(다른 법령의 개정)",
        "1. (시행일) 이 규정은",
        "(법률 제9905호로 개정되기 전의 것을 말한다)",
        "[(A + B - C) × D]",
        "[종전의 제56조제1항제1호에 따른 유족연금을 말한다]",
        "제정 2018. 3. 2.\n개정 2020. 7. 1.",
        "(제정 2018. 3. 2.)",
        "가 < 나이고 다 > 라",
        "<개정",
    ],
)
def test_content_is_not_cut(text: str) -> None:
    reading, amendments = without_marks(Reading(text))
    assert (reading.text, amendments) == (text, ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("가 <개정 2020. 1. 1.>", [("개정", ("2020-01-01",))]),
        ("가 <개정 ’97.5.1, 2018.12.24.>", [("개정", ("1997-05-01", "2018-12-24"))]),
        ("가 <개정 2005년 3월 1일>", [("개정", ("2005-03-01",))]),
        (
            "가 <신설 2010. 3. 1, 개정 2015. 3. 1., 2017. 2. 1.>",
            [("신설", ("2010-03-01",)), ("개정", ("2015-03-01", "2017-02-01"))],
        ),
        (
            "가 <2005. 3. 1 단서조항삽입, 개정 2005. 12. 1>",
            [("단서조항삽입", ("2005-03-01",)), ("개정", ("2005-12-01",))],
        ),
        ("가 [본조 신설 2020. 1. 1.]", [("본조신설", ("2020-01-01",))]),
        ("가 <조 번호 개정 2025. 3. 1.>", [("조번호개정", ("2025-03-01",))]),
        ("가 삭제 <2020.8.4>", [("삭제", ("2020-08-04",))]),
        (
            "가 [종전 제5조는 제6조로 이동 <2020. 1. 1.>]",
            [("종전 제5조는 제6조로 이동", ("2020-01-01",))],
        ),
        ("가 [시행일: 2027.1.1]", [("시행일", ("2027-01-01",))]),
        ("가 <신설 2022. 13. 26.>", [("신설", ())]),  # no such month
    ],
)
def test_marks_become_actions_with_dates(
    text: str, expected: list[tuple[str, tuple[str, ...]]]
) -> None:
    amendments = without_marks(Reading(text))[1]
    assert [(each.action, each.dates) for each in amendments] == expected


def test_a_mark_below_an_article_belongs_to_it_and_not_to_the_next() -> None:
    reading, amendments = without_marks(Reading("제5조 가.\n[본조신설 2020. 1. 1.]\n제6조 나."))
    assert amendments == (Amendment(6, "[본조신설 2020. 1. 1.]", "본조신설", ("2020-01-01",)),)
    assert reading.text[6:] == "\n제6조 나."


def test_pages_and_tables_move_with_the_text() -> None:
    text = "가. <개정 2020. 1. 1.>\n구분 | 금액\n구분: 일비 <신설 2021. 1. 1.> | 금액: 2만원\n나."
    table = Table(
        text.index("구분"),
        text.index("\n나."),
        1,
        (("구분", "금액"), ("일비 <신설 2021. 1. 1.>", "2만원")),
    )
    pages = (Page(1, 0, table.start), Page(2, table.start, len(text)))
    reading = Reading(text, pages, (table,))
    cut, _ = without_marks(reading)
    assert cut.text == "가.\n구분 | 금액\n구분: 일비 | 금액: 2만원\n나."
    assert [cut.text[page.start : page.end] for page in cut.pages] == ["가.\n", cut.text[3:]]
    (moved,) = cut.tables
    assert cut.text[moved.start : moved.end] == "구분 | 금액\n구분: 일비 | 금액: 2만원"
    assert moved.rows == (("구분", "금액"), ("일비", "2만원"))


def test_a_cell_loses_the_marks_that_the_text_loses() -> None:
    text = "가. <개정 2020. 1. 1.>\n구분: 일비 [2020. 1. 1.]\n나."
    table = Table(text.index("구분"), text.index("\n나."), 1, (("일비 [2020. 1. 1.]",),))
    cut, _ = without_marks(Reading(text, (), (table,)))
    assert (cut.text, cut.tables[0].rows) == ("가.\n구분: 일비\n나.", (("일비",),))


_PIECES = [
    *("제1조(목적) ", "① 가.", "나", " ", "\n", "\n\n", ".", "삭제", "부칙 ", "다 ", "(", ">", "<"),
    *("<개정 2020. 1. 1.>", "[본조신설 2020.\n1. 1.]", "(삭제 2021.3.1)", "<2019.1.1>"),
    "<신설 2010. 3. 1, 개정 2015. 3. 1.>",
]


@given(st.lists(st.sampled_from(_PIECES), max_size=14).map("".join), st.data())
def test_what_is_kept_stays_in_order_and_offsets_never_cross(
    text: str, data: st.DataObject
) -> None:
    borders = sorted(data.draw(st.lists(st.integers(0, len(text)), min_size=2, max_size=6)))
    pages = tuple(
        Page(number, start, end)
        for number, (start, end) in enumerate(itertools.pairwise(borders), 1)
    )
    cut, amendments = without_marks(Reading(text, pages))
    _check(Reading(text, pages), cut, amendments)
    for before, after in zip(pages, cut.pages, strict=True):
        kept = cut.text[after.start : after.end]
        assert _is_in_order(kept, text[before.start : before.end])


def test_real_files_keep_their_text_and_lose_their_marks() -> None:
    paths = [*sorted((SHARED / "statutes").glob("*.md"))[:30]]
    paths += sorted((SHARED / "regulations-pdf").glob("*.pdf"))[:6]
    if not paths:
        pytest.skip("../shared is absent")
    marks = 0
    for path in paths:
        reading = read(path, path.read_bytes())[2]
        cut, amendments = without_marks(reading)
        _check(reading, cut, amendments)
        assert "<개정 2" not in cut.text, path.name
        marks += len(amendments)
    assert marks > 1000


def _check(reading: Reading, cut: Reading, amendments: tuple[Amendment, ...]) -> None:
    assert _is_in_order(cut.text, reading.text)
    places = [each.at for each in amendments]
    assert places == sorted(places)
    assert all(0 <= at <= len(cut.text) for at in places)
    spans = [(page.start, page.end) for page in cut.pages]
    assert spans == sorted(spans)
    assert all(0 <= start <= end <= len(cut.text) for start, end in spans)


def _is_in_order(kept: str, whole: str) -> bool:
    """Whether ``kept`` is ``whole`` with some characters left out."""
    rest = iter(whole)
    return all(char in rest for char in kept)


@pytest.mark.parametrize(
    "piece",
    [
        "<개정 ",
        "<개정 2020. 1. 1., ",
        "(",
        "[종전 ",
        "[종전 이동 ",
        "<2020. 1. 1. ",
        "<개정 20",
        "(2020. 1. 1. 삭제) ",
        "개정 ",
    ],
)
def test_hostile_text_takes_no_time(piece: str) -> None:
    start = time.process_time()
    without_marks(Reading(piece * 20_000 + ">"))
    without_marks(Reading("<" + piece * 100 + "x>"))
    assert time.process_time() - start < 3
