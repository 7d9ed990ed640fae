"""Approved questions and answers from CSV: one file a topic, replaced as a whole."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from ingest.pipeline import only_writer
from ingest.readers import read_bytes
from ingest.readers.plain import decode
from onprem_rag.config import Config
from onprem_rag.errors import ConfigError, ReadError
from onprem_rag.library.store import Library
from onprem_rag.records import FaqEntry

_COLUMNS = ("질문", "답변", "문서", "조문")


def add_faq(config: Config, paths: Sequence[Path]) -> list[tuple[str, int]]:
    """Read every file first, then store them all; returns (topic, entries) a file.

    Raises ConfigError naming file, line and remedy, and LibraryError while another ingest runs;
    then nothing has changed.
    """
    files: list[Path] = []
    for path in paths:
        files += sorted(path.glob("*.csv")) if path.is_dir() else [path]
    topics = [(path.stem, _entries(path)) for path in files]
    with only_writer(config.home):
        library = Library.open(config.library_url, create=True)
        with library.writing() as writer:
            for topic, entries in topics:
                writer.replace_faq(topic, entries)
        library.close()
    return [(topic, len(entries)) for topic, entries in topics]


def _entries(path: Path) -> list[FaqEntry]:
    try:
        text = decode(read_bytes(path))
    except ReadError as error:
        raise ConfigError(f"{path}: {error}") from error
    reader = csv.DictReader(io.StringIO(text))
    missing = [name for name in _COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise ConfigError(
            f"{path}: 열 {', '.join(missing)}이(가) 없습니다.\n"
            f"→ 첫 줄에 {','.join(_COLUMNS)}를 쓰세요."
        )
    entries = []
    for number, row in enumerate(reader, start=2):
        values = {name: (row[name] or "").strip() for name in _COLUMNS}
        empty = [name for name in _COLUMNS if not values[name]]
        if len(empty) == len(_COLUMNS):
            continue
        if empty:
            raise ConfigError(
                f"{path} {number}번째 줄: {', '.join(empty)}이(가) 비었습니다. → 채우세요."
            )
        questions = tuple(q.strip() for q in values["질문"].split("|") if q.strip())
        entries.append(
            FaqEntry(questions, values["답변"], values["문서"], values["조문"], path.stem)
        )
    return entries
