"""Where the passages state a fact, and whether a span is the place that an answer names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from onprem_rag.korean.kind import Kind
from onprem_rag.korean.references import CIRCLED, Reference
from onprem_rag.korean.text import squeezed
from onprem_rag.records import Citation, Fact
from onprem_rag.verify.alignment import Alignment
from onprem_rag.verify.places import citation, find_place, mentions_place, names_another
from onprem_rag.verify.sources import Part, Source


def find_value(fact: Fact, sources: Sequence[Source], kind: Kind) -> Citation | None:
    """The first place where the passages state the same, of whatever it may be."""
    for source in sources:
        for other in source.read.different(fact.kind):
            if kind.same(fact, other):
                return citation(source, other.start, other.end)
    return None


def stands_at(reference: Reference, answer: str, near: Alignment) -> bool:
    """Whether the place that ``answer`` names is that of the span, or is named in it."""
    source = near.source
    found = find_place(reference, answer, (source,))
    if found is None:
        return False
    start, end = found.start - source.passage.start, found.end - source.passage.start
    overlaps = start < near.end and near.start < end
    head = reference.article or reference.annex
    if head and squeezed(head) != squeezed(source.passage.article or ""):
        return overlaps and names_another(reference, answer, source.passage)
    if reference.subparagraph is not None or reference.item:
        return overlaps
    if reference.paragraph is not None and reference.paragraph <= len(CIRCLED):
        own = citation(source, near.start, near.end).paragraph
        return own == CIRCLED[reference.paragraph - 1]
    return True


def mention(reference: Reference, near: Alignment) -> Citation | None:
    """Where the span, or what announces it, names the place."""
    for part in near.parts():
        if mentions_place(reference, near.source, part.start, part.end):
            return citation(near.source, part.start, part.end)
    return None


def rival(fact: Fact, claim: Part, near: Alignment, kinds: Mapping[str, Kind]) -> Citation | None:
    """The one other reference of this shape in the span; ``None`` if none, or several."""
    kind = kinds[fact.kind]
    own = {_bare(other.value) for other in claim.facts if other.kind == fact.kind}
    stated = [other for part in near.parts() for other in part.facts if other.kind == fact.kind]
    if any(_bare(other.value) == _bare(fact.value) for other in stated):
        return None
    others = [one for one in stated if kind.rivals(fact, one) and _bare(one.value) not in own]
    if len({other.value for other in others}) != 1:
        return None
    return citation(near.source, others[0].start, others[0].end)


def _bare(value: str) -> str:
    """A reference without its document, which claims leave out or put in."""
    return value.rpartition("」 ")[2]


def stands_above(fact: Fact, near: Alignment) -> Citation | None:
    """The span, where its titles or what announces it hold the words of ``fact``."""
    words = squeezed(fact.text)
    around = "\n".join((near.source.heading, *(part.text for part in near.parts())))
    return citation(near.source, near.start, near.end) if words in squeezed(around) else None
