"""What the words of a rule end: itself with its 유효기간, and rules that it repeals (폐지)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ingest.split.dates import beginnings
from ingest.split.titles import KINDS
from onprem_rag.korean.addenda import (
    DATE,
    day_in,
    iso,
    iso_dates,
    newest,
    promulgated,
    with_headings,
)
from onprem_rag.korean.text import fold
from onprem_rag.library.versions import of_repealed, title_key
from onprem_rag.records import Document, Passage

_KIND = f"(?:{'|'.join(sorted(KINDS, key=len, reverse=True))}|영|건)"
_UNTIL = re.compile(
    r"까지\s?(?:그\s)?(?:효력[을이]\s?(?:가진다|갖는다|유지한다|있다)|시행한다|적용한다|유효하다)"
)
# 이 지침은 「훈령 관리 규정」에 따라 … 검토하여야 하는 2026년 12월 31일까지; no word on a part
_WHOLE = re.compile(
    rf"(?:이|본)\s?(?!개정|변경)[가-힣]{{0,12}}?{_KIND}[은는]\s"
    r"(?:「[^「」]{2,60}」\s?(?:\([^()]{0,60}\)\s?)?에\s따라\s)?(?:[^,.]{0,120}검토하여야\s하는\s)?"
    rf"(?:(?:{DATE}|시행(?:일|한\s날))\s?부터\s)?(?P<day>{DATE})\s{{0,2}}$"
)
_REPEALED = re.compile(
    r"[은는을를]\s?"
    r"(?:(?:이를|각각|모두|함께|(?:이|본)\s?[가-힣]+\s?시행(?:일(?:부터|에)?|과\s?동시에)"
    rf"|(?P<on>{DATE})\s?(?:부터|자로|에))\s?){{0,3}}"
    r"(?:폐지(?:한다|된다|함|하고|하며)|효력을\s?(?:상실한다|잃는다))(?![가-힣])"
)
_SENTENCE = re.compile(r"다\.\s")
_LONGEST = 600  # characters of a sentence
_BRACKET = re.compile(r"\s?\((?P<inside>[^()]{0,80})\)|\s?<[^<>]{0,80}>|\s?\[[^\[\]]{0,80}\]")
_PARTLY = re.compile(r"제\s?\d+\s?[조항]|별표|별지|한[하한정]|해당|부분|제외")
_QUOTED = re.compile(r"\s?[「『“‘｢\"']([^「」『』“”‘’｢｣\"']{2,80})[」』”’｣\"']")
_SEPARATOR = re.compile(r"\s?[,，、·ㆍ]\s?|\s?(?:및|또는)\s?|[과와]\s?")
_QUOTE = re.compile(r"[「」『』“”‘’｢｣\"']")
# Behind which names without quotes begin: 제2조(폐지) 종전의 여비지침은, 시행과 동시에 여비지침은
_LEAD = re.compile(
    r"^(?:\s?(?:제\s?\d+\s?조(?:의\s?\d+)?|[①-⑳]|\d{1,2}\.))?\s?(?:[(（][^()（）]{0,60}[)）]\s?)?"
    r"|[①-⑳]\s?(?:[(（][^()（）]{0,60}[)）]\s?)?"
    r"|(?:제\s?\d+\s?조(?:의\s?\d+)?|(?<!\d)\d{1,2}\.)\s?[(（][^()（）]{0,60}[)）]\s?"
    r"|(?:동시에|(?:제정|개정|시행)(?:으로|에\s따라)|(?<![가-힣])(?:종전의?|기존의?|현행|구))\s"
)
_NUMBERED = re.compile(r"^(?:[가-힣]{2,10}\s?)?제\s?[\d,]+\s?호\s")
_NAME = re.compile(rf"[가-힣A-Za-z0-9·ㆍ\s]{{1,60}}{_KIND}")
_CLAUSE = re.compile(r"(?:는|던|[가-힣]된|따른|의한|위한|관련한)\s")  # 여비규정과 중복되는 지침
_INNER = re.compile(rf"{_KIND}\s")  # 복무규정 운영지침
_LISTED = re.compile(r"다음\s?각\s?호의\s[가-힣]{1,10}$")
_ITEM = re.compile(r"\s(\d{1,2})\.\s")
_BUT = re.compile(r"\.\s?다만")
_LIST_ENDS = re.compile(r"[①-⑳]|제\s?\d+\s?조\s?[(（]|다\.|부\s?칙")
_TERM = re.compile(r"(?:유효|존속)\s?(?:기간|기한)|한시")
_HEADING = re.compile(r"^부\s?칙\s(?:[<(\[【〔][^>)\]】〕]*[>)\]】〕]\s)?")


@dataclass(frozen=True, slots=True)
class Repeal:
    """Words by which rules are repealed; ``day`` None: as of the version that says so."""

    names: frozenset[str]  # as ``title_key``
    clause: str  # on one line
    day: str | None

    def is_of(self, title: str) -> bool:
        """Whether a rule of this title is among those that are repealed."""
        return title_key(title) in self.names


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
    addenda = with_headings((p.path, p.text) for p in passages if _is_addendum(p))
    terms = [p.text for p in passages if _is_on_term(p)]
    return Lapses(*_expiry([*terms, newest(addenda)]), tuple(repeals_in(addenda)))


def repeals_in(addenda: Sequence[str]) -> Iterator[Repeal]:
    """What the addenda of a document repeal; of older ones, which say since when they hold."""
    last = newest(addenda)
    for one in addenda:
        yield from _repeals(one, one == last)


def _may_say(passage: Passage) -> bool:
    said = any(word in passage.text for word in ("폐지", "효력을", "까지"))
    return (said and _is_addendum(passage)) or _is_on_term(passage)


def _is_addendum(passage: Passage) -> bool:
    return (passage.article or "").startswith("부칙")


def _is_on_term(passage: Passage) -> bool:
    return bool(passage.article) and _TERM.match(passage.title) is not None


def _of_stub(title: str, passages: Sequence[Passage]) -> Lapses:
    """What a book says of a rule that it no longer holds, or has moved within itself."""
    text = " ".join(" ".join(passage.text.split()) for passage in passages)
    day = next(iter(iso_dates(text)), None)
    gone = day and "폐지" in text and "이동" not in text
    return Lapses(day, "", (Repeal(frozenset({title_key(title)}), text, day),) if gone else ())


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
    day = _day_of(addendum)
    if not ("폐지" in addendum or "효력을" in addendum) or not (is_last or day):
        return
    flat = " ".join(fold(addendum).split())
    for found in _REPEALED.finditer(flat):
        before = _HEADING.sub("", _sentence(flat, found.start()))
        clause, names = f"{before}{found[0]}", _names(before)
        if _LISTED.search(before):
            listed = _LIST_ENDS.split(flat[found.end() :].lstrip("."), maxsplit=1)[0]
            items = _ITEM.split(f" {_BRACKET.sub(_part_or_nothing, listed)} ")[2::2]
            names = frozenset(filter(None, map(_listed, items)))
            clause = f"{clause}.{listed.rstrip()}"
        if _BUT.match(flat, found.end()):  # 다만, 「여비규정」은 제외한다
            after = title_key(flat[found.end() : found.end() + _LONGEST])
            names = frozenset(name for name in names if name not in after)
        if names:
            yield Repeal(names, clause, iso(found["on"]) if found["on"] else day)


def _names(before: str) -> frozenset[str]:
    """The titles that stand right before 은 폐지한다; none where they may mean something else."""
    quoted, end = [], len(before)
    for name in reversed(list(_QUOTED.finditer(before))):
        between = _without_brackets(before[name.end() : end])
        if between.strip() and not _SEPARATOR.fullmatch(between):
            break
        quoted.append(name[1])
        end = name.start()
    if quoted:
        return frozenset(map(title_key, quoted))
    start = max(lead.end() for lead in _LEAD.finditer(before))
    bare = _without_brackets(before[start:])
    names = [_NUMBERED.sub("", one.strip()) for one in _parts(bare)]
    plain = all(_NAME.fullmatch(one) and not _CLAUSE.search(one) for one in names)
    joined = len(names) > 1 and any(_INNER.search(one) for one in names)
    if not plain or joined or _QUOTE.search(before[start:]):
        return frozenset()
    return frozenset(map(title_key, names))


def _parts(names: str) -> list[str]:
    """Names without quotes, one by one: what a sign or 및 divides has a kind on its left."""
    found, start = [], 0
    for separator in _SEPARATOR.finditer(names):
        if re.search(f"{_KIND}$", names[start : separator.start()]):
            found.append(names[start : separator.start()])
            start = separator.end()
    return [*found, names[start:]]


def _listed(item: str) -> str:
    """The title that an item of a list is; "" where it is not a title and nothing else."""
    name = _NUMBERED.sub("", item.strip())
    return title_key(name) if _QUOTED.fullmatch(name) or _NAME.fullmatch(name) else ""


def _part_or_nothing(bracket: re.Match[str]) -> str:
    """A sign in the place of a bracket that tells of a part of a rule: no title has it."""
    return "§" if _PARTLY.search(bracket["inside"] or "") else ""


def _without_brackets(text: str) -> str:
    """``text`` without the days and numbers in brackets."""
    return _BRACKET.sub(_part_or_nothing, text)


def _sentence(text: str, end: int) -> str:
    """The sentence that goes on at ``end``, until there."""
    before = text[max(0, end - _LONGEST) : end]
    return _SENTENCE.split(before)[-1]


def _day_of(addendum: str) -> str | None:
    """The day on which older addenda came into force."""
    days = [day_in(each["when"], addendum) for each in beginnings(addendum)]
    return next(filter(None, reversed(days)), None) or max(promulgated(addendum), default=None)
