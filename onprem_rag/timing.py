"""How long work still takes, by how fast it has gone; nothing is said before."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

Progress = Callable[[str, int, int], None]  # (Korean name of the stage, done, total)
UNKNOWN = "남은 시간 계산 중"

_SURE_S = 2.0  # a stage is watched for so long before its own speed counts
_ENOUGH = 200  # passages; less work tells little of more


class RunProgress(Protocol):
    """Hears of each step of a run as a ``Progress`` does; ``passages``: those read so far.

    Who reads files tells how many passages; the stages after that are about those.
    """

    def __call__(self, stage: str, done: int, total: int, passages: int | None = None) -> None:
        """Note that ``done`` of ``total`` steps of ``stage`` are done."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a stage took in a former run: its steps, and what came after the last one."""

    steps: float  # seconds
    rest: float
    passages: int  # that the run had read


class Timing:
    """The stages of one run, as they are reported.

    ``paces``: those of former runs, in their order; None for work of one stage.
    """

    def __init__(
        self,
        paces: Mapping[str, Pace] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._known = paces
        self._clock = clock
        self._stage = ""
        self._is_reading = False
        self._first = (0, 0.0)  # steps done at the stage's first report, and when that was
        self._last = (0, 0.0)
        self._total = 0
        self._done: dict[str, tuple[float, float]] = {}  # as in Pace, of this run
        self.files = (0, 0)  # read, of all
        self.passages = 0

    def __call__(self, stage: str, done: int, total: int, passages: int | None = None) -> None:
        """Note that ``done`` of ``total`` steps of ``stage`` are done."""
        now = self._clock()
        if stage != self._stage:
            self._end(now)
            self._stage, self._first = stage, (done, now)  # steps before it may have cost nothing
        self._last, self._total = (done, now), total
        self._is_reading = passages is not None
        if passages is not None:
            self.files, self.passages = (done, total), passages

    def left(self) -> float | None:
        """Seconds that are left of the stage; None: not known."""
        steps = self._total - self._last[0]
        pace = self._own_pace()
        if pace is not None:
            return max(0.0, steps * pace - self._since(self._last)) if steps else 0.0
        if not steps:
            return 0.0
        known = self._usual(self._stage)
        return max(0.0, known[0] - self._since(self._first)) if known else None

    def whole(self) -> float | None:
        """Seconds that are left of the whole run; None: not known."""
        left = self.left()
        if left is None or not self._known or not self.passages:  # the paces are of so many
            return None
        here = self._usual(self._stage) or (0.0, 0.0)
        rest = here[1]
        if self._last[0] == self._total:
            rest = max(0.0, rest - self._since(self._last))
        coming = [
            stage for stage in self._known if stage not in self._done and stage != self._stage
        ]
        return left + rest + sum(sum(self._usual(stage) or ()) for stage in coming)

    def words(self) -> str:
        """What is done and left, beside a bar of the stage: "파일 52/52 · 조문 9개 · 전체 …"."""
        counts = counts_in_words(*self.files, self.passages)
        known = self._known is not None
        left = run_in_words(self.left(), self.whole()) if known else left_in_words(self.left())
        return " · ".join(filter(None, (counts, left)))

    def paces(self) -> dict[str, Pace]:
        """The stages of this run, which is over, where it was long enough to tell of others."""
        self._end(self._clock())
        self._stage = ""
        if self.passages < _ENOUGH:
            return {}
        return {stage: Pace(*seconds, self.passages) for stage, seconds in self._done.items()}

    def _end(self, now: float) -> None:
        """The stage is over. Reading has no usual time: mostly, few files are new."""
        if self._stage and not self._is_reading:
            self._done[self._stage] = (self._last[1] - self._first[1], now - self._last[1])

    def _usual(self, stage: str) -> tuple[float, float] | None:
        """The seconds of a stage's steps and of what comes after, for as many passages as now."""
        known = (self._known or {}).get(stage)
        if known is None:
            return None
        read, files = self.files
        expected = self.passages * files / max(1, read)
        # Much of a run (loading, training) doesn't grow with it: 7.7 times the passages took 2.7
        # times as long.
        share = math.sqrt(expected / known.passages)
        return known.steps * share, known.rest * share

    def _own_pace(self) -> float | None:
        """Seconds a step of the stage, from its first report on."""
        steps, seconds = (b - a for a, b in zip(self._first, self._last, strict=True))
        return seconds / steps if steps > 0 and seconds >= _SURE_S else None

    def _since(self, report: tuple[int, float]) -> float:
        return self._clock() - report[1]


def counts_in_words(read: int, files: int, passages: int) -> str:
    """ "파일 12/52 · 조문 340개"; "" where there are no files."""
    return f"파일 {read:,}/{files:,} · 조문 {passages:,}개" if files else ""


def run_in_words(left: float | None, whole: float | None) -> str:
    """ "전체 약 3분 남음", or what is known of the stage alone; "" where nothing is left."""
    if whole is not None:
        return f"전체 {_about(whole)} 남음" if whole else ""
    return f"{left_in_words(left)}, 전체는 계산 중" if left else UNKNOWN


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
