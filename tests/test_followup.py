"""Questions that lean on the conversation: which do, and what they become."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onprem_rag.chatbot import Chatbot
from onprem_rag.errors import ConfigError, ModelError
from onprem_rag.followup import MOST_EARLIER, followed, understood
from onprem_rag.korean.roles import words
from onprem_rag.korean.text import letters
from onprem_rag.records import Exchange

CONVERSATIONS = Path(__file__).parent / "data" / "followups.jsonl"
LEAVE = Exchange(
    "육아휴직은 몇 년까지 되나요?",
    "육아휴직의 기간은 자녀 1명당 2년 이내로 한다. [1]",
    ("휴직 및 복직 관리기준 제7조",),
)
SICK = Exchange(
    "병가는 며칠까지 쓸 수 있나요?", "연간 60일의 범위에서 병가를 줄 수 있다. [1]", ("취업규칙",)
)
BEREAVED = Exchange(
    "부모님이 돌아가시면 경조휴가는 며칠인가요?", "별표 1에 따른 경조휴가를 준다. [1]"
)
LOST = Exchange("법인카드를 분실하면 어떻게 하나요?", "즉시 카드사에 신고하여야 한다. [1]")

LIST = Exchange("입사지원자 명부는 얼마나 보관하나요?", "채용 종료 후 180일 [1]")


@dataclass(frozen=True)
class Conversation:
    """One line of the labelled set."""

    question: str
    earlier: tuple[Exchange, ...]
    leans: bool
    must: tuple[str, ...]
    must_not: tuple[str, ...]
    document: str
    articles: frozenset[str]

    def understood(self) -> str:
        return understood(self.question, self.earlier, no_model)

    def right(self) -> bool:
        """Whether it is taken to lean as it should be, and has the words that it should have."""
        meant = self.understood()
        said = letters(meant)
        return (
            (meant != self.question) == self.leans
            and all(letters(word) in said for word in self.must)
            and not any(letters(word) in said for word in self.must_not)
        )


def conversations(half: str) -> list[Conversation]:
    """The even lines, on which the rules were tuned, or the odd ones, which were held out."""
    lines = CONVERSATIONS.read_text(encoding="utf-8").splitlines()
    return [
        Conversation(
            one["question"],
            tuple(Exchange(e["question"], e["answer"], tuple(e["cited"])) for e in one["earlier"]),
            one["leans"],
            tuple(one["must"]),
            tuple(one["must_not"]),
            one.get("document", ""),
            frozenset(one.get("articles", ())),
        )
        for one in map(json.loads, lines["even odd".split().index(half) :: 2])
    ]


def no_model(prompt: str, values: Mapping[str, str]) -> str | None:
    return None


class Model:
    """A language model that has one answer, and remembers what it was asked."""

    def __init__(self, answer: str) -> None:
        self.answer = answer
        self.asked: list[tuple[str, Mapping[str, str]]] = []

    def __call__(self, prompt: str, values: Mapping[str, str]) -> str | None:
        self.asked.append((prompt, values))
        return self.answer


@pytest.mark.parametrize(("half", "least"), [("even", 58), ("odd", 56)])
def test_labelled_conversations(half: str, least: int) -> None:
    found = conversations(half)
    assert len(found) == 60
    assert sum(one.leans for one in found) == 30
    wrong = [(one.question, one.understood()) for one in found if not one.right()]
    assert len(found) - len(wrong) >= least, wrong


@pytest.mark.parametrize("half", ["even", "odd"])
def test_what_is_understood_finds_the_article_that_the_bare_question_misses(
    half: str, chatbot: Chatbot
) -> None:
    leaning = [one for one in conversations(half) if one.leans]

    def finds(question: str, one: Conversation) -> bool:
        passages = [hit.passage for hit in chatbot.search(question, 2)]
        return any(p.document == one.document and p.article in one.articles for p in passages)

    bare = sum(finds(one.question, one) for one in leaning)
    full = sum(finds(one.understood(), one) for one in leaning)
    assert full >= 27
    assert full >= bare + 6


@pytest.mark.parametrize("before", [LEAVE, SICK, LOST])
@pytest.mark.parametrize(
    "name",
    ["staff_questions.jsonl", "staff_questions_dev.jsonl", "university_questions_dev.jsonl"],
)
def test_questions_that_were_asked_alone_stay_as_they_are(name: str, before: Exchange) -> None:
    lines = (CONVERSATIONS.parent / name).read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines]
    assert [q for q in questions if understood(q, [before], no_model) != q] == []


@pytest.mark.parametrize(
    ("before", "question", "full"),
    [
        (LEAVE, "그럼 급여는 얼마야?", "육아휴직 급여는 얼마야?"),
        (LEAVE, "그럼급여는 얼마야?", "육아휴직 급여는 얼마야?"),
        (LEAVE, "언제 신청해?", "육아휴직 언제 신청해?"),
        (LEAVE, "그건 언제까지 내?", "육아휴직은 언제까지 내?"),
        (LEAVE, "그게 뭐야?", "육아휴직이 뭐야?"),
        (LEAVE, "이 경우 급여는 나오나요?", "육아휴직 급여는 나오나요?"),
        (LEAVE, "거기 예외는 없어?", "육아휴직 예외는 없어?"),
        (LEAVE, "그 휴직은 무급이에요?", "육아휴직은 무급이에요?"),
        (LEAVE, "왜?", "육아휴직은 몇 년까지 되나요? 왜?"),
        (LEAVE, "더 자세히", "육아휴직은 몇 년까지 되나요? 더 자세히"),
        (LEAVE, "질병휴직은요?", "질병휴직은 몇 년까지 되나요?"),
        (LEAVE, "계약직도 되나요?", "육아휴직 계약직도 되나요?"),
        (LEAVE, "3항은?", "휴직 및 복직 관리기준 제7조 3항은?"),
        (LEAVE, "제8조는?", "휴직 및 복직 관리기준 제8조는?"),
        (LEAVE, "그 조 3항은?", "휴직 및 복직 관리기준 제7조 3항은?"),
        (LEAVE, "그 규정 시행일은 언제야?", "휴직 및 복직 관리기준 시행일은 언제야?"),
        (LEAVE, "부칙은?", "휴직 및 복직 관리기준 부칙은?"),
        (SICK, "제25조는?", "취업규칙 제25조는?"),
        (SICK, "1년 미만이면?", "1년 미만이면 병가는 며칠까지 쓸 수 있나요?"),
        (SICK, "그럼 30일 넘으면 보수는 어떻게 돼?", "병가 30일 넘으면 보수는 어떻게 돼?"),
        (SICK, "업무상 다친 경우에는요?", "업무상 다친 경우 병가는 며칠까지 쓸 수 있나요?"),
        (BEREAVED, "배우자는요?", "배우자가 돌아가시면 경조휴가는 며칠인가요?"),
        (LOST, "신고는 언제까지 해?", "법인카드를 분실하면 신고는 언제까지 해?"),
        (LIST, "교육 수강생 명부는요?", "교육 수강생 명부는 얼마나 보관하나요?"),
        (LIST, "보호기간 끝나면요?", "보호기간 끝나면 입사지원자 명부는 얼마나 보관하나요?"),
        (LOST, "훼손되면?", "법인카드 훼손되면 어떻게 하나요?"),
    ],
)
def test_what_leans_is_completed(before: Exchange, question: str, full: str) -> None:
    assert understood(question, [before], no_model) == full


@pytest.mark.parametrize(
    "question",
    [
        "연차는 며칠인가요?",
        "그럼 출장비는 며칠 안에 정산해?",
        "그럼 이전비는 언제까지 청구해야 해?",
        "여비규정 제5조는?",
        "그럼 취업규칙 제27조는 무슨 내용이야?",
        "질병휴직 중에도 보수가 나오나요?",
        "출장 중에 다치면 어떻게 되나요?",
        "소액현금 보유 한도",
        "감사합니다",
        "네",
        "?",
        "",
    ],
)
def test_what_stands_alone_is_returned_unchanged(question: str) -> None:
    for earlier in ([], [LEAVE], [SICK, BEREAVED, LOST, LEAVE] * 5):
        assert understood(question, earlier, Model("육아휴직")) == question


def test_pay_is_of_leave_and_else_a_topic() -> None:
    question = "보수는 언제 나오나요?"
    assert understood(question, [LEAVE], no_model) == "육아휴직 보수는 언제 나오나요?"
    assert understood(question, [LOST], no_model) == question


def test_a_question_about_what_the_answer_brought_up_leans() -> None:
    before = Exchange("선금은 언제 주나요?", "선금은 보증서를 받은 뒤에 지급한다. [1]")
    assert understood("보증서는 어디서 받아?", [before], no_model) == "선금 보증서는 어디서 받아?"


def test_chains_carry_the_topic_on_and_drop_it_at_a_new_one() -> None:
    earlier: list[Exchange] = [LEAVE]
    meant = []
    for question in (
        "그럼 급여는 얼마야?",
        "언제 신청해?",
        "서류는?",
        "그럼 배우자 출산휴가는 며칠이야?",
        "나눠 써도 돼?",
    ):
        meant.append(understood(question, earlier, no_model))
        earlier.append(Exchange(meant[-1], ""))
    assert meant == [
        "육아휴직 급여는 얼마야?",
        "육아휴직 급여 언제 신청해?",
        "육아휴직 서류는?",
        "그럼 배우자 출산휴가는 며칠이야?",
        "배우자 출산휴가 나눠 써도 돼?",
    ]


@pytest.mark.parametrize("before", [LEAVE, SICK, LOST])
@pytest.mark.parametrize(
    "question",
    [
        "퇴직할 때 반납해야 하는 것은?",
        "출장 갈 때 필요한 서류는?",
        "직원이 다치면 어떻게 되나요?",
        "직원이 다치면?",
        "술 마시고 출근하면?",
        "회사 물건을 잃어버리면?",
        "지각을 세 번 하면?",
        "비가 많이 오면?",
        "상품권을 사려면?",
        "수습기간은 얼마나 되나요?",
        "수습기간은 몇 개월이에요?",
        "무기계약직으로 새로 뽑히면 수습은 몇 달이에요?",
        "재택근무수습도가능한가요",
        "징계 시효는?",
    ],
)
def test_a_case_or_topic_of_its_own_is_not_glued_to_the_one_before(
    question: str, before: Exchange
) -> None:
    assert understood(question, [before], no_model) == question


@pytest.mark.parametrize(
    ("question", "full"),
    [
        ("신청할 때 제출해야 하는 것은?", "육아휴직 신청할 때 제출해야 하는 것은?"),
        ("반납해야 하는 것은?", "육아휴직 반납해야 하는 것은?"),
        ("쓸 수 없는 경우는?", "육아휴직 쓸 수 없는 경우는?"),
        ("기간은 얼마나 되나요?", "육아휴직 기간은 얼마나 되나요?"),
        ("승인 기간은 얼마나 되나요?", "육아휴직 승인 기간은 얼마나 되나요?"),
        ("수습기간에도 되나요?", "육아휴직 수습기간에도 되나요?"),
        ("계약직이 신청하면 어떻게 되나요?", "육아휴직 계약직이 신청하면 어떻게 되나요?"),
        ("계약직 급여는?", "육아휴직 계약직 급여는?"),
        ("1회 한도는?", "육아휴직 1회 한도는?"),
        ("아이가 두 명이면?", "아이가 두 명이면 육아휴직은 몇 년까지 되나요?"),
        ("진단서를 안 내면?", "진단서를 안 내면 육아휴직은 몇 년까지 되나요?"),
        ("휴직이 끝나면?", "휴직이 끝나면 육아휴직은 몇 년까지 되나요?"),
    ],
)
def test_a_case_of_the_topic_before_leans_on_it(question: str, full: str) -> None:
    assert understood(question, [LEAVE], no_model) == full


@pytest.mark.parametrize(
    "turns",
    [
        [
            ("징계는 어떻게 돼?", "징계는 어떻게 돼?"),
            ("시효는?", "징계 시효는?"),
        ],
        [
            ("병가는 며칠까지 쓸 수 있나요?", "병가는 며칠까지 쓸 수 있나요?"),
            ("진단서 필요해?", "진단서 필요해?"),
            ("연차는?", "연차는 며칠까지 쓸 수 있나요?"),
            ("그럼 급여는?", "연차 급여는?"),
            ("공가는?", "공가 급여는?"),
        ],
        [
            ("숙박비는 얼마인가요?", "숙박비는 얼마인가요?"),
            ("해외는?", "해외 숙박비는 얼마인가요?"),
            ("식비는?", "해외 식비는 얼마인가요?"),
            ("교통비도 되나요?", "해외 교통비도 되나요?"),
            ("증빙은 뭐가 필요해?", "해외 교통비 증빙은 뭐가 필요해?"),
        ],
        [
            ("숙박비는 얼마인가요?", "숙박비는 얼마인가요?"),
            ("해외는?", "해외 숙박비는 얼마인가요?"),
            ("서울은?", "서울 숙박비는 얼마인가요?"),
        ],
        [
            ("경조휴가는 며칠인가요?", "경조휴가는 며칠인가요?"),
            ("배우자 출산은요?", "배우자 출산 경조휴가는 며칠인가요?"),
            ("본인 결혼은?", "본인 결혼 경조휴가는 며칠인가요?"),
            ("조부모 사망은?", "조부모 사망 경조휴가는 며칠인가요?"),
            ("배우자는?", "배우자 사망 경조휴가는 며칠인가요?"),
        ],
    ],
    ids=lambda turns: turns[0][0],
)
def test_topics_do_not_pile_up(turns: list[tuple[str, str]]) -> None:
    earlier: list[Exchange] = []
    for question, full in turns:
        assert understood(question, earlier, no_model) == full
        earlier.append(Exchange(full, ""))


def test_what_is_asked_of_another_leave_is_what_was_asked_of_the_first() -> None:
    earlier = [SICK, Exchange("병가 진단서 필요해?", "7일을 넘으면 낸다. [1]")]
    assert understood("연차는?", earlier, no_model) == "연차는 며칠까지 쓸 수 있나요?"


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("징계는 어떻게 돼?", "징계"),
        ("징계가 뭐야?", "징계"),
        ("징계받으면 어떻게 돼?", "징계"),
        ("집에는 언제 가?", "집"),
        ("일하는 시간은?", "일"),
    ],
)
def test_a_noun_that_the_analyser_cuts_short_is_taken_whole(question: str, first: str) -> None:
    assert words(question)[0].noun == first


def test_only_the_last_exchanges_count() -> None:
    thanks = Exchange("감사합니다", "")
    assert understood("왜?", [LEAVE, *[thanks] * (MOST_EARLIER - 1)], no_model) != "왜?"
    assert understood("왜?", [LEAVE, *[thanks] * MOST_EARLIER], no_model) == "왜?"


def test_the_model_is_asked_with_the_conversation_and_its_words_are_taken() -> None:
    model = Model("고친 질문: “육아휴직 급여는 얼마인가요?”\n")
    meant = understood("그럼 급여는 얼마야?", [SICK, LEAVE], model)
    assert meant == "육아휴직 급여는 얼마인가요?"
    [(prompt, values)] = model.asked
    assert prompt == "followup"
    assert values["question"] == "그럼 급여는 얼마야?"
    assert values["conversation"] == (
        "질문: 병가는 며칠까지 쓸 수 있나요?\n답변: 연간 60일의 범위에서 병가를 줄 수 있다. [1]\n"
        "질문: 육아휴직은 몇 년까지 되나요?\n"
        "답변: 육아휴직의 기간은 자녀 1명당 2년 이내로 한다. [1]"
    )


@pytest.mark.parametrize(
    "written",
    [
        "",
        "육아휴직 급여는\n얼마인가요?",
        "육아휴직 급여는 얼마인가요? " * 20,
        "육아휴직은 얼마 동안 쓸 수 있나요?",  # lost 급여
        "육아휴직 급여는 어떻게 되나요?",  # lost what is asked for
        "육아휴직 1년 차의 급여는 얼마인가요?",
        "육아휴직 급여는 한 달에 얼마인가요? 세 번 나오나요?",
        "공무원수당규정의 육아휴직 급여는 얼마인가요?",
        "휴직 및 복직 관리기준 제9조의 육아휴직 급여는 얼마인가요?",
        "육아휴직 급여는 얼마든지 지급합니다.",
    ],
)
def test_what_the_model_must_not_write_is_replaced_by_the_carried_topic(written: str) -> None:
    model = Model(written)
    assert understood("그럼 급여는 얼마야?", [LEAVE], model) == "육아휴직 급여는 얼마야?"
    assert len(model.asked) == 1


def test_numbers_of_the_question_stay() -> None:
    kept, lost = "병가가 30일을 넘으면 보수는 어떻게 되나요?", "병가 중 보수는 어떻게 되나요?"
    question, carried = "30일 넘으면 보수는 어떻게 돼?", "병가 30일 넘으면 보수는 어떻게 돼?"
    assert understood(question, [SICK], Model(kept)) == kept
    assert understood(question, [SICK], Model(lost)) == carried


def test_a_rule_of_the_conversation_may_be_named() -> None:
    written = "취업규칙의 병가 진단서 양식은 어디에 있나요?"
    assert understood("그거 진단서 양식은 어디 있어?", [SICK], Model(written)) == written


def test_a_model_that_fails_leaves_the_topic_carried() -> None:
    def fails(prompt: str, values: Mapping[str, str]) -> str | None:
        raise ModelError("모델이 답하지 않습니다. → 서버를 확인하세요.")

    assert understood("급여는요?", [LEAVE], fails) == "육아휴직 급여는요?"


def test_an_answer_tells_how_its_question_was_understood(chatbot: Chatbot) -> None:
    answer = chatbot.ask("그럼 급여는 얼마야?", [LEAVE])
    assert answer.question == "그럼 급여는 얼마야?"
    assert answer.understood == "육아휴직 급여는 얼마야?"
    cited = {(citation.document, citation.article) for citation in answer.citations}
    assert ("휴직 및 복직 관리기준", "제9조") in cited
    assert chatbot.ask("연차는 며칠인가요?", [LEAVE]).understood == ""


PIECES = st.sampled_from(
    (
        "그럼 그건 그 규정 제5조 2항은 별표 급여는 육아휴직 배우자 면 때는 요 ? ! 1억원 넘으 왜 "
        "언제 𝐀 İ [ 」"
    ).split()
)


@given(st.lists(PIECES, max_size=12).map(" ".join), st.lists(PIECES, max_size=8).map("".join))
def test_any_question_comes_back_with_some_words(question: str, before: str) -> None:
    meant = understood(question, [LEAVE, Exchange(before, before)], no_model)
    assert bool(letters(meant)) or not letters(question)


def _hostile() -> Iterator[str]:
    for piece in ("해줘", "그건 ", "그럼", "급여는", "1", "제5조", "면 ", "가나요", "(", "가"):
        yield piece * (1_000 // len(piece))


@pytest.mark.parametrize("question", list(_hostile()), ids=lambda question: question[:4])
def test_a_long_question_takes_no_long_time(question: str) -> None:
    earlier: Sequence[Exchange] = [Exchange(question, question * 3), LEAVE]
    began = time.process_time()
    understood(question, earlier, no_model)
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("before", "question", "meant"),
    [
        ("출장 다녀와서 정산은 언제까지 하나요?", "그럼 숙박비는?", "출장 숙박비는?"),
        (
            "해외출장 가려면 무슨 서류가 필요한가요?",
            "그럼 국내는?",
            "국내출장 가려면 무슨 서류가 필요한가요?",
        ),
        ("국내출장 일비는 얼마인가요?", "그럼 국외는?", "국외출장 일비는 얼마인가요?"),
        ("국내출장 일비는 얼마인가요?", "점심 메뉴는?", "점심 메뉴는?"),
        ("국내출장 일비는 얼마인가요?", "감사 규칙은?", "감사 규칙은?"),
        ("휴직자는 복무상황을 얼마마다 보고하나요?", "퇴직금 중간정산은?", "퇴직금 중간정산은?"),
    ],
)
def test_no_nonsense_is_put_together(before: str, question: str, meant: str) -> None:
    assert understood(question, [Exchange(before, "")], lambda *_: None) == meant


@pytest.mark.parametrize("before", [LEAVE, SICK, LOST])
@pytest.mark.parametrize(
    "question",
    [
        "국외출장 정산은 며칠 안에 해야 하나요?",
        "국외출장 정산은 언제까지 하나요?",
        "해외출장 신청은 언제까지 하나요?",
        "국내출장 정산 기한은?",
        "국외출장 정산은?",
        "국외출장은 정산을 언제까지 하나요?",
        "국외출장 후 정산은 며칠 안에 하나요?",
        "국외출장 다녀와서 정산은 언제까지 하나요?",
        "국외출장 가려면 무슨 서류가 필요한가요?",
        "국외출장을 신청하려면 언제까지 해야 하나요?",
        "물품구매 절차는 어떻게 되나요?",
        "물품 검사는 누가 하나요?",
        "공용차량 사용 신청은 어떻게 하나요?",
        "수습기간 연장은 가능한가요?",
    ],
)
def test_a_case_with_an_aspect_of_its_own_stands_alone(question: str, before: Exchange) -> None:
    assert understood(question, [before], no_model) == question


@pytest.mark.parametrize(
    ("question", "full"),
    [
        ("국외출장도 되나요?", "육아휴직 국외출장도 되나요?"),
        ("국외출장 중에 신청할 수 있나요?", "육아휴직 국외출장 중에 신청할 수 있나요?"),
        ("국외출장 갈 때 제출해도 되나요?", "육아휴직 국외출장 갈 때 제출해도 되나요?"),
        ("국외출장 적용은 되나요?", "육아휴직 국외출장 적용은 되나요?"),
        ("수습기간 포함되나요?", "육아휴직 수습기간 포함되나요?"),
        ("배우자 신청은 언제까지 하나요?", "육아휴직 배우자 신청은 언제까지 하나요?"),
    ],
)
def test_a_case_that_the_topic_before_applies_to_leans(question: str, full: str) -> None:
    assert understood(question, [LEAVE], no_model) == full


@pytest.mark.parametrize(
    ("question", "full"),
    [
        ("국외출장은요?", "국외출장 숙박비는 얼마인가요?"),
        ("그럼 국외출장은 얼마예요?", "숙박비 국외출장은 얼마예요?"),
        ("국외출장 한도는 얼마인가요?", "숙박비 국외출장 한도는 얼마인가요?"),
        ("국외출장 정산은 언제까지 하나요?", "국외출장 정산은 언제까지 하나요?"),
    ],
)
def test_of_another_trip_the_measure_is_that_of_the_topic_before(question: str, full: str) -> None:
    before = Exchange("국내출장 숙박비는 얼마인가요?", "1박에 10만원이다. [1]")
    assert understood(question, [before], no_model) == full


def test_an_act_is_of_its_own_trip_also_where_the_answer_spoke_of_such_trips() -> None:
    answer = "국외출장을 마치면 20일 안에 출장 보고서를 낸다. [1]"
    before = Exchange("해외 출장 다녀와서 보고서는 언제까지 내나요?", answer)
    question = "국외출장 정산은 며칠 안에 해야 하나요?"
    assert understood(question, [before], no_model) == question


def test_a_thing_of_which_the_answer_spoke_is_a_case_of_the_topic_before() -> None:
    before = Exchange("수의계약은 얼마까지 되나요?", "물품은 2천만원 이하로 한다. [1]")
    question = "물품 구매는 얼마까지 되나요?"
    assert understood(question, [before], no_model) == f"수의계약 {question}"
    assert understood(question, [LEAVE], no_model) == question


THEN = Exchange("일비는 얼마인가요?", "일비는 하루에 2만원으로 한다. [1]", (), "2023-05-01")


@pytest.mark.parametrize(
    ("question", "named", "full", "day"),
    [
        ("그럼 한도는?", "", "일비 한도는?", "2023-05-01"),
        ("그건 누가 정하나요?", "", "일비는 누가 정하나요?", "2023-05-01"),
        ("그럼 한도는?", "2025-01-01", "일비 한도는?", "2025-01-01"),  # its own day
        ("", "2025-01-01", "일비는 얼마인가요?", "2025-01-01"),  # 2025년 당시에는요?
        ("지금은요?", "", "일비는 얼마인가요?", ""),
        ("그럼 요즘 한도는?", "", "일비 한도는?", ""),
        ("육아휴직은 몇 년까지 되나요?", "", "육아휴직은 몇 년까지 되나요?", ""),
        (
            "육아휴직은 몇 년까지 되나요?",
            "2025-01-01",
            "육아휴직은 몇 년까지 되나요?",
            "2025-01-01",
        ),
        ("???", "", "???", ""),
    ],
)
def test_a_follow_up_keeps_the_day_of_what_it_leans_on(
    question: str, named: str, full: str, day: str
) -> None:
    thanks = Exchange("감사합니다", "")
    for earlier in ([THEN], [LEAVE, THEN, thanks]):
        assert followed(question, named, earlier, no_model) == (full, day)
    assert followed("그럼 지금은 한도가?", "", [LEAVE], no_model)[1] == ""
    assert followed(question, named, [], no_model) == (question, named)
    with pytest.raises(ConfigError):
        followed("지금과 뭐가 달라요?", "", [THEN], no_model)
