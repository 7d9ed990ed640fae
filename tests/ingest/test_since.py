"""What a rule's newest addenda leave open about its 시행일, and what an admin is told of that."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ingest.parse import parse
from ingest.split.since import left_open, since_of
from tests.ingest.holding import Desk, notes, rule, statuses

UNKNOWN = "처음 넣는 규정은 시행일을 모르는 판이 되고, 이미 있는 규정은 이 판이 오늘부터 대신합니다"


def told(addendum: str, name: str = "여비규정.txt") -> str:
    """What is said of a rule with these addenda; "" for nothing."""
    parsed = parse(name, f"{rule(2)}\n{addendum}\n".encode())
    return " ".join((*parsed.notes, *parsed.days))


@pytest.mark.parametrize(
    ("addendum", "clause"),
    [
        (
            "부칙 <2026. 1. 5.>\n이 규정은 2026년 2월 1일부터 시행한다. 다만, 제2조의 개정규정은 "
            "2099년 6월 1일부터 시행한다.",
            "“다만, 제2조의 개정규정은 2099년 6월 1일부터 시행한다”",
        ),
        (
            "부칙 <2026. 1. 5.>\n제1조(시행일) 이 규정은 2026. 2. 1.부터 시행하되, 제2조 및 "
            "별표 1은 2099. 6. 1.부터 시행한다.",
            "“제2조 및 별표 1은 2099. 6. 1.부터 시행한다”",
        ),
        (
            "부칙 <2098. 1. 5.>\n이 규정은 2098년 2월 1일부터 시행한다. 다만, 제2조는 공포 후 "
            "1년이 경과한 날부터 시행한다.",
            "“다만, 제2조는 공포 후 1년이 경과한 날부터 시행한다”",
        ),
        (
            "부칙 <2026. 1. 5.>\n이 규정은 2026년 2월 1일부터 시행한다. 다만, 제2조의 시행일은 "
            "원장이 따로 정한다.",
            "“다만, 제2조의 시행일은 원장이 따로 정한다”",
        ),
    ],
)
def test_a_part_that_comes_into_force_later(addendum: str, clause: str) -> None:
    note = told(addendum)
    assert note.startswith(f"「여비규정」에는 나중에 시행되는 부분이 있지만({clause})")
    assert ("통째로 20" in note, "→ " in note, "--effective" in note) == (True, True, True)


@pytest.mark.parametrize(
    ("addendum", "clause", "otherwise"),
    [
        (
            "부칙 <2026. 1. 5.>\n이 규정은 원장이 따로 정하는 날부터 시행한다.",
            "이 규정은 원장이 따로 정하는 날부터 시행한다",
            UNKNOWN,
        ),
        (
            "부칙 <2020. 1. 5.>\n이 규정은 2020년 2월 1일부터 시행한다.\n"
            "부칙 <2026. 1. 5.>\n이 규정의 시행일은 원장이 따로 정한다.",
            "시행일은 원장이 따로 정한다",
            "2026-01-05부터 시행하는 것으로 봅니다",
        ),
        (
            "부칙\n이 규정은 2020. 13. 45.부터 시행한다.",
            "이 규정은 2020. 13. 45.부터 시행한다",
            UNKNOWN,
        ),
        (
            "부칙\n이 규정은 이사회의 승인을 받은 날부터 시행한다.",
            "이 규정은 이사회의 승인을 받은 날부터 시행한다",
            UNKNOWN,
        ),
    ],
)
def test_a_day_that_is_no_date(addendum: str, clause: str, otherwise: str) -> None:
    assert told(addendum) == (
        f"「여비규정」 부칙에서 시행일을 날짜로 읽지 못했습니다(“{clause}”). "
        f"→ 'ingest add --effective 시행일 파일'로 알려 주세요. 알려 주지 않으면 {otherwise}."
    )


@pytest.mark.parametrize(
    ("addendum", "name"),
    [
        ("부칙\n이 규정은 2020년 1월 1일부터 시행한다.", "여비규정.txt"),
        (  # has come into force by now
            "부칙 <2020. 1. 1.>\n이 규정은 2020년 1월 1일부터 시행한다. 다만, 제2조의 개정규정은 "
            "2021년 1월 1일부터 시행한다.",
            "여비규정.txt",
        ),
        (  # the day of its heading or of the file's name is the day of the approval
            "부칙\n이 규정은 이사회의 승인을 받은 날부터 시행한다.",
            "여비규정(2024. 3. 1.).txt",
        ),
        (
            "부칙 <2020. 1. 1.>\n제1조(시행일) 이 규정은 2020년 1월 1일부터 시행한다.\n"
            "제2조(적용례) 이 규정은 이 규정 시행 이후 신청하는 여비부터 적용한다.\n"
            "제3조(다른 규정) 제2조에 관한 사항은 원장이 따로 정한다.",
            "여비규정.txt",
        ),
        ("부칙 <2020. 1. 1.>\n생략", "여비규정.txt"),
        ("", "여비규정.txt"),
    ],
)
def test_a_plain_day_needs_no_word(addendum: str, name: str) -> None:
    assert told(addendum, name) == ""


def test_to_what_a_rule_applies_is_not_since_when_it_holds() -> None:
    text = rule(2, "2027-01-01").rstrip()
    text += "\n제2조(적용례) 이 규정은 시행 후 신청한 여비부터 적용한다.\n"
    ((document, _),) = parse("여비규정.txt", text.encode()).documents
    assert document.effective == since_of(document, "2020-01-01") == "2027-01-01"
    assert left_open(replace(document, text=""), None) == ""


def test_a_day_in_brackets_behind_what_it_is_of() -> None:
    addendum = "부칙\n이 규정은 이사회의 승인을 받은 날(2027년 2월 1일)부터 시행한다.\n"
    ((document, _),) = parse("여비규정.txt", f"{rule(2)}\n{addendum}".encode()).documents
    assert document.effective == "2027-02-01"


def test_who_has_told_the_day_is_not_asked_for_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    open_day = "\n부칙\n이 규정의 시행일은 원장이 따로 정한다.\n"
    path = desk.put("여비규정.txt", f"{rule(2)}{open_day}")
    assert notes(desk.add(path, since="2024-05-01")) == []
    assert desk.days() == [(1, "2024-05-01", None)]
    path.write_text(f"{rule(3)}{open_day}", encoding="utf-8")
    (note,) = notes(desk.add(path))
    assert "→ 'ingest add --effective 시행일 파일'로 알려 주세요." in note


NAMED = "이 규정은 2026. 2. 1.부터 시행한다."


@pytest.mark.parametrize(
    ("name", "addendum", "day"),
    [
        ("여비규정(2027.1.1.).txt", NAMED, "2027-01-01"),
        ("여비규정(250101).txt", NAMED, "2025-01-01"),
        ("여비규정(2026.2.1.).txt", NAMED, ""),
        ("여비규정(2027.1.1.).txt", "이 규정은 공포한 날부터 시행한다.", ""),  # the name's counts
    ],
)
def test_a_day_in_the_name_that_the_text_does_not_know(name: str, addendum: str, day: str) -> None:
    note = told(f"부칙\n{addendum}", name)
    expected = f"「여비규정」: 파일 이름의 날짜({day})가 글에 없어" if day else ""
    assert (note.startswith(expected), f"--effective {day} 파일" in note) == (True, bool(day))
    assert ("2026-02-01부터 시행하는 것으로" in note) == bool(day)


def test_a_day_in_the_name_is_no_matter_where_the_admin_tells_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    path = desk.put("여비규정(2027.1.1.).txt", rule(2, "2026-02-01"))
    assert "2027-01-01" in notes(desk.add())[0]
    assert notes(desk.add(path, since="2027-01-01")) == []
    assert desk.days() == [(1, "2027-01-01", None)]


def test_one_day_is_not_told_of_a_book_whose_rules_state_others(tmp_path: Path) -> None:
    """Else each of its rules would be of the day that was meant for one."""
    desk = Desk(tmp_path)
    rules = [rule(2, "2020-01-01", "보수규정"), rule(3, title="여비규정")]
    book = desk.put("규정집.txt", "\n".join(rules))
    told = (
        "규정 2개가 저마다 시행일을 말하는 파일이어서 모두 2024-01-01부터 시행하게 할 수 없습니다."
    )
    (failed,) = desk.add(since="2024-01-01").failed
    assert failed.reason.startswith(told)
    assert statuses(desk.add()) == ["added"]
    (failed,) = desk.add(book, since="2024-01-01").failed
    assert failed.reason.startswith(told)
    assert desk.amounts("2020-02-01", "보수규정") == [2]
    # As it names the remedy: the one rule of which the day is to be told, on its own.
    desk.add(desk.put("여비규정.txt", rules[1]), since="2024-01-01")
    assert desk.amounts("2023-12-31") == []
    assert desk.amounts("2024-01-01") == [3]
    assert desk.amounts("2020-02-01", "보수규정") == [2]
    # One day for all of them contradicts none that states none.
    book = desk.put("지침집.txt", "\n".join([rule(4, title="복무지침"), rule(5, title="문서지침")]))
    assert statuses(desk.add(book, since="2024-01-01")) == ["added"]
