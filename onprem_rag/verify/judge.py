"""What judges a claim as a whole: a language model that is asked, or an NLI cross-encoder."""

from __future__ import annotations

from typing import Protocol

ENTAILED = 0.5  # from this probability on a claim counts as said by its passages


class Judge(Protocol):
    """One stage of the check, besides the comparison of words and facts."""

    @property
    def name(self) -> str:
        """The stage's name: reask, nli."""

    def probability(self, claim: str, passage: str, seconds: float) -> float:
        """How likely ``passage`` says ``claim``, in [0, 1].

        Raises ModelError where the model fails, answers neither yes nor no, or isn't done within
        ``seconds``.
        """
