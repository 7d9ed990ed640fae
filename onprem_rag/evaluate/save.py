"""Weights into ``HOME/config.toml``: the rest of the file and its comments stay as they are."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from onprem_rag.config import load_config
from onprem_rag.errors import ConfigError


def save_weights(home: Path, weights: Mapping[str, float]) -> Path:
    """Set the [search] keys of ``home/config.toml``; the file is replaced as a whole or not at all.

    Raises ConfigError where it can't be read or written, or the environment overrules it.
    """
    from tomlkit.exceptions import TOMLKitError

    load_config(home)  # a file that is wrong already is not ours to mend
    path = (home / "config.toml").resolve()  # a link stays a link
    try:
        text = path.read_bytes().decode("utf-8-sig") if path.is_file() else ""
        new_text = _changed(text, weights)
        with tempfile.TemporaryDirectory(prefix=".config-", dir=path.parent) as folder:
            new = Path(folder) / "config.toml"
            with new.open("xb") as file:
                file.write(new_text.encode())
                file.flush()
                os.fsync(file.fileno())
            _check(new, weights)
            if path.is_file():
                shutil.copymode(path, new)
            new.replace(path)
    except (OSError, UnicodeDecodeError, TOMLKitError) as error:
        raise ConfigError(
            f"설정 파일에 쓸 수 없습니다: {path}\n"
            f"→ 권한과 남은 디스크를 확인하거나 [search]에 직접 쓰세요. ({error})"
        ) from error
    return path


def _changed(text: str, weights: Mapping[str, float]) -> str:
    """``text`` with the weights in [search]: in their places, or behind its last key."""
    import tomlkit
    from tomlkit.items import Item, Table

    document = tomlkit.parse(text)
    section = document.setdefault("search", tomlkit.table())
    behind: list[Item] = []  # comments there may speak of the next section
    if isinstance(section, Table):
        while section.value.body and section.value.body[-1][0] is None:
            behind.insert(0, section.value.body.pop()[1])
    for name, weight in weights.items():
        value = tomlkit.item(weight)
        if "\r\n" in text:
            value.trivia.trail = "\r\n"
        section[name] = value
    for item in behind:
        section.add(item)
    return tomlkit.dumps(document)


def _check(path: Path, weights: Mapping[str, float]) -> None:
    """That the program will read from ``path`` what was written."""
    search = load_config(path.parent).search
    other = [name for name, weight in weights.items() if getattr(search, name) != weight]
    if other:
        names = ", ".join(f"ONPREM_RAG_SEARCH_{name}".upper() for name in other)
        raise ConfigError(
            f"환경 변수가 설정 파일보다 앞서므로 저장해도 쓰이지 않습니다: {names}\n"
            "→ 그 환경 변수를 지운 뒤 다시 실행하세요."
        )
