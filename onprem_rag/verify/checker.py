"""THE CHECK: every sentence of an answer against the passages, then every fact."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass

from onprem_rag.korean.facts import extract
from onprem_rag.korean.references import Reference, find_references
from onprem_rag.korean.script import Script
from onprem_rag.korean.text import sentences
from onprem_rag.records import Claim, Fact, Finding, Passage, Report, Stage, Verdict
from onprem_rag.verify.alignment import (
    Alignment,
    Holding,
    Segment,
    Source,
    align,
    closest,
    read_source,
)
from onprem_rag.verify.lookup import find_value, has_unstated, rival
from onprem_rag.verify.places import citation, find_place, mentions_place, rival_place

logger = logging.getLogger(__name__)

# 300 official plain-language sentences: 0.6 keeps 0.70 of them beside their own article, and
# 0.06 beside the best of twelve other articles of the same statute (0.5: 0.78 and 0.13; 0.7:
# 0.64 and 0.03). Measured on the overlap alone; facts, and what ``meaning.py`` compares, must
# agree besides.
SUPPORTING_OVERLAP = 0.6
RELATED_OVERLAP = 0.4  # below this the span is about something else and contradicts nothing
_CLEARLY_LESS = 0.15  # a value in a sentence that fits this much worse belongs to something else

_MARKS = re.compile(r"\[\d{1,3}(?:\s*[,~-]\s*\d{1,3})*\]|\*\*|__|`")
_BULLET = re.compile(r"\s*(?:[-*•○●◦▪■□※#>]+\s+|\(?\d{1,2}[.)]\s+|[①-⑳]\s*|[가-하][.)]\s+)+")
_ATTRIBUTION = re.compile(
    r"(?:\s?\([^()]{1,40}\))?\s*[\])\"'”’*]*\s*(?:에\s?(?:따르면|의하면|따라서?|의하여|의해|의거하여|근거하여|서는?)"
    r"|에는|의\s?규정에\s?(?:따르면|따라|의하면|의하여)),?\s*"
)
_BEFORE_ATTRIBUTION = re.compile(
    r"\s*[\[(]?(?:[^.?!,(]{0,40}(?:규정|규칙|지침|법|법률|령|세칙|내규|예규|정관|강령|조례|요령|기준|규약)"
    r"[」』\"'*]*)?\s*(?:\([^()]{0,30}\))?\s*"
)
_LABEL = re.compile(r"\W*(?:근거|출처|참조|참고|관련\s?(?:규정|조항|조문|근거))[^:：]{0,10}[:：]")
_TRAILER = re.compile(
    r"\s*[(\[〔（]([^()\[\]]{1,80}(?:\([^()]*\)[^()\[\]]{0,40})?)[)\]〕）]\s*[.]?\s*$"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the answer, its content without attribution, and the span it stands on."""

    start: int
    end: int
    body_start: int
    body_end: int
    is_claim: bool  # False where nothing but an attribution is left
    alignment: Alignment | None

    def holds(self, fact: Fact | Reference) -> bool:
        """Whether ``fact`` stands in this sentence."""
        return self.start <= fact.start and fact.end <= self.end

    def attributes(self, fact: Fact) -> bool:
        """Whether ``fact`` stands outside the content: 여비규정 제9조에 따르면."""
        return fact.start < self.body_start or fact.end > self.body_end or not self.is_claim


@dataclass(frozen=True, slots=True)
class Case:
    """An answer, its facts, and the passages to judge them by."""

    answer: str
    sources: tuple[Source, ...]
    facts: tuple[Fact, ...]

    def beside(self, sentence: Sentence | None) -> list[Fact]:
        """The facts that stand in one sentence."""
        return [fact for fact in self.facts if sentence and sentence.holds(fact)]


def check(answer: str, passages: Sequence[Passage]) -> Report:
    """Check ``answer`` against ``passages``; never raises, a stage that fails did not run."""
    if not answer.strip():
        note = "답변이 비어 있어 대조하지 않았습니다."
        return Report((), (), (Stage("claims", False, note), Stage("facts", False, note)))
    aligned: tuple[Sentence, ...] = ()
    claims: tuple[Claim, ...] = ()
    try:
        aligned = align_claims(answer, passages)
        stage = Stage("claims", True)
    except Exception:
        # Whatever went wrong, the answer must not count as checked.
        logger.exception("The claims of an answer could not be aligned")
        stage = Stage(
            "claims", False, "문장 대조를 실행하지 못했습니다. 답변을 원문과 직접 대조하십시오."
        )
    verdicts, facts_stage = _facts_stage(answer, passages, aligned)
    if stage.ran:
        script = Script("".join(passage.text for passage in passages))
        claims = tuple(
            _claim(answer, s, verdicts, facts_stage.ran, script) for s in aligned if s.is_claim
        )
        supported = sum(claim.supported for claim in claims)
        stage = Stage(
            "claims", True, f"문장 {len(claims)}개 중 {supported}개를 원문에서 확인했습니다."
        )
    return Report(claims, verdicts, (stage, facts_stage))


def align_claims(answer: str, passages: Sequence[Passage]) -> tuple[Sentence, ...]:
    """Align each sentence of ``answer``; an attribution alone takes the sentence's before it."""
    sources = [read_source(passage) for passage in passages]
    aligned: list[Sentence] = []
    for start, end in sentences(answer):
        body_start, body_end = _body(answer, start, end)
        body = _MARKS.sub(" ", answer[body_start:body_end]).strip()
        if sum(character.isalpha() for character in body) < 2:
            before = aligned[-1].alignment if aligned else None
            aligned.append(Sentence(start, end, end, end, False, before))
            continue
        whole = _BULLET.sub("", _MARKS.sub(" ", answer[start:end]), count=1).strip()
        best = align(whole, sources)  # a quote may itself begin with "제9조에 따라"
        if body != whole and not (best and best.exact):
            best = align(body, sources)
        aligned.append(Sentence(start, end, body_start, body_end, True, best))
    return tuple(aligned)


def _body(answer: str, start: int, end: int) -> tuple[int, int]:
    """The span of a sentence without bullet, leading attribution and trailing source."""
    if bullet := _BULLET.match(answer, start, end):
        start = bullet.end()
    text = answer[start:end]
    references = [r for r in find_references(text) if not r.implied]
    if references and _LABEL.match(text):
        return end, end
    trailer = _TRAILER.search(_blank_marks(text))
    if trailer and any(r.start >= trailer.start(1) for r in references):
        end = start + trailer.start()
    if references and _BEFORE_ATTRIBUTION.fullmatch(text, 0, references[0].start):
        for reference in references[:4]:  # 제9조 및 제10조에 따르면
            if cut := _ATTRIBUTION.match(text, reference.end):
                return min(start + cut.end(), end), end
    return start, end


def _blank_marks(text: str) -> str:
    return _MARKS.sub(lambda match: " " * len(match.group()), text)


def _facts_stage(
    answer: str, passages: Sequence[Passage], aligned: tuple[Sentence, ...]
) -> tuple[tuple[Verdict, ...], Stage]:
    try:
        verdicts = judge_facts(answer, passages, aligned)
    except Exception:
        logger.exception("The facts of an answer could not be judged")
        note = "사실 대조를 실행하지 못했습니다. 숫자와 조문 번호를 원문과 직접 대조하십시오."
        return _not_checked(answer), Stage("facts", False, note)
    supported = sum(verdict.finding is Finding.SUPPORTED for verdict in verdicts)
    note = f"사실 {len(verdicts)}개 중 {supported}개를 원문에서 확인했습니다."
    return verdicts, Stage("facts", True, note)


def _not_checked(answer: str) -> tuple[Verdict, ...]:
    try:
        return tuple(Verdict(fact, Finding.NOT_CHECKED) for fact in extract(answer))
    except Exception:
        logger.exception("The facts of an answer could not be read")
        return ()


def judge_facts(
    answer: str, passages: Sequence[Passage], aligned: Sequence[Sentence]
) -> tuple[Verdict, ...]:
    """Look each fact of ``answer`` up in ``passages``."""
    case = Case(answer, tuple(read_source(passage) for passage in passages), tuple(extract(answer)))
    references = {(r.start, r.end): r for r in find_references(answer) if not r.implied}
    verdicts: list[Verdict] = []
    for fact in case.facts:
        sentence = next((s for s in aligned if s.holds(fact)), None)
        if fact.kind == "reference":
            place = references[fact.start, fact.end]
            verdicts.append(_judge_place(fact, place, case, sentence))
        else:
            verdicts.append(_judge_value(fact, case, sentence))
    return tuple(verdicts)


def _judge_place(
    fact: Fact, reference: Reference, case: Case, sentence: Sentence | None
) -> Verdict:
    near = _related(sentence)
    sources = case.sources  # 제2항 is that of the article that the sentence stands on
    if near is not None:
        sources = (near.source, *(one for one in sources if one is not near.source))
    if found := find_place(reference, case.answer, sources):

        def names(source: Source, segment: Segment) -> bool:
            return mentions_place(reference, source, segment.start, segment.end)

        meant = _spoken_of(fact, case, sentence, names)
        if meant is None or sentence is None or sentence.attributes(fact):
            return Verdict(fact, Finding.SUPPORTED, found)
        near = meant
    instead = rival(fact, case.answer, case.beside(sentence), near)
    if sentence and sentence.attributes(fact):
        instead = rival_place(reference, case.answer, near)
    return Verdict(fact, Finding.CONTRADICTED if instead else Finding.ABSENT, instead)


def _judge_value(fact: Fact, case: Case, sentence: Sentence | None) -> Verdict:
    near = _related(sentence)
    if found := find_value(fact, case.sources, near):

        def states(source: Source, segment: Segment) -> bool:
            return (fact.kind, fact.value) in segment.features.values

        meant = _spoken_of(fact, case, sentence, states)
        if meant is None:
            return Verdict(fact, Finding.SUPPORTED, found)
        near = meant
    instead = rival(fact, case.answer, case.beside(sentence), near)
    return Verdict(fact, Finding.CONTRADICTED if instead else Finding.ABSENT, instead)


def _related(sentence: Sentence | None) -> Alignment | None:
    alignment = sentence.alignment if sentence else None
    return alignment if alignment and alignment.score >= RELATED_OVERLAP else None


def _spoken_of(
    fact: Fact, case: Case, sentence: Sentence | None, holding: Holding
) -> Alignment | None:
    """The sentence that the claim speaks of, where that one states something else.

    A passage that gives 70,000원 for 국내출장 does not support 70,000원 for 국외출장.
    """
    if sentence is None or (sentence.alignment and sentence.alignment.exact):
        return None
    body = case.answer[sentence.body_start : sentence.body_end]
    meant = closest(body, case.sources, lambda source, segment: True)
    if meant is None or meant.words < SUPPORTING_OVERLAP:
        return None
    there = closest(body, case.sources, holding)
    if there and there.words >= meant.words - _CLEARLY_LESS:
        return None
    return meant if has_unstated(fact, case.beside(sentence), meant) else None


def _claim(
    answer: str,
    sentence: Sentence,
    verdicts: Sequence[Verdict],
    facts_ran: bool,
    script: Script,
) -> Claim:
    best = sentence.alignment
    inside = [verdict for verdict in verdicts if sentence.holds(verdict.fact)]
    confirmed = facts_ran and all(v.finding is Finding.SUPPORTED for v in inside)
    overlaps = best is not None and best.score >= SUPPORTING_OVERLAP and best.agrees
    readable = script.allows(answer[sentence.body_start : sentence.body_end])
    supported = best is not None and (best.exact or (overlaps and confirmed and readable))
    return Claim(
        text=answer[sentence.start : sentence.end],
        start=sentence.start,
        end=sentence.end,
        supported=supported,
        citation=citation(best.source, best.start, best.end) if best and supported else None,
    )
