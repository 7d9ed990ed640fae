"""One file into the library: read, split, stored, and planned for; or left as it is."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from ingest.change import Change
from ingest.files import Item, Sources
from ingest.parsed import Parsed
from ingest.split.dates import named_date
from ingest.split.lapses import Lapses, lapses_of
from ingest.split.since import since_of
from ingest.succession import Taken
from ingest.worker import Worker
from onprem_rag.errors import ReadError
from onprem_rag.records import Document, FileRead, Passage

TAKEN = frozenset({"added", "replaced", "reread"})
READERS = 6  # counted up when readers or splitters make another text of the same file


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of one file: added, replaced, unchanged, gone or failed (with the reason).

    ``reread``: the same bytes, read anew because the readers are newer than those of last time.
    """

    path: str
    status: str
    documents: int = 0
    passages: int = 0
    reason: str = ""
    notes: tuple[str, ...] = ()  # Korean; what the admin should know of a file that was read


class Intake:
    """Takes files in, one after the other, for one change of the library.

    ``since`` is the admin's word for the day from which they are in force.
    """

    def __init__(self, change: Change, worker: Worker, sources: Sources, since: str | None) -> None:
        self._change = change
        self._worker = worker
        self._sources = sources
        self._since = since
        self._ahead: tuple[Item, Future[Parsed]] | None = None  # what is being read already

    def take(self, item: Item, following: Item | None = None) -> FileResult:
        """Read, split and store one file, unless it is in the library already.

        The one ``following`` is read while this one is stored.
        """
        try:
            if item.problem:
                raise ReadError(item.problem)
            return self._taken_in(item, following)
        except ReadError as error:
            return FileResult(item.shown, "failed", reason=str(error))

    def _taken_in(self, item: Item, following: Item | None) -> FileResult:
        plan = self._change.plan
        sha256 = hashlib.sha256(item.data).hexdigest()
        last = plan.files.get(item.source)
        same = last is not None and last.sha256 == sha256
        if last and same and (last.read_by == READERS or plan.is_out_of_force(item.source)):
            if not self._wanted_back(item):
                return FileResult(item.shown, "unchanged")
            self._check_day(self._change.library.documents(last.documents))
            changed = plan.retake(item.source, self._since)
            if not changed:
                return FileResult(item.shown, "unchanged")
            notes = plan.notes(item.source, last)
            return FileResult(item.shown, "replaced", len(last.documents), notes=notes)
        numbers, held, passages, notes = self._staged(item, sha256) or self._read(item, following)
        self._check_day([document for document, _, _ in held])
        taken = _taken(item.source, numbers, held)
        self._check_annexes(taken)
        file = FileRead(item.source, sha256, READERS, tuple(one.document_id for one in taken))
        replaced = plan.take(file, taken, self._since, item.named)
        return FileResult(
            item.shown,
            "reread" if same else "replaced" if replaced else "added",
            len(taken),
            passages,
            notes=(*notes, *(() if same else plan.notes(item.source, last))),
        )

    def _staged(self, item: Item, sha256: str) -> _Held | None:
        """What a run that was cut off has stored of the file."""
        file, library = self._change.staged.get(item.source), self._change.library
        if not file or (file.sha256, file.read_by) != (sha256, READERS):
            return None
        there = {one.id: one for one in library.documents(file.documents)}
        held = []
        for number in file.documents:
            passages, _ = library.indexed([number])
            lapses = lapses_of(there[number], passages)
            held.append((there[number], library.main_articles(number), lapses))
        return file.documents, held, library.passage_count(file.documents), file.notes

    def _read(self, item: Item, following: Item | None) -> _Held:
        """What is in the file, stored. Raises ReadError."""
        self._change.prepare()
        reading = self._reading(item)
        ahead = following and self._is_new(following)
        self._ahead = (following, self._reading(following)) if following and ahead else None
        parsed = _with_passages(reading.result())
        notes = parsed.notes if self._since else (*parsed.notes, *parsed.days)
        file = FileRead(item.source, parsed.sha256, READERS, (), notes)
        numbers = self._change.store(file, parsed.documents)
        held = [
            (document, _main_articles(found), lapses_of(document, found))
            for document, found in parsed.documents
        ]
        passages = sum(len(found) for _, found in parsed.documents)
        return numbers, held, passages, notes

    def _reading(self, item: Item) -> Future[Parsed]:
        """What is in the file, to be waited for."""
        ahead, self._ahead = self._ahead, None
        if ahead and ahead[0] is item:
            return ahead[1]
        return self._worker.reading(item.source, item.data)

    def _is_new(self, item: Item) -> bool:
        """Whether nobody has read the file as it is."""
        state = hashlib.sha256(item.data).hexdigest(), READERS
        read = (files.get(item.source) for files in (self._change.plan.files, self._change.staged))
        known = any(last and (last.sha256, last.read_by) == state for last in read)
        return not item.problem and not known

    def _check_day(self, documents: Sequence[Document]) -> None:
        """Raises ReadError where the admin's day can't be that of each of several rules."""
        days = {day for one in documents if (day := since_of(one, None))}
        if self._since and len(documents) > 1 and days - {self._since}:
            raise ReadError(
                f"규정 {len(documents):,}개가 저마다 시행일을 말하는 파일이어서 모두 "
                f"{self._since}부터 시행하게 할 수 없습니다. → 시행일을 알려 줄 규정만 따로 저장해 "
                "그 파일을 --effective로 넣으세요."
            )

    def _check_annexes(self, taken: Sequence[Taken]) -> None:
        """Raises ReadError for new annexes of a rule that would answer beside its old ones."""
        for one in taken:
            if whole := self._change.plan.whole_of(one):
                raise ReadError(
                    f"「{whole.title}」의 별표만 담긴 파일인데, 시행 중인 규정({whole.source})에 "
                    "같은 별표가 있어 옛 별표와 함께 답하게 되므로 넣지 않았습니다. → 개정된 "
                    "별표까지 담긴 규정 전체의 파일을 넣으세요."
                )

    def _wanted_back(self, item: Item) -> bool:
        """Whether a file that has not changed is to count again, or from another day.

        Only one that was named, and not where what took its place was named too: then there is
        nothing to choose.
        """
        if self._since or not item.named:
            return item.named
        plan = self._change.plan
        out = plan.is_out_of_force(item.source)
        return out and not any(other in self._sources for other in plan.others(item.source))


_Read = tuple[Document, frozenset[str], Lapses]  # with its main articles
# Ids, what was read, the number of passages, notes.
_Held = tuple[tuple[int, ...], Sequence[_Read], int, tuple[str, ...]]


def parsed_of(worker: Worker, item: Item) -> Parsed:
    """What is in one file. Raises ReadError and nothing else."""
    if item.problem:
        raise ReadError(item.problem)
    return _with_passages(worker.read(item.source, item.data))


def _with_passages(parsed: Parsed) -> Parsed:
    if not any(passages for _, passages in parsed.documents):
        raise ReadError("조문이나 문단을 찾지 못했습니다. → 내용을 확인하세요.")
    return parsed


def _taken(source: str, numbers: Sequence[int], held: Sequence[_Read]) -> list[Taken]:
    """A file's documents with the days that they, or the file's name, state."""
    named = named_date(Path(source).stem) if len(numbers) == 1 else None
    found = {
        number: Taken(document, number, articles, since_of(document, named), lapses)
        for number, (document, articles, lapses) in zip(numbers, held, strict=True)
    }
    return list(found.values())  # the same rule twice in one file is one


def _main_articles(passages: Sequence[Passage]) -> frozenset[str]:
    """As ``Library.main_articles``."""
    found = (passage.article for passage in passages)
    return frozenset(article for article in found if article and not article.startswith("부칙"))
