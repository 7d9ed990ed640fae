"""How long a stage of work still takes, by how fast it has gone; nothing is said before."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping

Progress = Callable[[str, int, int], None]  # (Korean name of the stage, done, total)

_SURE_S = 2.0  # a stage is watched for so long before its own speed counts


class Timing:
    """Hears of each step of the work as a ``Progress`` does.

    ``paces``: the seconds a step of each stage that former work took, until a stage has its own.
    """

    def __init__(
        self,
        paces: Mapping[str, float] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._known = dict(paces or {})
        self._clock = clock
        self._stage = ""
        self._first = (0, 0.0)  # steps done at the stage's first report, and when that was
        self._last = (0, 0.0)
        self._total = 0
        self.paces: dict[str, float] = {}  # of the stages of this work

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Note that ``done`` of ``total`` steps of ``stage`` are done."""
        now = self._clock()
        if stage != self._stage:
            self._stage, self._first = stage, (done, now)  # steps before it may have cost nothing
        self._last, self._total = (done, now), total
        if pace := self._own_pace():
            self.paces[stage] = pace

    def left(self) -> float | None:
        """Seconds that are left of the stage as of its last report; None: not known."""
        steps = self._total - self._last[0]
        pace = self._own_pace() or self._known.get(self._stage)
        return steps * pace if pace is not None else None if steps else 0.0

    def _own_pace(self) -> float | None:
        """Seconds a step of the stage, from its first report on."""
        steps, seconds = (b - a for a, b in zip(self._first, self._last, strict=True))
        return seconds / steps if steps > 0 and seconds >= _SURE_S else None


def left_in_words(seconds: float | None) -> str:
    """ "이 단계 약 40초 남음"; "" where nothing is known or left."""
    return f"이 단계 {_about(seconds)} 남음" if seconds else ""


def _about(seconds: float) -> str:
    """ "약 40초", "약 3분", "약 1시간 20분": rounded up."""
    if seconds <= 60:
        return f"약 {max(1, math.ceil(seconds / 10)) * 10}초"
    minutes = math.ceil(seconds / 60)
    if minutes < 60:
        return f"약 {minutes}분"
    hours, rest = divmod(math.ceil(minutes / 10) * 10, 60)
    return f"약 {hours}시간 {rest}분" if rest else f"약 {hours}시간"
