"""THE CHECK: every statement of an answer against the passages, then every fact, then judges."""

from __future__ import annotations

import logging
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from onprem_rag.errors import ConfigError
from onprem_rag.korean.facts import KINDS
from onprem_rag.korean.kind import Kind
from onprem_rag.korean.script import Script
from onprem_rag.records import Claim, Fact, Finding, Passage, Report, Stage, Verdict
from onprem_rag.verify.aligning import align_claims, is_sound
from onprem_rag.verify.alignment import Alignment
from onprem_rag.verify.claims import without_bullet
from onprem_rag.verify.deadline import Deadline, OutOfTimeError
from onprem_rag.verify.judge import Judge
from onprem_rag.verify.judging import Asking, judged
from onprem_rag.verify.listing import meant_by
from onprem_rag.verify.meaning import has_numbers
from onprem_rag.verify.places import citation
from onprem_rag.verify.sources import read_facts
from onprem_rag.verify.verdicts import (
    MOST_FACTS,
    Aligned,
    Case,
    CrowdedError,
    of_statement,
)

logger = logging.getLogger(__name__)

TIMEOUT_S = 20.0

_LONGEST_LISTED = 20_000  # characters of an answer whose unchecked facts are listed

_COMPARE = "답변을 원문과 직접 대조하십시오."
_NOT_ALIGNED = f"문장 대조를 실행하지 못했습니다. → {_COMPARE}"


class Checker:
    """Checks answers by the stages that the configuration names. One serves all threads."""

    def __init__(
        self,
        kinds: tuple[Kind, ...] = KINDS,
        judges: Sequence[Judge] = (),
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._kinds = kinds
        self._judges = tuple(judges)
        self._timeout_s = timeout_s

    def asking(self) -> Asking:
        """For several checks of one answer: no judge is asked twice, and all share one time."""
        return Asking(self._timeout_s)

    def check(
        self, answer: str, passages: Sequence[Passage], asking: Asking | None = None
    ) -> Report:
        """Check ``answer`` against ``passages``; never raises, a stage that fails did not run."""
        report, spans = self._compared(answer, passages)
        if answer.strip() and passages:
            asking = asking or self.asking()
            for judge in self._judges:
                report = judged(report, judge, spans, asking)
        return replace(report, stages=(self._note(report), *report.stages[1:]))

    def compare(self, answer: str, passages: Sequence[Passage]) -> Report:
        """``check`` by words and facts alone, without the judges."""
        return self._compared(answer, passages)[0]

    def _compared(
        self, answer: str, passages: Sequence[Passage]
    ) -> tuple[Report, dict[int, Alignment | None]]:
        """The report before any judge was asked, and the claims' spans by their starts."""
        if not answer.strip() or not passages:
            return self._nothing(answer, passages), {}
        deadline = Deadline(self._timeout_s)
        aligned, claims_stage = self._aligned(answer, passages, deadline)
        verdicts, facts_stage = self._verdicts(answer, passages, aligned, deadline)
        try:
            claims = _claims(answer, passages, aligned, verdicts, facts_stage.ran)
        except Exception:
            logger.exception("The claims of an answer could not be judged")
            claims, claims_stage = (), Stage("claims", False, _NOT_ALIGNED)
        spans = {one.statement.start: one.alignment for one in aligned}
        return Report(claims, verdicts, (claims_stage, facts_stage)), spans

    def _aligned(
        self, answer: str, passages: Sequence[Passage], deadline: Deadline
    ) -> tuple[tuple[Aligned, ...], Stage]:
        try:
            aligned = align_claims(answer, passages, self._kinds, deadline)
        except OutOfTimeError:
            note = f"문장 대조를 {self._timeout_s:g}초 안에 마치지 못했습니다. → {_COMPARE}"
            return (), Stage("claims", False, note)
        except ConfigError as error:  # a pattern of the configuration takes too long
            return (), Stage("claims", False, " ".join(str(error).split()))
        except Exception:
            # Whatever went wrong, the answer must not count as checked.
            logger.exception("The claims of an answer could not be aligned")
            return (), Stage("claims", False, _NOT_ALIGNED)
        if not any(one.statement.is_claim for one in aligned):
            note = f"답변에서 대조할 문장을 찾지 못했습니다. → {_COMPARE}"
            return aligned, Stage("claims", False, note)
        return aligned, Stage("claims", True)

    def _verdicts(
        self,
        answer: str,
        passages: Sequence[Passage],
        aligned: Sequence[Aligned],
        deadline: Deadline,
    ) -> tuple[tuple[Verdict, ...], Stage]:
        unread: list[str] = []
        try:
            verdicts = judge_facts(answer, passages, aligned, self._kinds, deadline)
            unread = _unread(answer, aligned, verdicts)
        except OutOfTimeError:
            note = f"사실 대조를 {self._timeout_s:g}초 안에 마치지 못했습니다. → {_COMPARE}"
        except CrowdedError:
            note = f"한 문장에 사실이 {MOST_FACTS}개가 넘어 대조하지 못했습니다. → {_COMPARE}"
        except ConfigError as error:
            note = " ".join(str(error).split())
        except Exception:
            logger.exception("The facts of an answer could not be judged")
            note = "사실 대조를 실행하지 못했습니다. → 숫자와 조문 번호를 원문과 직접 대조하십시오."
        else:
            if not unread:
                return verdicts, Stage("facts", True, _facts_note(verdicts))
            note = f"사실을 읽지 못한 문장이 {len(unread)}개 있습니다. → {_COMPARE}"
        return self._not_checked(answer), Stage("facts", False, note)

    def _not_checked(self, answer: str) -> tuple[Verdict, ...]:
        listed = answer[:_LONGEST_LISTED]  # nobody reads more of them, and the time may be over
        found: list[Fact] = []
        for kind in self._kinds:  # one that fails must not hide what the others find
            try:
                found += read_facts(listed, (kind,))
            except ConfigError:  # its stage says so
                continue
            except Exception:
                logger.exception("The facts of an answer could not be read")
        found.sort(key=lambda fact: (fact.start, fact.end))
        return tuple(Verdict(fact, Finding.NOT_CHECKED) for fact in found)

    def _nothing(self, answer: str, passages: Sequence[Passage]) -> Report:
        if passages:
            note = "답변이 비어 있어 대조하지 않았습니다."
        else:
            note = "대조할 조문이 없어 확인하지 않았습니다. → 근거가 될 조문을 함께 주십시오."
        names = ("claims", "facts", *(judge.name for judge in self._judges))
        stages = tuple(Stage(name, False, note) for name in names)
        return Report((), self._not_checked(answer), stages)

    def _note(self, report: Report) -> Stage:
        """The claims stage with what came out of it in the end."""
        stage = report.stages[0]
        if not stage.ran:
            return stage
        supported = sum(claim.supported for claim in report.claims)
        note = f"문장 {len(report.claims)}개 중 {supported}개를 원문에서 확인했습니다."
        if not self._judges:
            note += " (모델 없이 낱말로 대조했습니다)"
        return replace(stage, note=note)


# --- facts ---------------------------------------------------------------------------------------
def judge_facts(
    answer: str,
    passages: Sequence[Passage],
    aligned: Sequence[Aligned],
    kinds: tuple[Kind, ...],
    deadline: Deadline,
) -> tuple[Verdict, ...]:
    """A verdict on each fact of ``answer``, by the span that its statement is aligned with."""
    case = Case.of(answer, passages, kinds, deadline)
    facts = read_facts(answer, kinds)
    found: dict[Fact, Verdict] = {}
    for at, one in enumerate(aligned):
        deadline.left()
        meant = meant_by(answer, aligned, at)
        found |= {verdict.fact: verdict for verdict in of_statement(case, one, meant)}
    # What stands in no statement, or across two, nobody has looked at.
    return tuple(found.get(fact) or Verdict(fact, Finding.NOT_CHECKED) for fact in facts)


def _unread(answer: str, aligned: Sequence[Aligned], verdicts: Sequence[Verdict]) -> list[str]:
    """The claims in words of their own in which no fact of any kind could be read."""
    starts = [verdict.fact.start for verdict in verdicts]
    return [
        answer[one.statement.start : one.statement.end]
        for one in aligned
        if one.statement.is_claim
        and not (one.alignment and one.alignment.exact)
        and bisect_left(starts, one.statement.start) == bisect_left(starts, one.statement.end)
    ]


def _facts_note(verdicts: Sequence[Verdict]) -> str:
    supported = sum(verdict.finding is Finding.SUPPORTED for verdict in verdicts)
    return f"사실 {len(verdicts)}개 중 {supported}개를 원문에서 확인했습니다."


# --- the report ----------------------------------------------------------------------------------
def _claims(
    answer: str,
    passages: Sequence[Passage],
    aligned: Sequence[Aligned],
    verdicts: Sequence[Verdict],
    facts_ran: bool,
) -> tuple[Claim, ...]:
    if not aligned:
        return ()
    script = Script("".join(passage.text for passage in passages))
    starts = [verdict.fact.start for verdict in verdicts]
    claims: list[Claim] = []
    for one in aligned:
        statement, near = one.statement, one.alignment
        if not statement.is_claim:
            continue
        first, last = (bisect_left(starts, at) for at in (statement.start, statement.end))
        inside = verdicts[first:last]
        confirmed = facts_ran and all(v.finding is Finding.SUPPORTED for v in inside)
        readable = script.allows(answer[statement.body_start : statement.body_end])
        said = near is not None and (near.exact or (confirmed and readable))
        supported = is_sound(near) and said and _has_numbers(answer, one, inside)
        cited = citation(near.source, near.start, near.end) if near and supported else None
        claims.append(
            Claim(
                text=answer[statement.start : statement.end],
                start=statement.start,
                end=statement.end,
                supported=supported,
                citation=cited,
                quoted=near is not None and near.exact,
                score=near.score if near else 0.0,
            )
        )
    return tuple(claims)


def _has_numbers(answer: str, aligned: Aligned, verdicts: Sequence[Verdict]) -> bool:
    """Whether numbers that no kind of fact could read stand in the span as well."""
    statement, near = aligned.statement, aligned.alignment
    if near is None or near.whole:
        return True
    characters = list(answer[statement.start : statement.end])
    for fact in (verdict.fact for verdict in verdicts):
        at = fact.start - statement.start
        characters[at : at + len(fact.text)] = " " * len(fact.text)
    text = "\n".join((near.source.heading, *(part.text for part in near.parts())))
    return has_numbers(without_bullet("".join(characters)), text)
