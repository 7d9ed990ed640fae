"""Titles of rules as people write them in a question: without blanks and signs, or shortened."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from onprem_rag.korean.title_forms import (
    ALONE,
    ANCHOR,
    ENDS,
    KIND,
    Long,
    ending_in,
    forms_of,
    is_bare_kind,
    left_from,
    long_of,
    only_ones,
)

_LONGEST = 40  # letters of a shortened name, so that long questions stay cheap
_SHORT = 3  # letters before 법, 규정 with which a name may be the end of another one
# What makes another rule's title of the title before it: 인사규정 시행세칙.
_DERIVED = re.compile(
    rf"(?:시행{KIND}|세칙|(?:세부|운영|운용|관리|처리|실무)(?:세칙|지침|규정|규칙|요령|내규))"
)
_PLACE = r"제\d|\d{1,3}조|별표|별지|부칙"
_PLACES = re.compile(_PLACE)
_NARROWS = re.compile(rf"에서|에는|에따[라르른]|에의[하해한]|상(?!위)|의(?!결)|{_PLACE}")
_FOLLOWS = re.compile(
    rf"{_PLACE}|에|의|은|는|이|가|을|를|과|와|도|만|상|으로|로|란|중|내|안|및|랑|하고"
    r"|알려|뭐|무엇|무슨|보여|찾|설명|좀|전문|조문|원문|어떻|어떤"
)
# What may stand right before a title where a question is typed without blanks.
_PRECEDES = re.compile(
    r"(?:은|는|을|를|면|에서|우리|회사|현행|해당|혹시|(?:\d조|\d항|\d호|별표\d{1,2})(?:와|과|랑|하고|및)?)$"
)
_UNNAMED = re.compile(
    r"(?:이|그|본|동|위|같은|해당|관련|우리|저희|회사|사내|당사|기관|내부|현행|소속|모든|어느|어떤)*"
)
# A word before a rule's name that is none of it: 신청할 때 국가공무원법 제3조.
_OPENS = re.compile(
    rf"{_UNNAMED.pattern}|혹시|안녕하세요|그리고|그럼|[^가-힣A-Za-z0-9].*|.*[^가-힣A-Za-z0-9]"
)
_NO_PART = re.compile(rf"{_OPENS.pattern}|.*[은는을를이가도만에면]|.*에서|때")
_ABOUT_BEFORE = re.compile(r"에\s?(?:관한|대한)\s?$")


@dataclass(frozen=True, slots=True)
class Named:
    """A rule that a text names in ``[start, end)``; ``title`` is None for one not known here."""

    title: str | None  # as ``letters`` writes the full title
    start: int
    end: int
    full: bool  # whether the title itself is written, not a shortened form
    several: bool = False  # whether ``title`` is None because more than one rule fits


class Titles:
    """The titles of a library, to be found in questions. Safe to share between threads."""

    def __init__(self, titles: Mapping[str, str]) -> None:
        """``titles`` by their ``letters``."""
        written = {key: title for key, title in titles.items() if not is_bare_kind(key)}
        self._forms = only_ones(
            (form, k) for k, title in written.items() for form in forms_of(title)
        )
        self._forms |= {key: key for key in written}
        lengths: dict[str, set[int]] = {}
        for form in self._forms:
            lengths.setdefault(form[:2], set()).add(len(form))
        self._lengths = {head: sorted(found, reverse=True) for head, found in lengths.items()}
        self._titles = sorted((key[::-1], key) for key in written)
        self._others = sorted((form[::-1], key) for form, key in self._forms.items() if form != key)
        self._long: dict[str, list[Long]] = {}  # by two letters with which a word's end begins
        for key, title in written.items():
            if long := long_of(key, title):
                pairs = {word[at : at + 2] for word in long.words for at in range(len(word) - 1)}
                for pair in pairs:
                    self._long.setdefault(pair, []).append(long)

    def find(self, text: str) -> list[Named]:
        """The rules that ``text`` (normalised) names, in text order; spans without particles."""
        read = _Read(text)
        found: list[Named] = list(self._in_full(read))
        taken = [(named.start, named.end) for named in found]
        for anchor in ANCHOR.finditer(read.text):
            end = anchor.end()
            origin = read.at[end - 1]
            if any(start <= origin < stop for start, stop in taken):
                continue
            if not (read.ends(end) and (read.narrows(end) or read.quoted(end))):
                continue
            after = max((stop for _, stop in taken if stop <= origin), default=0)
            named = self._shortened(read, after, anchor)
            # 한국연구원 정관에서 정관의 변경은?
            if named and not any(one.title == named.title for one in found if one.title):
                found.append(named)
                taken.append((named.start, named.end))
        return sorted(found, key=lambda named: named.start)

    def _in_full(self, read: _Read) -> Iterator[Named]:
        """Titles written in full; of those that begin at one letter the longest."""
        text, start = read.text, 0
        while start < len(text) - 1:
            for length in self._lengths.get(text[start : start + 2], ()):
                end = start + length
                title = self._forms.get(text[start:end])
                if title and end <= len(text) and read.stands(start, end):
                    yield Named(title, *read.span(start, end), True)
                    start = end
                    break
            else:
                start += 1

    def _shortened(self, read: _Read, after: int, anchor: re.Match[str]) -> Named | None:
        """What the words up to the anchor shorten; the most words that do."""
        end, word, several = anchor.end(), 0, anchor.end()
        for start in range(max(0, end - _LONGEST), end - 1):
            if read.at[start] < after or not read.begins(start):
                continue
            word = start
            meant = self._meant(read.text[start:end]) if read.fills_quotes(start, end) else set()
            if len(meant) == 1 and not self._cuts(read, start, anchor, after):
                return Named(meant.pop(), *read.span(start, end), False)
            several = min(several, start) if meant else several
        begin = read.name_begins(word, anchor, after)
        body = read.text[begin : anchor.start()]
        of_a_place = read.places(end) and len(body) > 1 and not _UNNAMED.fullmatch(body)
        if read.quoted(end) or of_a_place:
            return Named(None, *read.span(begin, end), False, several <= begin)
        return None

    def _cuts(self, read: _Read, start: int, anchor: re.Match[str], after: int) -> bool:
        """Whether a short name is but the end of a longer one: 보호법 of 개인정보 보호법."""
        about = _ABOUT_BEFORE.search(read.question, after, read.at[anchor.start()])
        if anchor[0] in ALONE or (anchor.start() - start > _SHORT and not about):
            return False
        return read.name_begins(start, anchor, after) < start

    def _meant(self, short: str) -> set[str]:
        """The titles that end like this; else those with words left out."""
        kind = ENDS.search(short)
        if not kind or (kind.start() < 2 and short not in ALONE and len(kind[0]) < 3):
            return set()
        found = ending_in(short, self._titles)
        if not found:
            body = short[: kind.start()]
            found = ending_in(short, self._others) | {
                long.title
                for long in self._long.get(body[:2], ())
                if kind[0] in long.kinds and left_from(body, long.words)
            }
        return found


class _Read:
    """A question's letters and digits, and where in the question each stands."""

    def __init__(self, question: str) -> None:
        self.question = question
        self.at = [at for at, character in enumerate(question) if character.isalnum()]
        self.text = "".join([question[at] for at in self.at])

    def span(self, start: int, end: int) -> tuple[int, int]:
        return self.at[start], self.at[end - 1] + 1

    def begins(self, start: int) -> bool:
        """Whether no letter or digit stands right before."""
        return start == 0 or self.at[start - 1] + 1 < self.at[start]

    def name_begins(self, word: int, anchor: re.Match[str], after: int) -> int:
        """Where a name begins whose last words begin at ``word``.

        With the nouns before these; of "국가를 당사자로 하는 계약에 관한 법률" all that there is.
        """
        end = anchor.end()
        if self.quoted(end):
            opens = max(self.question.rfind(mark, 0, self.at[end - 1]) for mark in "「『")
            return next((n for n in range(end) if self.at[n] > opens), word) if opens >= 0 else word
        parts = self.question[after : self.at[word]].split()
        if _ABOUT_BEFORE.search(self.question, after, self.at[anchor.start()]):
            kept: Iterator[str] = itertools.dropwhile(_OPENS.fullmatch, parts)  # 혹시 우리
        else:
            kept = itertools.takewhile(lambda part: not _NO_PART.fullmatch(part), parts[::-1])
        return word - sum(map(str.isalnum, "".join(kept)))

    def ends(self, end: int) -> bool:
        """Whether a name may end here: not 인사규정 in 인사규정시행세칙."""
        if _DERIVED.match(self.text, end):
            return False
        apart = end == len(self.text) or self.at[end - 1] + 1 < self.at[end]
        return apart or bool(_FOLLOWS.match(self.text, end))

    def narrows(self, end: int) -> bool:
        """Whether what follows asks for something in the rule: a place, 에서, 의."""
        return bool(_NARROWS.match(self.text, end))

    def places(self, end: int) -> bool:
        """Whether a place of the rule follows: 제15조, 별표 1."""
        return bool(_PLACES.match(self.text, end))

    def quoted(self, end: int) -> bool:
        """Whether 「…」 closes here."""
        return self.question[self.at[end - 1] + 1 :].lstrip()[:1] in {"」", "』"}

    def fills_quotes(self, start: int, end: int) -> bool:
        """Whether the span is all that the 「」 around it hold, or has none around."""
        opens = self.question[: self.at[start]].rstrip()[-1:] in {"「", "『"}
        return opens == self.quoted(end) and not set("「」『』") & set(
            self.question[self.at[start] : self.at[end - 1]]
        )

    def stands(self, start: int, end: int) -> bool:
        """Whether a title that is written here is meant as one."""
        if not (self.ends(end) and self.fills_quotes(start, end)):
            return False
        if not self.begins(start) and not _PRECEDES.search(self.text, max(0, start - 8), start):
            return False
        # "휴가" may be a document's title, and is a word in most questions all the same.
        return bool(
            ENDS.search(self.text, max(start, end - 8), end)
            or self.quoted(end)
            or self.narrows(end)
        )
