"""Channel scores into one: each divided by its maximum, weighted and summed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float32]


def normalised(scores: Scores) -> Scores:
    """``scores`` divided by their maximum; zeros where nothing is above zero."""
    best = float(scores.max(initial=0.0))
    if best <= 0:
        return np.zeros_like(scores)
    return np.maximum(scores, 0).astype(np.float32) / np.float32(best)


def fuse(channels: Mapping[str, Scores], weights: Mapping[str, float]) -> Scores:
    """Weighted mean of normalised channels, in [0, 1]; a channel of weight 0 is left out."""
    total = sum(weights[name] for name in channels)
    size = len(next(iter(channels.values())))
    fused = np.zeros(size, dtype=np.float32)
    for name, scores in channels.items():
        if weights[name] > 0:
            fused += scores * (weights[name] / total)
    return fused


def best(scores: Scores, count: int) -> list[int]:
    """The rows of the ``count`` highest scores above zero, best first, ties by row."""
    count = min(count, len(scores))
    if count < 1:
        return []
    least = max(np.partition(scores, -count)[-count], np.finfo(np.float32).tiny)
    rows = np.flatnonzero(scores >= least)
    return [int(row) for row in rows[np.argsort(-scores[rows], kind="stable")][:count]]
