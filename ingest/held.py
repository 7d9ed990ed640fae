"""The versions that a plan holds, found by rule and by document."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from ingest.split.titles import kind_of, unwrapped, without_edition
from onprem_rag.library.versions import UNKNOWN_KIND, title_key
from onprem_rag.records import Version

VersionId = tuple[str, int, str]  # rule, document, since: a wording that was given up may come back


def id_of(version: Version) -> VersionId:
    """What no two versions of a revision have in common."""
    return version.rule, version.document_id, version.since


def newness(version: Version) -> tuple[str, int, int]:
    """What orders the versions of a rule; see ``chained``."""
    return version.since, version.taken, version.document_id


class Held:
    """Versions, to be put in and taken out."""

    def __init__(self, versions: Iterable[Version]) -> None:
        self._held: dict[VersionId, Version] = {}
        self._of_rule: dict[str, set[VersionId]] = {}
        self._of_document: dict[int, set[VersionId]] = {}
        self._rules: dict[str, set[str]] = {}  # by the key that they have
        self._alike: dict[str, set[str]] = {}  # by their titles as of no edition
        for version in versions:
            self.put(version)

    def __iter__(self) -> Iterator[Version]:
        return iter(list(self._held.values()))

    def put(self, version: Version) -> None:
        """Hold it, in the place of one with its id."""
        one = id_of(version)
        self._held[one] = version
        self._of_rule.setdefault(version.rule, set()).add(one)
        self._of_document.setdefault(version.document_id, set()).add(one)
        for key in {key_of(version.rule), "|".join(named(version.title, version.kind))}:
            self._rules.setdefault(key, set()).add(version.rule)
        self._alike.setdefault(_of_no_edition(version.title), set()).add(version.rule)

    def pop(self, version: Version) -> None:
        """Hold it no more."""
        one = id_of(version)
        del self._held[one]
        self._of_rule[version.rule].discard(one)
        self._of_document[version.document_id].discard(one)

    def of_rule(self, rule: str) -> list[Version]:
        """The versions of a rule, the newest last."""
        return self._sorted(self._of_rule.get(rule, ()))

    def of_document(self, document_id: int) -> list[Version]:
        """The versions with one wording, the newest last."""
        return self._sorted(self._of_document.get(document_id, ()))

    def newest(self, documents: Iterable[int]) -> list[Version]:
        """The newest version of each of these documents that is held."""
        return [held[-1] for held in map(self.of_document, documents) if held]

    def parts(self, key: str) -> dict[str, Version]:
        """The newest version of each rule that has ``key``, by rule."""
        newest = {rule: self.of_rule(rule)[-1:] for rule in sorted(self._rules.get(key, ()))}
        return {rule: held[0] for rule, held in newest.items() if held}

    def alike(self, title: str) -> list[Version]:
        """The newest version of each rule whose title differs as a draft's or an edition's."""
        rules = sorted(self._alike.get(_of_no_edition(title), ()))
        newest = [held[-1] for held in map(self.of_rule, rules) if held]
        return [one for one in newest if title_key(one.title) != title_key(title)]

    def settled(self, provided: Collection[int], today: str) -> list[Version]:
        """All of them, and what no document of ``provided`` holds any more withdrawn.

        A rule none of whose versions is provided: as of ``today``. Of any other the versions before
        the newest that is provided stay known; those after it were never meant.
        """
        newest: dict[str, tuple[str, int]] = {}
        for version in self:
            if version.document_id in provided:
                at = (version.since, version.taken)
                newest[version.rule] = max(newest.get(version.rule, at), at)
        found = []
        for version in self:
            last = newest.get(version.rule)
            if version.withdrawn is None and version.document_id not in provided:
                if last is None:
                    version = replace(version, withdrawn=today)
                elif (version.since, version.taken) > last:
                    version = replace(version, withdrawn=version.since)
            found.append(version)
        return found

    def _sorted(self, ids: Iterable[VersionId]) -> list[Version]:
        return sorted((self._held[one] for one in ids), key=newness)


def named(title: str, kind: str) -> tuple[str, str]:
    """What tells a rule from others, whatever older readers left around its title: 「복무규정」."""
    bare = unwrapped(title)
    return title_key(bare), kind_of(bare) if kind == UNKNOWN_KIND else kind


def key_of(rule: str) -> str:
    """``rule`` without the number of its part."""
    return re.sub(r"#\d+$", "", rule)


def _of_no_edition(title: str) -> str:
    return title_key(without_edition(title))
