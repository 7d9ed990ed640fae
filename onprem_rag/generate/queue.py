"""A fair queue: one at a time, in the order in which they came."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator


class Queue:
    """Who comes first; ``join`` gives a place at its end. Safe for any number of threads."""

    def __init__(self) -> None:
        self.moved = threading.Condition(threading.RLock())
        self.places: list[Place] = []

    def join(self) -> Place:
        """A place at the end. Whoever takes one has to leave it."""
        with self.moved:
            place = Place(self)
            self.places.append(place)
            return place


class Place:
    """One's place in a queue. It is one's turn when nobody is before, until one leaves."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    @property
    def before(self) -> int | None:
        """How many come first; 0 is one's turn. None once the place was left."""
        with self._queue.moved:
            return self._before()

    def _before(self) -> int | None:
        places = self._queue.places
        return places.index(self) if self in places else None

    def waiting(self, until: float) -> Iterator[int]:
        """How many come first, now and each time it changes. Ends when none does.

        It ends too when the place is left (by another thread). Raises TimeoutError when it isn't
        one's turn at ``until`` (``time.monotonic``).
        """
        told = 0
        while True:
            with self._queue.moved:
                seconds = max(0.0, min(until - time.monotonic(), threading.TIMEOUT_MAX))
                before = self._before()
                if before and before == told:
                    self._queue.moved.wait(seconds)
                    before = self._before()
            if not before:
                return
            if time.monotonic() >= until:
                raise TimeoutError
            if before != told:
                told = before
                yield before

    def leave(self) -> None:
        """Gives the place, or the turn, to the next. Leaving twice does nothing."""
        with self._queue.moved:
            if self in self._queue.places:
                self._queue.places.remove(self)
                self._queue.moved.notify_all()

    def give_up(self) -> None:
        """Leaves while others come first; a turn that has begun is kept until ``leave``."""
        with self._queue.moved:
            if self._before():
                self.leave()
