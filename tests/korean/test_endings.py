"""Endings of predicates, turned into one another."""

from __future__ import annotations

import pytest

from onprem_rag.korean.endings import FINAL, Form, form_of, turned


@pytest.mark.parametrize(
    ("predicate", "plain", "formal", "polite", "nominal"),
    [
        ("신청하며", "신청한다", "신청합니다", "신청해요", "신청함"),
        ("신청하고", "신청한다", "신청합니다", "신청해요", "신청함"),
        ("신청하되", "신청한다", "신청합니다", "신청해요", "신청함"),
        ("신청하나", "신청한다", "신청합니다", "신청해요", "신청함"),
        ("신청하지만", "신청한다", "신청합니다", "신청해요", "신청함"),
        ("신청하는데", "신청한다", "신청합니다", "신청해요", "신청함"),
        ("지급되며", "지급된다", "지급됩니다", "지급돼요", "지급됨"),
        ("15일이고", "15일이다", "15일입니다", "15일이에요", "15일임"),
        ("휴가이며", "휴가이다", "휴가입니다", "휴가예요", "휴가임"),
        ("쓸 수 있으며", "쓸 수 있다", "쓸 수 있습니다", "쓸 수 있어요", "쓸 수 있음"),
        ("쓸 수 없고", "쓸 수 없다", "쓸 수 없습니다", "쓸 수 없어요", "쓸 수 없음"),
        ("내야 하며", "내야 한다", "내야 합니다", "내야 해요", "내야 함"),
        ("해서는 안 되며", "해서는 안 된다", "해서는 안 됩니다", "해서는 안 돼요", "해서는 안 됨"),
        ("주지 않으며", "주지 않는다", "주지 않습니다", "주지 않아요", "주지 않음"),
        ("주지 아니하고", "주지 아니한다", "주지 아니합니다", "주지 아니해요", "주지 아니함"),
        ("돈이 필요하며", "돈이 필요하다", "돈이 필요합니다", "돈이 필요해요", "돈이 필요함"),
        ("승인을 받고", "승인을 받는다", "승인을 받습니다", "승인을 받아요", "승인을 받음"),
        ("간사를 두며", "간사를 둔다", "간사를 둡니다", None, "간사를 둠"),
        ("채용하였고", "채용하였다", "채용하였습니다", "채용하였어요", "채용하였음"),
        ("규정에 따르며", "규정에 따른다", "규정에 따릅니다", None, "규정에 따름"),
        ("서류를 만들고", "서류를 만든다", "서류를 만듭니다", None, None),
    ],
)
def test_a_joined_predicate_comes_to_its_end(
    predicate: str, plain: str, formal: str, polite: str | None, nominal: str | None
) -> None:
    assert turned(predicate, Form.PLAIN) == plain
    assert turned(predicate, Form.FORMAL) == formal
    assert turned(predicate, Form.POLITE) == polite
    assert turned(predicate, Form.NOMINAL) == nominal


@pytest.mark.parametrize(
    ("predicate", "form", "expected"),
    [
        ("제출할 수 있다", Form.FORMAL, "제출할 수 있습니다"),
        ("제출하여야 한다", Form.FORMAL, "제출하여야 합니다"),
        ("제출하여야 한다", Form.MYEO, "제출하여야 하며"),
        ("제출할 수 있다", Form.MYEO, "제출할 수 있으며"),
        ("제출할 수 없다", Form.NA, "제출할 수 없으나"),
        ("지급하지 아니한다", Form.DOE, "지급하지 아니하되"),
        ("지급하지 않는다", Form.GO, "지급하지 않고"),
        ("지급합니다", Form.PLAIN, "지급한다"),
        ("지급해요", Form.PLAIN, "지급한다"),
        ("기한입니다", Form.PLAIN, "기한이다"),
        ("기한이다", Form.POLITE, "기한이에요"),
        ("지급함", Form.FORMAL, "지급합니다"),
        ("규정합니다만", Form.PLAIN, "규정한다"),
        ("별지 서식에 적고", Form.PLAIN, "별지 서식에 적는다"),
        ("그 수가 적고", Form.PLAIN, "그 수가 적다"),
        ("관계가 이루어지며", Form.PLAIN, "관계가 이루어진다"),
        ("직원에게 알리고", Form.FORMAL, "직원에게 알립니다"),
        ("직원의 권리고", Form.PLAIN, None),  # a noun: 권리이고
        ("그 주소지며", Form.PLAIN, None),
        ("줄이고", Form.PLAIN, "줄인다"),
        ("만든다", Form.MYEO, None),  # 만들며 has a ㄹ that 만든다 lost
        ("제출한다", Form.NEUNDE, None),
        ("업무 보고서", Form.PLAIN, None),
        ("제출하는", Form.PLAIN, None),
        ("", Form.PLAIN, None),
    ],
)
def test_turned(predicate: str, form: Form, expected: str | None) -> None:
    assert turned(predicate, form) == expected


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("신청하여야 합니다", Form.FORMAL),
        ("신청해야 해요", Form.POLITE),
        ("15일이에요", Form.POLITE),
        ("신청하여야 한다", Form.PLAIN),
        ("신청하여야 함", Form.NOMINAL),
        ("받을 수 있음", Form.NOMINAL),
        ("신청하며", Form.MYEO),
        ("신청할 수 있는", None),
        ("신청하는 경우", None),
        ("마음", None),
    ],
)
def test_form_of(text: str, form: Form | None) -> None:
    assert form_of(text) is form


def test_turning_there_and_back() -> None:
    for text in ("제출하여야 한다", "쓸 수 있다", "쓸 수 없다", "주지 않는다", "기한이다"):
        for form in FINAL:
            there = turned(text, form)
            assert there is not None
            assert turned(there, Form.PLAIN) == text
