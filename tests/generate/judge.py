"""What a draft says that its sources don't, told without the copy guard's own code.

``onprem_rag``'s extractor is one witness of four: the others are plain patterns over the text.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from onprem_rag.korean.facts import extract
from onprem_rag.korean.numerals import number
from tests.generate.vocabularies import foreign

_NUMBER = "".join(
    re.escape(chr(code))
    for code in range(sys.maxunicode + 1)
    if unicodedata.category(chr(code))[0] == "N"
)
_RUN = re.compile(rf"[{_NUMBER}]+(?:[.,][{_NUMBER}]+)*")
_MARK = re.compile(r"\[\d{1,2}(?:\s?,\s?\d{1,2})*\]")
_LISTED = re.compile(r"(?m)^[^\S\n]*(?:(\d{1,2})[.)](?!\d)|([①-⑳]))")
_PLACE = re.compile(
    r"(?:제\s*\d+\s*[조항호장절관편회차](?:의\d+)?|별\s*표\s*\d+|별\s*지\s*(?:제\s*)?\d+|\d+\s*[조항]의\d+)"
)
_ENDS = (
    r"(?=$|[^가-힣]|이[상하내]|미만|초과|까지|부터|마다|동안"
    r"|[전후간당씩의에을를은는이가과와도만중로](?:$|[^가-힣]))"
)
_MEASURED = re.compile(
    r"(?<![\d.,])\d+(?:[.,]\d+)*[^\S\n]?(?:개월|시간|년|월|일|주|시|분|초(?!과)|[십백천만억]+\s?원|[만억]|원|명|인|회|건"
    rf"|점|개|조|항|호|목|급|배|할|%|퍼센트|km|㎞|m|킬로미터|미터|세|학점|차|부|쪽){_ENDS}"
)
_SINO = "일이삼사오육륙칠팔구십백천만억"
_SPELT = re.compile(
    rf"(?<![가-힣])제\s?(?P<place>[{_SINO}]{{1,6}})\s?(?P<level>[조항호])(?=제|[^가-힣]|$)"
    rf"|(?<![가-힣\d])(?P<count>[{_SINO}]{{2,9}})\s?(?P<unit>원|명|년|개월|퍼센트|%){_ENDS}"
    r"|(?<![가-힣\d])(?:(?:두|세|네|다섯|여섯|일곱|여덟|아홉|열)\s?(?:명|달|시간|개월)"
    rf"|사흘|열흘|보름|일주일){_ENDS}"
)


@dataclass(frozen=True, slots=True)
class Invented:
    """Something that stands in a draft and in no source."""

    witness: str  # fact, run, place, measured, spelt, letter
    text: str


def invented(
    draft: str, sources: Sequence[str], places: Sequence[str] = (), marks: int = 0
) -> list[Invented]:
    """All that ``draft`` invents; list numbers that count up and ``[1]`` … ``[marks]`` are free."""
    free = [*_marks(draft, marks), *_list_numbers(draft)]
    found = [
        Invented("fact", f"{kind} {value}") for kind, value in _facts(draft, sources, places, free)
    ]
    masked = draft
    for start, end in free:
        masked = masked[:start] + "\0" * (end - start) + masked[end:]
    said = [*sources, *places]
    runs = {run for text in said for run in _RUN.findall(text)}
    found += [Invented("run", run) for run in _RUN.findall(masked) if run not in runs]
    everything = "\n".join(said)
    values = {fact.value for text in said for fact in extract(text)}
    for witness, pattern in (("place", _PLACE), ("measured", _MEASURED), ("spelt", _SPELT)):
        for match in pattern.finditer(masked):
            if not _stands(match[0], everything) and not _same(match, values):
                found.append(Invented(witness, match[0]))
    known = set("".join(sources))
    found += [Invented("letter", sign) for sign in draft if foreign(sign) and sign not in known]
    return found


def _stands(words: str, text: str) -> bool:
    """Whether ``words`` stand there, blanks aside, and are not the end of a longer number."""
    start = r"(?<!\d)(?<!\d[.,])" if words[0].isdigit() else ""
    return re.search(start + _spaced(words), text) is not None


def _same(match: re.Match[str], values: set[str]) -> bool:
    """Whether it says what a source says otherwise: 3년 for 36개월, 제삼조 for 제3조."""
    if any(fact.value in values for fact in extract(match[0])):
        return True
    spelt = match.groupdict()
    numerals = spelt.get("place") or spelt.get("count")
    if not numerals:
        return False
    figure = number(numerals)
    if figure is None:  # 칠사팔명 is no number
        return True
    if spelt["place"]:
        return f"제{figure}{spelt['level']}" in values
    return any(fact.value in values for fact in extract(f"{figure}{spelt['unit']}"))


def _facts(
    draft: str, sources: Sequence[str], places: Sequence[str], free: Sequence[tuple[int, int]]
) -> Iterator[tuple[str, str]]:
    allowed = {(fact.kind, fact.value) for source in sources for fact in extract(source)}
    allowed |= {("reference", place) for place in places}
    text = "\n".join(sources)
    for fact in extract(draft):
        if (fact.kind, fact.value) in allowed or _titled(fact.value, text, places):
            continue
        if not any(start <= fact.start and fact.end <= end for start, end in free):
            yield fact.kind, fact.value


def _titled(value: str, text: str, places: Sequence[str]) -> bool:
    """Whether ``value`` is 「여비규정」 제9조 and a passage is headed 여비규정 제9조."""
    named = re.fullmatch(r"「(.+)」 (.+)", value)
    if not named:
        return False
    title, place = named.groups()
    article = re.match(r"제\d+조(?:의\d+)?", place)
    heads = {place, article[0]} if article and place in places else {place}
    return any(re.search(_spaced(title + head) + r"(?![\d의제])", text) for head in heads)


def _spaced(words: str) -> str:
    """A pattern of ``words`` that doesn't mind blanks."""
    return r"\s*".join(map(re.escape, "".join(words.split())))


def _marks(draft: str, marks: int) -> Iterator[tuple[int, int]]:
    for match in _MARK.finditer(draft):
        if all(1 <= int(number) <= marks for number in re.findall(r"\d+", match[0])):
            yield match.span()


def _list_numbers(draft: str) -> Iterator[tuple[int, int]]:
    """Numbers at the starts of lines that count up from 1."""
    last = 0
    for match in _LISTED.finditer(draft):
        number = int(match[1]) if match[1] else ord(match[2]) - ord("①") + 1
        if number in (1, last + 1):
            last = number
            yield match.span()
