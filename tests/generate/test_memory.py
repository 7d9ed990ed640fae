"""The memory that a model needs, read from config.json and headers before anything is loaded."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from onprem_rag.errors import ModelError
from onprem_rag.generate import memory

GIB = 2**30
LLAMA_8B = {
    "vocab_size": 128_256,
    "hidden_size": 4096,
    "intermediate_size": 14_336,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "max_position_embeddings": 8192,
}
NEOX_13B = {
    "vocab_size": 30_080,
    "hidden_size": 5120,
    "intermediate_size": 20_480,
    "num_hidden_layers": 40,
    "num_attention_heads": 40,
}


def header(path: Path, shapes: Mapping[str, tuple[int, ...]], kind: str = "BF16") -> None:
    """A safetensors file with a header and no weights."""
    about: dict[str, object] = {
        name: {"dtype": kind, "shape": list(shape), "data_offsets": [0, 0]}
        for name, shape in shapes.items()
    }
    text = json.dumps({"__metadata__": {"format": "pt"}, **about}).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text)


def llama_layers(layers: range) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {}
    for layer in layers:
        begin = f"model.layers.{layer}."
        for name, rows in (("q", 4096), ("k", 1024), ("v", 1024), ("o", 4096)):
            shapes[f"{begin}self_attn.{name}_proj.weight"] = (rows, 4096)
        shapes[f"{begin}mlp.gate_proj.weight"] = (14_336, 4096)
        shapes[f"{begin}mlp.up_proj.weight"] = (14_336, 4096)
        shapes[f"{begin}mlp.down_proj.weight"] = (4096, 14_336)
        shapes[f"{begin}input_layernorm.weight"] = (4096,)
    return shapes


@pytest.fixture
def llama_8b(tmp_path: Path) -> Path:
    """The folder of a Llama of 8 billion parameters, in two files with an index."""
    folder = tmp_path / "llama-8b"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(LLAMA_8B), encoding="utf-8")
    ends = {"model.embed_tokens.weight": (128_256, 4096), "lm_head.weight": (128_256, 4096)}
    header(folder / "model-00001-of-00002.safetensors", llama_layers(range(16)) | ends)
    header(folder / "model-00002-of-00002.safetensors", llama_layers(range(16, 32)))
    header(folder / "consolidated.safetensors", ends)  # the same once more, which nobody loads
    parts = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": parts}), encoding="utf-8")
    return folder


def test_a_llama_of_8_billion_parameters_by_hand(llama_8b: Path) -> None:
    needed = memory.estimate(llama_8b, 4096)
    # 32 layers × (2 × 4096² + 2 × 1024 × 4096 + 3 × 4096 × 14336) = 6,979,321,856 weights:
    # half a byte each, a scale of a byte for 64, one of four bytes for 256 × 64;
    # 2 × 128256 × 4096 in the embeddings and 32 × 4096 in the norms at two bytes.
    linear = 3_489_660_928 + 109_051_904 + 1_703_936
    assert needed.weights == linear + 2_101_346_304 + 262_144
    assert needed.cache == 32 * 2 * 8 * 128 * 2 * 4096 == 536_870_912
    assert needed.total == needed.weights + needed.cache + needed.working


def test_weights_that_lie_there_twice_count_once(llama_8b: Path) -> None:
    with_index = memory.estimate(llama_8b, 4096)
    (llama_8b / "model.safetensors.index.json").unlink()
    assert memory.estimate(llama_8b, 4096) == with_index


def test_what_was_measured_on_a_card(llama_8b: Path) -> None:
    """On an H100: 5.8 GiB at the peak of loading, 15.1 with twenty prompts of 2,000 tokens."""
    loading = memory.estimate(llama_8b, 1)
    assert loading.total / GIB == pytest.approx(5.8, abs=0.1)
    assert memory.estimate(llama_8b, 2060, 20).total / GIB == pytest.approx(15.1, rel=0.05)
    neox = memory.shaped(12_898_000_000, NEOX_13B, 1)
    assert neox.total / GIB == pytest.approx(7.1, abs=0.2)
    assert memory.shaped(12_898_000_000, NEOX_13B, 2060, 20).total > 24 * GIB


def test_a_shape_alone_says_as_much_as_the_folder(llama_8b: Path) -> None:
    of_folder = memory.estimate(llama_8b, 4096, 3)
    of_shape = memory.shaped(8_030_000_000, LLAMA_8B, 4096, 3)
    assert of_shape.total == pytest.approx(of_folder.total, rel=0.01)
    assert (of_shape.cache, of_shape.working) == (of_folder.cache, of_folder.working)


def test_the_cache_grows_with_users_and_context_but_not_beyond_what_the_model_takes(
    llama_8b: Path,
) -> None:
    one = memory.estimate(llama_8b, 2048)
    assert memory.estimate(llama_8b, 4096).cache == 2 * one.cache
    assert memory.estimate(llama_8b, 2048, 20).cache == 20 * one.cache
    assert memory.estimate(llama_8b, 99_999) == memory.estimate(llama_8b, 8192)


def test_heads_of_a_size_of_their_own_and_a_model_within_a_larger_one(llama_8b: Path) -> None:
    """As of Gemma 3: ``head_dim`` isn't width / heads, and the text model is a part."""
    inner = {**LLAMA_8B, "head_dim": 256}
    (llama_8b / "config.json").write_text(json.dumps({"text_config": inner}), encoding="utf-8")
    assert memory.estimate(llama_8b, 4096).cache == 2 * 536_870_912


def test_a_folder_in_4_bits_is_taken_as_it_is(llama_8b: Path) -> None:
    header(llama_8b / "model-00001-of-00002.safetensors", {"packed": (1000, 500)}, "U8")
    header(llama_8b / "model-00002-of-00002.safetensors", {"norm": (1000,)})
    assert memory.estimate(llama_8b, 1).weights == 500_000 + 2_000


def test_an_embedder_and_an_adapter_are_counted_as_they_are_stored(
    llama_8b: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    header(other / "model.safetensors", {"embeddings": (1000, 768)}, "F32")
    alone = memory.estimate(llama_8b, 100)
    assert memory.estimate(llama_8b, 100, embedder=other).embedder == 1000 * 768 * 4
    assert memory.estimate(llama_8b, 100, adapter=other).weights == alone.weights + 3_072_000


def test_what_bitsandbytes_really_allocates(
    wide_llm: Path, allocated: Callable[[Path], int]
) -> None:
    assert memory.estimate(wide_llm, 1).weights == pytest.approx(allocated(wide_llm), rel=0.03)


@pytest.fixture(scope="module", params=["llama", "neox"])
def wide_llm(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model without a tokenizer, wide enough for tables of a fixed size not to matter."""
    import torch
    from transformers import AutoModelForCausalLM, GPTNeoXConfig, LlamaConfig

    folder = tmp_path_factory.mktemp("models") / f"wide-{request.param}"
    config = {"llama": LlamaConfig, "neox": GPTNeoXConfig}[request.param](
        vocab_size=1000,
        hidden_size=512,
        intermediate_size=1536,
        num_hidden_layers=2,
        num_attention_heads=8,
    )
    AutoModelForCausalLM.from_config(config, dtype=torch.float32).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def allocated() -> Callable[[Path], int]:
    """Bytes of all tensors of a loaded folder, the scales of its 4 bits included."""

    def count(folder: Path) -> int:
        import torch
        from transformers import AutoModelForCausalLM, BitsAndBytesConfig

        nf4 = BitsAndBytesConfig(
            load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True
        )
        model = AutoModelForCausalLM.from_pretrained(
            folder, quantization_config=nf4, dtype=torch.bfloat16, device_map={"": "cpu"}
        )
        total = 0
        for parameter in model.parameters():
            total += parameter.numel() * parameter.element_size()
            if state := getattr(parameter, "quant_state", None):
                total += state.absmax.numel() * state.absmax.element_size()
                total += state.state2.absmax.numel() * state.state2.absmax.element_size()
        return total

    return count


def test_a_model_that_fits(llama_8b: Path) -> None:
    needed = memory.estimate(llama_8b, 4096)
    assert memory.check(llama_8b, 4096, available=needed.total) == needed


def test_a_model_that_does_not_fit_says_by_how_much_and_what_to_change(llama_8b: Path) -> None:
    with pytest.raises(ModelError) as raised:
        memory.check(llama_8b, 4096, available=4 * GIB)
    message, remedy = str(raised.value).split("\n→ ")
    assert "llama-8b" in message
    # 5.3 of weights, 0.5 of the context and 0.6 while a prompt is read
    assert "6.4 GiB가 필요한데(가중치 5.3 GiB, 문맥 4096토큰 0.5 GiB, 작업 0.6 GiB)" in message
    assert "4.0 GiB만 비어 있어 2.5 GiB가 모자랍니다" in message
    assert remedy.startswith("메모리를 쓰는 다른 프로그램을 닫거나, 더 작은 모델을")
    assert "onprem-rag models" in remedy


def test_where_a_shorter_context_is_enough_the_message_says_which(llama_8b: Path) -> None:
    least = memory.estimate(llama_8b, 2048).total
    with pytest.raises(ModelError, match=r"\n→ .*\[answer\] context를 4096 이하로 줄이거나, "):
        memory.check(llama_8b, 8192, available=memory.estimate(llama_8b, 4096).total)
    with pytest.raises(ModelError, match=r"\n→ .*\[answer\] context를 2048 이하로"):
        memory.check(llama_8b, 8192, available=least)


def test_the_free_memory_of_this_machine() -> None:
    free = memory.free()
    assert free is not None
    assert 2**20 < free < 2**50


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("config.json", b"{"),
        ("config.json", b"[]"),
        ("config.json", b'{"hidden_size": 64}'),
        ("model-00001-of-00002.safetensors", b""),
        ("model-00001-of-00002.safetensors", b"\xff" * 64),
        ("model-00001-of-00002.safetensors", struct.pack("<Q", 9) + b'{"a": {}}'),
        ("model-00001-of-00002.safetensors", struct.pack("<Q", 2) + b"[]"),
        ("model.safetensors.index.json", b"{}"),
    ],
)
def test_a_damaged_folder(llama_8b: Path, name: str, content: bytes) -> None:
    (llama_8b / name).write_bytes(content)
    with pytest.raises(ModelError, match=r"불러올 수 없습니다: .*llama-8b(?s:.*)\n→ safetensors"):
        memory.estimate(llama_8b, 4096)


def test_a_file_that_is_named_but_not_there(llama_8b: Path) -> None:
    (llama_8b / "model-00002-of-00002.safetensors").unlink()
    with pytest.raises(ModelError, match=re.escape("model-00002-of-00002.safetensors")):
        memory.estimate(llama_8b, 4096)
