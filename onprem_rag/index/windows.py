"""Cuts a passage that is longer than an embedder reads at once into windows."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from onprem_rag.korean.text import sentences

Sizes = Callable[[Sequence[str]], Sequence[int]]


def cut(head: str, body: str, sizes: Sizes, limit: int) -> list[str]:
    """Texts of up to ``limit`` tokens that together hold all of ``head`` and ``body``, in order.

    Each begins with ``head``, unless that alone fills half of it. They end between sentences; an
    overlong sentence is cut between words, an overlong word anywhere. ``sizes`` counts tokens as
    the model does, with those that it puts around every text.
    """
    whole = f"{head}\n{body}"
    head = f"{head}\n"
    size, before, frame = sizes([whole, head, ""])
    if size <= limit:
        return [whole]
    if before > limit / 2:  # each window would say little else
        head, body, before = "", whole, frame
    space = _Space(head, sizes, limit, limit - before)
    pieces = [piece for sentence in _sentences(body) for piece in space.fitted(sentence)]
    lengths = [size - frame for size in sizes(pieces)]
    packed = _packed(list(zip(pieces, lengths, strict=True)), space.room)
    # Joined pieces may have a token more than they have one by one.
    return [head + part for text in packed for part in space.fitted(text)]


@dataclass(frozen=True, slots=True)
class _Space:
    """What is left for a text in a window that begins with the head."""

    head: str
    sizes: Sizes
    limit: int
    room: int  # tokens behind the head

    def fitted(self, text: str) -> list[str]:
        """``text``, or parts of it of about the same length; a single letter stays whole."""
        over = self.sizes([self.head + text])[0] - self.limit
        if over <= 0 or len(text) < 2:
            return [text]
        count = min(math.ceil(1 + over / max(self.room, 1)), len(text))
        ends = {_word_border(text, len(text) * at // count) for at in range(1, count)}
        borders = [0, *sorted(ends), len(text)]
        return [part for start, end in pairwise(borders) for part in self.fitted(text[start:end])]


def _sentences(body: str) -> list[str]:
    """The sentences, each with what stands between it and the next."""
    starts = [start for start, _ in sentences(body)]
    return [body[start:end] for start, end in pairwise([0, *starts[1:], len(body)])]


def _packed(pieces: Sequence[tuple[str, int]], room: int) -> list[str]:
    """As few texts of up to ``room`` tokens as neighbouring pieces make."""
    parts = [""]
    filled = 0
    for text, size in pieces:
        if parts[-1] and filled + size > room:
            parts.append("")
            filled = 0
        parts[-1] += text
        filled += size
    return parts


def _word_border(text: str, at: int) -> int:
    """The start of the word around position ``at``, if it is near; otherwise ``at``."""
    blank = max(text.rfind(" ", max(1, at - 20), at), text.rfind("\n", max(1, at - 20), at))
    return at if blank < 0 else blank + 1
