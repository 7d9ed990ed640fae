"""What answers stand on: the articles and annexes whose change an admin has to look at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from onprem_rag.korean.references import find_references
from onprem_rag.korean.text import fold, letters
from onprem_rag.library.shelf import Shelf, digest
from onprem_rag.library.store import Library
from onprem_rag.library.versions import title_key
from onprem_rag.records import Answer, FaqEntry, Wording

_ANNEX = re.compile(r"별표(?: \d+(?:의\d+)?)?")  # at the start of a place
_HINT = re.compile(r"별\s{0,2}표")
_BARE_ANNEX = re.compile(r"별표(?!\s?제?\s?\d)")
_LINK = re.compile(r"\s*(?:,|·|및|또는|[와과]|이?나)?\s*")
_ANNEXES = re.compile(r"별\s?표\s?(?:제\s?)?(\d+)(?:\s?호)?(?:의\s?\d+)?")
_ALSO = re.compile(  # the next number of 별표 1, 2 및 4; what counts something else is none
    r"[\s\])]*(?P<link>,|·|/|및|또는|[와과]|이?나|부터|내지|에서|~|-)\s*(?:제\s?)?"
    r"(?P<number>\d{1,3})(?:\s?호)?(?:의\s?(?P<branch>\d{1,2}))?"
    r"(?=$|(?![,.]\d)[^\w%]|[에의을를은는이와과로도중]|가(?!지)|나(?!\w)|까지|부터|내지|및|또는)"
)
_RANGE = ("부터", "내지", "에서", "~", "-")
_WIDEST = 50  # annexes of a range
_WORDS = 8  # that a title which stands before a place may have


def grounds(entry: FaqEntry, shelf: Shelf) -> tuple[Wording, ...]:
    """What an approved answer stands on, as it reads on a day: its own article first.

    Then what its answer names, and the annexes that its article refers to; the digest of one that
    is not there is "". () where its own article is not, or is of more than one rule.
    """
    own = shelf.article(entry.document, entry.article)
    if len({passage.document_id for passage in own}) != 1:
        return ()
    named = [*_named(entry, shelf)]
    for passage in own:
        if not _HINT.search(passage.text):  # few articles have one: it spares a query
            continue
        for reference, _ in shelf.named_in(passage):
            if annex := _ANNEX.match(reference.place):
                title = reference.document or entry.document
                more, _ = _more_annexes(passage.text, reference.start - passage.start)
                named += ((title, place) for place in (annex[0], *more))
    places = {(title_key(entry.document), entry.article): entry.document}
    for title, place in named:
        places.setdefault((title_key(title), _written(title, place, shelf)), title)
    return tuple(
        Wording(title, place, shelf.digest(title, place)) for (_, place), title in places.items()
    )


def fits(entry: FaqEntry, shelf: Shelf) -> bool:
    """Whether all that an approved answer was approved against reads as it did then."""
    return not changed(entry, shelf)


def changed(entry: FaqEntry, shelf: Shelf) -> list[Wording]:
    """What an approved answer was approved against, and reads otherwise now or is gone."""
    return [
        one
        for one in entry.approved
        if one.digest and one.digest != shelf.digest(one.document, one.article)
    ]


def in_turn(entries: Sequence[FaqEntry], day: str) -> list[FaqEntry]:
    """The approved answers whose turn it is on a day.

    Begun by then, and not all of their questions answered anew by others that have begun later.
    """
    begun = [entry for entry in entries if entry.since <= day]
    newest = newest_days(begun)
    return [e for e in begun if any(newest[letters(one)] == e.since for one in e.questions)]


def newest_days(entries: Iterable[FaqEntry]) -> dict[str, str]:
    """By the ``letters`` of a question, the day from which its last approved answer counts."""
    newest: dict[str, str] = {}
    for entry in entries:
        for question in map(letters, entry.questions):
            newest[question] = max(newest.get(question, ""), entry.since)
    return newest


def cited(answer: Answer, library: Library) -> tuple[Wording, ...]:
    """The articles that an answer cites, as they read in the versions that it cites."""
    found = {(one.document, one.article or ""): one.document_id for one in answer.citations}
    return tuple(
        Wording(title, article, digest(library.article([number], article)))
        for (title, article), number in found.items()
    )


def _named(entry: FaqEntry, shelf: Shelf) -> Iterator[tuple[str, str]]:
    """(title, place) of all that the answer's text names; its own rule's where it names none."""
    text = entry.answer
    title, end = entry.document, 0
    for reference in find_references(text, every=True):
        place = reference.place
        linked = _LINK.fullmatch(text, end, max(end, reference.start))
        before = reference.document or _title_before(text, reference.start, shelf)
        title = before or (title if linked else entry.document)
        more, end = _more_annexes(text, reference.start)
        end = max(end, reference.end)
        for one in (place, *more):
            if one:
                yield title, one
    for bare in _BARE_ANNEX.finditer(text):
        yield _title_before(text, bare.start(), shelf) or entry.document, "별표"


def _more_annexes(text: str, start: int) -> tuple[list[str], int]:
    """The annexes that a list names by number alone after the one at ``start``, and its end."""
    folded = fold(text)
    first = _ANNEXES.match(folded, start)
    if first is None:
        return [], start
    last, end, found = int(first[1]), first.end(), list[str]()
    while more := _ALSO.match(folded, end):
        number, branch = int(more["number"]), more["branch"]
        if more["link"] in _RANGE and number - last < _WIDEST:
            found += (f"별표 {inner}" for inner in range(last + 1, number))
        found.append(f"별표 {number}의{int(branch)}" if branch else f"별표 {number}")
        last, end = number, more.end()
    return found, end


def _title_before(text: str, at: int, shelf: Shelf) -> str:
    """The title of a rule in force that stands right before a place, or ""."""
    words = text[:at].rstrip().removesuffix("의").split()[-_WORDS:]
    names = (" ".join(words[first:]) for first in range(len(words)))
    return next((name.strip("(「」 ") for name in names if shelf.has(name)), "")


def _written(title: str, place: str, shelf: Shelf) -> str:
    """A place as the rule writes it: its only annex may have no number."""
    other = {"별표": "별표 1", "별표 1": "별표"}.get(place)
    return (
        other if other and not shelf.digest(title, place) and shelf.digest(title, other) else place
    )
