"""Whether a copied run of digits counts in a draft what it counts in the sources."""

from __future__ import annotations

import re
from collections.abc import Iterable

from onprem_rag.generate.around import BARE, COUNTING, FIGURES, PARTICLE, PLACING
from onprem_rag.generate.copyable import CHAIN, WRAPPED_UNIT, Copyable, stated
from onprem_rag.korean.quantities import find_quantities
from onprem_rag.records import Fact

LOOK_AHEAD = 14  # so far behind a number it can still be read differently: 3명 + 이상
_LONGEST_CHAIN = 40
_BEFORE = 6  # characters: 별표 제


def is_stated(text: str, run: re.Match[str], facts: Iterable[Fact], theirs: Copyable) -> bool:
    """Whether ``run`` says what it says in the sources; ``facts`` are those of ``text``."""
    fact = next((f for f in facts if f.start <= run.start() and run.end() <= f.end), None)
    if fact is None:
        return _is_loose(text, run, theirs)
    before = text[max(0, run.start() - _BEFORE) : run.start()]
    if fact.kind != "reference" and fact.start == run.start() and PLACING.search(before):
        return False
    if fact.end == run.end():
        return _keeps_unit(text, run, fact, theirs)
    number, unit = stated(text, run)
    if (number, unit) in theirs.stated or not unit:
        return True
    # 같은 항 20조 is read as the paragraph, whatever the 20
    figures = [int(figure) for figure in FIGURES.findall(fact.value)]
    return fact.kind != "reference" or (run[0].isdecimal() and int(run[0]) in figures)


def _is_loose(text: str, run: re.Match[str], theirs: Copyable) -> bool:
    """``is_stated`` of a run that belongs to no fact."""
    number, unit = stated(text, run)
    if _counts_anew(text, run, theirs):
        return False
    if (number, unit) in theirs.loose:
        return True
    if theirs.is_bare(number) and BARE.match(text, run.end()):
        return True
    return any(
        chain[0] in theirs.chains and bool(PARTICLE.match(text, chain.end()))
        for chain in CHAIN.finditer(text, max(0, run.start() - _LONGEST_CHAIN))
        if chain.start() <= run.start() < chain.end()
    )


def _keeps_unit(text: str, run: re.Match[str], fact: Fact, theirs: Copyable) -> bool:
    """``is_stated`` of the run that ends ``fact``: what follows must not be a unit of its own."""
    if _counts_anew(text, run, theirs):
        return False
    number, unit = stated(text, run, WRAPPED_UNIT)  # a single line break is shown as a blank
    if not unit:
        return True
    alone = find_quantities(text[run.start() : run.end() + LOOK_AHEAD])
    more = [one for one in alone if one.start == 0 and one.end > len(run[0])]
    if not all(theirs.has(one) or theirs.says(one.text) for one in more):
        return False  # 2023. 3. 1시간
    if (number, unit) in theirs.stated:
        return True
    if fact.kind == "count" and fact.start == run.start() and fact.value[-1].isdigit():
        return bool(BARE.match(text, run.end()))
    # 2024. 3. 1 may be followed by 에, but not by 명 or ℃.
    if not text[run.end()].isspace() and not PARTICLE.match(text, run.end()):
        return False
    return "가" <= unit <= "힣" or unit.isascii()


def _counts_anew(text: str, run: re.Match[str], theirs: Copyable) -> bool:
    """Whether a blank and then a unit follow that no source has behind the number."""
    counting = COUNTING.match(text, run.end())
    if counting is None:
        return False
    return (stated(text, run)[0], counting[1][0]) not in theirs.stated
