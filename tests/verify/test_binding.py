"""Facts are compared together with what they are about."""

from __future__ import annotations

import pytest

from onprem_rag.korean.facts import KINDS
from onprem_rag.records import Fact, Finding, Passage, Report
from onprem_rag.verify.binding import bind, drops_denial
from onprem_rag.verify.checker import Checker
from onprem_rag.verify.limits import drops_limit
from onprem_rag.verify.sources import Part, Read

BY_NAME = {name: kind for kind in KINDS for name in kind.names}
LEAVES = "어학휴직은 1년, 육아휴직은 3년, 질병휴직은 6개월로 한다."
PEOPLE = "위원회는 3명의 이사와 2명의 감사로 구성한다."
ROWS = """직급별 여비는 다음 표와 같다.
직급: 원장 | 일비: 30,000원 | 숙박비: 80,000원
직급: 4급 | 일비: 20,000원 | 숙박비: 50,000원"""
ITEMS = """제9조(휴가) 다음 각 호의 구분에 따라 휴가를 준다.
1. 본인의 결혼: 5일
2. 배우자의 출산: 10일
3. 부모의 사망: 5일"""
AMENDED = "제7조의 규정은 2017년 7월 8일부터, 제9조의 규정은 2017년 1월 8일부터 시행한다."
JULY, JANUARY = "2017년 7월 8일", "2017년 1월 8일"


def part(text: str) -> Part:
    return Read(text, KINDS).part(0, len(text))


def bound(claim: str, span: str, text: str) -> tuple[list[str], str | None]:
    """Of the claim's fact ``text``: what says the same in the span, and what it has instead."""
    found = bind(part(claim), (part(span),), BY_NAME)
    (of,) = [one for fact, one in found.items() if fact.text == text]
    return [fact.text for fact in of.stated], of.instead.text if of.instead else None


def report(answer: str, rule: str) -> Report:
    return Checker().check(answer, [Passage("규정", (), "제9조", None, "", rule, 0, len(rule))])


@pytest.mark.parametrize(
    ("claim", "span", "text", "stated", "instead"),
    [
        ("육아휴직은 3년으로 한다.", LEAVES, "3년", ["3년"], None),
        ("육아휴직은 36개월로 한다.", LEAVES, "36개월", ["3년"], None),
        ("육아휴직은 1년으로 한다.", LEAVES, "1년", [], None),
        ("어학휴직은 3년으로 한다.", LEAVES, "3년", [], None),
        ("육아휴직은 5년으로 한다.", LEAVES, "5년", [], None),
        ("질병휴직은 6개월, 어학휴직은 1년으로 한다.", LEAVES, "1년", ["1년"], None),
        ("3명의 이사와 2명의 감사로 구성한다.", PEOPLE, "3명", ["3명"], None),
        ("2명의 감사와 3명의 이사로 구성한다.", PEOPLE, "3명", ["3명"], None),
        ("2명의 이사와 3명의 감사로 구성한다.", PEOPLE, "2명", [], "3명"),
        (f"제9조의 규정은 {JANUARY}부터 시행한다.", AMENDED, JANUARY, [JANUARY], None),
        (f"제9조의 규정은 {JULY}부터 시행한다.", AMENDED, JULY, [], JANUARY),
    ],
)  # fmt: skip
def test_a_value_belongs_to_the_words_around_it(
    claim: str, span: str, text: str, stated: list[str], instead: str | None
) -> None:
    assert bound(claim, span, text) == (stated, instead)


def test_where_two_values_could_be_meant_none_is() -> None:
    assert bound("휴직은 5년으로 한다.", "휴직은 1년으로 하고, 휴직은 3년으로 한다.", "5년") == (
        [],
        None,
    )


@pytest.mark.parametrize(
    ("claim", "limit", "stated", "instead"),
    [
        ("4급 이상은 원장이 임명한다.", "이상", ["이상"], None),
        ("4급 미만은 원장이 임명한다.", "미만", [], "이상"),
        ("5급 이상은 원장이 임명한다.", "이상", ["이상"], None),  # only the grade is wrong
    ],
)
def test_a_limit_is_that_of_its_quantity(
    claim: str, limit: str, stated: list[str], instead: str | None
) -> None:
    assert bound(claim, "4급 이상은 원장이 임명한다.", limit) == (stated, instead)


@pytest.mark.parametrize(
    ("claim", "drops"),
    [("3급은 원장이 임명한다.", True), ("3급 이하는 원장이 임명한다.", False)],
)
def test_a_limit_may_not_be_lost(claim: str, drops: bool) -> None:
    span = (part("3급 이하의 직원은 원장이 임명한다."),)
    found: dict[Fact, object] = bind(part(claim), span, BY_NAME)  # type: ignore[assignment]
    assert drops_limit(part(claim), span, found) is drops  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("claim", "drops"),
    [
        ("신고를 한 직원은 징계한다.", True),
        ("신고를 하지 않은 직원은 징계합니다.", False),
        ("직원은 징계한다.", False),
    ],
)
def test_a_denial_may_not_be_lost(claim: str, drops: bool) -> None:
    span = part("신고를 하지 아니한 직원은 징계한다.")
    assert drops_denial(part(claim), span, BY_NAME) is drops


@pytest.mark.parametrize(
    ("answer", "rule", "verified"),
    [
        ("4급의 숙박비는 50,000원이다.", ROWS, True),
        ("원장의 숙박비는 50,000원이다.", ROWS, False),
        ("4급의 숙박비는 20,000원이다.", ROWS, False),
        ("4급의 일비는 2만원이다.", ROWS, True),
        ("본인의 결혼에는 5일의 휴가를 준다.", ITEMS, True),
        ("본인의 결혼에는 10일의 휴가를 준다.", ITEMS, False),
        ("배우자의 출산에는 10일의 휴가를 준다.", ITEMS, True),
        ("배우자의 출산에는 5일의 휴가를 준다.", ITEMS, False),
    ],
)
def test_rows_and_items(answer: str, rule: str, verified: bool) -> None:
    assert report(answer, rule).verified is verified


def test_what_the_rules_say_of_something_else_is_shown() -> None:
    rule = "① 육아휴직은 3년으로 한다.\n② 어학휴직은 1년으로 한다."
    (verdict,) = [
        v for v in report("육아휴직은 1년으로 합니다.", rule).verdicts if v.fact.text == "1년"
    ]
    assert verdict.finding is Finding.CONTRADICTED
    assert verdict.source is not None
    assert verdict.elsewhere is not None
    assert (verdict.source.text, verdict.elsewhere.text) == ("3년", "1년")


@pytest.mark.parametrize(
    ("answer", "verified"),
    [
        ("원장은 부서장에게 보고서를 제출한다.", False),
        ("부서장은 원장에게 보고서를 제출합니다.", True),
    ],
)
def test_who_does_it_to_whom(answer: str, verified: bool) -> None:
    assert report(answer, "부서장은 원장에게 보고서를 제출한다.").verified is verified
