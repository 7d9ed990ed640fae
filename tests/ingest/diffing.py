"""Small rules as two versions, and what a table says of them in a few words."""

from __future__ import annotations

from pathlib import Path

from ingest.diff import Comparison, Kind, Version, compare
from ingest.diff.records import Change, Mark, Row, Side
from ingest.readers.result import Reading
from ingest.split.splitting import documents_of, split
from onprem_rag.records import Table

LEAVE = """휴가규칙
제1조(목적) 이 규칙은 직원의 휴가에 관하여 필요한 사항을 정한다.
제2조(정의) 이 규칙에서 사용하는 용어의 뜻은 다음 각 호와 같다.
1. “직원”이란 인사규정에 따라 임용된 사람을 말한다.
2. “부장”이란 부서를 이끄는 사람을 말한다.
3. “휴가”란 근무하지 아니하는 날을 말한다.
제3조(신청) ① 직원은 휴가 3일 전까지 부장에게 신청하여야 한다.
② 부장은 업무에 지장이 없으면 승인하여야 한다.
③ 휴가의 취소는 서면으로 한다.
제4조(연차휴가) 연차휴가는 15일로 한다. 다만, 1년 미만 근무한 직원은 제3조제1항에 따라 11일로 한다.
제5조(특별휴가) 직원이 결혼하는 경우 5일의 특별휴가를 준다.
제6조(여비) 휴가 중에는 여비를 지급하지 아니한다.
부칙 <2020. 1. 1.>
이 규칙은 2020년 1월 1일부터 시행한다.
"""


def version(text: str, label: str = "판", tables: tuple[Table, ...] = ()) -> Version:
    document = documents_of(Path("휴가규칙.txt"), "txt", "0", Reading(text, tables=tables))[0]
    return Version(document, split(document), label)


def compared(old: str, new: str) -> Comparison:
    return compare(version(old, "제1판"), version(new, "제2판"))


def amended(*replacements: tuple[str, str], text: str = LEAVE) -> Comparison:
    """``text`` beside itself with each first one replaced by the second."""
    new = text
    for before, after in replacements:
        assert new.count(before) == 1, before
        new = new.replace(before, after)
    return compared(text, new)


def classes(comparison: Comparison) -> list[str]:
    """변경 제3조 · 이동 제4조→제5조."""
    return [f"{change.kind} {_numbers(change)}" for change in comparison.changes]


def _numbers(change: Change) -> str:
    numbers = [side.number for side in (change.old, change.new) if side]
    return "→".join(dict.fromkeys(numbers))


def rows(comparison: Comparison, number: str) -> list[str]:
    """The rows of an article that differ: ``변경 | ① [3일] | ① [5일]``; moved words in {}."""
    change = next(
        each
        for each in comparison.changes
        if number in [side.number for side in (each.new, each.old) if side]
    )
    return [_row(row) for row in change.rows if row.kind is not Kind.SAME]


def _row(row: Row) -> str:
    return " | ".join([row.kind, _shown(row.old), _shown(row.new)])


def _shown(side: Side | None) -> str:
    if side is None:
        return "-"
    signs = {Mark.SAME: ("", ""), Mark.CHANGED: ("[", "]"), Mark.MOVED: ("{", "}")}
    text = "".join(f"{signs[run.mark][0]}{run.text}{signs[run.mark][1]}" for run in side.runs)
    text = " ".join(text.split()).replace(" ]", "]").replace(" }", "}")
    return f"{text} 〔{side.note}〕" if side.note else text
