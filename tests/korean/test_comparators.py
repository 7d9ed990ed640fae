"""Limits of quantities, and exceptions, with their normalised values spelled out."""

from __future__ import annotations

import pytest

from onprem_rag.korean.comparators import Comparators
from onprem_rag.korean.exceptions import Exceptions
from onprem_rag.records import Fact

LIMITS = Comparators()
EXCEPTIONS = Exceptions()
AT_MOST = [
    "30일 이내",
    "30일 이하",
    "30일 내에",
    "30일 안에",
    "30일 한도 내에서",
    "30일을 한도로",
    "30일을 상한으로",
    "30일의 범위에서",
    "30일의 범위 안에서",
    "30일 범위 내에서",
    "30일을 초과할 수 없다",
    "30일을 초과하지 못한다",
    "30일을 초과하지 않는",
    "30일을 초과해서는 안 된다",
    "30일을 넘지 못한다",
    "30일을 넘을 수 없습니다",
    "30일을 넘지 아니하는 범위에서",
    "30일 초과 금지",
    "30일까지 연장할 수 있다",
    "30일이 되는 날까지",
    "30일(공휴일은 제외한다) 이내",
    "최대 30일",
    "최대 30일까지",
    "최장 30일",
    "길어도 30일",
    "한도는 30일로 한다",
]
AT_LEAST = [
    "30일 이상",
    "최소 30일",
    "최소한 30일",
    "적어도 30일",
    "30일 미만이어서는 아니 된다",
    "30일 미만일 수 없다",
    "30일을 하한으로",
]
OTHERS = {
    "30일 초과": ["period 30일 more"],
    "30일을 초과한 경우": ["period 30일 more"],
    "30일을 넘는": ["period 30일 more"],
    "30일보다 긴": ["period 30일 more"],
    "60세가 넘은": ["count 60세 more"],
    "30일 미만": ["period 30일 less"],
    "30일에 미달하는": ["period 30일 less"],
    "30일에 못 미치는": ["period 30일 less"],
    "30일에 미치지 못하는": ["period 30일 less"],
    "30일보다 적은": ["period 30일 less"],
    "30일이 지나지 아니한": ["period 30일 less"],
    "30일 전까지": ["period 30일 before"],
    "30일 이전": ["period 30일 before"],
    "적어도 30일 전에": ["period 30일 before"],
    "늦어도 10일 전까지": ["period 10일 before"],
    "30일 후": ["period 30일 after"],
    "30일이 지난 날부터": ["period 30일 after"],
    "30일을 경과한": ["period 30일 after"],
    "2024년 3월 1일부터": ["date 2024-03-01 from"],
    "2024년 3월 1일 이후": ["date 2024-03-01 from"],
    "2024년 3월 1일까지": ["date 2024-03-01 until"],
    "2024년 3월 1일 이전": ["date 2024-03-01 until"],
    "2024년 3월 1일 전에": ["date 2024-03-01 before"],
    "2024년 3월 1일 후": ["date 2024-03-01 after"],
    "오후 6시까지": ["time 18:00 until"],
    "3급 이상 5급 이하": ["count 3급 at least", "count 5급 at most"],
    "5급부터 7급까지": ["count 5급 from", "count 7급 at most"],
    "3일 또는 5일 이내": ["period 3일 at most", "period 5일 at most"],
    "1일 및 2일 이내": ["period 1일 at most", "period 2일 at most"],
    "위원장 1명과 10명 이내의 위원": ["count 10명 at most"],
    "위원장 1명 및 5명 이내의 위원": ["count 5명 at most"],
    "100분의 5를 초과하는": ["percentage 5% more"],
    "100분의 30에 해당하는 금액 이하": ["percentage 30% at most"],
    "재적위원 3분의 2 이상의 찬성": ["percentage 2/3 at least"],
    "1천만원 이하의 벌금": ["amount 10000000원 at most"],
    "최대 월 20만원": ["amount 200000원 at most"],
    "최소 30일 이내": ["period 30일 at least", "period 30일 at most"],
    "보충과목을(12학점 이내) 이수한다": ["count 12학점 at most"],
}
UNLIMITED = ["30일의 휴가", "3일 전체", "20명의 전문가", "5년간 보관한다", "1년 단위", "신체 이상"]
EXCEPT = {
    "다만, 일용직은 제외한다.": ["proviso", "except 일용직"],
    "단, 공휴일은 예외로 한다.": ["proviso", "except 공휴일"],
    "휴가는 15일이며, 다만 병가는 60일이다.": ["proviso"],
    "공휴일을 제외한 5일": ["except 공휴일"],
    "직원(일용직은 제외한다)": ["except 일용직"],
    "일용직을 제외하고 지급합니다": ["except 일용직"],
    "공휴일은 산입하지 않는다": ["except 공휴일"],
    "정규직 이외의 직원": ["except 정규직"],
    "원장 외의 자": ["except 원장"],
    "제1항에도 불구하고": ["notwithstanding 제1항"],
    "제1항의 규정에 불구하고": ["notwithstanding 제1항"],
    "「국가공무원법」에도 불구하고": ["notwithstanding 국가공무원법"],
    "1회에 한하여 연장할 수 있다": ["only 수량"],
    "정규직에 한정하여 지급합니다": ["only 정규직"],
    "정규직에 한한다": ["only 정규직"],
    "정규직만 신청할 수 있다": ["only 정규직"],
    "서면으로만 가능합니다": ["only 서면"],
}
NO_EXCEPTION = [
    "일용직은 제외하지 아니한다",
    "급여 외에 수당을 지급한다",
    "그 외의 사항",
    "각 호 외의 부분",
    "하지만 신청하여야만 한다",
    "30일 미만 근무",
    "100만 원",
    "단체와 단위",
]


def limits(text: str) -> list[str]:
    return [fact.value for fact in LIMITS.find(text)]


def limit(text: str) -> Fact:
    (fact,) = LIMITS.find(text)
    return fact


def exception(text: str) -> Fact:
    return list(EXCEPTIONS.find(text))[-1]


@pytest.mark.parametrize("text", AT_MOST)
def test_every_way_to_say_at_most(text: str) -> None:
    assert limits(text) == ["period 30일 at most"]


@pytest.mark.parametrize("text", AT_LEAST)
def test_every_way_to_say_at_least(text: str) -> None:
    assert limits(text) == ["period 30일 at least"]


@pytest.mark.parametrize("text", OTHERS)
def test_other_limits(text: str) -> None:
    assert limits(text) == OTHERS[text]


@pytest.mark.parametrize("text", UNLIMITED)
def test_a_quantity_without_a_limit(text: str) -> None:
    assert limits(text) == []


def test_a_limits_text_is_where_it_stands() -> None:
    text = "병가는 연 60일을 초과할 수 없다."
    fact = limit(text)

    assert fact.text == text[fact.start : fact.end] == "초과할 수 없"


def test_another_limit_of_the_same_quantity_is_its_rival() -> None:
    assert LIMITS.rivals(limit("30일 초과"), limit("30일 이내"))
    assert not LIMITS.rivals(limit("30일 이하"), limit("30일 이내"))
    assert not LIMITS.rivals(limit("60일 초과"), limit("30일 이내"))


def test_a_period_that_is_over_is_exceeded() -> None:
    assert LIMITS.same(limit("3개월을 초과한"), limit("3개월이 지난"))
    assert not LIMITS.same(limit("10명 초과"), limit("10명 이상"))


@pytest.mark.parametrize("text", EXCEPT)
def test_exceptions(text: str) -> None:
    assert [fact.value for fact in EXCEPTIONS.find(text)] == EXCEPT[text]


@pytest.mark.parametrize("text", NO_EXCEPTION)
def test_no_exception(text: str) -> None:
    assert list(EXCEPTIONS.find(text)) == []


def test_an_exceptions_text_is_as_it_is_written() -> None:
    text = "승인ㆍ변경승인은 제외한다."
    (fact,) = EXCEPTIONS.find(text)
    assert (fact.text, fact.value) == ("승인ㆍ변경승인은 제외한다", "except 승인·변경승인")


def test_excepted_nouns_are_compared_by_their_heads() -> None:
    assert EXCEPTIONS.same(exception("근로자를 제외한"), exception("일용직근로자는 제외한다"))
    assert not EXCEPTIONS.same(exception("정규직은 제외한다"), exception("일용직은 제외한다"))
    assert EXCEPTIONS.rivals(exception("정규직은 제외한다"), exception("일용직은 제외한다"))
    assert EXCEPTIONS.rivals(exception("정규직은 제외한다"), exception("정규직에 한하여"))
    assert not EXCEPTIONS.same(exception("제1항에도 불구하고"), exception("제11항에도 불구하고"))
