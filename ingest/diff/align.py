"""Which pieces of an old and a new text are the same one, by place and by wording."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import NamedTuple, TypeAlias

Pair: TypeAlias = tuple[int, int]
_SHORT = 6  # characters; shorter wordings say nothing about whose they are
_ALIKE = 0.5  # of a piece that has another place now
_AKIN = 0.2  # of one in its old place
_BONUS = 0.3  # for the same place
_RAREST = 24  # pairs of letters by which similar pieces are looked for
_COMMON = 64  # pieces with a pair of letters that makes them no candidates
_CANDIDATES = 12


class Piece(NamedTuple):
    """What is to be found again on the other side."""

    family: str  # only pieces of one family can be the same one, amended
    place: str  # "제7조", "제2항"; "" where it has no name of its own
    form: str  # its wording without its place: see ``wording.form``


def aligned(old: Sequence[Piece], new: Sequence[Piece]) -> list[Pair]:
    """Pairs of indices (old, new), in the new one's order; each index stands in one at most.

    First the same wording in the same place, then the same wording elsewhere, then a similar one,
    last whatever stands in the same place now.
    """
    open_ = _Open(old, new)
    open_.take(_by_key(open_, lambda piece: piece if piece.place else None))
    open_.take(_in_order(open_))
    open_.take(_by_key(open_, _wording))
    open_.take(_similar(open_))
    open_.take(_by_key(open_, lambda piece: piece[:2] if piece.place else None))
    open_.take(_between(open_))
    return sorted(open_.pairs, key=lambda pair: pair[1])


def in_order(pairs: Sequence[Pair]) -> frozenset[Pair]:
    """The most of ``pairs`` (sorted by the new index) whose old indices rise too."""
    ends: list[int] = []  # old index that ends the best chain of each length
    chain: list[int] = []  # and which pair that is
    before: list[int] = []
    for at, (old, _) in enumerate(pairs):
        length = bisect_left(ends, old)
        before.append(chain[length - 1] if length else -1)
        ends[length : length + 1] = [old]
        chain[length : length + 1] = [at]
    found = set()
    at = chain[-1] if chain else -1
    while at >= 0:
        found.add(pairs[at])
        at = before[at]
    return frozenset(found)


class _Open:
    """What is not paired yet."""

    def __init__(self, old: Sequence[Piece], new: Sequence[Piece]) -> None:
        self.all_old, self.all_new = old, new
        self.old = list(range(len(old)))
        self.new = list(range(len(new)))
        self.pairs: list[Pair] = []

    def take(self, pairs: Iterator[Pair]) -> None:
        found = list(pairs)
        self.pairs += found
        olds, news = {old for old, _ in found}, {new for _, new in found}
        self.old = [at for at in self.old if at not in olds]
        self.new = [at for at in self.new if at not in news]


def _wording(piece: Piece) -> Hashable | None:
    return (piece.family, piece.form) if len(piece.form) >= _SHORT else None


def _by_key(open_: _Open, key: Callable[[Piece], Hashable | None]) -> Iterator[Pair]:
    """Pieces with the same key, the first with the first."""
    waiting: defaultdict[Hashable, list[int]] = defaultdict(list)
    for at in reversed(open_.old):
        if (name := key(open_.all_old[at])) is not None:
            waiting[name].append(at)
    for at in open_.new:
        if (name := key(open_.all_new[at])) is not None and waiting[name]:
            yield waiting[name].pop(), at


def _in_order(open_: _Open) -> Iterator[Pair]:
    """Pieces without a name (lines) that say the same in the same order."""
    old = [at for at in open_.old if not open_.all_old[at].place]
    new = [at for at in open_.new if not open_.all_new[at].place]
    # Its autojunk keeps hundreds of equal lines from costing cubic time.
    matcher = SequenceMatcher(
        None, [open_.all_old[at] for at in old], [open_.all_new[at] for at in new]
    )
    for block in matcher.get_matching_blocks():
        for offset in range(block.size):
            yield old[block.a + offset], new[block.b + offset]


def _similar(open_: _Open) -> Iterator[Pair]:
    """The most similar ones first."""
    olds = {at: _letter_pairs(open_.all_old[at].form) for at in open_.old}
    news = {at: _letter_pairs(open_.all_new[at].form) for at in open_.new}
    scored = sorted(_scores(open_, olds, news))
    taken_old: set[int] = set()
    taken_new: set[int] = set()
    for _, _, one, other in scored:
        if one not in taken_old and other not in taken_new:
            taken_old.add(one)
            taken_new.add(other)
            yield one, other


def _scores(
    open_: _Open, olds: dict[int, frozenset[str]], news: dict[int, frozenset[str]]
) -> Iterator[tuple[float, int, int, int]]:
    """(-score, distance, old, new) of the pairs that may be one piece."""
    holders: defaultdict[str, list[int]] = defaultdict(list)
    places: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for at, pairs in news.items():
        places[open_.all_new[at][:2]].append(at)
        for pair in pairs:
            holders[pair].append(at)
    for one, pairs in olds.items():
        piece = open_.all_old[one]
        if len(piece.form) < _SHORT:
            continue
        known = sorted((pair for pair in pairs if pair in holders), key=lambda p: len(holders[p]))
        hits: Counter[int] = Counter()
        for pair in known[:_RAREST]:
            if len(holders[pair]) <= _COMMON:
                hits.update(holders[pair])
        near = places[piece[:2]][:_CANDIDATES] if piece.place else []
        for other in {*near, *(at for at, _ in hits.most_common(_CANDIDATES))}:
            rival = open_.all_new[other]
            if rival.family != piece.family or len(rival.form) < _SHORT:
                continue
            alike = _similarity(pairs, news[other])
            same_place = bool(piece.place) and piece.place == rival.place
            if alike >= (_AKIN if same_place else _ALIKE):
                yield -(alike + _BONUS * same_place), abs(one - other), one, other


def _between(open_: _Open) -> Iterator[Pair]:
    """What stands between the same neighbours, where there is as much of it on both sides.

    Only lines, which have no name, and what is deleted in the new text: 제6조 삭제 may have been
    제5조.
    """
    borders = sorted(in_order(sorted(open_.pairs, key=lambda pair: pair[1])))
    ends = [(-1, -1), *borders, (len(open_.all_old), len(open_.all_new))]
    for (old_start, new_start), (old_end, new_end) in pairwise(ends):
        first, last = bisect_left(open_.old, old_start + 1), bisect_left(open_.old, old_end)
        olds = open_.old[first:last]
        first, last = bisect_left(open_.new, new_start + 1), bisect_left(open_.new, new_end)
        news = open_.new[first:last]
        if len(olds) != len(news):
            continue
        for one, other in zip(olds, news, strict=True):
            old, new = open_.all_old[one], open_.all_new[other]
            if old.family != new.family or ((old.place or new.place) and new.form):
                continue
            short = max(len(old.form), len(new.form)) < 2 * _SHORT
            if (
                short
                or not new.form
                or _similarity(_letter_pairs(old.form), _letter_pairs(new.form)) >= _AKIN
            ):
                yield one, other


def _letter_pairs(text: str) -> frozenset[str]:
    return frozenset(map("".join, pairwise(text)))


def _similarity(one: frozenset[str], other: frozenset[str]) -> float:
    """Dice's coefficient, in [0, 1]."""
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0
