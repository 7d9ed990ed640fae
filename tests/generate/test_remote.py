"""A model behind a URL: what is sent, and that its failures cost the draft, never the answer."""

from __future__ import annotations

import socket
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from onprem_rag.chatbot import Chatbot
from onprem_rag.config import AnswerConfig, Config, ModelConfig
from onprem_rag.errors import ModelError
from onprem_rag.generate.chat import ChatModel
from onprem_rag.generate.remote import ServedChatModel, at_most, connect
from onprem_rag.library.store import Library
from onprem_rag.prompts import Message
from onprem_rag.records import Answer, Guard, Status

if TYPE_CHECKING:
    from tests.generate.conftest import ChatServer

QUESTION = "그만두려면 사직서는 언제까지 내야 하나요"


def served_by(config: Config, url: str, timeout_s: float = 20.0) -> Config:
    return replace(
        config,
        models=ModelConfig(llm=url, llm_name="ours"),
        answer=AnswerConfig(max_new_tokens=77, timeout_s=timeout_s),
    )


def asking(config: Config, url: str, timeout_s: float = 20.0) -> Chatbot:
    config = served_by(config, url, timeout_s)
    return Chatbot(config, Library.open(config.library_url))


def model_at(url: str, timeout_s: float = 20.0) -> ChatModel:
    return connect(served_by(Config(Path("home")), url, timeout_s))


def written(model: ChatModel) -> str:
    return "".join(str(chunk.text) for chunk in model.chat.stream([("user", QUESTION)]))


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
    assert request["max_tokens"] == 77  # OpenAI's newer name is not known to every server
    assert "max_completion_tokens" not in request
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


@pytest.mark.parametrize(
    ("fault", "tries"), [("500", 2), ("401", 1), ("page", 1), ("dies", 1), ("says", 1)]
)
def test_a_server_that_fails(
    demo_config: Config, server: ChatServer, chatbot: Chatbot, fault: str, tries: int
) -> None:
    """One more try where it refused before it sent anything, and none in any other case."""
    server.fault = fault
    assert_quoted_instead(asking(demo_config, server.url).ask(QUESTION), chatbot)
    assert len(server.requests) == tries


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


def test_what_is_known_of_a_served_model(server: ChatServer) -> None:
    model = model_at(server.url)
    assert (model.name, model.context, model.special) == ("ours", 4096, ())
    assert model.guard is Guard.CHECKED
    assert server.requests == []


def test_the_key_is_sent_and_shown_nowhere(server: ChatServer) -> None:
    models = ModelConfig(llm=server.url, llm_name="ours", llm_key="secret-key")
    model = connect(replace(Config(Path("home")), models=models))
    assert written(model)
    assert [request["authorization"] for request in server.requests] == ["Bearer secret-key"]
    assert "secret-key" not in f"{model!r} {models!r}"
    server.fault = "401"
    with pytest.raises(ModelError, match="llm_key") as failure:
        written(model)
    assert "secret-key" not in str(failure.value)


def test_the_whole_draft_has_its_time(server: ChatServer) -> None:
    """Pieces that never end are not waited for, and the server is told."""
    server.fault = "drips"
    began = time.monotonic()
    with pytest.raises(ModelError, match=r"제때 답하지 않았습니다[^→]*\n→ .*timeout_s"):
        written(model_at(server.url, 0.5))
    assert 0.5 <= time.monotonic() - began < 2
    assert server.left.wait(2)


def test_a_stop_within_the_draft_does_not_cost_the_whole_time(server: ChatServer) -> None:
    server.fault = "stalls"
    model = model_at(server.url, 20.0)
    assert isinstance(model.chat, ServedChatModel)
    assert model.chat.between_s <= 8
    model.chat.between_s = 0.2
    began = time.monotonic()
    with pytest.raises(ModelError, match="제때 답하지 않았습니다"):
        written(model)
    assert 0.2 <= time.monotonic() - began < 2


def test_who_leaves_ends_the_connection(server: ChatServer) -> None:
    server.fault = "drips"
    stream = model_at(server.url).chat.stream([("user", QUESTION)])
    next(stream)
    assert not server.left.is_set()
    stream.close()  # type: ignore[attr-defined]
    assert server.left.wait(2)


def test_a_refused_connection_is_tried_once_more(server: ChatServer) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
    began = time.monotonic()
    with pytest.raises(ModelError, match=r"연결할 수 없습니다: http://127\.[^→]*\n→ 모델 서버를"):
        written(model_at(url))
    assert 0.3 <= time.monotonic() - began < 2


def test_what_a_model_thinks_aloud_is_no_draft(
    demo_config: Config, server: ChatServer, chatbot: Chatbot
) -> None:
    bot = asking(demo_config, server.url)
    expected = bot.ask(QUESTION).text
    server.pieces = ("<think>60일 전", "까지일까?</thi", "nk>\n\n", *server.pieces)
    seen = list(bot.stream(QUESTION))
    assert seen[0] == "사직하려는 직원은 "
    assert isinstance(seen[-1], Answer)
    assert seen[-1].text == expected
    server.pieces = ("<think>60일", "일까?")
    assert_quoted_instead(bot.ask(QUESTION), chatbot)


def test_an_empty_draft_is_a_failure_not_a_refusal(
    demo_config: Config, server: ChatServer, chatbot: Chatbot
) -> None:
    server.pieces = ()
    assert_quoted_instead(asking(demo_config, server.url).ask(QUESTION), chatbot)


def test_a_completion_is_the_stream_as_a_whole(server: ChatServer) -> None:
    server.pieces = ("30일", " 전까지")
    assert model_at(server.url).chat.invoke([("user", QUESTION)]).text == "30일 전까지"


def test_no_proxy_of_the_environment_sees_a_question(
    server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "OPENAI_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_API_BASE", "http://127.0.0.1:9/v1")
    assert written(model_at(server.url)).startswith("사직하려는 직원은 ")


def test_the_bound_of_tokens_holds_for_a_small_korean_vocabulary() -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    rules = Path(__file__).resolve().parents[2] / "demo" / "regulations"
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.train_from_iterator(
        [(rules / "취업규칙.txt").read_text(encoding="cp949")],
        trainers.BpeTrainer(vocab_size=1_000, initial_alphabet=alphabet, show_progress=False),
    )
    for name in ("보안업무 세칙.txt", "계약사무 처리기준.txt", "개인정보 처리지침.md"):
        text = (rules / name).read_text(encoding="utf-8")
        assert 0.3 < len(tokenizer.encode(text).ids) / at_most([Message("user", text)]) <= 1
    for text in ("①②③ 勤勞基準法 ─│┼ 🙂", "0123456789 abc", "", "\ud800"):
        needed = len(tokenizer.encode(text.encode(errors="replace").decode()).ids)
        assert needed <= at_most([Message("user", text)]) - 40
