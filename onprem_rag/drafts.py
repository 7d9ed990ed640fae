"""A draft, checked and corrected, and what of it is let out as an answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from onprem_rag.absence import NO_ANSWER
from onprem_rag.config import Config
from onprem_rag.following import context
from onprem_rag.generate.interface import REFUSAL, Generator
from onprem_rag.records import MODEL, Answer, Hit, Showing, Stage, Status
from onprem_rag.verify.marks import with_citations, without_marks
from onprem_rag.verify.standalone import examine
from onprem_rag.view import View

QUOTED_INSTEAD = "그래서 규정 원문을 인용했습니다."
HELD = "답변을 확인하지 못해 보여 드리지 않습니다. 아래 조문을 직접 읽어 보십시오."
NOT_DONE = "확인을 마치지 못했습니다."

# A model may emphasise or quote it; 모른다고 말한 … is no refusal.
_REFUSED = re.compile(rf"[\W_]*{REFUSAL}(?![가-힣])")


def checked(
    view: View, question: str, draft: str, hits: Sequence[Hit], writer: Generator, count: int
) -> Answer:
    """The draft after checking and correcting: verified, corrected, unverified or refused.

    ``count`` is how many passages the writer was given.
    """
    refused = Answer(
        question,
        Status.REFUSED,
        NO_ANSWER,
        hits=tuple(hits),
        generator=writer.name,
        guard=writer.guard,
    )
    passages = [hit.passage for hit in context(hits, count)]
    text = without_marks(draft)
    if not text or _REFUSED.match(text):
        return refused
    found = examine(text, passages, view.checker)
    removed = found.correction.removed
    if not found.correction.text.strip():
        return replace(refused, stages=found.report.stages, removed=removed)
    text, citations, report, changes = with_citations(
        found.correction.text, found.corrected, passages, found.correction.changes
    )
    status = Status.CORRECTED if report.verified else Status.UNVERIFIED
    if found.report.verified:
        status = Status.VERIFIED
    if not citations and report.compared:  # never an answer without a citation
        return replace(refused, stages=report.stages, removed=removed or (text,))
    return replace(
        refused,
        status=status,
        text=text,
        citations=citations,
        verdicts=report.verdicts,
        stages=report.stages,
        removed=removed,
        changes=changes,
    )


def quoted(
    view: View, question: str, hits: Sequence[Hit], why: str, failed: Answer, config: Config
) -> Answer:
    """The rules' own words in the place of a model's draft that ``failed``, and ``why``."""
    draft = "".join(view.extractive.stream(question, hits))
    answer = checked(view, question, draft, hits, view.extractive, config.search.passages)
    unseen = answer.status is Status.REFUSED or is_held(answer, config)
    note = why if unseen else f"{why} {QUOTED_INSTEAD}"
    stages = (*answer.stages, Stage(MODEL, False, note))
    return replace(answer, stages=stages, removed=(*failed.removed, *answer.removed))


def is_held(answer: Answer, config: Config) -> bool:
    """Whether nothing of it is let out: as configured, or because it can cite nothing."""
    if answer.status is not Status.UNVERIFIED:
        return False
    return config.verify.unverified is Showing.HOLD or not answer.citations


def shown(answer: Answer, config: Config) -> Answer:
    """``answer`` as ``config`` lets it out: nothing of what is held back."""
    held = is_held(answer, config)
    showing = Showing.HOLD if held else config.verify.unverified
    answer = replace(answer, showing=showing)
    if showing is Showing.HOLD:
        stages = tuple(map(_without_draft, answer.stages))
        answer = replace(answer, removed=(), stages=stages)
    if not held:
        return answer
    return replace(answer, text=HELD, citations=(), verdicts=(), changes=())


def _without_draft(stage: Stage) -> Stage:
    """``stage`` without its reason, which may quote the draft."""
    return stage if stage.ran or stage.name == MODEL else replace(stage, note=NOT_DONE)
