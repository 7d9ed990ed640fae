"""``make bench-gpu``: a language model in 4 bits on one GPU, limited to 24 GB.

Weights don't matter for memory and speed, so the models are randomly initialised in true shapes,
saved as a folder and loaded the way the product loads one. Needs a CUDA GPU, about 45 GB of disk
and of memory; without a GPU it prints ``not run``.
"""

from __future__ import annotations

import json
import os
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

GIB = 2**30
LIMIT_GIB = 24
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
    return LlamaConfig(
        vocab_size=1000,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=4096,
        **ends,
    )


def save(torch: Any, name: str, folder: Path) -> None:
    """A folder with random weights, and a tokenizer that names every token of the vocabulary."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

    config = shape(name)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    with torch.device(device):
        model = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)
    model.generation_config.eos_token_id = None
    model.save_pretrained(folder, max_shard_size="4GB")
    del model
    if device == "cuda":
        torch.cuda.empty_cache()
    words = {f"t{number}": number for number in range(config.vocab_size)}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="t0"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="t0", pad_token="t0")
    fast.chat_template = "{% for m in messages %}{{ m['content'] }} {% endfor %}"
    fast.save_pretrained(folder)


def run(torch: Any, name: str, folder: Path) -> None:
    """All figures of one shape."""
    began = time.perf_counter()
    save(torch, name, folder)
    print(f"== {name}: folder saved in {time.perf_counter() - began:.0f} s", flush=True)
    limit = 1.0
    if torch.cuda.is_available():
        limit = min(1.0, LIMIT_GIB * GIB / torch.cuda.mem_get_info()[1])
        torch.cuda.set_per_process_memory_fraction(limit)
        torch.cuda.reset_peak_memory_stats()
    in_process(torch, folder)
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    served(folder, limit)
    shutil.rmtree(folder)


def in_process(torch: Any, folder: Path) -> None:
    """The product's own path: load in NF4, one model, users take turns."""
    from onprem_rag.generate.local import load

    cuda = torch.cuda.is_available()
    began = time.perf_counter()
    chat = load(folder, ANSWER_TOKENS)
    weights = sum(p.numel() * p.element_size() for p in chat.model.parameters())
    print(f"loaded in {time.perf_counter() - began:.0f} s, weights {weights / GIB:.2f} GiB")
    embedder = embedder_of_true_shape(torch)
    floor = None
    if cuda:
        print(f"peak while loading: {torch.cuda.max_memory_allocated() / GIB:.2f} GiB")
        bandwidth = copy_bandwidth(torch)
        floor = ANSWER_TOKENS * weights / bandwidth
        print(f"copy bandwidth {bandwidth / 1e9:.0f} GB/s; floor of the answer {floor:.3f} s")
    prompt = words_of(PROMPT_TOKENS)
    next(iter(chat.stream([("user", prompt)])))  # warm up kernels
    for users in USERS:
        first, total = ask_at_once(users, lambda: pieces(chat.stream([("user", prompt)])))
        report("in process", users, first, total, floor)
    if cuda:
        bare(torch, chat, floor)
        batch = torch.ones((20, PROMPT_TOKENS), dtype=torch.long, device="cuda")
        torch.cuda.reset_peak_memory_stats()
        try:
            chat.model.generate(
                input_ids=batch,
                attention_mask=torch.ones_like(batch),
                max_new_tokens=ANSWER_TOKENS,
                do_sample=False,
            )
            peak = torch.cuda.max_memory_allocated() / GIB
            print(f"20 contexts of {PROMPT_TOKENS} tokens in one batch: peak {peak:.2f} GiB")
        except torch.OutOfMemoryError:
            print(f"20 contexts of {PROMPT_TOKENS} tokens in one batch: over {LIMIT_GIB} GiB")
    del embedder


def bare(torch: Any, chat: Any, floor: float | None) -> None:
    """transformers' own ``generate`` on the same prompt: what streaming and turns add to."""
    prompt = torch.ones((1, PROMPT_TOKENS), dtype=torch.long, device="cuda")
    options = {"attention_mask": torch.ones_like(prompt), "do_sample": False}
    for tokens in (1, ANSWER_TOKENS):
        torch.cuda.synchronize()
        began = time.perf_counter()
        chat.model.generate(input_ids=prompt, max_new_tokens=tokens, **options)
        torch.cuda.synchronize()
        seconds = time.perf_counter() - began
        print(
            f"bare generate, {tokens} tokens: {seconds:.2f} s, {seconds / (floor or 1):.1f} floors"
        )


def served(folder: Path, limit: float) -> None:
    """``transformers serve`` with continuous batching, in a process of its own."""
    port = 8911
    command = [
        *(sys.executable, "-c", SERVE, str(limit)),
        *("serve", str(folder), "--quantization", "bnb-4bit", "--continuous-batching"),
        *("--port", str(port), "--host", "127.0.0.1"),
    ]
    log = folder.parent / "serve.log"
    with log.open("w") as file:
        server = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT)
    try:
        if not wait_until_ready(server, port):
            print(f"served: not run, the server did not start:\n{log.read_text()[-1500:]}")
            return
        prompt = words_of(PROMPT_TOKENS)
        for users in (1, *USERS):  # the first round warms up
            first, total = ask_at_once(users, lambda: over_http(port, str(folder), prompt))
            report("served", users, first, total, None)
            if not total:
                print(f"the server says:\n{log.read_text()[-3000:]}")
                return
    except Exception as error:
        print(f"served: failed, {type(error).__name__}: {error}\n{log.read_text()[-1500:]}")
    finally:
        server.terminate()
        server.wait(timeout=30)


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
    ratio = f", {np.median(total) / floor:.1f} times the floor" if floor and users == 1 else ""
    print(
        f"{how}, {users} users: first token p50 {np.median(first):.2f} s, "
        f"p95 {np.percentile(first, 95):.2f} s; whole answer p50 {np.median(total):.2f} s, "
        f"p95 {np.percentile(total, 95):.2f} s{ratio}",
        flush=True,
    )


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


def words_of(count: int) -> str:
    """A prompt of ``count`` tokens of the bench's tokenizer."""
    return " ".join(f"t{1 + number % 900}" for number in range(count))


if __name__ == "__main__":
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    sys.exit(main(sys.argv[1:]))
