"""Records as JSON objects and as Korean text for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from onprem_rag.evaluate.retrieval import CUTS, Figures
from onprem_rag.following import named_by, referring
from onprem_rag.generate.preview import Preview
from onprem_rag.records import Answer, Citation, Finding, Guard, Hit, Report, Status, Verdict

STATUS_NAMES = {
    Status.FAQ: "승인된 답변",
    Status.VERIFIED: "확인됨",
    Status.CORRECTED: "수정됨",
    Status.UNVERIFIED: "확인되지 않음",
    Status.REFUSED: "모른다 · 규정에서 찾지 못함",
}
FINDING_NAMES = {
    Finding.SUPPORTED: "원문과 같음",
    Finding.CONTRADICTED: "원문과 다름",
    Finding.ABSENT: "원문에 없음",
    Finding.NOT_CHECKED: "확인하지 못함",
}
# What kept numbers and references of an answer to those of the rules.
GUARD_NAMES = {
    Guard.QUOTED: "규정 원문을 그대로 인용한 답변입니다.",
    Guard.WRITING: "숫자와 조문은 규정에 있는 것만 쓰도록 막고 작성했습니다.",
    Guard.CHECKED: "숫자와 조문은 작성한 뒤 규정과 대조했습니다.",
}


def answer_json(answer: Answer) -> dict[str, Any]:
    """The object that ``ask --json`` prints."""
    return {
        "question": answer.question,
        "understood": answer.understood or answer.question,
        "status": answer.status.value,
        "answer": answer.text,
        "citations": [
            {**_citation_json(citation), "referred_from": _origin(citation, answer)}
            for citation in answer.citations
        ],
        "facts": [_verdict_json(verdict) for verdict in answer.verdicts],
        "hits": [
            {
                "document": hit.passage.document,
                "article": hit.passage.article,
                "score": hit.score,
                "referred_from": named_by(hit),
            }
            for hit in answer.hits
        ],
        "timings_ms": dict(answer.timings_ms),
        "stages": [{"name": s.name, "ran": s.ran, "note": s.note} for s in answer.stages],
        "removed": list(answer.removed),
        "generator": answer.generator,
        "guard": answer.guard.value,
    }


def answer_text(answer: Answer) -> str:
    """The answer with its badge, citations and facts."""
    lines = [f"[{STATUS_NAMES[answer.status]}] {answer.text}"]
    if answer.understood:
        lines.insert(0, f"이해한 질문: {answer.understood}")
    for number, citation in enumerate(answer.citations, start=1):
        origin = f" ({by})" if (by := _origin(citation, answer)) else ""
        lines.append(f"  근거 {number}. {_place(citation)}{origin}")
        lines.append(f"     “{' '.join(citation.text.split())[:200]}”")
    for verdict in answer.verdicts:
        lines.append(f"  사실: {verdict.fact.text} — {FINDING_NAMES[verdict.finding]}")
    lines += [f"  삭제: {sentence}" for sentence in answer.removed]
    lines += [f"  참고: {stage.note}" for stage in answer.stages if not stage.ran]
    if answer.guard is not Guard.QUOTED:
        lines.append(f"  참고: {GUARD_NAMES[answer.guard]}")
    return "\n".join(lines)


def hits_json(question: str, hits: Sequence[Hit]) -> dict[str, Any]:
    """The object that ``search --json`` prints."""
    return {
        "question": question,
        "hits": [
            {
                "document": hit.passage.document,
                "article": hit.passage.article,
                "paragraph": hit.passage.paragraph,
                "page": hit.passage.page,
                "title": hit.passage.title,
                "text": hit.passage.text,
                "score": hit.score,
                "channels": dict(hit.channels),
            }
            for hit in hits
        ],
    }


def hits_text(hits: Sequence[Hit]) -> str:
    """A line a hit, with the score of every channel."""
    if not hits:
        return "맞는 조문이 없습니다."
    lines = []
    for number, hit in enumerate(hits, start=1):
        passage = hit.passage
        place = " ".join(p for p in (passage.document, passage.article, passage.paragraph) if p)
        channels = " ".join(f"{name} {score:.3f}" for name, score in hit.channels)
        lines.append(f"{number:>2}. {hit.score:.3f} ({channels}) {place} {passage.title}")
        lines.append(f"      {' '.join(passage.text.split())[:80]}")
    return "\n".join(lines)


def preview_json(preview: Preview) -> dict[str, Any]:
    """The object that ``prompt preview --json`` prints."""
    return {
        "messages": [
            {"role": one.role, "text": one.text, "tokens": one.tokens} for one in preview.messages
        ],
        "tokens": preview.total,
        "exact": preview.exact,
        "limit": preview.limit,
        "reserved": preview.reserved,
    }


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


def report_json(report: Report) -> dict[str, Any]:
    """The object that ``verify --json`` prints."""
    return {
        "status": "verified" if report.verified else "unverified",
        "facts": [_verdict_json(verdict) for verdict in report.verdicts],
        "claims": [{"text": c.text, "supported": c.supported} for c in report.claims],
        "stages": [{"name": s.name, "ran": s.ran, "note": s.note} for s in report.stages],
    }


def report_text(report: Report) -> str:
    """The checker's findings, a line each."""
    lines = [f"[{STATUS_NAMES[Status.VERIFIED if report.verified else Status.UNVERIFIED]}]"]
    for claim in report.claims:
        lines.append(f"  문장: {claim.text} — {'확인' if claim.supported else '근거 없음'}")
    for verdict in report.verdicts:
        lines.append(f"  사실: {verdict.fact.text} — {FINDING_NAMES[verdict.finding]}")
    lines += [f"  참고: {stage.note}" for stage in report.stages if not stage.ran]
    return "\n".join(lines)


def figures_json(figures: Figures) -> dict[str, Any]:
    """The object that ``eval --json`` prints."""
    return {
        "questions": figures.questions,
        "unanswerable": figures.unanswerable,
        **{f"hit@{cut}": round(v, 4) for cut, v in zip(CUTS, figures.hit, strict=True)},
        **{f"recall@{cut}": round(v, 4) for cut, v in zip(CUTS, figures.recall, strict=True)},
        "mrr": round(figures.mrr, 4),
        "p50_ms": round(figures.p50_ms, 2),
        "p95_ms": round(figures.p95_ms, 2),
    }


def figures_text(figures: Figures) -> str:
    """A small table."""
    lines = [f"질문 {figures.questions}개 (답이 없는 질문 {figures.unanswerable}개는 제외)"]
    for cut, hit, recall in zip(CUTS, figures.hit, figures.recall, strict=True):
        lines.append(f"  hit@{cut:<2} {hit:.3f}   recall@{cut:<2} {recall:.3f}")
    lines.append(f"  MRR    {figures.mrr:.3f}")
    lines.append(f"  응답 시간 p50 {figures.p50_ms:.1f} ms, p95 {figures.p95_ms:.1f} ms")
    return "\n".join(lines)


def _origin(citation: Citation, answer: Answer) -> str:
    """ "제5조에서 준용" for a citation of what another passage refers to, else ""."""
    hit = referring(citation, answer.hits)
    return named_by(hit) if hit else ""


def _place(citation: Citation) -> str:
    page = f"({citation.page}쪽)" if citation.page else ""
    parts = (citation.document, citation.article, citation.paragraph, page)
    return " ".join(part for part in parts if part)


def _citation_json(citation: Citation) -> dict[str, Any]:
    return {
        "document": citation.document,
        "article": citation.article,
        "paragraph": citation.paragraph,
        "page": citation.page,
        "start": citation.start,
        "end": citation.end,
        "text": citation.text,
    }


def _verdict_json(verdict: Verdict) -> dict[str, Any]:
    return {
        "kind": verdict.fact.kind,
        "text": verdict.fact.text,
        "value": verdict.fact.value,
        "verdict": verdict.finding.value,
        "source": _citation_json(verdict.source) if verdict.source else None,
    }
