"""What a quantity is the limit of: 30일 이내, 5급 이상, 1년을 초과할 수 없다, 최대 3회."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from onprem_rag.korean.clauses import MASK, masked
from onprem_rag.korean.kind import Kind
from onprem_rag.korean.quantities import find_quantities
from onprem_rag.records import Fact

# What may stand between a quantity and its limit: 30일(공휴일 제외) 이내, 100분의 5를 초과하는.
_GAP = (
    rf"[\s{MASK}]*(?:간|동안|씩|정도|상당)?(?:에\s?(?:해당|상당)하는\s(?:금|가|수|면)액?|의\s금액)?"
    r"(?:[을를이가은는의](?=\s|초과|넘|지나|지난|경과|한도|상한|범위))?\s?"
)
_NOT = r"(?:지\s?(?:아니|않|못|말|마)|[할을]?\s?수\s?없|면\s?(?:안|아니)\s?[되된됩돼]"
_NOT += r"|[서여]는\s?(?:안|아니)\s?[되된됩돼]|\s?금지|\s?불가)"
_IS = r"(?:액|치)?\s?(?:이[다며고지]|입니다|이에요|예요|임)"
_END = r"(?=$|[^가-힣]|까지|에|의|부터|인|이(?!체)|일|로|은|는|도)"
# The first that matches counts. A denied limit is the opposite one: 초과할 수 없다 is 이하.
_AFTER = tuple(
    (limit, re.compile(_GAP + f"(?P<limit>{pattern})"))
    for limit, pattern in (
        ("at most", rf"초과(?:하|할|해|하여)?{_NOT}|넘[어을으]?{_NOT}|상회하{_NOT}"),
        ("at least", rf"미만(?:이|일)?(?:어|여)?{_NOT}|(?:미달|미치)(?:하|할|해|하여)?{_NOT}"),
        ("less", r"(?:경과하|지나|되|초과하였)지\s?(?:아니|않)"),
        ("at most", r"이하|이내|내(?=에|의|로|\s|$)|안(?=에|으로)"),
        ("at most", r"(?:한도|상한|최대|최고)(?:로|으로|액으로|\s?(?:내|안)(?:에|의))"),
        ("at most", rf"(?:한도|상한|최대|최고){_IS}"),
        ("at least", rf"(?:하한|최소|최저){_IS}"),
        ("at most", r"한도(?=$|[^가-힣]|에서|의|이)|범위\s?(?:내|안)?(?=에서|에|로|의|$|\s)"),
        ("at least", r"이상|(?:하한|최소|최저)(?:로|으로)"),
        ("less", r"미만|에?\s?(?:미달|못\s?미치)|에?\s?미치지\s?(?:못|아니|않)"),
        ("less", r"보다\s(?:[가-힣]{1,6}[이가]\s)?(?:더\s)?(?:적은|작은|짧은|낮은|적게|적으면)"),
        ("more", r"보다\s(?:[가-힣]{1,6}[이가]\s)?(?:더\s)?(?:많은|큰|긴|높은|많이|많으면|초과)"),
        ("more", r"초과|넘[는은어을게긴길겨겼]|넘으면|넘기[면는거고]|상회"),
        ("before", rf"이?전{_END}"),
        ("after", rf"이?후{_END}|(?:지난|지나|경과)"),
        ("until", r"까지|(?:에\s)?(?:이르는|도달하는|되는)\s?날까지"),
        ("from", r"부터"),
    )
)
_BEFORE = tuple(
    (limit, re.compile(rf"(?<![가-힣])(?P<limit>{pattern})\s?{words}$"))
    for words in (r"(?:총|월|연|연간|매월|매년|각각|각|금)?\s?",)
    for limit, pattern in (
        ("at most", r"최대한?|최고|최장|늦어도|길어도|많아도|(?:한도|상한)액?[은는이]|한도[가를]"),
        ("at least", r"최소한?|최저|최단|적어도|짧아도|하한액?[은는이]|못해도"),
    )
)
_LIST = re.compile(rf"[\s{MASK}]*(?:또는|혹은|이나|나|내지|[·/])\s*")
_BOTH = re.compile(rf"[\s{MASK}]*(?:및|과|와|,)\s*")
_WHENS = frozenset(("date", "year", "time"))
_BOUNDS = frozenset(("at most", "more", "at least", "less"))
_LOOK_BACK = 14


class Comparators(Kind):
    """The limits beside quantities; the value is "period 30일 at most".

    이하, 이내, 최대, 한도로 and 초과할 수 없다 are one, as are 이상, 최소 and 미만일 수 없다.
    까지 is "until" of a date and "at most" of any other quantity; 이전 and 이후 take in their
    date (until, from), 전 and 후 do not (before, after). 3급 이상 stays "at least".
    """

    names = ("comparator",)

    def find(self, text: str) -> Iterable[Fact]:
        """The limits of the quantities of ``text``; the span is that of the limiting words."""
        return _find(text)

    def same(self, claimed: Fact, stated: Fact) -> bool:
        """The same limit of the same quantity; a period that is over is exceeded."""
        if super().same(claimed, stated):
            return True
        (quantity, limit), (other, its) = _parts(claimed), _parts(stated)
        return quantity == other and quantity.startswith("period") and {limit, its} == _OVER

    def rivals(self, claimed: Fact, stated: Fact) -> bool:
        """Another limit of the same quantity."""
        return super().rivals(claimed, stated) and _parts(claimed)[0] == _parts(stated)[0]


_OVER = {"more", "after"}


def _parts(fact: Fact) -> tuple[str, str]:
    """The quantity and its limit: ("period 30일", "at most")."""
    for limit in ("at most", "at least"):
        if fact.value.endswith(limit):
            return fact.value[: -len(limit) - 1], limit
    quantity, _, limit = fact.value.rpartition(" ")
    return quantity, limit


@lru_cache(maxsize=512)
def _find(text: str) -> tuple[Fact, ...]:
    plain = masked(text)
    found: list[Fact] = []
    behind: tuple[Fact, str, int, int] | None = None  # the next quantity and its limit
    for quantity in reversed(find_quantities(text, every=True)):
        # What is in brackets is no gap for the quantities that stand there.
        view = text if MASK in plain[quantity.start : quantity.end] else plain
        after = _after(quantity, view)
        if after is None and behind and _shares(quantity, behind[0], view):
            after = behind[1:]
        before = _before(quantity, view)
        for limit, start, end in _chosen(after, before):
            value = f"{quantity.kind} {quantity.value} {limit}"
            found.append(Fact("comparator", text[start:end], value, start, end))
        behind = (quantity, *after) if after else None
    return tuple(sorted(found, key=lambda fact: (fact.start, fact.value)))


def _after(quantity: Fact, text: str) -> tuple[str, int, int] | None:
    for limit, pattern in _AFTER:
        if found := pattern.match(text, quantity.end):
            start, end = found.span("limit")
            return _of(quantity, limit, text[start:end]), start, end
    return None


def _of(quantity: Fact, limit: str, words: str) -> str:
    if quantity.kind in _WHENS:
        return {"이전": "until", "이후": "from"}.get(words, limit)
    return "at most" if limit == "until" else limit


def _before(quantity: Fact, text: str) -> tuple[str, int, int] | None:
    start = max(0, quantity.start - _LOOK_BACK)
    for limit, pattern in _BEFORE:
        if found := pattern.search(text[start : quantity.start]):
            return limit, start + found.start("limit"), start + found.end("limit")
    return None


def _chosen(
    after: tuple[str, int, int] | None, before: tuple[str, int, int] | None
) -> Iterator[tuple[str, int, int]]:
    """Both limits where they disagree (최소 30일 이내); 적어도 30일 전 is 30일 전."""
    if after:
        yield after
    if before and (not after or (after[0] in _BOUNDS and after[0] != before[0])):
        yield before


def _shares(quantity: Fact, following: Fact, text: str) -> bool:
    """Whether the next quantity's limit is also this one's: 3일 또는 5일 이내.

    위원장 1명과 위원 5명 이내, or 1명 및 5명 이내, are two different things.
    """
    between = text[quantity.end : following.start]
    if quantity.kind != following.kind:
        return False
    return bool(_LIST.fullmatch(between)) or (
        quantity.kind in ("period", "percentage") and bool(_BOTH.fullmatch(between))
    )
