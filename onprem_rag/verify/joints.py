"""Whether a claim joins and denies what it names as its source does.

A 또는 B is not A 및 B, 청사 안에서 is not 청사 밖에서, 사용한 휴가 is not 사용하지 아니한 휴가.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from onprem_rag.korean.morphemes import content_morphemes

_PLACES = {"안": "안내", "내": "안내", "밖": "밖외", "외": "밖외"}
_SIDE = re.compile(r"(?<=[가-힣] )(안|밖|내|외)(?=에서|에|의|으로)")
_EVEN = re.compile(r"(?:경우|때)(?:에)?도(?![가-힣])|라도|불구하고")
_CONCEDES = re.compile(r"(?:경우|때)(?:에)?도(?![가-힣])|라도|불구하[고여]|관계\s?없이|막론")
_DENIED = re.compile(
    r"([가-힣]{1,12}?)(?:하|되)?지\s?(?:아니|않|못|말)(?!하?으?면\s?(?:아니|안))|([가-힣]{1,12}?)(?:이|가)?\s?(?:아닌|아니[한하인])(?![가-힣])"
)
_DENIED_OF = re.compile(
    r"([가-힣]{1,12}?)(?:하|되)?지\s?(?:아니[한하]|않[은는]|못[한하])[는]?\s+([가-힣]{2})"
)
_NO_NOUN = re.compile(r"(?:이|가)?\s?아닌(?![가-힣])")
_EXCEPTED = re.compile(r"아닌|아니|않|제외|외의|외에")
_NEITHER = re.compile(r"아니|않|못|아닌|제외|외의|외에|없|말[고아]|금지")
_PAIRED = re.compile(
    r"([가-힣A-Za-z]{1,20})(?:을|를)?\s?"
    r"(?P<joint>(?:이나|과|와|하고|거나|고)\s|\s(?:및|또는|혹은)\s|(?:및|또는|ㆍ|·))\s?"
    r"([가-힣A-Za-z]{1,20})"
)
_OR = re.compile(r"이나|거나|또는|혹은")
_OF_EACH = re.compile(r"각각|각\s|어느\s하나|모두|하나")
_LEAST = 2  # letters of a word that tells something


def joins_alike(claim: str, source: str) -> bool:
    """Whether ``source`` has the sides, joints, concessions and denials of ``claim``."""
    return (
        _same_sides(claim, source)
        and _same_joints(claim, source)
        and _concedes(claim, source)
        and _denies_alike(claim, source)
    )


# --- inside and outside, and and or, even --------------------------------------------------------
def _same_sides(claim: str, source: str) -> bool:
    """청사 안에서 is not 청사 밖에서."""
    return all(
        any(f" {side}" in source or f"{side}에" in source for side in _PLACES[found[1]])
        for found in _SIDE.finditer(claim)
    )


def _pairs(text: str) -> Iterator[tuple[str, str, bool]]:
    """Two words that a joint binds, and whether one of them is enough."""
    at = 0
    while found := _PAIRED.search(text, at):
        at = found.start(3)
        yield found[1], found[3], bool(_OR.search(found["joint"]))


def _same_joints(claim: str, source: str) -> bool:
    """A 또는 B is not A 및 B, where the source says neither of each."""
    stated = list(_pairs(source))
    for one, other, either in _pairs(claim):
        same = [
            its for first, second, its in stated if _alike(one, first) and _alike(other, second)
        ]
        if same and either not in same and not _OF_EACH.search(claim):
            return False
    return True


def _alike(one: str, other: str) -> bool:
    least = min(len(one), len(other), _LEAST)
    return one[-least:] == other[-least:] or one[:least] == other[:least]


def _concedes(claim: str, source: str) -> bool:
    return not _EVEN.search(claim) or bool(_CONCEDES.search(source))


# --- denials -------------------------------------------------------------------------------------
def _denied(text: str) -> list[str]:
    return [(found[1] or found[2])[-4:] for found in _DENIED.finditer(text)]


def _denies_alike(claim: str, source: str) -> bool:
    """Whether the claim denies of what it names what the source denies of it, and nothing else."""
    mine, its = _denied(claim), _denied(source)
    written = "".join(source.lower().split())
    said = set(_content(claim))
    if any(
        _stands(verb, said)
        and not _NEITHER.search(claim)
        and written.count(verb) <= its.count(verb)
        for verb in its
    ):
        return False
    for found in _DENIED_OF.finditer(source):
        verb, noun = found[1][-4:], found[2][:2]
        for told in re.finditer(rf"([가-힣]{{1,12}}[ㄴ은는한친된린킨긴진난])\s+{noun}", claim):
            if _stands(verb, set(_content(told[0]))) and not _NEITHER.search(told[0]):
                return False
    if _NO_NOUN.search(claim) and not _EXCEPTED.search(source):
        return False
    return not any(
        verb in written and not _NEITHER.search(source) for verb in mine if verb not in its
    )


def _stands(verb: str, words: set[str]) -> bool:
    return any(len(word) >= _LEAST and verb.endswith(word) for word in words)


@lru_cache(maxsize=1024)
def _content(text: str) -> tuple[str, ...]:
    return tuple(content_morphemes(text))
