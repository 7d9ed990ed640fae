"""An optional cross-encoder reads the first passages together with the question."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from onprem_rag.cross_encoder import PairModel
from onprem_rag.errors import ModelError
from onprem_rag.records import Passage

_POSITIVE = frozenset(("entailment", "positive", "relevant", "yes", "true"))


class Reranker:
    """A CrossEncoder folder. Questions wait for their turn.

    It has one logit (relevance) or two classes, of which one is called entailment, positive,
    relevant, yes or true, else the second counts. Of a long question the end is left out.
    """

    def __init__(self, folder: Path) -> None:
        self._model = PairModel(folder, "재순위 모델", "reranker")
        if self._model.classes not in (1, 2):
            raise ModelError(
                f"재순위 모델의 출력이 {self._model.classes}개입니다: {folder}\n"
                "→ 출력이 1개(관련도)나 2개(관련 없음, 있음)인 CrossEncoder를 쓰세요."
            )
        names = self._model.labels.items()
        self._positive = next((at for at, name in names if name in _POSITIVE), 1)

    def scores(self, question: str, passages: Sequence[Passage]) -> list[float]:
        """How well each passage answers the question, in [0, 1]; of a long one its best window."""
        if not passages:
            return []
        with self._model.turn():
            return self._scores(question, passages)

    def _scores(self, question: str, passages: Sequence[Passage]) -> list[float]:
        question = self._model.shortened(question)
        windows = [
            (at, window)
            for at, passage in enumerate(passages)
            for window in self._model.windows(question, _head(passage), passage.text)
        ]
        found = self._predict([(question, window) for _, window in windows])
        best = [0.0] * len(passages)
        for (at, _), score in zip(windows, found, strict=True):
            best[at] = max(best[at], score)
        return best

    def _predict(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        logits = self._model.logits(pairs)
        if self._model.classes == 1:
            return [float(score) for score in logits.sigmoid().reshape(-1)]
        return [float(score) for score in logits.softmax(dim=1)[:, self._positive]]


def _head(passage: Passage) -> str:
    """What every window of a passage begins with: its rule and its place there."""
    return " ".join((passage.document, *passage.path))
