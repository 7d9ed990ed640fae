"""What a change would be: told, and not made. Nothing is written, be the disk read-only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ingest.change import Change, Published
from ingest.summary import changed_rules, returned
from onprem_rag.config import Config
from onprem_rag.library.beside import Beside
from onprem_rag.library.engine import is_there
from onprem_rag.library.shelf import Shelf
from onprem_rag.records import Document, FileRead, Passage
from onprem_rag.timing import RunProgress

if TYPE_CHECKING:
    from onprem_rag.index.building import Start

_NOWHERE = "sqlite://"  # a library in memory


class Rehearsal(Change):
    """A change that is not going to be made."""

    def __init__(self, config: Config, library: Beside, progress: RunProgress) -> None:
        super().__init__(config, library, progress)
        self._beside = library

    def prepare(self) -> Future[Start]:
        """Nothing: nothing is going to be built."""
        return Future()

    def store(
        self, file: FileRead, found: Iterable[tuple[Document, Sequence[Passage]]]
    ) -> tuple[int, ...]:
        """The ids of the documents of a file, which are stored nowhere."""
        return tuple(self._beside.take(*one, file.read_by) for one in found)

    def publish(self, action: str, force: bool = False) -> Published:
        """What would change, what cites that, and whether the gate would be asked."""
        from ingest.review import cited_changes

        before, versions = list(self.plan.before.values()), self.plan.finished()
        lines = changed_rules(before, versions, self.today) + self.plan.lapsed(versions)
        lines += returned(before, versions, self.today)
        if not lines:
            return Published(None)
        old = Shelf(self.library, self._live, self.today, before)
        new = Shelf(self.library, self._revision, self.today, versions)
        review = cited_changes(self.library, old, new, self._questions)
        return Published(None, tuple(lines), tuple(review), self._asked(force))

    def _asked(self, force: bool) -> str:
        """What the gate will be asked, in Korean; "" where it is not."""
        if not (self._questions and self._live):
            return ""
        fate = "떨어져도 --force로 켭니다." if force else "떨어지면 켜지 않습니다."
        return f"실행하면 [gate]의 질문 {len(self._questions)}개로 새 색인을 검사하고, {fate}"


@contextmanager
def rehearsing(config: Config, progress: RunProgress) -> Iterator[Rehearsal]:
    """What a change of the library of ``config`` would be; it may be changed meanwhile.

    Raises LibraryError where it can't be read.
    """
    url = config.library_url
    library = Beside.open(url) if is_there(url) else Beside.open(_NOWHERE, create=True)
    try:
        yield Rehearsal(config, library, progress)
    finally:
        library.close()
