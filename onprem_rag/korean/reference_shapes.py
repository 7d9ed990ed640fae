"""What references look like: patterns of places, of words such as 전항, and of spelt numbers."""

from __future__ import annotations

import re

ITEMS = "가나다라마바사아자차카타파하"
CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"

_B = r"\s{0,2}"
# Any number, however large: 제4821조 stands in no rule, and must not be read as 제482조.
_FIGURE = r"(?:\d{1,3}(?:,\d{3}){1,3}(?!\d)|\d{1,9}(?!\d))"
# "제10조의 2배" is not an Article 10-2.
_BRANCH = (
    rf"(?:{_B}의(?:\d{{1,3}}|\s{{1,2}}\d{{1,3}}(?!\d|\s?(?:분의|배|명|회|개|년|월|일|시|원|건|%|점"
    r"|퍼|주|급|세|인|천|만|억)))(?!\d|[십백천억]))?"
)
_AMOUNT = (
    r"(?!\s{0,2}(?:여\s?)?(?:원|달러|엔|유로|위안)|\s{0,2}\d[\d,.]*\s?[십백천만억]"
    r"|\s{0,2}[일이삼사오육칠팔구]?[십백천]?[만억])"
)
_NOT_ARTICLE = r"(?!직|각(?!\s?[호항목])|건|합|원|금|사(?!항))"
_PARTICLE = r"(?=$|[^가-힣]|[에의는은를을가이와과로도만및제]|부터|까지|내지|중|또는|나|각\s?[호항])"
# 제십오조: the numeral joins its unit, and no 제 that ends a word (경제, 국제) begins it.
_SPELT = (
    r"(?=[일이삼사오육륙칠팔구십백천])(?:[일이삼사오육륙칠팔구]?천)?(?:[일이삼사오육륙칠팔구]?백)?"
    r"(?:[일이삼사오육륙칠팔구]?십)?[일이삼사오육륙칠팔구]?(?=[조항호])"
)
_NOT_SUBPARAGRAPH = r"(?![기봉선실텔관]|차(?!목)|각(?!\s?목)|\s?담당|\s?객실)"
_PLAIN_PARAGRAPH = rf"(?:(?<![\d.,제-])\d{{1,2}}\s?항(?![공목해구균생])|[{CIRCLED}]\s?항)"
_PLAIN_SUBPARAGRAPH = rf"(?:(?<![\d.,제-])\d{{1,2}}\s?호{_NOT_SUBPARAGRAPH}{_BRANCH})"
_ITEM = rf"(?:[{ITEMS}]{_B}목(?![적록표차사요공전격]))"
_LINK = r"\s{0,3}(?:의\s{1,2})?"
_TITLE = r"(?:\s?\([^()\n]{1,40}\))?"  # 제9조(숙박비) 제1항
_ANNEX = (
    rf"별{_B}표{_B}(?:\d{{1,9}}(?!\d|[십백천억]|만(?!\s)){_BRANCH}"
    rf"|제{_B}\d{{1,9}}{_B}호{_BRANCH}(?!{_B}{_ITEM}))"
)
_SOLE_ANNEX = rf"별표(?={_B}제{_B}\d{{1,3}}{_B}호{_BRANCH}{_B}{_ITEM})"
_FORM = (
    rf"별{_B}지{_B}(?:제{_B})?\d{{1,9}}(?:-\d{{1,2}})?(?:{_B}호{_BRANCH}|{_BRANCH})"
    rf"(?:{_B}(?:의{_B})?서{_B}식)?"
)


def _shape(ordinal: str, spelt: str = "", branch: str = _BRANCH) -> re.Pattern[str]:
    """What a place looks like; ``spelt`` are further numbers that may follow 제."""
    article = (
        rf"(?:(?:부칙{_B}(?:<[^<>\n]{{1,40}}>{_B})?)?{ordinal}{_B}(?:{_FIGURE}{spelt}){_B}조"
        rf"{_NOT_ARTICLE}|(?<![\d.,제십백천만억수여-])(?<!\d[인명] )(?<!\d[인명])"
        rf"\d{{1,3}}{_B}조{_AMOUNT}"
        rf"(?:{_PARTICLE}|(?=\s?\d{{1,2}}\s?항))){branch}"
    )
    paragraph = rf"(?:{ordinal}{_B}(?:{_FIGURE}|[{CIRCLED}]{spelt}){_B}항(?![공목해]))"
    subparagraph = rf"(?:{ordinal}{_B}(?:\d{{1,3}}{spelt}){_B}호{_NOT_SUBPARAGRAPH}{branch})"
    below = rf"(?:{_LINK}(?:{subparagraph}|{_PLAIN_SUBPARAGRAPH}))?(?:(?<=호|\d){_LINK}{_ITEM})?"
    return re.compile(
        rf"{article}(?:[{CIRCLED}]|{_TITLE}{_LINK}(?:{paragraph}|{_PLAIN_PARAGRAPH}))?"
        rf"(?:{below})"
        rf"|(?:부칙{_B})?{paragraph}{below}|{_PLAIN_PARAGRAPH}{below}"
        rf"|{_FORM}|(?:{_ANNEX}|{_SOLE_ANNEX}){below}"
        rf"|{subparagraph}(?:{_LINK}{_ITEM})?|(?<![가-힣]){_ITEM}"
    )


SHAPE = _shape(r"(?<![과문숙])제")
SPELT_SHAPE = _shape(
    r"(?:(?<![과문숙])제(?=\s{0,2}[\d①-⑳])|(?:(?<![가-힣])|(?<=[조항호법령칙정침]))제)",
    f"|{_SPELT}",
    rf"(?:{_BRANCH[3:-2]}|의[일이삼사오육칠팔구십]{{1,3}}(?=제|[^가-힣]|$))?",
)
SPELT_PART = re.compile(
    r"(?<=제)[일이삼사오육륙칠팔구십백천]{1,7}(?=[조항호])|(?<=[조호]의)[일이삼사오육칠팔구십]{1,3}"
)
SPELT_HINT = re.compile(r"제\s{0,2}[일이삼사오육륙칠팔구십백천]{1,7}[조항호]")
BACK = re.compile(
    r"(?<![가-힣])(?:전\s?(?P<many>\d{1,2}|각)?\s?(?P<unit>[조항호])|(?:같은\s?|동\s?)(?P<same>[조항호]))"
    r"(?=[의에와과을를은는이가도로및,.)\s]|부터|까지|제\s?\d|각\s?[호항]|단서|본문|$)"
)
# 제1, 2항: each has the unit after the last one.
_LISTED = re.compile(
    r"(?<![과문숙])제\s?(\d{1,3}(?:\s?[,·~]\s?\d{1,2}(?!\d)){1,9})\s?([조항호])"
    r"(?=$|[^가-힣]|[의에은는을를와과이가로및도만]|까지|부터|각|중|또는|제)"
)
OF_IT = re.compile(r"\s{0,3}(?:의\s{0,2})?")


def written_out(folded: str) -> tuple[str, list[int]] | None:
    """``folded`` with 제1항, 제2항 for its 제1, 2항, and where each character of that stood in it.

    ``None`` where it has no such list.
    """
    pieces: list[str] = []
    origin: list[int] = []
    done = 0
    for found in _LISTED.finditer(folded):
        pieces.append(folded[done : found.start(1)])
        origin += range(done, found.start(1))
        done = found.end()
        for part in re.finditer(r"\d+|\D", found[1]):
            start, end = (found.start(1) + at for at in part.span())
            if not part[0].isdigit():
                pieces.append(part[0])
                origin.append(start)
                continue
            ordinal = "제" if part.start() else ""
            pieces.append(f"{ordinal}{part[0]}{found[2]}")
            origin += [start] * len(ordinal) + [*range(start, end), end - 1]
        origin[-1] = done - 1  # the last one has the unit itself
    if not done:
        return None
    return "".join((*pieces, folded[done:])), [*origin, *range(done, len(folded))]
