"""A model folder in this process: 4 bits, safetensors only, and a reader who may leave."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from onprem_rag.chatbot import Chatbot
from onprem_rag.config import AnswerConfig, Config, ModelConfig
from onprem_rag.errors import ConfigError, ModelError
from onprem_rag.generate import open_generator
from onprem_rag.generate.chat import ChatGenerator, ChatModel, even
from onprem_rag.generate.copy_guard import CopyGuard
from onprem_rag.generate.extract import Extractive
from onprem_rag.library.store import Library
from onprem_rag.prompts import Message
from onprem_rag.records import Guard

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessageChunk

    from onprem_rag.generate.local import LocalChatModel

CHAT = [("system", "규정만 근거로 답한다."), ("user", "식사비는 얼마까지 되나요?")]
LONG = 1_500  # tokens: about five seconds of the tiny model, if nobody stops it


def text(stream: Iterable[BaseMessageChunk]) -> str:
    return "".join(str(chunk.text) for chunk in stream)


def loaded(folder: Path, tokens: int = 8, **options: Any) -> LocalChatModel:
    from onprem_rag.generate.local import LocalChatModel, load

    chat = load(folder, None, AnswerConfig(max_new_tokens=tokens, **options)).chat
    assert isinstance(chat, LocalChatModel)
    return chat


@pytest.fixture(scope="module")
def model(tiny_llm: Path) -> LocalChatModel:
    return loaded(tiny_llm, LONG)


@pytest.fixture(scope="module")
def brief(tiny_llm: Path) -> LocalChatModel:
    """Writes 24 tokens."""
    return loaded(tiny_llm, 24)


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
    loaded(tiny_llm)
    assert "%|" not in capfd.readouterr().err


def test_a_configured_folder_that_is_not_there(demo_config: Config, extractive: Extractive) -> None:
    config = replace(demo_config, models=ModelConfig(llm="models/no-such-model"))
    with pytest.raises(ConfigError, match=r"언어 모델 폴더가 없습니다.*no-such-model\n→ .*llm"):
        open_generator(config, extractive, even)


def test_loading_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"언어 모델을 불러올 수 없습니다(?s:.*)\n→ safetensors"):
        loaded(tmp_path / "nothing")


def test_a_pickle_in_the_place_of_safetensors_is_never_opened(broken: Path) -> None:
    witness = broken / "the pickle was opened"

    class Bomb:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.mkdir, (str(witness),)

    (broken / "model.safetensors").unlink()
    (broken / "pytorch_model.bin").write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(ModelError, match=r"불러올 수 없습니다(?s:.*)\n→ safetensors"):
        loaded(broken)
    assert not witness.exists()


def test_damaged_weights(broken: Path) -> None:
    weights = broken / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1_000])
    with pytest.raises(ModelError, match=r"불러올 수 없습니다(?s:.*)\n→ "):
        loaded(broken)


def test_weights_that_are_lacking_are_not_made_up(broken: Path) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(broken / "model.safetensors")
    del weights["model.layers.1.mlp.up_proj.weight"]
    save_file(weights, broken / "model.safetensors", {"format": "pt"})
    with pytest.raises(ModelError, match=r"1개의 가중치가 없음: model\.layers\.1\.mlp\.up_proj"):
        loaded(broken)


def test_a_model_that_is_not_for_chat(broken: Path) -> None:
    (broken / "chat_template.jinja").unlink()
    with pytest.raises(ModelError, match=r"대화 서식(?s:.*)\n→ 대화용"):
        loaded(broken)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("config.json", {"model_type": "own-model", "auto_map": {"AutoConfig": "own.OwnConfig"}}),
        (
            "tokenizer_config.json",
            {"tokenizer_class": "OwnTokenizer", "auto_map": {"AutoTokenizer": ["own.Own", None]}},
        ),
    ],
)
def test_a_model_with_code_of_its_own_is_refused(
    broken: Path, name: str, changes: dict[str, object]
) -> None:
    config = json.loads((broken / name).read_text(encoding="utf-8")) | changes
    (broken / name).write_text(json.dumps(config), encoding="utf-8")
    witness = broken / "the code ran"
    (broken / "own.py").write_text(f"import os; os.mkdir({str(witness)!r})", encoding="utf-8")
    with pytest.raises(ModelError, match=rf"자체 코드\(auto_map\).*{name}\n→ .*models"):
        loaded(broken)
    assert not witness.exists()


def test_code_that_transformers_does_not_need_is_left_alone(broken: Path) -> None:
    config = json.loads((broken / "config.json").read_text(encoding="utf-8"))
    config["auto_map"] = {"AutoModelForCausalLM": "own.OwnModel"}  # and model_type is llama
    (broken / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (broken / "own.py").write_text("raise SystemExit('the code ran')", encoding="utf-8")
    assert text(loaded(broken).stream(CHAT))


def test_what_does_not_fit_into_the_memory_is_not_tried(broken: Path) -> None:
    config = json.loads((broken / "config.json").read_text(encoding="utf-8"))
    config["num_hidden_layers"] = 10**9  # as far as its cache is concerned
    (broken / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(ModelError, match=r"메모리에 들어가지 않습니다(?s:.*)GiB가 모자랍니다"):
        loaded(broken)


def test_what_is_known_about_a_loaded_model(tiny_llm: Path) -> None:
    from onprem_rag.generate.local import load

    known = load(tiny_llm, None, AnswerConfig(context=4096, max_new_tokens=8))
    assert known.name == "tiny-llama"
    assert known.context == 2048  # all that the model takes
    assert known.special == ("<unk>", "<s>", "<pad>")
    assert known.guard is Guard.WRITING
    # <s> user 식사비는 <s> assistant
    assert known.count([Message("user", "식사비는")]) == 5


def test_a_prompt_that_is_too_long_is_never_cut(tiny_llm: Path, steps: list[int]) -> None:
    chat = loaded(tiny_llm, 8, context=32)
    fits = "가 " * (32 - 8 - 4)
    assert text(chat.stream([("user", fits)]))
    with pytest.raises(ModelError) as raised:
        text(chat.stream([("user", fits + "가")]))
    message, remedy = str(raised.value).split("\n→ ")
    assert message.startswith("프롬프트가 25토큰이어서")
    assert "24토큰" in message
    assert "context" in remedy


def test_the_folder_s_own_way_of_generating_is_not_used(
    broken: Path, brief: LocalChatModel
) -> None:
    ways = {"do_sample": True, "temperature": 9.0, "repetition_penalty": 5.0, "top_k": 3}
    (broken / "generation_config.json").write_text(json.dumps(ways), encoding="utf-8")
    assert text(loaded(broken, 24).stream(CHAT)) == text(brief.stream(CHAT))


def test_a_whole_answer_is_the_streamed_one(brief: LocalChatModel) -> None:
    chunks = [chunk.text for chunk in brief.stream(CHAT)]
    assert sum(map(bool, chunks)) == 24
    assert brief.invoke(CHAT).text == "".join(chunks)


def test_the_copy_guard_keeps_numbers_out(brief: LocalChatModel) -> None:
    """A model that wants to write 5만원을 at every step."""
    import torch

    wanted = brief.template.encode([Message("user", "5만원을")])[2]
    push = torch.zeros(27)
    push[wanted] = 100.0
    hook = brief.model.lm_head.register_forward_hook(lambda _, __, logits: logits + push)
    try:
        assert "5만원을 5만원을" in text(brief.stream(CHAT))
        guarded = text(brief.stream(CHAT, guard=CopyGuard(["육아휴직은 3년의 범위에서"])))
        allowed = text(brief.stream(CHAT, guard=CopyGuard(["식사비는 5만원을 초과할 수 없다."])))
    finally:
        hook.remove()
    assert guarded
    assert "5" not in guarded
    assert "5만원을 5만원을" in allowed


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


def test_leaving_in_the_queue(model: LocalChatModel, steps: list[int]) -> None:
    first, second, third = (model.stream(CHAT) for _ in range(3))
    assert next(first).text
    assert next(second).additional_kwargs == {"before": 1}
    assert next(third).additional_kwargs == {"before": 2}
    second.close()  # type: ignore[attr-defined]
    assert next(third).additional_kwargs == {"before": 1}
    first.close()  # type: ignore[attr-defined]
    assert next(third).text
    third.close()  # type: ignore[attr-defined]
    assert len(steps) < LONG / 10


def test_twenty_at_once_are_answered_in_turn(brief: LocalChatModel) -> None:
    chats = [[("user", word)] for word in ("여비를 정산하여야 한다.", "육아휴직은", "식사비는")]
    alone = [text(brief.stream(chat)) for chat in chats]
    assert len(set(alone)) > 1
    running: list[int] = []
    together: list[int] = []
    before = brief.model.register_forward_pre_hook(
        lambda *_: (running.append(1), together.append(len(running)))[0]
    )
    after = brief.model.register_forward_hook(lambda *_: (running.pop(), None)[1])
    answers = [""] * 20
    waited: list[list[int]] = [[] for _ in answers]
    start = threading.Barrier(20)

    def ask(at: int) -> None:
        start.wait()
        for chunk in brief.stream(chats[at % 3]):
            waited[at] += chunk.additional_kwargs.values()
            answers[at] += str(chunk.text)

    threads = [threading.Thread(target=ask, args=(at,)) for at in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    before.remove()
    after.remove()
    assert answers == [alone[at % 3] for at in range(20)]
    assert max(together) == 1
    assert max(max(told, default=0) for told in waited) > 10
    assert all(told == sorted(set(told), reverse=True) for told in waited)


def test_a_draft_that_takes_too_long(tiny_llm: Path) -> None:
    slow = loaded(tiny_llm, LONG, timeout_s=0.3)
    began = time.monotonic()
    with pytest.raises(
        ModelError, match=r"시간 제한 0\.3초 안에 답을 다 쓰지(?s:.*)\n→ .*timeout_s"
    ):
        text(slow.stream(CHAT))
    assert time.monotonic() - began < 3


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

    known = ChatModel(
        model, "tiny", model.context, model.template.count, model.template.special, Guard.WRITING
    )
    generator = ChatGenerator(known, demo_config.prompt_folder, 2, AnswerConfig())
    hook = model.model.register_forward_pre_hook(runs_out)
    try:
        with pytest.raises(ModelError, match=r"\(tiny\)이 답하지 못했습니다: .*memory\n→ .*doctor"):
            list(generator.stream("질문", []))
    finally:
        hook.remove()
    assert next(generator.stream("질문", []))  # and the next question finds the model free
