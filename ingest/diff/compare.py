"""Two versions of a rule beside each other: article by article, part by part, word by word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise, starmap
from typing import TypeAlias

from ingest.diff.across import chunks_of, said_of, with_layout
from ingest.diff.align import Pair, Piece, aligned, in_order
from ingest.diff.letters import Matched
from ingest.diff.moves import towards, with_moves
from ingest.diff.records import ArticleSide, Change, Comparison, Kind, Mark, Row, Run, Side, Version
from ingest.diff.segments import Segment, segments_of
from ingest.diff.units import Unit, form_of, units_of
from ingest.diff.wording import form
from ingest.diff.words import marked

_Merged: TypeAlias = tuple[int | None, int | None]


def compare(old: Version, new: Version) -> Comparison:
    """What of a rule is not the same in ``new`` as in ``old``.

    Blanks, line breaks, look-alike signs and the layout of tables make no difference. An article
    that has another number now is the same one when its wording says so.
    """
    olds, news = units_of(old), units_of(new)
    pairs = paired(olds, news)
    homes = {olds[one].place: news[other].side.number for one, other in pairs}
    changes: list[Change] = []
    unchanged = 0
    for one, other in _merged(len(olds), len(news), pairs, split_moved=False):
        before = olds[one] if one is not None else None
        after = news[other] if other is not None else None
        said = said_of(old.document, before, new.document, after) if before and after else None
        kind = _kind(before, after, said)
        if kind is Kind.SAME:
            unchanged += 1
        else:
            changes.append(_change(kind, old, new, before, after, said, homes))
    title = new.document.title
    return Comparison(title, old.label, new.label, tuple(with_moves(changes)), unchanged)


def paired(olds: Sequence[Unit], news: Sequence[Unit]) -> list[Pair]:
    """Which units are the same one, whatever its number: pairs of indices (old, new)."""
    return aligned([_piece(unit) for unit in olds], [_piece(unit) for unit in news])


def _piece(unit: Unit) -> Piece:
    return Piece(unit.family, unit.place, unit.form)


def _kind(old: Unit | None, new: Unit | None, said: Matched | None) -> Kind:
    if old is None or new is None:
        if new is None or new.side.deleted:
            return Kind.DELETED
        return Kind.ADDED
    if old.side.deleted != new.side.deleted:
        return Kind.DELETED if new.side.deleted else Kind.ADDED
    same = old.form == new.form
    if said:
        same = form_of(old.side, said.old) == form_of(new.side, said.new)
    if old.place != new.place:
        return Kind.MOVED if same else Kind.MOVED_CHANGED
    return Kind.SAME if same else Kind.CHANGED


def _change(
    kind: Kind,
    old: Version,
    new: Version,
    before: Unit | None,
    after: Unit | None,
    said: Matched | None,
    homes: dict[str, str],
) -> Change:
    """The change of one article; ``homes``: the new number of each old place that goes on."""
    note = ""
    if before is None and after and after.side.deleted and after.place in homes:
        note = f"{towards(homes[after.place])} 이동"
    if after is None and before and before.side.deleted:
        note = "삭제 표시가 없어짐"
    olds = segments_of(old.document, before) if before else []
    news = segments_of(new.document, after) if after else []
    apart = kind in (Kind.ADDED, Kind.DELETED)
    if said and not apart:
        rows = tuple(starmap(_beside, chunks_of(olds, news, said)))
    else:
        rows = tuple(_rows(olds, news, apart))
    return Change(kind, _side(before), _side(after), rows, note)


def _side(unit: Unit | None) -> ArticleSide | None:
    return unit.side if unit else None


def _rows(old: Sequence[Segment], new: Sequence[Segment], apart: bool) -> Iterator[Row]:
    """The parts of one article; ``apart``: nothing of one side goes on in the other."""
    pairs = [] if apart else aligned(_pieces(old), _pieces(new))
    for one, other in _merged(len(old), len(new), pairs, split_moved=True):
        before = old[one] if one is not None else None
        after = new[other] if other is not None else None
        partner = next((pair for pair in pairs if one == pair[0] or other == pair[1]), None)
        if partner and not (before and after):
            yield _moved_away(old[partner[0]], new[partner[1]], left=before is not None)
        else:
            yield _beside(before, after)


def _beside(old: Segment | None, new: Segment | None) -> Row:
    if old and new:
        return _paired(old, new)
    if old:
        return Row(Kind.DELETED, old.depth, _whole(old, Mark.CHANGED), None)
    assert new
    return Row(Kind.ADDED, new.depth, None, _whole(new, Mark.CHANGED))


def _pieces(segments: Sequence[Segment]) -> list[Piece]:
    return [
        Piece("제목", "제목", each.form) if each.depth == 0 else Piece("", each.place, each.form)
        for each in segments
    ]


def _paired(old: Segment, new: Segment) -> Row:
    moved = old.numbered and new.numbered and old.place != new.place
    if form(old.said) == form(new.said) or (moved and old.form == new.form):
        kind = Kind.MOVED if moved else Kind.SAME
        return Row(kind, new.depth, _whole(old, Mark.SAME), _whole(new, Mark.SAME))
    kind = Kind.MOVED_CHANGED if moved else Kind.CHANGED
    before, after = marked(old.said, new.said)
    return Row(
        kind,
        new.depth,
        _with(old, with_layout(old, before)),
        _with(new, with_layout(new, after)),
    )


def _moved_away(old: Segment, new: Segment, left: bool) -> Row:
    """One side's row of a part that stands further up or down on the other side."""
    same = old.form == new.form
    kind = Kind.MOVED if same else Kind.MOVED_CHANGED
    before, after = marked(old.text, new.text)
    if same:
        before, after = (Run(old.text, Mark.MOVED),), (Run(new.text, Mark.MOVED),)
    if left:
        to = f"{towards(new.place)} 이동" if new.numbered else "다른 줄로 이동"
        return Row(kind, old.depth, _with(old, before, to), None)
    origin = f"현행 {old.place}에서 이동" if old.numbered else "다른 줄에서 이동"
    return Row(kind, new.depth, None, _with(new, after, origin))


def _whole(segment: Segment, mark: Mark) -> Side:
    return _with(segment, (Run(segment.text, mark),))


def _with(segment: Segment, runs: tuple[Run, ...], note: str = "") -> Side:
    return Side(runs, segment.sign, segment.place if segment.numbered else "", note)


def _merged(olds: int, news: int, pairs: Sequence[Pair], split_moved: bool) -> Iterator[_Merged]:
    """Both sides in one order: pairs side by side, what one side alone has before the next pair.

    A pair that crosses others comes where the new side has it, or with ``split_moved`` once for
    each side, so that both columns read in their own order.
    """
    level = sorted(in_order(pairs))
    crossing = dict(pair[::-1] for pair in pairs if pair not in set(level))
    paired = {old for old, _ in pairs}
    ends = [(-1, -1), *level, (olds, news)]
    for (old_start, new_start), (old_end, new_end) in pairwise(ends):
        for old in range(old_start + 1, old_end):
            if split_moved or old not in paired:
                yield old, None
        for new in range(new_start + 1, new_end):
            yield None if split_moved else crossing.get(new), new
        if old_end < olds or new_end < news:
            yield old_end, new_end
