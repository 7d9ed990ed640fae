"""Take out of an answer what the passages don't say, or put in what they say instead."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from onprem_rag.korean.references import CIRCLED, find_references
from onprem_rag.korean.text import sentences
from onprem_rag.records import Finding, Passage, Report, Verdict
from onprem_rag.verify.checker import check

_EMPTY_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Correction:
    """A corrected answer; ``removed`` are the sentences that were taken out, in order."""

    text: str
    removed: tuple[str, ...]


def correct(answer: str, report: Report, passages: Sequence[Passage]) -> Correction:
    """Replace contradicted facts by the source's where that is unambiguous, else drop sentences.

    A sentence with a replaced fact stays only if it then passes the check on its own. What a
    stage that did not run would have found is unknown, so the caller checks the result again.
    """
    kept: list[tuple[int, int, str]] = []
    removed: list[str] = []
    for start, end in sentences(answer):
        mended = _mend(answer, start, end, report, passages)
        if mended is None:
            removed.append(answer[start:end])
        else:
            kept.append((start, end, mended))
    text = _join(answer, kept) if removed else _replaced(answer, kept)
    return Correction(text, tuple(removed))


def _mend(
    answer: str, start: int, end: int, report: Report, passages: Sequence[Passage]
) -> str | None:
    """Return the sentence as it may stay, or ``None``."""
    sentence = answer[start:end]
    claims = [c for c in report.claims if start <= c.start and c.end <= end]
    inside = [v for v in report.verdicts if start <= v.fact.start and v.fact.end <= end]
    wrong = [v for v in inside if v.finding in (Finding.CONTRADICTED, Finding.ABSENT)]
    if not wrong:
        return sentence if all(claim.supported for claim in claims) else None
    if not _is_unambiguous(wrong):
        return None
    for verdict in sorted(wrong, key=lambda v: -v.fact.start):
        new = _replacement(verdict)
        if new is None:
            return None
        at = verdict.fact.start - start
        sentence = sentence[:at] + new + sentence[at + len(verdict.fact.text) :]
    again = check(sentence, passages)
    settled = all(v.finding is Finding.SUPPORTED for v in again.verdicts)
    return sentence if settled and all(claim.supported for claim in again.claims) else None


def _is_unambiguous(wrong: Sequence[Verdict]) -> bool:
    """Each fact has a source of its own: two that would become the same one were a list."""
    sources = Counter((v.source.start, v.source.end) if v.source else None for v in wrong)
    return None not in sources and all(count == 1 for count in sources.values())


def _replacement(verdict: Verdict) -> str | None:
    source = verdict.source
    if source is None or verdict.fact.kind != "reference":
        return source.text if source else None
    stated = find_references(source.text)
    if len(stated) == 1 and stated[0].text == source.text:
        return source.text
    paragraph = source.paragraph if "항" in verdict.fact.value else None
    if paragraph and paragraph in CIRCLED:
        return f"{source.article}제{CIRCLED.index(paragraph) + 1}항"
    return source.article


def _replaced(answer: str, kept: Sequence[tuple[int, int, str]]) -> str:
    """Put the mended sentences in place and leave every other character as it is."""
    text = answer
    for start, end, sentence in reversed(kept):
        text = text[:start] + sentence + text[end:]
    return text


def _join(answer: str, kept: Sequence[tuple[int, int, str]]) -> str:
    """Join what is left by the blanks that stood before each sentence."""
    pieces: list[str] = []
    for start, _, sentence in kept:
        gap = answer[len(answer[:start].rstrip()) : start]
        pieces.append((gap or " ") + sentence if pieces else sentence)
    return _EMPTY_LINES.sub("\n\n", "".join(pieces)).strip()
