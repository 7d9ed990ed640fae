"""What stands between a change and its being live: the gate, a full disk, a crash, Ctrl-C."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest import change
from ingest.__main__ import main
from onprem_rag.config import load_config
from onprem_rag.errors import ConfigError, LibraryError
from onprem_rag.index import generations
from onprem_rag.library.store import Library
from tests.conftest import Run
from tests.ingest.holding import Desk, rule

SINCE = "2020-01-01"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    desk.put("여비규정.txt", rule(2, SINCE))
    desk.add()
    return desk


def gate(desk: Desk, *articles: str) -> None:
    """From now on a gate with a question for each of these articles."""
    lines = [
        json.dumps({"question": f"{article} 일비는?", "document": "여비규정", "article": article})
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


def test_a_deleted_article_is_told_apart_and_fails_nothing(desk: Desk) -> None:
    articles = [f"제{number}조(항목{number}) 일비 {number}만원." for number in range(1, 8)]
    text = "여비규정\n\n{}\n\n부칙\n이 규정은 {}년 1월 1일부터 시행한다.\n"
    desk.put("여비규정.txt", text.format("\n\n".join(articles), 2021))
    desk.add()
    gate(desk, *(f"제{number}조" for number in range(1, 8)))
    articles[4] = "제5조 삭제 <2024. 1. 1.>"
    desk.put("여비규정.txt", text.format("\n\n".join(articles), 2024))
    outcome = desk.add()
    assert not outcome.refused
    assert "정답 조문이 더는 없는 질문 1개" in outcome.gate
    assert "비교한 질문 6개" in outcome.gate


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
    code, _, _ = call(main, "add", "--home", desk.home, desk.folder, "--force")
    assert (code, desk.amounts()) == (1, [3])
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
        (unreadable, r"/규정/여비규정\.txt \(Input/output error\)\n→ .*바뀐 것은 없습니다\.$"),
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
        broken.setattr(change if place == "build" else generations, place, trouble)
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
