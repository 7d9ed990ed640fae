"""What ``onprem-rag doctor`` says of the configured language model."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from onprem_rag.config import AnswerConfig, Config, ModelConfig, VerifyConfig, load_config
from onprem_rag.doctor import FindingLine, examine
from tests.test_rerank import cross_encoder


class ModelServer(BaseHTTPRequestHandler):
    """Serves ``ours`` with a context of 2,048 tokens."""

    def do_GET(self) -> None:
        self._send(json.dumps({"data": [{"id": "ours", "max_model_len": 2048}]}))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if body["model"] != "ours":
            self._send('{"error": {"message": "no such model"}}', 404)
            return
        event = {"choices": [{"index": 0, "delta": {"content": "네"}}]}
        self._send(f"data: {json.dumps(event)}\n\ndata: [DONE]\n\n")

    def _send(self, text: str, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """Nothing on the screen of the tests."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), ModelServer)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()
    thread.join()


def told(config: Config) -> FindingLine:
    (line,) = [line for line in examine(config) if line.name == "언어 모델"]
    return line


def with_model(home: Path, llm: object, name: str = "ours", **answer: int) -> FindingLine:
    models = ModelConfig(llm=str(llm), llm_name=name)
    return told(replace(load_config(home), models=models, answer=AnswerConfig(**answer)))


def test_a_served_model(tmp_path: Path, url: str) -> None:
    line = with_model(tmp_path, f"{url}/", context=2048)
    assert line.ok
    assert line.detail.startswith(f"{url}: ours, 첫 토큰까지 0.")
    assert line.detail.endswith("초, 문맥 2,048토큰")


def test_a_served_model_with_a_shorter_context_than_prompts_may_have(
    tmp_path: Path, url: str
) -> None:
    line = with_model(tmp_path, url, context=4096)
    assert not line.ok
    assert line.remedy == "config.toml의 [answer] context를 2048 이하로 쓰세요."


def test_a_served_model_of_another_name(tmp_path: Path, url: str) -> None:
    line = with_model(tmp_path, url, name="default")
    assert not line.ok
    assert line.detail.startswith(f"{url}: 오류 404: ")
    assert line.remedy.endswith("서버에 있는 모델: ours")


def test_a_complete_model_folder(tmp_path: Path, tiny_llm: Path) -> None:
    line = with_model(tmp_path, tiny_llm)
    assert line.ok, line
    assert line.detail.startswith(f"{tiny_llm}, 4비트로 약 0.")


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("config.json", "config.json"),
        ("model.safetensors", "safetensors"),
        ("chat_template.jinja", "대화 서식(chat template)이 없습니다"),
    ],
)
def test_an_incomplete_model_folder(
    tmp_path: Path, tiny_llm: Path, missing: str, said: str
) -> None:
    folder = tmp_path / "models" / "ours"
    shutil.copytree(tiny_llm, folder)
    (folder / missing).unlink()
    line = with_model(tmp_path, "models/ours")
    assert not line.ok
    assert said in line.detail
    assert str(folder) in line.detail
    assert line.remedy


def test_no_model_folder(tmp_path: Path) -> None:
    line = with_model(tmp_path, "models/none")
    assert not line.ok
    assert str(tmp_path / "models" / "none") in line.detail
    assert line.remedy


def test_the_model_that_judges_sentences(tmp_path: Path) -> None:
    def judging(nli: str) -> FindingLine:
        models = ModelConfig(nli=nli)
        lines = examine(replace(load_config(tmp_path), models=models))
        (line,) = [line for line in lines if line.name == "문장 판정 모델"]
        return line

    none = judging("")
    assert none.ok
    assert none.detail == "없음: 쓰지 않습니다"
    assert "[models] nli" in none.remedy
    absent = judging("models/nli")
    assert not absent.ok
    assert str(tmp_path / "models" / "nli") in absent.detail
    assert absent.remedy
    folder = tmp_path / "models" / "nli"
    folder.mkdir(parents=True)
    cross_encoder(folder, 3)
    unnamed = judging("models/nli")
    assert not unnamed.ok
    assert "어느 출력이 entailment인지" in unnamed.detail
    assert "id2label" in unnamed.remedy
    cross_encoder(folder, 3, {0: "entailment", 1: "neutral", 2: "contradiction"})
    assert judging("models/nli") == FindingLine("문장 판정 모델", True, str(folder))


def test_an_institutions_own_kinds_of_fact(tmp_path: Path) -> None:
    def line(*patterns: tuple[str, str]) -> list[FindingLine]:
        config = replace(load_config(tmp_path), verify=VerifyConfig(patterns=patterns))
        return [line for line in examine(config) if line.name == "사실의 정규식"]

    assert line() == []
    assert line(("과제번호", "KR"), ("서식", "별지")) == [
        FindingLine("사실의 정규식", True, "과제번호, 서식")
    ]
    (taken,) = line(("date", "날"))
    assert not taken.ok
    assert "'date'은 이미 있는 종류의 이름" in taken.detail
    assert taken.remedy.startswith("다른 이름을 쓰세요: ")
