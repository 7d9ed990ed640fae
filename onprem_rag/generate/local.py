"""A model folder in this process: transformers, 4 bits through bitsandbytes (NF4)."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import ConfigDict, PrivateAttr

from onprem_rag.errors import ModelError

_ROLES = {"human": "user", "ai": "assistant", "system": "system"}


class LocalChatModel(BaseChatModel):
    """One loaded model; questions wait for their turn. Greedy, safetensors, no remote code."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    model: Any
    tokenizer: Any
    max_new_tokens: int = 256
    _turn: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    @property
    def _llm_type(self) -> str:
        return "onprem-rag-local"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        text = "".join(chunk.text for chunk in self._stream(messages, stop, run_manager))
        message = AIMessageChunk(content=text)
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        """Text as it is generated. A reader that stops reading stops the generation."""
        from transformers import StoppingCriteria, StoppingCriteriaList, TextIteratorStreamer

        left = threading.Event()

        class ReaderLeft(StoppingCriteria):
            def __call__(self, input_ids: Any, scores: Any, **kwargs: Any) -> Any:
                import torch

                return torch.full((input_ids.shape[0],), left.is_set(), device=input_ids.device)

        chat = [{"role": _ROLES[m.type], "content": str(m.text)} for m in messages]
        inputs = self.tokenizer.apply_chat_template(
            chat, add_generation_prompt=True, return_tensors="pt", return_dict=True
        ).to(self.model.device)
        streamer = TextIteratorStreamer(self.tokenizer, skip_prompt=True, skip_special_tokens=True)
        failures: list[Exception] = []

        def work() -> None:
            try:
                with self._turn:
                    self.model.generate(
                        **inputs,
                        streamer=streamer,
                        max_new_tokens=self.max_new_tokens,
                        do_sample=False,
                        stopping_criteria=StoppingCriteriaList([ReaderLeft()]),
                    )
            except Exception as error:
                failures.append(error)
                streamer.end()  # type: ignore[no-untyped-call]

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        try:
            for piece in streamer:
                if piece:
                    yield ChatGenerationChunk(message=AIMessageChunk(content=piece))
        finally:
            left.set()
            thread.join()
        if failures:
            raise failures[0]


def load(folder: Path, max_new_tokens: int) -> LocalChatModel:
    """Load ``folder`` in 4 bits, on the GPU when there is one. Raises ModelError."""
    try:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig
        from transformers.utils import logging as transformers_logging

        if not sys.stderr.isatty():  # a service's log has no use for a bar
            transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        bf16 = not torch.cuda.is_available() or torch.cuda.is_bf16_supported()
        dtype = torch.bfloat16 if bf16 else torch.float16
        quantization = BitsAndBytesConfig(  # type: ignore[no-untyped-call]
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=dtype,
        )
        options = {"local_files_only": True, "trust_remote_code": False}
        tokenizer = AutoTokenizer.from_pretrained(str(folder), **options)
        model = AutoModelForCausalLM.from_pretrained(
            str(folder),
            quantization_config=quantization,
            dtype=dtype,
            use_safetensors=True,
            device_map={"": 0 if torch.cuda.is_available() else "cpu"},
            **options,
        )
    except Exception as error:  # the libraries raise many kinds on incomplete folders
        raise ModelError(
            f"언어 모델을 불러올 수 없습니다: {folder} ({type(error).__name__}: {error})\n"
            "→ safetensors 형식의 완전한 모델 폴더인지, GPU 메모리가 남는지 확인하세요."
        ) from error
    if tokenizer.chat_template is None:
        raise ModelError(
            f"모델에 대화 서식(chat template)이 없습니다: {folder}\n"
            "→ 대화용(instruct) 모델을 쓰세요."
        )
    model.eval()  # type: ignore[no-untyped-call]
    return LocalChatModel(model=model, tokenizer=tokenizer, max_new_tokens=max_new_tokens)
