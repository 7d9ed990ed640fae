"""The index on a Milvus server, for libraries that outgrow one machine.

Mecab and BM25F stay on our side: a lexical channel is a field of sparse vectors whose values are
our own scores, and a question's vector holds its terms' weights, so that their inner product is
the score that the local index has. Windows have a collection of their own, for a passage may have
several. The generation's folder keeps what is small: the vocabularies with their frequencies,
each row's passage, document and prior, and the collections' names.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import ExitStack
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from onprem_rag.errors import IndexMismatchError
from onprem_rag.index.dense import EXACT
from onprem_rag.index.fusion import Scores, best, fuse, normalised
from onprem_rag.index.interface import Content, Found, Query
from onprem_rag.index.lexical import LexicalIndex
from onprem_rag.index.milvus_server import TIMEOUT, address, connect, connected, explained, missing
from onprem_rag.index.milvus_write import (
    BUILDING,
    NAMES,
    Collections,
    write_passages,
    write_windows,
)

MOST = 4096  # candidates a channel; Milvus answers at most 16,384 rows
FILTERS = 8  # sets of documents whose expressions are remembered, as long as the lists in them

_Hits = tuple[npt.NDArray[np.int64], Scores]  # (rows, ascending; each one's score)
_NOTHING: _Hits = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32))


class MilvusIndex:
    """An Index over two Milvus collections and the files of one generation's folder."""

    def __init__(
        self,
        client: Any,
        uri: str,
        names: Collections,
        rows: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float32]],
        lexical: Mapping[str, LexicalIndex],
        candidates: int,
    ) -> None:
        self._client = client
        self._uri = uri
        self._names = names
        self._passages, documents, self._priors = rows
        # Not a method of this index: it would hold itself, and its connection, by a cycle.
        self._filter = lru_cache(FILTERS)(partial(_filter, np.unique(documents)))
        self._lexical = lexical
        self._candidates = candidates

    @classmethod
    def write(cls, uri: str, token: str, folder: Path, content: Content) -> None:
        """Fill new collections with ``content``; ``folder`` remembers their names.

        Raises IndexServerError or ConfigError.
        """
        name = f"onprem_rag_{folder.name}_{secrets.token_hex(4)}"
        exact = content.vectors.size <= EXACT
        names = Collections(
            f"{name}_passages", f"{name}_windows", tuple(content.lexical), exact, address(uri)
        )
        names.save(folder)  # first of all: what is half built can be dropped as well
        for channel, index in content.lexical.items():
            index.save_terms(folder / channel)
        np.save(folder / "passages.npy", content.passages)
        np.save(folder / "documents.npy", content.documents)
        np.save(folder / "priors.npy", content.priors)
        with explained(uri), connected(uri, token) as client:
            write_passages(client, names, content)
            write_windows(client, names, content)

    @classmethod
    def open(cls, uri: str, token: str, folder: Path, candidates: int) -> MilvusIndex:
        """What ``write`` saved. Raises OSError, ValueError if the folder's part is damaged,

        IndexMismatchError if the server's is, IndexServerError or ConfigError if it can't be
        asked. ``candidates``: how many windows the dense channel puts forward.
        """
        names = Collections.open(folder)
        passages, documents, priors = (
            np.load(folder / f"{name}.npy", allow_pickle=False)
            for name in ("passages", "documents", "priors")
        )
        if not len(passages) == len(documents) == len(priors):
            raise ValueError("passages, documents and priors differ")
        lexical = {n: LexicalIndex.open_terms(folder / n, len(passages)) for n in names.channels}
        with explained(uri), ExitStack() as undone:
            client = connect(uri, token)
            undone.callback(client.close)
            for name in (names.passages, names.windows):
                if not client.has_collection(name, timeout=TIMEOUT):
                    raise missing(uri, name)
                client.load_collection(name, timeout=BUILDING)
            held = client.get_collection_stats(names.passages, timeout=TIMEOUT)["row_count"]
            if held != len(passages):
                raise IndexMismatchError(
                    f"Milvus 컬렉션 {names.passages}의 행 수({held})가 색인({len(passages)})과 "
                    "다릅니다.\n→ 'ingest add'를 다시 실행해 색인을 새로 만드세요."
                )
            undone.pop_all()
        return cls(client, uri, names, (passages, documents, priors), lexical, candidates)

    @staticmethod
    def address_of(folder: Path) -> str:
        """The address of the server that ``write`` filled; "" for the folder of another index."""
        return Collections.open(folder).uri if (folder / NAMES).exists() else ""

    @classmethod
    def drop(cls, uri: str, token: str, folder: Path) -> None:
        """Drop what ``write`` made on the server for this folder, if anything."""
        if not (folder / NAMES).exists():
            return
        names = Collections.open(folder)
        with explained(uri), connected(uri, token) as client:
            for name in (names.passages, names.windows):  # one that is gone is no error
                client.drop_collection(name, timeout=TIMEOUT)

    def search(self, query: Query, weights: Mapping[str, float], count: int) -> list[Found]:
        """See ``Index``. Raises IndexServerError, ConfigError, IndexMismatchError."""
        within = "" if query.documents is None else self._filter(query.documents)
        if within is None:
            return []
        limit = min(max(self._candidates, count, 1), MOST)
        with explained(self._uri):
            near = self._near(query, within)
            while True:
                found, unseen = self._fused(query, weights, count, within, near, limit)
                enough = len(found) >= count and (count < 1 or found[-1].score > unseen)
                if enough or unseen <= 0 or limit == MOST:
                    return found
                limit = min(4 * limit, MOST)

    def frequency(self, channel: str, term: str) -> int:
        """See ``Index``."""
        return self._lexical[channel].frequency(term)

    def knows(self, word: str) -> bool:
        """See ``Index``."""
        return self._lexical["mecab"].knows(word)

    def weight(self, word: str) -> float:
        """See ``Index``."""
        return self._lexical["mecab"].weight(word)

    def _fused(
        self,
        query: Query,
        weights: Mapping[str, float],
        count: int,
        within: str,
        near: _Hits,
        limit: int,
    ) -> tuple[list[Found], float]:
        """The best of each channel's ``limit`` best, and the most that any other can score."""
        terms = {n: self._numbered(n, query.terms.get(n, ())) for n in self._lexical}
        tops = {n: self._best_of(n, terms[n], limit, within) for n in self._lexical}
        rows = np.unique(np.concatenate([near[0], *(found for found, _ in tops.values())]))
        channels, unseen = {}, 0.0
        for name, top in tops.items():
            scores = _spread(top, rows)
            if len(top[0]) == limit:  # there may be more: others' candidates too
                others = np.setdiff1d(rows, top[0])
                scores += _spread(self._those(name, terms[name], others), rows)
                unseen += weights[name] * float(top[1].min() / top[1].max())
            channels[name] = normalised(scores)
        channels["dense"] = normalised(_spread(near, rows))
        fused = fuse(channels, weights) * self._priors[rows]
        total = max(sum(weights[name] for name in channels), 1e-9)
        return [
            Found(
                int(self._passages[rows[at]]),
                float(fused[at]),
                tuple((name, float(scores[at])) for name, scores in channels.items()),
            )
            for at in best(fused, count)
        ], unseen / total * float(self._priors.max(initial=0.0))

    def _numbered(self, channel: str, terms: tuple[tuple[str, float], ...]) -> dict[int, float]:
        """A question's sparse vector; terms that come twice count twice."""
        vector: dict[int, float] = {}
        for number, weight in self._lexical[channel].numbered(terms):
            vector[number] = vector.get(number, 0.0) + weight
        return {number: weight for number, weight in vector.items() if weight > 0}

    def _best_of(self, channel: str, vector: dict[int, float], limit: int, within: str) -> _Hits:
        if not vector:
            return _NOTHING
        return self._hits(self._names.passages, channel, vector, limit, within, {})

    def _those(self, channel: str, vector: dict[int, float], rows: npt.NDArray[np.int64]) -> _Hits:
        """A channel's scores of given rows."""
        if not vector or not len(rows):
            return _NOTHING
        within = f"key in {rows.tolist()}"
        return self._hits(self._names.passages, channel, vector, len(rows), within, {})

    def _near(self, query: Query, within: str) -> _Hits:
        """The nearest windows' passages, each by its best window."""
        if not np.any(query.vector):
            return _NOTHING
        limit = min(self._candidates, MOST)
        # HNSW keeps that many on its way, at least as many as it shall find.
        way = {} if self._names.exact else {"ef": 2 * limit}
        vector = query.vector.tolist()
        found, scores = self._hits(self._names.windows, "dense", vector, limit, within, way)
        rows, places = np.unique(found, return_inverse=True)
        nearest = np.zeros(len(rows), dtype=np.float32)
        np.maximum.at(nearest, places, scores)
        return rows, nearest

    def _hits(
        self, name: str, field: str, vector: Any, limit: int, within: str, way: Mapping[str, int]
    ) -> _Hits:
        hits = self._client.search(
            name,
            [vector],
            anns_field=field,
            limit=limit,
            filter=within,
            output_fields=["row"],
            search_params={"metric_type": "IP", "params": dict(way)},
            timeout=TIMEOUT,
        )[0]
        rows = np.fromiter((hit["entity"]["row"] for hit in hits), np.int64, len(hits))
        scores = np.fromiter((hit["distance"] for hit in hits), np.float32, len(hits))
        order = np.argsort(rows, kind="stable")
        return rows[order], scores[order]


def _filter(known: npt.NDArray[np.int64], documents: frozenset[int]) -> str | None:
    """Milvus's expression for those of ``documents`` that are ``known``; None if none is.

    The shorter list of in and not in.
    """
    allowed = np.intersect1d(np.fromiter(documents, np.int64, len(documents)), known)
    if not len(allowed):
        return None
    if 2 * len(allowed) <= len(known):
        return f"document in {allowed.tolist()}"
    forbidden = np.setdiff1d(known, allowed).tolist()
    return f"document not in {forbidden}" if forbidden else ""


def _spread(hits: _Hits, rows: npt.NDArray[np.int64]) -> Scores:
    """The hits' scores in the places that their rows have among ``rows``; zeros elsewhere."""
    scores = np.zeros(len(rows), dtype=np.float32)
    scores[np.searchsorted(rows, hits[0])] = hits[1]
    return scores
