"""Which version of a rule is in force on which day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onprem_rag.errors import ConfigError
from onprem_rag.library.versions import (
    chained,
    in_force,
    is_ever_in_force,
    iso_day,
    rule_key,
    state_of,
    unused,
)
from onprem_rag.records import State, Version

DAYS = [f"2024-01-{day:02}" for day in range(1, 8)]


def version(number: int, since: str, rule: str = "가", **more: object) -> Version:
    given = Version(number, rule, rule, "규정", f"/{number}", since, bool(since), number)
    return replace(given, **more)  # type: ignore[arg-type]


@st.composite
def histories(draw: st.DrawFn) -> list[Version]:
    """Versions of two rules, in any order, some of them withdrawn."""
    days = st.sampled_from(["", *DAYS])
    count = draw(st.integers(0, 7))
    return [
        version(
            number,
            draw(days),
            draw(st.sampled_from("가나")),
            taken=draw(st.integers(1, 3)),
            withdrawn=draw(st.one_of(st.none(), st.sampled_from(DAYS))),
        )
        for number in draw(st.permutations(range(1, count + 1)))
    ]


def meant(versions: Sequence[Version], day: str) -> Version | None:
    """The newest that has begun and that counts on any day at all, unless it is withdrawn."""
    begun = [
        one
        for one in versions
        if one.since <= day and (one.withdrawn is None or one.since < one.withdrawn)
    ]
    newest = max(begun, key=lambda one: (one.since, one.taken, one.document_id), default=None)
    gone = newest is None or (newest.withdrawn is not None and newest.withdrawn <= day)
    return None if gone else newest


@given(histories())
def test_of_a_rule_the_newest_that_has_begun_is_in_force(versions: list[Version]) -> None:
    found = chained(versions)
    assert sorted(one.document_id for one in found) == sorted(one.document_id for one in versions)
    for rule in "가나":
        own = [one for one in found if one.rule == rule]
        assert [one.number for one in own] == list(range(1, len(own) + 1))
        assert [one.since for one in own] == sorted(one.since for one in own)
        for day in ("0001-01-01", *DAYS, "9999-12-31"):
            holds = [one for one in own if in_force(one, day)]
            assert len(holds) <= 1
            expected = meant([one for one in versions if one.rule == rule], day)
            assert [one.document_id for one in holds] == (
                [expected.document_id] if expected else []
            )


@given(histories())
def test_states_agree_with_the_days_and_never_go_back(versions: list[Version]) -> None:
    order = [State.NOT_YET, State.IN_FORCE, State.SUPERSEDED, State.WITHDRAWN]
    for one in chained(versions):
        states = [state_of(one, day) for day in ("0001-01-01", *DAYS, "9999-12-31")]
        assert [state is State.IN_FORCE for state in states] == [
            in_force(one, day) for day in ("0001-01-01", *DAYS, "9999-12-31")
        ]
        assert states == sorted(states, key=order.index)
        if not is_ever_in_force(one):
            assert len(set(states)) == 1  # never counts: so it is on every day
            assert states[0] in (State.SUPERSEDED, State.WITHDRAWN)


@given(histories())
def test_chaining_again_changes_nothing(versions: list[Version]) -> None:
    found = chained(versions)
    assert chained(found) == chained(reversed(found)) == found


@pytest.mark.parametrize(
    ("withdrawn", "day", "state"),
    [
        (None, DAYS[1], State.NOT_YET),
        (None, DAYS[2], State.IN_FORCE),
        (DAYS[4], DAYS[1], State.NOT_YET),
        (DAYS[4], DAYS[3], State.IN_FORCE),
        (DAYS[4], DAYS[4], State.WITHDRAWN),
        (DAYS[0], DAYS[1], State.WITHDRAWN),  # taken out before it ever was in force
        (DAYS[2], DAYS[0], State.WITHDRAWN),
    ],
)
def test_the_state_of_one(withdrawn: str | None, day: str, state: State) -> None:
    (one,) = chained([version(1, DAYS[2], withdrawn=withdrawn)])
    assert state_of(one, day) is state


def test_one_that_never_counts_ends_none_before_it() -> None:
    old, never, new = chained(
        [version(1, ""), version(2, DAYS[2], withdrawn=DAYS[1]), version(3, DAYS[4])]
    )
    assert (old.until, never.until, new.until) == (DAYS[4], DAYS[2], None)
    first, second = chained([version(2, DAYS[2]), version(1, DAYS[2])])
    assert (first.document_id, is_ever_in_force(first)) == (1, False)
    assert (second.document_id, in_force(second, DAYS[2])) == (2, True)
    assert state_of(first, DAYS[0]) is state_of(first, DAYS[6]) is State.SUPERSEDED


def test_a_rule_is_its_title_and_kind() -> None:
    assert rule_key("여비 규정", "규정", "/가") == rule_key("여비규정", "규정", "/나")
    assert rule_key("여비규정", "규정", "/가") != rule_key("여비규정", "지침", "/가")
    assert rule_key("추진계획", "문서", "/가") != rule_key("추진계획", "문서", "/나")
    for other in ("보수ㆍ여비규정", "보수・여비 규정", "「보수·여비규정」", "보수·여비\u00a0규정"):
        assert rule_key(other, "규정", "/가") == rule_key("보수·여비규정", "규정", "/나")
    assert rule_key("여비규정(안)", "규정", "/가") != rule_key("여비규정", "규정", "/가")
    assert rule_key("――", "규정", "/가") != rule_key("…", "규정", "/가")
    assert unused("가", set()) == "가"
    assert unused("가", {"가", "가#2", "나#3"}) == "가#3"


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-01",
        "2026.3.1",
        "2026. 3. 1.",
        "20260301",
        "2026/3/1",
        "2026년 3월 1일",
        " 2026-3-1 ",
    ],
)
def test_a_day_may_be_written_in_many_ways(written: str) -> None:
    assert iso_day(written) == "2026-03-01"


@pytest.mark.parametrize(
    "written", ["내일", "", "2026-13-01", "2026-02-29", "26.3.1", "2026.3", "2026031", "2026-W10-1"]
)
def test_what_is_no_day_is_refused(written: str) -> None:
    with pytest.raises(ConfigError, match=r"날짜가 아닙니다: .* → 2024-03-01처럼"):
        iso_day(written)
