"""Files that are there as a whole or not at all, and stay there when the machine goes down."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO


def write(path: Path, content: Callable[[BinaryIO], object]) -> None:
    """Put the file that ``content`` writes in the place of ``path`` by one rename."""
    temporary = path.with_name(f"{path.name}.new")
    with temporary.open("wb") as file:
        content(file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    _sync(path.parent)  # else the rename itself may be lost


def sync(folder: Path) -> None:
    """Have all that is in ``folder``, and its name, on the disk."""
    with ThreadPoolExecutor() as pool:  # they all wait for the same disk
        list(pool.map(_sync, folder.rglob("*")))
    _sync(folder)
    _sync(folder.parent)


def share(source: Path, target: Path) -> None:
    """One file under two names, or its copy where the disk knows no such thing."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _sync(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
