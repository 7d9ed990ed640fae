"""What the passages say about each fact of an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from onprem_rag.korean.facts import found_by
from onprem_rag.korean.kind import Kind
from onprem_rag.korean.references import Reference, find_references
from onprem_rag.korean.stems import NOMINAL
from onprem_rag.records import Citation, Fact, Finding, Passage, Verdict
from onprem_rag.verify.alignment import Alignment
from onprem_rag.verify.binding import bind, drops_denial
from onprem_rag.verify.bound import Bound
from onprem_rag.verify.claims import Statement
from onprem_rag.verify.deadline import Deadline
from onprem_rag.verify.limits import drops_limit
from onprem_rag.verify.lookup import find_value, mention, rival, stands_above, stands_at
from onprem_rag.verify.owners import keeps_owners
from onprem_rag.verify.places import citation, find_place, rival_place
from onprem_rag.verify.sources import Part, Read, Source, read_source

# Below this overlap a span is about something else and contradicts nothing.
RELATED_OVERLAP = 0.4
_BARE_VERB = re.compile(r"(?:하[여지며고되]|해[야서]|한다|할\s|합니다|함)")
MOST_FACTS = 600  # in one statement of one's own words; nobody could tell apart what is whose
MOST_EARLIER = 12  # statements that a source line may mean


class CrowdedError(Exception):
    """A statement has more facts than can be compared."""


@dataclass(frozen=True, slots=True)
class Aligned:
    """A statement of the answer and the span that it stands on, or comes nearest to."""

    statement: Statement
    alignment: Alignment | None


@dataclass(frozen=True, slots=True)
class Case:
    """An answer and the passages to judge it by; ``deadline`` holds for each fact of it."""

    read: Read
    references: Mapping[tuple[int, int], Reference]
    sources: tuple[Source, ...]
    kinds: Mapping[str, Kind]
    deadline: Deadline

    @classmethod
    def of(
        cls,
        answer: str,
        passages: Sequence[Passage],
        kinds: tuple[Kind, ...],
        deadline: Deadline,
    ) -> Case:
        """Read ``answer`` and ``passages`` for ``kinds``, as long as there is time."""
        sources: list[Source] = []
        for passage in passages:
            deadline.left()
            sources.append(read_source(passage, kinds))
        for kind in kinds:  # nothing can break one off, but between two there may be no time left
            deadline.left()
            found_by(kind, answer)
        deadline.left()
        places = (one for one in find_references(answer, every=True) if not one.implied)
        return cls(
            Read(answer, kinds),
            {(one.start, one.end): one for one in places},
            tuple(sources),
            {name: kind for kind in kinds for name in kind.names},
            deadline,
        )

    def claim(self, statement: Statement) -> Part:
        """The content of a statement with its facts, after what its sentence is about."""
        part = self.read.part(statement.body_start, statement.body_end)
        if statement.topic is None:
            return part
        start, end = statement.topic
        text = self.read.text
        whole = text[:end] + " " * (part.start - end) + text[part.start :]
        return replace(part, whole=whole, start=start)

    def places(self, statement: Statement) -> list[Reference]:
        """The places that a statement names."""
        inside = self.read.part(statement.start, statement.end).facts
        return [self.place(fact) for fact in inside if fact.kind == "reference"]

    def place(self, fact: Fact) -> Reference:
        """The place that ``fact`` names."""
        return self.references[fact.start, fact.end]


def of_statement(case: Case, aligned: Aligned, earlier: Sequence[Aligned]) -> list[Verdict]:
    """The verdicts on the facts of one statement; ``earlier`` ones stand before it.

    Raises CrowdedError where it has more than ``MOST_FACTS`` in words of its own.
    """
    statement, near = aligned.statement, aligned.alignment
    inside = case.read.part(statement.start, statement.end).facts
    if not statement.is_claim:
        return [_label(fact, case, earlier) for fact in inside]
    if near and near.exact and near.whole:
        return _quoted(inside, near, case)
    claim = case.claim(statement)
    if len(claim.facts) > MOST_FACTS and not (near and near.exact):
        raise CrowdedError
    own = _of_claim(case, claim, near)
    said = set(claim.facts)
    around = [fact for fact in inside if fact not in said]
    return [*own, *(_attribution(fact, case, near) for fact in around)]


def all_stated(case: Case, claim: Part, near: Alignment) -> bool:
    """Whether the span says every fact of the claim of the same thing, and no limit is lost."""
    span = near.parts()
    bound = bind(claim, span, case.kinds)
    verdicts = _by_span(case, claim, near, bound)
    stated = all(verdict.finding is Finding.SUPPORTED for verdict in verdicts)
    lost = drops_limit(claim, span, bound) or drops_denial(claim, near.parts()[-1], case.kinds)
    said = {fact: one.stated for fact, one in bound.items()}
    return stated and not lost and keeps_owners(claim, near, said)


def _of_claim(case: Case, claim: Part, near: Alignment | None) -> list[Verdict]:
    if near and near.exact:
        return _quoted(claim.facts, near, case)
    if near is None or near.score < RELATED_OVERLAP:
        return [_absent(fact, case) for fact in claim.facts]
    return list(_by_span(case, claim, near, bind(claim, near.parts(), case.kinds)))


def _by_span(
    case: Case, claim: Part, near: Alignment, bound: Mapping[Fact, Bound]
) -> Iterator[Verdict]:
    for fact in claim.facts:
        case.deadline.left()
        if fact.kind == "reference" and not bound[fact].stated:
            yield _reference(fact, claim, case, near)
        else:
            yield _value(fact, bound[fact], case, near)


def _value(fact: Fact, bound: Bound, case: Case, near: Alignment) -> Verdict:
    if bound.stated:
        found = citation(near.source, bound.stated[0].start, bound.stated[0].end)
        return Verdict(fact, Finding.SUPPORTED, found)
    if fact.kind == "name" and (found_above := stands_above(fact, near)):
        return Verdict(fact, Finding.SUPPORTED, found_above)
    if fact.kind == "modality" and (done := _said_otherwise(fact, near, case.kinds[fact.kind])):
        return Verdict(fact, Finding.SUPPORTED, done)
    if bound.instead and near.sole:
        instead = citation(near.source, bound.instead.start, bound.instead.end)
        elsewhere = find_value(fact, case.sources, case.kinds[fact.kind])
        return Verdict(fact, Finding.CONTRADICTED, instead, elsewhere)
    return _absent(fact, case)


def _said_otherwise(fact: Fact, near: Alignment, kind: Kind) -> Citation | None:
    """Where the span says with another verb what the claim does: 준다, and 받습니다.

    Only verbs without a noun of their own may differ, or what is told as a plain fact (개근하면,
    개근한 경우): nouns are compared as such. A verb that the span has with another force may not.
    """
    verb, _, force = fact.value.removeprefix("~").partition(" ")
    stated = [one for part in near.parts() for one in part.facts if one.kind == fact.kind]
    if any(kind.rivals(fact, other) for other in stated):
        return None
    span = "".join(near.source.passage.text[near.start : near.end].split())
    if force == "plain" and len(verb) > 1 and verb in span:
        return citation(near.source, near.start, near.end)
    if (verb, force) == (NOMINAL, "plain") and _is_noun(near, fact.kind):
        return citation(near.source, near.start, near.end)
    for other in stated:
        its = other.value.split(" ")[0]
        bare = (
            verb == NOMINAL
            or verb.endswith("받")
            or (len(verb) == 1 and (len(its) == 1 or its in (NOMINAL, "받")))
            or bool(_BARE_VERB.match(other.text))
        )
        alike = replace(fact, value=f"{its} {force}")
        if bare and not its.startswith("~") and kind.same(alike, other):
            return citation(near.source, other.start, other.end)
    return None


def _is_noun(near: Alignment, kind: str) -> bool:
    """Whether the span is a row of a table or an item, which has no predicate of its own."""
    *announcing, span = near.parts()
    stated = [one.value for one in span.facts if one.kind == kind]
    above = [one.value for part in announcing for one in part.facts if one.kind == kind]
    return all(value.startswith("~") for value in stated) and not any(
        value.endswith(" not") for value in above
    )


def _reference(fact: Fact, claim: Part, case: Case, near: Alignment) -> Verdict:
    place = case.place(fact)
    # Of a range a claim may name any member, but not instead of the one that is written there.
    if instead := rival(fact, claim, near, case.kinds):
        return Verdict(fact, Finding.CONTRADICTED, instead) if near.sole else _absent(fact, case)
    if found := mention(place, near):
        return Verdict(fact, Finding.SUPPORTED, found)
    if stands_at(place, case.read.text, near):
        return Verdict(fact, Finding.SUPPORTED, citation(near.source, near.start, near.end))
    return _absent(fact, case)


def _attribution(fact: Fact, case: Case, near: Alignment | None) -> Verdict:
    """여비규정 제9조에 따르면: the place must be that of the span."""
    if near is None or (near.score < RELATED_OVERLAP and not near.exact):
        return _absent(fact, case)
    if fact.kind != "reference":
        found = stands_above(fact, near)
        return Verdict(fact, Finding.SUPPORTED, found) if found else _absent(fact, case)
    place, answer = case.place(fact), case.read.text
    if stands_at(place, answer, near):
        return Verdict(fact, Finding.SUPPORTED, find_place(place, answer, (near.source,)))
    if instead := rival_place(place, answer, near):
        return Verdict(fact, Finding.CONTRADICTED, instead)
    return _absent(fact, case)


def _label(fact: Fact, case: Case, earlier: Sequence[Aligned]) -> Verdict:
    """근거: 제9조, of any statement before it; where none is, it must be among the passages."""
    case.deadline.left()
    spans = [one.alignment for one in earlier if one.alignment and one.statement.is_claim]
    verdicts = [_attribution(fact, case, near) for near in spans[::-1]]
    for verdict in verdicts:
        if verdict.finding is Finding.SUPPORTED:
            return verdict
    if verdicts:
        return verdicts[0]
    if fact.kind == "reference":
        found = find_place(case.place(fact), case.read.text, case.sources)
    else:
        found = find_value(fact, case.sources, case.kinds[fact.kind])
    return Verdict(fact, Finding.SUPPORTED if found else Finding.ABSENT, found)


def _quoted(facts: Sequence[Fact], near: Alignment, case: Case) -> list[Verdict]:
    """Facts of a quotation are supported where the quoted words have them."""
    inside = near.source.read.part(near.start, near.end).facts
    alike: dict[tuple[str, str], Fact] = {}
    for other in inside:
        alike.setdefault((other.kind, other.value), other)
    verdicts: list[Verdict] = []
    for fact in facts:
        case.deadline.left()
        found = alike.get((fact.kind, fact.value)) or _same(fact, inside[:MOST_FACTS], case)
        start, end = (found.start, found.end) if found else (near.start, near.end)
        verdicts.append(Verdict(fact, Finding.SUPPORTED, citation(near.source, start, end)))
    return verdicts


def _same(fact: Fact, stated: Sequence[Fact], case: Case) -> Fact | None:
    same = case.kinds[fact.kind].same
    return next((one for one in stated if one.kind == fact.kind and same(fact, one)), None)


def _absent(fact: Fact, case: Case) -> Verdict:
    case.deadline.left()
    if fact.kind == "reference":
        elsewhere = find_place(case.place(fact), case.read.text, case.sources)
    else:
        elsewhere = find_value(fact, case.sources, case.kinds[fact.kind])
    return Verdict(fact, Finding.ABSENT, elsewhere=elsewhere)
