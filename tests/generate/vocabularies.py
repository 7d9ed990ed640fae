"""Four vocabularies and tiny random models that write numbers and references all the time.

The tokenizers learn from the demo's rules and from numbers made here, in the formats in which
Korean models ship theirs. The models' weights are random, but lean from one kind of token to
another (제 → figures → 조 → 제), so that what they write looks like rules and says anything.
"""

from __future__ import annotations

import functools
import json
import math
import random
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from onprem_rag.generate.copy_guard import CopyGuard
from onprem_rag.generate.guarding import Guarding, Vocabulary
from tests.conftest import PROJECT

NAMES = ("multi-digit", "single-digit", "byte-fallback", "blanks-inside")
SIZE = 2_500
END = "</s>"
SPECIAL = ("<unk>", "<pad>", "<s>", END, "<|user|>")
_ROWS = "제5조제2항 30일 이내 2024. 3. 1. 오후 6시 5만원 3,000원 100분의 5 [1] 제10조의2 3개월"
_WORDS = " 원 두 명 세 번 열흘 이틀 반년 삼 년 보름 일주일"
_FOREIGN = "出張 旅費 規程 第五條 三十日 規定 差旅 办法 りょひ カタカナ ３０일 ① ② ③ Ⅲ ½ 2² ٣ 〇 五"
# Whole facts and halves of facts, as pieces of their own.
_PIECES = (
    "▁30일|제5조|2024.▁3.|▁5만원|30일▁이내|조제|▁1년▁6개월|의2|일부터▁제|\n1.▁|\n2.▁|\n|▁[1]|[2]|[3]"
    "|,000원|.5|0일|조의|제1항|제2항|3개월|▁두▁명|삼천만|▁천만▁원|열흘|이틀|반년|%|%p|분의▁|별표▁1|별지▁제"
    "|▁같은▁조|「여비규정」▁|「|」▁제|까지|~|:30|▁오후▁6시|12|2025|호서식|호의|①|②|▁제|1|23|07|▁3분의|억"
).split("|")
_TEMPLATE = (
    "{% for message in messages %}<|user|>{{ message['role'] }}\n{{ message['content'] }}\n"
    "{% endfor %}{% if add_generation_prompt %}<|user|>assistant\n{% endif %}"
)
_NUMERALS = "일이삼사오육칠팔구십백천만억"
_SPELT = re.compile(
    rf"[{_NUMERALS}]{{1,6}}|한|두|세|네|다섯|여섯|열|스무|서른|반년|하루|이틀|사흘|열흘|보름|일주일"
)
_UNIT = re.compile(
    r"(?:조|항|호|목|일|월|년|개월|주|시간|시|분|원|명|회|건|개|급|의\d|까지|부터|이내|%|,|\.\d|서식|할|배|점|달)"
)
_OPENS = re.compile(r"(?:제|별표|별지|매월|부칙|오전|오후|의|」|조|분의)$")

KINDS = ("prose", "digits", "opens", "unit", "spelt", "mixed", "mark", "foreign", "bytes", "end")
# How much one kind leads to another, in standard deviations of what is random; all else is 0.
_LEADS = {
    "prose": {
        "digits": 0.5,
        "opens": 0.4,
        "spelt": 0.3,
        "mixed": 0.4,
        "mark": 0.3,
        "end": -2.0,
        "foreign": -0.6,
    },
    "digits": {"unit": 1.6, "digits": 0.4, "end": -2.0, "prose": -0.5},
    "opens": {"digits": 1.6, "mixed": 0.6, "spelt": 0.4, "prose": -0.3, "end": -2.0},
    "unit": {"opens": 0.8, "digits": 0.8, "prose": 0.4, "end": -2.0, "mixed": 0.2},
    "spelt": {"unit": 1.5, "spelt": 0.5, "end": -2.0},
    "mixed": {"opens": 0.7, "unit": 0.6, "mixed": 0.4, "digits": 0.6, "end": -2.0},
    "mark": {"digits": 1.0, "mixed": 0.3, "opens": 0.3, "end": -2.0},
    "foreign": {"prose": 0.4, "end": -2.0},
    "bytes": {"bytes": 0.9, "prose": 0.6, "digits": 0.3, "end": -2.0},
    "end": {},
}
_DEVIATION = 1_000  # of a sum of twelve random numbers below it: the standard deviation too


@functools.cache
def passages() -> tuple[str, ...]:
    """The demo's articles, each with its label as prompts show it: ``여비규정 제9조``, the text."""
    found = []
    for path in sorted((PROJECT / "demo" / "sources").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        for article in re.split(r"\n(?=제\d+조)", text)[1:]:
            number = re.match(r"제\d+조(?:의\d+)?", article)
            assert number
            found.append(f"{path.stem} {number[0]}\n{article.strip()[:500]}")
    return tuple(found)


def _corpus() -> Iterator[str]:
    """What the tokenizers learn from."""
    yield from (line for passage in passages() for line in passage.splitlines())
    pick = random.Random(5)
    for _ in range(600):
        a, b, c = pick.randint(1, 40), pick.randint(1, 12), pick.randint(1, 28)
        won = pick.randint(1, 999) * pick.choice((1, 1_000, 10_000))
        date = f"20{a:02d}. {b}. {c}."
        yield f"제{a}조제{b}항제{c}호, 제{a}조의{b}에 따라 {c}일 이내에 {won:,}원을 {date}부터"
        yield f"{_ROWS} {a}명 {b}개월 {a}.{b}% 제{a * b * c} {won} 20{a:02d}-{b:02d}-{c:02d} {b}년"
        yield "".join(pick.choices(_NUMERALS, k=3)) + _WORDS
    for _ in range(40):
        yield _FOREIGN


def _with(tokenizer: Tokenizer, change: Callable[[dict[str, Any]], None]) -> Tokenizer:
    """``tokenizer`` with its model's saved form changed."""
    saved = json.loads(tokenizer.to_str())
    change(saved["model"])
    return Tokenizer.from_str(json.dumps(saved))


def byte_level(size: int, individual_digits: bool, corpus: Iterator[str]) -> Tokenizer:
    """A byte-level BPE like that of GPT-2, Llama 3 or Qwen."""
    tokenizer = Tokenizer(models.BPE())
    steps = [pre_tokenizers.Digits(individual_digits=True)] if individual_digits else []
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [*steps, pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=list(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(corpus, trainer)
    return tokenizer


def _sentencepiece(tokenizer: Tokenizer, split: bool) -> None:
    """Blanks as ▁ and lost characters as bytes, as in Llama 2 or Gemma."""
    steps = [pre_tokenizers.Digits(individual_digits=True)] if split else []
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Metaspace(prepend_scheme="first", split=split), *steps]
    )
    tokenizer.decoder = decoders.Sequence(
        [
            decoders.Replace("▁", " "),
            decoders.ByteFallback(),
            decoders.Fuse(),
            decoders.Strip(content=" ", left=1),
        ]
    )


_BYTES = [f"<0x{byte:02X}>" for byte in range(256)]


def _byte_fallback() -> Tokenizer:
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    _sentencepiece(tokenizer, split=True)
    trainer = trainers.BpeTrainer(
        vocab_size=SIZE - 256,
        special_tokens=list(SPECIAL),
        limit_alphabet=450,  # rarer syllables are written in bytes
        show_progress=False,
    )
    tokenizer.train_from_iterator(_corpus(), trainer)

    def add_bytes(model: dict[str, Any]) -> None:
        learnt = sorted(model["vocab"], key=model["vocab"].get)
        names = [*SPECIAL, *_BYTES, *learnt[len(SPECIAL) :]]
        model["vocab"] = {name: number for number, name in enumerate(names)}
        model["byte_fallback"] = True

    return _with(tokenizer, add_bytes)


def _blanks_inside() -> Tokenizer:
    tokenizer = Tokenizer(models.Unigram())
    _sentencepiece(tokenizer, split=False)  # pieces reach over blanks: "일▁이내에"
    trainer = trainers.UnigramTrainer(
        vocab_size=SIZE - 400,
        special_tokens=list(SPECIAL),
        unk_token="<unk>",
        max_piece_length=8,
        show_progress=False,
    )
    tokenizer.train_from_iterator(_corpus(), trainer)

    def add_pieces(model: dict[str, Any]) -> None:
        learnt = dict(map(tuple, model["vocab"]))
        by_hand = dict.fromkeys(_PIECES, -6.0) | dict.fromkeys(_BYTES, -12.0)
        model["vocab"] = [list(pair) for pair in (learnt | by_hand).items()]
        model["byte_fallback"] = True

    return _with(tokenizer, add_pieces)


@functools.cache
def vocabulary(name: str) -> Any:
    """The tokenizer ``name`` of NAMES, with a chat template."""
    if name in ("multi-digit", "single-digit"):
        return wrapped(byte_level(SIZE, name == "single-digit", _corpus()))
    return wrapped(_byte_fallback() if name == "byte-fallback" else _blanks_inside())


def wrapped(tokenizer: Tokenizer) -> Any:
    """``tokenizer`` as transformers has it."""
    from transformers import PreTrainedTokenizerFast

    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token="<unk>",
        pad_token="<pad>",
        bos_token="<s>",
        eos_token=END,
        additional_special_tokens=["<|user|>"],
    )
    fast.chat_template = _TEMPLATE
    return fast


def kind(text: str) -> str:
    """What a token's text is to the models here: one of KINDS."""
    bare = text.strip()
    if "\ufffd" in text:
        return "bytes"
    if any(foreign(character) for character in bare):
        return "foreign"
    numbers = [unicodedata.category(character)[0] == "N" for character in bare]
    if any(numbers):
        return "digits" if sum(numbers) >= len(bare) - 1 else "mixed"
    if _OPENS.search(bare):
        return "opens"
    if _SPELT.fullmatch(bare) and bare not in ("일", "조"):
        return "spelt"
    if _UNIT.match(bare):
        return "unit"
    return "prose" if any(map(str.isalpha, bare)) else "mark"


def foreign(character: str) -> bool:
    """Whether it is a letter that is neither Hangul nor Latin nor Greek."""
    if not unicodedata.category(character).startswith("L"):
        return False
    name = unicodedata.name(character, "")
    return not re.match(r"(?:HALFWIDTH |FULLWIDTH )?(?:HANGUL|LATIN|GREEK)", name)


@functools.cache
def _table(name: str) -> Vocabulary:
    return Vocabulary(vocabulary(name))


def draft(
    name: str,
    seed: int,
    sources: Sequence[str],
    tokens: int,
    guarded: bool,
    places: Sequence[str] = (),
    marks: int = 2,
) -> str:
    """What chance writes with ``seed``, as far as it may be shown.

    It leans by ``_LEADS`` as the random models do, but in whole numbers: those are the same on
    every processor, and so is the draft.
    """
    import torch

    kinds, pick = np.array(_kinds(name)), np.random.Generator(np.random.PCG64(seed))
    leads = _whole_leads(name)
    leads += pick.integers(-_DEVIATION // 2, _DEVIATION // 2, size=leads.shape)
    guard = CopyGuard(sources, places, marks)
    guarding = Guarding(_table(name), guard, prompt_length=0)
    ids: list[int] = []
    kind_before = KINDS.index("prose")
    for _ in range(tokens):
        scores = pick.integers(0, _DEVIATION, size=(12, len(kinds))).sum(axis=0)
        scores += leads[kind_before][kinds]
        scores = scores * len(kinds) + np.arange(len(kinds))  # no two are equal
        scores[kinds < 0] = 0
        tensor = torch.tensor(scores, dtype=torch.float64)[None]
        if guarded:
            tensor = guarding(torch.tensor([ids], dtype=torch.long), tensor)
        ids.append(int(tensor.argmax()))
        kind_before = kinds[ids[-1]]
        if KINDS[kind_before] == "end" or kind_before < 0:
            break
    text: str = vocabulary(name).decode(ids, skip_special_tokens=True)
    return text[: guard.settled(text)] if guarded else text


def _whole_leads(name: str) -> Any:
    """How much each kind leads to each: (kinds, kinds), 1,000 a standard deviation."""
    return np.array(
        [[round(_DEVIATION * lead) for lead in _wanted(source, _kinds(name))] for source in KINDS]
    )


def _wanted(source: str, kinds: Sequence[int]) -> Iterator[float]:
    """How much ``source`` leads to each kind; the best of many random numbers is higher."""
    for at, kind in enumerate(KINDS):
        many = max(1, kinds.count(at))
        yield _LEADS[source].get(kind, 0.0) - math.sqrt(2 * math.log(many))


@functools.cache
def _kinds(name: str) -> tuple[int, ...]:
    tokenizer = vocabulary(name)
    found = []
    for number in range(len(tokenizer)):
        text = tokenizer.decode([number])
        if text == END:
            found.append(KINDS.index("end"))
        else:
            found.append(-1 if text in SPECIAL else KINDS.index(kind(text)))
    return tuple(found)


def tiny_llama(words: int, **other: Any) -> Any:
    """The configuration of a Llama with two layers of 64 dimensions, but for ``other``."""
    from transformers import LlamaConfig

    shape = {
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 4096,
    }
    return LlamaConfig(vocab_size=words, **{**shape, **other})


def random_model(name: str, seed: int) -> Any:
    """A Llama over vocabulary ``name``: two layers of random weights that lean by ``_LEADS``."""
    import torch
    from transformers import AutoModelForCausalLM

    tokenizer, kinds = vocabulary(name), torch.tensor(_kinds(name))
    torch.manual_seed(seed)
    config = tiny_llama(
        len(tokenizer),
        initializer_range=0.15,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    model = AutoModelForCausalLM.from_config(config)
    spread, places = 0.15, len(KINDS)
    with torch.no_grad():
        embedding = model.get_input_embeddings().weight
        head = model.get_output_embeddings().weight
        embedding.normal_()
        head.normal_(std=spread)
        embedding[:, :places] = 4.0 * torch.nn.functional.one_hot(kinds.clamp(0), places)
        for layer in model.model.layers:  # which write nothing where the kinds stand
            layer.self_attn.o_proj.weight[:places] = 0.0
            layer.mlp.down_proj.weight[:places] = 0.0
        for at, source in enumerate(KINDS):
            wanted = torch.tensor(list(_wanted(source, _kinds(name))))
            leaning = wanted + 0.3 * torch.randn(places)
            head[:, at] = leaning[kinds.clamp(0)] * spread * 8 / 3.5
        head[kinds < 0] = 0.0
        head[kinds < 0, :places] = -2.0  # special tokens come as seldom as in real models
    return model.eval()


def saved(name: str, seed: int, folder: Path) -> Path:
    """A model folder: tokenizer with chat template, weights in safetensors."""
    vocabulary(name).save_pretrained(folder)
    random_model(name, seed).save_pretrained(folder)
    return folder
