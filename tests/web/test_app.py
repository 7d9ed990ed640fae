"""The app as its readers meet it: the real server and a real Chromium."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Dialog, Locator, Page, expect, sync_playwright

PROJECT = Path(__file__).resolve().parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
PATIENCE_MS = 20_000
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
import time
from onprem_rag.errors import ModelError
from onprem_rag.records import Answer, Status
from onprem_rag.web import ask


class Chatbot:
    @classmethod
    def open(cls, config):
        return cls()

    def summary(self):
        return "규정 0건"

    def examples(self):
        return ()

    def stream(self, question):
        if question == "고장":
            raise RuntimeError("secret detail")
        if question == "오류":
            raise ModelError("모델이 없습니다: /srv/a_b_c\\n→ 모델을 두세요.")
        for length in range(1, 31):
            yield "<b>초안</b>"[:length] + "가" * (length - 9)
            time.sleep(0.1)
        yield Answer(question, Status.UNVERIFIED, "확인을 마친 글")


ask.Chatbot = Chatbot
ask.page()
"""


@contextmanager
def serving(script: Path, folder: Path, environment: dict[str, str]) -> Iterator[str]:
    """The address of a Streamlit server that runs ``script`` until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    command += ["--server.port", port, "--server.address", "127.0.0.1"]
    log = folder / "server.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            command,
            cwd=PROJECT,
            env={**os.environ, **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_until_healthy(address, server, log)
        yield address
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_until_healthy(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urlopen(f"{address}/_stcore/health", timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"the app did not start:\n{log.read_text()}")


@pytest.fixture(scope="module")
def app(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("app")
    with serving(PROJECT / "app.py", folder, {"ONPREM_RAG_HOME": str(demo_home)}) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip("no Chromium: install the package 'chromium' to run the app's tests")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(BROWSER_FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def page(app: str, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    _open(page, app)
    yield page
    context.close()


def _open(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.get_by_role("button", name="대화 지우기")).to_be_visible(timeout=40_000)


def ask(page: Page, question: str) -> Locator:
    """Type a question, wait until its answer is final, return the answer's bubble."""
    bubbles = page.get_by_test_id("stChatMessage")
    before = bubbles.count()
    box = page.get_by_test_id("stChatInputTextArea")
    expect(box).to_be_enabled(timeout=PATIENCE_MS)
    box.fill(question)
    box.press("Enter")
    answer = bubbles.nth(before + 1)
    expect(answer.locator(".orag-badge:not(.orag-draft)").first).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".orag-draft")).to_have_count(0)
    return answer


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
    _open(page, app)
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
    _open(stranger, app)
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


def test_draft_grows_marked_and_problems_end_in_words(browser: Browser, tmp_path: Path) -> None:
    script = tmp_path / "slow.py"
    script.write_text(SLOW_APP, encoding="utf-8")
    with serving(script, tmp_path, {"PYTHONPATH": str(PROJECT)}) as address:
        page = browser.new_page()
        _open(page, address)
        box = page.get_by_test_id("stChatInputTextArea")
        growing = page.locator(".orag-growing")
        box.fill("느린 질문")
        box.press("Enter")
        expect(page.locator(".orag-draft")).to_have_text("작성 중 — 확인 전")
        expect(growing).to_contain_text("<b>초안</b>가")
        first = len(growing.inner_text())
        expect(growing).to_contain_text("가" * first)
        page.get_by_role("button", name="대화 지우기").click()
        expect(page.get_by_test_id("stChatMessage")).to_have_count(0)
        answer = ask(page, "느린 질문")
        expect(answer.locator(".orag-text")).to_have_text("확인을 마친 글")
        for question, words in (("오류", "/srv/a_b_c"), ("고장", "잠시 후 다시")):
            box.fill(question)
            box.press("Enter")
            alert = page.get_by_test_id("stAlert").last
            expect(alert).to_contain_text(words)
            expect(box).to_be_enabled()
        assert "secret detail" not in page.content()
        page.close()


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
