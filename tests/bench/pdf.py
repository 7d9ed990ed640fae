"""Spaces and letters of PDF text: three engines and our reader, and what our reader costs.

A *break* is a blank or a line's end between two letters. Two measures of breaks:

- over the sample in ``tests/data/pdf_spaces.jsonl``, whose breaks were set by eye from the pages'
  images, soft line breaks included: a word that goes on over a line's end has none there;
- over all pages, inside lines, against the best engine of each page: the one with the largest
  share of words that stand in at least three of the other files.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

import pypdf
import pypdfium2

from ingest.readers.pdf.lost import pieces_of
from ingest.readers.pdf.reader import read_pdf
from ingest.readers.pdf.text import Places, cleaned, lines_on
from tests.conftest import PROJECT

SAMPLE = PROJECT / "tests" / "data" / "pdf_spaces.jsonl"
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Spaced:
    """The letters of a page, before which of them a break stands, and which break ends a line."""

    letters: str
    breaks: frozenset[int]
    ends: frozenset[int]


def spaced(text: str) -> Spaced:
    """A page's text as letters and breaks."""
    letters: list[str] = []
    breaks: set[int] = set()
    ends: set[int] = set()
    for line in text.splitlines():
        for word in cleaned(line).split():
            breaks.add(len(letters))
            letters += word
        ends.add(len(letters))
    inside = range(1, len(letters))
    return Spaced("".join(letters), frozenset(breaks & {*inside}), frozenset(ends & {*inside}))


def pdf_text(shared: Path, _work: Path) -> None:
    """The tables, over the 52 rule books."""
    paths = sorted((shared / "regulations-pdf").glob("*.pdf"))
    data = [path.read_bytes() for path in paths]
    pages = {name: [engine(book) for book in data] for name, engine in ENGINES.items()}
    if "pdfplumber" not in pages:
        print("pdfplumber is not installed: without it")
    texts = {
        name: [spaced(page) for book in books for page in book] for name, books in pages.items()
    }
    count = len(texts["ours, by line"])
    print(f"{len(paths)} files, {count} pages; letters lost or gained against the other engines:")
    for name, own in texts.items():
        others = [texts[other] for other in texts if other != name]
        lost = sum(_lost(own[at], [other[at] for other in others]) for at in range(count))
        gained = sum(_gained(own[at], [other[at] for other in others]) for at in range(count))
        print(
            f"  {name:14} {sum(len(page.letters) for page in own):7,} letters, "
            f"{lost:3} lost, {gained:3} gained"
        )
    _sample(paths, pages)
    _best(pages, texts)


def _sample(paths: Sequence[Path], pages: dict[str, list[list[str]]]) -> None:
    names = [path.name for path in paths]
    gold = [json.loads(line) for line in SAMPLE.read_text().splitlines()]
    whole = {name: books for name, books in pages.items() if name != "ours, by line"}
    whole["our reader"] = [_by_page(path.read_bytes()) for path in paths]
    total = sum(len(page["breaks"]) for page in gold)
    print(f"breaks on {len(gold)} pages set by eye, {total:,} of them:")
    reference: dict[int, Spaced] = {}
    for name, books in reversed(whole.items()):
        right = found = true = 0
        for at, page in enumerate(gold):
            own = spaced(books[names.index(page["file"])][page["page"] - 1])
            if name == "our reader":
                reference[at] = own
                if _digest(own.letters) != page["digest"]:
                    print(f"  other letters than were labelled: {page['file']} {page['page']}")
            hits, mine, theirs = _hits(own, reference[at].letters, {*page["breaks"]}, None)
            right, found, true = right + hits, found + mine, true + theirs
        print(_row(name, right, found, true))


def _best(pages: dict[str, list[list[str]]], texts: dict[str, list[Spaced]]) -> None:
    engines = [name for name in pages if name != "ours, by line"]
    files: Counter[str] = Counter()
    for book in zip(*(pages[name] for name in engines), strict=True):
        files.update({word for version in book for page in version for word in page.split()})
    best = [
        engines[max(range(len(engines)), key=lambda at: _known(versions[at], files))]
        for book in zip(*(pages[name] for name in engines), strict=True)
        for versions in zip(*book, strict=True)
    ]
    print(f"breaks inside lines against the best engine of each page: {dict(Counter(best))}")
    for name, own in texts.items():
        right = found = true = 0
        for at, judge in enumerate(best):
            other = texts[judge][at]
            hits, mine, theirs = _hits(own[at], other.letters, {*other.breaks}, {*other.ends})
            right, found, true = right + hits, found + mine, true + theirs
        print(_row(name, right, found, true))


def _known(text: str, files: Counter[str]) -> float:
    words = text.split()
    return sum(files[word] > 3 for word in words) / max(len(words), 1)


def _hits(
    own: Spaced, letters: str, breaks: set[int], ends: set[int] | None
) -> tuple[int, int, int]:
    """(right, found, true) breaks at the places between letters that both texts have.

    With ``ends``, the line ends of the other text, those of both are left out.
    """
    right = found = true = 0
    left_out = own.ends if ends is not None else frozenset()
    for mine, theirs, size in _aligned(own.letters, letters):
        for step in range(1, size):
            here, there = mine + step, theirs + step
            if here in left_out or there in (ends or ()):
                continue
            right += here in own.breaks and there in breaks
            found += here in own.breaks
            true += there in breaks
    return right, found, true


def _aligned(one: str, two: str) -> Iterable[tuple[int, int, int]]:
    if one == two:
        return [(0, 0, len(one))]
    return SequenceMatcher(None, one, two, autojunk=False).get_matching_blocks()


def _lost(own: Spaced, others: Sequence[Spaced]) -> int:
    """Letters that all others have more of."""
    shared = Counter(others[0].letters)
    for other in others[1:]:
        shared &= Counter(other.letters)
    return (shared - Counter(own.letters)).total()


def _gained(own: Spaced, others: Sequence[Spaced]) -> int:
    any_ = Counter[str]()
    for other in others:
        any_ |= Counter(other.letters)
    return (Counter(own.letters) - any_).total()


def _row(name: str, right: int, found: int, true: int) -> str:
    precision, recall = right / max(found, 1), right / max(true, 1)
    score = 2 * right / max(found + true, 1)
    return f"  {name:14} precision {precision:.4f}  recall {recall:.4f}  F1 {score:.4f}"


def _digest(letters: str) -> str:
    return hashlib.sha256(letters.encode()).hexdigest()[:16]


def _pdfium(data: bytes) -> list[str]:
    with pypdfium2.PdfDocument(data) as document:
        return [page.get_textpage().get_text_range() for page in document]


def _pypdf(data: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages]


def _plumber(data: bytes) -> list[str]:
    import pdfplumber

    with pdfplumber.open(io.BytesIO(data)) as book:
        return [page.extract_text() for page in book.pages]


def _lines(data: bytes) -> list[str]:
    return list(_line_pages(data))


def _line_pages(data: bytes) -> Iterator[str]:
    with pypdfium2.PdfDocument(data) as document:
        for at in range(len(document)):
            with closing(document[at]) as page, closing(page.get_textpage()) as textpage:
                pieces = pieces_of(page, textpage)
                lines = lines_on(document, at, page, Places(textpage), pieces)
                yield "\n".join(line.text for line in lines)


def _by_page(data: bytes) -> list[str]:
    reading = read_pdf(data)
    return [reading.text[page.start : page.end] for page in reading.pages]


def _engines() -> dict[str, Callable[[bytes], list[str]]]:
    engines: dict[str, Callable[[bytes], list[str]]] = {"pypdfium2": _pdfium, "pypdf": _pypdf}
    try:
        import pdfplumber  # noqa: F401
    except ImportError:
        pass
    else:
        engines["pdfplumber"] = _plumber
    return {**engines, "ours, by line": _lines}


ENGINES = _engines()
