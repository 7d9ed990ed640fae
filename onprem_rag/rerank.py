"""An optional cross-encoder reads the first passages together with the question."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from onprem_rag.errors import ModelError
from onprem_rag.index.windows import cut
from onprem_rag.records import Passage

BATCH = 16  # pairs at once
LONGEST = 1_024  # tokens of a window, where the model would read more
QUESTION = 0.5  # of the limit that the question may take; of a longer one the end is left out
_POSITIVE = frozenset(("entailment", "positive", "relevant", "yes", "true"))
_CLASSIFIER = "ForSequenceClassification"


class Reranker:
    """A CrossEncoder folder; loaded without network or remote code, on the GPU if there is one.

    Its folder holds a sequence classifier with one logit (relevance) or two classes, of which one
    is called entailment, positive, relevant, yes or true, else the second counts. Questions wait
    for their turn.
    """

    def __init__(self, folder: Path) -> None:
        if not (folder / "config.json").is_file():
            raise ModelError(
                f"재순위 모델 폴더가 없거나 비어 있습니다: {folder}\n"
                "→ 모델 폴더를 그 자리에 복사하거나 config.toml의 [models] reranker를 지우세요."
            )
        try:
            from sentence_transformers import CrossEncoder
            from transformers.utils import logging as transformers_logging

            if not sys.stderr.isatty():  # a service's log has no use for a bar
                transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
            self._model: Any = CrossEncoder(
                str(folder),
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={"use_safetensors": True},
            )
            config = self._model.config
            classes = int(self._model.num_labels)
        except Exception as error:  # the libraries raise many kinds on incomplete folders
            raise ModelError(
                f"재순위 모델을 불러올 수 없습니다: {folder} ({type(error).__name__}: {error})\n"
                "→ safetensors 형식의 완전한 CrossEncoder 폴더인지 확인하세요."
            ) from error
        if not any(name.endswith(_CLASSIFIER) for name in config.architectures or ()):
            raise ModelError(  # it would get a classifier of chance
                f"재순위 모델이 아닙니다: {folder} ({', '.join(config.architectures or ())})\n"
                "→ 임베더가 아니라, 질문과 글을 함께 읽는 CrossEncoder 폴더를 두세요."
            )
        if classes not in (1, 2):
            raise ModelError(
                f"재순위 모델의 출력이 {classes}개입니다: {folder}\n"
                "→ 출력이 1개(관련도)나 2개(관련 없음, 있음)인 CrossEncoder를 쓰세요."
            )
        self._classes = classes
        self._positive = _positive(config)
        self._limit = _limit(self._model.max_seq_length, config)
        self._turn = threading.Lock()

    def scores(self, question: str, passages: Sequence[Passage]) -> list[float]:
        """How well each passage answers the question, in [0, 1]; of a long one its best window."""
        if not passages:
            return []
        with self._turn:  # a tokenizer too: two threads would change its truncation by turns
            return self._scores(question, passages)

    def _scores(self, question: str, passages: Sequence[Passage]) -> list[float]:
        room = self._limit - self._model.tokenizer.num_special_tokens_to_add(pair=True)
        question = cut("", question, self._sizes, int(room * QUESTION))[0].strip()
        room -= self._sizes([question])[0]
        windows = [
            (at, window)
            for at, passage in enumerate(passages)
            for window in cut(_head(passage), passage.text, self._sizes, room)
        ]
        found = self._predict([(question, window) for _, window in windows])
        best = [0.0] * len(passages)
        for (at, _), score in zip(windows, found, strict=True):
            best[at] = max(best[at], score)
        return best

    def _sizes(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text without those around it."""
        encoded = self._model.tokenizer(
            list(texts), add_special_tokens=False, truncation=False, verbose=False
        )
        return [len(ids) for ids in encoded["input_ids"]]

    def _predict(self, pairs: list[tuple[str, str]]) -> list[float]:
        """The score of every pair, from the logits: a folder's own activation is not relied on."""
        import torch

        logits = self._model.predict(
            pairs,
            batch_size=BATCH,
            activation_fn=torch.nn.Identity(),
            show_progress_bar=False,
            convert_to_tensor=True,
        ).float()
        if self._classes == 1:
            found = torch.sigmoid(logits.reshape(-1))
        else:
            found = torch.softmax(logits, dim=1)[:, self._positive]
        return [float(score) for score in found.cpu()]


def _head(passage: Passage) -> str:
    """What every window of a passage begins with: its rule and its place there."""
    return " ".join((passage.document, *passage.path))


def _limit(most: int | None, config: Any) -> int:
    """How many tokens the model reads at once."""
    positions = int(getattr(config, "max_position_embeddings", 0) or LONGEST)
    if "roberta" in str(config.model_type):  # its positions are counted from behind the padding's
        positions -= int(config.pad_token_id or 0) + 1
    return min(most or LONGEST, positions, LONGEST)


def _positive(config: Any) -> int:
    """Which of two classes says that the passage answers."""
    names = {int(at): str(name).lower() for at, name in (config.id2label or {}).items()}
    return next((at for at, name in names.items() if name in _POSITIVE), 1)
