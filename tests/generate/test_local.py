"""A model folder in this process: 4 bits, safetensors only, and a reader who may leave."""

from __future__ import annotations

import os
import pickle
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from onprem_rag.chatbot import Chatbot
from onprem_rag.config import AnswerConfig, Config, ModelConfig
from onprem_rag.errors import ConfigError, ModelError
from onprem_rag.generate import open_generator
from onprem_rag.generate.chat import ChatGenerator
from onprem_rag.generate.extract import Extractive
from onprem_rag.library.store import Library

if TYPE_CHECKING:
    from onprem_rag.generate.local import LocalChatModel

CHAT = [("system", "규정만 근거로 답한다."), ("user", "식사비는 얼마까지 되나요?")]
LONG = 3_000  # tokens: about ten seconds of the tiny model, if nobody stops it


@pytest.fixture(scope="module")
def model(tiny_llm: Path) -> LocalChatModel:
    from onprem_rag.generate.local import load

    return load(tiny_llm, LONG)


@pytest.fixture
def steps(model: LocalChatModel) -> Iterator[list[int]]:
    """Grows by one at every token that the model computes."""
    counted: list[int] = []
    hook = model.model.register_forward_hook(lambda *_: counted.append(1))
    yield counted
    hook.remove()


@pytest.fixture
def broken(tiny_llm: Path, tmp_path: Path) -> Path:
    """A copy of the model folder, to be broken."""
    return Path(shutil.copytree(tiny_llm, tmp_path / "broken"))


def test_every_inner_layer_is_in_nf4(model: LocalChatModel) -> None:
    from bitsandbytes.nn import Linear4bit

    layers = [module for module in model.model.modules() if isinstance(module, Linear4bit)]
    assert len(layers) == 2 * 7  # layers × (four of the attention, three of the MLP)
    assert {layer.weight.quant_state.quant_type for layer in layers} == {"nf4"}
    assert all(layer.weight.quant_state.nested for layer in layers)  # double quantisation
    # Two weights a byte.
    assert layers[0].weight.numel() * 2 == layers[0].in_features * layers[0].out_features


def test_loading_draws_no_bar_where_nobody_looks(
    tiny_llm: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    from onprem_rag.generate.local import load

    load(tiny_llm, 1)
    assert "%|" not in capfd.readouterr().err


def test_a_configured_folder_that_is_not_there(demo_config: Config, extractive: Extractive) -> None:
    config = replace(demo_config, models=ModelConfig(llm="models/no-such-model"))
    with pytest.raises(ConfigError, match=r"언어 모델 폴더가 없습니다.*no-such-model\n→ .*llm"):
        open_generator(config, extractive)


def test_loading_a_folder_that_is_not_there(tmp_path: Path) -> None:
    from onprem_rag.generate.local import load

    with pytest.raises(ModelError, match=r"언어 모델을 불러올 수 없습니다(?s:.*)\n→ safetensors"):
        load(tmp_path / "nothing", 8)


def test_a_pickle_in_the_place_of_safetensors_is_never_opened(broken: Path) -> None:
    from onprem_rag.generate.local import load

    witness = broken / "the pickle was opened"

    class Bomb:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.mkdir, (str(witness),)

    (broken / "model.safetensors").unlink()
    (broken / "pytorch_model.bin").write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(ModelError, match=r"불러올 수 없습니다(?s:.*)\n→ safetensors"):
        load(broken, 8)
    assert not witness.exists()


def test_damaged_weights(broken: Path) -> None:
    from onprem_rag.generate.local import load

    weights = broken / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1_000])
    with pytest.raises(ModelError, match=r"불러올 수 없습니다(?s:.*)\n→ "):
        load(broken, 8)


def test_a_model_that_is_not_for_chat(broken: Path) -> None:
    from onprem_rag.generate.local import load

    (broken / "chat_template.jinja").unlink()
    with pytest.raises(ModelError, match=r"대화 서식(?s:.*)\n→ 대화용"):
        load(broken, 8)


def test_leaving_the_stream_stops_the_model(model: LocalChatModel, steps: list[int]) -> None:
    stream = model.stream(CHAT)
    next(stream)
    began = time.monotonic()
    stream.close()  # type: ignore[attr-defined]
    assert time.monotonic() - began < 2
    computed = len(steps)
    assert computed < LONG / 10
    time.sleep(0.1)
    assert len(steps) == computed


def test_two_threads_take_turns(tiny_llm: Path) -> None:
    from onprem_rag.generate.local import load

    model = load(tiny_llm, 24)
    chats = [CHAT, [("user", "여비를 정산하여야 한다.")]]
    alone = ["".join(chunk.text for chunk in model.stream(chat)) for chat in chats]
    assert alone[0] != alone[1]
    running: list[int] = []
    together: list[int] = []
    model.model.register_forward_pre_hook(
        lambda *_: (running.append(1), together.append(len(running)))[0]
    )
    model.model.register_forward_hook(lambda *_: (running.pop(), None)[1])
    answers = ["", ""]
    start = threading.Barrier(2)

    def ask(at: int) -> None:
        start.wait()
        answers[at] = "".join(chunk.text for chunk in model.stream(chats[at]))

    threads = [threading.Thread(target=ask, args=(at,)) for at in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert answers == alone
    assert max(together) == 1


def test_a_model_that_fails_while_writing_gives_way_to_quotations(
    demo_config: Config, tiny_llm: Path, chatbot: Chatbot
) -> None:
    config = replace(
        demo_config,
        models=ModelConfig(llm=str(tiny_llm)),
        answer=AnswerConfig(max_new_tokens=0),  # transformers refuses it
    )
    question = "금요일엔 청바지 입고 출근해도 되나요?"
    answer = Chatbot(config, Library.open(config.library_url)).ask(question)
    assert answer.text == chatbot.ask(question).text
    assert answer.generator == "extract"
    assert [stage.name for stage in answer.stages if not stage.ran] == ["model"]


def test_a_draft_that_breaks_off_is_not_taken_for_whole(
    model: LocalChatModel, demo_config: Config, steps: list[int]
) -> None:
    """As when the GPU's memory ends in the middle of a sentence."""

    def runs_out(*_: object) -> None:
        if len(steps) == 5:
            raise RuntimeError("CUDA out of memory")

    generator = ChatGenerator(model, "tiny", demo_config.prompt_folder, 2, 100)
    hook = model.model.register_forward_pre_hook(runs_out)
    try:
        with pytest.raises(ModelError, match=r"\(tiny\)이 답하지 못했습니다: .*memory\n→ .*doctor"):
            list(generator.stream("질문", []))
    finally:
        hook.remove()
    assert next(generator.stream("질문", []))  # and the next question finds the model free
