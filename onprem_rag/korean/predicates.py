"""How predicates end: 하여야 한다, 할 수 없다, 아니한다, 금지된다; and of which verb."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from onprem_rag.korean.stems import NOMINAL, ends_in_l, noun, stem

# Endings of the auxiliaries, final or joining two statements.
_JOINING = r"며|고|되|나|지만|는데|므로|니"
_HA = (
    r"(?:한다|합니다|해요|함|하다|할\s?것(?:이다|입니다)?|했다|하였다|하는가|하나요"
    rf"|하(?:{_JOINING}))"
)
_DOE = r"(?:된다|됩니다|돼요|되요|됨|돼|될\s?것(?:이다|입니다)?|되(?:며|고|나|지만|는데|므로|니))"
_IS = r"(?:있(?:다|습니다|어요|음|으며|고|으나|되|지만|는데|으므로|을\s?것(?:이다|입니다)?|나요))"
_ISNT = r"(?:없(?:다|습니다|어요|음|으며|고|으나|되|지만|는데|으므로|을\s?것(?:이다|입니다)?))"
_NO = (
    r"(?:아니한다|아니합니다|아니함|아니하다|아니하(?:며|고|되|나|지만|는데|므로|였다)|않는다|않습니다|않아요"
    r"|않음|않다|않(?:으며|고|되|으나|지만|는데|으므로|았다|겠다|겠습니다|겠으며)|아니할\s?것|않을\s?것)"
)
_NOT = r"(?:아니|안)\s?"
_BE = rf"(?:이다|입니다|이에요|예요|임|이(?:{_JOINING})|다)"
_TOPIC = r"\s?(?:[이가은는도을를]|만)?\s?"
_TO = r"(?<=[할될을릴칠킬길낼줄둘볼쓸질올갈울들알])\s?"  # not 제출 의무
_FORMS = {"지": "", "아": "infinitive", "ㄹ": "prospective", "ㄴ": "contracted", "명": "noun"}


_LONGEST = 24  # characters of an ending


@dataclass(frozen=True, slots=True)
class _Ending:
    """How a predicate ends: the pattern after its verb, the verb's form, what it says."""

    pattern: re.Pattern[str]
    form: str
    force: str


def _endings(*rows: tuple[str, str, str]) -> tuple[_Ending, ...]:
    return tuple(
        _Ending(re.compile(rf"(?:{pattern})$"), _FORMS[form], force)
        for form, force, pattern in rows
    )


# The first that matches counts, so what contains another one comes before it.
_MODAL = _endings(
    # double negatives are duties
    ("지", "must", rf"지\s?(?:아니하면|않으면|않고는|아니하고는)\s?{_NOT}{_DOE}"),
    ("지", "must", rf"지\s?(?:아니할|않을)\s?수{_TOPIC}{_ISNT}"),
    ("지", "need not", rf"지\s?(?:아니할|않을)\s?수{_TOPIC}{_IS}"),
    (
        "지",
        "need not",
        rf"지\s?(?:않아도|아니하여도|아니해도)\s?(?:{_DOE}|무방{_HA}|좋다|좋습니다)",
    ),
    ("명", "need not", rf"(?<=\s)안\s?(?:해도|하여도|돼도)\s?{_DOE}"),
    ("ㄹ", "need not", rf"{_TO}(?:필요|의무){_TOPIC}(?:{_ISNT}|{_NOT}{_BE})"),
    (
        "지",
        "must not",
        rf"지\s?(?:말아|않아|아니하여|아니해)야\s?(?:{_HA}|{_DOE})|지\s?(?:말\s?것|마세요|마십시오)",
    ),
    (
        "지",
        "must not",
        rf"지\s?(?:아니하|않|못하)(?:도록|게)\s?(?:(?:하여|해)야\s?)?(?:{_HA}|{_DOE})",
    ),
    ("ㄹ", "must", rf"\s?수{_TOPIC}있어야\s?(?:{_HA}|{_DOE})"),
    ("아", "must not", rf"서는?\s?{_NOT}{_DOE}"),
    ("지", "must not", rf"으?면\s?{_NOT}{_DOE}"),
    ("지", "must not", rf"지(?:는|도)?\s?못\s?{_HA}"),
    ("아", "need not", rf"야\s?하지(?:는|도)?\s?{_NO}"),
    ("아", "may", rf"야\s?할\s?수\s?{_IS}"),
    ("ㄹ", "must not", rf"\s?수{_TOPIC}(?:{_ISNT}|없게\s?{_DOE})"),
    ("ㄹ", "may", rf"\s?수{_TOPIC}{_IS}"),
    ("아", "may", rf"도\s?(?:{_DOE}|무방{_HA}|좋다|좋습니다)"),
    ("아", "must", rf"야\s?만?\s?(?:{_HA}|{_DOE}|(?:할|하는)\s?(?:의무|필요){_TOPIC}{_IS})"),
    (
        "ㄹ",
        "must",
        rf"{_TO}(?:의무|필요)(?:{_TOPIC}(?:{_IS}|진다|집니다|지며|부담{_HA}|{_BE})|{_HA})",
    ),
    ("명", "need not", rf"필요(?:하지|로\s?하지)(?:는)?\s?{_NO}"),
    ("명", "must not", rf"허용(?:되|하)지\s?{_NO}"),
    ("지", "not", rf"지(?:는|도|를)?\s?{_NO}"),
    ("명", "not", rf"(?<=\s)안\s?{_HA}"),
)
_NOMINAL = _endings(
    ("명", "need not", rf"(?:필요|의무){_TOPIC}(?:{_ISNT}|{_NOT}{_BE})"),
    ("명", "need not", rf"(?:불필요)(?:{_HA})?"),
    ("명", "must not", rf"(?:불가능|불가|금지)(?:{_HA}|{_DOE}|{_BE}|되어\s?{_IS})?"),
    ("명", "must not", rf"불허{_HA}|(?<=[은는이가])\s{_NOT}{_DOE}"),
    ("명", "may", rf"(?:가능|허용)(?:{_HA}|{_DOE})?"),
    ("명", "must", rf"(?:의무|필수)(?:적)?{_TOPIC}(?:{_IS}|진다|집니다|지며|{_BE}|사항{_BE})?"),
    ("명", "must", r"(?:바랍니다|바란다|바람)"),
    ("명", "must", rf"필요(?:{_HA}|로\s?{_HA}|{_TOPIC}{_IS})?"),
)
_PLAIN = _endings(
    ("지", "plain", rf"으?면\s?{_DOE}"),
    ("지", "plain", r"도록\s?되어\s?(?:있다|있습니다|있음)"),
    ("아", "must", r"(?:주)?(?:세요|십시오)|(?:하)?시기\s?바랍니다"),
    (
        "지",
        "plain",
        r"기(?:로|도)\s?(?:한다|합니다|함|하며|하고)|고\s?(?:있다|있습니다|있음|있으며)",
    ),
    ("아", "plain", r"\s(?:있다|있습니다|있음|있으며|있고)"),
    ("지", "plain", r"(?:는|었|았|였|겠)다|(?:겠|었|았)?습니다|(?<=[있없받])음"),
    ("ㄴ", "plain", r"(?<=\S)(?:다|니다)|(?<=[함됨])|(?<=할)\s?것"),
    ("아", "plain", r"요"),
)
_JOINED = _endings(("지", "plain", r"(?:으며|(?<=\S)며|고|되|으나|나|지만|는데)"))
_IS_NOUN = re.compile(
    rf"(?:으로|(?<!기)로)\s?(?:{_HA})$|(?:이다|입니다|이에요|예요|이며|이고|이되|이나|이지만|인데)$"
    r"|(?<=[년월일명원회급%자것])\s?(?:임|다|며|고)$"
)
_ISNT_NOUN = re.compile(r"[이가은는]?\s?(?:아니다|아닙니다|아니에요|아니며|아니고|아님|아니나)$")
_HAS = re.compile(rf"{_TOPIC}(?P<is>{_IS})$|{_TOPIC}{_ISNT}$")


def predicates(tail: str, joined: bool) -> Iterator[tuple[str, str, int]]:
    """Readings of the predicate that ``tail`` ends with, best first.

    Each is the verb's stem, its force (plain, not, must, must not, may, need not), and where in
    ``tail`` the ending begins. ``tail`` is folded and has no stop at its end; ``joined``
    tells that another statement follows it, and a noun's 고 (권고) does not.
    """
    for ending, at in _matches(_MODAL, tail):
        yield _verb(tail[:at], ending.form), ending.force, at
    if found := _ISNT_NOUN.search(tail, max(0, len(tail) - _LONGEST)):
        yield NOMINAL, "not", found.start()
    for ending, at in _matches(_NOMINAL, tail):
        yield noun(tail[:at]), ending.force, at
    if found := _HAS.search(tail, max(0, len(tail) - _LONGEST)):
        before = tail[: found.start()].rstrip()
        if not found["is"] or before[-1:] not in "고아어여해되":  # 운영하고 있다
            yield noun(before, whole=True) + "있", "plain" if found["is"] else "not", found.start()
    if found := _IS_NOUN.search(tail, max(0, len(tail) - _LONGEST)):
        yield NOMINAL, "plain", found.start()
    for ending, at in _matches(_JOINED if joined else _PLAIN, tail):
        yield _verb(tail[:at], ending.form), ending.force, at


def _matches(endings: tuple[_Ending, ...], tail: str) -> Iterator[tuple[_Ending, int]]:
    start = max(0, len(tail) - _LONGEST)
    for ending in endings:
        if found := ending.pattern.search(tail, start):
            yield ending, found.start()


def _verb(head: str, form: str) -> str:
    if form == "noun":
        return noun(head)
    if form == "prospective" and not ends_in_l(head):
        return ""  # 점수 있는, 휴가일수 없는
    contracted = form in ("prospective", "contracted")
    return stem(head, contracted=contracted, infinitive=form == "infinitive")
