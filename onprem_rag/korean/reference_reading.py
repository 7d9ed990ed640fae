"""One written place read into its parts: 제10조의2제1항제3호가목, 별표 1, 별지 제2호서식."""

from __future__ import annotations

import re
from dataclasses import dataclass

from onprem_rag.korean.numerals import number
from onprem_rag.korean.reference_shapes import CIRCLED, ITEMS, SPELT_PART, SPELT_SHAPE

ARTICLE_PART = re.compile(r"(\d+)조(?:의(\d+))?")
_PARAGRAPH_PART = re.compile(rf"(\d+)항|([{CIRCLED}])")
_SUBPARAGRAPH_PART = re.compile(r"(\d+)호(?:의(\d+))?")
_ITEM_PART = re.compile(rf"([{ITEMS}])목$")
_ANNEX_PART = re.compile(r"별표(?:제?(\d+)(호)?(?:의(\d+))?)?")
_FORM_PART = re.compile(r"별지제?([\d-]+)(?:호)?(?:의(\d+))?")
_PARENTHESIS = re.compile(r"\([^()]*\)|<[^<>]*>")


@dataclass(frozen=True, slots=True)
class Reference:
    """One place that a text names; ``str()`` is its canonical form, without the document.

    ``start``/``end`` are the span of the place itself, so ``document`` lies before it.
    ``relative`` places (제1항) mean the article that they stand in. ``implied`` ones are the
    inner members of a range (제3조부터 제5조까지); their span is that of the connecting word.
    ``back`` is what counts from where the text stands: 전항, 전조, 전2항.
    """

    document: str | None  # only when in 「」
    article: str | None  # "제10조의2", "부칙 제2조"
    paragraph: int | None
    subparagraph: int | None
    item: str | None  # "가"
    annex: str | None  # "별표 1", "별지 제2호서식"
    relative: bool
    start: int
    end: int
    text: str
    branch: int | None = None  # 제3호의2 → 2
    implied: bool = False
    back: str | None = None

    @property
    def place(self) -> str:
        """The article or the annex as the library writes it; "" for neither."""
        return self.annex or self.article or ""

    def __str__(self) -> str:
        inner = "".join(
            (
                f"제{self.paragraph}항" if self.paragraph is not None else "",
                f"제{self.subparagraph}호" if self.subparagraph is not None else "",
                f"의{self.branch}" if self.branch else "",
                f"{self.item}목" if self.item else "",
            )
        )
        head = self.place or self.back or ""
        return (
            f"{head} {inner}" if inner and head and (self.annex or head == "부칙") else head + inner
        )


def read_place(match: re.Match[str], text: str) -> Reference:
    """The place that ``match`` (of a shape) writes in ``text``, as it stands there alone."""
    written = "".join(_PARENTHESIS.sub("", match.group()).replace(",", "").split())
    if match.re is SPELT_SHAPE:
        written = SPELT_PART.sub(lambda spelt: str(number(spelt[0])), written)
    annex, written = _annex(written)
    article = None
    if part := ARTICLE_PART.search(written):
        article = f"제{int(part[1])}조" + (f"의{int(part[2])}" if part[2] else "")
    if written.startswith("부칙"):
        article = f"부칙 {article}" if article else "부칙"
    paragraph = _PARAGRAPH_PART.search(written)
    subparagraph = _SUBPARAGRAPH_PART.search(written)
    item = _ITEM_PART.search(written)
    figure = None
    if paragraph:
        figure = int(paragraph[1]) if paragraph[1] else CIRCLED.index(paragraph[2]) + 1
    return Reference(
        document=None,
        article=article,
        paragraph=figure,
        subparagraph=int(subparagraph[1]) if subparagraph else None,
        item=item[1] if item else None,
        annex=annex,
        relative=article is None and annex is None,
        start=match.start(),
        end=match.end(),
        text=text[match.start() : match.end()],
        branch=int(subparagraph[2]) if subparagraph and subparagraph[2] else None,
    )


def _annex(written: str) -> tuple[str | None, str]:
    """Return the canonical annex or form, and what is written after it."""
    if part := _FORM_PART.match(written):
        branch = f"의{int(part[2])}" if part[2] else ""
        return f"별지 제{part[1]}호{branch}서식", ""
    if not (part := _ANNEX_PART.match(written)):
        return None, written
    if part[2] and _ITEM_PART.search(written):  # the only annex: 별표 제1호가목
        return "별표", written[2:]
    branch = f"의{int(part[3])}" if part[3] else ""
    figure = f" {int(part[1])}" if part[1] else ""
    return f"별표{figure}{branch}", written[part.end() :]
