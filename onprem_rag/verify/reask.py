"""Each claim is put back to the language model with the passage that it stands on."""

from __future__ import annotations

from onprem_rag.errors import ConfigError, ModelError
from onprem_rag.generate.interface import Generator


class Reask:
    """A Judge: the generator's model answers ``prompts/verify.txt``."""

    name = "reask"

    def __init__(self, generator: Generator) -> None:
        self._generator = generator

    def probability(self, claim: str, passage: str, seconds: float) -> float:
        """How likely the model says 예. Raises ModelError, for a faulty template too."""
        values = {"claim": claim, "passages": passage}
        try:
            found = self._generator.agrees("verify", values, seconds)
        except ConfigError as error:
            raise ModelError(str(error)) from error
        if found is None:
            raise ModelError(
                "문장을 다시 물을 언어 모델이 없습니다.\n"
                "→ config.toml의 [models] llm에 모델을 쓰거나 [verify] reask를 지우세요."
            )
        return found
