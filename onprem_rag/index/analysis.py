"""Passages into the lexical channels: their fields, and each field's terms."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from onprem_rag.index.lexical import LexicalIndex, bigram_fields, token_fields
from onprem_rag.korean.morphemes import words_and_compounds
from onprem_rag.korean.text import letters
from onprem_rag.records import Passage

# What a passage is found by, and how much a term counts there (BM25F). ``referred``: the titles of
# the articles that it refers to, for 벌칙 and the like say only "제64조를 위반한 자".
FIELDS = {"document": 0.5, "place": 1.0, "body": 1.0, "referred": 1.5}
CHANNELS = ("mecab", "bigram")

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Analysis:
    """The lexical channels, and the content words that the embedded embedder learns from."""

    channels: dict[str, LexicalIndex]  # by CHANNELS
    titles: list[list[str]]  # (n,) words of the rule's and the article's title
    words: list[list[str]]  # (n,) words of title, place and body


def analyse(passages: Sequence[Passage], referred: Sequence[str], progress: Progress) -> Analysis:
    """Analyse passages in row order; ``referred`` (n,) are the titles that each refers to."""
    columns: tuple[Sequence[str], ...] = (
        [passage.document for passage in passages],
        [" ".join(passage.path) for passage in passages],
        [passage.text for passage in passages],
        referred,
        [passage.title for passage in passages],
    )
    size = len(passages)
    total = len(columns) * size
    with _without_collecting():
        rule, place, body, named, title = (
            _each(column, partial(_report, progress, at * size, total))
            for at, column in enumerate(columns)
        )
        weighted = list(zip((rule, place, body, named), FIELDS.values(), strict=True))
        terms = (((one.terms for one in column), weight) for column, weight in weighted)
        plain = [([one.letters for one in column], weight) for column, weight in weighted]
        return Analysis(
            {
                "mecab": LexicalIndex.build(*token_fields(terms), size),
                "bigram": LexicalIndex.build(*bigram_fields(plain), size),
            },
            [[*r.words, *t.words] for r, t in zip(rule, title, strict=True)],
            [[*r.words, *p.words, *b.words] for r, p, b in zip(rule, place, body, strict=True)],
        )


class _Read(NamedTuple):
    """One text: its content words, these with its compounds, and its letters."""

    words: list[str]
    terms: list[str]
    letters: str


def _read(text: str) -> _Read:
    words, joined = words_and_compounds(text)
    return _Read(words, words + joined, letters(text))


def _each(texts: Sequence[str], report: Callable[[int], None]) -> list[_Read]:
    """Each text, analysed; one that comes again, as titles do, is not analysed again."""
    found: list[_Read] = []
    known: dict[str, _Read] = {}
    for at, text in enumerate(texts, start=1):
        if (read := known.get(text)) is None:
            read = known[text] = _read(text)
        found.append(read)
        if at % 64 == 0 or at == len(texts):
            report(at)
    return found


def _report(progress: Progress, before: int, total: int, done: int) -> None:
    """All columns are one stage, so that its bar is full once."""
    progress("형태소 분석", before + done, total)


@contextmanager
def _without_collecting() -> Iterator[None]:
    """No garbage collection meanwhile: millions of strings in lists, and no cycle among them."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()
