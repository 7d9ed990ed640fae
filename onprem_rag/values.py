"""What config.toml or the environment says into a section's values; what is wrong is refused."""

from __future__ import annotations

import math
import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from onprem_rag.errors import ConfigError
from onprem_rag.records import Showing

Patterns = tuple[tuple[str, str], ...]

_EXPECTED = {
    bool: "true 또는 false",
    int: "1 이상의 정수",
    float: "0 이상의 수",
    str: "문자열",
    Showing: " 또는 ".join(Showing),
    tuple: '표(table) [verify.patterns]의 이름 = "정규식" (빈 글자에 맞지 않는 것)',
}


def with_values(section: str, current: Any, values: dict[str, Any], path: Path) -> Any:
    """``current`` with ``values`` put in, each converted to the type of its default.

    Raises ConfigError, which names ``path``, for an unknown key or a value that isn't one.
    """
    known = {item.name: type(getattr(current, item.name)) for item in fields(current)}
    secret = {item.name for item in fields(current) if not item.repr}
    converted: dict[str, Any] = {}
    for key, value in values.items():
        if key not in known:
            raise ConfigError(
                f"설정 [{section}]에 모르는 키 '{key}'가 있습니다: {path}\n"
                f"→ 쓸 수 있는 키: {', '.join(sorted(known))}"
            )
        wanted = known[key]
        try:
            converted[key] = _converted(wanted, value)
        except (TypeError, ValueError, OverflowError, RecursionError) as error:
            shown = "***" if key in secret else repr(value)
            if wanted is tuple and isinstance(value, dict):  # of several patterns, the wrong one
                shown = str(error)
            raise ConfigError(
                f"설정 [{section}] {key} = {shown} 값이 잘못되었습니다.\n"
                f"→ 바른 값은 {_EXPECTED[wanted]}입니다: {path}"
            ) from error
    return replace(current, **converted)


def _converted(wanted: type, value: Any) -> Any:
    """``value`` as one of the ``wanted`` type; any error where it is none."""
    if wanted is bool:
        return _yes_or_no(value)
    if wanted is tuple:
        return _patterns(value)
    if wanted is Showing:
        return Showing(value)
    if isinstance(value, bool) or (wanted is str and not isinstance(value, str)):
        raise ValueError(value)
    if wanted is int and isinstance(value, float):  # 2.7 passages are not 2
        raise ValueError(value)
    converted = wanted(value)
    least = 1 if wanted is int else 0
    if wanted is not str and not least <= converted < math.inf:  # nor nan
        raise ValueError(value)
    return converted


def _yes_or_no(value: Any) -> bool:
    """A TOML boolean, or the word of an environment variable."""
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise ValueError(value)


def _patterns(value: Any) -> Patterns:
    """A table of regular expressions by name, none of which matches nothing at all."""
    if not isinstance(value, dict):
        raise TypeError(value)
    for name, pattern in value.items():
        try:
            expression = re.compile(pattern)
        except re.error as error:
            raise ValueError(f"{name} = {pattern!r} ({error})") from error
        except TypeError as error:
            raise ValueError(f"{name} = {pattern!r}") from error
        if not name.strip() or expression.search("") is not None:
            raise ValueError(f"{name} = {pattern!r}")
    return tuple(value.items())
