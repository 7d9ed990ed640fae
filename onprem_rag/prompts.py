"""``prompts/*.txt`` and values → chat messages. A missing or unknown variable is an error."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from onprem_rag.errors import ConfigError
from onprem_rag.following import named_by
from onprem_rag.records import Hit

_ROLE = re.compile(r"^\[(system|user)\][ \t]*$", re.MULTILINE)
_VARIABLE = re.compile(r"\{([^{}\n]*)\}")
VARIABLES = {"answer": frozenset({"length", "passages", "question"})}


@dataclass(frozen=True, slots=True)
class Message:
    """One chat message: ``role`` is system or user."""

    role: str
    text: str


def render(folder: Path, name: str, values: Mapping[str, str]) -> list[Message]:
    """The messages of ``folder/name.txt`` with ``values`` put in.

    Raises ConfigError naming file, line and remedy for a missing file, a part that isn't under
    ``[system]`` or ``[user]``, and a variable that is missing or unknown.
    """
    path = folder / f"{name}.txt"
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"프롬프트를 읽을 수 없습니다: {path}\n→ 파일이 있는지, UTF-8 텍스트인지 확인하세요."
        ) from error
    _check(path, text, VARIABLES[name])
    parts = _ROLE.split(text)
    return [
        Message(role, _VARIABLE.sub(lambda found: values[found[1]], body).strip())
        for role, body in zip(parts[1::2], parts[2::2], strict=True)
    ]


def _check(path: Path, text: str, wanted: frozenset[str]) -> None:
    parts = _ROLE.split(text)
    if parts[0].strip() or "user" not in parts[1::2]:
        raise ConfigError(
            f"{path} 1번째 줄: [system] 또는 [user]로 시작해야 합니다. → 그 줄을 넣으세요."
        )
    found = set()
    for variable in _VARIABLE.finditer(text):
        line = text.count("\n", 0, variable.start()) + 1
        if variable[1] not in wanted:
            raise ConfigError(
                f"{path} {line}번째 줄: 모르는 변수 {{{variable[1]}}}입니다.\n"
                f"→ 쓸 수 있는 변수: {', '.join(sorted(wanted))}"
            )
        found.add(variable[1])
    if missing := wanted - found:
        raise ConfigError(
            f"{path}: 변수 {', '.join(f'{{{name}}}' for name in sorted(missing))}이(가) 없습니다. "
            "→ 넣을 자리에 쓰세요."
        )


def numbered(hits: Sequence[Hit]) -> str:
    """Passages as the prompt shows them: ``[1] 여비규정 제9조`` and the text.

    One that another passage names says so: ``[3] 여비규정 제8조 (제5조에서 준용)``.
    """
    blocks = []
    for number, hit in enumerate(hits, start=1):
        passage = hit.passage
        by = f"({name})" if (name := named_by(hit)) else ""
        place = " ".join(part for part in (passage.document, passage.article, by) if part)
        blocks.append(f"[{number}] {place}\n{passage.text}")
    return "\n\n".join(blocks)
