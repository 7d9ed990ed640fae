"""``prompts/*.txt`` and values → chat messages. Whatever is wrong with a template is an error.

Files are read anew for each question, so that a change takes effect at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from onprem_rag.config import PROJECT
from onprem_rag.errors import ConfigError

OWN = PROJECT / "prompts"  # the product's own, used for what a folder doesn't have
VARIABLES = {
    "answer": frozenset({"length", "passages", "question"}),
    "followup": frozenset({"conversation", "question"}),
    "verify": frozenset({"claim", "passages"}),
}

_ROLE = re.compile(r"^\[(system|user)\][ \t]*$", re.MULTILINE)
_LIKE_A_ROLE = re.compile(r"^[ \t]*\[[ \t]*([A-Za-z]{2,20})[ \t]*\][ \t]*$", re.MULTILINE)
_BRACES = re.compile(r"\{\{|\}\}|\{([^{}\n]*)\}|[{}]")
_LITERAL = {"{{": "{", "}}": "}"}
_ESCAPE = "중괄호를 글자로 쓰려면 {{와 }}처럼 두 번 쓰세요."
_SHOWN = 30  # characters of what is wrong


@dataclass(frozen=True, slots=True)
class Message:
    """One chat message: ``role`` is system or user."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a template, where (None: in the whole file), and what to do."""

    path: Path
    line: int | None
    problem: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.path} {self.line}번째 줄" if self.line else str(self.path)
        return f"{place}: {self.problem}\n→ {self.remedy}"


def render(folder: Path, name: str, values: Mapping[str, str]) -> list[Message]:
    """The messages of ``folder/name.txt``, or else the product's own, with ``values`` put in.

    Raises ConfigError with all that is wrong with the file: place and remedy.
    """
    path = _path(folder, name)
    try:
        text = _read(path)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(str(_unreadable(path))) from error
    if findings := list(_wrong(path, text, VARIABLES[name])):
        raise ConfigError("\n".join(map(str, findings)))

    def filled(found: re.Match[str]) -> str:
        return _LITERAL.get(found[0]) or values[found[1]]

    parts = _ROLE.split(text)
    return [
        Message(role, _BRACES.sub(filled, body).strip())
        for role, body in zip(parts[1::2], parts[2::2], strict=True)
    ]


def check(folder: Path) -> list[Finding]:
    """All that is wrong with the templates of ``folder``, and its files that nothing reads."""
    findings: list[Finding] = []
    for name, variables in VARIABLES.items():
        path = _path(folder, name)
        try:
            findings += _wrong(path, _read(path), variables)
        except (OSError, UnicodeDecodeError):
            findings.append(_unreadable(path))
    names = ", ".join(f"{name}.txt" for name in VARIABLES)
    for path in sorted(folder.glob("*.txt")):
        if path.stem not in VARIABLES:
            findings.append(Finding(path, None, "쓰이지 않는 파일입니다.", f"쓰이는 이름: {names}"))
    return findings


def _path(folder: Path, name: str) -> Path:
    path = folder / f"{name}.txt"
    return path if path.exists() or path.is_symlink() else OWN / path.name


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8-sig")


def _unreadable(path: Path) -> Finding:
    return Finding(
        path,
        None,
        "프롬프트를 읽을 수 없습니다.",
        "파일을 읽을 권한이 있는지, UTF-8 텍스트인지 확인하세요.",
    )


def _wrong(path: Path, text: str, wanted: frozenset[str]) -> Iterator[Finding]:
    """Everything that is wrong with a template, from its top to its end."""
    findings = [*_wrong_roles(path, text), *_wrong_variables(path, text, wanted)]
    yield from sorted(findings, key=lambda finding: finding.line or 0)
    found = {brace[1] for brace in _BRACES.finditer(text)}
    if missing := sorted(wanted - found):
        names = ", ".join(f"{{{name}}}" for name in missing)
        yield Finding(path, None, f"빠진 변수가 있습니다: {names}", "값이 들어갈 자리에 쓰세요.")


def _wrong_roles(path: Path, text: str) -> Iterator[Finding]:
    """Chat templates take one system message, first, and then the user's."""
    parts = _ROLE.split(text)
    if parts[0].strip() or len(parts) == 1:
        line = _line(text, len(text) - len(text.lstrip()))
        problem = "[system] 또는 [user]로 시작해야 합니다."
        yield Finding(path, line, problem, "그 줄을 맨 앞에 넣으세요.")
    roles = list(_ROLE.finditer(text))
    for before, role in pairwise(roles):
        if role[1] == "system" or before[1] == "user":
            problem = f"여기에 또 있습니다: [{role[1]}]"
            yield Finding(
                path,
                _line(text, role.start()),
                problem,
                "[system] 하나, [user] 하나 순서로 쓰세요.",
            )
    if roles and roles[-1][1] != "user":
        problem = "[user] 부분이 없습니다."
        yield Finding(path, None, problem, "[user] 줄을 쓰고 그 아래에 질문이 들어갈 글을 쓰세요.")
    known = {role.start() for role in roles}
    for like in _LIKE_A_ROLE.finditer(text):
        if like.start() not in known:
            problem = f"모르는 역할 {like[0].strip()}입니다."
            line = _line(text, like.start())
            yield Finding(path, line, problem, "[system]이나 [user]를 줄의 처음부터 쓰세요.")


def _wrong_variables(path: Path, text: str, wanted: frozenset[str]) -> Iterator[Finding]:
    for brace in _BRACES.finditer(text):
        if brace[0] in _LITERAL or brace[1] in wanted:
            continue
        line = _line(text, brace.start())
        if brace[1] is not None and brace[1].strip().isidentifier():
            remedy = f"쓸 수 있는 변수: {', '.join(sorted(wanted))}"
            yield Finding(path, line, f"모르는 변수 {brace[0]}입니다.", remedy)
        else:  # an example in JSON
            shown = brace[0] if len(brace[0]) <= _SHOWN else f"{brace[0][:_SHOWN]}…"
            yield Finding(path, line, f"변수가 아닌 중괄호 {shown}입니다.", _ESCAPE)


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
