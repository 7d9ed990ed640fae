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
SHOWN = 20  # fallen questions that the text names
_ROUNDING = 1e-9
_REREAD = (
    "\n→ '조문 없음'이면 파일이 끝까지 읽혔는지 'ingest preview 파일'로 확인하세요. 조문 번호나 "
    "규정 제목이 바뀐 것이면 질문 모음을 고치세요."
)

Search = Callable[[str, int], list[Hit]]
Exists = Callable[[Key], bool]


@dataclass(frozen=True, slots=True)
class Articles:
    """Which articles are in force in the live and in the new index (see ``among``).

    And which are so no more on purpose: the new text itself says that they are deleted, or they
    were withdrawn with their whole rule.
    """

    existed: Exists = lambda key: True
    exists: Exists = lambda key: True
    deleted: Exists = lambda key: False
    withdrawn: Exists = lambda key: False

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
    other that is gone does: a file may have been cut short. Nor does what only the new index has,
    which must not make up for what it lost. Questions without gold say nothing and are left out.
    """
    ranked: list[Ranked] = []
    deleted: list[GoldQuestion] = []
    gone: list[GoldQuestion] = []
    unknown: list[GoldQuestion] = []
    fresh = 0
    for at, question in enumerate(questions, start=1):
        old = frozenset(filter(articles.existed, question.gold))
        now = frozenset(filter(articles.exists, question.gold))
        if wanted := frozenset(key for key in old if key in now or not articles.taken_out(key)):
            before, after = (
                rank_of(matches(search(question.text, DEPTH), wanted)) for search in (live, new)
            )
            gold, lost = tuple(sorted(wanted)), not wanted <= now
            ranked.append(Ranked(question.text, gold, before, after, lost))
        elif now:
            fresh += 1
        elif question.gold:
            withdrawn = any(map(articles.withdrawn, old))
            (gone if withdrawn else deleted if old else unknown).append(question)
        progress("질문으로 검사", at, len(questions))
    left_out = (tuple(deleted), tuple(gone), tuple(unknown))
    return Judgement(tuple(ranked), *left_out, fresh, passages, margin, most_gone)


def among(articles: Iterable[tuple[str, str | None]]) -> Exists:
    """Whether a gold article, or the whole document that one names, is among ``articles``.

    ``articles``: (document, article) of the passages in force.
    """
    keys = {key_of(document, article) for document, article in articles}
    keys |= {(document, "") for document, _ in keys}
    return keys.__contains__


def judgement_text(judgement: Judgement, command: str) -> str:
    """What an admin reads: the verdict, a small table, the questions that fell.

    ``command``: what switches the new index on though it fell; "" where that is being done.
    """
    before, after = judgement.before, judgement.after
    hit = f"hit@{judgement.passages}"
    lines = [
        _verdict(judgement, command),
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
            f"  {_rank(q.before)} → {_after(q)}  {q.text} ({_articles(q.gold)})"
            for q in judgement.fallen[:SHOWN]
        ]
        if (more := len(judgement.fallen) - SHOWN) > 0:
            lines.append(f"  … 외 {more}개")
    lines += _left_out("정답 조문이 삭제된 질문", judgement.deleted)
    lines += _left_out("정답 규정이 빠진 질문", judgement.gone)
    lines += _left_out("정답 조문이 라이브러리에 없는 질문", judgement.unknown)
    if judgement.fresh:
        lines.append(
            f"정답 조문이 새로 생긴 질문 {judgement.fresh}개: 비교하지 않았습니다. "
            "다음부터 함께 비교합니다."
        )
    return "\n".join(lines)


def _verdict(judgement: Judgement, command: str) -> str:
    reread = _REREAD if any(q.lost for q in judgement.fallen) else ""
    refused = (
        "새 색인을 켜지 않습니다"
        if command
        else "주의: 질문 검사에 떨어졌지만 --force로 새 색인을 켰습니다"
    )
    if judgement.emptied:
        meant = f"고치고, 뜻한 일이면 {command} 명령을 실행하세요." if command else "고치세요."
        return (
            f"{refused}: 질문 {len(judgement.gone)}개의 정답 규정이 한꺼번에 빠졌습니다.\n"
            "→ 빠진 파일이 없는지 확인하세요. 규정 제목이 바뀐 것이면 질문 모음을 "
            f"{meant}"
        )
    if not judgement.passed:
        on = f" 그래도 켜려면 {command} 명령을 실행하세요." if command else ""
        return (
            f"{refused}: 질문 모음의 결과가 {judgement.margin:g}보다 더 나빠졌습니다.\n"
            f"→ 아래 질문을 확인하세요.{on}{reread}"
        )
    if not judgement.ranked:
        return (
            "질문으로 검사하지 못했습니다: 두 색인에 모두 정답 조문이 있는 질문이 없습니다.\n"
            "→ [gate] questions의 문서 이름과 조문을 확인하세요."
        )
    if judgement.fallen:
        return (
            f"주의: 질문으로 검사했습니다: 허용 범위({judgement.margin:g}) 안이지만 순위가 내려간 "
            f"질문이 있습니다.\n→ 아래 질문을 확인하세요.{reread}"
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


def _after(question: Ranked) -> str:
    return "조문 없음" if question.lost and not question.after else _rank(question.after)


def _rank(rank: int | None) -> str:
    return f"{rank}위" if rank else "없음"


def _articles(gold: Sequence[Key]) -> str:
    return ", ".join(" ".join(filter(None, key)) for key in gold)
