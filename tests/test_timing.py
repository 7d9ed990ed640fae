"""How long work still takes: by a clock that the tests turn."""

from __future__ import annotations

import pytest

from onprem_rag.timing import Pace, Timing, left_in_words


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


PACES = {"형태소 분석": Pace(20.0, 1.0, 1000), "벡터 계산": Pace(30.0, 9.0, 1000)}


def test_the_whole_run_is_told_from_former_runs() -> None:
    """A quarter of the passages: half as long, as much of a run is the same for any."""
    clock = Clock()
    timing = Timing(PACES, clock)
    timing("파일 읽기", 0, 50, 0)
    assert (timing.whole(), timing.words()) == (None, "파일 0/50 · 조문 0개 · 남은 시간 계산 중")
    clock.now += 5
    timing("파일 읽기", 25, 50, 125)
    assert timing.left() == 5.0
    assert timing.whole() == 5.0 + (20 + 1 + 30 + 9) / 2
    assert timing.words() == "파일 25/50 · 조문 125개 · 전체 약 40초 남음"
    clock.now += 3
    assert timing.left() == 2.0, "it counts down between the reports"
    clock.now += 2
    timing("파일 읽기", 50, 50, 250)
    timing("형태소 분석", 0, 500)
    assert timing.whole() == (20 + 1 + 30 + 9) / 2
    clock.now += 4
    timing("형태소 분석", 100, 500)
    assert timing.whole() == 16 + (1 + 30 + 9) / 2, "a stage's own speed counts"
    clock.now += 1
    timing("벡터 계산", 500, 500)
    assert timing.whole() == 4.5, "what comes after the last step"
    clock.now += 4
    assert timing.words() == "파일 50/50 · 조문 250개 · 전체 약 10초 남음"
    clock.now += 4
    assert timing.whole() == 0.0
    assert timing.words() == "파일 50/50 · 조문 250개"


def test_a_first_run_tells_of_the_stage_only() -> None:
    clock = Clock()
    timing = Timing({}, clock)
    timing("파일 읽기", 1, 50, 9)
    assert timing.words() == "파일 1/50 · 조문 9개 · 남은 시간 계산 중"
    clock.now += 5
    timing("파일 읽기", 11, 50, 99)
    assert timing.words() == "파일 11/50 · 조문 99개 · 이 단계 약 20초 남음, 전체는 계산 중"


def test_a_long_run_is_remembered_and_a_short_one_is_not() -> None:
    clock = Clock()
    for passages, paces in ((1200, {"벡터 계산": Pace(6.0, 2.0, 1200)}), (12, {})):
        timing = Timing({}, clock)
        timing("파일 읽기", 50, 50, passages)
        timing("벡터 계산", 0, passages)
        clock.now += 6
        timing("벡터 계산", passages, passages)
        clock.now += 2
        assert timing.paces() == paces


def test_a_run_without_new_passages_tells_of_the_stage_only() -> None:
    """How long the others take for the passages of the library isn't known: not nothing."""
    clock = Clock()
    timing = Timing(PACES, clock)
    timing("벡터 계산", 0, 10)
    assert timing.words() == "남은 시간 계산 중"
    clock.now += 4
    timing("벡터 계산", 2, 10)
    assert timing.words() == "이 단계 약 20초 남음, 전체는 계산 중"


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
