"""Numbers spelt in Hangul before a unit, put in figures as the rules write them: 삼년 → 3년.

Many words only look like such a number (구조, 사원, 이회, 만일). So each unit tells which short
numerals may stand before it, nothing inside a word is touched, and outside of 제…조 the library
must know what comes out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import chain

from onprem_rag.korean.morphemes import words_and_compounds
from onprem_rag.korean.numerals import NATIVE_WORD, SINO, number

# What may follow a unit: a particle or a word that no longer word begins with.
_AFTER = (
    r"$|[^가-힣]|이상|이하|이내|미만|초과|까지|부터|마다|정도|동안|이전|이후|안에|넘|지나|걸|"
    r"[전후간당씩차의에을를은는이가과와도만중내로]|으로|또는|짜리|한도|범위|인가|인지|이면|보다|라도"
)
_LIMIT = r"(?=\s?(?:이상|이하|이내|미만|초과|까지|동안|전|후|안에|안으로|간|만에|씩|넘))"
_ALONE = r"(?<![가-힣\d.,])"
# Long numbers (십오, 이백) may stand before any of these units, and the short ones named here.
_SHORT = {
    "년": "일이삼사오육칠팔구십",
    "개월": "일이삼사오육칠팔구십",
    "주일": "일이삼사오육칠팔구십",
    "급": "이삼사오육칠팔",  # not 일급 (a day's pay), 구급 (first aid)
    "명": "삼육칠팔십",  # not 사명, 이명, 오명, 일명
    "회": "이삼오칠팔십",  # not 사회, 일회, 구회
    "시간": "삼사오육칠팔구십",  # not 이 시간
    "퍼센트": "일이삼사오육칠팔구십",
    "프로": "일이삼사오육칠팔구십",
    "%": "일이삼사오육칠팔구십",
    "원": "",  # not 사원, 구원, 만원
    "조": "",  # not 구조, 이조
    "항": "",  # not 사항, 이항
    "호": "",  # not 구호, 이호
    "세": "",
    "점": "",
    "분": "",
}
_SPACED = "년|개월|주일|원|명|회|시간|퍼센트|프로|%|세|점|분"  # 삼 년, but no 오 급
_NATIVE_UNITS = "명|시간|개월"
_ARTICLE = re.compile(
    rf"(?:(?<![가-힣])|(?<=[조항호장절칙정법령침표지]))제(\s?)({SINO})(\s?)([조항호장절관편급회차])"
    rf"(?:의({SINO})(?=$|[^가-힣]|[제에은는가를을]))?(?=제|{_AFTER})"
)
_NUMBER = re.compile(rf"{_ALONE}({SINO})(\s?(?:{_SPACED})|[급조항호])(?={_AFTER})")
_DAYS = re.compile(rf"{_ALONE}({SINO})(일){_LIMIT}")
_NATIVE = re.compile(rf"{_ALONE}({NATIVE_WORD})(\s?(?:{_NATIVE_UNITS}))(?={_AFTER})")
_HINT = re.compile("[일이삼사오육륙칠팔구십백천두세네석넉셋넷섯곱덟홉열]")
_SECTION = re.compile("([^만억]*)([만억]?)")


def with_figures(text: str, knows: Callable[[str], bool]) -> str:
    """``text`` with its spelt numbers in figures: 제십오조 → 제15조, 오급 → 5급."""
    if not _HINT.search(text):
        return text
    text = _ARTICLE.sub(_article, text)
    for pattern in (_NUMBER, _DAYS, _NATIVE):
        text = pattern.sub(lambda match: _counted(match, knows), text)
    return text


def _article(match: re.Match[str]) -> str:
    gap, spelt, space, unit, branch = match.groups()
    value, of = number(spelt), number(branch or "영")
    if value is None or of is None or not 0 < value < 10_000 or (spelt == "일" and (gap or space)):
        return match[0]  # 제일 호 … may be the best of them
    return f"제{value}{unit}" + (f"의{of}" if branch else "")


def _counted(match: re.Match[str], knows: Callable[[str], bool]) -> str:
    spelt, unit = match.groups()
    value = number(spelt)
    if value is None or value == 0 or not _may_count(spelt, unit.strip()):
        return match[0]
    for figures in _written(spelt):
        if all(map(knows, chain(*words_and_compounds(figures + unit)))):
            return figures + unit
    return match[0]


def _may_count(spelt: str, unit: str) -> bool:
    if len(spelt) > 1 or spelt in "두세네석넉셋넷열":
        return True
    return spelt in _SHORT.get(unit, "이삼사오육칠팔구십")


def _written(spelt: str) -> Iterator[str]:
    """Ways in which rules write a number in figures: 3천만, 3000만, 3,000만."""
    sections = [found for found in _SECTION.findall(spelt) if any(found)]
    values = [(number(section) if section else 1, myriad) for section, myriad in sections]
    yield "".join(_thousands(int(value or 0)) + myriad for value, myriad in values)
    yield "".join(f"{value}{myriad}" for value, myriad in values)
    yield "".join(f"{value:,}{myriad}" for value, myriad in values)


def _thousands(value: int) -> str:
    if value < 1000:
        return str(value)
    return f"{value // 1000}천" + (str(value % 1000) if value % 1000 else "")
