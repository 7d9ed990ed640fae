"""Records as JSON objects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from onprem_rag.evaluate.retrieval import CUTS, Figures
from onprem_rag.following import named_by
from onprem_rag.generate.preview import Preview
from onprem_rag.records import Answer, Change, Citation, Claim, Hit, Report, Stage, Verdict
from onprem_rag.report.words import origin, to_read, visible
from onprem_rag.verify.standalone import Checked


def answer_json(answer: Answer) -> dict[str, Any]:
    """The object that ``ask --json`` prints."""
    answer = visible(answer)
    return {
        "question": answer.question,
        "understood": answer.understood or answer.question,
        "as_of": answer.as_of or None,
        "note": answer.note or None,
        "status": answer.status.value,
        "showing": answer.showing.value,
        "answer": answer.text,
        "changes": _changes_json(answer.text, answer.changes),
        "citations": [
            {
                **_citation_json(citation),
                **_edition_json(citation),
                "referred_from": origin(citation, answer),
            }
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
        "to_read": [
            {
                "document": passage.document,
                "article": passage.article,
                "paragraph": passage.paragraph,
                "page": passage.page,
                "title": passage.title,
                "text": passage.text,
            }
            for passage in to_read(answer)
        ],
        "timings_ms": dict(answer.timings_ms),
        "stages": [_stage_json(stage) for stage in answer.stages],
        "removed": list(answer.removed),
        "generator": answer.generator,
        "guard": answer.guard.value,
    }


def _changes_json(text: str, changes: Sequence[Change]) -> list[dict[str, Any]]:
    """What was put right in ``text``, with the old and the new words."""
    return [
        {"old": c.old, "new": text[c.start : c.end], "start": c.start, "end": c.end}
        for c in changes
    ]


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
                **_edition_json(hit),
                "score": hit.score,
                "channels": dict(hit.channels),
            }
            for hit in hits
        ],
    }


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


def checked_json(checked: Checked) -> dict[str, Any]:
    """The object that ``verify --json`` prints: the report, and what the answer may stay as."""
    correction = checked.correction
    corrected = {
        "text": correction.text,
        "status": report_json(checked.corrected)["status"],
        "changes": _changes_json(correction.text, correction.changes),
        "removed": list(correction.removed),
    }
    return {**report_json(checked.report), "corrected": corrected}


def report_json(report: Report) -> dict[str, Any]:
    """What was found about an answer's sentences."""
    return {
        "status": "verified" if report.verified else "unverified",
        "facts": [_verdict_json(verdict) for verdict in report.verdicts],
        "claims": [_claim_json(claim) for claim in report.claims],
        "stages": [_stage_json(stage) for stage in report.stages],
    }


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


def _edition_json(one: Citation | Hit) -> dict[str, Any]:
    known = one.edition
    return {
        "version": known.number if known else None,
        "since": (known.since or None) if known else None,
    }


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


def _claim_json(claim: Claim) -> dict[str, Any]:
    return {
        "text": claim.text,
        "start": claim.start,
        "end": claim.end,
        "supported": claim.supported,
        "quoted": claim.quoted,
        "score": round(claim.score, 4),
        "citation": _citation_json(claim.citation) if claim.citation else None,
    }


def _verdict_json(verdict: Verdict) -> dict[str, Any]:
    return {
        "kind": verdict.fact.kind,
        "text": verdict.fact.text,
        "value": verdict.fact.value,
        "start": verdict.fact.start,
        "end": verdict.fact.end,
        "verdict": verdict.finding.value,
        "source": _citation_json(verdict.source) if verdict.source else None,
        "elsewhere": _citation_json(verdict.elsewhere) if verdict.elsewhere else None,
    }


def _stage_json(stage: Stage) -> dict[str, Any]:
    return {"name": stage.name, "ran": stage.ran, "note": stage.note}
