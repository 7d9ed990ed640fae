"""Real files, read once for all tests that look at their documents."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from ingest.files import read_bytes
from ingest.readers.reading import read
from ingest.split.splitting import documents_of, split
from onprem_rag.records import Document, Passage


@cache
def documents_in(path: Path) -> tuple[tuple[Document, ...], bool]:
    """The documents of a file, as the product reads it, and whether each line is a record."""
    file_format, sha256, reading = read(path, read_bytes(path))
    return tuple(documents_of(path, file_format, sha256, reading)), reading.rows


def split_file(path: Path) -> list[tuple[Document, list[Passage]]]:
    found, rows = documents_in(path)
    return [(document, split(document, rows)) for document in found]
