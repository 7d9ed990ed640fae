"""The app as its readers meet it: the real server and a real Chromium."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from onprem_rag.config import load_config
from onprem_rag.library.store import Library
from onprem_rag.records import Guard
from onprem_rag.report.words import GUARD_NAMES
from onprem_rag.web.thumbs import ASKED, KEPT, NOT_KEPT, TAKEN_BACK
from tests.web.serving import PATIENCE_MS, PROJECT, ask, open_page, serving

FAQ = "연차는 며칠인가요?"
FREE = "사직서는 언제까지 제출하여야 하나요?"
CHECKED = re.compile("^(확인됨|수정됨|확인되지 않음)$")
REFERRING = "교육훈련 출장의 여비는 어떻게 지급하나요?"
UNKNOWN = "화성 탐사선의 추진제 혼합 비율을 알려 주세요."
HOSTILE = "<img src=x onerror=alert(1)> **굵게** $x$"
WORD_JOINER = "\u2060"
LABELS = (
    "**굵게** _기울임_ `코드` ~~취소~~",
    "[1] <b>별표</b> [링크](http://a.kr) ![그림](x.png)",
    "$100 $x^2$ $$y$$",
    ":smile: :material/home: :red[빨강] :blue-badge[표]",
    "# 제목 - 항목 1. 번호 > 인용 | 표 |",
    "a -> b <- c <-> d -- e >= f <= g ~= h",
    "www.example.com http://a.kr/b?c=d a.b@example.com",
    "&lt;제3조&gt; \\* 끝",
)


SLOW_APP = """
import os
import time
from onprem_rag.errors import ModelError
from onprem_rag.records import Answer, Guard, Stage, Status, Waiting
from onprem_rag.web import ask


class Chatbot:
    @classmethod
    def open(cls, config):
        return cls()

    def summary(self):
        return "규정 0건"

    def examples(self):
        return ()

    def rate(self, shown, answer, thumb):
        with open(os.environ["CLOSED"], "a") as rated:
            rated.write(f"{answer.question} {thumb}\\n")

    def stream(self, question, earlier=()):
        if question == "고장":
            raise RuntimeError("secret detail")
        if question == "오류":
            raise ModelError("모델이 없습니다: /srv/a_b_c\\n→ 모델을 두세요.")
        if question == "앞서":
            said = " / ".join(one.question for one in earlier)
            yield Answer(question, Status.UNVERIFIED, f"앞선 질문: {said}", guard=Guard.CHECKED)
            return
        if question == "멈춤":
            note = "언어 모델이 <b>답하지</b> 못했습니다."
            stages = (Stage("model", False, note), Stage("facts", False, "대조하지 못했습니다."))
            yield Answer(question, Status.UNVERIFIED, "인용", stages=stages)
            return
        waits = question == "느린 질문"
        try:
            yield Waiting(3)
            time.sleep(waits)
            yield Waiting(0)
            time.sleep(waits)
            for length in range(1, 12 if question == "다음 질문" else 31):
                yield "<b>초안</b>"[:length] + "가" * (length - 9)
                time.sleep(0.1)
        except GeneratorExit:
            with open(os.environ["CLOSED"], "a") as closed:
                closed.write(question + "\\n")
            raise
        yield Answer(question, Status.UNVERIFIED, "확인을 마친 글", guard=Guard.WRITING)


ask.Chatbot = Chatbot
ask.page()
"""


@pytest.fixture(scope="module")
def app(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("app")
    with serving(PROJECT / "app.py", folder, {"ONPREM_RAG_HOME": str(demo_home)}) as address:
        yield address


@pytest.fixture
def page(app: str, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    open_page(page, app)
    yield page
    context.close()


def test_answer_has_a_badge_and_a_citation_that_opens_on_the_quotation(page: Page) -> None:
    answer = ask(page, FREE)
    expect(answer.locator(".orag-badge").first).to_have_text(CHECKED)
    card = answer.get_by_test_id("stExpander").filter(has_text="취업규칙 제37조").first
    expect(card.locator("summary")).to_contain_text(re.compile(r"\[\d\] 취업규칙 제37조"))
    expect(card.locator("mark")).to_be_hidden()
    card.locator("summary").click()
    mark = card.locator("mark")
    expect(mark).to_be_visible()
    quoted, excerpt = mark.text_content() or "", card.locator(".orag-excerpt").text_content() or ""
    assert "사직" in quoted
    assert "제37조" in excerpt
    assert quoted in excerpt


def test_a_card_says_which_article_refers_to_what_it_cites(page: Page) -> None:
    answer = ask(page, REFERRING)
    card = answer.get_by_test_id("stExpander").filter(has_text="(제17조에서 준용)")
    label = card.locator("summary").first
    expect(label).to_contain_text("여비규정 제9조")
    label.click()
    note = card.locator(".orag-naming")
    expect(note).to_be_visible()
    expect(note).to_contain_text("여비규정 제17조에서 이 조문을 가리킵니다")
    expect(note).to_contain_text("“교육훈련을 위한 출장의 여비는 제9조를 준용한다.”")
    expect(card.locator("mark").first).to_contain_text("일비, 식비 및 숙박비를 지급한다")


def test_approved_answer_is_marked(page: Page) -> None:
    answer = ask(page, FAQ)
    expect(answer.locator(".orag-badge").first).to_have_text("승인된 답변")
    expect(answer.locator(".orag-text")).to_contain_text("15일")


def test_example_question_is_asked_by_a_click(page: Page) -> None:
    example = page.get_by_test_id("stMainBlockContainer").get_by_role("button").first
    question = example.inner_text().replace(WORD_JOINER, "")
    example.click()
    expect(page.get_by_test_id("stChatMessage").first).to_contain_text(question)
    expect(page.locator(".orag-status .orag-faq").first).to_be_attached()


def test_one_thumb_an_answer_is_kept_and_can_be_changed(page: Page, demo_home: Path) -> None:
    library = Library.open(load_config(demo_home).library_url)
    answer = ask(page, FAQ)
    up, down = (answer.get_by_role("radio", name=name) for name in ("도움이 됨", "도움이 안 됨"))
    words = answer.locator(".orag-thumbs")
    expect(words).to_have_text(ASKED)
    for thumb, said, kept in ((up, KEPT[1], [1]), (down, KEPT[0], [-1]), (down, TAKEN_BACK, [])):
        thumb.click()
        expect(words).to_have_text(said)
        assert [vote.thumb for vote in library.votes()] == kept
    with library.writing():  # as an ingest does
        up.click()
        expect(words).to_have_text(NOT_KEPT)
        expect(up).not_to_be_checked()
    assert library.votes() == []
    assert page.get_by_test_id("stException").count() == 0
    up.click()
    expect(words).to_have_text(KEPT[1])
    up.click()
    expect(words).to_have_text(TAKEN_BACK)


def test_what_the_rules_do_not_say_is_refused(page: Page) -> None:
    answer = ask(page, UNKNOWN)
    expect(answer.locator(".orag-badge").first).to_contain_text("규정에서 찾지 못함")


def test_conversation_stays_until_it_is_cleared(page: Page) -> None:
    ask(page, FAQ)
    ask(page, UNKNOWN)
    bubbles = page.get_by_test_id("stChatMessage")
    expect(bubbles).to_have_count(4)
    expect(bubbles.nth(0)).to_contain_text(FAQ)
    expect(bubbles.nth(2)).to_contain_text(UNKNOWN)
    page.get_by_role("button", name="대화 지우기").click()
    expect(bubbles).to_have_count(0)


def test_a_follow_up_shows_how_it_was_understood(page: Page) -> None:
    first = ask(page, "육아휴직은 몇 년까지 되나요?")
    expect(first.locator(".orag-understood")).to_have_count(0)
    second = ask(page, "그럼 급여는 얼마야?")
    meant = "이렇게 이해했습니다: ‘육아휴직 급여는 얼마야?’"
    expect(second.locator(".orag-understood")).to_have_text(meant)
    expect(page.get_by_test_id("stChatMessage").nth(2)).to_contain_text("그럼 급여는 얼마야?")
    card = second.get_by_test_id("stExpander").filter(has_text="휴직 및 복직 관리기준 제9조")
    expect(card.first).to_be_visible()
    third = ask(page, "그 조 3항은?")
    meant = "이렇게 이해했습니다: ‘휴직 및 복직 관리기준 제9조 3항은?’"
    expect(third.locator(".orag-understood")).to_have_text(meant)
    page.get_by_role("button", name="대화 지우기").click()
    expect(page.get_by_test_id("stChatMessage")).to_have_count(0)
    again = ask(page, "그럼 급여는 얼마야?")
    expect(again.locator(".orag-understood")).to_have_count(0)


def test_how_facts_were_kept_is_said_of_answers_that_were_written(page: Page) -> None:
    written = ask(page, FREE)
    expect(written.locator(".orag-guard")).to_have_text(GUARD_NAMES[Guard.QUOTED])
    expect(ask(page, FAQ).locator(".orag-guard")).to_have_count(0)
    expect(ask(page, UNKNOWN).locator(".orag-guard")).to_have_count(0)


def test_hostile_question_is_shown_letter_by_letter(page: Page) -> None:
    alerts: list[str] = []

    def note(dialog: Dialog) -> None:
        alerts.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    ask(page, HOSTILE)
    bubble = page.get_by_test_id("stChatMessage").first
    expect(bubble.locator(".orag-text")).to_have_text(HOSTILE)
    assert page.locator("[data-testid=stChatMessage] img, .katex").count() == 0
    assert alerts == []


@pytest.mark.parametrize(
    ("question", "advice"), [("가" * 1_001, "너무 깁니다(1,001자)"), ("   ", "비어 있습니다")]
)
def test_unusable_question_gets_advice(page: Page, question: str, advice: str) -> None:
    box = page.get_by_test_id("stChatInputTextArea")
    box.fill(question)
    box.press("Enter")
    expect(page.get_by_test_id("stChatMessage").last).to_contain_text(advice)


def test_nothing_is_requested_from_elsewhere(app: str, browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    hosts: set[str | None] = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname or request.url[:5]))
    page.on("websocket", lambda channel: hosts.add(urlsplit(channel.url).hostname))
    open_page(page, app)
    ask(page, FAQ)
    page.wait_for_load_state("networkidle")
    assert hosts - {"data:", "blob:"} == {"127.0.0.1"}
    assert page.get_by_test_id("stAppDeployButton").count() == 0
    assert page.get_by_test_id("stMainMenu").count() == 0
    context.close()


def test_readers_do_not_see_each_other(app: str, browser: Browser, page: Page) -> None:
    ask(page, FAQ)
    other = browser.new_context()
    stranger = other.new_page()
    open_page(stranger, app)
    expect(stranger.get_by_test_id("stChatMessage")).to_have_count(0)
    ask(stranger, UNKNOWN)
    expect(page.get_by_test_id("stChatMessage")).to_have_count(2)
    other.close()


def test_missing_library_is_explained_in_korean(browser: Browser, tmp_path: Path) -> None:
    nowhere = tmp_path / "비어_있음"
    with serving(PROJECT / "app.py", tmp_path, {"ONPREM_RAG_HOME": str(nowhere)}) as address:
        page = browser.new_page()
        page.goto(address)
        alert = page.get_by_test_id("stAlert")
        expect(alert).to_be_visible(timeout=40_000)
        expect(alert).to_contain_text("→")
        assert "Traceback" not in page.content()
        page.close()


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file in which the slow app notes the questions whose answers were broken off."""
    file = tmp_path_factory.mktemp("closed") / "questions.txt"
    file.touch()
    return file


@pytest.fixture(scope="module")
def slow_app(tmp_path_factory: pytest.TempPathFactory, closed: Path) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("slow")
    script = folder / "slow.py"
    script.write_text(SLOW_APP, encoding="utf-8")
    environment = {"PYTHONPATH": str(PROJECT), "CLOSED": str(closed)}
    with serving(script, folder, environment) as address:
        yield address


@pytest.fixture
def slow_page(slow_app: str, browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    open_page(page, slow_app)
    yield page
    page.close()


def _begin(page: Page, question: str) -> None:
    """Ask, without waiting for the answer."""
    box = page.get_by_test_id("stChatInputTextArea")
    expect(box).to_be_enabled(timeout=PATIENCE_MS)
    box.fill(question)
    box.press("Enter")


def _comes_to_hold(file: Path, line: str) -> bool:
    deadline = time.monotonic() + 10
    while line not in file.read_text().splitlines() and time.monotonic() < deadline:
        time.sleep(0.1)
    return line in file.read_text().splitlines()


def test_the_queue_and_then_the_growing_draft_are_shown(slow_page: Page) -> None:
    _begin(slow_page, "느린 질문")
    growing = slow_page.locator(".orag-growing")
    expect(growing).to_have_text("앞에 3명이 기다립니다…")
    expect(slow_page.locator(".orag-draft")).to_have_text("대기 중")
    expect(growing).to_have_text("곧 작성을 시작합니다…")
    expect(slow_page.locator(".orag-draft")).to_have_text("작성 중 — 확인 전")
    expect(growing).to_contain_text("<b>초안</b>가")
    first = len(growing.inner_text())
    expect(growing).to_contain_text("가" * first)
    answer = slow_page.get_by_test_id("stChatMessage").last
    expect(answer.locator(".orag-text")).to_have_text("확인을 마친 글", timeout=PATIENCE_MS)
    expect(answer.locator(".orag-guard")).to_have_text(GUARD_NAMES[Guard.WRITING])


def test_a_click_elsewhere_breaks_the_answer_off(slow_page: Page, closed: Path) -> None:
    _begin(slow_page, "지울 질문")
    expect(slow_page.locator(".orag-growing")).to_contain_text("가가")
    slow_page.get_by_role("button", name="대화 지우기").click()
    expect(slow_page.get_by_test_id("stChatMessage")).to_have_count(0)
    assert _comes_to_hold(closed, "지울 질문")
    answer = ask(slow_page, "다음 질문")
    expect(answer.locator(".orag-text")).to_have_text("확인을 마친 글")
    assert "다음 질문" not in closed.read_text().splitlines()


def test_a_closed_page_breaks_the_answer_off(slow_app: str, browser: Browser, closed: Path) -> None:
    page = browser.new_page()
    open_page(page, slow_app)
    _begin(page, "떠난 질문")
    expect(page.locator(".orag-growing")).to_contain_text("가가")
    page.close()
    assert _comes_to_hold(closed, "떠난 질문")


def test_a_thumb_does_not_break_an_answer_off(slow_page: Page, closed: Path) -> None:
    liked = ask(slow_page, "앞서")
    _begin(slow_page, "쓰는 질문")
    expect(slow_page.locator(".orag-growing")).to_contain_text("가가")
    liked.get_by_role("radio", name="도움이 됨").click()
    answer = slow_page.get_by_test_id("stChatMessage").last
    expect(answer.locator(".orag-text")).to_have_text("확인을 마친 글", timeout=PATIENCE_MS)
    assert _comes_to_hold(closed, "앞서 1")
    expect(liked.locator(".orag-thumbs")).to_have_text(KEPT[1])
    assert "쓰는 질문" not in closed.read_text().splitlines()


def test_problems_end_in_words(slow_page: Page) -> None:
    for question, words in (("오류", "/srv/a_b_c"), ("고장", "잠시 후 다시")):
        _begin(slow_page, question)
        expect(slow_page.get_by_test_id("stAlert").last).to_contain_text(words)
    assert "secret detail" not in slow_page.content()


def test_a_quotation_instead_of_the_model_is_marked(slow_page: Page) -> None:
    answer = ask(slow_page, "멈춤")
    mark = answer.locator(".orag-fallback")
    expect(mark).to_be_visible()
    expect(mark).to_have_text("언어 모델이 <b>답하지</b> 못했습니다.")
    expect(answer.locator(".orag-warning li")).to_have_text(
        ["실행하지 못한 확인: 사실 대조 — 대조하지 못했습니다."]
    )
    expect(answer.locator(".orag-guard")).to_have_text(GUARD_NAMES[Guard.QUOTED])


def test_the_last_three_questions_of_this_conversation_count(slow_page: Page) -> None:
    for _ in range(4):
        answer = ask(slow_page, "앞서")
    expect(answer.locator(".orag-text")).to_have_text("앞선 질문: 앞서 / 앞서 / 앞서")
    slow_page.get_by_role("button", name="대화 지우기").click()
    expect(slow_page.get_by_test_id("stChatMessage")).to_have_count(0)
    expect(ask(slow_page, "앞서").locator(".orag-text")).to_have_text("앞선 질문:")


def test_labels_survive_streamlit_markdown(browser: Browser, tmp_path: Path) -> None:
    script = tmp_path / "labels.py"
    script.write_text(
        "import streamlit as st\n"
        "from onprem_rag.web.parts import escape_markdown, show_problem\n"
        f"for label in {LABELS!r}:\n"
        "    st.button(escape_markdown(label))\n"
        "    st.expander(escape_markdown(label)).text('x')\n"
        "    show_problem(label)\n",
        encoding="utf-8",
    )
    with serving(script, tmp_path, {"PYTHONPATH": str(PROJECT)}) as address:
        page = browser.new_page()
        page.goto(address)
        shown = page.locator("[data-testid=stMarkdownContainer]")
        expect(shown).to_have_count(3 * len(LABELS), timeout=40_000)
        texts = [text.replace(WORD_JOINER, "") for text in shown.all_inner_texts()]
        assert texts == [label for label in LABELS for _ in range(3)]
        assert shown.locator("a, img, .katex, em, strong, code, b").count() == 0
        page.close()
