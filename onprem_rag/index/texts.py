"""Analysed texts: the terms of each, by lexical channel, as arrays."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from onprem_rag.index.fields import Field, bigram_fields, token_fields
from onprem_rag.korean.morphemes import words_and_compounds
from onprem_rag.korean.text import letters

CHANNELS = ("mecab", "bigram")
_AT_A_TIME = 1 << 13  # texts whose terms' places, twice as large as the terms, are in memory

Keys = npt.NDArray[np.void]
Numbers = npt.NDArray[np.int32]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Bags:
    """The terms of m texts, in text order."""

    vocabulary: Sequence[str]
    sizes: Numbers  # (m,) how many terms each text has
    terms: Numbers  # (their sum,) places in ``vocabulary``

    def of(self, texts: Places) -> Bags:
        """The bags of these texts, in their order."""
        starts = np.cumsum(self.sizes, dtype=np.int64) - self.sizes
        sizes = self.sizes[texts]
        found = np.empty(int(sizes.sum(dtype=np.int64)), dtype=np.int32)
        at = 0
        for step in range(0, len(texts), _AT_A_TIME):
            here, counts = texts[step : step + _AT_A_TIME], sizes[step : step + _AT_A_TIME]
            before = np.cumsum(counts, dtype=np.int64) - counts
            places = np.repeat(starts[here] - before, counts) + np.arange(counts.sum())
            found[at : at + len(places)] = self.terms[places]
            at += len(places)
        return Bags(self.vocabulary, sizes, found)

    def bare(self) -> Bags:
        """The same with a vocabulary of nothing but their own terms."""
        used = np.zeros(len(self.vocabulary), dtype=np.bool_)
        used[self.terms] = True
        numbers = (np.cumsum(used) - 1).astype(np.int32)
        own = [self.vocabulary[at] for at in np.flatnonzero(used).tolist()]
        return Bags(own, self.sizes, numbers[self.terms])

    def field(self, texts: Places, weight: float) -> Field:
        """A field whose row r holds the text at ``texts[r]``."""
        chosen = self.of(texts)
        rows = np.repeat(np.arange(len(texts), dtype=np.int32), chosen.sizes)
        return Field(rows, chosen.terms, weight)


@dataclass(frozen=True, slots=True)
class Texts:
    """m analysed texts."""

    keys: Keys  # (m,) see ``key_of``
    words: Numbers  # (m,) how many of its "mecab" terms are words; its compounds come after them
    bags: Mapping[str, Bags]  # by CHANNELS

    def of(self, texts: Places) -> Texts:
        """These of the texts, in their order."""
        bags = {name: bags.of(texts).bare() for name, bags in self.bags.items()}
        return Texts(self.keys[texts], self.words[texts], bags)

    def words_of(self, texts: Places) -> list[list[str]]:
        """The content words of these texts, in their order."""
        bags = self.bags["mecab"]
        starts = np.cumsum(bags.sizes, dtype=np.int64) - bags.sizes
        spans = zip(starts[texts].tolist(), self.words[texts].tolist(), strict=True)
        vocabulary = bags.vocabulary
        return [[vocabulary[at] for at in bags.terms[s : s + n].tolist()] for s, n in spans]


def key_of(text: str) -> bytes:
    """What texts are told apart by: 16 bytes."""
    return blake2b(text.encode(), digest_size=16).digest()


def keys_array(keys: Sequence[bytes]) -> Keys:
    """(m,) such keys."""
    return np.frombuffer(b"".join(keys), dtype="V16")


def analysed(texts: Sequence[str], keys: Sequence[bytes], report: Callable[[int], None]) -> Texts:
    """Analyse ``texts``; ``report`` hears after every few how many are done."""
    words, terms, plain = [], [], []
    with _without_collecting():
        for at, text in enumerate(texts, start=1):
            own, joined = words_and_compounds(text)
            words.append(len(own))
            terms.append(own + joined)
            plain.append(letters(text))
            if at % 64 == 0 or at == len(texts):
                report(at)
        found = (token_fields([(terms, 1.0)]), bigram_fields([(plain, 1.0)]))
    bags = {
        name: Bags(vocabulary, _counted(field.rows, len(texts)), field.terms)
        for name, (vocabulary, (field,)) in zip(CHANNELS, found, strict=True)
    }
    return Texts(keys_array(keys), np.array(words, dtype=np.int32), bags)


def merged(parts: Sequence[Texts]) -> Texts:
    """All texts of the parts, one part after the other."""
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return analysed([], [], lambda done: None)
    bags = {}
    for name in CHANNELS:
        own = [part.bags[name] for part in parts]
        numbers = {term: at for at, term in enumerate(own[0].vocabulary)}
        terms = [own[0].terms]
        for bag in own[1:]:
            to = [numbers.setdefault(term, len(numbers)) for term in bag.vocabulary]
            terms.append(np.array(to, dtype=np.int32)[bag.terms])
        sizes = np.concatenate([bag.sizes for bag in own])
        bags[name] = Bags(list(numbers), sizes, np.concatenate(terms))
    keys, words = ([getattr(part, name) for part in parts] for name in ("keys", "words"))
    return Texts(np.concatenate(keys), np.concatenate(words), bags)


def _counted(rows: Numbers, size: int) -> Numbers:
    return np.bincount(rows, minlength=size).astype(np.int32)


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
