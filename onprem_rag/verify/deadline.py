"""How long one check may take."""

from __future__ import annotations

import time


class OutOfTimeError(Exception):
    """A check was not done in its time; whatever it had not looked at is unchecked."""


class Deadline:
    """A moment after which nothing more is begun."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """The seconds until then. Raises OutOfTimeError when none are left."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise OutOfTimeError
        return left
