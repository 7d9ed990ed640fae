"""Wording that left one place of a rule and stands in another now: moved, not deleted and new."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from ingest.diff.records import Change, Kind, Mark, Row, Run, Side
from ingest.diff.wording import form

_SIGN = re.compile(r"^\s*(?:[①-⑳]|\d{1,3}(?:의\d{1,2})?\.(?!\d)|[가-하]\.)")
_SHORTEST = 10  # characters; shorter wordings stand in many places


class _At(NamedTuple):
    """A run of one side."""

    change: int
    row: int
    run: int


def with_moves(changes: Sequence[Change]) -> list[Change]:
    """``changes`` with such wordings marked as moved, and a note where they went or came from."""
    gone, come = _runs(changes, True), _runs(changes, False)
    targets: dict[tuple[bool, _At], str] = {}
    for wording, olds in gone.items():
        news = come.get(wording, [])
        if len(olds) == len(news) == 1:
            targets[True, olds[0]] = _name(changes, news[0], False)
            targets[False, news[0]] = _name(changes, olds[0], True)
    if not targets:
        return list(changes)
    return [
        replace(
            change,
            rows=tuple(
                _with_notes(row, at, index, targets) for index, row in enumerate(change.rows)
            ),
        )
        for at, change in enumerate(changes)
    ]


def _runs(changes: Sequence[Change], old: bool) -> dict[str, list[_At]]:
    """The changed runs of one side by their wording."""
    found: defaultdict[str, list[_At]] = defaultdict(list)
    for at, change in enumerate(changes):
        for index, row in enumerate(change.rows):
            side = row.old if old else row.new
            for number, run in enumerate(side.runs if side else ()):
                if run.mark is not Mark.CHANGED:
                    continue
                wording = form(_SIGN.sub("", run.text, count=1))
                if len(wording) >= _SHORTEST:
                    found[wording].append(_At(at, index, number))
    return found


def _name(changes: Sequence[Change], at: _At, old: bool) -> str:
    change = changes[at.change]
    article = change.old if old else change.new
    row = change.rows[at.row]
    side = row.old if old else row.new
    return f"{article.number if article else ''}{side.place if side else ''}"


def _with_notes(row: Row, at: int, index: int, targets: dict[tuple[bool, _At], str]) -> Row:
    old = _side(row.old, True, at, index, targets)
    new = _side(row.new, False, at, index, targets)
    if (old, new) == (row.old, row.new):
        return row
    sides = [side for side in (old, new) if side]
    whole = len(sides) == 1 and all(run.mark is Mark.MOVED for run in sides[0].runs)
    return replace(row, kind=Kind.MOVED if whole else row.kind, old=old, new=new)


def _side(
    side: Side | None, old: bool, at: int, index: int, targets: dict[tuple[bool, _At], str]
) -> Side | None:
    if side is None:
        return None
    runs: list[Run] = []
    notes = [side.note] if side.note else []
    for number, run in enumerate(side.runs):
        target = targets.get((old, _At(at, index, number)))
        runs.append(replace(run, mark=Mark.MOVED) if target else run)
        if target:
            notes.append(f"{towards(target)} 이동" if old else f"현행 {target}에서 이동")
    return replace(side, runs=tuple(runs), note=", ".join(notes))


def towards(place: str) -> str:
    """``place`` with 로 or 으로, as its last syllable asks."""
    last = ord(place[-1:] or "조") - 0xAC00
    final = last % 28 if 0 <= last < 11172 else 0
    return f"{place}로" if final in (0, 8) else f"{place}으로"  # 조로, 호로, 항으로, 서식으로
