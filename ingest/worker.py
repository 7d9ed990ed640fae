"""Readers in a process of their own: a crash, a hang or a flood of memory costs one file."""

from __future__ import annotations

import os
import resource
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, TypeVar

from ingest.frames import (
    DATA,
    FILE,
    HEADER,
    KINDS,
    MOST_ANSWER,
    REFUSED,
    RESULT,
    SIGN,
    TABLE,
)
from ingest.parsed import Parsed, decode, decode_sheets
from ingest.readers.rows import Sheet
from onprem_rag.errors import ReadError, reason_of

T = TypeVar("T")

_CHUNK = 1 << 20
_LAST_WORDS = 4_000  # bytes of the child's standard error that are kept for developers
_START = "import sys; from ingest.child import main; main(int(sys.argv[1]))"
_CRASHED = (
    "이 파일을 읽던 프로그램이 갑자기 끝났습니다. "
    "→ 원본 프로그램에서 열어 다시 저장하거나 파일을 다시 복사하세요."
)
_KILLED = (
    "이 파일을 읽던 프로그램을 서버가 끝냈습니다(남은 메모리가 모자랐을 수 있습니다). "
    "→ 다시 실행하고, 되풀이되면 서버의 남은 메모리를 확인하거나 파일을 나누어 넣으세요."
)


class Worker:
    """Reads and splits files, one after another, in one child process that starts when needed.

    ``seconds`` may pass without a sign of life and ``most_seconds`` in all for one file;
    ``memory`` is what the child may take, in bytes. A thread waits for it, so that one file can be
    stored while the next is read.
    """

    def __init__(
        self, seconds: float = 30, memory: int = 2 << 30, most_seconds: float = 1800
    ) -> None:
        self._seconds = seconds
        self._memory = memory
        self._most_seconds = most_seconds
        self._child: subprocess.Popen[bytes] | None = None
        self._words = b""
        self._thread = ThreadPoolExecutor(1)  # the child ends with the thread that started it
        self._over = False

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over = True
        if (child := self._child) and child.poll() is None:  # the thread may wait for it
            _kill(child)
        self._thread.shutdown(cancel_futures=True)
        self._stop()

    def read(self, name: str, data: bytes) -> Parsed:
        """The documents in a file, split; ``name`` is its path. Raises ReadError.

        What the child wrote to standard error is the error's note: for developers only.
        """
        return self.reading(name, data).result()

    def reading(self, name: str, data: bytes) -> Future[Parsed]:
        """What ``read`` will return or raise, while the caller goes on."""
        return self._thread.submit(self._answer, FILE, name, data, decode)

    def sheets(self, name: str, data: bytes) -> list[Sheet]:
        """The rows of a CSV or XLSX file. Raises ReadError as ``read`` does."""
        return self._thread.submit(self._answer, TABLE, name, data, decode_sheets).result()

    def _answer(self, wanted: bytes, name: str, data: bytes, decoded: Callable[[bytes], T]) -> T:
        if self._child and self._child.poll() is not None:
            self._stop()  # it died after its last file, which is no fault of this one
        child = self._child or self._start()
        ready = False  # for the next file
        try:
            kind, payload = self._exchange(child, wanted, name, data)
            if kind == RESULT:
                try:
                    answer = decoded(payload)
                except (ValueError, TypeError, RecursionError) as error:
                    raise ReadError(_CRASHED) from error
                ready = True
                return answer
            ready = kind == REFUSED
            raise ReadError(payload.decode("utf-8", "replace") if ready else self._no_memory())
        except ReadError as error:
            self._listen(child)
            error.add_note(self._words.decode("utf-8", "replace"))
            raise
        finally:
            # What one file leaves behind must not be missing for the next.
            if not ready or _size(child.pid) > self._memory // 2:
                self._stop()

    def _start(self) -> subprocess.Popen[bytes]:
        """A child that finds the modules that this process finds, and none in the folder it is in.

        Its own session: Ctrl-C reaches the parent alone, and what it starts ends with it.
        """
        command = [sys.executable, "-P", "-X", "faulthandler", "-c", _START, str(self._memory)]
        path = os.pathsep.join(str(Path(folder).resolve()) for folder in sys.path if folder)
        try:
            self._child = child = subprocess.Popen(
                command,
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": path},
                start_new_session=True,
            )
        except OSError as error:
            raise ReadError(
                f"파일을 읽을 프로그램을 시작하지 못했습니다({reason_of(error)}). "
                "→ 서버의 남은 메모리를 확인한 뒤 다시 실행하세요."
            ) from error
        for pipe in (child.stdin, child.stdout, child.stderr):
            os.set_blocking(_end(pipe), False)
        if self._over:  # only now: who ends it meanwhile has seen no child
            self._stop()
            raise ReadError(_CRASHED)
        return child

    def _stop(self) -> None:
        child, self._child = self._child, None
        if not child:
            return
        _kill(child)
        child.wait()
        for pipe in (child.stdin, child.stdout, child.stderr):
            if pipe:
                pipe.close()

    def _exchange(
        self, child: subprocess.Popen[bytes], wanted: bytes, name: str, data: bytes
    ) -> tuple[bytes, bytes]:
        """Kind and payload of the child's answer; ReadError where none comes, or none of ours."""
        self._listen(child)
        self._words = b""
        path = os.fsencode(name)
        request = HEADER.pack(wanted, len(path)) + path + HEADER.pack(DATA, len(data))
        unsent = [memoryview(request), memoryview(data)]
        answers = bytearray()
        last = time.monotonic() + self._most_seconds
        until = time.monotonic() + self._seconds
        with selectors.DefaultSelector() as pipes:
            pipes.register(_end(child.stdin), selectors.EVENT_WRITE, lambda: _send(child, unsent))
            pipes.register(_end(child.stdout), selectors.EVENT_READ, lambda: _hear(child, answers))
            pipes.register(_end(child.stderr), selectors.EVENT_READ, lambda: self._listen(child))
            while (left := min(until, last) - time.monotonic()) > 0:
                for key, _ in pipes.select(left):
                    if not key.data():
                        pipes.unregister(key.fileobj)
                while answer := _first(answers):
                    if answer[0] != SIGN:
                        return answer
                    until = time.monotonic() + self._seconds
                if _end(child.stdout) not in pipes.get_map():
                    raise ReadError(self._death(child))
        raise ReadError(_too_long(self._seconds if until < last else self._most_seconds))

    def _listen(self, child: subprocess.Popen[bytes]) -> bool:
        """Take what stands in the pipe of standard error; False where it has ended."""
        with suppress(BlockingIOError):
            while chunk := os.read(_end(child.stderr), _CHUNK):
                self._words = (self._words + chunk)[-_LAST_WORDS:]
            return False
        return True

    def _death(self, child: subprocess.Popen[bytes]) -> str:
        """Why a child has ended that had still to answer."""
        code = child.wait()
        if code == -signal.SIGKILL:  # the system's way when memory runs out, or an admin's
            return _KILLED
        if code < 0:
            return _CRASHED
        return (
            f"파일을 읽을 프로그램이 일을 마치지 못했습니다(종료 코드 {code}). "
            "→ 다른 파일도 그러면 설치를 확인하세요(onprem-rag doctor)."
        )

    def _no_memory(self) -> str:
        return (
            f"읽는 데 메모리가 {self._memory / 2**30:.3g}GB 넘게 필요해 멈추었습니다. "
            "→ 파일을 나누거나 원본 프로그램에서 다시 저장하세요."
        )


def _kill(child: subprocess.Popen[bytes]) -> None:
    """End it, and whatever it started."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


def _too_long(seconds: float) -> str:
    length = f"{seconds:.3g}초가" if seconds < 60 else f"{seconds / 60:.3g}분이"
    return (
        f"읽는 데 {length} 넘게 걸려 멈추었습니다. "
        "→ 다시 실행하고, 되풀이되면 파일을 나누거나 원본 프로그램에서 다시 저장하세요."
    )


def _end(pipe: IO[bytes] | None) -> int:
    assert pipe
    return pipe.fileno()


def _send(child: subprocess.Popen[bytes], unsent: list[memoryview]) -> bool:
    """Send what the pipe takes; False when all is sent, or nobody is there to read it."""
    try:
        sent = os.write(_end(child.stdin), unsent[0][:_CHUNK])
    except BrokenPipeError:
        return False
    unsent[0] = unsent[0][sent:]
    while unsent and not unsent[0]:
        del unsent[0]
    return bool(unsent)


def _hear(child: subprocess.Popen[bytes], answers: bytearray) -> bool:
    """Take some of the answers; False when the child has ended."""
    chunk = os.read(_end(child.stdout), _CHUNK)
    answers += chunk
    return bool(chunk)


def _first(answers: bytearray) -> tuple[bytes, bytes] | None:
    """Kind and payload of the first frame, taken away, where all of it is there."""
    if len(answers) < HEADER.size:
        return None
    kind, length = HEADER.unpack_from(answers)
    if length > MOST_ANSWER or kind not in KINDS:
        raise ReadError(_CRASHED)
    end = HEADER.size + length
    if len(answers) < end:
        return None
    payload = bytes(memoryview(answers)[HEADER.size : end])
    del answers[:end]
    return kind, payload


def _size(process: int) -> int:
    """Bytes of its address space; 0 where it has ended."""
    with suppress(OSError):
        return int(Path(f"/proc/{process}/statm").read_text().split()[0]) * resource.getpagesize()
    return 0
