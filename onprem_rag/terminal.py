"""What the two command lines share: progress bars, errors without tracebacks, JSON."""

from __future__ import annotations

import argparse
import io
import json
import logging
import re
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from onprem_rag.errors import OnpremRagError, reason_of
from onprem_rag.timing import Pace, Timing

_PATIENCE_S = 2.0  # work shorter than this shows no bar
_BAR_EVERY_S = 0.1
_LINE_EVERY_S = 30.0  # where standard error is a file or a journal
# What argparse says of a value that is none of some: "argument --format: invalid choice: …".
_CHOICE = re.compile(
    r"argument (?P<option>--[\w-]+)?.*: invalid choice: .*\(choose from (?P<choices>.*)\)"
)
_BAR = "{desc} {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt}{postfix}"


class KoreanParser(argparse.ArgumentParser):
    """A parser whose errors are Korean and name the remedy."""

    def error(self, message: str) -> NoReturn:
        """Say what was wrong and leave with exit code 2."""
        kinds = {"required": "에 빠진 것이 있습니다", "unrecognized": "에 모르는 것이 있습니다"}
        what = next((text for word, text in kinds.items() if word in message), "이 잘못되었습니다")
        quoted = re.search(r"'[^']*'", message)
        named = quoted[0] if quoted else message.partition(":")[2].strip()
        remedy = f"'{self.prog} --help'로 쓰는 법을 확인하세요."
        if chosen := _CHOICE.search(message):
            option, choices = chosen["option"] or "", chosen["choices"].replace("'", "")
            named = f"{option} {named}".strip()
            remedy = f"{choices} 가운데 하나를 쓰세요. {remedy}"
        print(f"오류: 명령{what}: {named}\n→ {remedy}", file=sys.stderr)
        raise SystemExit(2)


class ProgressBars:
    """A bar a stage on a terminal once work has taken two seconds; elsewhere a line now and then.

    ``paces``: how long the stages of former runs took; None for work of one stage.
    """

    def __init__(self, paces: Mapping[str, Pace] | None = None) -> None:
        self._terminal = sys.stderr.isatty()
        self._timing = Timing(paces)
        self._shown = time.monotonic() + (_PATIENCE_S if self._terminal else 0.0)
        self._bar: Any = None
        self._stage = ""

    def __call__(self, stage: str, done: int, total: int, passages: int | None = None) -> None:
        """Show that ``done`` of ``total`` steps of ``stage`` are done."""
        self._timing(stage, done, total, passages)
        if stage != self._stage:
            self.close()
            self._stage = stage
        every = _BAR_EVERY_S if self._terminal else _LINE_EVERY_S
        now = time.monotonic()
        if now - self._shown < every and not (self._bar and done == total):
            return
        self._shown = now
        if self._terminal:
            self._draw(done, total)
        else:
            self._say(done, total)

    def __enter__(self) -> ProgressBars:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Take the bar off the screen."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _draw(self, done: int, total: int) -> None:
        if self._bar is None:
            from tqdm import tqdm

            self._bar = tqdm(
                desc=self._stage,
                total=total,
                initial=done,
                leave=False,
                file=sys.stderr,
                bar_format=_BAR,
                dynamic_ncols=True,
            )
        self._bar.n, self._bar.total = done, total
        self._bar.set_postfix_str(self._timing.words(), refresh=False)
        self._bar.refresh()

    def _say(self, done: int, total: int) -> None:
        share = f"{100 * done // max(1, total)}%"
        line = f"{self._stage} {done:,}/{total:,} ({share})"
        print(" · ".join(filter(None, (line, self._timing.words()))), file=sys.stderr)
        sys.stderr.flush()


def print_json(value: Any) -> None:
    """One line of JSON, Korean as it is."""
    print(json.dumps(value, ensure_ascii=False), flush=True)


def run(command: Callable[[], int], stopped: str = "중단했습니다.") -> int:
    """Exit code of ``command``; an error becomes a Korean message, never a traceback.

    ``stopped`` is said after Ctrl-C.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a CP949 terminal has no "—"
            stream.reconfigure(errors="replace")
    try:
        return command()
    except OnpremRagError as error:
        print(f"오류: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\n{stopped}", file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except Exception as error:
        if isinstance(error, OSError) and error.filename:
            print(
                f"오류: 파일을 읽거나 쓸 수 없습니다: {error.filename} ({reason_of(error)})\n"
                "→ 디스크와 권한을 확인한 뒤 다시 실행하세요.",
                file=sys.stderr,
            )
            return 1
        logging.getLogger(__name__).debug("unexpected", exc_info=True)
        print(
            f"오류: 예상하지 못한 문제가 생겼습니다({type(error).__name__}: {error}).\n"
            "→ 'onprem-rag doctor'로 설치 상태를 확인하고, 되풀이되면 관리자에게 알리세요.",
            file=sys.stderr,
        )
        return 1
