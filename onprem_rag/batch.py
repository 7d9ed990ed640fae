"""Files of a JSON object a line: questions, answers to check, passages."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from onprem_rag.errors import ConfigError
from onprem_rag.terminal import print_json

T = TypeVar("T")


def answered(path: Path, answer: Callable[[str], dict[str, Any]]) -> int:
    """A JSON line for each question, in order; a question that can't be asked gets its error."""
    failed = False
    for question in read_all(path, _question):
        try:
            print_json(answer(question))
        except ConfigError as error:
            failed = True
            print_json({"question": question, "error": str(error)})
    return 1 if failed else 0


def examined(path: Path, examine: Callable[[object], dict[str, Any]]) -> int:
    """A JSON line for each object, in order, with its line's number and its ``id``, if any.

    A line that is wrong gets its error instead.
    """
    failed = False
    for number, line in _lines(path):
        told: dict[str, Any] = {"line": number}
        try:
            item = _parsed(line)
            if isinstance(item, dict) and "id" in item:
                told["id"] = item["id"]
            told |= examine(item)
        except ConfigError as error:
            failed = True
            told["error"] = _told(path, number, error)
        print_json(told)
    return 1 if failed else 0


def read_all(path: Path, read: Callable[[object, int], T]) -> list[T]:
    """What ``read`` makes of each object and its rank, from 1; ConfigError where one is wrong."""
    found: list[T] = []
    for number, line in _lines(path):
        try:
            found.append(read(_parsed(line), len(found) + 1))
        except ConfigError as error:
            raise ConfigError(_told(path, number, error)) from error
    return found


def _told(path: Path, number: int, error: ConfigError) -> str:
    return f"{path} {number}번째 줄이 잘못되었습니다. {error}"


def _question(item: object, _: int) -> str:
    if isinstance(item, dict) and isinstance(item.get("question"), str):
        return str(item["question"])
    raise ConfigError('→ {"question": …} 형식으로 쓰세요.')


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines that aren't blank, with their numbers. Raises ConfigError where there are none."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"파일을 읽을 수 없습니다: {path}\n→ 경로와 권한, UTF-8 텍스트인지 확인하세요."
        ) from error
    found = [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    if not found:
        raise ConfigError(f"파일이 비어 있습니다: {path}\n→ 한 줄에 JSON 객체 하나씩 쓰세요.")
    return iter(found)


def _parsed(line: str) -> object:
    """Any JSON value; raises ConfigError for a line that is none."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:  # too many digits, too many brackets
        raise ConfigError("JSON이 아닙니다. → 한 줄에 JSON 객체 하나씩 쓰세요.") from error
