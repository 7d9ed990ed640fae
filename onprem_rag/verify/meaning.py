"""Whether a sentence in other words says what its source says.

Character bigrams can't tell 유급 from 무급, nor who does what. Here every noun of the claim must
stand in the source; before and after, and who does it to whom, must stay as they are there; no
condition may be left out and no degree added.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from onprem_rag.korean.equivalents import rule_words
from onprem_rag.korean.morphemes import nouns
from onprem_rag.korean.text import fold, squeezed
from onprem_rag.verify.conditions import keeps_conditions
from onprem_rag.verify.degrees import adds_nothing
from onprem_rag.verify.sources import Part

# Nouns of answering style, and of limits, which are compared with their values.
_LIGHT = frozenset(
    "최대 최소 가능 경우 이내 필요 사용 신청 기간 범위 내용 규정 조항 조건 정도 해당 관련 이상 "
    "이하 미만 초과 이전 이후 다음 각호 각각 항목 사항 따름 의거 근거 출처 기준 이때 이것 그것 "
    "여기 아래 대한 적용 처리 하나 모두 전체 조문 원문 답변 질문 확인 참고 명시 퍼센트 프로".split()
)
_OPPOSITE = {"전": "후", "후": "전", "이전": "이후", "이후": "이전"}
_EARLY = {"이전": "전", "이후": "후"}
# Syllables that turn a noun into another one: 비상임이사, 부원장, 미신고, 무급, 준용.
_PREFIXES = "비미불부무준"
_LIMIT = re.compile(r"이상(?!의 |한)|(?<!부득)이하|초과|미만|이내|까지|부터|이전|이후")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_WORD = re.compile(r"[가-힣]")
_LONGEST_NOUN = 8  # syllables
_ROLE = re.compile(
    r"(?<![가-힣A-Za-z])([가-힣A-Za-z]{2,20}?)(에게|께|한테|께서|은|는|이|가)(?=[\s,]|$)"
)


def says_the_same(claim: Part, span: Part, context: str) -> bool:
    """Whether ``span`` says ``claim``; ``context`` is its title, path and lead-in."""
    bare, source = fold(claim.blanked()), fold(span.blanked())
    return (
        _has_nouns(bare, f"{context}\n{span.text}")
        and _has_limits(claim, f"{context}\n{span.text}")
        and _same_times(bare, source)
        and _same_roles(bare, source)
        and keeps_conditions(claim, span)
        and adds_nothing(claim, f"{context}\n{span.text}")
    )


def is_about(topic: str, source: str) -> bool:
    """Whether half of the nouns of ``topic``, which a clause leaves out, stand in ``source``."""
    words = weighty(fold(topic))
    return 2 * standing(words, source) >= len(words)


def standing(words: Iterable[str], text: str) -> int:
    """How many of ``words`` stand in ``text``, blind to blanks and case."""
    joined = squeezed(text)
    return sum(word.lower() in joined for word in words)


def has_numbers(claim: str, source: str) -> bool:
    """Whether each number of ``claim`` stands in ``source`` too, read as a fact or not."""
    return _numbers(claim) <= _numbers(source)


@lru_cache(maxsize=2048)
def _nouns(text: str) -> tuple[str, ...]:
    return tuple(nouns(text))


@lru_cache(maxsize=2048)
def _different_nouns(text: str) -> frozenset[str]:
    return frozenset(_nouns(text))


@lru_cache(maxsize=2048)
def _numbers(text: str) -> frozenset[str]:
    return frozenset(_NUMBER.findall(fold(text)))


# --- nouns ---------------------------------------------------------------------------------------
def weighty(text: str) -> list[str]:
    """The nouns that say what ``text`` is about."""
    return [w for w in _nouns(text) if len(w) > 1 and w not in _LIGHT and not w.isdecimal()]


def _has_nouns(claim: str, source: str) -> bool:
    joined = "".join(claim.lower().split())
    # Mecab also names parts that aren't written there.
    wanted = {word for word in weighty(claim) if word.lower() in joined}
    source = fold(source).lower()
    present = {
        word
        for word in wanted
        if _stands(word.lower(), source, claim.lower())
        or any(_stands(other, source, claim.lower()) for other in rule_words(word))
    }
    return all(word in present or _is_built(word, present) for word in wanted)


def _is_built(word: str, present: set[str]) -> bool:
    """Whether ``word`` is a compound of nouns that stand there: 연차휴가."""
    return not word or any(
        word.startswith(part) and _is_built(word[len(part) :], present) for part in present
    )


def _stands(word: str, source: str, claim: str) -> bool:
    """Whether ``source`` has ``word``, not only with a prefix that the claim leaves out."""
    pattern = re.compile(r"\s*".join(map(re.escape, word)))
    prefixed = {claim[found.start() - 1 : found.start()] for found in pattern.finditer(claim)}
    return any(
        (mark := _prefix(source, found.start())) is None or mark in prefixed
        for found in pattern.finditer(source)
    )


def _prefix(text: str, at: int) -> str | None:
    before = text[at - 1 : at]
    if not before or before not in _PREFIXES:
        return None
    if at > 1 and _WORD.match(text[at - 2]):  # 숙박비지급: the end of another noun?
        different = _different_nouns(text)
        if any(
            text[max(0, first) : at] in different for first in range(at - _LONGEST_NOUN, at - 1)
        ):
            return None
    return before


def _has_limits(claim: Part, source: str) -> bool:
    """Whether limits that could not be read as those of a quantity stand in the source too."""
    read = [(fact.start, fact.end) for fact in claim.facts if fact.kind == "comparator"]
    return all(
        found[0] in source
        for found in _LIMIT.finditer(claim.text)
        if not any(start - claim.start <= found.start() < end - claim.start for start, end in read)
    )


# --- before and after ----------------------------------------------------------------------------
def _times(text: str) -> set[tuple[str, str]]:
    words = _nouns(text)
    return {
        (words[at - 1] if at else "", _EARLY.get(word, word))
        for at, word in enumerate(words)
        if word in _OPPOSITE
    }


def _same_times(claim: str, source: str) -> bool:
    stated = _times(source)
    directions = {direction for _, direction in stated}
    return all(
        direction in directions
        and ((noun, _OPPOSITE[direction]) not in stated or (noun, direction) in stated)
        for noun, direction in _times(claim)
    )


# --- who does it to whom -------------------------------------------------------------------------
def _roles(text: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for word in _ROLE.finditer(text):
        role = "to" if word[2] in {"에게", "께", "한테"} else "by"
        found.setdefault(word[1], set()).add(role)
    return found


def _same_roles(claim: str, source: str) -> bool:
    """원장이 부서장에게 is not 부서장이 원장에게: no two have changed their places."""
    claimed, stated = _roles(claim), _roles(source)
    turned = [
        claimed[word]
        for word in claimed.keys() & stated.keys()
        if claimed[word].isdisjoint(stated[word])
    ]
    return {"to"} not in turned or {"by"} not in turned
