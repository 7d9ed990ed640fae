"""Reads passages for a question: which sentence says most about it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from onprem_rag.korean.morphemes import compounds, words_and_compounds
from onprem_rag.korean.quantities import find_quantities
from onprem_rag.korean.questions import asked_kinds, question_words
from onprem_rag.korean.references import CIRCLED, find_references
from onprem_rag.korean.text import sentences
from onprem_rag.records import Passage

HEAD_SHARE = 0.7  # of a word's weight, when it stands in the heading and not in the sentence
MEANT_SHARE = 0.85  # of a word's weight, when only a rule word for it stands there
COMPOUND = 0.3  # weight of a compound of the question, in weights of an unknown word
WRONG_KIND = 0.6  # factor for a sentence without a fact of the kind that is asked for
DEFINITION = 0.7  # factor for definitions, which name everything, where no meaning is asked for
LONGEST_LIST = 600  # characters of a sentence with its numbered items

_HEADING = re.compile(r"\s*제\s*\d+\s*조(?:\s*의\s*\d+)?\s*(?:[(（\[【][^)）\]】]*[)）\]】])?\s*")
_AMENDMENT_AT_END = re.compile(
    r"\s*(?:[<〈＜]\s*(?:개정|신설|단서|전문|본조|제목|종전)[^>〉＞]*[>〉＞]|\[(?:전문개정|본조신설|제목개정)[^\]]*\])\s*$"
)
_DEFINITION = re.compile(r"정의|목적")
_MEANING = re.compile(r"뜻|정의|의미|란\s|이란|무슨\s*말|뭔가요|무엇인가")
_ITEMS_FOLLOW = re.compile(r"다음\s*(?:각\s*호|각\s*목|과\s*같|의\s*각)")
_EXCEPTION = re.compile(r"다만\s*,|단\s*,")  # quoted with the rule that it limits
_ITEM = re.compile(r"\s*(?:\d{1,2}\s*[.)]|[가-하]\s*[.)]|[-•○])\s*")
_MARK = re.compile(r"^\s*[①-⑳]\s*")
_PARAGRAPH = re.compile(r"(?:(?<=\n)|(?<=[)\]] )|(?<=[)\]])|^)[①-⑳]")


@dataclass(frozen=True, slots=True)
class Quotation:
    """What a passage says to a question: spans of its text in order, and how well they fit.

    One span is a sentence; further ones are the numbered items that it announces.
    """

    passage: Passage
    spans: tuple[tuple[int, int], ...]
    score: float
    whole: bool = True  # False where items of a long list were left out

    @property
    def text(self) -> str:
        """The quoted words, a line a span."""
        lines = [" ".join(self.passage.text[start:end].split()) for start, end in self.spans]
        return "\n".join(lines if self.whole else [*lines, "…"])


def quotations(
    question: str, passages: Sequence[Passage], weight: Callable[[str], float]
) -> list[Quotation]:
    """Every sentence of ``passages`` with its score in [0, 1], best first.

    The score is the share of the question's words, weighted by rarity, that the sentence and its
    heading cover (an everyday word also by the rules' words for it); a sentence without a fact of
    the asked kind counts less.
    """
    asked = _Asked(question, weight)
    found = []
    for passage in passages:
        head = _said(f"{passage.document}\n{' '.join(passage.path)}").words
        factor = DEFINITION if _DEFINITION.search(passage.title) and not asked.meaning else 1.0
        for spans in _statements(passage.text):
            scores = [asked.score(passage.text, spans[0], span, head) for span in spans]
            kept = _best_items(spans, scores)
            whole = len(kept) == len(spans)
            found.append(Quotation(passage, kept, factor * max(scores), whole))
    return sorted(found, key=lambda quotation: -quotation.score)


def named_part(passage: Passage, question: str) -> str:
    """The paragraphs of its article that ``question`` names, else all of it, up to LONGEST_LIST.

    "" where the passage holds none of these paragraphs.
    """
    references = [one for one in find_references(question) if not one.relative]
    wanted = {one.paragraph for one in references if passage.article in {one.article, one.annex}}
    text = passage.text
    spans = [(0, len(text))]
    if wanted and None not in wanted:
        starts = [mark.start() for mark in _PARAGRAPH.finditer(text)]
        numbers = [CIRCLED.index(text[at]) + 1 for at in starts]
        if passage.paragraph and (not starts or text[: starts[0]].strip()):
            # It begins within a paragraph, or with the article's heading.
            first = CIRCLED.find(passage.paragraph) + 1
            starts, numbers = (
                (starts, numbers) if first in numbers else ([0, *starts], [first, *numbers])
            )
        if numbers:
            ends = [*starts[1:], len(text)]
            spans = [
                (start, end)
                for number, start, end in zip(numbers, starts, ends, strict=True)
                if number in wanted
            ]
    lines: list[str] = []
    for start, stop in spans:
        for first, last in sentences(text[start:stop]):
            line = " ".join(text[start + first : start + last].split())
            if lines and sum(map(len, lines)) + len(line) > LONGEST_LIST:
                return "\n".join([*lines, "…"])
            lines.append(line)
    return "\n".join(lines)


def fits(question: str, passages: Sequence[Passage], weight: Callable[[str], float]) -> list[float]:
    """How well each passage fits the question, in [0, 1].

    Half of it is the best sentence's score; the rest the share of the passage's title that the
    question speaks of, and whether there is a fact of the asked kind. The parts were chosen on
    the 132 answerable development questions, where the right article is among the first two for
    103 instead of 95.
    """
    asked = _Asked(question, weight)
    best = dict.fromkeys(range(len(passages)), 0.0)
    at = {id(passage): number for number, passage in enumerate(passages)}
    for quotation in quotations(question, passages, weight):
        number = at[id(quotation.passage)]
        best[number] = max(best[number], quotation.score)
    return [
        (best[number] + 0.5 * asked.of_title(passage.title) + 0.5 * asked.has_kind(passage.text))
        / 2
        for number, passage in enumerate(passages)
    ]


class _Asked:
    """A question's words, their weights and the kind of fact it asks for."""

    def __init__(self, question: str, weight: Callable[[str], float]) -> None:
        self._words = question_words(question)
        self._meanings = dict(self._words.meanings)
        self._kinds = asked_kinds(question)
        self._weight = cache(weight)
        self._compounds = {word: COMPOUND * weight("\0") for word in compounds(question)}
        self._total = sum(weight(word) for word in self._words.own) + sum(self._compounds.values())
        self.meaning = bool(_MEANING.search(question))

    def of_title(self, title: str) -> float:
        """The share of a title's words, by weight, that the question or its meanings hold."""
        words = _said(title).words
        total = sum(self._weight(word) for word in words)
        known = words & {*self._words.own, *self._words.rule}
        return sum(self._weight(word) for word in known) / total if total else 0.0

    def has_kind(self, text: str) -> bool:
        """Whether ``text`` states a fact of the kind that is asked for, or none is asked for."""
        return not self._kinds or any(fact.kind in self._kinds for fact in find_quantities(text))

    def score(
        self, text: str, lead: tuple[int, int], span: tuple[int, int], head: frozenset[str]
    ) -> float:
        """The share of the question that ``span`` covers together with what announces it."""
        parts = [text[slice(*lead)]] if span == lead else [text[slice(*lead)], text[slice(*span)]]
        said = [_said(part) for part in parts]
        body = said[0].words.union(*(part.words for part in said[1:]))
        covered = 0.0
        for word in self._words.own:
            meant = self._meanings.get(word, frozenset())
            for words, share in ((body, 1.0), (head, HEAD_SHARE)):
                if word in words or not meant.isdisjoint(words):
                    covered += self._weight(word) * share * (1.0 if word in words else MEANT_SHARE)
                    break
        for compound, worth in self._compounds.items():
            covered += worth * any(compound in part.compounds for part in said)
        score = covered / self._total if self._total else 0.0
        return score if any(map(self.has_kind, parts)) else score * WRONG_KIND


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


@dataclass(frozen=True, slots=True)
class _Said:
    """Content words of a text, and its compounds."""

    words: frozenset[str]
    compounds: frozenset[str]


@lru_cache(maxsize=8_192)  # sentences that are asked about come again
def _said(text: str) -> _Said:
    words, joined = words_and_compounds(text)
    return _Said(frozenset(words), frozenset(joined))


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
        table_head = " | " in text[start:end] and ": " not in text[start:end]
        if end - start >= 5 and not table_head:
            spans.append((start, end))
    statements: list[tuple[tuple[int, int], ...]] = []
    announced = False
    for start, end in spans:
        item = bool(_ITEM.match(text[text.rfind("\n", 0, start) + 1 : end]))
        exception = bool(statements and _EXCEPTION.match(text, start))
        if (announced and item) or exception:
            statements[-1] = (*statements[-1], (start, end))
            announced = announced or bool(_ITEMS_FOLLOW.search(text, start, end))
        else:
            statements.append(((start, end),))
            announced = bool(_ITEMS_FOLLOW.search(text, start, end))
    return statements
