"""Retrieval figures on a ranking made by hand, and question files that are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from onprem_rag.errors import ConfigError
from onprem_rag.evaluate.retrieval import (
    CUTS,
    DEPTH,
    GoldQuestion,
    articles_of,
    evaluate,
    key_of,
    read_questions,
)
from onprem_rag.records import Hit, Passage

TRAVEL, LEAVE = "여비규정", "취업 규칙"


def hit(document: str, article: str | None, paragraph: str | None = None) -> Hit:
    return Hit(Passage(document, (), article, paragraph, "", "글", 0, 1), 0.5, ())


RANKINGS = {
    # the gold article is second; the first article's two paragraphs count once
    "일비": [hit(TRAVEL, "제9조", "①"), hit(TRAVEL, "제9조", "②"), hit(TRAVEL, "제12조")],
    # one of two gold articles first, the other sixth
    "휴가": [
        hit(LEAVE, "제24조"),
        *(hit(LEAVE, f"제{n}조") for n in range(1, 5)),
        hit(LEAVE, "제25조"),
    ],
    # not found
    "정년": [hit(TRAVEL, "제1조"), hit(TRAVEL, "제2조")],
    # gold without an article: any passage of the document counts
    "업무분장": [hit(TRAVEL, "제1조"), hit(TRAVEL, "제2조"), hit("업무 분장", None)],
    # not answered by the rules: counts for the latency alone
    "우주": [hit(TRAVEL, "제1조")],
}
QUESTIONS = [
    GoldQuestion("일비", frozenset({key_of(TRAVEL, "제12조")})),
    GoldQuestion("휴가", frozenset({key_of(LEAVE, "제24조"), key_of(LEAVE, "제25조")})),
    GoldQuestion("정년", frozenset({key_of(LEAVE, "제36조")})),
    GoldQuestion("업무분장", frozenset({key_of("업무분장", None)})),
    GoldQuestion("우주", frozenset()),
]


def test_the_figures_of_a_ranking_made_by_hand() -> None:
    asked: list[tuple[str, int]] = []

    def search(question: str, count: int) -> list[Hit]:
        asked.append((question, count))
        return RANKINGS[question]

    figures = evaluate(QUESTIONS, search)
    assert asked == [(question, DEPTH) for question in RANKINGS]
    assert CUTS == (1, 2, 5, 10)
    assert (figures.questions, figures.unanswerable) == (5, 1)
    #                              일비   휴가   정년   업무분장
    assert figures.hit == (
        (0 + 1 + 0 + 0) / 4,
        (1 + 1 + 0 + 0) / 4,
        (1 + 1 + 0 + 1) / 4,
        (1 + 1 + 0 + 1) / 4,
    )
    assert figures.recall == (
        (0 + 0.5 + 0 + 0) / 4,
        (1 + 0.5 + 0 + 0) / 4,
        (1 + 0.5 + 0 + 1) / 4,
        (1 + 1.0 + 0 + 1) / 4,
    )
    assert figures.mrr == pytest.approx((1 / 2 + 1 / 1 + 0 + 1 / 3) / 4)
    assert 0 <= figures.p50_ms <= figures.p95_ms


def test_no_question_with_an_answer_gives_zeros() -> None:
    figures = evaluate([QUESTIONS[-1]], lambda question, count: RANKINGS[question])
    assert (figures.questions, figures.unanswerable) == (1, 1)
    assert figures.hit == figures.recall == (0.0, 0.0, 0.0, 0.0)
    assert figures.mrr == 0.0


def test_articles_are_compared_without_blanks_and_look_alikes() -> None:
    assert key_of("취업 규칙", "별표 1") == key_of("취업규칙", "별표1")
    assert key_of("산업ㆍ안전 규정", "제１조") == key_of("산업·안전규정", "제1조")
    assert articles_of([hit(LEAVE, "제1조"), hit("취업규칙", "제1조", "②"), hit(LEAVE, None)]) == [
        ("취업규칙", "제1조"),
        ("취업규칙", ""),
    ]


def test_questions_in_both_forms(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text(
        '{"question": "일비는?", "document": "여비규정", "article": "제12조"}\n'
        "\n"
        '{"question": "휴가는?", "gold": [["취업규칙", "제24조"], ["취업규칙", "제25조"]]}\n'
        '{"question": "업무는?", "document": "업무분장"}\n'
        '{"question": "우주는?", "gold": []}\n',
        encoding="utf-8-sig",
    )
    assert read_questions(path) == [
        GoldQuestion("일비는?", frozenset({("여비규정", "제12조")})),
        GoldQuestion("휴가는?", frozenset({("취업규칙", "제24조"), ("취업규칙", "제25조")})),
        GoldQuestion("업무는?", frozenset({("업무분장", "")})),
        GoldQuestion("우주는?", frozenset()),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "{broken",
        "[]",
        '"일비는?"',
        "7",
        '{"question": "일비는?"}',
        '{"document": "여비규정", "article": "제12조"}',
        '{"question": "일비는?", "gold": ["여비규정"]}',
        '{"question": "일비는?", "gold": [["여비규정", 12]]}',
        '{"question": "일비는?", "document": 7}',
        '{"question": "일비는?", "gold": null}',
        '{"question": "일비는?", "gold": [{"document": "여비규정", "article": "제12조"}]}',
    ],
)
def test_a_bad_line_is_named_with_its_file_and_number(line: str, tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    good = '{"question": "일비는?", "document": "여비규정", "article": "제12조"}'
    path.write_text(f"{good}\n\n{line}\n{good}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_questions(path)
    assert str(caught.value).startswith(f"{path} 3번째 줄이 잘못되었습니다(")
    assert '\n→ {"question": …' in str(caught.value)


def test_a_file_that_is_missing_empty_or_no_text(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    with pytest.raises(ConfigError, match=r"질문 파일을 읽을 수 없습니다: .*\n→ "):
        read_questions(path)
    path.write_bytes(b"\n \n")
    with pytest.raises(ConfigError, match=r"질문이 없습니다: .*\n→ "):
        read_questions(path)
    path.write_bytes("{}".encode("utf-16"))
    with pytest.raises(ConfigError, match=r"질문 파일을 읽을 수 없습니다: .*\n→ "):
        read_questions(path)
