"""A new generation against the live one, on the questions that the configuration names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ingest.split.marks import DELETED
from onprem_rag.config import Config, IndexConfig
from onprem_rag.errors import IndexMismatchError, ModelError
from onprem_rag.evaluate.gate import among, judge, judgement_text
from onprem_rag.evaluate.retrieval import GoldQuestion
from onprem_rag.index import generations
from onprem_rag.index.embedder import EMBEDDED, folder_fingerprint
from onprem_rag.index.generations import Generation
from onprem_rag.index.milvus import MilvusIndex
from onprem_rag.library.shelf import Shelf
from onprem_rag.library.store import Library
from onprem_rag.rerank import Reranker
from onprem_rag.search import Searcher
from onprem_rag.timing import Progress


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a new generation may be live, and what admins read of that.

    ``forced``: what the history says where it was made live all the same.
    """

    passed: bool
    text: str
    forced: str = ""


def judged(
    config: Config,
    library: Library,
    questions: Sequence[GoldQuestion],
    name: str,
    old: Shelf,
    new: Shelf,
    progress: Progress,
) -> Verdict:
    """How generation ``name`` answers; passed where nothing is live to compare it with."""
    live = generations.current_name(config.index_folder)
    if live is None:
        return Verdict(True, "")
    try:
        before = _as_built(config, live)
    except (IndexMismatchError, ModelError) as error:
        reason = str(error).partition("\n")[0]
        return Verdict(
            False,
            f"새 색인을 켜지 않습니다: 지금 색인을 열 수 없어 질문으로 견주지 못했습니다.\n"
            f"  {reason}\n→ 그대로 켜려면 --force를 붙여 다시 실행하세요.",
            "--force로 켬: 지금 색인을 열 수 없어 질문 검사를 못 함",
        )
    after = _opened(config, name, config.embedder_folder, config.index)
    reranker = Reranker(config.reranker_folder) if config.reranker_folder else None
    live_search, new_search = (
        Searcher(shelf, generation, config.search, reranker).search
        for shelf, generation in ((old, before), (new, after))
    )
    found = judge(
        questions,
        live_search,
        new_search,
        config.gate.margin,
        progress,
        passages=config.search.passages,
        existed=among(library.articles(old.ids, but=DELETED)),
        exists=among(library.articles(new.ids, but=DELETED)),
    )
    return Verdict(
        found.passed,
        judgement_text(found),
        f"--force로 켬: 질문 검사에 떨어진 색인(내려간 질문 {len(found.fallen)}개, "
        f"정답 조문이 없어진 질문 {len(found.gone)}개)",
    )


def _as_built(config: Config, name: str) -> Generation:
    """A generation with the embedder and on the disk or server that it was built for.

    Be it that other ones are configured by now. Raises IndexMismatchError or ModelError where that
    is not to be had any more.
    """
    folder = config.index_folder / name
    embedder = _embedder(config, generations.read_manifest(folder).embedder)
    local = not MilvusIndex.address_of(folder)
    return _opened(config, name, embedder, replace(config.index, uri="") if local else config.index)


def _embedder(config: Config, fingerprint: str) -> Path | None:
    """The folder of the embedder that a manifest names; None for the embedded one."""
    if fingerprint == EMBEDDED:
        return None
    there = config.home / "models" / fingerprint.rpartition(":")[0]
    if there.is_dir() and folder_fingerprint(there) == fingerprint:
        return there
    return config.embedder_folder


def _opened(config: Config, name: str, embedder: Path | None, server: IndexConfig) -> Generation:
    return generations.open_generation(
        config.index_folder,
        name,
        embedder,
        candidates=config.search.candidates,
        server=server,
    )
