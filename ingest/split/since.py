"""Since when a document's wording holds, and what its newest addenda leave open about that."""

from __future__ import annotations

import re
from itertools import pairwise

from ingest.split.dates import beginnings
from ingest.split.outline import marks_of
from onprem_rag.korean.addenda import day_in, deferred, is_left_open, newest
from onprem_rag.library import versions
from onprem_rag.records import Document

_NO_CLAUSE = re.compile(r"시행일[은는][^.\n]{0,40}?(?:따로|별도로)\s?정한다")
# The day of its own heading, which says when it was enacted or amended.
_OWN = re.compile(r"공포|승인|의결|결재|인가|제정|개정|통과|허가|발령|공고|등기|등록|결정한|심의")


def since_of(document: Document, named: str | None) -> str | None:
    """Since when a document's wording holds, as it or its file's name says; None where neither."""
    amended = document.amended[-1:]
    if document.effective:  # that of an older 부칙 where the rule was amended since
        return max([document.effective, *amended])
    return named or next(iter(amended), None) or document.enacted


def named_otherwise(document: Document, named: str | None) -> str:
    """What an admin should know of a day in a file's name that the text doesn't know; else ""."""
    known = (document.effective, document.enacted, *document.amended)
    if not (named and document.effective) or named in known:
        return ""
    return (
        f"「{document.title}」: 파일 이름의 날짜({named})가 글에 없어, 글의 시행일에 따라 "
        f"{since_of(document, named)}부터 시행하는 것으로 넣습니다. → 파일 이름의 날짜가 맞으면 "
        f"'ingest add --effective {named} 파일'로 알려 주세요."
    )


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
            f"{since}부터 시행하는 것으로 봅니다"
            if since
            else "처음 넣는 규정은 시행일을 모르는 판이 되고, 이미 있는 규정은 이 판이 오늘부터 "
            "대신합니다"
        )
        return (
            f"「{document.title}」 부칙에서 시행일을 날짜로 읽지 못했습니다(“{clause}”). "
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
    own = known and _OWN.search(last["when"]) and not is_left_open(last["when"])
    return "" if own else _line(last[0])


def _deferred(addendum: str, since: str) -> str:
    """The clause by which a part comes into force on a later day than today, or on none."""
    last = max(since, versions.today())
    parts = (one.clause for one in deferred(addendum) if one.day is None or one.day > last)
    return next(parts, "")


def _line(clause: str) -> str:
    return " ".join(clause.split())
