"""What stands between a change and its being live: the gate, a full disk, a crash, Ctrl-C."""

from __future__ import annotations

import errno
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest import change
from ingest.__main__ import main
from ingest.commands import heard
from onprem_rag.config import load_config
from onprem_rag.errors import ConfigError, LibraryError
from onprem_rag.index import building, generations
from onprem_rag.library.store import Library
from tests.conftest import Run
from tests.ingest.holding import Desk, rule

SINCE = "2020-01-01"
LOST = ("제2조(일비) 일비는 하루에", "제3조(수당) 위원에게는 회의마다 수당을")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    desk.put("여비규정.txt", rule(2, SINCE))
    desk.add()
    return desk


def gate(desk: Desk, *articles: str) -> None:
    """From now on a gate with a question for each of these articles."""
    lines = [
        json.dumps(
            {"question": f"{article} 일비는?", "document": "여비규정", "article": article},
            ensure_ascii=False,
        )
        for article in articles
    ]
    (desk.home / "질문.jsonl").write_text("\n".join(lines))
    (desk.home / "config.toml").write_text('[gate]\nquestions = "질문.jsonl"\n')
    desk.config = load_config(desk.home)


def generations_of(desk: Desk) -> list[str]:
    return sorted(path.name for path in (desk.home / "index").glob("g*"))


def kept_of(desk: Desk) -> tuple[list[str], list[int]]:
    """Generations, and the revisions whose holdings are kept."""
    library = Library.open(desk.config.library_url)
    revisions = [number for number in range(9) if library.versions(number)]
    library.close()
    return generations_of(desk), revisions


def test_questions_that_cannot_be_read_are_told_before_the_work(desk: Desk) -> None:
    gate(desk, "제2조")
    (desk.home / "질문.jsonl").write_text('{"question": "일비는?" "document": "여비규정"}')
    desk.put("여비규정.txt", rule(3, SINCE))
    for _ in range(2):
        with pytest.raises(ConfigError, match="1번째 줄이 잘못"):
            desk.add()
    assert generations_of(desk) == ["g000001"]


def articles(count: int, since: str, *others: str) -> str:
    """A rule of ``count`` articles, with ``others`` after them."""
    year, month, day = map(int, since.split("-"))
    kept = [f"제{number}조(항목{number}) 일비 {number}만원." for number in range(1, count + 1)]
    return "\n\n".join(
        ["여비규정", *kept, *others, f"부칙\n이 규정은 {year}년 {month}월 {day}일부터 시행한다.\n"]
    )


def test_articles_that_the_text_itself_deletes_fail_nothing(desk: Desk) -> None:
    desk.put("여비규정.txt", articles(12, "2021-01-01"))
    desk.add()
    gate(desk, *(f"제{number}조" for number in range(1, 12)))
    gone = "제9조 삭제 <2024. 1. 1.>", "제10조 내지 제12조 삭제 <2024. 1. 1.>"
    desk.put("여비규정.txt", articles(8, "2024-01-01", *gone))
    outcome = desk.add()
    assert not outcome.refused
    assert "정답 조문이 삭제된 질문 3개" in outcome.gate
    assert "비교한 질문 8개" in outcome.gate


def test_a_file_that_was_cut_short_is_refused(desk: Desk) -> None:
    desk.put("여비규정.txt", articles(12, "2021-01-01"))
    desk.put("급여규정.txt", rule(2, SINCE, "급여규정"))
    desk.add()
    before = generations_of(desk)
    gate(desk, "제1조", "제2조", "제12조")
    desk.put("여비규정.txt", articles(11, "2021-01-01"))
    for text in (articles(11, "2024-01-01"), "회의 자료\n\n글을 읽지 못하였다.\n"):
        desk.put("여비규정.txt", text)
        outcome = desk.add()
        assert outcome.refused
        assert "1위 → 조문 없음  제12조 일비는? (여비규정 제12조)" in outcome.gate
        assert generations_of(desk) == before
    assert len(desk.amounts()) == 1


def test_a_renumbered_article_is_told_and_fails_nothing(desk: Desk) -> None:
    desk.put("여비규정.txt", articles(8, "2021-01-01"))
    desk.add()
    gate(desk, "제7조", "제8조")
    asked = (desk.home / "질문.jsonl").read_text()
    (desk.home / "질문.jsonl").write_text(re.sub(r"제(\d)조 일비", r"항목\1 일비", asked))
    before = articles(6, "2024-01-01").partition("부칙")[0]
    text = [
        "제7조(회의) 위원회의 회의는 위원장이 소집한다.",
        "제8조(수당) 위원에게는 수당을 지급할 수 있다.",
        "제9조(항목7) 일비 7만원으로 하되 실비를 넘을 수 없다.",
        "제10조(항목8) 일비 8만원.",
        "부칙\n이 규정은 2024년 1월 1일부터 시행한다.\n",
    ]
    desk.put("여비규정.txt", before + "\n\n".join(text))
    outcome = desk.add()
    assert not outcome.refused
    assert outcome.gate.splitlines()[-3:] == [
        "정답 조문의 번호가 바뀐 질문 2개: 새 번호로 견주었습니다.",
        "  항목7 일비는? (여비규정 제7조가 제9조로 옮겨졌습니다 → 문항을 고치십시오)",
        "  항목8 일비는? (여비규정 제8조가 제10조로 옮겨졌습니다 → 문항을 고치십시오)",
    ]


@pytest.mark.parametrize("way", ["remove", "file"])
def test_a_rule_that_was_withdrawn_is_named_and_fails_nothing(way: str, desk: Desk) -> None:
    desk.put("급여규정.txt", rule(2, SINCE, "급여규정"))
    desk.add()
    others = ('{"question": "급여규정 일비는?", "document": "급여규정", "article": "제2조"}',) * 5
    gate(desk, "제2조")
    with (desk.home / "질문.jsonl").open("a") as file:
        file.write("\n" + "\n".join(others))
    if way == "remove":
        outcome = desk.remove("급여규정")  # five questions of six: the admin has said so
    else:
        (desk.folder / "여비규정.txt").unlink()
        outcome = desk.sync()
    assert not outcome.refused
    assert f"정답 규정이 빠진 질문 {5 if way == 'remove' else 1}개" in outcome.gate


def test_what_is_to_take_over_is_asked_too(desk: Desk) -> None:
    """Nobody is asked on the day itself."""
    desk.put("여비규정.txt", articles(12, "2021-01-01"))
    desk.add()
    gate(desk, *(f"제{number}조" for number in range(1, 13)))
    desk.put("여비규정.txt", articles(11, "2099-01-01"))
    outcome = desk.add()
    assert outcome.refused
    first = outcome.gate.partition("\n")[0]
    assert first.startswith("2099-01-01에 시행될 규정으로: 새 색인을 켜지 않습니다")
    assert "1위 → 조문 없음  제12조 일비는?" in outcome.gate
    assert "질문으로 검사했습니다" in outcome.gate, "nothing is wrong today"
    desk.put("여비규정.txt", articles(11, "2099-01-01", "제12조 삭제 <2099. 1. 1.>"))
    assert not desk.add().refused
    desk.put("차량규정.txt", "차량규정\n\n제1조(배차) 차량은 전날까지 신청한다.\n")
    outcome = desk.add()
    assert not outcome.refused
    assert "2099" not in outcome.gate, "it does the same to both days"


@pytest.mark.parametrize("damage", ["format", "nothing"])
def test_an_index_that_is_only_made_anew_is_not_asked(damage: str, desk: Desk) -> None:
    gate(desk, "제2조")
    manifest = desk.home / "index" / "g000001" / "manifest.json"
    told = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(told | {"format": 1}) if damage == "format" else "{")
    path = desk.folder / "여비규정.txt"
    desk.put("여비규정.txt", rule(3, "2024-01-01"))
    outcome = desk.add()
    assert outcome.refused
    assert "견주려면 먼저 바뀌지 않은 파일 하나를 'ingest add'에 넣어" in outcome.gate
    if damage == "format":
        assert "다른 버전의 프로그램으로 만들어졌습니다(1 ≠ " in outcome.gate
    desk.put("여비규정.txt", rule(2, SINCE))
    outcome = desk.add()
    assert (outcome.generation, outcome.refused) == ("g000002", False)
    assert "규정은 그대로이고 색인만 새로 만들어, 질문으로 검사하지 않았습니다." in outcome.gate
    path.write_text(rule(3, "2024-01-01"))
    assert "비교한 질문 1개" in desk.add().gate


def test_who_watches_is_told_what_asks_the_gate_again(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    gate(desk, "제2조")
    desk.put("여비규정.txt", rule(2, SINCE).replace(*LOST))
    refused = desk.sync()
    assert refused.refused
    heard(refused, as_json=False)
    told = capsys.readouterr().err
    last = told.splitlines()[-1]
    assert last.startswith("→ 지켜보기는 폴더가 바뀔 때만 다시 검사합니다.")
    assert told.count("'ingest sync 폴더 --force'") == 2
    assert "--force를 붙여" not in told
    gate(desk, "제3조")  # mended
    passed = desk.sync()
    assert passed.summary
    heard(passed, as_json=False)
    assert capsys.readouterr().err == ""


def test_what_the_files_say_is_told_of_a_refusal_too(desk: Desk, call: Run) -> None:
    gate(desk, "제2조")
    text = rule(2, SINCE).replace(*LOST)
    desk.put("여비규정.txt", text.replace("2020년 1월 1일", "이사장이 정하는 날"))
    outcome = desk.sync()
    (file,) = outcome.files
    code, out, err = call(main, "sync", "--home", desk.home, desk.folder)
    assert (outcome.refused, code, out) == (True, 1, "")
    assert file.notes
    assert [f"  참고: {file.path}: {note}\n" in err for note in file.notes] == [True] * len(
        file.notes
    )
    code, out, err = call(main, "sync", "--home", desk.home, desk.folder, "--force")
    assert (code, "떨어졌지만 --force로 새 색인을 켰습니다" in out, err) == (0, True, "")


def test_a_live_index_that_cannot_be_opened_is_no_reason_to_skip_the_gate(
    desk: Desk, call: Run
) -> None:
    gate(desk, "제2조")
    manifest = desk.home / "index" / "g000001" / "manifest.json"
    told = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(told | {"embedder": "다른-임베더:0123"}))
    desk.put("여비규정.txt", rule(3, "2024-01-01"))
    (desk.folder / "깨진.hwp").write_bytes(b"\xd0\xcf\x11\xe0" + b"\0" * 600)
    code, out, err = call(main, "add", "--home", desk.home, desk.folder)
    assert (code, out) == (1, "")
    assert "새 색인을 켜지 않습니다: 지금 색인을 열 수 없어 질문으로 견주지 못했습니다." in err
    assert "읽지 못한 파일 1개:" in err  # it may be the reason
    assert generations_of(desk) == ["g000001"]
    assert desk.amounts() == [2]
    code, out, _ = call(main, "add", "--home", desk.home, desk.folder, "--force")
    assert (code, desk.amounts()) == (1, [3])
    assert "주의: --force로 새 색인을 켰습니다: 지금 색인을 열 수 없어" in out
    assert "켜지 않습니다" not in out
    _, out, _ = call(main, "history", "--home", desk.home)
    assert "--force로 켬: 지금 색인을 열 수 없어 질문 검사를 못 함" in out


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def unreadable(*_: object) -> None:
    raise OSError(errno.EIO, "Input/output error", "/규정/여비규정.txt")


def rusty(*_: object) -> None:
    raise RuntimeError("I/O error: No space left on device (os error 28)")


@pytest.mark.parametrize("place", ["build", "switch"])
@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (full, r"디스크가 가득 찼습니다: .*/home\n→ .*바뀐 것은 없습니다\.$"),
        (rusty, r"디스크가 가득 찼습니다: .*/home\n→ .*바뀐 것은 없습니다\.$"),
        (unreadable, r"/규정/여비규정\.txt \(디스크 또는 연결의 오류\)\n→ .*바뀐 것은 없습니다\.$"),
    ],
)
def test_what_the_disk_refuses_is_told_and_changes_nothing(
    place: str,
    trouble: Callable[..., None],
    told: str,
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = kept_of(desk)
    desk.put("여비규정.txt", rule(3, "2024-01-01"))
    with monkeypatch.context() as broken:
        broken.setattr(building if place == "build" else generations, place, trouble)
        with pytest.raises(LibraryError, match=told):
            desk.add()
    assert desk.amounts() == [2]
    assert generations_of(desk) == before[0]
    desk.put("여비규정.txt", rule(2, SINCE))  # as if nothing had been
    assert desk.add().generation == "g000001"
    assert kept_of(desk) == before


def test_a_crash_before_the_switch_leaves_nothing_behind(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = kept_of(desk)
    desk.put("여비규정.txt", rule(3, "2024-01-01"))
    with monkeypatch.context() as broken:
        broken.setattr(generations, "discard", lambda *_: None)  # a crash tidies nothing
        broken.setattr(change, "switch", full)
        with pytest.raises(LibraryError):
            desk.add()
    assert kept_of(desk) == (["g000001", "g000002"], [1, 2])
    desk.put("여비규정.txt", rule(2, SINCE))
    assert desk.add().generation == "g000001"
    assert kept_of(desk) == before


def test_what_fails_after_the_switch_is_a_note(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.put("여비규정.txt", rule(3, "2024-01-01"))
    real = generations.keep_only

    def late(folder: Path, *others: object) -> None:
        if generations.current_name(folder) == "g000002":
            full()
        real(folder, *others)  # type: ignore[arg-type]

    with monkeypatch.context() as broken:
        broken.setattr(generations, "keep_only", late)
        outcome = desk.add()
    assert outcome.generation == "g000002"
    assert "바뀌었지만 뒷정리를 마치지 못했습니다." in outcome.summary[-1]
    assert desk.amounts() == [3]
    assert desk.add().generation == "g000002"


def test_the_order_that_a_database_has_of_titles_changes_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for title in ("급여규정", "휴가규정"):
        desk.put(f"{title}.txt", rule(2, SINCE, title))
    assert desk.add().generation == "g000002"
    real = Library.versions
    monkeypatch.setattr(Library, "versions", lambda *arguments: real(*arguments)[::-1])
    assert desk.add().generation == "g000002"
