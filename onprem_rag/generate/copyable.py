"""What an answer may take over from its sources: numbers as they are written, and what they say."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from onprem_rag.generate.free_numbers import free_numbers, numbering
from onprem_rag.korean.facts import extract
from onprem_rag.korean.numerals import NATIVE_WORD
from onprem_rag.korean.references import Reference, find_references
from onprem_rag.records import Fact

_BLANKS = re.compile(r"\s+")
_TITLE = re.compile(r"\([^()]*\)")
_DOCUMENT = re.compile(r"「([^」]*)」 (.+)", re.DOTALL)
_LABEL = re.compile(r"(?:^|\n|\[\d{1,3}\]|[\]|>·,:])[ \t]*([^\n\[\]|<>「」:,]{2,80}?)\s*$")
_JOINS = re.compile(r"\s?(?:[~∼～〜,·ㆍ(-]|부터|에서|내지|및|또는)?\s?(?:제)?")
_AFTER_RUN = re.compile(r"\s?[가-힣A-Za-z%]{1,8}")
# Signs such as ℃, ㎾, ‰, € are units as words are.
_SIGNS = r"[가-힣A-Za-zÀ-ɏͰ-Ͽ\uff21-\uff5a\uff05%‰‱°′″\u2100-\u214f\u3300-\u33ff€£¥$₩￦]"
_UNIT = re.compile(rf"[^\S\n]?({_SIGNS})")
WRAPPED_UNIT = re.compile(rf"\s?({_SIGNS})")  # the line may have ended before the unit
_RANGED = re.compile(r"\s*(?:\([^()]{0,40}\))?\s*(?:부터|내지|에서|[~∼～〜-])\s*")
_LAST_FIGURE = re.compile(r"^(.*?)(\d+)(\D*)$")
_CELLS = re.compile(r"\s*\|\s*")
_SINO = "일이삼사오육칠팔구십백천만억"
_FOLLOW = (
    r"(?=$|[^가-힣]|[을를은는이가의에도만과와로씩당간전후제]"
    r"|까지|부터|미만|초과|정도|동안|짜리|입니다|임|으로)"
)
# Wider than what the extractor reads: 천 원, 백 개, 육칠 개월, 제삼십조. 만일, 백일 … are words.
SPELT = re.compile(
    rf"(?<![가-힣\d])(?:[{_SINO}]{{2,16}}\s?(?:원|명|인|년|개월|일|회|건|개|퍼센트|프로|%|배|세|시|분|할)"
    r"|[십백천만억]\s?(?:원|명|년|개월|개|퍼센트|프로|%|배|세)|십[일이]?월|[이삼사오육칠팔구]할"
    rf"|(?!한){NATIVE_WORD}\s?(?:개월|시|해)|[삼사육팔구]\s?일(?:간)?|[이삼사오육칠팔구]\s일(?:간)?"
    rf"|[이오]일(?=\s?(?:이내|간|이상|동안))|[삼사오육칠팔구]\s주(?:일|간)?"
    rf"|(?:[두세네서너대여섯일곱덟]{{2,4}}|한두|몇십?|수[십백천만]|[십백천만]여)\s?(?:명|원|일|달|개|건|회|주)"
    rf"|(?:일흔|여든|아흔)\S{{0,2}}\s?(?:명|살|세|개)|사나흘|이레|[이삼사오육칠팔구]\s할|오\s?프로|"
    rf"[이삼사오칠팔구]월|유월|시월|[{_SINO}]\s?(?:퍼센트|%)){_FOLLOW}"
    rf"|제\s?[{_SINO}]{{2,16}}\s?[조항호장절]|제\s?[{_SINO}]\s?[조항호장절]{_FOLLOW}"
)
CHAIN = re.compile(r"\d[\d.,-]*\d|\d")
_LONGEST_CHAIN = 3  # facts that are copied together: 2024. 3. 1. ~ 2024. 5. 31.
_LONGEST_SPAN = 60  # characters


@cache
def digit_class() -> str:
    """The inside of a character class: every character of a category N (3, ３, ③, Ⅲ, ½)."""
    ranges: list[list[int]] = []
    for code in range(0x20000):
        if unicodedata.category(chr(code))[0] == "N":
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


@cache
def run_pattern() -> re.Pattern[str]:
    """Digits with the points and commas between them: 30 · 1,000 · 3.5 · 2024.3.1."""
    digit = f"[{digit_class()}]"
    return re.compile(rf"{digit}+(?:[.,]{digit}+)*")


def stated(text: str, run: re.Match[str], unit_after: re.Pattern[str] = _UNIT) -> tuple[str, str]:
    """A run as it is compared: with 제 or [ before it, and the beginning of its unit (일, %)."""
    before = text[max(0, run.start() - 3) : run.start()]
    head = "[" if before.endswith("[") else "제" if before.rstrip().endswith("제") else ""
    unit = unit_after.match(text, run.end()) if run[0][-1].isdecimal() else None
    return head + run[0], unit[1] if unit else ""


def spelt(text: str, start: int, known: Iterable[tuple[int, int]]) -> Iterator[str]:
    """Yield the numbers in words with their units (천 원, 두 개월) that are not ``known`` facts."""
    known = list(known)
    for match in SPELT.finditer(text, start):
        if not any(first <= match.start() and match.end() <= last for first, last in known):
            yield match[0]


def joined(
    text: str, facts: Sequence[Fact], between: re.Pattern[str] = _RANGED
) -> Iterator[tuple[Fact, Fact]]:
    """Yield the ``facts``, in text order, that follow each other as the two ends of a range."""
    for first, second in pairwise(facts):
        near = first.kind == second.kind and second.start - first.end <= _LONGEST_SPAN
        if near and between.fullmatch(text, first.end, second.start):
            yield first, second


def place_of(reference: Reference) -> str:
    """The reference as the facts spell it."""
    return f"「{reference.document}」 {reference}" if reference.document else str(reference)


def _follows(first: Fact, second: Fact) -> bool:
    """Whether nothing lies between two places: 제3조부터 제4조까지."""
    one, two = (_LAST_FIGURE.search(fact.value) for fact in (first, second))
    if not one or not two or (one[1], one[3]) != (two[1], two[3]):
        return False
    return int(two[2]) == int(one[2]) + 1


def collapsed(text: str) -> str:
    """``text`` without blanks."""
    return "".join(text.split())


@dataclass(frozen=True, slots=True)
class Copyable:
    """The numbers of the sources. ``spans`` maps what a span begins with to those spans."""

    facts: frozenset[tuple[str, str]]  # kind and value
    titled: frozenset[tuple[str, str]]  # title without blanks, and the reference that it labels
    runs: frozenset[str]
    stated: frozenset[tuple[str, str]]  # runs and the beginnings of their units
    loose: frozenset[tuple[str, str]]  # those of them that no fact covers
    chains: frozenset[str]  # telephone numbers
    ranges: frozenset[tuple[str, str]]  # values that a source joins: 3월 1일부터 5월 31일
    members: frozenset[str]  # places that a source names, or implies by a range
    numbering: frozenset[str]  # of lines: 3 (3. 병가), ③
    words: frozenset[str]  # numbers in words, whether the extractor knows them or not
    text: str  # without blanks
    spans: dict[str, tuple[str, ...]]
    longest: int

    def names(self, rule: str, place: str) -> bool:
        """Whether a source has ``place`` of ``rule`` (the end of its title)."""
        named = any(title.endswith(rule) and place == at for title, at in self.titled)
        return (
            named
            or any(
                kind == "reference"
                and (titled := _DOCUMENT.fullmatch(value)) is not None
                and "".join(titled[1].split()).endswith(rule)
                and titled[2] == place
                for kind, value in self.facts
            )
            or rule + "".join(place.split()) in self.text
        )

    def says(self, words: str) -> bool:
        """Whether ``words`` that begin with a figure stand in a source, blanks aside."""
        begins = re.compile(rf"(?<!\d)(?<!\d[.,]){re.escape(collapsed(words))}")
        return begins.search(self.text) is not None

    def is_bare(self, number: str) -> bool:
        """Whether ``number`` stands in a source without a unit, as in a table's cell."""
        return (number, "") in self.loose or ("count", number.replace(",", "")) in self.facts

    def joins(self, first: Fact, second: Fact, members: Sequence[str]) -> bool:
        """Whether a draft may join the two to a range, of which ``members`` are implied."""
        if (first.value, second.value) in self.ranges:
            return True
        if first.kind != "reference":
            return False
        return self.members.issuperset(members) if members else _follows(first, second)

    def has(self, fact: Fact) -> bool:
        """Whether ``fact`` stands in the sources, or labels one of them as 「여비규정」 제9조."""
        if (fact.kind, fact.value) in self.facts:
            return True
        titled = _DOCUMENT.fullmatch(fact.value) if fact.kind == "reference" else None
        return titled is not None and ("".join(titled[1].split()), titled[2]) in self.titled


def read(sources: Sequence[str], places: Sequence[str], marks: int) -> Copyable:
    """Collect what ``sources`` write, and the ``places`` that they have without spelling them."""
    facts = {("reference", place) for place in places}
    titled: set[tuple[str, str]] = set()
    runs: set[str] = set()
    units: set[tuple[str, str]] = set()
    loose: set[tuple[str, str]] = set()
    words: set[str] = set()
    ranges: set[tuple[str, str]] = set()
    members = set(places)
    numbers: set[str] = set()
    spans: set[str] = {form for place in places for form in _canonical(place)}
    for source in sources:
        found = extract(source)
        facts |= {(fact.kind, fact.value) for fact in found}
        titled |= set(_titles(source, found))
        spans |= set(_surfaces(source, found))
        words |= set(spelt(source, 0, ()))
        covered = {at for fact in found for at in range(fact.start, fact.end)}
        ranges |= {(one.value, two.value) for one, two in joined(source, found)}
        ranges |= {(one.value, two.value) for one, two in joined(source, found, _CELLS)}
        members |= set(map(place_of, find_references(source)))
        lines = [(start, number) for start, number in numbering(source) if start not in covered]
        numbers |= {number for _, number in lines}
        covered |= {start for start, _ in lines} | free_numbers(source, marks, ())
        for run in run_pattern().finditer(source):
            runs.add(run[0])
            if run.start() not in covered:
                loose |= {stated(source, run), stated(source, run, WRAPPED_UNIT)}
                spans |= set(_around(source, run))
    titled |= {(title, place) for title, at in titled for place in places if place.startswith(at)}
    runs |= {run for place in places for run in run_pattern().findall(place)}
    kept = [span for span in spans | words if set(run_pattern().findall(span)) <= runs]
    for text in (*sources, *kept):
        for run in run_pattern().finditer(text):
            units |= {stated(text, run), stated(text, run, WRAPPED_UNIT)}
    return Copyable(
        frozenset(facts),
        frozenset(titled),
        frozenset(runs),
        frozenset(units),
        frozenset(loose),
        frozenset(c[0] for s in sources for c in CHAIN.finditer(s) if c[0].count("-") > 1),
        frozenset(ranges),
        frozenset(members),
        frozenset(numbers),
        frozenset(map(collapsed, words)),
        collapsed(" ".join(sources)),
        _by_beginning(kept),
        max(map(len, kept), default=0),
    )


def _titles(source: str, found: Iterable[Fact]) -> Iterator[tuple[str, str]]:
    """Yield 여비규정 and 제9조 where a source is labelled "여비규정 제9조"."""
    for fact in found:
        if fact.kind == "reference" and not fact.value.startswith("「"):
            label = _LABEL.search(source[max(0, fact.start - 90) : fact.start])
            if label:
                yield "".join(label[1].split()), fact.value


def _surfaces(source: str, found: Sequence[Fact]) -> Iterator[str]:
    """Yield the forms of each fact, and of those that stand side by side."""
    for index, first in enumerate(found):
        yield from _forms(first.text)
        if first.kind == "reference":
            yield from _canonical(first.value)
        end = first.end
        for following in found[index + 1 : index + _LONGEST_CHAIN]:
            joined = _JOINS.fullmatch(source, end, following.start)
            if not joined or following.end - first.start > _LONGEST_SPAN:
                break
            end = following.end
            yield from _forms(source[first.start : end])


def _canonical(value: str) -> Iterator[str]:
    titled = _DOCUMENT.fullmatch(value)
    plain = titled[2] if titled else value
    yield plain
    yield plain.replace(" ", "")
    yield re.sub(r"(?<=[조항호\d])제", " 제", plain)


def _forms(text: str) -> Iterator[str]:
    """``text`` with single blanks, without its titles, and without blanks."""
    collapsed = _BLANKS.sub(" ", text)
    yield collapsed
    yield _TITLE.sub("", collapsed)
    yield re.sub(r"(?<![0-9.,]) | (?![0-9])", "", collapsed)  # but not between numbers


def _around(source: str, run: re.Match[str]) -> Iterator[str]:
    """Yield a run that belongs to no fact, and with the word that it begins: 3호선, 제7차장."""
    number, _ = stated(source, run)
    yield number
    if word := _AFTER_RUN.match(source, run.end()):
        yield number + word[0]


def _by_beginning(spans: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Map each beginning with a digit, or of a number in words, to what goes on from it."""
    index: dict[str, list[str]] = {}
    for span in sorted(spans, key=lambda span: (len(span), span)):
        run = run_pattern().search(span)
        for end in range(run.start() + 1 if run else 1, min(len(span), _LONGEST_SPAN + 1)):
            index.setdefault(span[:end], []).append(span)
    return {beginning: tuple(found) for beginning, found in index.items()}
