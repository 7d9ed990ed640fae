"""Whether the words of a claim hang together as those of its source do.

All nouns of a claim may stand in a span and yet be exchanged in it: who asks whom, what takes the
place of what, whose rate that is. So what one statement of a claim has with a particle must stand
in one statement of the source, in a part that can be meant by it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from onprem_rag.korean.equivalents import rule_words
from onprem_rag.korean.text import fold, squeezed
from onprem_rag.verify.joints import joins_alike
from onprem_rag.verify.phrases import (
    AT,
    BY,
    FROM,
    LEAST,
    OBJECT,
    OF,
    PLAIN,
    SUBJECT,
    TO,
    TOPIC,
    WITH,
    Chunk,
    Word,
    chunk_of,
    chunks,
    nouns_of,
    stated_in,
)

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
_LIGHT = frozenset(
    "경우 때 것 자 수 바 중 등 때문 위 다음 각호 호 항 조 이 그 저 날 일 이때 이상 이하 이내 미만 "
    "초과 범위 한도 최대 최소".split()
)


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
    stated = stated_in(source, lead)
    title = fold("\n".join(heading.split("\n")[-2:]))
    return all(
        any(_fits(said, chunk, title) for chunk in _meant(said, stated, lead, source))
        for said in chunks(claim)
        if said.words
    )


def _meant(said: Chunk, stated: Sequence[Chunk], lead: str, source: str) -> Sequence[Chunk]:
    """The statements that ``said`` may tell; a list as one only where no item has its topic."""
    topics = [word.stem for word in said.words if word.part == TOPIC]
    if "\n" not in source.strip():
        return stated
    own = [
        chunk
        for chunk in stated[1:]
        if topics and all(any(word.stem.endswith(one) for word in chunk.words) for one in topics)
    ]
    if own:
        return own
    return (*stated, chunk_of(f"{lead}\n{source}")) if _SEVERAL.search(said.text) else stated


def _labelled(text: str) -> str:
    """A label told as what the statement is about: 견책: 시말서를 …, 연차휴가의 경우, …."""
    text = _QUOTES.sub("", text)
    if _ROW in text:
        return text
    return _LABEL.sub(r"\1\2은 ", _LEAD_IN.sub("", text))


# --- parts ---------------------------------------------------------------------------------------
def _fits(said: Chunk, stated: Chunk, title: str) -> bool:
    return all(
        _has(word, said, stated, title)
        for word in said.words
        if word.part != PLAIN and word.stem not in _LIGHT and len(word.stem) >= LEAST
    )


def _has(word: Word, said: Chunk, stated: Chunk, title: str) -> bool:
    """Whether ``stated`` has the noun in a part that ``word`` can mean."""
    same = [
        one
        for one in stated.words
        if _is(word.stem, one.stem)
        and (
            one.stem.endswith(word.stem)  # 휴가, of 연차휴가
            or word.stem.removesuffix(one.stem) in stated.joined + squeezed(title)
        )
    ]
    if not same or word.part == WITH or (word.part == AT and not _is_actor(word.stem)):
        return bool(same) or _is_named(word, stated, title)
    return any(_may_be(word, one, said, stated) for one in same)


def _is(claimed: str, stated: str) -> bool:
    if stated != claimed and len(claimed) >= _TITLE and _is_actor(claimed):
        return len(stated) >= LEAST and claimed.endswith(stated)  # 분임보안담당관 is another one
    return stated.endswith(claimed) or (len(stated) >= LEAST and claimed.endswith(stated))


def _is_named(word: Word, stated: Chunk, title: str) -> bool:
    own = [one.lower() for one in nouns_of(word.stem) if len(one) >= LEAST and one not in _LIGHT]
    joined, text = stated.joined, stated.text
    if word.part in (TOPIC, SUBJECT, AT, OF) and _is_actor(word.stem):
        alone = r"(?<![가-힣])" if len(word.stem) >= _TITLE else ""
        pattern = alone + re.escape(word.stem) + r"(?![가-힣]{2}|별)"
        found = re.search(pattern, f"{text}\n{title}")
        return bool(found) or _is_told(word.stem, joined)
    if word.part in (TOPIC, OF, AT, WITH):  # what it is about
        joined += squeezed(title)
        return all(one in joined or _is_told(one, joined) for one in own)
    if _PROVISO.search(stated.text) and not _another(
        word, stated
    ):  # may leave out what the sentence before it has
        text = f"{text}\n{title}"
    return all(
        bool(re.search(re.escape(one) + _WORD_END, text.lower())) or _is_told(one, joined)
        for one in own[-1:]
    ) and all(one in joined + squeezed(title) or _is_told(one, joined) for one in own[:-1])


def _another(word: Word, stated: Chunk, head: str = "") -> bool:
    """Whether the same is done there to something else than ``head``."""
    return any(
        one.part == OBJECT and one.after[:2] == word.after[:2] and not head.startswith(one.stem)
        for one in stated.words
    )


def _is_told(noun: str, joined: str) -> bool:
    return any(other in joined for other in rule_words(noun))


def _may_be(word: Word, stated: Word, said: Chunk, source: Chunk) -> bool:
    claimed, part = word.part, stated.part
    actor = _is_actor(word.stem)
    if part == PLAIN and actor and stated.after[:1] >= "가" and _ROW not in source.text:
        return claimed in (OF, PLAIN)  # 원장 표창 is nothing that 원장 does
    if part == claimed == OF:
        return word.after[:2] == stated.after[:2] or not (
            _GIVEN.match(word.after)
            or any(
                one.part == OF and one.after[:2] == word.after[:2] and one.stem != stated.stem
                for one in source.words
            )
        )
    if part == claimed:
        return True
    if part == PLAIN:
        return claimed != OBJECT or not _another(word, source, stated.after)
    if part == WITH:
        return False  # of a list it has the part of the last too
    if claimed in (TOPIC, SUBJECT):
        if part in (TOPIC, SUBJECT):
            return True
        if part == OF and _GIVEN.match(stated.after):
            return stated.after[:2] in said.text and word.stem + "의" not in said.joined
        if not actor:
            return claimed == TOPIC or part != BY
        if part in (TO, AT):
            return bool(_RECEIVES.search(said.text[-_PREDICATE:]))
        return part == OF or (part == OBJECT and bool(_PASSIVE.search(said.text)))
    if claimed == OBJECT:
        if part == BY:
            return bool(_VERB_AFTER.match(stated.after))
        return part == OF or (part in (SUBJECT, TOPIC, AT) and not actor)
    if claimed in (TO, AT):
        return part in (AT, TO) or (part == TOPIC and "받" in source.text and claimed == TO)
    if claimed == FROM:
        return part == OF
    if claimed == BY:
        return part == AT and not actor
    if claimed == OF and _GIVEN.match(word.after):
        return part in (SUBJECT, TOPIC, FROM) and word.after[:2] in source.text and not actor
    return True


def _is_actor(stem: str) -> bool:
    return bool(_ACTOR.search(stem)) and not _NO_ACTOR.fullmatch(stem[-2:])
