"""A chat model that writes what it is told to, and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import Field

from onprem_rag.generate.chat import ChatModel
from onprem_rag.prompts import Message
from onprem_rag.records import Guard


class Scribe(BaseChatModel):
    """``pieces``: text, an int for the place in a queue, something to call, or an error."""

    pieces: list[Any]
    heard: list[list[tuple[str, str]]] = Field(default_factory=list)
    guards: list[Any] = Field(default_factory=list)
    left: int = 0  # readers who left or were done

    @property
    def _llm_type(self) -> str:
        return "scribe"

    def _generate(self, *args: Any, **kwargs: Any) -> ChatResult:
        raise NotImplementedError

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        self.heard.append([(message.type, str(message.text)) for message in messages])
        self.guards.append(kwargs.get("guard"))
        try:
            for piece in self.pieces:
                if isinstance(piece, Exception):
                    raise piece
                if isinstance(piece, int):
                    message = AIMessageChunk(content="", additional_kwargs={"before": piece})
                else:
                    message = AIMessageChunk(content=piece if isinstance(piece, str) else piece())
                yield ChatGenerationChunk(message=message)
        finally:
            self.left += 1


def letters(messages: Sequence[Message]) -> int:
    """A token a letter."""
    return sum(len(message.text) for message in messages)


def chat_model(
    *pieces: str | int | Exception | Callable[[], str],
    context: int = 4096,
    guard: Guard = Guard.CHECKED,
    special: tuple[str, ...] = (),
) -> ChatModel:
    """A ``ChatModel`` around a scribe, whose tokens are letters."""
    return ChatModel(Scribe(pieces=list(pieces)), "scribe", context, letters, special, guard)


def scribe(model: ChatModel) -> Scribe:
    """The scribe of such a model."""
    assert isinstance(model.chat, Scribe)
    return model.chat
