"""Bars and lines of progress, and Ctrl-C, as an admin sees them."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from onprem_rag import terminal
from onprem_rag.ingesting import STOPPED
from onprem_rag.terminal import KoreanParser, ProgressBars, run
from onprem_rag.timing import Pace
from tests.conftest import PROJECT


class Terminal(io.StringIO):
    """A screen that remembers."""

    def isatty(self) -> bool:
        return True


def test_a_value_that_is_none_of_some_is_told_with_those(
    capsys: pytest.CaptureFixture[str],
) -> None:
    parser = KoreanParser(prog="ingest")
    parser.add_argument("--format", choices=("html", "docx"))
    parser.add_subparsers().add_parser("add")
    help_ = "'ingest --help'로 쓰는 법을 확인하세요.\n"
    for given, told in (
        (["--format", "pdf"], "--format 'pdf'\n→ html, docx 가운데 하나를 쓰세요. "),
        (["foo"], "'foo'\n→ add 가운데 하나를 쓰세요. "),
    ):
        with pytest.raises(SystemExit):
            parser.parse_args(given)
        assert capsys.readouterr().err == f"오류: 명령이 잘못되었습니다: {told}{help_}"


def test_a_bar_counts_and_says_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(terminal, "_PATIENCE_S", -1.0)
    monkeypatch.setattr(terminal, "_BAR_EVERY_S", 0.0)
    with ProgressBars({"형태소 분석": Pace(200.0, 0.0, 100)}) as bars:
        bars("파일 읽기", 2, 2, 100)
        bars("형태소 분석", 10, 100)
    shown = screen.getvalue()
    assert "형태소 분석" in shown
    assert "2/2, 파일 2/2 · 조문 100개 · 전체 약 4분 남음" in shown
    assert "10/100, 파일 2/2 · 조문 100개 · 전체 약 4분 남음" in shown
    assert shown.rstrip(" ").endswith("\r"), "the line is free again"


def test_a_file_gets_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    journal = io.StringIO()
    monkeypatch.setattr(sys, "stderr", journal)
    bars = ProgressBars({"벡터 계산": Pace(7200.0, 0.0, 7200)})
    bars("파일 읽기", 9, 9, 7200)
    for done in range(1, 1000):
        bars("벡터 계산", done, 7200)
    assert journal.getvalue() == "", "short work says nothing"
    monkeypatch.setattr(terminal, "_LINE_EVERY_S", 0.0)
    bars("벡터 계산", 3200, 7200)
    monkeypatch.setattr(terminal, "_LINE_EVERY_S", 30.0)
    bars("벡터 계산", 3300, 7200)
    bars.close()
    assert journal.getvalue() == (
        "벡터 계산 3,200/7,200 (44%) · 파일 9/9 · 조문 7,200개 · 전체 약 2시간 남음\n"
    )


def test_a_command_says_what_ctrl_c_left(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted() -> int:
        raise KeyboardInterrupt

    assert run(interrupted, STOPPED) == 130
    assert capsys.readouterr().err == (
        "\n멈췄습니다. 바뀐 것은 없습니다.\n→ 같은 명령을 다시 실행하면 이어서 합니다.\n"
    )


def test_what_a_disk_refuses_is_told_with_its_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(lambda: len(tmp_path.read_bytes())) == 1
    assert capsys.readouterr().err == (
        f"오류: 파일을 읽거나 쓸 수 없습니다: {tmp_path} (파일이 아니라 폴더임)\n"
        "→ 디스크와 권한을 확인한 뒤 다시 실행하세요.\n"
    )


def test_a_real_interruption_ends_without_a_traceback() -> None:
    code = (
        "import sys, time\n"
        "from onprem_rag.ingesting import STOPPED\nfrom onprem_rag.terminal import run\n"
        "def work():\n    print('on', flush=True)\n    time.sleep(60)\n    return 0\n"
        "sys.exit(run(work, STOPPED))"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT), "PYTHONIOENCODING": "utf-8"},
    )
    assert child.stdout
    assert child.stdout.readline() == "on\n"
    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=20)
    assert child.returncode == 130
    assert err.strip() == STOPPED
