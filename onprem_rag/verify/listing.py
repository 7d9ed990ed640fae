"""Items under the lead-in that they stand under in the passages, and places over statements."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from onprem_rag.verify.alignment import Alignment
from onprem_rag.verify.claims import LABEL
from onprem_rag.verify.meaning import is_about
from onprem_rag.verify.verdicts import MOST_EARLIER, Aligned

_PREDICATE = re.compile(r"[다요][.!\s)\]]*(?:<[^<>]*>\s*)?$")
_HEAD = re.compile(r"\W*$")


def under_their_leads(answer: str, aligned: Sequence[Aligned]) -> tuple[Aligned, ...]:
    """``aligned``, where an item under another lead-in than its own stands on nothing.

    "다음의 경우 징계한다. - 헌혈에 참가하는 경우": each line stands in the passages, apart.
    """
    found: list[Aligned] = []
    lead: Aligned | None = None
    for one in aligned:
        own = _lead_of(answer, one)
        if own and lead and one.alignment and not _is_under(answer, lead, one.alignment, own):
            lost = replace(one.alignment, exact=False, whole=False, agrees=False)
            one = replace(one, alignment=lost)
        elif own is None and one.statement.is_claim:
            lead = one
        found.append(one)
    return tuple(found)


def meant_by(answer: str, aligned: Sequence[Aligned], at: int) -> Sequence[Aligned]:
    """The statements that the source line ``aligned[at]`` may mean: before it, or below it."""
    earlier = aligned[max(0, at - MOST_EARLIER) : at]
    one = aligned[at].statement
    if one.is_claim:
        return earlier
    below = next((other for other in aligned[at + 1 :] if other.statement.is_claim), None)
    if below is None:
        return earlier
    if not any(other.statement.is_claim for other in earlier):
        return (below,)
    line = answer.rfind("\n", 0, one.start) + 1
    text = answer[line : one.end].strip()
    if LABEL.match(text) or text[:1] in "([（" or not _ends_line(answer, one.end):
        return earlier
    if text[:1] in "#*" or answer[:line].endswith("\n\n"):
        return (below,)
    return (*earlier, below)


def _ends_line(answer: str, end: int) -> bool:
    return _HEAD.match(answer[end:].split("\n", 1)[0]) is not None


def _lead_of(answer: str, one: Aligned) -> tuple[int, int] | None:
    """Where the lead-in of an item stands in its passage; ``None`` for a whole sentence."""
    near = one.alignment
    if near is None or not one.statement.is_claim:
        return None
    segments = near.source.segments
    index = bisect_right(segments, near.start, key=lambda segment: segment.start) - 1
    lead = segments[index].lead if index >= 0 else None
    text = answer[one.statement.start : one.statement.end]
    span = near.source.passage.text[near.start : near.end]
    whole = _PREDICATE.search(text) or _PREDICATE.search(span)
    return None if whole else lead


def _is_under(answer: str, lead: Aligned, item: Alignment, own: tuple[int, int]) -> bool:
    near = lead.alignment
    same = near is not None and near.source.passage == item.source.passage
    if same and near and near.start < own[1] and own[0] < near.end:
        return True
    text = answer[lead.statement.start : lead.statement.end]
    if _PREDICATE.search(text):
        return False
    announced = item.source.passage.text[slice(*own)]
    return is_about(text, f"{item.source.heading}\n{announced}")
