"""Conditions, modifiers and degrees that an answer drops or adds."""

from __future__ import annotations

import pytest

from onprem_rag.korean.facts import KINDS
from onprem_rag.verify.conditions import keeps_conditions
from onprem_rag.verify.degrees import adds_nothing
from onprem_rag.verify.sources import Part, Read


def _part(text: str) -> Part:
    return Read(text, KINDS).part(0, len(text))


def _keeps(claim: str, source: str) -> bool:
    return keeps_conditions(_part(claim), _part(source))


LEAVE = "1년간 80퍼센트 이상 출근한 직원에게는 15일의 유급 연차휴가를 준다."
OVERTIME = "부서장은 업무상 필요한 경우 직원의 동의를 받아 1주 12시간의 범위에서 연장근로를 명한다."
DOCTOR = "병가를 연속하여 4일 이상 사용하거나 연간 누계가 6일을 초과하는 때에는 진단서를 제출한다."
TABLET = "태블릿은 보안담당관의 승인을 받은 경우를 제외하고는 청사에 반입할 수 없다."
GRADE = "비행시간이 10시간 이상인 경우 1급 직원은 상위 등급을 이용할 수 있다."
FIRST = "출산전후휴가 중 최초 60일은 유급으로 한다."
FREE = "다만, 2단계 인증을 사용하는 시스템은 180일마다 변경할 수 있다."
FORBIDDEN = "직원은 정당한 사유 없이 건강검진을 거부하여서는 아니 된다."
TRIP = "출장시간이 4시간 이상이면 2만원을, 4시간 미만이면 1만원을 지급한다."
SECRET = "자료를 매체에 저장하는 경우에는 암호화하여야 하며, 업무를 마치면 즉시 삭제하여야 한다."


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("직원에게는 15일의 유급 연차휴가를 준다.", LEAVE),
        ("80퍼센트 이상 출근한 직원에게는 15일의 유급 연차휴가를 준다.", LEAVE),
        ("부서장은 업무상 필요한 경우 1주 12시간의 범위에서 연장근로를 명한다.", OVERTIME),
        ("병가를 사용하는 때에는 진단서를 제출한다.", DOCTOR),
        ("태블릿은 청사에 반입할 수 없다.", TABLET),
        ("비행시간이 10시간 이상인 경우 직원은 상위 등급을 이용할 수 있다.", GRADE),
        ("출산전후휴가는 유급으로 한다.", FIRST),
        ("비밀번호는 180일마다 변경할 수 있다.", FREE),
        ("직원은 건강검진을 거부하여서는 아니 된다.", FORBIDDEN),
        ("2만원을 지급한다.", TRIP),
        ("업무를 마치면 즉시 삭제하여야 한다.", SECRET),
    ],
)
def test_a_dropped_condition_is_found(claim: str, source: str) -> None:
    assert not _keeps(claim, source)


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("1년간 80% 이상 출근한 직원은 15일의 유급 연차휴가를 받습니다.", LEAVE),
        ("연간 누계가 6일을 넘으면 진단서를 내야 합니다.", DOCTOR),
        ("보안담당관의 승인을 받은 경우를 제외하고 태블릿은 청사에 반입할 수 없습니다.", TABLET),
        ("비행시간이 10시간 이상이면 1급 직원은 상위 등급을 이용할 수 있습니다.", GRADE),
        ("최초 60일은 유급입니다.", FIRST),
        ("정당한 사유 없이 건강검진을 거부해서는 안 됩니다.", FORBIDDEN),
        ("출장시간이 4시간 미만이면 1만원을 지급합니다.", TRIP),
    ],
)
def test_a_condition_in_other_words_stands(claim: str, source: str) -> None:
    assert _keeps(claim, source)


@pytest.mark.parametrize(
    "claim",
    [
        "휴가는 언제든지 사용할 수 있다.",
        "모든 휴가는 나누어 사용할 수 있다.",
        "누구나 휴가를 나누어 사용할 수 있다.",
        "휴가는 반드시 나누어 사용한다.",
        "가장 비싼 휴가를 사용할 수 있다.",
    ],
)
def test_a_degree_of_ones_own_is_found(claim: str) -> None:
    assert not adds_nothing(_part(claim), "휴가는 나누어 사용할 수 있다.")


def test_a_degree_in_other_words_stands() -> None:
    assert adds_nothing(_part("즉시 보고해야 합니다."), "지체 없이 보고하여야 한다.")


def test_just_doing_it_is_not_enough_where_more_is_needed() -> None:
    source = "휴가를 사용하려는 직원은 전자결재로 신청하여 부서장의 승인을 받아야 한다."
    assert not _keeps("휴가를 사용하려는 직원은 전자결재로 신청하면 된다.", source)


def test_what_a_list_makes_its_condition_must_be_named() -> None:
    lead = "다음 각 호의 어느 하나에 해당하는 기업과는 수의계약을 할 수 있다."
    source = f"{lead}\n  1. 여성기업\n  2. 청년창업기업"
    assert not _keeps("수의계약을 할 수 있다.", source)
    assert _keeps("여성기업과는 수의계약을 할 수 있다.", source)
