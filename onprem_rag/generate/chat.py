"""Drafts from a chat model (LangChain's ``BaseChatModel``), in process or behind a URL."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from onprem_rag.config import AnswerConfig
from onprem_rag.errors import ModelError, OnpremRagError
from onprem_rag.generate.agreeing import ENOUGH, said
from onprem_rag.generate.context import Weight
from onprem_rag.generate.copy_guard import CopyGuard
from onprem_rag.generate.prompting import Prompting
from onprem_rag.generate.tags import untagged
from onprem_rag.generate.thoughts import Thoughts
from onprem_rag.prompts import Message
from onprem_rag.records import Guard, Hit, Waiting

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessageChunk


@dataclass(frozen=True, slots=True)
class ChatModel:
    """A chat model and what is known about it, whether in process or behind a URL."""

    chat: BaseChatModel
    name: str
    context: int  # tokens that prompt and answer may have together
    # Tokens of a prompt with those of the chat template; for a server an upper bound.
    count: Callable[[Sequence[Message]], int]
    special: tuple[str, ...]  # the tokenizer's special tokens; () where they aren't known
    # WRITING: ``chat.stream`` takes ``guard=CopyGuard``. All take ``seconds=``, and ``agreeing=``:
    # a chunk tells how likely 예 is, in ``additional_kwargs["agrees"]``, where that is known.
    guard: Guard


COMPLETING_S = 15.0  # for a rewritten question: the draft is still to come


def even(word: str) -> float:
    """The weight of a word where nothing is known of how often it stands in the rules."""
    return 1.0


class ChatGenerator:
    """Fills ``prompts/*.txt`` and streams what the model writes."""

    def __init__(
        self,
        model: ChatModel,
        prompt_folder: Path,
        passages: int,
        answer: AnswerConfig,
        weight: Weight = even,
    ) -> None:
        self._model = model
        self._seconds = answer.timeout_s
        self.name = model.name
        self.guard = model.guard
        room = model.context - answer.max_new_tokens
        if room <= 0:
            raise ModelError(
                f"언어 모델({model.name})이 받는 문맥은 {model.context}토큰인데 답변에 "
                f"{answer.max_new_tokens}토큰을 남깁니다.\n"
                "→ config.toml의 [answer] max_new_tokens를 줄이거나 문맥이 긴 모델을 쓰세요."
            )
        self.prompting = Prompting(
            prompt_folder, passages, answer, room, model.count, model.special, weight
        )

    def stream(self, question: str, hits: Sequence[Hit]) -> Iterator[str | Waiting]:
        """Pieces of the model's answer, and before them how many come first.

        Raises ModelError where the model fails, or isn't done within ``answer.timeout_s``.
        """
        with self._failing():
            prompt = self.prompting.answering(question, hits)
            guard = self.prompting.guard(prompt) if self.guard is Guard.WRITING else None
            with closing(self._written(prompt.messages, guard, self._seconds)) as pieces:
                yield from pieces

    def complete(self, prompt: str, values: Mapping[str, str]) -> str:
        """What the model writes for ``prompts/PROMPT.txt`` in 15 s. Raises ModelError."""
        with self._failing():
            messages = self.prompting.other(prompt, values)
            guard = CopyGuard(list(values.values())) if self.guard is Guard.WRITING else None
            seconds = min(self._seconds, COMPLETING_S)
            with closing(self._written(messages, guard, seconds)) as pieces:
                return "".join(piece for piece in pieces if isinstance(piece, str)).strip()

    def agrees(self, prompt: str, values: Mapping[str, str], seconds: float) -> float:
        """How likely the model says 예 to ``prompts/PROMPT.txt``, in [0, 1]. Raises ModelError."""
        with self._failing():
            messages = self.prompting.other(prompt, values)
            with closing(self._chunks(messages, seconds, agreeing=True)) as chunks:
                return _agreement(chunks)

    def _written(
        self, messages: Sequence[Message], guard: CopyGuard | None, seconds: float
    ) -> Generator[str | Waiting, None, None]:
        """What the model writes, without what it only thinks and without tags."""
        thoughts = Thoughts()
        more = {"guard": guard} if guard else {}
        with closing(self._chunks(messages, seconds, **more)) as chunks:
            for chunk in chunks:
                if (before := chunk.additional_kwargs.get("before")) is not None:
                    yield Waiting(before)
                if text := untagged(thoughts.without(str(chunk.text))):
                    yield text
        if text := untagged(thoughts.end()):
            yield text

    def _chunks(
        self, messages: Sequence[Message], seconds: float, **more: Any
    ) -> Generator[BaseMessageChunk, None, None]:
        """What comes from the model. Raises ModelError when the time is over."""
        until = time.monotonic() + seconds
        chat = [(message.role, message.text) for message in messages]
        stream = cast("Any", self._model.chat.stream(chat, seconds=seconds, **more))
        with closing(stream) as chunks:
            for chunk in chunks:
                if time.monotonic() > until:
                    raise ModelError(
                        f"언어 모델({self.name})이 {seconds:g}초 안에 답을 못 마쳤습니다.\n"
                        "→ config.toml의 [answer] timeout_s(확인은 [verify] timeout_s)를 늘리거나 "
                        "max_new_tokens를 줄이세요."
                    )
                yield chunk

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """Errors of many libraries (network, CUDA, tokenizers) as ModelError."""
        try:
            yield
        except OnpremRagError:
            raise
        except Exception as error:
            raise ModelError(
                f"언어 모델({self.name})이 답하지 못했습니다: {type(error).__name__}: {error}\n"
                "→ 모델 서버나 GPU의 상태를 'onprem-rag doctor'로 확인하세요."
            ) from error


def _agreement(chunks: Iterator[BaseMessageChunk]) -> float:
    """What the first word's probabilities say; else the text, as soon as it shows its answer."""
    thoughts, text = Thoughts(), ""
    for chunk in chunks:
        if (told := chunk.additional_kwargs.get("agrees")) is not None:
            return float(told)
        text += thoughts.without(str(chunk.text))
        if len(text) >= ENOUGH:
            return said(text)
    return said(text + thoughts.end())
