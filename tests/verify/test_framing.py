"""What stands around a statement: labels, signs, places, lists, and quotes cut out of one."""

from __future__ import annotations

import pytest

from onprem_rag.records import Passage
from onprem_rag.verify.checker import Checker

AGE = """제36조(정년) ① 직원의 정년은 만 60세로 한다.
② 정년에 이른 직원은 6월 30일에 퇴직한다. 이 경우 퇴직금을 지급한다."""
LEAVE = """제25조(연차휴가) ① 1년간 80퍼센트 이상 출근한 직원에게는 15일의 유급 연차휴가를 준다.
② 원장은 공로가 있는 직원에게 5일의 포상휴가를 줄 수 있다."""
FREE = """제28조(공가) 직원이 다음 각 호의 어느 하나에 해당하는 경우에는 공가를 준다.
1. 헌혈에 참가하는 경우
2. 공직선거에서 투표하는 경우"""
PENALTY = """제40조(징계) 직원이 다음 각 호의 어느 하나에 해당하는 경우에는 징계한다.
1. 음주운전을 한 경우
2. 직무를 태만히 한 경우"""


def _passage(article: str, title: str, text: str, start: int) -> Passage:
    return Passage("취업규칙", (), article, None, title, text, start, start + len(text), 1, 1)


PASSAGES = [
    _passage("제36조", "정년", AGE, 0),
    _passage("제25조", "연차휴가", LEAVE, 1000),
    _passage("제28조", "공가", FREE, 2000),
    _passage("제40조", "징계", PENALTY, 3000),
]
QUOTE = "직원의 정년은 만 60세로 한다."


def _verified(answer: str) -> bool:
    return Checker().check(answer, PASSAGES).verified


@pytest.mark.parametrize(
    "label",
    [
        "근거: 취업규칙 제36조",
        "근거: 취업규칙 제36조(정년)",
        "출처: 「취업규칙」 제36조제1항",
        "※ 근거: 취업규칙 제36조제1항 참조",
        "(취업규칙 제36조)",
        "[취업규칙 제36조(정년)]",
        "[1]",
    ],
)
def test_a_source_line_names_the_place(label: str) -> None:
    assert _verified(f"{QUOTE}\n{label}")
    assert _verified(f"{QUOTE} {label}")


@pytest.mark.parametrize(
    "label",
    [
        "근거: 여비규정 제99조",
        "근거: 취업규칙 제36조, 1억원",
        "근거: 취업규칙 제35조",
        "출처: 인사규정 제36조(정년)",
        "근거: 취업규칙 제36조(휴직)",
        "(여비규정 별표 7)",
        "참고: 제36조에 따라 임원은 정년이 없다.",
        "관련 규정: 제36조 (임원은 예외로 한다)",
        "[취업규칙 제36조, 육아휴직자는 별도]",
        "(제36조 단서: 연장 가능)",
        "[99]",
        "[0]",
        "(X)",
        "❌",
    ],
)
def test_what_hides_behind_a_quote_is_a_claim_or_a_wrong_place(label: str) -> None:
    assert not _verified(f"{QUOTE}\n{label}") or label == "❌"
    assert not _verified(f"{QUOTE} {label}")
    assert not _verified(f"{QUOTE[:-1]} {label}.")


@pytest.mark.parametrize(
    "answer",
    [
        f"아니요, {QUOTE}",
        f"❌ {QUOTE}",
        f"{QUOTE} ✗",
        f"틀린 말: {QUOTE}",
        f"~~{QUOTE}~~",
        f"~~{QUOTE} {QUOTE}~~",
        f"(구 규정) {QUOTE}",
        f"제36조 ② {QUOTE}",
        f"② {QUOTE}",
        "직원의 정년은 만 60세로 한다?",
        f"**취업규칙 제25조(연차휴가)**\n{QUOTE}",
    ],
)
def test_what_may_turn_a_statement_refuses_it(answer: str) -> None:
    assert not _verified(answer)


@pytest.mark.parametrize(
    "answer",
    [
        f"네, {QUOTE}",
        f"**답변**: {QUOTE}",
        f"**취업규칙 제36조(정년)**\n{QUOTE}",
        f"취업규칙 제36조 ① {QUOTE}",
        f"① {QUOTE}",
        f"- {QUOTE} [1]",
        f"✅ {QUOTE}",
        f"정년: {QUOTE}",
    ],
)
def test_what_says_nothing_may_stand_around_it(answer: str) -> None:
    assert _verified(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "직원에게는 15일의 유급 연차휴가를 준다.",
        "직원에게는 15일의 유급 연차휴가를 줍니다.",
        "80퍼센트 이상 출근한 직원에게는 15일의 유급 연차휴가를 준다.",
        "직원에게 5일의 포상휴가를 줄 수 있다.",
    ],
)
def test_a_quote_is_not_cut_out_behind_what_limits_it(answer: str) -> None:
    assert not _verified(answer)


def test_a_quote_may_begin_behind_its_numbering() -> None:
    assert _verified("정년에 이른 직원은 6월 30일에 퇴직한다.")
    assert _verified("퇴직금을 지급한다.")


def test_items_stand_under_their_own_lead_in() -> None:
    items = "\n- 헌혈에 참가하는 경우\n- 공직선거에서 투표하는 경우"
    assert _verified(f"직원이 다음 각 호의 어느 하나에 해당하는 경우에는 공가를 준다.{items}")
    assert not _verified(f"직원이 다음 각 호의 어느 하나에 해당하는 경우에는 징계한다.{items}")
