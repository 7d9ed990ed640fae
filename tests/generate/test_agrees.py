"""How likely a model says 예: told by the first token's probabilities, or by its words."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from onprem_rag.config import AnswerConfig, Config, ModelConfig
from onprem_rag.errors import ConfigError, ModelError
from onprem_rag.generate.agreeing import said, sign, weighed
from onprem_rag.generate.chat import ChatGenerator
from onprem_rag.generate.extract import Extractive
from onprem_rag.generate.remote import connect
from onprem_rag.prompts import OWN
from tests.generate.scribe import chat_model, scribe

if TYPE_CHECKING:
    from onprem_rag.generate.local import LocalChatModel
    from tests.generate.conftest import ChatServer

VALUES = {"claim": "숙박비는 7만원이다.", "passages": "여비규정 제9조\n숙박비는 7만원으로 한다."}
NEITHER = r"예나 아니요로 답하지 않았습니다: (?s:.*)\n→ .*\[verify\] reask"


# --- words ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("token", "meant"),
    [
        *((token, True) for token in ("예", " 예", "네", "예.", "\n예", "Yes", "yes", "예입니다")),
        *((token, False) for token in ("아니요", "아니오", "아니", " 아", "아닙", "아뇨", "No")),
        *((token, None) for token in ("", " ", "예외", "네모", "예산", "아니라", "y", "n", "not")),
        *((token, None) for token in ("규정", "**", "<think>", "1", "요", "�")),
    ],
)
def test_what_a_first_token_says(token: str, meant: bool | None) -> None:
    assert sign(token) is meant


def test_the_share_of_yes() -> None:
    told = [("예", 0.45), (" 네", 0.15), ("아니요", 0.1), ("No", 0.1), ("글쎄", 0.2)]
    assert weighed(told) == pytest.approx(0.75)
    assert weighed([("예", 0.9)]) == 1.0
    assert weighed([("아니요", 0.9), ("예외", 0.1)]) == 0.0


@pytest.mark.parametrize("told", [[], [("글쎄", 1.0)], [("예", 0.04)], [("예", float("nan"))]])
def test_no_share_where_neither_is_likely(told: list[tuple[str, float]]) -> None:
    assert weighed(told) is None


AGREEING = (
    *("예", "예.", "**예**", "“예”", "네!", "네, 맞습니다.", "예입니다.", "예 맞습니다", "Yes."),
    *("그렇습니다.", "맞습니다", "예\n규정에 있습니다."),
)
DENYING = (
    "아니요",
    "아니오.",
    "**아니요**",
    "아니요, 없습니다.",
    "아닙니다.",
    "No",
    "아니",
    "아뇨",
)
NEITHER_OF_BOTH = (
    *("", "글쎄요", "네모난 답", "네이버", "네 명까지입니다.", "예외가 있습니다.", "nothing"),
    *("예 또는 아니요", "예/아니요", "예(또는 아니요)", "아니라면 모릅니다"),
    *("그렇지 않습니다.", "맞지 않습니다."),
)


@pytest.mark.parametrize("text", AGREEING)
def test_words_that_agree(text: str) -> None:
    assert said(text) == 1.0


@pytest.mark.parametrize("text", DENYING)
def test_words_that_deny(text: str) -> None:
    assert said(text) == 0.0


@pytest.mark.parametrize("text", NEITHER_OF_BOTH)
def test_words_that_do_neither(text: str) -> None:
    with pytest.raises(ModelError, match=NEITHER):
        said(text)


# --- any chat model ------------------------------------------------------------------------------
def generator(*pieces: str | int | Exception | Callable[[], str], **of: Any) -> ChatGenerator:
    return ChatGenerator(chat_model(*pieces), of.get("prompts", OWN), 2, AnswerConfig())


@pytest.mark.parametrize(
    ("pieces", "agrees"),
    [
        (("예",), 1.0),
        (("아니", "요. 다릅니다."), 0.0),
        ((2, 1, 0, "네", "."), 1.0),
        (("<think>예? 아니", "요?</think>\n\n예"), 1.0),
    ],
)
def test_a_model_that_only_writes(pieces: tuple[str | int, ...], agrees: float) -> None:
    assert generator(*pieces).agrees("verify", VALUES, 5.0) == agrees


def test_what_it_is_asked() -> None:
    model = chat_model("예")
    ChatGenerator(model, OWN, 2, AnswerConfig()).agrees("verify", VALUES, 5.0)
    ((system, user),) = scribe(model).heard
    assert "판정" in system[1]
    assert f"규정:\n{VALUES['passages']}\n\n문장: {VALUES['claim']}\n" in user[1]
    assert scribe(model).guards == [None]


def test_a_model_that_rambles_is_not_heard_out() -> None:
    later = iter(range(100))
    model = chat_model(*[lambda: f"이 문장은 {next(later)} "] * 100)
    with pytest.raises(ModelError, match=NEITHER):
        ChatGenerator(model, OWN, 2, AnswerConfig()).agrees("verify", VALUES, 5.0)
    assert next(later) < 6
    assert scribe(model).left == 1


@pytest.mark.parametrize(
    ("pieces", "why"),
    [
        (("<think>예",), "생각만"),
        (("",), "빈 답"),
        (("예", RuntimeError("CUDA out of memory")), r"\(scribe\)이 답하지 못했습니다.*memory"),
    ],
)
def test_a_model_that_fails_agrees_to_nothing(pieces: tuple[Any, ...], why: str) -> None:
    with pytest.raises(ModelError, match=rf"{why}(?s:.*)\n→ "):
        generator(*pieces).agrees("verify", VALUES, 5.0)


def test_a_model_that_takes_too_long() -> None:
    def slowly() -> str:
        time.sleep(0.03)
        return ""

    began = time.monotonic()
    with pytest.raises(ModelError, match=r"0\.1초 안에 답을 못(?s:.*)→ .*\[verify\] timeout_s"):
        generator(*[slowly] * 100).agrees("verify", VALUES, 0.1)
    assert time.monotonic() - began < 2.5  # of three seconds and more


def test_a_faulty_template(tmp_path: Path) -> None:
    (tmp_path / "verify.txt").write_text("[user]\n{claim}", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"빠진 변수가 있습니다: {passages}"):
        generator("예", prompts=tmp_path).agrees("verify", VALUES, 5.0)


def test_no_model_no_answer() -> None:
    extractive = Extractive(len)
    assert extractive.agrees("verify", VALUES, 5.0) is None  # type: ignore[func-returns-value]


# --- in process ----------------------------------------------------------------------------------
WORDS = "예 네 아니요 아니 예외 글쎄요 . <think> </think> 규정 문장 숙박비는".split()


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory) -> LocalChatModel:
    """A tiny random Llama whose tokens are words, 예 and 아니요 among them, in NF4."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

    from onprem_rag.generate.local import LocalChatModel, load
    from tests.generate.vocabularies import tiny_llama

    folder = tmp_path_factory.mktemp("models") / "yes-or-no"
    numbers = {word: at for at, word in enumerate(["<unk>", "<s>", "<pad>", *WORDS])}
    words = Tokenizer(models.WordLevel(numbers, unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=words, bos_token="<s>", unk_token="<unk>", pad_token="<pad>"
    )
    tokenizer.chat_template = "{% for m in messages %}<s> {{ m['content'] }} {% endfor %}<s>"
    tokenizer.save_pretrained(folder)
    torch.manual_seed(11)
    config = tiny_llama(
        len(numbers),
        initializer_range=0.3,
        bos_token_id=1,
        eos_token_id=None,
        pad_token_id=2,
    )
    AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    loaded = load(folder, None, AnswerConfig(max_new_tokens=200)).chat
    assert isinstance(loaded, LocalChatModel)
    return loaded


@pytest.fixture
def local(chat: LocalChatModel) -> ChatGenerator:
    from onprem_rag.generate.chat import ChatModel
    from onprem_rag.records import Guard

    known = ChatModel(
        chat, "tiny", chat.context, chat.template.count, chat.template.special, Guard.WRITING
    )
    return ChatGenerator(known, OWN, 2, AnswerConfig())


@pytest.fixture
def steps(chat: LocalChatModel) -> Iterator[list[int]]:
    """The number of tokens that each pass of the model reads."""
    read: list[int] = []
    hook = chat.model.get_input_embeddings().register_forward_pre_hook(
        lambda _, ids: read.append(ids[0].shape[1])
    )
    yield read
    hook.remove()


@contextmanager
def saying(chat: LocalChatModel, *words: str) -> Iterator[None]:
    """The model writes ``words``, and the last one again and again."""
    numbers = [3 + WORDS.index(word) for word in words]

    def push(_: object, __: object, logits: Any) -> Any:
        number = numbers.pop(0) if len(numbers) > 1 else numbers[0]
        logits[..., number] += 100.0
        return logits

    hook = chat.model.lm_head.register_forward_hook(push)
    try:
        yield
    finally:
        hook.remove()


def expected(chat: LocalChatModel, local: ChatGenerator) -> tuple[float, float]:
    """transformers' own probabilities of 예 or 네, and of 아니요 or 아니, behind the prompt."""
    import torch

    ids = chat.template.encode(local.prompting.other("verify", VALUES))
    with torch.inference_mode():
        logits = chat.model(torch.tensor([ids])).logits[0, -1].float()
    found = dict(zip(WORDS, logits.softmax(-1).tolist()[3:], strict=True))
    return found["예"] + found["네"], found["아니요"] + found["아니"]


def test_the_probability_is_transformers_own(
    chat: LocalChatModel, local: ChatGenerator, steps: list[int]
) -> None:
    yes, no = expected(chat, local)
    assert 0.05 < yes + no < 0.95
    steps.clear()
    found = local.agrees("verify", VALUES, 20.0)
    assert found == pytest.approx(yes / (yes + no), abs=1e-3)
    assert 0.02 < found < 0.98
    assert len(steps) == 1, "one pass over the prompt"
    assert local.agrees("verify", VALUES, 20.0) == found


@pytest.mark.parametrize(("word", "agrees"), [("예", 1), ("네", 1), ("아니요", 0), ("아니", 0)])
def test_a_model_that_is_sure(
    chat: LocalChatModel, local: ChatGenerator, word: str, agrees: int
) -> None:
    with saying(chat, word):
        assert local.agrees("verify", VALUES, 20.0) == pytest.approx(agrees, abs=1e-6)


@pytest.mark.parametrize("word", ["글쎄요", "예외", "규정"])
def test_a_model_that_says_something_else(
    chat: LocalChatModel, local: ChatGenerator, steps: list[int], word: str
) -> None:
    with saying(chat, word), pytest.raises(ModelError, match=NEITHER):
        local.agrees("verify", VALUES, 20.0)
    assert len(steps) < 30, "it is not heard out"


def test_a_model_that_thinks_first(chat: LocalChatModel, local: ChatGenerator) -> None:
    for word, agrees in (("예", 1.0), ("아니요", 0.0)):
        with saying(chat, "<think>", "예", "아니요", "</think>", word, "."):
            assert local.agrees("verify", VALUES, 20.0) == agrees


def test_many_at_once_are_told_what_one_is(chat: LocalChatModel, local: ChatGenerator) -> None:
    alone = local.agrees("verify", VALUES, 20.0)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: local.agrees("verify", VALUES, 20.0), range(24)))
    assert found == [alone] * 24
    assert chat._queue.places == []


def test_a_turn_that_does_not_come_in_time(chat: LocalChatModel, local: ChatGenerator) -> None:
    place = chat._queue.join()
    began = time.monotonic()
    with pytest.raises(ModelError, match=r"차례가 시간 제한 0\.2초 안에"):
        local.agrees("verify", VALUES, 0.2)
    assert 0.2 <= time.monotonic() - began < 2
    assert chat._queue.places == [place], "it waits no longer"
    place.leave()


def test_a_pass_that_takes_too_long(chat: LocalChatModel, local: ChatGenerator) -> None:
    hook = chat.model.register_forward_pre_hook(lambda *_: time.sleep(0.5))
    began = time.monotonic()
    try:
        with pytest.raises(ModelError, match=r"시간 제한 0\.1초 안에(?s:.*)\[verify\] timeout_s"):
            local.agrees("verify", VALUES, 0.1)
    finally:
        hook.remove()
    assert time.monotonic() - began < 2
    assert 0 < local.agrees("verify", VALUES, 20.0) < 1, "and the next one finds the model free"


def test_a_pass_that_fails(chat: LocalChatModel, local: ChatGenerator) -> None:
    def runs_out(*_: object) -> None:
        raise RuntimeError("CUDA out of memory")

    hook = chat.model.register_forward_pre_hook(runs_out)
    try:
        with pytest.raises(ModelError, match=r"\(tiny\)이 답하지 못했습니다: .*memory\n→ .*doctor"):
            local.agrees("verify", VALUES, 20.0)
    finally:
        hook.remove()
    assert 0 < local.agrees("verify", VALUES, 20.0) < 1


# --- behind a URL --------------------------------------------------------------------------------
def served(url: str, between_s: float | None = None) -> ChatGenerator:
    config = Config(Path("home"), models=ModelConfig(llm=url, llm_name="ours"))
    model = connect(config)
    if between_s:
        model.chat.between_s = between_s  # type: ignore[attr-defined]
    return ChatGenerator(model, OWN, 2, AnswerConfig())


@pytest.mark.parametrize(
    ("pieces", "told", "agrees"),
    [
        (("예",), {"예": 0.6, "아니요": 0.2, "네": 0.1, "규정": 0.05}, 7 / 9),
        (("아니", "요."), {"아니": 0.9, " 예": 0.1}, 0.1),
        (("\n", "예"), {"예": 0.5, "No": 0.5}, 0.5),
        (("예",), {"규정": 0.9, "예": 0.01}, 1.0),  # too little of both: its word counts
        (("<think>", "예</think>", "아니요"), {"<think>": 1.0}, 0.0),
    ],
)
def test_a_server_that_tells_probabilities(
    server: ChatServer, pieces: Sequence[str], told: dict[str, float], agrees: float
) -> None:
    server.pieces, server.told = pieces, told
    assert served(server.url).agrees("verify", VALUES, 5.0) == pytest.approx(agrees)
    (request,) = server.requests
    assert (request["logprobs"], request["top_logprobs"]) == (True, 5)
    assert request["temperature"] == 0
    assert VALUES["claim"] in request["messages"][1]["content"]


@pytest.mark.parametrize(("word", "agrees"), [("예", 1.0), ("아니요.", 0.0)])
def test_a_server_that_tells_none(server: ChatServer, word: str, agrees: float) -> None:
    server.pieces = (word,)
    assert served(server.url).agrees("verify", VALUES, 5.0) == agrees
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [400, 422, 501])
def test_a_server_that_refuses_to_tell_is_asked_once(server: ChatServer, status: int) -> None:
    server.pieces, server.refuses = ("예",), status
    model = served(server.url)
    assert model.agrees("verify", VALUES, 5.0) == 1.0
    asked = ["logprobs" in request for request in server.requests]
    assert asked[0]
    assert not asked[-1]
    server.requests.clear()
    server.pieces = ("아니요",)
    assert model.agrees("verify", VALUES, 5.0) == 0.0
    assert ["logprobs" in request for request in server.requests] == [False]


def test_a_server_that_refuses_everything_is_asked_anew(server: ChatServer) -> None:
    """A wrong name or an overlong prompt is no refusal to tell probabilities."""
    server.pieces, server.told = ("예",), {"예": 0.5, "아니요": 0.5}
    server.listed = [{"id": "theirs"}]
    model = served(server.url)
    with pytest.raises(ModelError, match=r"오류로 답했습니다(?s:.*)\n→ .*llm_name"):
        model.agrees("verify", VALUES, 5.0)
    server.listed = []
    assert model.agrees("verify", VALUES, 5.0) == pytest.approx(0.5)


def test_a_draft_asks_for_no_probabilities(server: ChatServer) -> None:
    list(served(server.url).stream("숙박비는?", []))
    assert "logprobs" not in server.requests[0]


@pytest.mark.parametrize("pieces", [("글쎄요, ", "모릅니다."), ("이 문장은 ", "맞습니다.")])
def test_a_server_that_answers_in_prose(server: ChatServer, pieces: Sequence[str]) -> None:
    server.pieces = pieces
    with pytest.raises(ModelError, match=NEITHER):
        served(server.url).agrees("verify", VALUES, 5.0)


def test_a_rambling_server_is_left(server: ChatServer) -> None:
    server.pieces, server.fault = ("이 문장은 규정에 ", ""), "drips"
    with pytest.raises(ModelError, match=NEITHER):
        served(server.url).agrees("verify", VALUES, 5.0)
    assert server.left.wait(2)


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("silent", r"제때 답하지 않았습니다\(답 전체 0\.4초"),
        ("stalls", "제때 답하지 않았습니다"),
        ("500", "오류로 답했습니다"),
        ("401", "오류로 답했습니다"),
        ("page", "답하지 못했습니다"),
        ("dies", "모델 서버"),
        ("says", "모델 서버"),
    ],
)
def test_a_server_that_fails(server: ChatServer, fault: str, why: str) -> None:
    server.fault = fault
    server.pieces = ("아", "니요.") if fault in {"stalls", "dies"} else ("예",)
    began = time.monotonic()
    with pytest.raises(ModelError, match=rf"{why}(?s:.*)\n→ "):
        served(server.url).agrees("verify", VALUES, 0.4 if fault != "500" else 5.0)
    assert time.monotonic() - began < 3


def test_no_server() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
    with pytest.raises(ModelError, match=r"연결할 수 없습니다(?s:.*)\n→ 모델 서버를"):
        served(url).agrees("verify", VALUES, 5.0)


@pytest.mark.parametrize(
    "logprobs",
    [[], "no", {"content": None}, {"content": [{}]}, {"content": [{"token": "예"}]},
     {"content": [{"token": "예", "top_logprobs": [{"token": "예", "logprob": None}]}]}],
)  # fmt: skip
def test_probabilities_in_another_shape_are_none(logprobs: object) -> None:
    from langchain_core.messages import AIMessageChunk
    from langchain_core.outputs import ChatGenerationChunk

    from onprem_rag.generate.remote import _told

    sent = ChatGenerationChunk(
        message=AIMessageChunk(content="예"), generation_info={"logprobs": logprobs}
    )
    (chunk,) = _told(iter([sent]))
    assert chunk.message.additional_kwargs == {}


def test_threads_share_what_a_server_refuses(server: ChatServer) -> None:
    server.pieces, server.refuses = ("예",), 422
    model = served(server.url)
    start = threading.Barrier(4)

    def ask(_: int) -> float:
        start.wait()
        return model.agrees("verify", VALUES, 10.0)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, range(4))) == [1.0] * 4
    assert 5 <= len(server.requests) <= 8
