"""Passages and answers read for comparison: their sentences, lists, facts, places and bigrams."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from onprem_rag.korean.clauses import TOPIC
from onprem_rag.korean.facts import MEASURES, extract
from onprem_rag.korean.kind import Kind
from onprem_rag.korean.outline import Place, completed, places
from onprem_rag.korean.references import Reference, find_references
from onprem_rag.korean.text import Spaceless, fold, sentences, squeezed
from onprem_rag.records import Fact, Passage

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
_LEAD = re.compile(r"다음\s?(?:각\s?)?(?:[호목]|과\s?같)|다음\s?각\s?[호목]")
_REMARK = re.compile(r"<[^<>]*>|\([^()]*\)|\[[^\[\]]*\]")
_ITEM = re.compile(r"\s*(?:\d{1,2}(?:의\d{1,2})?\\?[.)]|[가-하]\\?[.)]|\(\d{1,2}\)|[-*•○●])\s")
HEADING = re.compile(r"\s*제\s?\d+\s?조(?:의\s?\d+)?\s?[(（][^()（）\n]{1,60}[)）]")
# What goes on with the sentence before it, and may leave out what that is about.
_GOES_ON = re.compile(r"(?:다만|단|이\s?경우|이\s?때)[\s,]")
_LONGEST_TOPIC = 60  # characters
_LONGEST_LIST = 1_500  # characters of a lead-in with its items that count as one span
MEASURED = frozenset(name for kind in MEASURES for name in kind.names)


def read_facts(text: str, kinds: tuple[Kind, ...]) -> tuple[Fact, ...]:
    """The facts of ``text``. Raises ValueError for a kind that finds what doesn't stand there."""
    facts = tuple(extract(text, kinds))
    for fact in facts:
        if not fact.text or text[fact.start : fact.end] != fact.text:
            raise ValueError(f"Not in the text: {fact}")
    return facts


class Read:
    """A text with its facts, in order."""

    def __init__(self, text: str, kinds: tuple[Kind, ...]) -> None:
        self.text = text
        self.facts = read_facts(text, kinds)
        self._starts = [fact.start for fact in self.facts]
        self._different: dict[str, dict[tuple[str, str], Fact]] = {}
        for fact in self.facts:
            self._different.setdefault(fact.kind, {}).setdefault((fact.value, fact.text), fact)

    def different(self, kind: str) -> Iterable[Fact]:
        """The facts of one kind, of those that are written and mean the same only the first."""
        return self._different.get(kind, {}).values()

    def part(self, start: int, end: int) -> Part:
        """``text[start:end]`` with the facts that lie in it."""
        inside = self.facts[bisect_left(self._starts, start) : bisect_left(self._starts, end)]
        return Part(self.text, start, end, tuple(fact for fact in inside if fact.end <= end))


@dataclass(frozen=True, slots=True)
class Part:
    """``whole[start:end]``, with its facts; their offsets are those of ``whole``."""

    whole: str
    start: int
    end: int
    facts: tuple[Fact, ...]

    @property
    def text(self) -> str:
        """The part's own characters."""
        return self.whole[self.start : self.end]

    def blanked(self) -> str:
        """The text with ``|`` in the place of what is measured; of the same length."""
        characters = list(self.text)
        for fact in self.facts:
            if fact.kind in MEASURED:
                at = fact.start - self.start
                characters[at : at + len(fact.text)] = "|" * len(fact.text)
        return "".join(characters)


@dataclass(frozen=True, slots=True)
class Segment:
    """One sentence of a passage, or a lead-in with its items.

    ``context`` holds the bigrams of its title and of its lead-in, which is ``lead``.
    """

    start: int
    end: int
    bigrams: frozenset[str]
    values: frozenset[tuple[str, str]]
    context: frozenset[str]
    lead: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """A reference that stands in a passage, and the place that it means there, where known."""

    written: Reference
    meant: Reference | None


@dataclass(frozen=True, slots=True)
class Source:
    """A passage, read for comparison."""

    passage: Passage
    read: Read
    segments: tuple[Segment, ...]
    lists: tuple[Segment, ...]
    places: tuple[Place, ...]  # its paragraphs, subparagraphs and items
    mentions: tuple[Mention, ...]
    spaceless: Spaceless

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What the passage states."""
        return self.read.facts

    def within(self, start: int, end: int) -> tuple[tuple[int, int], ...]:
        """The sentences that lie in ``[start, end)``."""
        first = bisect_left(self.segments, start, key=lambda segment: segment.start)
        last = bisect_left(self.segments, end, key=lambda segment: segment.start)
        inside = self.segments[first:last]
        return tuple((segment.start, segment.end) for segment in inside if segment.end <= end)

    @property
    def heading(self) -> str:
        """What stands above each sentence: titles, and the article's heading."""
        passage = self.passage
        heading = HEADING.match(passage.text)
        return "\n".join(
            (passage.document, *passage.path, passage.title, heading[0] if heading else "")
        )


@lru_cache(maxsize=256)
def read_source(passage: Passage, kinds: tuple[Kind, ...] = MEASURES) -> Source:
    """Read ``passage`` once; the checker meets the same ones again after a correction."""
    read = Read(passage.text, kinds)
    title = bigrams_of(f"{passage.document} {passage.title}")
    segments: list[Segment] = []
    lists: list[Segment] = []
    lead: Segment | None = None
    topic: tuple[int, int] | None = None  # of the sentence before
    for start, end in sentences(passage.text):
        part = read.part(start, end)
        text = part.text
        if lead and not _ITEM.match(text) and _ends(text):
            lead = None
        context = title | lead.bigrams if lead else title
        announced = (lead.start, lead.end) if lead else None
        of_before = topic
        topic = _topic(text, start)
        if not lead and topic is None and _GOES_ON.match(text):
            announced = topic = of_before
        segment = Segment(
            start, end, bigrams_of(part.blanked()), values_of(part), context, announced
        )
        segments.append(segment)
        if lead and end - lead.start <= _LONGEST_LIST:
            if lists and lists[-1].start == lead.start:
                lists[-1] = _joined(lists[-1], segment)
            else:
                lists.append(_joined(lead, segment))
        if _LEAD.search(text) and not (lead and _ITEM.match(text)):
            lead = segment
    spaceless = Spaceless(fold(passage.text).lower())
    dates = [(fact.start, fact.end) for fact in read.facts if fact.kind == "date"]
    marked = tuple(places(passage.text, passage.paragraph, dates))
    mentions = tuple(
        Mention(one, meant_at(one, passage, marked, one.start))
        for one in find_references(passage.text, every=True)
    )
    return Source(passage, read, tuple(segments), tuple(lists), marked, mentions, spaceless)


def meant_at(
    reference: Reference, passage: Passage, marked: Sequence[Place], position: int
) -> Reference | None:
    """The place that ``reference`` means where it stands at ``position`` of the passage's text."""
    if not reference.relative:
        return reference
    return completed(reference, passage.article, place_at(marked, position))


def place_at(marked: Sequence[Place], position: int) -> Place | None:
    """The last of the ``marked`` places that begins at ``position`` or before it."""
    index = bisect_right(marked, position, key=lambda place: place.start)
    return marked[index - 1] if index else None


def _joined(one: Segment, other: Segment) -> Segment:
    return Segment(
        one.start,
        other.end,
        one.bigrams | other.bigrams,
        one.values | other.values,
        one.context,
        one.lead,
    )


def _topic(text: str, start: int) -> tuple[int, int] | None:
    """Where a sentence that begins at ``start`` says what it is about: 감사실은."""
    heading = HEADING.match(text)
    first = heading.end() if heading else 0
    found = TOPIC.search(text, first, first + _LONGEST_TOPIC)
    return (start + first, start + found.end()) if found else None


def _ends(text: str) -> bool:
    """Whether it has a predicate of its own, as an item of a list has not."""
    return _REMARK.sub("", text).rstrip(" .\n").endswith("다")


def values_of(part: Part) -> frozenset[tuple[str, str]]:
    """What ``part`` measures, by kind and value; places are no measures."""
    return frozenset(
        (fact.kind, fact.value)
        for fact in part.facts
        if fact.kind in MEASURED and fact.kind != "reference"
    )


def bigrams_of(text: str) -> frozenset[str]:
    """The pairs of neighbouring letters of ``text``, whatever its blanks and politeness."""
    joined = squeezed(text)
    for pattern, plain in _POLITE:
        joined = pattern.sub(plain, joined)
    return frozenset(run[at : at + 2] for run in _RUN.findall(joined) for at in range(len(run) - 1))
