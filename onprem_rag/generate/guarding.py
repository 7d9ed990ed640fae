"""The copy guard at work in ``generate()``: no token that would write what isn't to be copied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import torch
from transformers import LogitsProcessor

from onprem_rag.errors import ModelError
from onprem_rag.generate.copy_guard import CopyGuard
from onprem_rag.generate.vocabulary import Vocabulary, Written, characters

__all__ = ["Guarding", "Vocabulary"]

_CHUNKS = (32, 128)  # so many of the best tokens are tried
_ALWAYS = ("\n", " ", ".", ", ")  # and then these: behind a whole text a new line may always begin


class Guarding(LogitsProcessor):
    """Lets a draft go on only as ``guard`` allows. One for each draft; its batch size is 1.

    ``prompt_length``: tokens before the draft. ``ends``: ids that end it besides the special ones.
    ``best``: so many of the highest scores are checked; 1 is enough for greedy decoding, and where
    the highest is allowed the scores stay as they are.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        guard: CopyGuard,
        prompt_length: int,
        ends: Iterable[int] = (),
        best: int = 1,
    ) -> None:
        self._vocabulary = vocabulary
        self._guard = guard
        self._prompt_length = prompt_length
        self._ends = frozenset(ends)
        self._best = best
        self._tokens: list[int] = []
        self._draft = Written("")
        self._next: dict[int, Written] = {}  # what the allowed tokens of this step write

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        """``input_ids``: (1, tokens); ``scores``: (1, vocabulary), returned restricted."""
        if input_ids.shape[0] != 1:
            raise ValueError(f"Guarding is for one draft at a time, not {input_ids.shape[0]}")
        self._follow(input_ids)
        if self._best == 1 and self._allows(int(scores[0].argmax())):
            return scores
        restricted = torch.full_like(scores, -torch.inf)
        chosen = self._chosen(scores[0])
        restricted[0, chosen] = scores[0, chosen]
        return restricted

    def _follow(self, input_ids: Any) -> None:
        """Bring the draft up to what was generated."""
        length = input_ids.shape[1] - self._prompt_length
        if length == len(self._tokens) + 1:
            token = int(input_ids[0, -1])
            written = self._next.get(token)
            if written is None:
                written = self._vocabulary.extended(self._tokens, self._draft, token)
            self._tokens.append(token)
        else:
            self._tokens = input_ids[0, self._prompt_length :].tolist()
            written = None
        if written is None:
            written = self._vocabulary.written(self._tokens) or Written("\ufffd")
        self._draft = written
        self._next = {}

    def _chosen(self, scores: Any) -> list[int]:
        """The best tokens that are allowed: at least one."""
        allowed: list[int] = []
        finishing = self._finishing()
        if finishing is None:
            tried = 0
            for chunk in _CHUNKS:
                among = scores.topk(min(max(chunk, self._best), len(scores))).indices.tolist()
                allowed += self._first(among[tried:])
                tried = len(among)
                if allowed:
                    return allowed
            finishing = [token for text in _ALWAYS for token in self._vocabulary.writing(text)]
        finishing = sorted(set(finishing), key=scores.tolist().__getitem__, reverse=True)
        allowed = self._first(finishing)
        return allowed or self._way_out(len(scores))

    def _first(self, tokens: Sequence[int]) -> list[int]:
        """The allowed ones of ``tokens``, which are in the order of their scores."""
        allowed: list[int] = []
        for index, token in enumerate(tokens):
            if index >= self._best and allowed:
                break
            if self._allows(token):
                allowed.append(token)
        return allowed

    def _finishing(self) -> list[int] | None:
        """Tokens that may finish the number or the character at the end; None after prose."""
        text, pending = self._draft.text, self._draft.pending
        if pending:
            texts = {character.encode()[len(pending) :] for character in self._begun(text, pending)}
        elif (continuations := self._guard.continuations(text)) is None:
            return None
        else:
            texts = {continuation.encode() for continuation in continuations}
        return [token for text in texts for token in self._vocabulary.beginning(text)]

    def _begun(self, text: str, pending: bytes) -> Iterator[str]:
        """Characters that ``pending`` may become behind ``text``."""
        continuations = self._guard.continuations(text)
        firsts = sorted({c[0] for c in continuations or () if c}) or sorted(self._guard.letters)
        yield from (c for c in firsts if c.encode().startswith(pending))
        if continuations is None:
            yield from characters(pending)

    def _allows(self, token: int) -> bool:
        if token >= len(self._vocabulary):
            return False
        if self._vocabulary.foreign(token) - self._guard.letters:
            return False
        written = self._vocabulary.extended(self._tokens, self._draft, token)
        if written is None or not self._may_be(written, token):
            return False
        self._next[token] = written
        return True

    def _may_be(self, written: Written, token: int) -> bool:
        draft, text = self._draft.text, written.text
        if token in self._vocabulary.special or token in self._ends:
            return not self._draft.pending and self._guard.allows(draft, "")
        if not text.startswith(draft):  # the decoder has changed its mind about a blank
            return self._guard.allows("", text)
        more = text[len(draft) :]
        if not written.pending:
            return self._guard.allows(draft, more)
        begun = self._begun(text, written.pending)
        return any(self._guard.allows(draft, more + character) for character in begun)

    def _way_out(self, size: int) -> list[int]:
        """Where the vocabulary has no token to finish a number: end, or write nothing more."""
        ends = [token for token in self._ends or self._vocabulary.special if token < size]
        if not ends:
            raise ModelError(
                "모델의 어휘로는 숫자를 근거대로 마칠 수 없어 답변을 멈췄습니다.\n"
                "→ 종료 토큰이 있는 모델을 쓰세요."
            )
        return ends
