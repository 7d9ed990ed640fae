"""Records as Korean lines for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from onprem_rag.evaluate.retrieval import CUTS, Figures
from onprem_rag.generate.preview import Preview
from onprem_rag.records import MODEL, Answer, Claim, Finding, Guard, Hit, Report, Status, Verdict
from onprem_rag.report.words import (
    FINDING_NAMES,
    GUARD_NAMES,
    REST_DIFFERS,
    STATUS_NAMES,
    WARNING,
    as_of_line,
    edition,
    explained,
    first_line,
    listed,
    method,
    origin,
    passage_name,
    place,
    quoted,
    to_read,
    told,
    visible,
    warnings,
)


def answer_text(answer: Answer) -> str:
    """The answer with its badge, citations and facts, or with the passages to read."""
    answer = visible(answer)
    lines = [f"이해한 질문: {answer.understood}"] if answer.understood else []
    lines += [line] if (line := as_of_line(answer)) else []
    if unsure := warnings(answer):
        lines += [f"⚠ {WARNING}", *(f"  - {line}" for line in unsure)]
    lines.append(f"[{STATUS_NAMES[answer.status]}] {answer.text}")
    lines += _evidence(answer)
    for number, passage in enumerate(to_read(answer), start=1):
        lines += [
            f"  읽어 볼 조문 {number}. {passage_name(passage)}",
            f"     “{first_line(passage)}”",
        ]
    for stage in answer.stages:
        if not stage.ran and (stage.name == MODEL or not unsure):  # the others are in the warning
            lines.append(f"  참고: {stage.note if stage.name == MODEL else told(stage)}")
    if how := method(answer):
        lines.append(f"  확인 방법: {how}")
    if answer.guard is not Guard.QUOTED and answer.citations:  # else nothing is said
        lines.append(f"  참고: {GUARD_NAMES[answer.guard]}")
    return "\n".join(lines)


def _evidence(answer: Answer) -> list[str]:
    """Citations, facts, and what was put right or taken out."""
    lines = []
    for number, citation in enumerate(answer.citations, start=1):
        by = origin(citation, answer)
        name = f"{place(citation)} ({by})" if by else place(citation)
        name = " · ".join(filter(None, (name, edition(citation))))
        lines += [f"  근거 {number}. {name}", f"     “{quoted(citation)}”"]
    lines += _facts(answer.verdicts)
    for change in answer.changes:
        lines.append(f"  수정: {change.old} → {answer.text[change.start : change.end]}")
    return lines + [f"  삭제: {sentence}" for sentence in answer.removed]


def _facts(verdicts: Sequence[Verdict]) -> list[str]:
    lines = []
    for verdict in listed(verdicts):
        lines.append(f"  사실: {verdict.fact.text} — {FINDING_NAMES[verdict.finding]}")
        lines += [f"     {words}"] if (words := explained(verdict)) else []
    return lines


def hits_text(hits: Sequence[Hit]) -> str:
    """A line a hit, with the score of every channel."""
    if not hits:
        return "맞는 조문이 없습니다."
    lines = []
    for number, hit in enumerate(hits, start=1):
        passage = hit.passage
        place = " ".join(p for p in (passage.document, passage.article, passage.paragraph) if p)
        channels = " ".join(f"{name} {score:.3f}" for name, score in hit.channels)
        name = " · ".join(filter(None, (f"{place} {passage.title}".rstrip(), edition(hit))))
        lines.append(f"{number:>2}. {hit.score:.3f} ({channels}) {name}")
        lines.append(f"      {' '.join(passage.text.split())[:80]}")
    return "\n".join(lines)


def preview_text(preview: Preview) -> str:
    """The messages as they would be sent, with their tokens."""
    about = "" if preview.exact else "많아야 "
    lines = []
    for one in preview.messages:
        lines += [f"[{one.role}] {about}{one.tokens:,}토큰", one.text, ""]
    lines.append(
        f"모두 {about}{preview.total:,}토큰 (문맥 {preview.limit:,}토큰 가운데 "
        f"답변에 {preview.reserved:,}토큰을 남김)"
    )
    if not preview.exact:
        lines.append("참고: 토크나이저가 이 기기에 없어 어림한 상한입니다.")
    return "\n".join(lines)


def report_text(report: Report) -> str:
    """The checker's findings, a line each."""
    lines = [f"[{STATUS_NAMES[Status.VERIFIED if report.verified else Status.UNVERIFIED]}]"]
    for claim in report.claims:
        found = place(claim.citation) if claim.citation else ""
        name = f"확인({found})" if found else "확인" if claim.supported else "근거 없음"
        lines.append(f"  문장: {claim.text} — {name}")
        lines += [f"     {REST_DIFFERS}."] if _rest_differs(claim, report) else []
    lines += _facts(report.verdicts)
    for stage in report.stages:
        lines.append(f"  {'✓' if stage.ran else '✗'} {told(stage)}")
    return "\n".join(lines)


def _rest_differs(claim: Claim, report: Report) -> bool:
    """Whether a claim has no support though every fact in it agrees with the source."""
    inside = [v for v in report.verdicts if claim.start <= v.fact.start < claim.end]
    agrees = all(verdict.finding is Finding.SUPPORTED for verdict in inside)
    return report.compared and agrees and not claim.supported


def figures_text(figures: Figures) -> str:
    """A small table."""
    lines = [f"질문 {figures.questions}개 (답이 없는 질문 {figures.unanswerable}개는 제외)"]
    for cut, hit, recall in zip(CUTS, figures.hit, figures.recall, strict=True):
        lines.append(f"  hit@{cut:<2} {hit:.3f}   recall@{cut:<2} {recall:.3f}")
    lines.append(f"  MRR    {figures.mrr:.3f}")
    lines.append(f"  응답 시간 p50 {figures.p50_ms:.1f} ms, p95 {figures.p95_ms:.1f} ms")
    return "\n".join(lines)
