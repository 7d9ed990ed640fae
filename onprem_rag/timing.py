"""How long work still takes, told from how fast it has gone; nothing is said before it is known."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Progress = Callable[[str, int, int], None]  # (Korean name of the stage, done, total)

_SURE_S = 2.0  # a stage is watched for so long before its own speed counts


@dataclass(frozen=True, slots=True)
class Left:
    """Seconds that are left of the stage, and of all the work; None: not known."""

    stage: float | None = None
    whole: float | None = None

    def words(self) -> str:
        """ "약 3분 남음", "이 단계 약 40초 남음", or "" where nothing is known or left."""
        if self.whole:
            return f"{_about(self.whole)} 남음"
        return f"이 단계 {_about(self.stage)} 남음" if self.stage else ""


class Timing:
    """Hears of each step of the work as a ``Progress`` does.

    A stage that is reported with nothing done (``done == 0``) is announced: it is to come, and
    counts for the whole from then on. The whole is known once all stages to come are announced,
    which whoever announces any does for all of them, and once the speed of each is known: from
    ``paces``, the seconds a step that former work took.
    """

    def __init__(
        self,
        paces: Mapping[str, float] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._known = dict(paces or {})
        self._clock = clock
        self._coming: dict[str, int] = {}
        self._announced = False
        self._stage = ""
        self._first = (0, 0.0)  # steps done at the stage's first report, and when that was
        self._last = (0, 0.0)
        self._total = 0
        self.paces: dict[str, float] = {}  # of the stages of this work

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Note that ``done`` of ``total`` steps of ``stage`` are done."""
        if not done:
            self._coming[stage] = total
            self._announced = True
            return
        now = self._clock()
        if stage != self._stage:
            self._stage, self._first = stage, (done, now)  # steps before it may have cost nothing
            self._coming.pop(stage, None)
        self._last, self._total = (done, now), total
        if pace := self._own_pace():
            self.paces[stage] = pace

    def left(self) -> Left:
        """What is left as of the last report."""
        pace = self._own_pace() or self._known.get(self._stage)
        steps = self._total - self._last[0]
        stage = steps * pace if pace is not None else None if steps else 0.0
        if stage is None or not self._announced or self._coming.keys() - self._known.keys():
            return Left(stage)
        coming = sum(total * self._known[name] for name, total in self._coming.items())
        return Left(stage, stage + coming)

    def _own_pace(self) -> float | None:
        """Seconds a step of the stage, from its first report on."""
        steps, seconds = (b - a for a, b in zip(self._first, self._last, strict=True))
        return seconds / steps if steps > 0 and seconds >= _SURE_S else None


def _about(seconds: float) -> str:
    """ "약 40초", "약 3분", "약 1시간 20분": rounded up."""
    if seconds <= 60:
        return f"약 {max(1, math.ceil(seconds / 10)) * 10}초"
    minutes = math.ceil(seconds / 60)
    if minutes < 60:
        return f"약 {minutes}분"
    hours, rest = divmod(math.ceil(minutes / 10) * 10, 60)
    return f"약 {hours}시간 {rest}분" if rest else f"약 {hours}시간"
