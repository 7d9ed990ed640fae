"""How the states of an answer look: put right, not verified, held back, refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.serving import PROJECT, ask, open_page, serving

STATES_APP = """
from onprem_rag.records import (
    Answer, Change, Citation, Document, Fact, Finding, Hit, Passage, Showing, Stage, Status, Verdict
)
from onprem_rag.web import ask

FIRST = "제9조(숙박비) 국내출장의 숙박비는 50,000원으로 한다. 국외출장은 70,000원으로 한다."
TEXT = FIRST + "\\n제10조(일비) 일비는 <b>1일</b> 20,000원으로 한다."
NEXT = len(FIRST) + 1
PASSAGES = (
    Passage("여비규정", (), "제9조", None, "숙박비", FIRST, 0, len(FIRST), 3, 1),
    Passage("여비규정", (), "제10조", None, "일비", TEXT[NEXT:], NEXT, len(TEXT), 3, 1),
)
HITS = tuple(Hit(passage, 1.0, ()) for passage in PASSAGES)
RAN = (
    Stage("claims", True, "문장 1개 중 1개를 원문에서 확인했습니다."),
    Stage("facts", True, "사실 1개 중 1개를 원문에서 확인했습니다."),
)
MISSED = (RAN[0], Stage("facts", False, "시간이 모자랐습니다."))


def cite(words):
    at = TEXT.index(words)
    return Citation("여비규정", "제9조", None, 3, at, at + len(words), words, 1)


def verdict(kind, text, finding, source=None, elsewhere=None):
    return Verdict(Fact(kind, text, text, 0, len(text)), finding, source, elsewhere)


def corrected():
    text = "국내출장의 숙박비는 50,000원입니다. [1]"
    at = text.index("50,000원")
    return Answer(
        "수정", Status.CORRECTED, text, (cite("국내출장의 숙박비는 50,000원으로 한다."),),
        (
            verdict("amount", "50,000원", Finding.SUPPORTED, cite("50,000원")),
            verdict("modality", "입니다", Finding.SUPPORTED, cite("한다")),
        ),
        RAN, HITS, removed=("주차비는 <b>9만원</b>이며",),
        changes=(Change("<70,000원>", at, at + len("50,000원")),),
    )


def unverified(showing):
    wrong = (
        verdict("amount", "70,000원", Finding.ABSENT, None, cite("70,000원")),
        verdict("modality", "줄 수 있다", Finding.CONTRADICTED, cite("한다")),
        verdict("과제번호", "KR-1", Finding.ABSENT),
    )
    return Answer(
        "경고", Status.UNVERIFIED, "국내출장의 숙박비로 70,000원을 줄 수 있다.", (), wrong,
        MISSED, HITS, showing=showing,
    )


class Chatbot:
    @classmethod
    def open(cls, config):
        return cls()

    def summary(self):
        return "규정 1건"

    def examples(self):
        return ()

    def document(self, document_id):
        return Document("여비규정", "규정", "a.txt", "txt", "", TEXT)

    def referred(self, reference, day=""):
        return ""

    def stream(self, question, earlier=()):
        if question == "수정":
            yield corrected()
        elif question in ("경고", "표시"):
            yield unverified(Showing.WARN if question == "경고" else Showing.SHOW)
        elif question == "보류":
            held = unverified(Showing.HOLD)
            draft = (Change("초안의 낱말", 0, 1),)
            yield Answer(
                question, held.status, "확인하지 못해 답변을 보류했습니다.", held.citations,
                held.verdicts, held.stages, held.hits, "모델", ("초안의 문장",), draft, held.showing
            )
        else:
            yield Answer(
                question, Status.REFUSED, "모른다. 근거를 찾지 못했습니다.", (), (), RAN, HITS,
                removed=("주차비는 9만원입니다.",),
            )


ask.Chatbot = Chatbot
ask.page()
"""


@pytest.fixture(scope="module")
def states_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("states")
    script = folder / "states.py"
    script.write_text(STATES_APP, encoding="utf-8")
    with serving(script, folder, {"PYTHONPATH": str(PROJECT)}) as address:
        yield address


@pytest.fixture
def states_page(states_app: str, browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    open_page(page, states_app)
    yield page
    page.close()


def test_what_was_put_right_stands_beside_the_old_value(states_page: Page) -> None:
    answer = ask(states_page, "수정")
    expect(answer.locator(".orag-badge").first).to_have_text("수정됨")
    old, new = answer.locator(".orag-text del"), answer.locator(".orag-text ins")
    expect(old).to_be_visible()
    expect(old).to_have_text("<70,000원>")
    expect(old).to_have_attribute("title", "원문과 달라 고침")
    expect(old).to_have_css("text-decoration-line", "line-through")
    expect(new).to_have_text("50,000원")
    expect(answer.locator(".orag-text")).to_have_text(
        "국내출장의 숙박비는 <70,000원> 50,000원입니다. [1]"
    )
    expect(answer.locator(".orag-text .orag-ref")).to_have_text("[1]")
    expect(answer.locator(".orag-warning")).to_have_count(0)
    removed = answer.get_by_test_id("stExpander").filter(has_text="삭제된 내용 1개")
    removed.locator("summary").click()
    expect(removed.locator("li")).to_have_text("주차비는 <b>9만원</b>이며")
    facts = answer.get_by_test_id("stExpander").filter(has_text="사실 확인 1건")
    facts.locator("summary").click()
    expect(facts.locator("tr")).to_have_count(2)  # the head, the amount: no supported predicate
    expect(facts).to_contain_text("금액")


def test_an_unverified_answer_is_shown_with_a_warning(states_page: Page) -> None:
    answer = ask(states_page, "경고")
    warning = answer.locator(".orag-warning")
    expect(warning).to_be_visible()
    expect(warning).to_contain_text("⚠ 확인되지 않은 답변입니다.")
    expect(warning.locator("li")).to_have_text(
        [
            "실행하지 못한 확인: 사실 대조 — 시간이 모자랐습니다.",
            "원문과 다름: 줄 수 있다",
            "원문에 없음: 70,000원, KR-1",
        ]
    )
    expect(answer.locator(".orag-text")).to_contain_text("70,000원을 줄 수 있다")
    facts = answer.get_by_test_id("stExpander").filter(has_text="사실 확인 3건")
    facts.locator("summary").click()
    expect(facts).to_contain_text("다른 것의 값입니다: 여비규정 제9조 (3쪽), “70,000원”")
    expect(facts).to_contain_text("과제번호")
    stages = answer.get_by_test_id("stExpander").filter(has_text="확인 단계 2개")
    stages.locator("summary").click()
    expect(stages.locator("li")).to_have_text(
        [
            "✓ 문장 대조 문장 1개 중 1개를 원문에서 확인했습니다.",
            "✗ 사실 대조 시간이 모자랐습니다.",
        ]
    )


def test_an_unverified_answer_is_shown_as_it_is_where_configured(states_page: Page) -> None:
    answer = ask(states_page, "표시")
    expect(answer.locator(".orag-badge").first).to_have_text("확인되지 않음")
    expect(answer.locator(".orag-warning")).to_have_count(0)
    expect(answer.locator(".orag-notes li")).to_have_text(["사실 대조 — 시간이 모자랐습니다."])


def test_a_held_answer_gives_way_to_the_passages_to_read(states_page: Page) -> None:
    answer = ask(states_page, "보류")
    expect(answer.locator(".orag-text").first).to_have_text("확인하지 못해 답변을 보류했습니다.")
    expect(answer.locator(".orag-heading")).to_have_text(["읽어 볼 조문"])
    expect(answer.get_by_test_id("stExpander")).to_have_count(3)  # two passages, the stages
    content = states_page.content()
    for draft in ("줄 수 있다", "초안의", "KR-1"):
        assert draft not in content


@pytest.mark.parametrize("question", ["보류", "모름"])
def test_passages_to_read_open(states_page: Page, question: str) -> None:
    answer = ask(states_page, question)
    card = answer.get_by_test_id("stExpander").filter(has_text="여비규정 제10조(일비)")
    expect(card.locator("summary")).to_contain_text(
        "여비규정 제10조(일비) — 일비는 <b>1일</b> 20,000원으로 한다."
    )
    expect(card.locator(".orag-excerpt")).to_be_hidden()
    card.locator("summary").click()
    expect(card.locator(".orag-excerpt")).to_have_text(
        "제10조(일비) 일비는 <b>1일</b> 20,000원으로 한다."
    )
    expect(card.locator("mark")).to_have_count(0)
