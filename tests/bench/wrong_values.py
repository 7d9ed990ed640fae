"""Wrong values: one changed, or swapped for another one of the same two passages."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from tests.bench.hangul import joined
from tests.bench.pieces import Piece, Setting
from tests.bench.values import Value, values

Way = Callable[[str, Piece, Setting, Random], str | None]


def changed_value(kind: str) -> Way:
    """A value of the kind for one that neither passage states."""

    def change(text: str, _piece: Piece, setting: Setting, pick: Random) -> str | None:
        mine = [value for value in values(text) if value.kind == kind]
        stated = {value.same for value in values(setting.text)}
        pick.shuffle(mine)
        for value in mine:
            for new in _others(value, pick):
                [*again] = values(new + " ")
                if len(again) == 1 and again[0].kind == kind and again[0].same not in stated:
                    return joined(text[: value.start] + new, text[value.end :])
        return None

    return change


def _others(value: Value, pick: Random) -> list[str]:
    """The value's text with one of its numbers changed."""
    groups = list(re.finditer(r"\d[\d,]*(?:\.\d+)?", value.text))
    share = re.match(r"(\d+)분의 ?(\d+)", value.text)
    if share and int(share[1]) > 10:
        groups = groups[1:]
    elif share:
        whole, part = int(share[1]), int(share[2])
        news = [f"{a}분의 {b}" for a in range(2, 6) for b in range(1, a) if a * part != b * whole]
        pick.shuffle(news)
        return news
    group = pick.choice(groups)
    bare = group[0].replace(",", "")
    if "." in bare:
        news = [f"{float(bare) + step:g}" for step in (0.5, 1, -0.5) if float(bare) + step > 0]
    else:
        number = int(bare)
        steps = [number + 1, number - 1, number + 2, number * 2, number + 10, number * 10]
        if value.kind == "amount" and number >= 1000:
            steps = [number + 1000, number * 2, number // 2, number * 10, number + 10_000]
        elif value.kind == "amount" and re.search(r"\d\s?천", value.text):
            steps = [one for one in (number - 1, *range(number + 1, number + 4)) if one < 10]
        if value.same[0] in ("급", "등급"):
            steps = [one for one in range(1, 10) if one != number]
        if value.kind == "percentage":
            steps = [number + 5, number - 5, number + 10, number * 2, number + 1]
        if value.kind == "date":
            steps = [number + 1, number - 1, number + 2, number + 3]
        news = [f"{one:,}" if "," in group[0] else str(one) for one in steps if one > 0]
    pick.shuffle(news)
    return [value.text[: group.start()] + new + value.text[group.end() :] for new in news]


def swap(text: str, piece: Piece, setting: Setting, pick: Random) -> str | None:
    """A value for another of its kind from the same two passages."""
    mine = list(values(text))
    pick.shuffle(mine)
    there = [value for passage in setting.passages for value in values(passage.text)]
    for one in mine:
        others = [
            value
            for value in (mine if pick.random() < 0.35 else there)
            if value.kind == one.kind
            and value.same != one.same
            and (value.same[0] == one.same[0] or one.kind == "period")
        ]
        if not others:
            continue
        other = pick.choice(others)
        inside = [value for value in mine if value.same == other.same]
        if not inside:
            changed = joined(text[: one.start] + other.text, text[one.end :])
        elif other in mine:
            changed = _exchanged(text, one, other)
        else:
            continue
        if not setting.states(changed) and not _said_so(changed, one, other, setting):
            return changed
    return None


def _exchanged(text: str, one: Value, other: Value) -> str:
    first, second = sorted((one, other), key=lambda value: value.start)
    return (
        text[: first.start] + second.text + text[first.end : second.start] + first.text
        + text[second.end :]
    )  # fmt: skip


def _said_so(changed: str, one: Value, other: Value, setting: Setting) -> bool:
    """Whether the passages say the other value between the same words."""
    around = changed[max(0, one.start - 8) : one.start + len(other.text) + 4]
    return setting.states(around)
