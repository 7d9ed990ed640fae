"""Take out of an answer what the passages don't say, or put in what they say instead."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from onprem_rag.korean.endings import FINAL, form_of, turned
from onprem_rag.korean.text import sentences
from onprem_rag.records import Change, Claim, Finding, Passage, Report, Verdict
from onprem_rag.verify.mending import Edit, edits, is_bound_to, quantities_of

Check = Callable[[str, Sequence[Passage]], Report]

_EMPTY_LINES = re.compile(r"\n{3,}")
_BULLET = re.compile(r"(?:[-*•○●◦▪■□※]+\s+|\(?\d{1,2}[.)]\s+|[①-⑳]\s*|[가-하][.)]\s+)+")
_STOPS, _CLOSING = ".?!。", " \t\"'”’」』]"
_JOINING = re.compile(r"(?:그리고|또한|아울러|한편),?\s+")
# Says nothing, or something else, without what stood before it.
_LEANS = re.compile(
    r"(?:다만|단|그러나)[,\s]|(?:이|그) ?(?:경우|때)(?![가-힣]{2})|(?:이|그) (?:기간|기한|범위)"
)


@dataclass(frozen=True, slots=True)
class Correction:
    """A corrected answer; ``removed`` are the sentences and clauses taken out, in order.

    ``changes`` have their offsets in ``text``.
    """

    text: str
    removed: tuple[str, ...]
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of the corrected answer; offsets of its changes and its clauses' texts are its own."""

    text: str
    changes: tuple[Change, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence of the answer with what was found in it, in text order."""

    answer: str
    start: int
    end: int
    claims: tuple[Claim, ...]
    wrong: tuple[Verdict, ...]

    @property
    def is_supported(self) -> bool:
        return not self.wrong and all(claim.supported for claim in self.claims)

    def wrong_in(self, claim: Claim) -> tuple[Verdict, ...]:
        return self.wrong[slice(*(bisect_left(self.wrong, at, key=_at) for at in _span(claim)))]


def _at(found: Claim | Verdict) -> int:
    return found.start if isinstance(found, Claim) else found.fact.start


def _span(claim: Claim) -> tuple[int, int]:
    return claim.start, claim.end


def correct(answer: str, report: Report, passages: Sequence[Passage], check: Check) -> Correction:
    """Replace contradicted facts by the source's where that is unambiguous, else drop them.

    A clause goes where the rest of its sentence can stand without it, else the whole sentence,
    and with a sentence the proviso to it.
    A mended sentence stays only if it then passes ``check`` on its own. What a stage that did
    not run would have found is unknown, so the caller checks the result again.
    """
    kept: list[tuple[int, int, _Piece]] = []
    removed: list[str] = []
    spans = sentences(answer)
    claims = sorted(report.claims, key=_at)
    unsupported = (Finding.CONTRADICTED, Finding.ABSENT)
    wrong = sorted((v for v in report.verdicts if v.finding in unsupported), key=_at)
    mended: _Piece | None = _Piece("")
    for start, end in spans:
        sentence = _read(answer, start, end, claims, wrong)
        leans = mended is None and _leans(answer[start:end])
        mended = None if leans else _mended(sentence, passages, check)
        if mended is None:
            removed.append(answer[start:end])
        else:
            kept.append((start, end, mended))
            removed += mended.removed
    whole = _joined(answer, kept) if len(kept) < len(spans) else _in_place(answer, kept)
    return Correction(whole.text, tuple(removed), whole.changes)


def _leans(sentence: str) -> bool:
    bullet = _BULLET.match(sentence)
    return bool(_LEANS.match(sentence, bullet.end() if bullet else 0))


def _read(
    answer: str, start: int, end: int, claims: Sequence[Claim], wrong: Sequence[Verdict]
) -> _Sentence:
    inside = claims[bisect_left(claims, start, key=_at) : bisect_left(claims, end, key=_at)]
    found = wrong[bisect_left(wrong, start, key=_at) : bisect_left(wrong, end, key=_at)]
    return _Sentence(answer, start, end, tuple(c for c in inside if c.end <= end), tuple(found))


def _mended(sentence: _Sentence, passages: Sequence[Passage], check: Check) -> _Piece | None:
    """The sentence as it may stay, or ``None``."""
    if sentence.is_supported:
        return _Piece(sentence.answer[sentence.start : sentence.end])
    mending = edits(sentence.answer, sentence.wrong, passages)
    mended = quantities_of(mending)
    hopeless = {
        verdict
        for verdict in sentence.wrong
        if verdict not in mending and not is_bound_to(verdict, mended)
    }
    found = [(claim, sentence.wrong_in(claim)) for claim in sentence.claims]
    if not hopeless.issubset(verdict for _, wrong in found for verdict in wrong):
        return None
    bad = [(claim, wrong) for claim, wrong in found if wrong or not claim.supported]
    beyond = [claim for claim, wrong in bad if not wrong or not hopeless.isdisjoint(wrong)]
    ordered = sorted(mending.values(), key=lambda edit: edit.start)
    for dropped in dict.fromkeys((tuple(beyond), tuple(claim for claim, _ in bad))):
        piece = _without(sentence, dropped, ordered)
        if piece and _passes(check(piece.text, passages)):
            return piece
    return None


def _passes(report: Report) -> bool:
    return (
        report.compared
        and all(claim.supported for claim in report.claims)
        and all(verdict.finding is Finding.SUPPORTED for verdict in report.verdicts)
    )


def _without(
    sentence: _Sentence, dropped: Sequence[Claim], mending: Sequence[Edit]
) -> _Piece | None:
    """The edited sentence without some of its clauses; ``None`` where the rest can't stand."""
    answer, claims = sentence.answer, sentence.claims
    if not dropped:
        return _edited(answer, sentence.start, sentence.end, mending)
    gone = set(dropped)
    kept = [at for at, claim in enumerate(claims) if claim not in gone]
    if not kept:
        return None
    clauses = [_edited(answer, claims[at].start, claims[at].end, mending) for at in kept]
    if 0 not in kept:
        clauses[0] = _opened(clauses[0])
    if len(claims) - 1 not in kept:
        clauses[-1] = _ended(clauses[-1], claims[-1])
    bullet = None if 0 in kept else _BULLET.match(claims[0].text)
    pieces = [_edited(answer, sentence.start, claims[0].start, mending)]
    pieces += [_Piece(bullet[0])] if bullet else []
    for at, clause in zip(kept, clauses, strict=True):
        if not clause.text:
            return None
        if at != kept[0]:  # the comma and the blank that stood before the clause
            pieces.append(_Piece(answer[claims[at - 1].end : claims[at].start]))
        pieces.append(clause)
    pieces.append(_edited(answer, claims[-1].end, sentence.end, mending))
    whole = _concatenated(pieces)
    return _Piece(whole.text, whole.changes, tuple(claim.text for claim in dropped))


def _opened(clause: _Piece) -> _Piece:
    """A clause that now begins a sentence; empty where it says nothing without the one before."""
    if _LEANS.match(clause.text):
        return _Piece("")
    found = _JOINING.match(clause.text)
    cut = found.end() if found else 0
    changes = tuple(Change(c.old, c.start - cut, c.end - cut) for c in clause.changes)
    return _Piece(clause.text[cut:], changes)


def _ended(clause: _Piece, last: Claim) -> _Piece:
    """A clause that now ends a sentence as the ``last`` one did; empty where that isn't safe."""
    stop = last.text[-1] if last.text[-1] in _STOPS else ""
    form = form_of(_predicate(last.text))
    text = turned(clause.text, form) if form in FINAL else None
    if text is None:
        return _Piece("")
    pairs = enumerate(zip(clause.text, text, strict=False))
    same = next((at for at, (old, new) in pairs if old != new), len(text))
    changes = tuple(
        c if c.end <= same else Change(c.old, c.start, len(text)) for c in clause.changes
    )
    return _Piece(text + stop, changes)


def _predicate(text: str) -> str:
    """``text`` up to its last word: without a stop, and without a source in brackets."""
    text = text.rstrip(_STOPS + _CLOSING)
    if text.endswith(")") and "(" in text:
        text = text[: text.rindex("(")].rstrip(_STOPS + _CLOSING)
    return text


def _edited(answer: str, start: int, end: int, mending: Sequence[Edit]) -> _Piece:
    """``answer[start:end]`` with those of the edits, which are in text order, that lie in it."""
    pieces: list[_Piece] = []
    at = start
    first, last = (
        bisect_left(mending, bound, key=lambda edit: edit.start) for bound in (start, end)
    )
    for edit in mending[first:last]:
        if edit.end <= end and at <= edit.start:
            pieces.append(_Piece(answer[at : edit.start]))
            change = Change(answer[edit.start : edit.end], 0, len(edit.new))
            pieces.append(_Piece(edit.new, (change,)))
            at = edit.end
    pieces.append(_Piece(answer[at:end]))
    return _concatenated(pieces)


def _concatenated(pieces: Sequence[_Piece]) -> _Piece:
    changes: list[Change] = []
    length = 0
    for piece in pieces:
        changes += [Change(c.old, c.start + length, c.end + length) for c in piece.changes]
        length += len(piece.text)
    return _Piece("".join(piece.text for piece in pieces), tuple(changes))


def _in_place(answer: str, kept: Sequence[tuple[int, int, _Piece]]) -> _Piece:
    """The mended sentences in their places; every other character is left as it is."""
    pieces: list[_Piece] = []
    at = 0
    for start, end, piece in kept:
        pieces += [_Piece(answer[at:start]), piece]
        at = end
    return _concatenated([*pieces, _Piece(answer[at:])])


def _joined(answer: str, kept: Sequence[tuple[int, int, _Piece]]) -> _Piece:
    """What is left, joined by the blanks that stood before each sentence."""
    pieces: list[_Piece] = []
    for start, _, piece in kept:
        gap = answer[len(answer[:start].rstrip()) : start]
        if pieces:
            pieces.append(_Piece(_EMPTY_LINES.sub("\n\n", gap) or " "))
        pieces.append(piece)
    return _concatenated(pieces)
