"""Where the names of a text stand: words that end as names do, titles, persons."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from onprem_rag.korean.morphemes import nouns
from onprem_rag.korean.name_words import (
    COMMITTEE,
    INSTITUTION,
    LONGEST_TAIL,
    OWNERS,
    POSITION,
    STATUTE,
    SURNAMES,
    TAILS,
    name_class,
)

_QUOTED = re.compile(r"[「『]([^「」『』\n]{1,90})[」』]")
_IN_MARKS = re.compile(r"[\"']([가-힣A-Za-z0-9·,() ]{3,60})[\"']")
_ANNEX = re.compile(r"별[지표첨]")
# "…에 관한 규정" may be any provision, unless it reads as a title: …등에 관한 규정, … 제3조.
_ABOUT = re.compile(
    r"(?:에\s?관한\s?(?:법률|특별법|특례법|특별조치법)"
    r"|(?<=등)에\s?관한\s?(?:규정|규칙|지침|조례|예규)"
    r"|에\s?관한\s?(?:규정|규칙|지침|조례|예규|내규)(?=\s?제\s?\d{1,4}\s?조))"
    r"(?:\s?시행령|\s?시행규칙)?(?![가-힣]{0,2}[률칙])"
)
_NO_TITLE = re.compile(  # words that stand before a title and are none of it
    r".*(?:[은는가이]|에서?|에게|으?로|로서|면|며|고|나|여|따라|따른|[을를])"
    r"|또는|다만|단|중|의|제\d.*|그.|이|동"
)
_BREAK = re.compile(r"\n\s*\n|[^가-힣A-Za-z0-9· \n]")
_LONGEST_TITLE = 60
_LATIN = re.compile(
    r"(?<![A-Za-z0-9./@_&-])(?:[A-Z][A-Za-z0-9]{0,14}[-&]?[A-Z][A-Za-z]{0,14}(?:-[A-Z]{1,9})?"
    r"|[A-Z]{1,3}-[A-Z][A-Za-z]{1,14}|[A-Z][a-z]{2,14}(?=[가-힣]))(?![A-Za-z0-9./@_])"
)
_NO_LATIN = frozenset(
    "MB GB KB TB KW KG MM CM KM ML PPM TEL FAX URL PDF HWP VAT II III IV VI NO OO XX XXX".split()
)
_LABELS = "담당자|성명|이름|대표자|작성자"
_RANKS = "위원장|원장|이사장|대표이사|총장|장관|신청인|책임자"
_PERSON = re.compile(
    rf"(?:(?:{_LABELS}|{_RANKS})(?:\s{{1,3}}|\s?[:=]\s{{0,3}})|(?:{_LABELS})\s?\()"
    rf"([{SURNAMES}][가-힣]{{2}})(?=[은는이가의을를와과님씨]?(?![가-힣]))"
    rf"|(?<![가-힣])([{SURNAMES}][가-힣]{{2}})(?=\s(?:[가-힣]{{0,4}}(?:과장|부장|팀장|실장|차장|주임"
    r"|교수|박사|위원장|원장|사장|총장|장관)|씨|님|선생)(?![가-힣]{2}))"
)
_NO_PERSONS = frozenset("이용자 이메일 임직원 조합원 한국어 신청인 전문가 주소지".split())
# 감사 is an audit as well, 시장 a market.
_AUDITOR = re.compile(
    r"(?<![가-힣])감사(?=(?:는|가|에게|께서)(?![가-힣])|[·,] ?(?:이사|사장))"
    r"|(?<![가-힣])시장(?=(?:[·,]| 또는| 및) ?(?:군수|구청장|도지사))"
    r"|(?<=이사)(?:[·,] ?| 및 | 또는 |와 )(감사)(?![가-힣]{2})"
)
_INNER = re.compile(  # 위원회의결, 원장명의로
    r"[가-힣]{0,20}?(?:위원회|심의회|이사회|협의회|장관|이사장|위원장|원장|부서장|기관장|총장"
    r"|시행령|시행규칙)(?=의결|심의|동의|승인|심사|위원|구성|운영|명의|소속|직인|허가|표창|고시"
    r"|결정|회의|개최|간사|소집|에|은|는|이|가|을|를|의|과|와|및|또는|으로|로)"
)
_CLOSING = frozenset(",|·)/;:\n")  # after these a word's last letter is no particle
_WORD = re.compile(r"[가-힣]+")
_LATIN_BEFORE = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9][A-Za-z0-9&-]{0,14}$")
_NO_SIGNS = re.compile(r"[\W_]+")
# What only the word before makes a name of: 인사 규정, 전자결재 시스템.
_JOINING = frozenset(
    "위원회 심의회 협의회 기본법 특별법 특례법 시스템 규정 규칙 지침 세칙 내규 예규 편람 매뉴얼 "
    "센터".split()
)
_NOT_ALONE = (_JOINING | {"부서"}) - {"위원회", "심의회", "협의회"}
_DERIVED = frozenset("시행령 시행규칙 시행세칙".split())
_UNNAMED = frozenset(
    "해당 소속 관련 관계 당해 모든 각각 이하 이상 경우 다음 별도 기타 상기 현행 종전 본인 같은 "
    "다른 각종 제반 본교 과태료 경과조치 처벌 정의 당시 그때 이때 또한 다만 한편 따라서 그리고 "
    "기존 최근 내부 외부 자체 각급 일부 전체 우리 회사 기관 특별 세부 위임 준용 벌칙 개정 제정 "
    "폐지 이전 이후 그밖 금지 제한 예외 단서 적용 때문 자신".split()
)
_OWNING = re.compile(
    r".*(?:담당|주관|총괄|소관|전담|운영|관리|발주|요구|의뢰|집행|계약|구매|감독|감사|인사|회계"
    r"|예산|홍보|보안)"
)
_OWNED = re.compile(  # 인사 담당부서장, 구매 요구부서
    r"(?:담당|주관|총괄|소관|요구|의뢰|전담|요청|관리|보호|발주|집행)"
    r"(?:부서장?|담당자|담당관|책임자|책임관)|담당자|책임자|담당관|책임관"
)
_SHORT_HEAD = 4  # 교육청, 위원회: short enough to need the word before


class Span(NamedTuple):
    """A name in ``[start, end)`` of a text, and its normalised form."""

    start: int
    end: int
    value: str


class _Word(NamedTuple):
    """The word before another: its class, "" where none, and whether no particle follows it."""

    start: int
    end: int
    kind: str
    whole: bool


def squeezed(folded: str) -> str:
    """The letters and digits of ``folded`` in lower case."""
    return _NO_SIGNS.sub("", folded).lower()


def spans(text: str) -> list[Span]:
    """The names in ``text`` (folded); those of two sorts may lie across one another."""
    titles = sorted({*_quoted(text), *_about(text)})
    return [*titles, *_words(text, titles), *_auditors(text), *_persons(text), *_latin(text)]


def _quoted(text: str) -> Iterator[Span]:
    for title in _QUOTED.finditer(text):
        value = squeezed(title[1])
        if len(value) > 1 and not _ANNEX.match(value):
            start = title.start(1) + len(title[1]) - len(title[1].lstrip())
            yield Span(start, start + len(title[1].strip()), value)
    for title in _IN_MARKS.finditer(text):  # '재외공무원 수당 지급 규칙'
        words = title[1].split()
        plain = not any(_NO_TITLE.fullmatch(word) for word in words[:-1])
        if plain and len(words) > 1 and name_class("".join(words)) == STATUTE:
            yield Span(title.start(1), title.end(1), squeezed(title[1]))


def _about(text: str) -> Iterator[Span]:
    """Titles without 「」: 공공기관의 운영에 관한 법률."""
    for kind in _ABOUT.finditer(text):
        start = max(0, kind.start() - _LONGEST_TITLE)
        for sign in list(_BREAK.finditer(text, start, kind.start()))[-1:]:
            start = sign.end()
        first, following = kind.start(), ""
        for word in reversed(list(re.finditer(r"\S+", text[start : kind.start()]))):
            # 국가를 당사자로 하는 계약
            idiom = following == "하는" or following.endswith("로") or word[0] == "하는"
            if following and _NO_TITLE.fullmatch(word[0]) and not idiom:
                break
            following, first = word[0], start + word.start()
        if first < kind.start():
            yield Span(first, kind.end(), squeezed(text[first : kind.end()]))


@lru_cache(maxsize=1 << 14)  # the same words stand in all rules
def _read(word: str, closed: bool) -> tuple[int, str] | None:
    """How many letters of ``word`` are a name, and its class; None where none are.

    ``closed`` tells that a sign follows after which the word's end is no particle.
    """
    for end in range(len(word), max(1, len(word) - LONGEST_TAIL - 1), -1):
        noun, tail = word[:end], word[end:]
        if tail not in TAILS:
            continue
        if noun in _NOT_ALONE:
            return end, ""
        kind = name_class(noun)
        if kind is None or (kind == STATUTE and tail == "인"):  # 학교법인
            continue
        if noun[-1] != "과" or not _is_particle(noun, tail, closed):  # 예산과, 학생과의
            return end, kind
    inner = _INNER.match(word)
    return (inner.end(), name_class(inner[0]) or "") if inner else None


def _is_particle(noun: str, tail: str, closed: bool) -> bool:
    """Whether the last letter of ``noun``, a 과, may be a particle: only after a consonant."""
    may = (ord(noun[-2]) - 0xAC00) % 28 > 0
    return may and (tail in {"의", "는", "도"} or (not tail and not closed))


def _words(text: str, titles: Sequence[Span]) -> Iterator[Span]:
    """Names that are told by their last letters, outside ``titles``."""
    ahead = iter([*titles, Span(len(text) + 1, len(text) + 1, "")])
    title = next(ahead)
    before: _Word | None = None
    for word in _WORD.finditer(text):
        while title.end <= word.start():
            title = next(ahead)
        if title.start <= word.start():
            before = _Word(title.start, title.end, STATUTE, True)
            continue
        read = _read(word[0], text[word.end() : word.end() + 2].strip(" ")[:1] in _CLOSING)
        if read is None:
            before = _Word(word.start(), word.end(), "", True)
            continue
        noun, kind = word[0][: read[0]], read[1]
        start, end = _begin(text, word.start(), noun, kind, before), word.start() + read[0]
        value = squeezed(text[start:end])
        if text[start : word.start()].endswith(("」", "」 ")):  # 「국가공무원법」 시행령
            start = word.start()
        named = noun not in _NOT_ALONE or start < word.start()
        kind = kind or (name_class(value) or "" if named else "")
        before = _Word(start, end, kind, len(noun) == len(word[0]))
        if named:
            yield Span(start, end, value)


def _begin(text: str, start: int, noun: str, kind: str, before: _Word | None) -> int:
    """Where the name begins of which ``noun`` is the last word."""
    if text[start - 1 : start].isascii() and kind != POSITION:
        latin = _LATIN_BEFORE.search(text[max(0, start - 16) : start])  # ERP시스템, e-나라도움
        if latin:
            return start - len(latin[0])
    if before is None or not before.whole:
        return start
    between = text[before.end : start]
    if noun in _DERIVED and before.kind == STATUTE and between in {" ", "」", "」 "}:
        return before.start
    if between != " ":
        return start
    led = kind == POSITION or (kind in {INSTITUTION, COMMITTEE} and len(noun) < _SHORT_HEAD)
    if led and before.kind in OWNERS:  # 기획재정부 장관, 서울특별시 교육청
        return before.start
    word = text[before.start : before.end]
    joins = (
        noun in _JOINING
        or _OWNED.fullmatch(noun)
        or (noun in {"부서", "부서장"} and _OWNING.fullmatch(word))
    )
    return before.start if joins and _is_noun(word) else start


@lru_cache(maxsize=1 << 12)
def _is_noun(word: str) -> bool:
    """Whether ``word`` is nouns only, and tells something: 인사, not 해당 nor 따른."""
    if not 1 < len(word) <= _LONGEST_TITLE or word in _UNNAMED:
        return False
    if word[-1] in "의한된할될는던" or word[-2:] in {"관련", "관계"}:
        return False
    at = 0
    for part in nouns(word):  # of a compound first the whole, then what it is made of
        at += len(part) if word.startswith(part, at) else 0
    return at == len(word)


def _auditors(text: str) -> Iterator[Span]:
    """감사 and 시장, where they are persons."""
    board = "이사" in text or "임원" in text
    for match in _AUDITOR.finditer(text):
        if board or not text.startswith("감사는", match.start()):  # 감사는 정기감사로 한다
            group = match.lastindex or 0
            yield Span(match.start(group), match.end(group), match[group])


def _persons(text: str) -> Iterator[Span]:
    for match in _PERSON.finditer(text):
        name, start = match[1] or match[2], match.start(1 if match[1] else 2)
        parts = nouns(name)
        alone = parts == [name] or parts[1:] == [name[0], name[1:]]  # 홍길동, not 성희롱
        if alone and name not in _NO_PERSONS and name_class(name) is None:
            yield Span(start, start + len(name), name)


def _latin(text: str) -> Iterator[Span]:
    for match in _LATIN.finditer(text):
        if match[0].upper() not in _NO_LATIN:
            yield Span(match.start(), match.end(), squeezed(match[0]))
