"""What a span says about a fact of a claim."""

from __future__ import annotations

from dataclasses import dataclass

from onprem_rag.records import Fact


@dataclass(frozen=True, slots=True)
class Bound:
    """What a span says about one fact of a claim.

    ``stated`` say the same of the same; else ``instead`` is the one other value that the span
    has in its place. Neither: the span says nothing of it, or several things.
    """

    stated: tuple[Fact, ...] = ()
    instead: Fact | None = None
