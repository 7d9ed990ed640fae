"""Whether a question needs the one before it to be understood.

It is told from its own words: it leans where it points back (그건), names a place of no rule
(2항은), breaks off (배우자는요), or where none of its nouns is a topic: 급여, 신청 and 서류 are
aspects that many topics have, and 배우자 and 서울 are cases of many (but see matters.py). A word
such as 그럼 tells nothing: it opens new topics as well.

What belongs to a topic and has a name of its own is taken to stand alone, unless the answer spoke
of it: 진단서는 언제 내야 해? after one about 병가. No rule of words can tell it from a new topic.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from onprem_rag.korean.matters import matters
from onprem_rag.korean.references import Reference, find_references
from onprem_rag.korean.roles import Role, Word, case_in, is_pay, pays, same_kind, words
from onprem_rag.korean.text import letters

OF_WHAT = frozenset((Role.TOPIC, Role.KIND))
_KIND_OF_RULE = "(?:규정|규칙|지침|기준|세칙|요령|내규|예규|준칙|정관|법률|법|시행령)"
RULE = re.compile(rf"[가-힣]{{2,}}{_KIND_OF_RULE}(?=$|[^가-힣]|[은는이가을를의에도제과와])")
POINTING = re.compile(
    r"(?<!\S)(?:(?P<thing>[그이저](?:것|거))(?P<tail>[가-힣]{0,3})|(?P<short>[그이저](?:건|게|걸))요?"
    rf"|(?:[그이위]|같은|해당)\s?(?P<rule>{_KIND_OF_RULE}|조항|조문|조)(?:에서는|에서|에는|에|의|은|는|이|도)?"
    r"|(?:거기|여기|그곳)(?:에서는|에서|에는|에|선|서)?"
    r"|(?:그|이|그런|이런)\s?(?:경우|때|기간|사이)(?:에는|에도|에|엔|는|도)?"
    r"|그동안(?:에는|에|은)?|그중(?:에서|에)?|[그이]렇게\s?하(?:면|려면)|그러려면"
    r"|(?P<that>[그이저]|해당)(?=\s[가-힣]))(?=$|[\s?!.,~])"
)
_HEADS = re.compile(r"(?<!\S)(?:별표|별지|부칙)(?![가-힣]{2})")
_BROKEN_NOUN = re.compile(
    r"(?:은|는|도|이?면|이?라면|에는|에서는|에게는|에선|엔|한테는|의?\s?경우는?)요?|이?요"
)
_BROKEN_VERB = re.compile(
    r"(?:\S이?라?면|(?<!어떤 )때|경우|건|것|거|쪽)(?:은|는|에는|엔|에|도)?요?$"
)
_CONDITION = re.compile(r"(?:면|때|때에|때는|때엔|경우|경우에|경우에는|경우는)$")
_NO_CONDITION = ("화면", "측면", "장면", "서면", "정면", "도면")
_ALSO = re.compile(r"에도|에서도|에게도|한테도|때도|이?라도|인데|으?로도")
_ALSO_THIS = re.compile(r"도\s*(?:되|돼|될|됩|가능|마찬가지|같)")
_NOTHING_SAID = re.compile(
    r"(?:가능|해당|마찬가지|그래|그런|나와|나오|나올|나요|습니|되|돼|될|된|됩|같|쓸|쓰|써|받|할|하|해|수"
    r"|있|없|줘|주|낼|내|갈|가|나|요|까|어|을|니|다|는|은|지|죠|인|한|야|고|면|[?!.\s])++"
)
# Verbs of a condition under which the topic before goes on: 2단계 인증을 쓰면, 보호기간 끝나면.
_NO_EVENT = re.compile(
    r"(?:쓰|쓸|타|탈|받|내|낼|하|할|한|되|될|된|돼|있|없|않|넘|지나|끝나|늦|많|적|크|작|같|아니|[가-힣]*이라?면)"
)
_WHICH_CASES = re.compile(
    r"(?:수\s?[있없]|안\s?되)는\s?경우[는가]?요?[?!.~…\s]*$"
)  # 쓸 수 없는 경우는?
_ANYBODY = frozenset("직원 임직원 사원 근로자".split())  # no case among others
_ASKED_OF = re.compile(r"[은는이가]?\s?(?:얼마|몇|언제|어떻|무엇|뭐|왜)")
_THING = re.compile(r"(?:것|건|거)(?:은|는|이)?요?$")
_WHAT_TO_DO = re.compile(r"어떻|어떡|어찌|뭐|뭘|무엇|무얼|어디|누구|누가")
_CONTAINS = re.compile(r"포함|해당|적용|제외|인정|산입")


def leans(question: str, before: str, answer: str) -> bool:
    """Whether ``question``, without markers, needs the question ``before`` and its ``answer``."""
    found = words(question)
    cases = matters(found, before, answer)
    topics = [
        one
        for one in found
        if one.role is Role.TOPIC or one in cases or _has_its_length(one, question)
    ]
    pointing = POINTING.search(question)
    if pointing and not any(one.end <= pointing.start() for one in topics):
        return True
    if names_place(question) and (RULE.search(question) or not topics):
        return not RULE.search(question)
    if breaks_off(question, found):
        if _says_all(found, letters(before + answer)) or _another(found, before, answer):
            return False
        return not (cases and _asks_anew(found, before))
    if not topics and _happens_to_somebody(found):
        return False
    if not topics:
        paid = any(pays(one) for one in found if not is_pay(one))
        pay = any(map(is_pay, found))
        return not pay or (any(map(pays, words(before))) and not paid)
    if _only_asks_whether(question, found):
        return True
    if cases:  # theirs is told with regard to what was said before
        return False
    told, asked = letters(answer), letters(before)  # of what the answer has brought up
    return all(letters(t.noun) in told and letters(t.noun) not in asked for t in topics)


def _another(found: Sequence[Word], before: str, answer: str) -> bool:
    """Whether two nouns or more name something of which there was no talk: 점심 메뉴는?"""
    named = [one for one in found if one.noun and one.role is not Role.LITTLE]
    last = found[-1]
    if len(named) < 2 or named[0].role is not Role.TOPIC or last not in named:
        return False
    if last.verbal or last.tail[:1] not in {"은", "는"} or any(map(condition_end, found)):
        return False
    there = [one.noun for one in words(before) if one.noun]
    told = letters(before + answer)
    return not any(
        letters(one.noun) in told or any(same_kind(one.noun, noun) for noun in there)
        for one in named
    )


def _asks_anew(found: Sequence[Word], before: str) -> bool:
    """Whether the aspect that a question ends with was not asked for before: 국외출장 정산은?"""
    last = found[-1]
    asked = last.role is Role.ASPECT and not last.verbal and not condition_end(last)
    return asked and letters(last.noun) not in letters(before)


def places(text: str) -> list[Reference]:
    """The places of rules that ``text`` names."""
    return [one for one in find_references(text) if not one.implied]


def names_place(text: str) -> bool:
    """Whether ``text`` names a place of a rule, also a bare 부칙."""
    return bool(places(text) or _HEADS.search(text))


def breaks_off(question: str, found: Sequence[Word]) -> bool:
    """Whether it has no predicate: 배우자는요? 1억원 넘으면?"""
    if not found or any(one.role is Role.ASKING for one in found):
        return False
    last = found[-1]
    if _asks_for_thing(found) or _of_its_own(found) or _WHICH_CASES.search(question):
        return False
    named = last.noun and last.role is not Role.LITTLE and not last.verbal
    if named and (not last.tail or _BROKEN_NOUN.fullmatch(last.tail)):
        return bool(last.tail)
    return bool(_BROKEN_VERB.search(question.rstrip("?!.~… ")))


def condition_end(word: Word) -> int:
    """Where a condition ends that ``word`` closes: 분실하면, 갈 때; 0 where it closes none."""
    whole = word.noun + word.tail
    closes = _CONDITION.search(whole) and not whole.endswith(_NO_CONDITION)
    return word.start + len(whole) if closes else 0


def conditions_end(found: Sequence[Word]) -> int:
    """Where the last condition ends that stands in a question; 0 for none. 어떤 경우 is asked."""
    asked = [False, *(one.role is Role.ASKING for one in found)]
    pairs = zip(found, asked, strict=False)
    return max((condition_end(one) for one, after_asking in pairs if not after_asking), default=0)


def _asks_for_thing(found: Sequence[Word]) -> bool:
    """퇴직할 때 반납해야 하는 것은? 출장 갈 때 필요한 서류는? They have all but 무엇인가요."""
    end, last = conditions_end(found[:-1]), found[-1]
    case = [one for one in found if one.end <= end and one.role is Role.TOPIC]
    thing = _THING.match(last.tail) if not last.noun else last.role is Role.ASPECT
    acts = any(one.start > end and (one.verbal or not one.noun) for one in found[:-1])
    return bool(case and thing and acts)


def _of_its_own(found: Sequence[Word]) -> bool:
    """징계 시효는? The topic stands with its aspect."""
    *of, last = found
    aspect = last.role is Role.ASPECT and not last.verbal and not condition_end(last)
    named = all(one.noun and one.tail in {"", "의"} for one in of)
    return aspect and named and any(one.role is Role.TOPIC and not one.of_aspect for one in of)


def _says_all(found: Sequence[Word], heard: str) -> bool:
    """Whether a question that breaks off names an event unheard of: 술 마시고 출근하면?"""
    if not condition_end(found[-1]):
        return False
    named = [one for one in found if one.role is Role.TOPIC and not one.of_aspect]
    named += [one for one in found if one.noun in _ANYBODY]
    told = any(len(one.noun) > 1 and letters(one.noun) in heard for one in named)
    figures = any(one.role is Role.FIGURE for one in found)
    return bool(named) and not (told or figures) and _event(found)


def _event(condition: Sequence[Word]) -> bool:
    """Whether a condition tells what happens to something: 아이가 아프면, no 인증을 쓰면."""
    last = condition[-1]
    if last.role is Role.LITTLE or (not last.noun and last.tail.startswith(("때", "경우"))):
        return False
    done = any(one.role is Role.TOPIC and one.tail in {*"을를"} for one in condition)
    if last.noun:
        own = last.verbal and last.role is Role.TOPIC
    else:  # 지각을 하면, but no 인증을 쓰면
        own = not _NO_EVENT.match(last.tail) or (done and last.tail.startswith("하"))
    denied = any(one.tail in {"안", "못"} for one in condition)
    named = [one for one in condition[:-1] if one.role in OF_WHAT or one.role is Role.ASPECT]
    return own and bool(named) and not denied


def _happens_to_somebody(found: Sequence[Word]) -> bool:
    """직원이 다치면 어떻게 되나요? A case of its own, and what to do then."""
    at = next((at for at, one in enumerate(found) if condition_end(one)), 0)
    condition, rest = found[: at + 1], found[at + 1 :]
    kinds = [one for one in condition if one.role is Role.KIND]
    if not at or not rest or not kinds or not _event(condition):
        return False
    if any(one.role is Role.KIND for one in rest):  # 계약직으로 뽑히면 수습은 몇 달이에요?
        return True
    happens = any(one.tail in {*"이가"} for one in kinds)
    asks = any(one.role is Role.ASKING and _WHAT_TO_DO.match(one.tail) for one in rest)
    return happens and asks and not any(one.role is Role.ASPECT for one in rest)


def _has_its_length(word: Word, question: str) -> bool:
    """수습기간은 얼마나 되나요? Of such a case it can be asked how long it is."""
    own = word.role is Role.KIND and word.of_aspect
    return own and bool(_ASKED_OF.match(question, word.end))


def _only_asks_whether(question: str, found: Sequence[Word]) -> bool:
    """Whether its nouns are but cases to which another topic applies: 출장 중에도 되나요?"""
    also = [match.end() for match in _ALSO.finditer(question)]
    if also and _NOTHING_SAID.fullmatch(question, also[-1]):
        return True
    named = [one for one in found if one.role in OF_WHAT]
    last = named[-1]
    after = question[last.end + len(last.tail) :].lstrip()
    if _CONTAINS.match(after) and last.tail[:1] in {*"은는도이가"}:  # 공휴일은 포함되나요?
        return not any(one.tail for one in found[: found.index(last)])
    if len(named) > 1:
        return False
    if last.verbal and condition_end(last):  # 퇴직하면 반납해야 해?
        acts = [one for one in found if one.role is Role.ASPECT]
        return bool(acts) and all(one.verbal for one in acts)
    return bool(_ALSO_THIS.match(question, last.end)) and not case_in(last.noun)
