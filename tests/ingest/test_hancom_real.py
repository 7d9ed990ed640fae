"""Real Hangul files: what they say, and that damaged ones end in an error."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import product
from pathlib import Path

import pytest

from ingest.readers.blocks import Block, Grid
from ingest.readers.hancom import hwp5, hwpx
from ingest.readers.hancom.hwpx import read_hwpx
from ingest.readers.hwp import read_hwp
from ingest.readers.result import Reading
from onprem_rag.errors import ReadError


def read(path: Path) -> Reading:
    return (read_hwpx if path.suffix == ".hwpx" else read_hwp)(path.read_bytes())


def one(folder: Path, name: str) -> Reading:
    return read(next(folder.glob(name)))


def test_numbers_that_the_file_only_generates(shared: Path) -> None:
    text = one(shared / "regulations-hwp", "구성원 소통*").text
    assert (
        "1. 협조문 등 공문서 수신을 통한 상시적인 의견수렴\n"
        "2. 교육수요자 만족도 조사 등을 통한 주기적인 의견수렴\n"
    ) in text
    assert text.count("\n1. 소관부서") == 3  # each list begins again


def test_captions_and_headings_that_number_themselves(shared: Path) -> None:
    text = one(shared / "regulations-hwp", "연구실안전관리규정*").text
    tables = [line.split()[1] for line in text.splitlines() if line.startswith("표 4.")]
    assert tables == [f"4.{number}" for number in range(9, 21)]


def test_text_boxes_and_running_heads(shared: Path) -> None:
    report = one(shared / "office-samples", "work_report.hwp").text
    assert "일자: 2011년 00월 00주차" in report
    assert "이 문서는 나눔글꼴로 작성되었습니다." in report
    plan = one(shared / "office-samples", "디지털 정부혁신*").text
    assert "\n1 | 선제적·통합적 대국민 서비스 혁신\n" in plan  # a number in a box of its own
    assert "1-1-6-" not in one(shared / "regulations-hwp", "분과위원회*").text  # a running head


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("distribution_DRM.hwp", "2025년 강남세움센터 시설관리원 용역업체 선정 입찰공고"),
        ("한글문서파일형식*.hwp", "4.3.10.12. 글자 겹침"),
    ],
)
def test_distribution_documents_open(shared: Path, name: str, line: str) -> None:
    assert line in one(shared / "office-samples", name).text.splitlines()


def test_a_password_is_named(shared: Path) -> None:
    with pytest.raises(ReadError, match="암호가 걸린 한글 문서입니다"):
        one(shared / "office-samples", "password-12345.hwp")


def grids(blocks: Iterator[Block] | tuple[Block, ...]) -> Iterator[Grid]:
    for block in blocks:
        if isinstance(block, Grid):
            yield block
            for cell in block.cells:
                yield from grids(cell.blocks)


def tiled(grid: Grid) -> bool:
    """Whether the cells with their spans cover each place of a rectangle exactly once."""
    places = [
        place
        for cell in grid.cells
        for place in product(
            range(cell.row, cell.row + cell.rows), range(cell.column, cell.column + cell.columns)
        )
    ]
    height, width = (1 + max(place[axis] for place in places) for axis in (0, 1))
    return sorted(places) == list(product(range(height), range(width)))


def test_merged_cells_leave_no_gap_and_never_overlap(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[Grid] = []

    def keep(blocks: Iterator[Block], title: str = "") -> Reading:
        found.extend(grids(blocks))
        return Reading("")

    monkeypatch.setattr(hwp5, "reading_of", keep)
    monkeypatch.setattr(hwpx, "reading_of", keep)
    for path in sorted(shared.glob("regulations-hwp/*")) + sorted(shared.glob("*/*.hwpx")):
        read(path)
    assert len(found) > 900
    assert sum(cell.rows * cell.columns > 1 for grid in found for cell in grid.cells) > 10_000
    assert all(tiled(grid) for grid in found)


def test_the_book(shared: Path) -> None:
    reading = one(shared / "regulations-hwpx", "규정집*")
    lines = reading.text.splitlines()
    assert lines[0] == "規   程   集"
    assert len(reading.tables) > 600
    assert not any(line.startswith("동의대학교 규정집") for line in lines)  # a running head
    assert "주 2) 실습으로 표기된 교과목의 경우는 실습으로 편성된 학점만 인정함" in lines
    assert "(51) <삭제 2005.12.1>" in lines  # ㊿ and on, written over each other
    assert "제26조 (기록 및 장부비치)" in reading.text


SEEDS = ("regulations-hwp/강의료*", "office-samples/distribution*", "office-samples/seoul*")


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", SEEDS)
def test_damaged_files_end_in_text_or_an_error(shared: Path, name: str, seed: int) -> None:
    path = next(shared.glob(name))
    chance = random.Random(seed)
    data = bytearray(path.read_bytes())
    for _ in range(chance.randrange(1, 30)):
        data[chance.randrange(512 if seed % 2 else 0, len(data))] = chance.randrange(256)
    if seed == 5:
        del data[chance.randrange(len(data)) :]
    began = time.monotonic()
    reader = read_hwpx if path.suffix == ".hwpx" else read_hwp
    with suppress(ReadError, ValueError):  # ``read`` tells of a number that isn't one
        reader(bytes(data))
    assert time.monotonic() - began < 10
