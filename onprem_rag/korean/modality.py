"""Whether something is done, must, may or must not be done: 제출하여야 한다, 아니할 수 있다."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from onprem_rag.korean.clauses import MASK, clauses, masked
from onprem_rag.korean.equivalents import alike
from onprem_rag.korean.kind import Kind
from onprem_rag.korean.predicates import predicates
from onprem_rag.korean.stems import NOMINAL, ends_in_l, noun, stem
from onprem_rag.korean.text import sentences
from onprem_rag.records import Fact

_COPULA = re.compile(r"(?:(?:으로|로)\s?(?:하여|해)|이[어여]|[자서]여)?$")
_REMARK = re.compile(r"\((필수|의무|가능|불가)\)\s*$")
# What is supposed inside of a sentence, or said of a noun: 제출하지 아니한 경우, 근무할 수 없는 자,
# 사유 없이, 직원이 아닌 자, 승인을 받은 때. The first that matches counts.
_INNER = re.compile(
    r"(?P<not>지(?:는|도)?\s?(?:아니[하한할함]|않[는은을고도게으거음았아])[가-힣]*)"
    r"|(?P<cannot>지\s?못[하한할][가-힣]*)"
    r"|(?P<able>(?<=[가-힣])\s?수\s?(?:있|없)(?:[는을거도]|다고|으면|음|고(?=\s)))"
    r"|(?P<must>야\s?(?:하는|할|하거나|한다고))"
    r"|(?P<none>[이가은는도에]?\s?없(?:는|이|을|으면|거나)(?![가-힣]{2}))"
    r"|(?P<isnt>[이가]\s?(?:아닌|아니[한라면]))"
    r"|(?<![가-힣])(?P<un>미(?:제출|신고|가입|이행|등록|납부|실시|준수|통보|사용|동의|승인|참석|지급|해당"
    r"|포함|기재|보고|선정|반환|응시|이수|취득|작성))"
    r"|(?P<plain>(?:(?<=[하되받얻있])[는은]|(?<=[가-힣])(?:한|할|된|될)|(?<=받)을)"
    r"(?=\s?(?:경우|때(?!문)|자(?![가-힣]{2})|사람|날))|(?<=[하되])면(?=[\s,]))"
)
_STOPS = " .,;:!?\n\t\"'”’" + MASK
_WINDOW = 40
# What is opposed in words is compared as denied: 제외한다 says 포함하지 아니한다.
_OPPOSITE = {"제외": "포함"}
_TURNED = {"plain": "not", "not": "plain", "must": "must not", "must not": "must"}
_TURNED |= {"may": "need not", "need not": "may"}
# Which force of a claim is said by which of the source. Rules order in the plain present, so
# 제출한다 and 제출하여야 한다 are one, as are 아니한다 and 하여서는 아니 된다. What may be done is
# neither done nor a duty; who may refrain has not been told to.
_SAID_BY = {
    "plain": frozenset(("plain", "must")),
    "must": frozenset(("plain", "must")),
    "not": frozenset(("not", "must not")),
    "must not": frozenset(("not", "must not")),
    "may": frozenset(("may",)),
    "need not": frozenset(("need not",)),
}
_FORCES = sorted(_SAID_BY, key=len, reverse=True)


class Modalities(Kind):
    """The predicates of statements, and denials inside them; the value is "제출 must".

    Forces: plain, not, must, must not, may, need not. Verbs are compared by their stems, so that
    제출하여야 한다, 제출하지 않으면 안 된다, 제출 의무가 있다 and 제출(필수) are all "제출 must".
    What stands inside, in a condition or of a noun, is marked ("~제출 not"): 제출하지 아니한 자
    does not state that anybody does not 제출하다.
    """

    names = ("modality",)

    def find(self, text: str) -> Iterable[Fact]:
        """One fact for the predicate of each statement, and for what is supposed inside it."""
        return _find(text)

    def same(self, claimed: Fact, stated: Fact) -> bool:
        """The same verb, and a force that the stated one says too (see ``_SAID_BY``)."""
        (verb, force), (other, its) = _parts(claimed), _parts(stated)
        return claimed.kind == stated.kind and _same_verb(verb, other) and its in _SAID_BY[force]

    def rivals(self, claimed: Fact, stated: Fact) -> bool:
        """The same verb with another force."""
        verbs = _parts(claimed)[0], _parts(stated)[0]
        return super().rivals(claimed, stated) and _same_verb(*verbs)


def _same_verb(verb: str, other: str) -> bool:
    """승인이 필요하다 leaves open who acts: 승인받, 승인; 바꾸 is what rules call 변경."""
    if verb == other or verb.removesuffix("받") == other.removesuffix("받") != "":
        return True
    return verb.startswith("~") == other.startswith("~") and alike(
        verb.removeprefix("~"), other.removeprefix("~")
    )


def _parts(fact: Fact) -> tuple[str, str]:
    force = next(force for force in _FORCES if fact.value.endswith(" " + force))
    return fact.value[: -len(force) - 1], force


@lru_cache(maxsize=512)
def _find(text: str) -> tuple[Fact, ...]:
    plain = masked(text)
    found: list[Fact] = []
    for start, end in sentences(text):
        spans = clauses(text[start:end])
        for first, last in spans:
            joined = last != spans[-1][1]
            found += _clause(text, plain, (start + first, start + last), joined)
    return tuple(found)


def _clause(text: str, plain: str, span: tuple[int, int], joined: bool) -> Iterator[Fact]:
    start, tail = span
    if fact := _predicate(text, plain, span, joined):
        yield fact
        tail = fact.start
    for found in _INNER.finditer(plain, start, tail):
        kind = found.lastgroup or ""
        before = plain[max(start, found.start() - _WINDOW) : found.start()]
        verb, force = _supposed(kind, found[0], before)
        if verb:
            first = found.start() if kind == "un" else _first(plain, verb, found.start(), start)
            yield _fact(text, first, found.end(), verb, force, inside=True)


def _supposed(kind: str, words: str, before: str) -> tuple[str, str]:
    if kind == "un":
        return words[1:], "not"
    if kind == "isnt":
        return NOMINAL, "not"
    if kind == "none":
        what = noun(before, whole=True)
        return (what + "있" if what else ""), "not"
    if kind == "able":
        verb = stem(before, contracted=True) if ends_in_l(before) else ""
        return verb, "may" if "있" in words else "must not"
    if kind == "must":
        return stem(before, infinitive=True), "must"
    if kind == "plain":
        return stem(before + words.rstrip("는은을면"), contracted=True), "plain"
    return stem(before), "must not" if kind == "cannot" else "not"


def _predicate(text: str, plain: str, span: tuple[int, int], joined: bool) -> Fact | None:
    start, end = span
    if remark := _REMARK.search(text, max(start, end - 8), end):
        verb = noun(plain[start : remark.start()])
        force = {"가능": "may", "불가": "must not"}.get(remark[1], "must")
        first = _first(plain, verb, remark.start(), start)
        return _fact(text, first, end, verb, force) if verb else None
    while end > start and plain[end - 1] in _STOPS:
        end -= 1
    tail = plain[max(start, end - _WINDOW) : end]
    for verb, force, at in predicates(tail, joined):
        if verb:
            first = _first(plain, verb, end - len(tail) + at, start)
            without = joined and force == "not" and plain[end - 1] == "고"
            return _fact(text, first, end, verb, force, inside=without)
    return None


def _first(plain: str, verb: str, at: int, start: int) -> int:
    """Where the word of ``verb`` begins, and its object if that is part of it: 승인을 받아야."""
    if verb == NOMINAL:
        found = _COPULA.search(plain, max(start, at - 6), at)
        return found.start() if found else at
    while at > start and plain[at - 1].isspace():
        at -= 1
    first = _word(plain, at, start)
    before = _word(plain, first - 1, start) if first > start else first
    what = verb.removesuffix("받").removesuffix("도록")
    if len(what) > 1 and what not in plain[first:at] and what in plain[before:first]:
        return before
    return first


def _word(plain: str, end: int, start: int) -> int:
    return max(start, plain.rfind(" ", start, end) + 1, plain.rfind("\n", start, end) + 1)


def _fact(text: str, start: int, end: int, verb: str, force: str, *, inside: bool = False) -> Fact:
    if verb in _OPPOSITE:
        verb, force = _OPPOSITE[verb], _TURNED[force]
    return Fact("modality", text[start:end], f"{'~' * inside}{verb} {force}", start, end)
