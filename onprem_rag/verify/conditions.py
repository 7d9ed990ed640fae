"""Whether a claim says, in some wording, what a rule ties its statement to.

Conditions (…한 경우, …의 승인을 받아, … 없이), and what tells the nouns of a rule apart (1년간
출근한 직원, 1급 직원, 최초 60일은).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from onprem_rag.korean.clauses import TOPIC
from onprem_rag.korean.text import sentences
from onprem_rag.verify.sources import MEASURED, Part
from onprem_rag.verify.ties import (
    CONDITION,
    Tie,
    alternatives,
    beside,
    clause_spans,
    in_topic,
    ties_of,
    topic_of,
    words_in,
)
from onprem_rag.verify.wording import Claimed, Word, plain, words_of

_LISTED = re.compile(r"다음\s?각\s?[호목]의\s?(?:어느\s?하나|경우|사유|기업|자)")
_CARRIED = re.compile(r"(?:경우|때)에는$")
_POINTS_AT_LIST = re.compile(r"다음|각\s?[호목]|어느\s?하나|아래|:")
_DENIAL = re.compile(r"아니|아닌|않|못|없")
_DENIED = re.compile(r"아니|아닌|않|못|없|안\s|[불미비무]")
_MOST = 0.6  # of a condition's words
_BARE_ONLY = re.compile(r"만(?:[^가-힣]|$)|한정|한하|외에|아니|않")
_PROVISO = re.compile(r"\s*(?:다만|단)[,\s]")
_HALF = 0.5
_FACT_OF_NOUN = re.compile(r"\|+\s?(?:이상|이하|미만|초과)?\s+([가-힣]{2,})")
_FACT_TOPIC = re.compile(r"\|+\s?(?:이상|이하|미만|초과|까지)?(?:\([^()]*\))?[은는]\s")
_ENOUGH = re.compile(r"면\s?[됩된되]")


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
            for start, end in clause_spans(text, first, last)
        )
        and all(_keeps_carried(said, span, text, *each) for each in sentences(text))
    )


def _keeps(said: Claimed, span: Part, text: str, start: int, end: int) -> bool:
    words = words_in(text, start, end)
    if not words or (start and not words[-1].text.endswith("다")):
        return True  # an item of a list
    if not _keeps_measures(said, span, text, words):
        return False
    ties = list(ties_of(words, text))
    tied = {at for tie in ties for at in range(tie.first, tie.last + 1)}
    proviso = bool(_PROVISO.match(text, start, end))
    topic = topic_of(words, tied)
    for number, tie in enumerate(ties):
        rest = [word for at, word in enumerate(words) if at > tie.last and at not in tied]
        if not _is_said(said, span, words, tie, rest):
            continue
        ruled = tie.head is not None and in_topic(words, tie.head)
        if tie.head is not None and not (ruled and proviso) and not said.named(words[tie.head]):
            continue
        if not ruled and topic and not said.share(topic):
            continue
        same = [tie, *beside(words, ties, number)]
        if not any(
            _holds(said, span, alternative)
            for one in same
            for alternative in alternatives(words[one.first : one.last + 1])
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


def _keeps_carried(said: Claimed, span: Part, text: str, first: int, last: int) -> bool:
    """Whether a condition of the first clause holds for what goes on without a topic too."""
    spans = clause_spans(text, first, last)
    if len(spans) < 2:
        return True
    words = words_in(text, *spans[0])
    heads = [tie for tie in ties_of(words, text) if _CARRIED.search(words[tie.last].text)]
    for start, end in spans[1:]:
        own = words_of(text[start:end])
        if TOPIC.search(text, start, end) or said.share(own) < _MOST:
            continue
        if _PROVISO.match(text, start, end):
            continue
        for tie in heads:
            listed = alternatives(words[tie.first : tie.last + 1])
            if not any(_holds(said, span, each) for each in listed):
                return False
    return True


def _is_said(
    said: Claimed, span: Part, words: Sequence[Word], tie: Tie, rest: Sequence[Word]
) -> bool:
    if not rest:
        return False
    until = next((w.start for w in words[tie.last + 1 :] if CONDITION.search(w.text)), rest[-1].end)
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
