"""Since when a document's wording holds, and what its newest addenda leave open about that."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise

from ingest.split.dates import beginnings, day_in, newest
from ingest.split.outline import marks_of
from onprem_rag.records import Document

_PART = re.compile(
    r"(?P<what>(?:제\s?\d+조|제\s?\d+항|별표|별지|다만,?\s)[^.]{0,150}?"
    r"(?:[조항호목]|별표|서식|별[표지]\s?(?:제\s?)?\d+(?:호|의\s?\d+)?|개정\s?(?:규정|조항|사항)|규정|부분|내용"
    r"|(?P<day>시행일)))[은는]\s(?:각각\s)?(?P<when>.{2,60}?)\s?"
    r"(?:시행(?:한다|하며|하고|하되|함)|(?P<settled>로\s?한다|정한다))"
)
_WHOLE = re.compile(
    r"(?:이|본)\s(?:[가-힣]+\s){0,2}[가-힣]*(?:규정|규칙|지침|세칙|내규|요령|정관|영|법)(?:의\s시행일)?$"
)
_LEFT = re.compile(
    r"(?:따로|별도로)\s?정|[가-힣]+[이가]\s?(?:정|지정|결정|고시|공고)하는\s?날|(?:따로|별도로)$"
)
_NO_CLAUSE = re.compile(r"시행일[은는][^.\n]{0,40}?(?:따로|별도로)\s?정한다")
# The day of its own heading, which says when it was enacted or amended.
_OWN = re.compile(r"공포|승인|의결|결재|인가|제정|개정|통과|허가|발령|공고|등기|등록|결정한|심의")


def since_of(document: Document, named: str | None) -> str | None:
    """Since when a document's wording holds, as it or its file's name says; None where neither."""
    amended = document.amended[-1:]
    if document.effective:  # that of an older 부칙 where the rule was amended since
        return max([document.effective, *amended])
    return named or next(iter(amended), None) or document.enacted


def left_open(document: Document, named: str | None) -> str:
    """What an admin should know of a 시행일 that is no plain day, in Korean; "" for nothing.

    ``named``: the day in the file's name. Of parts that have come into force by now nothing is
    said.
    """
    addendum = newest(_addenda(document))
    if not addendum:
        return ""
    since = since_of(document, named)
    if not document.effective and (clause := _unread(addendum, known=bool(since))):
        otherwise = (
            f"{since}부터 시행하는 것으로 봅니다" if since else "시행일을 모르는 판이 됩니다"
        )
        return (
            f"「{document.title}」 부칙이 시행일을 날짜로 말하지 않습니다(“{clause}”). "
            f"→ 'ingest add --effective 시행일 파일'로 알려 주세요. 알려 주지 않으면 {otherwise}."
        )
    if clause := _deferred(addendum, since or ""):
        return (
            f"「{document.title}」에는 나중에 시행되는 부분이 있지만(“{clause}”), 한 판은 통째로 "
            f"{f'{since}부터 ' if since else ''}시행됩니다. → 그때까지 옛 내용으로 답해야 하면 "
            "그 부분만 옛 내용인 파일을 먼저 넣고, 이 파일은 그날을 --effective로 알려 넣으세요."
        )
    return ""


def _addenda(document: Document) -> list[str]:
    marks = [m for m in marks_of(document.text, document.tables) if m.level in ("부칙", "별표")]
    starts = [*(mark.start for mark in marks), len(document.text)]
    spans = zip(marks, pairwise(starts), strict=True)
    return [document.text[start:end] for mark, (start, end) in spans if mark.level == "부칙"]


def _unread(addendum: str, known: bool) -> str:
    """The clause that should name the day and doesn't; ``known``: something else does.

    Then the day on which the rule was approved is no other.
    """
    found = beginnings(addendum)
    if not found:
        clause = _NO_CLAUSE.search(addendum)
        return _line(clause[0]) if clause else ""
    last = found[-1]
    if day_in(last["when"], addendum):
        return ""
    own = known and _OWN.search(last["when"]) and not _LEFT.search(last["when"])
    return "" if own else _line(last[0])


def _deferred(addendum: str, since: str) -> str:
    """The clause by which a part comes into force on a later day than today, or on none."""
    flat = " ".join(addendum.split())
    for found in _PART.finditer(flat):
        if _WHOLE.search(found["what"]) or (found["settled"] and not found["day"]):
            continue
        day = day_in(found["when"], addendum)
        if _LEFT.search(found["when"]) if day is None else day > max(since, _today()):
            return _line(found[0])
    return ""


def _line(clause: str) -> str:
    return " ".join(clause.split())


def _today() -> str:
    return date.today().isoformat()
