"""A question set against the search: hit@k, recall@k, MRR and latency at article level."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from onprem_rag.errors import ConfigError
from onprem_rag.korean.text import normalise
from onprem_rag.records import Hit

CUTS = (1, 2, 5, 10)
DEPTH = 40  # passages fetched a question: enough for ten different articles
Key = tuple[str, str]  # (document, article), both without blanks


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """One line of a question set; ``gold`` is empty where the rules give no answer."""

    text: str
    gold: frozenset[Key]


@dataclass(frozen=True, slots=True)
class Figures:
    """Means over the questions that have gold articles; latencies in ms over all."""

    questions: int
    unanswerable: int
    hit: tuple[float, ...]  # at CUTS
    recall: tuple[float, ...]
    mrr: float
    p50_ms: float
    p95_ms: float


@dataclass(frozen=True, slots=True)
class Quality:
    """Means over the answerable questions."""

    hit: float  # a gold article among the first few
    mrr: float


def key_of(document: str, article: str | None) -> Key:
    """Title and article as they are compared: without blanks, look-alike signs unified."""
    return _squeezed(document), _squeezed(article or "")


def read_questions(path: Path) -> list[GoldQuestion]:
    """Lines ``{"question", "document", "article"}`` or ``{"question", "gold": [[…], …]}``."""
    questions = []
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"질문 파일을 읽을 수 없습니다: {path}\n→ 경로와 권한, UTF-8 텍스트인지 확인하세요."
        ) from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
            pairs = item["gold"] if "gold" in item else [[item["document"], item.get("article")]]
            # A pair that is {"document": …, "article": …} would be read as those two words.
            if not all(isinstance(pair, list) for pair in pairs):
                raise TypeError("gold")
            gold = frozenset(key_of(document, article) for document, article in pairs)
            questions.append(GoldQuestion(str(item["question"]), gold))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ConfigError(
                f"{path} {number}번째 줄이 잘못되었습니다({error}).\n"
                '→ {"question": …, "document": …, "article": …} 또는 '
                '{"question": …, "gold": [[문서, 조문], …]} 형식으로 쓰세요.'
            ) from error
    if not questions:
        raise ConfigError(f"질문이 없습니다: {path}\n→ 한 줄에 질문 하나를 JSON으로 쓰세요.")
    return questions


def articles_of(hits: Sequence[Hit]) -> list[Key]:
    """The different articles of ``hits``, best first."""
    keys = (key_of(hit.passage.document, hit.passage.article) for hit in hits)
    return list(dict.fromkeys(keys))


def evaluate(
    questions: Sequence[GoldQuestion],
    search: Callable[[str, int], list[Hit]],
    progress: Callable[[str, int, int], None] = lambda stage, done, total: None,
) -> Figures:
    """Search every question once and compare the articles found with its gold ones."""
    hits: list[list[float]] = []
    recalls: list[list[float]] = []
    ranks: list[float] = []
    times: list[float] = []
    for at, question in enumerate(questions, start=1):
        began = time.perf_counter()
        found = search(question.text, DEPTH)
        times.append((time.perf_counter() - began) * 1000)
        progress("평가", at, len(questions))
        if not question.gold:
            continue
        articles = matches(found, question.gold)
        hits.append([float(any(articles[:cut])) for cut in CUTS])
        size = len(question.gold)
        recalls.append([len({k for k in articles[:cut] if k}) / size for cut in CUTS])
        ranks.append(reciprocal(rank_of(articles)))
    return Figures(
        questions=len(questions),
        unanswerable=len(questions) - len(hits),
        hit=_means(hits),
        recall=_means(recalls),
        mrr=float(np.mean(ranks)) if ranks else 0.0,
        p50_ms=float(np.percentile(times, 50)),
        p95_ms=float(np.percentile(times, 95)),
    )


def matches(hits: Sequence[Hit], gold: frozenset[Key]) -> list[Key | None]:
    """For each different article of ``hits``, best first: the gold one that it is, or None."""
    return [_matched(key, gold) for key in articles_of(hits)]


def rank_of(matched: Sequence[Key | None]) -> int | None:
    """The rank, from 1, of the first gold article; None where there is none."""
    return next((rank for rank, key in enumerate(matched, start=1) if key), None)


def reciprocal(rank: int | None) -> float:
    """What a rank counts in the MRR."""
    return 1 / rank if rank else 0.0


def _matched(key: Key, gold: frozenset[Key]) -> Key | None:
    """The gold article that ``key`` is; a gold without article stands for its whole document."""
    if key in gold:
        return key
    whole = (key[0], "")
    return whole if whole in gold else None


def _means(rows: Sequence[Sequence[float]]) -> tuple[float, ...]:
    return tuple(float(value) for value in np.mean(rows, axis=0)) if rows else (0.0,) * len(CUTS)


def _squeezed(text: str) -> str:
    return "".join(normalise(text).split())
