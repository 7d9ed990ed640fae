"""How long work still takes: by a clock that the tests turn."""

from __future__ import annotations

import pytest

from onprem_rag.timing import Left, Timing


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_stages_time_is_told_once_its_speed_is_known() -> None:
    clock = Clock()
    timing = Timing(clock=clock)
    assert timing.left() == Left(0.0)
    timing("벡터 계산", 10, 100)
    assert timing.left() == Left(), "one report tells no speed"
    clock.now += 1
    timing("벡터 계산", 20, 100)
    assert timing.left() == Left(), "nor does one second"
    clock.now += 3
    timing("벡터 계산", 30, 100)
    assert timing.left() == Left(stage=70 * 4 / 20)
    timing("벡터 계산", 100, 100)
    assert timing.left() == Left(0.0)


def test_what_was_known_before_the_first_step_is_no_speed() -> None:
    """Of 1,000 vectors 900 were kept from last time; the rest take a second each."""
    clock = Clock()
    timing = Timing(clock=clock)
    timing("벡터 계산", 910, 1000)
    clock.now += 10
    timing("벡터 계산", 920, 1000)
    assert timing.left() == Left(stage=80.0)


def test_the_whole_is_known_once_every_stage_to_come_is() -> None:
    clock = Clock()
    timing = Timing({"임베더 학습": 0.5}, clock)
    timing("파일 읽기", 1, 3)
    clock.now += 10
    timing("파일 읽기", 2, 3)
    assert timing.left() == Left(stage=10.0), "nobody has said what is to come"
    timing("형태소 분석", 0, 40)
    timing("임베더 학습", 0, 20)
    assert timing.left() == Left(stage=10.0), "the analysis was never timed"
    timing("형태소 분석", 10, 40)
    clock.now += 5
    timing("형태소 분석", 20, 40)
    assert timing.left() == Left(stage=10.0, whole=20.0)
    timing("임베더 학습", 1, 20)
    assert timing.left() == Left(stage=9.5, whole=9.5), "last time's speed, until there is its own"
    assert timing.paces == {"파일 읽기": 10.0, "형태소 분석": 0.5}


def test_an_announced_stage_is_not_yet_the_one_that_runs() -> None:
    clock = Clock()
    timing = Timing(clock=clock)
    timing("파일 읽기", 1, 5)
    clock.now += 4
    timing("벡터 계산", 0, 70)
    timing("파일 읽기", 3, 5)
    assert timing.left() == Left(stage=4.0)


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (Left(), ""),
        (Left(0.0), ""),
        (Left(0.0, 0.0), ""),
        (Left(3.0), "이 단계 약 10초 남음"),
        (Left(31.0), "이 단계 약 40초 남음"),
        (Left(5.0, 61.0), "약 2분 남음"),
        (Left(5.0, 180.0), "약 3분 남음"),
        (Left(0.0, 59 * 60.0), "약 59분 남음"),
        (Left(0.0, 3600.0), "약 1시간 남음"),
        (Left(0.0, 71 * 60.0), "약 1시간 20분 남음"),
    ],
)
def test_in_words(left: Left, words: str) -> None:
    assert left.words() == words
