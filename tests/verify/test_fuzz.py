"""1,500 random answers and passages, with stages that fail: what must never happen."""

from __future__ import annotations

from collections import Counter

import pytest

from onprem_rag.records import Passage
from tests.bench.fuzz import endings
from tests.bench.fuzz_cases import case_of, pool_of
from tests.bench.fuzz_numbers import strangers

COUNT = 1_500


def test_nothing_that_must_not_happen_does() -> None:
    faults: list[str] = []
    verified: Counter[bool] = Counter()
    failed: Counter[str] = Counter()
    corrected = 0
    for found in endings(pool_of(None), range(COUNT)):
        faults += [f"{found.case.number} ({found.how}): {fault}" for fault in found.faults]
        verified[found.failed] += found.verified
        failed[found.how] += found.failed
        corrected += found.corrected
    assert faults == []
    # It has looked: much was verified and put right, and every way of failing was met.
    assert verified[False] > COUNT // 10
    assert verified[True] == 0
    assert corrected > COUNT // 50
    assert sum(1 for how, count in failed.items() if count and how != "all runs") >= 15


def test_a_case_is_made_by_its_number_alone() -> None:
    pool = pool_of(None)
    assert [case_of(pool, n) for n in range(50)] == [case_of(pool, n) for n in range(50)]
    assert len({case_of(pool, n).made for n in range(300)}) >= 9


TEXT = """① 숙박비는 1박당 70,000원, 2급은 8만 5천원이다. 휴직은 1년 6개월로 한다. 기본급의
100분의 40을 준다. 제3조부터 제6조까지 및 제10조의2를 준용한다. 수당은 삼십만원이다.
2024. 3. 1. 한 차례만."""


@pytest.mark.parametrize(
    ("answer", "strange"),
    [
        ("숙박비는 7만원이다. [1]", []),
        ("숙박비는 ７만 원, 85,000원이다.", []),
        ("휴직은 18개월이다.", []),
        ("기본급의 40%, 0.4배", []),
        ("1. 수당은 300,000원\n2) 수당은 30만원", []),
        ("제9조제1항과 제5조, 제10조의2", []),
        ("2024년 3월 1일부터 1회만", []),
        ("제10조의2만 적용", []),
        ("7 0,000원", []),
        ("제10조의3만 적용", ["10조의3"]),
        ("제1\x0b0조", ["10조"]),
        ("9 만원", ["9 만"]),
        ("숙박비는 9만원이다.", ["9만"]),
        ("숙박비는 70,001원이다.", ["70,001"]),
        ("휴직은 19개월이다.", ["19"]),
        ("제88조에 따라", ["88", "88조"]),
        ("제24조에 따라", ["24조"]),
        ("제10조의3에 따라", ["10조의3"]),
        ("숙박비는 7만원이다.5682", ["5682"]),
        ("과제 77,299,941조와 [3721]", ["77,299,941", "3721"]),
        ("제2항에 따라 숙박비", []),  # 2 stands there: it names only what is certainly absent
    ],
)
def test_the_judge_of_the_fuzz_names_what_no_passage_states(
    answer: str, strange: list[str]
) -> None:
    passages = [Passage("여비규정", (), "제9조", None, "", TEXT, 0, len(TEXT))]
    assert strangers(answer, passages) == strange
