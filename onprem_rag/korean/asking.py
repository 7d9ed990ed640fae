"""What kind of answer a question asks for: how long, how much, when, who, why, whether, a list."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from onprem_rag.korean.morphemes import nouns
from onprem_rag.korean.questions import question_words
from onprem_rag.korean.text import normalise

WRONG_KIND = 0.6  # worth of a sentence without a fact of the kind that is asked for
NO_REASON = 0.8  # … without a reason, where one is asked for
NOBODY = 0.9  # … without somebody in charge
UNRULED = 0.9  # … that neither allows nor forbids

_MONEY = (
    r"(?:값|가격|요금|금액|액수|비용|급여|월급|연봉|초봉|봉급|임금|시급|수당"
    r"|[가-힣]{1,4}(?:료|비|금))"
)
_COUNTED = (
    "명 번 회 차례 자리 글자 권 개 부 살 세 점 급 킬로 km 장 건 원 만 대 척 채 곡 층 위 쪽 배 가지 "
    "종 자루 병 마리 과목 학점 학기 시간 편 군데 곳 팀 부작 세트 라운드 경기 표 석 주 단계 줄 평 "
    "톤 미터 도 호 인 차 집"
).split()
_NUMERAL = (
    r"(?:\d|한|두|세|네|다섯|여섯|일곱|여덟|아홉|열|스무|일|이|삼|사|오|육|칠|팔|구|십|백|천|만|억)"
)
_YEAR = r"(?<!\d)(?:1\d|20)\d\d\s?년|\d\d?\s?월|\d\s?세기|\d0\s?년대"

# The pattern of the question, the kinds of fact that can answer it, and the sign of an answer that
# is no such fact. The first that matches counts.
_FACTS = tuple(
    (re.compile(pattern), frozenset(kinds.split()), re.compile(sign) if sign else None)
    for pattern, kinds, sign in (
        (
            r"몇\s*년도|몇\s*년에|연도|년도|(?:\s|그|어느)해(?:는|인가|였)"
            r"|몇\s*(?:월|세기)|날짜|시기[는가]|(?:날|때)(?:은|는)\s*\?*$",
            "date year time",
            _YEAR,
        ),
        (
            r"몇\s*(?:년|개월|달|일|주|시간|분)(?!\s*차)|며칠|얼마\s*(?:동안|만에|전)|기간[은이]?\s*\?*$",
            "period date",
            "",
        ),
        (r"언제", "period date year time", _YEAR),
        (r"몇\s*시", "time", ""),
        (r"몇\s*(?:퍼센트|프로|%|배|할)|비율", "percentage amount", r"\d\s*(?:배|할|푼)|분의"),
        (rf"{_MONEY}[이은가는을를도]{{0,2}}\s*(?:최대\s*)?얼마", "amount percentage", ""),
        (r"얼마", "amount percentage period count", ""),
        (r"나이[는가]|몇\s*살|연령", "count", r"\d\s*(?:세|살)"),
    )
)
_HOW_MANY = re.compile(rf"몇\s*({'|'.join(sorted(_COUNTED, key=len, reverse=True))})")
_WHY = re.compile(r"왜|이유[는가]|까닭|원인[은이]|때문인")
_BECAUSE = re.compile(r"때문|위하|위해|이유|원인|인하|인해|므로|으로써|계기|따라서|아서|어서|니까")
_WHO = re.compile(r"누구|누가|누굴|(?:사람|인물)은\s*\?*$|담당자[는가]")
_OFFICE = re.compile(  # 부서장이, 위원회에서; not 출장, 현장
    r"(?:[원팀회총실과처국청사소학부단터서관대]장|위원회|팀|부서|담당자|담당관|책임자|관리자)"
    r"(?=[은는이가의에과와을를도,.( ]|$)"
)
_WHETHER = re.compile(
    r"(?:되|돼|도\s*괜찮|가능|수\s*있|야\s*(?:하|되|돼)|해당|포함|인정)[가-힣]{0,4}\s*[?.!]*$"
)
_OPEN = re.compile(r"어떻|어찌|어디|언제|무엇|무슨|뭐|뭘|어느|어떤|얼마|몇|누구|누가|며칠")
_RULED = re.compile(
    r"수\s*[있없]|아니\s*[하된되]|못\s*한다|안\s*된다|하여야|해야|금지|허용|가능|제한|제외|포함|면제|인정"
)
_SEVERAL = re.compile(
    r"[것건]들|무엇무엇|뭐뭐|종류|서류|목록|항목|요건|사유|모두\s*(?:무엇|어떤|몇)|각각|전부|어떤\s*경우|뭐가\s*(?:있|필요)"
)
# Nouns of when, where and how many: that no rule has them tells nothing.
_CIRCUMSTANCES = frozenset(
    (
        "작년 올해 내년 금년 재작년 하루 이틀 사흘 나흘 닷새 열흘 보름 추석 설날 설 명절 어제 오늘 "
        "내일 모레 아침 낮 밤 저녁 새벽 주말 평일 프로 킬로 km 십만 백만 천만 자리 번 최대 최소 "
        "동네 요새 옛날 나중"
    ).split()
)


@dataclass(frozen=True, slots=True)
class Sought:
    """What tells an answer: a fact of one of ``kinds``, or a ``sign``.

    A sentence with neither is worth ``without`` times as much.
    """

    kinds: frozenset[str] = frozenset()  # see ``quantities``; empty: no fact is asked for
    sign: re.Pattern[str] | None = None
    without: float = 1.0
    several: bool = False  # things are asked for, and not one thing


@lru_cache(maxsize=64)  # search, reading and quoting ask for the same question's
def sought(question: str) -> Sought:
    """What an answer to ``question`` must have; nothing where the question doesn't tell."""
    text = normalise(question)
    several = bool(_SEVERAL.search(text))
    for pattern, kinds, sign in _FACTS:
        if pattern.search(text):
            return Sought(kinds, sign, WRONG_KIND, several)
    if unit := _HOW_MANY.search(text):
        counted = re.compile(rf"{_NUMERAL}\s?{unit[1]}")
        return Sought(frozenset({"count", "amount", "percentage"}), counted, WRONG_KIND)
    if _WHY.search(text):
        return Sought(sign=_BECAUSE, without=NO_REASON, several=several)
    if _WHO.search(text):
        return Sought(sign=_OFFICE, without=NOBODY, several=several)
    if _WHETHER.search(text) and not _OPEN.search(text):
        return Sought(sign=_RULED, without=UNRULED, several=several)
    return Sought(several=several)


def unknown_share(question: str, weight: Callable[[str], float]) -> float:
    """The share of the question's nouns, by weight, that no rule has, nor another word for them."""
    words = question_words(question)
    named, meant = set(nouns(question)), dict(words.meanings)
    weights = {word: weight(word) for word in words.own if word in named}
    # 장인어른 with its parts is known where 장인 is.
    known = {word for word in weights if any(part in word for part in meant)} | _CIRCUMSTANCES
    most = weight("\0")  # of a word that is nowhere
    unknown = sum(
        one
        for word, one in weights.items()
        if one >= most and not any(word in other for other in known)
    )
    return unknown / sum(weights.values()) if weights else 0.0
