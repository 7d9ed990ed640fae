"""Answers without any model: the sentences of the passages that answer, quoted exactly."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from onprem_rag.generate.interface import REFUSAL
from onprem_rag.korean.morphemes import content_morphemes
from onprem_rag.korean.quantities import find_quantities
from onprem_rag.korean.questions import asked_kinds, question_words
from onprem_rag.korean.text import sentences
from onprem_rag.records import Hit

# A question is answered when its best sentence covers this share of its words, and more where the
# first hits scatter over many documents: then nothing is really about it. Chosen on the 36
# development questions and the demo's 62 (right answers kept against refusals made).
NEEDED = 0.16
NEEDED_PER_DOCUMENT = 0.06
LOOKED_AT = 5  # hits whose documents are counted
HEAD_SHARE = 0.7  # of a word's weight, when it stands in the heading and not in the sentence
WRONG_KIND = 0.6  # factor for a sentence without a fact of the kind that is asked for
SECOND = 0.7  # a second passage's quotation must score this share of the first
DEFINITION = 0.7  # factor for definitions, which name everything, where no meaning is asked for
LONGEST_LIST = 300  # characters of a sentence with its numbered items

_HEADING = re.compile(r"\s*제\s*\d+\s*조(?:\s*의\s*\d+)?\s*(?:[(（\[【][^)）\]】]*[)）\]】])?\s*")
_AMENDMENT_AT_END = re.compile(
    r"\s*(?:[<〈＜]\s*(?:개정|신설|단서|전문|본조|제목|종전)[^>〉＞]*[>〉＞]|\[(?:전문개정|본조신설|제목개정)[^\]]*\])\s*$"
)
_DEFINITION = re.compile(r"정의|목적")
_MEANING = re.compile(r"뜻|정의|의미|란\s|이란|무슨\s*말|뭔가요|무엇인가")
_ITEMS_FOLLOW = re.compile(r"다음\s*(?:각\s*호|각\s*목|과\s*같|의\s*각)")
_ITEM = re.compile(r"\s*(?:\d{1,2}\s*[.)]|[가-하]\s*[.)]|[-•○])\s*")
_MARK = re.compile(r"^\s*[①-⑳]\s*")


@dataclass(frozen=True, slots=True)
class Quotation:
    """What a passage says to a question: spans of its text in order, and how well they fit.

    One span is a sentence; further ones are the numbered items that it announces.
    """

    hit: Hit
    spans: tuple[tuple[int, int], ...]
    score: float

    @property
    def text(self) -> str:
        """The quoted words, a line a span."""
        lines = (self.hit.passage.text[start:end] for start, end in self.spans)
        return "\n".join(" ".join(line.split()) for line in lines)


class Extractive:
    """The default generator: quotes, and never writes a word of its own."""

    name = "extract"

    def __init__(
        self, weight: Callable[[str], float], passages: int = 2, length: int = 100
    ) -> None:
        self._weight = weight
        self._passages = passages
        self._length = length

    def stream(self, question: str, hits: Sequence[Hit]) -> Iterator[str]:
        """The quotations with their passages' numbers, ``… [1]``, or 모른다."""
        found = quotations(question, hits[: self._passages], self._weight)
        documents = {hit.passage.document_id for hit in hits[:LOOKED_AT]}
        if not found or found[0].score < NEEDED + NEEDED_PER_DOCUMENT * len(documents):
            yield REFUSAL
            return
        chosen = self._chosen(found)
        numbers = {id(hit): at for at, hit in enumerate(hits, start=1)}
        for at, quotation in enumerate(chosen):
            yield "\n\n" if at else ""
            yield f"{quotation.text} [{numbers[id(quotation.hit)]}]"

    def _chosen(self, found: Sequence[Quotation]) -> list[Quotation]:
        """The best quotation; then the best of each further passage that fits nearly as well.

        Where one passage alone answers, its next sentence joins while the length allows.
        """
        chosen = [found[0]]
        for quotation in found[1:]:
            if quotation.score < SECOND * found[0].score or len(chosen) == self._passages:
                break
            other = all(quotation.hit is not taken.hit for taken in chosen)
            if other and all(quotation.text != taken.text for taken in chosen):
                chosen.append(quotation)
        if len(chosen) == 1 and len(found) > 1 and found[1].hit is found[0].hit:
            near = found[1].score >= SECOND * found[0].score
            if near and len(found[0].text) + len(found[1].text) <= self._length:
                chosen = sorted(found[:2], key=lambda quotation: quotation.spans)
        return chosen


def quotations(
    question: str, hits: Sequence[Hit], weight: Callable[[str], float]
) -> list[Quotation]:
    """Every sentence of ``hits`` with its score in [0, 1], best first.

    The score is the share of the question's words, weighted by rarity, that the sentence and its
    heading cover (an everyday word also by the rules' words for it); a sentence without a fact of
    the asked kind counts less.
    """
    asked = _Asked(question, weight)
    found = []
    for hit in hits:
        passage = hit.passage
        head = _words(f"{passage.document}\n{' '.join(passage.path)}")
        factor = DEFINITION if _DEFINITION.search(passage.title) and not asked.meaning else 1.0
        for spans in _statements(passage.text):
            scores = [asked.score(passage.text, spans[0], span, head) for span in spans]
            kept = _best_items(spans, scores)
            found.append(Quotation(hit, kept, factor * max(scores)))
    return sorted(found, key=lambda q: (-q.score, -q.hit.score, q.spans))


class _Asked:
    """A question's words, their weights and the kind of fact it asks for."""

    def __init__(self, question: str, weight: Callable[[str], float]) -> None:
        self._words = question_words(question)
        self._meanings = dict(self._words.meanings)
        self._kinds = asked_kinds(question)
        self._weight = weight
        self._total = sum(weight(word) for word in self._words.own)
        self.meaning = bool(_MEANING.search(question))

    def score(
        self, text: str, lead: tuple[int, int], span: tuple[int, int], head: frozenset[str]
    ) -> float:
        """The share of the question that ``span`` covers together with what announces it."""
        said = text[slice(*lead)] if span == lead else f"{text[slice(*lead)]} {text[slice(*span)]}"
        body = _words(said)
        covered = 0.0
        for word in self._words.own:
            same = self._meanings.get(word, frozenset()) | {word}
            if not same.isdisjoint(body):
                covered += self._weight(word)
            elif not same.isdisjoint(head):
                covered += HEAD_SHARE * self._weight(word)
        score = covered / self._total if self._total else 0.0
        if self._kinds and not any(fact.kind in self._kinds for fact in find_quantities(said)):
            score *= WRONG_KIND
        return score


def _best_items(
    spans: tuple[tuple[int, int], ...], scores: Sequence[float]
) -> tuple[tuple[int, int], ...]:
    """The announcing sentence and all its items; of a long list those that fit best."""
    if spans[-1][1] - spans[0][0] <= LONGEST_LIST:
        return spans
    room = LONGEST_LIST - (spans[0][1] - spans[0][0])
    kept: list[tuple[int, int]] = []
    for at in sorted(range(1, len(spans)), key=lambda at: (-scores[at], at)):
        room -= spans[at][1] - spans[at][0]
        if kept and (room < 0 or scores[at] < max(scores[1:])):
            break
        kept.append(spans[at])
    return (spans[0], *sorted(kept))


def _words(text: str) -> frozenset[str]:
    return frozenset(content_morphemes(text))


def _statements(text: str) -> list[tuple[tuple[int, int], ...]]:
    """Sentences without headings and amendment marks; one that announces items, with them."""
    spans: list[tuple[int, int]] = []
    for start, end in sentences(text):
        if heading := _HEADING.match(text, start, end):
            start = heading.end()
        if mark := _MARK.match(text[start:end]):
            start += mark.end()
        while amendment := _AMENDMENT_AT_END.search(text[start:end]):
            end = start + amendment.start()
        if end - start >= 5:
            spans.append((start, end))
    statements: list[tuple[tuple[int, int], ...]] = []
    announced = False
    for start, end in spans:
        item = bool(_ITEM.match(text[text.rfind("\n", 0, start) + 1 : end]))
        if announced and item:
            statements[-1] = (*statements[-1], (start, end))
        else:
            statements.append(((start, end),))
            announced = bool(_ITEMS_FOLLOW.search(text, start, end))
    return statements
