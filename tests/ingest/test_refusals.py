"""What the gate has refused, or was made to let through: in the history, and nowhere else."""

from __future__ import annotations

import getpass
import json
from pathlib import Path

import pytest

from ingest.__main__ import main
from onprem_rag.config import load_config
from onprem_rag.index import generations
from tests.conftest import Run, shelf_of
from tests.ingest.holding import Desk, rule

SINCE = "2020-01-01"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A rule in its second version, and a gate that asks for its 제2조 in seven ways."""
    monkeypatch.delenv("SUDO_USER", raising=False)
    desk = Desk(tmp_path)
    for amount in (2, 3):
        desk.put("여비규정.txt", rule(amount, SINCE))
        desk.add()
    asked = [
        {"question": f"여비규정 {word} 일비는?", "document": "여비규정", "article": "제2조"}
        for word in ("하루", "출장", "직원", "임원", "국내", "국외", "올해")
    ]
    lines = [json.dumps(one) for one in asked]
    (desk.home / "질문.jsonl").write_text("\n".join(lines))
    (desk.home / "config.toml").write_text('[gate]\nquestions = "질문.jsonl"\n')
    desk.config = load_config(desk.home)
    desk.put("여비규정.txt", "여비규정\n\n제1조(목적) 이 규정은 여비를 정한다.\n")
    return desk


def history(desk: Desk, call: Run) -> tuple[list[str], list[dict[str, object]]]:
    """Its lines, and its events as JSON, the newest first."""
    _, out, _ = call(main, "history", "--home", desk.home)
    _, told, _ = call(main, "history", "--home", desk.home, "--json")
    return out.splitlines(), json.loads(told)["history"]


def test_a_refusal_is_in_the_history_and_changes_nothing(desk: Desk, call: Run) -> None:
    before = [shelf_of(desk.home).held, desk.amounts()]
    assert desk.add().refused
    assert [shelf_of(desk.home).held, desk.amounts()] == before
    assert generations.current_name(desk.home / "index") == "g000002"
    lines, (refused, *_) = history(desk, call)
    assert lines[0].endswith(
        f"  {getpass.getuser()}  넣음(ingest add)  → 거절: 질문 검사에 떨어져 아래대로 바꾸지 않음"
    )
    assert lines[1:5] == [
        "    여비규정 2판(2020-01-01 시행): 시행 중 → 지난 판",
        "    여비규정 3판: 새 판",
        "    켜지 않음: 질문 검사에 떨어짐(hit@2 1.000 → 0.000, MRR 1.000 → 0.000, "
        "내려간 질문 7개, 정답 규정이 빠진 질문 0개)",
        "      1위 → 조문 없음  여비규정 하루 일비는? (여비규정 제2조)",
    ]
    assert lines[9] == "      … 모두 7건 (전체는 'ingest history --json')"
    assert lines[10].endswith("  → 2세대 (지금)"), "what is live stays so"
    assert (refused["refused"], refused["who"]) == (True, getpass.getuser())
    assert isinstance(refused["fallen"], list)
    assert len(refused["fallen"]) == 7


def test_a_forced_change_names_the_questions_that_fell(desk: Desk, call: Run) -> None:
    call(main, "add", "--home", desk.home, desk.folder, "--force")
    lines, (forced, *_) = history(desk, call)
    assert " → 3세대 (지금)" in lines[0]
    assert "    --force로 켬: 질문 검사에 떨어짐(hit@2 1.000 → 0.000" in lines[3]
    assert "      1위 → 조문 없음  여비규정 출장 일비는? (여비규정 제2조)" in lines[:9]
    assert forced["refused"] is False
    assert desk.amounts() == []


def test_a_refusal_is_no_generation_to_go_back_from(desk: Desk, call: Run) -> None:
    for _ in range(2):
        assert desk.add().refused
    code, out, _ = call(main, "rollback", "--home", desk.home)
    assert (code, "1세대로 되돌렸습니다." in out) == (0, True)
    assert desk.amounts() == [2]


def test_a_run_that_is_cut_off_while_it_notes_a_refusal_leaves_a_whole_state(
    desk: Desk, call: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:

        def killed(*_: object) -> None:
            raise KeyboardInterrupt

        broken.setattr(generations, "discard", killed)  # as kill -9 does, it tidies nothing
        with pytest.raises(KeyboardInterrupt):
            desk.add()
    index = desk.home / "index"
    assert {path.name for path in index.glob("g*")} == {"g000001", "g000002", "g000003"}
    assert (generations.current_name(index), desk.amounts()) == ("g000002", [3])
    assert history(desk, call)[1][0]["refused"] is True, "it was noted before"
    desk.put("여비규정.txt", rule(4, "2024-01-01"))
    assert (desk.add().generation, desk.amounts()) == ("g000003", [4])
