"""Changes that are cut off, watched, random or faulty: the benchmarks of ``tests/bench``, short."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.changes_faults import FAULTS, Fault, outcome, template
from tests.bench.changes_kills import trials
from tests.bench.changes_model import Changes, operate
from tests.bench.changes_switches import watched

# One of each kind; each is a process that starts.
_FAULTS = ("library cut to nothing, add", "CURRENT overwritten, add", "no file above 8 KiB")


def test_a_killed_change_leaves_a_whole_state_and_is_finished_by_a_repeated_command(
    tmp_path: Path,
) -> None:
    assert trials(tmp_path / "kills", 6, seed=3)[1] == []


def test_no_random_changes_let_anything_but_what_is_in_force_be_found() -> None:
    operate(80, steps=15)
    assert Changes.operations >= 80


def test_generations_switch_under_questions_without_one_that_fails_or_mixes_them(
    tmp_path: Path,
) -> None:
    asked, switched = watched(tmp_path, 4, threads=8)
    assert len(switched) == 4
    assert [one for one in asked if one.failed or len(one.numbers) != 1] == []
    late = [
        one
        for number, at in switched.items()
        for one in asked
        if one.at > at + 1 and max(one.numbers) < number
    ]
    assert late == []


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that each fault finds whole."""
    return template(tmp_path_factory.mktemp("faults"))


@pytest.mark.parametrize(
    "fault", [one for one in FAULTS if one.name in _FAULTS], ids=lambda f: f.name
)
def test_a_fault_is_told_and_leaves_what_is_live(sound: Path, fault: Fault) -> None:
    assert outcome(fault, sound) == ""
