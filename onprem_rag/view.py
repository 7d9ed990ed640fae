"""What one state of the index needs to answer questions, and when it must be opened anew."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

from onprem_rag.config import Config
from onprem_rag.errors import IndexMismatchError
from onprem_rag.faq import Faq
from onprem_rag.generate import open_generator
from onprem_rag.generate.extract import Extractive
from onprem_rag.generate.interface import Generator
from onprem_rag.index import generations
from onprem_rag.library import versions
from onprem_rag.library.shelf import Shelf
from onprem_rag.library.store import Library
from onprem_rag.records import FaqEntry
from onprem_rag.rerank import Reranker
from onprem_rag.search import Searcher
from onprem_rag.verify import open_checker
from onprem_rag.verify.checker import Checker
from onprem_rag.verify.judge import Judge
from onprem_rag.verify.nli import Nli

PATIENCE_S = 0.9  # with whoever opens a new generation: a server's may take long to load
_DAYS = 8  # other than today that are kept open


@dataclass(frozen=True, slots=True)
class View:
    """One index generation with its search, models and approved answers; replaced as a whole."""

    current: tuple[str, int, int]  # see ``LiveView._current``
    generation: generations.Generation
    shelf: Shelf  # what is in force
    searcher: Searcher
    reranker: Reranker | None  # stays loaded
    extractive: Extractive
    generator: Generator
    nli: Judge | None  # stays loaded
    checker: Checker
    faq: Faq
    entries: tuple[FaqEntry, ...]
    faq_revision: int


class LiveView:
    """The view of what is live now. One instance serves all threads."""

    def __init__(self, config: Config, library: Library, generator: Generator | None) -> None:
        self._config = config
        self._library = library
        self._generator = generator  # instead of the one that the configuration names
        self._opening = threading.Lock()
        self._view = self._open(None)
        self._choosing = threading.Lock()
        self._others: dict[str, View] = {}  # by the day that they answer for

    def get(self) -> View:
        """The live generation and approved answers; reopened when ingest has changed them.

        On a new day the versions that take effect on it take over. While one thread opens what is
        new, the others wait for it a moment, and then go on with what was there.
        """
        view = self._view
        if self._is_live(view):
            return view
        if not self._opening.acquire(timeout=PATIENCE_S):
            return self._view
        try:
            view = self._view
            if self._current() != view.current:
                view = self._open(view)
            if view.faq_revision != self._library.faq_revision():
                number, entries = self._approved()
                view = replace(view, faq=Faq(entries), entries=entries, faq_revision=number)
            if view.shelf.day != versions.today():
                view = on(view, versions.today())
            with self._choosing:
                if view is not self._view:  # else they'd hold files of an index that may be dropped
                    self._others.clear()
                self._view = view
        finally:
            self._opening.release()
        return view

    def at(self, day: str) -> View:
        """The live generation with what was, or will be, in force on ``day``."""
        self.get()
        with self._choosing:
            known = self._others.get(day)
            if known is None:
                if len(self._others) >= _DAYS:
                    self._others.clear()
                known = self._others[day] = on(self._view, day)
        return known

    def _weight(self, word: str) -> float:
        return self._view.searcher.weight(word)  # the model outlives an index generation

    def _current(self) -> tuple[str, int, int]:
        """What names the live generation, and which file does: a new index may reuse a name."""
        try:
            file = (self._config.index_folder / generations.CURRENT).stat()
        except OSError:
            return "", 0, 0
        name = generations.current_name(self._config.index_folder) or ""
        return name, file.st_ino, file.st_mtime_ns

    def _is_live(self, view: View) -> bool:
        return (
            self._current() == view.current
            and self._library.faq_revision() == view.faq_revision
            and view.shelf.day == versions.today()
        )

    def _open(self, old: View | None) -> View:
        config = self._config
        current = self._current()
        loaded = old.generation.embedder if old else None
        generation = generations.open_current(
            config.index_folder,
            config.embedder_folder,
            loaded,
            config.search.candidates,
            config.index,
        )
        if old:
            reranker, nli = old.reranker, old.nli
        else:
            folder, judging = config.reranker_folder, config.nli_folder
            reranker = Reranker(folder) if folder else None
            nli = Nli(judging) if judging else None
        shelf = self._shelf(generation.manifest.revision)
        searcher = Searcher(shelf, generation, config.search, reranker)
        extractive = Extractive(searcher.weight, config.search.passages, config.answer.length)
        generator = self._writer(old, extractive)
        number, entries = self._approved()
        return View(
            current,
            generation,
            shelf,
            searcher,
            reranker,
            extractive,
            generator,
            nli,
            open_checker(config, generator, nli),
            Faq(entries),
            entries,
            number,
        )

    def _shelf(self, revision: int) -> Shelf:
        """What is in force of a revision. Raises IndexMismatchError where it isn't known."""
        if self._library.has(revision):
            return Shelf(self._library, revision, versions.today())
        raise IndexMismatchError(
            "색인이 라이브러리와 맞지 않습니다.\n→ 'ingest add'를 다시 실행해 색인을 새로 만드세요."
        )

    def _writer(self, old: View | None, extractive: Extractive) -> Generator:
        """What writes drafts; a model stays loaded."""
        if self._generator:
            return self._generator
        if old and not isinstance(old.generator, Extractive):
            return old.generator
        return open_generator(self._config, extractive, self._weight)

    def _approved(self) -> tuple[int, tuple[FaqEntry, ...]]:
        """The number of the approved answers' state, never a newer one than theirs; and they."""
        number = self._library.faq_revision()
        return number, tuple(self._library.faq())


def on(view: View, day: str) -> View:
    """``view`` with what is in force on another day."""
    shelf = view.shelf.on(day)
    return replace(view, shelf=shelf, searcher=view.searcher.over(shelf))
