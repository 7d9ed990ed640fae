"""Questions as people type them, put as they were meant.

A slip is undone only where the outcome is sure: what the library knows is never touched, and what
becomes of the rest must be words that it knows. An ordinary question comes back as it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from itertools import takewhile

from onprem_rag.korean.morphemes import compounds, content_morphemes
from onprem_rag.korean.spoken import with_figures
from onprem_rag.korean.text import alike, fold

Knows = Callable[[str], bool]  # whether any passage has this morpheme

# --- the keyboard: two-set (KS X 5002) -----------------------------------------------------------
_LETTERS = "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡㅃㅉㄸㄲㅆㅒㅖ"
_KEYS = dict(zip(_LETTERS, "qwertyuiopasdfghjklzxcvbnmQWERTOP", strict=True))
_JAMO = {key: letter for letter, key in _KEYS.items()}
_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = ("ㅏ ㅐ ㅑ ㅒ ㅓ ㅔ ㅕ ㅖ ㅗ ㅗㅏ ㅗㅐ ㅗㅣ ㅛ ㅜ ㅜㅓ ㅜㅔ ㅜㅣ ㅠ ㅡ ㅡㅣ ㅣ").split()
_FINALS = [
    "",
    *"ㄱ ㄲ ㄱㅅ ㄴ ㄴㅈ ㄴㅎ ㄷ ㄹ ㄹㄱ ㄹㅁ ㄹㅂ ㄹㅅ ㄹㅌ ㄹㅍ ㄹㅎ ㅁ ㅂ ㅂㅅ ㅅ ㅆ".split(),
]
_FINALS += list("ㅇㅈㅊㅋㅌㅍㅎ")
_CLUSTERS = dict(zip("ㅘㅙㅚㅝㅞㅟㅢ", [v for v in _VOWELS if len(v) == 2], strict=True))
_CLUSTERS |= dict(zip("ㄳㄵㄶㄺㄻㄼㄽㄾㄿㅀㅄ", [f for f in _FINALS if len(f) == 2], strict=True))


def _either(shapes: list[str]) -> str:
    return "(" + "|".join(sorted(filter(None, shapes), key=len, reverse=True)) + ")"


_SYLLABLE = re.compile(rf"([{_INITIALS}]){_either(_VOWELS)}(?:{_either(_FINALS)}(?![ㅏ-ㅣ]))?")


def keys(hangul: str) -> str:
    """The keys of the two-set keyboard that type ``hangul``: 육아 → dbrdk."""
    return "".join(_KEYS.get(letter, letter) for letter in _spelt(hangul))


def hangul(keys: str) -> str:
    """What ``keys`` type in Korean mode, loose Jamo included: dbrdk → 육아, ktx → ㅏㅅㅌ.

    A capital without a letter of its own types that of the small key.
    """
    return _composed("".join(_JAMO.get(k) or _JAMO.get(k.lower(), k) for k in keys))


def _spelt(hangul: str) -> str:
    """Syllables and clusters as single Jamo; anything else as it is."""
    return "".join(map(_letters, hangul))


def _letters(character: str) -> str:
    if not "가" <= character <= "힣":
        return _CLUSTERS.get(character, character)
    rest, final = divmod(ord(character) - 0xAC00, 28)
    return _INITIALS[rest // 21] + _VOWELS[rest % 21] + _FINALS[final]


def _composed(jamo: str) -> str:
    return _SYLLABLE.sub(_syllable, jamo)


def _syllable(match: re.Match[str]) -> str:
    initial, vowel, final = match.groups(default="")
    code = (_INITIALS.index(initial) * 21 + _VOWELS.index(vowel)) * 28 + _FINALS.index(final)
    return chr(0xAC00 + code)


# --- the repair ----------------------------------------------------------------------------------
_FULL_WIDTH = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]+")
_CONJOINING = re.compile("[가-힣]?[\u1100-\u11ff]+")  # as macOS names files
_WORD = re.compile(r"\S+")
_LATIN = re.compile("[A-Za-z]+")
_ADDRESS = re.compile(r"[A-Za-z\d][@/\\_]|\.[A-Za-z]")  # a@b.kr, www.korea.kr, 신청서.hwp
_HANGUL = re.compile("[ㄱ-ㅣ가-힣]+")
_LOOSE = re.compile("[ㄱ-ㅣ]+")
_LOOSE_VOWEL = re.compile("[ㅏ-ㅣ]")
_WHOLE = re.compile("[가-힣]+")
_COUNTED = re.compile(r"\d+[가-힣]+")
_CHAT = re.compile(r"[ㄱ-ㅎ]{1,2}|[ㅗㅜㅠㅡ]+|(.)\1*")  # ㅋㅋ, ㅇㅇ, ㅠㅜ, ㅣㅣ
_PARTICLE = re.compile(
    r"(?:은|는|이|가|을|를|의|에|에서|에게|로|으로|도|만|과|와|나|이나|란|이란|용|및|별|까지|부터"
    r"|인가요|인지|이요|요)$"
)
_CAPS_LOCK = 6  # a shorter word in capitals is an abbreviation


def repaired(question: str, knows: Knows) -> str:
    """``question`` as it was meant: dbrdkgbwlr, ㅇㅠㄱㅇㅏ → 육아…, 햣 → git, 삼년, ３년 → 3년."""
    text = _CONJOINING.sub(lambda match: unicodedata.normalize("NFC", match[0]), question)
    text = _FULL_WIDTH.sub(lambda match: fold(match[0]), text)
    text = _HANGUL.sub(lambda match: _from_korean_mode(match[0], knows), text)
    if _LATIN.search(text):
        text = _from_english_mode(text, knows)
    return with_figures(text, knows)


def _from_korean_mode(run: str, knows: Knows) -> str:
    """A run of Hangul with its loose Jamo composed, or the English that its keys spell."""
    if _LOOSE.search(run):
        alone = _LOOSE.sub(lambda match: _composed(_spelt(match[0])), run)
        if _WHOLE.fullmatch(alone):
            return alone
        joined = _composed(_spelt(run))
        if _WHOLE.fullmatch(joined) and _makes_sense(run, joined, knows):
            return joined
    particle = _PARTICLE.search(run)
    for end in (len(run), particle.start() if particle else 0):
        english = keys(run[:end]).lower()
        if len(english) > 1 and knows(english) and _meaningless(run[:end], knows):
            return english + run[end:]
    return run


def _meaningless(run: str, knows: Knows) -> bool:
    """Whether ``run`` is no Korean: loose Jamo, or a word that nobody knows, nor does Mecab.

    An unknown word swallows the particle after it.
    """
    if _LOOSE.search(run):
        broken_off = not _LOOSE.match(run) and not _LOOSE_VOWEL.search(run)  # 어ㄸ
        return not broken_off and not _CHAT.fullmatch(run)
    return not knows(run) and all(
        content_morphemes(run + particle) == [run + particle] for particle in "은를"
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a word may have been meant to be."""

    text: str
    sure: bool  # by itself; else only beside another word that is


def _from_english_mode(text: str, knows: Knows) -> str:
    """Every word that reads as Korean, if one of them is sure to be; else ``text``."""
    if not any(len(run) > 1 and not knows(run.lower()) for run in _LATIN.findall(text)):
        return text
    readings = {word: _korean(word, knows) for word in set(_WORD.findall(text))}
    if not any(reading.sure for reading in readings.values()):
        return text
    return _WORD.sub(lambda match: readings[match[0]].text, text)


def _korean(word: str, knows: Knows) -> _Reading:
    """What the Latin letters of ``word`` type in Korean mode, as far as they make syllables."""
    if _ADDRESS.search(word):
        return _Reading(word, False)
    text = _LATIN.sub(lambda match: _typed(match[0], knows), word)
    return _Reading(text, text != word and _makes_sense(_LATIN.sub(" ", word), text, knows))


def _typed(run: str, knows: Knows) -> str:
    if len(run) < 2 or knows(run.lower()):
        return run
    if any(key not in _JAMO for key in run):
        if run[1:].islower():  # Dbrdk, by a program that begins sentences with a capital
            run = run.lower()
        elif run.isupper() and len(run) >= _CAPS_LOCK:
            run = run.swapcase()
        else:
            return run  # SNS, IoT
    typed = hangul(run)
    return typed if _WHOLE.fullmatch(typed) else run


def _makes_sense(before: str, after: str, knows: Knows) -> bool:
    """Whether words that the library knows begin where ``after`` departs from ``before``.

    ``before`` is what was readable already.
    """
    pairs = zip(before, after, strict=False)
    kept = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    old = set(content_morphemes(before))
    new = [word for word in content_morphemes(after) if word not in old]
    known = [word for word in new if knows(word)]
    if any(_COUNTED.fullmatch(word) and knows(word) for word in compounds(after)):  # 5rmq
        return True
    if not new:  # 휴직dms
        return _HANGUL.match(before) is not None and bool(_PARTICLE.fullmatch(after[kept:]))
    whole = _PARTICLE.sub("", after[kept:])  # 상속에서, which Mecab cuts into 상, 속
    if len(whole) > 1 and _WHOLE.fullmatch(whole) and knows(whole):
        return True
    words = [word for word in known if len(word) > 1 and _WHOLE.fullmatch(word)]
    complete = len(known) == len(new) or len(words) > 1
    return complete and any(0 <= after.find(word) <= kept for word in words)


def mended(question: str, frequency: Callable[[str], int]) -> str:
    """``question`` with mistyped final consonants put right: 육앙휴직 → 육아휴직.

    A syllable is mistyped where neither letter pair it stands in is known, and both are with
    another final consonant: of such the one whose rarer pair is the most frequent. ``frequency``
    tells how many passages have a pair. A word that reads as well as it stands is kept: no rule
    may speak of 복지카드, and 보지카드 is no better.
    """
    at = [index for index, char in enumerate(question) if char.isalnum()]
    found = list(question)
    for place, index in enumerate(at):
        before = found[at[place - 1]] if place else ""
        after = found[at[place + 1]] if place + 1 < len(at) else ""
        if "가" <= found[index] <= "힣" and before + after:
            found[index] = _mended(found[index], before, after, frequency)
    text = "".join(found)

    def better(word: re.Match[str]) -> str:
        other = text[slice(*word.span())]
        return other if other != word[0] and _reads_better(word[0], other) else word[0]

    return _WORD.sub(better, question)


def _reads_better(before: str, after: str) -> bool:
    """Whether Mecab cuts ``before`` into single syllables where ``after`` has a longer word.

    육앙휴직 is 육, 앙, 휴직 to it.
    """
    old = content_morphemes(before)
    longer = any(len(word) > 1 and word not in old for word in content_morphemes(after))
    return longer and any(len(word) == 1 for word in old)


def _mended(char: str, before: str, after: str, frequency: Callable[[str], int]) -> str:
    def known(other: str) -> list[int]:
        pairs = [before + other] * bool(before) + [other + after] * bool(after)
        return [frequency(pair.lower()) for pair in pairs]

    if any(known(char)):
        return char
    return max((min(known(other)), other == char, other) for other in alike(char))[2]
