"""Model folders that are carried in by hand: their sums, and what may not be among their files.

The sums are ``SHA256SUMS`` in sha256sum's own format, so that ``sha256sum -c SHA256SUMS`` on any
machine says the same.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from onprem_rag.errors import ModelError

SUMS = "SHA256SUMS"
_LINE = re.compile(r"([0-9a-f]{64}) [ *]([^\\\n\r]+)")
_PICKLES = frozenset(
    ".bin .pt .pth .pkl .pickle .ckpt .joblib .dill .npy .npz .h5 .keras .msgpack".split()
)
_CODE = frozenset(".py .pyc .pyd .so .dll .dylib .sh .exe".split())


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a carried-in folder."""

    file: str  # relative to the folder
    what: str

    def __str__(self) -> str:
        return f"{self.file if self.file.isprintable() else ascii(self.file)}: {self.what}"


def record(folder: Path) -> Path:
    """Write the sums of all files of ``folder``; the path of what was written.

    Raises ModelError where a file may not be carried in or the folder can't be read or written.
    """
    names = [name for name, _ in _files(folder)]
    if refused := list(_refused(folder)):
        raise ModelError(
            f"반입할 수 없는 파일이 있습니다: {', '.join(str(fault) for fault in refused)}\n"
            "→ safetensors와 토크나이저, 설정 파일만 남기고 지운 뒤 다시 하세요."
        )
    path = folder / SUMS
    try:
        lines = [f"{_sum(folder / name)}  {name}\n" for name in names]
        path.write_text("".join(lines), encoding="utf-8")
    except OSError as error:
        raise _unreadable(folder, error) from error
    return path


def check(folder: Path) -> list[Fault]:
    """What is wrong with ``folder``: refused, missing, changed and unlisted files; [] is well.

    Raises ModelError where there is no such folder or it has no readable ``SHA256SUMS``.
    """
    present = dict(_files(folder))
    faults = list(_refused(folder))
    refused = {fault.file for fault in faults}  # not even read
    try:
        listed = dict(_listed(folder))
        for name, wanted in listed.items():
            if name not in present:
                faults.append(Fault(name, "목록에 있으나 파일이 없습니다."))
            elif name not in refused and _sum(present[name]) != wanted:
                faults.append(Fault(name, "내용이 목록과 다릅니다."))
    except OSError as error:
        raise _unreadable(folder, error) from error
    unlisted = present.keys() - listed.keys() - refused
    faults += [Fault(name, "목록에 없는 파일입니다.") for name in unlisted]
    return sorted(faults, key=lambda fault: fault.file)


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """All files but the sums, by name, in sha256sum's order of bytes."""
    if not folder.is_dir():
        raise ModelError(f"모델 폴더가 없습니다: {folder}\n→ 경로를 확인하세요.")
    found = []
    for place, folders, names in os.walk(folder):
        links = [name for name in folders if (Path(place) / name).is_symlink()]
        for name in names + links:
            path = Path(place) / name
            if path != folder / SUMS:
                found.append((path.relative_to(folder).as_posix(), path))
    yield from sorted(found, key=lambda item: item[0].encode("utf-8", "surrogateescape"))


def _refused(folder: Path) -> Iterator[Fault]:
    """Files that a model folder may not have, whatever its sums say, and weights it hasn't got."""
    weights = False
    for name, path in _files(folder):
        suffix = PurePosixPath(name).suffix.lower()
        weights |= suffix == ".safetensors"
        if path.is_symlink() or not path.is_file():
            yield Fault(name, "링크나 특수 파일은 반입할 수 없습니다.")
        elif suffix in _PICKLES:
            yield Fault(name, "pickle일 수 있는 형식은 반입할 수 없습니다.")
        elif suffix in _CODE:
            yield Fault(name, "코드는 반입할 수 없습니다.")
        elif not name.isprintable() or "\\" in name:
            yield Fault(name, "이름에 쓸 수 없는 글자가 있습니다.")
    if not weights:
        yield Fault("*.safetensors", "가중치 파일이 없습니다.")


def _listed(folder: Path) -> Iterator[tuple[str, str]]:
    """Names and sums of ``SHA256SUMS``; none of them leads out of the folder."""
    path = folder / SUMS
    if not path.is_file():
        raise ModelError(
            f"{SUMS} 파일이 없습니다: {folder}\n"
            "→ 모델을 받은 기기에서 'onprem-rag models fetch 이름'대로 만들어 함께 옮기세요."
        )
    try:
        lines = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    except UnicodeDecodeError as error:
        raise _unreadable(path, error) from error
    for number, line in enumerate(lines, start=1):
        match = _LINE.fullmatch(line)
        name = PurePosixPath(match[2]) if match else PurePosixPath("/")
        if match is None or name.is_absolute() or ".." in name.parts:
            raise ModelError(
                f"{path} {number}번째 줄이 잘못되었습니다.\n"
                "→ sha256sum이 쓴 그대로인지 확인하고, 모델을 받은 기기에서 다시 만드세요."
            )
        yield str(name), match[1]


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unreadable(path: Path, error: Exception) -> ModelError:
    return ModelError(
        f"모델 폴더를 읽거나 쓸 수 없습니다: {path} ({error})\n"
        "→ 파일이 온전한지, 권한이 있는지 확인하세요."
    )
