"""Back to an older generation: one rename, and the library is what it was."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.change import switch
from ingest.lock import only_writer
from onprem_rag.config import Config
from onprem_rag.errors import LibraryError
from onprem_rag.index import generations
from onprem_rag.library.store import Library
from onprem_rag.records import Done


def rollback(config: Config, number: int | None = None) -> str:
    """Make generation ``number`` live, by default the one that was before; returns its name.

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
            with library.writing() as writer:
                writer.settle(live)
                line = f"{live or '?'} → {name}"
                done = writer.log("rollback", there[wanted].revision, name, [line])
            switch(config, library, name, done)
            return name
        finally:
            library.close()


def _lineage(history: Sequence[Done]) -> list[int]:
    """The generations that led to the last one, oldest first and without it.

    What was rolled back led nowhere.
    """
    found: list[str] = []
    for done in history:
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
    """What was done, oldest first; the names of the kept generations; the live one's."""
    library = Library.open(config.library_url)
    try:
        names = frozenset(f"g{m.generation:06d}" for m in kept(config, library))
        return library.history(), names, generations.current_name(config.index_folder)
    finally:
        library.close()
