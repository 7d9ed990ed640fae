"""References to places in rules: golden forms, ranges, lists, and what is none."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onprem_rag.korean.references import find_references


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("제10조의2제1항제3호가목", ["제10조의2제1항제3호가목"]),
        ("제 10 조 의 2 제 1 항", ["제10조의2제1항"]),
        ("제10조 제1항 제3호", ["제10조제1항제3호"]),
        ("제１０조", ["제10조"]),
        ("제6조의 2(국외출장)", ["제6조의2"]),
        ("제8조\n제2항에 따라", ["제8조제2항"]),
        ("제9조(숙박비) 제1항", ["제9조제1항"]),
        ("제15조①", ["제15조제1항"]),
        ("제12조 제①항의", ["제12조제1항"]),
        ("제①항", ["제1항"]),
        ("제1항", ["제1항"]),
        ("제3호의2", ["제3호의2"]),
        ("가목에 따른", ["가목"]),
        ("10조 2항", ["제10조제2항"]),
        ("10조2항3호", ["제10조제2항제3호"]),
        ("30조 3호 나목", ["제30조제3호나목"]),
        ("10조가 뭐야", ["제10조"]),
        ("제3조각호", ["제3조"]),
        ("제3조부터 제5조까지", ["제3조", "제4조", "제5조"]),
        ("제3조 내지 제5조", ["제3조", "제4조", "제5조"]),
        ("제3조~제5조", ["제3조", "제4조", "제5조"]),
        ("제10조의2부터 제10조의4까지", ["제10조의2", "제10조의3", "제10조의4"]),
        ("제5조제1항부터 제3항까지", ["제5조제1항", "제5조제2항", "제5조제3항"]),
        ("제1항제1호부터 제3호까지", ["제1항제1호", "제1항제2호", "제1항제3호"]),
        ("제1조부터 제900조까지", ["제1조", "제900조"]),
        ("제3조, 제5조 및 제7조", ["제3조", "제5조", "제7조"]),
        ("제15조제1항ㆍ제2항", ["제15조제1항", "제15조제2항"]),
        ("제2조제1호가목 및 나목", ["제2조제1호가목", "제2조제1호나목"]),
        ("제15조에 따라 같은 조 제2항", ["제15조", "제15조제2항"]),
        ("「여비규정」 제2항 및 같은 조 별표 1", ["제2항", "별표 1"]),
        ("제15조가 정한다. 제2항은", ["제15조", "제2항"]),
        ("부칙 제2조", ["부칙 제2조"]),
        ("부칙 제2항", ["부칙 제2항"]),
        ("부칙 <2009. 7. 27.> 제2조", ["부칙 제2조"]),
        ("별표 1", ["별표 1"]),
        ("별표1의2", ["별표 1의2"]),
        ("[별표 제2호]", ["별표 2"]),
        ("별표 4 제2호나목", ["별표 4 제2호나목"]),
        ("별표 제1호가목", ["별표 제1호가목"]),
        ("별지 제2호서식", ["별지 제2호서식"]),
        ("별지 제2호 서식", ["별지 제2호서식"]),
        ("[별지 제1-1호]", ["별지 제1-1호서식"]),
        ("별지 제3호의2서식", ["별지 제3호의2서식"]),
        ("제10조의 2배", ["제10조"]),
        ("제3호차목", ["제3호차목"]),
        ("5조원", []),
        ("10조 원", []),
        ("1조 5천억원", []),
        ("제5조직", []),
        ("제3조합", []),
        ("제2조건", []),
        ("1조각", []),
        ("제1호기", []),
        ("제2호선", []),
        ("제3항공", []),
        ("3항목", []),
        ("5호봉", []),
        ("다목적", []),
        ("제35811호", []),
        ("2024. 3. 1.", []),
    ],
)
def test_canonical_forms(text: str, expected: list[str]) -> None:
    assert [str(reference) for reference in find_references(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("「여비규정」 제9조", [("여비규정", "제9조")]),
        ("여비규정 제9조", [(None, "제9조")]),
        ('「국가공무원법」(이하 "법"이라 한다) 제3조', [("국가공무원법", "제3조")]),
        ("「여비규정」 제3조 및 제5조", [("여비규정", "제3조"), ("여비규정", "제5조")]),
        ("「공무원\n여비 규정」 제1조", [("공무원 여비 규정", "제1조")]),
        ("「민법」 제3조에 따른다. 제5조는", [("민법", "제3조"), (None, "제5조")]),
    ],
)
def test_documents(text: str, expected: list[tuple[str | None, str]]) -> None:
    assert [(r.document, str(r)) for r in find_references(text)] == expected


@pytest.mark.parametrize("link", ["", ",", "부터", "의 규정"])
def test_a_wide_gap_is_no_list_and_costs_nothing(link: str) -> None:
    # Trying every split of these blanks would take a minute.
    gap = " " * 3000
    found = find_references(f"「여비규정」 제3조{gap}{link}{gap}제5조")
    assert [(r.document, str(r)) for r in found] == [("여비규정", "제3조"), (None, "제5조")]


def test_the_span_is_that_of_the_place_and_ranges_imply_members() -> None:
    text = "「여비규정」 제3조부터 제5조까지"
    first, inner, last = find_references(text)
    assert (first.text, inner.text, last.text) == ("제3조", "부터 ", "제5조")
    assert [r.implied for r in (first, inner, last)] == [False, True, False]
    assert [r.document for r in (first, inner, last)] == ["여비규정"] * 3


def test_relative_places_have_no_article() -> None:
    relative, absolute = find_references("제1항과 제3조제2항")
    assert relative.relative
    assert relative.article is None
    assert not absolute.relative
    assert absolute.paragraph == 2


_ALPHABET = "제조항호목의가나12 0별표지부칙내까서식「」법규정,·①()\n원천만"


@given(st.one_of(st.text(), st.text(alphabet=_ALPHABET, max_size=60)))
def test_offsets_hold_and_nothing_overlaps(text: str) -> None:
    references = [r for r in find_references(text) if not r.implied]
    assert all(r.text == text[r.start : r.end] != "" for r in references)
    assert all(a.end <= b.start for a, b in itertools.pairwise(references))


@given(
    article=st.integers(1, 999),
    branch=st.none() | st.integers(2, 30),
    paragraph=st.none() | st.integers(1, 30),
    subparagraph=st.none() | st.integers(1, 50),
    gap=st.sampled_from(["", " "]),
)
def test_canonical_forms_are_read_back(
    article: int, branch: int | None, paragraph: int | None, subparagraph: int | None, gap: str
) -> None:
    parts = [f"제{article}조" + (f"의{branch}" if branch else "")]
    parts += [f"제{paragraph}항"] if paragraph else []
    parts += [f"제{subparagraph}호"] if subparagraph else []
    assert [str(r) for r in find_references(gap.join(parts))] == ["".join(parts)]
