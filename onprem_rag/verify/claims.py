"""The statements of an answer, and what in it only says where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from onprem_rag.korean.clauses import SUBJECT, TOPIC, clauses
from onprem_rag.korean.references import Reference, find_references
from onprem_rag.korean.text import sentences

_MARKS = re.compile(r"\[\d{1,3}(?:\s*[,~-]\s*\d{1,3})*\]|\*\*|__|`")
_BULLET = re.compile(
    r"\s*(?:[-*•○●◦▪■□※#>]+\s+|\(?\d{1,2}[.)]\s+|[①-⑳]\s*|[가나다라마바사아자차카타파하][.)]\s+)+"
)
_ATTRIBUTION = re.compile(
    r"(?:\s?\([^()]{1,40}\))?\s*[\])\"'”’*]*\s*(?:(?P<says>에\s?(?:따르면|의하면)"
    r"|의\s?규정에\s?(?:따르면|의하면))"
    r"|에\s?(?:따라서?|의하여|의해|의거하여|근거하여|서는?)|에는|의\s?규정에\s?(?:따라|의하여)),?\s*"
)
_BEFORE_ATTRIBUTION = re.compile(
    r"\s*[\[(]?(?:[「『][^「」『』]{1,80}|(?:[^\s.?!,(]{1,20}(?<![은는가를]) ){0,8}[^\s.?!,(]{0,20}"
    r"(?:규정|규칙|지침|법|법률|령|세칙|내규|예규|정관|강령|조례|요령|기준|규약))?"
    r"[」』\"'*]*\s*(?:\([^()]{0,30}\))?\s*"
)
_NEXT = re.compile(
    r"(?:\s|,|·|ㆍ|및|와|과|또는|이나|부터|까지|~|\([^()]{0,40}\)|「[^「」]{1,60}」){0,8}"
)
LABEL = re.compile(r"\W*(?:근거|출처|참조|참고|관련\s?(?:규정|조항|조문|근거))[^:：]{0,10}[:：]")
_PREDICATE = re.compile(r"[다요][.!\s)\]]*$")
_TRAILER = re.compile(
    r"\s*[(\[〔（]([^()\[\]]{1,80}(?:\([^()]*\)[^()\[\]]{0,40})?)[)\]〕）]\s*[.]?\s*$"
)
_LONGEST_TRAILER = 200
_LONGEST_SENTENCE = 2_000  # characters; nobody writes longer ones that could be told apart


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence or clause of an answer, ``[start, end)``, and its content without attribution.

    ``is_claim`` is False where nothing but an attribution is left. "제9조에 따르면" is none of the
    content; "제9조에 따라" may be the rule's own words, so it is, and the ``rest`` is without it.
    """

    start: int
    end: int
    body_start: int
    body_end: int
    rest_start: int
    is_claim: bool
    body: str  # the content, without marks
    whole: str  # with its attribution, without bullet and marks
    attributions: tuple[Reference, ...]  # the places that it says it stands on
    topic: tuple[int, int] | None = None  # of its sentence, where a clause has none of its own

    def holds(self, start: int, end: int) -> bool:
        """Whether ``[start, end)`` of the answer stands in it."""
        return self.start <= start and end <= self.end


def statements(answer: str) -> Iterator[tuple[Statement, tuple[Statement, ...]]]:
    """Each sentence, and the clauses of it that could each stand alone (none: it is one)."""
    references = [one for one in find_references(answer, every=True) if not one.implied]
    at = 0
    for start, end in sentences(answer):
        while at < len(references) and references[at].start < start:
            at += 1
        last = at
        while last < len(references) and references[last].end <= end:
            last += 1
        inside = references[at:last]
        whole = _statement(answer, start, end, inside)
        yield whole, tuple(_clauses(answer, whole, inside)) if whole.is_claim else ()


def _clauses(answer: str, whole: Statement, inside: list[Reference]) -> Iterator[Statement]:
    """The clauses; the first has what stands before it, each what stands behind it."""
    text = answer[whole.body_start : whole.body_end]
    spans = clauses(text) if len(text) <= _LONGEST_SENTENCE else []
    if len(spans) < 2:
        return
    starts = [whole.start, *(whole.body_start + first for first, _ in spans[1:])]
    ends = [*(whole.body_start + last for _, last in spans[:-1]), whole.end]
    first = TOPIC.search(text, 0, spans[0][1])
    topic = (whole.body_start, whole.body_start + first.end()) if first else None
    for start, end in zip(starts, ends, strict=True):
        own = [one for one in inside if start <= one.start and one.end <= end]
        one = _statement(answer, start, end, own)
        has_own = TOPIC.search(one.body) or SUBJECT.search(one.body)
        yield one if start == whole.start or has_own else replace(one, topic=topic)


def _statement(answer: str, start: int, end: int, inside: list[Reference]) -> Statement:
    body_start, rest_start, body_end = _body(answer, start, end, inside)
    whole = without_bullet(answer[start:end])
    body = _plain(answer[body_start:body_end]).strip()
    number = not inside and any(character.isdecimal() for character in body)
    if sum(character.isalpha() for character in body) < 2 and not number:
        return Statement(start, end, end, end, end, False, "", whole, tuple(inside))
    outside = tuple(one for one in inside if one.end <= body_start or one.start >= body_end)
    return Statement(start, end, body_start, body_end, rest_start, True, body, whole, outside)


def without_leading(answer: str, statement: Statement, places: list[Reference]) -> Statement:
    """``statement`` with its "제9조에 따라" read as an attribution."""
    start, end = statement.rest_start, statement.body_end
    leading = tuple(one for one in places if statement.body_start <= one.start < start)
    return replace(
        statement,
        body_start=start,
        body=_plain(answer[start:end]).strip(),
        attributions=(*leading, *statement.attributions),
    )


def _body(answer: str, start: int, end: int, inside: list[Reference]) -> tuple[int, int, int]:
    """Where the content begins and ends, without bullet, leading attribution, trailing source."""
    if bullet := _BULLET.match(answer, start, end):
        start = bullet.end()
    if not inside:
        return start, start, end
    if label := LABEL.match(answer, start, end):
        if not _PREDICATE.search(answer, label.end(), end):
            return end, end, end
        start = label.end()  # 참고: 제9조에 따라 …한다. is a claim
    tail = max(start, end - _LONGEST_TRAILER)
    trailer = _TRAILER.search(_blank_marks(answer[tail:end]))
    if trailer and any(one.start >= tail + trailer.start(1) for one in inside):
        end = tail + trailer.start()
    rest = start
    if _BEFORE_ATTRIBUTION.fullmatch(answer, start, max(start, inside[0].start)):
        for at, one in enumerate(inside[:4]):  # 제9조 및 제10조에 따르면
            if at and not _NEXT.fullmatch(answer, inside[at - 1].end, one.start):
                break
            if cut := _ATTRIBUTION.match(answer, one.end, end):
                rest = min(cut.end(), end)
                start = rest if cut["says"] else start
                break
    return start, rest, end


def without_bullet(text: str) -> str:
    """A statement as it was meant: no bullet, no marks of emphasis, no reference marks."""
    plain = _plain(text)
    bullet = _BULLET.match(plain)
    return plain[bullet.end() if bullet else 0 :].strip()


def _plain(text: str) -> str:
    return _MARKS.sub(" ", text)


def _blank_marks(text: str) -> str:
    return _MARKS.sub(lambda match: " " * len(match.group()), text)
