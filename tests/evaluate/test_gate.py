"""The gate: rankings made by hand, and a real search that was made worse."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onprem_rag.chatbot import Chatbot
from onprem_rag.evaluate.gate import Articles, Judgement, among, judge
from onprem_rag.evaluate.retrieval import DEPTH, GoldQuestion, key_of, read_questions
from onprem_rag.evaluate.verdict import SHOWN, judgement_text
from onprem_rag.records import Hit, Passage
from tests.conftest import PROJECT

RULE = "여비규정"
RANKS = list[int | None]


def question(number: int) -> GoldQuestion:
    return GoldQuestion(f"질문 {number}", frozenset({key_of(RULE, f"제{number}조")}))


def search(ranks: RANKS) -> Callable[[str, int], list[Hit]]:
    """Finds the article of ``질문 n`` at the n-th of ``ranks``, behind articles of another rule."""

    def found(text: str, count: int) -> list[Hit]:
        assert count == DEPTH
        rank = ranks[int(text.split()[1]) - 1]
        names = [("취업규칙", f"제{at}조") for at in range(1, 8)]
        if rank:
            names.insert(rank - 1, (RULE, f"제{text.split()[1]}조"))
        return [Hit(Passage(rule, (), a, None, "", "글", 0, 1), 0.5, ()) for rule, a in names]

    return found


def text_of(judgement: Judgement, command: str = "'ingest add 경로 --force'") -> str:
    return judgement_text(judgement, command)


def judged(before: RANKS, after: RANKS, margin: float = 0.01, **others: object) -> Judgement:
    questions = [question(number) for number in range(1, len(before) + 1)]
    return judge(questions, search(before), search(after), margin, **others)  # type: ignore[arg-type]


def only(*numbers: int) -> Callable[[tuple[str, str]], bool]:
    return {key_of(RULE, f"제{number}조") for number in numbers}.__contains__


def without(*numbers: int) -> Callable[[tuple[str, str]], bool]:
    return lambda key: not only(*numbers)(key)


def test_figures_of_both_and_the_questions_that_fell_worst_first() -> None:
    judgement = judged([1, 2, 1, 4], [1, 3, None, 2])
    assert (judgement.before.hit, judgement.after.hit) == (3 / 4, 2 / 4)
    assert judgement.before.mrr == pytest.approx((1 + 1 / 2 + 1 + 1 / 4) / 4)
    assert judgement.after.mrr == pytest.approx((1 + 1 / 3 + 0 + 1 / 2) / 4)
    assert [(q.text, q.before, q.after) for q in judgement.fallen] == [
        ("질문 3", 1, None),
        ("질문 2", 2, 3),
    ]
    assert judgement.fallen[0].gold == ((RULE, "제3조"),)
    assert judgement.risen == 1
    assert not judgement.passed


@pytest.mark.parametrize(
    ("before", "after", "margin", "passed"),
    [
        ([1] * 10, [1] * 10, 0.0, True),
        ([1] * 10, [1] * 9 + [2], 0.05, True),  # MRR falls by exactly the margin
        ([1] * 10, [1] * 9 + [2], 0.049, False),
        ([1] * 10, [1] * 9 + [None], 0.1, True),
        ([1] * 10, [1] * 9 + [None], 0.09, False),
        ([2] * 10, [3] * 10, 0.2, False),  # MRR by 0.17, hit@2 by 1
        ([1] * 10, [2] * 10, 0.2, False),  # hit@2 by nothing, MRR by 0.5
        ([3] * 10, [1] * 10, 0.0, True),
    ],
)
def test_neither_figure_may_fall_by_more_than_the_margin(
    before: RANKS, after: RANKS, margin: float, passed: bool
) -> None:
    assert judged(before, after, margin).passed is passed


def test_the_number_of_passages_is_the_configured_one() -> None:
    assert not judged([2] * 4, [4] * 4, 0.3).passed
    assert judged([2] * 4, [4] * 4, 0.3, passages=4).passed


def test_a_deleted_article_is_told_apart_and_does_not_count() -> None:
    articles = Articles(exists=without(6), deleted=only(6))
    judgement = judged([1] * 6, [1] * 5 + [None], articles=articles)
    assert judgement.passed
    assert [q.text for q in judgement.deleted] == ["질문 6"]
    assert (len(judgement.ranked), judgement.fallen, judgement.gone) == (5, (), ())
    text = text_of(judgement)
    assert "정답 조문이 삭제된 질문 1개: 비교하지 않았습니다." in text
    assert "  질문 6 (여비규정 제6조)" in text


def test_an_article_that_nobody_took_out_is_a_fallen_question() -> None:
    """Its file was cut short, or read badly."""
    judgement = judged([1] * 10, [1] * 9 + [None], 0.05, articles=Articles(exists=without(10)))
    assert not judgement.passed
    assert [(q.text, q.before, q.after, q.lost) for q in judgement.fallen] == [
        ("질문 10", 1, None, True)
    ]
    text = text_of(judgement)
    assert "  1위 → 조문 없음  질문 10 (여비규정 제10조)" in text
    assert "파일이 끝까지 읽혔는지 'ingest preview 파일'로 확인하세요" in text
    assert "규정 제목이 바뀐 것이면 질문 모음을 고치세요." in text
    assert "preview" not in text_of(judged([1] * 10, [1] * 9 + [None], 0.05))


def test_a_renumbered_article_is_looked_for_under_its_new_number() -> None:
    """Its old number may be another article's now."""
    moved = {
        key_of(RULE, "제3조"): key_of(RULE, "제2조"),
        key_of(RULE, "제4조"): key_of(RULE, "별표 1"),
    }
    articles = Articles(exists=without(4), renumbered=lambda key: moved.get(key, key))
    numbers = {"질문 3": 2, "질문 4": 4}

    def new(text: str, count: int) -> list[Hit]:
        return search([1, 1, 1, 1])(f"질문 {numbers.get(text, 1)}", count)

    questions = [question(number) for number in (1, 3, 4)]
    judgement = judge(questions, search([1] * 4), new, 0.0, articles=articles)
    assert [(q.text, q.after) for q in judgement.ranked] == [
        ("질문 1", 1),
        ("질문 3", 1),
        ("질문 4", None),
    ]
    assert [q.text for q in judgement.fallen] == ["질문 4"]
    text = text_of(judgement)
    assert "정답 조문의 번호가 바뀐 질문 2개: 새 번호로 견주었습니다.\n" in text
    assert "  질문 3 (여비규정 제3조가 제2조로 옮겨졌습니다 → 문항을 고치십시오)" in text
    assert "  질문 4 (여비규정 제4조가 별표1로 옮겨졌습니다 → 문항을 고치십시오)" in text


def test_of_several_gold_articles_those_left_count() -> None:
    """The deleted first one was found first; what counts is the other, before and after."""
    both = GoldQuestion("질문 2", frozenset({key_of(RULE, "제2조"), key_of("취업규칙", "제1조")}))
    live, new = search([None, 1]), search([None, None])
    for deleted, before in ((only(2), 2), (only(), 1)):
        articles = Articles(exists=without(2), deleted=deleted)
        judgement = judge([both], live, new, 0.0, articles=articles)
        assert [(q.before, q.after) for q in judgement.ranked] == [(before, 1)]


def test_many_rules_gone_at_once_stop_it_all_the_same() -> None:
    """An empty folder synchronised by mistake leaves nothing to compare."""
    nothing = Articles(exists=lambda key: False, withdrawn=lambda key: True)
    judgement = judged([1] * 4, [None] * 4, articles=nothing)
    assert not judgement.passed
    assert "4개의 정답 규정이 한꺼번에 빠졌습니다.\n→ 빠진 파일이" in text_of(judgement)
    assert "제목이 바뀐 것이면 질문 모음을 고치고" in text_of(judgement)
    assert judged([1] * 4, [None] * 4, articles=nothing, most_gone=1.0).passed, "it was asked for"
    two, three = (
        Articles(exists=without(*numbers), withdrawn=only(*numbers))
        for numbers in ((1, 2), (1, 2, 3))
    )
    assert judged([1] * 10, [1] * 10, articles=two).passed
    assert not judged([1] * 10, [1] * 10, articles=three).passed
    assert "정답 규정이 빠진 질문 2개" in text_of(judged([1] * 10, [1] * 10, articles=two))


def test_articles_that_neither_has_and_questions_without_any() -> None:
    nobody = without(2)
    judgement = judged([1, None], [1, None], articles=Articles(nobody, nobody))
    assert judgement.passed
    assert [q.text for q in judgement.unknown] == ["질문 2"]
    assert "라이브러리에 없는 질문 1개" in text_of(judgement)
    empty = judge([GoldQuestion("질문 1", frozenset())], search([1]), search([None]), 0.0)
    assert (empty.passed, empty.ranked, empty.gone, empty.unknown) == (True, (), (), ())
    assert "질문으로 검사하지 못했습니다" in text_of(empty)


def test_new_articles_do_not_make_up_for_lost_ones() -> None:
    judgement = judged([None, None, 1], [1, 1, None], articles=Articles(existed=without(1, 2)))
    assert judgement.fresh == 2
    assert not judgement.passed
    assert "정답 조문이 새로 생긴 질문 2개" in text_of(judgement)


def test_what_is_in_force_by_article_and_by_document() -> None:
    exists = among([("여비 규정", "제1조"), ("업무분장", None)])
    assert exists(key_of(RULE, "제1조"))
    assert exists(key_of(RULE, None)), "gold without an article stands for the document"
    assert exists(key_of("업무분장", None))
    assert not exists(key_of(RULE, "제2조"))
    assert not exists(key_of("취업규칙", None))


def test_what_an_admin_reads() -> None:
    text = text_of(judged([1, 2], [1, None]))
    assert text.splitlines() == [
        "새 색인을 켜지 않습니다: 질문 모음의 결과가 0.01보다 더 나빠졌습니다.",
        "→ 아래 질문을 확인하세요. 그래도 켜려면 'ingest add 경로 --force' 명령을 실행하세요.",
        "  비교한 질문 2개: 내려간 것 1개, 올라간 것 0개",
        "           지금   새 색인    차이",
        "  hit@2   1.000   0.500   -0.500",
        "  MRR     0.750   0.500   -0.250",
        "순위가 내려간 질문",
        "  2위 → 없음  질문 2 (여비규정 제2조)",
    ]
    many = text_of(judged([1] * 30, [2] * 30))
    assert many.count("1위 → 2위") == SHOWN
    assert many.endswith(f"  … 외 {30 - SHOWN}개")
    fine = text_of(judged([2], [1]))
    assert fine.startswith("질문으로 검사했습니다: 새 색인이 지금 색인보다 나쁘지 않습니다.")


def test_what_was_switched_on_though_it_fell_is_said_to_be_on() -> None:
    gone = Articles(exists=lambda key: False, withdrawn=lambda key: True)
    for fallen in (judged([1, 2], [1, None]), judged([1] * 4, [None] * 4, articles=gone)):
        text = text_of(fallen, "")
        assert text.startswith("주의: 질문 검사에 떨어졌지만 --force로 새 색인을 켰습니다: ")
        assert "켜지 않습니다" not in text
        assert text.count("--force") == 1


def test_questions_that_fall_within_the_margin_are_a_warning() -> None:
    lost = judged([1] * 30, [1] * 29 + [None], 0.05, articles=Articles(exists=without(30)))
    assert lost.passed
    text = text_of(lost)
    assert text.startswith("주의: 질문으로 검사했습니다: 허용 범위(0.05) 안이지만")
    assert ("나쁘지 않습니다" in text, "'ingest preview 파일'" in text) == (False, True)
    slipped = text_of(judged([1, 2], [1, 3], 0.3, passages=3))
    assert (slipped.startswith("주의: "), "preview" in slipped) == (True, False)


ranks = st.lists(
    st.tuples(*[st.none() | st.integers(1, 8)] * 2), min_size=1, max_size=12
)  # before and after


@given(ranks, st.floats(0, 0.5))
def test_what_passes_is_never_worse_by_more_than_the_margin(
    pairs: list[tuple[int | None, int | None]], margin: float
) -> None:
    before, after = [b for b, _ in pairs], [a for _, a in pairs]
    judgement = judged(before, after, margin)
    for figure in ("hit", "mrr"):
        lost = getattr(judgement.before, figure) - getattr(judgement.after, figure)
        assert not (judgement.passed and lost > margin + 1e-6)
    unfallen = len(judgement.ranked) - len(judgement.fallen) - judgement.risen
    assert unfallen == sum(b == a for b, a in pairs)
    assert judged(before, before, 0.0).passed
    assert judgement == judged(before, after, margin), "the same questions, the same judgement"


def test_a_real_search_that_was_made_worse(chatbot: Chatbot) -> None:
    """Each question finds what the one before it asked for."""
    questions = read_questions(PROJECT / "demo" / "questions.jsonl")[:12]
    texts = [question.text for question in questions]
    other = dict(zip(texts, texts[-1:] + texts, strict=False))
    seen: list[tuple[int, int]] = []

    def worse(text: str, count: int) -> list[Hit]:
        return chatbot.search(other[text], count)

    def report(stage: str, done: int, total: int) -> None:
        seen.append((done, total))

    judgement = judge(questions, chatbot.search, worse, 0.01, report)
    assert not judgement.passed
    assert judgement.before.hit > judgement.after.hit
    assert len(judgement.fallen) > 6
    assert seen == [(at, 12) for at in range(1, 13)]
    assert judge(questions, chatbot.search, chatbot.search, 0.0).passed
