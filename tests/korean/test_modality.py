"""Predicates and their force, with their normalised values spelled out."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onprem_rag.korean.modality import Modalities
from onprem_rag.records import Fact

KIND = Modalities()
SAME = {
    "제출 must": """
        제출하여야 한다|제출해야 한다|제출해야 합니다|제출해야 해요|제출해야 함|제출해야 됩니다
        |제출하여야만 한다|제출하여야 하며, 승인을 받는다|제출하셔야 합니다|제출을 하여야 한다
        |제출하지 않으면 안 된다|제출하지 아니하면 아니 된다|제출하지 않을 수 없다
        |제출할 의무가 있다|제출 의무가 있습니다|서류 제출은 의무이다|서류 제출은 필수입니다
        |서류 제출(필수)|제출이 필요합니다|제출할 필요가 있다|제출하십시오|제출하세요
        |제출 바랍니다|신고하고 제출하여야 할 의무가 있다""",
    "제출 plain": """
        제출한다|제출합니다|제출해요|제출함|제출하도록 한다|제출할 것|제출하시면 됩니다
        |제출하고 있다|제출됩니다|제출된다|제출하기로 한다""",
    "제출 not": """
        제출하지 아니한다|제출하지 않는다|제출하지 않습니다|제출하지 않아요|제출하지 않음
        |제출 안 한다|제출하지는 않습니다|제출되지 아니한다""",
    "제출 need not": """
        제출하지 아니할 수 있다|제출하지 않을 수 있습니다|제출하지 않아도 된다
        |제출하지 않아도 됩니다|제출할 필요가 없다|제출할 필요는 없습니다|제출할 의무가 없다
        |제출 의무가 없다|제출은 필요하지 않습니다|제출은 불필요하다|제출 안 해도 된다""",
    "제출 may": """
        제출할 수 있다|제출할 수 있습니다|제출할 수 있어요|제출할 수 있음|제출하실 수 있습니다
        |제출해도 된다|제출하여도 됩니다|제출이 가능합니다|제출 가능|제출(가능)|제출이 허용된다""",
    "제출 must not": """
        제출하여서는 아니 된다|제출하여서는 아니된다|제출해서는 안 된다|제출하면 안 됩니다
        |제출하면 안 돼요|제출할 수 없다|제출할 수 없습니다|제출하지 못한다|제출은 금지된다
        |제출을 금지한다|제출 금지|제출은 불가하다|제출 불가|제출하는 것은 금지됩니다
        |제출은 안 됩니다|제출하지 않아야 한다|제출하지 말아야 한다|제출하지 말 것
        |제출하지 아니하도록 하여야 한다|제출은 허용되지 않습니다|제출할 수 없게 된다""",
    "승인받 must": "승인을 받아야 한다|승인을 얻어야 한다|승인받아야 합니다|승인을 득하여야 한다",
    "알리 must": """
        신청인에게 알려야 한다|신청인에게 알려 주어야 합니다|신청인에게 알려주어야 한다""",
    "알리 plain": "신청인에게 알린다|신청인에게 알립니다|신청인에게 알려 줍니다",
    "따르 plain": "규정에 따른다|규정에 따릅니다",
    "따르 must": "규정에 따라야 한다",
    "두 may": "위원회를 둘 수 있다",
    "두 plain": "위원회를 둔다|위원회를 둡니다",
    "드 must": "의견을 들어야 한다|의견을 듣지 않으면 안 된다",
    "갖추 must": "요건을 갖추어야 한다|요건을 갖춰야 합니다",
    "이다 plain": """
        기간은 3년이다|기간은 3년입니다|기간은 3년으로 한다|기간은 3년으로 함|기간은 3년이에요""",
    "이다 not": "기간은 3년이 아니다|기간은 3년이 아닙니다",
    "이다 must": "같은 분야이어야 한다|서면으로 하여야 한다",
    "제한있 not": "제한이 없다|제한은 없습니다|제한 없음",
    "포함 not": "대상에서 제외한다|대상에서 제외됩니다|대상에 포함하지 아니한다",
    "비공개 plain": "자료를 비공개한다",
    "취급도록 must": "직원이 취급할 수 있도록 하여야 한다",
    "인정 must": "사유가 인정될 수 있어야 한다",
}
INSIDE = {
    "신고하지 아니하면 참가할 수 없다.": ["참가 must not", "~신고 not"],
    "신고하지 않은 경우에는 해임한다.": ["해임 plain", "~신고 not"],
    "근무할 수 없는 자는 휴직할 수 있다.": ["휴직 may", "~근무 must not"],
    "사유 없이 출석하지 아니한 때": ["~사유있 not", "~출석 not"],
    "직원이 아닌 자에게 지급한다.": ["지급 plain", "~이다 not"],
    "서류 미제출 시 탈락한다.": ["탈락 plain", "~제출 not"],
    "승인을 받은 때에는 시행하고, 승인할 수 있는 자가 없으면 중지한다.": [
        "시행 plain",
        "~승인받 plain",
        "중지 plain",
        "~승인 may",
        "~자있 not",
    ],
    "정하지 아니한 사항은 규정으로 정한다.": ["정 plain", "~정 not"],
}
CLAUSES = {
    "의견을 청취할 수 있으며, 자료를 제출하여야 한다.": ["청취 may", "제출 must"],
    "금품을 받아서는 아니 되며, 이를 신고하여야 한다.": ["금품받 must not", "신고 must"],
    "제출하여야 한다. 다만, 생략할 수 있다.": ["제출 must", "생략 may"],
}
# (claim, source): what a source that says the second lets one say.
ACCEPTED = {
    ("제출합니다", "제출하여야 한다"),
    ("제출하여야 합니다", "제출한다"),
    ("적용할 수 없습니다", "적용하지 아니한다"),
    ("적용되지 않습니다", "적용하여서는 아니 된다"),
    ("승인이 필요합니다", "승인을 받아야 한다"),
    ("대상에서 제외됩니다", "대상에 포함하지 아니한다"),
    ("생략하지 않아도 됩니다", "생략하지 아니할 수 있다"),
}
REFUSED = {
    ("제출하여야 합니다", "제출할 수 있다"),
    ("제출합니다", "제출할 수 있다"),
    ("제출할 수 있습니다", "제출하여야 한다"),
    ("제출할 수 있습니다", "제출한다"),
    ("제출하지 않습니다", "제출한다"),
    ("제출합니다", "제출하지 아니한다"),
    ("제출할 수 있습니다", "제출할 수 없다"),
    ("제출할 수 없습니다", "제출할 수 있다"),
    ("제출하지 않습니다", "제출하지 아니할 수 있다"),
    ("제출하지 않아도 됩니다", "제출하여서는 아니 된다"),
    ("제출하지 않아도 됩니다", "제출하여야 한다"),
    ("대상에 포함됩니다", "대상에서 제외한다"),
}


def values(text: str) -> list[str]:
    return [fact.value for fact in KIND.find(text)]


def only(text: str) -> Fact:
    (fact,) = KIND.find(text)
    return fact


WAYS = [(way.strip(), value) for value, ways in SAME.items() for way in ways.split("|")]


@pytest.mark.parametrize(("text", "value"), WAYS)
def test_one_force_has_one_value(text: str, value: str) -> None:
    assert values(text)[:1] == [value] or values(text)[1:] == [value]


@pytest.mark.parametrize("text", INSIDE)
def test_what_is_supposed_inside_is_marked(text: str) -> None:
    assert values(text) == INSIDE[text]


@pytest.mark.parametrize("text", CLAUSES)
def test_each_statement_has_its_predicate(text: str) -> None:
    assert values(text) == CLAUSES[text]


def test_the_object_of_a_light_verb_belongs_to_the_predicate() -> None:
    assert only("부서장의 승인을 받아야 한다.").text == "승인을 받아야 한다"
    assert only("서류를 제출을 하여야 한다.").text == "제출을 하여야 한다"
    assert only("기간은 3년으로 한다.").text == "으로 한다"


@pytest.mark.parametrize("text", ["제3조(권고)", "신청 및 신고", "직급: 4급 | 처분: 파면", ""])
def test_what_is_no_statement_has_no_predicate(text: str) -> None:
    assert values(text) == []


@pytest.mark.parametrize(("claim", "source"), sorted(ACCEPTED))
def test_what_a_source_lets_one_say(claim: str, source: str) -> None:
    assert KIND.same(only(claim), only(source))
    assert not KIND.rivals(only(claim), only(source))


@pytest.mark.parametrize(("claim", "source"), sorted(REFUSED))
def test_what_a_source_does_not_say(claim: str, source: str) -> None:
    assert not KIND.same(only(claim), only(source))
    assert KIND.rivals(only(claim), only(source))


def test_another_verb_is_neither_the_same_nor_a_rival() -> None:
    claim, source = only("보고할 수 있다"), only("제출하여야 한다")

    assert not KIND.same(claim, source)
    assert not KIND.rivals(claim, source)


def test_a_denial_inside_says_nothing_of_a_statement() -> None:
    claim = only("사항을 규정으로 정하지 아니한다.")
    stated = list(KIND.find("규칙에서 정하지 아니한 사항은 규정으로 정한다."))

    assert not any(KIND.same(claim, fact) for fact in stated)
    assert any(KIND.rivals(claim, fact) for fact in stated)


@given(
    st.lists(
        st.sampled_from([*itertools.chain.from_iterable(SAME.values()), "하지 아니", " 수 없"]),
        max_size=30,
    )
)
def test_facts_stand_where_they_say(pieces: list[str]) -> None:
    text = "".join(pieces)

    for fact in KIND.find(text):
        assert fact.text == text[fact.start : fact.end] != ""
