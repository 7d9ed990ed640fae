"""Weights into config.toml: nothing else in the file changes, or nothing at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from onprem_rag.config import load_config
from onprem_rag.errors import ConfigError
from onprem_rag.evaluate.save import save_weights

WEIGHTS = {"bigram": 1.2, "everyday": 0.25}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            '# 우리 기관\n[models]\nllm = ""  # 없음\n\n[search]  # 검색\n'
            "passages = 3\nbigram = 0.8   # 글자쌍\n\n# 끝\n[answer]\nlength = 120\n",
            '# 우리 기관\n[models]\nllm = ""  # 없음\n\n[search]  # 검색\n'
            "passages = 3\nbigram = 1.2   # 글자쌍\neveryday = 0.25\n\n# 끝\n[answer]\n"
            "length = 120\n",
        ),
        ("[answer]\nlength = 120\n", None),
        ("search.bigram = 0.8\nsearch.everyday = 1 # 반\n", None),
        ("search = { bigram = 0.8, passages = 3 }\n", None),
        (
            "[ search ]\r\nbigram = 0.8 # 글자쌍\r\n# 끝\r\n",
            "[ search ]\r\nbigram = 1.2 # 글자쌍\r\neveryday = 0.25\r\n# 끝\r\n",
        ),
        ("\ufeff[search]\nbigram = 1\n", None),
        ('[models]\nllm_name = """\n[search]\nbigram = 0.8"""\n', None),
        ("", "[search]\nbigram = 1.2\neveryday = 0.25\n"),
    ],
    ids=["comments", "absent", "dotted", "inline", "crlf", "bom", "look-alike", "empty"],
)
def test_only_the_weights_change(tmp_path: Path, before: str, after: str | None) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(before.encode())
    path.chmod(0o640)
    old = load_config(tmp_path)
    assert save_weights(tmp_path, WEIGHTS) == path
    new = load_config(tmp_path)
    assert (new.search.bigram, new.search.everyday) == (1.2, 0.25)
    assert (new.search.passages, new.models, new.answer) == (
        old.search.passages,
        old.models,
        old.answer,
    )
    text = path.read_bytes().decode()
    if after is not None:
        assert text == after
    for comment in ("# 반", "# 글자쌍", "# 끝", "# 검색"):
        assert (comment in text) == (comment in before)
    assert path.stat().st_mode & 0o777 == 0o640
    assert [other.name for other in tmp_path.iterdir()] == ["config.toml"]


def test_a_home_without_a_file(tmp_path: Path) -> None:
    save_weights(tmp_path, WEIGHTS)
    assert (tmp_path / "config.toml").read_text("utf-8") == (
        "[search]\nbigram = 1.2\neveryday = 0.25\n"
    )


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    kept = tmp_path / "kept.toml"
    kept.write_text("[answer]\nlength = 120\n", encoding="utf-8")
    home = tmp_path / "home"
    home.mkdir()
    (home / "config.toml").symlink_to(kept)
    save_weights(home, WEIGHTS)
    assert (home / "config.toml").is_symlink()
    assert "bigram = 1.2" in kept.read_text("utf-8")


@pytest.mark.parametrize("text", ["[search\n", "[serch]\nbigram = 1\n", "search = 3\n"])
def test_a_file_that_is_wrong_is_left_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="\n→ "):
        save_weights(tmp_path, WEIGHTS)
    assert path.read_text(encoding="utf-8") == text


def test_an_environment_that_overrules_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONPREM_RAG_SEARCH_BIGRAM", "0.1")
    with pytest.raises(ConfigError, match=r"환경 변수가 .*: ONPREM_RAG_SEARCH_BIGRAM\n→ "):
        save_weights(tmp_path, WEIGHTS)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "config.toml").mkdir()
    with pytest.raises(ConfigError, match=r"설정 파일에 쓸 수 없습니다: .*\n→ "):
        save_weights(tmp_path, WEIGHTS)
    with pytest.raises(ConfigError, match=r"설정 파일에 쓸 수 없습니다: .*\n→ "):
        save_weights(tmp_path / "none", WEIGHTS)
