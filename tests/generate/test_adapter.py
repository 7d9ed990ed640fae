"""LoRA adapters on the model in this process: attached, safe to load, and made for this model."""

from __future__ import annotations

import json
import os
import pickle
from pathlib import Path
from typing import Any

import pytest

from onprem_rag.config import AnswerConfig
from onprem_rag.errors import ModelError
from onprem_rag.generate.chat import ChatModel
from onprem_rag.generate.local import load

CHAT = [("user", "식사비는 얼마까지 되나요?")]
ANSWER = AnswerConfig(max_new_tokens=12)


def written(model: ChatModel) -> str:
    return "".join(str(chunk.text) for chunk in model.chat.stream(CHAT))


def adapter(folder: Path, base: Path, targets: list[str], **shape: Any) -> Path:
    """A random LoRA adapter for a model as that of ``base``, in another ``shape`` if given."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoConfig, AutoModelForCausalLM

    torch.manual_seed(3)
    config = AutoConfig.from_pretrained(base, **shape)
    model = AutoModelForCausalLM.from_config(config)
    lora = LoraConfig(
        r=4, lora_alpha=64, target_modules=targets, init_lora_weights=False, task_type="CAUSAL_LM"
    )
    get_peft_model(model, lora).save_pretrained(folder)
    return folder


@pytest.fixture
def fitting(tiny_llm: Path, tmp_path: Path) -> Path:
    """An adapter for the tiny model."""
    return adapter(tmp_path / "tone", tiny_llm, ["q_proj", "v_proj", "down_proj"])


def test_an_adapter_changes_what_is_written(tiny_llm: Path, fitting: Path) -> None:
    plain = load(tiny_llm, None, ANSWER)
    adapted = load(tiny_llm, fitting, ANSWER)
    assert adapted.name == "tiny-llama + tone"
    assert written(adapted) != written(plain)
    assert written(adapted) == written(adapted)


def test_the_adapter_is_attached_with_its_weights_beside_the_4_bits(
    tiny_llm: Path, fitting: Path
) -> None:
    import torch
    from bitsandbytes.nn import Linear4bit
    from safetensors.torch import load_file

    model = load(tiny_llm, fitting, ANSWER).chat.model  # type: ignore[attr-defined]
    layer = model.model.layers[1].mlp.down_proj
    assert isinstance(layer.base_layer, Linear4bit)
    weights = load_file(fitting / "adapter_model.safetensors")
    saved = weights["base_model.model.model.layers.1.mlp.down_proj.lora_B.weight"]
    assert torch.allclose(layer.lora_B["default"].weight.float(), saved, atol=0.01)
    assert not any(parameter.requires_grad for parameter in model.parameters())


@pytest.mark.parametrize(
    ("targets", "shape"),
    [
        (["q_proj"], {"num_attention_heads": 8}),  # other sizes
        (["q_proj"], {"num_hidden_layers": 3}),  # weights for a layer that isn't there
        (["q_proj"], {"num_hidden_layers": 1}),  # none for one that is
    ],
)
def test_an_adapter_of_another_model(
    tiny_llm: Path, tmp_path: Path, targets: list[str], shape: dict[str, int]
) -> None:
    other = adapter(tmp_path / "other", tiny_llm, targets, **shape, head_dim=16)
    with pytest.raises(
        ModelError, match=r"언어 모델에 맞지 않습니다: .*other(?s:.*)\n→ .*바탕 모델"
    ):
        load(tiny_llm, other, ANSWER)


def test_an_adapter_for_layers_that_the_model_has_not_got(tiny_llm: Path, fitting: Path) -> None:
    path = fitting / "adapter_config.json"
    config = json.loads(path.read_text(encoding="utf-8")) | {"target_modules": ["query_key_value"]}
    path.write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(ModelError, match=r"맞지 않습니다(?s:.*)query_key_value"):
        load(tiny_llm, fitting, ANSWER)


def test_an_adapter_that_is_not_there(tiny_llm: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"LoRA 어댑터가 없습니다: .*nowhere\n→ .*adapter"):
        load(tiny_llm, tmp_path / "nowhere", ANSWER)


def test_a_pickled_adapter_is_never_opened(tiny_llm: Path, fitting: Path) -> None:
    witness = fitting / "the pickle was opened"

    class Bomb:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.mkdir, (str(witness),)

    (fitting / "adapter_model.bin").write_bytes(pickle.dumps(Bomb()))
    for beside in (True, False):  # safetensors
        if not beside:
            (fitting / "adapter_model.safetensors").unlink()
        with pytest.raises(ModelError, match=r"pickle 파일이 있습니다: .*bin\n→ .*safetensors"):
            load(tiny_llm, fitting, ANSWER)
    assert not witness.exists()


def test_an_adapter_without_weights(tiny_llm: Path, fitting: Path) -> None:
    (fitting / "adapter_model.safetensors").unlink()
    with pytest.raises(ModelError, match=r"가중치가 없습니다: .*safetensors\n→ "):
        load(tiny_llm, fitting, ANSWER)


@pytest.mark.parametrize(
    ("content", "said"),
    [("{", "설정을 읽을 수 없습니다"), ('{"peft_type": "IA3"}', r"LoRA가 아닌 어댑터\(IA3\)")],
)
def test_an_adapter_of_another_kind(tiny_llm: Path, fitting: Path, content: str, said: str) -> None:
    (fitting / "adapter_config.json").write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match=rf"{said}(?s:.*)\n→ "):
        load(tiny_llm, fitting, ANSWER)


def test_an_adapter_in_the_place_of_the_model(fitting: Path) -> None:
    with pytest.raises(ModelError, match=r"llm의 폴더에 LoRA 어댑터(?s:.*)\n→ llm에는 바탕 모델"):
        load(fitting, None, ANSWER)
