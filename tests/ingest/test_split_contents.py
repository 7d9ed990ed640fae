"""A table of contents makes no passages, whatever it looks like."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.readers.result import Reading
from ingest.split.splitting import documents_of, split
from onprem_rag.records import Document
from tests.ingest.covering import assert_covered

BODY = (
    "제1장 총칙\n제1조(목적) 이 규정은 복무를 정한다.\n제2조(정의) 직원의 뜻을 정한다.\n"
    "제2장 휴가\n제3조(연차휴가)\n연차휴가는 15일로 한다.\n제4조(병가) 병가는 60일로 한다.\n"
    "부칙\n제1조(시행일) 2020년 1월 1일부터 시행한다.\n"
)


def document_of(text: str) -> Document:
    (document,) = documents_of(Path("복무규정.txt"), "txt", "0" * 64, Reading(text))
    assert_covered(document, split(document))
    return document


CONTENTS = {
    "dots": "차례\n제1장 총칙 ········ 1\n제1조(목적) ········ 1\n제2조(정의) ········ 1\n"
    "제2장 휴가 ········ 2\n제3조(연차휴가) ········ 2\n제4조(병가) ········ 2\n부칙 ········ 3\n",
    "dots without a heading": "제1조(목적) ... 1\n제2조(정의) ... 1\n제3조(연차휴가) ... 2\n"
    "제4조(병가) ... 2\n",
    "tabs": "목    차\n제1장 총칙\t1\n제1조(목적)\t1\n제2조(정의)\t1\n제2장 휴가\t2\n"
    "제3조(연차휴가)\t2\n제4조(병가)\t2\n",
    "page right behind": "제1조(목적) 1\n제2조(정의) 1\n제3조(연차휴가) 2\n제4조(병가) 2\n",
    "bare": "차례\n제1장 총칙\n제1조(목적)\n제2조(정의)\n제2장 휴가\n제3조(연차휴가)\n"
    "제4조(병가)\n",
    "bare without a heading": "제1장 총칙\n제1조(목적)\n제2조(정의)\n제2장 휴가\n제3조(연차휴가)\n"
    "제4조(병가)\n",
    "bare articles only": "제1조(목적)\n제2조(정의)\n제3조(연차휴가)\n제4조(병가)\n",
    "bare with addenda": "제1조(목적)\n제2조(정의)\n제3조(연차휴가)\n제4조(병가)\n부칙\n",
}


@pytest.mark.parametrize("blank", ["", "\n"], ids=["tight", "blank lines"])
@pytest.mark.parametrize("contents", CONTENTS.values(), ids=CONTENTS)
def test_the_contents_of_a_rule_make_no_passage(contents: str, blank: str) -> None:
    text = f"복무규정\n{contents}{BODY}".replace("\n", "\n" + blank)
    document = document_of(text)
    assert document.title == "복무규정"
    assert [(p.article, p.title) for p in split(document)] == [
        ("제1조", "목적"),
        ("제2조", "정의"),
        ("제3조", "연차휴가"),
        ("제4조", "병가"),
        ("부칙 제1조", "시행일"),
    ]
    (listed,) = [each for each in document.furniture if each.kind == "차례"]
    assert "제4조(병가)" in document.text[listed.start : listed.end]
    assert "15일" not in document.text[listed.start : listed.end]


def test_articles_whose_text_stands_on_their_line_are_no_table_of_contents() -> None:
    """A form below repeats the rule: what comes first is not a list of what follows."""
    document = document_of(f"복무규정\n{BODY}[별지 제1호서식]\n{BODY}")
    articles = [p.article for p in split(document)]
    assert articles[:5] == ["제1조", "제2조", "제3조", "제4조", "부칙 제1조"]
    assert not any(each.kind == "차례" for each in document.furniture)


def test_a_table_of_amounts_is_no_table_of_contents() -> None:
    text = f"{BODY}[별표 1] 정액표\n교통비   10\n숙박비   20\n식비   30\n일비   40\n"
    document = document_of(text)
    assert split(document)[-1].text.endswith("일비   40")
    assert not any(each.kind == "차례" for each in document.furniture)


def test_the_contents_of_a_plan_make_no_passage() -> None:
    text = (
        "업무 추진계획\n목차\nⅠ. 추진 배경\t1\nⅡ. 추진 방향\t2\nⅢ. 일정\t3\n"
        "Ⅰ. 추진 배경\n품질을 높일 필요가 있다.\nⅡ. 추진 방향\n단계별로 추진한다.\n"
        "Ⅲ. 일정\n3월에 시작한다.\n"
    )
    document = document_of(text)
    title, *rest = split(document)
    assert title.text == "업무 추진계획"
    assert [p.path for p in rest] == [("Ⅰ. 추진 배경",), ("Ⅱ. 추진 방향",), ("Ⅲ. 일정",)]
    (listed,) = document.furniture
    assert document.text[listed.start : listed.end].endswith("3")
