"""What a kind of fact is: how it is found, read and compared."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable

from onprem_rag.records import Fact


class Kind(ABC):
    """One kind of checkable particle. A new one is a class, listed in ``facts.KINDS``.

    Instances are shared by all threads and keep nothing of what they read.
    """

    names: tuple[str, ...]  # of ``Fact.kind``

    @abstractmethod
    def find(self, text: str) -> Iterable[Fact]:
        """The facts of this kind in ``text``; ``value`` is the normalised form."""

    def same(self, claimed: Fact, stated: Fact) -> bool:
        """Whether both say the same."""
        return claimed.kind == stated.kind and claimed.value == stated.value

    def rivals(self, claimed: Fact, stated: Fact) -> bool:
        """Whether ``stated`` could stand in the place of ``claimed`` and says something else."""
        return claimed.kind == stated.kind and not self.same(claimed, stated)
