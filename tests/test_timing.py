"""How long work still takes: by a clock that the tests turn."""

from __future__ import annotations

import pytest

from onprem_rag.timing import Timing, left_in_words


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_stages_time_is_told_once_its_speed_is_known() -> None:
    clock = Clock()
    timing = Timing(clock=clock)
    assert timing.left() == 0.0
    timing("벡터 계산", 10, 100)
    assert timing.left() is None, "one report tells no speed"
    clock.now += 1
    timing("벡터 계산", 20, 100)
    assert timing.left() is None, "nor does one second"
    clock.now += 3
    timing("벡터 계산", 30, 100)
    assert timing.left() == 70 * 4 / 20
    timing("벡터 계산", 100, 100)
    assert timing.left() == 0.0


def test_what_was_known_before_the_first_step_is_no_speed() -> None:
    """Of 1,000 vectors 900 were kept from last time; the rest take a second each."""
    clock = Clock()
    timing = Timing(clock=clock)
    timing("벡터 계산", 910, 1000)
    clock.now += 10
    timing("벡터 계산", 920, 1000)
    assert timing.left() == 80.0


def test_the_speed_of_former_work_counts_until_a_stage_has_its_own() -> None:
    clock = Clock()
    timing = Timing({"임베더 학습": 0.5}, clock)
    timing("임베더 학습", 0, 20)
    assert timing.left() == 10.0
    clock.now += 4
    timing("임베더 학습", 2, 20)
    assert timing.left() == 36.0
    timing("벡터 계산", 1, 20)
    assert timing.left() is None
    assert timing.paces == {"임베더 학습": 2.0}


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (None, ""),
        (0.0, ""),
        (3.0, "이 단계 약 10초 남음"),
        (31.0, "이 단계 약 40초 남음"),
        (61.0, "이 단계 약 2분 남음"),
        (180.0, "이 단계 약 3분 남음"),
        (59 * 60.0, "이 단계 약 59분 남음"),
        (3600.0, "이 단계 약 1시간 남음"),
        (71 * 60.0, "이 단계 약 1시간 20분 남음"),
    ],
)
def test_in_words(left: float | None, words: str) -> None:
    assert left_in_words(left) == words
