"""A model behind any OpenAI-compatible server: ``transformers serve``, vLLM, llama.cpp."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onprem_rag.config import Config

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


def connect(config: Config) -> BaseChatModel:
    """The chat model at ``models.llm``; nothing is sent before the first question."""
    import httpx
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    return ChatOpenAI(
        base_url=config.models.llm.rstrip("/"),
        api_key=SecretStr("none"),  # servers on one's own network ask for none
        model=config.models.llm_name,
        temperature=0,
        max_tokens=config.answer.max_new_tokens,  # type: ignore[call-arg]
        timeout=config.answer.timeout_s,
        max_retries=1,
        streaming=True,
        # No proxy of the environment sees a question.
        http_client=httpx.Client(trust_env=False),
    )
