"""How a model server is, as ``onprem-rag doctor`` sees it."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

import pytest

from onprem_rag.generate.server import Health, client, health

if TYPE_CHECKING:
    from tests.generate.conftest import ChatServer


def test_a_server_that_answers(server: ChatServer) -> None:
    server.listed = [{"id": "theirs"}, {"id": "ours", "max_model_len": 2048}]
    found = health(server.url, "ours")
    assert (found.problem, found.remedy) == ("", "")
    assert found.models == ("theirs", "ours")
    assert found.context == 2048
    assert 0 <= found.seconds < 5
    (request,) = server.requests
    assert (request["model"], request["max_tokens"], request["temperature"]) == ("ours", 1, 0)


def test_what_a_server_lists_need_not_be_what_it_serves(server: ChatServer) -> None:
    found = health(server.url, "/srv/models/ours")
    assert (found.problem, found.models, found.context) == ("", (), None)


def test_another_name(server: ChatServer) -> None:
    server.listed = [{"id": "exaone"}, {"id": "qwen"}]
    found = health(server.url, "default")
    assert found.problem.startswith("오류 404: ")
    assert "/v1까지 맞는지, llm_name이" in found.remedy
    assert found.remedy.endswith("서버에 있는 모델: exaone, qwen")


@pytest.mark.parametrize(
    ("fault", "problem", "remedy"),
    [
        ("500", "오류 500", "서버를 다시 켜세요"),
        ("401", "오류 401", "API 키"),
        ("page", "OpenAI 방식으로 답하지 않습니다", "주소를 확인"),
        ("says", "오류: ", "서버를 다시 켜세요"),
    ],
)
def test_a_server_that_does_not_work(
    server: ChatServer, fault: str, problem: str, remedy: str
) -> None:
    server.fault = fault
    found = health(server.url, "ours")
    assert problem in found.problem
    assert remedy in found.remedy


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:{}/v1", "http://[::1", "http://", "http://가 나"]
)
def test_no_server(url: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    found = health(url.format(port), "ours")
    assert "연결할 수 없습니다" in found.problem
    assert "모델 서버를 켜고" in found.remedy


def test_a_machine_that_does_not_accept_costs_two_seconds() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        waiting = [socket.socket() for _ in range(4)]  # the queue of connections is full
        for other in waiting:
            other.setblocking(False)
            other.connect_ex(deaf.getsockname())
        began = time.monotonic()
        found = health(f"http://127.0.0.1:{deaf.getsockname()[1]}/v1", "ours")
        assert time.monotonic() - began < 4
        for other in waiting:
            other.close()
    assert found == Health("2초 안에 연결되지 않습니다", found.remedy)


def test_no_proxy_of_the_environment_is_asked(
    server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    assert health(server.url, "ours").problem == ""


def test_a_machine_that_is_gone_is_noticed(server: ChatServer) -> None:
    """What the kernel asks a silent peer, so that nobody waits for one without power."""
    with client(5) as http, http.stream("GET", f"{server.url}/models") as answer:
        line = answer.extensions["network_stream"].get_extra_info("socket")
        idle, between, times = (
            line.getsockopt(socket.IPPROTO_TCP, option)
            for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
        )
        assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert idle + between * times <= 8
