"""신구조문대비표 across formats: what a table's cells say counts, not how they are laid out."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import pytest

from ingest.diff import Comparison, Version, compare
from ingest.readers.blocks import Cell, Grid, reading_of
from ingest.readers.grids import Span
from ingest.split.splitting import documents_of, split
from onprem_rag.library.rows import content_of
from tests.bench.layouts import PLAIN, laid_open, marks, twin
from tests.bench.layouts import version as read_version
from tests.ingest.diffing import LEAVE, classes, rows, version

Drawn: TypeAlias = tuple[int, int, int, int, str]

# (row, column, rows, columns, text): merged cells, and equal ones that are not.
CELLS: list[Drawn] = [
    (0, 0, 2, 1, "직급"),
    (0, 1, 1, 2, "숙박비(1박)"),
    (0, 3, 2, 1, "비고"),
    (1, 1, 1, 1, "서울"),
    (1, 2, 1, 1, "지방"),
    (2, 0, 1, 1, "1급"),
    (2, 1, 1, 1, "100,000원"),
    (2, 2, 1, 1, "80,000원"),
    (2, 3, 2, 1, "실비"),
    (3, 0, 1, 1, "2급"),
    (3, 1, 1, 1, "90,000원"),
    (3, 2, 1, 1, "80,000원"),
    (4, 0, 1, 1, "3급"),
    (4, 1, 1, 2, "60,000원"),
    (4, 3, 1, 1, ""),
]
HEAD = f"{LEAVE}[별표 1] 숙박비 지급 기준\n"
NOTE = "※ 부족하면 실비를 더 준다.\n"
# Bars become a grid as the pages of HTML do, but say nothing of merged cells.
TEXTS = [layout for layout in PLAIN if layout != "bars"]
LAYOUTS = [*TEXTS, "html"]

# Merged cells that say the same as one beside them, or one below.
PAID: list[Drawn] = [
    (0, 0, 1, 1, "직급"),
    (0, 1, 1, 1, "철도"),
    (0, 2, 1, 1, "숙박비"),
    (1, 0, 2, 1, "임원"),
    (1, 1, 1, 1, "실비"),
    (1, 2, 2, 1, "실비"),
    (2, 1, 1, 1, ""),
    (3, 0, 1, 1, "부장"),
    (3, 1, 1, 1, "8만원"),
    (3, 2, 1, 1, "실비"),
]


def drawn(*changed: Drawn, table: Sequence[Drawn] = CELLS) -> list[Span]:
    """The table with some of its cells otherwise."""
    cells = {cell[:2]: cell for cell in (*table, *changed)}
    return [(*cell, False) for cell in cells.values()]


def word(table: Sequence[Span]) -> Version:
    """The rule as a word processor's file holds it."""
    cells = tuple(Cell(*span[:4], (span[4],)) for span in table)
    reading = reading_of([*HEAD.splitlines(), Grid(cells), NOTE])
    document = documents_of(Path("휴가규칙.hwp"), "hwp", "0", reading)[0]
    return Version(document, split(document), "한글")


def other(table: list[Span], layout: str) -> Version:
    """The rule as another file holds it."""
    return twin(f"{HEAD}\ue0000\ue001\n{NOTE}", [table], layout)


def shown(comparison: Comparison) -> list[tuple[str, bool]]:
    """What is marked, without blanks around it, and whether it is new."""
    return [(text.strip(), new) for text, new in marks(comparison)]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_table_that_is_only_laid_out_otherwise_is_the_same(layout: str) -> None:
    sides = word(drawn()), other(drawn(), layout)
    assert classes(compare(*sides)) == []
    assert classes(compare(*reversed(sides))) == []


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_changed_cell_is_marked_and_nothing_else(layout: str) -> None:
    new = drawn((3, 1, 1, 1, "95,000원"))
    found = compare(word(drawn()), other(new, layout))
    assert classes(found) == ["변경 별표 1"]
    assert shown(found) == [("90,000원", False), ("95,000원", True)]
    found = compare(other(drawn(), layout), word(new))
    assert shown(found) == [("90,000원", False), ("95,000원", True)]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    ("before", "after", "marked"),
    [
        pytest.param((3, 2, 1, 1, ""), (3, 2, 1, 1, "80,000원"), "80,000원", id="equal"),
        pytest.param((4, 3, 1, 1, ""), (4, 3, 1, 1, "협의"), "협의", id="empty"),
        pytest.param((1, 2, 1, 1, "지방"), (1, 2, 1, 1, "지방 및 제주"), "및 제주", id="header"),
        pytest.param((0, 0, 2, 1, "직급"), (0, 0, 2, 1, "직급·직위"), "·직위", id="merged header"),
    ],
)
def test_what_a_cell_gains_or_loses_is_shown(
    before: Drawn, after: Drawn, marked: str, layout: str
) -> None:
    """Also a cell that says what the one above says: it is no merged one."""
    poor, rich = drawn(before), drawn(after)
    gained = shown(compare(word(poor), other(rich, layout)))
    lost = shown(compare(word(rich), other(poor, layout)))
    if layout == "html":  # whose rows say the names of their cells as well
        assert any(marked in text and new for text, new in gained)
        assert any(marked in text and not new for text, new in lost)
    else:
        assert (gained, lost) == ([(marked, True)], [(marked, False)])


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_row_that_is_added_or_gone_is_shown(layout: str) -> None:
    more = drawn((5, 0, 1, 1, "4급"), (5, 1, 1, 2, "50,000원"), (5, 3, 1, 1, ""))
    found = compare(word(drawn()), other(more, layout))
    assert all(new for _, new in shown(found))
    said = " ".join(text for text, _ in shown(found))
    assert re.findall(r"4급|50,000원|3급|비고", said) == ["4급", "50,000원"]
    found = compare(word(more), other(drawn(), layout))
    assert {new for _, new in shown(found)} == {False}
    assert "직급: 4급" in rows(found, "별표 1")[-1]


def test_swapped_amounts_are_a_change() -> None:
    new = drawn((2, 1, 1, 1, "90,000원"), (3, 1, 1, 1, "100,000원"))
    for layout in LAYOUTS:
        found = compare(word(drawn()), other(new, layout))
        assert sorted(shown(found)) == [
            ("100,000원", False),
            ("100,000원", True),
            ("90,000원", False),
            ("90,000원", True),
        ]


def test_a_row_stands_beside_the_lines_that_say_the_same() -> None:
    new = drawn((3, 1, 1, 1, "95,000원"))
    assert rows(compare(word(drawn()), other(new, "lines")), "별표 1") == [
        "변경 | 직급: 2급 | 숙박비(1박) 서울: [90,000원] | 숙박비(1박) 지방: 80,000원 | 비고: 실비 "
        "| 2급 [95,000원] 80,000원"
    ]


@pytest.mark.parametrize("layout", [*PLAIN, "html"])
@pytest.mark.parametrize("below", ["8만원", "실비"])
@pytest.mark.parametrize("gone", [(1, 1, 1, 1, ""), (1, 2, 2, 1, ""), (3, 2, 1, 1, "")])
def test_a_cell_that_goes_from_beside_a_merged_one_is_shown(
    gone: Drawn, below: str, layout: str
) -> None:
    """Though the merged one, which a grid says once more, says the same."""
    paid = drawn((3, 1, 1, 1, below), table=PAID)
    less = drawn((3, 1, 1, 1, below), gone, table=PAID)
    for old, new in ((word(paid), other(less, layout)), (other(paid, layout), word(less))):
        assert "실비" in "".join(text for text, is_new in shown(compare(old, new)) if not is_new)
        assert classes(compare(new, old)) == ["변경 별표 1"]


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param([(2, 3, 1, 1, "실비"), (3, 3, 1, 1, "")], id="merged over fewer rows"),
        pytest.param([(4, 1, 1, 1, ""), (4, 2, 1, 1, "60,000원")], id="in another column"),
        pytest.param([(4, 1, 1, 1, "60,000원"), (4, 2, 1, 1, "")], id="over fewer columns"),
    ],
)
def test_two_grids_say_where_a_cell_stands(changed: list[Drawn]) -> None:
    same = drawn((2, 3, 1, 1, "실비"), (3, 3, 1, 1, "실비"))
    assert classes(compare(word(drawn()), other(same, "html"))) == []
    for old, new in ((drawn(), drawn(*changed)), (drawn(*changed), drawn())):
        assert classes(compare(word(old), other(new, "html"))) == ["변경 별표 1"]


def of_an_older_program(kept: Version) -> Version:
    """What it kept: not which cells are merged, so that those below each other may be."""
    tables = tuple(replace(table, merged=None) for table in kept.document.tables)
    old = replace(kept, document=replace(kept.document, tables=tables))
    assert content_of(old.document, 1) == content_of(kept.document, 1), "no new version"
    return old


@pytest.mark.parametrize("layout", [*PLAIN, "html"])
def test_what_an_older_program_kept_of_tables_hides_no_cell_that_goes(layout: str) -> None:
    old, less = of_an_older_program(word(drawn())), drawn((3, 2, 1, 1, ""))  # 80,000원 is above
    gone = [text for text, is_new in shown(compare(old, other(less, layout))) if not is_new]
    assert "80,000원" in "".join(gone)
    come = [text for text, is_new in shown(compare(other(less, layout), old)) if is_new]
    assert "80,000원" in "".join(come)


def test_what_an_older_program_kept_of_tables_is_enough_for_another_grid() -> None:
    old = of_an_older_program(word(drawn()))
    assert classes(compare(old, other(drawn(), "html"))) == []
    found = compare(old, other(drawn((3, 1, 1, 1, "95,000원")), "html"))
    assert shown(found) == [("90,000원", False), ("95,000원", True)]


def test_two_plain_layouts_of_a_table_are_the_same() -> None:
    for one, two in (("bars", "lines"), ("frames", "tabs"), ("angles", "blanks")):
        assert classes(compare(other(drawn(), one), other(drawn(), two))) == []


def test_a_sign_in_a_sentence_still_counts() -> None:
    old = version(LEAVE.replace("5일의", "5일/년의").replace("11일로", "11 < 12일로"))
    new = version(LEAVE.replace("5일의", "5일년의").replace("11일로", "11 > 12일로"))
    assert classes(compare(old, new)) == ["변경 제4조", "변경 제5조"]


def test_a_table_in_a_cell_is_laid_out_as_well() -> None:
    inner = Grid(tuple(Cell(y, x, 1, 1, (f"{y}행{x}열",)) for y in range(2) for x in range(2)))
    outer = Grid((Cell(0, 0, 1, 1, ("구분",)), Cell(0, 1, 1, 1, ("표", inner))))
    reading = reading_of([*HEAD.splitlines(), outer, NOTE])
    document = documents_of(Path("휴가규칙.hwp"), "hwp", "0", reading)[0]
    old = Version(document, split(document), "한글")
    text = f"{HEAD}구분\n표\n0행0열\n0행1열\n1행0열\n{{}}\n{NOTE}"
    assert classes(compare(old, read_version("x.txt", text.format("1행1열").encode()))) == []
    found = compare(old, read_version("x.txt", text.format("2행1열").encode()))
    assert shown(found) == [("1", False), ("2", True)] or classes(found) == ["변경 별표 1"]


def test_long_annexes_take_no_time() -> None:
    dice = random.Random(3)
    words = "여비 일비 식비 숙박비 항공료 철도 선박 자동차 국내 국외 출장 파견 교육".split()
    table = [(0, x, 1, 1, name, False) for x, name in enumerate(("종류", "내용", "금액", "비고"))]
    for y in range(1, 601):
        texts = [f"{y}호", " ".join(dice.choices(words, k=8)), f"{y * 100:,}원", dice.choice(words)]
        table += [(y, x, 1, 1, text, False) for x, text in enumerate(texts)]
    new = list(table)
    new[1002] = (*new[1002][:4], "다른 내용", False)
    sides = word(table), other(new, "lines")
    start = time.process_time()
    found = compare(*sides)
    assert time.process_time() - start < 10  # 1 s alone
    assert {text for text, new in shown(found) if new} == {"다른 내용"}


@pytest.mark.parametrize(
    "name",
    ["제안제도운영규정(20240904)_일부개정.hwp", "교원사택관리규정(20221207)_일부개정.hwp"],
)
def test_real_forms_beside_their_texts(shared: Path, name: str) -> None:
    path = shared / "regulations-hwp" / name
    old = read_version(name, path.read_bytes())
    text, tables = laid_open(path)
    for layout in LAYOUTS:
        assert classes(compare(old, twin(text, tables, layout))) == []
    at, number = next(
        (at, number)
        for at, table in enumerate(tables)
        for number, span in enumerate(table)
        if "성명" in "".join(span[4].split())
    )
    tables[at][number] = (*tables[at][number][:4], "사번", False)
    for layout in ("tabs", "lines", "html"):
        found = compare(old, twin(text, tables, layout))
        assert {"성명" in text or "사번" in text for text, _ in shown(found)} == {True}
        assert sorted(new for _, new in shown(found)) == [False, True]
