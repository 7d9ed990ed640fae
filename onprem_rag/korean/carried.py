"""The topic of the question before, carried over into one that leans on it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from onprem_rag.korean.leaning import (
    OF_WHAT,
    POINTING,
    RULE,
    breaks_off,
    condition_end,
    conditions_end,
    names_place,
    places,
)
from onprem_rag.korean.references import find_references
from onprem_rag.korean.roles import Role, Word, is_leave, same_kind, without_markers, words
from onprem_rag.korean.text import letters
from onprem_rag.records import Exchange

_CARRIED = OF_WHAT | {Role.ASPECT}
_MOST_CARRIED = 5  # nouns of the question before
_SHORT = {"건": "은", "게": "이", "걸": "을"}
_PARTICLES = ("은는", "이가", "을를", "과와")
_MORE = re.compile(
    r"(?:자세히|상세히|자세하게|쉽게|다시|간단히|간단하게|요약|설명|예를|들어|들면|정말|진짜|확실|그래|그런|그렇"
    r"|알려|말해|해줘|근거|이유|무엇|무슨|의미|내용|부탁|합니다|드립니다|드려|왜|더|좀|해|줘|주|요|지|가|죠|나|인"
    r"|거|야|건|뭐|뜻|은|는|이|을|를|예|에|세|십|시|오|[?!.\s])++"
)
_ACTS = re.compile(r"(?!이?라?면).*면")  # 보호기간 끝나면, which is no noun with 이면
# What a case that is asked of loses where the question goes on: 다친 경우에는요.
_CASE_END = re.compile(r"(?:(?<=때|우|건|것)(?:에는|엔|는|은)|(?<=에)는|(?<=서)는)?요?[\s?!.~…]*$")


def carried(question: str, earlier: Sequence[Exchange]) -> str:
    """``question`` with what it leaves out taken from ``earlier`` ones, oldest first."""
    before = earlier[-1]
    if names_place(question) and not RULE.search(question):
        return _in_rule(question, before)
    found = words(question)
    pointing = POINTING.search(question)
    if pointing:
        return _pointed(question, pointing, before)
    nouns = any(one.noun and one.role is not Role.LITTLE for one in found)
    if not nouns and _MORE.fullmatch(question):
        return f"{before.question} {question}"
    if breaks_off(question, found) and _case(found):
        return _in_place(question, found, _asked_of_its_like(found, earlier))
    return f"{_topic(before, found)} {question}".strip()


def _case(found: Sequence[Word]) -> bool:
    """Whether it names another case or thing, of which the same is asked."""
    roles = {one.role for one in found}
    if found[-1].role is Role.ASPECT and not condition_end(found[-1]):  # 계약직 급여는요
        return False
    named = roles & {*OF_WHAT, Role.FIGURE} or Role.ASPECT not in roles
    return bool(named or condition_end(found[-1]))


def _asked_of_its_like(found: Sequence[Word], earlier: Sequence[Exchange]) -> str:
    """The question that can be asked of a new topic as well.

    After 병가 and the medical certificate that it needs, 연차는요? asks what was asked of 병가.
    """
    questions = [one.question for one in reversed(earlier)]
    new = [one for one in found if one.role in _CARRIED]
    if len(new) != 1 or new[0].role is not Role.TOPIC:
        return questions[0]
    for at, question in enumerate(questions):
        there = [one for one in words(question) if one.role is Role.TOPIC]
        if like := [one for one in there if _alike(new[0], one)]:
            older = questions[at + 1 :]
            same = any(one.noun == like[-1].noun for q in older for one in words(q))
            of_it = [one for one in there if one not in like and not one.of_aspect]
            if not (same and of_it):
                return question
    return questions[0]


def _replaces(new: Word, old: Word) -> bool:
    """Whether ``new`` is asked of instead: 교통비 of 식비, but not 휴가 of 가족돌봄휴가."""
    return same_kind(new.noun, old.noun) and not old.noun.endswith(new.noun)


def _alike(one: Word, other: Word) -> bool:
    return same_kind(one.noun, other.noun) or (is_leave(one) and is_leave(other))


def _topic(before: Exchange, now: Sequence[Word]) -> str:
    """What the question before is about, without what it asks for and ``now`` replaces."""
    asked = before.question
    there = words(asked)
    replaces = any(one.role in {Role.ASPECT, Role.TOPIC} and not one.verbal for one in now)
    has = {letters(one.noun) for one in now}
    condition = conditions_end(there)
    clause = "" if any(map(condition_end, now)) else asked[:condition]
    kept: list[str] = []
    for one in there:
        if one.role not in _CARRIED or (clause and one.end <= condition):
            continue
        asked_for = one.role is Role.ASPECT and one.start >= condition
        replaced = asked_for and replaces
        other = one.role in OF_WHAT and any(_replaces(n, one) for n in now if n.noun)
        told = letters(one.noun) in has or any(one.noun in before for before in kept)
        if not (replaced or other or told):
            kept.append(one.noun)
    return " ".join(filter(None, (without_markers(clause), *kept[-_MOST_CARRIED:])))


def _pointed(question: str, pointing: re.Match[str], before: Exchange) -> str:
    """``question`` with the words that it points with replaced by what they mean."""
    rest = question[pointing.end() :].lstrip()
    start = question[: pointing.start()]
    if pointing["rule"] and (rule := _rule(before)):
        place = _article(before) if pointing["rule"] in {"조항", "조문", "조"} else ""
        return " ".join(filter(None, (start.strip(), rule, place, rest)))
    now = words(rest)
    topic = _topic(before, now)
    tail = (pointing["tail"] or "").removesuffix("요")
    if pointing["short"]:
        tail = _SHORT[pointing["short"][1]]
    if pointing["thing"] or pointing["short"]:
        topic += _agreeing(topic, tail) if topic[-1:].isalnum() else ""
    elif pointing["that"] and now and now[0].noun and topic.endswith(now[0].noun):
        topic = topic.removesuffix(now[0].noun)
        return f"{start}{topic}{rest}"
    if not rest.strip("?!.~ "):
        return f"{start}{topic}{rest}"
    return f"{start}{topic} {rest}"


def _in_place(question: str, found: Sequence[Word], asked: str) -> str:
    """The question before, asked of another case: 배우자는요? → 배우자 경조휴가는 며칠인가요?"""
    there = words(asked)
    new = [one for one in found if one.role in _CARRIED]
    more = any(one.role in {Role.OTHER, Role.FIGURE} for one in found)
    acts = bool(_ACTS.match(found[-1].tail))
    if more or acts or not new or not all(one.role in OF_WHAT for one in new):
        return _in_case(question, asked)
    heads = [one for one in there if letters(one.noun) == letters(new[-1].noun)]
    if heads and len(new) > 1:  # 교육 수강생 명부는요? of 입사지원자 명부
        start = _phrase_start(there, heads[-1])
        phrase = question[new[0].start : new[-1].end]
        return without_markers(asked[:start] + phrase + asked[heads[-1].end :])
    if len(new) == 1 and (half := _same_half(new[0], there)):
        return without_markers(asked[: half[0].start] + half[1] + asked[half[0].end :])
    added: list[str] = []
    olds = [_counterpart(one, there, alone=len(new) == 1) for one in new]
    of = next((old for old in olds if old and not old.tail), None)
    end = _modifiers_end(there, of) if of and None in olds else 0
    if of and end:  # 본인 결혼 in the place of 배우자 출산
        phrase = question[new[0].start : new[-1].end]
        return without_markers(asked[: _phrase_start(there, of)] + phrase + asked[end:])
    if olds == [None] and new[0].role is Role.TOPIC:  # 그럼 숙박비는? of 출장 다녀와서 …
        of_what = [one.noun for one in there if one.role in OF_WHAT]
        return " ".join([*of_what, question])
    for one in new:
        old = _counterpart(one, there, alone=len(new) == 1)
        if old and letters(old.noun) != letters(one.noun):
            after = asked[old.end :]
            tail = _agreeing(one.noun, after[:1]) + after[1:] if old.tail else after
            asked = asked[: old.start] + one.noun + tail
            there = words(asked)
        elif not old:
            added.append(one.noun)
    return " ".join([*added, without_markers(asked)])


def _phrase_start(found: Sequence[Word], head: Word) -> int:
    """Where the nouns begin that stand before ``head`` without particles."""
    start = head.start
    for one in reversed(found[: found.index(head)]):
        if not one.noun or one.tail:
            break
        start = one.start
    return start


def _modifiers_end(found: Sequence[Word], first: Word) -> int:
    """Where the nouns without particles end that go from ``first`` to a noun that has one."""
    end = 0
    for one in found[found.index(first) :]:
        if not one.noun or one.tail:
            return end if one.noun else 0
        end = one.end
    return 0


def _in_case(question: str, asked: str) -> str:
    """The question before under another condition: 1억원 넘으면 계약 의뢰는 며칠 전까지 하나요?"""
    case = _CASE_END.sub("", question)
    there = words(asked)
    end = conditions_end(there)
    if end:
        nouns = [one.noun for one in there if one.end <= end and one.noun and not one.verbal]
        return " ".join([*nouns, case, asked[end:].strip()])
    return f"{case} {without_markers(asked)}"


def _counterpart(new: Word, there: Sequence[Word], alone: bool) -> Word | None:
    """The noun of the question before in whose place ``new`` stands; None where it joins it."""
    nouns = [one for one in there if one.role in OF_WHAT]
    equal = [one for one in nouns if letters(one.noun) == letters(new.noun)]
    if equal:
        return equal[-1]
    alike = [one for one in nouns if _alike(new, one)]
    if alike or not alone or new.role is Role.KIND:
        return alike[-1] if alike else None
    others = [
        one
        for one, after in zip(there, [*there[1:], None], strict=True)
        if one.role is Role.TOPIC and not one.of_aspect and not _governed(one, after)
    ]
    return others[0] if others else None


def _governed(noun: Word, after: Word | None) -> bool:
    """Whether a verb of its own clause has the noun: 출장 다녀와서, 해외출장 가려면."""
    return not noun.tail and after is not None and after.role is Role.OTHER


def _same_half(new: Word, there: Sequence[Word]) -> tuple[Word, str] | None:
    """A compound of the question before, and what it becomes with ``new``: 해외출장 → 국내출장."""
    for one in there:
        for end in range(2, len(one.noun) - 1):
            half = one.noun[end:]
            if same_kind(new.noun, one.noun[:end]) and not new.noun.endswith(half):
                return one, new.noun + half
    return None


def _agreeing(noun: str, particle: str) -> str:
    """``particle`` in the form that follows ``noun``: 은, 는; as it is where it has one form."""
    last = noun[-1:]
    closed = "가" <= last <= "힣" and (ord(last) - 0xAC00) % 28 > 0
    for pair in _PARTICLES:
        if particle and particle[0] in pair:
            return pair[0 if closed else 1] + particle[1:]
    return particle


def _in_rule(question: str, before: Exchange) -> str:
    """``question`` with the rule of its place, and the article of a paragraph."""
    pointing = POINTING.search(question)
    if pointing and pointing["rule"]:
        question = (question[: pointing.start()] + question[pointing.end() :]).strip()
    named = places(question)
    relative = bool(named) and all(one.relative for one in named)
    article = _article(before) if relative else ""
    return " ".join(filter(None, (_rule(before), article, question)))


def _rule(before: Exchange) -> str:
    """The rule that the question before names, else the first that its answer cites."""
    titles = [_cited(one)[0] for one in before.cited]
    asked = letters(before.question)
    named = [title for title in titles if letters(title) in asked]
    if named:
        return max(named, key=len)
    written = RULE.search(before.question)
    if written and places(before.question):
        return written[0]
    return titles[0] if titles else ""


def _article(before: Exchange) -> str:
    """The article or annex that the question before names, else that its answer stands on."""
    texts = (before.question, *(_cited(one)[1] for one in before.cited), before.answer)
    for text in texts:
        for one in places(text):
            if one.place:
                return one.place
    return ""


def _cited(place: str) -> tuple[str, str]:
    """(title, article) of "여비규정 제14조"; the article is "" where there is none."""
    found = [one for one in find_references(place) if one.article or one.annex]
    return (place[: found[-1].start].strip(), found[-1].text) if found else (place, "")
