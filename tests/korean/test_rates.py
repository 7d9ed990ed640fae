"""How often quantities count, and days told from other days."""

from __future__ import annotations

import pytest

from onprem_rag.korean.rates import Days, Rates


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("연 1회 이상 점검한다.", ["year count 1회"]),
        ("월 30만원을 지급한다.", ["month amount 300000원"]),
        ("매월 21일에 지급한다.", ["month"]),
        ("매주 수요일에 점검한다.", ["week"]),
        ("격주 금요일에 쉰다.", ["other-week"]),
        ("1주 12시간의 범위에서", ["week period 12시간"]),
        ("총 30만원을 지급한다.", ["total amount 300000원"]),
        ("연간 누계가 6일을 초과하는 때", ["year"]),
        ("2025년 6월 30일에 퇴직한다.", []),
    ],
)
def test_rates_are_found(text: str, values: list[str]) -> None:
    assert [fact.value for fact in Rates().find(text)] == values


def test_a_rate_is_the_same_without_its_quantity() -> None:
    (yearly,), (each_year,), (monthly,) = (
        list(Rates().find(text)) for text in ("연 1회", "매년", "월 1회")
    )
    assert Rates().same(each_year, yearly)
    assert not Rates().same(monthly, yearly)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("출장이 끝난 날의 다음 날부터", ["day +1"]),
        ("그 전날에 지급한다.", ["day -1"]),
        ("익월의 보수", ["month +1"]),
        ("당일 오전 10시까지", ["day 0"]),
        ("전일제 근무", []),
    ],
)
def test_days_are_found(text: str, values: list[str]) -> None:
    assert [fact.value for fact in Days().find(text)] == values
