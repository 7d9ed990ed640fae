"""신구조문대비표: what became of each article, and which words are marked."""

from __future__ import annotations

import random
import time

import pytest

from ingest.diff import Kind, changed_articles, compare
from onprem_rag.records import Table
from tests.ingest.diffing import LEAVE, amended, classes, compared, rows, version

INSERTED = (
    ("제3조(신청)", "제3조(적용범위) 이 규칙은 모든 직원에게 적용한다.\n제4조(신청)"),
    ("제4조(연차휴가)", "제5조(연차휴가)"),
    ("직원은 제3조제1항에", "직원은 제4조제1항에"),
    ("제5조(특별휴가)", "제6조(특별휴가)"),
    ("제6조(여비)", "제7조(여비)"),
)


def test_a_changed_number_is_marked_whole() -> None:
    found = amended(("3일 전까지", "5일 전까지"))
    assert classes(found) == ["변경 제3조"]
    assert found.unchanged == 6
    assert rows(found, "제3조") == [
        "변경 | ① 직원은 휴가 [3일] 전까지 부장에게 신청하여야 한다. "
        "| ① 직원은 휴가 [5일] 전까지 부장에게 신청하여야 한다."
    ]


@pytest.mark.parametrize(
    ("old", "new", "marked_old", "marked_new"),
    [
        ("30,000원을 준다.", "35,000원을 준다.", "[30,000원]을 준다.", "[35,000원]을 준다."),
        ("100만원을 준다.", "1,000만원을 준다.", "[100만원]을 준다.", "[1,000만원]을 준다."),
        ("2024. 3. 1.부터", "2024. 9. 1.부터", "[2024. 3. 1.]부터", "[2024. 9. 1.]부터"),
        ("제10조의2에 따라", "제10조의3에 따라", "[제10조의2]에 따라", "[제10조의3]에 따라"),
        ("제8조제1항에 따라", "제9조제1항에 따라", "[제8조제1항]에 따라", "[제9조제1항]에 따라"),
        ("부장은 승인한다.", "팀장은 승인한다.", "[부장]은 승인한다.", "[팀장]은 승인한다."),
        ("10분의 3을 뺀다.", "10분의 5를 뺀다.", "[10분의 3을] 뺀다.", "[10분의 5를] 뺀다."),
        ("원장과 감사", "원장, 이사와 감사", "원장[과] 감사", "원장[, 이사와] 감사"),
        ("휴가를 준다.", "휴가를 주지 아니한다.", "휴가를 [준다].", "휴가를 [주지 아니한다]."),
    ],
)
def test_words_are_marked_whole(old: str, new: str, marked_old: str, marked_new: str) -> None:
    travel = "휴가 중에는 여비를 지급하지 아니한다."
    found = compared(LEAVE.replace(travel, old), LEAVE.replace(travel, new))
    assert rows(found, "제6조") == [f"변경 | {marked_old} | {marked_new}"]


def test_an_inserted_article_moves_those_below() -> None:
    found = amended(*INSERTED)
    assert classes(found) == [
        "신설 제3조",
        "이동 제3조→제4조",
        "이동·변경 제4조→제5조",
        "이동 제5조→제6조",
        "이동 제6조→제7조",
    ]
    assert rows(found, "제5조") == [
        "변경 | [제4조](연차휴가) | [제5조](연차휴가)",
        "변경 | 연차휴가는 15일로 한다. 다만, 1년 미만 근무한 직원은 [제3조제1항]에 따라 11일로 "
        "한다. | 연차휴가는 15일로 한다. 다만, 1년 미만 근무한 직원은 [제4조제1항]에 따라 11일로 "
        "한다.",
    ]


def test_a_renumbered_reference_alone_is_a_change() -> None:
    found = amended(("직원은 제3조제1항에", "직원은 제2조제1호에"))
    assert classes(found) == ["변경 제4조"]


def test_an_article_that_vanished_and_one_that_is_struck_are_deleted() -> None:
    line = "제5조(특별휴가) 직원이 결혼하는 경우 5일의 특별휴가를 준다.\n"
    gone = compared(LEAVE, LEAVE.replace(line, "").replace("제6조(여비)", "제5조(여비)"))
    assert classes(gone) == ["삭제 제5조", "이동 제6조→제5조"]
    struck = compared(LEAVE, LEAVE.replace(line, "제5조 삭제\n"))
    assert classes(struck) == ["삭제 제5조"]
    assert rows(struck, "제5조")[1] == ("삭제 | [직원이 결혼하는 경우 5일의 특별휴가를 준다.] | -")


def test_a_struck_article_that_an_insertion_moved_is_still_the_same_one() -> None:
    new = amended_text(
        *INSERTED[:3],
        INSERTED[4],
        ("제5조(특별휴가) 직원이 결혼하는 경우 5일의 특별휴가를 준다.", "제6조 삭제"),
    )
    found = compared(LEAVE, new)
    assert "삭제 제5조→제6조" in classes(found)


def amended_text(*replacements: tuple[str, str]) -> str:
    text = LEAVE
    for before, after in replacements:
        text = text.replace(before, after)
    return text


def test_an_article_may_become_a_branch_of_another() -> None:
    found = amended(("제5조(특별휴가)", "제4조의2(특별휴가)"), ("제6조(여비)", "제5조(여비)"))
    assert classes(found) == ["이동 제5조→제4조의2", "이동 제6조→제5조"]


def test_articles_that_changed_places_are_both_moved() -> None:
    special = "직원이 결혼하는 경우 5일의 특별휴가를 준다."
    travel = "휴가 중에는 여비를 지급하지 아니한다."
    new = LEAVE.replace(f"(특별휴가) {special}", "(여비) @").replace(
        f"(여비) {travel}", f"(특별휴가) {special}"
    )
    assert classes(compared(LEAVE, new.replace("@", travel))) == [
        "이동 제6조→제5조",
        "이동 제5조→제6조",
    ]


def test_a_rewritten_article_keeps_its_number() -> None:
    found = amended(("휴가 중에는 여비를 지급하지 아니한다.", "출장과 겹치면 실비를 준다."))
    assert classes(found) == ["변경 제6조"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("특별휴가를 준다.", "특별 휴가를  준다."),
        ("업무에 지장이", "업무에\n지장이"),
        ("“직원”이란", '"직원"이란'),
        ("사용하는 용어", "사용하는\u3000용어"),
        ("15일로", "１５일로"),
    ],
)
def test_blanks_line_breaks_and_look_alike_signs_are_no_changes(before: str, after: str) -> None:
    assert classes(amended((before, after))) == []


def test_a_blank_between_figures_is_a_change() -> None:
    old = LEAVE.replace("5일의 특별휴가를 준다.", "1 2등급에 준다.")
    assert classes(compared(old, old.replace("1 2등급", "12등급"))) == ["변경 제5조"]


def test_an_inserted_subparagraph_moves_those_below() -> None:
    found = amended(
        ("2. “부장”", "2. “기간제”란 기간을 정하여 임용된 사람을 말한다.\n3. “부장”"),
        ("3. “휴가”", "4. “휴가”"),
    )
    assert rows(found, "제2조") == [
        "신설 | - | [2. “기간제”란 기간을 정하여 임용된 사람을 말한다.]",
        "이동 | 2. “부장”이란 부서를 이끄는 사람을 말한다. "
        "| 3. “부장”이란 부서를 이끄는 사람을 말한다.",
        "이동 | 3. “휴가”란 근무하지 아니하는 날을 말한다. "
        "| 4. “휴가”란 근무하지 아니하는 날을 말한다.",
    ]


def test_paragraphs_that_changed_places_are_moved() -> None:
    found = amended(
        ("② 부장은 업무에 지장이 없으면 승인하여야 한다.\n", ""),
        (
            "③ 휴가의 취소는 서면으로 한다.",
            "② 휴가의 취소는 서면으로 한다.\n③ 부장은 업무에 지장이 없으면 승인하여야 한다.",
        ),
    )
    assert rows(found, "제3조") == [
        "이동 | - | {② 휴가의 취소는 서면으로 한다.} 〔현행 제3항에서 이동〕",
        "이동 | ② 부장은 업무에 지장이 없으면 승인하여야 한다. "
        "| ③ 부장은 업무에 지장이 없으면 승인하여야 한다.",
        "이동 | {③ 휴가의 취소는 서면으로 한다.} 〔제2항으로 이동〕 | -",
    ]


def test_wording_that_went_to_another_article_is_moved() -> None:
    found = amended(
        ("\n③ 휴가의 취소는 서면으로 한다.", ""),
        ("특별휴가를 준다.", "특별휴가를 준다. 휴가의 취소는 서면으로 한다."),
    )
    assert rows(found, "제3조") == ["이동 | {③ 휴가의 취소는 서면으로 한다.} 〔제5조로 이동〕 | -"]
    assert rows(found, "제5조") == [
        "변경 | 직원이 결혼하는 경우 5일의 특별휴가를 준다. "
        "| 직원이 결혼하는 경우 5일의 특별휴가를 준다. "
        "{휴가의 취소는 서면으로 한다.} 〔현행 제3조제3항에서 이동〕"
    ]


def test_new_addenda_do_not_replace_the_old_ones() -> None:
    found = compared(LEAVE, LEAVE + "부칙 <2024. 3. 1.>\n이 규칙은 2024년 3월 1일부터 시행한다.\n")
    assert classes(found) == ["신설 부칙"]
    assert found.changes[0].new
    assert found.changes[0].new.name == "부칙 <2024. 3. 1.>"


def test_a_chapters_new_name_is_shown() -> None:
    old = LEAVE.replace("제2조(정의)", "제2장 근무\n제2조(정의)").replace(
        "제1조(목적)", "제1장 총칙\n제1조(목적)"
    )
    assert classes(compared(old, old.replace("제2장 근무", "제2장 복무"))) == ["변경 제2장"]


def test_tables_are_compared_row_by_row() -> None:
    def annexed(*lines: str) -> tuple[str, tuple[Table, ...]]:
        table = "\n".join(lines)
        text = f"{LEAVE}[별표 1] 휴가비 지급 기준\n{table}\n"
        start = text.index(table)
        cells = tuple(tuple(line.split(" | ")) for line in lines)
        return text, (Table(start, start + len(table), 1, cells),)

    old = annexed(
        "직급 | 금액",
        "직급: 1급 | 금액: 50,000",
        "직급: 2급 | 금액: 40,000",
        "직급: 3급 | 금액: 30,000",
    )
    new = annexed(
        "직급 | 금액",
        "직급: 1급 | 금액: 55,000",
        "직급: 2급 | 금액: 50,000",
        "직급: 3급 | 금액: 30,000",
        "직급: 4급 | 금액: 30,000",
    )
    found = compare(version(old[0], "1", old[1]), version(new[0], "2", new[1]))
    assert rows(found, "별표 1") == [
        "변경 | 직급: 1급 | 금액: [50,000] | 직급: 1급 | 금액: [55,000]",
        "변경 | 직급: 2급 | 금액: [40,000] | 직급: 2급 | 금액: [50,000]",
        "신설 | - | [직급: 4급 | 금액: 30,000]",
    ]


def test_changed_articles_are_those_that_an_entry_may_cite() -> None:
    found = amended(*INSERTED, ("3일 전까지", "5일 전까지"))
    assert changed_articles(found) == {"제3조", "제4조", "제5조", "제6조"}
    assert changed_articles(compared(LEAVE, LEAVE)) == frozenset()
    assert changed_articles(amended(("제6조(여비)", "제6조 삭제\n제7조(여비)"))) == {"제6조"}


def test_text_without_articles_is_compared_too() -> None:
    old = "안내문\n\n휴게실은 9시에 엽니다.\n\n주말에는 쉽니다.\n"
    found = compared(old, old.replace("9시", "10시"))
    assert changed_articles(found) == {""}
    assert [kind for kind in Kind if found.count(kind)] == [Kind.CHANGED]


def test_a_thousand_articles_take_seconds() -> None:
    dice = random.Random(7)
    words = "직원 부장 휴가 승인 신청 지급 여비 출장 심의 위원회 계약 예산 회계 감사 평가".split()
    texts = [" ".join(dice.choices(words, k=40)) + f" {at}천원을 준다." for at in range(1000)]
    old = "\n".join(["규칙", *(f"제{at + 1}조(갑) {text}" for at, text in enumerate(texts))])
    texts.insert(10, "새로 들어온 조문이다.")
    new = "\n".join(["규칙", *(f"제{at + 1}조(갑) {text}" for at, text in enumerate(texts))])
    start = time.process_time()
    found = compared(old, new)
    assert (found.count(Kind.MOVED), found.count(Kind.ADDED), found.unchanged) == (990, 1, 10)
    assert time.process_time() - start < 20  # 3 s alone; splitting and Mecab's start included
