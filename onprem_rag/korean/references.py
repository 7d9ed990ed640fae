"""References to places in rules: 제10조의2제1항제3호가목, 별표 1, 별지 제2호서식, 부칙 제2조."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from onprem_rag.korean.reference_reading import ARTICLE_PART, Reference, read_place
from onprem_rag.korean.reference_shapes import (
    BACK,
    CIRCLED,
    ITEMS,
    OF_IT,
    SHAPE,
    SPELT_HINT,
    SPELT_SHAPE,
    written_out,
)
from onprem_rag.korean.text import fold

__all__ = ["CIRCLED", "Reference", "find_references"]

_LARGEST_RANGE = 50
_WIDEST_LINK = 60  # characters between two members of a list or range; more is a layout gap
_NUMBERED = re.compile(r"(별표|별지) 제?(\d+)(?:호서식)?")
_DOCUMENT_BEFORE = re.compile(
    r"[「『]([^「」『』]{1,80})[」』]\s*(?:\([^()]{0,60}\)\s*)?(?:\[?\s*)?$"
)
_SAME_BEFORE = re.compile(r"(?:같은|동)\s?(조|항|호|법|영|규칙|규정|지침|법률|시행령)\s{0,2}$")
_RANGE = re.compile(r"\s*(?:\([^()]{0,40}\))?\s*(?:부터|내지|에서|~|-)\s*")
_LIST = re.compile(
    r"\s*(?:\([^()]{0,40}\))?\s*(?:까지|의\s?규정)?(?:\s*(?:,|·|및|또는|이나|나|와|과|부터|내지|~|-"
    r"|의\s?규정)){1,2}\s*"
)


def find_references(text: str, every: bool = False) -> list[Reference]:
    """Return the references in ``text`` in text order, with the members of its ranges.

    With ``every``, also those without a figure: 제십오조, 전항, 전조제2항, and 같은 조 alone as the
    article that was named before it.
    """
    return list(_references(text, every))


@lru_cache(maxsize=512)
def _references(text: str, every: bool) -> tuple[Reference, ...]:
    folded = fold(text)
    if whole := written_out(folded):
        read: list[Reference] = []
        for each in _references(whole[0], every):
            start, end = whole[1][each.start], whole[1][each.end - 1] + 1
            read.append(replace(each, start=start, end=end, text=text[start:end]))
        return tuple(read)
    found: list[Reference] = []
    last: Reference | None = None
    back: re.Match[str] | None = None
    matches = _matches(folded, every)
    for at, match in enumerate(matches):
        if match.re is BACK:
            following = matches[at + 1] if at + 1 < len(matches) else None
            if following and _goes_on(folded, match, following):
                back = None if match["same"] else match
                continue
            if (word := _read_back(match, last, text)) is None:
                continue
            reference = word
        elif back:
            reference = replace(read_place(match, text), back=_back_name(back), start=back.start())
            reference = replace(reference, text=text[reference.start : reference.end])
            back = None
        else:
            reference = _in_context(read_place(match, text), last, folded)
        if last and _links(_RANGE, folded, last, reference):
            found.extend(_between(last, reference, text, every))
        found.append(reference)
        last = reference
    return tuple(found)


def _matches(folded: str, every: bool) -> list[re.Match[str]]:
    """The places, and with ``every`` the words such as 전항, in text order."""
    spelt = every and SPELT_HINT.search(folded)
    places = list((SPELT_SHAPE if spelt else SHAPE).finditer(folded))
    words = list(BACK.finditer(folded)) if every else []
    if not words:
        return places
    figures = {word.start("many"): word.end() for word in words}  # the 2항 of 전2항 is no place
    matches: list[re.Match[str]] = []
    for match in sorted([*places, *words], key=lambda match: match.start()):
        inside = match.re is BACK and matches and match.start() < matches[-1].end()
        if not inside and (match.re is BACK or match.start() not in figures):
            matches.append(match)
    return matches


def _goes_on(folded: str, word: re.Match[str], following: re.Match[str]) -> bool:
    """전조 제2항, 같은 항 제3호."""
    if following.re is BACK or following.start() - word.end() > _WIDEST_LINK:
        return False
    named = ARTICLE_PART.search("".join(following[0].split())) or following[0].startswith("별")
    return not named and bool(OF_IT.fullmatch(folded, word.end(), following.start()))


def _back_name(word: re.Match[str]) -> str:
    return f"전{word['many'] or ''}{word['unit']}"


def _read_back(word: re.Match[str], last: Reference | None, text: str) -> Reference | None:
    """전항 as it is; 같은 항 as the one before it, or None where there was none."""
    start, end = word.span()
    if not word["same"]:
        blank = Reference(None, None, None, None, None, None, True, start, end, text[start:end])
        return replace(blank, back=_back_name(word))
    if last is None:
        return None
    levels = {"조": last.article or last.annex, "항": last.paragraph, "호": last.subparagraph}
    if levels[word["same"]] is None and not (last.back or "").endswith(word["same"]):
        return None
    same = replace(last, item=None, start=start, end=end, text=text[start:end], implied=False)
    if word["same"] != "호":
        same = replace(same, subparagraph=None, branch=None)
    return replace(same, paragraph=None) if word["same"] == "조" else same


def _links(pattern: re.Pattern[str], folded: str, last: Reference, following: Reference) -> bool:
    """Whether ``pattern`` is what stands between the two; it backtracks, so only over a few."""
    if following.start - last.end > _WIDEST_LINK:
        return False
    return bool(pattern.fullmatch(folded, last.end, following.start))


def _in_context(reference: Reference, last: Reference | None, folded: str) -> Reference:
    """Complete ``reference`` with its document, and with what a list or 같은 조 leaves out."""
    before = folded[max(0, reference.start - 150) : reference.start]
    if document := _DOCUMENT_BEFORE.search(before):
        return replace(reference, document=" ".join(document[1].split()))
    if last is None:
        return reference
    if same := _SAME_BEFORE.search(before):
        return _after_same(reference, last, same[1])
    if not _links(_LIST, folded, last, reference):
        return reference
    if reference.article or reference.annex:
        return replace(reference, document=last.document)
    if reference.paragraph:
        return _under(reference, last, None) if last.paragraph else reference
    if reference.subparagraph:
        return _under(reference, last, last.paragraph) if last.subparagraph else reference
    if not last.item:
        return reference
    inherited = _under(reference, last, last.paragraph)
    return replace(inherited, subparagraph=last.subparagraph, branch=last.branch)


def _after_same(reference: Reference, last: Reference, same: str) -> Reference:
    if reference.annex:  # it lies in no 조
        return reference
    if same == "조" and not reference.article:
        return _under(reference, last, None)
    if same in "항호" and not reference.paragraph and not reference.article:
        inherited = _under(reference, last, last.paragraph)
        subparagraph = last.subparagraph if same == "호" else reference.subparagraph
        return replace(inherited, subparagraph=subparagraph)
    return replace(reference, document=last.document) if reference.article else reference


def _under(reference: Reference, last: Reference, paragraph: int | None) -> Reference:
    return replace(
        reference,
        document=last.document,
        article=last.article,
        annex=last.annex,
        back=last.back,
        paragraph=reference.paragraph or paragraph,
        relative=last.article is None and last.annex is None,
    )


def _between(first: Reference, last: Reference, text: str, every: bool) -> Iterator[Reference]:
    """Yield the members that a range implies between its two ends."""
    blank = replace(
        last, start=first.end, end=last.start, text=text[first.end : last.start], implied=True
    )
    if last.item and first.item:
        names = ITEMS[ITEMS.index(first.item) + 1 : ITEMS.index(last.item)]
        yield from (replace(blank, item=name) for name in names)
    elif every and last.annex and first.annex:
        one, two = _NUMBERED.fullmatch(first.annex), _NUMBERED.fullmatch(last.annex)
        if (
            one
            and two
            and one[1] == two[1]
            and (first.subparagraph, last.subparagraph) == (None, None)
        ):
            for inner in _inner(int(one[2]), int(two[2])):
                yield replace(blank, annex=last.annex.replace(two[2], str(inner)))
    elif last.subparagraph and first.subparagraph and not (first.branch or last.branch):
        for inner in _inner(first.subparagraph, last.subparagraph):
            yield replace(blank, subparagraph=inner)
    elif last.paragraph and first.paragraph and not last.subparagraph:
        yield from (replace(blank, paragraph=n) for n in _inner(first.paragraph, last.paragraph))
    elif last.article and first.article and not (first.paragraph or last.paragraph):
        one, two = ARTICLE_PART.search(first.article), ARTICLE_PART.search(last.article)
        if one and two and one[1] == two[1]:
            for inner in _inner(int(one[2] or 1), int(two[2] or 1)):
                yield replace(blank, article=f"제{one[1]}조의{inner}")
        elif one and two:
            end = int(two[1]) + (1 if two[2] else 0)  # up to 제12조의2 takes 제12조 in
            for inner in _inner(int(one[1]), end):
                yield replace(blank, article=f"제{inner}조")


def _inner(first: int, last: int) -> range:
    return range(first + 1, last) if last - first < _LARGEST_RANGE else range(0)
