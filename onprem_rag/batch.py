"""Files of questions, a JSON object a line, answered in order."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from onprem_rag.errors import ConfigError
from onprem_rag.terminal import print_json


def answered(path: Path, answer: Callable[[str], dict[str, Any]]) -> int:
    """A JSON line for each question, in order; a question that can't be asked gets its error."""
    failed = False
    for case in list(cases(path, ("question",))):
        try:
            print_json(answer(case["question"]))
        except ConfigError as error:
            failed = True
            print_json({"question": case["question"], "error": str(error)})
    return 1 if failed else 0


def cases(path: Path, keys: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """The objects of a JSON Lines file, each with the text ``keys``; ConfigError else."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"파일을 읽을 수 없습니다: {path}\n→ 경로와 권한, UTF-8 텍스트인지 확인하세요."
        ) from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            case = json.loads(line)
            if not all(isinstance(case[key], str) for key in keys):
                raise TypeError
            yield {key: case[key] for key in keys}
        except (ValueError, KeyError, TypeError) as error:
            wanted = ", ".join(f'"{key}": …' for key in keys)
            raise ConfigError(
                f"{path} {number}번째 줄이 잘못되었습니다. → {{{wanted}}} 형식으로 쓰세요."
            ) from error
