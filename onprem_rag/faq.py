"""Question → approved answer, verbatim, or None. A near miss in a key word must not fire."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from onprem_rag.grounds import in_turn
from onprem_rag.index.fields import bigram_tokens
from onprem_rag.korean.morphemes import adverbs_and_particles
from onprem_rag.korean.questions import question_words
from onprem_rag.korean.text import normalise
from onprem_rag.library import versions
from onprem_rag.records import FaqEntry

_DAYS = 8  # whose forms are kept
_LETTERS_ALIKE = 0.5  # Dice coefficient of letter pairs, where the key words agree
# What is asked about a thing. Two questions about the same thing differ in just this.
_KINDS = (
    ("얼마", re.compile(r"얼마(?!나)|금액|한도|몇\s*(?:원|퍼센트|%)|액수")),
    ("기간", re.compile(r"얼마나|몇\s*(?:년|개월|달|일|주|시간)|며칠|기간|얼마\s*동안")),
    ("언제", re.compile(r"언제|기한|몇\s*시|마감|며칠\s*전")),
    ("시작", re.compile(r"부터")),
    ("제출", re.compile(r"(?<![끝보꺼])내(?:야|나요|요|려면)|낼|냈")),
    ("누구", re.compile(r"누가|누구|대상|자격|어느\s*부서|담당")),
    ("어디", re.compile(r"어디")),
    ("방법", re.compile(r"어떻게|방법|절차|뭘|무엇|서류|필요한")),
    ("왜", re.compile(r"왜|이유|사유")),
    ("횟수", re.compile(r"몇\s*(?:번|회|차례)|횟수")),
    ("수", re.compile(r"몇\s*(?:명|개|자|자리|글자|권|부)")),
)
_HOW = frozenset({"방법"})  # "… 기한이 어떻게 되나요?" asks for no more than "… 기한은?"
_NEGATION = re.compile(
    r"안\s*(?:되|돼|해|하|받|나오|나와|넘)|(?<!\S)안\s+(?!에|으로)|못|없|않|불가|금지|아니"
)
# Adverbs and determiners of asking and of courtesy; the negations are counted on their own.
_COURTESY = frozenset(
    (
        "어떻게 어떡 어떤 어느 무슨 몇 왜 언제 얼마나 좀 조금 혹시 그냥 꼭 아예 대체 도대체 대략 "
        "정확히 그럼 그러면 그런데 근데 그리고 요즘 이 그 저 우리 제발 빨리 안 못"
    ).split()
)


@dataclass(frozen=True, slots=True)
class _Form:
    """One phrasing, taken apart."""

    letters: str
    pairs: frozenset[str]
    words: tuple[str, ...]
    particles: frozenset[str]
    kinds: frozenset[str]
    negations: int


class Faq:
    """The approved questions of a library."""

    def __init__(self, entries: Sequence[FaqEntry]) -> None:
        self._entries = entries
        self._forms = [(_form(text), entry) for entry in entries for text in entry.questions]
        self._of = lru_cache(_DAYS)(self._forms_of)

    def find(self, question: str, day: str) -> FaqEntry | None:
        """The entry that asks the very same, whatever its spacing and endings; else None.

        Of those that answer on ``day``, and on a past one of those that say since when: the others
        were approved for today. Of two with one question the one that has begun last.
        """
        asked = _form(question)
        best: tuple[float, str, FaqEntry] | None = None
        for form, entry in self._of(day, day < versions.today()):
            alike = 2.0 if asked.letters == form.letters else _alike(asked, form)
            rank = alike, entry.since
            if alike >= _LETTERS_ALIKE and (best is None or rank > best[:2]):
                best = (*rank, entry)
        return best[2] if best else None

    def _forms_of(self, day: str, past: bool) -> list[tuple[_Form, FaqEntry]]:
        turn = {id(entry) for entry in in_turn(self._entries, day) if entry.since or not past}
        return [(form, entry) for form, entry in self._forms if id(entry) in turn]


def _form(question: str) -> _Form:
    text = normalise(question)
    words = question_words(question).own
    particles = frozenset(adverbs_and_particles(text)) - _COURTESY
    kinds = frozenset(name for name, pattern in _KINDS if pattern.search(text))
    letters = "".join(char for char in text if char.isalnum())
    pairs = frozenset(bigram_tokens(text))
    return _Form(letters, pairs, words, particles, kinds, len(_NEGATION.findall(text)))


def _alike(one: _Form, other: _Form) -> float:
    """Dice coefficient of the letter pairs; 0 where key words, kind or negation differ.

    The order of the words counts: 연차를 병가로 바꾸다 is not 병가를 연차로 바꾸다.
    """
    if one.words != other.words or not one.words or one.negations != other.negations:
        return 0.0
    if one.particles != other.particles:
        return 0.0
    if not one.kinds ^ other.kinds <= _HOW:
        return 0.0
    shared = len(one.pairs & other.pairs)
    return 2 * shared / max(len(one.pairs) + len(other.pairs), 1)
