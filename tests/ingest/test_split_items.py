"""항, 호 and 목 in their order, the tree of places, and how long articles are cut."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.readers.result import Reading
from ingest.split.articles import LONG_ARTICLE
from ingest.split.outline import marks_of
from ingest.split.places import places_of
from ingest.split.splitting import documents_of, split
from onprem_rag.records import Passage, Table
from tests.ingest.covering import assert_covered

FILLER = "직원은 출장에 관한 사항을 미리 신청하고 부서장의 승인을 받아야 한다. " * 4
RULE = """제1조(목적) 이 규정은 출장을 정한다.
제2조(여비) ① 여비는 다음 각 호와 같다.
1. 교통비
2. 숙박비
  가. 국내
  나. 국외
2의2. 식비
② 제1항에도 불구하고 ③에 따른 일비는 다음과 같다.
1. 가. 4급 이상
나. 5급 이하
③ 삭제
부칙 <2020. 1. 1.>
제1조(시행일) 2020년
1. 1.부터 시행한다.
부칙
이 규정은 공포한 날부터 시행한다.
[별표 1] 정액표
1. 국내
2. 국외
"""


def passages_of(text: str, *tables: Table) -> list[Passage]:
    reading = Reading(text, tables=tables)
    (document,) = documents_of(Path("여비규정.txt"), "txt", "0" * 64, reading)
    found = split(document)
    assert_covered(document, found)
    return found


def test_the_places_of_a_rule() -> None:
    places = places_of(RULE, marks_of(RULE))
    found = {(p.article, p.paragraph, p.subparagraph, p.branch, p.item): p for p in places}
    assert list(found) == [
        ("제1조", None, None, 0, None),
        ("제2조", None, None, 0, None),
        ("제2조", 1, None, 0, None),
        ("제2조", 1, 1, 0, None),
        ("제2조", 1, 2, 0, None),
        ("제2조", 1, 2, 0, "가"),
        ("제2조", 1, 2, 0, "나"),
        ("제2조", 1, 2, 2, None),
        ("제2조", 2, None, 0, None),
        ("제2조", 2, 1, 0, None),
        ("제2조", 2, 1, 0, "가"),
        ("제2조", 2, 1, 0, "나"),
        ("제2조", 3, None, 0, None),
        ("부칙", None, None, 0, None),
        ("부칙 제1조", None, None, 0, None),
        ("부칙 제1조", None, 1, 0, None),
        ("별표 1", None, None, 0, None),
        ("별표 1", None, 1, 0, None),
        ("별표 1", None, 2, 0, None),
    ]

    def text(*key: object) -> str:
        place = found[key]  # type: ignore[index]
        return RULE[place.start : place.end].strip()

    assert text("제2조", 1, 2, 0, None) == "2. 숙박비\n  가. 국내\n  나. 국외"
    assert text("제2조", 1, 2, 0, "나") == "나. 국외"
    assert text("제2조", 2, 1, 0, "가") == "가. 4급 이상"
    assert text("제2조", 3, None, 0, None) == "③ 삭제"
    assert [p.annex for p in places][-3:] == ["별표 1"] * 3


@pytest.mark.parametrize(
    "line",
    ["③에 따른 서류", "5. 10.까지 낸다", "다. 이것은 이어지지 않는다", "1.5배로 한다"],
)
def test_a_sign_whose_number_does_not_follow_is_running_text(line: str) -> None:
    text = f"제1조(가) ① 신청은\n{line}\n② 승인한다.\n"
    assert [p.paragraph for p in places_of(text, marks_of(text))] == [None, 1, 2]


def test_paragraphs_in_one_line() -> None:
    text = "제1조(가) ① 신청한다. ② 제1항 및 ③에 따라 승인한다.\n③ 삭제 ④ 시행한다.\n"
    assert [p.paragraph for p in places_of(text, marks_of(text))] == [None, 1, 2, 3, 4]


def test_a_long_paragraph_is_split_by_subparagraph_and_keeps_its_lead_in() -> None:
    numbers = "".join(f"{number}. {FILLER}\n" for number in range(1, 9))
    found = passages_of(
        f"제1조(출장) ① 짧은 항이다.\n② 다음 각 호와 같다.\n{numbers}제2조(끝) 짧다.\n"
    )
    assert [(p.article, p.paragraph, p.subparagraph) for p in found] == [
        ("제1조", "①", None),
        ("제1조", "②", "1"),
        ("제1조", "②", "5"),
        ("제2조", None, None),
    ]
    assert found[1].text.startswith("② 다음 각 호와 같다.\n1. 직원은")
    assert found[2].text.startswith("5. 직원은")
    assert all(len(p.text) <= LONG_ARTICLE for p in found)
    assert {p.title for p in found[:-1]} == {"출장"}


def test_a_long_subparagraph_is_split_by_item() -> None:
    letters = "".join(f"  {letter}. {FILLER}\n" for letter in "가나다라마바")
    found = passages_of(
        f"제1조(출장) 다음과 같다.\n1. 짧다.\n2. 다음과 같다.\n{letters}제2조(끝) 가.\n"
    )
    first = [p for p in found if p.article == "제1조"]
    assert all(len(p.text) <= LONG_ARTICLE for p in first)
    assert {p.subparagraph for p in first} == {"1", "2"}
    assert all(p.text.lstrip()[1:2] == "." for p in first[1:])


def test_a_long_table_is_split_between_its_rows() -> None:
    rows = [f"직급: {n}급 | 숙박비: {n}0,000원 | 비고: {'가' * 60}" for n in range(1, 40)]
    head = "제1조(가) 나.\n제2조(나) 다.\n[별표 1] 정액표\n"
    table = "\n".join(rows)
    span = Table(len(head), len(head) + len(table), 0, tuple((row,) for row in rows))
    found = [p for p in passages_of(f"{head}{table}\n", span) if p.article == "별표 1"]
    assert len(found) > 3
    lines = [line for p in found for line in p.text.split("\n")]
    assert lines == ["[별표 1] 정액표", *rows]


def test_a_row_beyond_the_limit_stays_whole() -> None:
    row = "내용: " + "가나다 라마바. " * 200
    head = "제1조(가) 나.\n제2조(나) 다.\n[별표 1] 표\n"
    span = Table(len(head), len(head) + len(row.rstrip()), 0, ((row,),))
    found = passages_of(f"{head}{row.rstrip()}\n", span)
    assert found[-1].text.endswith(row.rstrip())
