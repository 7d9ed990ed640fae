"""The stem of an inflected verb, in the one form in which verbs are compared.

제출하여, 제출한, 제출을 하, 제출되: 제출. 알려, 알린, 알릴: 알리. 승인을 얻어, 승인받: 승인받.
"""

from __future__ import annotations

import re

NOMINAL = "이다"  # 3년이다, 3년으로 한다
_HANGUL = 0xAC00
_FINALS = 28
_CONTRACTED = (4, 8, 16, 17)  # ㄴ ㄹ ㅁ ㅂ: 알린다, 알릴, 알림, 알립니다
_L = 8
# Vowels of contracted infinitives: 알려 알리어, 와 오아, 줘 주어, 돼 되어.
_OPENED = {6: 20, 9: 8, 14: 13, 10: 11}
_VOWELS = 21
_E_TO_EU = {"써": "쓰", "커": "크", "꺼": "끄", "떠": "뜨", "퍼": "푸"}
_IRREGULAR = {"듣": "드", "묻": "무"}  # 들어야: a final ㄹ is left out
_HA = re.compile(r"(?:하였|하여|하|했|해|한|할|함|합)$")
_DOE = re.compile(r"(?:되었|되어|되|됐|돼|된|될|됨|됩)$")
_SIKI = re.compile(r"(?:시키|시켜|시킨|시킬|시킴|시킵)$")
_RECEIVED = re.compile(
    r"(?:받았|받아|받을|받음|받|얻었|얻어|얻을|얻음|얻|득하여|득하|득한|득할|득해)$"
)
_BECOMES = re.compile(r"(?<=[가-힣][어아여해])지$|(?<=[해춰워겨켜려혀쳐])지$")  # 주어지, 정해지
_NO_THING = re.compile(r"(?:면|서|도록|게|여|해|까지|내에|으로|만|며|고)$")  # 이하이면 받
_LAST_WORD = re.compile(r"(\S*)\s*$")
_OBJECT = re.compile(r"(?<=\S)[을를]$|(?<=\S\S)[은는도이가만]$|(?<=\S\S)에[는도]?$")
_AND_SO_ON = re.compile(r"(?<=\S)\s?등[을를은이]?$")
_ADVERB = re.compile(
    r"\s(?:\S+(?:적으로|히|하게)|전면|일절|절대|모두|반드시|사전에|별도로|항상)\s*$"
)
# Nouns whose last syllable looks like a particle.
_NO_OBJECT = re.compile(
    r"(?:[평휴인허국추증참원물대단]가|[제온속한정용연의태강]도|차이|길이|높이)$"
)
_GIVEN = re.compile(r"(?<=[려해여아어])\s?(?:주어|줘|주|드리|드려|드린|준|줄|줍)$")  # 알려 주어야
_HONOURED = re.compile(r"(?<=[하되])[시셔실십신]$|으[시셔실십신]$")  # 제출하시, 받으셔
_ABLE = re.compile(r"\s?수\s?있$")
_DENIED = re.compile(r"지\s?(?:아니하|않|못하)$")
_NOUN_IS = re.compile(r"이[어여]$|[자서]여$")  # 분야이어야 한다
_MADE = re.compile(r"(?:으로|로)$")
_TO_WHOM = re.compile(r"(?:에게|께|에|[와과]|^[이그]를?)$")
_CAUSED = re.compile(r"(?:도록|게|토록|기[로도는]|고자|려고|려)$")
_NOMINALISED = re.compile(
    r"(?:하|되)?[는한할된될]\s?(?:것|행위|경우)(?:[은는이가을를도]|에는)?\s*$"
)
_PREFIXES = "비불미무부재탈"
_LOOK = 40  # characters before an ending that are looked at
_LONGEST = 2  # syllables: compounds are written with and without blanks
_NOT_LETTERS = re.compile(r"[^가-힣A-Za-z0-9]")


def noun(text: str, *, whole: bool = False) -> str:
    """The noun that ``text`` ends with, without particles: "자료의 반출은" → "반출".

    Its last two syllables, or with ``whole`` all that is written together.
    """
    text = _AND_SO_ON.sub("", _ADVERB.sub("", text[-_LOOK:].rstrip()))
    nominalised = _NOMINALISED.search(text)
    if nominalised and nominalised.start():
        text = text[: nominalised.start()].rstrip()
    word = _last(text)
    if not _NO_OBJECT.search(word):
        word = _OBJECT.sub("", word)
    if word in ("또는", "및", "혹은"):
        return ""
    return _NOT_LETTERS.sub("", word) if whole else _short(word)


def _short(word: str) -> str:
    """The last two syllables, so that blanks in compounds don't matter; 비공개 stays whole."""
    word = _NOT_LETTERS.sub("", word)
    return word if len(word) == _LONGEST + 1 and word[0] in _PREFIXES else word[-_LONGEST:]


def stem(text: str, *, contracted: bool = False, infinitive: bool = False) -> str:
    """The stem of the verb that ``text`` ends with.

    ``contracted`` where its last syllable has taken up an ending's consonant (알린[다], 알릴[수]),
    ``infinitive`` where it ends in 아 or 어 (알려[야], 받아[야]). Empty where there is no verb.
    """
    text = _HONOURED.sub("", text[-_LOOK:].rstrip())
    if given := _GIVEN.search(text[-6:]):
        return stem(text[: len(text) - len(given[0])], infinitive=True)
    word = _last(text)
    before = text[: len(text) - len(word)]
    if found := _RECEIVED.search(word):
        what = word[: found.start()] or before.rstrip()
        return ("" if _NO_THING.search(what) else noun(what)) + "받"
    for pattern in (_HA, _DOE, _SIKI):
        if found := pattern.search(word):
            return _of_noun(word[: found.start()], before, pattern)
    if not word or not "가" <= word[-1] <= "힣":
        return ""
    if infinitive and len(word) > 1 and _NOUN_IS.search(word):
        return NOMINAL
    word = (
        _opened(word) if infinitive else _without_final(word, _CONTRACTED) if contracted else word
    )
    if became := _BECOMES.search(word):
        return stem(before + word[: became.start()], infinitive=True)
    word = _NOT_LETTERS.sub("", word)[-_LONGEST:]
    if word[-1:] in _IRREGULAR:
        return word[:-1] + _IRREGULAR[word[-1]]
    return _without_final(word, (_L,))


def ends_in_l(text: str) -> bool:
    """Whether the last syllable ends in ㄹ, as a verb does before 수, 필요 or 것."""
    last = text.rstrip()[-1:]
    return "가" <= last <= "힣" and (ord(last) - _HANGUL) % _FINALS == _L


def _last(text: str) -> str:
    found = _LAST_WORD.search(text[-20:])
    return found[1] if found else ""


def _of_noun(attached: str, before: str, pattern: re.Pattern[str]) -> str:
    """What is done: 제출하, 제출을 하, 제출하도록 하; 로 하 is 이다, 이 되 is 되."""
    attached = _NOT_LETTERS.sub("", attached)
    if attached and not (pattern is _HA and _MADE.search(attached) and len(attached) > 1):
        return _short(attached)
    word = attached or _last(before)
    if _MADE.search(word):
        return NOMINAL if pattern is _HA else "되"
    if pattern is _HA and (caused := _CAUSED.search(word)):
        inner = before.rstrip()[: -len(caused[0])] if not attached else ""
        if denied := _DENIED.search(inner):
            return stem(inner[: denied.start()])
        if able := _ABLE.search(inner):
            return stem(inner[: able.start()], contracted=True) + "도록"
        return stem(inner) or "하"
    if pattern is _DOE and re.search(r"[이가]$", word):
        return "되"
    if _TO_WHOM.search(word):
        return "하"
    return noun(before) or "하"


def _opened(word: str) -> str:
    """Undo the infinitive's 아 or 어: 받아 → 받, 알려 → 알리, 따라 → 따르."""
    last = word[-1]
    if last in "아어" and len(word) > 1:
        return word[:-1]
    if last in "라러" and len(word) > 1 and word[-2] in "따부이오흐모고다":
        return word[:-1] + "르"
    if last in _E_TO_EU:
        return word[:-1] + _E_TO_EU[last]
    code = ord(last) - _HANGUL
    if code % _FINALS:
        return word
    initial, vowel = divmod(code // _FINALS, _VOWELS)
    opened = _OPENED.get(vowel, vowel)
    return word[:-1] + chr(_HANGUL + (initial * _VOWELS + opened) * _FINALS)


def _without_final(word: str, finals: tuple[int, ...]) -> str:
    if not word or not "가" <= word[-1] <= "힣":
        return word
    if word[-1] in "을" and len(word) > 1:  # 받을 수
        return word[:-1]
    final = (ord(word[-1]) - _HANGUL) % _FINALS
    return word[:-1] + chr(ord(word[-1]) - final) if final in finals else word
