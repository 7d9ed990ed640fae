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

MOST_GONE = 0.2  # of the questions; where more lose their articles at once, it is no amendment
SHOWN = 20  # fallen questions that the text names
_ROUNDING = 1e-9

Search = Callable[[str, int], list[Hit]]
Exists = Callable[[Key], bool]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A question with the ranks, from 1, of its first gold article; None: not found at all."""

    text: str
    gold: tuple[Key, ...]  # sorted
    before: int | None
    after: int | None

    @property
    def gain(self) -> float:
        """By how much it does better; below zero: worse."""
        return reciprocal(self.after) - reciprocal(self.before)


@dataclass(frozen=True, slots=True)
class Judgement:
    """The live index (before) and the new one (after), on the questions that both can answer."""

    ranked: tuple[Ranked, ...]
    gone: tuple[GoldQuestion, ...]  # whose articles the new index no longer has in force
    unknown: tuple[GoldQuestion, ...]  # whose articles neither has in force
    fresh: int  # questions whose articles the new one alone has
    passages: int  # N of hit@N
    margin: float

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
    def risen(self) -> int:
        """How many questions do better now."""
        return sum(question.gain > 0 for question in self.ranked)

    @property
    def emptied(self) -> bool:
        """Whether so many questions lost their articles that someone has to look."""
        return len(self.gone) > MOST_GONE * (len(self.gone) + len(self.ranked))

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
    existed: Exists = lambda key: True,
    exists: Exists = lambda key: True,
) -> Judgement:
    """Search every question in both indexes; ``passages`` is N of hit@N, ``margin`` what either
    figure may fall by.

    ``existed`` and ``exists`` say whether an article is in force in the live and in the new index
    (see ``among``). Only articles that both have count: a deleted one is no failure of the search,
    and what only the new one can answer must not make up for what it lost. Questions without gold
    say nothing of the search and are left out.
    """
    ranked: list[Ranked] = []
    gone: list[GoldQuestion] = []
    unknown: list[GoldQuestion] = []
    fresh = 0
    for at, question in enumerate(questions, start=1):
        old = frozenset(filter(existed, question.gold))
        now = frozenset(filter(exists, question.gold))
        if both := old & now:
            ranks = (rank_of(matches(s(question.text, DEPTH), both)) for s in (live, new))
            ranked.append(Ranked(question.text, tuple(sorted(both)), *ranks))
        elif now:
            fresh += 1
        elif question.gold:
            (gone if old else unknown).append(question)
        progress("질문으로 검사", at, len(questions))
    return Judgement(tuple(ranked), tuple(gone), tuple(unknown), fresh, passages, margin)


def among(articles: Iterable[tuple[str, str | None]]) -> Exists:
    """Whether a gold article, or the whole document that one names, is among ``articles``.

    ``articles``: (document, article) of the passages in force.
    """
    keys = {key_of(document, article) for document, article in articles}
    keys |= {(document, "") for document, _ in keys}
    return keys.__contains__


def judgement_text(judgement: Judgement) -> str:
    """What an admin reads: the verdict, a small table, the questions that fell."""
    before, after = judgement.before, judgement.after
    hit = f"hit@{judgement.passages}"
    lines = [
        _verdict(judgement),
        f"  비교한 질문 {len(judgement.ranked)}개: 내려간 것 {len(judgement.fallen)}개, "
        f"올라간 것 {judgement.risen}개",
    ]
    if judgement.ranked:
        lines += [
            "           지금   새 색인    차이",
            f"  {hit:<7} {before.hit:.3f}   {after.hit:.3f}   {after.hit - before.hit:+.3f}",
            f"  {'MRR':<7} {before.mrr:.3f}   {after.mrr:.3f}   {after.mrr - before.mrr:+.3f}",
        ]
    if judgement.fallen:
        lines.append("순위가 내려간 질문")
        lines += [
            f"  {_rank(q.before)} → {_rank(q.after)}  {q.text} ({_articles(q.gold)})"
            for q in judgement.fallen[:SHOWN]
        ]
        if (more := len(judgement.fallen) - SHOWN) > 0:
            lines.append(f"  … 외 {more}개")
    lines += _left_out("정답 조문이 더는 없는 질문", judgement.gone)
    lines += _left_out("정답 조문이 라이브러리에 없는 질문", judgement.unknown)
    if judgement.fresh:
        lines.append(
            f"정답 조문이 새로 생긴 질문 {judgement.fresh}개: 비교하지 않았습니다. "
            "다음부터 함께 비교합니다."
        )
    return "\n".join(lines)


def _verdict(judgement: Judgement) -> str:
    if judgement.emptied:
        return (
            f"새 색인을 켜지 않습니다: 질문 {len(judgement.gone)}개의 정답 조문이 한꺼번에 "
            "없어졌습니다.\n→ 빠진 파일이 없는지 확인하세요. 뜻한 일이면 --force를 붙여 다시 "
            "실행하세요."
        )
    if not judgement.passed:
        return (
            f"새 색인을 켜지 않습니다: 질문 모음의 결과가 {judgement.margin:g}보다 더 나빠졌습니다."
            "\n→ 아래 질문을 확인하세요. 그래도 켜려면 --force를 붙여 다시 실행하세요."
        )
    if not judgement.ranked:
        return (
            "질문으로 검사하지 못했습니다: 두 색인에 모두 정답 조문이 있는 질문이 없습니다.\n"
            "→ [gate] questions의 문서 이름과 조문을 확인하세요."
        )
    return "질문으로 검사했습니다: 새 색인이 지금 색인보다 나쁘지 않습니다."


def _left_out(what: str, questions: Sequence[GoldQuestion]) -> list[str]:
    if not questions:
        return []
    lines = [f"{what} {len(questions)}개: 비교하지 않았습니다. → 질문 모음을 고치세요."]
    lines += [f"  {q.text} ({_articles(sorted(q.gold))})" for q in questions[:SHOWN]]
    if (more := len(questions) - SHOWN) > 0:
        lines.append(f"  … 외 {more}개")
    return lines


def _rank(rank: int | None) -> str:
    return f"{rank}위" if rank else "없음"


def _articles(gold: Sequence[Key]) -> str:
    return ", ".join(" ".join(filter(None, key)) for key in gold)
