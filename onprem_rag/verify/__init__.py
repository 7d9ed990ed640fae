"""The checker: claims and facts of an answer against passages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from onprem_rag.config import Config
from onprem_rag.errors import ConfigError
from onprem_rag.korean.facts import KINDS
from onprem_rag.korean.kind import Kind
from onprem_rag.korean.patterns import Patterned
from onprem_rag.verify.checker import Checker
from onprem_rag.verify.judge import Judge

if TYPE_CHECKING:
    from onprem_rag.generate.interface import Generator


def open_checker(
    config: Config, generator: Generator | None = None, nli: Judge | None = None
) -> Checker:
    """The checker that ``config`` names, for any answer and any passages.

    A language model and an NLI model that the configuration names are loaded, unless they are
    given. Raises ConfigError for a pattern whose name is taken and for a missing model folder,
    ModelError for a model that can't be loaded.
    """
    judges: list[Judge] = []
    if nli is None and (folder := config.nli_folder):
        from onprem_rag.verify.nli import Nli

        nli = Nli(folder)
    if nli:
        judges.append(nli)
    if config.verify.reask:
        from onprem_rag.verify.reask import Reask

        judges.append(Reask(generator or _generator(config)))
    return Checker(kinds_of(config), judges, config.verify.timeout_s)


def kinds_of(config: Config) -> tuple[Kind, ...]:
    """All kinds of fact, those of ``config`` included. Raises ConfigError for a wrong pattern."""
    kinds: tuple[Kind, ...] = KINDS
    for name, regex in config.verify.patterns:
        if taken := [other for kind in kinds for other in kind.names if other == name]:
            raise ConfigError(
                f"설정 [verify.patterns]의 이름 '{taken[0]}'은 이미 있는 종류의 이름입니다.\n"
                f"→ 다른 이름을 쓰세요: {config.home / 'config.toml'}"
            )
        try:
            kinds = (*kinds, Patterned(name, regex))
        except re.error as error:  # sound as it is written, but not with its signs folded
            raise ConfigError(
                f"설정 [verify.patterns]의 정규식 '{name}'을 쓸 수 없습니다: {error}\n"
                f"→ 전각 글자를 반각으로 바꿔 쓰세요: {config.home / 'config.toml'}"
            ) from error
    return kinds


def _generator(config: Config) -> Generator:
    """The configured model, which is asked only: no rule has to be shortened for it."""
    from onprem_rag.generate import open_generator
    from onprem_rag.generate.chat import even
    from onprem_rag.generate.extract import Extractive

    return open_generator(config, Extractive(even), even)
