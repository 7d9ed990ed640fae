"""The library as a mirror of a folder: what comes, goes, moves, can't be read, or is not there."""

from __future__ import annotations

import os
import shutil
import sqlite3
import zipfile
from datetime import date
from pathlib import Path

import pytest

from ingest import pipeline
from ingest.__main__ import main
from ingest.rollback import rollback
from onprem_rag.errors import LibraryError
from onprem_rag.index.generations import current_name
from onprem_rag.records import State
from tests.conftest import Run, quiet, shelf_of
from tests.ingest.holding import QUESTION, Desk, notes, rule, statuses


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def everything(desk: Desk) -> list[object]:
    """All rows of the library but progress, and the live generation."""
    with sqlite3.connect(desk.home / "library.sqlite") as connection:
        tables = ("documents", "holdings", "files", "history", "passages")
        rows = [connection.execute(f"SELECT * FROM {name}").fetchall() for name in tables]
    index = sorted(path.name for path in (desk.home / "index").iterdir())
    return [rows, index, current_name(desk.home / "index")]


def test_the_library_follows_the_folder(desk: Desk, call: Run) -> None:
    desk.put("여비규정.txt", rule(2))
    desk.put("보수/보수규정.txt", rule(5, title="보수규정"))
    desk.put("보수/수당규정.txt", rule(6, title="수당규정"))
    assert statuses(desk.sync()) == ["added"] * 3
    chatbot = desk.chatbot()
    nothing = desk.sync()
    assert (statuses(nothing), nothing.summary) == (["unchanged"] * 3, ())
    assert nothing.generation == "g000001"

    # One is amended, one renamed, one gone, one new.
    desk.put("여비규정.txt", rule(3))
    os.rename(desk.folder / "보수/보수규정.txt", desk.folder / "보수/보수규정(새 이름).txt")
    os.remove(desk.folder / "보수/수당규정.txt")
    desk.put("보안규정.txt", rule(7, title="보안규정"))
    before = everything(desk)
    code, out, _ = call(main, "sync", "--dry-run", "--home", desk.home, desk.folder)
    planned = [line.strip() for line in out.splitlines() if line.startswith("  ")]
    assert code == 0
    assert [line for line in out.splitlines() if not line.startswith("  ")] == [
        "파일 2개에서 규정 2건, 조문 4개를 넣게 됩니다.",
        "옮긴 파일 1개: 규정은 그대로 두고 새 위치만 적게 됩니다.",
        "사라진 파일 1개: 규정 1건을 빼게 됩니다.",
        "미리 보기입니다. 아무것도 바꾸지 않았습니다.",
    ]
    assert everything(desk) == before
    outcome = desk.sync()
    assert list(outcome.summary) == planned
    assert planned == [
        "보안규정 1판: 새 규정",
        "수당규정 1판: 시행 중 → 철회",
        "여비규정 1판: 시행 중 → 지난 판",
        "여비규정 2판: 새 판",
    ]
    found = {(Path(f.path).name, f.status) for f in outcome.files}
    assert found >= {
        ("여비규정.txt", "replaced"),
        ("보안규정.txt", "added"),
        ("수당규정.txt", "gone"),
        ("보수규정(새 이름).txt", "moved"),
    }
    assert ("보수규정.txt", "gone") not in found
    titles = {version.title for version in shelf_of(desk.home).versions.values()}
    assert titles == {"여비규정", "보안규정", "보수규정"}
    assert "3만원" in chatbot.ask("여비규정 제2조").text
    assert not any("수당" in hit.passage.text for hit in chatbot.search("수당규정 일비", 50))

    # What comes back is in force again.
    desk.put("보수/수당규정.txt", rule(6, title="수당규정"))
    assert desk.sync().summary == ("수당규정 1판: 철회 → 시행 중",)


def test_a_folder_that_is_not_mounted_does_not_empty_the_library(desk: Desk) -> None:
    desk.put("여비규정.txt", rule(2))
    desk.sync()
    shutil.move(desk.folder, desk.folder.with_name("떨어진 디스크"))
    before = everything(desk)
    with pytest.raises(LibraryError, match=r"폴더가 없거나 비어 있습니다: .*\n→ 경로와 마운트"):
        desk.sync()
    desk.folder.mkdir()
    with pytest.raises(LibraryError, match=r"폴더가 없거나 비어 있습니다: .*\n→ 경로와 마운트"):
        desk.sync()
    (desk.folder / "빈 폴더").mkdir()
    (desk.folder / ".DS_Store").write_bytes(b"\0")
    with pytest.raises(LibraryError, match=r"폴더가 없거나 비어 있습니다: .*\n→ 경로와 마운트"):
        desk.sync()
    assert everything(desk) == before
    assert desk.amounts() == [2]


def test_what_cannot_be_read_is_not_gone(desk: Desk) -> None:
    path = desk.put("여비규정.txt", rule(2))
    archive = desk.folder / "규정.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("보수규정.txt", rule(5, title="보수규정"))
        file.writestr("수당규정.txt", rule(6, title="수당규정"))
    desk.sync()
    path.write_bytes(b"\0\1\2\3" * 100)
    archive.write_bytes(archive.read_bytes()[:100])
    desk.put("새것.txt", "").write_bytes(b"\0\1\2\3" * 100)
    outcome = desk.sync()
    assert statuses(outcome) == ["failed"] * 3
    assert outcome.summary == ()
    kept = ("전에 읽은 내용은 그대로 둡니다.",)  # of what was ever read
    assert [file.notes for file in outcome.failed] == [kept, (), kept]
    assert (desk.amounts(), desk.amounts(title="보수규정")) == ([2], [5])
    # Of an archive that can be read, what is not in it any more is gone.
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("보수규정.txt", rule(5, title="보수규정"))
    assert desk.sync().summary == ("수당규정 1판: 시행 중 → 철회",)


def test_only_files_of_the_folder_go(desk: Desk) -> None:
    other = Desk.__new__(Desk)
    other.home, other.config = desk.home, desk.config
    other.folder = desk.folder.with_name("규정2")  # its name begins with that of the other
    other.folder.mkdir()
    other.put("보수규정.txt", rule(5, title="보수규정"))
    desk.put("여비규정.txt", rule(2))
    desk.put("수당규정.txt", rule(6, title="수당규정"))
    other.sync()
    desk.sync()
    os.remove(desk.folder / "수당규정.txt")
    assert desk.sync().summary == ("수당규정 1판: 시행 중 → 철회",)
    assert (desk.amounts(), desk.amounts(title="보수규정")) == ([2], [5])


def test_of_two_editions_the_one_that_stays_counts(desk: Desk) -> None:
    old = desk.put("여비규정(2020).txt", rule(2, "2020-01-01"))
    new = desk.put("여비규정(2024).txt", rule(3, "2024-03-01"))
    desk.sync()
    assert desk.amounts() == [3]
    os.remove(new)  # it was never meant
    desk.sync()
    assert (desk.amounts(), desk.amounts("2024-03-01")) == ([2], [2])
    new.write_text(rule(3, "2024-03-01"))
    desk.sync()
    os.remove(old)  # it is history: what was in force stays known
    desk.sync()
    assert (desk.amounts(), desk.amounts("2021-01-01")) == ([3], [2])


def test_rules_are_removed_by_title_by_file_and_by_folder(
    desk: Desk, call: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("onprem_rag.library.versions.today", lambda: "2025-06-30")
    for number, title in enumerate(("여비규정", "보수규정", "수당규정", "보안 규정"), 1):
        desk.put(f"{number}/{title}.txt", rule(number, "2020-01-01", title))
    desk.put("여비규정(예정).txt", rule(9, "2026-01-01"))
    desk.add()
    for wrong, hint in (("여비규칙", "비슷한 제목: 여비규정"), ("없는것", "'ingest status'로")):
        before = everything(desk)
        code, _, err = call(main, "remove", "--home", desk.home, "보수규정", wrong)
        assert (code, f"그런 제목의 규정이나 파일이 없습니다: {wrong}\n→ {hint}" in err) == (
            1,
            True,
        )
        assert everything(desk) == before  # one wrong name: nothing is removed
    code, out, _ = call(main, "remove", "--home", desk.home, "보안규정", desk.folder / "2")
    assert (code, out.splitlines()[:2]) == (
        0,
        [
            "  보수규정 1판(2020-01-01 시행): 시행 중 → 철회",
            "  보안 규정 1판(2020-01-01 시행): 시행 중 → 철회",
        ],
    )
    assert desk.amounts("2025-06-29", "보수규정") == [2]
    # A version to come, by its file: the one in force stays.
    desk.remove(str(desk.folder / "여비규정(예정).txt"))
    assert (desk.amounts(), desk.amounts("2026-01-01")) == ([1], [1])
    # By title: all that is in force or to come.
    desk.add(desk.folder / "여비규정(예정).txt")
    assert (desk.amounts(), desk.amounts("2026-01-01")) == ([1], [9])
    desk.remove("여비규정")
    assert (desk.amounts(), desk.amounts("2026-01-01")) == ([], [])
    code, out, _ = call(main, "status", "--home", desk.home)
    assert out.count("철회") == 4
    assert "시행 전" not in out
    # The last rule: an empty library answers that it holds nothing.
    desk.remove("수당규정")
    answer = desk.chatbot().ask(QUESTION)
    assert answer.hits == ()
    assert State.IN_FORCE not in out


def test_a_file_can_be_removed_whose_text_another_of_its_day_replaced(desk: Desk) -> None:
    old = desk.put("가.txt", rule(2, date.today().isoformat()))
    desk.add()
    desk.put("나.txt", rule(3))
    desk.add()
    assert desk.amounts() == [3]
    outcome = desk.remove(str(old))
    assert (outcome.summary, outcome.already, desk.amounts()) == ((), (), [3])
    with pytest.raises(LibraryError, match="그런 제목의 규정이나 파일이 없습니다"):
        desk.remove(str(old))


def test_a_run_in_between_does_not_go_on_from_another(desk: Desk) -> None:
    """What a run that failed has read is not in force."""
    desk.put("여비규정.txt", rule(2))
    desk.sync()
    desk.put("보수규정.txt", rule(5, title="보수규정"))

    def stopped(stage: str, done: int, total: int, passages: int | None = None) -> None:
        if stage != "파일 읽기":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pipeline.sync(desk.config, desk.folder, stopped)
    assert {one.title for one in shelf_of(desk.home).held} == {"여비규정"}
    os.remove(desk.folder / "보수규정.txt")
    assert desk.sync().summary == ()
    desk.put("보수규정.txt", rule(5, title="보수규정"))
    assert desk.sync().summary == ("보수규정 1판: 새 규정",)
    assert desk.amounts(title="보수규정") == [5]


def test_linked_files_go_with_their_links(desk: Desk) -> None:
    archive = desk.home.parent / "보관"
    archive.mkdir()
    (archive / "여비규정.txt").write_text(rule(2))
    desk.put("보수규정.txt", rule(5, title="보수규정"))
    link = desk.folder / "여비규정.txt"
    link.symlink_to(archive / "여비규정.txt")
    desk.sync()
    assert desk.amounts() == [2]
    link.unlink()
    assert desk.sync().summary == ("여비규정 1판: 시행 중 → 철회",)

    # A folder that is a link, to another edition of all that there is.
    new, current = desk.home.parent / "새 규정", desk.home.parent / "현행"
    new.mkdir()
    (new / "수당규정.txt").write_text(rule(6, title="수당규정"))
    current.symlink_to(desk.folder)
    pipeline.sync(desk.config, current, quiet)
    pipeline.remove(desk.config, [str(desk.folder)], quiet)
    current.unlink()
    current.symlink_to(new)
    outcome = pipeline.sync(desk.config, current, quiet)
    assert outcome.summary == ("보수규정 1판: 시행 중 → 철회", "수당규정 1판: 새 규정")


def test_a_folder_that_fails_while_it_is_read_is_not_empty(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.put("여비규정.txt", rule(2))
    desk.put("디스크/보수규정.txt", rule(5, title="보수규정"))
    desk.sync()
    scandir = os.scandir

    def failing(path: str) -> object:
        if str(path).endswith("디스크"):
            raise OSError(5, "Input/output error", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", failing)
    outcome = desk.sync()
    assert (statuses(outcome), outcome.summary) == (["unchanged", "failed"], ())
    assert desk.amounts(title="보수규정") == [5]


def test_moving_brings_nothing_back_and_status_tells_where_it_is(desk: Desk, call: Run) -> None:
    desk.put("여비/여비규정.txt", rule(2))
    desk.put("보수규정.txt", rule(5, title="보수규정"))
    desk.sync()
    desk.remove("여비규정")
    os.rename(desk.folder / "여비", desk.folder / "옮긴 여비")
    os.rename(desk.folder / "보수규정.txt", desk.folder / "옮긴 보수규정.txt")
    outcome = desk.sync()
    assert (outcome.summary, outcome.generation) == ((), "g000002")
    assert (desk.amounts(), desk.amounts(title="보수규정")) == ([], [5])
    _, out, _ = call(main, "status", "--home", desk.home)
    assert str(desk.folder / "옮긴 보수규정.txt") in out
    assert str(desk.folder / "보수규정.txt") not in out


def test_a_copy_of_a_text_that_is_no_rule_stays_when_the_other_is_changed(desk: Desk) -> None:
    def plan(number: int) -> str:
        return f"2026년 교육 계획\n\n교육은 {number}월에 실시한다. 참석 인원은 20명이다.\n"

    def months() -> set[str]:
        hits = desk.chatbot().search("교육은 몇 월에 실시하나요?", 10)
        return {month for hit in hits for month in "5678" if f"{month}월" in hit.passage.text}

    desk.put("계획.txt", plan(5))
    desk.put("사본/계획.txt", plan(5))
    desk.sync()
    desk.put("계획.txt", plan(6))
    desk.sync()
    assert months() == {"5", "6"}
    desk.put("사본/계획.txt", plan(7))
    desk.sync()
    assert months() == {"6", "7"}
    desk.put("계획.txt", plan(8))
    desk.sync()
    assert months() == {"7", "8"}


def test_what_is_moved_into_an_archive_and_about_in_it_is_not_gone(desk: Desk, call: Run) -> None:
    for amount, year in ((2, "2020"), (3, "2024")):
        desk.put(f"여비규정({year}).txt", rule(amount, f"{year}-03-01"))
    desk.sync()
    for folder in ("", "여비/"):
        with zipfile.ZipFile(desk.folder / "규정.zip", "w") as file:
            file.writestr(f"{folder}여비규정(2020).txt", rule(2, "2020-03-01"))
            file.writestr(f"{folder}여비규정(2024).txt", rule(3, "2024-03-01"))
        for path in desk.folder.glob("*.txt"):
            path.unlink()
        outcome = desk.sync()
        assert (statuses(outcome), outcome.summary) == (["moved", "moved"], ())
    assert (desk.amounts(), desk.amounts("2021-01-01")) == ([3], [2])
    shutil.copy(desk.folder / "규정.zip", desk.folder / "사본.zip")
    assert "moved" not in statuses(desk.sync())  # it was copied
    _, out, _ = call(main, "remove", "--home", desk.home, desk.folder / "사본.zip")
    assert out == ("바뀐 것이 없습니다.\n→ 같은 규정이 다른 파일에도 있으면 제목으로 빼세요.\n")


def test_the_first_load_of_older_editions_is_no_alarm(desk: Desk) -> None:
    for amount, year in ((2, "2020"), (3, "2024")):
        desk.put(f"여비규정({year}).txt", rule(amount, f"{year}-03-01"))
    assert desk.sync().summary == (
        "여비규정 1판(2020-03-01 시행): 지난 판으로 넣음(이력).",
        "여비규정 2판(2024-03-01 시행): 새 규정",
    )


def test_a_file_is_no_folder(desk: Desk) -> None:
    path = desk.put("여비규정.txt", rule(2))
    with pytest.raises(LibraryError, match=r"폴더가 아니라 파일입니다: .*\n→ 파일은 'ingest add'"):
        pipeline.sync(desk.config, path, quiet)


def test_removing_says_whether_it_lasts_and_how_to_undo_it(desk: Desk, call: Run) -> None:
    path = desk.put("여비규정.txt", rule(2))
    desk.put("보수규정.txt", rule(5, title="보수규정"))
    desk.sync()
    code, out, _ = call(main, "remove", "--home", desk.home, "보수규정", path)
    assert (code, out.splitlines()) == (
        0,
        [
            "  보수규정 1판: 시행 중 → 철회",
            "  여비규정 1판: 시행 중 → 철회",
            f"파일이 그대로 있어 그 폴더의 다음 'ingest sync'가 다시 넣습니다: {path}",
            "→ 빼 두려면 파일도 치우거나, 파일 대신 제목으로 빼세요.",
            "제목으로 뺀 규정은 'ingest sync'를 다시 해도 파일이 바뀌기 전에는 빠져 있습니다.",
            "→ 되살리려면 'ingest add 파일'이나 'ingest rollback'을 쓰세요.",
        ],
    )
    assert desk.sync().summary == ("여비규정 1판: 철회 → 시행 중",)  # it is as was said
    code, out, _ = call(main, "sync", "--home", desk.home, desk.folder)
    assert out == "바뀐 것이 없습니다.\n바뀌지 않은 파일 2개는 그대로 두었습니다.\n"


def test_a_file_in_an_archive_comes_back_unless_it_goes_too(desk: Desk, call: Run) -> None:
    desk.put("여비규정.txt", rule(2))
    archive = desk.folder / "규정.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("보수규정.txt", rule(5, title="보수규정"))
    desk.sync()
    member = f"{archive}!/보수규정.txt"
    _, out, _ = call(main, "remove", "--home", desk.home, member)
    assert out.splitlines() == [
        "  보수규정 1판: 시행 중 → 철회",
        f"파일이 그대로 있어 그 폴더의 다음 'ingest sync'가 다시 넣습니다: {member}",
        "→ 빼 두려면 파일도 치우거나, 파일 대신 제목으로 빼세요.",
        "→ 되살리려면 'ingest add 파일'이나 'ingest rollback'을 쓰세요.",
    ]
    assert desk.sync().summary == ("보수규정 1판: 철회 → 시행 중",)


def test_a_renamed_folder_leaves_no_trace_of_its_old_name(desk: Desk) -> None:
    """Else what is deleted afterwards would stay in force under a path that is gone."""
    desk.put("여비규정.txt", rule(2))
    desk.put("보수규정.txt", rule(5, title="보수규정"))
    desk.sync()
    new = desk.folder.with_name("규정(새 이름)")
    desk.folder.rename(new)
    desk.folder = new
    desk.sync()
    assert desk.amounts() == [2]
    desk.put("Thumbs.db", "\x00")  # what systems leave beside
    desk.put("~$여비규정.docx", "\x00")
    (new / "여비규정.txt").unlink()
    outcome = desk.sync()
    assert (desk.amounts(), outcome.failed) == ([], ())


def test_a_removal_may_be_repeated_after_it_was_cut_off(
    desk: Desk, call: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.put("여비규정.txt", rule(2, "2020-01-01"))
    coming = desk.put("여비규정(예정).txt", rule(9, "2026-01-01"))
    path = desk.put("보수규정.txt", rule(5, "2020-01-01", "보수규정"))
    monkeypatch.setattr("onprem_rag.library.versions.today", lambda: "2025-06-30")
    desk.add()

    def remove(*names: object) -> tuple[int, list[str]]:
        code, out, _ = call(main, "remove", "--home", desk.home, *names)
        return code, out.splitlines()

    assert remove(coming, path)[0] == 0
    monkeypatch.setattr("onprem_rag.library.versions.today", lambda: "2025-07-01")
    code, out = remove(path, coming, "여비규정")
    assert (code, out[:3]) == (
        0,
        [
            f"  이미 2025-06-30에 뺐습니다: {path}",
            f"  이미 뺐습니다: {coming}",
            "  여비규정 1판(2020-01-01 시행): 시행 중 → 철회",
        ],
    )
    code, out = remove("여비규정", "보수규정")
    days = ("2025-07-01에 뺐습니다: 여비규정", "2025-06-30에 뺐습니다: 보수규정")
    assert (code, out[:3]) == (0, [*(f"  이미 {day}" for day in days), "바뀐 것이 없습니다."])
    assert remove("보수규정", "없는것")[0] == 1


def test_a_file_that_a_new_version_replaces_takes_nothing_out(desk: Desk, call: Run) -> None:
    desk.put("보수규정.txt", rule(5, title="보수규정"))
    old = desk.put("여비규정(2020).txt", rule(2, "2020-01-01"))
    desk.sync()
    old.unlink()
    desk.put("여비규정(2024).txt", rule(3, "2024-01-01"))
    for more in (["--dry-run"], []):
        _, out, _ = call(main, "sync", "--home", desk.home, desk.folder, *more)
        assert "사라진 파일 1개: 다른 파일에 있거나 새 판이 대신하거나" in out
        assert ("규정은 없습니다." in out, "을 뺐" in out, "빼게 됩니다" in out) == (
            True,
            False,
            False,
        )
    (desk.folder / "여비규정(2024).txt").unlink()
    _, out, _ = call(main, "sync", "--home", desk.home, desk.folder)
    assert "사라진 파일 1개: 규정 1건을 뺐습니다." in out


def test_a_coming_version_that_was_deleted_and_put_back_leaves_a_gap_which_is_told(
    desk: Desk,
) -> None:
    path = desk.put("여비규정.txt", rule(2, "2020-01-01"))
    desk.put("보수규정.txt", rule(9, title="보수규정"))
    desk.sync()
    old, new = path.read_text(), rule(3, "2099-01-01")
    path.write_text(new)
    desk.sync()
    path.unlink()
    desk.sync()
    path.write_text(new)
    outcome = desk.sync()
    (note,) = notes(outcome)
    assert "2099-01-01까지는 어느 판으로도 답하지 않습니다." in note
    assert (desk.amounts(), desk.amounts("2099-01-01")) == ([], [3])
    # Both of what the note says to do about it.
    live = int(str(outcome.generation)[1:])
    rollback(desk.config, live - 2)
    assert notes(desk.sync()) == []
    assert (desk.amounts(), desk.amounts("2099-01-01")) == ([2], [3])
    rollback(desk.config, live)
    assert "'ingest add --effective 2020-01-01 파일'" in note
    former = desk.home.parent / "옛 여비규정.txt"
    former.write_text(old)
    desk.add(former, since="2020-01-01")
    assert notes(desk.sync()) == []
    assert (desk.amounts(), desk.amounts("2099-01-01")) == ([2], [3])
