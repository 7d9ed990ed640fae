"""The queue before the one model: in order of arrival, and nobody is forgotten."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from onprem_rag.generate.queue import Place, Queue

FAR = 60.0


def soon() -> float:
    return time.monotonic() + FAR


def start(work: object, *arguments: object) -> threading.Thread:
    thread = threading.Thread(target=work, args=arguments, daemon=True)  # type: ignore[arg-type]
    thread.start()
    return thread


def test_the_first_does_not_wait() -> None:
    place = Queue().join()
    assert place.before == 0
    assert list(place.waiting(soon())) == []


def test_each_hears_how_many_come_first_as_this_changes() -> None:
    queue = Queue()
    first, second, third = queue.join(), queue.join(), queue.join()
    waiting = third.waiting(soon())
    assert next(waiting) == 2
    first.leave()
    assert next(waiting) == 1
    assert second.before == 0
    second.leave()
    assert list(waiting) == []
    assert third.before == 0


def test_twenty_at_once_are_served_one_at_a_time_in_the_order_they_came() -> None:
    queue = Queue()
    places = [queue.join() for _ in range(20)]
    served: list[int] = []
    heard: list[list[int]] = [[] for _ in places]
    inside: list[int] = []
    together: list[int] = []

    def wait(number: int) -> None:
        heard[number] += places[number].waiting(soon())
        inside.append(number)
        together.append(len(inside))
        time.sleep(0.002)
        served.append(number)
        inside.remove(number)
        places[number].leave()

    threads = [start(wait, number) for number in reversed(range(20))]
    for thread in threads:
        thread.join(FAR)
    assert served == list(range(20))
    assert max(together) == 1
    assert heard[0] == []
    assert all(told == sorted(set(told), reverse=True) for told in heard)  # ever fewer


def test_leaving_in_the_queue_moves_the_later_ones_up() -> None:
    queue = Queue()
    first, second, third = queue.join(), queue.join(), queue.join()
    second.leave()
    assert (first.before, second.before, third.before) == (0, None, 1)
    second.leave()  # twice is no matter
    assert third.before == 1


def test_who_has_left_waits_no_more() -> None:
    queue = Queue()
    queue.join()
    place = queue.join()
    ended = threading.Event()

    def wait() -> None:
        list(place.waiting(soon()))
        ended.set()

    thread = start(wait)
    assert not ended.wait(0.05)
    place.give_up()
    assert ended.wait(5)
    thread.join(5)
    assert place.before is None


def test_giving_up_does_not_end_a_turn_that_has_begun() -> None:
    queue = Queue()
    first, second = queue.join(), queue.join()
    first.give_up()
    assert (first.before, second.before) == (0, 1)
    first.leave()
    assert second.before == 0


def test_a_turn_that_fails_is_not_lost() -> None:
    queue = Queue()
    places = [queue.join() for _ in range(3)]
    served: list[int] = []

    def wait(number: int) -> None:
        try:
            list(places[number].waiting(soon()))
            if number == 1:
                return  # as when its work raises
            served.append(number)
        finally:
            places[number].leave()

    threads = [start(wait, number) for number in range(3)]
    for thread in threads:
        thread.join(FAR)
    assert served == [0, 2]
    assert queue.join().before == 0


def test_waiting_ends_at_its_time() -> None:
    queue = Queue()
    queue.join()
    place = queue.join()
    waiting: Iterator[int] = place.waiting(time.monotonic() + 0.05)
    assert next(waiting) == 1
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        next(waiting)
    assert time.monotonic() - began < 5


def test_a_turn_that_has_come_counts_even_when_the_time_is_over() -> None:
    queue = Queue()
    place: Place = queue.join()
    assert list(place.waiting(time.monotonic() - 1)) == []
