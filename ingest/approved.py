"""Files of approved questions and answers, one a topic: CSV and XLSX → entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.files import read_bytes
from ingest.readers.rows import FAQ_COLUMNS, FAQ_DAY, Row, faq_column, faq_columns, parted
from ingest.worker import Worker
from onprem_rag.errors import ConfigError, ReadError
from onprem_rag.library.versions import is_far, iso_day, today
from onprem_rag.records import FaqEntry

_SUFFIXES = (".csv", ".xlsx")
_KNOWN = (*FAQ_COLUMNS, FAQ_DAY)


@dataclass(frozen=True, slots=True)
class Topic:
    """What one file holds, and Korean notes on what of it is not used."""

    name: str
    entries: tuple[FaqEntry, ...]
    notes: tuple[str, ...] = ()


def files_under(paths: Sequence[Path]) -> list[Path]:
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


def topic_of(worker: Worker, path: Path) -> Topic:
    """What one file holds. Raises ConfigError naming the line."""
    try:
        sheets = worker.sheets(str(path), read_bytes(path))
    except ReadError as error:
        raise ConfigError(f"{path}: {error}") from error
    several = len(sheets) > 1
    entries: list[FaqEntry] = []
    notes: list[str] = []
    for sheet in sheets:
        place = f"{path} [{sheet.name}]" if several else str(path)
        _, rows = parted(sheet.rows)
        columns, other = _columns(rows[0].cells if rows else (), place)
        for row in rows[1:]:
            at = f"{place} {row.line}번째 줄"
            _check_others(row, columns, other, at)
            if entry := _entry(row, columns, at, path.stem):
                entries.append(entry)
        if other:
            notes.append(
                f"{place}: 쓰지 않는 열이 있습니다: {', '.join(other.values())} → 쓸 열이면 이름을 "
                f"{', '.join(_KNOWN)} 가운데 하나로 고쳐 다시 넣으세요."
            )
    return Topic(path.stem, tuple(entries), tuple(notes))


def _columns(header: Sequence[str], place: str) -> tuple[dict[str, int], dict[int, str]]:
    """Where the columns stand, and the names of those that are not used. Raises ConfigError."""
    columns = faq_columns(header)
    if missing := [name for name in FAQ_COLUMNS if name not in columns]:
        raise ConfigError(
            f"{place}: 빠진 열이 있습니다: {', '.join(missing)}\n"
            f"→ 첫 줄에 {','.join(FAQ_COLUMNS)}를 쓰세요."
        )
    names = [faq_column(cell) for cell in header]
    if twice := [name for name in columns if names.count(name) > 1]:
        raise ConfigError(
            f"{place}: 같은 열이 둘 이상입니다: {', '.join(twice)} → 하나만 남기고 지우세요."
        )
    other = {x: header[x] for x, name in enumerate(names) if name and name not in columns}
    if days := [name for name in other.values() if "시행" in name]:
        raise ConfigError(
            f"{place}: 모르는 열이 있습니다: {', '.join(days)} → 답하기 시작할 날이면 열 이름을 "
            f"'{FAQ_DAY}'로 고치고, 아니면 열을 지우세요."
        )
    return columns, other


def _check_others(row: Row, columns: Mapping[str, int], other: Mapping[int, str], at: str) -> None:
    """Refuse what may be a part of an answer, or the day on which it is to begin."""
    for x, cell in enumerate(row.cells):
        if not cell or x in columns.values():
            continue
        if x not in other:  # an answer with a comma, perhaps: its first part alone were given
            raise ConfigError(
                f"{at}: 이름 없는 열에 글이 있습니다: {cell}\n"
                '→ 쉼표가 든 글은 큰따옴표로 묶고("10,000원"), 쓰지 않는 글은 지우세요.'
            )
        if _is_to_come(cell):  # or what is meant for that day would be answered today
            raise ConfigError(
                f"{at}: 쓰지 않는 열 '{other[x]}'에 오지 않은 날이 있습니다: {cell}\n"
                f"→ 답하기 시작할 날이면 열 이름을 '{FAQ_DAY}'로 고치고, 아니면 열을 지우세요."
            )


def _is_to_come(cell: str) -> bool:
    try:
        return _day(cell) > today()
    except ConfigError:
        return False


def _day(cell: str) -> str:
    return iso_day(cell.removesuffix(" 00:00"))  # as some workbooks have a day


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
        since = _day(cells[FAQ_DAY]) if cells.get(FAQ_DAY) else ""
    except ConfigError as error:
        raise ConfigError(f"{at} '{FAQ_DAY}': {error}") from error
    if since and is_far(since):  # of the year 1027 it would answer today
        raise ConfigError(
            f"{at} '{FAQ_DAY}': 오늘에서 너무 멉니다: {since} → 연도를 고치세요. "
            "늘 답할 것이면 비워 두세요."
        )
    return FaqEntry(questions, answer, document, article, topic, since=since)
