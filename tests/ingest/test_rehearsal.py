"""``ingest sync --dry-run``: it tells what a run would do and stop, and only reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest.__main__ import main
from ingest.faq import add_faq
from ingest.lock import only_writer
from onprem_rag.config import load_config
from onprem_rag.library.store import Library
from onprem_rag.records import Vote, Wording
from tests.conftest import Run, shelf_of
from tests.ingest.holding import Desk, rule
from tests.library.test_engine import no_rights

QUESTION = "일비는 얼마인가요?"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A rule that an approved answer, a question of the gate and a liked answer cite."""
    desk = Desk(tmp_path)
    desk.put("여비규정.txt", rule(2, "2020-01-01"))
    desk.add()
    faq = tmp_path / "여비.csv"
    faq.write_text(f"질문,답변,문서,조문\n{QUESTION},2만원입니다.,여비규정,제2조\n", "utf-8")
    add_faq(desk.config, [faq])
    digest = shelf_of(desk.home).digest("여비규정", "제2조")
    library = Library.open(desk.config.library_url)
    with library.writing() as writer:
        cited = (Wording("여비규정", "제2조", digest),)
        writer.vote(Vote("a1", "출장 일비?", "2만원입니다.", 1, cited, ""))
    library.close()
    asked = {"question": f"여비규정 {QUESTION}", "document": "여비규정", "article": "제2조"}
    (desk.home / "질문.jsonl").write_text(json.dumps(asked))
    (desk.home / "config.toml").write_text('[gate]\nquestions = "질문.jsonl"\n')
    desk.config = load_config(desk.home)
    return desk


def contents(home: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}


def test_it_tells_what_cites_a_change_and_that_the_gate_will_be_asked(
    desk: Desk, call: Run
) -> None:
    desk.put("여비규정.txt", rule(3, "2024-01-01"))
    desk.put("보수규정.txt", rule(4, "2024-01-01", "보수규정"))
    with no_rights(desk.home):
        before = contents(desk.home)
        code, out, err = call(main, "sync", "--dry-run", "--home", desk.home, desk.folder)
        assert contents(desk.home) == before
    assert (code, err) == (0, "")
    assert out.splitlines()[-6:] == [
        "실행하면 [gate]의 질문 1개로 새 색인을 검사하고, 떨어지면 켜지 않습니다.",
        "실행하면 바뀐 조문을 인용하는 것이 있습니다.",
        *(f"  {line}" for line in desk.sync(dry_run=True).review),
        "미리 보기입니다. 아무것도 바꾸지 않았습니다.",
    ]
    rehearsal, done = desk.sync(dry_run=True), desk.sync()
    assert rehearsal.review == done.review
    assert rehearsal.summary == done.summary
    names = ("승인된 답변 1번", "질문 모음의", "좋은 평가를 받은 답")
    assert [line.startswith(name) for line, name in zip(done.review, names, strict=True)] == [
        True
    ] * 3


def test_of_two_new_files_of_one_day_it_names_the_one_that_will_count(desk: Desk) -> None:
    for name, amount in (("가.txt", 3), ("나.txt", 2)):
        desk.put(name, rule(amount, "2024-01-01") + f"제9조({name[0]}) 끝.\n")
    rehearsal, done = desk.sync(dry_run=True), desk.sync()
    assert [file.notes for file in rehearsal.files] == [file.notes for file in done.files]
    assert any("나.txt의 것만 답합니다" in note for file in done.files for note in file.notes)
    assert (rehearsal.summary, rehearsal.review) == (done.summary, done.review)


def test_where_nothing_changes_nothing_is_asked(desk: Desk) -> None:
    rehearsal = desk.sync(dry_run=True)
    assert (rehearsal.summary, rehearsal.review, rehearsal.gate) == ((), (), "")


def test_a_folder_for_a_home_that_is_not_there_makes_none(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    for name in ("여비규정.txt", "사본.txt"):
        desk.put(name, rule(2))
    rehearsal = desk.sync(dry_run=True)
    assert rehearsal.summary == ("여비규정 1판: 새 규정",)
    assert (rehearsal.generation, rehearsal.gate) == (None, "")
    assert not desk.home.exists()
    assert desk.sync().summary == rehearsal.summary


def test_it_need_not_wait_for_a_run(desk: Desk, call: Run) -> None:
    with only_writer(desk.home, "sync"):
        code, out, _ = call(main, "sync", "--dry-run", "--home", desk.home, desk.folder)
    assert (code, "미리 보기입니다." in out) == (0, True)
