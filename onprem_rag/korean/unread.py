"""Whether a question speaks of other rules than today's, in words that name no day to answer for.

개정 전에는 며칠이었나요? 제1판에서는? 2023년 5월 당시 휴직 중이던 직원은? They are answered from
today's rules, and have to be told so. A day alone is no such word: 2024년 예산은?
"""

from __future__ import annotations

import re

from onprem_rag.korean.asof import WAS, days_named, tells_of_a_case

_RULE = (
    r"(?:\s[가-힣]{0,6}\s?)?(?:규정|규칙|지침|내규|세칙|요령|조문|조항|정관|(?<![가-힣])법)"
    r"(?=$|[^가-힣]|[은는이가을를의에대상도]|으로)"
)
_NOT_BY = r"(?!에?\s?(?:따라|따른|의하|의한|의거))"  # 종전의 규정에 따른다
_NO_STEP = r"(?!의견|예고|공고|심의|협의|승인|검토|동의|통보|보고|절차)"  # 규정 개정 전 의견조회
_WORDS = re.compile(
    rf"개정\s?(?:되기\s?)?(?:이전|전)(?:에는|엔|의|은|는|까지는|\s{_NO_STEP})"
    rf"|(?:규정|규칙|지침|내규|조문)[이가은는]?\s?(?:바뀌기|변경되기|변경)\s?전"
    rf"|(?:(?<![가-힣])(?:종전|예전)의?|^이전){_RULE}{_NOT_BY}"
    r"|(?<![가-힣])(?:종전|예전)(?:에는|엔)"
    rf"|(?<![가-힣])(?:옛날?|구|과거|지난|그때|그\s?당시|당시|그\s?시점)의?{_RULE}"
    r"|(?<![가-힣\d])(?:제\s?\d{1,2}\s?판(?=$|[^가-힣]|에서|에는|엔|으로|은|는|의)"
    r"|(?:\d{1,2}|초|구|옛|지난|이전|예전)\s?판(?=에서|에는|엔|은|는|의|\s?기준|\s?당시))"
)
_DATE = (
    r"(?:(?<!\d)(?:(?:19|20)\d\d|\d\d(?=\s?년\s?(?:\d{1,2}\s?월|[상하]반기|[1-4]\s?분기)))(?:\s?년도?|\s?[.\-/](?=\s?\d))"
    r"(?:\s?\d{1,2}\s?(?:월|[.\-/])?(?:\s?\d{1,2}\s?(?:일|\.)?)?)?"
    r"|(?<![가-힣])(?:작년|재작년|전년도?|지난해|지지난해|지난\s?(?:달|주|학기|분기)"
    r"|저번\s?(?:달|학기)|어제|그제)|(?<!\d)(?:\d{1,2}|몇)\s?(?:년|개월|달)\s?전)"
)
_PART = (  # 상반기, 3분기 말
    r"(?:\s?(?:[상하]반기|[1-4]?\s?(?:분기|학기)|[초중후]반|[상중하]순|봄|여름|가을|겨울"
    r"|연?[말초중]|경))*"
)
# 그때는 얼마였나요? 3년 전에는 며칠이었죠?
_PAST = re.compile(
    rf"(?:(?:{_DATE}{_PART}|개정\s?전)(?:에는|에|엔)|(?<![가-힣])(?:그때는?|그\s?당시(?:에는|엔)?))"
    rf"{WAS}"
)
_THEN = re.compile(
    rf"(?:{_DATE}|(?:올해|금년)(?:\s?\d{{1,2}}월)?){_PART}\s{{0,2}}(?:(?P<then>당시)|(?:시점|기준)(?!일))"
)


def speaks_of_then(question: str, today: str) -> bool:
    """Whether ``question``, in which ``as_of`` finds no day, may ask for other rules than today's.

    ``today`` is an ISO day.
    """
    if _WORDS.search(question) or _PAST.search(question):
        return True
    found = _THEN.search(question)
    if not found or days_named(question, today) == {today}:
        return False
    rest = f"{question[: found.start()]} {question[found.end() :]}"
    return bool(found["then"]) or not tells_of_a_case(rest)
