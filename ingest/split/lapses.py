"""What the words of a rule end: itself with its 유효기간, and rules that it repeals (폐지)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from ingest.split.dates import beginnings
from ingest.split.titles import KINDS
from onprem_rag.korean.addenda import DATE, day_in, iso, iso_dates, newest, promulgated
from onprem_rag.korean.text import fold
from onprem_rag.library.versions import of_repealed, title_key
from onprem_rag.records import Document, Passage

_KIND = f"(?:{'|'.join(sorted(KINDS, key=len, reverse=True))}|영|건)"
_NAMED_KIND = rf"{_KIND}[」』”’\"']?(?:\s?\([^()]{{0,60}}\))?"
_UNTIL = re.compile(
    r"까지\s?(?:그\s)?(?:효력[을이]\s?(?:가진다|갖는다|유지한다|있다)|시행한다|적용한다|유효하다)"
)
_WHOLE = re.compile(rf"(?:이|본)\s?[가-힣]{{0,12}}?{_KIND}[은는]\s[^.]*?(?P<day>{DATE})\s{{0,2}}$")
_REPEALED = re.compile(
    r"[은는을를]\s?"
    r"(?:(?:이를|각각|모두|함께|(?:이|본)\s?[가-힣]+\s?시행(?:일|과\s?동시)에)\s?){0,3}"
    r"폐지(?:한다|된다|함)"
)
_NAMES = re.compile(rf"{_NAMED_KIND}\s?$")
_SENTENCE = re.compile(r"다\.\s")
_LONGEST = 600  # characters of a sentence
_LISTED = re.compile(r"다음\s?각\s?호의\s[^.]{0,40}$")
_NEXT_ARTICLE = re.compile(r"제\s?\d+\s?조\s?[(（]")
_TERM = re.compile(r"(?:유효|존속)\s?(?:기간|기한)|한시")
_MOVED = re.compile("이동|변경")
_HEADING = re.compile(r"^부\s?칙\s(?:[<(\[【〔][^>)\]】〕]*[>)\]】〕]\s)?")
_MOST = 1000  # characters of a list of repealed rules
_BETWEEN = r"[\W_]{0,3}"  # signs and blanks inside a title: 보수·여비 규정
_BEFORE = (
    r"(?:^|[「『“‘\"',·)）;:]\s?|(?:동시에|따라|의하여|종전의?|기존의?|구|호|각각)\s"
    rf"|{_NAMED_KIND}\s?(?:[과와]|및|또는)\s|(?:\d{{1,2}}[.)]|[①-⑳])\s?)"
)
_AFTER = (
    r"[」』”’\"']?\s?(?:\([^()]*\)\s?)?"
    r"(?:$|[,·]|\s?(?:및|또는)|[과와]\s|\s?(?:\d{1,2}[.)]|[①-⑳]))"
)


@dataclass(frozen=True, slots=True)
class Repeal:
    """Words by which rules are repealed; ``day`` None: as of the version that says so."""

    names: str  # the part of them that names the rules
    clause: str  # on one line
    day: str | None

    def is_of(self, title: str) -> bool:
        """Whether a rule of this title is among those that are repealed."""
        key = title_key(title)
        if key not in title_key(self.names):
            return False
        spaced = _BETWEEN.join(map(re.escape, key))
        return bool(re.search(f"{_BEFORE}{spaced}{_AFTER}", fold(self.names).lower()))


@dataclass(frozen=True, slots=True)
class Lapses:
    """What a document's words end: itself on ``day`` (None: never), and other rules."""

    day: str | None = None
    clause: str = ""
    repeals: tuple[Repeal, ...] = ()


def lapses_of(document: Document, passages: Sequence[Passage]) -> Lapses:
    """What is said in its addenda, an article on its 유효기간, or its title: X규정【폐지】."""
    if title := of_repealed(document.title):
        return _of_stub(title, passages)
    if not any(_may_say(passage) for passage in passages):
        return Lapses()
    groups = groupby((p for p in passages if _is_addendum(p)), key=lambda p: p.path[:1])
    addenda = ["\n".join([*heading, *(p.text for p in group)]) for heading, group in groups]
    last = newest(addenda)
    terms = [p.text for p in passages if _is_on_term(p)]
    repeals = (repeal for one in addenda for repeal in _repeals(one, one == last))
    return Lapses(*_expiry([*terms, last]), tuple(repeals))


def _may_say(passage: Passage) -> bool:
    said = "폐지" in passage.text or "까지" in passage.text
    return (said and _is_addendum(passage)) or _is_on_term(passage)


def _is_addendum(passage: Passage) -> bool:
    return (passage.article or "").startswith("부칙")


def _is_on_term(passage: Passage) -> bool:
    return bool(passage.article) and _TERM.match(passage.title) is not None


def _of_stub(title: str, passages: Sequence[Passage]) -> Lapses:
    """What a book says of a rule that it no longer holds, or has moved within itself."""
    text = " ".join(" ".join(passage.text.split()) for passage in passages)
    day = next(iter(iso_dates(text)), None)
    gone = day and "폐지" in text and not _MOVED.search(text)
    return Lapses(day, "", (Repeal(title, text, day),) if gone else ())


def _expiry(texts: Iterable[str]) -> tuple[str | None, str]:
    """The first day on which the whole rule holds no more, and the words that say so."""
    found = []
    for text in texts:
        flat = " ".join(text.split())
        for until in _UNTIL.finditer(flat):
            whole = _WHOLE.search(_sentence(flat, until.start()))
            if whole and (last := iso(whole["day"])):
                after = date.fromisoformat(last) + timedelta(days=1)
                found.append((after.isoformat(), f"{whole[0]}{until[0]}"))
    return max(found, default=(None, ""))


def _repeals(addendum: str, is_last: bool) -> Iterator[Repeal]:
    day = None if is_last else _day_of(addendum)
    if "폐지" not in addendum or not (is_last or day):
        return
    flat = " ".join(addendum.split())
    for found in _REPEALED.finditer(flat):
        names = _HEADING.sub("", _sentence(flat, found.start()))
        clause = f"{names}{found[0]}"
        if not _NAMES.search(names):
            continue
        if _LISTED.search(names):
            listed = _NEXT_ARTICLE.split(flat[found.end() :])[0][:_MOST]
            names, clause = listed.lstrip(". "), f"{clause}{listed}".strip()
        yield Repeal(names, clause, day)


def _sentence(text: str, end: int) -> str:
    """The sentence that goes on at ``end``, until there."""
    before = text[max(0, end - _LONGEST) : end]
    return _SENTENCE.split(before)[-1]


def _day_of(addendum: str) -> str | None:
    """The day on which older addenda came into force."""
    days = [day_in(each["when"], addendum) for each in beginnings(addendum)]
    return next(filter(None, reversed(days)), None) or max(promulgated(addendum), default=None)
