"""What stands around a statement and may turn it: 아니요, ❌, ~~…~~, "(구 규정)", "틀린 말:", [99].

A statement may have around it what names its place, what its source has, and a few words that
say nothing. Anything else could deny it, and is not known to leave it as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import takewhile

from onprem_rag.korean.references import CIRCLED
from onprem_rag.korean.text import fold
from onprem_rag.records import Fact
from onprem_rag.verify.alignment import Alignment
from onprem_rag.verify.claims import LABEL, Statement, without_bullet
from onprem_rag.verify.places import citation
from onprem_rag.verify.verdicts import Case

_MARK = re.compile(r"\[(\d{1,3}(?:\s*[,~-]\s*\d{1,3})*)\]")
_BREAK = re.compile(r"(?i)<br\s*/?>")
_WORDS = re.compile(r"[가-힣]+|[A-Za-z]+|\d+")
_LATIN = re.compile(r"[A-Za-z]+")
_REMARK = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_HEAD = re.compile(r"\s*([^:：,\n]{1,24})\s*[:：](?!\d)")
_OPENING = re.compile(r"\W*([가-힣]{1,8}),\s")
_NO = re.compile(r"\W*(?:아니[요오]|아뇨|아닙니다|천만에)(?![가-힣])")
_TITLE = re.compile(r"「[^「」]{1,80}」|『[^『』]{1,80}』")  # compared with the place behind it
_GAP = 12  # characters between two statements
_DOTS = re.compile(r"\.{2,}|…")
_MORE = re.compile(r"\s*\n\s*…")  # a line of its own behind some rows: there are more
# "제25조(연차휴가) ④", or the sign alone in front.
_PARAGRAPH = re.compile(
    rf"[^가-힣\d{CIRCLED}]*(?P<of>(?:[^{CIRCLED}\n]{{0,60}}[^{CIRCLED}\n\d])?제?\s?\d{{1,4}}\s?조"
    rf"(?:의\s?\d+)?\s*(?:\([^()]{{0,40}}\))?\s*)?(?P<sign>[{CIRCLED}])"
)
_SIGNS = frozenset(
    ".,;:!\"'()[]{}「」『』<>〈〉《》【】〔〕*_`#-~·•○●◦▪■□※→⇒▶▷►=+/%&|\\₩✅✔☑📌\ufe0f§^@"
)
# What joins or introduces places and says nothing of what they say.
_JOINING = frozenset(
    "및 와 과 또는 이나 나 부터 까지 등 에서 의 에 은 는 에는 을 를 조 항 호 목 에따라 "
    "따라 따르면 에따르면 의하면 의하여 근거 출처 참조 참고 관련 규정 조항 조문 근거조항 "
    "관련조항 관련규정 근거규정 본문 전단 후단 이 본 동 같은 해당 위 각 각호 문서 페이지 "
    "쪽 면 이상입니다 입니다 이다 임 에서확인 확인".split()
)
_NEUTRAL = frozenset(
    "네 예 답 답변 정답 결론 요약 내용 설명 즉 예를 따라서 그러므로 또한 그리고 다만 단 "
    "그러나 하지만 한편 특히 우선 먼저 이때 물론 아울러 반면 마지막으로 다음으로 첫째 "
    "둘째 셋째 넷째 다섯째 결론적으로 요컨대 정리하면 요약하면 구체적으로 이어서 그런데 "
    "그래서 이에 여기서 이와".split()
)


def turned(case: Case, statement: Statement, near: Alignment) -> bool:
    """Whether something around ``statement`` could turn what ``near`` says."""
    answer = case.read.text
    text = fold(answer[statement.start : statement.end])
    span = "\n".join((near.source.heading, *(part.text for part in near.parts())))
    source = fold(span).lower()
    if _is_struck(answer, statement) or beyond_sources(text, len(case.sources)):
        return True
    if _of_another_paragraph(text, near):
        return True
    text = _BREAK.sub(" ", without_bullet(text))
    around = text + _beside(answer, statement)
    if any(sign not in _SIGNS and sign not in source for sign in around if _is_sign(sign)):
        return True
    if "?" in text.rstrip("\"' )")[-1:] and not near.exact:
        return True
    if near.exact and near.whole:
        return False
    facts = case.read.part(statement.start, statement.end).facts
    bare = fold(_without(answer, statement.start, statement.end, facts))
    bare = without_bullet(_BREAK.sub(" ", bare))
    return (
        bool(_NO.match(bare) or _DOTS.search(bare))
        or any(word.lower() not in source for word in _LATIN.findall(bare))
        or not _opens_alike(bare, source)
        or not _remarks_stand(bare, source)
        or not _trailer_is_place(case, statement, near)
    )


def beyond_sources(text: str, sources: int) -> bool:
    """Whether a reference mark, as [3], is that of no passage."""
    numbers = [int(one) for mark in _MARK.findall(text) for one in re.findall(r"\d+", mark)]
    return any(not 1 <= number <= sources for number in numbers)


def names_places_only(case: Case, statement: Statement) -> bool:
    """Whether an attribution has nothing in it but places, and titles that the passages have."""
    answer = case.read.text
    if _is_struck(answer, statement) or beyond_sources(
        answer[statement.start : statement.end], len(case.sources)
    ):
        return False
    headings = (source.heading for source in case.sources)
    return _is_place(case, statement.start, statement.end, headings)


def _is_place(case: Case, start: int, end: int, headings: Iterable[str]) -> bool:
    facts = [one for one in case.read.part(start, end).facts if one.kind == "reference"]
    text = _TITLE.sub(" ", without_bullet(_without(case.read.text, start, end, facts)))
    titles = "".join("\n".join(headings).lower().split())
    return all(
        word in _JOINING or word.lower() in fold(titles) for word in _WORDS.findall(fold(text))
    )


def _trailer_is_place(case: Case, statement: Statement, near: Alignment) -> bool:
    """What was cut off behind the content, and before it, is the place of it and no more."""
    heading = (near.source.heading,)
    behind = _is_place(case, statement.body_end, statement.end, heading)
    return behind or not case.read.text[statement.body_end : statement.end].strip()


def _without(answer: str, start: int, end: int, facts: Sequence[Fact]) -> str:
    characters = list(answer[start:end])
    for fact in facts:
        if fact.kind not in ("modality", "exception"):
            characters[fact.start - start : fact.end - start] = " " * (fact.end - fact.start)
    return "".join(characters)


def _is_sign(character: str) -> bool:
    return not (character.isalnum() or character.isspace())


def _beside(answer: str, statement: Statement) -> str:
    """The signs before and behind it that stand in no statement: a ❌ behind the full stop."""
    before = answer[max(0, statement.start - _GAP) : statement.start]
    behind = answer[statement.end : statement.end + _GAP]
    if more := _MORE.match(behind):
        behind = behind[more.end() :]
    signs = takewhile(lambda sign: not sign.isalnum(), before[::-1])
    return "".join((*signs, *takewhile(lambda sign: not sign.isalnum(), behind)))


def _is_struck(answer: str, statement: Statement) -> bool:
    """Whether it is struck through, or a part of it."""
    struck = "~~" in answer[statement.start : statement.end]
    return struck or answer.count("~~", 0, statement.start) % 2 == 1


def _of_another_paragraph(text: str, near: Alignment) -> bool:
    """Whether ⑤ in front of it names another 항 than that of the span.

    A sign alone in front of an item is the answer's own numbering.
    """
    found = _PARAGRAPH.match(text)
    if found is None or (found["of"] is None and near.lead):
        return False
    paragraph = citation(near.source, near.start, near.end).paragraph
    return bool(paragraph) and str(paragraph) in CIRCLED and paragraph != found["sign"]


def _opens_alike(bare: str, source: str) -> bool:
    """Whether a label or a word before a comma in front of it stands in the source, or is none."""
    head = _HEAD.match(bare)
    if head and not LABEL.match(bare) and not all(_stands(w, source) for w in _split(head[1])):
        return False
    opening = _OPENING.match(bare)
    return not opening or _stands(opening[1], source)


def _remarks_stand(bare: str, source: str) -> bool:
    remarks = (one or other for one, other in _REMARK.findall(bare))
    return all(
        word in _JOINING or _stands(word, source) for remark in remarks for word in _split(remark)
    )


def _split(text: str) -> list[str]:
    return [word for word in _WORDS.findall(text) if not word.isdecimal()]


def _stands(word: str, source: str) -> bool:
    """Whether the source has ``word``, whatever its particle; a syllable only as a word."""
    if word in _NEUTRAL:
        return True
    if len(word) == 1:
        return re.search(rf"(?<![가-힣]){re.escape(word)}(?![가-힣])", source) is not None
    joined = "".join(source.split())
    shortest = max(2, len(word) - 3)
    return any(word[:length].lower() in joined for length in range(len(word), shortest - 1, -1))
