"""``make bench-gpu``: a language model in 4 bits on one GPU, limited to 24 GB.

Weights don't matter for memory and speed, so the models are randomly initialised in true shapes,
saved as a folder and loaded the way the product loads one. Needs a CUDA GPU, about 45 GB of disk
and of memory; without a GPU it prints ``not run``.
"""

from __future__ import annotations

import gc
import json
import math
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tests.generate import vocabularies

GIB = 2**30
LIMIT_GIB = 24
BAR_GIB = 20  # of 22 GB; beyond the estimate a server needs its CUDA context
OTHERS_GIB = 2  # the embedder, CUDA contexts
BLOCK_TOKENS = 256  # of the server's paged cache
READ_AT_ONCE = 2048  # tokens of prompts that the server reads in one step
ROOMY_GIB = 40
PROMPT_TOKENS = 2_000
ANSWER_TOKENS = 60
USERS = (1, 8, 20)
SERVE = """
import sys, torch
limit = float(sys.argv.pop(1))
if torch.cuda.is_available():
    torch.cuda.set_per_process_memory_fraction(limit)
from transformers.cli.transformers import main
main()
"""


def main(names: list[str]) -> int:
    """Run the shapes named (``llama8b``, ``neox12.8b``, ``tiny``), by default the first two."""
    import torch

    if not torch.cuda.is_available() and names != ["tiny"]:
        print("not run: no CUDA GPU")
        return 0
    with tempfile.TemporaryDirectory() as work:
        for name in names or ["llama8b", "neox12.8b"]:
            run(torch, name, Path(work) / name)
    return 0


def shape(name: str) -> Any:
    """The configuration of a model that Korean instruction models share."""
    from transformers import GPTNeoXConfig, LlamaConfig

    ends = {"bos_token_id": None, "eos_token_id": None, "pad_token_id": 0}
    if name == "llama8b":
        return LlamaConfig(
            vocab_size=128_256,
            hidden_size=4096,
            intermediate_size=14_336,
            num_hidden_layers=32,
            num_attention_heads=32,
            num_key_value_heads=8,
            max_position_embeddings=8192,
            **ends,
        )
    if name == "neox12.8b":
        return GPTNeoXConfig(
            vocab_size=30_080,
            hidden_size=5120,
            intermediate_size=20_480,
            num_hidden_layers=40,
            num_attention_heads=40,
            max_position_embeddings=2304,
            **ends,
        )
    return vocabularies.tiny_llama(1000, **ends)


def save(torch: Any, name: str, folder: Path) -> None:
    """A folder with random weights, and a byte-level tokenizer with Korean words and numbers."""
    from transformers import AutoModelForCausalLM

    config = shape(name)
    # Drawn on the card where that is quick and sixteen bits of every weight fit.
    device = "cuda" if torch.cuda.is_available() and free_gib(torch) > ROOMY_GIB else "cpu"
    with torch.device(device):
        model = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)
    model.generation_config.eos_token_id = None
    model.save_pretrained(folder, max_shard_size="4GB")
    del model
    if device == "cuda":
        torch.cuda.empty_cache()
    tokenizer(config.vocab_size).save_pretrained(folder)


def free_gib(torch: Any) -> float:
    """Free memory of the card."""
    return float(torch.cuda.mem_get_info()[0] / GIB)


def tokenizer(size: int) -> Any:
    """``size`` tokens that look like those of Korean models; a prompt's tokens are its bytes."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    as_bytes = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    words = {"<pad>": 0}
    for byte in sorted(pre_tokenizers.ByteLevel.alphabet()):
        words[byte] = len(words)
    pick = random.Random(1)
    while len(words) < size:
        [(word, _)] = as_bytes.pre_tokenize_str(_word(pick))
        words.setdefault(word, len(words))
    fast = Tokenizer(models.BPE(words, []))
    fast.pre_tokenizer, fast.decoder = as_bytes, decoders.ByteLevel()
    wrapped = PreTrainedTokenizerFast(tokenizer_object=fast, pad_token="<pad>")
    wrapped.chat_template = "{% for m in messages %}{{ m['content'] }}{% endfor %}"
    return wrapped


def _word(pick: random.Random) -> str:
    kind = pick.random()
    if kind < 0.03:
        return str(pick.randint(0, 999))
    first, last, longest = (0xAC00, 0xD7A3, 4) if kind < 0.7 else (0x61, 0x7A, 9)
    if kind > 0.9:
        first, last, longest = 0x4E00, 0x9FA5, 2
    letters = (chr(pick.randint(first, last)) for _ in range(pick.randint(1, longest)))
    return pick.choice(("", " ")) + "".join(letters)


def run(torch: Any, name: str, folder: Path) -> None:
    """All figures of one shape."""
    if torch.cuda.is_available():
        torch.cuda.set_per_process_memory_fraction(1.0)
    began = time.perf_counter()
    save(torch, name, folder)
    print(f"== {name}: folder saved in {time.perf_counter() - began:.0f} s", flush=True)
    limit = 1.0
    if torch.cuda.is_available():
        limit = min(1.0, LIMIT_GIB * GIB / torch.cuda.mem_get_info()[1])
        torch.cuda.set_per_process_memory_fraction(limit)
    embedder = embedder_of_true_shape(torch)
    floor = in_process(torch, folder)
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    served(torch, folder, limit, floor)
    del embedder
    shutil.rmtree(folder)


def in_process(torch: Any, folder: Path) -> float | None:
    """The product's own path: load in NF4, one model, a queue. Returns the floor of an answer."""
    from onprem_rag.config import AnswerConfig
    from onprem_rag.generate.copy_guard import CopyGuard
    from onprem_rag.generate.local import load

    answer = AnswerConfig(
        context=PROMPT_TOKENS + ANSWER_TOKENS, max_new_tokens=ANSWER_TOKENS, timeout_s=3600
    )
    prompt = prompt_of(PROMPT_TOKENS)
    with Peak(torch) as peak:
        began = time.perf_counter()
        loaded = load(folder, None, answer)
        took = time.perf_counter() - began
    model: Any = loaded.chat.model  # type: ignore[attr-defined]
    weights = sum(p.numel() * p.element_size() for p in model.parameters())
    print(f"loaded in {took:.0f} s, weights {weights / GIB:.2f} GiB; {peak}")
    floor = None
    if torch.cuda.is_available():
        bandwidth = copy_bandwidth(torch)
        floor = ANSWER_TOKENS * weights / bandwidth
        print(f"copy bandwidth {bandwidth / 1e9:.0f} GB/s; floor of the answer {floor:.3f} s")

    def asked(guard: CopyGuard | None) -> Iterator[str]:
        return pieces(loaded.chat.stream([("user", prompt)], guard=guard))

    for _ in asked(CopyGuard([prompt])):  # warms the kernels up
        pass
    for users in USERS:
        for how in ("plain", "guarded"):
            guarded = how == "guarded"
            with Peak(torch) as peak:
                first, total = ask_at_once(
                    users, lambda on=guarded: asked(CopyGuard([prompt]) if on else None)
                )
            report(f"in process, {how}", users, first, total, floor)
    print(f"embedder and a queue of {USERS[-1]} with {PROMPT_TOKENS} tokens each: {peak}")
    agreeing(torch, loaded.chat, prompt)
    bare(torch, model, floor)
    return floor


def agreeing(torch: Any, chat: Any, prompt: str) -> None:
    """How long it takes to ask of one claim whether the passages say so: one pass."""
    size = len(chat.vocabulary)
    # Random weights say neither 예 nor 아니요: here every token is one of the two.
    chat._signs = (list(range(size // 2)), list(range(size // 2, size)))

    def ask() -> None:
        told = [chunk.additional_kwargs for chunk in chat.stream([("user", prompt)], agreeing=True)]
        assert "agrees" in told[-1] or "agrees" in told[-2], told

    seconds = [_timed(torch, ask) for _ in range(6)][1:]  # the first one warms up
    print(
        f"in process, one claim of {PROMPT_TOKENS} tokens asked again: p50 "
        f"{np.median(seconds):.3f} s, longest {max(seconds):.3f} s",
        flush=True,
    )


def bare(torch: Any, model: Any, floor: float | None) -> None:
    """transformers' own ``generate`` on such a prompt; static caches are compiled on a GPU."""
    prompt = torch.ones((1, PROMPT_TOKENS), dtype=torch.long, device=model.device)
    for cache in (None, "static"):
        options = {"attention_mask": torch.ones_like(prompt), "do_sample": False}
        if cache:
            options["cache_implementation"] = cache
        try:
            seconds = [
                _timed(torch, lambda n=n, o=options: model.generate(prompt, max_new_tokens=n, **o))
                for n in (ANSWER_TOKENS, 1, ANSWER_TOKENS)
            ]
        except Exception as error:  # a compiler may be missing
            print(f"bare generate, {cache} cache: failed, {type(error).__name__}: {error}")
            continue
        warm, first, total = seconds
        print(
            f"bare generate, {cache or 'dynamic'} cache: first call {warm:.2f} s; then first token "
            f"{first:.2f} s, {ANSWER_TOKENS} tokens {total:.2f} s{_floors(total, floor)}",
            flush=True,
        )


def _timed(torch: Any, work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter() - began


class Peak:
    """The card's fullest moment within a ``with`` block, all processes together."""

    def __init__(self, torch: Any) -> None:
        self._torch = torch
        self._done = threading.Event()
        self._used = 0
        self._ours = 0

    def __enter__(self) -> Peak:
        if self._torch.cuda.is_available():
            self._torch.cuda.reset_peak_memory_stats()
            self._thread = threading.Thread(target=self._watch)
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        if self._torch.cuda.is_available():
            self._thread.join()
            self._ours = self._torch.cuda.max_memory_allocated()

    def _watch(self) -> None:
        while not self._done.wait(0.02):
            free, total = self._torch.cuda.mem_get_info()
            self._used = max(self._used, total - free)

    def __str__(self) -> str:
        if not self._used:
            return "memory: not measured without a GPU"
        return (
            f"peak of the card {self._used / 1e9:.2f} GB ({self._used / GIB:.2f} GiB), "
            f"tensors of this process {self._ours / GIB:.2f} GiB"
        )


def served(torch: Any, folder: Path, limit: float, floor: float | None) -> None:
    """``transformers serve`` with continuous batching, in a process of its own."""
    port = 8911
    command = [
        *(sys.executable, "-c", SERVE, str(limit)),
        *("serve", str(folder), "--quantization", "bnb-4bit", "--continuous-batching"),
        *("--port", str(port), "--host", "127.0.0.1"),
        *("--cb-num-blocks", str(blocks(folder)), "--cb-max-batch-tokens", str(READ_AT_ONCE)),
    ]
    print(f"served with {' '.join(command[5:])}")
    log = folder.parent / "serve.log"
    with log.open("w") as file:
        server = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT)
    try:
        if not wait_until_ready(server, port):
            print(f"served: not run, the server did not start:\n{log.read_text()[-1500:]}")
            return
        prompt = prompt_of(PROMPT_TOKENS)
        for users in (1, *USERS):  # the first round warms up
            with Peak(torch) as peak:
                first, total = ask_at_once(users, lambda: over_http(port, str(folder), prompt))
            report("served", users, first, total, floor)
            if not total:
                print(f"the server says:\n{log.read_text()[-3000:]}")
                return
        print(f"embedder, server and {USERS[-1]} users with {PROMPT_TOKENS} tokens each: {peak}")
    except Exception as error:
        print(f"served: failed, {type(error).__name__}: {error}\n{log.read_text()[-1500:]}")
    finally:
        server.terminate()
        server.wait(timeout=30)


def blocks(folder: Path) -> int:
    """Blocks of the server's cache: for all users, or for as many as fit under BAR_GIB."""
    from onprem_rag.generate.memory import estimate

    needed = estimate(folder, 1, users=READ_AT_ONCE)
    a_block = BLOCK_TOKENS * estimate(folder, 1).cache
    room = BAR_GIB * GIB - needed.weights - needed.working - OTHERS_GIB * GIB
    wanted = USERS[-1] * math.ceil((PROMPT_TOKENS + ANSWER_TOKENS) / BLOCK_TOKENS)
    return min(wanted, int(room / a_block))


def wait_until_ready(server: subprocess.Popen[bytes], port: int) -> bool:
    import httpx

    for _ in range(240):
        if server.poll() is not None:
            return False
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health", timeout=2).status_code == 200:
                return True
        except httpx.HTTPError:
            pass
        time.sleep(1)
    return False


def over_http(port: int, model: str, prompt: str) -> Iterator[str]:
    """Pieces of a streamed chat completion."""
    import httpx

    body = {
        "model": model,
        "messages": [{"role": "user", "content": prompt}],
        "max_tokens": ANSWER_TOKENS,
        "temperature": 0,
        "stream": True,
    }
    url = f"http://127.0.0.1:{port}/v1/chat/completions"
    with httpx.stream("POST", url, json=body, timeout=300) as answer:
        answer.raise_for_status()
        for line in answer.iter_lines():
            if line.startswith("data: ") and line != "data: [DONE]":
                choices = json.loads(line[6:]).get("choices") or [{}]
                if text := choices[0].get("delta", {}).get("content"):
                    yield text


def pieces(chunks: Iterator[Any]) -> Iterator[str]:
    """Text of a chat model's chunks."""
    for chunk in chunks:
        if chunk.text:
            yield str(chunk.text)


def ask_at_once(users: int, ask: Callable[[], Iterator[str]]) -> tuple[list[float], list[float]]:
    """Seconds to the first piece and to the end, for each of ``users`` asking at once."""
    first: list[float] = []
    total: list[float] = []

    def one() -> None:
        began = time.perf_counter()
        try:
            for number, _ in enumerate(ask()):
                if number == 0:
                    first.append(time.perf_counter() - began)
        except Exception as error:  # counted by ``report`` as not answered
            print(f"  not answered: {type(error).__name__}: {str(error)[:120]}")
            return
        total.append(time.perf_counter() - began)

    threads = [threading.Thread(target=one) for _ in range(users)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return first, total


def report(
    how: str, users: int, first: list[float], total: list[float], floor: float | None
) -> None:
    """One line of figures."""
    if len(first) < users:
        print(f"{how}, {users} users: only {len(first)} answered")
        return
    ratio = _floors(float(np.median(total)), floor if users == 1 else None)
    print(
        f"{how}, {users} users: first token p50 {np.median(first):.2f} s, "
        f"p95 {np.percentile(first, 95):.2f} s; whole answer p50 {np.median(total):.2f} s, "
        f"p95 {np.percentile(total, 95):.2f} s{ratio}",
        flush=True,
    )


def _floors(seconds: float, floor: float | None) -> str:
    """How many times the floor: the weights read once a token, at the card's own bandwidth."""
    return f", {seconds / floor:.1f} times the floor" if floor else ""


def copy_bandwidth(torch: Any) -> float:
    """Bytes read a second by a copy on the device."""
    source = torch.empty(GIB, dtype=torch.uint8, device="cuda")
    target = torch.empty_like(source)
    for _ in range(3):
        target.copy_(source)
    torch.cuda.synchronize()
    began = time.perf_counter()
    for _ in range(10):
        target.copy_(source)
    torch.cuda.synchronize()
    # A copy reads and writes; generation only reads.
    return 2 * 10 * GIB / (time.perf_counter() - began)


def embedder_of_true_shape(torch: Any) -> Any:
    """A KR-SBERT-shaped encoder (BERT base, 40,000 words) on the same device."""
    from transformers import BertConfig, BertModel

    device = "cuda" if torch.cuda.is_available() else "cpu"
    return BertModel(BertConfig(vocab_size=40_000)).to(device).eval()


def prompt_of(count: int) -> str:
    """Passages of ``count`` tokens of the bench's tokenizer: as many bytes."""
    article = (
        "제{n}조(여비의 정산) ① 출장자는 출장이 끝난 날의 다음 날부터 {n}일 이내에 여비를 "
        "정산하여야 한다.\n② 숙박비는 1박에 {n}만원을 초과할 수 없다. <개정 2024. 3. {n}.>\n"
    )
    text = "".join(article.format(n=number) for number in range(1, 31)).encode()[:count]
    cut = text.decode("utf-8", errors="ignore")
    return cut + "." * (count - len(cut.encode()))


if __name__ == "__main__":
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    sys.exit(main(sys.argv[1:]))
