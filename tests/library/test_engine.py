"""The library's one file: read on a full or read-only disk, and beside a writer."""

from __future__ import annotations

import ctypes
import os
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from ingest import __main__ as ingest
from onprem_rag import cli
from onprem_rag.errors import LibraryError
from onprem_rag.library.store import Library
from tests.conftest import Run

QUESTION = "출장 다녀와서 정산은 언제까지 하나요?"


@pytest.fixture
def home(demo_home: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(demo_home, tmp_path / "home"))


@contextmanager
def no_room(home: Path) -> Iterator[None]:
    """No file can be written into."""
    room = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, room[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, room)


@contextmanager
def no_rights(home: Path) -> Iterator[None]:
    """Nobody may write into ``home``: not even root, who is this thread without its privileges."""
    for path in (*home.rglob("*"), home):
        path.chmod(0o555 if path.is_dir() else 0o444)
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # version 3; this thread
    before = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; twice 32 bits
    assert libc.capget(header, before) == 0
    without = (ctypes.c_uint32 * 6)(*before)
    without[0] &= ~0b110  # neither CAP_DAC_OVERRIDE nor CAP_DAC_READ_SEARCH
    assert libc.capset(header, without) == 0
    try:
        assert not os.access(home / "library.sqlite", os.W_OK, effective_ids=True)
        yield
    finally:
        assert libc.capset(header, before) == 0
        for path in (home, *home.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)


@pytest.mark.parametrize("trouble", [no_room, no_rights])
def test_who_only_reads_needs_neither_room_nor_rights(
    trouble: Callable[[Path], AbstractContextManager[None]], home: Path, call: Run
) -> None:
    with trouble(home):
        code, out, err = call(cli.main, "ask", "--home", home, QUESTION)
        assert (code, err) == (0, "")
        assert "7일" in out
        code, out, err = call(ingest.main, "status", "--home", home)
        assert (code, err) == (0, "")
        assert "여비규정" in out
        code, _, err = call(ingest.main, "remove", "--home", home, "여비규정")
        assert code == 1
        assert re.match("오류: (파일을 읽거나|홈 폴더에) 쓸 수 없습니다: .*home.*\n→ ", err)


def test_nothing_lies_beside_the_library_even_while_it_is_open(home: Path) -> None:
    library = Library.open(f"sqlite:///{home / 'library.sqlite'}", create=True)
    with library.writing() as writer:
        writer.approve({1: ()})
    assert library.faq()
    assert [path.name for path in home.glob("library.sqlite*")] == ["library.sqlite"]
    library.close()


def test_the_log_of_an_older_program_goes_once_nobody_else_reads(home: Path) -> None:
    path = home / "library.sqlite"
    url, log = f"sqlite:///{path}", path.with_name("library.sqlite-wal")
    other = sqlite3.connect(path)
    other.execute("PRAGMA journal_mode=WAL")
    other.execute("UPDATE faq SET answer = '기록에만 있음'")
    other.commit()
    library = Library.open(url)
    assert library.faq()[0].answer == "기록에만 있음"
    assert log.exists(), "the other program still reads it"
    library.close()
    other.close()
    for _ in range(2):
        library = Library.open(url)
        assert library.faq()[0].answer == "기록에만 있음"
        assert not log.exists()
        library.close()


# What another process writes; it waits two seconds for those who read.
_WRITES = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=2)
for number in range(20):
    connection.execute("UPDATE faq_revision SET number = ?", (1_000 + number,))
    connection.commit()
"""


def test_many_who_read_without_a_pause_keep_no_writer_out(home: Path) -> None:
    path = home / "library.sqlite"
    library = Library.open(f"sqlite:///{path}")
    stop, seen = threading.Event(), set[int]()

    def read() -> None:
        while not stop.is_set():
            seen.add(library.faq_revision())

    readers = [threading.Thread(target=read) for _ in range(12)]
    for one in readers:
        one.start()
    try:
        done = subprocess.run(
            [sys.executable, "-c", _WRITES, str(path)], capture_output=True, text=True
        )
    finally:
        stop.set()
        for one in readers:
            one.join()
    assert done.stderr == ""
    assert library.faq_revision() == 1_019
    assert seen


def test_a_killed_writers_half_of_a_commit_is_undone(home: Path, call: Run) -> None:
    path = home / "library.sqlite"
    url = f"sqlite:///{path}"
    with no_rights(home):
        opened = Library.open(url)
    killed = (
        "import os, signal, sqlite3, sys\n"
        "connection = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "connection.executescript('PRAGMA cache_size=1; BEGIN IMMEDIATE; DELETE FROM passages;')\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    before = path.read_bytes()
    subprocess.run([sys.executable, "-c", killed, str(path)], check=False)
    assert path.read_bytes() != before
    remedy = "라이브러리를 {} 수 없습니다.*\n→ .*쓸 수 있는 사용자로 'ingest status'를 한 번 실행"
    with no_rights(home):
        with pytest.raises(LibraryError, match=remedy.format("열")):
            Library.open(url)
        with pytest.raises(LibraryError, match=remedy.format("읽을")):
            opened.faq()
    code, _, err = call(ingest.main, "status", "--home", home)
    assert (code, err) == (0, "")
    assert path.read_bytes() == before
