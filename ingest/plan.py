"""Which versions the library will hold after a run: a plan in memory, made live as a whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from onprem_rag.library.versions import chained, is_ever_in_force, rule_key, unused
from onprem_rag.records import Document, FileRead, Version


@dataclass(frozen=True, slots=True)
class Taken:
    """A document that was read from a file: its id, and the day that it or its file states."""

    document: Document
    document_id: int
    articles: frozenset[str]  # of its main part
    since: str | None


class Plan:
    """The versions and files of a revision, to be changed file by file.

    ``articles_of``: the articles of a document that is in the library.
    """

    def __init__(
        self,
        versions: Iterable[Version],
        files: Mapping[str, FileRead],
        revision: int,
        today: str,
        articles_of: Callable[[int], frozenset[str]],
    ) -> None:
        self.files = dict(files)
        self.before = {version.document_id: version for version in versions}
        self._held = dict(self.before)
        self._revision = revision
        self._today = today
        self._articles_of = articles_of
        self._articles: dict[int, frozenset[str]] = {}  # of what this run has read
        self._parts: dict[str, set[int]] = {}  # documents by the key that their rules have
        for version in self._held.values():
            self._parts.setdefault(_key(version.rule), set()).add(version.document_id)

    def take(
        self, file: FileRead, taken: Sequence[Taken], since: str | None = None, named: bool = True
    ) -> bool:
        """Have ``file`` hold these documents; whether any takes the place of another.

        ``since`` is the admin's word for the day from which they are in force. A file that was not
        ``named``, and is new, brings no superseded version back: it may have been moved only.
        """
        last = self.files.get(file.source)
        self.files[file.source] = file
        reread: dict[str, Version] = {}
        if last and last.sha256 == file.sha256:  # newer readers: no other version of the rule
            for number in frozenset(last.documents) - self._provided():
                if version := self._held.pop(number, None):
                    reread[version.rule] = version
        rules = set[str]()
        replaced = bool(last)
        same = frozenset(last.documents) if last else frozenset()
        for one in taken:
            self._articles[one.document_id] = one.articles
            rule = self._rule_of(one, rules)
            rules.add(rule)
            replaced |= self._is_other(rule, one.document_id)
            known = self._held.get(one.document_id)
            moved = known and not known.withdrawn and not last and not named
            if since or not (moved or one.document_id in same):
                self._hold(one, rule, since, reread.get(rule))
        return replaced

    def retake(self, source: str, since: str | None = None) -> None:
        """Bring back what an unchanged file holds, or correct the day of it."""
        for number in self.files[source].documents:
            version = self._held[number]
            new = version.since if version.dated else self._first_day(version.rule, number)
            self._held[number] = replace(
                version,
                since=since or new,
                dated=version.dated or since is not None,
                withdrawn=None,
                taken=self._revision,
            )

    def is_out_of_force(self, source: str) -> bool:
        """Whether a file holds nothing that is in force or will be, and can be brought back.

        A version that a later day has superseded stays so.
        """
        versions = [self._held[n] for n in self.files[source].documents if n in self._held]
        if any(self._counts(version) for version in versions):
            return False
        return any(v.withdrawn or not v.dated or not is_ever_in_force(v) for v in versions)

    def others(self, source: str) -> frozenset[str]:
        """Other files that hold versions of the rules that ``source`` holds."""
        rules = {self._held[n].rule for n in self.files[source].documents if n in self._held}
        return frozenset(
            file.source
            for file in self.files.values()
            if file.source != source
            and any(n in self._held and self._held[n].rule in rules for n in file.documents)
        )

    def rivals(self, source: str) -> list[tuple[Version, Version]]:
        """Of what this run took from ``source`` and, as of the same day, from another file.

        Pairs of one rule's versions: that which counts, and that which never does.
        """
        own = self.files[source].documents
        found = []
        for one in (self._held[n] for n in own if n in self._held):
            parts = self._parts.get(_key(one.rule), set()) - set(own)
            for other in (self._held[n] for n in sorted(parts) if n in self._held):
                undated = not (one.dated or other.dated) and self._today in (one.since, other.since)
                same_day = undated or one.since == other.since
                now = one.taken == other.taken == self._revision
                if other.rule == one.rule and same_day and now:
                    last, first = sorted((one, other), key=_newness, reverse=True)
                    found.append((last, first))
        return found

    def drop(self, source: str) -> None:
        """Forget a file; what it alone held is withdrawn (see ``finished``)."""
        del self.files[source]

    def withdraw(self, title: str) -> bool:
        """Take the rules of a title out of force from today, if there are any.

        What was in force before stays known.
        """
        wanted = {
            version.rule
            for version in self._held.values()
            if version.title.replace(" ", "") == title.replace(" ", "") and self._counts(version)
        }
        for number, version in self._held.items():
            # The older ones too: the newest may be of today, and then it ends none before it.
            if version.rule in wanted and version.withdrawn is None:
                self._held[number] = replace(version, withdrawn=self._today)
        return bool(wanted)

    def titles(self) -> frozenset[str]:
        """The titles of the rules that count now or will."""
        return frozenset(v.title for v in self._held.values() if self._counts(v))

    def finished(self) -> list[Version]:
        """All versions with their days.

        A rule is in the library as long as a file holds one of its versions. Of such a rule the
        versions before the newest that a file holds stay known; those after it were never meant.
        """
        provided = self._provided()
        newest: dict[str, tuple[str, int]] = {}
        for number in provided:
            if version := self._held.get(number):
                at = (version.since, version.taken)
                newest[version.rule] = max(newest.get(version.rule, at), at)
        found = []
        for number, version in self._held.items():
            last = newest.get(version.rule)
            if version.withdrawn is None and number not in provided:
                if last is None:
                    version = replace(version, withdrawn=self._today)
                elif (version.since, version.taken) > last:
                    version = replace(version, withdrawn=version.since)
            found.append(version)
        return chained(found)

    def _provided(self) -> frozenset[int]:
        return frozenset(number for file in self.files.values() for number in file.documents)

    def _rule_of(self, one: Taken, taken: Collection[str]) -> str:
        """The rule that a document is a version of, which none of the same file is (``taken``).

        Other documents are other parts of it, such as a second volume or the annexes.
        """
        document = one.document
        key = rule_key(document.title, document.kind, document.source)
        numbers = [number for number in self._parts.get(key, ()) if number in self._held]
        newest: dict[str, Version] = {}
        for version in sorted((self._held[n] for n in numbers), key=lambda v: (v.since, v.taken)):
            newest[version.rule] = version
        for rule, version in sorted(newest.items()):
            if rule in taken:
                continue
            old = self._articles.get(version.document_id)
            old = self._articles_of(version.document_id) if old is None else old
            if version.document_id == one.document_id or _is_version(one, version, old):
                return rule
        return unused(key, {*newest, *taken})

    def _hold(self, one: Taken, rule: str, since: str | None, reread: Version | None) -> None:
        number = one.document_id
        known = self._held.get(number)
        self._parts.setdefault(_key(rule), set()).add(number)
        if known and not since and known.withdrawn is None and self._counts(known):
            return
        day = since or (reread.since if reread else one.since)
        self._held[number] = Version(
            document_id=number,
            rule=rule,
            title=one.document.title,
            kind=one.document.kind,
            source=one.document.source,
            since=self._first_day(rule, number) if day is None else day,
            dated=bool(since or (reread.dated if reread else one.since)),
            taken=self._revision,
        )

    def _counts(self, version: Version) -> bool:
        """Whether it is in force, or will be, as far as is known."""
        return version.until is None or self._today < version.until

    def _first_day(self, rule: str, number: int) -> str:
        """Since when a version counts that doesn't say: the first from ever, others from today."""
        return self._today if self._is_other(rule, number) else ""

    def _is_other(self, rule: str, number: int) -> bool:
        parts = self._parts.get(_key(rule), ())
        return any(n != number and n in self._held and self._held[n].rule == rule for n in parts)


def _is_version(one: Taken, version: Version, articles: frozenset[str]) -> bool:
    """Whether a document takes the place of a version with these ``articles``, or stands beside it.

    It has half of them, or it begins anew, as of another day: a rule that was shortened.
    """
    shared = articles & one.articles
    begins = "제1조" in shared and one.since not in (None, version.since)
    return begins or 2 * len(shared) >= len(articles)


def _newness(version: Version) -> tuple[str, int, int]:
    """What orders the versions of a rule; see ``chained``."""
    return version.since, version.taken, version.document_id


def _key(rule: str) -> str:
    """``rule`` without the number of its part."""
    return re.sub(r"#\d+$", "", rule)
