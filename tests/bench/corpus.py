"""Passages of the real statutes, PDFs and HWPs, as the product's own readers split them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from ingest.files import read_bytes
from ingest.readers.reading import read
from ingest.split.splitting import documents_of, split
from onprem_rag.errors import ReadError
from onprem_rag.records import Passage

FOLDERS = ("statutes", "regulations-pdf", "regulations-hwp")


def half(title: str) -> str:
    """The half that a document belongs to: checkers are tuned on "dev", "test" is reported."""
    return "dev" if hashlib.sha256(title.encode()).digest()[0] % 2 else "test"


def corpus(shared: Path, work: Path) -> list[tuple[str, list[Passage]]]:
    """(folder, passages) of each document; read once, then kept in ``work``."""
    kept = work / "checker-passages.jsonl"
    if not kept.is_file():
        work.mkdir(parents=True, exist_ok=True)
        lines = [
            json.dumps([folder, [asdict(passage) for passage in passages]], ensure_ascii=False)
            for folder, passages in _read(shared)
        ]
        kept.write_text("\n".join(lines), encoding="utf-8")
    found = []
    with kept.open(encoding="utf-8") as lines_:
        for line in lines_:
            folder, rows = json.loads(line)
            found.append((folder, [_passage(row) for row in rows]))
    return found


def _passage(row: dict[str, object]) -> Passage:
    return Passage(**{**row, "path": tuple(row["path"])})  # type: ignore[arg-type]


def _read(shared: Path) -> Iterator[tuple[str, list[Passage]]]:
    for folder in FOLDERS:
        for path in sorted((shared / folder).iterdir()):
            try:
                file_format, sha256, reading = read(path, read_bytes(path))
            except ReadError:
                continue
            for document in documents_of(path, file_format, sha256, reading):
                yield folder, split(document)
