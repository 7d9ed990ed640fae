"""When a rule was enacted and amended, since when its wording holds, and who looks after it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.split.titles import KINDS
from onprem_rag.korean.addenda import DATE, day_in, iso, iso_dates, newest, promulgated

_SEGMENT = re.compile(r"[^\n\[\]]+")
_HISTORY = re.compile(
    rf"(?P<date>{DATE})|(?P<enacted>제\s?정)|(?P<amended>개\s?정)|(?P<effective>시\s?행(?=(?:일자?)?[\s:：|]{{0,6}}['’‘]?\d))"
    r"|(?P<since>시\s?행(?=\s{0,3}(?:[),]|$)))|(?P<other>폐\s?지)"
)
_WIDEST = 4  # characters between a date and its 시행
_ASIDE = re.compile(r"\([^()]{0,80}\)")
_SENTENCE = 16  # letters besides actions and dates that make a line of history a sentence
_DEPARTMENT = re.compile(
    r"(?:소관|담당|주관|관리|주무)\s?부\s?[서처]\s?명?\s{0,4}[:：|]\s{0,4}(?P<name>[^\s:：|()<>\[\]]"
    r"(?:[^\n:：|()<>\[\]]{0,28}[^\s:：|()<>\[\]])?)"
)
_CONTACT = re.compile(
    r"[\s,，/·]{0,4}(?:전화|연락처|담당자|내선|☎|☏|[Tt][Ee][Ll]|\d{2,4}\s?-\s?\d).*"
)
# Since when the whole wording holds; 제5조의 개정규정은 … says it of a part.
_IN_FORCE = re.compile(
    r"(?:이|본)\s{0,3}(?:(?:개정|변경|전부개정|시행)\s{0,3})?(?:[가-힣]{0,20}?"
    rf"(?:{'|'.join(KINDS)}|영|칙))\s{{0,3}}(?:의\s{{0,3}}시행일)?[은는]\s{{0,3}}"
    r"(?P<when>[^\n]{2,60}?)(?:\s{0,3}개정)?\s{0,3}"
    r"(?:(?P<verb>시행|적용)\s?(?:한다|하며|하고|하되|함)|로\s?한다)"
)
_SHORT = re.compile(r"(?:(?<=_)|(?<=\())([0-4]\d)(0[1-9]|1[0-2])([0-3]\d)(?!\d)")


@dataclass(frozen=True, slots=True)
class Dates:
    """What a rule says of itself, in ISO dates; None and () where it says nothing."""

    enacted: str | None = None
    amended: tuple[str, ...] = ()  # oldest first
    effective: str | None = None
    department: str | None = None


def dates_of(head: str, addenda: Sequence[str], marked: Sequence[str] = ()) -> Dates:
    """The dates that stand above a rule's first article and in its addenda.

    ``addenda``: each 부칙 with its heading, in the text's order. ``marked``: the dates of the
    amendment marks, which say when the rule was amended where neither head nor addenda do.
    """
    history = list(_history(head))
    enacted = [day for action, day in history if action == "enacted"]
    amended = {day for action, day in history if action == "amended"}
    effective = [day for action, day in history if action == "effective"]
    if not enacted and not amended:
        amended = _amended_by(addenda) or set(marked)
    department = _DEPARTMENT.search(head)
    return Dates(
        enacted=min(enacted, default=None),
        amended=tuple(sorted(amended)),
        effective=max(effective) if effective else _in_force(addenda),
        department=_department(department["name"]) if department else None,
    )


def _department(written: str) -> str | None:
    """``인사과, 전화 02-1234`` without how it is reached."""
    return " ".join(_CONTACT.sub("", written).split()) or None


def named_date(name: str) -> str | None:
    """The last date in a file's name, as 2020-01-01.

    인사규정(2020.1.1.), 인사규정_20200101, 인사규정(200101).
    """
    name = _SHORT.sub(lambda found: f"20{found[1]}-{found[2]}-{found[3]}", name)
    figures = re.sub(r"(?<!\d)((?:19|20)\d\d)(\d\d)(\d\d)(?!\d)", r"\1-\2-\3", name)
    return next(reversed(iso_dates(figures)), None)


def _history(head: str) -> Iterator[tuple[str, str]]:
    """(action, day): ``제정 2018. 3. 2.``, ``2019. 1. 9 개정``, ``[시행 2024. 1. 1.]``."""
    action = ""
    dates_lead = False
    for segment in _SEGMENT.finditer(head):
        found = list(_HISTORY.finditer(segment[0]))
        besides = _ASIDE.sub("", _HISTORY.sub("", segment[0]))
        if not any(each["date"] for each in found) or sum(map(str.isalpha, besides)) >= _SENTENCE:
            action = ""
            continue
        if any(each.lastgroup != "date" for each in found):
            dates_lead = found[0].lastgroup == "date"
            action = ""
        pending: list[str] = []
        starts = False  # 2021. 3. 4. 개정 (시행 2021. 4. 1.)
        for at, each in enumerate(found):
            if each.lastgroup == "date":
                day = iso(each[0])
                if day and (starts or _starts_then(found[at : at + 2])):
                    yield "effective", day
                elif day and (dates_lead or not action):
                    pending.append(day)
                elif day:
                    yield action, day
                starts = False
            elif each.lastgroup == "effective" and dates_lead and not pending:
                starts = True
            elif each.lastgroup != "since":
                action = each.lastgroup or ""
                if dates_lead:
                    yield from ((action, before) for before in pending)
                    pending = []


def _starts_then(found: list[re.Match[str]]) -> bool:
    """Whether the first, a date, has its 시행 right after it: 2021. 4. 1. 시행)."""
    return (
        len(found) > 1
        and found[1].lastgroup == "since"
        and found[1].start() - found[0].end() <= _WIDEST
    )


def _amended_by(addenda: Sequence[str]) -> set[str]:
    """The days in the headings of all addenda but the first, which may be the enactment's.

    A heading without a word under it is only the one over all of them.
    """
    filled = [each for each in addenda if "\n" in each.strip()]
    return {day for each in filled[1:] for day in promulgated(each)}


def _in_force(addenda: Sequence[str]) -> str | None:
    """The latest day since which the rule holds; None where its newest addenda name no day."""
    addendum = newest(addenda)
    days = [day_in(each["when"], addendum) for each in beginnings(addendum)]
    if not days or days[-1] is None:
        return None
    return max(day for day in days if day)


def beginnings(addendum: str) -> list[re.Match[str]]:
    """The clauses that say since when the whole holds, with ``when``.

    One that only says to what it applies is none: 이 규정은 시행 후 신청한 것부터 적용한다.
    """
    found = _IN_FORCE.finditer(addendum)
    return [each for each in found if each["verb"] != "적용" or day_in(each["when"], addendum)]
