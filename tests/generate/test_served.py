"""The real ``transformers serve`` with a tiny model: twenty users at once, and its sudden death.

It is started with the flags of ``deploy/onprem-rag-model@.service``: 4 bits, continuous batching.
"""

from __future__ import annotations

import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import pytest

from onprem_rag.chatbot import MODEL_FAILED, Chatbot
from onprem_rag.config import AnswerConfig, Config, ModelConfig
from onprem_rag.drafts import QUOTED_INSTEAD
from onprem_rag.errors import ModelError
from onprem_rag.generate.chat import ChatGenerator
from onprem_rag.generate.remote import connect
from onprem_rag.generate.server import health
from onprem_rag.library.store import Library
from onprem_rag.prompts import OWN
from onprem_rag.records import Answer

pytest.importorskip("fastapi", reason="transformers serve needs fastapi")
pytest.importorskip("uvicorn", reason="transformers serve needs uvicorn")

UNIT = Path(__file__).resolve().parents[2] / "deploy" / "onprem-rag-model@.service"
QUESTION = "그만두려면 사직서는 언제까지 내야 하나요"
USERS = 20
# Without these the cache would take most of this machine's memory, and a minute to fill.
SMALL = "--device cpu --cb-block-size 32 --cb-num-blocks 1024".split()


@dataclass(frozen=True)
class Served:
    """A running ``transformers serve``."""

    process: subprocess.Popen[bytes]
    url: str
    model: str
    log: Path


@dataclass
class User:
    """What one user saw, and when (``time.monotonic``)."""

    drafts: list[str] = field(default_factory=list)
    first: float = 0.0
    end: float = 0.0
    answer: Answer | None = None


def unit_command(model: Path, port: int) -> list[str]:
    """``ExecStart`` of the unit, with this Python, model and port."""
    text = UNIT.read_text(encoding="utf-8").replace("\\\n", " ")
    (line,) = [line for line in text.splitlines() if line.startswith("ExecStart=")]
    program, *arguments = shlex.split(line.removeprefix("ExecStart="))
    assert Path(program).name == "transformers"
    values = {"${MODEL}": str(model), "810%i": str(port)}
    return [
        *(sys.executable, "-c", "from transformers.cli.transformers import main; main()"),
        *(values.get(argument, argument) for argument in arguments),
        *SMALL,
    ]


@pytest.fixture(scope="module")
def served(tiny_llm: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("served")
    environment = os.environ | {
        "HF_HUB_OFFLINE": "1",
        "HF_HOME": str(folder),
        "OMP_NUM_THREADS": "1",
        "CUDA_VISIBLE_DEVICES": "",
    }
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            unit_command(tiny_llm, port), stdout=log, stderr=subprocess.STDOUT, env=environment
        )
    running = Served(process, f"http://127.0.0.1:{port}/v1", str(tiny_llm), folder / "log")
    try:
        wait_until_up(running)
        yield running
    finally:
        process.kill()
        process.wait(10)


def wait_until_up(served: Served) -> None:
    end = time.monotonic() + 150
    while time.monotonic() < end and served.process.poll() is None:
        try:
            address = served.url.removesuffix("/v1") + "/health"
            if httpx.get(address, timeout=1, trust_env=False).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    pytest.fail(f"the server did not start:\n{served.log.read_text()[-2000:]}")


def asking(config: Config, served: Served, tokens: int) -> Chatbot:
    models = ModelConfig(llm=served.url, llm_name=served.model)
    config = replace(config, models=models, answer=AnswerConfig(max_new_tokens=tokens))
    return Chatbot(config, Library.open(config.library_url))


def start_users(bot: Chatbot) -> tuple[list[User], list[threading.Thread]]:
    """Twenty users who ask at the same moment."""
    users = [User() for _ in range(USERS)]
    together = threading.Barrier(USERS)

    def ask(user: User) -> None:
        together.wait()
        for item in bot.stream(QUESTION):
            if isinstance(item, Answer):
                user.answer = item
            elif isinstance(item, str):
                user.first = user.first or time.monotonic()
                user.drafts.append(item)
        user.end = time.monotonic()

    threads = [threading.Thread(target=ask, args=(user,), daemon=True) for user in users]
    for thread in threads:
        thread.start()
    return users, threads


def left_to_quotation(answer: Answer) -> bool:
    """The answer says that the model failed and the rules are quoted.

    What random weights write is quoted instead as well, for another reason.
    """
    notes = [stage.note for stage in answer.stages if stage.name == "model" and not stage.ran]
    return answer.generator == "extract" and notes == [f"{MODEL_FAILED} {QUOTED_INSTEAD}"]


def test_it_is_well(served: Served) -> None:
    """It lists no model, for it knows only those of a cache; a token shows that it works."""
    found = health(served.url, served.model)
    assert (found.problem, found.models) == ("", ())
    assert "Server is pinned to" in health(served.url, "default").problem


def test_it_is_asked_whether_it_agrees(served: Served, tmp_path: Path) -> None:
    """It tells no probabilities, and random weights say neither 예 nor 아니요."""
    models = ModelConfig(llm=served.url, llm_name=served.model)
    model = connect(Config(tmp_path, models=models, answer=AnswerConfig(max_new_tokens=20)))
    generator = ChatGenerator(model, OWN, 2, AnswerConfig())
    values = {"claim": "식사비는 5만원이다.", "passages": "식사비는 5만원을 초과할 수 없다."}
    with pytest.raises(ModelError, match=r"예나 아니요로 답하지 않았습니다: '.+'"):
        generator.agrees("verify", values, 30.0)


def test_twenty_users_at_once(demo_config: Config, served: Served) -> None:
    users, threads = start_users(asking(demo_config, served, tokens=160))
    for thread in threads:
        thread.join(60)
    for user in users:
        assert user.answer is not None
        assert len(user.drafts) > 5  # it came in pieces
        assert not left_to_quotation(user.answer)
        assert all(user.drafts[-1].startswith(draft) for draft in user.drafts)
    # They were written at the same time: most had begun before the first was done.
    begun = sorted(user.first for user in users)
    assert begun[len(users) // 2] < min(user.end for user in users)


def test_a_server_killed_within_the_answers(
    demo_config: Config, served: Served, chatbot: Chatbot
) -> None:
    """The last test here: it leaves no server behind."""
    expected = chatbot.ask(QUESTION)
    bot = asking(demo_config, served, tokens=800)
    users, threads = start_users(bot)
    end = time.monotonic() + 60
    while not all(user.drafts for user in users) and time.monotonic() < end:
        time.sleep(0.02)
    assert all(user.drafts and user.answer is None for user in users)  # all in mid-answer
    os.kill(served.process.pid, signal.SIGKILL)
    killed = time.monotonic()
    for thread in threads:
        thread.join(max(0.0, killed + 10 - time.monotonic()))
    for user in users:
        assert user.answer is not None
        assert user.end - killed < 10
        assert left_to_quotation(user.answer)
        assert user.answer.text == expected.text
    assert left_to_quotation(bot.ask(QUESTION))  # nor does the next question hang
    assert time.monotonic() - killed < 12
