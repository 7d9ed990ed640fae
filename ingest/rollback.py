"""Back to an older generation: one rename, and the library is what it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.lock import only_writer
from ingest.review import outdated
from ingest.summary import changed_rules
from ingest.switching import switch
from onprem_rag.config import Config
from onprem_rag.errors import LibraryError
from onprem_rag.index import generations
from onprem_rag.library.shelf import Shelf
from onprem_rag.library.store import Library
from onprem_rag.live import live_shelf
from onprem_rag.records import Done


@dataclass(frozen=True, slots=True)
class RolledBack:
    """The generation that is live again, and what that changed, in Korean lines.

    ``waiting``: approved answers that don't fire now, because they stand on another wording.
    """

    generation: str
    summary: tuple[str, ...]
    waiting: tuple[str, ...]


def rollback(config: Config, number: int | None = None) -> RolledBack:
    """Make generation ``number`` live, by default the one that was before.

    Raises LibraryError or IndexMismatchError where it is not kept any more or can't be used.
    """
    with only_writer(config.home, "rollback"):
        library = Library.open(config.library_url, create=True)
        try:
            live = generations.current_name(config.index_folder)
            there = {m.generation: m for m in kept(config, library)}
            before = [n for n in _lineage(library.history()) if n in there]
            wanted = (before[-1] if before else None) if number is None else number
            if wanted not in there:
                listed = ", ".join(map(str, sorted(there))) or "없음"
                raise LibraryError(
                    f"되돌아갈 세대가 없습니다: {'이전 세대' if wanted is None else wanted}\n"
                    f"→ 남아 있는 세대: {listed}. ('ingest history'로 확인하세요.)"
                )
            name = f"g{wanted:06d}"
            if name == live:
                raise LibraryError(f"{wanted}세대가 지금 쓰이고 있습니다. → 다른 세대를 고르세요.")
            folder = config.index_folder / name
            generations.check(folder, there[wanted], config.embedder_folder, config.index)
            return _gone_back(config, library, live, there[wanted])
        finally:
            library.close()


def _gone_back(
    config: Config, library: Library, live: str | None, wanted: generations.Manifest
) -> RolledBack:
    """Make what ``wanted`` tells of live, in the place of the generation ``live``."""
    name = f"g{wanted.generation:06d}"
    old = live_shelf(config, library)
    new = Shelf(library, wanted.revision, old.day)
    lines = changed_rules(old.held, new.held, old.day)
    with library.writing() as writer:
        writer.settle(live)
        back = f"{generations.number(live or '')}세대에서 {wanted.generation}세대로"
        done = writer.log("rollback", wanted.revision, name, [back, *lines])
    lines += switch(config, library, name, done)
    waiting = [
        f"승인된 답변 {entry.id}번 '{entry.questions[0]}'은 「{entry.document}」 {entry.article}의 "
        "내용이 달라 답하지 않습니다."
        for entry in outdated(library, new)
    ]
    return RolledBack(name, tuple(lines), tuple(waiting))


def _lineage(history: Sequence[Done]) -> list[int]:
    """The generations that led to the last one, oldest first and without it.

    What was rolled back led nowhere, and what the gate refused neither.
    """
    found: list[str] = []
    for done in (one for one in history if not one.refused):
        if done.action == "rollback" and done.generation in found:
            del found[found.index(done.generation) :]
        found.append(done.generation)
    return [generations.number(name) for name in found[:-1]]


def kept(config: Config, library: Library) -> list[generations.Manifest]:
    """The generations that one can go back to, oldest first: complete, and once live."""
    try:
        there = generations.kept(config.index_folder)
    except FileNotFoundError:
        return []
    lived = {done.generation for done in library.history()} | {
        generations.current_name(config.index_folder)
    }
    return [m for m in there if f"g{m.generation:06d}" in lived and library.has(m.revision)]


def history(config: Config) -> tuple[list[Done], frozenset[str], str | None]:
    """What was done or refused, oldest first; the names of the kept generations; the live one's."""
    library = Library.open(config.library_url)
    try:
        names = frozenset(f"g{m.generation:06d}" for m in kept(config, library))
        return library.history(), names, generations.current_name(config.index_folder)
    finally:
        library.close()
