"""Files that hold part of a rule, or none: annexes, second volumes, notices and plans."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.readers.result import Reading
from ingest.split.splitting import documents_of, split
from onprem_rag.records import Document, Passage, Table
from tests.ingest.covering import assert_covered


def one(text: str, name: str = "문서.txt", *tables: Table) -> tuple[Document, list[Passage]]:
    (document,) = documents_of(Path(name), "txt", "0" * 64, Reading(text, tables=tables))
    found = split(document)
    assert_covered(document, found)
    return document, found


def test_a_file_of_annexes_is_called_by_the_rule_that_it_names() -> None:
    text = (
        "[별표 1]\n국내여비 정액표(「여비규정」 별표 1)\n1. 일비: 25,000원\n"
        "[별지 제1호서식] 출장신청서\n성명:\n"
    )
    document, found = one(text, "서식모음.txt")
    assert (document.title, document.kind) == ("여비규정", "규정")
    assert [p.article for p in found] == ["별표 1", "별지 제1호서식"]
    assert found[0].text.endswith("일비: 25,000원")


@pytest.mark.parametrize("name", ["여비규정 제2권.txt", "여비규정_2권.txt", "여비규정(제2권).txt"])
def test_a_second_volume_goes_on_with_its_numbers(name: str) -> None:
    document, found = one("제30조(정산) 정산한다.\n제31조(환수) 환수한다.\n부칙\n끝.\n", name)
    assert document.title == "여비규정"
    assert [p.article for p in found] == ["제30조", "제31조", "부칙"]


def test_titles_on_the_next_line_and_ranges_of_deleted_articles() -> None:
    text = (
        "제1장\n총칙\n제1조\n(목적) 출장을 정한다.\n제2조 내지 제4조 (삭제)\n"
        "제4조의2【여비】 여비를 준다.\n제 5 조 <삭제 2020. 1. 1.>\n제6조(가) 나.\n"
        "부칙\n(2021. 3. 2.)\n제1조(시행일) 오늘부터 시행한다.\n제2조부터 제4조까지 생략\n"
    )
    _, found = one(text)
    assert [p.path for p in found] == [
        ("제1장 총칙", "제1조(목적)"),
        ("제1장 총칙", "제2조부터 제4조까지(삭제)"),
        ("제1장 총칙", "제4조의2(여비)"),
        ("제1장 총칙", "제5조(삭제)"),
        ("제1장 총칙", "제6조(가)"),
        ("부칙 (2021. 3. 2.)", "제1조(시행일)"),
        ("부칙 (2021. 3. 2.)", "제2조부터 제4조까지(생략)"),
    ]


def test_what_stands_above_the_first_article() -> None:
    text = (
        "여비규정\n소관부서: 총무팀\n제정 2018. 3. 2. 규정 제12호\n개정 2020. 1. 1.\n"
        "우리는 출장하는 직원의 편의를 위하여 다음과 같이 정한다.\n────\n"
        "제1장 총칙\n이 장은 규정 전체에 적용한다.\n제1조(목적) 가.\n제2조(정의) 나.\n"
    )
    document, found = one(text)
    assert [(p.article, p.path, p.text) for p in found[:2]] == [
        ("전문", (), "우리는 출장하는 직원의 편의를 위하여 다음과 같이 정한다."),
        (None, ("제1장 총칙",), "이 장은 규정 전체에 적용한다."),
    ]
    assert [
        (f.kind, document.text[f.start : f.end].split("\n")[0]) for f in document.furniture
    ] == [
        ("제목", "여비규정"),
        ("소관", "소관부서: 총무팀"),
        ("연혁", "제정 2018. 3. 2. 규정 제12호"),
        ("장식", "────"),
        ("장 제목", "제1장 총칙"),
    ]


def test_addenda_at_the_end_of_a_line() -> None:
    """Where a PDF reader has joined the heading with the line above."""
    text = (
        "제1조(가) 나.\n제2조(다) 끝낸다. 부칙 <2020. 1. 1.>\n"
        "제1조(시행일) 오늘 시행한다. 부칙\n끝.\n"
    )
    _, found = one(text)
    assert [(p.article, p.path[0]) for p in found] == [
        ("제1조", "제1조(가)"),
        ("제2조", "제2조(다)"),
        ("부칙 제1조", "부칙 <2020. 1. 1.>"),
        ("부칙", "부칙"),
    ]


def test_articles_of_another_rule_that_are_quoted_in_wrapped_lines_are_none() -> None:
    text = (
        "제1조(목적) 가.\n제2조(죄) 다음의 죄를 말한다. 제283조(협박), 제284조(특수협박),\n"
        "제285조(상습범)(제283조의 죄에만 해당한다) 및 제286조(미수범)의 죄, 제324조(강요) 및\n"
        "제324조의5(미수범)(제324조의 죄에만 해당한다)의 죄\n제3조(범위) 다.\n제4조(끝) 라.\n"
    )
    _, found = one(text)
    assert [p.article for p in found] == ["제1조", "제2조", "제3조", "제4조"]
    assert found[1].text.endswith("제324조의 죄에만 해당한다)의 죄")


def test_the_headings_of_a_plan_are_the_paths_of_its_paragraphs() -> None:
    text = (
        "업무 추진계획\nⅠ. 추진 배경\n□ 필요성\n ○ 품질을 높일 필요가 있음\n   - 민원이 늘었음\n"
        "□ 문제점\n ○ 인력이 모자람\nⅡ. 추진 방향\n1. 개요\n가. 목표\n단계별로 추진한다.\n"
        "나. 일정\n3월에 시작한다.\n2. 예산\n100만원을 쓴다.\n"
    )
    _, found = one(text)
    assert [(p.path, p.text.split("\n")[-1].strip()) for p in found] == [
        (("Ⅰ. 추진 배경", "□ 필요성"), "- 민원이 늘었음"),
        (("Ⅰ. 추진 배경", "□ 문제점"), "○ 인력이 모자람"),
        (("Ⅱ. 추진 방향", "1. 개요", "가. 목표"), "단계별로 추진한다."),
        (("Ⅱ. 추진 방향", "1. 개요", "나. 일정"), "3월에 시작한다."),
        (("Ⅱ. 추진 방향", "2. 예산"), "100만원을 쓴다."),
    ]
    assert found[0].text.startswith("업무 추진계획\nⅠ. 추진 배경")
    assert [p.title for p in found[:2]] == ["□ 필요성", "□ 문제점"]


def test_a_list_stays_with_the_sentence_that_leads_to_it() -> None:
    text = (
        "공고문\n\n제출 서류는 다음과 같습니다.\n\n1. 신청서 1부\n\n2. 이력서 1부\n\n"
        "문의는 총무팀으로 하시기 바랍니다.\n"
    )
    _, found = one(text)
    assert [p.text for p in found] == [
        "공고문\n\n제출 서류는 다음과 같습니다.\n\n1. 신청서 1부\n\n2. 이력서 1부",
        "문의는 총무팀으로 하시기 바랍니다.",
    ]
