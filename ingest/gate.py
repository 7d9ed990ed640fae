"""A new generation against the live one, on the questions that the configuration names."""

from __future__ import annotations

from onprem_rag.config import Config
from onprem_rag.errors import IndexMismatchError
from onprem_rag.evaluate.gate import Judgement, among, judge
from onprem_rag.evaluate.retrieval import read_questions
from onprem_rag.index import generations
from onprem_rag.index.generations import Generation
from onprem_rag.library.shelf import Shelf
from onprem_rag.library.store import Library
from onprem_rag.rerank import Reranker
from onprem_rag.search import Searcher
from onprem_rag.timing import Progress


def judged(
    config: Config, library: Library, name: str, old: Shelf, new: Shelf, progress: Progress
) -> Judgement | None:
    """How generation ``name`` answers; None where no gate is set, or nothing is live to compare."""
    path = config.gate_questions
    live = generations.current_name(config.index_folder)
    if path is None or live is None:
        return None
    try:
        before = _opened(config, live)
    except IndexMismatchError:
        return None
    reranker = Reranker(config.reranker_folder) if config.reranker_folder else None
    searchers = (
        Searcher(shelf, generation, config.search, reranker)
        for shelf, generation in ((old, before), (new, _opened(config, name)))
    )
    live_search, new_search = (searcher.search for searcher in searchers)
    return judge(
        read_questions(path),
        live_search,
        new_search,
        config.gate.margin,
        progress,
        passages=config.search.passages,
        existed=among(library.articles(old.ids)),
        exists=among(library.articles(new.ids)),
    )


def _opened(config: Config, name: str) -> Generation:
    return generations.open_generation(
        config.index_folder,
        name,
        config.embedder_folder,
        candidates=config.search.candidates,
        server=config.index,
    )
