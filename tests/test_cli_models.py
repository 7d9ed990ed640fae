"""``onprem-rag prompt``, ``models`` and follow-ups on the command line."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from onprem_rag.cli import main
from tests.conftest import Run

CARD = "법인카드를 잃어버리면?"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with templates of its own."""
    (tmp_path / "prompts").mkdir()
    return tmp_path


def test_prompt_check_on_the_products_own_templates(call: Run, demo_home: Path) -> None:
    code, out, err = call(main, "prompt", "check", "--home", demo_home)
    assert (code, err) == (0, "")
    assert out.startswith("✓ 프롬프트에 잘못이 없습니다")


def test_prompt_check_names_every_fault(call: Run, home: Path) -> None:
    (home / "prompts" / "answer.txt").write_text("[user]\n{question}\n{pasages}\n", "utf-8")
    (home / "prompts" / "verify.txt").write_text("{claim} {passages}\n", "utf-8")
    code, out, _ = call(main, "prompt", "check", "--home", home)
    assert code == 1
    assert "answer.txt 3번째 줄: " in out
    assert "pasages" in out
    assert "{length}" in out
    assert "verify.txt 1번째 줄: " in out
    code, out, _ = call(main, "prompt", "check", "--home", home, "--json")
    assert (code, len(json.loads(out)) >= 3) == (1, True)


def test_prompt_preview_shows_the_messages_and_their_tokens(
    call: Run,
    demo_home: Path,
) -> None:
    code, out, err = call(main, "prompt", "preview", "--home", demo_home, CARD)
    assert (code, err) == (0, "")
    assert out.startswith("[system] 많아야 ")
    assert "\n[1] 회계규정 제22조\n" in out
    assert f"질문: {CARD}" in out
    assert "문맥 4,096토큰 가운데 답변에 256토큰을 남김" in out
    assert "상한입니다" in out  # without a model there is no tokenizer to count with


def test_prompt_preview_in_json_counts(call: Run, demo_home: Path) -> None:
    code, out, _ = call(main, "prompt", "preview", "--home", demo_home, CARD, "--json")
    preview = json.loads(out)
    assert code == 0
    assert [message["role"] for message in preview["messages"]] == ["system", "user"]
    assert sum(message["tokens"] for message in preview["messages"]) <= preview["tokens"]
    assert (preview["exact"], preview["limit"], preview["reserved"]) == (False, 4096, 256)


def test_models_lists_what_fits(call: Run, tmp_path: Path) -> None:
    code, out, err = call(main, "models", "--home", tmp_path)
    assert (code, err) == (0, "")
    assert "KR-SBERT" in out
    assert "GiB" in out
    code, out, _ = call(main, "models", "--home", tmp_path, "--json")
    listed = json.loads(out)
    assert code == 0
    assert {model["kind"] for model in listed["models"]} == {"llm", "embedder"}


def test_models_fetch_says_how(call: Run) -> None:
    code, out, _ = call(main, "models", "fetch", "nlpai-lab/KURE-v1")
    assert code == 0
    assert "hf download nlpai-lab/KURE-v1 --revision " in out
    assert "sha256sum" in out
    code, out, err = call(main, "models", "fetch", "nobody/nothing")
    assert (code, out) == (1, "")
    assert "\n→ " in err


def test_models_check_finds_what_was_changed_on_the_way(call: Run, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"weights")
    assert call(main, "models", "record", folder)[0] == 0
    code, out, _ = call(main, "models", "check", folder)
    assert (code, out[:1]) == (0, "✓")
    (folder / "model.safetensors").write_bytes(b"weightz")
    code, out, _ = call(main, "models", "check", folder)
    assert code == 1
    assert "✗ model.safetensors" in out
    assert "\n→ " in out


def test_the_home_may_stand_on_either_side_of_the_second_word(
    call: Run,
    home: Path,
) -> None:
    (home / "prompts" / "answer.txt").write_text("nothing", "utf-8")
    assert call(main, "prompt", "--home", home, "check")[0] == 1
    assert call(main, "prompt", "check", "--home", home)[0] == 1


def test_a_follow_up_on_the_command_line(call: Run, demo_home: Path) -> None:
    first = "육아휴직은 몇 년까지 되나요?"
    code, out, _ = call(main, "ask", "--home", demo_home, "--after", first, "그럼 급여는 얼마야?")
    assert code == 0
    assert out.startswith("이해한 질문: ")
    assert "육아휴직" in out.splitlines()[0]


def test_serve_on_a_port_that_is_taken(call: Run, demo_home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, out, err = call(main, "serve", "--home", demo_home, "--port", port)
    assert (code, out) == (1, "")
    assert f"127.0.0.1:{port}에 웹 화면을 열 수 없습니다" in err
    assert "\n→ " in err


def test_serve_with_a_model_that_is_not_there(call: Run, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[models]\nllm = "models/none"\n', "utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code, out, err = call(main, "serve", "--home", tmp_path, "--port", port)
    assert (code, out) == (1, "")
    assert "언어 모델: " in err
    assert "\n→ " in err
