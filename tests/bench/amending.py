"""Amended versions of real rules: edits by hand, and what a table must show of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ingest.diff import Kind, Version
from ingest.readers.result import Reading
from ingest.split.splitting import documents_of, split
from onprem_rag.records import Document

_HEADING = re.compile(r"제\s*(\d+)조(?:의(\d+))?")
_PLACE = re.compile(r"제(\d+)조(?![의\d])|제(\d+)조(?=의\d)")
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫"


@dataclass(frozen=True)
class Words:
    """``old`` of an article (which has it once) becomes ``new``."""

    article: str
    old: str
    new: str


@dataclass(frozen=True)
class Blanks(Words):
    """As ``Words``, but only blanks or look-alike signs: the table must not show it."""


@dataclass(frozen=True)
class Inserted:
    """A new article after another one; those below and the references to them move by one."""

    after: str
    text: str  # "(제목) 내용"


@dataclass(frozen=True)
class Branch:
    """A new 제N조의2 after 제N조: nothing moves."""

    after: str
    text: str  # "(제목) 내용"


@dataclass(frozen=True)
class Dropped:
    """An article goes, and those below move up."""

    article: str


@dataclass(frozen=True)
class Struck:
    """제N조 삭제 is all that is left."""

    article: str


@dataclass(frozen=True)
class Paragraph:
    """A new 항 in the place of ``sign``; the later ones of the article get the next sign."""

    article: str
    sign: str
    text: str


@dataclass(frozen=True)
class Swapped:
    """Two neighbouring 항 change places."""

    article: str
    sign: str  # of the first


@dataclass(frozen=True)
class Sentence:
    """A sentence of one article stands at the end of another one now."""

    article: str
    text: str
    to: str


@dataclass(frozen=True)
class Addendum:
    """A new 부칙 after the last one."""

    text: str


Edit = Words | Inserted | Branch | Dropped | Struck | Paragraph | Swapped | Sentence | Addendum


@dataclass
class Expected:
    """What must be shown of one article: its kind follows from its numbers and ``marks``."""

    old: str | None
    new: str | None
    edits: list[int] = field(default_factory=list)  # by their place in the list
    old_marks: list[str] = field(default_factory=list)
    new_marks: list[str] = field(default_factory=list)

    @property
    def kind(self) -> Kind:
        if self.old is None:
            return Kind.ADDED
        if self.new is None:
            return Kind.DELETED
        words = bool(self.old_marks or self.new_marks)
        if self.old == self.new:
            return Kind.CHANGED if words else Kind.SAME
        return Kind.MOVED_CHANGED if words else Kind.MOVED


class Amending:
    """One rule, its edits, the amended version and what is expected of the table."""

    def __init__(self, document: Document, edits: Sequence[Edit]) -> None:
        self.old = reread(document, document.text, ())
        self.text = self.old.document.text
        self.spans = self._articles()
        self.splices: list[tuple[int, int, str]] = []
        self.struck: set[str] = set()
        self._shift = self._shifts(edits)
        self.expected = {name: Expected(name, self.renumbered(name)) for name in self.spans}
        self.added: list[Expected] = []
        for at, edit in enumerate(edits):
            self._apply(at, edit)
        self._renumber()
        self.new = reread(self.old.document, *self._spliced())

    def _articles(self) -> dict[str, tuple[int, int]]:
        spans: dict[str, tuple[int, int]] = {}
        for passage in self.old.passages:
            if passage.article and not passage.article.startswith("부칙"):
                start, _ = spans.get(passage.article, (passage.start, 0))
                spans[passage.article] = (start, passage.end)
        return spans

    def _shifts(self, edits: Sequence[Edit]) -> list[tuple[int, int]]:
        """(from this 조 on, by so much)."""
        inserted = [(_number(e.after) + 1, 1) for e in edits if isinstance(e, Inserted)]
        return inserted + [(_number(e.article) + 1, -1) for e in edits if isinstance(e, Dropped)]

    def renumbered(self, article: str) -> str:
        """The number that an article of the old version has in the new one."""
        if not (found := _HEADING.match(article)):
            return article
        number = int(found[1])
        number += sum(by for first, by in self._shift if number >= first)
        return f"제{number}조" + (f"의{found[2]}" if found[2] else "")

    def _apply(self, at: int, edit: Edit) -> None:
        if isinstance(edit, Words):
            start = self._find(edit.article, edit.old)
            self.splices.append((start, start + len(edit.old), edit.new))
            if not isinstance(edit, Blanks):
                self._expect(edit.article, at, _touched(edit.old, edit.new), [edit.new])
        elif isinstance(edit, Inserted | Branch):
            above = self.renumbered(edit.after)
            below = f"제{int(above[1:-1]) + 1}조"
            text = (below if isinstance(edit, Inserted) else f"{above}의2") + edit.text
            end = self.spans[edit.after][1]
            self.splices.append((end, end, f"\n{text}"))
            label = "".join(_HEADING.match(text)[0].split())
            self.added.append(Expected(None, label, [at], [], [text]))
        elif isinstance(edit, Dropped | Struck):
            start, end = self.spans[edit.article]
            text = self.text[start:end]
            self.struck.add(edit.article)
            self.splices.append(
                (start, end, f"{self.renumbered(edit.article)} 삭제" * isinstance(edit, Struck))
            )
            self.expected[edit.article] = Expected(edit.article, None, [at], [text], [])
        elif isinstance(edit, Addendum):
            end = max(p.end for p in self.old.passages if (p.article or "").startswith("부칙"))
            self.splices.append((end, end, f"\n{edit.text}"))
            self.added.append(Expected(None, "부칙", [at], [], [edit.text]))
        else:
            self._apply_to_paragraphs(at, edit)

    def _apply_to_paragraphs(self, at: int, edit: Paragraph | Swapped | Sentence) -> None:
        if isinstance(edit, Sentence):
            start, end = self._find(edit.article, edit.text), self.spans[edit.to][1]
            self.splices += [(start, start + len(edit.text), ""), (end, end, f" {edit.text}")]
            self._expect(edit.article, at, [edit.text], [])
            self._expect(edit.to, at, [], [edit.text])
            return
        signs = {self.text[begin]: (begin, stop) for begin, stop in self._paragraphs(edit.article)}
        begin, stop = signs[edit.sign]
        following = _CIRCLED[_CIRCLED.index(edit.sign) + 1 :]
        if isinstance(edit, Paragraph):
            text = f"{edit.sign} {edit.text}"
            for sign, after in zip(edit.sign + following, following, strict=False):
                if sign in signs:
                    self.splices.append((signs[sign][0], signs[sign][0] + 1, after))
            self.splices.append((begin, begin, f"{text}\n"))
            self._expect(edit.article, at, [], [text])
            return
        other, end = signs[following[0]]
        first, second = self.text[begin + 1 : stop].strip(), self.text[other + 1 : end].strip()
        self.splices.append((begin, end, f"{edit.sign} {second}\n{following[0]} {first}\n"))
        self._expect(
            edit.article, at, [f"{edit.sign} {first}", following[0] + second],
            [f"{edit.sign} {second}", following[0] + first],
        )  # fmt: skip

    def _paragraphs(self, article: str) -> Iterator[tuple[int, int]]:
        start, end = self.spans[article]
        begins = [
            start + found.start() for found in re.finditer(f"[{_CIRCLED}]", self.text[start:end])
        ]
        begins = [at for at in begins if self.text[at - 1] in "\n )"]
        yield from zip(begins, [*begins[1:], end], strict=True)

    def _find(self, article: str, text: str) -> int:
        start, end = self.spans[article]
        assert self.text.count(text, start, end) == 1, (article, text)
        return self.text.index(text, start, end)

    def _expect(self, article: str, at: int, old: list[str], new: list[str]) -> None:
        expected = self.expected[article]
        expected.edits.append(at)
        expected.old_marks += old
        expected.new_marks += new

    def _renumber(self) -> None:
        """The headings and the rule's references to its own articles."""
        for article, (start, _) in self.spans.items():
            found = _HEADING.match(self.text, start)
            if (
                found
                and article not in self.struck
                and (new := self.renumbered(article)) != article
            ):
                self.splices.append((start, found.end(), new))
        taken = [(start, end) for start, end, _ in self.splices if end > start]
        for reference in self.old.document.references:
            start, end, place = reference.start, reference.end, _PLACE.match(reference.text)
            if reference.document or not place or any(s < end and start < e for s, e in taken):
                continue
            home = next((n for n, (s, e) in self.spans.items() if s <= start < e), None)
            new = self.renumbered(place[0]) + reference.text[place.end() :]
            if home and home not in self.struck and new != reference.text:
                self.splices.append((start, end, new))
                expected = self.expected[home]
                expected.old_marks.append(reference.text)
                expected.new_marks.append(new)

    def _spliced(self) -> tuple[str, tuple[tuple[int, int, str], ...]]:
        splices = sorted(self.splices, key=lambda each: (each[0], each[1]))
        pieces, at = [], 0
        for start, end, text in splices:
            assert start >= at, (self.text[start:end], text)
            pieces += [self.text[at:start], text]
            at = end
        return "".join([*pieces, self.text[at:]]), tuple(splices)


def _touched(old: str, new: str) -> list[str]:
    """What must be marked on the old side: nothing where words were only put in."""
    put_in = any(old == new[:at] + new[at + len(new) - len(old) :] for at in range(len(old)))
    return [] if put_in else [old]


def _number(article: str) -> int:
    return int(re.search(r"\d+", article)[0])


def reread(
    document: Document, text: str, splices: Sequence[tuple[int, int, str]], label: str = ""
) -> Version:
    """``document`` with another text, its tables moved, split again."""

    def moved(at: int) -> int:
        return at + sum(len(new) - (end - start) for start, end, new in splices if end <= at)

    tables = tuple(
        replace(table, start=moved(table.start), end=moved(table.end)) for table in document.tables
    )
    reading = Reading(text, tables=tables, title=document.title)
    found = documents_of(Path(document.source), document.format, "0", reading)[0]
    return Version(found, split(found), label or f"{len(splices)}곳")
