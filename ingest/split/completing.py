"""What a reference leaves out, taken from the one before it: 제5조제1항 및 제2항, 전조 제2항."""

from __future__ import annotations

import re
from dataclasses import replace

from ingest.split.places import Place
from onprem_rag.korean.references import Reference

_LEVEL = re.compile(r"[항호목]")
_PARTS = r"(?:\s?(?:각\s?[호목](?:\s?외의\s?부분)?|본문|단서|전단|후단)){0,2}"
_JOINT = (
    r"\s*(?:까지|의\s?규정)?(?:\s*(?:,|[·ㆍ․‧・]|및|또는|이나|나|와|과|부터|내지|에서|~|～|-|의"
    r"|의\s?규정)){1,2}\s*"
)
_JOINED = re.compile(rf"{_PARTS}\s*(?:\([^()]{{0,40}}\))?{_JOINT}")
_JOINED_OVER = re.compile(rf"{_PARTS}\s*\([^()]{{0,150}}\){_JOINT}")  # what stands in ( ) is aside
_AMONG = re.compile(r"\s?각\s?호\s?(?:중에서|중|가운데)\s?")  # 제1항 각 호 중 제7호
_WIDEST_JOINT = 40
_OF_IT = re.compile(r"\s{0,3}(?:의\s{0,2})?")
_WITH_ARTICLE = re.compile(r"(?:부칙\s?)?제?\s{0,2}\d+\s{0,2}조")


def under(reference: Reference, base: Reference) -> Reference:
    """``제3호`` after ``전항``: what the second leaves out is the first's."""
    levels = _LEVEL.findall(reference.text)
    reference = replace(
        reference, article=base.article, annex=base.annex, relative=False, start=base.start
    )
    if "항" in levels:
        return reference
    reference = replace(reference, paragraph=base.paragraph)
    if "호" in levels:
        return reference
    return replace(reference, subparagraph=base.subparagraph, branch=base.branch)


def as_form(reference: Reference) -> Reference:
    """``제3호`` as 별지 제3호서식."""
    branch = f"의{reference.branch}" if reference.branch else ""
    annex = f"별지 제{reference.subparagraph}호{branch}서식"
    return replace(reference, annex=annex, subparagraph=None, branch=None, relative=False)


def in_list(reference: Reference, last: Reference) -> Reference:
    """A member of a list that leaves out what the one before it says."""
    if not reference.relative:
        return reference
    if last.annex and last.annex.startswith("별지") and reference.subparagraph is not None:
        return as_form(reference)  # 별지 제1호부터 제3호까지
    start = reference.start
    if reference.paragraph is not None:
        same = last.paragraph is not None
    elif reference.subparagraph is not None:
        same = last.subparagraph is not None
    else:
        same = last.item is not None
    return replace(under(reference, last), start=start) if same else reference


def cut(reference: Reference, level: str) -> Reference | None:
    """``reference`` down to ``level``; None where it is not as deep."""
    if level == "조":
        if reference.article is None and reference.annex is None:
            return None
        return replace(reference, paragraph=None, subparagraph=None, branch=None, item=None)
    if level == "항":
        if reference.paragraph is None:
            return None
        return replace(reference, subparagraph=None, branch=None, item=None)
    return replace(reference, item=None) if reference.subparagraph is not None else None


def one_less(reference: Reference, place: Place, level: str) -> Reference | None:
    """The 항 or 호 before the one that ``place`` is in, of the article that ``reference`` names."""
    number = place.paragraph if level == "항" else place.subparagraph
    if number is None or number < 2:
        return None
    if level == "항":
        return replace(reference, paragraph=number - 1)
    return replace(reference, paragraph=place.paragraph, subparagraph=number - 1)


def goes_on(text: str, word: re.Match[str], following: Reference) -> bool:
    """전조 제2항, 같은 항 제3호."""
    gap = text[word.end() : following.start]
    return bool(_OF_IT.fullmatch(gap)) and not _WITH_ARTICLE.match(following.text)


def joined(text: str, last: Reference, following: Reference) -> bool:
    """Whether the two are members of one list or range."""
    if following.implied:
        return following.start == last.end
    if following.start - last.end > _WIDEST_JOINT:  # asked first: no long copy for each
        return False
    return bool(_JOINED.fullmatch(text[last.end : following.start]))


def joined_over(text: str, outer: Reference, following: Reference) -> bool:
    """제21조(제5조에 관한 사항에 한정한다) 및 제22조."""
    if following.start - outer.end >= 200 or following.implied:
        return False
    return bool(_JOINED_OVER.fullmatch(text[outer.end : following.start]))


def belongs(text: str, last: Reference, following: Reference) -> bool:
    """제52조(제2항은 제외한다), 제1항 각 호 중 제7호."""
    if not following.relative or following.implied or last.item:
        return False
    if following.paragraph is not None:
        deeper = last.paragraph is None and last.subparagraph is None
    else:
        deeper = following.subparagraph is None or last.subparagraph is None
    gap = text[last.end : following.start]
    return deeper and bool(gap.strip() == "(" or _AMONG.fullmatch(gap))
