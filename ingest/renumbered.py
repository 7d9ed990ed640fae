"""Gold articles that have another number in the next version of their rule."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from ingest.diff import Version as Side
from ingest.diff.compare import paired
from ingest.diff.units import Unit, units_of
from onprem_rag.evaluate.retrieval import Key, key_of
from onprem_rag.library.shelf import Shelf, digest
from onprem_rag.library.store import Library
from onprem_rag.records import Passage, Version


def renumbered(
    library: Library, old: Shelf, new: Shelf, gold: Collection[Key]
) -> Mapping[Key, Key]:
    """Which articles of ``new`` the ``gold`` ones of ``old`` are that have another number now.

    As ``ingest diff`` pairs them, where the article's title or its text is the same.
    """
    after = {version.rule: version for version in new.versions.values()}
    found: dict[Key, Key] = {}
    for version in old.versions.values():
        wanted = {key for key in gold if key[1] and key[0] == key_of(version.title, None)[0]}
        other = after.get(version.rule)
        if wanted and other and other.document_id != version.document_id:
            found.update(_moved(_side(library, version), _side(library, other), wanted))
    return found


def _side(library: Library, version: Version) -> Side:
    passages = library.passages_of([version.document_id])
    return Side(library.document(version.document_id), passages, "")


def _moved(old: Side, new: Side, wanted: Collection[Key]) -> Iterator[tuple[Key, Key]]:
    before, after = _by_article(old), _by_article(new)
    touched = {key for key in wanted & before.keys() if _text(before, key) != _text(after, key)}
    if not touched:  # pairing takes time
        return
    olds, news = units_of(old), units_of(new)
    for one, other in paired(olds, news):
        was, now = _key(old, olds[one]), _key(new, news[other])
        if was in touched and was != now and now in after and not news[other].side.deleted:
            titles = before[was][0].title, after[now][0].title
            if olds[one].form == news[other].form or (titles[0] and titles[0] == titles[1]):
                yield was, now


def _by_article(side: Side) -> dict[Key, list[Passage]]:
    found: dict[Key, list[Passage]] = {}
    for passage in side.passages:
        if passage.article:
            found.setdefault(key_of(side.document.title, passage.article), []).append(passage)
    return found


def _text(articles: Mapping[Key, Sequence[Passage]], key: Key) -> str:
    return digest(articles.get(key, ()))


def _key(side: Side, unit: Unit) -> Key:
    return key_of(side.document.title, unit.side.article)
