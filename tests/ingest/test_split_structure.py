"""Structure on real rules: statutes against their headings, numbers that run on, all in place."""

from __future__ import annotations

from pathlib import Path

import pytest

from onprem_rag.errors import ReadError
from tests.bench import structure
from tests.ingest.covering import assert_in_place
from tests.ingest.real import documents_in, split_file


@pytest.mark.parametrize("layout", structure.LAYOUTS)
def test_statutes_as_plain_text_have_the_borders_of_their_headings(
    layout: str, shared: Path
) -> None:
    """Each statute in one of the layouts; ``python -m tests.bench structure`` has all in all."""
    quarter = slice(structure.LAYOUTS.index(layout), None, len(structure.LAYOUTS))
    gold: dict[str, int] = {}
    wrong: dict[str, list[tuple[str, structure.Border]]] = {}
    for name, _, expected, found in structure.statute_borders(shared, layout, quarter):
        for border in expected:
            gold[border.level] = gold.get(border.level, 0) + 1
        for border in expected ^ found:
            wrong.setdefault(border.level, []).append((name, border))
    assert gold["조"] > 1_800
    assert gold["항"] > 3_900
    for level, bar in {
        "조": 0.002,
        "항": 0.01,
        "호": 0.01,
        "목": 0.01,
        "장": 0.01,
        "절": 0.01,
    }.items():
        assert len(wrong.get(level, [])) <= bar * gold[level], wrong[level][:5]


def test_the_numbers_of_real_rules_run_on(shared: Path) -> None:
    """What remains was looked up: the files themselves have no such article, or two."""
    runs = [
        run
        for folder in ("regulations-pdf", "regulations-hwp", "regulations-hwpx")
        for path in sorted((shared / folder).iterdir())
        for document in documents_in(path)[0]
        if (run := structure.run_of(document))
    ]
    wrong = {run.title: run.gaps + run.repeats for run in runs if run.gaps or run.repeats}
    assert len(runs) >= 460
    assert len(wrong) <= 0.01 * len(runs), wrong
    assert wrong["자료관리규칙"] == ("제24조 → 제26조",)


@pytest.mark.parametrize(
    "folder",
    ["statutes", "regulations-pdf", "regulations-hwp", "regulations-hwpx", "office-samples"],
)
def test_every_real_passage_is_where_it_says(folder: str, shared: Path) -> None:
    refused = []
    for path in sorted((shared / folder).iterdir()):
        try:
            documents = split_file(path)
        except ReadError as error:
            refused.append(str(error))
            continue
        for document, found in documents:
            assert_in_place(document, found)
    assert len(refused) <= (3 if folder == "office-samples" else 0), refused
    assert all("한글 문서" in reason and " → " in reason for reason in refused)
