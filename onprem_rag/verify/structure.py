"""Whether the words of a claim hang together as those of its source do.

All nouns of a claim may stand in a span and yet be exchanged in it: who asks whom, what takes the
place of what, whose rate that is. So what one statement of a claim has with a particle must stand
in one statement of the source, in a part that can be meant by it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from onprem_rag.korean.clauses import clauses, masked
from onprem_rag.korean.equivalents import rule_words
from onprem_rag.korean.morphemes import nouns
from onprem_rag.korean.text import fold
from onprem_rag.verify.joints import joins_alike

# The parts that words have in a statement.
_TOPIC, _SUBJECT, _OBJECT, _TO, _FROM, _BY, _OF, _PLAIN, _AT, _WITH = range(10)
_PARTICLES = (
    (_FROM, r"(?:으?로부터|에게서|한테서)(?:는|도|만)?"),
    (_TO, r"(?:에게|께|한테)(?:는|도|만)?"),
    (_AT, r"에서?(?:는|도|만|의)?"),
    (_TOPIC, r"(?:은|는|이란|란)"),
    (_SUBJECT, r"(?:께서는|께서|이|가)"),
    (_OBJECT, r"(?:을|를)"),
    (_BY, r"(?:으로|로)(?:써|만|도|는)?"),
    (_OF, r"의"),
    (_WITH, r"(?:과|와)(?:는|도|의)?"),
)
_ARGUMENT = re.compile(
    r"(?P<stem>[가-힣A-Za-z·\d]*?[가-힣A-Za-z])(?:"
    + "|".join(f"(?P<p{part}>{particle})" for part, particle in _PARTICLES)
    + r")$"
)
_ENDS_IN_UI = re.compile(
    r"(?:회의|논의|협의|심의|(?<!아)동의|문의|합의|명의|유의|주의|정의|건의|결의|질의|편의|임의|고의)$"
)
_VERBAL = "하되시키받려지이있없않"  # what makes verbs of nouns: 취급받은
_WORD = re.compile(r"[^\s,()\[\]\"'「」|:]+|,")
_LISTED = re.compile(r"(?:및|또는|혹은|과|와|이나|ㆍ)")
# What one gives that another asks for: 원장의 승인을 받아 is not what 원장 receives.
_GIVEN = re.compile(
    r"승인|동의|의결|결재|허가|심의|신청|요구|요청|추천|명령|지시|확인|의견|부담|청구|제청|허락"
)
_ACTOR = re.compile(
    r"(?:장|팀|관|원|자|인|위원회|회|부서|부|처|청|기관|원회|주체|업체|법인|회사|대리인|가족|배우자"
    r"|아동|감독|이사|감사|담당|진흥원|연구원)$"
)
_NO_ACTOR = re.compile(
    r"(?:출장|보장|포장|확장|주장|입장|직장|문장|대장|등장|보관|이관|정관|소관|연관|유관|송부|세부|장부|연장|현장|시장|규정|통장|공장|무관|기관장치|지원|재원|정원|인원|복원|승인|확인|부인|원인|할인|투자|적자|문자|숫자|전자|글자|기회|조회|사회|개회"
    r"|누계|일부|전부|외부|내부|여부|납부|첨부|교부|거부|조처|출처|신청|요청|청|부|자|인|원|장|관|회)$"
)
_RECEIVES = re.compile(r"받|쓸|쓰|사용|이용|있습|있다|있어|있음|가능|얻|[된됩되돼]|필요")
_PASSIVE = re.compile(r"[된됩되돼]|받|필요|있|없|발생|생기")
_VERB_AFTER = re.compile(r"(?:하|할|한|합|함|해|되|된|될|됩|돼|시키|시킨)")
_SEVERAL = re.compile(r",|거나|하고|하며|[가-힣](?:과|와)\s|\s(?:및|또는)\s|이나\s")
_ROW = " | "
_LABEL = re.compile(r"(^|\n)([^\n:,.]{0,40}?[가-힣)]):\s(?=\S)")
# What the answer is about; its nouns are compared with the titles elsewhere.
_LEAD_IN = re.compile(
    r"^[^\n:,.]{1,40}?(?:의 경우(?:에는)?|에 (?:관하여는?|관해서는?|대하여는?|대해서는?)), "
    r"|^(?:또한|그리고),? "
)
_QUOTES = re.compile(r"[\"'「」『』]")
_HEADING = re.compile(r"^\s*\|+\([^()\n]{1,60}\)\s*")  # its number is blanked
_PROVISO = re.compile(r"^\s*(?:다만|단),", re.MULTILINE)
_WORD_END = (
    r"(?=$|[^가-힣]|(?:은|는|이|가|을|를|의|에|에게|으?로|과|와|도|만|및|께|이나|나|이란|란|이라)(?:[^가-힣]|는|서|부)"
    r"|하|되|된|될|됨|됩|시키|시킨|시켜|받|함|한|할|합|했|해|인|일|이|중|등|별|시|자|용)"
)
_PREDICATE = 20  # letters at the end of a statement
_TITLE = 4  # letters of a title that needs nothing before it: 보안담당관
_SPACELESS = 12  # letters a word, on an average
_LONGEST = 3_000  # characters of a claim
_LEAST = 2  # letters of a noun that tells something
_LIGHT = frozenset(
    "경우 때 것 자 수 바 중 등 때문 위 다음 각호 호 항 조 이 그 저 날 일 이때 이상 이하 이내 미만 "
    "초과 범위 한도 최대 최소".split()
)


@dataclass(frozen=True, slots=True)
class _Word:
    """A noun with its part; ``after`` is the word that follows it."""

    stem: str
    part: int
    after: str


@dataclass(frozen=True, slots=True)
class _Chunk:
    """One statement: its nouns, and its letters without blanks."""

    words: tuple[_Word, ...]
    joined: str
    text: str


def hangs_together(claim: str, source: str, lead: str, heading: str) -> bool:
    """Whether ``source`` binds its words as ``claim`` does; ``lead`` announces it.

    Values are blanked. ``heading`` (titles) may hold what the claim is about, nothing else.
    """
    if len(claim) > _LONGEST:
        return False  # nobody could tell apart what is whose
    claim, lead = _labelled(fold(claim)), _HEADING.sub("", _QUOTES.sub("", fold(lead)))
    source = _labelled(_HEADING.sub("", fold(source)))
    whole = f"{lead}\n{source}"
    if not joins_alike(claim, whole):
        return False
    if len(source) > _SPACELESS * len(source.split()):
        return True  # a PDF's text that lost its blanks, where no word shows its particle
    stated = _stated(source, lead)
    title = fold("\n".join(heading.split("\n")[-2:]))
    return all(
        any(_fits(said, chunk, title) for chunk in _meant(said, stated, lead, source))
        for said in _chunks(claim)
        if said.words
    )


def _meant(said: _Chunk, stated: Sequence[_Chunk], lead: str, source: str) -> Sequence[_Chunk]:
    """The statements that ``said`` may tell; a list as one only where no item has its topic."""
    topics = [word.stem for word in said.words if word.part == _TOPIC]
    if "\n" not in source.strip():
        return stated
    own = [
        chunk
        for chunk in stated[1:]
        if topics and all(any(word.stem.endswith(one) for word in chunk.words) for one in topics)
    ]
    if own:
        return own
    return (*stated, _chunk(f"{lead}\n{source}")) if _SEVERAL.search(said.text) else stated


def _labelled(text: str) -> str:
    """A label told as what the statement is about: 견책: 시말서를 …, 연차휴가의 경우, …."""
    text = _QUOTES.sub("", text)
    if _ROW in text:
        return text
    return _LABEL.sub(r"\1\2은 ", _LEAD_IN.sub("", text))


def _squeeze(text: str) -> str:
    return "".join(text.lower().split())


# --- statements ----------------------------------------------------------------------------------
@lru_cache(maxsize=512)
def _stated(source: str, lead: str) -> tuple[_Chunk, ...]:
    """The statements of a span, each with what announces it."""
    announcing = _chunk(lead)
    found: list[_Chunk] = []
    for line in source.split("\n"):
        found += [
            _Chunk(
                (*announcing.words, *chunk.words),
                announcing.joined + chunk.joined,
                f"{lead}\n{chunk.text}",
            )
            for chunk in _chunks(line)
        ]
    return tuple(found)


@lru_cache(maxsize=512)
def _chunks(text: str) -> tuple[_Chunk, ...]:
    """The statements of a sentence: each begins with a topic of its own."""
    starts = [0, *(start for start in _topics(text) if start)]
    found: list[_Chunk] = []
    shared = _shared(text, starts[1] if len(starts) > 1 else 0)
    for at, start in enumerate(starts):
        end = starts[at + 1] if at + 1 < len(starts) else len(text)
        # 정직으로, 감봉은 견책으로 한다: the last predicate is that of all.
        piece = text[start:end]
        found.append(_chunk(f"{shared} {piece}" if at and shared else piece))
    return tuple(found)


def _topics(text: str) -> Iterator[int]:
    """Where a statement with a topic of its own begins, behind another one."""
    plain = masked(text)
    borders = {start for start, _ in clauses(text)}
    borders |= {found.end() for found in re.finditer(r",\s+", plain)}
    seen = False
    last = 0
    for start, end in pairwise(sorted(borders | {0, len(text)})):
        own = any(
            word.part == _TOPIC and not re.search(r"(?:경우|때)에?$", word.stem)
            for word in _words(text[start:end])
        )
        if own and seen and start > last:
            yield start
            last = start
        seen = seen or own


def _shared(text: str, first: int) -> str:
    """What the first of several statements holds for all: 담보기간은 물품은 1년, 공사는 2년."""
    if not first:
        return ""
    found = [
        match.end()
        for match in re.finditer(r"\S{0,40}?[가-힣](?:은|는)\s", text[:first])
        if _ends_in_noun(match[0].strip()[:-1], 1)
    ]
    return text[: found[0]] if len(found) > 1 else ""


def _chunk(text: str) -> _Chunk:
    return _Chunk(tuple(_words(text)), _squeeze(text), text)


def _words(text: str) -> list[_Word]:
    """The nouns with particles; those of a list have the particle of its last."""
    found: list[_Word] = []
    waiting: list[tuple[str, str]] = []  # members of a list that goes on
    tokens = [match[0].rstrip(".;") for match in _WORD.finditer(text)]
    for at, token in enumerate(tokens):
        following = tokens[at + 1] if at + 1 < len(tokens) else ""
        match = _ARGUMENT.fullmatch(token)
        if token == "," or _LISTED.fullmatch(token):
            continue
        if match is None or _ends_in_noun(token, _LEAST) or not _ends_in_noun(match["stem"], 1):
            if following == "," or _LISTED.fullmatch(following) or token.endswith("이나"):
                waiting.append((token.removesuffix("이나"), following))
            else:
                found += [_Word(stem, _PLAIN, after) for stem, after in waiting]
                waiting = []
                found.append(_Word(token, _PLAIN, following))
            continue
        part = next(one for one, _ in _PARTICLES if match[f"p{one}"])
        if part == _WITH and token[-1] in "과와":
            waiting.append((match["stem"], following))
        found += [_Word(stem, part, following) for stem, _ in waiting if part != _WITH]
        if part != _WITH:
            waiting = []
        found.append(_Word(match["stem"], part, following))
    return found + [_Word(stem, _PLAIN, "") for stem, _ in waiting]


def _ends_in_noun(token: str, least: int) -> bool:
    """Whether its last letters, ``least`` at least, are a noun: those of 휴가 are no particle."""
    if token[-1] == "의" and least > 1:
        return bool(_ENDS_IN_UI.search(token))
    found = _nouns(token)
    if not found or len(found[-1]) < least:
        return False
    suffixed = least == 1 and token[-1] not in _VERBAL and token[:-1].endswith(found[-1])
    return token.endswith(found[-1]) or suffixed  # 우수상: a noun and its suffix


# --- parts ---------------------------------------------------------------------------------------
def _fits(said: _Chunk, stated: _Chunk, title: str) -> bool:
    return all(
        _has(word, said, stated, title)
        for word in said.words
        if word.part != _PLAIN and word.stem not in _LIGHT and len(word.stem) >= _LEAST
    )


def _has(word: _Word, said: _Chunk, stated: _Chunk, title: str) -> bool:
    """Whether ``stated`` has the noun in a part that ``word`` can mean."""
    same = [
        one
        for one in stated.words
        if _is(word.stem, one.stem)
        and (
            one.stem.endswith(word.stem)  # 휴가, of 연차휴가
            or word.stem.removesuffix(one.stem) in stated.joined + _squeeze(title)
        )
    ]
    if not same or word.part == _WITH or (word.part == _AT and not _is_actor(word.stem)):
        return bool(same) or _is_named(word, stated, title)
    return any(_may_be(word, one, said, stated) for one in same)


def _is(claimed: str, stated: str) -> bool:
    if stated != claimed and len(claimed) >= _TITLE and _is_actor(claimed):
        return len(stated) >= _LEAST and claimed.endswith(stated)  # 분임보안담당관 is another one
    return stated.endswith(claimed) or (len(stated) >= _LEAST and claimed.endswith(stated))


def _is_named(word: _Word, stated: _Chunk, title: str) -> bool:
    own = [one.lower() for one in _nouns(word.stem) if len(one) >= _LEAST and one not in _LIGHT]
    joined, text = stated.joined, stated.text
    if word.part in (_TOPIC, _SUBJECT, _AT, _OF) and _is_actor(word.stem):
        alone = r"(?<![가-힣])" if len(word.stem) >= _TITLE else ""
        pattern = alone + re.escape(word.stem) + r"(?![가-힣]{2}|별)"
        found = re.search(pattern, f"{text}\n{title}")
        return bool(found) or _is_told(word.stem, joined)
    if word.part in (_TOPIC, _OF, _AT, _WITH):  # what it is about
        joined += _squeeze(title)
        return all(one in joined or _is_told(one, joined) for one in own)
    if _PROVISO.search(stated.text) and not _another(
        word, stated
    ):  # may leave out what the sentence before it has
        text = f"{text}\n{title}"
    return all(
        bool(re.search(re.escape(one) + _WORD_END, text.lower())) or _is_told(one, joined)
        for one in own[-1:]
    ) and all(one in joined + _squeeze(title) or _is_told(one, joined) for one in own[:-1])


def _another(word: _Word, stated: _Chunk, head: str = "") -> bool:
    """Whether the same is done there to something else than ``head``."""
    return any(
        one.part == _OBJECT and one.after[:2] == word.after[:2] and not head.startswith(one.stem)
        for one in stated.words
    )


def _is_told(noun: str, joined: str) -> bool:
    return any(other in joined for other in rule_words(noun))


def _may_be(word: _Word, stated: _Word, said: _Chunk, source: _Chunk) -> bool:
    claimed, part = word.part, stated.part
    actor = _is_actor(word.stem)
    if part == _PLAIN and actor and stated.after[:1] >= "가" and _ROW not in source.text:
        return claimed in (_OF, _PLAIN)  # 원장 표창 is nothing that 원장 does
    if part == claimed == _OF:
        return word.after[:2] == stated.after[:2] or not (
            _GIVEN.match(word.after)
            or any(
                one.part == _OF and one.after[:2] == word.after[:2] and one.stem != stated.stem
                for one in source.words
            )
        )
    if part == claimed:
        return True
    if part == _PLAIN:
        return claimed != _OBJECT or not _another(word, source, stated.after)
    if part == _WITH:
        return False  # of a list it has the part of the last too
    if claimed in (_TOPIC, _SUBJECT):
        if part in (_TOPIC, _SUBJECT):
            return True
        if part == _OF and _GIVEN.match(stated.after):
            return stated.after[:2] in said.text and word.stem + "의" not in said.joined
        if not actor:
            return claimed == _TOPIC or part != _BY
        if part in (_TO, _AT):
            return bool(_RECEIVES.search(said.text[-_PREDICATE:]))
        return part == _OF or (part == _OBJECT and bool(_PASSIVE.search(said.text)))
    if claimed == _OBJECT:
        if part == _BY:
            return bool(_VERB_AFTER.match(stated.after))
        return part == _OF or (part in (_SUBJECT, _TOPIC, _AT) and not actor)
    if claimed in (_TO, _AT):
        return part in (_AT, _TO) or (part == _TOPIC and "받" in source.text and claimed == _TO)
    if claimed == _FROM:
        return part == _OF
    if claimed == _BY:
        return part == _AT and not actor
    if claimed == _OF and _GIVEN.match(word.after):
        return part in (_SUBJECT, _TOPIC, _FROM) and word.after[:2] in source.text and not actor
    return True


def _is_actor(stem: str) -> bool:
    return bool(_ACTOR.search(stem)) and not _NO_ACTOR.fullmatch(stem[-2:])


@lru_cache(maxsize=2048)
def _nouns(text: str) -> tuple[str, ...]:
    return tuple(nouns(text))
