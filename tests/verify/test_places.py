"""Where passages are, or name, the places of an answer: 전항 in ② is 제1항, and no other."""

from __future__ import annotations

import pytest

from onprem_rag.korean.references import find_references
from onprem_rag.records import Passage
from onprem_rag.verify.places import find_place, mentions_place, stated_places
from onprem_rag.verify.sources import Source, read_source

LEAVE = """제15조(연차휴가) ① 1년간 80퍼센트 이상 출근한 직원에게 15일의 휴가를 준다.
② 전항에 따른 휴가는 2년 이내에 사용하여야 한다.
③ 제1항과 제2항의 휴가는 다음 각 호에 따라 신청한다.
1. 부서장의 승인을 받을 것
2. 전호의 승인은 문서로 할 것
④ 전조제2항의 휴직과 전2항의 휴가에 관한 사항은 따로 정한다."""


def source(text: str, article: str = "제15조", paragraph: str | None = None) -> Source:
    return read_source(
        Passage("취업규칙", (), article, paragraph, "", text, 0, len(text), None, 1, 1)
    )


def says(place: str, text: str, sentence: str, article: str = "제15조") -> bool:
    """Whether ``sentence`` of the article's ``text`` names ``place``."""
    (reference,) = find_references(place, every=True)
    start = text.index(sentence)
    return mentions_place(reference, source(text, article), start, start + len(sentence))


@pytest.mark.parametrize(
    ("place", "sentence", "expected"),
    [
        ("제1항", "전항에 따른", True),
        ("제15조제1항", "전항에 따른", True),
        ("제2항", "전항에 따른", False),
        ("제15조제3항", "전항에 따른", False),
        ("제16조제1항", "전항에 따른", False),
        ("전항", "전항에 따른", True),
        ("전항", "제1항과 제2항의", True),  # of ③: it is the second of the two
        ("전조", "전항에 따른", False),
        ("전호", "전항에 따른", False),
        ("제3항제1호", "전호의 승인", True),
        ("제1호", "전호의 승인", True),
        ("제2호", "전호의 승인", False),
        ("전호", "전호의 승인", True),
        ("제14조제2항", "전조제2항의", True),
        ("제14조", "전조제2항의", True),
        ("제13조제2항", "전조제2항의", False),
        ("제14조제1항", "전조제2항의", False),
        ("전조제2항", "전조제2항의", True),
        ("전조제1항", "전조제2항의", False),
        ("전2항", "전2항의 휴가", True),
        ("전항", "전2항의 휴가", False),
    ],
)
def test_what_counts_back_is_the_place_before_its_own(
    place: str, sentence: str, expected: bool
) -> None:
    assert says(place, LEAVE, sentence) is expected


@pytest.mark.parametrize(
    ("place", "number", "expected"),
    [("전항", "제1항에", True), ("전항", "제2항에", False), ("전항", "제14조제1항에", False)],
)
def test_an_answer_may_count_back_where_the_source_gives_the_number(
    place: str, number: str, expected: bool
) -> None:
    text = f"① 휴가를 준다.\n② {number} 따른 휴가는 2년 이내에 사용한다.\n③ 전항"
    assert says(place, text, f"{number} 따른") is expected


@pytest.mark.parametrize(
    ("article", "before", "other"),
    [
        ("제16조", "제15조", "제14조"),
        ("제15조의3", "제15조의2", "제15조"),
        ("제15조의2", "제15조", "제14조"),
        ("제2조", "제1조", "제3조"),
    ],
)
def test_the_article_before(article: str, before: str, other: str) -> None:
    text = "전조의 휴가는 이월하지 아니한다."
    assert says(before, text, text, article)
    assert not says(other, text, text, article)


def test_nothing_is_before_the_first() -> None:
    text = "① 전항과 전조에 따른다."
    assert stated_places(source(text, "제1조"), 0, len(text)) == []


def test_places_are_completed_by_where_they_stand() -> None:
    found = stated_places(source(LEAVE), LEAVE.index("② "), len(LEAVE))
    assert [str(place) for place in found] == [
        "제15조제1항",
        "제15조제1항",
        "제15조제2항",
        "제15조제3항제1호",
        "제14조제2항",
    ]


def test_a_part_of_a_split_article_still_knows_its_paragraph() -> None:
    text = "전항의 휴가는 2년 이내에 사용하여야 한다."
    found = stated_places(source(text, paragraph="②"), 0, len(text))
    assert [str(place) for place in found] == ["제15조제1항"]


@pytest.mark.parametrize("place", ["제15조", "제15조제1항"])
@pytest.mark.parametrize("text", ["", " \n "])
def test_a_passage_without_text_has_no_place_to_cite(place: str, text: str) -> None:
    (reference,) = find_references(place)
    blank = source(text, paragraph="①")
    assert find_place(reference, place, [blank]) is None
    found = find_place(reference, place, [blank, source(LEAVE)])
    assert found is not None
    assert found.text.startswith("제15조(연차휴가)")


@pytest.mark.parametrize(
    ("place", "cited"),
    [
        ("전항", "전항"),
        ("전조제2항", "전조제2항"),
        ("제14조제2항", "전조제2항"),
        ("전조", "전조제2항"),
        ("전조제9항", None),
        ("제14조제3항", None),
        ("제15조제2항", "② 전항에 따른 휴가는 2년 이내에 사용하여야 한다."),
        ("제15조제9항", None),
    ],
)
def test_places_are_found_by_what_they_are_or_by_who_names_them(
    place: str, cited: str | None
) -> None:
    (reference,) = find_references(place, every=True)
    found = find_place(reference, place, [source(LEAVE)])
    assert (found.text if found else None) == cited
