"""Any text is split in place: nothing lost, nothing twice, no row cut, in linear time."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest.readers.result import Reading
from ingest.split.splitting import documents_of, split
from onprem_rag.records import Table
from tests.ingest.covering import assert_covered

_LINES = st.sampled_from(
    [
        "제1장 총칙",
        "제2절",
        "복무",
        "제1조(목적) 이 규정은 복무를 정한다.",
        "제2조(정의) ① 뜻은 다음과 같다.",
        "② 그 밖의 뜻은 따로 정한다.",
        "1. 직원",
        "  가. 정규직원",
        "제3조",
        "(휴가)",
        "제5조에 따라 휴가를 준다.",
        "제4조 내지 제6조 삭제",
        "제10조의2(가) " + "직원은 신청하고 승인을 받아야 한다. " * 30,
        "가나다라마바사" * 150,
        "부칙 <제12호, 2020. 1. 1.>",
        "제1조(시행일) 2020년 1월 1일부터 시행한다. <개정 2021. 1. 1.>",
        "[별표 1] 여비 정액표",
        "별지 제1호서식",
        "차례",
        "제1조(목적) ······ 3",
        "제2조(정의)\t4",
        "제3조(휴가)   5",
        "여비규정",
        "제정 2018. 3. 2.",
        "",
        "□ 추진 배경",
        "Ⅰ. 개요",
        "****",
    ]
)
_PIECES = st.sampled_from(
    "제1조(목적) 제2조 제10조의2(가) 제3조에 제1장 제2절 총칙 부칙 [별표 1] 별지 제1호서식 ① ② ③ "
    "삭제 <개정2020.1.1.> 1. 가. 한다. 다만, ( ) （ 「규정」 규정 제１조（정의）".split()
)
_TEXTS = st.one_of(
    st.text(max_size=300),
    st.lists(_LINES, max_size=40).map("\n".join),
    st.lists(st.one_of(_PIECES, st.sampled_from(["\n", " ", "\n\n", "가나다 " * 300]))).map(
        " ".join
    ),
)


@settings(max_examples=300, deadline=None)
@given(_TEXTS)
@example("제1조\n제2조\n제0절\n차례\n제1000\n0\n제1000")
@example("제1조\n제2조\n제1장\n제1조(가) ... 1\n제2조(나) ... 1\n제3조(다) ... 1\n")
def test_any_text_is_split_in_place(text: str) -> None:
    for document in documents_of(Path("가.txt"), "txt", "0" * 64, Reading(text)):
        assert_covered(document, split(document))
        for passage in split(document, rows=True):
            assert passage.text == document.text[passage.start : passage.end]
            assert "\n" not in passage.text


@settings(max_examples=100, deadline=None)
@given(
    st.lists(_LINES, max_size=10),
    st.lists(
        st.sampled_from(
            [
                "직급: 4급 | 숙박비: 70,000원",
                "1. 가 | 나",
                "제9조(가) | 나",
                "긴 칸: " + "가나다 " * 300,
            ]
        ),
        min_size=1,
        max_size=30,
    ),
    st.lists(_LINES, max_size=10),
)
def test_a_table_is_never_cut_inside_a_row(
    above: list[str], rows: list[str], below: list[str]
) -> None:
    before = "".join(line + "\n" for line in above)
    table = "\n".join(rows)
    text = before + table + "\n" + "\n".join(below)
    reading = Reading(
        text, tables=(Table(len(before), len(before) + len(table), 1, tuple((r,) for r in rows)),)
    )
    for document in documents_of(Path("가.txt"), "txt", "0" * 64, reading):
        assert_covered(document, split(document))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("가" * 250_000, id="one line"),
        pytest.param("제2조(" * 25_000, id="brackets that never close"),
        pytest.param("제1조(목적) 가.\n" * 15_000, id="the same heading"),
        pytest.param("".join(f"제{n}조(가) 나.\n" for n in range(15_000, 0, -1)), id="falling"),
        pytest.param("".join(f"제{n}조(가)\n" for n in range(1, 15_000)), id="bare headings"),
        pytest.param("제1조(가) ①\n" + "① 가\n" * 25_000, id="one article of many 항"),
        pytest.param("제1조(가)\n제2조(나)\n" + "1. 가\n가. 나\n" * 15_000, id="many 호"),
        pytest.param("부칙\n" * 25_000, id="addenda"),
        pytest.param("[별표 1]\n" * 25_000, id="annexes"),
        pytest.param("제1조(가) ····· 1\n" * 12_500, id="contents"),
        pytest.param("차례\n" + "가나다\t1\n" * 12_500, id="a list that leads somewhere"),
        pytest.param("제1조(가)\n제2조(나)\n" + " " * 250_000 + "부칙", id="blanks"),
        pytest.param("Ⅰ. 개요\n1. 배경\n가. 나\n" * 7_500, id="headings of a plan"),
        pytest.param("가\n\n" * 25_000, id="blank lines"),
        pytest.param("2020. 1. 1. " * 20_000 + "폐지", id="dates"),
        pytest.param("여비규정\n제1조(목적) 가.\n" * 7_500, id="a book of one title"),
    ],
)
def test_hostile_text_takes_linear_time(text: str) -> None:
    rule = "" if text.startswith(("제1조", "여비")) else "제1조(목적) 가.\n제2조(정의) 나.\n"
    begun = time.process_time()
    for document in documents_of(Path("가.txt"), "txt", "0" * 64, Reading(rule + text)):
        split(document)
    assert time.process_time() - begun < 4  # thrice the slowest; what is quadratic: a minute
