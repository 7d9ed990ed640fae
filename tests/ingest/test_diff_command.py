"""``ingest diff``: which versions it compares, what it says of others, and where the table goes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest.__main__ import main
from ingest.comparing import chosen
from onprem_rag.errors import ConfigError
from onprem_rag.library.versions import chained
from onprem_rag.records import Version
from tests.conftest import Run
from tests.ingest.holding import Desk, rule

TODAY = "2025-06-30"


def versions(*since: str, withdrawn: str | None = None) -> list[Version]:
    """One rule's versions that begin on these days, in the order in which they were taken in."""
    return chained(
        Version(at, "여비규정", "여비규정", "규정", "/가", day, True, at, withdrawn=withdrawn)
        for at, day in enumerate(since, start=1)
    )


COMING = ("2020-01-01", "2024-03-01", "2027-03-01")


@pytest.mark.parametrize(
    ("days", "old", "new", "numbers"),
    [
        (COMING, None, None, (1, 2)),
        (COMING, "1", None, (1, 2)),
        (COMING, "1판", None, (1, 2)),
        (COMING, "제1판", None, (1, 2)),
        (COMING, "2023-12-31", None, (1, 2)),
        (COMING, "2023. 12. 31.", "20240301", (1, 2)),
        (COMING, "2", None, (2, 3)),  # from the one in force: to the next
        (COMING, "2025-01-01", None, (2, 3)),
        (COMING, None, "3", (2, 3)),
        (COMING, None, "2030-01-01", (2, 3)),
        (COMING, "1", "3", (1, 3)),
        (COMING, "3", "2", (3, 2)),  # as asked
        (("2024-03-01", "2027-03-01"), None, None, (1, 2)),  # the first is in force
        (("2026-01-01", "2027-03-01"), None, None, (1, 2)),  # none is
        # 2판 was replaced on its own day: it is compared where it is named only.
        (("2020-01-01", "2024-03-01", "2024-03-01"), None, None, (1, 3)),
        (("2020-01-01", "2024-03-01", "2024-03-01"), "2", None, (2, 3)),
        (("2024-03-01", "2024-03-01"), None, None, (1, 2)),
    ],
)
def test_the_versions_that_are_meant(
    days: tuple[str, ...], old: str | None, new: str | None, numbers: tuple[int, int]
) -> None:
    found = chosen(versions(*days), TODAY, old, new)
    assert tuple(one.number for one in found) == numbers


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("9", None, "그런 판이 없습니다: 9"),
        ("live", None, "판 번호나 날짜(2024-03-01)가 아닙니다: live"),
        ("2019-12-31", None, "시행 중인 판이 없습니다: 2019-12-31"),
        ("3", None, "3판은 시행 중인 2판보다 나중 판입니다."),
        (None, "1", "1판보다 앞선 판이 없습니다."),
        ("2", "2판", "2판을 그 판과 견줄 수는 없습니다."),
    ],
)
def test_what_cannot_be_compared_is_answered_with_what_there_is(
    old: str | None, new: str | None, reason: str
) -> None:
    with pytest.raises(ConfigError) as error:
        chosen(versions(*COMING), TODAY, old, new)
    listed = (f"제{number}판 ({day} 시행)" for number, day in enumerate(COMING, start=1))
    assert str(error.value).startswith(f"{reason}\n→ 있는 판: {', '.join(listed)}.")


def test_a_withdrawn_rule_is_compared_as_it_was_last() -> None:
    found = chosen(versions(*COMING[:2], withdrawn="2025-01-01"), TODAY, None, None)
    assert [one.number for one in found] == [1, 2]


def test_on_the_command_line(tmp_path: Path, call: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onprem_rag.library.versions.today", lambda: TODAY)
    desk = Desk(tmp_path)
    for amount, day in enumerate(COMING, start=2):
        desk.put(f"여비규정({day[:4]}).txt", rule(amount, day))
    plan = "교육은 {}월에 실시한다. 참석 인원은 20명이다.\n".format
    first, second = desk.put("가/계획.txt", plan(1)), desk.put("나/계획.txt", plan(2))
    desk.add()

    def diff(*arguments: object) -> tuple[int, str, str]:
        return call(main, "diff", "--home", desk.home, *arguments)

    code, out, err = diff("여비규정")
    assert (code, "2만원" in out, "3만원" in out, "4만원" in out) == (0, True, True, False)
    assert err == (
        "참고: 제3판 (2027-03-01 시행)이 시행을 앞두고 있습니다. "
        "→ 그 판과 견주려면 --from 2 --to 3 옵션을 쓰세요.\n"
    )
    code, out, err = diff("여비규정", "--from", "2", "--to", "3")
    assert (code, "4만원" in out, err) == (0, True, "")

    code, out, err = diff("여비규정", "--json")
    table = json.loads(out)
    assert (code, err) == (0, "")
    assert (table["old"], table["new"]) == ("제1판 (2020-01-01 시행)", "제2판 (2024-03-01 시행)")
    changed = [(one["kind"], one["new"]["article"]) for one in table["changes"]]
    assert changed[0] == ("변경", "제2조")
    code, _, err = diff("여비규정", "--json", "--format", "md")
    assert (code, err.startswith("오류: --json은 --format, --output과 함께")) == (1, True)

    for name, start in (("표.docx", b"PK"), ("표.HTM", b"<!doctype html>"), ("표.md", b"#")):
        assert diff("여비규정", "--output", tmp_path / name)[0] == 0
        assert (tmp_path / name).read_bytes().lower().startswith(start.lower()), name
    for name, form, reason in (
        ("다른.html", ["--format", "docx"], "--format(docx)과 파일 이름의 확장자(.html)가"),
        ("다른.pdf", [], "확장자로는 형식을 알 수 없습니다"),
    ):
        code, _, err = diff("여비규정", "--output", tmp_path / name, *form)
        assert (code, err.startswith(f"오류: {reason}"), "\n→ " in err) == (1, True, True)
        assert not (tmp_path / name).exists()
    assert diff("여비규정", "--format", "md", "--output", tmp_path / "표.txt")[0] == 0

    # Of one title there may be several: then the file tells which.
    first.write_text(plan(3), encoding="utf-8")
    second.write_text(plan(4), encoding="utf-8")
    desk.add()
    code, _, err = diff("계획")
    assert (code, err.count("계획.txt")) == (1, 2), err
    assert "→ 제목 대신 파일의 경로를 쓰세요." in err
    code, out, err = diff(second)
    assert (code, [f"{number}월" in out for number in (1, 2, 3, 4)]) == (
        0,
        [False, True, False, True],
    ), err
