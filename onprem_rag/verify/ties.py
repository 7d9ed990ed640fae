"""What ties a rule's statements to something: conditions, and what is said of its nouns.

…한 경우, …의 승인을 받아, … 없이; 1년간 출근한 직원, 1급 직원.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from onprem_rag.korean.clauses import clauses
from onprem_rag.verify.sources import HEADING
from onprem_rag.verify.wording import EMPTY_HEADS, SIGNS, Word, words_of

CONDITION = re.compile(
    r"(?:경우|때)(?:에는|에만|에|에도|와|로서|까지|까지는|부터)?$|[날후]부터$"
    r"|[하되으이리치기지우]면$|거쳐$|[받얻]아$|[받얻]어$|없이$|제외하고는?$|한[정]?하여$"
    r"|범위에서$|한도로$|[하되]더라도$|한$(?<=아니하는 한)"
)
_DENIALS = frozenset(("아니", "안"))
_PROVISOS = frozenset(("다만", "단"))
_OR = frozenset(("또는", "혹은", "및"))
_INFLECTED = re.compile(r"(?:[을를은는에며고되면여아어서나]|으로|에게|까지|부터)$")
_STOCK = frozenset(
    "이 그 필요한 다음 따른 의한 관한 대한 위한 해당하는 정하는 정한 관련된 같은".split()
)
_ALTERNATIVE = re.compile(r"(?:거나|또는|혹은|경우와|때와)$")
_TOPIC = re.compile(r"(?:에게|에|로|에서|과|와|까지|대하여)?[은는]$")


@dataclass(frozen=True, slots=True)
class Tie:
    """Words that tie a statement to something; ``head`` is the noun that they are said of."""

    first: int
    last: int
    head: int | None = None


def clause_spans(text: str, first: int, last: int) -> list[tuple[int, int]]:
    """The clauses of ``text[first:last]``, a sentence, without its article's heading."""
    heading = HEADING.match(text[first:last])
    first += heading.end() if heading else 0
    return [(first + start, first + end) for start, end in clauses(text[first:last])]


def words_in(text: str, start: int, end: int) -> list[Word]:
    """The words of ``text[start:end]``, with their places in ``text``."""
    own = words_of(text[start:end])
    return [replace(word, start=word.start + start, end=word.end + start) for word in own]


def states_condition(text: str) -> bool:
    """Whether a word of ``text`` closes a condition."""
    return any(CONDITION.search(word.strip(SIGNS)) for word in text.split())


def ties_of(words: Sequence[Word], text: str) -> Iterator[Tie]:
    """The conditions of a clause, and what its nouns are said to be."""
    condition = modifier = 0
    for at, word in enumerate(words):
        if text.startswith("(", word.start) or word.text in _PROVISOS:
            condition = modifier = at + (word.text in _PROVISOS)
        if CONDITION.search(word.text) and at >= condition:
            if words[at + 1 : at + 2] and words[at + 1].text in _DENIALS:
                continue  # 하지 아니하면 아니 된다
            yield Tie(condition, at)
            condition = modifier = at + 1
        elif word.modifies and word.text not in _STOCK and at + 1 < len(words):
            head = words[at + 1]
            if not CONDITION.search(head.text) and head.text[:1] not in EMPTY_HEADS:
                yield Tie(modifier, at, at + 1)
                modifier = at + 1
        elif _TOPIC.search(word.text) or _pauses(word):
            condition = modifier = at + 1


def _pauses(word: Word) -> bool:
    """Whether a comma follows that joins no nouns."""
    return word.end - word.start > len(word.text) and bool(_INFLECTED.search(word.text))


def topic_of(words: Sequence[Word], tied: set[int]) -> list[Word]:
    """The words of what a clause is about, where it says so."""
    for at, word in enumerate(words):
        if at not in tied and _TOPIC.search(word.text):
            return [one for index, one in enumerate(words[: at + 1]) if index not in tied]
    return []


def in_topic(words: Sequence[Word], head: int) -> bool:
    """Whether the noun at ``head`` is what the clause is about."""
    return any(_TOPIC.search(word.text) for word in words[head : head + 2])


def beside(words: Sequence[Word], tied: Sequence[Tie], number: int) -> Iterator[Tie]:
    """What is said of the same noun on the other side of an "or": 미만인 직원 또는 출근한 직원."""
    tie = tied[number]
    for one in tied:
        if one is tie or one.head is None or tie.head is None:
            continue
        first, last = sorted((one, tie), key=lambda each: each.last)
        between = words[first.last + 1 : last.first + 2]
        if any(word.text in _OR or word.text.endswith("이나") for word in between):
            yield one


def alternatives(words: Sequence[Word]) -> list[list[Word]]:
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
