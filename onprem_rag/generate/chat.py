"""Drafts from a chat model (LangChain's ``BaseChatModel``), in process or behind a URL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from onprem_rag import prompts
from onprem_rag.errors import ModelError, OnpremRagError
from onprem_rag.following import context
from onprem_rag.records import Hit

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


class ChatGenerator:
    """Fills ``prompts/answer.txt`` with question and passages and streams the model's answer."""

    def __init__(
        self, model: BaseChatModel, name: str, prompt_folder: Path, passages: int, length: int
    ) -> None:
        self._model = model
        self.name = name
        self._prompt_folder = prompt_folder
        self._passages = passages
        self._length = length

    def stream(self, question: str, hits: Sequence[Hit]) -> Iterator[str]:
        """Pieces of the model's answer. Raises ModelError where the model fails."""
        values = {
            "question": question,
            "passages": prompts.numbered(context(hits, self._passages)),
            "length": str(self._length),
        }
        rendered = prompts.render(self._prompt_folder, "answer", values)
        messages = [(message.role, message.text) for message in rendered]
        try:
            for chunk in self._model.stream(messages):
                if text := chunk.text:
                    yield str(text)
        except OnpremRagError:
            raise
        except Exception as error:  # network, CUDA and tokenizer errors of many libraries
            raise ModelError(
                f"언어 모델({self.name})이 답하지 못했습니다: {type(error).__name__}: {error}\n"
                "→ 모델 서버나 GPU의 상태를 'onprem-rag doctor'로 확인하세요."
            ) from error
