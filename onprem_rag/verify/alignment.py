"""Which span of the passages a statement of an answer stands on.

Statements are compared by their character bigrams, blind to blanks, because rule books in PDF
lose and gain blanks. Quantities are left out of the bigrams (3천만원 and 30,000,000원 share no
character) and compared by value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from onprem_rag.verify.sources import Part, Segment, Source, bigrams_of, values_of

_LIST = 0.1  # a list holds more words than a sentence, and must earn its place
_RIGHT_BEFORE = 16
_FEW = 4  # bigrams; below that the values decide


@dataclass(frozen=True, slots=True)
class Alignment:
    """A span that may say a statement: offsets in the passage's text, overlap in [0, 1]."""

    source: Source
    start: int
    end: int
    score: float
    words: float  # the same without the values
    exact: bool = False  # letter by letter
    whole: bool = False  # … together with the attribution
    agrees: bool = False  # says the same: who, when, how much, and nothing that the other denies
    lead: tuple[int, int] | None = None
    sole: bool = True  # no other span is as near, so what it states instead is what was meant

    def parts(self) -> tuple[Part, ...]:
        """The span, and what announces it."""
        lead = (self.lead,) if self.lead else ()
        inside = self.source.within(self.start, self.end) or ((self.start, self.end),)
        return tuple(self.source.read.part(*span) for span in (*lead, *inside))

    def overlaps(self, other: Alignment) -> bool:
        """Whether both have characters in common."""
        same = self.source.passage == other.source.passage
        return same and self.start < other.end and other.start < self.end

    def follows_reference(self) -> bool:
        """Whether a reference stands right before it: 제1항에 따른 …."""
        before = self.source.read.part(max(0, self.start - _RIGHT_BEFORE), self.start)
        return any(fact.kind == "reference" for fact in before.facts)


def candidates(claim: Part, sources: Sequence[Source]) -> list[Alignment]:
    """The spans that share something with ``claim``, those that overlap most first."""
    bigrams, values = bigrams_of(claim.blanked()), values_of(claim)
    found = [
        alignment
        for source in sources
        for segments, less in ((source.segments, 0.0), (source.lists, _LIST))
        for segment in segments
        if (alignment := _compare(bigrams, values, source, segment, less))
    ]
    return sorted(found, key=lambda alignment: -alignment.score)


def _compare(
    bigrams: frozenset[str],
    values: frozenset[tuple[str, str]],
    source: Source,
    segment: Segment,
    less: float,
) -> Alignment | None:
    common = len(values & segment.values)
    if not common and bigrams.isdisjoint(segment.bigrams):
        return None  # the title alone supports nothing
    own = bigrams & segment.bigrams
    shared = len(own) + len((bigrams - own) & segment.context)
    weight = 3 if len(bigrams) < _FEW else 1
    total = len(bigrams) + weight * len(values)
    score = max(0.0, (shared + weight * common) / total - less)
    words = max(0.0, shared / len(bigrams) - less) if bigrams else 0.0
    return Alignment(source, segment.start, segment.end, score, words, lead=segment.lead)
