"""The versions that a plan holds, found by rule and by document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from onprem_rag.library.versions import title_key
from onprem_rag.records import Version

VersionId = tuple[str, int, str]  # rule, document, since: a wording that was given up may come back

# What the title of a new edition or its draft has besides the rule's: 지침(전부개정), 지침 (안)
_PARTLY = r"(?:일부|전부|전면)\s?[개제]정(?:법률|법|규정|규칙|지침|세칙|내규|요령|기준)?"
_CHANGED = rf"(?:{_PARTLY}|[개제]정)\s?안?"
_EDITION = re.compile(
    rf"\s*(?:[(（\[]\s*(?:{_CHANGED}|안|시행[^()（）\[\]]*)\s*[)）\]]|{_CHANGED})[\s」』]*$"
)


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
        self._rules.setdefault(key_of(version.rule), set()).add(version.rule)
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

    def _sorted(self, ids: Iterable[VersionId]) -> list[Version]:
        return sorted((self._held[one] for one in ids), key=newness)


def key_of(rule: str) -> str:
    """``rule`` without the number of its part."""
    return re.sub(r"#\d+$", "", rule)


def _of_no_edition(title: str) -> str:
    """The key of a title without 개정안, (전부개정), [시행 2026. 1. 1.] at its end."""
    while title != (title := _EDITION.sub("", title)):
        pass
    return title_key(title)
