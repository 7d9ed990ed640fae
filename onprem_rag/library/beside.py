"""A library that is only read, with more documents beside it that are stored nowhere."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from sqlalchemy.engine import Engine

from onprem_rag.korean.instructions import stated
from onprem_rag.library.rows import content_of
from onprem_rag.library.store import Library
from onprem_rag.records import Document, Passage

# Above every id of a library: of two new documents of one day the later one counts (``chained``).
_FIRST = 1 << 30


class Beside(Library):
    """The library as it is, and in memory what a rehearsal has read: its articles, by document."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._numbers: dict[str, int] = {}  # by content
        self._passages: dict[int, list[Passage]] = {}

    def take(self, document: Document, passages: Iterable[Passage], read_by: int) -> int:
        """As ``Writer.store``; what the library has not got gets ids from ``_FIRST`` upwards."""
        if known := self.same(document, read_by):
            return known
        content = content_of(document, read_by)
        number = self._numbers.setdefault(content, _FIRST + len(self._numbers))
        self._passages[number] = [
            replace(one, document=document.title, document_id=number, text=stated(one.text))
            for one in sorted(passages, key=lambda one: one.start)
        ]
        return number

    def passages_of(self, ids: Collection[int]) -> list[Passage]:
        """See ``Library.passages_of``."""
        return [
            *super().passages_of([number for number in ids if number < _FIRST]),
            *self._held(ids),
        ]

    def article(self, ids: Collection[int], article: str) -> list[Passage]:
        """See ``Library.article``."""
        found = super().article([number for number in ids if number < _FIRST], article)
        return [*found, *(one for one in self._held(ids) if (one.article or "") == article)]

    def _held(self, ids: Iterable[int]) -> list[Passage]:
        return [one for number in sorted(ids) for one in self._passages.get(number, ())]
