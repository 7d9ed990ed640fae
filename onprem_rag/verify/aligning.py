"""Each statement of an answer with the span of the passages that it stands on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from onprem_rag.korean.kind import Kind
from onprem_rag.records import Passage
from onprem_rag.verify.alignment import Alignment, candidates
from onprem_rag.verify.claims import Statement, statements, without_leading
from onprem_rag.verify.deadline import Deadline
from onprem_rag.verify.framing import names_places_only, turned
from onprem_rag.verify.listing import under_their_leads
from onprem_rag.verify.lookup import stands_at
from onprem_rag.verify.meaning import is_about, says_the_same
from onprem_rag.verify.quotes import is_cut_out, quotations
from onprem_rag.verify.structure import hangs_together
from onprem_rag.verify.verdicts import MOST_FACTS, Aligned, Case, all_stated

# Of 3,432 development cases (tests/bench/checker.py) 0.45 and 0.6 verify the same: since facts,
# nouns and conditions must agree, it only keeps out what shares little more than a topic.
SUPPORTING_OVERLAP = 0.5
_TRIED = 6  # spans that fit nearly as well as the best; one of them may say it
_NEARLY_AS_GOOD = 0.15
_CLEARLY_LESS = 0.05  # a span with the same values in other words is that of something else
_AS_NEAR = 0.03
_FITS = 0.05  # what the place that a statement names counts, among spans that don't say it


def align_claims(
    answer: str, passages: Sequence[Passage], kinds: tuple[Kind, ...], deadline: Deadline
) -> tuple[Aligned, ...]:
    """Align each sentence of ``answer``, or its clauses where it stands on several spans.

    An attribution alone takes the span of the statement before it.
    """
    case = Case.of(answer, passages, kinds, deadline)
    aligned: list[Aligned] = []
    read: list[tuple[Statement, tuple[Statement, ...]]] = []
    for one in statements(answer):
        deadline.left()
        read.append(one)
    places = [_is_place_alone(case, sentence) for sentence, _ in read]
    for (sentence, clauses), alone in zip(read, places, strict=True):
        if alone and not all(places):  # 여비규정 제12조(일비), over what it says
            sentence = replace(sentence, is_claim=False)
        if not sentence.is_claim:
            before = aligned[-1].alignment if aligned else None
            pure = names_places_only(case, sentence)
            aligned.append(Aligned(sentence, before) if pure else _unfounded(sentence))
            continue
        whole = _best(case, sentence)
        if is_sound(whole.alignment) or not clauses:
            aligned.append(whole)
            continue
        parts = [_best(case, c) if c.is_claim else Aligned(c, None) for c in clauses]
        spans = {(p.alignment.start, p.alignment.end) for p in parts if p.alignment}
        apart = len(spans) > 1 or any(is_sound(part.alignment) for part in parts)
        aligned += parts if apart else [whole]
    return under_their_leads(answer, aligned)


def _is_place_alone(case: Case, sentence: Statement) -> bool:
    return bool(case.places(sentence)) and names_places_only(case, sentence)


def _unfounded(statement: Statement) -> Aligned:
    """What stands with a place and is neither a place nor a statement of the passages."""
    start, end = statement.start, statement.end
    return Aligned(replace(statement, is_claim=True, body_start=start, body_end=end), None)


def is_sound(alignment: Alignment | None) -> bool:
    """Whether a statement stands on this span."""
    return alignment is not None and (
        alignment.exact or (alignment.agrees and alignment.score >= SUPPORTING_OVERLAP)
    )


def _best(case: Case, statement: Statement) -> Aligned:
    """``_nearest``, but no span says a statement that something around it may turn."""
    found = _nearest(case, statement)
    near = found.alignment
    if near is None or not is_sound(near) or not turned(case, found.statement, near):
        return found
    return replace(found, alignment=replace(near, exact=False, whole=False, agrees=False))


def _nearest(case: Case, statement: Statement) -> Aligned:
    """``statement`` with the span that says it, at the place that it names; else the nearest."""
    case.deadline.left()
    # A quote may itself begin with "제9조에 따르면".
    for quote in quotations(statement.whole, case.sources):
        return Aligned(statement, replace(quote, whole=True))
    bare = without_leading(case.read.text, statement, case.places(statement))
    for one in (statement, bare):
        fitting = _fitting(case, one, list(quotations(one.body, case.sources)))
        own = fitting and _fits(case, one, fitting) and not fitting.follows_reference()
        if fitting and (one is statement or own):
            return Aligned(one, fitting)
    claim = case.claim(statement)
    crowded = len(claim.facts) > MOST_FACTS
    ranked = [] if crowded else candidates(claim, case.sources)
    if not ranked:
        return Aligned(statement, None)
    tried = [near for near in ranked if near.score >= ranked[0].score - _NEARLY_AS_GOOD][:_TRIED]
    alike = max(ranked, key=lambda near: near.words).words
    # A span with the same values in clearly other words is that of something else.
    sound = [
        replace(near, agrees=True)
        for near in tried
        if near.words >= alike - _CLEARLY_LESS and _agrees(case, statement, near)
    ]
    if sound:
        return Aligned(statement, _fitting(case, statement, sound))
    nearest = [near for near in ranked if near.words >= alike - _FITS]
    best = max(nearest, key=lambda near: near.words + _FITS * _fits(case, statement, near))
    rivals = [
        near
        for near in nearest
        if near is not best and near.words >= best.words - _AS_NEAR and not near.overlaps(best)
    ]
    sole = not rivals or _fits_alone(case, statement, best, rivals)
    return Aligned(statement, replace(best, sole=sole))


def _fits_alone(
    case: Case, statement: Statement, best: Alignment, rivals: Sequence[Alignment]
) -> bool:
    """Whether the statement names the place of ``best`` and of none of the others."""
    named = bool(statement.attributions) and _fits(case, statement, best)
    return named and not any(_fits(case, statement, near) for near in rivals)


def _fitting(case: Case, statement: Statement, spans: Sequence[Alignment]) -> Alignment | None:
    """The first span at the place that ``statement`` names, else the first."""
    return next((near for near in spans if _fits(case, statement, near)), next(iter(spans), None))


def _fits(case: Case, statement: Statement, near: Alignment) -> bool:
    answer = case.read.text
    return all(stands_at(place, answer, near) for place in statement.attributions)


def _agrees(case: Case, statement: Statement, near: Alignment) -> bool:
    case.deadline.left()
    if is_cut_out(statement.body, near) or not all_stated(case, case.claim(statement), near):
        return False
    span = near.source.read.part(near.start, near.end)
    lead = near.source.read.part(*near.lead).text if near.lead else ""
    context = f"{near.source.heading}\n{lead}"
    if statement.topic and not is_about(
        case.read.text[slice(*statement.topic)], f"{context}\n{span.text}"
    ):
        return False
    claim = case.read.part(statement.body_start, statement.body_end)
    return says_the_same(claim, span, context) and hangs_together(
        claim.blanked(), span.blanked(), lead, near.source.heading
    )
