"""How the time of a call grows with its input: measured in one run, whatever the machine."""

from __future__ import annotations

import time
from collections.abc import Callable

_LONGER = 4  # times; what grows with the square takes 16 times as long
_ROUNDS = 5


def grows_linearly(call: Callable[[str], object], piece: str, size: int) -> bool:
    """Whether ``call`` takes not much longer than four times as long for four times ``size``.

    The text is ``piece`` repeated; ``size`` is the number of characters of the shorter one. No two
    texts are the same, so that no cache answers. The best of several rounds counts.
    """
    count = size // len(piece)
    short = long = float("inf")
    for extra in range(_ROUNDS):
        short = min(short, _seconds(call, piece * (count + extra)))
        long = min(long, _seconds(call, piece * (_LONGER * count + extra)))
        if extra and long < 2 * _LONGER * short:
            return True
    return False


def _seconds(call: Callable[[str], object], text: str) -> float:
    began = time.process_time()
    call(text)
    return time.process_time() - began
