"""The ingest story: what is skipped, replaced, rebuilt, and left alone when something fails."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import threading
import time
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ingest import taking
from ingest.__main__ import main
from ingest.change import Change
from ingest.faq import add_faq
from ingest.pipeline import add, preview
from ingest.worker import Worker
from onprem_rag.chatbot import Chatbot
from onprem_rag.config import load_config
from onprem_rag.errors import ConfigError, LibraryError, ModelError, OnpremRagError
from onprem_rag.index.generations import FORMAT, current_name, open_current
from onprem_rag.library.store import Library
from onprem_rag.records import FileRead, Status
from tests.conftest import quiet, shelf_of
from tests.ingest.holding import Desk, rule, statuses

LODGING = """숙소관리지침

제1조(목적) 이 지침은 직원 숙소의 관리에 필요한 사항을 정한다.

제2조(퇴거) 입주자는 전보된 날부터 30일 이내에 숙소에서 퇴거하여야 한다.

제3조 삭제 <2024. 1. 1.>
"""
VEHICLES = """차량관리규정

제1조(목적) 이 규정은 공용차량의 관리에 필요한 사항을 정한다.

제2조(배차) 차량을 쓰려는 직원은 전날까지 배차를 신청하여야 한다.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one rule; the home beside it is called ``home``."""
    rules = tmp_path / "규정"
    rules.mkdir()
    (rules / "숙소관리지침.txt").write_text(LODGING, encoding="utf-8")
    return rules


def taken(folder: Path, *paths: Path) -> list[tuple[str, str, int, int]]:
    """(name, status, documents, passages) a file of one run on the home beside ``folder``."""
    outcome = add(load_config(folder.parent / "home"), paths or (folder,), quiet)
    return [(Path(f.path).name, f.status, f.documents, f.passages) for f in outcome.files]


def found(folder: Path, question: str) -> list[str]:
    """Texts of all passages, best first."""
    return [
        hit.passage.text
        for hit in Chatbot.open(load_config(folder.parent / "home")).search(question, 50)
    ]


def days_in_force(folder: Path) -> list[str]:
    """The periods that 제2조 of the rules in force names."""
    texts = [p.text for p in shelf_of(folder.parent / "home").article("숙소관리지침", "제2조")]
    return sorted(text[text.index("날부터 ") + 4 :][:3] for text in texts)


def state(folder: Path) -> tuple[object, ...]:
    """All that a failed run must leave as it was."""
    shelf = shelf_of(folder.parent / "home")
    counts = shelf.counts, shelf.revision
    return shelf.held, counts, current_name(load_config(folder.parent / "home").index_folder)


def test_a_second_run_skips_what_has_not_changed(folder: Path) -> None:
    assert taken(folder) == [("숙소관리지침.txt", "added", 1, 3)]
    before = state(folder)
    assert taken(folder) == [("숙소관리지침.txt", "unchanged", 0, 0)]
    assert state(folder) == before
    (folder / "차량관리규정.txt").write_text(VEHICLES, encoding="utf-8")
    assert taken(folder) == [
        ("숙소관리지침.txt", "unchanged", 0, 0),
        ("차량관리규정.txt", "added", 1, 2),
    ]
    assert "30일 이내" in found(folder, "숙소 퇴거")[0]
    assert "배차를 신청" in found(folder, "배차 신청")[0]


def test_deleted_articles_are_kept_and_not_found(folder: Path) -> None:
    taken(folder)
    assert sorted(text.split("(")[0] for text in found(folder, "숙소 삭제 제3조")) == [
        "제1조",
        "제2조",
    ]
    config = load_config(folder.parent / "home")
    answer = Chatbot.open(config).ask("숙소관리지침 제3조가 뭐야?")
    assert (answer.status, answer.hits) == (Status.REFUSED, ())
    assert answer.text == "모른다. ‘숙소관리지침 제3조’에 해당하는 조문은 삭제되었습니다."
    (deleted,) = shelf_of(config.home).article("숙소관리지침", "제3조")
    assert deleted.text == "제3조 삭제"
    (mark,) = Library.open(config.library_url).document(deleted.document_id).amendments
    assert (mark.text, mark.action, mark.dates) == ("<2024. 1. 1.>", "삭제", ("2024-01-01",))
    assert deleted.start < mark.at <= deleted.end


def test_a_changed_file_takes_the_place_of_its_old_self(folder: Path) -> None:
    taken(folder)
    newer = LODGING.replace("30일 이내", "60일 이내")
    (folder / "숙소관리지침.txt").write_text(newer, encoding="utf-8")
    assert taken(folder) == [("숙소관리지침.txt", "replaced", 1, 3)]
    texts = found(folder, "숙소에서 30일 이내에 퇴거하여야 한다")
    assert "60일 이내" in texts[0]
    assert not any("30일" in text for text in texts)
    (_, ((documents, passages), revision), name) = state(folder)
    assert (documents, passages, revision, name) == (1, 3, 2, "g000002")


def test_the_same_rule_from_another_file_takes_its_place(folder: Path) -> None:
    taken(folder)
    other = folder.parent / "개정" / "숙소 관리 지침(20250101).md"
    other.parent.mkdir()
    other.write_text(LODGING.replace("30일", "90일").replace("숙소관리", "숙소 관리"))
    assert taken(folder, other) == [(other.name, "replaced", 1, 3)]
    texts = found(folder, "숙소 퇴거")
    assert "90일 이내" in texts[0]
    assert not any("30일" in text for text in texts)


def test_documents_that_are_no_rules_do_not_replace_each_other(folder: Path) -> None:
    for year in ("2024", "2025"):
        plan = folder / year / "추진계획.txt"
        plan.parent.mkdir()
        plan.write_text(f"{year}년에는 전산장비를 새로 구매한다.\n", encoding="utf-8")
        assert taken(folder, plan) == [("추진계획.txt", "added", 1, 1)]
    assert len(found(folder, "전산장비 구매")) == 2


@pytest.mark.parametrize("day", [" <2024. 1. 1.>", ""])
def test_of_two_files_with_one_rule_the_later_counts_and_the_admin_is_told(
    folder: Path, day: str
) -> None:
    (folder / "숙소관리지침.txt").unlink()
    north, south = (folder / name / "숙소관리지침.txt" for name in ("1북부", "2남부"))
    for path, days in ((north, "30일"), (south, "15일")):
        path.parent.mkdir()
        text = LODGING.replace("30일", days).replace(" <2024. 1. 1.>", day)
        path.write_text(text, encoding="utf-8")
    outcome = add(load_config(folder.parent / "home"), [folder], quiet)
    assert [(file.status, len(file.notes)) for file in outcome.files] == [
        ("added", 0),
        ("replaced", 1),
    ]
    assert outcome.files[1].notes[0] == (
        f"「숙소관리지침」: {north}에도 같은 시행일로 다른 내용이 있어 {south}의 것만 답합니다. "
        "→ 새 판이면 'ingest add --effective 시행일 파일'로 알려 주고, "
        "다른 규정이면 제목을 고치세요."
    )
    assert days_in_force(folder) == ["15일"]
    north.write_text(north.read_text().replace("30일", "40일"), encoding="utf-8")
    outcome = add(load_config(folder.parent / "home"), [folder], quiet)
    assert [(file.status, len(file.notes)) for file in outcome.files] == [
        ("replaced", 1 if day else 0),  # in the place of the one that is of that day
        ("unchanged", 0),
    ]
    assert days_in_force(folder) == ["40일"]


def test_a_superseded_file_is_taken_back_when_it_is_named(folder: Path) -> None:
    old, new = folder / "숙소관리지침.txt", folder / "개정" / "숙소관리지침.txt"
    taken(folder, old)
    new.parent.mkdir()
    new.write_text(LODGING.replace("30일", "60일"), encoding="utf-8")
    assert [status for _, status, *_ in taken(folder, new)] == ["replaced"]
    assert days_in_force(folder) == ["60일"]
    for paths in ((folder,), (old, new), (folder,)):  # both at once: nothing to choose
        assert {status for _, status, *_ in taken(folder, *paths)} == {"unchanged"}
        assert days_in_force(folder) == ["60일"]
    assert [status for _, status, *_ in taken(folder, old)] == ["replaced"]
    assert days_in_force(folder) == ["30일"]
    assert [status for _, status, *_ in taken(folder, old)] == ["unchanged"]
    assert {status for _, status, *_ in taken(folder)} == {"unchanged"}
    assert [status for _, status, *_ in taken(folder, new)] == ["replaced"]
    assert days_in_force(folder) == ["60일"]


def test_a_file_name_that_is_not_utf8_costs_that_file_only(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / os.fsdecode("가규정.txt".encode("cp949"))
    path.write_text(VEHICLES, encoding="utf-8")
    (folder / "힣규정.txt").write_text(VEHICLES, encoding="utf-8")
    outcome = add(load_config(folder.parent / "home"), [folder], quiet)
    assert sorted(file.status for file in outcome.files) == ["added", "added", "failed"]
    (failed,) = outcome.failed
    assert failed.path.endswith("/규정/가규정.txt")
    assert failed.reason == (
        "파일이나 폴더 이름이 UTF-8이 아닙니다. → 이름을 바꾼 뒤 다시 넣으세요."
    )
    assert main(["add", "--json", "--home", str(folder.parent / "home"), str(folder)]) == 1
    assert "/가규정.txt" in capsys.readouterr().out


def test_a_file_is_read_while_the_one_before_is_stored(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("가", "힣"):
        (folder / f"{name}규정.txt").write_text(
            VEHICLES.replace("차량관리", name), encoding="utf-8"
        )
    begun = {name: threading.Event() for name in sorted(path.stem for path in folder.iterdir())}
    exchange, store = Worker._exchange, Change.store

    def reading(
        worker: Worker, process: subprocess.Popen[bytes], wanted: bytes, name: str, data: bytes
    ) -> tuple[bytes, bytes]:
        begun[Path(name).stem].set()
        return exchange(worker, process, wanted, name, data)

    def storing(change: Change, file: FileRead, found: Any) -> tuple[int, ...]:
        for name in [name for name in begun if name > Path(file.source).stem][:1]:
            assert begun[name].wait(10)
        return store(change, file, found)

    monkeypatch.setattr(Worker, "_exchange", reading)
    monkeypatch.setattr(Change, "store", storing)
    outcome = add(load_config(folder.parent / "home"), [folder], quiet)
    assert [file.status for file in outcome.files] == ["added"] * 3


def test_a_file_that_kills_its_reader_costs_that_file_only(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("가", "힣"):
        (folder / f"{name}규정.txt").write_text(
            VEHICLES.replace("차량관리", name), encoding="utf-8"
        )
    exchange = Worker._exchange

    def killed(
        worker: Worker, process: subprocess.Popen[bytes], wanted: bytes, name: str, data: bytes
    ) -> tuple[bytes, bytes]:
        if "숙소" in name:
            # Stopped, so that it can't answer first, however busy the machine is.
            process.send_signal(signal.SIGSTOP)
            process.send_signal(signal.SIGSEGV)
            threading.Timer(1.0, process.send_signal, (signal.SIGCONT,)).start()
        return exchange(worker, process, wanted, name, data)

    monkeypatch.setattr(Worker, "_exchange", killed)
    outcome = add(load_config(folder.parent / "home"), [folder], quiet)
    assert [file.status for file in outcome.files] == ["added", "failed", "added"]
    assert outcome.failed[0].reason.startswith("이 파일을 읽던 프로그램이 갑자기 끝났습니다.")
    assert "→ " in outcome.failed[0].reason


def test_hidden_files_are_left_out(folder: Path) -> None:
    (folder / ".~lock").write_bytes(b"\0")
    (folder / ".git").mkdir()
    (folder / ".git" / "차량관리규정.txt").write_text(VEHICLES, encoding="utf-8")
    assert [name for name, *_ in taken(folder)] == ["숙소관리지침.txt"]


@pytest.mark.parametrize("loss", ["index", "index/CURRENT", "index/g000001/manifest.json"])
def test_a_lost_index_is_rebuilt_from_the_library(folder: Path, loss: str) -> None:
    taken(folder)
    lost = folder.parent / "home" / loss
    shutil.rmtree(lost) if lost.is_dir() else lost.unlink()
    with pytest.raises(OnpremRagError, match=r"→.*'ingest add"):
        found(folder, "퇴거")
    assert taken(folder) == [("숙소관리지침.txt", "unchanged", 0, 0)]
    assert "30일 이내" in found(folder, "퇴거")[0]


def test_a_build_that_fails_leaves_everything_as_it_was(folder: Path) -> None:
    taken(folder)
    before = state(folder)
    settings = folder.parent / "home" / "config.toml"
    (folder / "차량관리규정.txt").write_text(VEHICLES, encoding="utf-8")
    (folder / "숙소관리지침.txt").write_text(LODGING.replace("30일", "60일"), encoding="utf-8")
    for embedder, error in (("models/none", ConfigError), ("models/broken", ModelError)):
        (folder.parent / "home" / "models" / "broken").mkdir(parents=True, exist_ok=True)
        settings.write_text(f'[models]\nembedder = "{embedder}"\n', encoding="utf-8")
        with pytest.raises(error, match="→ "):
            taken(folder)
    settings.unlink()
    assert state(folder) == before
    texts = found(folder, "숙소에서 퇴거하거나 차량을 배차")
    assert any("30일 이내" in text for text in texts)
    assert not any("배차" in text for text in texts)
    assert [status for _, status, _, _ in taken(folder)] == ["replaced", "added"]
    assert "배차를 신청" in found(folder, "배차 신청")[0]


def test_a_second_writer_is_sent_away(folder: Path) -> None:
    config = load_config(folder.parent / "home")
    refused: list[str] = []

    def meanwhile(stage: str, done: int, total: int, passages: int | None = None) -> None:
        if not refused:
            with pytest.raises(LibraryError) as caught:
                add(config, [folder], quiet)
            refused.append(str(caught.value))
            with pytest.raises(LibraryError, match="진행 중입니다"):
                add_faq(config, [])

    add(config, [folder], meanwhile)
    (told,) = refused
    assert re.sub(r"\d\d:\d\d", "10:15", told) == (
        f"다른 ingest 작업('ingest add', 프로세스 {os.getpid()}, 10:15 시작)이 진행 중입니다.\n"
        "→ 그 작업이 끝난 뒤 다시 실행하세요."
    )
    assert taken(folder) == [("숙소관리지침.txt", "unchanged", 0, 0)]


def test_a_running_chatbot_answers_from_the_new_generation(folder: Path) -> None:
    taken(folder)
    chatbot = Chatbot.open(load_config(folder.parent / "home"))
    question = "숙소에서 언제까지 퇴거해야 하나요?"
    assert "30일 이내" in chatbot.ask(question).text
    old = chatbot.search("퇴거", 1)[0].passage
    (folder / "숙소관리지침.txt").write_text(LODGING.replace("30일", "60일"), encoding="utf-8")
    taken(folder)
    assert "60일 이내" in chatbot.ask(question).text
    assert chatbot.summary() == "규정 1건 · 조문 3개 · 색인 2세대"
    # What was cited before can still be shown in its place.
    assert chatbot.document(old.document_id).text[old.start : old.end] == old.text


def test_old_generations_are_dropped(folder: Path) -> None:
    for days in range(1, 5):
        text = LODGING.replace("30일", f"{days}일")
        (folder / "숙소관리지침.txt").write_text(text, encoding="utf-8")
        taken(folder)
    index = folder.parent / "home" / "index"
    kept = sorted(path.name for path in index.iterdir() if path.name.startswith("g0"))
    assert kept == ["g000002", "g000003", "g000004"]
    assert current_name(index) == "g000004"


def test_each_file_in_a_zip_file_is_a_file(folder: Path) -> None:
    (folder / "숙소관리지침.txt").unlink()
    newer = LODGING.replace("30일 이내", "60일 이내")
    for lodging, status in ((LODGING, "added"), (newer, "replaced")):
        with zipfile.ZipFile(folder / "규정.zip", "w") as archive:
            archive.writestr("총무/차량관리규정.txt", VEHICLES)
            archive.writestr("총무/숙소관리지침.txt", lodging)
            archive.writestr("총무/손상.pdf", b"%PDF-1.4 broken")
        outcome = add(load_config(folder.parent / "home"), [folder], quiet)
        vehicles, lodgings, broken = outcome.files
        assert vehicles.path == f"{folder}/규정.zip!/총무/차량관리규정.txt"
        assert vehicles.status == ("added" if status == "added" else "unchanged")
        assert (lodgings.status, lodgings.documents, lodgings.passages) == (status, 1, 3)
        assert broken.status == "failed"
        assert "손상된 PDF" in broken.reason
    assert days_in_force(folder) == ["60일"]


def test_a_zip_file_that_reaches_outside_is_refused_whole(folder: Path) -> None:
    with zipfile.ZipFile(folder / "규정.zip", "w") as archive:
        archive.writestr("차량관리규정.txt", VEHICLES)
        archive.writestr("../../밖.txt", VEHICLES)
    outcome = add(load_config(folder.parent / "home"), [folder], quiet)
    assert [(Path(f.path).name, f.status) for f in outcome.files] == [
        ("규정.zip", "failed"),
        ("숙소관리지침.txt", "added"),
    ]
    assert "밖을 가리키는 이름" in outcome.files[0].reason


def test_a_gap_in_the_article_numbers_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "차량관리규정.txt").write_text(VEHICLES.replace("제2조", "제3조"), encoding="utf-8")
    assert main(["add", "--home", str(folder.parent / "home"), str(folder)]) == 0
    assert capsys.readouterr().out.splitlines()[0] == (
        f"  참고: {folder}/차량관리규정.txt: 「차량관리규정」의 조 번호가 이어지지 않습니다"
        "(제1조 → 제3조). → 원본에도 그런지 확인하세요."
    )


def test_another_part_of_a_rule_leaves_the_rule_in_force(folder: Path) -> None:
    taken(folder)
    later = folder.parent / "나중"
    later.mkdir()
    annex = "[별표 1] 숙소 사용료\n「숙소관리지침」의 사용료는 월 5만원으로 한다.\n"
    second = "제4조(청소) 청소는 매주 한다.\n\n제5조(점검) 점검은 매달 한다.\n"
    for name, text in (("별표1.txt", annex), ("숙소관리지침(제2권).txt", second)):
        (later / name).write_text(text, encoding="utf-8")
        assert [status for _, status, *_ in taken(folder, later / name)] == ["added"]
    documents = shelf_of(folder.parent / "home").documents()
    assert [document.title for document in documents] == ["숙소관리지침"] * 3
    assert days_in_force(folder) == ["30일"]


def test_newer_readers_read_again_what_is_in_force(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = folder / "숙소관리지침.txt"
    taken(folder)
    newer = folder.parent / "새" / "숙소관리지침.txt"
    newer.parent.mkdir()
    newer.write_text(LODGING.replace("30일 이내", "60일 이내"), encoding="utf-8")
    taken(folder, newer)
    monkeypatch.setattr(taking, "READERS", taking.READERS + 1)
    # The superseded file is not brought back by a better reader.
    assert taken(folder, folder, newer.parent) == [
        (older.name, "unchanged", 0, 0),
        (newer.name, "reread", 1, 3),
    ]
    assert days_in_force(folder) == ["60일"]
    assert taken(folder, newer.parent) == [(newer.name, "unchanged", 0, 0)]


def test_preview_writes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / "숙소관리지침.txt"
    (parsed,) = preview(path)
    ((document, passages),) = parsed.documents
    assert (document.title, [p.article for p in passages]) == (
        "숙소관리지침",
        ["제1조", "제2조", "제3조"],
    )
    home = folder.parent / "home"
    assert main(["preview", "--home", str(home), str(path)]) == 0
    assert capsys.readouterr().out.splitlines()[:3] == [
        "■ 숙소관리지침 [지침] 조문 3개",
        "  최종 개정 2024-01-01",
        "  제1조(목적)  [8:45] 제1조(목적) 이 지침은 직원 숙소의 관리에 필요한 사항을 정한다.…",
    ]
    assert not home.exists()
    assert list(folder.iterdir()) == [path]


@pytest.mark.parametrize(
    ("zone", "clock"),
    [
        ("Asia/Seoul", "UTC+09:00"),
        ("Etc/UTC", "UTC+00:00 → 한국 시간으로 하려면 TZ=Asia/Seoul"),
    ],
    ids=["Korea", "elsewhere"],
)
def test_status_tells_what_is_in_force(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    zone: str,
    clock: str,
) -> None:
    taken(folder)
    home = folder.parent / "home"
    with monkeypatch.context() as outside:
        outside.setenv("TZ", zone)
        time.tzset()
        assert main(["status", "--home", str(home)]) == 0
        day = date.today()
    time.tzset()
    assert capsys.readouterr().out.splitlines() == [
        f"홈: {home}",
        "시행 중: 규정 1건, 조문 3개, 승인된 답변 0개",
        "색인: 1세대, 모든 판의 조문 2개(삭제된 조문 제외), 내장 임베더(규정에서 학습)",
        f"오늘: {day} (서버 시계 {clock})",
        f"  숙소관리지침 1판(2024-01-01 시행)  [지침, txt, 시행 중]  {folder / '숙소관리지침.txt'}",
    ]
    shutil.rmtree(home / "index")
    assert main(["status", "--home", str(home)]) == 0
    assert "색인: 라이브러리와 맞지 않습니다. → 'ingest add'" in capsys.readouterr().out


def test_status_tells_an_index_that_no_question_can_use(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    taken(folder)
    home = folder.parent / "home"

    def status() -> tuple[str, bool]:
        assert main(["status", "--home", str(home)]) == 0
        line = capsys.readouterr().out.splitlines()[2]
        assert main(["status", "--home", str(home), "--json"]) == 0
        return line, json.loads(capsys.readouterr().out)["index_is_current"]

    assert status() == (
        "색인: 1세대, 모든 판의 조문 2개(삭제된 조문 제외), 내장 임베더(규정에서 학습)",
        True,
    )
    settings = home / "config.toml"
    settings.write_text('[index]\nuri = "http://milvus.example:19530"\n', encoding="utf-8")
    assert status() == (
        "색인: [index] uri가 색인을 만든 때와 다릅니다. "
        "→ 'ingest add'를 다시 실행하거나 uri를 되돌리세요.",
        False,
    )
    shutil.copytree(home / "index" / "g000001" / "embedder", home / "models" / "own")
    settings.write_text('[models]\nembedder = "models/own"\n', encoding="utf-8")
    line, current = status()
    assert line.startswith("색인: 색인을 만든 임베더(embedded)가 지금 설정(own:")
    assert not current
    settings.unlink()
    manifest = home / "index" / "g000001" / "manifest.json"
    manifest.write_text(manifest.read_text().replace(f'"format": {FORMAT}', '"format": 1'))
    assert status() == (
        f"색인: 색인이 다른 버전의 프로그램으로 만들어졌습니다(1 ≠ {FORMAT}). "
        "→ 'ingest add'를 다시 실행해 색인을 새로 만드세요.",
        False,
    )
    manifest.write_text("{")
    assert status()[0].startswith("색인: 색인이 손상되었습니다: ")
    assert taken(folder)[0][1] == "unchanged"
    assert status() == (
        "색인: 2세대, 모든 판의 조문 2개(삭제된 조문 제외), 내장 임베더(규정에서 학습)",
        True,
    )


def test_a_loaded_embedder_serves_the_next_generation(folder: Path) -> None:
    taken(folder)
    home = folder.parent / "home"
    shutil.copytree(home / "index" / "g000001" / "embedder", home / "models" / "own")
    (home / "config.toml").write_text('[models]\nembedder = "models/own"\n', encoding="utf-8")
    taken(folder)
    first = open_current(home / "index", home / "models" / "own")
    (folder / "차량관리규정.txt").write_text(VEHICLES, encoding="utf-8")
    taken(folder)
    second = open_current(home / "index", home / "models" / "own", first.embedder)
    assert second.embedder is first.embedder
    assert second.manifest.generation == first.manifest.generation + 1


def test_a_first_run_that_was_cut_off_leaves_no_file_out(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    for n in (1, 2, 3):
        desk.put(f"{n}.txt", rule(n, title=f"{n}층규정"))

    def cut_off(stage: str, done: int, total: int, passages: int | None = None) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        add(desk.config, (desk.folder,), cut_off)
    assert statuses(desk.add()) == ["added"] * 3
    assert [desk.amounts(title=f"{n}층규정") for n in (1, 2, 3)] == [[1], [2], [3]]


def test_what_a_run_that_was_cut_off_has_read_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(tmp_path)
    names = [f"{n}.txt" for n in (1, 2, 3)]
    for n, name in enumerate(names, start=1):
        desk.put(name, rule(n, title=f"{n}층규정"))
    desk.add()
    for n, name in enumerate(names, start=4):
        desk.put(name, rule(n, title=f"{n - 3}층규정"))
    read: list[str] = []
    reading = Worker.reading

    def noted(worker: Worker, source: str, data: bytes) -> Any:
        read.append(Path(source).name)
        return reading(worker, source, data)

    def cut_off(change: Change, action: str, force: bool = False) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(Worker, "reading", noted)
    with monkeypatch.context() as patch:
        patch.setattr(Change, "publish", cut_off)
        with pytest.raises(KeyboardInterrupt):
            desk.add(desk.folder / names[1])
    assert statuses(desk.add()) == ["replaced"] * 3
    assert read == [names[1], names[0], names[2]]
