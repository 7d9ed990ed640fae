"""The statements of a sentence, as rules and as answers write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onprem_rag.korean.clauses import clauses
from tests.growth import grows_linearly

SPLIT = {
    "휴가는 15일이며, 병가는 60일 이내로 한다.": ["휴가는 15일이며", "병가는 60일 이내로 한다."],
    "휴가는 15일이고 병가는 60일이에요.": ["휴가는 15일이고", "병가는 60일이에요."],
    "연차휴가는 15일인데, 병가는 60일입니다.": ["연차휴가는 15일인데", "병가는 60일입니다."],
    "소속 부서장의 승인을 받아 신청하고, 인사부서에 제출하여야 한다.": [
        "소속 부서장의 승인을 받아 신청하고",
        "인사부서에 제출하여야 한다.",
    ],
    "기간은 30일로 하되, 10일을 연장할 수 있다.": ["기간은 30일로 하되", "10일을 연장할 수 있다."],
    "임기는 2년으로 하되, 연임할 수 있다.": [
        "임기는 2년으로 하되",
        "연임할 수 있다.",
    ],
    "기간은 3년이며 연임할 수 있습니다.": ["기간은 3년이며", "연임할 수 있습니다."],
    "휴가를 신청할 수 있으나 승인이 필요합니다.": ["휴가를 신청할 수 있으나", "승인이 필요합니다."],
    "원칙적으로 허용되지만 사전 승인을 받아야 합니다.": [
        "원칙적으로 허용되지만",
        "사전 승인을 받아야 합니다.",
    ],
    "병가는 60일이며, 다만 공무상 질병은 180일까지 가능합니다.": [
        "병가는 60일이며",
        "다만 공무상 질병은 180일까지 가능합니다.",
    ],
    "간사는 위원장을 보좌하며 위원회의 실무를 관장하고, 회의록을 작성한다.": [
        "간사는 위원장을 보좌하며",
        "위원회의 실무를 관장하고",
        "회의록을 작성한다.",
    ],
    "위원회는 의견을 청취할 수 있으며, 필요한 경우 자료를 요구할 수 있다.": [
        "위원회는 의견을 청취할 수 있으며",
        "필요한 경우 자료를 요구할 수 있다.",
    ],
    "원장은 예산을 편성하고, 직원의 복지를 증진하기 위하여 기금을 설치한다.": [
        "원장은 예산을 편성하고",
        "직원의 복지를 증진하기 위하여 기금을 설치한다.",
    ],
    "원장은 이를 승인하여야 하고 위원회는 집행함에 있어 법을 따른다.": [
        "원장은 이를 승인하여야 하고",
        "위원회는 집행함에 있어 법을 따른다.",
    ],
    "제출하여야 하며, 승인을 받는다.": ["제출하여야 하며", "승인을 받는다."],
    "금품을 받아서는 아니 되며, 이를 즉시 신고하여야 한다.": [
        "금품을 받아서는 아니 되며",
        "이를 즉시 신고하여야 한다.",
    ],
    "평가자는 편람을 따르되, 근무기간이 3개월 미만인 경우는 전임자가 평가한다.": [
        "평가자는 편람을 따르되",
        "근무기간이 3개월 미만인 경우는 전임자가 평가한다.",
    ],
}
WHOLE = [
    "본회는 회원의 친목을 도모하고 모교 발전에 기여함을 목적으로 한다.",
    "예산을 수립하는 활용체계 그리고 성과를 평가하는 관리체계를 말한다.",
    "원장은 직원이 질병으로 근무할 수 없는 경우에는 병가를 허가할 수 있다.",
    "A 및 B를 조사하고 보고하는 업무",
    "직급: 4급 | 처분: 파면하고, 고발한다.",
    "신고, 보고, 통지하여야 한다.",
    "직원은 성실하고 공정하게 직무를 수행하여야 한다.",
    "다음 각 호의 어느 하나에 해당하는 경우에는 해임한다.",
    "본교에 재학하며 품행이 단정한 자에게 장학금을 지급한다.",
    "제1항에도 불구하고 종전의 규정에 따른다.",
    "특별한 경우를 제외하고 위원장이 회의를 소집한다.",
    "직원은 부서에서 기록을 관리하고 있다.",
    "신청서(주소를 적고, 서명을 한 것을 말한다)를 원장에게 제출하여야 한다.",
    '"회의를 소집하고, 안건을 심의한다"를 삭제한다.',
    "1,000원 또는 2,000원을 지급한다.",
    "휴가를 신청하면 부서장이 승인한다.",
    "서류를 검토하여 부서장이 승인한다.",
    "신고하거나 보고하여야 한다.",
    "직원은 권리나 의무를 침해하는 행위를 하지 아니한다.",
    "위험물의 소지나 보관에는 허가가 필요하다.",
    "원장은 규정의 취지나, 그 목적을 고려하여 정한다.",
    "겸직의 금지나 제한을 받는다.",
    "위원회는 기금을 관리하고 운영함에 있어 공정하여야 한다.",
    "위원회는 기금을 관리하고, 운영함에 있어 공정하여야 한다.",
    "원장은 예산을 편성하고 집행하기 위하여 위원회를 둔다.",
    "휴가는 15일, 병가는 60일이다.",
]


@pytest.mark.parametrize("text", SPLIT)
def test_statements_stand_apart(text: str) -> None:
    assert [text[start:end] for start, end in clauses(text)] == SPLIT[text]


@pytest.mark.parametrize("text", WHOLE)
def test_one_statement_stays_whole(text: str) -> None:
    assert clauses(text) == [(0, len(text))]


def test_blanks_and_commas_stay_outside() -> None:
    text = "  휴가는 15일이며 ,  병가는 60일로 한다.\n"

    assert [text[start:end] for start, end in clauses(text)] == [
        "휴가는 15일이며",
        "병가는 60일로 한다.",
    ]


def test_nothing_has_no_statements() -> None:
    assert clauses("") == clauses("  , ") == []


@pytest.mark.parametrize(
    "piece", ["하며 ", "다만, ", "하고, ", "소지나 ", "운영함에 있어 이를 하고 "]
)
def test_hostile_text_takes_linear_time(piece: str) -> None:
    assert grows_linearly(clauses, piece, 2_000)


@given(st.text(st.sampled_from("가하고며되은는을 ,.()\"'|\n15일한다"), max_size=60))
def test_spans_are_in_order_and_keep_every_letter(text: str) -> None:
    spans = clauses(text)

    assert spans == sorted(spans)
    inside = "".join(text[start:end] for start, end in spans)
    assert [c for c in inside if c.isalnum()] == [c for c in text if c.isalnum()]
