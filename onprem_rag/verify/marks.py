"""Reference marks: taken out of a draft before it is checked, put in by its citations after."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from onprem_rag.records import Change, Citation, Claim, Passage, Report, Verdict

_MARK = re.compile(r"[ \t]*\[\d{1,3}(?:\s*[,~-]\s*\d{1,3})*\]")
_GAP = 40  # characters between two spans of one run, but for blanks: numbering, a mark


def without_marks(text: str) -> str:
    """``text`` without ``[1]`` and ``[1, 2]``, which only repeat what the check finds out."""
    return _MARK.sub("", text).strip()


def with_citations(
    text: str, report: Report, passages: Sequence[Passage], changes: Sequence[Change] = ()
) -> tuple[str, tuple[Citation, ...], Report, tuple[Change, ...]]:
    """Number the spans that supported claims stand on, and mark the claims with their numbers.

    Claims that follow each other in the answer as in the source (a sentence and its items) share
    one citation of the whole run.

    Returns the marked text, the citations ([1] is the first), and the report and the changes with
    their offsets moved along.
    """
    runs: list[tuple[Claim, Citation]] = []  # last claim of a run, and its citation
    before: Claim | None = None
    for claim in report.claims:
        if claim.supported and claim.citation:
            joined = _joined(runs[-1][1], claim.citation, passages) if runs else None
            if joined and before is runs[-1][0]:
                runs[-1] = (claim, joined)
            else:
                runs.append((claim, claim.citation))
        before = claim
    citations = list(dict.fromkeys(citation for _, citation in runs))
    inserts = [(claim.end, f" [{citations.index(citation) + 1}]") for claim, citation in runs]
    marked = text
    for at, mark in sorted(inserts, reverse=True):
        marked = marked[:at] + mark + marked[at:]

    def moved(offset: int) -> int:
        return offset + sum(len(mark) for at, mark in inserts if at <= offset)

    def moved_claim(claim: Claim) -> Claim:
        start = moved(claim.start)
        return replace(claim, start=start, end=start + claim.end - claim.start)

    def moved_verdict(verdict: Verdict) -> Verdict:
        start = moved(verdict.fact.start)
        end = start + verdict.fact.end - verdict.fact.start
        return replace(verdict, fact=replace(verdict.fact, start=start, end=end))

    shifted = replace(
        report,
        claims=tuple(moved_claim(claim) for claim in report.claims),
        verdicts=tuple(moved_verdict(verdict) for verdict in report.verdicts),
    )
    put_right = tuple(
        replace(c, start=moved(c.start), end=moved(c.start) + c.end - c.start) for c in changes
    )
    return marked, tuple(citations), shifted, put_right


def _joined(one: Citation, other: Citation, passages: Sequence[Passage]) -> Citation | None:
    """Both as one span, where they are one or ``other`` goes on right behind ``one``."""
    if one == other:
        return one
    for passage in passages:
        inside = passage.start <= one.start and other.end <= passage.end
        if passage.document_id != one.document_id or not inside:
            continue
        between = passage.text[one.end - passage.start : other.start - passage.start].strip()
        if one.end <= other.start and len(between) <= _GAP:
            text = passage.text[one.start - passage.start : other.end - passage.start]
            return replace(one, end=other.end, text=text)
    return None
