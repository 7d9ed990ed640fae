"""What one revision of the library has in force on one day."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property

from onprem_rag.library.store import Library
from onprem_rag.library.versions import UNKNOWN_KIND, in_force, of_repealed, state_of, title_key
from onprem_rag.records import CrossReference, Document, Passage, State, Version


def digest(article: Sequence[Passage]) -> str:
    """What tells two wordings of an article apart, whatever their blanks; "" without passages."""
    texts = ["".join(passage.text.split()) for passage in article]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest() if texts else ""


class Shelf:
    """The versions in force on a day. Read-only; safe to share between threads.

    Later changes of the library don't show: the versions of a revision stay as they are
    for as long as a generation built from it is kept.
    """

    def __init__(
        self, library: Library, revision: int, day: str, versions: Sequence[Version] | None = None
    ) -> None:
        self._library = library
        self._held = library.versions(revision) if versions is None else versions
        self.revision = revision
        self.day = day
        self.versions = {one.document_id: one for one in self._held if in_force(one, day)}
        self.ids = frozenset(self.versions)
        self._titled: dict[str, list[int]] = {}
        self._digests: dict[tuple[str, str], str] = {}
        self._addenda: dict[int, tuple[str, ...]] = {}
        for number, one in self.versions.items():
            self._titled.setdefault(title_key(one.title), []).append(number)

    def on(self, day: str) -> Shelf:
        """The same revision on another day."""
        return Shelf(self._library, self.revision, day, self._held)

    @property
    def held(self) -> Sequence[Version]:
        """All versions of the revision, in force or not, by rule and number."""
        return self._held

    @cached_property
    def waiting(self) -> dict[str, list[Version]]:
        """What is not in force yet, or is withdrawn, by ``title_key``; no rule in force has it."""
        found: dict[str, list[Version]] = {}
        for one in self._held:
            idle = state_of(one, self.day) in (State.NOT_YET, State.WITHDRAWN)
            title = of_repealed(one.title) or one.title
            if idle and one.kind != UNKNOWN_KIND and not self.has(title):
                found.setdefault(title_key(title), []).append(one)
        return found

    def article(self, title: str, article: str) -> list[Passage]:
        """The passages of one article of the rules called ``title``; see ``title_key``."""
        key = title_key(title)
        found = self._library.article(self._titled.get(key, ()), article)
        self._digests[key, article] = digest(found)  # it is often asked for next
        return found

    def digest(self, title: str, article: str) -> str:
        """What tells the wording of an article apart from others; "" where it is not there."""
        key = title_key(title), article
        if key not in self._digests:  # two threads may read it at once, and read the same
            self._digests[key] = digest(self.article(title, article))
        return self._digests[key]

    def has(self, title: str) -> bool:
        """Whether a rule of this title is in force."""
        return title_key(title) in self._titled

    @cached_property
    def tells_days(self) -> bool:
        """Whether any rule in force, or its file's name, or an admin says since when it is."""
        return any(one.dated and one.since for one in self.versions.values())

    def addenda(self, document_id: int) -> tuple[str, ...]:
        """See ``Library.addenda``."""
        if document_id not in self._addenda:  # two threads may read it at once, and read the same
            self._addenda[document_id] = self._library.addenda(document_id)
        return self._addenda[document_id]

    @cached_property
    def counts(self) -> tuple[int, int]:
        """(rules, passages) in force."""
        return len(self.ids), self._library.passage_count(self.ids)

    def documents(self) -> list[Document]:
        """The documents in force, by title, without their text."""
        return self._library.documents(self.ids)

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        """See ``Library.passages``: whatever their day."""
        return self._library.passages(ids)

    def named_in(self, passage: Passage) -> list[tuple[CrossReference, tuple[int, ...]]]:
        """See ``Library.named_in``."""
        return self._library.named_in(passage)

    def outline(self, document_id: int) -> list[tuple[object, ...]]:
        """See ``Library.outline``."""
        return self._library.outline(document_id)
