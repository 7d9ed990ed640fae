"""One ingest at a time, and what the disk refuses while it runs."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from onprem_rag.errors import LibraryError, OnpremRagError, reason_of

_FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def only_writer(home: Path, action: str) -> Iterator[None]:
    """One ingest at a time; a lock of a process that died is none."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        file = (home / ".ingest.lock").open("a+")
    except OSError as error:
        raise LibraryError(
            f"홈 폴더에 쓸 수 없습니다: {home} ({reason_of(error)})\n→ 폴더 권한을 확인하세요."
        ) from error
    with _told(home), file:  # closing it writes once more
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise LibraryError(
                f"다른 ingest 작업({file.read().strip() or '프로세스 ?'})이 진행 중입니다.\n"
                "→ 그 작업이 끝난 뒤 다시 실행하세요."
            ) from error
        file.truncate(0)
        began = datetime.now().strftime("%H:%M")
        file.write(f"'ingest {action}', 프로세스 {os.getpid()}, {began} 시작")
        file.flush()
        yield


@contextmanager
def _told(home: Path) -> Iterator[None]:
    """What the disk refuses, told in Korean. Raises LibraryError."""
    try:
        yield
    except (OnpremRagError, BrokenPipeError):  # whoever read what is printed has gone
        raise
    except Exception as error:
        # Those who write with Rust, or numpy, tell of a full disk in words alone.
        words = ("No space left", "requested and")
        if getattr(error, "errno", None) in _FULL or any(word in str(error) for word in words):
            raise LibraryError(
                f"디스크가 가득 찼습니다: {home}\n"
                "→ 자리를 비운 뒤 다시 실행하세요. 바뀐 것은 없습니다."
            ) from error
        if not isinstance(error, OSError):
            raise
        raise LibraryError(
            f"파일을 읽거나 쓸 수 없습니다: {error.filename or home} ({reason_of(error)})\n"
            "→ 디스크와 권한을 확인한 뒤 다시 실행하세요. 바뀐 것은 없습니다."
        ) from error
