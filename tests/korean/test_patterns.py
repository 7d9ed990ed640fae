"""Kinds of fact that the configuration names."""

from __future__ import annotations

import re

import pytest

from onprem_rag.errors import ConfigError
from onprem_rag.korean.facts import KINDS, extract
from onprem_rag.korean.patterns import Patterned
from onprem_rag.records import Fact

CODES = Patterned("과제번호", r"[A-Za-z]{2}\s?-\s?\d{4}\s?-\s?\d{3}")
FORMS = Patterned("서식", r"서식\s*제\s*\d+\s*호")


def one(kind: Patterned, text: str) -> Fact:
    (fact,) = kind.find(text)
    return fact


@pytest.mark.parametrize(
    ("kind", "text", "found", "value"),
    [
        (CODES, "과제 KR-2024-001은 종료한다.", "KR-2024-001", "KR-2024-001"),
        (CODES, "과제 kr-2024-001은 종료한다.", "kr-2024-001", "KR-2024-001"),
        (CODES, "과제 KR - 2024 - 001은 종료한다.", "KR - 2024 - 001", "KR-2024-001"),
        (CODES, "과제 ＫＲ－２０２４－００１은", "ＫＲ－２０２４－００１", "KR-2024-001"),
        (FORMS, "별지 서식 제 12 호에 따라", "서식 제 12 호", "서식제12호"),
        (FORMS, "별지 서식\n제12호에 따라", "서식\n제12호", "서식제12호"),
    ],
)
def test_matches_have_their_span_and_value(
    kind: Patterned, text: str, found: str, value: str
) -> None:
    fact = one(kind, text)
    assert (fact.kind, fact.text, fact.value) == (kind.names[0], found, value)
    assert text[fact.start : fact.end] == found


def test_all_matches_are_found_in_order() -> None:
    found = [fact.value for fact in CODES.find("KR-2024-001, KR-2024-002 및 KR-2024-001")]
    assert found == ["KR-2024-001", "KR-2024-002", "KR-2024-001"]
    assert list(CODES.find("과제가 없다.")) == []


def test_equal_values_are_the_same_and_others_rivals() -> None:
    code, spaced, other = (
        one(CODES, text) for text in ("kr-2024-001", "KR -2024-001", "KR-2024-002")
    )
    form = one(FORMS, "서식 제1호")
    assert CODES.same(code, spaced)
    assert not CODES.rivals(code, spaced)
    assert CODES.rivals(code, other)
    assert not CODES.same(code, other)
    assert not CODES.rivals(code, form)  # another pattern's fact is about something else


def test_what_matches_nothing_but_a_place_is_no_fact() -> None:
    assert list(Patterned("경계", r"(?=\d)|\s+").find("제 9 조")) == []


def test_signs_of_the_expression_are_read_like_those_of_the_text() -> None:
    spelled = Patterned("과제번호", r"\（[Ａ-Ｚ]{2}–\d{3}）")
    assert [fact.value for fact in spelled.find("(KR-001) KR-002 （KR—003）")] == [
        "(KR-001)",
        "(KR-003)",
    ]


def test_an_expression_that_never_ends_is_given_up() -> None:
    endless = Patterned("과제번호", r"(a|a)+$")
    with pytest.raises(ConfigError) as caught:
        endless.find(f"과제 {'a' * 60}b는 종료한다.")
    assert str(caught.value).startswith("설정 [verify.patterns]의 정규식 '과제번호'이 1초 안에")
    assert "\n→ " in str(caught.value)
    assert [fact.value for fact in endless.find("과제 aa")] == ["AA"]


def test_what_is_no_regular_expression() -> None:
    with pytest.raises(re.error, match="missing"):
        Patterned("과제번호", "KR(")


def test_patterns_are_found_beside_the_other_kinds() -> None:
    facts = extract("과제 KR-2024-001에는 3명을 둔다.", (*KINDS, CODES))
    assert ("과제번호", "KR-2024-001") in [(fact.kind, fact.value) for fact in facts]
    assert ("count", "3명") in [(fact.kind, fact.text) for fact in facts]
