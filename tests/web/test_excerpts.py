"""A quotation in its place: marked exactly, with whole tables and what is known about it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onprem_rag.records import (
    Amendment,
    Citation,
    CrossReference,
    Document,
    Hit,
    Page,
    Passage,
    Table,
)
from onprem_rag.web.excerpts import Excerpt, body_of, excerpt, highlight

TEXT = """제1조(목적) 목적을 정한다.
제2조(일비) ① 일비는 20,000원으로 한다.
② 그 밖은 <별표 1>에 따른다.
"""


def document(text: str = TEXT) -> Document:
    return Document("여비규정", "규정", "여비규정.txt", "txt", "0" * 64, text, id=7)


def citation(quoted: str, text: str = TEXT) -> Citation:
    start = text.index(quoted)
    return Citation("여비규정", "제2조", "①", 3, start, start + len(quoted), quoted, 7)


def hit(first: str, last: str, document_id: int = 7) -> Hit:
    start, end = TEXT.index(first), TEXT.index(last) + len(last)
    path = ("제1장 총칙", "제2조(일비)")
    text = TEXT[start:end]
    passage = Passage("여비규정", path, "제2조", None, "일비", text, start, end, 3, document_id)
    return Hit(passage, 1.0, ())


def nothing(_: CrossReference) -> str:
    return ""


def other_rule(reference: CrossReference) -> str:
    return "제3조(직급) 직급은 <다섯>으로 한다." if reference.document == "인사규정" else ""


def test_highlight_marks_exactly_the_span_and_escapes_all() -> None:
    text = "앞 <b>&</b> 뒤"
    assert highlight(text, 2, 9) == ("앞 <mark>&lt;b&gt;&amp;&lt;/b</mark>&gt; 뒤")


@given(st.text(), st.integers(-5, 50), st.integers(-5, 50))
def test_highlight_adds_one_mark_and_nothing_else(text: str, start: int, end: int) -> None:
    shown = highlight(text, start, end)
    tags = re.findall(r"<[^>]*>", shown)
    assert tags in ([], ["<mark>", "</mark>"])
    plain = shown.replace("<mark>", "").replace("</mark>", "")
    assert plain == highlight(text, 0, 0)
    assert "<" not in plain
    assert ">" not in plain


def test_excerpt_is_the_passage_that_was_found() -> None:
    quoted = "일비는 20,000원으로 한다."
    around = excerpt(
        document(),
        citation(quoted),
        (hit("제1조", "한다.", 8), hit("제2조", "따른다.")),
        nothing,
    )
    assert around.heading == "여비규정 · 제1장 총칙 · 제2조(일비)"
    assert around.text == ("제2조(일비) ① 일비는 20,000원으로 한다.\n② 그 밖은 <별표 1>에 따른다.")
    assert around.text[around.start : around.end] == quoted
    assert around.note == ""


def test_excerpt_without_a_passage_is_a_window_of_whole_lines() -> None:
    lines = [f"{number}행 " + "가" * 96 for number in range(40)]
    text = "\n".join(lines)
    around = excerpt(document(text), citation("20행 ", text), (), nothing)
    assert around.text.splitlines() == lines[16:25]
    assert around.text[around.start : around.end] == "20행 "
    assert around.note == "원문의 일부입니다."


@pytest.mark.parametrize("start", [-1, 0, 10_000])
def test_excerpt_of_another_text_is_the_quotation_alone(start: int) -> None:
    stale = Citation("여비규정", "제9조", None, None, start, start + 5, "옛 문장", 7)
    around = excerpt(document(), stale, (), nothing)
    assert (around.text, around.start, around.end) == ("옛 문장", 0, 4)
    assert "찾지 못해" in around.note


RATES = """구분 | 숙박비
구분: 4급 | 숙박비: 70,000원
구분: 5급 | 숙박비: 60,000원"""
GRID = (("구분", "숙박비"), ("4급", "70,000원"), ("5급", "60,000원"))


def rule_with_table() -> Document:
    text = f"{TEXT}별표 1 여비\n{RATES}\n비고: <실비>로 한다.\n"
    start = text.index(RATES)
    return replace(document(text), tables=(Table(start, start + len(RATES), 1, GRID),))


def test_a_quoted_row_is_shown_in_its_whole_table() -> None:
    rule = rule_with_table()
    quoted = "구분: 5급 | 숙박비: 60,000원"
    start = rule.text.index(quoted)
    row = Passage(
        "여비규정", ("별표 1",), "별표 1", None, "여비", quoted, start, start + len(quoted), None, 7
    )
    found = Hit(row, 1.0, ())
    shown = body_of(excerpt(rule, citation(quoted, rule.text), (found,), nothing))
    assert "<th>구분</th><th>숙박비</th>" in shown
    assert '<tr class=""><td>4급</td><td>70,000원</td></tr>' in shown
    assert '<tr class="orag-cited"><td>5급</td><td>60,000원</td></tr>' in shown
    assert "구분: 4급" not in shown
    assert "별표 1 여비" in shown  # whose row this is, and often its unit


def test_lines_around_a_table_are_escaped_and_marked() -> None:
    rule = rule_with_table()
    shown = body_of(excerpt(rule, citation("<실비>", rule.text), (), nothing))
    assert "비고: <mark>&lt;실비&gt;</mark>로 한다." in shown
    assert shown.index("70,000원") < shown.index("비고")
    assert "orag-cited" not in shown


def test_a_header_over_several_columns_is_one_cell() -> None:
    grid = (("구분", "숙박비", "숙박비"), ("구분", "서울", "부산"), ("4급", "10", "10"))
    around = Excerpt(
        "여비규정", "구분 | 숙박비\n4급 | 10 | 10", 0, 0, tables=(Table(0, 24, 2, grid),)
    )
    shown = body_of(around)
    assert '<th>구분</th><th colspan="2">숙박비</th>' in shown
    assert "<td>10</td><td>10</td>" in shown


def test_amendments_recognised_pages_and_references_are_told() -> None:
    rule = replace(
        document(),
        amendments=(
            Amendment(20, "<개정 2020. 1. 1.>", "개정", ("2020-01-01",)),
            Amendment(len(TEXT) - 1, "[본조신설 2021. 1. 1.]", "본조신설", ("2021-01-01",)),
        ),
        pages=(Page(1, 0, len(TEXT), 0.931),),
        references=(
            CrossReference(55, 60, "<별표 1>", None, "별표 1", None),
            CrossReference(30, 33, "제1조", None, "제1조", (0, 15)),
            CrossReference(34, 40, "「인사규정」 제3조", "인사규정", "제3조", None),
        ),
    )
    around = excerpt(rule, citation("일비는"), (hit("제2조", "따른다."),), other_rule)
    assert around.marks == (
        "<개정 2020. 1. 1.>",
        "[본조신설 2021. 1. 1.]",
        "1쪽은 그림에서 문자 인식(OCR)한 글입니다(신뢰도 93%).",
    )
    assert around.references == (
        ("제1조", "제1조(목적) 목적을 정한다"),
        ("인사규정 제3조", "제3조(직급) 직급은 <다섯>으로 한다."),
    )
    shown = body_of(around)
    assert "&lt;개정 2020. 1. 1.&gt;" in shown
    assert "이 조문이 가리키는 곳 2개" in shown
    assert "&lt;다섯&gt;" in shown
