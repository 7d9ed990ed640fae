"""The exact messages that a question would send to the model, and how many tokens they have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from onprem_rag.config import Config
from onprem_rag.generate.chat import ChatGenerator
from onprem_rag.generate.context import Shown, Weight
from onprem_rag.generate.interface import Generator
from onprem_rag.generate.prompting import Prompting
from onprem_rag.prompts import Message
from onprem_rag.records import Guard, Hit


@dataclass(frozen=True, slots=True)
class Counted:
    """A message and the tokens of its text."""

    role: str
    text: str
    tokens: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be sent. ``total`` has the chat template's own tokens besides the messages'.

    ``limit`` are the tokens that prompt and answer may have together, of which ``reserved`` are
    the answer's. Where the tokenizer isn't at hand (``exact`` is False) counts are upper bounds.
    """

    messages: tuple[Counted, ...]
    total: int
    limit: int
    reserved: int
    exact: bool
    passages: tuple[Shown, ...]  # with what had no room


def preview(
    generator: Generator, question: str, hits: Sequence[Hit], config: Config, weight: Weight
) -> Preview:
    """What ``generator`` would send; without a model, what one would get.

    Raises ConfigError for a faulty template, ModelError where no passage fits.
    """
    prompting = (
        generator.prompting
        if isinstance(generator, ChatGenerator)
        else _without_model(config, weight)
    )
    prompt = prompting.answering(question, hits)
    # Every chat template takes a single message of the user's.
    frame = prompting.count([Message("user", "")])
    counted = tuple(
        Counted(one.role, one.text, prompting.count([Message("user", one.text)]) - frame)
        for one in prompt.messages
    )
    reserved = config.answer.max_new_tokens
    return Preview(
        counted,
        prompting.count(prompt.messages),
        prompting.room + reserved,
        reserved,
        generator.guard is Guard.WRITING,  # in this process, with its tokenizer
        prompt.passages,
    )


def _without_model(config: Config, weight: Weight) -> Prompting:
    from onprem_rag.generate.remote import at_most

    answer = config.answer
    room = answer.context - answer.max_new_tokens
    folder, passages = config.prompt_folder, config.search.passages
    return Prompting(folder, passages, answer, room, at_most, (), weight)
