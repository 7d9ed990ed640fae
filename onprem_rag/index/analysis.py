"""Passages into the lexical channels: their fields, and each field's terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np

from onprem_rag.index.analysed import AnalysedTexts
from onprem_rag.index.fields import Field
from onprem_rag.index.lexical import Lengths, LexicalIndex
from onprem_rag.index.texts import CHANNELS, Bags, Places, Texts
from onprem_rag.records import Passage
from onprem_rag.timing import Progress

# What a passage is found by, and how much a term counts there (BM25F). ``referred``: the titles of
# the articles that it refers to, for 벌칙 and the like say only "제64조를 위반한 자".
FIELDS = {"document": 0.5, "place": 1.0, "body": 1.0, "referred": 1.5}


@dataclass(frozen=True, slots=True)
class Analysis:
    """The lexical channels of n passages, and the words that the embedded embedder learns from."""

    channels: dict[str, LexicalIndex]  # by CHANNELS
    texts: Texts
    columns: Mapping[str, Places]  # of FIELDS and "title": (n,) each passage's text

    def titles(self) -> list[list[str]]:
        """(n,) words of the rule's and the article's title."""
        return self._joined(slice(None), "document", "title")

    def words(self, rows: Places | slice = slice(None)) -> list[list[str]]:
        """(n,) words of title, place and body; or those of these ``rows``."""
        return self._joined(rows, "document", "place", "body")

    def _joined(self, rows: Places | slice, *names: str) -> list[list[str]]:
        columns = [self.texts.words_of(self.columns[name][rows]) for name in names]
        return [[word for part in row for word in part] for row in zip(*columns, strict=True)]


def analyse(
    passages: Sequence[Passage],
    referred: Sequence[str],
    progress: Progress,
    kept: AnalysedTexts | None = None,
    before: Mapping[str, LexicalIndex] | None = None,
    more: bool = False,
) -> Analysis:
    """Analyse passages in row order; ``referred`` (n,) are the titles that each refers to.

    Texts that ``kept`` has are not analysed again; see ``AnalysedTexts.of`` for ``more``. The
    lengths that are usual ``before`` stay so.
    """
    columns: dict[str, Sequence[str]] = {
        "document": [passage.document for passage in passages],
        "place": [" ".join(passage.path) for passage in passages],
        "body": [passage.text for passage in passages],
        "referred": referred,
        "title": [passage.title for passage in passages],
    }
    number: dict[str, int] = {}
    numbered = {
        name: [number.setdefault(text, len(number)) for text in column]
        for name, column in columns.items()
    }
    # All texts are one stage, so that its bar is full once.
    report = partial(progress, "형태소 분석")
    texts, place = (kept or AnalysedTexts()).of(list(number), report, more)
    places = {name: place[np.array(of, dtype=np.int64)] for name, of in numbered.items()}
    with ThreadPoolExecutor() as pool:  # most of it is numpy's, which lets others go on
        usual = [before[name].lengths if before else None for name in CHANNELS]
        bags = [texts.bags[name] for name in CHANNELS]
        built = pool.map(partial(_channel, places, len(passages)), bags, usual)
        channels = dict(zip(CHANNELS, built, strict=True))
    return Analysis(channels, texts, places)


def _channel(
    places: Mapping[str, Places], size: int, bags: Bags, lengths: Lengths | None
) -> LexicalIndex:
    """One channel over the terms that stand in any field."""
    fields = [bags.field(places[name], weight) for name, weight in FIELDS.items()]
    used = np.zeros(len(bags.vocabulary), dtype=np.bool_)
    for field in fields:
        used[field.terms] = True
    numbers = (np.cumsum(used) - 1).astype(np.int32)
    terms = [bags.vocabulary[at] for at in np.flatnonzero(used).tolist()]
    return LexicalIndex.build(
        terms,
        [Field(one.rows, numbers[one.terms], one.weight) for one in fields],
        size,
        lengths=lengths,
    )
