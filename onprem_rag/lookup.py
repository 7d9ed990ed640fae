"""Questions that name what they want: 여비규정 제15조, 별표 1, 출장규칙에서 일비는?"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from onprem_rag.korean.references import CIRCLED, Reference
from onprem_rag.korean.text import letters
from onprem_rag.korean.titles import Named, Titles
from onprem_rag.library.shelf import Shelf
from onprem_rag.library.versions import of_repealed
from onprem_rag.naming import (
    ASKING,
    after_name,
    is_within,
    owner_of,
    references_in,
    typed,
    unknown_in,
    without,
)
from onprem_rag.outlines import Outline, Part

_FEW = 10  # rules: of more than these, "제15조" alone could mean any
_READ = 20  # rules that are searched for an article whose rule the question leaves out
_CACHED = 256  # outlines of rules
DELETED = "(삭제)"  # behind the place in ``LookUp.missing``


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


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is here of one place that a question names: its passages, or else what is ``missing``.

    ``beside``: parts of an article besides the named paragraph. ``guess``: the rule that only a
    part of its title names, and that has no such place: it may not be meant.
    """

    reference: Reference
    passages: Sequence[int] = ()
    beside: Sequence[int] = ()
    missing: str = ""  # as in ``LookUp``
    guess: str = ""


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
        waiting = {key: held[0].title for key, held in shelf.waiting.items()}
        self._waiting = Titles({k: of_repealed(title) or title for k, title in waiting.items()})
        self._shelf = shelf
        self._outline = lru_cache(_CACHED)(self._read)

    def look_up(self, question: str) -> LookUp:
        """What ``question`` names, or an empty LookUp with the question as its ``rest``."""
        text = typed(question)
        names = self._titles.find(text)
        found = self._look_up(question, text, names)
        others = [
            named.title
            for named in self._waiting.find(text)
            if named.title and named.full and not is_within(named, names)
        ]
        return replace(found, waiting=tuple(dict.fromkeys(others))) if others else found

    def _look_up(self, question: str, text: str, names: Sequence[Named]) -> LookUp:
        left = without(text, [(n.start, after_name(text, n.end)) for n in names if n.title])
        references = references_in(left, names)
        if not (references or any(named.title for named in names)):
            return LookUp(rest=question)
        if unknown := unknown_in(text, references, names):
            return LookUp(rest=question, unknown=unknown)
        owned = [(reference, owner_of(reference, names)) for reference in references]
        # Not those of a rule that isn't here.
        asked = [self._asked(one, of) for one, of in owned if of is None or of.title]
        meant = [one for one in asked if not one.guess]
        guesses = {one.guess for one in asked}
        documents = frozenset(
            number
            for named in names
            if named.title and named.title not in guesses
            for number in self._ids[named.title]
        )
        articles = tuple(dict.fromkeys(one.reference.place for one in meant if not one.missing))
        if not (documents or articles):
            return LookUp(rest=question)
        passages = [number for one in meant for number in one.passages]
        beside = [number for one in meant for number in one.beside]
        spans = [(one.reference.start, one.reference.end) for one in meant]
        found = self._completed(
            LookUp(
                tuple(dict.fromkeys([*passages, *beside])),
                documents,
                articles,
                rest=" ".join(without(left, spans).split()),
                missing=tuple(dict.fromkeys(one.missing for one in meant if one.missing)),
            )
        )
        return found if documents else replace(found, rest=question)

    def _asked(self, reference: Reference, named: Named | None) -> _Asked:
        """What is here of the place of a rule that is here, or of any rule."""
        title = named.title if named else None
        found = self._passages(title, reference)
        if named is None or title is None:
            return _Asked(reference, found)
        if found and self._has_paragraph(found, reference):
            count = 1 if reference.paragraph else len(found)
            return _Asked(reference, found[:count], found[count:])
        place = str(reference) if found else reference.place
        if self._is_deleted(title, reference.place):
            place += DELETED
        elif place == reference.place and not named.full:
            return _Asked(reference, guess=title)
        return _Asked(reference, missing=f"{self._shown[title]} {place}")

    def _read(self, document_id: int) -> Outline:
        return Outline(itertools.starmap(Part, self._shelf.outline(document_id)))

    def _completed(self, found: LookUp) -> LookUp:
        """With the article that the rest calls by its title, and whether anything else is left."""
        if ASKING.fullmatch(letters(found.rest)):
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

    def _titled(self, documents: Iterable[int], rest: str) -> list[tuple[Outline, str]]:
        """The articles whose title ``rest`` is, but for asking."""
        outlines = [self._outline(number) for number in sorted(documents)]
        for end in range(len(rest), 1, -1):
            if not ASKING.fullmatch(rest, end):
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
