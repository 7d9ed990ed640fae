"""A model behind a URL: what is sent, and that its failures cost the draft, never the answer."""

from __future__ import annotations

import socket
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from onprem_rag.chatbot import Chatbot
from onprem_rag.config import AnswerConfig, Config, ModelConfig
from onprem_rag.library.store import Library
from onprem_rag.records import Answer, Status

if TYPE_CHECKING:
    from tests.generate.conftest import ChatServer

QUESTION = "그만두려면 사직서는 언제까지 내야 하나요"


def asking(config: Config, url: str, timeout_s: float = 20.0) -> Chatbot:
    config = replace(
        config,
        models=ModelConfig(llm=url, llm_name="ours"),
        answer=AnswerConfig(max_new_tokens=77, timeout_s=timeout_s),
    )
    return Chatbot(config, Library.open(config.library_url))


def assert_quoted_instead(answer: Answer, chatbot: Chatbot) -> None:
    """``answer`` is the one without a model, and says that the model failed."""
    expected = chatbot.ask(QUESTION)
    assert (answer.text, answer.citations) == (expected.text, expected.citations)
    assert answer.generator == "extract"
    (stage,) = [stage for stage in answer.stages if not stage.ran]
    assert stage.name == "model"
    assert "원문을 인용" in stage.note


def test_the_served_draft_is_checked_and_cited(demo_config: Config, server: ChatServer) -> None:
    answer = asking(demo_config, server.url).ask(QUESTION)
    assert answer.status is Status.VERIFIED
    assert answer.text == (
        "사직하려는 직원은 퇴직하려는 날의 30일 전까지 사직서를 제출하여야 한다. [1]"
    )
    assert answer.generator == "ours"
    assert [(c.document, c.article) for c in answer.citations] == [("취업규칙", "제37조")]


def test_what_is_sent(demo_config: Config, server: ChatServer) -> None:
    asking(demo_config, server.url + "/").ask(QUESTION)
    (request,) = server.requests
    assert request["path"] == "/v1/chat/completions"
    assert (request["model"], request["stream"], request["temperature"]) == ("ours", True, 0)
    assert 77 in (request.get("max_tokens"), request.get("max_completion_tokens"))
    system, user = request["messages"]
    assert (system["role"], user["role"]) == ("system", "user")
    assert QUESTION in user["content"]
    assert "[1] 취업규칙 제37조\n" in user["content"]
    assert "\n[2] " in user["content"]
    assert "\n[3] " not in user["content"]  # N = 2


def test_nothing_is_sent_before_a_question_or_for_an_approved_one(
    demo_config: Config, server: ChatServer
) -> None:
    assert asking(demo_config, server.url).ask("연차는 며칠인가요?").status is Status.FAQ
    assert server.requests == []


def test_a_server_that_refuses_the_connection(demo_config: Config, chatbot: Chatbot) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    answer = asking(demo_config, f"http://127.0.0.1:{port}/v1").ask(QUESTION)
    assert_quoted_instead(answer, chatbot)


@pytest.mark.parametrize("fault", ["500", "page", "dies"])
def test_a_server_that_fails(
    demo_config: Config, server: ChatServer, chatbot: Chatbot, fault: str
) -> None:
    server.fault = fault
    assert_quoted_instead(asking(demo_config, server.url).ask(QUESTION), chatbot)
    assert 1 <= len(server.requests) <= 2  # one more try, no more


@pytest.mark.parametrize("fault", ["silent", "stalls"])
def test_a_server_that_hangs_costs_the_configured_time(
    demo_config: Config, server: ChatServer, chatbot: Chatbot, fault: str
) -> None:
    server.fault = fault
    bot = asking(demo_config, server.url, timeout_s=0.4)
    began = time.monotonic()
    answer = bot.ask(QUESTION)
    assert 0.4 <= time.monotonic() - began < 8
    assert_quoted_instead(answer, chatbot)


def test_half_a_draft_is_thrown_away(demo_config: Config, server: ChatServer) -> None:
    server.pieces = ("사직서는 60일 전까지 ", "내야 ", "합니다.")
    server.fault = "dies"
    seen = list(asking(demo_config, server.url).stream(QUESTION))
    assert seen[0] == "사직서는 60일 전까지 "  # shown while it came, as unchecked
    assert isinstance(seen[-1], Answer)
    assert "60일" not in seen[-1].text


def test_the_next_question_finds_a_server_that_came_back(
    demo_config: Config, server: ChatServer
) -> None:
    bot = asking(demo_config, server.url)
    server.fault = "500"
    assert bot.ask(QUESTION).generator == "extract"
    server.fault = ""
    assert bot.ask(QUESTION).generator == "ours"
