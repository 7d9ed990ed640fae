"""What a contradicted fact is to be replaced by: the source's value, in the answer's manner."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

from onprem_rag.korean.comparators import Comparators
from onprem_rag.korean.endings import form_of, turned
from onprem_rag.korean.particles import particle_after
from onprem_rag.korean.references import CIRCLED, find_references
from onprem_rag.records import Citation, Fact, Passage, Verdict
from onprem_rag.verify.places import stated_places
from onprem_rag.verify.sources import read_source

# How a limit is said where the source says it by a verb: 30일을 초과할 수 없다.
_LIMITS = {
    "at most": "이하",
    "more": "초과",
    "at least": "이상",
    "less": "미만",
    "before": "전",
    "after": "후",
    "from": "부터",
    "until": "까지",
}
_NOUNS = frozenset(("이상", "이하", "초과", "미만", "이내", "이전", "이후", "전", "후", "내", "안"))
_SUFFIXES = frozenset(("까지", "부터"))
_BEFORE = frozenset(("최대", "최소"))
_TAIL = re.compile(r"(?:까지|부터|에는|에)?(?=[을를\s,.]|$)")
_AS_WAY = {"이내": "이내에", "이하": "이하로", "이상": "이상", "미만": "미만으로"}
_VERB = re.compile("초과[하한할함해했되된]|넘")
_EXCEEDING = re.compile(
    r"(?:초과|넘)(?:(?P<way>하여|해서?|어서?)|(?P<of>하는|한|는|은)|하면|으면)(?=[\s,.]|$)"
)
_CASES = re.compile(r"\s(?:경우|때|자|사람|것|날)")
_OBJECT = re.compile(r"[을를이가]?\s?$")
_OTHER_RULE = re.compile(r"(?:^|[^가-힣])(?:법|영|령|규칙|조례)\s?$")
_PAIR = re.compile("[ㆍ·]")
_DURING = re.compile(r"(?<=[년월일주])간$")
_BOUND_NOUN = re.compile(r"[것수바](?=[이은을가도]?\s)")
_LED = re.compile(r"으?로 ")


@dataclass(frozen=True, slots=True)
class Edit:
    """``new`` takes the place of ``answer[start:end]``."""

    start: int
    end: int
    new: str


def edits(
    answer: str, wrong: Sequence[Verdict], passages: Sequence[Passage]
) -> dict[Verdict, Edit]:
    """The edits that put the source's values in, where it is clear which one belongs where.

    Each has a source of its own: two different facts that would become the same one were a list.
    """
    said: defaultdict[tuple[int | None, int, int], set[tuple[str, str]]] = defaultdict(set)
    for verdict in wrong:
        if verdict.source:
            said[_span(verdict.source)].add((verdict.fact.kind, verdict.fact.value))
    found: dict[Verdict, Edit] = {}
    for verdict in wrong:
        if verdict.source is None:
            continue
        # 3일 또는 5일 이내: one word, two limits
        own = verdict.fact.kind == "comparator" or len(said[_span(verdict.source)]) == 1
        if own and (edit := _edit(answer, verdict, passages)):
            found[verdict] = edit
    return dict(zip(found, _widest(list(found.values())), strict=True))


def quantities_of(mended: Iterable[Verdict]) -> frozenset[str]:
    """The mended facts as the values of their limits begin: "period 7일"."""
    return frozenset(f"{verdict.fact.kind} {verdict.fact.value}" for verdict in mended)


def is_bound_to(verdict: Verdict, mended: Set[str]) -> bool:
    """Whether a limit (7일 이내) is found wrong only for the quantity in it, which is mended."""
    if verdict.fact.kind != "comparator":
        return False
    return any(verdict.fact.value.rsplit(" ", words)[0] in mended for words in (1, 2))  # at most


def _span(source: Citation) -> tuple[int | None, int, int]:
    return source.document_id, source.start, source.end


def _widest(found: Sequence[Edit]) -> Iterable[Edit]:
    """For each the longest one that has its characters: 초과할 수 없다 for 초과할 수."""
    ordered = sorted(found, key=lambda edit: edit.start)
    longest = max((edit.end - edit.start for edit in found), default=0)
    for edit in found:
        first = bisect_right(ordered, edit.end - longest - 1, key=lambda other: other.start)
        last = bisect_right(ordered, edit.start, key=lambda other: other.start)
        around = (other for other in ordered[first:last] if edit.end <= other.end)
        yield max(around, key=lambda other: other.end - other.start)


def _edit(answer: str, verdict: Verdict, passages: Sequence[Passage]) -> Edit | None:
    fact, source = verdict.fact, verdict.source
    if source is None or fact.kind == "exception":
        return None
    if fact.kind == "comparator":
        return _limit(answer, fact, source, passages)
    if fact.kind == "modality":
        return _modal(answer, fact, source, passages)
    if fact.kind == "name":
        return _named(answer, fact, source.text)
    if fact.kind == "period":
        return _lasting(answer, fact, source.text)
    new = _place(answer, fact, source, passages) if fact.kind == "reference" else source.text
    return _with_particle(answer, fact.start, fact.end, new) if new else None


def _with_particle(answer: str, start: int, end: int, new: str) -> Edit:
    length, particle = particle_after(answer[start:end], new, answer[end : end + 8])
    return Edit(start, end + length, new + particle)


def _lasting(answer: str, fact: Fact, period: str) -> Edit:
    """A period with 간 where the answer's has it: 7일간 for 70일간, 7일 for 70일."""
    new = _DURING.sub("", period)
    has_it = _DURING.search(fact.text) and not answer.startswith("간", fact.end)
    return _with_particle(answer, fact.start, fact.end, new + "간" if has_it else new)


def _place(answer: str, fact: Fact, source: Citation, passages: Sequence[Passage]) -> str | None:
    """A reference as far as the answer goes: 제9조, or 제9조제3항."""
    stated = find_references(source.text, every=True)
    if any(fact.text == one.text for one in stated):
        return None  # the source says it as well: where it stands itself is another matter
    if len(stated) == 1 and stated[0].text == source.text:
        return _meant(source, passages) if stated[0].back else source.text
    before = answer[max(0, fact.start - len(source.document) - 4) : fact.start].rstrip(" 」")
    own = bool(source.document) and before.endswith(source.document)  # 심판 규칙 제3조
    if _OTHER_RULE.search(before) and not own:
        return None  # 법 제3조에서 정한 is no place of the passage's own rule
    paragraph = source.paragraph if "항" in fact.value else None
    if paragraph and paragraph in CIRCLED:
        return f"{source.article}제{CIRCLED.index(paragraph) + 1}항"
    return source.article


def _meant(source: Citation, passages: Sequence[Passage]) -> str | None:
    """The place that the source counts back to: 제9조제1항 for the 전항 in its second one."""
    for passage in passages:
        start, end = source.start - passage.start, source.end - passage.start
        if passage.document_id == source.document_id and passage.text[start:end] == source.text:
            places = stated_places(read_source(passage), start, end)
            return str(places[0]) if places else None
    return None


def _limit(answer: str, fact: Fact, source: Citation, passages: Sequence[Passage]) -> Edit | None:
    """이내 for 이상, 전까지 for 후부터, 30일 이내에 for 30일을 초과하여; ``None`` where unsafe."""
    old, new = fact.text, source.text
    start, end = fact.start, fact.end
    there = _standing(source, passages)
    if new not in _NOUNS | _SUFFIXES | _BEFORE:
        new = _said_by(*there) if there else ""
        there = None
    if _VERB.match(answer, start):
        return _for_verb(answer, start, new)
    if old in _BEFORE and new in _BEFORE:
        return Edit(start, end, new)
    if old not in _NOUNS | _SUFFIXES or new not in _NOUNS | _SUFFIXES:
        return None
    tail = _TAIL.match(answer, end)
    if tail and tail[0].startswith("에") and there is None:
        if new not in _AS_WAY:
            return None
        return Edit(start, tail.end(), _AS_WAY[new])
    if tail and there and new in _NOUNS:  # 30일 이내에, but 30일 이상
        end = tail.end()
        said = _TAIL.match(there[0], there[2])
        new += said[0] if said else ""
    elif tail and new in _SUFFIXES:
        end = tail.end()
    if new in _SUFFIXES and old not in _SUFFIXES:
        while start and answer[start - 1].isspace():
            start -= 1
    elif old in _SUFFIXES and new not in _SUFFIXES:
        new = " " + new
    return _with_particle(answer, start, end, new)


def _for_verb(answer: str, start: int, new: str) -> Edit | None:
    """이내에 for (30일)을 초과하여; ``None`` for verbs in other forms."""
    verb = _EXCEEDING.match(answer, start)
    if verb is None or new not in _AS_WAY:
        return None
    if verb["way"]:
        new = _AS_WAY[new]
    elif verb["of"]:
        new += "인" if _CASES.match(answer, verb.end()) else "의"
    else:
        new += "이면"
    particle = _OBJECT.search(answer, max(0, start - 2), start)
    return Edit(particle.start() if particle else start, verb.end(), " " + new)


def _standing(source: Citation, passages: Sequence[Passage]) -> tuple[str, int, int] | None:
    """The text of the passage in which a citation stands, and its offsets there."""
    for passage in passages:
        start, end = source.start - passage.start, source.end - passage.start
        if passage.document_id == source.document_id and passage.text[start:end] == source.text:
            return passage.text, start, end
    return None


def _said_by(text: str, start: int, end: int) -> str:
    """The word for the limit that stands at ``text[start:end]``; "" where none does."""
    for fact in Comparators().find(text):
        if (fact.start, fact.end) == (start, end):
            word = next((w for limit, w in _LIMITS.items() if fact.value.endswith(" " + limit)), "")
            return "이내" if word == "이하" and fact.value.startswith("period ") else word
    return ""


def _predicate(text: str, start: int, end: int) -> tuple[int, int]:
    """The span of a predicate from the beginning of its word, without a 으로 before it.

    Of 기준으로 하지 아니한다 the kind may have found 지 아니한다, of 기준으로 한다 으로 한다, of
    정하는 것이 가능하다 것이 가능하다.
    """
    if led := _LED.match(text, start, end):
        return led.end(), end
    if _BOUND_NOUN.match(text, start, end):
        start = len(text[:start].rstrip())
    while start and (text[start - 1].isalnum()):
        start -= 1
    return start, end


def _modal(answer: str, fact: Fact, source: Citation, passages: Sequence[Passage]) -> Edit | None:
    there = _standing(source, passages)
    if there is None:
        return None
    start, end = _predicate(answer, fact.start, fact.end)
    said = there[0][slice(*_predicate(*there))]
    if not _PAIR.search(answer[start:end]):
        said = _PAIR.split(said)[-1]  # 수립ㆍ시행한다, where the answer says 수립하고 시행한다
    form = form_of(answer[start:end])
    new = turned(said, form) if form else None
    return Edit(start, end, new) if new and new != answer[start:end] else None


def _named(answer: str, fact: Fact, name: str) -> Edit:
    """A name without the words that stand beside it already: 담당 | 부서장."""
    words = name.split(" ")
    before = answer[max(0, fact.start - len(name) - 2) : fact.start].split(" ")
    for count in range(len(words) - 1, 0, -1):
        if before[-1] == "" and before[-1 - count : -1] == words[:count]:
            words = words[count:]
            break
    return _with_particle(answer, fact.start, fact.end, " ".join(words))
