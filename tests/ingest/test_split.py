"""Rules into articles: golden boundaries, paths and labels; offsets that always agree."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from ingest.readers.result import Reading
from ingest.split.splitting import documents_of, split
from onprem_rag.records import Document, Page, Passage
from tests.conftest import PROJECT
from tests.ingest.covering import assert_in_place
from tests.ingest.real import split_file

DEMO = PROJECT / "demo" / "regulations"
RULE = """여비규정

제정 2018. 3. 2.
개정 2025. 1. 1.

제1편 총칙

제1장 목적과 정의

제1절 목적

제1조(목적) 이 규정은 여비의 지급을 정한다.

제2절 정의

제2조(정의) "여비"란 출장에 드는 비용을 말한다.

제2장 지급

제3조(지급 기준) ① 여비는 정액으로 지급한다.
② 제1조에도 불구하고 숙박비는 실비로 지급한다.

제3조의2(공동숙박 및 무료숙박(친척의 집을 포함한다)) 공동으로 숙박한 때에는 2만원을 지급한다.

제4조 삭제 <2022. 1. 1.>

제5조(정산) 출장자는 다음 사항을
제3조에 따라 정산하여야 하며, 그 기한은
제2조(정의)에 따른 여비와 같다.
제3조 및 제4조의 규정은 준용하지 아니한다.
제3조제1항은 따로 정한다.

제6조
(증거서류) 영수증을 첨부하여야 한다.

제7조 여비는 원화로 지급한다.

부칙 <2018. 3. 2.>

제1조(시행일) 이 규정은 2018년 3월 2일부터 시행한다.

제2조(경과조치) 종전의 여비는 종전의 규정에 따른다.

부칙 <2025. 1. 1.>

이 규정은 2025년 1월 1일부터 시행한다.

[별표 1] 국내여비 정액표(제3조 관련)

일비: 25,000

[별표 2의2] <개정 2023. 7. 1.>
국외여비 정액표

[별지 제1호서식] 출장신청서

제1조(계약) 서식 안의 조문은 조문이 아니다.
"""


def documents(text: str, name: str = "여비규정.txt", **known: object) -> list[Document]:
    return documents_of(Path(name), "txt", "0" * 64, Reading(text, **known))  # type: ignore[arg-type]


def passages(text: str) -> list[Passage]:
    (document,) = documents(text)
    found = split(document)
    assert all(p.text == document.text[p.start : p.end] for p in found)
    return found


def test_a_rule_into_articles_addenda_and_annexes() -> None:
    first = "제1편 총칙", "제1장 목적과 정의"
    second = "제1편 총칙", "제2장 지급"
    assert [(p.article, p.title, p.path) for p in passages(RULE)] == [
        ("제1조", "목적", (*first, "제1절 목적", "제1조(목적)")),
        ("제2조", "정의", (*first, "제2절 정의", "제2조(정의)")),
        ("제3조", "지급 기준", (*second, "제3조(지급 기준)")),
        (
            "제3조의2",
            "공동숙박 및 무료숙박(친척의 집을 포함한다)",
            (*second, "제3조의2(공동숙박 및 무료숙박(친척의 집을 포함한다))"),
        ),
        ("제4조", "삭제", (*second, "제4조(삭제)")),
        ("제5조", "정산", (*second, "제5조(정산)")),
        ("제6조", "증거서류", (*second, "제6조(증거서류)")),
        ("제7조", "", (*second, "제7조")),
        ("부칙 제1조", "시행일", ("부칙 <2018. 3. 2.>", "제1조(시행일)")),
        ("부칙 제2조", "경과조치", ("부칙 <2018. 3. 2.>", "제2조(경과조치)")),
        ("부칙", "", ("부칙 <2025. 1. 1.>",)),
        ("별표 1", "국내여비 정액표(제3조 관련)", ("별표 1(국내여비 정액표(제3조 관련))",)),
        ("별표 2의2", "국외여비 정액표", ("별표 2의2(국외여비 정액표)",)),
        ("별지 제1호서식", "출장신청서", ("별지 제1호서식(출장신청서)",)),
    ]


def test_an_article_has_its_own_text_only() -> None:
    by_article = {p.article: p.text for p in passages(RULE)}
    assert by_article["제3조"] == (
        "제3조(지급 기준) ① 여비는 정액으로 지급한다.\n"
        "② 제1조에도 불구하고 숙박비는 실비로 지급한다."
    )
    assert by_article["제4조"] == "제4조 삭제"
    assert by_article["제7조"] == "제7조 여비는 원화로 지급한다."
    assert by_article["부칙"].endswith("이 규정은 2025년 1월 1일부터 시행한다.")
    assert by_article["별지 제1호서식"].endswith("서식 안의 조문은 조문이 아니다.")


@pytest.mark.parametrize(
    "line",
    [
        "제5조에 따라 여비를 지급한다.",
        "제5조(정의)에 따른 여비를 말한다.",
        "제5조(정의)의 여비를 말한다.",
        "제5조의 규정에 따른다.",
        "제5조제1항에 따른다.",
        "제5조 제2항 각 호에 따른다.",
        "제5조 및 제6조는 준용한다.",
        "제5조, 제6조에 따른다.",
        "제5조부터 제7조까지의 규정에 따른다.",
        "제5조를 준용한다.",
    ],
)
def test_a_reference_at_the_start_of_a_line_is_no_heading(line: str) -> None:
    text = f"제4조(지급) 여비는 다음과 같이 지급하되,\n{line}\n제9조(정산) 여비를 정산한다.\n"
    found = passages(f"제1조(목적) 여비를 정한다.\n{text}")
    assert [p.article for p in found] == ["제1조", "제4조", "제9조"]
    assert found[1].text.endswith(line)


def test_headings_with_odd_blanks_and_brackets() -> None:
    text = "제 1 조 (목적) 가.\n제2조【정의】 나.\n제 2 조의 2 [적용] 다.\n  제3조（범위） 라.\n"
    assert [(p.article, p.title) for p in passages(text)] == [
        ("제1조", "목적"),
        ("제2조", "정의"),
        ("제2조의2", "적용"),
        ("제3조", "범위"),
    ]


def test_a_long_article_is_split_by_paragraph_and_keeps_its_labels() -> None:
    filler = "직원은 출장에 관한 사항을 미리 신청하고 부서장의 승인을 받아야 한다. " * 8
    text = (
        f"제1조(목적) 짧다.\n제2조(출장) ① {filler.strip()}\n② {filler.strip()}\n"
        f"  1. ③에 따른 서류\n③ {filler.strip()}\n제3조(끝) 짧다.\n"
    )
    found = passages(text)
    assert [(p.article, p.paragraph) for p in found] == [
        ("제1조", None),
        ("제2조", "①"),
        ("제2조", "②"),
        ("제2조", "③"),
        ("제3조", None),
    ]
    assert found[1].text.startswith("제2조(출장) ① 직원은")
    assert found[2].text.startswith("② 직원은")
    assert found[2].text.endswith("1. ③에 따른 서류")
    assert found[3].text.startswith("③ 직원은")
    assert len({p.path for p in found[1:4]}) == 1


def test_a_long_article_without_paragraphs_is_split_at_sentence_ends() -> None:
    sentence = "직원은 출장에 관한 사항을 미리 신청하고 부서장의 승인을 받아야 한다."
    found = passages(f"제1조(목적) {' '.join([sentence] * 60)}\n제2조(끝) 짧다.\n")
    pieces = [p for p in found if p.article == "제1조"]
    assert len(pieces) > 2
    assert all(len(p.text) <= 800 for p in pieces)
    assert all(p.text.endswith("받아야 한다.") for p in pieces)
    assert "".join("".join(p.text.split()) for p in pieces) == "제1조(목적)" + "".join(
        (sentence * 60).split()
    )


def test_one_sentence_beyond_the_limit_is_cut_between_its_words() -> None:
    words = " ".join(f"항목{number}" for number in range(600))
    for tail in ("이다. 짧다.", "", "이다."):
        pieces = [
            p
            for p in passages(f"제1조(목적) 짧다. {words}{tail}\n제2조(끝) 짧다.\n")
            if p.article == "제1조"
        ]
        assert all(len(p.text) <= 810 for p in pieces)
        assert " ".join(p.text for p in pieces) == f"제1조(목적) 짧다. {words}{tail}"


def test_short_articles_are_never_merged() -> None:
    text = "".join(f"제{number}조(가) 나.\n" for number in range(1, 31))
    assert [p.article for p in passages(text)] == [f"제{number}조" for number in range(1, 31)]


def test_the_numbers_of_another_law_start_no_article() -> None:
    text = (
        "제1조(목적) 가.\n제2조(준용) 다음 법을 준용한다.\n제51조(벌칙) 다른 법의 조문이다.\n"
        "제3조(정의) 다.\n제4조(범위) 라.\n"
    )
    assert [p.article for p in passages(text)] == ["제1조", "제2조", "제3조", "제4조"]


BOOK = "규정집\n\n차례\n\n인사규정 1\n보수규정 9\n\n" + "\n".join(
    f"{name}\n\n제정 2020. 1. {day}.\n\n제1조(목적) 이 규정은 {name}에 필요한 사항을 정한다.\n"
    f"제2조(적용범위) 이 규정은 모든 직원에게 적용한다.\n\n부칙\n\n제1조(시행일) 공포한 날.\n"
    for day, name in enumerate(
        ["인사규정", "보수규정", "여비규칙", "보안지침", "복무세칙"], start=1
    )
)


def test_a_rule_book_is_one_document_a_rule() -> None:
    found = documents(BOOK, "규정집.txt")
    assert [(d.title, d.kind) for d in found] == [
        ("인사규정", "규정"),
        ("보수규정", "규정"),
        ("여비규칙", "규칙"),
        ("보안지침", "지침"),
        ("복무세칙", "세칙"),
    ]
    for document in found:
        assert document.text.startswith(document.title)
        assert [p.article for p in split(document)] == ["제1조", "제2조", "부칙 제1조"]
        assert f"이 규정은 {document.title}에" in split(document)[0].text


def test_the_pages_of_a_rule_book_go_to_its_rules() -> None:
    third = BOOK.index("여비규칙\n")
    pages = (Page(1, 0, third), Page(2, third, len(BOOK)))
    found = documents(BOOK, "규정집.pdf", pages=pages)
    assert [[page.number for page in d.pages] for d in found] == [[1], [1], [2], [2], [2]]
    assert [split(d)[0].page for d in found] == [1, 1, 2, 2, 2]


def rule_named(name: str) -> str:
    return (
        f"{name}\n\n제1조(목적) 이 규정은 {name}에 필요한 사항을 정한다.\n"
        "제2조(적용범위) 모든 직원에게 적용한다.\n\n부칙\n\n제1조(시행일) 공포한 날.\n\n"
    )


def test_a_book_lists_the_rules_that_it_no_longer_holds() -> None:
    names = ["인사규정", "보수규정", "여비규칙", "보안지침", "복무세칙"]
    contents = "".join(f"{name}\t1-1-{at}\n" for at, name in enumerate(names, start=1))
    rules = "".join(rule_named(name) for name in names)
    text = (
        f"규정집\n차례\n{contents}당직규정【폐지】\t1-1-6\n{rules}당직규정\n"
        "2016년 1월 1일자 폐지 → 복무세칙에 통합\n"
    )
    *_, last, repealed = documents(text, "규정집.txt")
    assert (repealed.title, repealed.kind) == ("당직규정【폐지】", "규정")
    assert "2016년 1월 1일자 폐지" in repealed.text
    assert last.text.rstrip().endswith("공포한 날.")


def test_a_long_history_stands_between_a_title_and_its_rule() -> None:
    history = "".join(f"개정 {year}. 1. 1.\n" for year in range(1990, 2025))
    rule = rule_named("복무 규칙").replace("\n\n", f"\n{history}", 1)
    assert [d.title for d in documents(rule_named("여비규정") + rule)] == ["여비규정", "복무 규칙"]


def test_two_named_rules_in_one_file_are_two_documents() -> None:
    text = "한빛진흥원\n\n" + rule_named("여비규정") + rule_named("복무 규칙")
    found = documents(text, "모음.txt")
    assert [(d.title, d.kind) for d in found] == [("여비규정", "규정"), ("복무 규칙", "규칙")]
    assert "".join(d.text for d in found) == text
    for document in found:
        assert [p.article for p in split(document)] == ["제1조", "제2조", "부칙 제1조"]


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(rule_named("근로계약서"), id="a contract"),
        pytest.param(rule_named("여 비 규 정"), id="the same rule again"),
        pytest.param("[별지 제1호서식]\n\n" + rule_named("표준 운영규정"), id="a form"),
    ],
)
def test_a_rule_with_articles_in_its_forms_is_one_document(second: str) -> None:
    assert [d.title for d in documents(rule_named("여비규정") + second)] == ["여비규정"]


def test_other_documents_are_split_by_paragraph_with_their_headings() -> None:
    text = (
        "업무 추진계획\n\n1. 추진 배경\n\n품질을 높일 필요가 있다.\n이에 따라 추진한다.\n\n"
        "2. 추진 일정\n\n3월부터 6월까지 추진한다.\n"
    )
    assert [(p.article, p.text) for p in passages(text)] == [
        (
            None,
            "업무 추진계획\n\n1. 추진 배경\n\n품질을 높일 필요가 있다.\n이에 따라 추진한다.",
        ),
        (None, "2. 추진 일정\n\n3월부터 6월까지 추진한다."),
    ]


def test_a_rule_of_one_article_has_its_addenda_and_annexes() -> None:
    text = (
        "단일 지침\n\n제1조(목적) 금액은 별표 1과 같다.\n\n부칙\n"
        "이 지침은 2024. 1. 1.부터 시행한다.\n\n"
        "[별표 1] 금액표\n금액 1원\n"
    )
    (document,) = documents(text)
    assert [p.article for p in split(document)] == ["제1조", "부칙", "별표 1"]
    assert document.effective == "2024-01-01"
    (reference,) = document.references
    assert (reference.place, reference.target is not None) == ("별표 1", True)


def test_a_table_is_split_by_row() -> None:
    (document,) = documents("부서: 가 | 업무: 나\n부서: 다 | 업무: 라\n", "업무분장.csv", rows=True)
    assert [p.text for p in split(document, rows=True)] == [
        "부서: 가 | 업무: 나",
        "부서: 다 | 업무: 라",
    ]


@pytest.mark.parametrize(
    ("name", "text", "title", "kind"),
    [
        ("a.txt", "출 장 규 칙\n\n제1조(목적) 가.\n제2조(정의) 나.\n", "출장규칙", "규칙"),
        ("3_06_출장규칙(240214).pdf", "제1조(목적) 가.\n제2조(정의) 나.\n", "출장규칙", "규칙"),
        ("a.txt", "개인정보 보호법 시행령\n제1조(목적) 가.\n", "개인정보 보호법 시행령", "시행령"),
        ("a.txt", "<개정 2020. 1. 1.>\n3—1—8～ 인사규정\n제1조(목적) 가.\n", "인사규정", "규정"),
        ("a.md", "소관부처: 총무팀\n여비 규정\n제1조(목적) 가.\n", "여비 규정", "규정"),
        (unicodedata.normalize("NFD", "출장규칙(240214).txt"), "가.\n", "출장규칙", "규칙"),
        ("추진계획.txt", "안녕하십니까. 계획입니다.\n", "추진계획", "문서"),
    ],
)
def test_title_and_kind(name: str, text: str, title: str, kind: str) -> None:
    (document,) = documents(text, name)
    assert (document.title, document.kind) == (title, kind)


@pytest.mark.parametrize("path", sorted(DEMO.iterdir()), ids=lambda path: path.name)
def test_every_demo_passage_is_where_it_says(path: Path) -> None:
    for document, found in split_file(path):
        assert found
        assert_in_place(document, found)


@pytest.mark.parametrize(
    ("name", "articles"),
    [
        ("취업규칙.txt", 55),
        ("여비규정.docx", 32),
        ("회계규정.pdf", 38),
        ("휴직 및 복직 관리기준.hwpx", 27),
    ],
)
def test_the_demo_articles_are_those_of_its_sources(name: str, articles: int) -> None:
    ((document, found),) = split_file(DEMO / name)
    source = (PROJECT / "demo" / "sources" / f"{document.title}.txt").read_text(encoding="utf-8")
    headings = [line.split("(")[0].split()[0] for line in source.split("\n") if line[:1] == "제"]
    addenda = source.count("\n부칙")
    expected = [line for line in headings if line.endswith("조") or "조의" in line]
    numbered = [p.article for p in found if p.article and p.article.startswith("제")]
    assert len(dict.fromkeys(numbered)) == articles
    assert list(dict.fromkeys(numbered)) == list(dict.fromkeys(expected))[: len(set(numbered))]
    assert sum(p.article == "부칙 제1조" for p in found) == addenda
    annexes = {p.article for p in found if p.article and p.article.startswith("별표")}
    assert annexes == {
        f"별표 {line[4:].split(']')[0].strip()}"
        for line in source.split("\n")
        if line.startswith("[별표")
    }
