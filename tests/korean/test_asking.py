"""What kind of answer a question asks for."""

from __future__ import annotations

import pytest

from onprem_rag.korean.asking import Sought, sought


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("육아휴직은 몇 년까지 되나요?", "period date"),
        ("경조휴가는 며칠인가요?", "period date"),
        ("사직서는 언제까지 내나요?", "period date year time"),
        ("진흥원이 설립된 연도는?", "date year time"),
        ("규정이 바뀐 해는?", "date year time"),
        ("몇 시까지 출근하나요?", "time"),
        ("병가 중에는 급여의 몇 퍼센트를 받나요?", "percentage amount"),
        ("숙박비는 얼마인가요?", "amount percentage"),
        ("야간 근무 수당은 최대 얼마인가요?", "amount percentage"),
        ("한도가 얼마인가요?", "amount percentage period count"),
        ("위원은 몇 명인가요?", "amount percentage count"),
        ("정년 나이는?", "count"),
        ("출장은 누가 승인하나요?", ""),
        ("재택근무 중에 외출해도 되나요?", ""),
        ("연차는 어떻게 신청하나요?", ""),
    ],
)
def test_the_kinds_of_fact_that_can_answer(question: str, kinds: str) -> None:
    assert sought(question).kinds == frozenset(kinds.split())


@pytest.mark.parametrize(
    ("question", "answer", "other"),
    [
        ("위원은 몇 명인가요?", "위원은 다섯 명으로 한다.", "위원은 원장이 위촉한다."),
        ("책은 몇 권까지 빌리나요?", "10권까지 빌린다.", "14일 동안 빌린다."),
        ("창립한 연도는?", "1998년에 창립하였다.", "회원들이 창립하였다."),
        ("왜 휴관하나요?", "시설 점검을 위하여 휴관한다.", "월요일에 휴관한다."),
        ("출장은 누가 승인하나요?", "부서장이 승인한다.", "출장 전에 승인한다."),
        ("외출해도 되나요?", "외출할 수 없다.", "외출은 근태시스템에 기록된다."),
    ],
)
def test_the_sign_of_an_answer(question: str, answer: str, other: str) -> None:
    asked = sought(question)
    assert asked.sign is not None
    assert asked.without < 1
    assert asked.sign.search(answer)
    assert not asked.sign.search(other)


@pytest.mark.parametrize(
    ("question", "several"),
    [
        ("전입 신고에 필요한 서류는?", True),
        ("휴직 사유에는 어떤 것들이 있나요?", True),
        ("휴가의 종류를 알려 주세요", True),
        ("숙박비는 얼마인가요?", False),
        ("누가 승인하나요?", False),
    ],
)
def test_whether_several_things_are_asked_for(question: str, several: bool) -> None:
    assert sought(question).several is several


def test_how_one_does_something_is_no_question_of_yes_or_no() -> None:
    """Both end alike: … 하면 되나요?"""
    assert sought("연차는 어떻게 신청하면 되나요?") == Sought()
