"""Question → hits: every channel's scores, fused, and the best passages of the library."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from onprem_rag.config import SearchConfig
from onprem_rag.index.fusion import Scores, fuse, normalised
from onprem_rag.index.generations import Generation
from onprem_rag.index.lexical import bigram_tokens
from onprem_rag.korean.questions import QuestionWords, question_core, question_words
from onprem_rag.library.store import Library
from onprem_rag.reading import fits
from onprem_rag.records import Hit, Passage

READ = 8  # first passages that are read for the question before they are ranked


class Searcher:
    """Hybrid search over one index generation. Safe to share between threads."""

    def __init__(self, library: Library, generation: Generation, config: SearchConfig) -> None:
        self._library = library
        self._generation = generation
        self._config = config

    def search(self, question: str, count: int) -> list[Hit]:
        """The ``count`` best passages, best first; [] when no channel knows a word of it."""
        words = question_words(question)
        index = self._generation
        channels = {
            "mecab": normalised(self._words(words)),
            "bigram": normalised(index.bigram.scores(bigram_tokens(question_core(question)))),
            "dense": normalised(self._dense(question)),
        }
        weights = {name: float(getattr(self._config, name)) for name in channels}
        fused = fuse(channels, weights) * index.priors
        rows = _best(fused, max(count, READ))
        passages = self._library.passages([int(index.rows[row]) for row in rows])
        read = self._read(question, passages[:READ])
        share = self._config.reading
        hits = [
            Hit(
                passage,
                round((float(fused[row]) + share * read.get(passage.id, 0.0)) / (1 + share), 4),
                (
                    *((name, round(float(found[row]), 4)) for name, found in channels.items()),
                    ("reading", round(read.get(passage.id, 0.0), 4)),
                ),
            )
            for row, passage in zip(rows, passages, strict=True)
        ]
        return sorted(hits, key=lambda hit: -hit.score)[:count]

    def _read(self, question: str, passages: Sequence[Passage]) -> dict[int, float]:
        """How well each passage fits the question when it is read, by passage id."""
        scores = fits(question, passages, self.weight)
        return {passage.id: score for passage, score in zip(passages, scores, strict=True)}

    def weight(self, word: str) -> float:
        """How much a word tells apart in this library: its inverse document frequency."""
        return self._generation.mecab.weight(word)

    def _words(self, words: QuestionWords) -> Scores:
        """BM25 of the question's words, and of the rules' words for them.

        Those count fully where they stand in for a word that no rule has, else at a lower weight.
        """
        index = self._generation.mecab
        meanings = dict(words.meanings)
        unknown = (meanings[w] for w in words.own if w in meanings and not index.knows(w))
        instead = frozenset[str]().union(*unknown)
        scores = index.scores(words.own)
        if stand_ins := [word for word in words.rule if word in instead]:
            scores = scores + index.scores(stand_ins)
        if others := [word for word in words.rule if word not in instead]:
            scores = scores + self._config.everyday * index.scores(others)
        return scores

    def _dense(self, text: str) -> Scores:
        """Cosines of the nearest candidates, scattered over all rows."""
        scores = np.zeros(len(self._generation.rows), dtype=np.float32)
        vector = self._generation.embedder.encode([text])[0]
        if np.any(vector):
            rows, cosines = self._generation.dense.search(vector, self._config.candidates)
            scores[rows] = cosines
        return scores


def _best(scores: Scores, count: int) -> list[int]:
    """The rows of the ``count`` highest scores above zero, best first, ties by row."""
    count = min(count, len(scores))
    if count < 1:
        return []
    rows = np.argpartition(-scores, count - 1)[:count].tolist()
    return sorted((row for row in rows if scores[row] > 0), key=lambda row: (-scores[row], row))
