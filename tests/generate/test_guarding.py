"""The copy guard in ``generate()``: whatever pieces a tokenizer has, and whatever is likeliest."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import pytest
import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from onprem_rag.errors import ModelError
from onprem_rag.generate.copy_guard import CopyGuard
from onprem_rag.generate.guarding import Guarding, Vocabulary
from onprem_rag.korean.facts import extract

SOURCE = (
    "여비규정 제9조(숙박비)\n① 출장자에게는 1박에 7만원을 지급한다. 제5조의2에 따른 신청은 "
    "30일 이내, 휴직기간은 1년 6개월, 2024. 3. 1.부터 별표 1에 따라 15명, 두 명까지. 出張"
)
SPECIAL = ("<s>", "</s>", "<pad>")
PIECES = (
    "제 조 항 호 의 일 명 년 개월 만원 만 원 박 까지 부터 이내 지급 한다 는 에 따라 출장 휴직 "
    "기간 별표 두 열 흘 규정 신청 제5 제9조 조의2 30일 1년 6개월 의2 규 정 漢 規定 出 張 カナ ③ ①"
).split()
BLANKS = (" ", "\n", ". ", " 3", " 1", ", ", " 6개월", " 이내", "일 이", ". 3. 1", " 출장", "\n1.")
SIGNS = (*".,()[]「」~-%*", "[1]", "[2")
PROMPT = 3  # tokens


def words(digits: Sequence[str]) -> list[str]:
    return list(dict.fromkeys((*digits, *PIECES, *BLANKS, *SIGNS)))


SINGLE = [str(number) for number in range(10)]
MULTI = [str(number) for number in range(1000)]


def finished(tokenizer: Tokenizer) -> Any:
    tokenizer.add_special_tokens([AddedToken(name, special=True) for name in SPECIAL])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", pad_token="<pad>"
    )


def byte_level(digits: Sequence[str]) -> Any:
    """As GPT-2, Llama 3 and Qwen have it: pieces are bytes, half characters among them."""
    as_bytes = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    names = sorted(pre_tokenizers.ByteLevel.alphabet())
    for word in words(digits):
        [(piece, _)] = as_bytes.pre_tokenize_str(word)
        names += [piece, *([piece[:-1]] if word >= "가" else [])]
    vocab = {name: number for number, name in enumerate(dict.fromkeys(names))}
    tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=[]))
    tokenizer.decoder = decoders.ByteLevel()
    return finished(tokenizer)


def byte_fallback(digits: Sequence[str]) -> Any:
    """As Llama 2 and Gemma have it: ▁ for blanks, and <0xEC> for bytes of what has no piece."""
    names = [f"<0x{byte:02X}>" for byte in range(256)]
    names += [word.replace(" ", "▁") for word in words(digits)]
    tokenizer = Tokenizer(
        models.BPE(vocab={name: n for n, name in enumerate(names)}, merges=[], byte_fallback=True)
    )
    tokenizer.decoder = decoders.Sequence(
        [
            decoders.Replace("▁", " "),
            decoders.ByteFallback(),
            decoders.Fuse(),
            decoders.Strip(content=" ", left=1),
        ]
    )
    return finished(tokenizer)


def word_level(digits: Sequence[str]) -> Any:
    """Whole words, which the decoder joins with blanks; there is no way to write any text."""
    names = [
        "[UNK]",
        *digits,
        *PIECES,
        "30일",
        "15명",
        "7만원을",
        "제9조에",
        ".",
        ",",
        "1.",
        "2024.",
    ]
    vocab = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return finished(Tokenizer(models.WordLevel(vocab=vocab, unk_token="[UNK]")))


TOKENIZERS = {
    "byte level, single digits": functools.partial(byte_level, SINGLE),
    "byte level, several digits": functools.partial(byte_level, MULTI),
    "byte fallback, single digits": functools.partial(byte_fallback, SINGLE),
    "byte fallback, several digits": functools.partial(byte_fallback, MULTI),
    "words": functools.partial(word_level, MULTI),
}


@functools.cache
def vocabulary(name: str) -> tuple[Any, Vocabulary]:
    tokenizer = TOKENIZERS[name]()
    return tokenizer, Vocabulary(tokenizer)


def guard() -> CopyGuard:
    return CopyGuard([SOURCE], ("제9조", "제9조제1항"), marks=2)


@functools.cache
def likes_of(name: str) -> torch.Tensor:
    """One for each piece that has a digit."""
    tokenizer, table = vocabulary(name)
    texts_of = [tokenizer.decode([number]) for number in range(len(table))]
    return torch.tensor([1.0 * any(map(str.isdigit, text)) for text in texts_of])


def drafted(name: str, seed: int, steps: int, best: int = 1) -> str:
    """A draft from random scores that like numbers."""
    tokenizer, table = vocabulary(name)
    random = torch.Generator().manual_seed(seed)
    guarding = Guarding(table, guard(), PROMPT, best=best)
    ids = [0] * PROMPT
    for _ in range(steps):
        scores = torch.randn((1, len(table) + 5), generator=random)  # models pad their heads
        scores[0, : len(table)] += likes_of(name)
        scores[0, list(table.special)] -= 3
        scores = guarding(torch.tensor([ids]), scores)
        if best > 1:
            ids.append(int(torch.multinomial(scores.softmax(-1), 1, generator=random)))
        else:
            ids.append(int(scores.argmax()))
        if ids[-1] == tokenizer.eos_token_id:
            break
    return str(tokenizer.decode(ids[PROMPT:], skip_special_tokens=True))


def invented(draft: str) -> list[str]:
    allowed = {(fact.kind, fact.value) for fact in extract(SOURCE)}
    allowed |= {("reference", "제9조제1항"), ("reference", "「여비규정」 제9조")}
    return [fact.text for fact in extract(draft) if (fact.kind, fact.value) not in allowed]


@pytest.mark.parametrize("best", [1, 50])
@pytest.mark.parametrize("name", TOKENIZERS)
def test_random_drafts_say_only_what_the_source_says(name: str, best: int) -> None:
    said = 0
    for seed in range(12 if best == 1 else 4):
        draft = drafted(name, seed, 40, best)
        watching = guard()
        settled = draft[: watching.settled(draft)]
        assert invented(settled) == [], draft
        assert not set(settled) & set("漢規定カナ"), draft
        assert len(draft) - len(settled) < 40  # only the number at the end was cut off
        said += len(extract(settled))
    assert said > 2 or name == "words"


@pytest.mark.parametrize("name", TOKENIZERS)
def test_random_drafts_would_say_much_else(name: str) -> None:
    """Guards the test above against passing over nothing."""
    tokenizer, table = vocabulary(name)
    random = torch.Generator().manual_seed(1)
    drafts = [
        tokenizer.decode(torch.randint(len(table), (40,), generator=random)) for _ in range(12)
    ]
    assert sum(bool(invented(draft)) for draft in drafts) > 3


@pytest.mark.parametrize("name", TOKENIZERS)
def test_the_guard_knows_what_the_decoder_writes(name: str) -> None:
    tokenizer, table = vocabulary(name)
    random = torch.Generator().manual_seed(2)
    for _ in range(60):
        ids = torch.randint(len(table), (8,), generator=random).tolist()
        written = table.written(ids)
        decoded = tokenizer.decode(ids, skip_special_tokens=True)
        if written is None:
            assert "\ufffd" in decoded
        elif written.pending:
            assert decoded.startswith(written.text) or "\ufffd" in decoded
        else:
            assert written.text == decoded


def scores_for(table: Vocabulary, *wanted: int) -> torch.Tensor:
    """Scores that want these tokens in this order, and the others hardly."""
    scores = torch.full((1, len(table)), -9.0)
    for rank, token in enumerate(wanted):
        scores[0, token] = 9.0 - rank
    return scores


def ids_of(name: str, *texts: str) -> list[int]:
    tokenizer, table = vocabulary(name)
    ids = []
    for text in texts:
        exact = [n for n in table.beginning(text.encode()) if tokenizer.decode([n]) == text]
        ids.append(exact[0])
    return ids


NAME = "byte level, several digits"


def test_what_is_allowed_is_left_as_it_is() -> None:
    _, table = vocabulary(NAME)
    before, wanted = ids_of(NAME, "출장", "에")
    scores = scores_for(table, wanted)
    result = Guarding(table, guard(), 0)(torch.tensor([[before]]), scores)
    assert result is scores


def test_a_number_is_led_to_its_unit() -> None:
    _, table = vocabulary(NAME)
    thirty, people, days, blank = ids_of(NAME, "30", "명", "일", " 3")
    scores = scores_for(table, people, blank, table_end(NAME), days)
    result = Guarding(table, guard(), 0)(torch.tensor([[thirty]]), scores)
    assert int(result.argmax()) == days


def table_end(name: str) -> int:
    return int(vocabulary(name)[0].eos_token_id)


def test_a_draft_does_not_end_within_a_number() -> None:
    _, table = vocabulary(NAME)
    thirty, days = ids_of(NAME, "30", "일")
    guarding = Guarding(table, guard(), 0)
    scores = scores_for(table, table_end(NAME))
    assert int(guarding(torch.tensor([[thirty]]), scores).argmax()) != table_end(NAME)
    result = guarding(torch.tensor([[thirty, days]]), scores)
    assert int(result.argmax()) == table_end(NAME)


def test_other_ends_are_ends_too() -> None:
    """A model's configuration may name ends that its tokenizer does not know as special."""
    _, table = vocabulary(NAME)
    thirty, dot = ids_of(NAME, "30", ".")
    result = Guarding(table, guard(), 0, ends=[dot])(
        torch.tensor([[thirty]]), scores_for(table, dot)
    )
    assert int(result.argmax()) != dot


def test_half_a_character_is_begun_only_where_it_can_be_finished() -> None:
    tokenizer, table = vocabulary(NAME)
    first = "漢".encode()[:1]
    [lead] = [n for n in table.beginning(first) if tokenizer.decode([n]) == "\ufffd"][:1]
    [digit] = ids_of(NAME, "30")
    scores = scores_for(table, lead)
    # Behind 30 only 일 may follow, whose first byte is another one.
    assert "일".encode()[:1] != first
    result = Guarding(table, guard(), 0)(torch.tensor([[digit]]), scores)
    assert int(result.argmax()) != lead


def test_sampling_leaves_only_what_is_allowed() -> None:
    _, table = vocabulary(NAME)
    thirty, days, people = ids_of(NAME, "30", "일", "명")
    scores = torch.randn((1, len(table)), generator=torch.Generator().manual_seed(3))
    result = Guarding(table, guard(), 0, best=50)(torch.tensor([[thirty]]), scores)
    left = torch.isfinite(result[0]).nonzero().flatten().tolist()
    assert days in left
    assert people not in left
    watching = guard()
    tokenizer = vocabulary(NAME)[0]
    for token in left:
        text = tokenizer.decode([thirty, token])
        assert "\ufffd" in text or watching.allows("30", text[2:])


def test_one_draft_at_a_time() -> None:
    _, table = vocabulary(NAME)
    with pytest.raises(ValueError, match="one draft"):
        Guarding(table, guard(), 0)(torch.zeros((2, 1), dtype=torch.long), torch.zeros((2, 9)))


def test_a_vocabulary_that_cannot_finish_a_number_ends_the_draft() -> None:
    tokenizer = Tokenizer(models.WordLevel(vocab={"[UNK]": 0, "30": 1, "명": 2}, unk_token="[UNK]"))
    with_end = Vocabulary(finished(Tokenizer.from_str(tokenizer.to_str())))
    scores = torch.zeros((1, len(with_end)))
    result = Guarding(with_end, guard(), 0)(torch.tensor([[1]]), scores)
    assert set(torch.isfinite(result[0]).nonzero().flatten().tolist()) <= with_end.special
    bare = Vocabulary(PreTrainedTokenizerFast(tokenizer_object=tokenizer))
    with pytest.raises(ModelError, match="→ 종료 토큰"):
        Guarding(bare, guard(), 0)(torch.tensor([[1]]), torch.zeros((1, len(bare))))
