"""Exceptions and restrictions: 다만, 일용직은 제외한다, 제1항에도 불구하고, 1회에 한하여."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from onprem_rag.korean.kind import Kind
from onprem_rag.korean.text import fold
from onprem_rag.records import Fact

_NOT = r"지\s?(?:아니|않|못|말)|[할될]\s?수\s?없"
_NOUN = r"(?P<{mode}>[^\s,()]{{1,30}}?)"
_SIGNS = {
    "except": (
        rf"(?:[은는을를이가도]\s?|(?<=\))\s?|\s)(?:제외(?!(?:하|되){_NOT}|{_NOT})[가-힣]*"
        r"|예외(?:로|입니다|이다|임)|(?:포함|산입)(?:하|되)지\s?(?:아니|않)[가-힣]*)"
        r"|[을를]\s?(?:뺀|빼고)|\s?이외(?:의|에는)|(?<!그)\s외(?:의|에는)(?=\s(?!부분))"
    ),
    "notwithstanding": r"에도?\s?불구하고",
    "only": (
        r"에(?:게|만)?\s?(?:한한다|한(?:하[여고며되]|해|한다|합니다|함)|한정(?:하|한|해|된|됩|함)[가-힣]*"
        r"|국한[가-힣]*)|(?:에게|에서|으로|로|에)?만(?=\s|이\s)"
    ),
}
_EXCEPTION = re.compile(
    "|".join(f"{_NOUN.format(mode=mode)}(?P<sign_{mode}>{sign})" for mode, sign in _SIGNS.items())
)
_PROVISO = re.compile(r"(?:(?<=[\s).,;|])|^)(?:[①-⑳]\s?)?(?P<proviso>다만|단(?=\s?,))(?=[,\s])")
_NO_NOUN = re.compile(
    r"(?:지|다|야|백|천|미|까지|부터|하|되|십|\d)$|^(?:그|다|불|이|저|또|것|및|또는|에서|으로)$|[해하되어아]서$"
)
# 12개월만, 한 차례에 한하여: the quantity is a fact of its own, however it is written.
_COUNTED = re.compile(
    r"[\d,.]*\d(?:[가-힣]{0,3}|%)|(?:한|두|세|네)?(?:번|차례|회|명|개|건|가지)|퍼센트|개월"
)
_QUANTITY = "수량"
_RULES = frozenset(("규정", "개정규정"))  # 제1항의 규정에도 불구하고
_PLACE = re.compile(r"(제\d\S*?)의\s?$")
_PARTICLE = re.compile(r"(?<=..)(?:의|은|는|이|가|을|를|에|에서|도)$")
_SIGN_MARKS = re.compile(r"^[①-⑳\"'「『\[<]+|[\"'」』\]>]+$")


class Exceptions(Kind):
    """Provisos, and what is left out or alone taken in.

    Values: "proviso", "except 일용직", "only 정규직", "notwithstanding 제1항",
    "only 수량" (한 번만).
    """

    names = ("exception",)

    def find(self, text: str) -> Iterable[Fact]:
        """The exceptions of ``text``, those in brackets too; the span takes in the noun."""
        return _find(text)

    def same(self, claimed: Fact, stated: Fact) -> bool:
        """The same sort of exception, of nouns of which one holds the other's head."""
        (mode, noun), (other, its) = _parts(claimed), _parts(stated)
        if claimed.kind != stated.kind or mode != other:
            return False
        return noun == its or (
            mode != "notwithstanding" and (noun.endswith(its) or its.endswith(noun))
        )

    def rivals(self, claimed: Fact, stated: Fact) -> bool:
        """An exception of another noun, or another sort of exception of the same one."""
        (mode, noun), (other, its) = _parts(claimed), _parts(stated)
        return super().rivals(claimed, stated) and (mode == other or noun == its)


def _parts(fact: Fact) -> tuple[str, str]:
    mode, _, noun = fact.value.partition(" ")
    return mode, noun


@lru_cache(maxsize=512)
def _find(text: str) -> tuple[Fact, ...]:
    return tuple(sorted(_facts(text), key=lambda fact: fact.start))


def _facts(text: str) -> Iterator[Fact]:
    plain = fold(text)
    for found in _PROVISO.finditer(plain):
        start, end = found.span("proviso")
        yield Fact("exception", text[start:end], "proviso", start, end)
    for found in _EXCEPTION.finditer(plain):
        mode = (found.lastgroup or "").removeprefix("sign_")
        noun = _SIGN_MARKS.sub("", found[mode])
        if _NO_NOUN.search(noun):
            continue
        noun = _PARTICLE.sub("", noun)
        if noun in _RULES and (
            place := _PLACE.search(plain, max(0, found.start() - 20), found.start())
        ):
            noun = place[1]
        elif _COUNTED.fullmatch(noun):
            noun = _QUANTITY
        start, end = found.span()
        yield Fact("exception", text[start:end], f"{mode} {noun}", start, end)
