"""What writes drafts. One Protocol; extractive, in-process and served models implement it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from onprem_rag.records import Hit

REFUSAL = "모른다"


class Generator(Protocol):
    """Question and hits to a draft answer."""

    @property
    def name(self) -> str:
        """What the answer says wrote it."""

    def stream(self, question: str, hits: Sequence[Hit]) -> Iterator[str]:
        """Pieces of the draft in order. A draft that begins with ``모른다`` is a refusal.

        ``hits`` are best first; more than those that go into the answer (``following.context``)
        may be given. Raises ModelError where the model fails.
        """
