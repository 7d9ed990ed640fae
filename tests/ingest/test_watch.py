"""The library as a folder is, while somebody works in the folder."""

from __future__ import annotations

import errno
import itertools
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest import watch as watching
from ingest.pipeline import Outcome
from onprem_rag.errors import LibraryError
from onprem_rag.index import generations
from tests.conftest import PROJECT
from tests.ingest.holding import Desk, rule

PATIENCE_S = 60.0


class Watch:
    """``ingest watch`` in a thread, and what it told."""

    def __init__(self, desk: Desk) -> None:
        self.told: list[Outcome] = []
        self.stop = threading.Event()
        arguments = (desk.config, desk.folder, self.told.append, self.stop)
        self.thread = threading.Thread(target=watching.watch, args=arguments)
        self.thread.start()

    def close(self) -> None:
        self.stop.set()
        self.thread.join()


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)  # looking takes of the time that the watch needs


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(watching, "LOOK_S", 0.05)
    monkeypatch.setattr(watching, "QUIET_S", 0.3)
    monkeypatch.setattr(watching, "AGAIN_S", 0.2)
    monkeypatch.setattr(watching, "MOST_S", 1.5)
    return Desk(tmp_path)


def put_long_ago(desk: Desk, name: str, text: str) -> None:
    """Nobody can take it for a file that is still being written."""
    os.utime(desk.put(name, text), (0, 0))


@pytest.fixture
def watch(desk: Desk) -> Iterator[Watch]:
    put_long_ago(desk, "여비규정.txt", rule(2))
    watch = Watch(desk)
    yield watch
    watch.close()


def test_files_come_change_and_go(desk: Desk, watch: Watch) -> None:
    until(lambda: len(watch.told) == 1)
    assert watch.told[0].summary == ("여비규정 1판: 새 규정",)
    desk.put("보수규정.txt", rule(5, title="보수규정"))  # as if copied in one go with the next
    desk.put("여비규정.txt", rule(3))
    until(lambda: desk.amounts() == [3] and desk.amounts(title="보수규정") == [5])
    os.remove(desk.folder / "보수규정.txt")
    until(lambda: desk.amounts(title="보수규정") == [])
    assert desk.amounts() == [3]


def test_a_folder_that_goes_away_and_comes_back_is_watched_on(
    desk: Desk, watch: Watch, capsys: pytest.CaptureFixture[str]
) -> None:
    until(lambda: len(watch.told) == 1)
    away = desk.folder.with_name("떨어진 디스크")
    os.rename(desk.folder, away)
    said = []

    def refused() -> bool:
        said.append(capsys.readouterr().err)
        return "폴더가 없거나 비어 있습니다" in "".join(said)

    until(refused)
    assert desk.amounts() == [2]
    os.rename(away, desk.folder)
    until(lambda: len(watch.told) > 1)
    desk.put("여비규정.txt", rule(3))
    until(lambda: desk.amounts() == [3])


def test_hidden_files_keep_nobody_waiting_and_a_full_disk_is_told_and_tried_again(
    desk: Desk, watch: Watch, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    until(lambda: len(watch.told) == 1)
    real, refused = generations.switch, []

    def full(*arguments: object) -> None:
        if not refused:
            refused.append(arguments)
            raise OSError(errno.ENOSPC, "No space left on device")
        real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(generations, "switch", full)
    desk.put("여비규정.txt", rule(3))
    numbers = itertools.count()

    def restless() -> bool:
        (desk.folder / ".log").write_text("…" * next(numbers))
        return desk.amounts() == [3]

    until(restless)
    assert "디스크가 가득 찼습니다" in capsys.readouterr().err


def test_what_is_written_all_the_time_keeps_nothing_else_waiting(
    desk: Desk, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is half of it taken in."""
    until(lambda: len(watch.told) == 1)
    monkeypatch.setattr(watching, "QUIET_S", 1.0)  # longer than a busy machine pauses
    long, text, over = desk.folder / "보수규정.txt", rule(5, title="보수규정"), threading.Event()

    def write() -> None:
        for number in itertools.count():
            long.write_text(text[: len(text) // 2] + "…" * number)
            if over.wait(0.05):
                return

    writer = threading.Thread(target=write)
    writer.start()
    try:
        desk.put("여비규정.txt", rule(3))
        until(lambda: desk.amounts() == [3] and len(watch.told) > 1)
        assert desk.amounts(title="보수규정") == []
        reasons = [{one.path: one.reason for one in done.failed} for done in watch.told[1:]]
        assert {told[str(long)] for told in reasons} == {
            "아직 쓰이고 있습니다. → 다 쓰이고 나면 그때 읽습니다."
        }
    finally:
        over.set()
        writer.join()
    long.write_text(text)
    until(lambda: desk.amounts(title="보수규정") == [5])


def test_half_a_file_is_not_taken_in_when_it_begins(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "QUIET_S", 1.0)  # longer than a busy machine pauses
    put_long_ago(desk, "여비규정.txt", rule(2))
    text = rule(5, title="보수규정")
    long = desk.put("보수규정.txt", text[: len(text) // 2])
    ahead = time.time() + 3600
    os.utime(long, (ahead, ahead))  # by the clock of the share that it lies on
    watch = Watch(desk)
    try:
        until(lambda: len(watch.told) == 1)
        assert watch.told[0].summary == ("여비규정 1판: 새 규정",)
        assert [one.path for one in watch.told[0].failed] == [str(long)]
        long.write_text(text)
        until(lambda: desk.amounts(title="보수규정") == [5])
    finally:
        watch.close()
    lines = [line for told in watch.told for line in told.summary if "보수규정" in line]
    assert lines == ["보수규정 1판: 새 규정"]


def test_on_the_command_line_it_tells_when_it_began_what_it_did_and_that_it_has_ended(
    desk: Desk,
) -> None:
    put_long_ago(desk, "여비규정.txt", rule(2))
    watched = subprocess.Popen(
        [sys.executable, "-m", "ingest", "watch", "--home", desk.home, desk.folder],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
    )
    assert watched.stdout
    lines = [watched.stdout.readline() for _ in range(4)]
    watched.send_signal(signal.SIGINT)
    out, err = watched.communicate(timeout=PATIENCE_S)
    assert lines[0] == f"{desk.folder} 폴더를 지켜봅니다. 멈추려면 Ctrl-C를 누르세요.\n"
    assert re.fullmatch(r"\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\]\n", lines[1])
    assert lines[2:] == [
        "  여비규정 1판: 새 규정\n",
        "파일 1개에서 규정 1건, 조문 2개를 넣었습니다.\n",
    ]
    assert (watched.returncode, out, "지켜보기를 멈췄습니다." in err) == (0, "", True), err
    assert "Traceback" not in err


def test_a_folder_that_is_not_there_at_first_is_an_error(desk: Desk) -> None:
    with pytest.raises(LibraryError, match="→ "):
        watching.watch(desk.config, desk.folder, lambda _: None)
