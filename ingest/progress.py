"""Signs of life from a step that takes long, for whoever waits for this process."""

from __future__ import annotations

from collections.abc import Callable


def _nobody() -> None:
    """Nobody waits."""


_listener: Callable[[], None] = _nobody


def report_progress() -> None:
    """Tell the listener, where there is one, that work goes on."""
    _listener()


def listen(listener: Callable[[], None]) -> None:
    """Have ``listener`` called at each sign of life from now on."""
    global _listener
    _listener = listener
