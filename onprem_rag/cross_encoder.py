"""A CrossEncoder folder: a classifier that reads two texts together, long ones in windows."""

from __future__ import annotations

import math
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from onprem_rag.errors import ModelError
from onprem_rag.index.windows import cut

BATCH = 16  # pairs at once
LONGEST = 1_024  # tokens of a window, where the model would read more
SHORT = 0.5  # of the limit that the shorter text may take
_CLASSIFIER = "ForSequenceClassification"


class PairModel:
    """Loaded without network or remote code, on the GPU if there is one; one thread at a time.

    ``name`` (Korean) and ``key`` of [models] say in errors which model it is. Raises ModelError for
    a folder that holds no sequence classifier in safetensors format. ``labels`` are the names of
    its classes in lower case.
    """

    def __init__(self, folder: Path, name: str, key: str) -> None:
        self._name = name
        if not (folder / "config.json").is_file():
            raise ModelError(
                f"{name} 폴더가 없거나 비어 있습니다: {folder}\n"
                f"→ 모델 폴더를 그 자리에 복사하거나 config.toml의 [models] {key}를 지우세요."
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
            self.classes = int(self._model.num_labels)
        except Exception as error:  # the libraries raise many kinds on incomplete folders
            raise ModelError(
                f"{name}을 불러올 수 없습니다: {folder} ({type(error).__name__}: {error})\n"
                f"→ [models] {key}가 safetensors 형식의 완전한 CrossEncoder 폴더인지 확인하세요."
            ) from error
        if not any(name.endswith(_CLASSIFIER) for name in config.architectures or ()):
            raise ModelError(  # it would get a classifier of chance
                f"{name}이 아닙니다: {folder} ({', '.join(config.architectures or ())})\n"
                "→ 임베더가 아니라, 두 글을 함께 읽는 CrossEncoder 폴더를 config.toml의 "
                f"[models] {key}에 쓰세요."
            )
        self.labels = {int(at): str(of).lower() for at, of in (config.id2label or {}).items()}
        self._limit = _limit(self._model.max_seq_length, config)
        self._lock = threading.Lock()

    @property
    def tokenizer(self) -> Any:
        """transformers' own."""
        return self._model.tokenizer

    @contextmanager
    def turn(self, until: float = math.inf) -> Iterator[None]:
        """One thread's turn: also with the tokenizer, whose truncation two would change by turns.

        Raises ModelError where it doesn't come ``until`` (``time.monotonic``).
        """
        seconds = min(max(until - time.monotonic(), 0.0), threading.TIMEOUT_MAX)
        if not self._lock.acquire(timeout=seconds):
            raise self._late()
        try:
            yield
        finally:
            self._lock.release()

    def shortened(self, text: str) -> str:
        """``text``, or as much of its beginning as leaves room for a window of the other text."""
        return cut("", text, self._sizes, int(self._room() * SHORT))[0].strip()

    def windows(self, short: str, head: str, body: str) -> list[str]:
        """``body`` in parts that fit beside ``short``; each begins with ``head``."""
        return cut(head, body, self._sizes, self._room() - self._sizes([short])[0])

    def logits(self, pairs: Sequence[tuple[str, str]], until: float = math.inf) -> Any:
        """Tensor (pairs, classes); a folder's own activation is not relied on.

        Raises ModelError where a batch would begin after ``until`` (``time.monotonic``).
        """
        import torch

        order = sorted(range(len(pairs)), key=lambda at: sum(map(len, pairs[at])), reverse=True)
        found = torch.empty(len(pairs), self.classes)
        for start in range(0, len(order), BATCH):
            if time.monotonic() >= until:
                raise self._late()
            batch = order[start : start + BATCH]
            found[batch] = (
                self._model.predict(
                    [pairs[at] for at in batch],
                    batch_size=BATCH,
                    activation_fn=torch.nn.Identity(),
                    show_progress_bar=False,
                    convert_to_tensor=True,
                )
                .float()
                .cpu()
                .reshape(len(batch), self.classes)
            )
        return found

    def _room(self) -> int:
        """Tokens of both texts together."""
        return self._limit - int(self.tokenizer.num_special_tokens_to_add(pair=True))

    def _sizes(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text without those around it."""
        encoded = self.tokenizer(
            list(texts), add_special_tokens=False, truncation=False, verbose=False
        )
        return [len(ids) for ids in encoded["input_ids"]]

    def _late(self) -> ModelError:
        return ModelError(
            f"{self._name}이 제때 끝나지 않았습니다.\n"
            "→ config.toml의 [verify] timeout_s를 늘리거나 더 작은 모델을 쓰세요."
        )


def _limit(most: int | None, config: Any) -> int:
    """How many tokens the model reads at once."""
    positions = int(getattr(config, "max_position_embeddings", 0) or LONGEST)
    if "roberta" in str(config.model_type):  # its positions are counted from behind the padding's
        positions -= int(config.pad_token_id or 0) + 1
    return min(most or LONGEST, positions, LONGEST)
