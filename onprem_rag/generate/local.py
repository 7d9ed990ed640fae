"""A model folder in this process: transformers, 4 bits through bitsandbytes (NF4)."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import ConfigDict, PrivateAttr

from onprem_rag.config import AnswerConfig
from onprem_rag.errors import ModelError
from onprem_rag.generate import adapter as adapters
from onprem_rag.generate import memory
from onprem_rag.generate.agreeing import FirstWord, Signs, signs
from onprem_rag.generate.chat import ChatModel
from onprem_rag.generate.draft import Draft
from onprem_rag.generate.queue import Queue
from onprem_rag.generate.template import Template
from onprem_rag.prompts import Message
from onprem_rag.records import Guard, Waiting

if TYPE_CHECKING:
    from onprem_rag.generate.copy_guard import CopyGuard

_ROLES = {"human": "user", "ai": "assistant", "system": "system"}


class LocalChatModel(BaseChatModel):
    """One loaded model; questions wait for their turn. Greedy, and nothing is ever cut off."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    model: Any
    template: Template
    vocabulary: Any  # guarding.Vocabulary
    answer: AnswerConfig
    context: int  # tokens that prompt and answer may have together
    _queue: Queue = PrivateAttr(default_factory=Queue)
    _signs: Signs | None = PrivateAttr(default=None)

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
        text = "".join(chunk.text for chunk in self._stream(messages, stop, run_manager, **kwargs))
        message = AIMessageChunk(content=text)
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        guard: CopyGuard | None = None,
        seconds: float | None = None,
        agreeing: bool = False,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        """Text as it is generated; before it, empty chunks that say how many come first.

        ``agreeing``: where the first token says 예 or 아니요 it is the only one, and a last chunk
        tells in ``agrees`` how likely 예 was.

        A reader that stops reading stops the generation, or gives up its place in the queue.
        Raises ModelError for a prompt that is too long and when the time, waiting included, is
        over.
        """
        prompt = self.template.encode([Message(_ROLES[m.type], str(m.text)) for m in messages])
        self._check_length(len(prompt))
        first = FirstWord(self._known_signs()) if agreeing else None

        def write(draft: Draft) -> None:
            self._write(prompt, guard, first, draft)

        seconds = self.answer.timeout_s if seconds is None else seconds
        draft = Draft(write, self.template.decode, guard, self._queue.join(), seconds)
        try:
            for event in draft:
                yield _chunk(before=event.before) if isinstance(event, Waiting) else _chunk(event)
            # LangChain takes a stream without a chunk for a failure; a model may end at once.
            told = first.probability if first else None
            yield _chunk() if told is None else _chunk(agrees=told)
        finally:
            draft.leave()

    def _known_signs(self) -> Signs:
        if self._signs is None:
            self._signs = signs(self.vocabulary)
        return self._signs

    def _write(
        self, prompt: list[int], guard: CopyGuard | None, first: FirstWord | None, draft: Draft
    ) -> None:
        import torch
        from transformers import GenerationConfig, LogitsProcessorList, StoppingCriteriaList

        from onprem_rag.generate.guarding import Guarding

        ids = torch.tensor([prompt], device=self.model.device)
        ends = self.model.generation_config.eos_token_id or ()
        processors: list[Any] = [first.read] if first else []
        if guard is not None:
            processors.append(Guarding(self.vocabulary, guard, len(prompt), ends))
        self.model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            generation_config=GenerationConfig(  # type: ignore[no-untyped-call]
                max_new_tokens=self.answer.max_new_tokens, do_sample=False
            ),
            logits_processor=LogitsProcessorList(processors),
            stopping_criteria=StoppingCriteriaList([first.told] if first else []),
            streamer=draft,
        )

    def _check_length(self, tokens: int) -> None:
        room = self.context - self.answer.max_new_tokens
        if tokens > room:
            raise ModelError(
                f"프롬프트가 {tokens}토큰이어서 언어 모델에 들어가지 않습니다: "
                f"문맥 {self.context}토큰에서 답의 몫을 빼면 {room}토큰입니다.\n"
                "→ config.toml의 [answer] context를 모델이 받는 데까지 늘리거나, max_new_tokens나 "
                "[search] passages를 줄이세요."
            )


def _chunk(text: str = "", **told: float) -> ChatGenerationChunk:
    return ChatGenerationChunk(message=AIMessageChunk(content=text, additional_kwargs=told))


def load(folder: Path, adapter: Path | None, answer: AnswerConfig) -> ChatModel:
    """Load ``folder`` in 4 bits, on the GPU when there is one. Raises ModelError.

    ``adapter`` is a LoRA folder. Nothing is loaded that isn't in safetensors format, no code of
    the folders runs, and what doesn't fit into the free memory isn't tried.
    """
    _refuse_code(folder)
    if adapter:
        adapters.check(adapter)
    memory.check(folder, answer.context, adapter=adapter)
    model, tokenizer = _loaded(folder)
    if adapter:
        model = adapters.attach(model, adapter)
    model.eval()
    _greedy(model, tokenizer)
    from onprem_rag.generate.guarding import Vocabulary

    template = Template(tokenizer)
    most = getattr(model.config.get_text_config(), "max_position_embeddings", None)
    context = min(answer.context, most or answer.context)
    chat = LocalChatModel(
        model=model,
        template=template,
        vocabulary=Vocabulary(tokenizer),
        answer=answer,
        context=context,
    )
    name = f"{folder.name} + {adapter.name}" if adapter else folder.name
    return ChatModel(chat, name, context, template.count, template.special, Guard.WRITING)


def _loaded(folder: Path) -> tuple[Any, Any]:
    """The model in NF4 and its tokenizer."""
    try:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig
        from transformers.utils import logging as transformers_logging

        # It recommends a package for its CPU path on every run; nobody here can install one.
        logging.getLogger("bitsandbytes.backends.cpu.ops").setLevel(logging.ERROR)
        if not sys.stderr.isatty():  # a service's log has no use for a bar
            transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        cuda = torch.cuda.is_available()
        # Older cards only imitate bf16, slowly.
        bf16 = not cuda or torch.cuda.is_bf16_supported(including_emulation=False)
        dtype = torch.bfloat16 if bf16 else torch.float16
        quantization = BitsAndBytesConfig(  # type: ignore[no-untyped-call]
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=dtype,
        )
        options = {"local_files_only": True, "trust_remote_code": False}
        tokenizer = AutoTokenizer.from_pretrained(
            str(folder), clean_up_tokenization_spaces=False, **options
        )
        causal: Any = AutoModelForCausalLM
        model, loaded = causal.from_pretrained(
            str(folder),
            quantization_config=quantization,
            dtype=dtype,
            use_safetensors=True,
            device_map={"": 0 if cuda else "cpu"},
            output_loading_info=True,
            **options,
        )
    except Exception as error:  # the libraries raise many kinds on incomplete folders
        raise _not_loaded(folder, f"{type(error).__name__}: {error}") from error
    if lacking := sorted(loaded["missing_keys"]):  # transformers would fill them with chance
        raise _not_loaded(folder, f"{len(lacking)}개의 가중치가 없음: {lacking[0]} …")
    if tokenizer.chat_template is None:
        raise ModelError(
            f"모델에 대화 서식(chat template)이 없습니다: {folder}\n"
            "→ 대화용(instruct) 모델을 쓰세요."
        )
    return model, tokenizer


def _not_loaded(folder: Path, why: str) -> ModelError:
    return ModelError(
        f"언어 모델을 불러올 수 없습니다: {folder} ({why})\n"
        "→ safetensors 형식의 완전한 모델 폴더인지, GPU 메모리가 남는지 확인하세요."
    )


def _refuse_code(folder: Path) -> None:
    """Raises ModelError for a folder that transformers can't load without code of its own."""
    if (folder / "adapter_config.json").exists():
        raise ModelError(
            f"[models] llm의 폴더에 LoRA 어댑터가 있습니다: {folder}\n"
            "→ llm에는 바탕 모델의 폴더를, adapter에는 어댑터의 폴더를 쓰세요."
        )
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING
    from transformers.models.auto.tokenization_auto import tokenizer_class_from_name

    for name, known in (
        ("config.json", lambda config: config.get("model_type") in CONFIG_MAPPING),
        (
            "tokenizer_config.json",
            lambda c: tokenizer_class_from_name(c.get("tokenizer_class", "")),
        ),
    ):
        try:
            config = json.loads((folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue  # loading says what is wrong
        if isinstance(config, dict) and config.get("auto_map") and not known(config):
            raise ModelError(
                f"모델이 자체 코드(auto_map)를 실행해야 합니다: {folder / name}\n"
                "→ 모델 폴더의 코드는 실행하지 않습니다. transformers가 직접 지원하는 모델을 "
                "쓰세요('onprem-rag models')."
            )


def _greedy(model: Any, tokenizer: Any) -> None:
    """Replaces the folder's way of generating: sampling and penalties would change facts."""
    from transformers import GenerationConfig

    ends = model.generation_config.eos_token_id
    ends = set(ends if isinstance(ends, list) else [ends]) | {tokenizer.eos_token_id}
    known = sorted(end for end in ends if end is not None)
    padding = [tokenizer.pad_token_id, *known, 0]
    model.generation_config = GenerationConfig(  # type: ignore[no-untyped-call]
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=known or None,
        pad_token_id=next(number for number in padding if number is not None),
    )
