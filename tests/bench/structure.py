"""How exactly a rule's structure is found: statutes against their headings, numbers that run on."""

from __future__ import annotations

import re
import textwrap
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from xml.etree import ElementTree

from ingest.files import read_bytes
from ingest.readers.reading import read
from ingest.readers.result import Reading
from ingest.split.contents import lines_of
from ingest.split.gaps import gaps_in, main_articles
from ingest.split.marks import mark_of
from ingest.split.outline import marks_of
from ingest.split.places import places_of
from ingest.split.splitting import documents_of, split
from onprem_rag.records import Document, Page

_HEADING = re.compile(r"#+ +(제\d+(조|편|장|절|관)(?:의\d+)?|부칙)")
_PARAGRAPH = re.compile(r"\*\*([①-⑳㉑-㉟㊱-㊿])\*\*")
_NUMBER = re.compile(r"\s*(\d+(?:의\d+)?)\\\.")
_LETTER = re.compile(r"\s*([가-하])\\\.")
_SIGNS = re.compile(r"[*\\|]|^#+ +")
LAYOUTS = ("blank lines", "no blank lines", "heading and text in one line", "wrapped lines")


@dataclass(frozen=True, slots=True)
class Border:
    """A heading or an enumeration sign: its level (조, 항 …), its label, and where it stands."""

    level: str
    label: str
    at: int


def flattened(markdown: str, layout: str) -> tuple[str, list[Border]]:
    """A statute without any Markdown mark, and the borders that its marks stood for."""
    lines = markdown.split("\n---\n", 1)[-1].split("\n")
    if layout != LAYOUTS[0]:
        lines = [line.strip() for line in lines if line.strip()]
    text = ""
    borders: list[Border] = []
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        plain = _SIGNS.sub("", line)
        found = _border_of(line)
        if found and not (borders and borders[-1].level == "부칙"):  # which has no marks of its own
            borders.append(Border(*found, len(text) + len(plain) - len(plain.lstrip())))
        if line.startswith("#") and not following.startswith("#") and layout in LAYOUTS[2:]:
            text += plain + (" " if "조" in plain.split("(")[0] else "\n")
        elif layout == LAYOUTS[3]:
            text += textwrap.fill(plain, 60, break_on_hyphens=False) + "\n"
        else:
            text += plain + "\n"
    return text, borders


def _border_of(line: str) -> tuple[str, str] | None:
    """(level, label) of the border that a Markdown mark makes of the line."""
    if heading := _HEADING.match(line):
        return heading[2] or "부칙", heading[1]
    for level, sign in (("항", _PARAGRAPH), ("호", _NUMBER), ("목", _LETTER)):
        if found := sign.match(line):
            return level, found[1]
    return None


def found_in(document: Document) -> list[Border]:
    """The borders that the product finds in the main part of a rule, and its first 부칙."""
    marks = marks_of(document.text, document.tables)
    borders = [
        Border(mark.level, re.split(r"[ (]", mark.label)[0], mark.start)
        for mark in marks
        if mark.level in "편장절관"
    ]
    borders += [Border("부칙", "부칙", m.start) for m in marks if m.level == "부칙"][:1]
    for place in places_of(document.text, marks):
        if place.annex or place.article.startswith("부칙"):
            continue
        if place.item:
            borders.append(Border("목", place.item, place.start))
        elif place.subparagraph:
            branch = f"의{place.branch}" if place.branch else ""
            borders.append(Border("호", f"{place.subparagraph}{branch}", place.start))
        elif place.paragraph:
            borders.append(Border("항", document.text[place.start], place.start))
        else:
            borders.append(Border("조", place.article, place.start))
    return borders


def gold_in(text: str, borders: list[Border]) -> tuple[Document, list[Border]]:
    """The document that the product makes of ``text``, and where the borders are in it.

    The borders pass as pages: whatever the product takes out of a text, it keeps their offsets.
    """
    ends = [border.at for border in borders[1:]] + [len(text)]
    pages = tuple(
        Page(number, border.at, end)
        for number, (border, end) in enumerate(zip(borders, ends, strict=True))
    )
    (document,) = documents_of(Path("a.txt"), "txt", "0" * 64, Reading(text, pages))
    starts = {page.number: page.start for page in document.pages}
    return document, [
        Border(border.level, border.label, _filled(document.text, starts[number]))
        for number, border in enumerate(borders)
        if number in starts
    ]


def _filled(text: str, at: int) -> int:
    """The first character at or after ``at`` that is no blank."""
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def statute_borders(
    shared: Path, layout: str, chosen: slice = slice(None)
) -> Iterator[tuple[str, Document, set[Border], set[Border]]]:
    """(statute, document, gold borders, found borders) of each ``chosen`` statute."""
    for path in sorted((shared / "statutes").iterdir())[chosen]:
        document, gold = gold_in(*flattened(path.read_text(encoding="utf-8"), layout))
        found = {Border(b.level, b.label, _filled(document.text, b.at)) for b in found_in(document)}
        yield path.stem, document, set(gold), found


def statutes(shared: Path) -> None:
    """Borders in the 150 statutes as plain text, in three layouts, against their headings."""
    for layout in LAYOUTS:
        right: Counter[str] = Counter()
        gold_count: Counter[str] = Counter()
        found_count: Counter[str] = Counter()
        for _, _, gold, found in statute_borders(shared, layout):
            right.update(b.level for b in gold & found)
            gold_count.update(b.level for b in gold)
            found_count.update(b.level for b in found)
        for level in ("편", "장", "절", "관", "조", "항", "호", "목", "부칙"):
            print(
                f"statutes, {layout:<29} {level:<2} {gold_count[level]:>6} in the source: "
                f"precision {right[level] / max(found_count[level], 1):.4f}  "
                f"recall {right[level] / max(gold_count[level], 1):.4f}",
                flush=True,
            )


@dataclass(frozen=True, slots=True)
class Run:
    """How the article numbers of one rule's main part run on."""

    title: str
    articles: int  # headings of articles, those of the addenda too
    gaps: tuple[str, ...]  # "제24조 → 제26조"
    repeats: tuple[str, ...]  # lines that look like headings and are none


def documents_in(path: Path) -> list[Document]:
    """The documents of one file, as the product reads it."""
    file_format, sha256, reading = read(path, read_bytes(path))
    return documents_of(path, file_format, sha256, reading)


def run_of(document: Document) -> Run | None:
    """The run of a rule's numbers; None for a document without articles."""
    marks = marks_of(document.text, document.tables)
    main_end = next((m.start for m in marks if m.level in ("부칙", "별표")), len(document.text))
    main = main_articles(document)
    if not main:
        return None
    starts = {mark.start for mark in main}
    repeats = [
        line[:40]
        for start, line in lines_of(document.text[:main_end])
        if start not in starts
        and (mark := mark_of(line, start))
        and mark.level == "조"
        and mark.certain
        and mark.number <= main[-1].last
    ]
    articles = sum(mark.level == "조" for mark in marks)
    return Run(document.title, articles, gaps_in(main), tuple(repeats))


def numbers(shared: Path) -> None:
    """Whether the article numbers of each rule run on, with every exception."""
    rules = exceptions = 0
    for folder in ("regulations-pdf", "regulations-hwp", "regulations-hwpx"):
        runs = [
            run
            for path in sorted((shared / folder).iterdir())
            for document in documents_in(path)
            if (run := run_of(document))
        ]
        wrong = [run for run in runs if run.gaps or run.repeats]
        print(
            f"{folder:<20} {len(runs)} rules, {sum(run.articles for run in runs)} articles; "
            f"numbers run on in {len(runs) - len(wrong)}"
        )
        for run in wrong:
            print(f"    {run.title}: {', '.join(run.gaps + run.repeats)}")
        rules += len(runs)
        exceptions += len(wrong)
    print(f"all: {rules - exceptions} of {rules} = {(rules - exceptions) / rules:.4f}", flush=True)


_XML_HEADING = re.compile(
    r"\s*(제\s*\d+\s*조(?:\s*의\s*\d+)?)\s*(?:내지\s*제\s*\d+\s*조\s*)?[(（\[【〔<]"
)
_LISTED = re.compile(r"(\S[^\t\n]*?)\s*\t\s*\d+-\d+-\d+")


def labels_in_xml(path: Path) -> list[str]:
    """The articles of an HWPX by a count of its own: paragraphs that begin with 제N조 (or <."""
    labels: list[str] = []
    with zipfile.ZipFile(path) as archive:
        sections = sorted(n for n in archive.namelist() if re.search(r"section\d+\.xml$", n))
        for name in sections:
            for _, element in ElementTree.iterparse(archive.open(name)):
                if not element.tag.endswith("}p"):
                    continue
                runs = (run for run in element if run.tag.endswith("}run"))
                parts = (part for run in runs for part in run if part.tag.endswith("}t"))
                text = "".join("".join(part.itertext()) for part in parts)
                if found := _XML_HEADING.match(text):
                    labels.append("".join(found[1].split()))
                element.clear()
    return labels


def book(shared: Path) -> None:
    """The rule book: its rules against its table of contents, its articles against its XML."""
    (path,) = (shared / "regulations-hwpx").iterdir()
    text = read(path, read_bytes(path))[2].text
    head = text[: text.index("\n제1조")]
    listed = {_squeezed(name) for name in _LISTED.findall(head)}
    documents = documents_in(path)
    titles = Counter(_squeezed(document.title) for document in documents)
    in_force = {title for title in listed if "폐지" not in title}
    found = in_force & titles.keys()
    print(
        f"rule book: {len(documents)} documents; in its table of contents {len(in_force)} rules "
        f"in force, found {len(found)}; {len(listed - in_force)} repealed, found "
        f"{len((listed - in_force) & titles.keys())}; not found: "
        f"{', '.join(sorted(listed - titles.keys())) or 'none'}; not in the table: "
        f"{', '.join(sorted(titles.keys() - listed)) or 'none'}"
    )
    gold = labels_in_xml(path)
    marks = [
        mark.label
        for document in documents
        for mark in marks_of(document.text, document.tables)
        if mark.level == "조"
    ]
    blocks = SequenceMatcher(None, gold, marks, autojunk=False).get_matching_blocks()
    same = sum(block.size for block in blocks)
    print(
        f"rule book: {len(gold)} paragraphs of the XML begin like articles, "
        f"{len(marks)} articles found, {same} of them in both ({same / len(gold):.4f})"
    )
    contents = sum(
        passage.start < each.end and each.start < passage.end
        for document in documents
        for passage in split(document)
        for each in document.furniture
        if each.kind == "차례"
    )
    print(f"rule book: {contents} passages from its table of contents", flush=True)


def _squeezed(title: str) -> str:
    return re.sub(r"[\s․·ㆍ‧･⋅・]", "", title)


def structure(shared: Path, work: Path) -> None:
    """Headings, article numbers, and the rule book."""
    statutes(shared)
    numbers(shared)
    book(shared)
