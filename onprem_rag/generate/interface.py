"""What writes drafts. One Protocol; extractive, in-process and served models implement it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from onprem_rag.records import Guard, Hit, Waiting

REFUSAL = "모른다"


class Generator(Protocol):
    """Question and hits to a draft answer."""

    @property
    def name(self) -> str:
        """What the answer says wrote it."""

    @property
    def guard(self) -> Guard:
        """What keeps the drafts' numbers, references and dates to those of the passages."""

    def stream(self, question: str, hits: Sequence[Hit]) -> Iterator[str | Waiting]:
        """Pieces of the draft in order. A draft that begins with ``모른다`` is a refusal.

        Before the first piece there may be ``Waiting``: others are answered first. ``hits`` are
        best first; more than those that go into the answer (``following.context``) may be given.
        Raises ModelError where the model fails.
        """

    def complete(self, prompt: str, values: Mapping[str, str]) -> str | None:
        """What the model writes for ``prompts/PROMPT.txt``; None where there is no model.

        Raises ModelError where the model fails.
        """

    def agrees(self, prompt: str, values: Mapping[str, str], seconds: float) -> float | None:
        """How likely the model says 예 to ``prompts/PROMPT.txt``, in [0, 1]; None without a model.

        1 or 0 where the model tells no probabilities. Raises ModelError where the model fails, says
        neither 예 nor 아니요, or isn't done within ``seconds``.
        """
