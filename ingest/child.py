"""The worker's child process: it reads files until its input ends; see ``frames.py``."""

from __future__ import annotations

import os
import resource
import traceback
from pathlib import Path
from typing import BinaryIO

from ingest.frames import (
    HEADER,
    MOST_ANSWER,
    NO_MEMORY,
    REFUSED,
    RESULT,
    SIGN,
    TABLE,
)
from ingest.parse import parse
from ingest.parsed import encode, encode_sheets
from ingest.progress import listen
from ingest.readers.reading import sheets_of
from onprem_rag.errors import ReadError

TOO_MUCH = "글자가 너무 많은 파일입니다. → 파일을 나누어 넣으세요."
_SET_DEATH_SIGNAL, _KILL = 1, 9  # prctl.h, signal.h


def main(memory: int) -> None:
    """Answer requests until standard input ends. ``memory``: what this process may take, bytes."""
    _die_with_the_parent()
    _, most = resource.getrlimit(resource.RLIMIT_AS)  # perhaps the admin's own limit
    limit = memory if most == resource.RLIM_INFINITY else min(memory, most)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Nothing that a native library prints or reads may get between the frames.
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    listen(lambda: _send(answers, SIGN, b""))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    while (request := _receive(requests)) is not None:
        wanted, name = request
        data = _receive(requests)
        if data is None:
            return
        kind, answer = _answer(wanted, os.fsdecode(name), data[1])
        del data
        _send(answers, kind, answer)


def _answer(wanted: bytes, name: str, data: bytes) -> tuple[bytes, bytes]:
    """The kind of the answer, and its payload."""
    try:
        if wanted == TABLE:
            answer = encode_sheets(sheets_of(Path(name), data))
        else:
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


def _receive(requests: BinaryIO) -> tuple[bytes, bytes] | None:
    """Kind and payload of the next frame; None when the parent is through with us."""
    header = requests.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    kind, length = HEADER.unpack(header)
    return kind, requests.read(length)


def _send(answers: BinaryIO, kind: bytes, payload: bytes) -> None:
    answers.write(HEADER.pack(kind, len(payload)))
    answers.write(payload)
    answers.flush()
