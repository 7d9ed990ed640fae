"""Where the passages are, or name, the place of a rule that an answer refers to."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from onprem_rag.korean.references import CIRCLED, Reference
from onprem_rag.korean.text import fold, squeezed
from onprem_rag.korean.title_forms import KIND
from onprem_rag.records import Citation, Passage
from onprem_rag.verify.alignment import Alignment
from onprem_rag.verify.sources import Mention, Source, meant_at, place_at

_NAMED_BEFORE = re.compile(rf"([가-힣A-Za-z0-9·]{{2,}}{KIND})['\"*]*\s*(?:\([^()]*\)\s*)?$")
_NO_NAME = re.compile(
    rf"(?:같은|이|본|동|위|해당|그|당해|우리|관련|상기)?{KIND}|시행령|시행규칙|방법"
)
_LONGEST_HEADING = 60  # characters


def citation(source: Source, start: int, end: int) -> Citation:
    """Cite ``[start, end)`` of the passage's text, in the document's offsets."""
    passage = source.passage
    paragraph = _paragraph_at(source, start)
    return Citation(
        document=passage.document,
        article=passage.article,
        paragraph=CIRCLED[paragraph - 1] if paragraph else passage.paragraph,
        page=passage.page,
        start=passage.start + start,
        end=passage.start + end,
        text=passage.text[start:end],
        document_id=passage.document_id,
    )


def rival_place(reference: Reference, answer: str, near: Alignment | None) -> Citation | None:
    """The place of the aligned span, where an answer names another of that document for it."""
    if near is None or not near.source.passage.article or reference.subparagraph:
        return None
    passage = near.source.passage
    if not _is_of(passage, _named_document(reference, answer, [passage])):
        return None
    if reference.paragraph and not _paragraph_at(near.source, near.start):
        return None
    return citation(near.source, near.start, near.end)


def find_place(reference: Reference, answer: str, sources: Sequence[Source]) -> Citation | None:
    """Find the passage that is the place, or one that mentions it (or a finer place in it)."""
    named = _named_document(reference, answer, [source.passage for source in sources])
    if reference.back:
        return _find_alike(reference, sources)
    for source in sources:
        at = _place_in(source, reference) if _is_of(source.passage, named) else None
        if at is not None and (cited := _cite_segment(source, at)):
            return cited
    for source in sources:
        for mention in source.mentions:
            written = mention.written
            if _names(reference, mention, source) and _same_document(
                written, source.passage, named
            ):
                cited = _cite_segment(source, written.start) if written.implied else None
                return cited or citation(source, written.start, written.end)
    return None


def _cite_segment(source: Source, at: int) -> Citation | None:
    """Cite the segment at ``at``, or all that follows; ``None`` where there is nothing."""
    for segment in source.segments:
        if segment.start <= at < segment.end:
            return citation(source, segment.start, segment.end)
    end = len(source.passage.text.rstrip())
    return citation(source, at, end) if at < end else None


def mentions_place(reference: Reference, source: Source, start: int, end: int) -> bool:
    """Whether ``[start, end)`` of the passage's text names the place, or a finer one in it."""
    for mention in _mentions_in(source, start, end):
        if _names(reference, mention, source):
            return True
        loosely = reference.relative and not (reference.back or mention.written.back)
        if loosely and _covers(reference, replace(mention.written, article=None)):
            return True
    return False


def _names(reference: Reference, mentioned: Mention, source: Source) -> bool:
    """Whether what is mentioned in the passage is the place or lies in it."""
    mention, full = mentioned.written, mentioned.meant
    if reference.back:
        meant = meant_at(reference, source.passage, source.places, mention.start)
        if meant is None or full is None:
            return str(reference) == str(mention)
        return _covers(meant, full)
    if full is None:
        return False
    if _covers(reference, full) or (not mention.back and _covers(reference, mention)):
        return True
    if not mention.relative:
        return False
    if reference.relative:  # both mean the article that they stand in
        inner = replace(full, article=None, annex=None)
        return _covers(reference, inner if reference.paragraph else replace(inner, paragraph=None))
    of_article = replace(mention, article=full.article, annex=full.annex)
    return not mention.back and mention.item is None and _covers(reference, of_article)


def stated_places(source: Source, start: int, end: int) -> list[Reference]:
    """The references in ``[start, end)``, complete: 전항 in ② of 제15조 is 제15조제1항.

    Those that can't be completed are left out: 전2항, and 전항 where no 항 is before.
    """
    return [one.meant for one in _mentions_in(source, start, end) if one.meant]


def _mentions_in(source: Source, start: int, end: int) -> Iterator[Mention]:
    first = bisect_left(source.mentions, start, key=lambda one: one.written.start)
    last = bisect_left(source.mentions, end, key=lambda one: one.written.start)
    return (one for one in source.mentions[first:last] if one.written.end <= end)


def _find_alike(reference: Reference, sources: Sequence[Source]) -> Citation | None:
    """Where a passage says 전항, or names what that would be in that place."""
    for source in sources:
        for mention in source.mentions:
            written = mention.written
            if not written.implied and _names(reference, mention, source):
                return citation(source, written.start, written.end)
    return None


# --- inside one passage --------------------------------------------------------------------------
def _place_in(source: Source, reference: Reference) -> int | None:
    """Where in the passage the place begins, if the passage belongs to that article."""
    head = reference.article or reference.annex
    if head and squeezed(head) != squeezed(source.passage.article or ""):
        return None
    if (reference.paragraph, reference.subparagraph, reference.item) == (None, None, None):
        return next((segment.start for segment in source.segments), None)
    for place in source.places:
        if reference.paragraph not in (None, place.paragraph):
            continue
        if reference.subparagraph is not None and (place.subparagraph, place.branch) != (
            reference.subparagraph,
            reference.branch,
        ):
            continue
        if reference.item and place.item != reference.item:
            continue
        return place.start
    return None


def _paragraph_at(source: Source, position: int) -> int | None:
    if place := place_at(source.places, position):
        return place.paragraph
    # "제15조(연차휴가) ① …": a span that begins with the heading is in the first paragraph.
    for place in source.places:
        head = source.passage.text[position : place.start]
        if len(head) >= _LONGEST_HEADING or "다." in head:
            return None
        if place.paragraph:
            return place.paragraph
    return None


# --- mentions and documents ----------------------------------------------------------------------
def _covers(wanted: Reference, mention: Reference) -> bool:
    """Whether ``mention`` is the wanted place or lies in it."""
    head = (wanted.article, wanted.annex)
    return (
        head == (mention.article, mention.annex)
        and wanted.paragraph in (None, mention.paragraph)
        and (wanted.subparagraph is None or wanted.subparagraph == mention.subparagraph)
        and (wanted.subparagraph is None or wanted.branch == mention.branch)
        and wanted.item in (None, mention.item)
        and (wanted.paragraph is not None or not wanted.subparagraph or not mention.paragraph)
    )


def _same_document(mention: Reference, passage: Passage, named: str | None) -> bool:
    if mention.document:
        return named is not None and _same_title(mention.document, named)
    if named is None or _is_of(passage, named):
        return True
    before = squeezed(passage.text[max(0, mention.start - 80) : mention.start])
    return before.endswith(squeezed(named))


def _is_of(passage: Passage, named: str | None) -> bool:
    return named is None or _same_title(passage.document, named)


def names_another(reference: Reference, answer: str, passage: Passage) -> bool:
    """Whether ``answer`` names another rule than the passage's for the place."""
    return not _is_of(passage, _named_document(reference, answer, [passage]))


def _named_document(reference: Reference, answer: str, passages: Sequence[Passage]) -> str | None:
    """The document that ``answer`` names for ``reference``, in 「」 or directly before it."""
    if reference.document:
        return reference.document
    before = answer[max(0, reference.start - 80) : reference.start].rstrip("[(*\"' \n")
    joined = squeezed(before)
    for title in {passage.document for passage in passages}:
        if (bare := squeezed(title)) and joined.endswith(bare):
            at = len(joined) - len(bare)
            words = "".join(before.split(" ")[-1:])
            if at == 0 or len(squeezed(words)) <= len(bare) or not joined[at - 1].isalnum():
                return title
    match = _NAMED_BEFORE.search(before)
    return match[1] if match and not _NO_NAME.fullmatch(match[1]) else None


@lru_cache(maxsize=1024)
def _same_title(one: str, two: str) -> bool:
    """Whether two titles name one document; one may leave out leading words (기관 이름)."""
    return squeezed(one) in _endings(two) or squeezed(two) in _endings(one)


def _endings(title: str) -> set[str]:
    words = re.sub(r"\([^()]*\)", " ", fold(title).lower()).split()
    return {"".join(words[at:]) for at in range(len(words))} | {squeezed(title)}
