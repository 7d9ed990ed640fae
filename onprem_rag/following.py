"""Passages that the found ones refer to: 제9조를 준용한다, 제8조에 따른 금액, 별표 1과 같다."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from onprem_rag.korean.references import find_references
from onprem_rag.library.shelf import Shelf
from onprem_rag.reading import Quotation, quotations
from onprem_rag.records import LOOKED_UP, Citation, CrossReference, Hit, Passage

MOST = 2  # passages that may join
LONGEST = 1_600  # characters that they may have together
NAMED = 3_000  # characters of looked-up passages that an answer is made of
READ = 12  # passages that are read to find them
# Set on made-up rules so that the 182 development questions, which need none of this, get the
# answers that they got without it.
WELL = 0.5  # share of the best sentence's score that one must have to be followed
LEAST = 0.3  # score below which a sentence says nothing about the question
NEAR = 0.9  # share of the best of what one sentence refers to that others of it must reach
BETTER = 1.1  # times the best found sentence's score that a referred one must reach

Weight = Callable[[str], float]

# What stands behind a place that is named for another reason than to be read there.
_NOT_FOLLOWED = re.compile(
    r"\s*(?:[^\s.]{0,12}에도\s*불구|의\s*개정|[^.\n]{0,12}관련\)|[^.\n]{0,12}제외)"
)
# How a sentence ends that says nothing but where to read.
_POINTS = re.compile(
    r"(?:준용한다|따른다|의한다|[와과]\s?같다|적용한다|에서\s?정한다|정하는\s*바에\s*(?:따른다|의한다))\s*\.?\s*$"
)


# The heading of an annex: [별표 1], 국내여비 정액표(제9조 관련).
_CAPTION = re.compile(
    r"^\W{0,3}별\s?표[\s\d제호의]{0,9}\W{0,3}$|[(（]\s*제\s?\d+조[^()（）\n]{0,30}관련\s*[)）]\s*$"
)


@dataclass(frozen=True, slots=True)
class Followed:
    """A hit that is referred to, the quotation that does so, and what is said there, best first."""

    hit: Hit
    naming: Quotation
    said: tuple[Quotation, ...]


def with_referred(
    question: str, hits: Sequence[Hit], count: int, shelf: Shelf, weight: Weight
) -> list[Hit]:
    """``hits`` with the passages that the first ``count`` refer to, where those help to answer.

    One that is among the hits is marked in its place, others come at the end.
    """
    joined = {hit.passage.id: hit for hit in _helping(question, hits[:count], shelf, weight)}
    there = [
        replace(hit, referred_from=joined.pop(hit.passage.id).referred_from)
        if hit.passage.id in joined
        else hit
        for hit in hits
    ]
    return [*there, *joined.values()]


def context(hits: Sequence[Hit], count: int) -> list[Hit]:
    """The hits that an answer is made of: the first ``count``, and those that they refer to.

    Where the question only names places, all of these, as far as NAMED characters.
    """
    if looked_up(hits):
        ends = itertools.accumulate(len(hit.passage.text) for hit in hits)
        return [
            hit
            for at, (hit, end) in enumerate(zip(hits, ends, strict=True))
            if at < count or end <= NAMED
        ]
    return [*hits[:count], *(hit for hit in hits[count:] if hit.referred_from)]


def looked_up(hits: Sequence[Hit]) -> bool:
    """Whether the hits are the places that a question asks for and nothing else."""
    return bool(hits) and hits[0].channels == ((LOOKED_UP, 1.0),)


def followed(
    question: str, hits: Sequence[Hit], found: Sequence[Quotation], weight: Weight
) -> list[Followed]:
    """What the hits that are referred to say when read with the sentence that refers to them.

    That sentence is one of ``found``, the quotations of the first hits. Best first.
    """
    read: list[tuple[Hit, Quotation, Passage]] = []
    for hit in hits:
        if naming := next((quotation for quotation in found if _names(quotation, hit)), None):
            words = _naming_words(hit, naming)
            as_read = replace(hit.passage, path=(*hit.passage.path, *words))
            read.append((hit, naming, as_read))
    said: dict[int, list[Quotation]] = {}
    for quotation in quotations(question, [as_read for _, _, as_read in read], weight):
        if not _CAPTION.search(quotation.text):
            said.setdefault(quotation.passage.id, []).append(quotation)
    pairs = [
        Followed(hit, naming, tuple(replace(each, passage=hit.passage) for each in there))
        for hit, naming, as_read in read
        if (there := said.get(as_read.id))
    ]
    return sorted(pairs, key=lambda pair: -pair.said[0].score)


def in_other_rule(reference: CrossReference, shelf: Shelf) -> list[Passage]:
    """The passages in force of the article that a reference to another rule means, or []."""
    named = find_references(reference.place)
    article = (named[0].article or named[0].annex) if named else None
    if not (reference.document and article) or article.startswith("부칙"):
        return []  # of 부칙 제2조 there are as many as addenda
    passages = shelf.article(reference.document, article)
    one = len({passage.document_id for passage in passages}) == 1  # else of two institutions
    return passages if one else []


def named_by(hit: Hit) -> str:
    """ "제5조에서 준용", "여비규정 별표 1에서 참조": what refers to ``hit``, or ""."""
    by = hit.referred_from
    if by is None:
        return ""
    other = by.document if by.document_id != hit.passage.document_id else ""
    place = " ".join(filter(None, (other, by.article))) or by.document
    return f"{place}에서 {'준용' if '준용' in by.text else '참조'}"


def referring(citation: Citation, hits: Sequence[Hit]) -> Hit | None:
    """The hit that ``citation`` stands in, if it is one that another refers to."""
    for hit in hits:
        passage = hit.passage
        if (
            hit.referred_from
            and passage.document_id == citation.document_id
            and passage.start <= citation.start < passage.end
        ):
            return hit
    return None


def _helping(question: str, hits: Sequence[Hit], shelf: Shelf, weight: Weight) -> list[Hit]:
    """What says more to the question than all of ``hits`` do, or what their best sentence means."""
    found = quotations(question, [hit.passage for hit in hits], weight)
    named = _named(found, shelf)
    if not named:
        return []
    alone: dict[int, float] = {}  # how well the hits read by themselves
    for quotation in found:
        alone.setdefault(quotation.passage.id, quotation.score)
    helping: list[Hit] = []
    best: dict[Citation | None, float] = {}  # by the sentence that refers
    room = LONGEST
    for pair in followed(question, named, found, weight):
        number = pair.hit.passage.id
        length = 0 if number in alone else len(pair.hit.passage.text)
        needs_it = pair.naming.score >= alone.get(number, 0.0)  # else it speaks for itself
        score = pair.said[0].score
        near = score >= NEAR * best.setdefault(pair.hit.referred_from, score)
        if near and needs_it and length <= room and _helps(pair, found[0].score):
            helping.append(pair.hit)
            room -= length
    return helping[:MOST]


def _helps(pair: Followed, best: float) -> bool:
    """Whether both sentences answer better than the best found one, or that one only points."""
    by = pair.hit.referred_from
    points = by is not None and _POINTS.search(by.text[-30:]) is not None
    better = pair.said[0].score >= BETTER * max(best, LEAST)
    return better or (points and pair.naming.score >= max(best, LEAST))


def _names(quotation: Quotation, hit: Hit) -> bool:
    """Whether ``quotation`` holds the sentence that refers to ``hit``."""
    by, passage = hit.referred_from, quotation.passage
    if by is None or passage.document_id != by.document_id:
        return False
    at = by.start - passage.start
    return any(start <= at < end for start, end in quotation.spans)


def _named(found: Sequence[Quotation], shelf: Shelf) -> list[Hit]:
    """The first passages that sentences refer to which read well, the best sentence's first."""
    wanted = [quotation for quotation in found if quotation.score >= WELL * found[0].score]
    passages = {quotation.passage.id: quotation.passage for quotation in wanted}
    places = {number: shelf.named_in(passage) for number, passage in passages.items()}
    named: dict[int, Citation] = {}
    for quotation in wanted:
        passage = quotation.passage
        for start, end in quotation.spans:
            for reference, held in places[passage.id]:
                at = (reference.start - passage.start, reference.end - passage.start)
                if start <= at[0] < end and not _NOT_FOLLOWED.match(passage.text, at[1]):
                    for number in _targets(reference, held, shelf):
                        if number != passage.id:
                            named.setdefault(number, _cited(passage, start, end))
        if len(named) >= READ:
            break
    targets = shelf.passages(list(named)[:READ])
    return [Hit(target, 0.0, (), named[target.id]) for target in targets]


def _targets(reference: CrossReference, held: Sequence[int], shelf: Shelf) -> Sequence[int]:
    """Ids of the passages that a reference means."""
    if reference.place.startswith(("별지", "부칙")):  # a form states nothing
        return ()
    if reference.document is None:
        return held
    return [passage.id for passage in in_other_rule(reference, shelf)]


def _naming_words(hit: Hit, naming: Quotation) -> tuple[str, ...]:
    """The sentence that refers to ``hit``, with its article's title and what announces it."""
    sentence = hit.referred_from.text if hit.referred_from else ""
    return naming.passage.title, naming.passage.text[slice(*naming.spans[0])], sentence


def _cited(passage: Passage, start: int, end: int) -> Citation:
    return Citation(
        passage.document,
        passage.article,
        passage.paragraph,
        passage.page,
        passage.start + start,
        passage.start + end,
        passage.text[start:end],
        passage.document_id,
    )
