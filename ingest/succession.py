"""Which rule a document is a version of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ingest.held import Held, named
from ingest.split.lapses import Lapses
from onprem_rag.library.versions import UNKNOWN_KIND, rule_key, unused
from onprem_rag.records import Document, Version


@dataclass(frozen=True, slots=True)
class Taken:
    """A document that was read from a file: its id, and the day that it or its file states."""

    document: Document
    document_id: int
    articles: frozenset[str]  # of its main part
    since: str | None
    lapses: Lapses = field(default_factory=Lapses)


def rules_of(
    taken: Sequence[Taken],
    gone: Sequence[Version],
    since: str | None,
    held: Held,
    provided: Mapping[int, int],
    articles_of: Callable[[int], frozenset[str]],
) -> dict[int, str]:
    """The rules that a file's documents are versions of, each another, by document.

    ``gone``: what the file held before and does no more; ``since``: the admin's word for the day
    on which they begin; ``provided``: in how many files a document is. A document of a known title
    that is no version of a rule is another part of it, such as a second volume or the annexes.
    """
    found: dict[int, str] = {}
    ranked = {
        one.document_id: _candidates(one, gone, since, held, provided, articles_of) for one in taken
    }
    for rank in range(3):
        for number, candidates in ranked.items():
            free = [rule for rule in candidates[rank] if rule not in found.values()]
            if free and number not in found:
                found[number] = free[0]
    for one in taken:
        if one.document_id not in found:
            key = rule_key(one.document.title, one.document.kind, one.document.source)
            rule = unused(key, {*held.parts(key), *found.values()})
            found[one.document_id] = rule
    return found


def _candidates(
    one: Taken,
    gone: Sequence[Version],
    since: str | None,
    held: Held,
    provided: Mapping[int, int],
    articles_of: Callable[[int], frozenset[str]],
) -> tuple[list[str], list[str], list[str]]:
    """Rules that a document may be a version of, the surest first."""
    title, kind = one.document.title, one.document.kind
    key = rule_key(title, kind, one.document.source)
    same = [version.rule for version in reversed(held.of_document(one.document_id))]
    succeeded = [v for v in gone if is_called(v, one.document)]
    if kind == UNKNOWN_KIND:  # it is the file that makes them versions, not what is in them
        own = [v for v in succeeded if not provided[v.document_id]]
        parts = held.parts(key).items()
        like = [rule for rule, v in parts if not provided[v.document_id]]
        return same, [v.rule for v in own], like
    like = []
    for rule, version in held.parts(key).items():
        day = since or one.since
        if is_version(one.articles, day, version, articles_of(version.document_id)):
            like.append(rule)
    return same, like, [version.rule for version in succeeded]


def is_version(
    own: frozenset[str], since: str | None, version: Version, articles: frozenset[str]
) -> bool:
    """Whether what has its ``own`` articles takes the place of a version, or stands beside it.

    It has half of the version's ``articles``, or it begins anew, as of another day: a rule that was
    shortened. Annexes alone are no version of a whole rule.
    """
    if own and articles and is_annexes(own) != is_annexes(articles):
        return False
    shared = articles & own
    begins = "제1조" in shared and since not in (None, version.since)
    return begins or 2 * len(shared) >= len(articles)


def is_annexes(articles: frozenset[str]) -> bool:
    """Whether a document of these ``articles`` is nothing but 별표 and 별지."""
    return bool(articles) and all(one.startswith(("별표", "별지")) for one in articles)


def is_called(version: Version, document: Document) -> bool:
    """Whether both have one title and kind."""
    return named(version.title, version.kind) == named(document.title, document.kind)
