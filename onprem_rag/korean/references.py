"""References to places in rules: 제10조의2제1항제3호가목, 별표 1, 별지 제2호서식, 부칙 제2조."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from onprem_rag.korean.text import fold

_ITEMS = "가나다라마바사아자차카타파하"
CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_LARGEST_RANGE = 50
_WIDEST_LINK = 60  # characters between two members of a list or range; more is a layout gap


@dataclass(frozen=True, slots=True)
class Reference:
    """One place that a text names; ``str()`` is its canonical form, without the document.

    ``start``/``end`` are the span of the place itself, so ``document`` lies before it.
    ``relative`` places (제1항) mean the article that they stand in. ``implied`` ones are the
    inner members of a range (제3조부터 제5조까지); their span is that of the connecting word.
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

    def __str__(self) -> str:
        inner = "".join(
            (
                f"제{self.paragraph}항" if self.paragraph is not None else "",
                f"제{self.subparagraph}호" if self.subparagraph is not None else "",
                f"의{self.branch}" if self.branch else "",
                f"{self.item}목" if self.item else "",
            )
        )
        head = self.annex or self.article or ""
        return (
            f"{head} {inner}" if inner and head and (self.annex or head == "부칙") else head + inner
        )


_B = r"\s{0,2}"
# "제10조의 2배" is not an Article 10-2.
_BRANCH = (
    rf"(?:{_B}의(?:\d{{1,3}}|\s{{1,2}}\d{{1,3}}(?!\d|\s?(?:분의|배|명|회|개|년|월|일|시|원|건|%|점"
    r"|퍼|주|급|세|인|천|만|억)))(?!\d))?"
)
_AMOUNT = (
    r"(?!\s{0,2}(?:여\s?)?(?:원|달러|엔|유로|위안)|\s{0,2}\d[\d,.]*\s?[십백천만억]"
    r"|\s{0,2}[일이삼사오육칠팔구]?[십백천]?[만억])"
)
_NOT_ARTICLE = r"(?!직|각(?!\s?[호항목])|건|합|원|금|사(?!항))"
_PARTICLE = r"(?=$|[^가-힣]|[에의는은를을가이와과로도만및제]|부터|까지|내지|중|또는|나|각\s?[호항])"
_ORDINAL = r"(?<![과문숙])제"
_ARTICLE = (
    rf"(?:(?:부칙{_B}(?:<[^<>\n]{{1,40}}>{_B})?)?{_ORDINAL}{_B}\d{{1,4}}{_B}조{_NOT_ARTICLE}"
    rf"|(?<![\d.,제십백천만억수여-])\d{{1,3}}{_B}조{_AMOUNT}(?:{_PARTICLE}|(?=\s?\d{{1,2}}\s?항)))"
    + _BRANCH
)
_PARAGRAPH = rf"(?:{_ORDINAL}{_B}(?:\d{{1,2}}|[{CIRCLED}]){_B}항(?![공목해]))"
_PLAIN_PARAGRAPH = rf"(?:(?<![\d.,제-])\d{{1,2}}\s?항(?![공목해구균생])|[{CIRCLED}]\s?항)"
_NOT_SUBPARAGRAPH = r"(?![기봉선실텔관]|차(?!목)|각(?!\s?목)|\s?담당|\s?객실)"
_SUBPARAGRAPH = rf"(?:{_ORDINAL}{_B}\d{{1,3}}{_B}호{_NOT_SUBPARAGRAPH}{_BRANCH})"
_PLAIN_SUBPARAGRAPH = rf"(?:(?<![\d.,제-])\d{{1,2}}\s?호{_NOT_SUBPARAGRAPH}{_BRANCH})"
_ITEM = rf"(?:[{_ITEMS}]{_B}목(?![적록표차사요공전격]))"
_LINK = r"\s{0,3}(?:의\s{1,2})?"
_TITLE = r"(?:\s?\([^()\n]{1,40}\))?"  # 제9조(숙박비) 제1항
_ANNEX = rf"별{_B}표{_B}(?:\d{{1,3}}{_BRANCH}|제{_B}\d{{1,3}}{_B}호{_BRANCH}(?!{_B}{_ITEM}))"
_SOLE_ANNEX = rf"별표(?={_B}제{_B}\d{{1,3}}{_B}호{_BRANCH}{_B}{_ITEM})"
_FORM = (
    rf"별{_B}지{_B}(?:제{_B})?\d{{1,3}}(?:-\d{{1,2}})?(?:{_B}호{_BRANCH}|{_BRANCH})"
    rf"(?:{_B}(?:의{_B})?서{_B}식)?"
)
_BELOW_PARAGRAPH = (
    rf"(?:{_LINK}(?:{_SUBPARAGRAPH}|{_PLAIN_SUBPARAGRAPH}))?(?:(?<=호|\d){_LINK}{_ITEM})?"
)
_SHAPE = re.compile(
    rf"{_ARTICLE}(?:[{CIRCLED}]|{_TITLE}{_LINK}(?:{_PARAGRAPH}|{_PLAIN_PARAGRAPH}))?"
    rf"(?:{_BELOW_PARAGRAPH})"
    rf"|(?:부칙{_B})?{_PARAGRAPH}{_BELOW_PARAGRAPH}|{_PLAIN_PARAGRAPH}{_BELOW_PARAGRAPH}"
    rf"|{_FORM}|(?:{_ANNEX}|{_SOLE_ANNEX}){_BELOW_PARAGRAPH}"
    rf"|{_SUBPARAGRAPH}(?:{_LINK}{_ITEM})?|(?<![가-힣]){_ITEM}"
)
_ARTICLE_PART = re.compile(r"(\d+)조(?:의(\d+))?")
_PARAGRAPH_PART = re.compile(rf"(\d+)항|([{CIRCLED}])")
_SUBPARAGRAPH_PART = re.compile(r"(\d+)호(?:의(\d+))?")
_ITEM_PART = re.compile(rf"([{_ITEMS}])목$")
_ANNEX_PART = re.compile(r"별표(?:제?(\d+)(호)?(?:의(\d+))?)?")
_FORM_PART = re.compile(r"별지제?([\d-]+)(?:호)?(?:의(\d+))?")
_PARENTHESIS = re.compile(r"\([^()]*\)|<[^<>]*>")
_DOCUMENT_BEFORE = re.compile(
    r"[「『]([^「」『』]{1,80})[」』]\s*(?:\([^()]{0,60}\)\s*)?(?:\[?\s*)?$"
)
_SAME_BEFORE = re.compile(r"(?:같은|동)\s?(조|항|호|법|영|규칙|규정|지침|법률|시행령)\s{0,2}$")
_RANGE = re.compile(r"\s*(?:\([^()]{0,40}\))?\s*(?:부터|내지|에서|~|-)\s*")
_LIST = re.compile(
    r"\s*(?:\([^()]{0,40}\))?\s*(?:까지|의\s?규정)?(?:\s*(?:,|·|및|또는|이나|나|와|과|부터|내지|~|-"
    r"|의\s?규정)){1,2}\s*"
)


def find_references(text: str) -> list[Reference]:
    """Return the references in ``text`` in text order, with the members of its ranges."""
    return list(_references(text))


@lru_cache(maxsize=512)
def _references(text: str) -> tuple[Reference, ...]:
    folded = fold(text)
    found: list[Reference] = []
    last: Reference | None = None
    for match in _SHAPE.finditer(folded):
        reference = _read(match, text)
        reference = _in_context(reference, last, folded)
        if last and _links(_RANGE, folded, last, reference):
            found.extend(_between(last, reference, text))
        found.append(reference)
        last = reference
    return tuple(found)


def _links(pattern: re.Pattern[str], folded: str, last: Reference, following: Reference) -> bool:
    """Whether ``pattern`` is what stands between the two; it backtracks, so only over a few."""
    if following.start - last.end > _WIDEST_LINK:
        return False
    return bool(pattern.fullmatch(folded, last.end, following.start))


def _read(match: re.Match[str], text: str) -> Reference:
    written = "".join(_PARENTHESIS.sub("", match.group()).split())
    annex, written = _annex(written)
    article = None
    if part := _ARTICLE_PART.search(written):
        article = f"제{int(part[1])}조" + (f"의{int(part[2])}" if part[2] else "")
    if written.startswith("부칙"):
        article = f"부칙 {article}" if article else "부칙"
    paragraph = _PARAGRAPH_PART.search(written)
    subparagraph = _SUBPARAGRAPH_PART.search(written)
    item = _ITEM_PART.search(written)
    number = None
    if paragraph:
        number = int(paragraph[1]) if paragraph[1] else CIRCLED.index(paragraph[2]) + 1
    return Reference(
        document=None,
        article=article,
        paragraph=number,
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
    number = f" {int(part[1])}" if part[1] else ""
    return f"별표{number}{branch}", written[part.end() :]


def _in_context(reference: Reference, last: Reference | None, folded: str) -> Reference:
    """Complete ``reference`` with its document, and with what a list or 같은 조 leaves out."""
    before = folded[max(0, reference.start - 150) : reference.start]
    if document := _DOCUMENT_BEFORE.search(before):
        return replace(reference, document=" ".join(document[1].split()))
    if last is None:
        return reference
    if same := _SAME_BEFORE.search(before):
        return _after_same(reference, last, same[1])
    if not _links(_LIST, folded, last, reference):
        return reference
    if reference.article or reference.annex:
        return replace(reference, document=last.document)
    if reference.paragraph:
        return _under(reference, last, None) if last.paragraph else reference
    if reference.subparagraph:
        return _under(reference, last, last.paragraph) if last.subparagraph else reference
    if not last.item:
        return reference
    inherited = _under(reference, last, last.paragraph)
    return replace(inherited, subparagraph=last.subparagraph, branch=last.branch)


def _after_same(reference: Reference, last: Reference, same: str) -> Reference:
    if reference.annex:  # it lies in no 조
        return reference
    if same == "조" and not reference.article:
        return _under(reference, last, None)
    if same in "항호" and not reference.paragraph and not reference.article:
        inherited = _under(reference, last, last.paragraph)
        subparagraph = last.subparagraph if same == "호" else reference.subparagraph
        return replace(inherited, subparagraph=subparagraph)
    return replace(reference, document=last.document) if reference.article else reference


def _under(reference: Reference, last: Reference, paragraph: int | None) -> Reference:
    return replace(
        reference,
        document=last.document,
        article=last.article,
        annex=last.annex,
        paragraph=reference.paragraph or paragraph,
        relative=last.article is None and last.annex is None,
    )


def _between(first: Reference, last: Reference, text: str) -> Iterator[Reference]:
    """Yield the members that a range implies between its two ends."""
    blank = replace(
        last, start=first.end, end=last.start, text=text[first.end : last.start], implied=True
    )
    if last.item and first.item:
        names = _ITEMS[_ITEMS.index(first.item) + 1 : _ITEMS.index(last.item)]
        yield from (replace(blank, item=name) for name in names)
    elif last.subparagraph and first.subparagraph and not (first.branch or last.branch):
        for number in _inner(first.subparagraph, last.subparagraph):
            yield replace(blank, subparagraph=number)
    elif last.paragraph and first.paragraph and not last.subparagraph:
        yield from (replace(blank, paragraph=n) for n in _inner(first.paragraph, last.paragraph))
    elif last.article and first.article and not (first.paragraph or last.paragraph):
        one, two = _ARTICLE_PART.search(first.article), _ARTICLE_PART.search(last.article)
        if one and two and one[1] == two[1]:
            for number in _inner(int(one[2] or 1), int(two[2] or 1)):
                yield replace(blank, article=f"제{one[1]}조의{number}")
        elif one and two:
            end = int(two[1]) + (1 if two[2] else 0)  # up to 제12조의2 takes 제12조 in
            for number in _inner(int(one[1]), end):
                yield replace(blank, article=f"제{number}조")


def _inner(first: int, last: int) -> range:
    return range(first + 1, last) if last - first < _LARGEST_RANGE else range(0)
