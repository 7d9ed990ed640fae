"""Words as Mecab cuts them, and the words that are made of several of them."""

from __future__ import annotations

import pytest

from onprem_rag.korean.morphemes import compounds, content_morphemes, words_and_compounds


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("법인카드를 사용하였다", "법인 카드 사용"),
        ("5급 공무원", "5 급 공무원 공무 원"),
        ("제10조의2에 따른", "10 조 2 따르"),
        ("별표1에서", "별표 1"),
        ("육아휴직은 몇 년까지 되나요", "육아 휴직 년"),
        ("", ""),
    ],
)
def test_words_are_content_words_and_the_parts_of_compounds(text: str, words: str) -> None:
    assert content_morphemes(text) == words.split()


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("제15조", "15조"),
        ("제10조의2에 따른", "10조 10조의2"),
        ("제10조의2제1항", "10조 10조의2 1항"),
        ("별표 1", "별표1"),
        ("별표1에서", "별표1"),
        ("5급", "5급"),
        ("2년", "2년"),
        ("30퍼센트", "30퍼센트"),
        ("100만원", "100만원"),
        ("100만 원", "100만원"),
        ("1,000원", "1000원"),
        ("연차휴가는 15일이다", "연차휴가 15일"),
    ],
)
def test_what_carries_a_number_is_one_word(text: str, joined: str) -> None:
    assert compounds(text) == joined.split()


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("육아휴직 기간", "육아휴직 휴직기간"),
        ("육아 휴직은 몇 년", "육아휴직"),
        ("수의계약", "수의계약"),
        ("여비를 정산", ""),
        ("여비의 정산", ""),
        ("", ""),
    ],
)
def test_neighbouring_nouns_are_one_word_whatever_the_blanks(text: str, joined: str) -> None:
    assert compounds(text) == joined.split()


def test_a_form_and_its_number_are_one_word() -> None:
    assert {"별지3", "3호"} <= set(compounds("별지 제3호"))
    assert "별지3" not in compounds("별지 서식 3부")


@pytest.mark.parametrize("text", ["제10조의2제1항 육아휴직 30일", "※", "", "별표 1 여비 정액표"])
def test_both_at_once_are_what_each_gives(text: str) -> None:
    assert words_and_compounds(text) == (content_morphemes(text), compounds(text))
