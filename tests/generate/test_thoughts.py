"""What a reasoning model thinks aloud does not get into its answer."""

from __future__ import annotations

import pytest

from onprem_rag.errors import ModelError
from onprem_rag.generate.thoughts import Thoughts


def passed_on(*pieces: str) -> str:
    thoughts = Thoughts()
    return "".join([*map(thoughts.without, pieces), thoughts.end()])


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("3년입니다. [1]", "3년입니다. [1]"),
        ("<think>\n육아휴직은 60년?\n</think>\n\n3년입니다. [1]", "3년입니다. [1]"),
        ("<thought>음</thought>모른다", "모른다"),
        ("<think></think>가<think>나</think>다", "가다"),
        ("<think>a<b</think>x < y, <첨부>, </p> <", "x < y, <첨부>, </p> <"),
        ("<thin", "<thin"),
    ],
)
def test_thoughts_are_left_out_wherever_the_pieces_end(text: str, answer: str) -> None:
    assert passed_on(text) == answer
    assert passed_on(*text) == answer
    for at in range(len(text)):
        assert passed_on(text[:at], text[at:]) == answer


def test_an_answer_is_passed_on_as_it_comes() -> None:
    thoughts = Thoughts()
    pieces = [
        thoughts.without(piece) for piece in ("<think>음", "…</thi", "nk>\n3년", "<", "입니다")
    ]
    assert pieces == ["", "", "3년", "", "<입니다"]


def test_a_thought_whose_beginning_stands_in_the_prompt_is_no_answer() -> None:
    with pytest.raises(ModelError, match="생각하는 과정을 답으로"):
        passed_on("육아휴직은 60년일까? ", "</think>", "3년입니다.")


def test_a_thought_without_an_end_is_no_answer() -> None:
    with pytest.raises(ModelError, match="생각만 하다가"):
        passed_on("<think>육아휴직은 60년일까? ", "3년입니다.")


@pytest.mark.parametrize("pieces", [(), ("",), ("<think>가</think>", "\n"), (" \n",)])
def test_nothing_is_no_answer(pieces: tuple[str, ...]) -> None:
    with pytest.raises(ModelError, match=r"빈 답[^→]*\n→ "):
        passed_on(*pieces)
