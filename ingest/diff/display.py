"""What a table shows of a comparison, whatever its format: (생 략), (현행과 같음), <신 설> …."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.diff.records import Change, Comparison, Kind, Mark, Row, Run, Side

_NEW, _GONE, _LEFT_OUT, _SAME = "<신 설>", "<삭 제>", "(생 략)", "(현행과 같음)"
KINDS = tuple(kind for kind in Kind if kind is not Kind.SAME)
LEGEND = (
    "밑줄 친 부분이 바뀐 곳입니다. 같은 부분은 (생 략), (현행과 같음)으로 줄였고, "
    "옮겨진 부분에는 어디로 또는 어디에서 옮겨졌는지 적었습니다. "
    "띄어쓰기와 줄바꿈, 표의 칸을 나눈 모양은 비교하지 않았습니다."
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One side of a line: text in runs without blanks around it, then a note."""

    runs: tuple[Run, ...]
    note: str
    depth: int  # 0 heading … 4 line: how far it is indented


@dataclass(frozen=True, slots=True)
class Line:
    """What stands side by side."""

    old: Cell
    new: Cell


def summary(comparison: Comparison) -> str:
    """변경 3 · 신설 1 · … · 같음 20, of articles and headings."""
    kinds = [*KINDS, Kind.SAME]
    return " · ".join(f"{kind} {comparison.count(kind)}" for kind in kinds)


def name_of(change: Change) -> str:
    """제7조(출장) → 제8조(출장), or the one name that both sides have."""
    names = [side.name for side in (change.old, change.new) if side]
    if change.kind is Kind.DELETED or names[0] == names[-1]:
        return names[0]
    return " → ".join(names)


def lines_of(change: Change) -> list[Line]:
    """The lines of one article; what did not change is left out."""
    if change.kind in (Kind.ADDED, Kind.DELETED):
        return list(_one_sided(change))
    lines: list[Line] = []
    rows = list(change.rows)
    if change.old and change.new and all(row.kind is Kind.SAME for row in rows if row.depth):
        note = f"(현행 {change.old.number}{_with(change.old.number)} 같음)"
        lines += [_line(row) for row in rows if not row.depth]
        return _joined([*lines, Line(Cell((), _LEFT_OUT, 4), Cell((), note, 4))])
    at = 0
    while at < len(rows):
        if not _is_left_out(rows[at]):
            lines.append(_line(rows[at]))
            at += 1
            continue
        end = _group_end(rows, at)
        heads = [row for row in rows[at:end] if row.depth == rows[at].depth]
        lines.append(_left_out(heads))
        at = end
    return _joined(lines)


def _joined(lines: list[Line]) -> list[Line]:
    """The heading's line with the (생 략) of what follows it."""
    if len(lines) < 2 or lines[0].old.depth or lines[1].old.runs or lines[1].new.runs:
        return lines
    first, second = lines[:2]
    old = Cell(first.old.runs, second.old.note, 0)
    return [Line(old, Cell(first.new.runs, second.new.note, 0)), *lines[2:]]


def _one_sided(change: Change) -> Iterator[Line]:
    """An article that only one side has: all of it beside <신 설> or <삭 제>."""
    added = change.kind is Kind.ADDED
    shown = [row for row in change.rows if (row.new if added else row.old)]
    other = [_plain(row.old if added else row.new) for row in change.rows]
    gone = " ".join(text for text in other if text) if added else change.note
    first = Cell((), _NEW if added else _GONE, 0)
    if gone:
        first = Cell((Run(gone, Mark.SAME),), first.note, 0)
    empty = Cell((), "", 4)
    for at, row in enumerate(shown):
        side, beside = _cell(row.new if added else row.old, row.depth), empty if at else first
        yield Line(beside, side) if added else Line(side, beside)
    if not shown:
        stub = "".join(_plain(row.new) + " " for row in change.rows).strip()
        yield Line(Cell((), f"({change.note})", 4), Cell((Run(stub, Mark.CHANGED),), "", 0))


def _plain(side: Side | None) -> str:
    return side.text.strip() if side else ""


def _is_left_out(row: Row) -> bool:
    return row.depth > 0 and row.kind in (Kind.SAME, Kind.MOVED) and bool(row.old and row.new)


def _group_end(rows: Sequence[Row], at: int) -> int:
    """Where the parts end that are left out together with ``rows[at]``: its equals, their parts."""
    head = rows[at]
    end = at + 1
    while end < len(rows) and _is_left_out(rows[end]):
        row = rows[end]
        equal = row.depth == head.depth and row.kind is head.kind
        if not (equal or (row.depth > head.depth and _same_sign(row))):
            break
        end += 1
    return end


def _same_sign(row: Row) -> bool:
    return row.old is not None and row.new is not None and row.old.sign == row.new.sign


def _left_out(rows: Sequence[Row]) -> Line:
    """One line for parts that are the same, or only have other numbers now."""
    olds = [row.old for row in rows if row.old]
    news = [row.new for row in rows if row.new]
    note = _SAME
    if rows[0].kind is Kind.MOVED:
        last = olds[-1].place
        first = olds[0].place
        if len(olds) > 2:
            note = f"(현행 {first}부터 {last}까지와 같음)"
        else:
            both = f"{first} 및 {last}" if len(olds) > 1 else first
            note = f"(현행 {both}{_with(last)} 같음)"
    depth = rows[0].depth
    return Line(_signs(olds, _LEFT_OUT, depth), _signs(news, note, depth))


def _signs(sides: Sequence[Side], note: str, depth: int) -> Cell:
    """②, ②ㆍ③ or ② ∼ ⑤ before the note."""
    signs = [side.sign for side in sides if side.sign]
    shown = " ∼ ".join((signs[0], signs[-1])) if len(signs) > 2 else "ㆍ".join(signs)
    return Cell((Run(shown, Mark.SAME),) if shown else (), note, depth)


def _line(row: Row) -> Line:
    old, new = _cell(row.old, row.depth), _cell(row.new, row.depth)
    if row.old is None:
        note = _NEW if row.kind is Kind.ADDED else ""
        return Line(Cell((), note, row.depth), new)
    if row.new is None:
        note = _GONE if row.kind is Kind.DELETED else ""
        return Line(old, Cell((), note, row.depth))
    return Line(old, new)


def _cell(side: Side | None, depth: int) -> Cell:
    if side is None:
        return Cell((), "", depth)
    runs = list(side.runs)
    while runs and not runs[0].text.strip():
        runs.pop(0)
    while runs and not runs[-1].text.strip():
        runs.pop()
    if runs:
        runs[0] = Run(runs[0].text.lstrip(), runs[0].mark)
        runs[-1] = Run(runs[-1].text.rstrip(), runs[-1].mark)
    return Cell(tuple(runs), f"〔{side.note}〕" if side.note else "", depth)


def _with(place: str) -> str:
    """과 or 와, as the place's last syllable asks."""
    last = ord(place[-1:] or "조") - 0xAC00
    return "과" if 0 <= last < 11172 and last % 28 else "와"
