"""What the library has in force now: at the revision that the live index was built from."""

from __future__ import annotations

from onprem_rag.config import Config
from onprem_rag.errors import IndexMismatchError
from onprem_rag.index.generations import current_name, read_manifest
from onprem_rag.library import versions
from onprem_rag.library.shelf import Shelf
from onprem_rag.library.store import Library


def live_shelf(config: Config, library: Library) -> Shelf:
    """What is in force today."""
    return Shelf(library, live_revision(config, library), versions.today())


def live_revision(config: Config, library: Library) -> int:
    """The revision that questions are answered from.

    Where no index says which, it is the one that was made live last.
    """
    name = current_name(config.index_folder)
    try:
        revision = read_manifest(config.index_folder / name).revision if name else 0
    except IndexMismatchError:
        revision = 0
    return revision if revision and library.has(revision) else library.revision()
