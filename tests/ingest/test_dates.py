"""Dates and the department, as rules state them: golden heads, golden addenda, nothing guessed."""

from __future__ import annotations

import time

import pytest

from ingest.split.dates import Dates, dates_of, named_date
from onprem_rag.korean.addenda import iso_dates


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2020. 1. 1.", ("2020-01-01",)),
        ("2018.12.24., 2020.3.1", ("2018-12-24", "2020-03-01")),
        ("2005년 3월 1일", ("2005-03-01",)),
        ("’97.5.1. ‘05. 12. 31", ("1997-05-01", "2005-12-31")),
        ("2020-05-26", ("2020-05-26",)),
        ("1996ㆍ8ㆍ8", ("1996-08-08",)),
        ("2016. 3. 08.", ("2016-03-08",)),
        ("2016.\n3. 8.", ("2016-03-08",)),
        ("2020. 13. 45.", ()),
        ("2023. 2. 29.", ()),
        ("4294. 5. 16.", ()),  # of another calendar
        ("제2020호 3. 1.", ()),
    ],
)
def test_dates_that_exist_are_read_in_all_their_forms(text: str, expected: tuple[str, ...]) -> None:
    assert iso_dates(text) == expected


@pytest.mark.parametrize(
    ("head", "enacted", "amended"),
    [
        ("여비규정\n제정 2018. 3. 2.\n", "2018-03-02", ()),
        (
            "제정 2018. 3. 2. 개정 2019. 1. 9.\n일부개정 2020. 7. 1.\n",
            "2018-03-02",
            ("2019-01-09", "2020-07-01"),
        ),
        (
            "2003. 2. 18 제정   2005. 9. 1 개정\n2020. 12. 4. 전부개정     2021. 1. 6 개정",
            "2003-02-18",
            ("2005-09-01", "2020-12-04", "2021-01-06"),
        ),
        ("개정 2020. 7. 1.\n개정 2019. 7. 1.\n", None, ("2019-07-01", "2020-07-01")),
        (
            "제정(방송통신위원회위원장 인가) 2009. 7. 1.\n개정(인가) 2010. 8. 4.",
            "2009-07-01",
            ("2010-08-04",),
        ),
        ("(제정 ’97.5.1.)\n(개정 1차 1999. 1. 1.)", "1997-05-01", ("1999-01-01",)),
        (
            "제정 | 2001. 1. 1.\n개정 | 2002. 1. 1., 2003. 1. 1.,\n2004. 1. 1.",
            "2001-01-01",
            ("2002-01-01", "2003-01-01", "2004-01-01"),
        ),
        ("여비규정(2018. 3. 2. 제정, 2020. 1. 1. 개정)", "2018-03-02", ("2020-01-01",)),
        ("제정 2020. 13. 45.", None, ()),
        ("이 규정집은 1997년 4월 1일에 제정하여 발간하고 2011년 3월에 개정하였습니다.", None, ()),
        ("「보고 방법」(고시 제2021-39호, 2021.5.4.)을 일부 개정함에 있어 의견을 듣고자", None, ()),
        ("여비규정\n2024년도 예산 2024. 1. 1.", None, ()),
    ],
)
def test_the_history_above_the_first_article(
    head: str, enacted: str | None, amended: tuple[str, ...]
) -> None:
    dates = dates_of(head, [])
    assert (dates.enacted, dates.amended) == (enacted, amended)


def test_a_statutes_head_as_the_law_portal_prints_it() -> None:
    head = "근로기준법\n[시행 2024. 1. 1.] [법률 제19234호, 2023. 1. 3., 일부개정]\n고용노동부"
    assert dates_of(head, []) == Dates(amended=("2023-01-03",), effective="2024-01-01")


def test_front_matter_lines() -> None:
    head = "공포일자: 2020-05-26\n시행일자: 2020-06-01\n소관부처: 고용노동부\n최저임금법\n"
    assert dates_of(head, []) == Dates(effective="2020-06-01", department="고용노동부")


@pytest.mark.parametrize(
    ("head", "enacted", "amended"),
    [
        ("2021. 3. 4. 개정 (시행 2021. 4. 1.)", None, ("2021-03-04",)),
        ("2021년 3월 4일 일부개정(시행 2021. 4. 1.)", None, ("2021-03-04",)),
        (
            "(2020. 1. 1. 제정, 2021. 3. 4. 개정, 2021. 4. 1. 시행)",
            "2020-01-01",
            ("2021-03-04",),
        ),
        ("제정 2020. 1. 1., 2021. 4. 1. 시행", "2020-01-01", ()),
        ("2020. 1. 1. 제정 2021. 4. 1. 시행 2022. 3. 4. 개정", "2020-01-01", ("2022-03-04",)),
    ],
)
def test_the_history_says_since_when_it_holds(
    head: str, enacted: str | None, amended: tuple[str, ...]
) -> None:
    assert dates_of(head, []) == Dates(enacted, amended, effective="2021-04-01")


def test_the_number_of_a_letter_is_no_effective_date() -> None:
    assert dates_of("시행 | 도심주거과-11111 (2025. 10. 24.)", []).effective is None


@pytest.mark.parametrize(
    ("head", "department"),
    [
        ("소관부서: 총무과\n", "총무과"),
        ("담당부서 : 인사팀 (02-123-4567)\n", "인사팀"),
        ("주관부서 | 감사실 | 전화", "감사실"),
        ("(담당부서 : 인사과, 전화 02-1234)", "인사과"),
        ("소관부서: 총무과, 인사과", "총무과, 인사과"),
        ("소관 부서명 : 인사팀", "인사팀"),
        ("소관부처: 재정경제부", "재정경제부"),
        ("제1조 관리부서는 총무과로 한다", None),
        ("여비규정", None),
    ],
)
def test_the_department_where_it_is_stated(head: str, department: str | None) -> None:
    assert dates_of(head, []).department == department


@pytest.mark.parametrize(
    ("addenda", "expected"),
    [
        (["부칙\n이 규정은 2020년 1월 1일부터 시행한다."], "2020-01-01"),
        (["부칙 <2019. 12. 30.>\n제1조(시행일) 이 규칙은 2020. 1. 1.부터 시행한다."], "2020-01-01"),
        (["부칙\n1. (시행일) 이 개정 규정은 2021년 3월 2일부터 시행한다."], "2021-03-02"),
        (["부칙\n1. 이 내규는 2006년 9월 15일부터 개정 시행한다."], "2006-09-15"),
        (["부칙\n1. 이 시행세칙의 시행일은 2021년 12월 1일로 한다."], "2021-12-01"),
        (["부칙\n이 준칙은 2008년 6월 14일부터 시행한다."], "2008-06-14"),
        (["부칙\n이 규정은 2020. 1. 1.부터 시행한다.", "부칙\n"], "2020-01-01"),
        (["부칙\n본 회칙은 2008년 6월 14일부터 시행한다."], "2008-06-14"),
        (["부칙 <제19234호, 2023. 1. 3.>\n이 법은 공포한 날부터 시행한다."], "2023-01-03"),
        (
            [
                "부칙\n이 규정은 2018년 3월 1일부터 시행한다.",
                "부칙\n이 규정은 2020년 9월 1일부터 시행한다.",
            ],
            "2020-09-01",
        ),
        (
            [
                "부칙\n1. 이 규정은 1997년 3월 1일부터 시행한다.\n"
                "2. 이 변경 규정은 2004년 9월 1일부터 시행한다."
            ],
            "2004-09-01",
        ),
        (
            [
                "부칙\n이 규정은 2020년 1월 1일부터 시행한다. "
                "다만, 제5조의 개정규정은 2021년 1월 1일부터 시행한다."
            ],
            "2020-01-01",
        ),
        (
            ["부칙 <제19234호, 2023. 1. 3.>\n이 법은 공포 후 6개월이 경과한 날부터 시행한다."],
            "2023-07-04",
        ),
        (
            ["부칙 <2023. 8. 31.>\n이 지침은 공포한 날부터 6개월이 지난 날부터 시행한다."],
            "2024-03-01",
        ),
        (["부칙 <2026. 1. 1.>\n이 규정은 2027년 1월부터 시행한다."], "2027-01-01"),
        (  # the newest first
            [
                "부칙 <2027. 1. 1.>\n이 규칙은 2027년 1월 1일부터 시행한다.",
                "부칙 <2025. 3. 1.>\n이 규칙은 2025년 3월 1일부터 시행한다.",
            ],
            "2027-01-01",
        ),
    ],
)
def test_since_when_the_latest_wording_holds(addenda: list[str], expected: str) -> None:
    assert dates_of("", addenda).effective == expected


@pytest.mark.parametrize(
    "last",
    [
        "부칙 <2020. 1. 1.>\n이 규정은 이사회의 승인을 받은 날부터 시행한다.",
        "부칙 <2020. 1. 1.>\n이 지침은 공포한 날부터 시행한다.",  # of no number: 공포 of what?
        "부칙\n이 규정은 2020. 13. 45.부터 시행한다.",
    ],
)
def test_a_day_that_is_not_named_is_not_guessed(last: str) -> None:
    assert dates_of("", [last]).effective is None
    assert dates_of("", ["부칙\n이 규정은 2010년 1월 1일부터 시행한다.", last]).effective is None


def test_the_last_addenda_that_say_nothing_of_it_leave_the_day_open() -> None:
    addenda = ["부칙\n이 규정은 2010년 1월 1일부터 시행한다.", "부칙 <2020. 1. 1.>\n생략"]
    assert dates_of("", addenda).effective is None


def test_without_a_history_the_headings_of_the_addenda_say_when_it_was_amended() -> None:
    addenda = [
        "부칙\n",  # over all of them
        "부칙 <제100호, 2010. 1. 1.>\n이 법은 공포한 날부터 시행한다.",
        "부칙(정부조직법) <제200호, 2013. 3. 23.>\n이 법은 공포한 날부터 시행한다.",
        "부칙 <제300호, 2020. 5. 26.>\n이 법은 2020년 6월 1일부터 시행한다.",
    ]
    dates = dates_of("최저임금법\n제1장 총칙", addenda)
    assert dates == Dates(amended=("2013-03-23", "2020-05-26"), effective="2020-06-01")


def test_a_sentence_that_begins_no_addenda_is_no_heading() -> None:
    addenda = ["부칙\n가.", "1. 이 규칙은 2020년 1월 1일부터 시행한다.\n2. 나."]
    assert dates_of("여비규칙", addenda) == Dates(effective="2020-01-01")


def test_without_either_the_amendment_marks_do() -> None:
    dates = dates_of("휴학규정", ["부칙\n1. 가."], ["2020-01-01", "2018-01-01", "2020-01-01"])
    assert dates.amended == ("2018-01-01", "2020-01-01")
    stated = dates_of("제정 2015. 1. 1.", [], ["2020-01-01"])
    assert (stated.enacted, stated.amended) == ("2015-01-01", ())


@pytest.mark.parametrize(
    "piece", ["개정 ", "2020. 1. ", "이 규정은 ", "소관부서 ", "’97 ", "시행한다 이 "]
)
def test_hostile_text_takes_no_time(piece: str) -> None:
    start = time.process_time()
    dates_of(piece * 20_000, [piece * 20_000])
    assert time.process_time() - start < 3


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("인사규정(2020.1.1.)", "2020-01-01"),
        ("인사규정_20200101", "2020-01-01"),
        ("3_06_출장규칙(240214)", "2024-02-14"),
        ("출장지침_v2_250101", "2025-01-01"),
        ("문서123456", None),
        ("자료_991332", None),
        ("제3차 개정안", None),
    ],
)
def test_the_day_in_a_files_name(name: str, day: str | None) -> None:
    assert named_date(name) == day
