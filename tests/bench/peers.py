"""The peers: what a LangChain user builds over the same passages with the same embedder.

``EnsembleRetriever`` (reciprocal rank fusion, equal weights) of ``BM25Retriever`` and a FAISS
vector store, all with their defaults but one: each retriever puts forward as many passages as the
evaluation looks at, in the place of four. Both read what the product indexes of a passage, its
rule's title and its own place besides its text, though a hurried integrator would give the text
alone; that can only help them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from langchain_classic.retrievers import EnsembleRetriever
from langchain_community.retrievers import BM25Retriever
from langchain_community.retrievers.bm25 import default_preprocessing_func
from langchain_community.vectorstores import FAISS
from langchain_core.embeddings import Embeddings

from ingest.split.marks import DELETED
from onprem_rag.config import load_config
from onprem_rag.evaluate.retrieval import DEPTH
from onprem_rag.index.embedder import Embedder, Vectors
from onprem_rag.index.generations import open_current
from onprem_rag.library.store import Library
from onprem_rag.live import live_shelf
from onprem_rag.records import Hit, Passage
from tests.conftest import text_of

PLAIN = "LangChain ensemble"
WITH_MECAB = "… with Mecab"


@dataclass(frozen=True, slots=True)
class Peer:
    """One ensemble over the passages in force."""

    name: str
    retriever: EnsembleRetriever
    passages: Mapping[int, Passage]  # by id

    def search(self, question: str, count: int) -> list[Hit]:
        """As ``Chatbot.search``; LangChain keeps the ranks only, so a score is a rank's inverse."""
        found = self.retriever.invoke(question)[:count]
        return [
            Hit(self.passages[document.metadata["id"]], 1 / rank, ())
            for rank, document in enumerate(found, start=1)
        ]


class SameEmbedder(Embeddings):
    """The product's embedder as LangChain knows one; rows of numpy cost the peer no lists."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def embed_documents(self, texts: list[str]) -> Any:
        return list(self._embedder.encode(texts))

    def embed_query(self, text: str) -> Any:
        return self._embedder.encode([text])[0]


def peers(home: Path) -> tuple[Peer, Peer]:
    """The plain ensemble and the one with Mecab, over what ``home`` has indexed."""
    passages = passages_of(home)
    config = load_config(home)
    embedder = open_current(config.index_folder, config.embedder_folder).embedder
    texts = [text_of(passage) for passage in passages]
    ids = [passage.id for passage in passages]
    store = vector_store(texts, ids, embedder, encoded(texts, embedder))
    known = {passage.id: passage for passage in passages}
    plain = ensemble(texts, ids, store, default_preprocessing_func)
    with_mecab = ensemble(texts, ids, store, mecab_morphs())
    return Peer(PLAIN, plain, known), Peer(WITH_MECAB, with_mecab, known)


def passages_of(home: Path) -> list[Passage]:
    """The passages that ``home`` has in force and indexed."""
    return indexed_in(home)[0]


def indexed_in(home: Path) -> tuple[list[Passage], list[str]]:
    """``passages_of`` and, for each, the titles of the articles that it refers to."""
    config = load_config(home)
    library = Library.open(config.library_url)
    held = zip(*library.indexed(live_shelf(config, library).ids), strict=True)
    kept = [(passage, titles) for passage, titles in held if passage.title != DELETED]
    library.close()
    return [passage for passage, _ in kept], [titles for _, titles in kept]


def encoded(texts: Sequence[str], embedder: Embedder) -> Vectors:
    """(n, d) vectors, made a batch at a time."""
    return np.concatenate(
        [embedder.encode(texts[at : at + 256]) for at in range(0, len(texts), 256)]
    )


def vector_store(
    texts: Sequence[str], ids: Iterable[int], embedder: Embedder, vectors: Vectors
) -> FAISS:
    """LangChain's FAISS store of these vectors."""
    same = SameEmbedder(embedder)
    pairs: Any = zip(texts, vectors, strict=True)
    return FAISS.from_embeddings(pairs, same, metadatas=[{"id": number} for number in ids])


def ensemble(
    texts: Sequence[str], ids: Iterable[int], store: FAISS, tokens: Callable[[str], list[str]]
) -> EnsembleRetriever:
    """BM25 over ``tokens`` and the vector store, fused by their ranks with equal weights."""
    words = BM25Retriever.from_texts(
        texts, metadatas=[{"id": number} for number in ids], preprocess_func=tokens, k=DEPTH
    )
    near = store.as_retriever(search_kwargs={"k": DEPTH})
    return EnsembleRetriever(retrievers=[words, near], weights=[0.5, 0.5], id_key="id")


def mecab_morphs() -> Callable[[str], list[str]]:
    """What Korean tutorials pass as ``preprocess_func``: every morpheme, particles too."""
    from mecab import MeCab

    morphs: Callable[[str], list[str]] = MeCab().morphs
    return morphs
