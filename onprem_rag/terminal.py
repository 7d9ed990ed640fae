"""What the two command lines share: progress bars, errors without tracebacks, JSON."""

from __future__ import annotations

import argparse
import io
import json
import logging
import re
import sys
import time
from collections.abc import Callable
from typing import Any, NoReturn

from onprem_rag.errors import OnpremRagError

_PATIENCE_S = 2.0  # work shorter than this shows no bar


class KoreanParser(argparse.ArgumentParser):
    """A parser whose errors are Korean and name the remedy."""

    def error(self, message: str) -> NoReturn:
        """Say what was wrong and leave with exit code 2."""
        kinds = {"required": "빠진 것이 있습니다", "unrecognized": "모르는 것이 있습니다"}
        what = next((text for word, text in kinds.items() if word in message), "잘못되었습니다")
        quoted = re.search(r"'[^']*'", message)
        named = quoted[0] if quoted else message.partition(":")[2].strip()
        print(
            f"오류: 명령에 {what}: {named}\n→ '{self.prog} --help'로 쓰는 법을 확인하세요.",
            file=sys.stderr,
        )
        raise SystemExit(2)


class ProgressBars:
    """A bar a stage on a terminal once work has taken two seconds; silent elsewhere."""

    def __init__(self) -> None:
        self._visible = sys.stderr.isatty()
        self._started = time.monotonic()
        self._bar: Any = None
        self._stage = ""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` steps of ``stage`` are done."""
        if not self._visible:
            return
        if stage != self._stage:
            self.close()
            self._stage = stage
        if self._bar is None and time.monotonic() - self._started > _PATIENCE_S:
            from tqdm import tqdm

            self._bar = tqdm(total=total, desc=stage, leave=False, file=sys.stderr)
        if self._bar is not None:
            self._bar.n = done
            self._bar.refresh()

    def close(self) -> None:
        """Take the bar off the screen."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def print_json(value: Any) -> None:
    """One line of JSON, Korean as it is."""
    print(json.dumps(value, ensure_ascii=False), flush=True)


def run(command: Callable[[], int]) -> int:
    """Exit code of ``command``; an error becomes a Korean message, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a CP949 terminal has no "—"
            stream.reconfigure(errors="replace")
    try:
        return command()
    except OnpremRagError as error:
        print(f"오류: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\n중단했습니다.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except Exception as error:
        logging.getLogger(__name__).debug("unexpected", exc_info=True)
        print(
            f"오류: 예상하지 못한 문제가 생겼습니다({type(error).__name__}: {error}).\n"
            "→ 'onprem-rag doctor'로 설치 상태를 확인하고, 되풀이되면 관리자에게 알리세요.",
            file=sys.stderr,
        )
        return 1
