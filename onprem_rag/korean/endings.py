"""How predicates end: 제출하며 → 제출한다, 제출합니다, 제출해요, 제출함."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple


class Form(StrEnum):
    """The ending of a predicate: a speech level, or what joins it to another one."""

    PLAIN = "한다"
    FORMAL = "합니다"
    POLITE = "해요"
    NOMINAL = "함"
    GO = "고"
    MYEO = "며"
    DOE = "되"
    NA = "나"
    JIMAN = "지만"
    NEUNDE = "는데"


FINAL = frozenset((Form.PLAIN, Form.FORMAL, Form.POLITE, Form.NOMINAL))


class Predicate(NamedTuple):
    """Everything before the ending, and the ending."""

    stem: str  # 제출하, 기한이, 할 수 있
    form: Form
    describes: bool  # an adjective, a copula or the past: 다 follows the stem, not ㄴ다


_B, _N, _M, _R, _SS = 17, 4, 16, 8, 20  # places among the 28 finals of a syllable
_CONNECTIVES = (
    ("으며", Form.MYEO),
    ("으나", Form.NA),
    ("지만", Form.JIMAN),
    ("는데", Form.NEUNDE),
    ("고", Form.GO),
    ("며", Form.MYEO),
    ("되", Form.DOE),
    ("나", Form.NA),
)
_POLITE = (
    ("해요", "하"),
    ("돼요", "되"),
    ("이에요", "이"),
    ("있어요", "있"),
    ("없어요", "없"),
    ("않아요", "않"),
    ("받아요", "받"),
    ("봐요", "보"),
    ("줘요", "주"),
)
_NOMINAL_STEMS = "하되이있없않받두보"
# 만든다 and 만듭니다 have lost a ㄹ that 만들고 has: only after these syllables nothing was lost.
_WHOLE = "하되이보두르시지치키리내우"
_ADJECTIVES = re.compile(
    r"(?:필요|가능|곤란|적합|적절|적당|적정|타당|부당|정당|상당|동일|유사|중요|충분|부족|현저|명백|분명"
    r"|우수|성실|공정|불가피|부득이|긴급|시급|특별|원활|편리|안전|건전|엄격|무관|유효|상이|양호|불리|유리)"
    r"하(?:지 (?:아니하|않))?$"
    r"|(?:같|다르|높|낮|많|(?:이|가|은|는|보다|더) 적|크|작|길|짧|옳)(?:지 (?:아니하|않))?$"
)
# Before 고, 며, 나 … a noun may stand without its 이다 (그의 권리고): only these are sure.
_SURE = re.compile(
    r"(?:[하되이있없않받르갖얻맡찾맺뽑묻묶넣놓적같높낮많옳짧]|시키|(?:^|[\s어여아해])[두주보내]"
    r"|[어아여해워져려혀켜러겨]지|(?:^|\s)지|가지"
    r"|(?:알|올|내|돌|빌|늘|걸|열|드|가|달|기다)리|(?:거|미|마|고|바|끼|합|해)치|(?:지|일으)키"
    r"|(?:맡|남|넘|옮|숨|여|챙)기|(?:보|끝|나타)내|(?:세|채|비|배|메|치|키)우|나누|이루|거두|다루|갖추"
    r"|만들|쓰|크)$"
)
_VERBS_IN_I = re.compile(r"(?:[보줄높붙쓰놓들울모벌속죽직썩먹덧꺾묶섞쌓덮]이)$")


def form_of(text: str) -> Form | None:
    """The ending of ``text``, which ends in a predicate; ``None`` where it isn't known."""
    predicate = _read(text)
    return predicate.form if predicate else None


def turned(text: str, form: Form) -> str | None:
    """``text`` with its last predicate in ``form``; ``None`` where that isn't safe."""
    predicate = _read(text)
    if predicate is None:
        return None
    if predicate.form is form:
        return text
    return _written(predicate, form)


def _read(text: str) -> Predicate | None:
    if text.endswith("다만"):  # 합니다만
        text = text[:-1]
    if text.endswith("니다"):
        stem = text[:-3] if text.endswith("습니다") else _without(text[:-2], _B)
        return _predicate(stem, Form.FORMAL)
    for ending, last in _POLITE:
        if text.endswith(ending):
            return _predicate(text[: -len(ending)] + last, Form.POLITE)
    if text.endswith("예요"):
        return _predicate(text[:-2] + "이", Form.POLITE)
    if text.endswith(("어요", "아요")) and _final(text[:-2]) == _SS:
        return _predicate(text[:-2], Form.POLITE)
    if text.endswith("다"):
        return _plain(text[:-1])
    if text.endswith("인데"):
        return _predicate(text[:-2] + "이", Form.NEUNDE)
    for ending, form in _CONNECTIVES:
        if text.endswith(ending):
            stem = text[: -len(ending)]
            known = _SURE.search(stem) or _final(stem) == _SS
            return _predicate(stem, form) if known else None
    stem = text[:-1] if text.endswith("음") else _without(text, _M)
    if stem and (stem[-1] in _NOMINAL_STEMS or _final(stem) == _SS):
        return _predicate(stem, Form.NOMINAL)
    return None


def _plain(stem: str) -> Predicate | None:
    """The predicate whose plain form is ``stem`` + 다."""
    if stem.endswith("는") and _final(stem[:-1]):
        return Predicate(stem[:-1], Form.PLAIN, False)
    if bare := _without(stem, _N):
        return Predicate(bare, Form.PLAIN, False)
    return Predicate(stem, Form.PLAIN, True) if _final(stem) is not None else None


def _predicate(stem: str | None, form: Form) -> Predicate | None:
    if not stem or _final(stem) is None:
        return None
    return Predicate(stem, form, _describes(stem))


def _describes(stem: str) -> bool:
    if stem[-1] in "있없" or _final(stem) == _SS or _ADJECTIVES.search(stem):
        return True
    return stem[-1] == "이" and not _VERBS_IN_I.search(stem)


def _written(predicate: Predicate, form: Form) -> str | None:
    stem, final = predicate.stem, _final(predicate.stem)
    if form is Form.PLAIN:
        if predicate.describes:
            return stem + "다"
        return stem + "는다" if final and final != _R else _with(stem, _N) + "다"
    if form is Form.FORMAL:
        return stem + "습니다" if final and final != _R else _with(stem, _B) + "니다"
    if form is Form.POLITE:
        return _polite(stem)
    if form is Form.NOMINAL:
        return None if final == _R else stem + "음" if final else _with(stem, _M)
    lost = predicate.form in (Form.PLAIN, Form.FORMAL) and not final and stem[-1] not in _WHOLE
    if lost or form is Form.NEUNDE:
        return None
    bridge = "으" if form in (Form.MYEO, Form.NA) and final and final != _R else ""
    return stem + bridge + form.value


def _polite(stem: str) -> str | None:
    if stem[-1] == "이" and _describes(stem):
        return stem + "에요" if _final(stem[:-1]) else stem[:-1] + "예요"
    for ending, last in _POLITE:
        if stem[-1] == last and last != "이":
            return stem[:-1] + ending
    return stem + "어요" if _final(stem) == _SS else None


def _final(text: str) -> int | None:
    """The place of the final consonant of the last syllable, 0 for none; None: no syllable."""
    return (ord(text[-1]) - 0xAC00) % 28 if text and "가" <= text[-1] <= "힣" else None


def _without(text: str, final: int) -> str | None:
    """``text`` without the final consonant of its last syllable; None where it hasn't that."""
    return text[:-1] + chr(ord(text[-1]) - final) if _final(text) == final else None


def _with(stem: str, final: int) -> str:
    """``stem`` with a final consonant, which takes the place of a ㄹ."""
    return stem[:-1] + chr(ord(stem[-1]) - (_final(stem) or 0) + final)
