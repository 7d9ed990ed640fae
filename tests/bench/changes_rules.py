"""Small rules to change: each version is known by the amount that all its articles name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from types import TracebackType
from unittest import mock

import numpy as np

from ingest import pipeline
from ingest.parse import parse
from ingest.parsed import Parsed
from ingest.split.marks import DELETED
from onprem_rag.config import Config
from onprem_rag.errors import ReadError
from onprem_rag.index import generations, training
from onprem_rag.library import versions
from onprem_rag.library.store import Library
from onprem_rag.live import live_shelf

TITLES = ("여비규정", "인사규정", "복무규정", "급여규정", "회계규정", "감사규정")
_AMOUNT = re.compile(r"(\d{6})원")


def rule(title: str, number: int, since: str | None = None) -> str:
    """A rule all of whose articles name ``number`` (six figures)."""
    head = f"{title}\n" + (f"[시행 {since.replace('-', '. ')}.]\n" if since else "")
    return (
        f"{head}\n제1조(목적) 이 {title}은 {number}원의 지급에 필요한 사항을 정한다.\n\n"
        f"제2조(금액) {title}에 따라 지급하는 금액은 {number}원으로 한다.\n\n"
        f"제3조(반납) 잘못 받은 {number}원은 반납한다.\n"
    )


def numbers(texts: Iterable[str]) -> set[int]:
    """The versions that ``texts`` are from."""
    return {int(found) for text in texts for found in _AMOUNT.findall(text)}


def question(title: str) -> str:
    """Its answer names the amount of the version in force."""
    return f"{title}에 따라 지급하는 금액은 얼마인가요?"


class _Here:
    """Reads in this process: a child that starts for each change costs ten times the change."""

    def __enter__(self) -> _Here:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing to end."""

    def reading(self, name: str, data: bytes) -> Future[Parsed]:
        future: Future[Parsed] = Future()
        try:
            future.set_result(parse(name, data))
        except ReadError as error:
            future.set_exception(error)
        return future


@contextmanager
def quick_changes() -> Iterator[None]:
    """Files read in this process and an embedder hardly trained: what is measured is neither."""
    epochs = mock.patch.object(training, "SMALL_CORPUS_EPOCHS", 1)
    with mock.patch.object(pipeline, "Worker", _Here), epochs:
        yield


@contextmanager
def on_day(day: str) -> Iterator[None]:
    """What happens meanwhile happens on ``day``."""
    with mock.patch.object(versions, "today", return_value=day):
        yield


def disagreement(config: Config) -> str:
    """How the library and the live index differ; "" where they agree."""
    library = Library.open(config.library_url)
    try:
        generation = generations.open_current(
            config.index_folder, config.embedder_folder, server=config.index
        )
        shelf = live_shelf(config, library)
        if shelf.revision != generation.manifest.revision:
            built = generation.manifest.revision
            return f"the library answers at revision {shelf.revision}, the index is of {built}"
        held = [v.document_id for v in shelf.held if versions.is_ever_in_force(v)]
        passages, _ = library.indexed(held)
        wanted = {passage.id for passage in passages if passage.title != DELETED}
        name = generations.current_name(config.index_folder) or ""
        indexed = set(np.load(config.index_folder / name / "passages.npy").tolist())
        return "" if indexed == wanted else f"only one of both has passages {indexed ^ wanted}"
    finally:
        library.close()
