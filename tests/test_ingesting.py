"""What the app learns of a running ingest, and that it learns nothing of a dead one."""

from __future__ import annotations

import math
import os
import re
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from onprem_rag import ingesting
from onprem_rag.ingesting import Ingesting, progressing, read, read_paces
from onprem_rag.timing import RunProgress
from tests.conftest import PROJECT

Steps = list[tuple[str, int, int, int | None]]


def nothing(stage: str, done: int, total: int, passages: int | None = None) -> None:
    """No bars."""


def report(progress: RunProgress, stage: str, done: int, total: int) -> None:
    """One step, late enough to be written down."""
    time.sleep(ingesting._EVERY_S)
    progress(stage, done, total)


def test_it_is_told_while_it_runs_and_gone_afterwards(tmp_path: Path) -> None:
    steps: Steps = []
    assert read(tmp_path) is None
    with progressing(tmp_path, "sync", lambda *step: steps.append(step)) as progress:
        first = read(tmp_path)
        assert first
        assert (first.pid, first.command, first.stage) == (os.getpid(), "sync", "")
        assert first.words() == ("준비 중", "", "")
        time.sleep(ingesting._EVERY_S)
        progress("파일 읽기", 12, 52, 340)
        second = read(tmp_path)
        assert second
        assert (second.stage, second.done, second.total) == ("파일 읽기", 12, 52)
        assert second.started == first.started
        assert second.words() == (
            "파일 읽기 23%",
            "파일 12/52 · 조문 340개",
            "남은 시간 계산 중",
        )
    assert read(tmp_path) is None
    assert list(tmp_path.iterdir()) == []
    assert steps == [("파일 읽기", 12, 52, 340)], "the bars hear of every step"


def test_it_is_written_four_times_a_second_at_most(tmp_path: Path) -> None:
    seen: set[int] = set()
    with progressing(tmp_path, "add", nothing) as progress:
        began = time.monotonic()
        for done in range(1, 2001):
            progress("벡터 계산", done, 10_000)
            seen.add((tmp_path / "ingest.json").stat().st_ino)
        most = 1 + (time.monotonic() - began) / ingesting._EVERY_S
    assert len(seen) <= most + 1


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_nothing_is_left_after_an_interruption(tmp_path: Path, error: type[BaseException]) -> None:
    def interrupted() -> None:
        with progressing(tmp_path, "add", nothing) as progress:
            report(progress, "벡터 계산", 1, 2)
            assert read(tmp_path)
            raise error

    with pytest.raises(error):
        interrupted()
    assert read(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_was_killed_runs_no_longer(tmp_path: Path) -> None:
    """Its record stays; the next ingest takes its place."""
    code = (
        "import sys, time; from pathlib import Path; from onprem_rag.ingesting import progressing\n"
        "with progressing(Path(sys.argv[1]), 'add', print): print('on', flush=True); time.sleep(60)"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        stdout=subprocess.PIPE,
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )
    assert child.stdout
    assert child.stdout.readline() == b"on\n"
    running = read(tmp_path)
    assert running
    assert running.pid == child.pid
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert (tmp_path / "ingest.json").is_file()
    assert read(tmp_path) is None
    with progressing(tmp_path, "sync", nothing):
        running = read(tmp_path)
        assert running
        assert running.command == "sync"
    assert list(tmp_path.iterdir()) == []


def test_readers_see_every_moment_of_a_running_ingest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record is replaced all the time under readers that ask all the time."""
    monkeypatch.setattr(ingesting, "_EVERY_S", 0.0)
    missed: list[int] = []
    seen: list[Ingesting] = []
    over = threading.Event()

    def reader() -> None:
        while not over.is_set():
            found = read(tmp_path)
            if found is None:
                missed.append(1)
            else:
                seen.append(found)

    with progressing(tmp_path, "add", nothing) as progress:
        threads = [threading.Thread(target=reader) for _ in range(3)]
        for thread in threads:
            thread.start()
        for done in range(1, 301):
            progress("벡터 계산", done, 300)
        over.set()
        for thread in threads:
            thread.join()
    assert len(seen) > 50
    assert len(missed) <= len(seen) // 50, "a reader that was overtaken three times in a row"


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "7",
        "{}",
        '{"pid": 1, "command": "add", "started": "", "more": 1}',
        '{"pid": 1, "command": "add", "started": "", "done": "많이"}',
        '{"pid": 1, "command": "add", "started": "", "stage": 7}',
        '{"pid": 1, "command": "add", "started": "", "stage_left": NaN}',
        '{"pid": 1, "command": "add", "started": "", "stage_left": -1}',
    ],
)
def test_a_damaged_record_says_nothing(tmp_path: Path, content: str) -> None:
    with progressing(tmp_path, "add", nothing):
        path = tmp_path / "ingest.json"
        assert read(tmp_path)
        path.write_text(content, encoding="utf-8")  # under the lock
        assert read(tmp_path) is None


def test_work_goes_on_where_nothing_can_be_written(tmp_path: Path) -> None:
    steps: Steps = []
    absent = tmp_path / "gone"
    with progressing(absent, "add", lambda *step: steps.append(step)) as progress:
        report(progress, "파일 읽기", 1, 2)
        assert read(absent) is None
    assert steps == [("파일 읽기", 1, 2, None)]


def test_how_long_a_run_took_is_kept_for_the_next(tmp_path: Path) -> None:
    assert read_paces(tmp_path) == {}
    with progressing(tmp_path, "add", nothing) as progress:
        progress("파일 읽기", 9, 9, 1000)
        progress("벡터 계산", 0, 1000)
        time.sleep(0.2)
        progress("벡터 계산", 1000, 1000)
    paces = read_paces(tmp_path)
    assert 0.2 <= paces["벡터 계산"].steps < 2
    with progressing(tmp_path, "add", nothing) as progress:
        progress("파일 읽기", 9, 9, 250_000)
        report(progress, "벡터 계산", 0, 250_000)
        running = read(tmp_path)
        assert running
        assert (running.files, running.all_files, running.passages) == (9, 9, 250_000)
        assert running.stage_left == pytest.approx(
            math.sqrt(250) * paces["벡터 계산"].steps, rel=0.1
        )
        share, counts, left = running.words()
        assert (share, counts) == ("벡터 계산 0%", "파일 9/9 · 조문 250,000개")
        assert re.fullmatch("전체 약 .+ 남음", left)
        for ago, still in ((0, "약 2분"), (70, "약 30초"), (300, "약 10초")):  # it counts down
            later = replace(running, left=100.0, at=time.time() - ago)
            assert later.words()[2] == f"전체 {still} 남음"
    assert read_paces(tmp_path)["벡터 계산"].passages == 250_000
    with progressing(tmp_path, "add", nothing) as progress:
        progress("파일 읽기", 9, 9, 1000)
        progress("벡터 계산", 1000, 1000)
    assert read_paces(tmp_path)["벡터 계산"].passages == 250_000, "a small run tells less"


@pytest.mark.parametrize(
    "content", ["", "[7]", "7", '{"벡터 계산": 0.5}', '{"벡터 계산": [1, -1, 9]}']
)
def test_a_damaged_memory_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / ".ingest-paces.json").write_text(content, encoding="utf-8")
    assert read_paces(tmp_path) == {}
