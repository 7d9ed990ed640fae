"""The copy guard: what 2,000 random drafts invent with and without it, and what a token costs."""

from __future__ import annotations

import itertools
import json
import random
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer, pre_tokenizers

from ingest.files import read_bytes
from ingest.readers.reading import read
from ingest.split.splitting import documents_of, split
from onprem_rag.generate.copy_guard import CopyGuard
from onprem_rag.generate.guarding import Guarding, Vocabulary
from onprem_rag.korean.facts import extract
from onprem_rag.korean.references import CIRCLED
from onprem_rag.records import Passage
from tests.generate import vocabularies
from tests.generate.judge import invented

DRAFTS = 500  # of each vocabulary
TOKENS = 48
STATUTES, RULES = 40, 20  # files
LONGEST = 1_200  # characters of a passage
WORDS = 128_000  # tokens of the vocabulary whose cost is measured
ROUNDS = 8
STEPS = 60


@dataclass(frozen=True, slots=True)
class Context:
    """What a model is shown: passages with their labels, the question, and its articles' 항."""

    sources: tuple[str, ...]
    places: tuple[str, ...]


def guard(shared: Path, _work: Path) -> None:
    """Both figures. A draft that invents something is printed with its seed."""
    found = contexts(shared, DRAFTS)
    for name in vocabularies.NAMES:
        inventions(name, found)
    cost(shared, found)


def contexts(shared: Path, count: int) -> list[Context]:
    """Two passages of statutes or rule books and a question each; the same ones every time."""
    pick = random.Random(3)
    statutes = sorted((shared / "statutes").glob("*.md"))
    rules = sorted((shared / "regulations-pdf").glob("*.pdf"))
    files = [*pick.sample(statutes, STATUTES), *pick.sample(rules, RULES)]
    passages = [passage for path in files for passage in _passages(path)]
    lines = (shared / "questions" / "paraphrase_to_article.jsonl").read_text("utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines]
    found = []
    for _ in range(count):
        two = pick.sample(passages, 2)
        labelled = [f"{passage.document} {passage.article}\n{passage.text}" for passage in two]
        places = [place for passage in two for place in _places(passage)]
        found.append(Context((*labelled, pick.choice(questions)), tuple(places)))
    return found


def _passages(path: Path) -> Iterator[Passage]:
    file_format, sha256, reading = read(path, read_bytes(path))
    for document in documents_of(path, file_format, sha256, reading):
        yield from (p for p in split(document) if p.article and len(p.text) <= LONGEST)


def _places(passage: Passage) -> Iterator[str]:
    assert passage.article
    yield passage.article
    if re.fullmatch(r"제\d+조(?:의\d+)?", passage.article):
        for number, sign in enumerate(CIRCLED, start=1):
            if sign in passage.text:
                yield f"{passage.article}제{number}항"


def inventions(name: str, found: Sequence[Context]) -> None:
    """The share of drafts that invent something, with and without the guard."""
    for guarded in (False, True):
        began = time.perf_counter()
        witnesses: Counter[str] = Counter()
        wrong = copying = characters = 0
        for seed, context in enumerate(found):
            text = vocabularies.draft(
                name, seed, context.sources, TOKENS, guarded, context.places, marks=2
            )
            inventions = invented(text, context.sources, context.places, marks=2)
            wrong += bool(inventions)
            witnesses.update({one.witness for one in inventions})
            copying += bool(extract(text))
            characters += len(text)
            if guarded and inventions:
                print(f"  {name} {seed}: {inventions} in {text!r}", flush=True)
        print(
            f"{name}, {'guarded' if guarded else 'plain':7}: {wrong} of {len(found)} drafts invent "
            f"something {dict(witnesses)}; {copying} hold facts, {characters / len(found):.0f} "
            f"characters on average; {time.perf_counter() - began:.0f} s",
            flush=True,
        )


class _Stopwatch:
    """A logits processor that times another one."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.seconds: list[float] = []

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        began = time.perf_counter()
        scores = self.inner(input_ids, scores)
        self.seconds.append(time.perf_counter() - began)
        return scores


def cost(shared: Path, found: Sequence[Context]) -> None:
    """Seconds a token with and without the guard, the same prompts, turn and turn about."""
    import torch
    from transformers import LogitsProcessorList, StoppingCriteriaList

    tokenizer = _large_vocabulary(shared)
    began = time.perf_counter()
    vocabulary = Vocabulary(tokenizer)
    print(f"vocabulary of {len(tokenizer):,} tokens read in {time.perf_counter() - began:.2f} s")
    model = _model_of(len(tokenizer))
    plain: list[float] = []
    guarded: list[float] = []
    guards: list[float] = []
    opening: list[float] = []
    for number, context in enumerate(found[: ROUNDS + 1]):
        prompt = tokenizer("\n\n".join(context.sources), return_tensors="pt")
        length = prompt["input_ids"].shape[1]
        for with_guard in (False, True) if number % 2 else (True, False):
            began = time.perf_counter()
            guard = CopyGuard(context.sources, context.places, 2)
            watch = _Stopwatch(Guarding(vocabulary, guard, length))
            opening.append(time.perf_counter() - began)
            ticks: list[float] = []
            with torch.inference_mode():
                model.generate(
                    **prompt,
                    max_new_tokens=STEPS,
                    do_sample=False,
                    logits_processor=LogitsProcessorList([watch] if with_guard else []),
                    stopping_criteria=StoppingCriteriaList([_ticking(ticks)]),
                )
            if number:  # the first ones warm up
                steps = [after - before for before, after in itertools.pairwise(ticks)]
                (guarded if with_guard else plain).append(statistics.fmean(steps))
                guards += watch.seconds
    _report(plain, guarded, guards, opening)


def _ticking(ticks: list[float]) -> Callable[..., Any]:
    import torch

    def tick(input_ids: Any, scores: Any, **_: Any) -> Any:
        ticks.append(time.perf_counter())
        return torch.zeros(input_ids.shape[0], dtype=torch.bool)

    return tick


def _report(
    plain: list[float], guarded: list[float], guards: list[float], opening: list[float]
) -> None:
    without, under = statistics.median(plain), statistics.median(guarded)
    mean, latest = statistics.fmean(guards), statistics.quantiles(guards, n=20)[-1]
    print(
        f"a token plain {1000 * without:.2f} ms, guarded {1000 * under:.2f} ms (medians of "
        f"{len(plain)} runs of {STEPS} tokens, turn and turn about): "
        f"{100 * (under / without - 1):+.1f}%"
    )
    print(
        f"the guard alone: mean {1e6 * mean:.0f} µs a step ({100 * mean / without:.2f}% of a plain "
        f"token), median {1e6 * statistics.median(guards):.0f} µs, p95 {1e6 * latest:.0f} µs, "
        f"longest {1000 * max(guards):.1f} ms; opening one for a question "
        f"{1000 * statistics.median(opening):.1f} ms"
    )


def _large_vocabulary(shared: Path) -> Any:
    """A byte-level BPE that learnt from the statutes, filled up with Chinese and English words."""
    texts = (path.read_text("utf-8") for path in sorted((shared / "statutes").glob("*.md")))
    tokenizer = vocabularies.byte_level(WORDS, False, texts)
    saved = json.loads(tokenizer.to_str())
    words: dict[str, int] = saved["model"]["vocab"]
    as_bytes = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    pick = random.Random(4)
    while len(words) < WORDS:
        if pick.random() < 0.5:
            word = "".join(chr(pick.randint(0x4E00, 0x9FA5)) for _ in range(pick.randint(1, 3)))
        else:
            word = " " + "".join(pick.choices("etaoinshrdlucmf", k=pick.randint(4, 9)))
        [(piece, _)] = as_bytes.pre_tokenize_str(word)
        words.setdefault(piece, len(words))
    return vocabularies.wrapped(Tokenizer.from_str(json.dumps(saved)))


def _model_of(words: int) -> Any:
    """A Llama with random weights whose token takes as long as a small model's on this CPU."""
    import torch
    from transformers import AutoModelForCausalLM

    torch.manual_seed(6)
    config = vocabularies.tiny_llama(
        words,
        hidden_size=512,
        intermediate_size=1408,
        num_hidden_layers=6,
        num_attention_heads=8,
        num_key_value_heads=4,
        bos_token_id=None,
        eos_token_id=None,
        pad_token_id=0,
    )
    return AutoModelForCausalLM.from_config(config).eval()
