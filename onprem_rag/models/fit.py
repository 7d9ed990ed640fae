"""Which of the catalogued models are here already, and which fit into what memory is free."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from onprem_rag.config import Config
from onprem_rag.errors import ModelError
from onprem_rag.generate import memory
from onprem_rag.models.catalogue import CATALOGUE, COMMERCIAL, ListedModel, catalogue

MANY = 20  # users at once, besides one


@dataclass(frozen=True, slots=True)
class Fit:
    """A catalogued model beside this machine."""

    model: ListedModel
    folder: Path | None  # where it is here already
    fault: str  # what is wrong with that folder; "": nothing seen
    least: int  # bytes for the weights alone, at least
    one: int | None  # bytes needed for one user; None: not known
    many: int | None  # … for ``MANY`` users of a language model at once
    users: int | None  # how many of these fit into what is free: 0, 1, MANY; None: not known


def fits(config: Config, free: int | None, path: Path = CATALOGUE) -> Iterator[Fit]:
    """Every model of the catalogue: what it needs at the configured context, and who fits.

    ``free`` are bytes; None: not known.
    """
    for model in catalogue(path):
        folder = config.home / "models" / model.folder
        fit = _needs(model, folder if folder.is_dir() else None, config.answer.context)
        users = None
        if free is not None and fit.least > free:
            users = 0
        elif free is not None and fit.one is not None and fit.many is not None:
            users = MANY if fit.many <= free else int(fit.one <= free)
        yield replace(fit, users=users)


def models_json(config: Config) -> dict[str, Any]:
    """The object that ``models --json`` prints; sizes are bytes."""
    free = memory.free()
    return {
        "free": free,
        "context": config.answer.context,
        "models": [
            {
                **asdict(fit.model),
                "folder": str(fit.folder) if fit.folder else None,
                "fault": fit.fault,
                "bytes_of_weights_at_least": fit.least,
                "bytes_1_user": fit.one,
                f"bytes_{MANY}_users": fit.many,
                "users_that_fit": fit.users,
            }
            for fit in fits(config, free)
        ],
    }


def models_text(config: Config) -> str:
    """The catalogue for the terminal."""
    free = memory.free()
    lines = [
        f"비어 있는 메모리(GPU가 있으면 GPU의): {_gib(free)}. "
        f"4비트(NF4), 문맥 {config.answer.context}토큰 기준"
    ]
    kind = ""
    for fit in fits(config, free):
        if fit.model.kind != kind:
            kind = fit.model.kind
            lines += ["", {"llm": "언어 모델", "embedder": "임베더"}[kind]]
        lines += _lines(fit)
    lines += [
        "",
        "폴더로 쓰면 한 명씩, 서버로 쓰면 동시에 답합니다. 임베더의 메모리는 따로 듭니다.",
        "받는 법: onprem-rag models fetch 이름",
    ]
    return "\n".join(lines)


def _lines(fit: Fit) -> Iterator[str]:
    model = fit.model
    context = f", 문맥 {model.context:,}토큰" if model.context else ""
    here = f" [있음: {fit.folder}]" if fit.folder else ""
    yield f"{_mark(fit)} {model.name}{here}"
    yield f"    {model.parameters:g}B{context}, {model.licence}({COMMERCIAL[model.commercial]})"
    if fit.fault:
        yield f"    {fit.fault}"
    if not model.usable:
        yield "    쓸 수 없음"
    elif fit.one is None:
        yield f"    메모리: 가중치만 {_gib(fit.least)} 이상. 폴더를 두면 나머지도 계산함"
    elif model.kind == "llm":
        yield f"    메모리: 1명 {_gib(fit.one)}, 동시 {MANY}명 {_gib(fit.many)}{_room(fit)}"
    else:
        yield f"    메모리: {_gib(fit.one)}{_room(fit)}"
    yield f"    {model.note}"


def _mark(fit: Fit) -> str:
    """✓ fits, ✗ does not or can't be used, · not known."""
    if not fit.model.usable or fit.users == 0:
        return "✗"
    return "·" if fit.users is None else "✓"


def _room(fit: Fit) -> str:
    if fit.users is None:
        return ""
    if fit.users == 0:
        return " → 들어가지 않음"
    return " → 1명씩 들어감" if fit.users == 1 and fit.model.kind == "llm" else " → 들어감"


def _needs(model: ListedModel, folder: Path | None, context: int) -> Fit:
    """Bytes on the card; from the folder's own files where it is here and whole."""
    size = round(model.parameters * 1e9)
    if model.kind == "embedder":  # at the precision of its files, which are of 32 bits at most
        return Fit(model, folder, "", 4 * size, 4 * size, 4 * size, None)
    least, fault = memory.in_nf4(size), ""
    context = min(context, model.context or context)
    if folder is not None:
        try:
            one, many = (memory.estimate(folder, context, users).total for users in (1, MANY))
            return Fit(model, folder, "", least, one, many, None)
        except ModelError as error:
            fault = str(error).partition("\n")[0]
    if model.shape is None:
        return Fit(model, folder, fault, least, None, None, None)
    shape = model.shape.config
    one, many = (memory.shaped(size, shape, context, users).total for users in (1, MANY))
    return Fit(model, folder, fault, least, one, many, None)


def _gib(size: int | None) -> str:
    return "알 수 없음" if size is None else f"{size / 2**30:.1f} GiB"
