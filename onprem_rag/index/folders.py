"""The folders of the generations: ``index/g000003/`` and so on."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from onprem_rag.config import IndexConfig
from onprem_rag.errors import OnpremRagError
from onprem_rag.index.milvus import MilvusIndex
from onprem_rag.index.milvus_server import address

MANIFEST = "manifest.json"  # written last: a folder without it is half built


def folders(index_folder: Path) -> list[Path]:
    """Those of all generations, oldest first."""
    if not index_folder.is_dir():
        return []
    return sorted(path for path in index_folder.iterdir() if number(path))


def new(index_folder: Path, live: str | None, least: int, server: IndexConfig) -> Path:
    """The next generation's, empty; what killed builds have left is removed.

    Its number is ``least`` or above, and above those of all that are there.
    """
    before = folders(index_folder)
    half = [p for p in before if p.name != live and not (p / MANIFEST).exists()]
    drop(half, server)
    last = max((number(Path(live or "")), *map(number, before)))
    folder = index_folder / name(max(least, last + 1))
    folder.mkdir(parents=True)
    return folder


def name(number: int) -> str:
    """The folder name of a generation."""
    return f"g{number:06d}"


def number(folder: Path) -> int:
    """The number of a generation's folder; 0 for another one."""
    found = re.fullmatch(r"g(\d{6})", folder.name)
    return int(found[1]) if found else 0


def drop(folders: Iterable[Path], server: IndexConfig) -> None:
    """Remove generations, from their servers too."""
    for folder in folders:
        if _dropped(folder, server):
            (folder / MANIFEST).unlink(missing_ok=True)  # from now on it is half there
            shutil.rmtree(folder, ignore_errors=True)


def _dropped(folder: Path, server: IndexConfig) -> bool:
    """Whether a generation is gone from its server.

    Where that can't be asked, or isn't the configured one, a later publish does it: the folder
    alone knows the collections' names.
    """
    try:
        place = MilvusIndex.address_of(folder)
        if place != address(server.uri):
            return not place
        if place:
            MilvusIndex.drop(server.uri, server.token, folder)
    except OnpremRagError:
        return False
    except (OSError, ValueError):  # a folder too damaged to name its collections
        return True
    return True
