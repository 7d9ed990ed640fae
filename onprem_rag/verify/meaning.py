"""Whether a sentence in other words says what its source says.

Character bigrams can't tell 유급 from 무급, nor who does what. Here every noun of the claim must
stand in the source, and what the source denies, orders or ties to a value must stay so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from onprem_rag.korean.morphemes import content_morphemes, nouns
from onprem_rag.korean.text import fold
from onprem_rag.records import Fact

# Nouns of answering style, and of limits, which are compared with their values.
_LIGHT = frozenset(
    "최대 최소 가능 경우 이내 필요 사용 신청 기간 범위 내용 규정 조항 조건 정도 해당 관련 이상 "
    "이하 미만 초과 이전 이후 다음 각호 각각 항목 사항 따름 의거 근거 출처 기준 이때 이것 그것 "
    "여기 아래 대한 적용 하나 모두 전체 조문 원문 답변 질문 확인 참고 명시 퍼센트 프로".split()
)
_LIMITING = ("초과", "넘")  # "초과할 수 없다" is a limit of its value
_OPPOSITE = {"전": "후", "후": "전", "이전": "이후", "이후": "이전"}
_EARLY = {"이전": "전", "이후": "후"}
# Syllables that turn a noun into another one: 비상임이사, 부원장, 미신고, 무급, 준용.
_PREFIXES = "비미불부무준"
_DENIAL = re.compile(
    r"아니\s?[하한할합된됩되]|않|없|(?<!잘)못\s?[하한할합]|안\s?[된됩되돼]|(?<![가-힣])안\s(?=[가-힣])"
    r"|금지|불가(?!피)|제외"
)
_MUST = re.compile(r"[가-힣]지\s*(?:아니하면|않으면|아니하고는)\s*(?:아니|안)\s?[된되됩돼][가-힣]*")
_CLAUSE = 16  # characters before a negative word in which what it denies stands
_ALLOWS = re.compile(r"수\s?있|가능|허용")
_OBLIGES = re.compile(r"[야]\s?[한하합해]|의무|[할을]\s?것[.\s]*$")
_ALLOWED = re.compile(r"(?:수\s?있(?:다|습니다|어요|음)|가능(?:하다|합니다|해요|함))[.\s]*$")
_OBLIGED = re.compile(r"야\s?(?:한다|합니다|해요|함|됩니다|된다)[.\s]*$")
# "종사할 수 있다고 인정되는 경우": what is only supposed is not said.
_SUPPOSED = re.compile(
    r"[가-힣]{0,4}(?:\s?수\s?[있없])?[가-힣]{0,3}?(?:다고|다는|라고|라는|는지|을지|ㄹ지)"
    r"|[가-힣]{0,3}(?:\s?수\s?[있없])?[는은한할된될인]\s?(?:경우|때)"
)
_WORD = re.compile(r"[가-힣]")


def says_the_same(
    claim: str, claimed: Sequence[Fact], span: str, stated: Sequence[Fact], context: str
) -> bool:
    """Whether ``span`` says ``claim``; ``context`` is its title, path and lead-in.

    The offsets of the facts are those of ``claim`` and of ``span``.
    """
    bare, source = _without(claim, claimed), _without(span, stated)
    return (
        _has_nouns(bare, f"{context}\n{span}")
        and _same_times(bare, source)
        and _same_denials(bare, source)
        and _same_force(bare, source)
        and _same_owners(claim, claimed, span, stated)
    )


def _without(text: str, facts: Sequence[Fact]) -> str:
    characters = list(text)
    for fact in facts:
        characters[fact.start : fact.end] = " " * (fact.end - fact.start)
    return fold("".join(characters))


@lru_cache(maxsize=2048)
def _nouns(text: str) -> tuple[str, ...]:
    return tuple(nouns(text))


@lru_cache(maxsize=2048)
def _content(text: str) -> tuple[str, ...]:
    return tuple(content_morphemes(text))


# --- nouns ---------------------------------------------------------------------------------------
def _weighty(text: str) -> list[str]:
    return [w for w in _nouns(text) if len(w) > 1 and w not in _LIGHT and not w.isdecimal()]


def _has_nouns(claim: str, source: str) -> bool:
    joined = "".join(claim.lower().split())
    # Mecab also names parts that aren't written there.
    wanted = {word for word in _weighty(claim) if word.lower() in joined}
    source = fold(source).lower()
    present = {word for word in wanted if _stands(word.lower(), source, claim.lower())}
    return all(word in present or _is_built(word, present) for word in wanted)


def _is_built(word: str, present: set[str]) -> bool:
    """Whether ``word`` is a compound of nouns that stand there: 연차휴가."""
    return not word or any(
        word.startswith(part) and _is_built(word[len(part) :], present) for part in present
    )


def _stands(word: str, source: str, claim: str) -> bool:
    """Whether ``source`` has ``word``, not only with a prefix that the claim leaves out."""
    pattern = re.compile(r"\s*".join(map(re.escape, word)))
    prefixed = {_prefix(claim, found.start()) for found in pattern.finditer(claim)}
    return any(
        (mark := _prefix(source, found.start())) is None or mark in prefixed
        for found in pattern.finditer(source)
    )


def _prefix(text: str, at: int) -> str | None:
    before = text[at - 1 : at]
    if not before or before not in _PREFIXES:
        return None
    if at > 1 and _WORD.match(text[at - 2]):  # 숙박비지급: the end of another noun?
        head = text[max(0, at - 8) : at]
        if any(len(noun) > 1 and head.endswith(noun) for noun in _nouns(text)):
            return None
    return before


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


# --- denial and force ----------------------------------------------------------------------------
def _denied(text: str, depth: int) -> list[str]:
    """The last ``depth`` content words before each negative word."""
    found: list[str] = []
    for match in _DENIAL.finditer(text):
        before = text[max(0, match.start() - _CLAUSE) : match.start()]
        cut = max(before.find(" ") + 1, 0) if match.start() > _CLAUSE else 0
        found += [word for word in _content(before[cut:])[-depth:] if word not in _LIMITING]
    return found


def _same_denials(claim: str, source: str) -> bool:
    claim, source = _MUST.sub("어야 한다", claim), _MUST.sub("어야 한다", source)
    claimed, stated = _content(claim), _content(source)
    loosely, strictly = _denied(claim, 2), _denied(source, 1)
    if any(
        word in claimed and word not in loosely and stated.count(word) <= strictly.count(word)
        for word in strictly
    ):
        return False
    allowed = _denied(source, 2)
    return all(word in allowed or word not in stated for word in _denied(claim, 1))


def _same_force(claim: str, source: str) -> bool:
    """A permission is no duty, and what is only supposed is neither."""
    if _ALLOWED.search(claim) and _OBLIGES.search(source) and not _ALLOWS.search(source):
        return False
    if _OBLIGED.search(claim) and _ALLOWS.search(source) and not _OBLIGES.search(source):
        return False
    heads = [word for word in _nouns(claim) if len(word) > 1]
    if not heads or heads[-1] in _LIGHT or not claim.rstrip(" .").endswith(("다", "요")):
        return True
    places = [found.end() for found in re.finditer(re.escape(heads[-1]), source)]
    return not places or any(not _SUPPOSED.match(source, place) for place in places)


# --- values --------------------------------------------------------------------------------------
def _owned(text: str, facts: Sequence[Fact], kind: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Each value of ``kind`` with the nouns between the one before it and itself."""
    before = 0
    for fact in facts:
        if fact.kind == kind:
            yield fact.value, frozenset(_weighty(_without(text, facts)[before : fact.start]))
            before = fact.end


def _same_owners(claim: str, claimed: Sequence[Fact], span: str, stated: Sequence[Fact]) -> bool:
    kinds = {fact.kind for fact in claimed if fact.kind != "reference"}
    return all(
        _owners_agree(list(_owned(claim, claimed, kind)), list(_owned(span, stated, kind)))
        for kind in kinds
    )


def _owners_agree(
    claimed: list[tuple[str, frozenset[str]]], stated: list[tuple[str, frozenset[str]]]
) -> bool:
    if len({value for value, _ in stated}) < 2:
        return True
    anchored = True
    for value, words in claimed:
        own = frozenset[str]().union(*(nouns for other, nouns in stated if other == value))
        others = frozenset[str]().union(*(nouns for other, nouns in stated if other != value))
        if words & (own - others):
            continue
        if words & (others - own):
            return False
        anchored = False
    return anchored or _is_in_order([v for v, _ in claimed], [v for v, _ in stated])


def _is_in_order(values: list[str], stated: list[str]) -> bool:
    rest = iter(stated)
    return all(value in rest for value in values if value in stated)
