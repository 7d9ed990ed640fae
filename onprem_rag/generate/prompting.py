"""Question and hits → the messages that a model gets, within its context and without sly signs."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from onprem_rag import prompts
from onprem_rag.config import AnswerConfig
from onprem_rag.errors import ModelError
from onprem_rag.following import context
from onprem_rag.generate.context import Shown, Weight, shown, sources, spelt_by_marks
from onprem_rag.generate.copy_guard import CopyGuard
from onprem_rag.generate.neutral import neutral, without_tokens
from onprem_rag.generate.tags import ASKED, CLOSE, OPEN, tagged
from onprem_rag.korean.instructions import asked, stated
from onprem_rag.prompts import Message
from onprem_rag.records import Hit

_NOTHING = "(찾은 규정이 없습니다.)"
# Values that may be long, and whether their last lines matter more than their first.
_LONG = {"passages": False, "conversation": True}


@dataclass(frozen=True, slots=True)
class Prompt:
    """The messages, the passages in them, and the question as it stands in them."""

    messages: tuple[Message, ...]
    passages: tuple[Shown, ...]
    question: str


@dataclass(frozen=True, slots=True)
class Prompting:
    """How prompts are made for one model; ``room`` are the tokens that one may have."""

    folder: Path
    passages: int
    answer: AnswerConfig
    room: int
    count: Callable[[Sequence[Message]], int]
    special: tuple[str, ...]
    weight: Weight

    def answering(self, question: str, hits: Sequence[Hit]) -> Prompt:
        """``prompts/answer.txt`` with as much of the hits as fits.

        Raises ModelError where nothing of them does, ConfigError for a faulty template.
        """
        question = neutral(asked(question), self.special)

        def fits(passages: Sequence[Shown]) -> bool:
            return self.count(self._messages(question, passages)) <= self.room

        passages = shown(question, context(hits, self.passages), fits, self.weight)
        if hits and not any(one.spans for one in passages):
            raise ModelError(
                f"규정이 언어 모델의 문맥에 들어가지 않습니다: 프롬프트에 쓸 수 있는 것은 "
                f"{self.room}토큰입니다.\n"
                "→ config.toml의 [answer] context를 늘리거나 max_new_tokens나 프롬프트를 줄이세요."
            )
        return Prompt(tuple(self._messages(question, passages)), tuple(passages), question)

    def other(self, name: str, values: Mapping[str, str]) -> list[Message]:
        """``prompts/NAME.txt`` with ``values``; long ones lose lines where they don't fit."""
        known = {key: self._harmless(key, value) for key, value in values.items()}
        messages = prompts.render(self.folder, name, known)
        for key, last in _LONG.items():
            if key in known and self.count(messages) > self.room:
                known[key] = self._shortened(name, known, key, last)
                messages = prompts.render(self.folder, name, known)
        return messages

    def guard(self, prompt: Prompt) -> CopyGuard:
        """What of an answer's facts may be copied from."""
        texts = [neutral(text, self.special) for text in sources(prompt.passages)]
        return CopyGuard(
            [*texts, prompt.question],
            spelt_by_marks(prompt.passages),
            len(prompt.passages),
            OPEN + CLOSE if self.answer.tags else "",
        )

    def _messages(self, question: str, passages: Sequence[Shown]) -> list[Message]:
        values = {
            "question": question,
            "passages": "\n\n".join(self._block(one) for one in passages if one.spans) or _NOTHING,
            "length": str(self.answer.length),
        }
        messages = prompts.render(self.folder, "answer", values)
        if self.answer.tags:
            messages[0] = replace(messages[0], text=f"{messages[0].text}\n{ASKED}")
        return messages

    def _block(self, one: Shown) -> str:
        label, text = neutral(one.label, self.special), neutral(one.text, self.special)
        return f"[{one.number}] {label}\n{tagged(text) if self.answer.tags else text}"

    def _harmless(self, key: str, value: str) -> str:
        rest = asked(value) if key == "question" else stated(value)
        return without_tokens(rest if rest.strip() else value, self.special)

    def _shortened(self, name: str, values: Mapping[str, str], key: str, last: bool) -> str:
        """``values[key]`` with as many of its first or last lines as fit."""
        lines = values[key].split("\n")

        def some(count: int) -> str:
            return "\n".join(lines[len(lines) - count :] if last else lines[:count])

        def too_long(count: int) -> bool:
            put_in = {**values, key: some(count)}
            return self.count(prompts.render(self.folder, name, put_in)) > self.room

        return some(bisect_left(range(1, len(lines) + 1), True, key=too_long))
