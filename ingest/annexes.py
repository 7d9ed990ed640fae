"""Files of nothing but annexes (별표, 별지): a rule's own annexes must not answer beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from ingest.held import Held
from ingest.succession import Taken, is_annexes
from onprem_rag.library.versions import rule_key
from onprem_rag.records import Version

ArticlesOf = Callable[[int], frozenset[str]]  # of a document
Counts = Callable[[Version], bool]  # whether a version is in force, or will be


def whole_of(one: Taken, held: Held, articles_of: ArticlesOf, counts: Counts) -> Version | None:
    """The rule that has the annexes which a document of its title consists of; None if none.

    Not where such a document held them before: then it is the next version of that.
    """
    if not is_annexes(one.articles):
        return None
    sharing = list(_sharing(one, held, articles_of, counts))
    if any(is_annexes(articles) for _, articles in sharing):
        return None
    return next((part for part, _ in sharing), None)


def give_way(
    one: Taken, rule: str, held: Held, articles_of: ArticlesOf, counts: Counts, today: str
) -> Iterator[str]:
    """Withdraw annexes in files of their own that a whole rule has from its day on.

    Yields a Korean line for each.
    """
    if is_annexes(one.articles):
        return
    own = [v for v in held.of_document(one.document_id) if v.rule == rule]
    for part, articles in _sharing(one, held, articles_of, counts):
        if part.rule != rule and part.withdrawn is None and is_annexes(articles):
            day = max(own[-1].since, part.since) or today
            held.put(replace(part, withdrawn=day))
            yield (
                f"{part.title}: {part.source}의 별표는 규정 전체({one.document.source})에도 "
                f"있어 {day}부터 시행하지 않습니다. → 그 파일의 것이 맞으면 규정 전체의 "
                "파일을 그 별표로 고쳐 넣으세요."
            )


def _sharing(
    one: Taken, held: Held, articles_of: ArticlesOf, counts: Counts
) -> Iterator[tuple[Version, frozenset[str]]]:
    """The rules of a document's title that have some of its articles, each with all of its own."""
    key = rule_key(one.document.title, one.document.kind, one.document.source)
    for part in held.parts(key).values():
        articles = articles_of(part.document_id)
        if counts(part) and articles & one.articles:
            yield part, articles
