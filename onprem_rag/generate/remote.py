"""A model behind any OpenAI-compatible server: ``transformers serve``, vLLM, llama.cpp."""

from __future__ import annotations

import contextlib
import math
import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any

import httpx
import openai
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatGenerationChunk
from langchain_openai.chat_models.base import BaseChatOpenAI
from pydantic import PrivateAttr, SecretStr

from onprem_rag.config import Config
from onprem_rag.errors import ModelError
from onprem_rag.generate.agreeing import weighed
from onprem_rag.generate.chat import ChatModel
from onprem_rag.generate.server import CONNECT_S, client, reached_not, refused
from onprem_rag.prompts import Message
from onprem_rag.records import Guard

BETWEEN_S = 8.0  # a server that stops within an answer is given up after so long
_TOLD = 5  # probabilities of a token, as many as every server gives that gives any
_REFUSING = frozenset((400, 422, 501))
_PAUSE_S = 0.3  # before the one other try
_MESSAGE_TOKENS = 8  # role marks of a chat template, at most
_PROMPT_TOKENS = 40  # what a template writes of its own: dates, "you are …"

Chunks = Generator[ChatGenerationChunk, None, None]


class ServedChatModel(BaseChatOpenAI):
    """Streams from a server within limits of time.

    ``max_tokens`` is sent under that name, which every server knows, unlike OpenAI's newer one.
    """

    whole_s: float  # for a whole draft
    between_s: float = BETWEEN_S  # from one piece to the next
    _untold: bool = PrivateAttr(default=False)  # it refuses to tell probabilities

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        seconds: float | None = None,
        agreeing: bool = False,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        """Pieces of the answer. Raises ModelError. A reader that leaves ends the connection.

        ``agreeing``: the piece with the first word tells in ``agrees`` how likely 예 was, where
        the server gives probabilities.
        """
        send = super()._stream

        def attempt() -> Chunks:
            yield from send(messages, stop, **kwargs)

        def telling() -> Chunks:
            yield from _told(send(messages, stop, **kwargs, logprobs=True, top_logprobs=_TOLD))

        def tried() -> Chunks:
            if agreeing and not self._untold:
                yield from self._told_or_not(telling, attempt)
            else:
                yield from _tried_twice(attempt)

        whole_s = self.whole_s if seconds is None else seconds
        try:
            yield from _in_time(tried, whole_s, self.between_s)
        except Exception as error:  # httpx, openai and json have many
            raise self._failed(error, whole_s) from error

    def _told_or_not(self, telling: Callable[[], Chunks], attempt: Callable[[], Chunks]) -> Chunks:
        """With probabilities, and without where the server refuses these, from then on."""
        try:
            yield from _tried_twice(telling)
        except openai.APIStatusError as error:
            if error.status_code not in _REFUSING:
                raise
            chunks = _tried_twice(attempt)
            first = next(chunks, None)
            self._untold = True  # what it refused was the asking for them
            if first is not None:
                yield first
                yield from chunks

    def _failed(self, error: Exception, whole_s: float) -> ModelError:
        """What went wrong, and what to do."""
        url = str(self.openai_api_base)
        if isinstance(error, openai.APIStatusError):
            what = f"모델 서버가 오류로 답했습니다: {str(error)[:300]}"
            return ModelError(f"{what}\n→ {refused(error.status_code)}")
        if isinstance(error, TimeoutError) or isinstance(error.__cause__, httpx.ReadTimeout):
            return ModelError(
                f"모델 서버가 제때 답하지 않았습니다(답 전체 {whole_s:g}초, "
                f"조각 사이 {self.between_s:g}초): {url}\n"
                "→ 'onprem-rag doctor'로 서버를 확인하거나 [answer] timeout_s(확인은 [verify] "
                "timeout_s)를 늘리세요."
            )
        if isinstance(error, openai.APITimeoutError):
            what = f"모델 서버에 {CONNECT_S:g}초 안에 연결되지 않았습니다: {url}"
            return ModelError(f"{what}\n→ {reached_not(url)}")
        if isinstance(error, openai.APIConnectionError):
            return ModelError(f"모델 서버에 연결할 수 없습니다: {url}\n→ {reached_not(url)}")
        what = f"모델 서버의 답이 끊겼습니다: {url} ({type(error).__name__}: {str(error)[:300]})"
        return ModelError(f"{what}\n→ {refused(503)}")


def connect(config: Config) -> ChatModel:
    """The chat model at ``models.llm``; nothing is sent before the first question."""
    answer = config.answer
    http = client(answer.timeout_s)
    chat = ServedChatModel(
        base_url=config.models.llm.rstrip("/"),
        api_key=SecretStr(config.models.llm_key or "none"),  # most ask for none
        model=config.models.llm_name,
        temperature=0,
        max_tokens=answer.max_new_tokens,
        timeout=http.timeout,
        max_retries=0,  # ``_tried_twice`` knows better when
        streaming=True,
        stream_usage=False,
        openai_proxy="",
        http_client=http,
        whole_s=answer.timeout_s,
    )
    return ChatModel(chat, config.models.llm_name, answer.context, at_most, (), Guard.CHECKED)


def at_most(messages: Sequence[Message]) -> int:
    """An upper bound of a prompt's tokens, for a tokenizer that is not at hand.

    One a Hangul syllable or ASCII character: tokenizers made for Korean join syllables more often
    than they take one apart. Anything else (Hanja, circled numbers, box drawing) may fall apart
    into its UTF-8 bytes. Measured over 50 unseen statutes in pieces of 1,500 characters, a
    byte-level BPE of 2,000 pieces needs at most 0.83 of it, one of 30,000 at most 0.60. A tokenizer
    that knows no Korean needs up to three a syllable, more than this bound.
    """
    texts = sum(_text_tokens(message.text) for message in messages)
    return _PROMPT_TOKENS + _MESSAGE_TOKENS * len(messages) + texts


def _text_tokens(text: str) -> int:
    syllables = sum("가" <= char <= "힣" for char in text)
    return len(text.encode(errors="replace")) - 2 * syllables  # a syllable has three bytes


def _tried_twice(attempt: Callable[[], Chunks]) -> Chunks:
    """Once more where the server refused before it sent anything, be it that it just restarts."""
    for last in (False, True):
        chunks = attempt()
        try:
            first = next(chunks)
        except StopIteration:
            return
        except (openai.APIConnectionError, openai.InternalServerError) as error:
            if last or isinstance(error, openai.APITimeoutError):
                raise
            time.sleep(_PAUSE_S)
        else:
            yield first
            yield from chunks
            return


def _told(chunks: Iterator[ChatGenerationChunk]) -> Chunks:
    """``chunks``, the one with the first word with the probability of 예."""
    begun = False
    for chunk in chunks:
        if not begun and chunk.text.strip():
            begun = True
            told = weighed(_first_word((chunk.generation_info or {}).get("logprobs")))
            if told is not None:
                chunk.message.additional_kwargs["agrees"] = told
        yield chunk


def _first_word(logprobs: Any) -> Iterator[tuple[str, float]]:
    """What might have stood in the first token that isn't blank, with probabilities."""
    tokens = logprobs.get("content") if isinstance(logprobs, dict) else None
    first: dict[str, Any] = next(
        (token for token in tokens or () if str(token.get("token")).strip()), {}
    )
    for other in first.get("top_logprobs") or ():
        if isinstance(logprob := other.get("logprob"), int | float):
            yield str(other.get("token")), math.exp(min(logprob, 0.0))


def _in_time(chunks: Callable[[], Chunks], whole_s: float, between_s: float) -> Chunks:
    """Chunks as they come; TimeoutError after ``whole_s``, or ``between_s`` with no other one.

    Another thread reads, because a read can't be told to end sooner once it waits. When nobody
    wants its chunks any more it closes the connection at the next one, and the server stops.
    """
    came: queue.SimpleQueue[ChatGenerationChunk | Exception | None] = queue.SimpleQueue()
    left = threading.Event()

    def read() -> None:
        try:
            with contextlib.closing(chunks()) as stream:
                for chunk in stream:
                    came.put(chunk)
                    if left.is_set():
                        return
            came.put(None)
        except Exception as error:
            came.put(error)

    threading.Thread(target=read, daemon=True).start()
    end, patience = time.monotonic() + whole_s, whole_s
    try:
        while True:
            wait = min(end - time.monotonic(), patience)
            try:
                item = came.get(timeout=max(wait, 0))
            except queue.Empty:
                raise TimeoutError from None
            if item is None:
                return
            if isinstance(item, Exception):
                raise item
            if item.text:
                patience = between_s  # until then the question may wait in the server's queue
            yield item
    finally:
        left.set()
