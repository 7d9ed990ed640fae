"""Question → hits: the place that it names, or every channel's scores, fused, read and ranked."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from onprem_rag.config import SearchConfig
from onprem_rag.index.fields import bigram_tokens
from onprem_rag.index.generations import Generation
from onprem_rag.index.interface import Found, Query
from onprem_rag.index.lexical import Terms
from onprem_rag.korean.morphemes import compounds
from onprem_rag.korean.questions import QuestionWords, question_core, question_words
from onprem_rag.korean.text import alike
from onprem_rag.korean.typed import mended, repaired
from onprem_rag.library.shelf import Shelf
from onprem_rag.lookup import LookUp, Places
from onprem_rag.reading import fits
from onprem_rag.records import LOOKED_UP, Hit, Passage
from onprem_rag.rerank import Reranker

COMPOUND = 0.5  # weight of 육아휴직, 15조 besides those of their parts
READ = 8  # first passages that are read for the question before they are ranked


class Sought(NamedTuple):
    """A question without slips of the keyboard, and what it names."""

    text: str
    named: LookUp


class Searcher:
    """Hybrid search over one index generation. Safe to share between threads."""

    def __init__(
        self,
        shelf: Shelf,
        generation: Generation,
        config: SearchConfig,
        reranker: Reranker | None = None,
    ) -> None:
        self._shelf = shelf
        self._index = generation.index
        self._embedder = generation.embedder
        self._config = config
        self._reranker = reranker
        self._places = Places(shelf)

    def weighing(self, config: SearchConfig) -> Searcher:
        """This searcher under other weights; it shares what was read of the library."""
        other = copy(self)
        other._config = config
        return other

    def over(self, shelf: Shelf) -> Searcher:
        """This searcher over what is in force on another day."""
        other = copy(self)
        other._shelf = shelf
        other._places = Places(shelf)
        return other

    def search(self, question: str, count: int) -> list[Hit]:
        """The ``count`` best passages, best first.

        Where the question is nothing but the name of a place, that place alone. [] where that place
        is not there, or no channel knows a word of the question.
        """
        return self.find(self.look_up(question), count)

    def look_up(self, question: str) -> Sought:
        """The question as it is meant, and what it names."""
        question = repaired(question, self._index.knows)
        question = mended(question, partial(self._index.frequency, "bigram"))
        return Sought(question, self._places.look_up(question))

    def find(self, sought: Sought, count: int) -> list[Hit]:
        """``search`` for a question that is looked up already."""
        question, named = sought
        direct = self._looked_up(named, count)
        if named.whole and (direct or named.missing):
            return direct
        asked = _asked(question, named)
        found = self._found(asked, max(count, READ), named.documents)
        hits = self._ranked(asked, found)
        if named.articles and not direct:  # 제15조, and too many rules have one
            hits.sort(key=lambda hit: hit.passage.article not in named.articles)
        if direct:
            direct = self._ranked(asked, [], [hit.passage for hit in direct])
            # With its rule named it comes first; else it is one of the hits.
            first, second = (direct, hits) if named.documents else (hits[:1], direct[:1] + hits[1:])
            known = {hit.passage.id for hit in first}
            hits = [*first, *(hit for hit in second if hit.passage.id not in known)]
        return hits[:count]

    def asked(self, question: str) -> str:
        """The question as passages are read for it: without slips, and the place it names."""
        return _asked(*self.look_up(question))

    def weight(self, word: str) -> float:
        """How much a word tells apart in this library: its inverse document frequency."""
        return self._index.weight(word)

    def _looked_up(self, named: LookUp, count: int) -> list[Hit]:
        """The passages that the question names."""
        passages = self._shelf.passages(named.passages[:count])
        return [Hit(passage, 1.0, ((LOOKED_UP, 1.0),)) for passage in passages]

    def _found(self, question: str, count: int, documents: frozenset[int]) -> Sequence[Found]:
        """What the index finds; in the rules that the question names, where they know its words."""
        query, weights = self._query(question), self._config.weights
        if documents:
            within = self._index.search(replace(query, documents=documents), weights, count)
            if within:
                return within
        return self._index.search(replace(query, documents=self._shelf.ids), weights, count)

    def _ranked(
        self, question: str, found: Sequence[Found], named: Sequence[Passage] = ()
    ) -> list[Hit]:
        """What was found, or ``named``, by its score and by how well it reads as an answer."""
        passages = named or self._shelf.passages([one.passage_id for one in found])
        first = passages[:READ]
        readings: dict[str, list[float]] = {}
        shares: dict[str, float] = {}
        if self._config.reading:
            readings["reading"] = fits(question, first, self.weight)
            shares["reading"] = self._config.reading
        if self._reranker and self._config.rerank:
            readings["rerank"] = self._reranker.scores(question, first)
            shares["rerank"] = self._config.rerank
        hits = []
        for at, passage in enumerate(passages):
            read = {name: scores[at] for name, scores in readings.items() if at < len(scores)}
            score, channels = (1.0, ((LOOKED_UP, 1.0),)) if named else _of(found[at])
            total = score + sum(shares[name] * value for name, value in read.items())
            told = tuple((name, round(value, 4)) for name, value in read.items())
            mean = total / (1 + sum(shares.values()))
            hits.append(Hit(passage, round(mean, 4), (*channels, *told)))
        return hits if named else sorted(hits, key=lambda hit: -hit.score)

    def _query(self, question: str) -> Query:
        """The question as the index takes it."""
        return Query(
            terms={
                "mecab": (
                    *self._words(question_words(question)),
                    *((word, COMPOUND) for word in dict.fromkeys(compounds(question))),
                ),
                "bigram": self._pairs(bigram_tokens(question_core(question))),
            },
            vector=self._embedder.encode([question])[0],
        )

    def _words(self, words: QuestionWords) -> Terms:
        """The question's words, and the rules' words for them.

        Those count fully where they stand in for a word that no rule has, else at a lower weight.
        """
        meanings = dict(words.meanings)
        unknown = (meanings[w] for w in words.own if w in meanings and not self._index.knows(w))
        instead = frozenset[str]().union(*unknown)
        others = self._config.everyday
        return (
            *((word, 1.0) for word in words.own),
            *((word, 1.0 if word in instead else others) for word in words.rule),
        )

    def _pairs(self, pairs: Sequence[str]) -> Terms:
        """The question's letter pairs; one that no rule has stands for those that sound alike.

        Those share its weight by how often each stands in the rules. Not in a word all of whose
        pairs are unknown: that is no slip.
        """
        known = [self._index.frequency("bigram", pair) > 0 for pair in pairs]
        found: dict[str, float] = {}
        for at, pair in enumerate(pairs):
            meant = {pair: 1}
            if not known[at]:
                others = alike(pair) if any(known[max(at - 1, 0) : at + 2]) else []
                meant = {other: self._index.frequency("bigram", other) for other in others}
            total = sum(meant.values())
            for other, frequency in meant.items():
                if frequency:
                    found[other] = found.get(other, 0.0) + frequency / total
        return tuple(found.items())


def _asked(question: str, named: LookUp) -> str:
    """What is left to be asked of the rules that the question names."""
    return named.rest if named.documents and named.rest else question


def _of(found: Found) -> tuple[float, tuple[tuple[str, float], ...]]:
    """What the index says of a passage."""
    return found.score, tuple((name, round(score, 4)) for name, score in found.channels)
