"""The words of a text, with what each of them says, and what a claim has of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from onprem_rag.korean.equivalents import rule_words
from onprem_rag.korean.morphemes import tagged
from onprem_rag.korean.text import fold
from onprem_rag.verify.sources import Part

_WORD = re.compile(r"\(?[^\s(]+|\(")
# Nouns that make no noun of what is said before them: 할 수, 한 것.
EMPTY_HEADS = frozenset("수 것 바 데 만큼 뿐 채 예정 중".split())
SIGNS = " .,;:()[]\"'"
_LIGHT = frozenset(
    "경우 때 이상 이하 미만 초과 이내 이전 이후 범위 한도 다음 각호 어느 하나 해당 다만 단 필요 "
    "관련 "
    "따르 의하 관하 대하 위하 인하 한하 한정 기간 동안 이 그 것 수 등 "
    "제 항 호 아니 안 못 없이".split()
)
_HALF = 0.5
_ACTOR = re.compile(r"(?:직원|[자장원인])[이가]$")
_MEASURE_VERBS = frozenset("넘 초과 지나 이르 달하 미치 넘기".split())


@dataclass(frozen=True, slots=True)
class Word:
    """A word between blanks: its place, its content words, and whether it modifies the next."""

    start: int
    end: int
    text: str
    content: tuple[tuple[str, ...], ...]
    modifies: bool
    describes: bool  # by a noun's verb or an adjective: 경제적인, 비싼; not 받은


class Claimed:
    """What a claim has, for looking up."""

    def __init__(self, part: Part) -> None:
        self.text = fold(part.text).lower()
        self.joined = "".join(self.text.split())
        words = {word for one in words_of(plain(part)) for all_ in one.content for word in all_}
        self.words = words | {other for word in words for other in rule_words(word)}
        self.values = {(fact.kind, fact.value) for fact in part.facts}

    def has(self, forms: Sequence[str]) -> bool:
        """Whether it has a word, or all of its parts."""
        whole, *parts = forms
        return self._has(whole) or (bool(parts) and all(map(self._has, parts)))

    def named(self, word: Word) -> bool:
        """Whether it names what ``word`` names, as a word of its own."""
        return any(form in self.words for forms in word.content for form in forms)

    def _has(self, word: str) -> bool:
        return word in self.words or (len(word) > 1 and word in self.joined)

    def share(self, words: Iterable[Word]) -> float:
        """How much of the content of ``words`` it has."""
        weights = [
            (_HALF if _ACTOR.search(word.text) else 1.0, all(map(self.has, word.content)))
            for word in words
            if word.content
        ]
        total = sum(weight for weight, _ in weights)
        return sum(weight for weight, has in weights if has) / total if total else 1.0


def plain(part: Part) -> str:
    """The text of ``part`` without its values, as it is compared; of the same length."""
    return fold(part.blanked()).lower()


@lru_cache(maxsize=1024)
def words_of(text: str) -> tuple[Word, ...]:
    """The words of ``text``, which ``plain`` gave; a bracket begins a new one."""
    morphemes = []
    at = 0
    for surface, tag, words in tagged(text):
        found = text.find(surface, at, at + 40)
        if found >= 0:
            at = found + len(surface)
            forms = words or ((surface,) if tag == "MAG" else ())
            if forms and forms[0] not in _LIGHT and not forms[0].isdecimal():
                morphemes.append((found, forms, tag))
            else:
                morphemes.append((found, (), tag))
    found_words = []
    index = 0
    for word in _WORD.finditer(text):
        content = []
        tag = adjective = ""
        while index < len(morphemes) and morphemes[index][0] < word.end():
            _, forms, tag = morphemes[index]
            index += 1
            if forms:
                content.append(forms)
                adjective = adjective or tag[:2] * (tag[:2] in {"VA", "XR"})
        found_words.append(
            Word(
                word.start(),
                word.end(),
                word[0].strip(SIGNS),
                tuple(content),
                tag.endswith("ETM"),
                tag.endswith("ETM") and _describes(content, bool(adjective)),
            )
        )
    return tuple(found_words)


def _describes(content: Sequence[tuple[str, ...]], adjective: bool) -> bool:
    forms = {form for each in content for form in each}
    if not content or forms & _MEASURE_VERBS:
        return False
    return adjective or len(content[0][0]) > 1
