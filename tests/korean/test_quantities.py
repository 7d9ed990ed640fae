"""Quantities as regulations write them, with their normalised values spelled out."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onprem_rag.korean.facts import extract
from onprem_rag.korean.quantities import find_quantities

AMOUNTS = {
    "3천만원": "30000000원",
    "3,000만원": "30000000원",
    "30,000,000원": "30000000원",
    "삼천만 원": "30000000원",
    "1억2천만원": "120000000원",
    "1억 2천만 원": "120000000원",
    "1조 5천억원": "1500000000000원",
    "5조원": "5000000000000원",
    "10조 원": "10000000000000원",
    "금 500,000원": "500000원",
    "일금 오백만원정": "5000000원",
    "70천원": "70000원",
    "5백만원": "5000000원",
    "3천5백만원": "35000000원",
    "1만5천원": "15000원",
    "2.5억원": "250000000원",
    "일백만원": "1000000원",
    "백만원 이하": "1000000원",
    "３０，０００원": "30000원",
    "5만원인 경우": "50000원",
    "150달러": "150달러",
    "미화 3천불": "3000달러",
    "$1,500": "1500달러",
    "₩20,000": "20000원",
}
DATES = {
    "2024. 3. 1.": "2024-03-01",
    "2024.3.1": "2024-03-01",
    "2024년 3월 1일": "2024-03-01",
    "2024년3월1일": "2024-03-01",
    "2024-03-01": "2024-03-01",
    "2024/3/1": "2024-03-01",
    "'24. 3. 1.": "2024-03-01",
    "’98. 3. 1.": "1998-03-01",
    "1982ㆍ3ㆍ13": "1982-03-13",
    "2019. \n9. 11.": "2019-09-11",
    "20240301": "2024-03-01",
    "2024년 3월": "2024-03",
    "2024. 3.": "2024-03",
    "3월 1일": "--03-01",
    "매년 12월에": "--12",
    "매월 25일": "---25",
    "익월 5일": "다음달---05",
    "24년 3월 1일": "2024-03-01",
}
YEARS = {"2024년": "2024", "2024년도": "2024", "2024학년도": "2024", "'24년": "2024"}
PERIODS = {
    "2년": "24개월",
    "24개월": "24개월",
    "1년 6개월": "18개월",
    "1년6월": "18개월",
    "1년 반": "18개월",
    "6월 이하": "6개월",
    "3년간": "36개월",
    "3개년": "36개월",
    "일년": "12개월",
    "육개월": "6개월",
    "30일": "30일",
    "1개월": "1개월",
    "2주": "14일",
    "2주일": "14일",
    "3주간": "21일",
    "7일간": "7일",
    "7일 이내": "7일",
    "1일부터": "1일",
    "48시간": "48시간",
    "30초 초과": "30초",
    "30분": "30분",
    "60분": "1시간",
    "1시간 30분": "90분",
    "한 시간": "1시간",
    "한 달": "1개월",
    "두 달": "2개월",
    "세 달간": "3개월",
    "사흘": "3일",
    "이레": "7일",
    "이레 동안": "7일",
    "열흘": "10일",
    "보름": "15일",
    "일주일": "7일",
    "반년": "6개월",
    "이십일": "20일",
    "삼십일 이내": "30일",
}
PERCENTAGES = {
    "5%": "5%",
    "5 %": "5%",
    "２０％": "20%",
    "5퍼센트": "5%",
    "5프로": "5%",
    "100분의 5": "5%",
    "100분의5": "5%",
    "1000분의 15": "1.5%",
    "1천분의 45": "4.5%",
    "1만분의 25": "0.25%",
    "백분의 오": "5%",
    "3할": "30%",
    "2분의 1": "50%",
    "1/4": "25%",
    "3분의 2": "2/3",
    "6분의 4": "2/3",
    "2/3 이상": "2/3",
    "5%p": "5%p",
    "30%포인트": "30%p",
    "30% 포인트": "30%p",
    "30퍼센트포인트": "30%p",
    "30프로포인트": "30%p",
}
TIMES = {"09:00": "09:00", "18시 30분": "18:30", "오후 6시까지": "18:00"}
COUNTS = {
    "3명": "3명",
    "10인 이내": "10명",
    "두 명": "2명",
    "일흔 명": "70명",
    "여든다섯 살": "85세",
    "아흔아홉 개": "99개",
    "15명임": "15명",
    "이십인": "20명",
    "1천명": "1000명",
    "10만 명": "100000명",
    "2회": "2회",
    "두 차례": "2회",
    "12km": "12km",
    "12㎞": "12km",
    "5급": "5급",
    "5급 공무원": "5급",
    "10호봉": "10호봉",
    "90점": "90점",
    "3건": "3건",
    "3개 기관": "3개",
    "2부": "2부",
    "60세": "60세",
    "1.5배": "1.5배",
    "4촌 이내": "4촌",
    "제2차": "제2차",
    "5년차": "5년차",
    "02-1234-5678": "02-1234-5678",
    "80,000이내": "80000",
}
GOLDEN = [
    pytest.param(text, kind, value, id=f"{kind}-{text!r}")
    for kind, table in {
        "amount": AMOUNTS,
        "date": DATES,
        "year": YEARS,
        "period": PERIODS,
        "percentage": PERCENTAGES,
        "time": TIMES,
        "count": COUNTS,
    }.items()
    for text, value in table.items()
]


@pytest.mark.parametrize(("text", "kind", "value"), GOLDEN)
def test_one_quantity(text: str, kind: str, value: str) -> None:
    assert [(fact.kind, fact.value) for fact in find_quantities(text)] == [(kind, value)]


@pytest.mark.parametrize(
    "text",
    [
        "(단위: 천원)",
        "(단위 : 백만원)",
        "3프로그램",
        "1부터",
        "3회계",
        "제3자",
        "3주택",
        "2중앙",
        "1. 첫째 2) 둘째 [1] (3)",
        "제3조제1항",
        "제10조의2",
        "별표 2",
        "별지 제3호서식",
        "2024. 13. 1.",
        "제2장 총칙",
        "한번 확인",
        "다만, 그러하지 아니하다.",
        "수시로",
        "",
    ],
)
def test_no_quantity(text: str) -> None:
    assert find_quantities(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3~5년", [("3", "36개월"), ("5년", "60개월")]),
        ("10~30만원", [("10", "100000원"), ("30만원", "300000원")]),
        ("10∼20%", [("10", "10%"), ("20%", "20%")]),
        ("09:00부터 18:00까지", [("09:00", "09:00"), ("18:00", "18:00")]),
        ("2024년 3월 1일부터 3년간", [("2024년 3월 1일", "2024-03-01"), ("3년간", "36개월")]),
        ("1일 1회에 한해 20,000원", [("1일", "1일"), ("1회", "1회"), ("20,000원", "20000원")]),
        ("제3조제1항에 따라 30일 이내", [("30일", "30일")]),
        ("3·4급", [("3", "3급"), ("4급", "4급")]),
        ("3억 이내", []),
        ("5급 공무원 3명", [("5급", "5급"), ("3명", "3명")]),
        ("제10조의 2배", [("2배", "2배")]),
    ],
)
def test_several_quantities(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(fact.text, fact.value) for fact in find_quantities(text)] == expected


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("2년", "24개월", True),
        ("100분의 5", "5%", True),
        ("3천만원", "30,000,000원", True),
        ("1주일", "7일", True),
        ("30일", "1개월", False),
        ("24시간", "1일", False),
        ("5%", "5%p", False),
        ("2024년", "2024년 3월", False),
    ],
)
def test_which_quantities_say_the_same(one: str, two: str, same: bool) -> None:
    (left,), (right,) = find_quantities(one), find_quantities(two)
    assert ((left.kind, left.value) == (right.kind, right.value)) is same


def test_facts_are_references_and_quantities_in_text_order() -> None:
    facts = extract("「여비규정」 제9조제1항에 따라 2024. 3. 1.부터 1박당 7만원을 3년간 지급한다.")
    assert [(fact.kind, fact.value) for fact in facts] == [
        ("reference", "「여비규정」 제9조제1항"),
        ("date", "2024-03-01"),
        ("count", "1박"),
        ("amount", "70000원"),
        ("period", "36개월"),
    ]


_ALPHABET = "0123456789,.~-/'%: \n제조항호년월일개주간시분의원천만억조삼이십백퍼센트한두달명회급①"


@given(st.one_of(st.text(), st.text(alphabet=_ALPHABET, max_size=60)))
def test_offsets_hold_and_nothing_overlaps(text: str) -> None:
    facts = extract(text)
    assert all(fact.text == text[fact.start : fact.end] != "" for fact in facts)
    assert all(a.end <= b.start for a, b in itertools.pairwise(facts))
    assert all(fact.value for fact in facts)


@given(st.integers(1, 10**12))
def test_amounts_in_figures_are_read_exactly(amount: int) -> None:
    assert [fact.value for fact in find_quantities(f"{amount:,}원")] == [f"{amount}원"]
