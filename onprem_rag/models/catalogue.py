"""The catalogue of models that one may carry in: ``deploy/models.toml``."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any

from onprem_rag.config import PROJECT
from onprem_rag.errors import ConfigError

CATALOGUE = PROJECT / "deploy" / "models.toml"
COMMERCIAL = {
    "yes": "상업적 이용 가능",
    "no": "상업적 이용 금지",
    "conditions": "상업적 이용에 조건이 있음",
    "unknown": "상업적 이용 여부 확인 필요",
}
_REVISION = re.compile(r"main|[0-9a-f]{40}")
_NAME = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Shape:
    """What memory depends on, from a model's ``config.json``."""

    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    hidden: int
    intermediate: int
    vocabulary: int
    tied: bool  # embedding and output share their weights

    @property
    def config(self) -> dict[str, int]:
        """The same under the names of ``config.json``."""
        return {
            "num_hidden_layers": self.layers,
            "num_attention_heads": self.heads,
            "num_key_value_heads": self.kv_heads,
            "head_dim": self.head_dim,
            "hidden_size": self.hidden,
            "intermediate_size": self.intermediate,
            "vocab_size": self.vocabulary,
            "tie_word_embeddings": self.tied,
        }


@dataclass(frozen=True, slots=True)
class ListedModel:
    """An entry of the catalogue."""

    kind: str  # "llm", "embedder"
    name: str
    revision: str  # a commit, or "main"
    parameters: float  # billions
    licence: str
    commercial: str  # "yes", "no", "conditions", "unknown"
    note: str
    context: int | None = None  # tokens
    dimension: int | None = None  # of an embedder's vectors
    shape: Shape | None = None
    usable: bool = True  # without remote code

    @property
    def folder(self) -> str:
        """The name of its folder in ``HOME/models``."""
        return self.name.partition("/")[2]


def catalogue(path: Path = CATALOGUE) -> tuple[ListedModel, ...]:
    """All entries, language models first. Raises ConfigError for a file with a mistake."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(
            f"모델 목록을 읽을 수 없습니다: {path}\n→ {error}. 설치본의 파일로 되돌리세요."
        ) from error
    if unknown := data.keys() - {"llm", "embedder"}:
        raise _mistake(path, "", f"모르는 항목 {sorted(unknown)}이 있습니다.")
    models = []
    for kind in ("llm", "embedder"):
        entries = data.get(kind, [])
        if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
            raise _mistake(path, kind, f"[[{kind}]] 항목들이어야 합니다.")
        models += [_entry(path, kind, entry) for entry in entries]
    names = [model.folder.lower() for model in models]
    for model in models:
        if names.count(model.folder.lower()) > 1:
            raise _mistake(path, model.name, "폴더 이름이 다른 모델과 같습니다.")
    return tuple(models)


def find(name: str) -> ListedModel:
    """The entry of that name, with or without its owner. Raises ConfigError where there is none."""
    wanted = name.lower().rstrip("/")
    models = catalogue()
    for model in models:
        if wanted in {model.name.lower(), model.folder.lower()}:
            return model
    raise ConfigError(
        f"모델 목록에 없는 이름입니다: {name}\n"
        f"→ 다음 가운데 하나를 쓰세요: {', '.join(model.name for model in models)}"
    )


_TYPES: Mapping[str, Any] = {  # of all that isn't text
    "parameters": (int, float),
    "context": int,
    "dimension": int,
    "shape": dict,
    "usable": bool,
}
_NUMBERS = frozenset(("parameters", "context", "dimension"))


def _entry(path: Path, kind: str, entry: dict[str, Any]) -> ListedModel:
    """An entry as a record, every field of it checked."""
    name = str(entry.get("name", f"[[{kind}]]"))
    known = {item.name: item for item in fields(ListedModel) if item.name != "kind"}
    _check_keys(path, name, entry, known)
    for key, value in entry.items():
        wanted = _TYPES.get(key, str)
        if not isinstance(value, wanted) or isinstance(value, bool) != (wanted is bool):
            raise _mistake(path, name, f"{key} 값의 종류가 잘못되었습니다: {value!r}")
        if value == "" or (key in _NUMBERS and not 0 < value < math.inf):
            raise _mistake(path, name, f"{key} 값이 비었거나 0 이하입니다.")
    for key, good in (
        ("name", _NAME.fullmatch(name)),
        ("revision", _REVISION.fullmatch(entry["revision"])),
        ("commercial", entry["commercial"] in COMMERCIAL),
    ):
        if not good:
            raise _mistake(path, name, f"{key} 값이 잘못되었습니다: {entry[key]!r}")
    shape = _shape(path, name, entry["shape"]) if "shape" in entry else None
    return ListedModel(**{**entry, "kind": kind, "shape": shape})


def _shape(path: Path, name: str, values: dict[str, Any]) -> Shape:
    _check_keys(path, f"{name} shape", values, {item.name: item for item in fields(Shape)})
    for key, value in values.items():
        if type(value) is not (bool if key == "tied" else int) or (key != "tied" and value < 1):
            raise _mistake(path, name, f"shape의 {key} 값이 잘못되었습니다: {value!r}")
    return Shape(**values)


def _check_keys(path: Path, name: str, entry: dict[str, Any], known: Mapping[str, Any]) -> None:
    if unknown := entry.keys() - known.keys():
        raise _mistake(path, name, f"모르는 키 {sorted(unknown)}가 있습니다.")
    required = {key for key, item in known.items() if item.default is MISSING}
    if missing := required - entry.keys():
        raise _mistake(path, name, f"{sorted(missing)} 값이 없습니다.")


def _mistake(path: Path, name: str, what: str) -> ConfigError:
    return ConfigError(
        f"모델 목록이 잘못되었습니다: {path} {name}\n→ {what} 고치거나 설치본의 파일로 되돌리세요."
    )
