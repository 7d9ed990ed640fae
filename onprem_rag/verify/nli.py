"""An NLI cross-encoder judges whether a passage (the premise) entails a claim (the hypothesis)."""

from __future__ import annotations

import time
from pathlib import Path

from onprem_rag.cross_encoder import PairModel
from onprem_rag.errors import ModelError

_ENTAILED = "entailment"


class Nli:
    """A CrossEncoder folder with one logit (entailment), or two or three classes, one so named.

    Raises ModelError for any other folder. Threads wait for their turn.
    """

    name = "nli"

    def __init__(self, folder: Path) -> None:
        self._model = PairModel(folder, "문장 판정 모델", "nli")
        if self._model.classes > 3:
            raise ModelError(
                f"문장 판정 모델의 출력이 {self._model.classes}개입니다: {folder}\n"
                "→ config.toml의 [models] nli에는 출력이 entailment, neutral, contradiction인 "
                "CrossEncoder 폴더를 쓰세요."
            )
        self._entailed = 0 if self._model.classes == 1 else self._class(folder)

    def probability(self, claim: str, passage: str, seconds: float) -> float:
        """How likely ``passage`` says ``claim``, in [0, 1]; of a long passage its best window.

        Every window begins with the passage's first line. Raises ModelError where the model fails
        or isn't done within ``seconds``, and for a claim that leaves no room for the passage.
        """
        until = time.monotonic() + seconds
        try:
            with self._model.turn(until):
                return self._probability(claim, passage, until)
        except ModelError:
            raise
        except Exception as error:  # the GPU's memory, the tokenizer
            raise ModelError(
                f"문장 판정 모델이 답하지 못했습니다: {type(error).__name__}: {error}\n"
                "→ GPU의 상태를 'onprem-rag doctor'로 확인하세요."
            ) from error

    def _probability(self, claim: str, passage: str, until: float) -> float:
        if self._model.shortened(claim) != claim.strip():  # half a claim is another one
            raise ModelError(
                f"문장이 길어서 문장 판정 모델에 들어가지 않습니다: {claim[:50]}…\n"
                "→ 한 번에 더 긴 글을 읽는 모델을 config.toml의 [models] nli에 쓰세요."
            )
        head, _, body = passage.strip().partition("\n")
        windows = self._model.windows(claim, *((head, body) if body else ("", head)))
        logits = self._model.logits([(window, claim) for window in windows], until)
        found = logits.sigmoid() if self._model.classes == 1 else logits.softmax(dim=1)
        best = float(found[:, self._entailed].max())
        if not 0 <= best <= 1:
            raise ModelError(
                "문장 판정 모델의 출력이 수가 아닙니다(nan).\n"
                "→ config.toml의 [models] nli 폴더의 가중치가 온전한지 확인하세요."
            )
        return best

    def _class(self, folder: Path) -> int:
        """Which of the classes is called entailment."""
        found = [at for at, name in self._model.labels.items() if name == _ENTAILED]
        if len(found) == 1:
            return found[0]
        names = ", ".join(self._model.labels.values())
        raise ModelError(
            f"문장 판정 모델의 어느 출력이 entailment인지 알 수 없습니다: {folder} ({names})\n"
            "→ config.toml의 [models] nli 폴더에 있는 config.json의 id2label에 출력의 이름"
            "(entailment, neutral, contradiction)을 모델 설명대로 쓰세요."
        )
