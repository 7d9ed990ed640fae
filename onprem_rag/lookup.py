"""Questions that name what they want: 여비규정 제15조, 별표 1, 출장규칙에서 일비는?"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from onprem_rag.korean.numerals import number
from onprem_rag.korean.references import CIRCLED, Reference, find_references
from onprem_rag.korean.text import letters, normalise
from onprem_rag.korean.titles import Named, Titles
from onprem_rag.library.shelf import Shelf

_FEW = 10  # rules: of more than these, "제15조" alone could mean any
_READ = 20  # rules that are searched for an article whose rule the question leaves out
_CACHED = 256  # outlines of rules
DELETED = "(삭제)"  # behind the place in ``LookUp.missing``
_SPELT = re.compile(r"제\s?([일이삼사오육륙칠팔구십백천]{1,7})\s?(?=[조항호])")
_SPELT_BRANCH = re.compile(r"(?<=[\d ][조호])의\s?([일이삼사오육칠팔구십]{1,3})(?![가-힣])")
_ASKED = r"알려|뭐|뭔|무엇|무슨|내용|설명|보여|찾아|좀|전문|조문|원문|어떤|어떻|말해|궁금"
_GLUED = re.compile(rf"(?<=[조항호목])(?={_ASKED})")
_HEADS = re.compile(r"(별표|별지(?:\s?서식)?|부칙)(?!\s?(?:제\s?)?\d)")
_AFTER_NAME = re.compile(
    r"\s?(?:[」』]\s?)?(?:에서는|에서|에는|에\s?(?:따르면|의하면|따라서|따라|의해|따른|의한)|상의|상|중에서?|의"
    r"|은|는|이|가|을|를|에)?(?=$|[^가-힣]|[가-힣])"
)
# What only asks, and says nothing of what is asked for.
_ASKING = re.compile(
    r"(?:알려(?:줘요|주세요|주십시오|주시|줘|줄래|줄|달라)?|뭐(?:예요|에요|야|지|죠|임|라고|라)?|뭔(?:가요|지|데|가)?"
    r"|무엇(?:인가요|입니까|이에요|이죠|인지|을|이)?|무슨|내용(?:이|은|을|에)?|설명(?:해|을)?|보여|찾아|말해"
    r"|주세요|주실|줘요|줘|좀|전문|조문|조항|원문|본문|규정|따르면|의하면|어떻게|어떤|되나요|돼요|되어|돼|있나요|있어요|있는지|있어|나와"
    r"|써|쓰여|적혀|하나요|하죠|해요|해|대해서?|관해서?|관한|대한|궁금(?:해요|합니다)?|거야|건가요|것|우리|저희|회사|및|하고|랑|와|과"
    r"|요약|읽어|확인|자세(?:히|하게)|상세(?:히|하게)|쉽게|간단(?:히|하게)|간략(?:히|하게)|의미|뜻|알고싶어요?|수있(?:나요|어요?|을까요)"
    r"|알(?=수있)|부탁(?:해요|드려요|드립니다|드릴게요)?|합니다|혹시|안녕하세요|그리고|부터|까지|내지"
    r"|인가요|인가|입니까|인지|이란|이야|이에요|예요|에서는|에서|으로|라고|란|는|은|이|가|을|를|의|에|도|요|죠)*+"
)


@dataclass(frozen=True, slots=True)
class LookUp:
    """What a question names.

    ``passages``: ids of the named articles' passages in reading order, the named paragraph's first.
    ``documents``: the rules that it names. ``articles``: the places as the library writes them; of
    any rule where ``documents`` is empty. ``rest``: what else the question says, "" for nothing;
    the whole question where it names no rule. ``whole``: it asks for nothing but what it names.
    ``missing``: "여비규정 제99조", where the rule is here and has no such place; "여비규정
    제5조(삭제)", where it had one. ``unknown``: the only rule of all the places that the question
    asks for and nothing else, where that is not here. ``waiting``: the rules (as ``title_key``
    writes them) that it names by their titles, and that are here, but not in force on the day.
    """

    passages: tuple[int, ...] = ()
    documents: frozenset[int] = frozenset()
    articles: tuple[str, ...] = ()
    rest: str = ""
    whole: bool = False
    missing: tuple[str, ...] = ()
    unknown: str = ""
    waiting: tuple[str, ...] = ()

    @property
    def vague(self) -> bool:
        """Whether it asks for a place that many rules may have, and says not of which."""
        return self.whole and not (self.documents or self.passages)


class _Part(NamedTuple):
    """One passage of an article, as ``Library.outline`` has it."""

    id: int
    article: str | None
    paragraph: str | None
    subparagraph: str | None
    title: str

    def begins(self) -> tuple[int, int]:
        """The numbers of its first paragraph and subparagraph; 0 before any."""
        figures = re.match(r"\d+", self.subparagraph or "")
        return CIRCLED.find(self.paragraph or "-") + 1, int(figures[0]) if figures else 0


class _Outline:
    """One rule's parts by article, and its articles by title."""

    def __init__(self, parts: Iterable[_Part]) -> None:
        self.articles: dict[str, list[_Part]] = {}
        self.titles: dict[str, list[str]] = {}
        self.deleted: set[str] = set()  # their places are kept, and say nothing
        for part in parts:
            if part.article and part.title == "삭제":
                self.deleted.add(part.article)
            elif part.article:
                self.articles.setdefault(part.article, []).append(part)
        for article, held in self.articles.items():
            if not article.startswith("부칙"):
                for title in _written(held[0].title):
                    self.titles.setdefault(title, []).append(article)

    def place(self, reference: Reference) -> list[_Part]:
        """The parts of an article or annex; [] where the rule has none such."""
        wanted = reference.annex or reference.article or ""
        if wanted == "부칙":
            return _newest_first(self._under(wanted))
        found = self.articles.get(wanted, [])
        if not found and wanted in {"별표", "별지"}:
            found = self._under(wanted)
        if not found and wanted == "별표 1":  # the only annex has no number
            found = self.articles.get("별표", [])
        if wanted.startswith("부칙"):
            return found[::-1]  # the newest addenda stand last
        return _from_the_named(found, reference)

    def _under(self, head: str) -> list[_Part]:
        """All annexes, all forms, or all addenda."""
        return [p for key, held in self.articles.items() if key.startswith(head) for p in held]


class Places:
    """The rules in force and their articles. Safe to share between threads.

    Titles are read at once; a rule's articles when a question first names it.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._all = shelf.ids
        self._shown: dict[str, str] = {}  # titles, by their letters
        self._ids: dict[str, list[int]] = {}
        for version in shelf.versions.values():
            key = letters(version.title)
            self._shown[key] = version.title
            self._ids.setdefault(key, []).append(version.document_id)
        self._titles = Titles(self._shown)
        waiting = ((letters(held[0].title), held[0].title) for held in shelf.waiting.values())
        self._waiting = Titles(dict(waiting))
        self._shelf = shelf
        self._outline = lru_cache(_CACHED)(self._read)

    def look_up(self, question: str) -> LookUp:
        """What ``question`` names, or an empty LookUp with the question as its ``rest``."""
        text = _typed(question)
        names = self._titles.find(text)
        found = self._look_up(question, text, names)
        others = [
            named.title
            for named in self._waiting.find(text)
            if named.title and named.full and not _is_within(named, names)
        ]
        return replace(found, waiting=tuple(dict.fromkeys(others))) if others else found

    def _look_up(self, question: str, text: str, names: Sequence[Named]) -> LookUp:
        left = _without(text, [(n.start, _after_name(text, n.end)) for n in names if n.title])
        references = _references(left, names)
        if not (references or any(named.title for named in names)):
            return LookUp(rest=question)
        if unknown := _unknown(text, references, names):
            return LookUp(rest=question, unknown=unknown)
        passages: list[int] = []
        beside: list[int] = []  # parts of an article besides the named paragraph
        articles: list[str] = []
        spans: list[tuple[int, int]] = []
        missing: list[str] = []
        guessed = set[str]()
        for reference in references:
            named = _owner(reference, names)
            if named and named.title is None:
                continue  # of a rule that isn't here
            place = reference.annex or reference.article or ""
            found = self._passages(named.title if named else None, reference)
            absent = place
            if found and named and not self._has_paragraph(found, reference):
                found, absent = [], str(reference)
            one = bool(named and reference.paragraph)
            passages += found[:1] if one else found
            beside += found[1:] if one else []
            deleted = bool(named and self._is_deleted(str(named.title), place))
            if not (found or deleted or named is None or named.full or absent != place):
                guessed.add(str(named.title))
                continue
            spans.append((reference.start, reference.end))
            if found or named is None:
                articles.append(place)
            else:
                missing.append(
                    f"{self._shown[str(named.title)]} {absent}{DELETED if deleted else ''}"
                )
        documents = frozenset(
            number
            for named in names
            if named.title and named.title not in guessed
            for number in self._ids[named.title]
        )
        if not (documents or articles):
            return LookUp(rest=question)
        rest = " ".join(_without(left, spans).split())
        result = LookUp(
            tuple(dict.fromkeys([*passages, *beside])),
            documents,
            tuple(dict.fromkeys(articles)),
            rest,
        )
        found_all = self._completed(replace(result, missing=tuple(dict.fromkeys(missing))))
        return found_all if documents else replace(found_all, rest=question)

    def _read(self, document_id: int) -> _Outline:
        return _Outline(itertools.starmap(_Part, self._shelf.outline(document_id)))

    def _completed(self, found: LookUp) -> LookUp:
        """With the article that the rest calls by its title, and whether anything else is left."""
        if _ASKING.fullmatch(letters(found.rest)):
            return replace(found, rest="", whole=True)
        if found.missing and not found.passages:
            return found
        titled = self._titled(found.documents, letters(found.rest))
        if titled and not found.passages:
            passages = [p.id for outline, key in titled for p in outline.articles[key]]
            articles = tuple(dict.fromkeys(key for _, key in titled))
            return replace(found, passages=tuple(passages), articles=articles, whole=True)
        same = bool(titled) and {key for _, key in titled} <= set(found.articles)
        return replace(found, whole=same)

    def _titled(self, documents: Iterable[int], rest: str) -> list[tuple[_Outline, str]]:
        """The articles whose title ``rest`` is, but for asking."""
        outlines = [self._outline(number) for number in sorted(documents)]
        for end in range(len(rest), 1, -1):
            if not _ASKING.fullmatch(rest, end):
                continue
            if found := [(o, key) for o in outlines for key in o.titles.get(rest[:end], ())]:
                return found
        return []

    def _has_paragraph(self, numbers: Sequence[int], reference: Reference) -> bool:
        """Whether the article of these passages has the paragraph that is asked for."""
        number = reference.paragraph
        if number is None or number > len(CIRCLED) or not reference.article:
            return True
        texts = [passage.text for passage in self._shelf.passages(numbers)]
        if any(mark in text for text in texts for mark in CIRCLED):
            return any(CIRCLED[number - 1] in text for text in texts)
        numbered = re.compile(rf"^\s*{number}\s*[.)]", re.MULTILINE)  # paragraphs as 1. 2.
        return number == 1 or any(numbered.search(text) for text in texts)

    def _is_deleted(self, title: str, place: str) -> bool:
        """Whether a rule of this title had the place once."""
        return any(place in self._outline(number).deleted for number in self._ids[title])

    def _passages(self, title: str | None, reference: Reference) -> list[int]:
        """The place in all rules of this title; in all rules if few have one such."""
        if title is None and len(self._all) > _READ:
            return []
        numbers = sorted(self._all) if title is None else self._ids[title]
        found = [held for n in numbers if (held := self._outline(n).place(reference))]
        if title is None and len(found) > _FEW:
            return []
        parts = itertools.zip_longest(*found)  # each rule's first part before any second one
        return [passage.id for part in parts for passage in part if passage]


def _typed(question: str) -> str:
    """The question as titles and places are looked for in it; 제십오조 → 제15조."""
    text = _SPELT.sub(lambda match: f"제{number(match[1])}", normalise(question))
    text = _SPELT_BRANCH.sub(lambda match: f"의{number(match[1])}", text)
    return _GLUED.sub(" ", text)  # 15조알려줘


def _after_name(text: str, end: int) -> int:
    """Where the particle after a title ends."""
    match = _AFTER_NAME.match(text, end)
    return match.end() if match else end


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """``text`` with blanks for the spans, so that offsets stay valid."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _is_within(named: Named, others: Iterable[Named]) -> bool:
    """Whether where ``named`` stands another rule is named."""
    return any(o.title and o.start < named.end and named.start < o.end for o in others)


def _references(text: str, names: Sequence[Named]) -> list[Reference]:
    """The places that ``text`` names, among them a bare 별표, 별지 or 부칙 of a rule it names."""
    found = [one for one in find_references(text) if not one.relative]
    if not names:
        return found
    for match in _HEADS.finditer(text):
        if not any(one.start < match.end() and match.start() < one.end for one in found):
            head = match[1][:2]
            found.append(
                Reference(
                    document=None,
                    article=head if head == "부칙" else None,
                    paragraph=None,
                    subparagraph=None,
                    item=None,
                    annex=None if head == "부칙" else head,
                    relative=False,
                    start=match.start(),
                    end=match.end(),
                    text=match[0],
                )
            )
    return sorted(found, key=lambda one: one.start)


def _unknown(text: str, references: Sequence[Reference], names: Sequence[Named]) -> str:
    """The rule that is not here, where the text asks for its places and nothing else; else ""."""
    owners = [_owner(reference, names) for reference in references]
    first = owners[0] if owners else None
    if first is None or any(o is None or o.title is not None or o.several for o in owners):
        return ""
    spans = [(r.start, r.end) for r in references] + [(n.start, n.end) for n in names]
    others = any(named.title for named in names)
    asks = _ASKING.fullmatch(letters(_without(text, spans)))
    return text[first.start : first.end] if asks and not others else ""


def _owner(reference: Reference, names: Sequence[Named]) -> Named | None:
    """The rule that a place is of: the nearest before it, or the only one of the question."""
    before = [named for named in names if named.end <= reference.start]
    if before:
        return before[-1]
    return names[0] if len(names) == 1 else None


def _written(title: str) -> Iterable[str]:
    """An article's title as it may be asked for: 국내여비 정액표(제9조 관련), or without that."""
    bare = re.sub(r"\([^()]*\)$", "", normalise(title))
    return {form for form in (letters(title), letters(bare)) if len(form) > 1}


def _newest_first(parts: Iterable[_Part]) -> list[_Part]:
    """The parts of all addenda, the newest of these first, each in reading order."""
    addenda: list[list[_Part]] = []
    for part in sorted(parts, key=lambda part: part.id):
        if not addenda or _article_number(part) <= _article_number(addenda[-1][-1]):
            addenda.append([])
        addenda[-1].append(part)
    return [part for addendum in reversed(addenda) for part in addendum]


def _article_number(part: _Part) -> int:
    """15 for 부칙 제15조; 0 where an addendum has no articles."""
    figures = re.search(r"\d+", part.article or "")
    return int(figures[0]) if figures else 0


def _from_the_named(parts: list[_Part], reference: Reference) -> list[_Part]:
    """The parts, the one that holds the named paragraph and subparagraph first."""
    wanted = (reference.paragraph or 0, reference.subparagraph or 0)
    if wanted == (0, 0):
        return parts
    holds = max((at for at, part in enumerate(parts) if part.begins() <= wanted), default=0)
    return [*parts[holds : holds + 1], *parts[:holds], *parts[holds + 1 :]]
