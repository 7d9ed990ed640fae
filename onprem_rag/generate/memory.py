"""Whether a model folder fits into the memory, before a byte of its weights is loaded.

What a model needs is read from ``config.json`` and the headers of its safetensors files. Measured
in NF4 on one card (GiB): Llama shape of 8 billion parameters, 5.2 for its weights without their
scales, 5.8 at the peak of loading, 15.1 at the peak of twenty prompts of 2,000 tokens at once;
GPT-NeoX shape of 12.8 billion, 6.4 and 7.1. The estimates for these: 5.8, 15.5 and 7.1.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from onprem_rag.errors import ModelError

GIB = 2**30
SIXTEEN_BITS = 2  # bytes: whatever isn't in 4 bits
NF4_BLOCK = 64  # weights that share a scale of one byte …
NF4_SCALES = 256  # … and scales that share one of four bytes
LOADING = GIB // 2  # bytes beyond the weights at the peak of loading, alike for both shapes
MOST_HEADER = 100_000_000  # bytes, the format's own limit
_FLOATS = frozenset(("F64", "F32", "F16", "BF16"))
_BYTES = {"F64": 8, "I64": 8, "U64": 8, "F32": 4, "I32": 4, "U32": 4, "F16": 2, "BF16": 2}


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes that a language model in 4 bits needs."""

    weights: int  # with those of the adapter
    cache: int  # keys and values of the configured context, for so many users at once
    working: int  # beyond these, at the peak of loading or of reading a prompt
    embedder: int = 0

    @property
    def total(self) -> int:
        """All of it at once."""
        return self.weights + self.cache + self.working + self.embedder


@dataclass(frozen=True, slots=True)
class _Tensor:
    """A tensor as a safetensors header describes it."""

    name: str
    kind: str  # BF16
    shape: tuple[int, ...]

    @property
    def size(self) -> int:
        return math.prod(self.shape)


def estimate(
    folder: Path,
    context: int,
    users: int = 1,
    adapter: Path | None = None,
    embedder: Path | None = None,
) -> Memory:
    """What the model in ``folder`` needs for ``users`` at once with ``context`` tokens each.

    A context beyond what the model takes counts as what it takes. ``embedder`` is the folder of
    one that goes onto the same card and isn't loaded yet. Raises ModelError where a folder is
    incomplete or damaged.
    """
    config = _config(folder)
    tensors = list(_tensors(folder))
    words = int(config.get("vocab_size") or 0)
    weights = sum(_loaded(tensor, words) for tensor in tensors)
    if adapter:
        weights += sum(_stored(tensor) for tensor in _tensors(adapter))
    largest = max((t.size for t in tensors if _in_four_bits(t, words)), default=0)
    needed = _needed(weights, largest, config, context, users)
    size = sum(_stored(tensor) for tensor in _tensors(embedder)) if embedder else 0
    return replace(needed, embedder=size)


def shaped(parameters: int, config: Mapping[str, Any], context: int, users: int = 1) -> Memory:
    """The same of a model that isn't here, by its ``config.json`` and count of parameters."""
    embeddings = 1 if config.get("tie_word_embeddings") else 2
    outer = embeddings * int(config["vocab_size"]) * _width(config)
    weights = in_nf4(parameters - outer) + outer * SIXTEEN_BITS
    return _needed(weights, _width(config) * _widest(config), config, context, users)


def in_nf4(size: int) -> int:
    """Bytes of ``size`` weights in NF4 with their scales, doubly quantised."""
    scales = math.ceil(size / NF4_BLOCK)
    return math.ceil(size / 2) + scales + 4 * math.ceil(scales / NF4_SCALES)


def _needed(
    weights: int, largest: int, config: Mapping[str, Any], context: int, users: int
) -> Memory:
    """``largest``: parameters of the largest matrix, which is put into 16 bits to be multiplied."""
    tokens = users * min(context, int(config.get("max_position_embeddings") or context))
    reading = tokens * _working_per_token(config) + largest * SIXTEEN_BITS
    return Memory(weights, tokens * _cache_per_token(config), max(LOADING, reading))


def free() -> int | None:
    """Free bytes: of the GPU where there is one, else of the memory; None where nobody says."""
    import torch

    if torch.cuda.is_available():
        return int(torch.cuda.mem_get_info(0)[0])
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next(
        (int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), None
    )


def check(
    folder: Path,
    context: int,
    users: int = 1,
    adapter: Path | None = None,
    available: int | None = None,
) -> Memory:
    """The estimate. Raises ModelError that says how much is short and what to change.

    ``available`` are free bytes; None asks ``free``. What is loaded already, as the embedder,
    isn't free.
    """
    needed = estimate(folder, context, users, adapter)
    available = free() if available is None else available
    if available is None or needed.total <= available:
        return needed
    shorter = (context // 2, context // 4)
    fitting = [n for n in shorter if estimate(folder, n, users, adapter).total <= available]
    remedy = f"config.toml의 [answer] context를 {fitting[0]} 이하로 줄이거나, " if fitting else ""
    short = math.ceil(10 * (needed.total - available) / GIB) / 10
    raise ModelError(
        f"언어 모델이 메모리에 들어가지 않습니다: {folder}\n"
        f"{_gib(needed.total)}가 필요한데(가중치 {_gib(needed.weights)}, 문맥 {context}토큰 "
        f"{_gib(needed.cache)}, 작업 {_gib(needed.working)}) {_gib(available)}만 비어 있어 "
        f"{short:.1f} GiB가 모자랍니다.\n"
        f"→ {remedy}메모리를 쓰는 다른 프로그램을 닫거나, 더 작은 모델을 쓰세요"
        "('onprem-rag models')."
    )


def _gib(size: int) -> str:
    return f"{size / GIB:.1f} GiB"


def _in_four_bits(tensor: _Tensor, words: int) -> bool:
    """Whether bitsandbytes quantises it: every matrix but the embeddings and the output."""
    embeds = "embed" in tensor.name or "wpe" in tensor.name or words in tensor.shape
    return tensor.kind in _FLOATS and len(tensor.shape) == 2 and not embeds


def _loaded(tensor: _Tensor, words: int) -> int:
    """Bytes once loaded. What is in whole numbers already (a folder in 4 bits) stays as it is."""
    if not _in_four_bits(tensor, words):
        return tensor.size * SIXTEEN_BITS if tensor.kind in _FLOATS else _stored(tensor)
    return in_nf4(tensor.size)


def _stored(tensor: _Tensor) -> int:
    return tensor.size * _BYTES.get(tensor.kind, 1)


def _cache_per_token(config: Mapping[str, Any]) -> int:
    """Bytes of keys and values, without what sliding windows save."""
    heads = int(config.get("num_attention_heads") or config["n_head"])
    pairs = int(config.get("num_key_value_heads") or heads)
    size = int(config.get("head_dim") or _width(config) // heads)
    layers = int(config.get("num_hidden_layers") or config["n_layer"])
    return layers * 2 * pairs * size * SIXTEEN_BITS


def _working_per_token(config: Mapping[str, Any]) -> int:
    """Bytes while a prompt is read: four rows of the widest layer, two of the others."""
    return (4 * _widest(config) + 2 * _width(config)) * SIXTEEN_BITS


def _widest(config: Mapping[str, Any]) -> int:
    return int(config.get("intermediate_size") or 4 * _width(config))


def _width(config: Mapping[str, Any]) -> int:
    return int(config.get("hidden_size") or config["n_embd"])


def _config(folder: Path) -> dict[str, Any]:
    """The language model's part of ``config.json``, with all that is needed of it."""
    path = folder / "config.json"
    try:
        whole = json.loads(path.read_text(encoding="utf-8"))
        config: dict[str, Any] = whole.get("text_config") or whole
        _cache_per_token(config), _working_per_token(config)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise _unreadable(path, error) from error
    return config


def _tensors(folder: Path) -> Iterator[_Tensor]:
    """All tensors of the files that are loaded: those of the index, or ``model….safetensors``."""
    index = folder / "model.safetensors.index.json"
    try:
        # Beside the model's files there may be the same weights once more: consolidated.safetensors
        found = sorted(folder.glob("model*.safetensors")) or sorted(folder.glob("*.safetensors"))
        names = [path.name for path in found]
        if index.is_file():
            names = sorted(
                set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
            )
        if not names:
            raise FileNotFoundError("*.safetensors")
        for name in names:
            yield from _header(folder / name)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, struct.error) as error:
        raise _unreadable(folder, error) from error


def _header(path: Path) -> Iterator[_Tensor]:
    with path.open("rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        if size > MOST_HEADER:
            raise ValueError(path.name)
        header = json.loads(file.read(size))
    for name, about in header.items():
        if name != "__metadata__":
            yield _Tensor(name, about["dtype"], tuple(about["shape"]))


def _unreadable(path: Path, error: Exception) -> ModelError:
    return ModelError(
        f"언어 모델을 불러올 수 없습니다: {path} ({type(error).__name__}: {error})\n"
        "→ safetensors 형식의 완전한 모델 폴더인지 확인하세요."
    )
