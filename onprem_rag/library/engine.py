"""The database behind the library: opened, with errors that name the remedy."""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from onprem_rag.errors import LibraryError
from onprem_rag.library.migrations import MIGRATIONS, migrate
from onprem_rag.library.schema import migrations_table

PATIENCE_MS = 10_000  # with another writer


def is_there(url: str) -> bool:
    """Whether there may be a library at ``url``: of SQLite, whether its file is there."""
    try:
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):  # opening it tells what is wrong
        return True
    return parsed.get_backend_name() != "sqlite" or _exists(parsed.database)


def opened(url: str, create: bool) -> Engine:
    """The database at ``url``; with ``create`` made or migrated. Raises LibraryError."""
    try:
        parsed = sa.make_url(url)
        sqlite = parsed.get_backend_name() == "sqlite"
        if sqlite and not create and not _exists(parsed.database):
            raise LibraryError(
                f"아직 라이브러리가 없습니다: {parsed.database}\n"
                "→ 먼저 'ingest add 경로'로 규정 파일을 넣거나 --home을 확인하세요."
            )
        engine = sa.create_engine(url)
        if sqlite:
            sa.event.listen(engine, "connect", _sqlite_settings)
            sa.event.listen(engine, "begin", _sqlite_begin)
        if create:
            with transaction(engine) as connection:
                migrate(connection)
        else:
            with engine.connect() as connection:
                _check_schema(connection)
    except (sa.exc.SQLAlchemyError, ImportError, ValueError) as error:  # also of the URL
        # A ValueError quotes the part of the URL that it took for a port: a password's end.
        reason = "잘못된 주소" if isinstance(error, ValueError) else error.args[0]
        what_to_do = remedy(reason) if create else remedy_for_readers(reason)
        raise LibraryError(
            f"라이브러리를 열 수 없습니다: {_without_password(url)} ({reason})\n"
            f"→ [library] url을 확인하세요. {what_to_do}"
        ) from error
    return engine


@contextmanager
def transaction(engine: Engine, patience_ms: int = PATIENCE_MS) -> Iterator[Connection]:
    """One that writes: all of it is kept, or nothing."""
    with engine.connect() as connection:
        connection = connection.execution_options(patience_ms=patience_ms)
        try:
            with connection.begin():
                yield connection
        finally:
            if patience_ms != PATIENCE_MS:
                connection.invalidate()  # else it would be as impatient when it reads


def turns(engine: Engine) -> AbstractContextManager[Any]:
    """What a thread holds while it reads.

    To other processes, SQLite's locks are those of the whole process: threads that read at once,
    one of them at any moment, would keep a writer out for ever.
    """
    return threading.RLock() if engine.dialect.name == "sqlite" else nullcontext()


def _without_password(url: str) -> str:
    return re.sub(r"//.*@", "//***@", url)


def remedy(reason: str) -> str:
    """What to do about a database that can't be written."""
    if "locked" in reason or "busy" in reason:
        return "다른 프로그램이 쓰고 있습니다. 그것이 끝난 뒤 다시 실행하세요."
    if "full" in reason:
        return "디스크가 가득 찼습니다. 자리를 비운 뒤 다시 실행하세요."
    if "readonly" in reason:
        return "라이브러리 파일과 홈 폴더의 쓰기 권한을 확인하세요."
    return "남은 디스크와 파일 권한을 확인하고, 손상되었다면 백업에서 되돌리세요."


def remedy_for_readers(reason: str) -> str:
    """What to do about a database that can't be read."""
    if "readonly" in reason:  # a writer was killed in mid-commit: the next who may undoes it
        return (
            "쓰다가 멈춘 것이 남았는데 정리할 쓰기 권한이 없습니다. 홈 폴더에 쓸 수 있는 "
            "사용자로 'ingest status'를 한 번 실행하면 정리됩니다."
        )
    return remedy(reason)


def _exists(database: str | None) -> bool:
    return bool(database) and Path(str(database)).is_file()


def _check_schema(connection: Connection) -> None:
    names = {step.__name__ for step in MIGRATIONS}
    applied = set(connection.scalars(sa.select(migrations_table.c.name)))
    if applied != names:
        raise LibraryError(
            "라이브러리의 구조가 이 프로그램과 다릅니다.\n"
            "→ 'ingest add'를 한 번 실행하면 구조를 맞춥니다(이미 넣은 파일을 다시 넣으면 다른 "
            "규정은 그대로입니다). 더 새로운 프로그램으로 만들었다면 그 버전을 쓰세요."
        )


def _sqlite_settings(connection: Any, _record: Any) -> None:
    """Nothing but the library's one file, so that a full or read-only disk can be read from.

    A write-ahead log needs files beside it even for reading. Without one, readers wait while a
    writer commits, and a commit waits for readers: so a writer keeps what it changes in memory
    until it commits, and each statement that reads is a transaction of its own.
    """
    connection.isolation_level = None  # BEGIN is ours: only writers say it, and lock early
    connection.execute(f"PRAGMA busy_timeout={PATIENCE_MS}")
    connection.execute("PRAGMA cache_spill=OFF")
    connection.execute("PRAGMA temp_store=MEMORY")
    connection.execute("PRAGMA foreign_keys=ON")
    with suppress(sqlite3.Error):  # older programs had a log; it goes once nobody else reads
        connection.execute("PRAGMA journal_mode=DELETE")


def _sqlite_begin(connection: Connection) -> None:
    if patience := connection.get_execution_options().get("patience_ms"):
        connection.exec_driver_sql(f"PRAGMA busy_timeout={patience}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
