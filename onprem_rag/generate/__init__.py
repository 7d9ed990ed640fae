"""Which generator the configuration names."""

from __future__ import annotations

import os
from collections.abc import Callable

from onprem_rag.config import Config
from onprem_rag.errors import ConfigError
from onprem_rag.generate.extract import Extractive
from onprem_rag.generate.interface import Generator


def open_generator(
    config: Config, extractive: Extractive, weight: Callable[[str], float]
) -> Generator:
    """``models.llm``: "" is the extractive default, a URL a server, anything else a folder.

    ``weight`` says how rare a word is in the rules; long passages are shortened by it.
    """
    llm = config.models.llm
    if not llm:
        return extractive
    for name in ("LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2", "LANGCHAIN_TRACING"):
        os.environ[name] = "false"  # LangChain would send questions to its makers
    os.environ["HF_HUB_OFFLINE"] = "1"
    from onprem_rag.generate.chat import ChatGenerator

    if config.models.served:
        from onprem_rag.generate.remote import connect

        model = connect(config)
    else:
        folder = config.home / llm
        if not folder.is_dir():
            raise ConfigError(
                f"언어 모델 폴더가 없습니다: {folder}\n"
                "→ 모델을 그 자리에 복사하거나 config.toml의 [models] llm을 지우세요. "
                "서버라면 http://로 시작하는 주소를 쓰세요."
            )
        from onprem_rag.generate.local import load

        adapter = config.models.adapter
        model = load(folder, config.home / adapter if adapter else None, config.answer)
    return ChatGenerator(model, config.prompt_folder, config.search.passages, config.answer, weight)
