"""What is replaced, what is removed, and how the rest is joined."""

from __future__ import annotations

import pytest

from onprem_rag.records import Passage
from onprem_rag.verify.checker import check
from onprem_rag.verify.correct import Correction, correct

TEXT = """제9조(숙박비) ① 국내출장의 숙박비는 1박당 70,000원을 초과할 수 없다.
② 국외출장의 숙박비는 1박당 미화 150달러로 하며, 출발 7일 전까지 신청하여야 한다.
③ 시내출장에는 숙박비를 지급하지 아니한다. <개정 2024. 3. 1.>
④ 여비는 출장 후 10일 이내에 정산하되, 국외출장은 20일 이내에 정산한다."""
PASSAGES = [Passage("여비규정", (), "제9조", None, "숙박비", TEXT, 0, len(TEXT), 1, 1)]


def corrected(answer: str) -> Correction:
    return correct(answer, check(answer, PASSAGES), PASSAGES)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (
            "국내출장의 숙박비는 1박당 90,000원을 초과할 수 없다.",
            "국내출장의 숙박비는 1박당 70,000원을 초과할 수 없다.",
        ),
        (
            "국외출장의 숙박비는 1박당 미화 150달러로 하며, 출발 30일 전까지 신청하여야 한다.",
            "국외출장의 숙박비는 1박당 미화 150달러로 하며, 출발 7일 전까지 신청하여야 한다.",
        ),
        (
            "여비규정 제19조에 따르면 시내출장에는 숙박비를 지급하지 않습니다.",
            "여비규정 제9조에 따르면 시내출장에는 숙박비를 지급하지 않습니다.",
        ),
        (
            "여비규정 제9조제7항에 따르면 시내출장에는 숙박비를 지급하지 않습니다.",
            "여비규정 제9조제3항에 따르면 시내출장에는 숙박비를 지급하지 않습니다.",
        ),
        (
            "시내출장에는 숙박비를 지급하지 아니한다. <개정 2023. 3. 1.>",
            "시내출장에는 숙박비를 지급하지 아니한다. <개정 2024. 3. 1.>",
        ),
    ],
)
def test_a_contradicted_fact_is_replaced(answer: str, expected: str) -> None:
    correction = corrected(answer)
    assert correction == Correction(expected, removed=())
    assert correction.text != answer
    assert check(correction.text, PASSAGES).verified


@pytest.mark.parametrize(
    "wrong",
    [
        "급여는 매월 25일에 지급합니다.",
        "출장자는 복명서를 부서장에게 제출합니다.",
        "시내출장에는 숙박비를 지급합니다.",
        # Two values of the kind stand in the sentence: which one was meant?
        "여비는 출장 후 15일 이내에 정산합니다.",
    ],
)
def test_an_unsupported_sentence_is_removed(wrong: str) -> None:
    right = "시내출장에는 숙박비를 지급하지 않습니다."
    for answer in (f"{wrong} {right}", f"{right} {wrong}", f"{right}\n\n- {wrong}"):
        correction = corrected(answer)
        assert correction.text == right
        assert [sentence.removeprefix("- ") for sentence in correction.removed] == [wrong]
        assert correction.text != answer


def test_the_rest_keeps_its_lines() -> None:
    answer = (
        "- 시내출장에는 숙박비를 지급하지 않습니다.\n"
        "- 급여는 매월 25일에 지급합니다.\n"
        "- 국내출장의 숙박비는 1박당 80,000원을 초과할 수 없습니다."
    )
    assert corrected(answer).text == (
        "- 시내출장에는 숙박비를 지급하지 않습니다.\n"
        "- 국내출장의 숙박비는 1박당 70,000원을 초과할 수 없습니다."
    )


def test_a_faithful_answer_is_left_alone() -> None:
    answer = "시내출장에는 숙박비를 지급하지 않습니다.  [1]\n\n근거: 여비규정 제9조\n"
    assert corrected(answer) == Correction(answer, removed=())


def test_nothing_may_be_left() -> None:
    assert corrected("급여는 매월 25일에 지급합니다.").text == ""
    assert corrected("") == Correction("", removed=())
