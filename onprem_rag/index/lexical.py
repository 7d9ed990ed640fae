"""BM25 over tokens, saved as plain arrays and memory-mapped (bm25s)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from onprem_rag.korean.morphemes import content_morphemes
from onprem_rag.korean.text import normalise

Scores = npt.NDArray[np.float32]
K1 = 1.2
B = 0.75


def morpheme_tokens(text: str) -> list[str]:
    """Content words, as Mecab cuts them."""
    return content_morphemes(text)


def bigram_tokens(text: str) -> list[str]:
    """Pairs of neighbouring letters and digits with all blanks and signs taken out."""
    letters = "".join(char for char in normalise(text) if char.isalnum())
    return [letters[at : at + 2] for at in range(len(letters) - 1)]


class LexicalIndex:
    """One BM25 channel (Lucene's formula: no negative weights for common words)."""

    def __init__(self, model: Any, size: int) -> None:
        self._model = model
        self._vocabulary: dict[str, int] = model.vocab_dict
        self._size = size

    @classmethod
    def build(cls, tokens: Sequence[Sequence[str]]) -> LexicalIndex:
        """Index ``tokens``: one list a passage, in row order; at least one passage."""
        import bm25s

        vocabulary = {"": 0}  # never empty, so that passages of signs alone can be indexed
        ids = [[vocabulary.setdefault(t, len(vocabulary)) for t in row] for row in tokens]
        ids[0] = ids[0] or [0]
        model = bm25s.BM25(k1=K1, b=B, method="lucene")
        model.index(bm25s.tokenization.Tokenized(ids=ids, vocab=vocabulary), show_progress=False)
        return cls(model, len(tokens))

    def save(self, folder: Path) -> None:
        """Write plain arrays and a JSON vocabulary into ``folder``."""
        self._model.save(str(folder), show_progress=False)

    @classmethod
    def open(cls, folder: Path, size: int) -> LexicalIndex:
        """Memory-map what ``save`` wrote; ``size`` is the number of passages."""
        import bm25s

        return cls(bm25s.BM25.load(str(folder), mmap=True), size)

    def scores(self, tokens: Sequence[str]) -> Scores:
        """BM25 of every passage for a question's tokens, shape (size,), float32."""
        ids = [self._vocabulary[token] for token in tokens if token in self._vocabulary]
        if not ids:
            return np.zeros(self._size, dtype=np.float32)
        found: Scores = self._model.get_scores_from_ids(ids)
        return found

    def knows(self, token: str) -> bool:
        """Whether any passage has this token."""
        return token in self._vocabulary

    def weight(self, token: str) -> float:
        """Inverse document frequency of a token (Lucene); the highest for an unknown one."""
        at = self._vocabulary.get(token)
        pointers = self._model.scores["indptr"]
        count = 0 if at is None else int(pointers[at + 1] - pointers[at])
        return float(np.log(1 + (self._size - count + 0.5) / (count + 0.5)))
