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
# 종전의 규정에 따른다, 지난 규정 위반
_NOT_BY = r"(?![에을를]?\s?(?:따라|따른|의하|의한|의거|위반|어긴|어겨|어기|준수))"
_NO_STEP = r"(?!의견|예고|공고|심의|협의|승인|검토|동의|통보|보고|절차)"  # 규정 개정 전 의견조회
_WORDS = re.compile(
    rf"개정\s?(?:되기\s?)?(?:이전|전)(?:에는|엔|의|은|는|까지는|\s{_NO_STEP})"
    rf"|(?:규정|규칙|지침|내규|조문)[이가은는]?\s?(?:바뀌기|변경되기|변경)\s?전"
    rf"|(?:(?<![가-힣])(?:종전|예전)의?|^이전){_RULE}{_NOT_BY}"
    r"|(?<![가-힣])(?:종전|예전)(?:에는|엔)"
    rf"|(?<![가-힣])(?:옛날?|구|과거|지난|그때|그\s?당시|당시|그\s?시점)의?{_RULE}{_NOT_BY}"
    r"|(?<![가-힣])(?:종전|예전|옛날?|과거)의?\s?기준(?=[으은에])"
    r"|^(?:바뀌기|변경되기|변경)\s?(?:이전|전)의?\s(?:금액|한도|기준|내용|조문|규정|일수|기간|단가|요율)"
    r"|(?<![가-힣\d])(?:제\s?\d{1,2}\s?판(?=$|[^가-힣]|에서|에는|엔|으로|은|는|의)"
    r"|(?:\d{1,2}|초|구|옛|지난|이전|예전)\s?판(?=에서|에는|엔|은|는|의|\s?기준|\s?당시))"
)
_DATE = (
    r"(?:(?<!\d)(?:(?:19|20)\d\d|\d\d(?=\s?년\s?(?:\d{1,2}\s?월|[상하]반기|[1-4]\s?분기)))(?:\s?년도?|\s?[.\-/](?=\s?\d))"
    r"(?:\s?\d{1,2}\s?(?:월|[.\-/])?(?:\s?\d{1,2}\s?(?:일|\.)?)?)?"
    r"|(?<![가-힣])(?:(?:작년|재작년|전년도?|지난해|지지난해)(?:\s?\d{1,2}\s?월)?"
    r"|지난\s?(?:달|주|학기|분기)|저번\s?(?:달|학기)|어제|그제)|(?<!\d)(?:\d{1,2}|몇)\s?(?:년|개월|달)\s?전)"
)
_PART = (  # 상반기, 3분기 말
    r"(?:\s?(?:[상하]반기|[1-4]?\s?(?:분기|학기)|[초중후]반|[상중하]순|봄|여름|가을|겨울"
    r"|연?[말초중]|경))*"
)
_BEFORE = (
    r"(?:(?:개정|변경|바뀌기|(?:개정|변경)되기)\s?(?:이전|전)|(?<![가-힣])(?:옛날|과거|이전)|^전)"
)
# 그때는 얼마였나요? 3년 전에는 며칠이었죠? 작년에는 얼마를 받을 수 있었나요?
_PAST = re.compile(
    # 본사의 2014년 매출은 얼마였나요? asks of something else's.
    rf"(?:(?:{_DATE}{_PART}(?:에는|에|엔)|(?:(?<!의\s)|(?<=[정칙]의\s)){_DATE}{_PART}|{_BEFORE}(?:에는|에|엔)"
    r"|(?<![가-힣])(?:그때는?|그\s?당시(?:에는|엔)?))"
    rf"(?:{WAS}"
    r"|\s(?:[가-힣]+\s){0,3}(?:얼마|며칠|몇\s?[가-힣]{1,3})[가-힣]?\s(?:[가-힣]+\s){0,3}수\s?[있없]었))"
)
# 2023년도 여비규정, 재작년 규정; a year is also in the title of many 지침.
_OF_YEAR = re.compile(
    r"(?:(?<!\d)(?P<year>(?:19|20)\d\d)\s?년?도?(?P<month>\s?\d{1,2}월(?:\s?\d{1,2}일)?)?"
    r"|(?<![가-힣])(?:작년|재작년|지난해|지지난해|내년|내후년)도?)의?"
    r"\s(?:[가-힣]{0,6}\s?)?(?:규정|규칙|내규|세칙|정관|조문|조항)(?=$|[^가-힣]|[은는이가을를의에대상도]|으로)"
    rf"{_NOT_BY}"
)
_MUCH = r"(?:얼마|며칠|몇\s?[가-힣]{1,3})"
_SUBJECT = r"\s(?:[가-힣]+(?<!면)\s)?[가-힣]+[은는이가]\s"
# 2027년 1월부터 일비는 얼마인가요? 내년 일비는 얼마인가요?
_COMING = re.compile(
    r"(?:(?<!\d)(?P<year>20\d\d)\s?년(?:\s?(?P<month>\d{1,2})월)?(?:\s?(?P<day>\d{1,2})일)?"
    r"|(?<![가-힣])(?:(?P<next>내년|내후년)(?:\s?\d{1,2}월)?|다음\s?(?:달|해|학기|분기)))"
    r"(?:(?:부터는?|에는|엔)(?=\s(?![^.?!]*(?:면|려고)\s)"
    rf"[^.?!]*(?:(?:{_MUCH}|어떻게\s?[되돼됩바])[가-힣]{{0,6}}|[은는]|{_MUCH}[가-힣]{{0,2}}(?:\s[가-힣]+){{1,3}})[?.!\s]*$)"
    rf"|(?:에|(?(next)|(?!)))(?={_SUBJECT}(?:{_MUCH}|어떻게\s?[되돼됩바])[가-힣]{{0,6}}[?.!\s]*$)"
    rf"|(?(month)(?=\s(?!이?전)(?:[가-힣]+\s){{0,3}}[가-힣]+(?:[은는]|\s{_MUCH}[가-힣]{{0,6}})[?.!\s]*$)|(?!)))"
    r"|(?<![가-힣])앞으로(?=\s(?:[가-힣]+\s){0,3}(?:어떻게\s)?(?:바뀌|변경되|개정되|달라지)[가-힣]{1,3}[?.!\s]*$)"
)
# 2027년 개정 후 일비는? 개정되면 일비가 얼마가 되나요?
_AMENDED = re.compile(
    r"(?:개정|변경)(?:되면|될\s?경우)(?=\s(?:[가-힣]+\s){0,3}"
    rf"(?:{_MUCH}|어떻게\s?[되돼됩바])[가-힣]{{0,6}}(?:\s[되돼됩][가-힣]{{1,3}})?[?.!\s]*$)"
    r"|(?<!\d)20\d\d\s?년(?:\s?\d{1,2}월)?\s?(?:개정|변경)\s?(?:이후|후|뒤)(?!\s?\d)"
)
# 종전 일비는 얼마인가요? 3년 전 일비는 얼마인가요?
_OLD = re.compile(rf"(?:(?<![가-힣])종전의?|^(?:\d{{1,2}}|몇)\s?년\s전)(?={_SUBJECT}(?:얼마|며칠))")
# 2026년 2월 1일 전에는 일비가 얼마인가요?
_UNTIL = re.compile(
    r"(?<!\d)(?P<year>20\d\d)\s?년(?:\s?(?P<month>\d{1,2})월)?(?:\s?(?P<day>\d{1,2})일)?"
    rf"\s?이?전(?:에는|엔)(?={_SUBJECT}{_MUCH})"
)
_THEN = re.compile(
    rf"(?:{_DATE}|(?:올해|금년)(?:\s?\d{{1,2}}월)?){_PART}\s{{0,2}}(?:(?P<then>당시)|(?:시점|기준)(?!일))"
)


def speaks_of_then(question: str, today: str) -> bool:
    """Whether ``question``, in which ``as_of`` finds no day, may ask for other rules than today's.

    ``today`` is an ISO day.
    """
    if any(words.search(question) for words in (_WORDS, _PAST, _AMENDED)):
        return True
    if (found := _OF_YEAR.search(question)) and (found["month"] or found["year"] != today[:4]):
        return True
    if (found := _COMING.search(question)) and _is_to_come(found, today):
        return not tells_of_a_case(question[found.end() :])
    until = _UNTIL.search(question)
    if found := until if until and not _is_to_come(until, today) else _OLD.search(question):
        return not tells_of_a_case(question[found.end() :])
    found = _THEN.search(question)
    if not found or days_named(question, today) == {today}:
        return False
    rest = f"{question[: found.start()]} {question[found.end() :]}"
    return bool(found["then"]) or not tells_of_a_case(rest)


def _is_to_come(found: re.Match[str], today: str) -> bool:
    """Whether the day of a match is after today."""
    month, day = int(found["month"] or 1), int(found["day"] or 1)
    return not found["year"] or f"{found['year']}-{month:02}-{day:02}" > today
