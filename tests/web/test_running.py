"""A running ingest in the app: seen by everyone, at nobody's cost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from onprem_rag.ingesting import progressing
from tests.web.serving import PATIENCE_MS, PROJECT, ask, open_page, serving

RUNNING_APP = """
import time

import streamlit as st

from onprem_rag.records import Answer, Status
from onprem_rag.web import ask, running


class Chatbot:
    @classmethod
    def open(cls, config):
        return cls()

    def __init__(self):
        self.asked = 0

    def summary(self):
        return "규정 1건"

    def examples(self):
        return ()

    def stream(self, question, earlier=()):
        self.asked += 1
        for number in range(20):
            time.sleep(0.1)
            yield f"초안 {number}"
        yield Answer(question, Status.REFUSED, f"{self.asked}번째 답", (), (), ())


ask.Chatbot = Chatbot
running._SELDOM_S = running._OFTEN_S = 0.4
ask.page()
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def running_app(tmp_path_factory: pytest.TempPathFactory, home: Path) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("running")
    script = folder / "running.py"
    script.write_text(RUNNING_APP, encoding="utf-8")
    environment = {"PYTHONPATH": str(PROJECT), "ONPREM_RAG_HOME": str(home)}
    with serving(script, folder, environment) as address:
        yield address


@pytest.fixture
def page(running_app: str, browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    open_page(page, running_app)
    yield page
    page.close()


def nothing(stage: str, done: int, total: int, passages: int | None = None) -> None:
    """No bars."""


def test_an_open_page_shows_it_and_forgets_it(page: Page, home: Path) -> None:
    shown = page.get_by_test_id("stSidebar").locator(".orag-running")
    expect(shown).to_have_count(0)
    with progressing(home, "add", nothing) as progress:
        expect(shown).to_contain_text("규정 반영 중준비 중", timeout=PATIENCE_MS)
        progress("파일 읽기", 52, 52, 1000)
        time.sleep(0.3)
        progress("벡터 계산", 450, 1000)
        expect(shown).to_contain_text("벡터 계산 45%", timeout=PATIENCE_MS)
        expect(shown).to_contain_text("파일 52/52 · 조문 1,000개남은 시간 계산 중")
    expect(shown).to_have_count(0, timeout=PATIENCE_MS)


def test_it_does_not_disturb_an_answer_that_is_being_written(page: Page, home: Path) -> None:
    shown = page.locator(".orag-running")
    with progressing(home, "add", nothing):
        expect(shown).to_be_visible(timeout=PATIENCE_MS)
        answer = ask(page, "휴가는?")
        expect(answer).to_contain_text("1번째 답")
        expect(shown).to_be_visible()
    expect(shown).to_have_count(0, timeout=PATIENCE_MS)
    expect(answer).to_contain_text("1번째 답")
