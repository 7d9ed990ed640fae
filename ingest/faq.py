"""Approved questions and answers from CSV and XLSX: one file a topic, replaced as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.files import read_bytes
from ingest.lock import only_writer
from ingest.readers.rows import FAQ_COLUMNS, FAQ_DAY, Row, Sheet, faq_columns, parted
from ingest.review import (
    ONE_LEFT,
    SHARED,
    approve,
    bind,
    coming,
    first_days,
    gone_text,
    missing,
    outdated,
    shared_text,
)
from ingest.waiting import Prepared, Waiting, prepared, waiting
from ingest.worker import Worker
from onprem_rag.config import Config
from onprem_rag.errors import ConfigError, ReadError
from onprem_rag.grounds import fits, in_turn
from onprem_rag.library import versions
from onprem_rag.library.shelf import Shelf
from onprem_rag.library.store import Library
from onprem_rag.live import live_shelf
from onprem_rag.records import FaqEntry

_SUFFIXES = (".csv", ".xlsx")


@dataclass(frozen=True, slots=True)
class FaqOutcome:
    """What one ``ingest faq`` stored: (topic, entries) a file, and Korean warnings."""

    topics: tuple[tuple[str, int], ...]
    warnings: tuple[str, ...]


def add_faq(config: Config, paths: Sequence[Path]) -> FaqOutcome:
    """Read every file first, then store them all.

    Raises ConfigError naming file, line and remedy, and LibraryError while another ingest runs;
    then nothing has changed.
    """
    with Worker() as worker:
        topics = [(path.stem, _entries(worker, path)) for path in _files_under(paths)]
    with only_writer(config.home, "faq"):
        library = Library.open(config.library_url, create=True)
        known = {_same(entry): entry for entry in library.faq()}
        with library.writing() as writer:
            for topic, entries in topics:
                # The same entry stays what it is; a second one like it is another.
                writer.replace_faq(topic, [known.pop(_same(entry), entry) for entry in entries])
        shelf = live_shelf(config, library)
        bind(library, shelf)
        days, loaded = coming(shelf), {topic for topic, _ in topics}
        entries = library.faq()
        turn = {entry.id for entry in in_turn(entries, shelf.day)}
        warnings = [
            warning
            for entry, first in zip(entries, first_days(entries, shelf), strict=True)
            if entry.topic in loaded and (entry.id in turn or first is not shelf)
            if (warning := _warning(first, days, entry))
        ]
        library.close()
    return FaqOutcome(tuple((topic, len(entries)) for topic, entries in topics), tuple(warnings))


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What was confirmed, and Korean lines of what still waits and can't be."""

    entries: tuple[FaqEntry, ...]
    left: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The approved answers that wait, or will on a coming day, and those that are to come."""

    waiting: tuple[Waiting, ...]
    prepared: tuple[Prepared, ...]


def review(config: Config) -> Reviewed:
    """What an admin should know of the approved answers."""
    library = Library.open(config.library_url)
    try:
        shelf = live_shelf(config, library)
        return Reviewed(tuple(waiting(library, shelf)), tuple(prepared(library, shelf)))
    finally:
        library.close()


def confirm(config: Config, numbers: Sequence[int]) -> Confirmed:
    """Let the approved answers of these ids fire again, on their articles as they read now.

    Those that are to come: as they will read on their days.

    All that wait and can, where there are no ``numbers``. Raises ConfigError for one that does not
    wait, or whose article is gone or that of more than one rule; then nothing has changed.
    """
    with only_writer(config.home, "faq"):
        library = Library.open(config.library_url, create=True)
        try:
            shelf = live_shelf(config, library)
            stopped = {entry.id: entry for entry in outdated(library, shelf)}
            chosen = [stopped[n] for n in numbers or stopped if n in stopped]
            days = zip(chosen, first_days(chosen, shelf), strict=True)
            left = {entry.id: why for entry, day in days if (why := missing(day, entry))}
            if unknown := [n for n in numbers if n not in stopped]:
                raise ConfigError(
                    f"확인을 기다리는 답변이 아닙니다: {', '.join(map(str, unknown))}\n"
                    "→ 'ingest faq --review'로 번호를 확인하세요."
                )
            if left and numbers:
                entry = next(entry for entry in chosen if entry.id in left)
                raise ConfigError(_unconfirmable(entry, left[entry.id]))
            confirmed = tuple(entry for entry in chosen if entry.id not in left)
            approve(library, shelf, confirmed)
            others = (entry for entry in chosen if entry.id in left)
            return Confirmed(
                confirmed, tuple(_unconfirmable(entry, left[entry.id]) for entry in others)
            )
        finally:
            library.close()


def _unconfirmable(entry: FaqEntry, why: str) -> str:
    if why == SHARED:
        return f"{entry.id}번을 확인할 수 없습니다. {shared_text(entry)}"
    return f"{entry.id}번을 확인할 수 없습니다. {gone_text(entry)}"


def _same(entry: FaqEntry) -> tuple[object, ...]:
    """What makes an entry the one that was approved before."""
    return entry.topic, entry.questions, entry.answer, entry.document, entry.article, entry.since


def _files_under(paths: Sequence[Path]) -> list[Path]:
    """The files named and the tables in folders, one a topic. Raises ConfigError."""
    topics: dict[str, Path] = {}
    for path in paths:
        files = _tables_in(path) if path.is_dir() else [path]
        if not files:
            raise ConfigError(f"{path}: CSV나 XLSX 파일이 없습니다. → 폴더를 확인하세요.")
        for file in files:
            other = topics.setdefault(file.stem, file)
            if other.resolve() != file.resolve():
                raise ConfigError(
                    f"주제 '{file.stem}'의 파일이 둘입니다: {other}, {file}\n"
                    "→ 파일 이름이 주제입니다. 한 파일로 합치거나 이름을 바꾸세요."
                )
    return list(topics.values())


def _tables_in(folder: Path) -> list[Path]:
    """The tables of a folder, without what Excel puts beside an open one (``~$출장.xlsx``)."""
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in _SUFFIXES and not path.name.startswith((".", "~$"))
    )


def _warning(shelf: Shelf, days: Sequence[Shelf], entry: FaqEntry) -> str:
    """Why the entry can't be answered with on its first day, which ``shelf`` is of.

    Or that this is still to come; empty for neither. ``days`` are those on which rules change.
    """
    at = f"{entry.topic}: '{entry.questions[0]}'의 「{entry.document}」 {entry.article}"
    if entry.approved and fits(entry, shelf):  # so its article is there too
        return f"{at}: 시행일인 {shelf.day}부터 답합니다." if shelf.day > versions.today() else ""
    why = missing(shelf, entry)
    if not why:
        return (
            f"{at}: 승인한 뒤 글이 바뀌어 아직 답하지 않습니다. "
            "→ 'ingest faq --review'로 보고, 맞으면 'ingest faq --confirm'으로 확인하세요."
        )
    later = (one.day for one in days if one.day > shelf.day and not missing(one, entry))
    if first := next(later, ""):
        return f"{at}: 시행되는 {first}부터 답합니다."
    remedy = ONE_LEFT if why == SHARED else "→ 문서와 조문을 확인하거나 그 규정을 넣으세요."
    return f"{at}: {why} 아직 답하지 않습니다. {remedy}"


def _entries(worker: Worker, path: Path) -> list[FaqEntry]:
    """The entries of one file. Raises ConfigError naming the line."""
    try:
        sheets = worker.sheets(str(path), read_bytes(path))
    except ReadError as error:
        raise ConfigError(f"{path}: {error}") from error
    several = len(sheets) > 1
    return [
        entry
        for sheet in sheets
        for entry in _entries_of(sheet, f"{path} [{sheet.name}]" if several else str(path), path)
    ]


def _entries_of(sheet: Sheet, place: str, path: Path) -> list[FaqEntry]:
    _, rows = parted(sheet.rows)
    columns = faq_columns(rows[0].cells) if rows else {}
    missing = [name for name in FAQ_COLUMNS if name not in columns]
    if missing:
        raise ConfigError(
            f"{place}: 빠진 열이 있습니다: {', '.join(missing)}\n"
            f"→ 첫 줄에 {','.join(FAQ_COLUMNS)}를 쓰세요."
        )
    return [
        entry
        for row in rows[1:]
        if (entry := _entry(row, columns, f"{place} {row.line}번째 줄", path.stem))
    ]


def _entry(row: Row, columns: Mapping[str, int], at: str, topic: str) -> FaqEntry | None:
    """The entry of one row, or None where all of it is empty. Raises ConfigError with ``at``."""
    cells = {name: row.cells[x] if x < len(row.cells) else "" for name, x in columns.items()}
    empty = [name for name in FAQ_COLUMNS if not cells[name]]
    if len(empty) == len(FAQ_COLUMNS):
        return None
    if empty:
        raise ConfigError(f"{at}: 빈 칸이 있습니다: {', '.join(empty)} → 채우세요.")
    asked, answer, document, article = (cells[name] for name in FAQ_COLUMNS)
    questions = tuple(one.strip() for one in asked.split("|") if one.strip())
    if not questions:
        raise ConfigError(f"{at}: 질문이 비었습니다. → '|' 사이에 질문을 쓰세요.")
    try:
        day = cells.get(FAQ_DAY, "").removesuffix(" 00:00")  # as some workbooks have a day
        since = versions.iso_day(day) if day else ""
    except ConfigError as error:
        raise ConfigError(f"{at} '{FAQ_DAY}': {error}") from error
    return FaqEntry(questions, answer, document, article, topic, since=since)
