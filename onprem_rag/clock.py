"""How long the steps of an answer took."""

from __future__ import annotations

import time


class Clock:
    """Milliseconds a step, in the order of the story."""

    def __init__(self) -> None:
        self._began = self._last = time.perf_counter()
        self._steps: list[tuple[str, float]] = []

    def step(self, name: str) -> None:
        """Note that a step is done."""
        now = time.perf_counter()
        self._steps.append((name, round((now - self._last) * 1000, 2)))
        self._last = now

    def timings(self) -> tuple[tuple[str, float], ...]:
        """Milliseconds by step, and in total."""
        total = round((time.perf_counter() - self._began) * 1000, 2)
        return (*self._steps, ("total", total))
