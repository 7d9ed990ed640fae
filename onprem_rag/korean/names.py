"""Proper nouns and role nouns of rules: institutions, statutes, positions, committees, systems.

Words are told by what they end in, so time is linear in the text. A short form that the text
defines (이하 "연구원"이라 한다) has the value of its full one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from onprem_rag.korean.kind import Kind
from onprem_rag.korean.name_spans import Span, spans, squeezed
from onprem_rag.korean.name_words import (
    INSTITUTION,
    LONGEST_TAIL,
    OWNERS,
    STATUTE,
    SURNAMES,
    TAILS,
    name_class,
)
from onprem_rag.korean.text import fold
from onprem_rag.records import Fact

_DEFINED = re.compile(
    r"이하[ \t]*(?:(?:[^\s\"'「」()]{1,12}[ \t]+){0,2}[\"'「]([^\"'「」\n]{1,34})[\"'」]"
    r"[ \t]*(?:이?라고?|으?로)|([가-힣A-Za-z]{1,20}?)[ \t]?이?라고?)"
    r"[ \t]*(?:통칭|약칭)?(?:한다|함|칭한다|칭함|부른다|하며|하고)"
)
_LAST_WORDS = re.compile(r"[가-힣A-Za-z0-9·]+$")
_SAME_LAW = re.compile(
    r"(?<![가-힣])(?:같은|동)\s?(법률?|영|규칙|규정)(\s?시행령|\s?시행규칙)?"
    r"(?=[^가-힣]|[은는이가의을를에과와상])"
)
_SAME_KINDS = {
    "법": ("법", "법률"),
    "법률": ("법", "법률"),
    "영": ("령",),
    "규칙": ("규칙",),
    "규정": ("규정",),
}
_TITLED = re.compile(r".{4,}(?:기준|고시|약관)")  # names only in 「」
_LIKE_A_PERSON = re.compile(rf"[{SURNAMES}][가-힣]{{2}}")
_BARE = frozenset(  # heads that stand for the full name where the text is about one only
    "위원회 심의회 협의회 장관 차관 원장 총장 이사장 위원장 부위원장 청장 처장 사장 회장 총재 시장 "
    "군수 구청장 교육감 도지사 교육장 시행령 시행규칙 시행세칙 공단 재단 협회 법원 진흥원 기술원 "
    "평가원 개발원 정보원 연구원".split()
)
_NARROWER = re.compile(r"대|.*(?:부|소|분과|수석|전|차|중앙|상임|비상임)")
_ANYONE = frozenset("사람 경우 사항 기관 직원 업무 행위 규정 때 등 내용 사업 경비 금액".split())
_BETWEEN_WORDS = re.compile(r"[\s·,()]+")
_WORD = re.compile(r"[가-힣A-Za-z]+")
_LONGEST_REMARK = 120  # characters in the bracket before 이하
_DERIVED = frozenset("시행령 시행규칙 시행세칙".split())
_KIND = re.compile(r"(?:특별법|특례법|법률|법)?(시행령|시행규칙)?$")
_SHORT_TITLE = 4  # letters that a law's shortened title has before 법, at the least 국가계약


class Names(Kind):
    """기획재정부장관, 「국가공무원법」, 인사위원회, 총무과, 나라장터, 서울특별시, KOICA."""

    names = ("name",)

    def find(self, text: str) -> Iterable[Fact]:
        """The names of ``text``, without particles; ``value`` is in letters and digits only."""
        return [
            Fact(
                kind="name",
                text=text[one.start : one.end],
                value=one.value,
                start=one.start,
                end=one.end,
            )
            for one in _names(fold(text))
        ]

    def same(self, claimed: Fact, stated: Fact) -> bool:
        """Whether both name one thing; the claim may leave out what the name belongs to."""
        if claimed.kind != stated.kind:
            return False
        claim, source = claimed.value, stated.value
        if claim == source:
            return True
        written = squeezed(fold(claimed.text))
        # A short form counts as it stands where one of the two texts doesn't define it.
        if written == squeezed(fold(stated.text)) and written in (claim, source):
            return True
        if name_class(source) == STATUTE and name_class(claim) == STATUTE:
            longer = source not in _DERIVED and _is_title_of(source, claimed)
            return longer or _is_title_of(claim, stated)
        return _shortens(claim, source)

    def rivals(self, claimed: Fact, stated: Fact) -> bool:
        """Another name of the same class: a position for a position."""
        kind = _class(claimed.value)
        return bool(kind) and super().rivals(claimed, stated) and kind == _class(stated.value)


def _class(value: str) -> str:
    """The class of a name; "" for what is compared with nothing else, as a defined term."""
    if value.isascii():
        return "abbreviation"
    if _LIKE_A_PERSON.fullmatch(value) and name_class(value) is None:
        return "person"
    return name_class(value) or (STATUTE if _TITLED.fullmatch(value) else "")


def _shortens(short: str, full: str) -> bool:
    """Whether ``short`` leaves out the institution, never what tells two of them apart."""
    if len(short) >= len(full) or not full.endswith(short):
        return False
    left = full[: -len(short)]
    if name_class(left) in OWNERS:  # 기획재정부|장관, 인사위원회|위원장
        return True
    if short in _BARE:
        return not _NARROWER.fullmatch(left) or short in {"장관", "차관"}
    # 한국환경산업기술|원장 is led by 한국환경산업기술원
    return short[-1] == "장" and name_class(full[:-1]) == INSTITUTION and short[:-1] != "부원"


def _is_title_of(short: str, fact: Fact) -> bool:
    """Whether ``short`` is the title ``fact`` without its first words, or shortened as laws are."""
    words = [squeezed(word) for word in _BETWEEN_WORDS.split(fold(fact.text))]
    if any("".join(words[at:]) == short for at in range(1, len(words))):
        return True
    return _is_short_title(short, fact.value)


def _is_short_title(short: str, full: str) -> bool:
    """부정청탁금지법 of 부정청탁및금품등수수의금지에관한법률."""
    if len(short) >= len(full) or "에관한" not in full or short[0] != full[0]:
        return False
    kinds = [_KIND.search(one) for one in (short, full)]
    if not kinds[0] or not kinds[1] or kinds[0][1] != kinds[1][1]:
        return False
    body, letters = short[: kinds[0].start()], iter(full[: kinds[1].start()])
    return len(body) >= _SHORT_TITLE and all(letter in letters for letter in body)


# --- finding --------------------------------------------------------------------------------------
def _names(text: str) -> list[Span]:
    found = spans(text)
    if definitions := _definitions(text, found):
        found = _defined(text, found, definitions)
    found += _same_laws(text, found)
    found.sort(key=lambda one: (one.start, -one.end))
    kept: list[Span] = []
    for one in found:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def _definitions(text: str, found: Sequence[Span]) -> dict[str, str]:
    """The values of the short forms that ``text`` defines."""
    values: dict[str, str] = {}
    ends = {one.end: one.value for one in found}
    for match in _DEFINED.finditer(text):
        short = squeezed(match[1] or match[2])
        before = text[max(0, match.start() - _LONGEST_REMARK) : match.start()]
        opening = before.rfind("(")
        head = before[:opening] if opening > before.rfind(")") else before
        head = head.rstrip(" \t\n,「」『』\"'")
        full = ends.get(match.start() - len(before) + len(head), "")
        if not full and (words := _LAST_WORDS.search(head)):
            full = squeezed(words[0])
        if short and _says_more(full) and not short.endswith(full):
            values[short] = full
    return values


def _says_more(full: str) -> bool:
    """Whether a short form may be written out so: not as 자, 사람 or 1인."""
    return len(full) > 1 and full not in _ANYONE and not full[0].isdecimal()


def _defined(text: str, found: Sequence[Span], full: Mapping[str, str]) -> list[Span]:
    """``found`` with the short forms of ``text``, all with the values of the full ones."""
    changed = [one._replace(value=_expanded(one.value, full)) for one in found]
    starts = {one.start for one in found}
    longest = max(map(len, full))
    for word in _WORD.finditer(text):
        if word.start() in starts or len(word[0]) > longest + LONGEST_TAIL:
            continue
        for end in range(min(longest, len(word[0])), 0, -1):
            value = full.get(word[0][:end].lower())
            if value and word[0][end:] in TAILS:
                changed.append(Span(word.start(), word.start() + end, value))
                break
    return changed


def _expanded(value: str, full: Mapping[str, str]) -> str:
    """연구원 and 연구원장 where 연구원 is defined; 시행령 of 법 too."""
    if value in full:
        return full[value]
    if value[-1] == "장" and value[:-1] in full:
        return full[value[:-1]] + "장"
    return value


def _same_laws(text: str, found: Iterable[Span]) -> Iterator[Span]:
    """같은 법, 동법 시행령: what the statute is called that the text names before."""
    named = sorted(found, reverse=True)
    last: dict[str, str] = {}  # the values by the word that 같은 may stand before
    for match in _SAME_LAW.finditer(text):
        while named and named[-1].end <= match.start():
            value = named.pop().value
            if value not in _DERIVED:
                last |= {kind: value for kind in _SAME_KINDS if value.endswith(_SAME_KINDS[kind])}
        if value := last.get(match[1], ""):
            value += squeezed(match[2] or "")
            last |= {kind: value for kind in _SAME_KINDS if value.endswith(_SAME_KINDS[kind])}
            yield Span(match.start(), match.end(), value)
