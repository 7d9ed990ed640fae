"""The gate as it is told: to the admin whose change it judges, and to the history."""

from __future__ import annotations

from collections.abc import Sequence

from onprem_rag.evaluate.gate import Judgement, Ranked
from onprem_rag.evaluate.retrieval import GoldQuestion, Key
from onprem_rag.korean.particles import particle_after

SHOWN = 20  # questions of a kind that the text names
_REREAD = (
    "\n→ '조문 없음'이면 파일이 끝까지 읽혔는지 'ingest preview 파일'로 확인하세요. 규정 제목이 "
    "바뀐 것이면 질문 모음을 고치세요."
)


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
        lines += _shown(list(map(_fallen, judgement.fallen)))
    if judgement.moved:
        lines.append(
            f"정답 조문의 번호가 바뀐 질문 {len(judgement.moved)}개: 새 번호로 견주었습니다."
        )
        lines += _shown([f"{question.text} ({_moved(question)})" for question in judgement.moved])
    lines += _left_out("정답 조문이 삭제된 질문", judgement.deleted)
    lines += _left_out("정답 규정이 빠진 질문", judgement.gone)
    lines += _left_out("정답 조문이 라이브러리에 없는 질문", judgement.unknown)
    if judgement.fresh:
        lines.append(
            f"정답 조문이 새로 생긴 질문 {judgement.fresh}개: 비교하지 않았습니다. "
            "다음부터 함께 비교합니다."
        )
    return "\n".join(lines)


def score_text(judgement: Judgement) -> str:
    """ "hit@2 0.900 → 0.600, MRR 0.850 → 0.550, 내려간 질문 3개, 정답 규정이 빠진 질문 0개"."""
    before, after = judgement.before, judgement.after
    return (
        f"hit@{judgement.passages} {before.hit:.3f} → {after.hit:.3f}, "
        f"MRR {before.mrr:.3f} → {after.mrr:.3f}, 내려간 질문 {len(judgement.fallen)}개, "
        f"정답 규정이 빠진 질문 {len(judgement.gone)}개"
    )


def fallen_questions(judgement: Judgement) -> list[str]:
    """A Korean line for each question that does worse now, or has lost its rule."""
    gone = (f"규정 빠짐  {q.text} ({_articles(sorted(q.gold))})" for q in judgement.gone)
    return [*map(_fallen, judgement.fallen), *gone]


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
    return lines + _shown([f"{q.text} ({_articles(sorted(q.gold))})" for q in questions])


def _shown(lines: Sequence[str]) -> list[str]:
    more = [f"  … 외 {len(lines) - SHOWN}개"] if len(lines) > SHOWN else []
    return [f"  {line}" for line in lines[:SHOWN]] + more


def _fallen(question: Ranked) -> str:
    ranks = f"{_rank(question.before)} → {_after(question)}"
    return f"{ranks}  {question.text} ({_articles(question.gold)})"


def _moved(question: Ranked) -> str:
    """ "여비규정 제8조가 제10조로 옮겨졌습니다 → 문항을 고치십시오"."""
    told = (
        f"{_followed(_articles([old]), '가')} {_followed(new[1], '로')}"
        for old, new in question.moved
    )
    return f"{', '.join(told)} 옮겨졌습니다 → 문항을 고치십시오"


def _followed(place: str, particle: str) -> str:
    """A place and the particle, as it sounds after that."""
    length, other = particle_after("조", place, particle)
    return f"{place}{other}{particle[length:]}"


def _after(question: Ranked) -> str:
    return "조문 없음" if question.lost and not question.after else _rank(question.after)


def _rank(rank: int | None) -> str:
    return f"{rank}위" if rank else "없음"


def _articles(gold: Sequence[Key]) -> str:
    return ", ".join(" ".join(filter(None, key)) for key in gold)
