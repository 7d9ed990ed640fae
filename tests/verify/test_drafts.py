"""Answers as language models write them, about the demo's rules, each true or wrong in one thing.

They were written by hand and labelled by reading the articles. Those of ``FLAGGED`` are true, and
the checker is too careful about them; those of ``MISSED`` are wrong, and it doesn't see it.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from onprem_rag.config import load_config
from onprem_rag.library.store import Library
from onprem_rag.records import Passage
from onprem_rag.verify.checker import Checker

DRAFTS = Path(__file__).resolve().parent.parent / "data" / "drafts.jsonl"
# By their lines in the file.
# 54: "그러하지 아니하다" says so of what the sentence before forbids; 85: 점심시간 is another word
# for what may be another thing, 휴게시간.
FLAGGED: frozenset[int] = frozenset(
    (
        54,
        85,
        101,
        110,
        117,
        124,
    )
)
MISSED: frozenset[int] = frozenset()


@cache
def drafts() -> dict[int, Any]:
    """The drafts by their lines: document, articles, answer, and whether it is faithful."""
    lines = DRAFTS.read_text(encoding="utf-8").splitlines()
    return dict(enumerate(map(json.loads, lines), start=1))


@pytest.fixture(scope="module")
def library(demo_home: Path) -> Library:
    return Library.open(load_config(demo_home).library_url)


@pytest.mark.parametrize("number", drafts())
def test_a_draft(library: Library, number: int) -> None:
    draft = drafts()[number]
    passages: list[Passage] = []
    for article in draft["articles"]:
        found = library.article(draft["document"], article)
        assert found
        passages += found
    known = number in (FLAGGED if draft["faithful"] else MISSED)
    verified = Checker().check(draft["answer"], passages).verified
    assert verified is (draft["faithful"] is not known)


def test_what_is_known_not_to_work_is_in_the_file() -> None:
    assert all(drafts()[number]["faithful"] for number in FLAGGED)
    assert not any(drafts()[number]["faithful"] for number in MISSED)
