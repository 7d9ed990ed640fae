"""The day that a question asks for, and questions that only speak of a day."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onprem_rag.korean.asof import as_of

TODAY = "2026-11-21"


@pytest.mark.parametrize(
    ("question", "day", "rest"),
    [
        ("2023년 5월 당시 일비는 얼마였나요?", "2023-05-01", "일비는 얼마였나요?"),
        ("2023년 5월 17일 당시의 일비는?", "2023-05-17", "일비는?"),
        ("2023. 5. 17. 당시 일비는?", "2023-05-17", "일비는?"),
        ("2023-05-17 당시에는 일비가 얼마?", "2023-05-17", "일비가 얼마?"),
        ("2023년 당시 일비는?", "2023-01-01", "일비는?"),
        ("2023년도 당시 일비는?", "2023-01-01", "일비는?"),
        ("작년 당시 일비는?", "2025-01-01", "일비는?"),
        ("재작년 3월 시점의 일비는?", "2024-03-01", "일비는?"),
        ("2022. 3. 1. 기준으로 일비를 알려줘", "2022-03-01", "일비를 알려줘"),
        ("2022년 3월 1일 현재 시행 중인 여비규정 제2조", "2022-03-01", "여비규정 제2조"),
        ("2022년 3월 1일 당시 시행되던 여비규정 제2조는?", "2022-03-01", "여비규정 제2조는?"),
        ("여비규정 제2조, 2022년 3월 1일 기준 규정으로", "2022-03-01", "여비규정 제2조, 규정으로"),
        ("일비는 2022년 3월 당시 얼마였나요?", "2022-03-01", "일비는 얼마였나요?"),
        ("2022년12월31일당시 일비는?", "2022-12-31", "일비는?"),
    ],
)
def test_the_day_a_question_names(question: str, day: str, rest: str) -> None:
    assert as_of(question, TODAY) == (day, rest)


@pytest.mark.parametrize(
    "question",
    [
        "일비는 얼마인가요?",
        "2023년 5월에 입사한 직원의 연차는?",
        "2023년 1월 1일 기준 재직자에게 상여금을 주나요?",
        "2023년 1월 1일 현재 재직 중인 직원은?",
        "2023년 1월 1일부터 시행되는 규정은?",
        "2023년 2월 30일 당시 일비는?",  # no such day
        "2023년 13월 당시 일비는?",
        "입사 당시 호봉은 어떻게 정하나요?",
        "사고 당시 운전자가 책임지나요?",
        "12023년 5월 당시 일비는?",
        "기준일 현재 시행 중인 규정은?",
        "2023년 5월 당시",  # asks nothing else
        "",
    ],
)
def test_other_questions_are_of_today(question: str) -> None:
    assert as_of(question, TODAY) == ("", question)


@given(st.text(alphabet="2023년5월 17일.-당시기준현재으로작", max_size=40))
def test_any_text_is_read(text: str) -> None:
    day, rest = as_of(text, TODAY)
    assert (day == "") == (rest == text)
    assert rest or not text
