"""The question story: each status reached, every answer cited, no wrong figure let out."""

from __future__ import annotations

import csv
import json
import re
import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ingest.faq import add_faq
from ingest.pipeline import add
from onprem_rag.absence import NO_ANSWER
from onprem_rag.asked import LONGEST_QUESTION
from onprem_rag.chatbot import MODEL_FAILED, MODEL_UNSUPPORTED, Chatbot
from onprem_rag.config import Config, load_config
from onprem_rag.drafts import HELD, NOT_DONE, QUOTED_INSTEAD
from onprem_rag.errors import ConfigError, LibraryError, ModelError
from onprem_rag.index import generations
from onprem_rag.library.store import Library
from onprem_rag.records import Answer, Exchange, Finding, Guard, Hit, Showing, Status, Waiting
from tests.test_rerank import cross_encoder

DEMO = Path(__file__).resolve().parent.parent / "demo"
QUESTIONS = [
    str(json.loads(line)["question"])
    for line in (DEMO / "questions.jsonl").read_text(encoding="utf-8").splitlines()
]
RESIGNING = "그만두려면 사직서는 언제까지 내야 하나요"
MEALS = "업무추진비로 밥 살 때 한 사람당 얼마까지 되나요"


class Scripted:
    """A generator that says what it is told to, and remembers what it was given."""

    name = "scripted"
    guard = Guard.CHECKED

    def __init__(self, *pieces: str) -> None:
        self.pieces = pieces
        self.asked: list[tuple[str, tuple[Hit, ...]]] = []
        self.completed: list[tuple[str, Mapping[str, str]]] = []
        self.completions: dict[str, str] = {}  # by prompt
        self.likely: float | None = None  # that a claim is said by its passages

    def stream(self, question: str, hits: Sequence[Hit]) -> Iterator[str]:
        self.asked.append((question, tuple(hits)))
        yield from self.pieces

    def complete(self, prompt: str, values: Mapping[str, str]) -> str | None:
        self.completed.append((prompt, values))
        return self.completions.get(prompt)

    def agrees(self, prompt: str, values: Mapping[str, str], seconds: float) -> float | None:
        self.completed.append((prompt, values))
        if self.likely is None:
            raise ModelError("예도 아니요도 아닙니다. → 다른 모델을 쓰세요.")
        return self.likely


FAITHFUL = "사직하려는 직원은 퇴직하려는 날의 30일 전까지 사직서를 제출하여야 한다."
REWORDED = "사직하려는 직원은 퇴직하려는 날의 30일 전까지 사직서를 제출해야 합니다."


@pytest.fixture(scope="module")
def writer() -> Scripted:
    return Scripted()


@pytest.fixture(scope="module")
def scripted(demo_home: Path, writer: Scripted) -> Chatbot:
    """The demo with ``writer`` in the model's place."""
    config = load_config(demo_home)
    return Chatbot(config, Library.open(config.library_url), writer)


def told(chatbot: Chatbot, writer: Scripted, question: str, draft: str) -> Answer:
    writer.pieces = (draft,)
    return chatbot.ask(question)


def assert_cited(chatbot: Chatbot, answer: Answer) -> None:
    """Every citation is the text of its place, and every mark points to a citation."""
    assert answer.citations
    for citation in answer.citations:
        document = chatbot.document(citation.document_id)
        assert citation.document == document.title
        assert citation.text == document.text[citation.start : citation.end]
        assert citation.text.strip()
    marks = {int(number) for number in re.findall(r"\[(\d+)\]", answer.text)}
    if answer.status is not Status.FAQ:
        assert marks == set(range(1, len(answer.citations) + 1))


def same(answer: Answer) -> Answer:
    """``answer`` without its timings, for comparison."""
    return replace(answer, timings_ms=())


# --- how a draft leaves the house ----------------------------------------------------------------
def test_a_faithful_draft_is_verified(scripted: Chatbot, writer: Scripted) -> None:
    draft = "퇴직하려는 날의 30일 전까지 사직서를 제출해야 합니다. [2]"
    answer = told(scripted, writer, RESIGNING, draft)
    assert answer.status is Status.VERIFIED
    assert answer.text == "퇴직하려는 날의 30일 전까지 사직서를 제출해야 합니다. [1]"
    assert [(c.document, c.article, c.paragraph) for c in answer.citations] == [
        ("취업규칙", "제37조", "①")
    ]
    assert [v.fact.text for v in answer.verdicts] == ["30일", "전", "제출해야 합니다"]
    assert {v.finding for v in answer.verdicts} == {Finding.SUPPORTED}
    assert answer.generator == "scripted"
    assert_cited(scripted, answer)


@pytest.mark.parametrize(
    ("draft", "text", "removed"),
    [
        pytest.param(
            "퇴직하려는 날의 60일 전까지 사직서를 제출하여야 합니다.",
            "퇴직하려는 날의 30일 전까지 사직서를 제출하여야 합니다. [1]",
            (),
            id="period",
        ),
        pytest.param(
            "취업규칙 제99조에 따라 퇴직하려는 날의 30일 전까지 사직서를 제출하여야 합니다.",
            "취업규칙 제37조에 따라 퇴직하려는 날의 30일 전까지 사직서를 제출하여야 합니다. [1]",
            (),
            id="article",
        ),
        pytest.param(
            "퇴직하려는 날의 30일 전까지 사직서를 제출하여야 합니다. 인터넷으로도 낼 수 있습니다.",
            "퇴직하려는 날의 30일 전까지 사직서를 제출하여야 합니다. [1]",
            ("인터넷으로도 낼 수 있습니다.",),
            id="invented sentence",
        ),
    ],
)
def test_a_draft_with_a_fault_is_corrected(
    scripted: Chatbot, writer: Scripted, draft: str, text: str, removed: tuple[str, ...]
) -> None:
    answer = told(scripted, writer, RESIGNING, draft)
    assert (answer.status, answer.text, answer.removed) == (Status.CORRECTED, text, removed)
    assert all(verdict.finding is Finding.SUPPORTED for verdict in answer.verdicts)
    assert_cited(scripted, answer)


@pytest.mark.parametrize(
    "draft",
    [
        "모른다",
        "모른다.",
        "  모른다. 하지만 60일일 것입니다.",
        "",
        " [1]",
    ],
)
def test_a_draft_without_an_answer_is_refused(
    scripted: Chatbot, writer: Scripted, draft: str
) -> None:
    answer = told(scripted, writer, RESIGNING, draft)
    assert (answer.status, answer.text) == (Status.REFUSED, NO_ANSWER)
    assert answer.citations == ()
    assert NO_ANSWER.startswith("모른다")


def test_a_draft_that_nothing_supports_gives_way_to_a_quotation(
    scripted: Chatbot, writer: Scripted, chatbot: Chatbot
) -> None:
    answer = told(scripted, writer, RESIGNING, "급여는 매월 99일에 지급합니다.")
    assert answer.text == chatbot.ask(RESIGNING).text
    assert (answer.generator, answer.guard) == ("extract", Guard.QUOTED)
    assert answer.removed == ("급여는 매월 99일에 지급합니다.",)  # kept for the record
    (stage,) = [stage for stage in answer.stages if not stage.ran]
    assert (stage.name, stage.note) == ("model", f"{MODEL_UNSUPPORTED} {QUOTED_INSTEAD}")


def test_nor_is_anything_quoted_where_the_rules_say_nothing(
    scripted: Chatbot, writer: Scripted
) -> None:
    answer = told(scripted, writer, "통근버스는 어디서 타나요?", "정문에서 9시에 탑니다.")
    assert (answer.status, answer.text) == (Status.REFUSED, NO_ANSWER)
    (stage,) = [stage for stage in answer.stages if not stage.ran]
    assert stage.note == MODEL_UNSUPPORTED


def test_a_faulty_template_costs_the_draft_only(
    demo_home: Path, tmp_path: Path, chatbot: Chatbot
) -> None:
    class Faulty(Scripted):
        def stream(self, question: str, hits: Sequence[Hit]) -> Iterator[str]:
            raise ConfigError("answer.txt 1번째 줄: 모르는 변수입니다.\n→ 고치세요.")

    config = load_config(demo_home)
    answer = Chatbot(config, Library.open(config.library_url), Faulty()).ask(RESIGNING)
    assert answer.text == chatbot.ask(RESIGNING).text
    (stage,) = [stage for stage in answer.stages if not stage.ran]
    assert stage.note == f"{MODEL_FAILED} {QUOTED_INSTEAD}"


def test_without_a_model_nothing_is_said_of_one(
    chatbot: Chatbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("onprem_rag.verify.checker.align_claims", fails)
    answer = chatbot.ask(RESIGNING)
    assert (answer.status, answer.showing) == (Status.UNVERIFIED, Showing.HOLD)
    assert [stage.name for stage in answer.stages if not stage.ran] == ["claims"]


class FaultyTemplates(Scripted):
    def complete(self, prompt: str, values: Mapping[str, str]) -> str | None:
        raise ConfigError(f"{prompt}.txt 1번째 줄: 모르는 변수입니다.\n→ 고치세요.")

    def agrees(self, prompt: str, values: Mapping[str, str], seconds: float) -> float | None:
        raise ConfigError(f"{prompt}.txt 1번째 줄: 모르는 변수입니다.\n→ 고치세요.")


def test_a_faulty_template_costs_neither_follow_up_nor_answer(
    demo_home: Path, chatbot: Chatbot
) -> None:
    config = load_config(demo_home)
    config = replace(config, verify=replace(config.verify, reask=True))
    bot = Chatbot(config, Library.open(config.library_url), FaultyTemplates(REWORDED))
    before = Exchange("육아휴직은 몇 년까지 되나요?", "3년", ("취업규칙",))
    assert bot.ask("그럼 급여는 얼마야?", [before]).understood == "육아휴직 급여는 얼마야?"
    answer = bot.ask(RESIGNING)
    assert answer.status is Status.UNVERIFIED
    assert [stage.name for stage in answer.stages if not stage.ran] == ["reask"]


@pytest.mark.parametrize("said", ["**모른다**", "“모른다.”", "모른다.", "- 모른다"])
def test_a_refusal_in_whatever_dress(scripted: Chatbot, writer: Scripted, said: str) -> None:
    answer = told(scripted, writer, RESIGNING, said)
    assert (answer.status, answer.text, answer.removed) == (Status.REFUSED, NO_ANSWER, ())


@given(amount=st.integers(1, 10_000_000).filter(lambda won: won != 50_000))
@example(amount=5_000)
@example(amount=500_000)
@example(amount=50_001)
@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
def test_a_wrong_amount_never_comes_out(scripted: Chatbot, writer: Scripted, amount: int) -> None:
    for written in (f"{amount:,}원", f"{amount}원"):
        draft = f"식사비는 1명당 {written}을 초과할 수 없다."
        answer = told(scripted, writer, MEALS, draft)
        assert answer.generator == "extract" or answer.status is not Status.VERIFIED
        assert written not in answer.text
        assert any(letter.isalpha() for letter in answer.text)


@pytest.mark.parametrize(
    "draft",
    [
        "식사비는 1명당 5만원을 초과할 수 있다.",
        "식사비는 1명당 5만원 이상이어야 한다.",
        "식사비는 1명당 5만달러를 초과할 수 없다.",
        "식사비는 1명당 5만원, 최대 7만원을 초과할 수 없다.",
        "회계규정 제14조에 따라 식사비는 1명당 5만원을 초과할 수 없다.",
        "회계규정 제13조제0항에 따라 식사비는 1명당 5만원을 초과할 수 없다.",
        "식사비는 2019년부터 1명당 5만원을 초과할 수 없다.",
    ],
)
def test_a_twisted_draft_is_never_verified(scripted: Chatbot, writer: Scripted, draft: str) -> None:
    answer = told(scripted, writer, MEALS, draft)
    assert answer.generator == "extract" or answer.status is not Status.VERIFIED
    assert draft.rstrip(".") not in answer.text


# --- a check that does not run -------------------------------------------------------------------
def fails(*_: object) -> None:
    raise RuntimeError("the stage is broken")


def test_facts_that_could_not_be_judged_leave_the_answer_unverified(
    scripted: Chatbot, writer: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("onprem_rag.verify.checker.judge_facts", fails)
    draft = "사직하려는 직원은 퇴직하려는 날의 30일 전까지 사직서를 제출하여야 한다."
    answer = told(scripted, writer, RESIGNING, draft)
    assert answer.status is Status.UNVERIFIED
    (stage,) = [stage for stage in answer.stages if not stage.ran]
    assert stage.name == "facts"
    assert "실행하지 못했습니다" in stage.note
    assert {verdict.finding for verdict in answer.verdicts} == {Finding.NOT_CHECKED}
    assert_cited(scripted, answer)


def test_sentences_that_could_not_be_aligned_are_not_let_out(
    scripted: Chatbot, writer: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("onprem_rag.verify.checker.align_claims", fails)
    answer = told(scripted, writer, RESIGNING, "퇴직하려는 날의 30일 전까지 사직서를 제출한다.")
    assert (answer.status, answer.text) == (Status.UNVERIFIED, HELD)  # nothing that it could cite
    assert [hit.passage.article for hit in answer.hits][:1] == ["제37조"]
    missed = [(stage.name, stage.note) for stage in answer.stages if not stage.ran]
    assert missed == [("claims", NOT_DONE), ("model", MODEL_UNSUPPORTED)]


# --- approved answers ----------------------------------------------------------------------------
def test_every_approved_question_gets_its_answer_verbatim(chatbot: Chatbot) -> None:
    asked = 0
    for path in sorted((DEMO / "faq").glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                for question in row["질문"].split("|"):
                    answer = chatbot.ask(question)
                    assert (answer.status, answer.text) == (Status.FAQ, row["답변"])
                    place = (answer.citations[0].document, answer.citations[0].article)
                    assert place == (row["문서"], row["조문"])
                    assert_cited(chatbot, answer)
                    asked += 1
    assert asked >= 16


def test_an_approved_answer_asks_no_model(scripted: Chatbot, writer: Scripted) -> None:
    before = len(writer.asked)
    assert scripted.ask("연차는며칠인가요").status is Status.FAQ
    assert len(writer.asked) == before


OLD_RULE = """주차규정

제1조(목적) 이 규정은 주차장 사용에 관한 사항을 정한다.

제2조(정기권) 정기권의 요금은 월 3만원으로 한다.

제3조(방문차량) 방문차량은 2시간까지 무료로 한다.
"""
FAQ = """질문,답변,문서,조문
정기권은 얼마인가요?,월 3만원입니다.,주차규정,제2조
세차는 어디서 하나요?,지하 2층입니다.,주차규정,제77조
"""


def taken_in(home: Path, text: str) -> Config:
    config = load_config(home)
    path = home.parent / "주차규정.txt"
    path.write_text(text, encoding="utf-8")
    assert not add(config, [path], lambda *_: None).failed
    return config


def test_an_approved_answer_lives_as_long_as_its_article(tmp_path: Path) -> None:
    """The same chatbot, open all the time, sees what ``ingest`` puts in and takes out."""
    config = taken_in(tmp_path / "home", OLD_RULE)
    faq = tmp_path / "주차.csv"
    faq.write_text(FAQ, encoding="utf-8")
    add_faq(config, [faq])
    chatbot = Chatbot.open(config)
    assert chatbot.ask("정기권은 얼마인가요?").text == "월 3만원입니다."
    assert chatbot.ask("세차는 어디서 하나요?").status is not Status.FAQ  # never was there
    assert "1세대" in chatbot.summary()

    taken_in(tmp_path / "home", OLD_RULE.replace("제2조(정기권) 정기권의 요금은", "제4조(요금)"))
    answer = chatbot.ask("정기권은 얼마인가요?")
    assert answer.status is not Status.FAQ
    assert "2세대" in chatbot.summary()
    assert chatbot.ask("방문차량은 몇 시간까지 무료인가요?").status is Status.VERIFIED


def test_a_generation_whose_name_is_used_again_is_opened_anew(tmp_path: Path) -> None:
    config = taken_in(tmp_path / "home", OLD_RULE)
    chatbot = Chatbot.open(config)
    asked = "방문차량은 몇 시간까지 무료인가요?"
    hours = chatbot.ask(asked).text
    taken_in(tmp_path / "home", OLD_RULE.replace("2시간", "5시간"))
    index = config.index_folder
    old, new = (index / "g000001", index / "g000002")
    shutil.rmtree(old)
    new.rename(old)
    (index / "new").write_text("g000001\n")
    (index / "new").replace(index / "CURRENT")
    assert ("2시간" in hours, "5시간" in chatbot.ask(asked).text) == (True, True)


def test_while_one_thread_opens_what_is_new_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = taken_in(tmp_path / "home", OLD_RULE)
    chatbot = Chatbot.open(config)
    before = chatbot.search("정기권 요금", 1, "2020-01-01")
    opening, go_on = threading.Event(), threading.Event()
    real = generations.open_current

    def slow(*given: object) -> generations.Generation:
        opening.set()
        assert go_on.wait(30)
        return real(*given)  # type: ignore[arg-type]

    taken_in(tmp_path / "home", OLD_RULE.replace("2시간", "5시간"))
    monkeypatch.setattr(generations, "open_current", slow)
    thread = threading.Thread(target=chatbot.summary)
    thread.start()
    assert opening.wait(30)
    assert "1세대" in chatbot.summary()
    assert chatbot.search("정기권 요금", 1, "2020-01-01") == before
    go_on.set()
    thread.join(30)
    assert "2세대" in chatbot.summary()
    assert chatbot._live._others == {}  # what they hold open may be dropped


def test_a_judge_outlives_its_folder_and_the_index(tmp_path: Path) -> None:
    """It is loaded already: a folder that is gone must neither stop it nor skip it."""
    config = taken_in(tmp_path / "home", OLD_RULE)
    names = {0: "entailment", 1: "neutral", 2: "contradiction"}
    folder = cross_encoder(tmp_path / "home" / "nli", 3, names)
    config = replace(config, models=replace(config.models, nli="nli"))
    chatbot = Chatbot.open(config)
    folder.rename(tmp_path / "elsewhere")
    taken_in(tmp_path / "home", OLD_RULE.replace("제2조(정기권) 정기권의 요금은", "제4조(요금)"))
    answer = chatbot.ask("방문차량은 몇 시간까지 무료인가요?")
    assert "2세대" in chatbot.summary()
    assert [stage.name for stage in answer.stages if stage.ran] == ["claims", "facts", "nli"]


# --- questions that name places ------------------------------------------------------------------
@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("국가공무원법 제3조에 따르면?", "등록된 규정 가운데 ‘국가공무원법’에 해당하는 규정이 없"),
        ("개인정보 보호법 제15조", "등록된 규정 가운데 ‘개인정보 보호법’에 해당하는 규정이 없"),
        ("여비규정 제99조", "등록된 규정에 ‘여비규정 제99조’에 해당하는 조문이 없습니다."),
        ("여비규정 제9조 제7항", "등록된 규정에 ‘여비규정 제9조제7항’에 해당하는 조문이 없습니다."),
        ("별표 77", "어느 규정의 별표 77인지 함께 써 주세요."),
    ],
)
def test_a_place_that_is_not_here_is_refused_by_its_name(
    chatbot: Chatbot, question: str, told: str
) -> None:
    answer = chatbot.ask(question)
    assert (answer.status, answer.citations) == (Status.REFUSED, ())
    assert answer.text.startswith(f"모른다. {told}")


def test_a_rule_that_is_not_here_mentioned_in_passing(chatbot: Chatbot) -> None:
    answer = chatbot.ask("근로기준법 제36조와 달리 우리는 정년이 몇 세인가요?")
    assert ("취업규칙", "제36조") in {(c.document, c.article) for c in answer.citations}


def test_every_named_article_is_quoted(chatbot: Chatbot) -> None:
    answer = chatbot.ask("여비규정 제9조제2항, 제12조와 취업규칙 제36조 알려줘")
    assert answer.status is Status.VERIFIED
    assert [(c.document, c.article) for c in answer.citations] == [
        ("여비규정", "제9조"),
        ("여비규정", "제12조"),
        ("취업규칙", "제36조"),
    ]
    assert answer.text.startswith("② "), "only the paragraph that is named"
    assert "제12조(일비) ①" in answer.text, "all of an article without one"
    assert len(answer.hits) == 3, "nothing joins"
    assert_cited(chatbot, answer)


def test_what_is_not_quoted_is_told(chatbot: Chatbot) -> None:
    absent = chatbot.ask("여비규정 제9조와 제99조")
    assert absent.status is Status.VERIFIED
    assert absent.text.endswith("‘여비규정 제99조’에 해당하는 조문이 없습니다.")
    many = chatbot.ask("여비규정 제3조부터 제17조까지")
    cited = {citation.article for citation in many.citations}
    asked = {f"제{number}조" for number in range(3, 18)}
    assert 2 < len(cited) < len(asked)
    for article in asked:
        told = f"‘여비규정 {article}’" in many.text.rpartition("…")[2]
        assert (article in cited) is not told


def test_another_article_may_answer_what_is_asked_of_the_named_one(chatbot: Chatbot) -> None:
    answer = chatbot.ask("여비규정 제9조의 숙박비 한도는 서울에서 얼마야?")
    assert answer.status is Status.VERIFIED
    assert {citation.article for citation in answer.citations} == {"별표 1"}


# --- whatever is asked ---------------------------------------------------------------------------
def test_every_answer_is_cited_word_for_word(chatbot: Chatbot) -> None:
    answers = [chatbot.ask(question) for question in QUESTIONS]
    for answer in answers:
        if answer.status is not Status.REFUSED:
            assert_cited(chatbot, answer)
    assert sum(answer.status is Status.VERIFIED for answer in answers) > 30


def test_hits_stages_and_timings_come_along(chatbot: Chatbot) -> None:
    answer = chatbot.ask(MEALS)
    assert 2 <= len(answer.hits) <= 10
    scores = [hit.score for hit in answer.hits]
    assert scores == sorted(scores, reverse=True)
    assert answer.citations[0].article in {hit.passage.article for hit in answer.hits}
    assert [(stage.name, stage.ran) for stage in answer.stages] == [
        ("claims", True),
        ("facts", True),
    ]
    timings = dict(answer.timings_ms)
    assert list(timings) == ["faq", "search", "generate", "verify", "total"]
    assert sum(timings.values()) - timings["total"] <= timings["total"] + 1
    assert all(spent >= 0 for spent in timings.values())


def test_a_refusal_shows_what_was_found(chatbot: Chatbot) -> None:
    answer = chatbot.ask("통근버스는 어디서 타나요?")
    assert answer.status is Status.REFUSED
    assert answer.hits


def test_the_model_gets_the_question_and_the_hits(scripted: Chatbot, writer: Scripted) -> None:
    told(scripted, writer, f"  {MEALS}\n", "모른다")
    question, hits = writer.asked[-1]
    assert question == MEALS
    assert hits[0].passage.article == "제13조"


def test_the_stream_grows_and_ends_with_the_answer(scripted: Chatbot, writer: Scripted) -> None:
    writer.pieces = ("퇴직하려는 날의 ", "60일 전까지 ", "사직서를 제출하여야 합니다.")
    *drafts, answer = scripted.stream(RESIGNING)
    assert drafts == [
        "퇴직하려는 날의 ",
        "퇴직하려는 날의 60일 전까지 ",
        "퇴직하려는 날의 60일 전까지 사직서를 제출하여야 합니다.",
    ]
    assert isinstance(answer, Answer)
    assert answer.status is Status.CORRECTED


def test_waiting_for_the_model_is_told(scripted: Chatbot, writer: Scripted) -> None:
    writer.pieces = (Waiting(2), Waiting(1), FAITHFUL)  # type: ignore[assignment]
    items = list(scripted.stream(RESIGNING))
    assert items[:3] == [Waiting(2), Waiting(1), FAITHFUL]
    assert isinstance(items[-1], Answer)
    assert items[-1].text.startswith(FAITHFUL)


def test_who_kept_the_facts_is_told(scripted: Chatbot, writer: Scripted, chatbot: Chatbot) -> None:
    assert told(scripted, writer, RESIGNING, FAITHFUL).guard is Guard.CHECKED
    assert chatbot.ask(RESIGNING).guard is Guard.QUOTED


def test_a_follow_up_is_answered_as_it_was_understood(chatbot: Chatbot) -> None:
    before = Exchange("육아휴직은 몇 년까지 되나요?", "3년", ("취업규칙",))
    answer = chatbot.ask("그럼 급여는 얼마야?", [before])
    assert answer.question == "그럼 급여는 얼마야?"
    assert "육아휴직" in answer.understood
    assert "급여" in answer.understood
    assert "understand" in dict(answer.timings_ms)


def test_a_question_that_stands_alone_is_left_as_it_is(chatbot: Chatbot) -> None:
    before = Exchange("육아휴직은 몇 년까지 되나요?", "3년", ("취업규칙",))
    answer = chatbot.ask(RESIGNING, [before])
    assert same(answer) == same(chatbot.ask(RESIGNING))
    assert answer.understood == ""


@pytest.fixture(scope="module")
def reasking(demo_home: Path, writer: Scripted) -> Chatbot:
    """The demo with ``writer`` in the model's place, which is asked of each sentence again."""
    config = load_config(demo_home)
    config = replace(config, verify=replace(config.verify, reask=True))
    return Chatbot(config, Library.open(config.library_url), writer)


def test_a_claim_that_the_model_stands_by(reasking: Chatbot, writer: Scripted) -> None:
    writer.completed.clear()
    writer.likely = 0.9
    answer = told(reasking, writer, RESIGNING, REWORDED)
    assert answer.status is Status.VERIFIED
    assert [stage.name for stage in answer.stages if stage.ran] == ["claims", "facts", "reask"]
    ((prompt, values),) = writer.completed
    assert prompt == "verify"
    assert values["claim"] == REWORDED
    assert values["passages"].startswith("취업규칙 제37조")


def test_a_quotation_is_put_to_no_model(reasking: Chatbot, writer: Scripted) -> None:
    writer.completed.clear()
    writer.likely = 0.0
    assert told(reasking, writer, RESIGNING, FAITHFUL).status is Status.VERIFIED
    assert not writer.completed


def test_a_claim_that_the_model_denies_is_taken_out(reasking: Chatbot, writer: Scripted) -> None:
    writer.likely = 0.1
    answer = told(reasking, writer, RESIGNING, REWORDED)
    assert answer.generator == "extract"  # the rule itself is quoted instead
    assert answer.removed == (REWORDED,)


def test_a_model_that_says_neither_yes_nor_no_verifies_nothing(
    reasking: Chatbot, writer: Scripted
) -> None:
    writer.likely = None
    answer = told(reasking, writer, RESIGNING, REWORDED)
    assert answer.status is Status.UNVERIFIED
    assert [stage.name for stage in answer.stages if not stage.ran] == ["reask"]


def test_a_model_that_fails_once_leaves_no_answer_that_looks_corrected(
    reasking: Chatbot, writer: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked once of a text, however many times it would have to be to say yes."""
    said = iter((None, 0.9))

    def agrees(prompt: str, values: Mapping[str, str], seconds: float) -> float:
        if (likely := next(said)) is None:
            raise ModelError("예도 아니요도 아닙니다. → 다른 모델을 쓰세요.")
        return likely

    monkeypatch.setattr(writer, "agrees", agrees)
    answer = told(reasking, writer, RESIGNING, REWORDED)
    assert (answer.status, answer.removed, answer.changes) == (Status.UNVERIFIED, (), ())
    assert next(said) == 0.9


def test_a_known_fault_is_mended_even_where_the_model_fails(
    reasking: Chatbot, writer: Scripted
) -> None:
    writer.likely = None
    wrong = REWORDED.replace("30일", "60일")
    answer = told(reasking, writer, RESIGNING, f"{wrong} 인터넷으로도 낼 수 있습니다.")
    assert answer.status is Status.UNVERIFIED
    assert "60일" not in answer.text
    assert "인터넷" not in answer.text


# --- what is done with what isn't verified -------------------------------------------------------
def showing(demo_home: Path, writer: Scripted, how: Showing) -> Chatbot:
    config = load_config(demo_home)
    config = replace(config, verify=replace(config.verify, reask=True, unverified=how))
    return Chatbot(config, Library.open(config.library_url), writer)


@pytest.mark.parametrize("how", [Showing.SHOW, Showing.WARN])
def test_an_unverified_answer_says_how_it_is_shown(
    demo_home: Path, writer: Scripted, how: Showing
) -> None:
    writer.likely = None
    answer = told(showing(demo_home, writer, how), writer, RESIGNING, REWORDED)
    assert (answer.status, answer.showing) == (Status.UNVERIFIED, how)
    assert answer.text == f"{REWORDED} [1]"


def test_nothing_of_a_held_back_draft_is_seen(demo_home: Path, writer: Scripted) -> None:
    writer.likely = None
    writer.pieces = ("사직하려는 직원은 ", "퇴직하려는 날의 30일 전까지 사직서를 제출해야 합니다.")
    items = list(showing(demo_home, writer, Showing.HOLD).stream(RESIGNING))
    answer = items.pop()
    assert items == ["", ""]  # no draft while it is being written; a reader can leave
    assert isinstance(answer, Answer)
    assert (answer.generator, answer.status) == ("extract", Status.VERIFIED)
    assert REWORDED not in str(answer)


def test_what_nothing_could_check_is_held_back(
    demo_home: Path, writer: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("onprem_rag.verify.checker.judge_facts", fails)
    held = told(showing(demo_home, writer, Showing.HOLD), writer, RESIGNING, REWORDED)
    assert [stage.note for stage in held.stages if not stage.ran] == [NOT_DONE, MODEL_UNSUPPORTED]
    assert (held.status, held.text) == (Status.UNVERIFIED, HELD)
    assert (held.citations, held.verdicts, held.removed, held.changes) == ((), (), (), ())
    assert [hit.passage.article for hit in held.hits][:1] == ["제37조"]
    assert REWORDED not in str(held)


@pytest.mark.parametrize("question", [RESIGNING, "연차는 며칠인가요?", "통근버스는 어디서 타나요?"])
def test_every_stream_ends_with_the_one_answer(chatbot: Chatbot, question: str) -> None:
    items = list(chatbot.stream(question))
    assert [type(item) for item in items] == [*[str] * (len(items) - 1), Answer]


@pytest.mark.parametrize("question", ["", " \n\t ", "\x00", "\ud800"])
def test_an_empty_question(chatbot: Chatbot, question: str) -> None:
    with pytest.raises(ConfigError, match=r"질문이 비어 있습니다\. → "):
        chatbot.ask(question)


def test_the_longest_question(chatbot: Chatbot) -> None:
    assert chatbot.ask("가" * LONGEST_QUESTION).status is Status.REFUSED
    assert LONGEST_QUESTION == 1_000
    with pytest.raises(ConfigError, match=r"너무 깁니다\(1,001자\)\. → 1,000자"):
        chatbot.ask("가" * 1_001)
    with pytest.raises(ConfigError, match=r"너무 깁니다"):
        chatbot.search("가" * 1_001, 5)


@given(st.text(max_size=60))
@example("제0조 제999조제99항 별표 0")
@example("%s {0} ' OR 1=1 -- \\")
@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
def test_no_question_breaks_it(chatbot: Chatbot, question: str) -> None:
    if not "".join(question.replace("\x00", "").split()) or len(question) > 1_000:
        with pytest.raises(ConfigError):
            chatbot.ask(question)
        return
    answer = chatbot.ask(question)
    assert isinstance(answer.status, Status)
    if answer.status is not Status.REFUSED:
        assert_cited(chatbot, answer)


def test_eight_threads_get_the_answers_of_one(chatbot: Chatbot) -> None:
    questions = [*QUESTIONS[:16], "연차는 며칠인가요?"]
    alone = [same(chatbot.ask(question)) for question in questions]
    start = threading.Barrier(8)
    answers: list[list[Answer]] = []

    def ask() -> None:
        start.wait()
        answers.append([same(chatbot.ask(question)) for question in questions])

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert answers == [alone] * 8


def test_examples_are_approved_questions(chatbot: Chatbot) -> None:
    examples = chatbot.examples()
    assert 2 <= len(examples) <= 4
    assert {chatbot.ask(question).status for question in examples} == {Status.FAQ}


def test_an_approved_question_without_its_article_is_no_example(tmp_path: Path) -> None:
    config = taken_in(tmp_path / "home", OLD_RULE)
    (tmp_path / "세차.csv").write_text(
        "질문,답변,문서,조문\n세차는 어디서 하나요?,지하 2층입니다.,주차규정,제77조\n", "utf-8"
    )
    add_faq(config, [tmp_path / "세차.csv"])
    assert Chatbot.open(config).examples() == ()


def test_a_home_without_a_library(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match=r"아직 라이브러리가 없습니다(?s:.*)→ .*ingest add"):
        Chatbot.open(load_config(tmp_path))
