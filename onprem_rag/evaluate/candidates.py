"""What every channel finds for a question, so that any weights can be tried without searching."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from onprem_rag.config import SearchConfig
from onprem_rag.evaluate.retrieval import GoldQuestion, key_of
from onprem_rag.index.building import prior
from onprem_rag.records import Hit, Passage
from onprem_rag.search import READ, Searcher

PER_CHANNEL = 20  # passages that each channel puts forward
Reader = Callable[[str, Sequence[Passage]], Sequence[float]]  # scores in [0, 1]


class Candidates:
    """The passages that one question's channels put forward, and their scores.

    Ranks them as ``Searcher.search`` does: the mean of the channels by weight, times the prior,
    and for the first READ of them what the ``readers`` say (by the name of their weight). The
    question's text is the one that is read for: ``Searcher.asked``.
    """

    def __init__(
        self,
        question: GoldQuestion,
        hits: Sequence[Hit],
        channels: Sequence[str],
        readers: Mapping[str, Reader],
    ) -> None:
        self._question = question.text
        self._passages = [hit.passage for hit in hits]
        known = [dict(hit.channels) for hit in hits]
        self._channels = {
            name: np.array([one.get(name, 0.0) for one in known], dtype=np.float64)
            for name in channels
        }
        # What no channel found was looked up: it stands above all, in the order of the hits.
        self._above = np.array(
            [0.0 if one.keys() & set(channels) else 1e3 - at for at, one in enumerate(known)]
        )
        self._priors = np.array([prior(passage) for passage in self._passages])
        keys = [key_of(passage.document, passage.article) for passage in self._passages]
        numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
        self._articles = np.array([numbers[key] for key in keys], dtype=np.int64)
        gold = question.gold  # one without an article stands for its whole document
        self._right = np.array([key in gold or (key[0], "") in gold for key in keys], dtype=bool)
        self._readers = readers

    def rank(self, config: SearchConfig) -> int | None:
        """The rank of the first gold article, counted from 1 over different articles."""
        fused = self._fused(config.weights)
        order = np.argsort(-fused, kind="stable")
        order = order[fused[order] > 0]
        total = fused[order]
        first = np.flatnonzero(self._above[order] == 0)[:READ]
        shares = 1.0
        for name, read in self._readers.items():
            if len(first) and (weight := float(getattr(config, name))) > 0:
                passages = [self._passages[row] for row in order[first]]
                total[first] += weight * np.array(read(self._question, passages))
                shares += weight
        order = order[np.argsort(-np.round(total / shares, 4), kind="stable")]  # as hits are told
        right = np.flatnonzero(self._right[order])
        if not len(right):
            return None
        return 1 + len(np.unique(self._articles[order[: right[0]]]))

    def _fused(self, weights: Mapping[str, float]) -> npt.NDArray[np.float64]:
        """The channels' mean by weight, times the prior."""
        total = sum(weights.values())
        means: npt.NDArray[np.float64] = self._above.copy()
        for name, scores in self._channels.items():
            means += scores * self._priors * (weights[name] / total)
        return means


class Remembering:
    """A reader that reads each passage once for a question."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._known: dict[tuple[str, int], float] = {}

    def __call__(self, question: str, passages: Sequence[Passage]) -> list[float]:
        """See ``Reader``."""
        new = [passage for passage in passages if (question, passage.id) not in self._known]
        if new:
            for passage, score in zip(new, self._reader(question, new), strict=True):
                self._known[question, passage.id] = score
        return [self._known[question, passage.id] for passage in passages]


def collect(
    question: GoldQuestion,
    searcher: Callable[[SearchConfig], Searcher],
    config: SearchConfig,
    readers: Mapping[str, Reader],
) -> Candidates:
    """Ask ``searcher`` with the weights of ``config`` and with each channel alone.

    None of the hits is read in vain: the first ones are others under each weights.
    """
    unread = weighted(config, dict.fromkeys(readers, 0.0))
    alone = [
        weighted(unread, {name: float(name == one) for name in config.weights})
        for one in config.weights
    ]
    found: dict[int, Hit] = {}
    for one in (unread, *alone):
        for hit in searcher(one).search(question.text, PER_CHANNEL):
            found.setdefault(hit.passage.id, hit)
    looked_up = [hit for hit in found.values() if not dict(hit.channels).keys() & config.weights]
    others = sorted(set(found) - {hit.passage.id for hit in looked_up})
    hits = [*looked_up, *(found[number] for number in others)]
    asked = replace(question, text=searcher(unread).asked(question.text))
    return Candidates(asked, hits, tuple(config.weights), readers)


def weighted(config: SearchConfig, weights: Mapping[str, float]) -> SearchConfig:
    """``config`` with these of its weights changed."""
    return replace(config, **dict[str, Any](weights))
