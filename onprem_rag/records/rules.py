"""Records of rules: documents, their passages and versions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a paginated source: its number (from 1) and its span in ``Document.text``.

    ``confidence`` in [0, 1] is that of the recognised words where the page had to be recognised
    (OCR); None where the page has a text layer.
    """

    number: int
    start: int
    end: int
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose rows are the lines of ``text[start:end]``, each with its header repeated.

    ``rows`` is the grid with merged cells resolved (their text stands in every place that they
    cover); the first ``header`` of them are header rows. ``merged``: the places (row, column) whose
    cell began in the row above; None where nobody has noted them.
    """

    start: int
    end: int
    header: int
    rows: tuple[tuple[str, ...], ...]
    merged: tuple[tuple[int, int], ...] | None = None


@dataclass(frozen=True, slots=True)
class Furniture:
    """A span of the text that no passage holds, and why: 표지, 차례, 제목, 연혁, 장 제목 …."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Amendment:
    """A mark such as ``<개정 2020. 1. 1.>``, which was taken out of the text at ``at``."""

    at: int
    text: str  # as it stood
    action: str  # 개정, 신설, 삭제, 전문개정, 본조신설, 제목개정, 종전 … 이동
    dates: tuple[str, ...]  # 2020-01-01


@dataclass(frozen=True, slots=True)
class CrossReference:
    """A place that a rule names: ``text`` is ``document.text[start:end]``."""

    start: int
    end: int
    text: str
    document: str | None  # the other rule's title or short form; None for the rule's own places
    place: str  # "제5조제2항", "별표 1"; 전항 and the like resolved
    target: tuple[int, int] | None = None  # span in this document's text, where the place exists


@dataclass(frozen=True, slots=True)
class Document:
    """One rule: its title, where it came from, its whole text, and what is known about it.

    Amendment marks are not in ``text``; ``amendments`` says which stood where. Dates are ISO
    (2020-01-01).
    """

    title: str
    kind: str  # 법률, 규정, 규칙, 지침 …; "문서" when none is stated
    source: str  # path of the file as it was given to ``ingest``
    format: str  # hwp, hwpx, hml, pdf, docx, xlsx, csv, html, txt, md
    sha256: str  # of the file's bytes
    text: str
    pages: tuple[Page, ...] = ()
    tables: tuple[Table, ...] = ()
    furniture: tuple[Furniture, ...] = ()
    amendments: tuple[Amendment, ...] = ()
    references: tuple[CrossReference, ...] = ()
    enacted: str | None = None  # 제정
    amended: tuple[str, ...] = ()  # 개정, oldest first
    effective: str | None = None  # 시행일 of the latest wording
    department: str | None = None  # 소관부서
    id: int = 0  # set by the library; 0 before it is stored


class State(StrEnum):
    """What a version of a rule is on a day."""

    IN_FORCE = "in_force"
    NOT_YET = "not_yet"
    SUPERSEDED = "superseded"  # by a newer version
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Version:
    """One content of a rule, and the days on which it is in force. Days are ISO (2020-01-01).

    A rule is its title and kind (a text without a kind: its file); its versions follow one another.
    """

    document_id: int
    rule: str  # what its versions have in common
    title: str
    kind: str
    source: str  # the file that it was read from
    since: str  # "": from ever
    dated: bool  # the rule, its file's name or the admin says since when
    taken: int  # the revision of the library that took it in last
    until: str | None = None  # exclusive; None: no end is known
    withdrawn: str | None = None  # the day on which it was taken out of force
    number: int = 0  # 1 is the rule's oldest version
    # The day from which it is no more, by its own words (유효기간) or those that repeal it (폐지).
    lapses: str | None = None
    lapses_by: int | None = None  # the document that repeals it


@dataclass(frozen=True, slots=True)
class FileRead:
    """What a file was when it was read last, and which documents (ids) it held."""

    source: str
    sha256: str
    read_by: int  # the version of the readers
    documents: tuple[int, ...]
    notes: tuple[str, ...] = ()  # Korean; what the admin is told when the run ends


@dataclass(frozen=True, slots=True)
class Done:
    """One thing that was done to the library; ``revision`` and ``generation`` were live then.

    Where the gate ``refused`` it, nothing was done, and ``summary`` is what was to be. ``fallen``:
    the questions with which it failed the gate, refused or forced.
    """

    number: int
    at: str  # local time, ISO
    action: str  # add, sync, remove, rollback, migrate
    revision: int
    generation: str
    summary: tuple[str, ...]  # Korean, a line a change
    who: str = ""  # the account on the server; "" before that was noted
    refused: bool = False
    fallen: tuple[str, ...] = ()  # Korean, a line a question


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit that is searched and cited: ``text == document.text[start:end]``."""

    document: str  # the document's title
    path: tuple[str, ...]  # ("제2장 근무", "제15조(연차휴가)")
    article: str | None  # "제15조", "제10조의2", "별표 1", "부칙 제1조"; None outside articles
    paragraph: str | None  # "①" when a long article was split by 항
    title: str  # "연차휴가", or "" where the article has none
    text: str
    start: int
    end: int
    page: int | None = None
    document_id: int = 0  # set by the library
    id: int = 0  # set by the library
    subparagraph: str | None = None  # "3" when a long 항 was split by 호: the first 호 in it


@dataclass(frozen=True, slots=True)
class Edition:
    """Of which version of a rule a text is."""

    number: int  # 1 is the rule's oldest version
    since: str  # the day from which it is in force; "" where none is stated
    undated: bool  # none is stated, and that says something: other rules state theirs
