"""Reads passages for a question: which sentence says most about it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from onprem_rag.korean.asking import sought
from onprem_rag.korean.morphemes import compounds, words_and_compounds
from onprem_rag.korean.quantities import find_quantities
from onprem_rag.korean.questions import question_words
from onprem_rag.records import Passage
from onprem_rag.statements import LONGEST_LIST, statements

HEAD_SHARE = 0.7  # of a word's weight, when it stands in the heading and not in the sentence
MEANT_SHARE = 0.85  # of a word's weight, when only a rule word for it stands there
BEFORE_SHARE = 0.4  # likewise, when it stands in the sentence before
COMPOUND = 0.3  # weight of a compound of the question, in weights of an unknown word
UNLISTED = 0.9  # factor for one without items, where several things are asked for
DEFINITION = 0.7  # factor for definitions, which name everything, where no meaning is asked for
# Of ``fits``: the best sentence, the title, the kind of fact
SENTENCE, TITLE, KIND = 0.5, 0.25, 0.25
UNTITLED = SENTENCE + KIND  # what a passage without a title can reach

_ROW = " | "  # between the cells of a table's row, which says nothing of the next
_DEFINITION = re.compile(r"정의|목적")
_MEANING = re.compile(r"뜻|정의|의미|란\s|이란|무슨\s*말|뭔가요|무엇인가")


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

    The score is the share of the question's words, weighted by rarity, that the sentence, its
    heading and the sentence before cover (an everyday word also by the rules' words for it); a
    sentence without what is asked for (a fact of that kind, a reason …) counts less.
    """
    return _quotations(_Asked(question, weight), passages, joined=True)


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
    for quotation in _quotations(asked, passages, joined=False):
        number = at[id(quotation.passage)]
        best[number] = max(best[number], quotation.score)
    return [
        SENTENCE * best[number]
        + TITLE * asked.of_title(passage.title)
        + KIND * asked.has_kind(passage.text)
        for number, passage in enumerate(passages)
    ]


class _Asked:
    """A question's words, their weights and the kind of fact it asks for."""

    def __init__(self, question: str, weight: Callable[[str], float]) -> None:
        self._words = question_words(question)
        self._meanings = dict(self._words.meanings)
        self._sought = sought(question)
        self._weight = cache(weight)
        self._compounds = {word: COMPOUND * weight("\0") for word in compounds(question)}
        self._total = sum(weight(word) for word in self._words.own) + sum(self._compounds.values())
        self.several = self._sought.several
        self.meaning = bool(_MEANING.search(question))

    def of_title(self, title: str) -> float:
        """The share of a title's words, by weight, that the question or its meanings hold."""
        words = _said(title).words
        total = sum(self._weight(word) for word in words)
        known = words & {*self._words.own, *self._words.rule}
        return sum(self._weight(word) for word in known) / total if total else 0.0

    def has_kind(self, text: str) -> bool:
        """Whether ``text`` states a fact of the kind that is asked for, or none is asked for."""
        return not self._sought.kinds or self._answers(text)

    def _answers(self, text: str) -> bool:
        """Whether ``text`` has what tells an answer."""
        kinds, sign = self._sought.kinds, self._sought.sign
        if sign and sign.search(text):
            return True
        return any(fact.kind in kinds for fact in find_quantities(text)) if kinds else not sign

    def score(
        self,
        text: str,
        lead: tuple[int, int],
        span: tuple[int, int],
        head: frozenset[str],
        before: frozenset[str],
    ) -> float:
        """The share of the question that ``span`` covers together with what announces it."""
        parts = [text[slice(*lead)]] if span == lead else [text[slice(*lead)], text[slice(*span)]]
        said = [_said(part) for part in parts]
        body = said[0].words.union(*(part.words for part in said[1:]))
        covered = 0.0
        for word in self._words.own:
            meant = self._meanings.get(word, frozenset())
            for words, share in ((body, 1.0), (head, HEAD_SHARE), (before, BEFORE_SHARE)):
                if word in words or not meant.isdisjoint(words):
                    covered += self._weight(word) * share * (1.0 if word in words else MEANT_SHARE)
                    break
        for compound, worth in self._compounds.items():
            covered += worth * any(compound in part.compounds for part in said)
        score = covered / self._total if self._total else 0.0
        return score if any(map(self._answers, parts)) else score * self._sought.without


def _quotations(asked: _Asked, passages: Sequence[Passage], joined: bool) -> list[Quotation]:
    """See ``quotations``; ``joined``: sentences are read with those before them."""
    found = []
    for passage in passages:
        head = _said(f"{passage.document}\n{' '.join(passage.path)}").words
        factor = DEFINITION if _DEFINITION.search(passage.title) and not asked.meaning else 1.0
        before = frozenset[str]()
        for spans in statements(passage.text):
            scores = [asked.score(passage.text, spans[0], span, head, before) for span in spans]
            lead = passage.text[slice(*spans[0])]
            before = _said(lead).words if joined and _ROW not in lead else frozenset()
            kept = _best_items(spans, scores)
            share = factor * (UNLISTED if asked.several and len(spans) == 1 else 1.0)
            whole = len(kept) == len(spans)
            found.append(Quotation(passage, kept, share * max(scores), whole))
    return sorted(found, key=lambda quotation: -quotation.score)


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
