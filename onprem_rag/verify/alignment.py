"""Which span of the passages an answer's sentence stands on.

Sentences are compared by their character bigrams, blind to blanks, because rule books in PDF
lose and gain blanks. Quantities are left out of the bigrams (3천만원 and 30,000,000원 share no
character) and compared by value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from onprem_rag.korean.facts import extract
from onprem_rag.korean.text import Spaceless, fold, sentences
from onprem_rag.records import Fact, Passage
from onprem_rag.verify.meaning import says_the_same

Values = frozenset[tuple[str, str]]

_POLITE = (
    (re.compile(r"습니다"), "다"),
    (re.compile(r"합니다|해요"), "한다"),
    (re.compile(r"됩니다|돼요"), "된다"),
    (re.compile(r"입니다|이에요|예요"), "이다"),
    (re.compile(r"하여"), "해"),
    (re.compile(r"하였"), "했"),
    (re.compile(r"되어"), "돼"),
)
_RUN = re.compile(r"[0-9a-z가-힣]+")
_NEGATIVE = re.compile(
    r"아니[하한할합된됩]|않|없(?!이)|(?<!잘)못[하한할합]|안[된됩]다?|안됩니|금지|불가(?!피)|제외[한된합됩]"
)
_DOUBLE_NEGATIVE = re.compile(r"(?:아니하면|않으면|아니하고는|없으면)(?:아니|안)")
# What a value is the limit of; 이상 and 초과 differ in law. The first that matches counts.
_LIMITS = tuple(
    (name, re.compile(rf"\s*(?:[을를의은는]|으로)?\s*(?:{pattern})"))
    for name, pattern in (
        ("at most", r"이하|이내|내에|초과할\s?수\s?없|초과하지\s?[아않못]|넘지|넘을\s?수\s?없"),
        ("more", r"초과|넘[는은어]"),
        ("at least", r"이상"),
        ("less", r"미만"),
        ("before", r"이?전(?!문|체|부|국|용|자|담|환|형|공)"),
        ("after", r"이?후(?!보|원|생)|이?\s?(?:지난|경과)"),
        ("from", r"부터"),
        ("until", r"까지"),
    )
)
_LEAD = re.compile(r"다음\s?각?\s?(?:호|목|과\s?같)")
_REMARK = re.compile(r"<[^<>]*>|\([^()]*\)|\[[^\[\]]*\]")
_TAIL = 14  # syllables: the final predicate, as in "그러하지 아니할 수 있다"
_SHORTEST_QUOTE = 6
_QUOTE_SIGNS = ".,;:\"'-*"
_ENUMERATION = re.compile(r"\d{1,2}[.)]|[가-하][.)]|[①-⑳]|[-*•○●]")
_CUT_NUMBER = re.compile(r"\d[.,]\d")
_REST_OF_NUMBER = re.compile(r"[.,]?\d")
_HEADING = re.compile(r"\s*제\s?\d+\s?조(?:의\s?\d+)?\s?[(（][^()（）\n]{1,60}[)）]")
_TRIED = 6  # spans that fit nearly as well as the best; one of them may say it
_NEARLY_AS_GOOD = 0.15
_FEW = 4  # bigrams; below that the values decide
_SECOND_SENTENCE = 0.02  # a second sentence must earn its place


@dataclass(frozen=True, slots=True)
class Features:
    """What is compared of a piece of text."""

    bigrams: frozenset[str]
    values: Values
    limits: frozenset[tuple[str, str, str]]  # (kind, value, "at most")
    negated: bool


@dataclass(frozen=True, slots=True)
class Segment:
    """One sentence of a passage; ``context`` holds its title's and its lead-in's bigrams."""

    start: int
    end: int
    features: Features
    context: frozenset[str]
    lead: str = ""  # the lead-in's own text


@dataclass(frozen=True, slots=True)
class Source:
    """A passage, read for comparison."""

    passage: Passage
    facts: tuple[Fact, ...]
    segments: tuple[Segment, ...]
    spaceless: Spaceless


@dataclass(frozen=True, slots=True)
class Alignment:
    """The best span for a sentence: offsets in the passage's text, overlap in [0, 1]."""

    source: Source
    start: int
    end: int
    score: float
    words: float  # the same without the values
    exact: bool
    agrees: bool  # says the same: who, when, how much, and nothing that the other denies


Holding = Callable[[Source, Segment], bool]


@lru_cache(maxsize=256)
def read_source(passage: Passage) -> Source:
    """Read ``passage`` once; the checker meets the same ones again after a correction."""
    facts = tuple(extract(passage.text))
    title = _bigrams(f"{passage.document} {passage.title}")
    segments: list[Segment] = []
    lead: Features | None = None
    lead_text = ""
    for start, end in sentences(passage.text):
        text = passage.text[start:end]
        features = _features(text, start, facts)
        context = title | lead.bigrams if lead else title
        before = lead_text if lead else ""
        if _LEAD.search(text):
            lead, lead_text = features, text
        elif _REMARK.sub("", text).rstrip(" .\n").endswith("다"):
            lead = None
        elif lead:  # an item of a list has its verb in the lead-in
            features = replace(features, negated=lead.negated)
        segments.append(Segment(start, end, features, context, before))
    return Source(passage, facts, tuple(segments), Spaceless(fold(passage.text).lower()))


def align(body: str, sources: Sequence[Source]) -> Alignment | None:
    """Return the best span for ``body``: a quote, else the sentences that overlap most."""
    if quote := _quote(body, sources):
        return quote
    claim = _features(body, 0, extract(body))
    ranked: list[tuple[float, Alignment, str]] = []
    for source in sources:
        for first, last in _windows(source.segments):
            found = _compare(claim, source, first, last)
            rank = found.score - (_SECOND_SENTENCE if first is not last else 0.0)
            if rank > 0:
                ranked.append((rank, found, first.lead or last.lead))
    ranked.sort(key=lambda entry: -entry[0])
    for rank, found, lead in ranked[:_TRIED]:
        if rank < ranked[0][0] - _NEARLY_AS_GOOD:
            break
        if found.agrees and _says_the_same(body, found, lead):
            return found
    return replace(ranked[0][1], agrees=False) if ranked else None


def _says_the_same(body: str, found: Alignment, lead: str) -> bool:
    passage = found.source.passage
    stated = [
        replace(fact, start=fact.start - found.start, end=fact.end - found.start)
        for fact in found.source.facts
        if found.start <= fact.start and fact.end <= found.end
    ]
    heading = _HEADING.match(passage.text)
    context = (passage.document, *passage.path, passage.title, heading[0] if heading else "", lead)
    span = passage.text[found.start : found.end]
    return says_the_same(body, extract(body), span, stated, "\n".join(context))


def closest(body: str, sources: Sequence[Source], holding: Holding) -> Alignment | None:
    """Return the single sentence, of those that ``holding`` accepts, with most common words."""
    claim = _features(body, 0, extract(body))
    candidates = [
        _compare(claim, source, segment, segment)
        for source in sources
        for segment in source.segments
        if holding(source, segment)
    ]
    return max(candidates, key=lambda found: found.words, default=None)


def _quote(body: str, sources: Sequence[Source]) -> Alignment | None:
    needle = "".join(fold(body).lower().split()).strip(_QUOTE_SIGNS)
    if len(needle) < _SHORTEST_QUOTE:
        return _short_item(needle, sources)
    for source in sources:
        haystack = source.spaceless.text
        at = haystack.find(needle)
        while at >= 0:
            start = source.spaceless.origin(at)
            end = source.spaceless.origin(at + len(needle) - 1) + 1
            # A quote that breaks off inside a sentence could lose its "아니한다".
            following = haystack[at + len(needle) : at + len(needle) + 1]
            goes_on = "가" <= following <= "힣" and not (
                needle[-1] == "다" and following in "제다단"
            )
            if not goes_on and _is_whole(source.passage.text, start, end):
                end += source.passage.text[end : end + 1] == "."
                return Alignment(source, start, end, 1.0, 1.0, exact=True, agrees=True)
            at = haystack.find(needle, at + 1)
    return None


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether ``[start, end)`` cuts no word or number: 상임이사 in 비상임이사, 4일 in 14일."""
    if start and _in_word(text[start - 1]) and _in_word(text[start]):
        return False
    if _CUT_NUMBER.match(text, max(0, start - 2)) and text[start].isdecimal():
        return False
    return not (text[end - 1].isdecimal() and _REST_OF_NUMBER.match(text, end))


def _in_word(character: str) -> bool:
    """Letters and digits; an enumeration's ① is neither."""
    return character.isalpha() or character.isdecimal()


def _short_item(needle: str, sources: Sequence[Source]) -> Alignment | None:
    """So few letters ("음주운전") are a quote only as a whole item of a list."""
    for source in sources:
        for segment in source.segments:
            text = source.passage.text[segment.start : segment.end]
            line = "".join(fold(text).lower().split())
            mark = _ENUMERATION.match(line)
            if mark and line[mark.end() :].strip(_QUOTE_SIGNS) == needle:
                return Alignment(
                    source, segment.start, segment.end, 1.0, 1.0, exact=True, agrees=True
                )
    return None


def _windows(segments: Sequence[Segment]) -> Iterator[tuple[Segment, Segment]]:
    yield from ((segment, segment) for segment in segments)
    yield from pairwise(segments)


def _compare(claim: Features, source: Source, first: Segment, last: Segment) -> Alignment:
    bigrams = first.features.bigrams | last.features.bigrams
    values = first.features.values | last.features.values
    own = len(claim.bigrams & bigrams)
    shared = len(claim.bigrams & (bigrams | first.context | last.context))
    common = len(claim.values & values)
    weight = 3 if len(claim.bigrams) < _FEW else 1
    total = len(claim.bigrams) + weight * len(claim.values)
    score = (shared + weight * common) / total if total else 0.0
    if not own and not common:
        score = 0.0  # the title alone supports nothing
    return Alignment(
        source=source,
        start=first.start,
        end=last.end,
        score=score,
        words=shared / len(claim.bigrams) if claim.bigrams else 0.0,
        exact=False,
        agrees=claim.negated in (first.features.negated, last.features.negated)
        and _limits_agree(claim.limits, first.features.limits | last.features.limits),
    )


def _features(text: str, offset: int, facts: Sequence[Fact]) -> Features:
    """Read ``text``, which stands at ``offset`` of the text that ``facts`` were read from."""
    inside = [f for f in facts if offset <= f.start and f.end <= offset + len(text)]
    characters = list(text)
    for fact in inside:
        start = fact.start - offset
        characters[start : start + len(fact.text)] = "|" * len(fact.text)
    values = frozenset((f.kind, f.value) for f in inside if f.kind != "reference")
    ends = {(f.kind, f.value, limit_after(text, f.end - offset)) for f in inside}
    limits = frozenset((kind, value, limit) for kind, value, limit in ends if limit)
    return Features(_bigrams("".join(characters)), values, limits, is_negated(text))


def limit_after(text: str, end: int) -> str | None:
    """What the value that ends at ``end`` is a limit of: "30일 이내" → "at most"."""
    return next((name for name, pattern in _LIMITS if pattern.match(text, end)), None)


def _limits_agree(
    claimed: frozenset[tuple[str, str, str]], stated: frozenset[tuple[str, str, str]]
) -> bool:
    """Whether no value of the claim is a limit of another sense in the source."""
    limited = {(kind, value) for kind, value, _ in stated}
    return all((kind, value) not in limited for kind, value, _ in claimed - stated)


def _bigrams(text: str) -> frozenset[str]:
    joined = "".join(fold(text).lower().split())
    for pattern, plain in _POLITE:
        joined = pattern.sub(plain, joined)
    return frozenset(run[at : at + 2] for run in _RUN.findall(joined) for at in range(len(run) - 1))


def is_negated(text: str) -> bool:
    """Whether the last predicate of ``text`` says that something is not so."""
    tail = "".join(_REMARK.sub("", text).split()).rstrip(".!?\"'”’")
    if _DOUBLE_NEGATIVE.search(tail[-_TAIL - 6 :]):
        return False
    return bool(_NEGATIVE.search(tail[-_TAIL:]))
