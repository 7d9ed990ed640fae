"""The worker's child process: it reads files until its input ends.

Frames on both pipes: one byte for the kind, the payload's length, the payload. A request is a name
and the file's bytes; the answer is any number of signs of life, then a result or an error.
"""

from __future__ import annotations

import os
import resource
import struct
import traceback
from pathlib import Path
from typing import BinaryIO

from ingest.parsed import Parsed, encode
from onprem_rag.errors import ReadError

HEADER = struct.Struct("!cQ")
NAME, DATA = b"n", b"d"
KINDS = SIGN, RESULT, REFUSED, NO_MEMORY = b"s", b"r", b"e", b"m"  # of answers
MOST_ANSWER = 32 << 20  # bytes; the parent must hold what they become
TOO_MUCH = "글자가 너무 많은 파일입니다. → 파일을 나누어 넣으세요."
_SET_DEATH_SIGNAL, _KILL = 1, 9  # prctl.h, signal.h

_answers: BinaryIO | None = None  # None in a process that nobody waits for


def report_progress(done: int = 0) -> None:
    """A sign of life from a step that takes long (OCR, after each page); nothing in process."""
    if _answers:
        _send(_answers, SIGN, b"")


def parse(name: str, data: bytes) -> Parsed:
    """Read and split one file in this process. Raises ReadError, or MemoryError."""
    from ingest.readers import read
    from ingest.split import documents_of, split

    path = Path(name)
    file_format, sha256, reading = read(path, data)
    try:
        documents = tuple(
            (document, tuple(split(document, reading.rows)))
            for document in documents_of(path, file_format, sha256, reading)
        )
        for document, _ in documents:
            f"{document.title}{document.text}".encode()  # halves of characters can't be stored
    except (ReadError, MemoryError):
        raise
    except Exception as error:  # our own bug must not cost the other files
        raise ReadError(
            f"조문으로 나누는 중 오류가 났습니다({type(error).__name__}). "
            "→ 원본 프로그램에서 열어 다시 저장하고, 되풀이되면 관리자에게 알리세요."
        ) from error
    return Parsed(file_format, sha256, reading.notes, documents)


def main(memory: int) -> None:
    """Answer requests until standard input ends. ``memory``: what this process may take, bytes."""
    global _answers
    _die_with_the_parent()
    _, most = resource.getrlimit(resource.RLIMIT_AS)  # perhaps the admin's own limit
    limit = memory if most == resource.RLIM_INFINITY else min(memory, most)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Nothing that a native library prints or reads may get between the frames.
    requests = os.fdopen(os.dup(0), "rb")
    _answers = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    while (name := _receive(requests, NAME)) is not None:
        data = _receive(requests, DATA)
        if data is None:
            return
        kind, answer = _answer(os.fsdecode(name), data)
        del data
        _send(_answers, kind, answer)


def _answer(name: str, data: bytes) -> tuple[bytes, bytes]:
    """The kind of the answer, and its payload."""
    try:
        answer = encode(parse(name, data))
        if len(answer) > MOST_ANSWER:
            raise ReadError(TOO_MUCH)
        return RESULT, answer
    except MemoryError:
        return NO_MEMORY, b""
    except ReadError as error:
        if _ran_out(error):
            return NO_MEMORY, b""
        traceback.print_exc()
        return REFUSED, str(error).encode("utf-8", "replace")


def _ran_out(error: BaseException | None) -> bool:
    """Whether a reader took the end of its memory for a fault of the file."""
    while error and not isinstance(error, MemoryError):
        error = error.__cause__ or error.__context__
    return error is not None


def _die_with_the_parent() -> None:
    """Even when that is killed while a native library is busy here."""
    import ctypes

    ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, _KILL)


def _receive(requests: BinaryIO, wanted: bytes) -> bytes | None:
    header = requests.read(HEADER.size)
    if len(header) < HEADER.size:  # the parent is through with us
        return None
    kind, length = HEADER.unpack(header)
    assert kind == wanted
    return requests.read(length)


def _send(answers: BinaryIO, kind: bytes, payload: bytes) -> None:
    answers.write(HEADER.pack(kind, len(payload)))
    answers.write(payload)
    answers.flush()
