"""Questions that may ask for other rules than today's, and say no day that can be answered for."""

from __future__ import annotations

import time

import pytest

from onprem_rag.korean.asof import as_of
from onprem_rag.korean.unread import speaks_of_then

TODAY = "2026-11-21"


@pytest.mark.parametrize(
    "question",
    [
        "2025년 상반기에는 며칠이었나요?",
        "지난주에 일비는 얼마였어요?",
        "2025년 5월에 제 연차는 며칠이었나요?",
        "3년 전에는 일비가 얼마였나요?",
        "그때는 얼마였나요?",
        "2025년 5월 당시 휴직 중이던 직원도 성과급을 받나요?",
        "올해 3월 당시 휴직 중이던 직원도 성과급을 받나요?",
        "2023년 2월 30일 당시 일비는?",
        "2025년 상반기 기준 일비는?",
        "2025년 2분기 당시 일비는?",
        "25년 하반기 당시 일비는?",
        "2025년 12월 31일 기준으로 연차는 며칠인가요?",
        "지난주 당시 일비는?",
        "3년 전 기준 일비는?",
        "개정 전에는 며칠이었나요?",
        "개정 전에 며칠이었나요?",
        "개정되기 전에는 얼마였나요?",
        "개정 전 일비는?",
        "규정이 바뀌기 전에는 며칠인가요?",
        "종전 규정에서는 며칠인가요?",
        "종전에는 며칠이었나요?",
        "예전 여비규정에서는?",
        "옛 규정에서는 얼마예요?",
        "구 여비규정에서는 얼마인가요?",
        "구규정에서는 얼마인가요?",
        "그때 규정으로는 얼마예요?",
        "사고 당시 규정으로는 며칠인가요?",
        "제1판 기준으로 일비는?",
        "1판에서는 일비가 얼마예요?",
    ],
)
def test_what_may_mean_other_rules(question: str) -> None:
    assert as_of(question, TODAY) == ("", question)
    assert speaks_of_then(question, TODAY)


@pytest.mark.parametrize(
    "question",
    [
        "일비는 얼마인가요?",
        "2024년 예산은?",
        "1월 1일은 휴일인가요?",
        "올해 기준으로 일비는 얼마인가요?",
        "2026년 11월 21일 기준으로 일비는?",
        "올해에는 며칠이었나요?",
        "2023년 5월에 입사한 직원의 연차는?",
        "3년 전에 입사했는데 연차가 며칠인가요?",
        "작년에 못 쓴 연차는 언제까지 써야 하나요?",
        "출장 가기 3일 전에 신청해야 하나요?",
        "2023년 1월 1일 기준 재직자에게 상여금을 주나요?",
        "2025년 12월 31일 기준으로 1년 이상 근무한 직원의 연차는?",
        "2025년 1월 1일 기준일로 연차를 세나요?",
        "입사 당시 호봉은 어떻게 정하나요?",
        "조사 당시 법원의 허가가 필요한가요?",
        "규정 개정 전에 의견을 들어야 하나요?",
        "규정 개정 전 의견조회 기간은?",
        "계약 변경 전에 승인이 필요한가요?",
        "종전의 규정에 따라 임용된 사람은 어떻게 되나요?",
        "종전 근무지로 돌아갈 수 있나요?",
        "지식재산 이전 규정을 알려줘",
        "구매 규정에서 한도는?",
        "구급 지침은?",
        "자치구 규정은?",
        "예전처럼 신청하면 되나요?",
        "그때는 어떻게 하나요?",
        "1판 인쇄는 누가 하나요?",
        "",
    ],
)
def test_what_asks_for_todays_rules(question: str) -> None:
    assert not speaks_of_then(question, TODAY)


@pytest.mark.parametrize("piece", ["2023년 ", "개정 전 ", "작년 말 초 ", "구 가 ", "1월 1일 "])
def test_hostile_text_takes_no_time(piece: str) -> None:
    start = time.perf_counter()
    speaks_of_then(piece * 300, TODAY)
    assert time.perf_counter() - start < 1
