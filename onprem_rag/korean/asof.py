"""The day whose rules a question asks for: 2023년 5월 당시, 2022. 3. 1. 기준으로."""

from __future__ import annotations

import re
from datetime import date

_YEARS_AGO = {"올해": 0, "금년": 0, "작년": 1, "지난해": 1, "전년": 1, "재작년": 2, "지지난해": 2}
_YEAR = rf"(?:(?P<year>(?:19|20)\d\d)\s?년?도?|(?P<ago>{'|'.join(_YEARS_AGO)}))"
_MONTH = r"(?:[.\-/]\s?|\s{0,2})(?P<month>1[0-2]|0?[1-9])(?:\s?월|(?=\s?[.\-/]|\s))"
_DAY = r"[.\-/]?\s{0,2}(?P<day>3[01]|[12]\d|0?[1-9])(?:\s?일|\.|(?!\d))"
# 현재 and 기준 also stand in what is asked about: 2023년 1월 1일 기준 재직자.
_THEN = (
    r"(?:당시|시점)(?:에는|에|의|로는|로|은|는)?(?:\s?(?:시행|적용)\s?(?:중이던|중인|되던|되는|하던))?"
    r"|(?:기준|현재)(?:으로는|으로|로는|로|에는|에)?\s?(?:시행|적용)\s?(?:중이던|중인|되던|되는|하던)"
    r"|(?:기준|현재)(?:으로는|으로|로는|로)(?![가-힣])"
    r"|(?:기준|현재)(?:의)?(?=\s?(?:규정|규칙|지침|조문))"
)
_AS_OF = re.compile(rf"(?<!\d){_YEAR}(?:{_MONTH}(?:{_DAY})?)?\s{{0,2}}(?:{_THEN})[,\s]{{0,3}}")


def as_of(question: str, today: str) -> tuple[str, str]:
    """(the ISO day that ``question`` names, the question without it); ("", question) if none.

    Of a month or a year it is the first day. ``today`` (ISO) tells what 작년 is.
    """
    found = _AS_OF.search(question)
    if not found:
        return "", question
    year = int(found["year"]) if found["year"] else int(today[:4]) - _YEARS_AGO[found["ago"]]
    try:
        day = date(year, int(found["month"] or 1), int(found["day"] or 1)).isoformat()
    except ValueError:  # 2023년 2월 30일
        return "", question
    rest = f"{question[: found.start()]} {question[found.end() :]}"
    rest = " ".join(rest.split())
    return (day, rest) if rest else ("", question)
