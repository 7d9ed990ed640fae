"""How likely a model says 예: from the probabilities of its first word, or from what it wrote."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from onprem_rag.errors import ModelError
from onprem_rag.generate.vocabulary import Vocabulary

LEAST = 0.05  # where 예 and 아니요 have less together, the first word is neither
ENOUGH = 24  # characters that show which of the two it is

_YES = ("예", "네")
_NO = ("아니요", "아니오", "아닙니다", "아뇨")
_WORD = re.compile(
    r"\s*(?:(?P<yes>(?:예|네)(?:요|입니다)?|yes)|(?P<no>아니[요오]?|아닙니다|아뇨|no))\W*",
    re.IGNORECASE,
)
# "예외는 없다", "네 명까지" and "예 또는 아니요" are none of both.
_SAID = re.compile(
    r"[\W_]*(?:"
    r"(?P<yes>(?:(?:예|네)(?:요|입니다)?|yes)(?=\s*(?:[^\w\s/(]|\n|$)|\s+(?:맞|그렇))"
    r"|(?:그렇|맞)습니다)"
    r"|(?P<no>(?:아니[요오]?|아뇨|no)(?:입니다)?(?!\w)|아닙니다))",
    re.IGNORECASE,
)
Signs = tuple[list[int], list[int]]


def sign(token: str) -> bool | None:
    """Whether a token that comes first says 예 (True) or 아니요 (False) or begins to."""
    begun = token.strip()
    if not begun:
        return None
    if found := _WORD.fullmatch(token):
        return found["yes"] is not None
    if any(word.startswith(begun) for word in _NO):
        return False
    return True if any(word.startswith(begun) for word in _YES) else None


def weighed(tokens: Iterable[tuple[str, float]]) -> float | None:
    """The share of 예 in the probabilities of a first token; None where they say neither."""
    mass: dict[bool | None, float] = {True: 0.0, False: 0.0, None: 0.0}
    for token, probability in tokens:
        mass[sign(token)] += probability
    return _share(mass[True], mass[False])


def said(text: str) -> float:
    """1 or 0 for an answer that begins with 예 or 아니요. Raises ModelError for any other."""
    if (found := _SAID.match(text)) is None:
        raise ModelError(
            f"언어 모델이 예나 아니요로 답하지 않았습니다: {text.strip()[:50]!r}\n"
            "→ 다른 모델을 쓰거나 config.toml의 [verify] reask를 지우세요."
        )
    return 1.0 if found["yes"] else 0.0


class FirstWord:
    """Watches the first step of ``generate()``: it ends there where that says 예 or 아니요.

    ``probability`` is None until then, and where the first token says neither. For one draft; its
    batch size is 1.
    """

    def __init__(self, signs: Signs) -> None:
        self._signs = signs
        self._seen = False
        self.probability: float | None = None

    def read(self, input_ids: Any, scores: Any) -> Any:
        """A logits processor: ``scores`` (1, vocabulary) as they were."""
        if not self._seen:
            self._seen = True
            probabilities = scores[0].float().softmax(-1)
            yes, no = (float(probabilities[ids].sum()) for ids in self._signs)
            self.probability = _share(yes, no)
        return scores

    def told(self, input_ids: Any, scores: Any, **options: Any) -> bool:
        """A stopping criterion."""
        return self.probability is not None


def signs(vocabulary: Vocabulary) -> Signs:
    """The tokens that say or begin 예, and those of 아니요."""
    found: dict[bool | None, list[int]] = {True: [], False: [], None: []}
    for token in range(len(vocabulary)):
        found[sign(vocabulary.spelling(token))].append(token)
    return found[True], found[False]


def _share(yes: float, no: float) -> float | None:
    both = yes + no
    return min(yes / both, 1.0) if both >= LEAST else None  # None too where they aren't numbers
