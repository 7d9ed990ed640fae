"""One unit in the layouts of two formats, such as HWP and TXT: what it says, and its parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

from ingest.diff.letters import Matched, matched
from ingest.diff.records import Mark, Run
from ingest.diff.segments import LINE, Segment
from ingest.diff.spares import bare, has_signs
from ingest.diff.units import Unit
from ingest.diff.wording import form
from onprem_rag.records import Document, Table


def said_of(old: Document, before: Unit, new: Document, after: Unit) -> Matched | None:
    """What both units say, where one alone knows tables or their signs differ; None where not.

    Two grids are compared as they are: which column an amount stands in, and how far a merged cell
    goes, is no layout.
    """
    if before.form == after.form:
        return None
    tables = _tables(old, before), _tables(new, after)
    signs = has_signs(before.side.text), has_signs(after.side.text)
    if all(tables) or not any((*tables, *signs)):
        return None
    if not any(tables) and all(signs) and old.format == new.format:
        return None
    return matched(bare(before.side.text, tables[0]), bare(after.side.text, tables[1]))


def _tables(document: Document, unit: Unit) -> list[tuple[int, Table]]:
    """The tables in a unit, and where they start in it."""
    return [
        (table.start - unit.start, table)
        for table in document.tables
        if unit.start <= table.start and table.end <= unit.end
    ]


def chunks_of(
    old: Sequence[Segment], new: Sequence[Segment], said: Matched
) -> Iterator[tuple[Segment | None, Segment | None]]:
    """The parts of both units beside each other, as many together as one of the layouts takes."""
    olds, news = _borders(old), _borders(new)
    for (a, b), (c, d) in pairwise(_cuts(said, olds, news)):
        one = _chunk(old[olds.index(a) : olds.index(c)], said.old[a:c])
        other = _chunk(new[news.index(b) : news.index(d)], said.new[b:d])
        if one and other and one.sign != other.sign:
            one, other = (replace(each, depth=LINE, sign="") for each in (one, other))
        yield one, other


def _cuts(said: Matched, old: Sequence[int], new: Sequence[int]) -> list[tuple[int, int]]:
    """Where both units are parted: before and behind parts of which one side at least has words."""
    cuts = [(0, 0)]
    for a, b in [*said.common(old, new), (old[-1], new[-1])]:
        if form(said.old[cuts[-1][0] : a]) or form(said.new[cuts[-1][1] : b]):
            cuts.append((a, b))
    cuts[max(1, len(cuts) - 1) :] = [(old[-1], new[-1])]
    for at in range(1, len(cuts) - 1):  # blanks go to what is before them
        (a, b), (c, d) = cuts[at : at + 2]
        if not form(said.old[a:c]):
            cuts[at] = (c, b)
        elif not form(said.new[b:d]):
            cuts[at] = (a, d)
    return cuts


def _borders(segments: Sequence[Segment]) -> list[int]:
    return [0, *accumulate(len(each.text) for each in segments)]


def _chunk(segments: Sequence[Segment], said: str) -> Segment | None:
    """Neighbouring parts as one, which has no number of its own; None of none."""
    if not segments:
        return None
    text = "".join(each.text for each in segments)
    return replace(segments[0], text=text, place="", bare=said)


def with_layout(segment: Segment, runs: Sequence[Run]) -> tuple[Run, ...]:
    """Runs of what is said in a part as runs of its text; layout is not marked as changed."""
    found: list[Run] = []
    at = 0
    for run in runs:
        for letter in range(at, at + len(run.text)):
            text = segment.text[letter]
            spare = not text.isspace() and segment.said[letter].isspace()
            mark = Mark.SAME if spare else run.mark
            if found and found[-1].mark is mark:
                found[-1] = replace(found[-1], text=found[-1].text + text)
            else:
                found.append(Run(text, mark))
        at += len(run.text)
    return tuple(found)
