"""The search's weights, found on the institution's own questions and judged on questions unseen.

Weights are fitted by coordinate search over recombined channel scores; what is reported is
measured by searching, each question with weights that were fitted on the other folds.
"""

from __future__ import annotations

import functools
import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from onprem_rag.config import SearchConfig
from onprem_rag.errors import ConfigError
from onprem_rag.evaluate.candidates import Candidates, Reader, Remembering, collect, weighted
from onprem_rag.evaluate.retrieval import CUTS, GoldQuestion, Key, Quality, evaluate
from onprem_rag.korean.questions import question_words
from onprem_rag.search import Searcher
from onprem_rag.timing import Progress

FOLDS = 5
SEED = 17
FEW = 20  # answerable questions below which chance outweighs the weights
ROUNDS = 3
FIRST = 2  # passages that are read by the model: a gold article among these counts half
STEPS = (0.0, 0.15, 0.3, 0.5, 0.8, 1.2, 2.0)  # times the weight of the first channel
READ_STEPS = (0.0, 0.2, 0.4, 0.8, 1.2, 2.0)
EVERYDAY_STEPS = (0.0, 0.25, 0.5, 1.0)  # each asks every question anew: few

Scores = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tuning:
    """What tuning found. ``gain`` is of the mean of hit and MRR, on questions unseen."""

    questions: int
    answerable: int
    before: Quality  # hit: among the FIRST
    after: Quality  # each question with the weights fitted without its fold
    gain: float
    margin: float  # half of the gain's 95% interval
    fold_gains: tuple[float, ...]
    weights: tuple[tuple[str, float, float], ...]  # name, now, found on all questions
    best: SearchConfig

    @property
    def reliable(self) -> bool:
        """Whether there were enough questions."""
        return self.answerable >= FEW

    @property
    def worthwhile(self) -> bool:
        """Whether other weights did better on questions that they were not fitted on."""
        return self.gain > 1e-9 and any(now != found for _, now, found in self.weights)


def tune(
    questions: Sequence[GoldQuestion],
    searcher: Callable[[SearchConfig], Searcher],
    config: SearchConfig,
    readers: Mapping[str, Reader],
    progress: Progress = lambda stage, done, total: None,
) -> Tuning:
    """Fit the weights of ``config`` to ``questions``, with cross-validation.

    ``readers``: by the name of their weight, what scores the first hits when they are read.
    Raises ConfigError where the questions ask for fewer than two different articles.
    """
    answerable = [question for question in questions if question.gold]
    folds = grouped_folds(answerable)
    searcher = functools.cache(searcher)
    fitting = _Fitting(answerable, searcher, config, readers, progress)
    before = _searched(answerable, searcher(config))
    after = np.zeros_like(before)
    for number in range(max(folds) + 1):
        held = np.array([fold == number for fold in folds])
        best = fitting.best(np.flatnonzero(~held))
        rows = np.flatnonzero(held)
        after[rows] = _searched([answerable[row] for row in rows], searcher(best))
        progress("교차 검증", number + 1, max(folds) + 2)
    gains = after.mean(axis=1) - before.mean(axis=1)
    best = fitting.best(np.arange(len(answerable)))
    progress("교차 검증", max(folds) + 2, max(folds) + 2)
    return Tuning(
        questions=len(questions),
        answerable=len(answerable),
        before=Quality(*before.mean(axis=0).tolist()),
        after=Quality(*after.mean(axis=0).tolist()),
        gain=float(gains.mean()),
        margin=float(1.96 * gains.std(ddof=1) / math.sqrt(len(gains))),
        fold_gains=tuple(
            float(gains[np.array(folds) == number].mean()) for number in range(max(folds) + 1)
        ),
        weights=tuple(
            (name, float(getattr(config, name)), float(getattr(best, name)))
            for name in fitting.names
        ),
        best=best,
    )


def grouped_folds(questions: Sequence[GoldQuestion], count: int = FOLDS) -> list[int]:
    """Each question's fold, from 0; questions that share a gold article are in one fold."""
    groups: list[tuple[set[Key], list[int]]] = []
    for at, question in enumerate(questions):
        keys, rows = set(question.gold), [at]
        apart = []
        for others, their_rows in groups:
            if _share(keys, others):
                keys |= others
                rows += their_rows
            else:
                apart.append((others, their_rows))
        groups = [*apart, (keys, rows)]
    if len(groups) < 2:
        raise ConfigError(
            "조정에 쓸 질문이 모자랍니다. "
            "→ 서로 다른 조문을 묻는 질문을 둘 이상(되도록 스물 이상) 쓰세요."
        )
    members = sorted(sorted(rows) for _, rows in groups)
    random.Random(SEED).shuffle(members)
    sizes = [0] * min(count, len(members))
    folds = [0] * len(questions)
    for rows in sorted(members, key=len, reverse=True):
        smallest = sizes.index(min(sizes))
        sizes[smallest] += len(rows)
        for row in rows:
            folds[row] = smallest
    return folds


def _share(some: set[Key], others: set[Key]) -> bool:
    """Whether two sets have an article in common, or one has a document whole."""
    if not some.isdisjoint(others):
        return True
    whole = {document for keys in (some, others) for document, article in keys if not article}
    return not whole.isdisjoint(key[0] for key in some) and not whole.isdisjoint(
        key[0] for key in others
    )


def _searched(questions: Sequence[GoldQuestion], searcher: Searcher) -> Scores:
    """(n, 2) whether a gold article is among the FIRST, and 1 / its rank, by real search."""
    figures = [evaluate([question], searcher.search) for question in questions]
    at = CUTS.index(FIRST)
    return np.array([[one.hit[at], one.mrr] for one in figures]).reshape(-1, 2)


class _Fitting:
    """Coordinate search; what one set of weights scores is worked out once for all folds."""

    def __init__(
        self,
        questions: Sequence[GoldQuestion],
        searcher: Callable[[SearchConfig], Searcher],
        config: SearchConfig,
        readers: Mapping[str, Reader],
        progress: Progress,
    ) -> None:
        self._questions = questions
        self._searcher = searcher
        self._config = config
        self._readers = {name: Remembering(reader) for name, reader in readers.items()}
        self._progress = progress
        self._pools: dict[float, list[Candidates]] = {}
        self._known: dict[SearchConfig, Scores] = {}
        self._steps = _steps(config, readers)
        self.names = (*config.weights, *readers, "everyday")

    def best(self, rows: npt.NDArray[np.intp]) -> SearchConfig:
        """The weights that do best on the questions in ``rows``; in doubt those that are set."""
        best, best_score = self._config, float(self._scores(self._config)[rows].mean())
        for _ in range(ROUNDS):
            before = best
            for name, values in self._steps.items():
                for value in values:
                    other = weighted(best, {name: value})
                    score = float(self._scores(other)[rows].mean())
                    if score > best_score + 1e-9:
                        best, best_score = other, score
            if best == before:
                break
        return best

    def _scores(self, config: SearchConfig) -> Scores:
        """(n,) the mean of hit and reciprocal rank for every question under these weights."""
        if (known := self._known.get(config)) is not None:
            return known
        ranks = [pool.rank(config) for pool in self._pool(config.everyday)]
        scores = [((rank <= FIRST) + 1 / rank) / 2 if rank else 0.0 for rank in ranks]
        found = self._known[config] = np.array(scores)
        return found

    def _pool(self, everyday: float) -> list[Candidates]:
        """Every question's candidates with the rules' words for everyday words at this weight."""
        if everyday not in self._pools:
            same = self._pools.get(self._config.everyday)
            config = weighted(self._config, {"everyday": everyday})
            pools = []
            for at, question in enumerate(self._questions):
                if same and not question_words(question.text).rule:
                    pools.append(same[at])
                else:
                    pools.append(collect(question, self._searcher, config, self._readers))
                self._progress(f"후보 찾기({everyday:g})", at + 1, len(self._questions))
            self._pools[everyday] = pools
        return self._pools[everyday]


def _steps(config: SearchConfig, readers: Mapping[str, Reader]) -> dict[str, tuple[float, ...]]:
    """The values to try. Only relations between channels count, so the first one's stays."""
    first = next((name for name, weight in config.weights.items() if weight > 0), None)
    if first is None:
        raise ConfigError(
            "모든 채널의 가중치가 0입니다. → config.toml의 [search]에서 하나를 1로 두세요."
        )
    unit = config.weights[first]
    channels = tuple(round(unit * step, 4) for step in STEPS)
    return {
        **{name: channels for name in config.weights if name != first},
        **dict.fromkeys(readers, READ_STEPS),
        "everyday": EVERYDAY_STEPS,
    }
