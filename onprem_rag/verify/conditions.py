"""What a rule ties its statements to, which a claim must say in some wording.

Conditions (…한 경우, …의 승인을 받아, … 없이), and what tells the nouns of a rule apart (1년간
출근한 직원, 1급 직원, 최초 60일은).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from onprem_rag.korean.clauses import TOPIC, clauses
from onprem_rag.korean.text import sentences
from onprem_rag.verify.alignment import HEADING, MEASURED, Part
from onprem_rag.verify.wording import EMPTY_HEADS, Claimed, Word, plain, words_of

_CONDITION = re.compile(
    r"(?:경우|때)(?:에는|에만|에|에도|와|로서|까지|까지는|부터)?$|[날후]부터$"
    r"|[하되으이리치기지우]면$|거쳐$|[받얻]아$|[받얻]어$|없이$|제외하고는?$|한[정]?하여$"
    r"|범위에서$|한도로$|[하되]더라도$|한$(?<=아니하는 한)"
)
_LISTED = re.compile(r"다음\s?각\s?[호목]의\s?(?:어느\s?하나|경우|사유|기업|자)")
_CARRIED = re.compile(r"(?:경우|때)에는$")
_DENIALS = frozenset(("아니", "안"))
_PROVISOS = frozenset(("다만", "단"))
_OR = frozenset(("또는", "혹은", "및"))
_INFLECTED = re.compile(r"(?:[을를은는에며고되면여아어서나]|으로|에게|까지|부터)$")
_POINTS_AT_LIST = re.compile(r"다음|각\s?[호목]|어느\s?하나|아래|:")
_STOCK = frozenset(
    "이 그 필요한 다음 따른 의한 관한 대한 위한 해당하는 정하는 정한 관련된 같은".split()
)
_ALTERNATIVE = re.compile(r"(?:거나|또는|혹은|경우와|때와)$")
_DENIAL = re.compile(r"아니|아닌|않|못|없")
_DENIED = re.compile(r"아니|아닌|않|못|없|안\s|[불미비무]")
_TOPIC = re.compile(r"(?:에게|에|로|에서|과|와|까지|대하여)?[은는]$")
_MOST = 0.6  # of a condition's words
_BARE_ONLY = re.compile(r"만(?:[^가-힣]|$)|한정|한하|외에|아니|않")
_PROVISO = re.compile(r"\s*(?:다만|단)[,\s]")
_HALF = 0.5
_FACT_OF_NOUN = re.compile(r"\|+\s?(?:이상|이하|미만|초과)?\s+([가-힣]{2,})")
_FACT_TOPIC = re.compile(r"\|+\s?(?:이상|이하|미만|초과|까지)?(?:\([^()]*\))?[은는]\s")
_ENOUGH = re.compile(r"면\s?[됩된되]")


@dataclass(frozen=True, slots=True)
class _Tie:
    """Words that tie a statement to something; ``head`` is the noun that they are said of."""

    first: int
    last: int
    head: int | None = None


def keeps_conditions(claim: Part, span: Part) -> bool:
    """Whether the claim says on what the source's statement depends."""
    said = Claimed(claim)
    text = plain(span)
    # "…하면 된다" says that nothing else is needed.
    if _ENOUGH.search(said.text) and not _ENOUGH.search(text):
        return False
    return (
        _keeps_list(said, text)
        and all(
            _keeps(said, span, text, start, end)
            for first, last in sentences(text)
            for start, end in _clauses(text, first, last)
        )
        and all(_keeps_carried(said, span, text, *each) for each in sentences(text))
    )


def _clauses(text: str, first: int, last: int) -> list[tuple[int, int]]:
    heading = HEADING.match(text[first:last])
    first += heading.end() if heading else 0
    return [(first + start, first + end) for start, end in clauses(text[first:last])]


def _ties(words: Sequence[Word], text: str) -> Iterator[_Tie]:
    """The conditions of a clause, and what its nouns are said to be."""
    condition = modifier = 0
    for at, word in enumerate(words):
        if text.startswith("(", word.start) or word.text in _PROVISOS:
            condition = modifier = at + (word.text in _PROVISOS)
        if _CONDITION.search(word.text) and at >= condition:
            if words[at + 1 : at + 2] and words[at + 1].text in _DENIALS:
                continue  # 하지 아니하면 아니 된다
            yield _Tie(condition, at)
            condition = modifier = at + 1
        elif word.modifies and word.text not in _STOCK and at + 1 < len(words):
            head = words[at + 1]
            if not _CONDITION.search(head.text) and head.text[:1] not in EMPTY_HEADS:
                yield _Tie(modifier, at, at + 1)
                modifier = at + 1
        elif _TOPIC.search(word.text) or _pauses(word):
            condition = modifier = at + 1


def _pauses(word: Word) -> bool:
    """Whether a comma follows that joins no nouns."""
    return word.end - word.start > len(word.text) and bool(_INFLECTED.search(word.text))


def _keeps(said: Claimed, span: Part, text: str, start: int, end: int) -> bool:
    words = [_moved(word, start) for word in words_of(text[start:end])]
    if not words or (start and not words[-1].text.endswith("다")):
        return True  # an item of a list
    if not _keeps_measures(said, span, text, words):
        return False
    ties = list(_ties(words, text))
    tied = {at for tie in ties for at in range(tie.first, tie.last + 1)}
    proviso = bool(_PROVISO.match(text, start, end))
    topic = _topic_of(words, tied)
    for number, tie in enumerate(ties):
        rest = [word for at, word in enumerate(words) if at > tie.last and at not in tied]
        if not _is_said(said, span, words, tie, rest):
            continue
        ruled = tie.head is not None and _in_topic(words, tie.head)
        if tie.head is not None and not (ruled and proviso) and not said.named(words[tie.head]):
            continue
        if not ruled and topic and not said.share(topic):
            continue
        beside = [tie, *_beside(words, ties, number)]
        if not any(
            _holds(said, span, alternative)
            for one in beside
            for alternative in _alternatives(words[one.first : one.last + 1])
        ):
            return False
    return not (proviso and topic and said.share(words[len(words) - 2 :]) and not ties) or (
        said.share(topic) >= 0.7
    )


def _keeps_measures(said: Claimed, span: Part, text: str, words: Sequence[Word]) -> bool:
    """Whether what a number tells apart keeps it: 1급 직원, 최초 60일은."""
    if said.share(words) < _HALF:
        return True
    start, end = words[0].start, words[-1].end
    for found in _FACT_OF_NOUN.finditer(text, start, end):
        named = [word for word in words if word.start == found.start(1)]
        if named and said.named(named[0]) and not _has_values(said, span, *found.span()):
            return False
    return all(
        _has_values(said, span, *found.span()) for found in _FACT_TOPIC.finditer(text, start, end)
    )


def _has_values(said: Claimed, span: Part, start: int, end: int) -> bool:
    values = _values(span, start, end)
    return not values or bool(values & said.values)


def _topic_of(words: Sequence[Word], tied: set[int]) -> list[Word]:
    """The words of what a clause is about, where it says so."""
    for at, word in enumerate(words):
        if at not in tied and _TOPIC.search(word.text):
            return [one for index, one in enumerate(words[: at + 1]) if index not in tied]
    return []


def _in_topic(words: Sequence[Word], head: int) -> bool:
    return any(_TOPIC.search(word.text) for word in words[head : head + 2])


def _beside(words: Sequence[Word], ties: Sequence[_Tie], number: int) -> Iterator[_Tie]:
    """What is said of the same noun on the other side of an "or": 미만인 직원 또는 출근한 직원."""
    tie = ties[number]
    for one in ties:
        if one is tie or one.head is None or tie.head is None:
            continue
        first, last = sorted((one, tie), key=lambda each: each.last)
        between = words[first.last + 1 : last.first + 2]
        if any(word.text in _OR or word.text.endswith("이나") for word in between):
            yield one


def _keeps_carried(said: Claimed, span: Part, text: str, first: int, last: int) -> bool:
    """Whether a condition of the first clause holds for what goes on without a topic too."""
    spans = _clauses(text, first, last)
    if len(spans) < 2:
        return True
    words = [_moved(word, spans[0][0]) for word in words_of(text[slice(*spans[0])])]
    heads = [tie for tie in _ties(words, text) if _CARRIED.search(words[tie.last].text)]
    for start, end in spans[1:]:
        own = words_of(text[start:end])
        if TOPIC.search(text, start, end) or said.share(own) < _MOST:
            continue
        if _PROVISO.match(text, start, end):
            continue
        for tie in heads:
            listed = _alternatives(words[tie.first : tie.last + 1])
            if not any(_holds(said, span, each) for each in listed):
                return False
    return True


def _moved(word: Word, by: int) -> Word:
    return replace(word, start=word.start + by, end=word.end + by)


def _is_said(
    said: Claimed, span: Part, words: Sequence[Word], tie: _Tie, rest: Sequence[Word]
) -> bool:
    if not rest:
        return False
    until = next(
        (w.start for w in words[tie.last + 1 :] if _CONDITION.search(w.text)), rest[-1].end
    )
    values = _values(span, words[tie.last].end, until)
    others = _values(span, words[0].start, words[-1].end) - values
    if values and tie.head is None and not values & said.values and others & said.values:
        return False  # the claim has the value of another condition
    share = said.share(rest)
    return share > _HALF or (share == _HALF and bool(values & said.values))


def _values(span: Part, start: int, end: int) -> set[tuple[str, str]]:
    return {
        (fact.kind, fact.value)
        for fact in span.facts
        if fact.kind in MEASURED
        and fact.kind != "reference"
        and start <= fact.start - span.start < end
    }


def _alternatives(words: Sequence[Word]) -> list[list[Word]]:
    """What stands between 거나 and 또는."""
    found: list[list[Word]] = [[]]
    of_nouns = len(words) > 1 and words[-2].text.endswith("의")
    for word in words:
        found[-1].append(word)
        listed = word.end - word.start > len(word.text) and not _INFLECTED.search(word.text)
        if word is not words[-1] and (
            _ALTERNATIVE.search(word.text)
            or listed
            or (of_nouns and word.text[-1:] in {"와", "과"})
        ):
            found.append([])
    return found


def _holds(said: Claimed, span: Part, words: Sequence[Word]) -> bool:
    if not words:
        return False
    if words[-1].text.endswith("만") and not _BARE_ONLY.search(said.text):
        return False
    if _values(span, words[0].start, words[-1].end) - said.values:
        return False
    if any(_DENIAL.search(word.text) for word in words) and not _DENIED.search(said.text):
        return False
    after = max((at + 1 for at, word in enumerate(words) if word.text == "등"), default=0)
    words = words[after:] or words  # what stands before it are examples
    content = [word for word in words if word.content]
    if content and not said.share(content[-1:]):
        return False
    return said.share(words) >= _MOST


def _keeps_list(said: Claimed, text: str) -> bool:
    """Whether a claim that a lead-in makes of any of its items names one."""
    lead = _LISTED.search(text)
    if not lead or _POINTS_AT_LIST.search(said.text):
        return True
    items = [text[slice(*one)] for one in sentences(text)][1:]
    return any(
        said.share(words) > _HALF
        for words in map(words_of, items)
        if any(word.content for word in words)
    )
