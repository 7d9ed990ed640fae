"""The hallucination checker on faithful and wrong answers over real rules, beside two peers.

Documents are split in two halves by a hash of their title: checkers are tuned on "dev",
``make bench`` prints "test". ``python -m tests.bench.checker dev amount swap --failures 20
--cases 60`` shows what goes wrong in some ways.
"""

from __future__ import annotations

import argparse
import gc
import re
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import _lru_cache_wrapper
from inspect import signature
from pathlib import Path

from mecab import MeCab

from onprem_rag.records import Finding, Report
from onprem_rag.verify.checker import Checker
from onprem_rag.verify.correct import Correction, correct
from tests.bench.cases import Case, Shelf, all_cases
from tests.bench.faithful import RULES
from tests.bench.restored import removals, restores
from tests.bench.wrong import INSIDE

SEED = "6"
QUOTES, PARAPHRASES, WRONG = 600, 150, 180  # cases; of each rule, of each way
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one case."""

    case: Case
    report: Report
    seconds: float
    correction: Correction
    digits: bool  # flagged by the peer that looks digits up
    overlap: float  # share of words that stand in the passages

    @property
    def flagged(self) -> bool:
        """Whether the checker lets it through as verified."""
        return not self.report.verified

    @property
    def corrections(self) -> list[bool]:
        """Of each replaced value, whether the source's stands there again."""
        return restores(self.case.answer, self.case.faithful, self.correction)

    @property
    def removals(self) -> list[bool]:
        """Of each removed sentence or clause, whether it was true."""
        return removals(self.case.faithful, self.correction)


def outcomes(cases: Sequence[Case]) -> list[Outcome]:
    """Each case through the checker without a judge, with cold caches, and through the peers."""
    checker = Checker()
    checker.check(cases[0].answer, cases[0].passages)  # loads Mecab's dictionary
    forget = _caches()
    found = []
    for case in cases:
        for one in forget:
            one()
        began = time.perf_counter()
        report = checker.check(case.answer, case.passages)
        seconds = time.perf_counter() - began
        correction = Correction(case.answer, ())
        if not report.verified:
            correction = correct(case.answer, report, case.passages, checker.check)
        text = _shown(case)
        words = case.answer.split()
        found.append(
            Outcome(
                case,
                report,
                seconds,
                correction,
                digits=not set(_DIGITS.findall(case.answer)) <= set(_DIGITS.findall(text)),
                overlap=sum(word in text for word in words) / len(words),
            )
        )
    return found


def _shown(case: Case) -> str:
    return "\n".join(
        f"{passage.document} {passage.article} {passage.paragraph or ''}\n{passage.text}"
        for passage in case.passages
    )


def _caches() -> list[Callable[[], None]]:
    """What empties the product's caches of texts; those of things loaded once stay."""
    return [
        one.cache_clear
        for one in gc.get_objects()
        if isinstance(one, _lru_cache_wrapper)
        and one.__module__.startswith("onprem_rag")
        and signature(one).parameters
    ]


def _f1(flagged: Sequence[bool], wrong: Sequence[bool]) -> float:
    right = sum(a and b for a, b in zip(flagged, wrong, strict=True))
    return 2 * right / (sum(flagged) + sum(wrong)) if right else 0.0


def _best_threshold(found: Sequence[Outcome]) -> float:
    """The share of words below which the overlap peer flags, chosen on these very cases."""
    wrong = [one.case.is_wrong for one in found]
    return max(
        sorted({one.overlap for one in found} | {1.01}),
        key=lambda least: _f1([one.overlap < least for one in found], wrong),
    )


def show(found: Sequence[Outcome]) -> None:
    """The figures, each beside the peers'."""
    least = _best_threshold(found)
    peers: dict[str, Callable[[Outcome], bool]] = {
        "checker": lambda one: one.flagged,
        "digits": lambda one: one.digits,
        "overlap": lambda one: one.overlap < least,
    }
    by_way: dict[str, list[Outcome]] = defaultdict(list)
    for one in found:
        by_way[one.case.way].append(one)
    wrong = [one for one in found if one.case.is_wrong]
    true = [one for one in found if not one.case.is_wrong]
    paraphrases = [one for one in true if one.case.way != "quote"]
    print(f"{len(found)} cases: {len(wrong)} wrong, {len(true)} faithful; flagged:")
    print(f"{'':34}{'cases':>6}", *(f"{peer:>9}" for peer in peers))
    rows = [(f"wrong: {way}", by_way[way]) for way in INSIDE]
    rows += [("wrong, made of quotes", [one for one in wrong if one.case.style == "quote"])]
    rows += [("wrong, made of paraphrases", [one for one in wrong if one.case.style != "quote"])]
    rows += [("faithful: quotes", by_way["quote"]), ("faithful: paraphrases", paraphrases)]
    rows += [(f"faithful: paraphrases, {rule}", by_way[rule]) for rule in RULES]
    for name, some in rows:
        if some:
            shares = [sum(map(flags, some)) / len(some) for flags in peers.values()]
            print(f"{name:34}{len(some):6}", *(f"{share:9.4f}" for share in shares))
    truth = [one.case.is_wrong for one in found]
    scores = [_f1([flags(one) for one in found], truth) for flags in peers.values()]
    print(f"{'F1 over all':40}", *(f"{score:9.4f}" for score in scores))
    print(f"overlap's best threshold: {least:.3f}")
    made = [right for one in found for right in one.corrections]
    removed = [true for one in found for true in one.removals]
    mended = sum(bool(one.corrections) and all(one.corrections) for one in wrong)
    print(
        f"corrections: {sum(made)} of {len(made)} restore the source's value"
        + (f" ({sum(made) / len(made):.4f})" if made else "")
        + f"; {mended} of {len(wrong)} wrong answers put right; "
        f"removed: {len(removed)}, of these faithful content: {sum(removed)}"
    )
    _show_times(found)


def _show_times(found: Sequence[Outcome]) -> None:
    """The checker's time with cold caches beside Mecab's for the same two passages."""
    tagger = MeCab()
    peer = []
    for one in found[:: max(1, len(found) // 500)]:
        began = time.perf_counter()
        for passage in one.case.passages:
            tagger.pos(passage.text)
        peer.append(time.perf_counter() - began)
    ours = [one.seconds for one in found]
    print(
        f"a check with cold caches: median {1000 * statistics.median(ours):.1f} ms, "
        f"p95 {1000 * statistics.quantiles(ours, n=20)[-1]:.1f} ms; Mecab once over the two "
        f"passages: median {1000 * statistics.median(peer):.1f} ms "
        f"({statistics.median(ours) / statistics.median(peer):.1f} times)"
    )


def checker(shared: Path, work: Path) -> None:
    """``python -m tests.bench checker``"""
    began = time.perf_counter()
    shelf = Shelf(shared, work, "test")
    cases = all_cases(shelf, SEED, QUOTES, PARAPHRASES, WRONG)
    folders = Counter(map(shelf.folder_of, cases))
    print(f"{dict(folders)} made in {time.perf_counter() - began:.0f} s", flush=True)
    show(outcomes(cases))


def _print_failures(found: Sequence[Outcome], most: int) -> None:
    """The first failures of each way, and corrections that don't restore the source's value."""
    shown: dict[str, int] = defaultdict(int)
    for one in found:
        case = one.case
        failed = one.flagged != case.is_wrong
        bad = not all(one.corrections)
        mended = one.correction.text
        if not (failed or bad) or shown[case.way] == most:
            continue
        shown[case.way] += 1
        what = "MISSED" if failed and case.is_wrong else "FALSE ALARM" if failed else "FLAGGED"
        print(f"\n== {case.way} {case.style}: {what}{', BADLY CORRECTED' if bad else ''}")
        print(f"answer:   {case.answer}")
        if case.is_wrong:
            print(f"true:     {case.faithful}")
        if mended != case.answer:
            print(f"mended:   {mended}")
        for passage in case.passages:
            print(f"passage:  {passage.document} | {passage.article} {passage.paragraph or ''}")
            print("    " + passage.text.replace("\n", "\n    "))
        for claim in one.report.claims:
            if not claim.supported:
                print(f"claim:    unsupported {claim.score:.2f} {claim.text!r}")
        for verdict in one.report.verdicts:
            if verdict.finding is not Finding.SUPPORTED:
                fact, source = verdict.fact, verdict.source
                print(f"fact:     {verdict.finding} {fact.kind} {fact.text!r} = {fact.value!r}"
                      f" source {source.text if source else None!r}")  # fmt: skip


def main() -> None:
    """The development half, some ways, and what fails."""
    parser = argparse.ArgumentParser()
    parser.add_argument("half", nargs="?", choices=("dev", "test"), default="dev")
    parser.add_argument("ways", nargs="*", choices=("quote", *RULES, *INSIDE, []))
    parser.add_argument("--failures", type=int, default=0)
    parser.add_argument("--cases", type=int, default=0, help="of each way")
    parser.add_argument("--seed", default=SEED)
    parser.add_argument("--work", type=Path, default=Path("/tmp/checker-bench"))
    given = parser.parse_args()
    shared = Path(__file__).resolve().parents[3] / "shared" / "data"
    counts = (given.cases,) * 3 if given.cases else (QUOTES, PARAPHRASES, WRONG)
    shelf = Shelf(shared, given.work, given.half)
    found = outcomes(all_cases(shelf, given.seed, *counts, only=given.ways))
    _print_failures(found, given.failures)
    show(found)


if __name__ == "__main__":
    main()
