"""The day whose rules a question asks for: 2023년 5월 당시, 2022. 3. 1. 기준으로, 작년 말 당시.

Most questions that name a day do so to tell what somebody was or did then: 2023년 5월 당시 휴직
중이던 직원. Of those today's rules are asked. So a day counts only where nothing but rules is asked
of it: one that is missed gets today's rule (and is told so: ``unread.py``), and one that is
wrongly taken an old one.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from itertools import pairwise

from onprem_rag.errors import ConfigError
from onprem_rag.korean.leaning import RULE
from onprem_rag.korean.morphemes import tagged
from onprem_rag.korean.roles import without_markers
from onprem_rag.korean.text import letters

ONE_DAY = "한 번에 한 날짜의 규정만 물을 수 있습니다. → 날짜마다 나누어 물으세요."

_YEARS_AGO = {"올해": 0, "금년": 0, "작년": 1, "지난해": 1, "전년": 1, "재작년": 2, "지지난해": 2}
_YEARS_AGO |= {"내년": -1, "내후년": -2}
_CENTURY = 50  # 97년 5월 is of 1997, 25년 5월 of 2025
# 25년 alone may be how long something takes: only a month behind it or a stroke before it tells.
_SHORT = (
    r"(?:['’‘](?=\d\d\s?년)|(?=\d\d\s?년도?\s{0,2}\d{1,2}\s?월)"
    r"|['’‘]?(?=\d\d\.\s?\d{1,2}\.\s?\d)|(?=\d\d년\s?[말초]?\s?당시))(?P<short>\d\d)\s?년?도?"
)
_YEAR = (
    rf"(?:(?P<year>(?:19|20)\d\d)\s?년?도?|{_SHORT}|(?P<ago>{'|'.join(_YEARS_AGO)})"
    r"|(?P<last>(?:지난|저번)\s?달))"
)
_MONTH = r"(?:[.\-/]\s?|\s{0,2})(?P<month>1[0-2]|0?[1-9])(?:\s?월|(?=\s?[.\-/]|\s))"
_EDGE = r"\s?(?P<edge>말|초)"  # of a year or month
_DAY = r"[.\-/]?\s{0,2}(?P<day>3[01]|[12]\d|0?[1-9])(?:\s?일|\.|(?!\d))"
# Behind a day that something was asked of: 2025년 5월에 일비는 얼마였나요?
WAS = (
    r"\s(?:[가-힣]+\s){0,3}(?:얼마|며칠|몇\s?[가-힣]{1,3}|어떻게\s?[되돼됐]?)"
    r"\s?(?:이었|였|었|했|됐)[가-힣]{0,4}[?.!\s]*$"
)
_THEN = (
    r"(?:(?P<then>당시|시점)(?:(?P<beside>와|과|하고|이랑|랑|보다)|에서는|에서|에는|에|의|로는|로|은|는)?"
    rf"|(?P<was>(?:에는|에|엔)(?={WAS}))"
    r"|(?:기준|현재)(?:으로는|으로|로는|로|에는|에|의)?)"
    r"(?P<valid>\s?(?:시행|적용)\s?(?:중이던|중인|되던|되는|된|하던)(?P<rules>\s규정에서는?)?)?"
)
_AS_OF = re.compile(
    rf"(?<![\d.]){_YEAR}(?:{_MONTH}(?:{_DAY})?)?(?:{_EDGE})?\s{{0,2}}(?:{_THEN})요?(?![가-힣])"
    r"[,?!.\s]{0,3}"
)
_ANOTHER = re.compile(r"(?:19|20)\d\d\s?년[도\d\s월일]{0,10}\s?(?:와|과|하고|이랑|랑|및|,)\s*$")
_NOW = re.compile(
    r"(?<![가-힣])(?:지금|현재|요즘|오늘날?|이제|올해|금년)"
    r"(?:(?P<beside>이랑|하고|보다|과|와)|으로는|에는|까지|은|는|엔|의|이|도)?요?(?![가-힣])"
)
_ASKS = (
    r"(?:(?:하루|한\s?달|한\s?번|\d\s?[일박회인년]|월|연|최대|각각|정확히|모두|총)(?:에|당|간)?\s?){0,3}"
    r"(?:얼마|몇|며칠|어떻|어떤|무엇|뭐|뭔|언제|어디|누구|누가|어느|있었|없었)"
)
_ASKING = re.compile(_ASKS)
_RULES = re.compile(r"(?:여기|우리\s?(?:기관|회사)|사내|규정|규칙|지침|조문|내규|정관|제\s?\d+조)")
_OF_RULE = re.compile(
    r"[,\s]*(?:(?:에서는?|의|상|은|는|,)?\s*(?:제\s?\d+조(?:의\s?\d+)?)?){2}[,\s]*"
)
# 일비는?, 국내 출장의 일비는 하루에 얼마인가요?
_PLAIN = re.compile(
    rf"(?:[가-힣\d]+\s){{0,3}}[가-힣]+(?:[은는이가]?[?.\s]*|[은는이가]\s{_ASKS}.*|[을를]\s?(?:알려|설명|보여|찾아|말해).*)"
)
# What a day counts for, not the rules on it: 2025년 12월 31일 기준으로 연차는 며칠인가요?
_COUNTED = re.compile(
    r"연차|근속|경력|나이|연령|호봉|퇴직금|급여|임금|성과급|정원|현원|인원|잔액|재고"
)
_PEOPLE = re.compile(
    r"(?:재직|입사|퇴직|퇴사|휴직|근무|채용|임용|복직|승진|파견|전입|합격|가입|임신|출산|재임)\s?"
    r"(?:자(?=에게|들|로|[은는이가를의도와]|[^가-힣]|$)|직원|임직원|교직원|근로자|사원|사람|인원)"
    r"|신규\s?(?:직원|임직원|교직원|근로자|사원)"
    r"|\d\s?세|(?<![가-힣])(?:제(?=\s[가-힣])|제가|저[는의도희]|내가|나[는의도])|^내\s"
    r"|(?:재직|근무|휴직|휴가|수습|파견|임신|교육|병가)\s?중"
    r"|(?<!무엇으로 )(?<!어떻게 )(?:계산|산정|정산|환산|산출|기산|평가|판단|소급)[하되해돼합됩한된]"
    r"|(?<![가-힣])[산낸쓴간]\s"  # which Mecab takes for nouns: 2023년 5월 당시 산 물품
)
# Is of then in whatever tense: 얼마인가요, 어떻게 되나요; but not 언제까지 청구하나요.
_STATES = re.compile(
    r"얼마|며칠|몇\s|(?:무엇|뭐|누구|언제|어디|어느\s?것)(?:까지|부터)?[가-힣]{0,4}[?!.\s]*$"
    r"|어떻게\s?[되돼됩][가-힣]*[?!.\s]*$"
)
_BY_RULE = re.compile(r"(?:규정|규칙|지침)(?:대로(?:라면|면)|이라면)")
_REQUEST = re.compile(r"알려|알고|설명|보여|찾아|말해|말씀|궁금|가르쳐|부탁")
_OF = frozenset("관한 대한 따른 의한 위한".split())  # 여비에 관한 규정
_POSSIBLE = frozenset("필요 가능".split())
_ASKED = frozenset("얼마 며칠 언제 무엇 뭐 어땠".split())
_IF = re.compile(r"면|데|고|지만|으나|[어아]서|으니|니까|으므로")


def as_of(question: str, today: str) -> tuple[str, str]:
    """(the ISO day that ``question`` names, the question without it); ("", question) if none.

    Of a month or a year it is the first day, at its 말 the last; the present ones are ``today``
    (ISO), which is no day of its own. The question is "" where it asks nothing else: 그럼 2023년
    5월 당시에는요? Who asks for the rules 시행되던 then may speak of people too.
    Raises ConfigError for two days, such as 2021년 당시와 지금.
    """
    found = list(_AS_OF.finditer(question))
    days = {_day(one, today) for one in found}
    if not found or "" in days or days == {today}:
        return "", question
    before, after = question[: found[0].start()], question[found[-1].end() :]
    between = [question[a.end() : b.start()] for a, b in pairwise(found)]
    rest = " ".join(" ".join((before, *between, after)).split())
    if not letters(without_markers(rest)):
        rest = ""
    several = len(days) > 1 or any(one["beside"] for one in found)
    several = several or bool(_ANOTHER.search(before) or _NOW.search(rest))
    of_others = tells_of_a_case(rest) or (not several and _of_now(rest))
    if rest and of_others and not _names_rules(after, found[-1]):
        return "", question
    compares = several and all(one["then"] for one in found)  # whatever stands around: 당시와 지금
    if rest and not compares and not _asks_rules(before, after, found[-1]):
        return "", question
    if several:
        raise ConfigError(ONE_DAY)
    return days.pop(), rest


def days_named(question: str, today: str) -> set[str]:
    """The days that stand in ``question`` with 당시 or the like; "" for one that never was.

    They need not be asked for: see ``as_of``.
    """
    return {_day(one, today) for one in _AS_OF.finditer(question)}


def tells_of_a_case(text: str) -> bool:
    """Whether ``text`` speaks of people, or of what is counted or weighed: 재직 중인 직원은?"""
    return bool(_PEOPLE.search(text)) or _tells(text)


def without_now(question: str) -> tuple[bool, str]:
    """(whether ``question`` says 지금 or the like, what else it asks: "" where that is nothing).

    Raises ConfigError where it compares with now: 지금과 얼마나 다른가요?
    """
    said = without_markers(question)
    if any(found["beside"] for found in _NOW.finditer(said)):
        raise ConfigError(ONE_DAY)
    rest = " ".join(_NOW.sub(" ", said).split())
    if rest == said:
        return False, question
    return True, rest if letters(rest) else ""


def _day(found: re.Match[str], today: str) -> str:
    """The ISO day of a match; "" where there is no such day: 2023년 2월 30일."""
    year, month = _year(found, today), int(found["month"] or 0)
    if found["last"]:
        before = date.fromisoformat(today[:8] + "01") - timedelta(days=1)
        year, month = before.year, before.month
    try:
        if found["edge"] == "말" and not found["day"]:
            month = month or 12
            return date(year, month, monthrange(year, month)[1]).isoformat()
        day = date(year, month or 1, int(found["day"] or 1)).isoformat()
    except ValueError:
        return ""
    said = 10 if found["day"] or found["edge"] else 7 if month else 4  # characters that are meant
    return today if day[:said] == today[:said] else day


def _year(found: re.Match[str], today: str) -> int:
    if found["ago"]:
        return int(today[:4]) - _YEARS_AGO[found["ago"]]
    if short := found["short"]:
        return int(short) + (1900 if int(short) >= _CENTURY else 2000)
    return int(found["year"] or 1)


def _names_rules(after: str, found: re.Match[str]) -> bool:
    """Whether it says the rules of then in so many words: 당시 시행되던 여비규정."""
    named = found["rules"] or RULE.match(after) or _RULES.match(after)
    return bool(found["valid"] and named)


def _asks_rules(before: str, after: str, found: re.Match[str]) -> bool:
    """Whether rules are asked of the day: it opens the question, or what is asked follows it."""
    if found["valid"] or _RULES.match(after):
        return True
    then = bool(found["then"] or found["was"])
    if _ASKING.match(after):
        return then or not _COUNTED.search(before)
    before = without_markers(before).strip(" ,")
    title = RULE.match(before)
    opens = not before or bool(_RULES.fullmatch(before))
    opens = opens or bool(title and _OF_RULE.fullmatch(before, title.end()))
    if then:
        return opens
    rule = bool(RULE.match(after))
    return opens and (rule or (bool(_PLAIN.fullmatch(after)) and not _COUNTED.search(after)))


def _of_now(text: str) -> bool:
    """Whether it asks what is the case now: 2023년 5월 당시 계약은 유효한가요?"""
    found = [one for one in tagged(text) if not one[1].startswith("S") or one[1] in {"SN", "SL"}]
    if not found or found[-1][1].startswith(("N", "J", "S", "XSN", "MA", "UN")):
        return False  # 일비는?
    past = any("EP" in tag for _, tag, _ in found[-3:])
    return not (past or _STATES.search(text) or _REQUEST.search(text))


def _tells(text: str) -> bool:
    """Whether ``text`` tells a fact: 채용된 직원, 출장 가는 직원, 계약직이었는데, 임원이면."""
    found = tagged(_BY_RULE.sub(" ", text))
    for at, (surface, tag, _) in enumerate(found):
        back = [one[0] for one in found[max(at - 2, 0) : at]]
        if tag.endswith("ETM"):
            ahead = "가" <= surface[-1] <= "힣" and (ord(surface[-1]) - 0xAC00) % 28 == 8  # 할, 쓸
            possible = back[-1:] in (["있"], ["없"]) and back[:1] == ["수"]
            sum_of = back[-1:] == ["금"]  # 경조금은, of which Mecab makes a verb
            if not (ahead or possible or sum_of or surface in _OF or _POSSIBLE & set(back[-1:])):
                return True
        if tag.endswith("EC") and at and _IF.search(surface):
            own = "EP" in tag or "VCP" in tag
            before = "EP" in found[at - 1][1] or "VCP" in found[at - 1][1]
            if (own or before) and not _ASKED & set(back):
                return True
    return False
