"""20,000 random answers and passages, with stages that fail at random: what must never happen.

``python -m tests.bench fuzz`` runs them all, ``python -m tests.bench.fuzz 17 230`` shows those of
these numbers. The checker's reports are judged here by rules of their own, which share no code
with it: a number or an article that stands in none of the passages is looked for with a plain
regular expression and in the value that it has however it is spelled.
"""

from __future__ import annotations

import logging
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from onprem_rag.records import Citation, Passage, Report
from onprem_rag.verify.correct import correct
from tests.bench.fuzz_cases import Case, case_of, pool_of
from tests.bench.fuzz_numbers import strangers
from tests.bench.fuzz_stages import Rig, rig_of

COUNT = 20_000
LONGEST_S = 2.0


@dataclass(frozen=True, slots=True)
class Ending:
    """What became of one case."""

    case: Case
    how: str  # what failed, or "all runs"
    failed: bool  # whether what was to fail was reached
    verified: bool
    corrected: bool  # what was left after the correction is verified and another text
    seconds: float  # of processor time: check, correction and check again
    faults: tuple[str, ...]


def endings(pool: Sequence[Passage], numbers: Sequence[int]) -> Iterator[Ending]:
    """What becomes of each case, one after the other."""
    for number in numbers:
        yield ending(case_of(pool, number), rig_of(number))


def ending(case: Case, rig: Rig) -> Ending:
    """Check and correct; never raises."""
    began = time.process_time()
    faults: list[str] = []
    report, failed, corrected = None, False, False
    try:
        with rig.broken():
            report = rig.checker.check(case.answer, case.passages)
            failed = rig.failed
            faults += _faults(case.answer, report, case.passages, rig)
            correction = correct(case.answer, report, case.passages, rig.checker.check)
            rig.forget()
            again = rig.checker.check(correction.text, case.passages)
        corrected = again.verified and correction.text != case.answer
        faults += [f"corrected: {f}" for f in _faults(correction.text, again, case.passages, rig)]
        for change in correction.changes:
            inside = 0 <= change.start <= change.end <= len(correction.text)
            if not inside or change.old not in case.answer:
                faults.append(f"corrected: a change lies outside: {change}")
    except Exception as error:  # that is what is looked for
        failed = True
        faults.append(f"{'check' if report is None else 'correct'} raised {error!r}"[:200])
    seconds = time.process_time() - began
    if seconds > LONGEST_S:
        faults.append(f"{seconds:.1f} s")
    verified = report is not None and report.verified
    return Ending(case, rig.how, failed, verified, corrected, seconds, tuple(faults))


# --- what must hold of a report ------------------------------------------------------------------
def _faults(answer: str, report: Report, passages: Sequence[Passage], rig: Rig) -> Iterator[str]:
    yield from _spans(answer, report, passages)
    ran = {stage.name for stage in report.stages if stage.ran}
    if not report.verified:
        return
    if missing := {"claims", "facts", *(judge.name for judge in rig.judges)} - ran:
        yield f"verified without {', '.join(sorted(missing))}"
    if rig.failed:
        yield f"verified though {rig.how}"
    if rig.how == "no time":
        yield "verified in no time"
    if not any(character.isalnum() for character in answer):
        yield "verified where nothing stands"
    if not any(passage.text.strip() for passage in passages):
        yield "verified without passages"
    if unknown := strangers(answer, passages):
        yield f"verified with what no passage states: {', '.join(unknown)}"


def _spans(answer: str, report: Report, passages: Sequence[Passage]) -> Iterator[str]:
    for claim in report.claims:
        if not claim.text or answer[claim.start : claim.end] != claim.text:
            yield f"a claim's span: {claim.start, claim.end}"
        if not 0 <= claim.score <= 1:
            yield f"a claim's score: {claim.score}"
        if claim.supported and claim.citation is None:
            yield "a supported claim without citation"
        if claim.citation and not _stands(claim.citation, passages):
            yield f"a claim's citation: {claim.citation}"
    for verdict in report.verdicts:
        fact = verdict.fact
        if not 0 <= fact.start < fact.end or answer[fact.start : fact.end] != fact.text:
            yield f"a fact's span: {fact}"
        for citation in (verdict.source, verdict.elsewhere):
            if citation and not _stands(citation, passages):
                yield f"a fact's citation: {citation}"


def _stands(citation: Citation, passages: Sequence[Passage]) -> bool:
    """Whether a passage of that document has that text at that place."""
    return bool(citation.text) and any(
        one.start <= citation.start < citation.end <= one.end
        and (one.document, one.document_id) == (citation.document, citation.document_id)
        and one.text[citation.start - one.start : citation.end - one.start] == citation.text
        for one in passages
    )


# --- the benchmark -------------------------------------------------------------------------------
def fuzz(shared: Path, _: Path) -> None:
    """20,000 cases: how many were verified, and every fault."""
    pool = pool_of(shared)
    began = time.perf_counter()
    cases: Counter[str] = Counter()
    verified: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    slowest = 0.0
    logging.disable()  # the checker tells each stage that fails, and they are made to
    for found in endings(pool, range(COUNT)):
        kind = found.case.made if not found.failed else f"failed: {found.how}"
        cases[kind] += 1
        verified[kind] += found.verified
        slowest = max(slowest, found.seconds)
        for fault in found.faults:
            faults[fault.partition(":")[0]] += 1
            print(f"  case {found.case.number} ({found.case.made}; {found.how}): {fault}")
    logging.disable(logging.NOTSET)
    for kind, count in sorted(cases.items()):
        print(f"  {kind:<36} {count:>6}  verified {verified[kind]:>6}")
    print(
        f"{COUNT:,} cases of {len(pool):,} passages in {time.perf_counter() - began:.0f} s; "
        f"slowest {slowest:.2f} s; faults: {dict(faults) or 'none'}"
    )


def main(numbers: Sequence[str]) -> int:
    """Show some cases."""
    shared = Path(__file__).resolve().parents[3] / "shared" / "data"
    pool = pool_of(shared if shared.is_dir() else None)
    for found in endings(pool, [int(number) for number in numbers]):
        print(f"== {found.case.number}: {found.case.made}; {found.how}; verified {found.verified}")
        print(f"   {found.case.answer!r}")
        for passage in found.case.passages:
            print(f"   [{passage.document} {passage.article}] {passage.text!r}")
        print(f"   {found.seconds:.3f} s; faults: {found.faults}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
