"""The versions of rules: which days each is in force. Days are ISO strings and compare as text."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date
from functools import lru_cache

from onprem_rag.errors import ConfigError
from onprem_rag.korean.text import letters
from onprem_rag.records import State, Version

UNKNOWN_KIND = "문서"
_WRITTEN = re.compile(
    r"(\d{4})(?:(\d\d)(\d\d)|\s?[-./년]\s?(\d{1,2})\s?[-./월]\s?(\d{1,2})\s?[.일]?)"
)
_REPEALED = re.compile(r"\s*[【\[(〔<]\s*폐\s?지\s*[】\])〕>]\s*$")
_FAR_AHEAD, _FAR_BACK = 10, 60  # years: a day farther away may be a slip


def today() -> str:
    """The day whose rules answer questions: the server's."""
    return date.today().isoformat()


def iso_day(written: str) -> str:
    """A day that was written as 2024-03-01, 2024. 3. 1., 2024년 3월 1일 or 20240301.

    Raises ConfigError for anything else.
    """
    found = _WRITTEN.fullmatch(written.strip())
    figures = [int(each) for each in found.groups() if each] if found else []
    try:
        return date(*figures).isoformat()
    except (TypeError, ValueError) as error:  # no figures, 2024-02-30
        raise ConfigError(f"날짜가 아닙니다: {written} → 2024-03-01처럼 쓰세요.") from error


def is_far(day: str) -> bool:
    """Whether an ISO day is so far from today that it may be a slip; older editions go far back."""
    ahead = int(day[:4]) - int(today()[:4])
    return not -_FAR_BACK <= ahead <= _FAR_AHEAD


@lru_cache(1 << 16)  # every reader of a revision asks for all titles
def title_key(title: str) -> str:
    """A title as it is compared, by letters and digits alone: 보수·여비 규정 is 보수ㆍ여비규정."""
    return letters(title) or title


def of_repealed(title: str) -> str:
    """The title of the rule that a book lists as X규정【폐지】; "" where ``title`` says no such."""
    return _REPEALED.sub("", title) if _REPEALED.search(title) else ""


def rule_key(title: str, kind: str, source: str) -> str:
    """What the versions of one rule share: title (see ``title_key``) and kind.

    A text that says no kind is no rule: two plans may have one title. It is known by its file.
    """
    key = f"{title_key(title)}|{kind}"
    return f"{key}|{source}" if kind == UNKNOWN_KIND else key


def unused(key: str, taken: Collection[str]) -> str:
    """``key``, or the first of ``key#2``, ``key#3`` … that is not ``taken``."""
    others = (f"{key}#{number}" for number in itertools.count(2))
    return next(one for one in itertools.chain([key], others) if one not in taken)


def chained(versions: Iterable[Version]) -> list[Version]:
    """``versions`` with their numbers and the days on which they end, by rule and day.

    Each ends where the next of its rule begins, or where it was over before. Of two that
    begin on one day the one that was taken in last counts, and the other never does.
    """
    found: list[Version] = []
    ordered = sorted(versions, key=lambda v: (v.rule, v.since, v.taken, v.document_id))
    for _, group in itertools.groupby(ordered, key=lambda version: version.rule):
        following: str | None = None
        rule: list[Version] = []
        numbered = list(enumerate(group, start=1))
        for number, version in reversed(numbered):
            ends = [day for day in (following, over(version)) if day is not None]
            until = max(min(ends), version.since) if ends else None
            rule.append(replace(version, number=number, until=until))
            if until != version.since:  # one that never counts ends none before it
                following = version.since
        found += reversed(rule)
    return found


def over(version: Version) -> str | None:
    """The day from which it is no more, with no other in its place; None where none is known."""
    return min(filter(None, (version.withdrawn, version.lapses)), default=None)


def is_ever_in_force(version: Version) -> bool:
    """Whether there is a day on which it is in force."""
    return version.until is None or version.since < version.until


def in_force(version: Version, day: str) -> bool:
    """Whether it is in force on ``day``."""
    return version.since <= day and (version.until is None or day < version.until)


def state_of(version: Version, day: str) -> State:
    """What ``version`` is on ``day``."""
    if in_force(version, day):
        return State.IN_FORCE
    end = over(version)
    if end is not None and version.until == max(end, version.since):
        gone = end <= max(day, version.since)  # be it before it ever was in force
        return State.WITHDRAWN if gone else State.NOT_YET
    return State.NOT_YET if day < version.since and is_ever_in_force(version) else State.SUPERSEDED
