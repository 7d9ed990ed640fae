"""Which cases of a question are its topic with what is asked of them: 국외출장 정산은.

A case is a place, thing or circumstance to which the rule of another topic may apply: after
숙박비는 얼마인가요?, 국외출장은요? asks of 숙박비. With an act of its own it needs no such topic.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from onprem_rag.korean.roles import Role, Word, is_act, joins, matter_in, same_kind, words
from onprem_rag.korean.text import letters

# To these something can be done, whatever was talked of before.
_THINGS = frozenset("물품 용역 공사 공용차량 수습".split())
_AROUND = frozenset("전 후 이전 이후".split())  # 국외출장 후 정산은
_GOING = re.compile(r"가려|가기|갈|가면|갔다|다녀")


def matters(found: Sequence[Word], before: str, answer: str) -> list[Word]:
    """The words of ``found`` that are cases and topics, after the question ``before``.

    What is not done but measured may be that of the topic before, where it was about the same
    matter: after 국내출장 숙박비, 국외출장 한도는 얼마예요? leans on it.
    """
    heard, there = letters(before + answer), [one.noun for one in words(before) if one.noun]
    own: list[Word] = []
    for at, one in enumerate(found):
        aspects = _aspects_after(found[at + 1 :]) if one.role is Role.KIND else []
        if aspects:
            known = letters(matter_in(one.noun) or one.noun) in heard
            known = known or any(same_kind(one.noun, noun) for noun in there)
            if _is_topic(one, aspects, known=known):
                own.append(one)
    return own


def _is_topic(case: Word, aspects: Sequence[Word], *, known: bool) -> bool:
    """Whether ``aspects`` are asked of ``case`` itself; ``known``: there was talk of its like."""
    matter, done = bool(matter_in(case.noun)), any(map(is_act, aspects))
    if case.tail in {"", "의"}:
        thing = case.noun in _THINGS and done and not aspects[-1].verbal
        return (matter and (done or not known)) or (thing and not known)
    if case.tail in {
        "은",
        "는",
    }:  # 국외출장은 정산을 언제까지 하나요? but no 국외출장은 신청하나요?
        return matter and done and not known and not aspects[-1].verbal
    return matter and done and case.tail in {"을", "를"}


def _aspects_after(following: Sequence[Word]) -> list[Word]:
    """The aspects that are asked of the case before; none where another word goes before them."""
    aspects: list[Word] = []
    goes = False  # 국외출장 다녀와서 정산은; but 국외출장 갈 때 제출해도 tells of another thing
    for one in following:
        goes = goes or (one.role is Role.OTHER and bool(_GOING.match(one.tail)))
        beside = one.noun in _AROUND or (goes and one.role not in {Role.ASPECT, Role.TOPIC})
        if beside and not aspects:
            continue
        if one.role is not Role.ASPECT or one.tail[:1] == "도" or (goes and one.verbal):
            break
        aspects.append(one)
        if one.tail not in {"", "의"}:
            break
    return [] if all(map(joins, aspects)) else aspects
