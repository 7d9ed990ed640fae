"""The passages as a model sees them: as much as fits, whole paragraphs only, best hits first."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from onprem_rag.following import named_by
from onprem_rag.korean.facts import extract
from onprem_rag.korean.instructions import stated
from onprem_rag.korean.outline import places
from onprem_rag.korean.references import CIRCLED, find_references
from onprem_rag.korean.text import sentences
from onprem_rag.reading import quotations
from onprem_rag.records import Hit, Passage

GAP = "(중략)"
_TRIED = 4  # further paragraphs, once the next best one doesn't fit

Span = tuple[int, int]
Weight = Callable[[str], float]


@dataclass(frozen=True, slots=True)
class Shown:
    """A hit with its number in the prompt and the spans of its passage that the model sees."""

    number: int
    hit: Hit
    spans: tuple[Span, ...]  # () where nothing of it had room
    left_out: tuple[str, ...] = ()  # paragraphs that had no room

    @property
    def label(self) -> str:
        """ "여비규정 제9조"; one that another passage names says so: "(제5조에서 준용)"."""
        passage = self.hit.passage
        by = f"({name})" if (name := named_by(self.hit)) else ""
        place = " ".join(part for part in (passage.document, passage.article, by) if part)
        return " ".join(stated(place).split())

    @property
    def text(self) -> str:
        """What is shown of the passage, without sentences that command the model."""
        raw = self.hit.passage.text
        said = stated(raw)
        borders = paragraphs(said) if self.left_out else ()
        lines: list[str] = []
        for start, end in self.spans:
            if lines or (borders and borders[0][0] < start):
                lines.append(GAP)
            lines.append(_without_holes(raw[start:end], said[start:end]))
        if lines and borders and self.spans[-1][1] < borders[-1][1]:
            lines.append(GAP)
        return "\n".join(lines)


def shown(
    question: str, hits: Sequence[Hit], fits: Callable[[Sequence[Shown]], bool], weight: Weight
) -> list[Shown]:
    """Every hit with what of it goes into the prompt; ``fits`` says whether some of them do.

    Of a passage that doesn't fit as a whole, the paragraphs stay that say most to ``question``, in
    their order. Hits keep their numbers, also where one before them is left out.
    """
    whole = [Shown(at, hit, _whole(hit)) for at, hit in enumerate(hits, start=1)]
    if fits(whole):
        return whole
    choices = [_choice(question, one, weight) for one in whole]
    least = [choice.least for choice in choices]
    taken: list[Shown] = []
    for at, choice in enumerate(choices):
        # The best of each further hit keeps its room, or one long annex would be all.
        behind = least[at + 1 :] if fits([*taken, *least[at:]]) else []

        def has_room(one: Shown, behind: Sequence[Shown] = behind) -> bool:
            return fits([*taken, one, *behind])

        taken.append(choice.one if has_room(choice.one) else _trimmed(choice, has_room))
    return taken


def sources(context: Sequence[Shown]) -> list[str]:
    """What an answer may copy from: each passage's place and text as they are shown."""
    return [f"{one.label}\n{one.text}" for one in context if one.spans]


def spelt_by_marks(context: Sequence[Shown]) -> list[str]:
    """References that the passages hold without spelling them: 제9조제1항 by 제9조 and ①."""
    found = (place for one in context if one.spans for place in _places(one))
    return list(dict.fromkeys(found))


@lru_cache(maxsize=64)  # a long passage is tried with more and with less of it
def paragraphs(text: str) -> tuple[Span, ...]:
    """The spans of a text's 항, lines and table rows; none breaks a sentence."""
    spans: list[Span] = []
    for start, end in sentences(text):
        if spans and "\n" not in text[spans[-1][1] : start] and text[start] not in CIRCLED:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return tuple(spans)


@dataclass(frozen=True, slots=True)
class _Choice:
    """A hit's paragraphs and the steps in which they are taken, best first."""

    one: Shown  # with all of them
    text: str
    borders: tuple[Span, ...]
    steps: tuple[frozenset[int], ...]

    @property
    def least(self) -> Shown:
        """Its best paragraph alone."""
        if not self.steps:
            return self.one
        return replace(self.one, spans=_joined(self.borders, sorted(self.steps[0])))

    def of(self, steps: Sequence[frozenset[int]]) -> Shown:
        """What is shown after some of the steps."""
        kept = frozenset[int]().union(*steps)
        left = [span for at, span in enumerate(self.borders) if at not in kept]
        texts = tuple(self.text[start:end] for start, end in left)
        return replace(self.one, spans=_joined(self.borders, sorted(kept)), left_out=texts)


def _choice(question: str, one: Shown, weight: Weight) -> _Choice:
    passage = replace(one.hit.passage, text=stated(one.hit.passage.text))
    borders = paragraphs(passage.text)
    steps = tuple(_by_worth(question, passage, borders, weight))
    return _Choice(one, passage.text, borders, steps)


def _whole(hit: Hit) -> tuple[Span, ...]:
    text = hit.passage.text
    end = len(text.rstrip())
    return ((len(text) - len(text.lstrip()), end),) if stated(text).strip() else ()


def _trimmed(choice: _Choice, has_room: Callable[[Shown], bool]) -> Shown:
    """As many of its paragraphs as there is room for, the best for the question first."""
    steps = choice.steps

    def too_long(count: int) -> bool:
        return not has_room(choice.of(steps[:count]))

    count = bisect_left(range(1, len(steps) + 1), True, key=too_long)
    taken = steps[:count]
    for step in steps[count : count + _TRIED]:
        if has_room(choice.of([*taken, step])):
            taken = (*taken, step)
    return choice.of(taken)


def _by_worth(
    question: str, passage: Passage, borders: Sequence[Span], weight: Weight
) -> list[frozenset[int]]:
    """Which paragraphs to take next, best first; a list's items come with what announces them."""
    starts, ends = [start for start, _ in borders], [end for _, end in borders]
    steps = [
        frozenset(
            at
            for first, last in quotation.spans
            for at in range(bisect_right(ends, first), bisect_left(starts, last))
        )
        for quotation in quotations(question, [passage], weight)
    ]
    told = frozenset[int]().union(*steps)
    return [*steps, *(frozenset({at}) for at in range(len(borders)) if at not in told)]


def _joined(borders: Sequence[Span], kept: Sequence[int]) -> tuple[Span, ...]:
    """The spans of the kept paragraphs; neighbours are one span."""
    spans: list[Span] = []
    for position, at in enumerate(kept):
        if position and kept[position - 1] == at - 1:
            spans[-1] = (spans[-1][0], borders[at][1])
        else:
            spans.append(borders[at])
    return tuple(spans)


def _without_holes(raw: str, said: str) -> str:
    """``said`` without the blanks that stand in the place of what was taken out of ``raw``."""
    pairs = zip(raw.split("\n"), said.split("\n"), strict=True)
    lines = (now if now == old else " ".join(now.split()) or None for old, now in pairs)
    return "\n".join(line for line in lines if line is not None)


def _places(one: Shown) -> Iterator[str]:
    passage = one.hit.passage
    named = find_references(passage.article or "")
    if not named:
        return
    yield str(named[0])
    dates = [(fact.start, fact.end) for fact in extract(passage.text) if fact.kind == "date"]
    for place in places(passage.text, passage.paragraph, dates):
        if any(start <= place.start < end for start, end in one.spans):
            yield str(
                replace(
                    named[0],
                    paragraph=place.paragraph,
                    subparagraph=place.subparagraph,
                    branch=place.branch,
                    item=place.item,
                )
            )
