"""Where the passages are, or name, the place of a rule that an answer refers to."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from onprem_rag.korean.outline import Place, completed, places
from onprem_rag.korean.references import CIRCLED, Reference, find_references
from onprem_rag.korean.text import fold
from onprem_rag.records import Citation, Passage
from onprem_rag.verify.alignment import Alignment, Source

_TITLE_END = r"(?:규정|규칙|지침|법|법률|령|요령|세칙|내규|예규|정관|강령|조례|규약|기준)"
_NAMED_BEFORE = re.compile(rf"([가-힣A-Za-z0-9·]{{2,}}{_TITLE_END})['\"*]*\s*(?:\([^()]*\)\s*)?$")
_NO_NAME = re.compile(
    rf"(?:같은|이|본|동|위|해당|그|당해|우리|관련|상기)?{_TITLE_END}|시행령|시행규칙|방법"
)


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
        for mention in _mentions(source.passage):
            if _names(reference, mention, source) and _same_document(
                mention, source.passage, named
            ):
                cited = _cite_segment(source, mention.start) if mention.implied else None
                return cited or citation(source, mention.start, mention.end)
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
    for mention in _mentions(source.passage):
        if start <= mention.start and mention.end <= end:
            if _names(reference, mention, source):
                return True
            loosely = reference.relative and not (reference.back or mention.back)
            if loosely and _covers(reference, replace(mention, article=None)):
                return True
    return False


def _names(reference: Reference, mention: Reference, source: Source) -> bool:
    """Whether ``mention``, which stands in the passage, is the place or lies in it."""
    full = _completed(mention, source, mention.start)
    if reference.back:
        meant = _completed(reference, source, mention.start)
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
    found = [m for m in _mentions(source.passage) if start <= m.start and m.end <= end]
    return [place for m in found if (place := _completed(m, source, m.start))]


def _find_alike(reference: Reference, sources: Sequence[Source]) -> Citation | None:
    """Where a passage says 전항, or names what that would be in that place."""
    for source in sources:
        for mention in _mentions(source.passage):
            if not mention.implied and _names(reference, mention, source):
                return citation(source, mention.start, mention.end)
    return None


def _completed(reference: Reference, source: Source, position: int) -> Reference | None:
    """``reference`` as one that stands at ``position`` of the passage means it."""
    if not reference.relative:
        return reference
    return completed(reference, source.passage.article, _place_at(source, position))


# --- inside one passage --------------------------------------------------------------------------
def _place_in(source: Source, reference: Reference) -> int | None:
    """Where in the passage the place begins, if the passage belongs to that article."""
    head = reference.article or reference.annex
    if head and _squeeze(head) != _squeeze(source.passage.article or ""):
        return None
    marked = _places(source)
    if (reference.paragraph, reference.subparagraph, reference.item) == (None, None, None):
        return next((segment.start for segment in source.segments), None)
    for place in marked:
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


@lru_cache(maxsize=256)
def _places_of(passage: Passage, dates: tuple[tuple[int, int], ...]) -> tuple[Place, ...]:
    return tuple(places(passage.text, passage.paragraph, dates))


def _places(source: Source) -> tuple[Place, ...]:
    dates = tuple((f.start, f.end) for f in source.facts if f.kind == "date")
    return _places_of(source.passage, dates)


def _place_at(source: Source, position: int) -> Place | None:
    marked = _places(source)
    index = bisect_right([place.start for place in marked], position)
    return marked[index - 1] if index else None


def _paragraph_at(source: Source, position: int) -> int | None:
    if place := _place_at(source, position):
        return place.paragraph
    following = next((place for place in _places(source) if place.paragraph), None)
    # "제15조(연차휴가) ① …": a span that begins with the heading is in the first paragraph.
    head = source.passage.text[position : following.start] if following else ""
    return following.paragraph if following and len(head) < 60 and "다." not in head else None


# --- mentions and documents ----------------------------------------------------------------------
@lru_cache(maxsize=256)
def _mentions(passage: Passage) -> tuple[Reference, ...]:
    return tuple(find_references(passage.text, every=True))


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
        return named is not None and same_title(mention.document, named)
    if named is None or _is_of(passage, named):
        return True
    before = _squeeze(passage.text[max(0, mention.start - 80) : mention.start])
    return before.endswith(_squeeze(named))


def _is_of(passage: Passage, named: str | None) -> bool:
    return named is None or same_title(passage.document, named)


def _named_document(reference: Reference, answer: str, passages: Sequence[Passage]) -> str | None:
    """The document that ``answer`` names for ``reference``, in 「」 or directly before it."""
    if reference.document:
        return reference.document
    before = answer[max(0, reference.start - 80) : reference.start].rstrip("[(*\"' \n")
    squeezed = _squeeze(before)
    for title in {passage.document for passage in passages}:
        if (bare := _squeeze(title)) and squeezed.endswith(bare):
            at = len(squeezed) - len(bare)
            words = "".join(before.split(" ")[-1:])
            if at == 0 or len(_squeeze(words)) <= len(bare) or not squeezed[at - 1].isalnum():
                return title
    match = _NAMED_BEFORE.search(before)
    return match[1] if match and not _NO_NAME.fullmatch(match[1]) else None


def same_title(one: str, two: str) -> bool:
    """Whether two titles name one document; one may leave out leading words (기관 이름)."""
    return _squeeze(one) in _endings(two) or _squeeze(two) in _endings(one)


def _endings(title: str) -> set[str]:
    words = re.sub(r"\([^()]*\)", " ", fold(title)).split()
    return {"".join(words[at:]) for at in range(len(words))} | {_squeeze(title)}


def _squeeze(text: str) -> str:
    return "".join(fold(text).split())
