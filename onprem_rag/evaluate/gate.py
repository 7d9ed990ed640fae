"""The gate: whether a new index answers a question set as well as the live one does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from onprem_rag.evaluate.retrieval import (
    DEPTH,
    GoldQuestion,
    Key,
    Quality,
    key_of,
    matches,
    rank_of,
    reciprocal,
)
from onprem_rag.records import Hit
from onprem_rag.timing import Progress

MOST_GONE = 0.2  # of the questions; where more lose their rules at once, someone has to look
_ROUNDING = 1e-9

Search = Callable[[str, int], list[Hit]]
Exists = Callable[[Key], bool]


@dataclass(frozen=True, slots=True)
class Articles:
    """Which articles are in force in the live and in the new index (see ``among``).

    And which are so no more on purpose: the new text itself says that they are deleted, or they
    were withdrawn with their whole rule. ``renumbered``: which article of the new index one of the
    live index is, that one itself where its number has stayed.
    """

    existed: Exists = lambda key: True
    exists: Exists = lambda key: True
    deleted: Exists = lambda key: False
    withdrawn: Exists = lambda key: False
    renumbered: Callable[[Key], Key] = lambda key: key

    def taken_out(self, key: Key) -> bool:
        """Whether it is gone on purpose."""
        return self.deleted(key) or self.withdrawn(key)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A question with the ranks, from 1, of its first gold article; None: not found at all."""

    text: str
    gold: tuple[Key, ...]  # sorted
    before: int | None
    after: int | None
    lost: bool = False  # a gold article is gone that nobody took out on purpose
    moved: tuple[tuple[Key, Key], ...] = ()  # gold articles that have another number now

    @property
    def gain(self) -> float:
        """By how much it does better; below zero: worse."""
        return reciprocal(self.after) - reciprocal(self.before)


@dataclass(frozen=True, slots=True)
class Judgement:
    """The live index (before) and the new one (after), on the questions that both should answer."""

    ranked: tuple[Ranked, ...]
    deleted: tuple[GoldQuestion, ...]  # whose articles the new text itself says are deleted
    gone: tuple[GoldQuestion, ...]  # whose rules are out of force as a whole
    unknown: tuple[GoldQuestion, ...]  # whose articles neither has in force
    fresh: int  # questions whose articles the new one alone has
    passages: int  # N of hit@N
    margin: float
    most_gone: float = MOST_GONE

    @property
    def before(self) -> Quality:
        """The live index's figures."""
        return self._quality([question.before for question in self.ranked])

    @property
    def after(self) -> Quality:
        """The new index's figures."""
        return self._quality([question.after for question in self.ranked])

    @property
    def fallen(self) -> tuple[Ranked, ...]:
        """The questions that do worse now, those that lost most first."""
        worse = (question for question in self.ranked if question.gain < 0)
        return tuple(sorted(worse, key=lambda question: question.gain))

    @property
    def moved(self) -> tuple[Ranked, ...]:
        """The questions whose gold articles have another number now."""
        return tuple(question for question in self.ranked if question.moved)

    @property
    def risen(self) -> int:
        """How many questions do better now."""
        return sum(question.gain > 0 for question in self.ranked)

    @property
    def emptied(self) -> bool:
        """Whether so many questions lost their rules that someone has to look."""
        return len(self.gone) > self.most_gone * (len(self.gone) + len(self.ranked))

    @property
    def passed(self) -> bool:
        """Whether the new index may be switched on."""
        lost = max(self.before.hit - self.after.hit, self.before.mrr - self.after.mrr)
        return lost <= self.margin + _ROUNDING and not self.emptied

    def _quality(self, ranks: Sequence[int | None]) -> Quality:
        size = max(1, len(ranks))
        hit = sum(rank is not None and rank <= self.passages for rank in ranks) / size
        return Quality(hit, sum(map(reciprocal, ranks)) / size)


def judge(
    questions: Sequence[GoldQuestion],
    live: Search,
    new: Search,
    margin: float,
    progress: Progress = lambda stage, done, total: None,
    *,
    passages: int = 2,
    articles: Articles = Articles(),
    most_gone: float = MOST_GONE,
) -> Judgement:
    """Search every question in both indexes; ``passages`` is N of hit@N, ``margin`` what either
    figure may fall by.

    An article that was taken out on purpose is no failure of the search and doesn't count; any
    other that is gone does: a file may have been cut short. One that has another number now is
    looked for under that. What only the new index has doesn't count either: it must not make up
    for what was lost. Questions without gold say nothing and are left out.
    """
    ranked: list[Ranked] = []
    deleted: list[GoldQuestion] = []
    gone: list[GoldQuestion] = []
    unknown: list[GoldQuestion] = []
    fresh = 0
    for at, question in enumerate(questions, start=1):
        old = frozenset(filter(articles.existed, question.gold))
        if wanted := _wanted(old, articles):
            before = rank_of(matches(live(question.text, DEPTH), frozenset(wanted)))
            after = rank_of(matches(new(question.text, DEPTH), frozenset(wanted.values())))
            lost = not all(map(articles.exists, wanted.values()))
            moved = tuple((key, now) for key, now in sorted(wanted.items()) if key != now)
            ranked.append(Ranked(question.text, tuple(sorted(wanted)), before, after, lost, moved))
        elif any(map(articles.exists, question.gold)):
            fresh += 1
        elif question.gold:
            withdrawn = any(map(articles.withdrawn, old))
            (gone if withdrawn else deleted if old else unknown).append(question)
        progress("질문으로 검사", at, len(questions))
    left_out = (tuple(deleted), tuple(gone), tuple(unknown))
    return Judgement(tuple(ranked), *left_out, fresh, passages, margin, most_gone)


def _wanted(old: Iterable[Key], articles: Articles) -> dict[Key, Key]:
    """What a question is to find: by gold article of the live index, which it is in the new one."""
    now = {key: articles.renumbered(key) for key in old}
    return {
        key: new for key, new in now.items() if articles.exists(new) or not articles.taken_out(key)
    }


def among(articles: Iterable[tuple[str, str | None]]) -> Exists:
    """Whether a gold article, or the whole document that one names, is among ``articles``.

    ``articles``: (document, article) of the passages in force.
    """
    keys = {key_of(document, article) for document, article in articles}
    keys |= {(document, "") for document, _ in keys}
    return keys.__contains__
