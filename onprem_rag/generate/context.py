"""The passages as a model sees them: as much as fits, whole paragraphs only, best hits first."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

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
        borders = paragraphs(said) if self.left_out else []
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
    taken: list[Shown] = []
    for one in whole:
        taken.append(one if fits([*taken, one]) else _trimmed(question, one, taken, fits, weight))
    return taken


def sources(context: Sequence[Shown]) -> list[str]:
    """What an answer may copy from: each passage's place and text as they are shown."""
    return [f"{one.label}\n{one.text}" for one in context if one.spans]


def spelt_by_marks(context: Sequence[Shown]) -> list[str]:
    """References that the passages hold without spelling them: 제9조제1항 by 제9조 and ①."""
    found = (place for one in context if one.spans for place in _places(one))
    return list(dict.fromkeys(found))


def paragraphs(text: str) -> list[Span]:
    """The spans of a text's 항, lines and table rows; none breaks a sentence."""
    spans: list[Span] = []
    for start, end in sentences(text):
        if spans and "\n" not in text[spans[-1][1] : start] and text[start] not in CIRCLED:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def _whole(hit: Hit) -> tuple[Span, ...]:
    text = hit.passage.text
    end = len(text.rstrip())
    return ((len(text) - len(text.lstrip()), end),) if stated(text).strip() else ()


def _trimmed(
    question: str,
    one: Shown,
    before: Sequence[Shown],
    fits: Callable[[Sequence[Shown]], bool],
    weight: Weight,
) -> Shown:
    """As many of its paragraphs as fit behind ``before``, the best for the question first."""
    passage = replace(one.hit.passage, text=stated(one.hit.passage.text))
    borders = paragraphs(passage.text)
    steps = _by_worth(question, passage, borders, weight)

    def of(steps: Sequence[frozenset[int]]) -> Shown:
        kept = sorted(frozenset().union(*steps))
        left = [span for at, span in enumerate(borders) if at not in kept]
        texts = tuple(passage.text[start:end] for start, end in left)
        return replace(one, spans=_joined(borders, kept), left_out=texts)

    def too_long(count: int) -> bool:
        return not fits([*before, of(steps[:count])])

    count = bisect_left(range(1, len(steps) + 1), True, key=too_long)
    taken = steps[:count]
    for step in steps[count : count + _TRIED]:
        if fits([*before, of([*taken, step])]):
            taken = [*taken, step]
    return of(taken)


def _by_worth(
    question: str, passage: Passage, borders: Sequence[Span], weight: Weight
) -> list[frozenset[int]]:
    """Which paragraphs to take next, best first; a list's items come with what announces them."""
    steps: list[frozenset[int]] = []
    for quotation in quotations(question, [passage], weight):
        steps.append(
            frozenset(
                at
                for at, (start, end) in enumerate(borders)
                if any(first < end and start < last for first, last in quotation.spans)
            )
        )
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
