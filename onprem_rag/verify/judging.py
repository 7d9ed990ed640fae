"""Judges are asked of the claims that words and facts support."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace

from onprem_rag.errors import ModelError
from onprem_rag.records import Claim, Report, Stage
from onprem_rag.verify.alignment import Alignment
from onprem_rag.verify.deadline import Deadline, OutOfTimeError
from onprem_rag.verify.judge import ENTAILED, Judge

_COMPARE = "답변을 원문과 직접 대조하십시오."
_DOCTOR = f"'onprem-rag doctor'로 모델의 상태를 확인하고, {_COMPARE}"

logger = logging.getLogger(__name__)


class Asking:
    """What judges said while one answer was checked, corrected and checked again.

    They share one time limit, nothing is asked twice, and one that failed isn't asked again.
    """

    def __init__(self, seconds: float) -> None:
        self._deadline = Deadline(seconds)
        self._said: dict[tuple[str, str, str], float] = {}
        self._failed: dict[str, Stage] = {}

    def probability(self, judge: Judge, claim: str, passage: str) -> float:
        """What ``judge`` says, or said; raises OutOfTimeError, and whatever the judge raises."""
        asked = (judge.name, claim, passage)
        if asked not in self._said:
            likely = judge.probability(claim, passage, self._deadline.left())
            if not 0.0 <= likely <= 1.0:
                raise ModelError(f"확률이 아닌 값을 내놓았습니다: {likely} → 다른 모델을 쓰세요.")
            self._deadline.left()  # what came too late doesn't count
            self._said[asked] = likely
        return self._said[asked]

    def failed(self, judge: Judge, why: str, remedy: str = _COMPARE) -> Stage:
        """The stage of a judge that did not run."""
        note = f"모델의 판정({judge.name})을 {why} 못했습니다. → {remedy}"
        return self._failed.setdefault(judge.name, Stage(judge.name, False, note))

    def failure(self, judge: Judge) -> Stage | None:
        """The stage of ``judge`` where it failed before."""
        return self._failed.get(judge.name)


def judged(
    report: Report, judge: Judge, spans: Mapping[int, Alignment | None], asking: Asking
) -> Report:
    """``report`` after ``judge`` was asked of each claim that is supported in its own words.

    ``spans`` are the claims' by their starts. A stage says whether the judge ran.
    """
    if failure := asking.failure(judge):
        return replace(report, stages=(*report.stages, failure))
    claims = list(report.claims)
    try:
        for at, claim in enumerate(claims):
            near = spans.get(claim.start)
            if near and claim.supported and not claim.quoted:
                likely = asking.probability(judge, claim.text, _shown(near))
                claims[at] = _with(claim, likely)
        stage = Stage(judge.name, True, _note(report.claims, claims))
    except OutOfTimeError:
        stage = asking.failed(judge, "시간 안에 마치지")
    except Exception as error:  # what it denied so far stays denied
        why = " ".join(str(error).split()) or type(error).__name__
        logger.warning("모델의 판정(%s)을 받지 못했습니다: %s", judge.name, why)
        logger.debug("judge %s", judge.name, exc_info=True)
        stage = asking.failed(judge, "받지", _DOCTOR)
    return replace(report, claims=tuple(claims), stages=(*report.stages, stage))


def _with(claim: Claim, likely: float) -> Claim:
    denied = likely < ENTAILED
    score = min(claim.score, likely)
    if denied:
        return replace(claim, supported=False, citation=None, score=score)
    return replace(claim, score=score)


def _note(before: tuple[Claim, ...], after: list[Claim]) -> str:
    supported = [claim for claim in before if claim.supported]
    if not supported:
        return "모델에 물을 문장이 없습니다: 원문에서 확인된 문장이 없습니다."
    asked = sum(not claim.quoted for claim in supported)
    if not asked:
        return "모델에 물을 문장이 없습니다: 확인된 문장은 모두 원문 그대로입니다."
    denied = len(supported) - sum(claim.supported for claim in after)
    return f"모델에 문장 {asked}개를 다시 물었고 {denied}개를 부인했습니다."


def _shown(near: Alignment) -> str:
    """The passage that a judge reads, with its place."""
    passage = near.source.passage
    place = " ".join(part for part in (passage.document, passage.article) if part)
    return f"{place}\n{passage.text}" if place else passage.text
