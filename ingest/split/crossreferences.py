"""The places that a rule names, each with its canonical form and where it stands in this text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.split.completing import (
    as_form,
    belongs,
    cut,
    goes_on,
    in_list,
    joined,
    joined_over,
    one_less,
    under,
)
from ingest.split.otherrules import OtherRules
from ingest.split.placeindex import PlaceIndex
from ingest.split.places import Place
from onprem_rag.korean.references import Reference, find_references
from onprem_rag.records import CrossReference

# Only lines with one of these are read closely, and those around them, which they may run on to.
_HINT = re.compile(
    r"[\d０-９]\s{0,2}[조항호]|[가-하]\s{0,2}목|별\s{0,2}[표지]|[①-⑳]\s?항|(?<![가-힣])전\s?[조항호]"
    r"|(?:같은|동)\s?[조항호]"
)
_WORD = re.compile(
    r"(?<![가-힣])(?:전\s?(?P<unit>[조항호])|(?P<same>같은\s?[조항호]|동\s?[조항])|(?P<this>본\s?조|이\s조))"
    r"(?=[의에와과을를은는및,.)\s]|부터|까지|제\s?\d|각\s?[호항]|단서|본문|$)"
)
_BLANK = re.compile(r"제0+[조항호]")  # 제○조 of a form
_OPENING = " \t\u3000[<〔【〈＜(（■□▣◆"
_FORMER = re.compile(
    r"(?:(?:종전|(?:개정|변경)\s?전)의?\s{0,2}(?:규정|규칙)?\s{0,2}"
    r"(?:[「『][^「」『』]{1,80}[」』]\s?)?(?:\([^()]{1,80}\)\s?)?"
    r"|개정되기\s?전의?[^()]{0,20}\)\s{0,2})$"
)
_FORMER_REACH = 160
_MOST_IMPLIED = 5_000  # of 제1조부터 제50조까지, over and over, in one rule
_SERIAL = re.compile(
    r"(?:법률|령|규칙|부\s{0,9}칙|조례|훈령|예규|고시|공고|지침|문서|호|서식|별첨|붙임|부록|그림|표|첨부|양식)\s{0,2}[<\[(]?\s?$"
    r"|<\s?$"
)
_FORM_AFTER = re.compile(r"\s?(?:의\s?\d{1,2}\s?)?서\s?식")
_TITLED_HEAD = re.compile(
    r"\s?\d{0,2}\s?\([^()\n]{1,60}\)(?!\s?(?:에|의|을|를|와|과|및|부터|까지|제|,|ㆍ|·))"
)
_SUB = re.compile(r"-(\d{1,2})(?!\d)")


def references_of(
    text: str, places: Sequence[Place], title: str = ""
) -> tuple[CrossReference, ...]:
    """The references in a rule's text, in its order, with their targets in it.

    ``places`` are its own, in the text's order. Headings are no references. 제5조 in addenda means
    the main part. ``document`` names another rule as the text does: in 「」, or by a short form
    (법, 시행령) that it explains; ``target`` is None there and where the place does not exist.
    """
    resolver = _Resolver(text, places, title)
    found: list[CrossReference] = []
    for start, end in _windows(text):
        found += resolver.read(start, end)
    return tuple(found)


def _windows(text: str) -> Iterator[tuple[int, int]]:
    """Spans of whole lines that are worth a close look."""
    start = end = 0
    for hint in _HINT.finditer(text):
        if hint.start() < end:
            continue
        line = text.rfind("\n", 0, hint.start())
        first = max(text.rfind("\n", 0, max(line, 0)) + 1, 0)
        last = text.find("\n", hint.end())
        last = len(text) if last < 0 else last + 1
        if first > end:
            if end > start:
                yield start, end
            start = first
        end = last
    if end > start:
        yield start, end


class _Resolver:
    """Reads a rule's references one window after another."""

    def __init__(self, text: str, places: Sequence[Place], title: str) -> None:
        self._text = text
        self._index = PlaceIndex(places)
        self._others = OtherRules(text, places, title)
        self._places = places
        self._next = 0
        self._open: list[Place] = []
        self._implied = 0

    def read(self, start: int, end: int) -> Iterator[CrossReference]:
        """The references in ``text[start:end]``."""
        last: _Resolved | None = None
        outer: _Resolved | None = None  # before the ( ) in which ``last`` stands
        heading: Reference | None = None
        rule: str | None = None  # the other rule that was named last
        tokens = self._tokens(start, end)
        at = 0
        while at < len(tokens):
            token = tokens[at]
            at += 1
            if isinstance(token, Reference):
                if self._is_heading(token) or (heading and joined(self._text, heading, token)):
                    heading, last = heading if token.implied else token, None
                    continue
                heading = None
                if last and self._text[last.reference.end : token.start].strip() == "(":
                    outer = last
                elif last and outer and joined_over(self._text, outer.reference, token):
                    last = outer
                resolved = self._resolved(token, last, rule)
            else:
                resolved = self._word(token, last)
                following = tokens[at] if at < len(tokens) else None
                if (
                    resolved
                    and isinstance(following, Reference)
                    and goes_on(self._text, token, following)
                ):
                    resolved = replace(resolved, reference=under(following, resolved.reference))
                    at += 1
                elif token.lastgroup == "this":
                    continue
            if resolved is None:
                continue
            yield self._cross(resolved)
            rule = resolved.document or rule
            if not resolved.reference.implied:
                last = resolved

    def _tokens(self, start: int, end: int) -> list[Reference | re.Match[str]]:
        """References, and words such as 전항, in the text's order."""
        tokens: list[Reference | re.Match[str]] = [
            replace(each, start=each.start + start, end=each.end + start)
            for each in find_references(self._text[start:end])
            if not (each.implied and self._is_too_many())
        ]
        if words := list(_WORD.finditer(self._text, start, end)):
            tokens = sorted([*tokens, *words], key=_start)
        return tokens

    def _is_too_many(self) -> bool:
        """Whether one more implied reference is beyond what a rule may have."""
        self._implied += 1
        return self._implied > _MOST_IMPLIED

    def _place(self, at: int) -> Place | None:
        """The innermost place around ``at``; to be asked in the text's order."""
        while self._next < len(self._places) and self._places[self._next].start <= at:
            self._open.append(self._places[self._next])
            self._next += 1
        while self._open and self._open[-1].end <= at:
            self._open.pop()
        return self._open[-1] if self._open else None

    def _resolved(
        self, reference: Reference, last: _Resolved | None, rule: str | None
    ) -> _Resolved | None:
        place = self._place(reference.start)
        group = self._index.group(reference.start)
        if _BLANK.search("".join(reference.text.split())):
            return None
        reference = self._as_form(reference)
        if last and belongs(self._text, last.reference, reference):
            document, former = last.document, last.former
            reference = replace(under(reference, last.reference), start=reference.start)
        elif last and joined(self._text, last.reference, reference):
            document = reference.document or last.document
            reference = in_list(reference, last.reference)
            former = last.former
        else:
            if reference.relative and (
                self._is_serial(reference) or self._others.amends(reference.start)
            ):
                return None
            document = reference.document or self._document(reference, rule)
            if (
                document is None
                and last
                and self._text[last.reference.end : reference.start] == "("
            ):
                document = last.document  # 「관세법」 제270조(제271조에 따른 미수범을 포함한다)
            former = self._is_former(reference.start)
        if document and self._others.is_own(document):
            document = None
        if document is None and reference.relative:
            if place is None:
                return None
            reference = self._inside(reference, place, group)
            if place.annex and self._index.span(reference, group) is None:
                return None  # 제1항 of a model contract's article, say
        return _Resolved(reference, document, group, former)

    def _document(self, reference: Reference, rule: str | None) -> str | None:
        """The rule that a reference without 「」 belongs to; None for this one."""
        if not reference.relative:
            named = self._others.named(reference.start, rule)
            if named.own or named.title:
                return named.title
        return self._others.around(reference.start)

    def _inside(self, reference: Reference, place: Place, group: int) -> Reference:
        """A relative reference with what is left out: the 조, 항 or 호 that it stands in."""
        whole = replace(
            reference,
            article=None if place.annex else place.article,
            annex=place.annex,
            relative=False,
        )
        if reference.paragraph is not None:
            return whole
        within = replace(whole, paragraph=place.paragraph)
        if reference.subparagraph is None:
            within = replace(within, subparagraph=place.subparagraph, branch=place.branch or None)
        if self._index.span(within, group) is None and self._index.span(whole, group):
            return whole
        return within

    def _word(self, word: re.Match[str], last: _Resolved | None) -> _Resolved | None:
        """What 전조, 전항, 같은 조 or 본조 means; None where there is no such place."""
        place = self._place(word.start())
        if word["same"]:
            kept = cut(last.reference, word["same"][-1]) if last else None
            if last is None or kept is None:
                return None
            return replace(last, reference=replace(kept, start=word.start(), end=word.end()))
        if place is None or self._others.amends(word.start()):
            return None
        group = self._index.group(word.start())
        found: Reference | None = Reference(
            document=None,
            article=None if place.annex else place.article,
            paragraph=None,
            subparagraph=None,
            item=None,
            annex=place.annex,
            relative=False,
            start=word.start(),
            end=word.end(),
            text=word[0],
        )
        if word["unit"] == "조":
            before = self._index.before(place.article, group)
            found = replace(found, article=before) if found and before else None
        elif word["unit"]:
            found = one_less(found, place, word["unit"]) if found else None
        return _Resolved(found, None, group, False) if found else None

    def _is_heading(self, reference: Reference) -> bool:
        """Whether the number is that of a heading, of this rule or of a form's own text."""
        if reference.relative:
            return False
        text, start = self._text, reference.start
        if reference.text.startswith("부") and "\n" in reference.text:
            start = reference.start + reference.text.rindex("\n") + 1
        line = start
        while line and text[line - 1] in _OPENING:
            line -= 1
        if line and text[line - 1] != "\n":
            return False
        place = self._place(start)
        if place and line <= place.start <= start and place.paragraph is None:
            return place.subparagraph is None and place.item is None
        if reference.annex:
            return text[line:start].strip() != ""
        return bool(_TITLED_HEAD.match(text, reference.end))

    def _is_former(self, start: int) -> bool:
        before = self._text[max(0, start - _FORMER_REACH) : start]
        return "전" in before[-120:] and bool(_FORMER.search(before))

    def _is_serial(self, reference: Reference) -> bool:
        """제3호 of a statute's, notice's or picture's number."""
        return reference.paragraph is None and bool(
            _SERIAL.search(self._text, max(0, reference.start - 8), reference.start)
        )

    def _as_form(self, reference: Reference) -> Reference:
        """제3호 서식 is the form of that number; 별표 1-2 has its second number."""
        if reference.annex and (sub := _SUB.match(self._text, reference.end)):
            return replace(reference, annex=f"{reference.annex}-{sub[1]}", end=sub.end())
        if not reference.relative or reference.paragraph or not reference.subparagraph:
            return reference
        if written := _FORM_AFTER.match(self._text, reference.end):
            return replace(as_form(reference), end=written.end())
        return reference

    def _cross(self, resolved: _Resolved) -> CrossReference:
        reference = resolved.reference
        target = None
        if resolved.document is None and not resolved.former:
            target = self._index.span(reference, resolved.group)
        return CrossReference(
            reference.start,
            reference.end,
            self._text[reference.start : reference.end],
            resolved.document,
            str(reference),
            target,
        )


@dataclass(frozen=True, slots=True)
class _Resolved:
    """A reference with all its levels, whose it is, and in which 부칙 it stands (-1: in none)."""

    reference: Reference
    document: str | None
    group: int
    former: bool  # 종전의 제5조: the text as it was


def _start(token: Reference | re.Match[str]) -> int:
    return token.start if isinstance(token, Reference) else token.start()
