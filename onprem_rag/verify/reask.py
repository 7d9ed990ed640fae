"""Each claim is put back to the language model with the passage that it stands on."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from onprem_rag.errors import ConfigError, ModelError
from onprem_rag.records import Citation, Claim, Passage, Report, Stage

Complete = Callable[[str, Mapping[str, str]], str | None]

_YES = re.compile(r"\W*(?:(?:예|네)(?:\b|입니다)|그렇|맞습|yes\b)", re.IGNORECASE)
_NO = re.compile(r"\W*(?:아니|no\b)", re.IGNORECASE)

logger = logging.getLogger(__name__)


def reasked(report: Report, passages: Sequence[Passage], complete: Complete) -> Report:
    """``report`` with the claims unsupported that the model denies; a stage says whether it ran.

    ``complete`` writes the answer to ``prompts/verify.txt``, or None where there is no model.
    """
    claims: list[Claim] = []
    try:
        for claim in report.claims:
            claims.append(_asked(claim, passages, complete))
        denied = sum(
            old.supported and not new.supported
            for old, new in zip(report.claims, claims, strict=True)
        )
        note = f"모델에 문장 {len(claims)}개를 다시 물었고 {denied}개를 부인했습니다."
        stage = Stage("reask", True, note)
    except (ModelError, ConfigError) as error:  # ConfigError: a faulty template
        logger.warning("문장을 모델에 다시 묻지 못했습니다: %s", error)
        claims += report.claims[len(claims) :]  # what it denied so far stays denied
        stage = Stage("reask", False, "문장을 모델에 다시 묻지 못했습니다. 원문과 대조하십시오.")
    return replace(report, claims=tuple(claims), stages=(*report.stages, stage))


def _asked(claim: Claim, passages: Sequence[Passage], complete: Complete) -> Claim:
    """``claim``, unsupported where the model says so. Raises ModelError for no clear answer."""
    if not claim.supported or claim.citation is None:
        return claim
    values = {"claim": claim.text, "passages": _passage_of(claim.citation, passages)}
    said = complete("verify", values) or ""
    if _NO.match(said):
        return replace(claim, supported=False)
    if _YES.match(said):
        return claim
    raise ModelError(f"예나 아니요로 답하지 않았습니다: {said[:50]!r} → 다른 모델을 쓰세요.")


def _passage_of(citation: Citation, passages: Sequence[Passage]) -> str:
    """The text of the passage that holds the cited span, with its place."""
    for passage in passages:
        same = passage.document_id == citation.document_id
        if same and passage.start <= citation.start and citation.end <= passage.end:
            place = " ".join(part for part in (passage.document, passage.article) if part)
            return f"{place}\n{passage.text}"
    return citation.text
