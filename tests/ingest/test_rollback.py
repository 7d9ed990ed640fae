"""Back to an older generation and forward again; what was done is told."""

from __future__ import annotations

import json
import shutil
import threading
from pathlib import Path

import pytest

from ingest.__main__ import main
from ingest.faq import add_faq, review
from ingest.lock import only_writer
from ingest.rollback import rollback
from onprem_rag.errors import LibraryError
from onprem_rag.library import versions as days
from tests.conftest import Run, shelf_of
from tests.ingest.holding import QUESTION, Desk, rule


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_back_forward_and_on(desk: Desk, call: Run) -> None:
    with pytest.raises(
        LibraryError, match=r"되돌아갈 세대가 없습니다: 이전 세대\n→ 남아 있는 세대: 없음"
    ):
        rollback(desk.config)
    path = desk.put("여비규정.txt", rule(2))
    desk.add()
    chatbot = desk.chatbot()
    with pytest.raises(LibraryError, match=r"되돌아갈 세대가 없습니다: 이전 세대\n→ .*: 1\."):
        rollback(desk.config)
    desk.put("여비규정.txt", rule(3))
    desk.put("보수규정.txt", rule(5, title="보수규정"))
    desk.add()
    assert "3만원" in chatbot.ask(QUESTION).text

    code, out, _ = call(main, "rollback", "--home", desk.home)
    assert code == 0
    assert out.splitlines()[:4] == [
        "  여비규정 1판: 지난 판 → 시행 중",
        "  보수규정 1판: 뺌",
        "  여비규정 2판: 뺌",
        "1세대로 되돌렸습니다. 열려 있는 화면에도 곧바로 반영됩니다.",
    ]
    assert "다음 'ingest sync'나 'watch'가 지금 파일의 내용을 다시 넣습니다.\n→ " in out
    assert "승인된 답변은 되돌리지 않습니다." in out
    assert "2만원" in chatbot.ask(QUESTION).text  # the running app
    assert chatbot.summary() == "규정 1건 · 조문 2개 · 색인 1세대"
    assert not any("보수" in hit.passage.document for hit in chatbot.search("보수규정", 50))
    assert desk.amounts() == [2]
    code, _, err = call(main, "rollback", "--home", desk.home, "1")
    assert (code, "1세대가 지금 쓰이고 있습니다. → " in err) == (1, True)
    code, _, err = call(main, "rollback", "--home", desk.home, "7")
    assert (code, "되돌아갈 세대가 없습니다: 7\n→ 남아 있는 세대: 1, 2." in err) == (1, True)

    assert rollback(desk.config, 2).generation == "g000002"
    assert "3만원" in chatbot.ask(QUESTION).text
    assert desk.amounts(title="보수규정") == [5]
    rollback(desk.config)

    # From there on: the files that were never in this state are taken in anew.
    outcome = desk.add()
    assert {file.status for file in outcome.files} == {"added", "replaced"}
    assert outcome.generation == "g000003"
    assert (desk.amounts(), desk.amounts(title="보수규정")) == ([3], [5])
    assert [(v.title, v.number) for v in shelf_of(desk.home).held] == [
        ("보수규정", 1),
        ("여비규정", 1),
        ("여비규정", 2),
    ]
    path.write_text(rule(4))
    desk.add()
    assert "4만원" in chatbot.ask(QUESTION).text

    # What was done, newest first, and where one can go back to.
    code, out, _ = call(main, "history", "--home", desk.home, "--json")
    told = json.loads(out)
    assert (told["live"], told["kept"]) == ("g000004", ["g000001", "g000003", "g000004"])
    assert [(done["action"], done["generation"]) for done in reversed(told["history"])] == [
        ("add", "g000001"),
        ("add", "g000002"),
        ("rollback", "g000001"),
        ("rollback", "g000002"),
        ("rollback", "g000001"),
        ("add", "g000003"),
        ("add", "g000004"),
    ]
    code, out, _ = call(main, "history", "--home", desk.home)
    first, *lines = out.splitlines()
    assert first.endswith("  넣음(ingest add)  → 4세대 (지금)")
    assert lines[0] == "    여비규정 2판: 시행 중 → 지난 판"
    assert "    2세대에서 1세대로" in lines
    # Each generation is marked once, where it was made live last.
    marked = [line.split("  ", 2)[2] for line in lines if "되돌릴 수 있음" in line]
    assert marked == [
        "넣음(ingest add)  → 3세대 (되돌릴 수 있음)",
        "되돌림(ingest rollback)  → 1세대 (되돌릴 수 있음)",
    ]
    assert lines[-1] == "→ 되돌리려면 'ingest rollback 세대번호'를 쓰세요."


def test_a_generation_that_is_damaged_is_no_way_back(desk: Desk) -> None:
    desk.put("여비규정.txt", rule(2))
    desk.add()
    desk.put("여비규정.txt", rule(3))
    desk.add()
    manifest = desk.home / "index" / "g000001" / "manifest.json"
    manifest.write_text("{")
    with pytest.raises(LibraryError, match="되돌아갈 세대가 없습니다"):
        rollback(desk.config)
    assert desk.amounts() == [3]
    assert "3만원" in desk.chatbot().ask(QUESTION).text


def test_back_is_to_what_led_here_not_to_what_was_rolled_back(desk: Desk) -> None:
    for amount in (2, 3, 4):
        desk.put("여비규정.txt", rule(amount))
        desk.add()
    assert rollback(desk.config).generation == "g000002"
    desk.put("여비규정.txt", rule(5))
    assert desk.add().generation == "g000004"
    assert rollback(desk.config).generation == "g000002"
    assert desk.amounts() == [3]


def test_a_damaged_index_does_not_bring_back_what_was_rolled_back(desk: Desk) -> None:
    for amount in (2, 3):
        desk.put("여비규정.txt", rule(amount))
        desk.add()
    rollback(desk.config)
    (desk.home / "index" / "g000001" / "manifest.json").write_text("{")
    assert desk.amounts() == [2]


def test_an_index_that_was_deleted_is_built_under_another_name(desk: Desk) -> None:
    desk.put("여비규정.txt", rule(2))
    desk.add()
    chatbot = desk.chatbot()
    shutil.rmtree(desk.home / "index")
    desk.put("여비규정.txt", rule(3))
    assert desk.add().generation == "g000002"
    assert "3만원" in chatbot.ask(QUESTION).text


def test_a_second_writer_is_told_who_is_at_work(desk: Desk, call: Run) -> None:
    desk.put("여비규정.txt", rule(2))
    desk.add()
    refused = []
    with only_writer(desk.home, "sync"):
        for command in (
            ["add", desk.folder],
            ["sync", desk.folder],
            ["remove", "여비규정"],
            ["rollback"],
            ["faq", "--confirm"],
        ):
            code, _, err = call(main, command[0], "--home", desk.home, *command[1:])
            refused.append((code, "다른 ingest 작업('ingest sync', 프로세스 " in err, "→" in err))
        assert "2만원" in desk.chatbot().ask(QUESTION).text  # readers are not kept waiting
    assert refused == [(1, True, True)] * 5
    assert desk.add().generation == "g000001"


def test_the_lock_of_one_that_died_is_none(desk: Desk) -> None:
    desk.put("여비규정.txt", rule(2))
    desk.home.mkdir()
    (desk.home / ".ingest.lock").write_text("'ingest add', 프로세스 1, 09:00 시작")
    desk.add()
    done: list[str] = []

    def another() -> None:
        done.extend(str(file.status) for file in desk.add().files)

    thread = threading.Thread(target=another)
    thread.start()
    thread.join()
    assert done == ["unchanged"]


def test_approved_answers_go_with_the_wording(desk: Desk) -> None:
    desk.put("여비규정.txt", rule(2))
    desk.add()
    faq = desk.home.parent / "여비.csv"
    faq.write_text("질문,답변,문서,조문\n일비가 얼마죠?,2만원입니다.,여비규정,제2조\n")
    add_faq(desk.config, [faq])
    chatbot = desk.chatbot()
    fires, waiting = [], []
    for step in ("amended", "back", "forward"):
        if step == "amended":
            desk.put("여비규정.txt", rule(3))
            desk.add()
        else:
            waiting.append(len(rollback(desk.config, {"back": 1, "forward": 2}[step]).waiting))
        fires.append(chatbot.ask("일비가 얼마죠?").generator == "faq")
    assert (fires, waiting) == ([False, True, False], [0, 1])


def test_an_approved_answer_on_a_rule_to_come_is_bound_to_its_first_version(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.put("보수규정.txt", rule(5, title="보수규정"))
    desk.add()
    faq = desk.home.parent / "여비.csv"
    faq.write_text("질문,답변,문서,조문\n일비가 얼마죠?,2만원입니다.,여비규정,제2조\n")
    add_faq(desk.config, [faq])  # before there is such a rule at all
    desk.put("여비규정_1.txt", rule(2, "2100-12-01"))
    desk.put("여비규정_2.txt", rule(3, "2101-03-01"))
    desk.add()
    assert review(desk.config).waiting == ()
    chatbot = desk.chatbot()
    fires = []
    for day in ("2100-11-30", "2100-12-01", "2101-03-01"):
        monkeypatch.setattr(days, "today", lambda day=day: day)
        fires.append(chatbot.ask("일비가 얼마죠?").generator == "faq")
    assert fires == [False, True, False]
    assert len(review(desk.config).waiting) == 1
