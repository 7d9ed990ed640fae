"""The rules that make the checker's benchmark cases: what they say of sentences written here."""

from __future__ import annotations

from random import Random

import pytest

from onprem_rag.records import Change, Passage
from onprem_rag.verify.correct import Correction
from tests.bench.endings import casual, connected, flips, nominal, polite, shorter
from tests.bench.faithful import RULES
from tests.bench.pieces import Piece, Setting, pieces
from tests.bench.restored import removals, restores
from tests.bench.values import values
from tests.bench.wrong import INSIDE

TEXT = """제9조(일비) ① 원장은 출장이 3일 이상인 경우에는 일비 3천만원을 지급하여야 한다.
② 위원회는 위원 5명 이상 9명 이하로 구성하고, 임기는 1년 6개월로 한다."""


@pytest.fixture
def passage() -> Passage:
    return Passage("여비규정", (), "제9조", None, "일비", TEXT, 0, len(TEXT))


@pytest.fixture
def setting(passage: Passage) -> Setting:
    text = "제10조(회의) 회의는 연 2회 소집하며, 의장은 사무처장이 된다."
    other = Passage("여비규정", (), "제10조", None, "회의", text, 0, len(text))
    return Setting((passage, other), {"head": ["기획실장"], "committee": ["인사위원회"]})


def said(rule: str, piece: Piece) -> str | None:
    return RULES[rule](piece.text, piece, piece, Random(1))


def test_a_passage_falls_into_its_sentences_with_their_paragraphs(passage: Passage) -> None:
    found = list(pieces(passage))
    assert [(piece.kind, piece.place) for piece in found] == [
        ("sentence", "제9조제1항"),
        ("sentence", "제9조제2항"),
    ]
    assert all(piece.text in TEXT and piece.alone for piece in found)


def test_paraphrases_say_the_same(passage: Passage) -> None:
    first, second = pieces(passage)
    assert said("units", first) == (
        "원장은 출장이 3일 이상인 경우에는 일비 30,000,000원을 지급하여야 한다."
    )
    assert said("spelled", second) == (
        "위원회는 위원 다섯 명 이상 아홉 명 이하로 구성하고, 임기는 일 년 육 개월로 한다."
    )
    assert said("reordered", first) == (
        "출장이 3일 이상인 경우에는 원장은 일비 3천만원을 지급하여야 한다."
    )


def test_endings() -> None:
    must = "지급하여야 한다."
    assert polite(shorter(must)) == "지급해야 합니다."
    assert casual("신고를 받는다.") == "신고를 받아요."
    assert nominal("정관에 따른다.") == "정관에 따름."
    assert connected("권한이 있다.", "며") == "권한이 있으며"
    assert flips(must) == ["지급할 수 있다.", "지급하지 아니한다.", "지급하여서는 아니 된다."]
    assert flips("연임할 수 없다.") == ["연임할 수 있다."]


@pytest.mark.parametrize("way", ["amount", "period", "count", "comparator", "modality", "name"])
def test_what_is_made_wrong_stands_nowhere_in_the_passages(
    way: str, passage: Passage, setting: Setting
) -> None:
    changed = [
        wrong
        for piece in pieces(passage)
        if (wrong := INSIDE[way](piece.text, piece, setting, Random(3)))
    ]
    assert changed
    assert not any(setting.states(wrong) for wrong in changed)
    if way in ("amount", "period", "count"):
        stated = {value.same for value in values(setting.text)}
        assert all({value.same for value in values(wrong)} - stated for wrong in changed)


def test_a_swap_takes_a_value_of_the_same_passages(passage: Passage, setting: Setting) -> None:
    stated = {value.same for value in values(setting.text)}
    _, second = pieces(passage)
    wrong = INSIDE["swap"](second.text, second, setting, Random(1))
    assert wrong
    assert wrong != second.text
    assert {value.same for value in values(wrong)} <= stated


def test_a_correction_restores_the_value_in_any_spelling() -> None:
    wrong, true = "일비는 구천 원으로 한다.", "일비는 칠천 원으로 한다."
    change = Change("구천 원", 4, 10)
    assert restores(wrong, true, Correction("일비는 7,000원으로 한다.", (), (change,))) == [True]
    assert restores(wrong, true, Correction("일비는 8,000원으로 한다.", (), (change,))) == [False]
    assert restores(wrong, true, Correction(wrong, ())) == []


def test_a_value_that_was_true_was_not_restored() -> None:
    true = "일비는 7천원, 식비는 9천원으로 한다."
    wrong = true.replace("7", "8")
    two = (Change("8천원", 4, 7), Change("9천원", 13, 16))
    assert restores(wrong, true, Correction(true, (), two[:1])) == [True]
    assert restores(wrong, true, Correction(true.replace("9", "6"), (), two)) == [True, False]
    swapped = "식비는 5명 이상 9명 이내로 한다.", "식비는 9명 이상 5명 이내로 한다."
    both = (Change("9명", 4, 6), Change("5명", 10, 12))
    assert restores(swapped[1], swapped[0], Correction(swapped[0], (), both)) == [True, True]


def test_a_removed_clause_is_no_correction() -> None:
    true = "일비는 7천원이고, 식비는 9천원이며, 숙박비는 5만원이다."
    wrong = true.replace("9", "8").replace("5", "3")
    left = Correction("식비는 9천원이며, 숙박비는 3만원이다.", ("일비는 7천원이고",),
                      (Change("8천원", 4, 7),))  # fmt: skip
    assert restores(wrong, true, left) == [True]
    assert removals(true, left) == [True]
    assert removals(true, Correction("", ("숙박비는 3만원이다.",))) == [False]
