"""One generator of each kind over the demo, and a small model server on this machine."""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from onprem_rag.config import AnswerConfig, Config, ModelConfig, load_config
from onprem_rag.generate import open_generator
from onprem_rag.generate.chat import even
from onprem_rag.generate.extract import Extractive
from onprem_rag.generate.interface import Generator
from onprem_rag.index import generations
from onprem_rag.records import Hit
from onprem_rag.search import Searcher
from tests.conftest import shelf_of

_NONE: Mapping[str, float] = {}
SERVED = ("사직하려는 직원은 ", "퇴직하려는 날의 30일 전까지 ", "사직서를 제출하여야 한다. [1]")


class ChatServer:
    """A chat-completions server on loopback that streams ``pieces`` and remembers requests.

    ``fault``: "500" or "401" answers with that error, "page" with a web page, "dies" closes the
    connection before the last piece, "silent" sends nothing, "stalls" nothing after the first
    piece, "drips" one piece after another without end, "says" an error in the place of a piece.
    ``listed`` is what ``/v1/models`` lists; a server that lists some refuses other names.
    ``told`` are the probabilities that are told of the first piece that isn't blank, to those who
    ask for them; ``refuses`` is the status that they get instead.
    """

    def __init__(self, pieces: Sequence[str] = SERVED) -> None:
        self.pieces = pieces
        self.fault = ""
        self.requests: list[dict[str, Any]] = []
        self.listed: list[dict[str, Any]] = []
        self.told: dict[str, float] = {}
        self.refuses = 0
        self.left = threading.Event()  # somebody closed the connection before the end
        self.closing = threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}/v1"

    def close(self) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


def _handler(server: ChatServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            key = self.headers["Authorization"]
            request = {"path": self.path, "authorization": key, **json.loads(body)}
            server.requests.append(request)
            names = [item["id"] for item in server.listed]
            if server.fault == "silent":
                server.closing.wait(20)
                self.close_connection = True
            elif server.fault in {"500", "401", "page"}:
                self._whole(b"<html>proxy</html>", int(server.fault.replace("page", "200")))
            elif names and request["model"] not in names:
                self._whole(b'{"error": {"message": "no such model"}}', 404)
            elif server.refuses and "logprobs" in request:
                self._whole(b'{"error": {"message": "no logprobs here"}}', server.refuses)
            else:
                try:
                    self._streamed()
                except OSError:
                    server.left.set()

        def do_GET(self) -> None:
            if server.fault in {"500", "401"}:
                self._whole(b"", int(server.fault))
            else:
                listed = {"object": "list", "data": server.listed}
                self._whole(json.dumps(listed).encode(), 200)

        def _whole(self, body: bytes, status: int) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _streamed(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for at, piece in enumerate(server.pieces):
                if at and server.fault == "stalls":
                    server.closing.wait(20)
                if server.fault == "says":
                    self._chunk(b'data: {"error": "out of "memory""}\n\n')
                while server.fault == "drips" and not server.closing.wait(0.02):
                    self._event({"content": piece}, None)
                if server.fault in {"stalls", "dies"} and at == len(server.pieces) - 1:
                    self.close_connection = True  # without the last chunk
                    return
                told = server.told if not "".join(server.pieces[:at]).strip() else {}
                self._event({"content": piece}, None, told)
            self._event({}, "stop")
            self._chunk(b"data: [DONE]\n\n")
            self.wfile.write(b"0\r\n\r\n")

        def _event(
            self, delta: dict[str, str], finish: str | None, told: Mapping[str, float] = _NONE
        ) -> None:
            choice: dict[str, Any] = {"index": 0, "finish_reason": finish}
            choice["delta"] = {"role": "assistant", **delta}
            if told and server.requests[-1].get("logprobs"):
                top = [{"token": word, "logprob": math.log(p)} for word, p in told.items()]
                first = {"token": delta["content"], "logprob": -0.1, "top_logprobs": top}
                choice["logprobs"] = {"content": [first]}
            event = {
                "id": "chatcmpl-1",
                "object": "chat.completion.chunk",
                "created": 1,
                "model": server.requests[-1]["model"],
                "choices": [choice],
            }
            self._chunk(f"data: {json.dumps(event)}\n\n".encode())

        def _chunk(self, data: bytes) -> None:
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            self.wfile.flush()

        def log_message(self, *_: object) -> None:
            """Nothing on the screen of the tests."""

    return Handler


@pytest.fixture
def server() -> Iterator[ChatServer]:
    """A model server of its own for one test."""
    running = ChatServer()
    yield running
    running.close()


@pytest.fixture(scope="session")
def demo_config(demo_home: Path) -> Config:
    return load_config(demo_home)


@pytest.fixture(scope="session")
def searcher(demo_config: Config) -> Searcher:
    """The demo's search."""
    generation = generations.open_current(demo_config.index_folder, None)
    return Searcher(shelf_of(demo_config.home), generation, demo_config.search)


@pytest.fixture(scope="session")
def extractive(searcher: Searcher) -> Extractive:
    return Extractive(searcher.weight)


@pytest.fixture(scope="session")
def local_generator(
    demo_config: Config, tiny_llm: Path, extractive: Extractive, searcher: Searcher
) -> Generator:
    """The tiny model, loaded in 4 bits by the configuration."""
    config = replace(
        demo_config,
        models=ModelConfig(llm=str(tiny_llm)),
        answer=AnswerConfig(max_new_tokens=16),
    )
    return open_generator(config, extractive, even)


@pytest.fixture(scope="session")
def remote_generator(
    demo_config: Config, extractive: Extractive, searcher: Searcher
) -> Iterator[Generator]:
    """A served model, named by its URL in the configuration."""
    running = ChatServer()
    yield open_generator(
        replace(demo_config, models=ModelConfig(llm=running.url)), extractive, even
    )
    running.close()


@pytest.fixture(params=["extract", "local", "remote"])
def generator(request: pytest.FixtureRequest) -> Generator:
    """Every implementation of the Protocol in turn."""
    fixture = {"extract": "extractive"}.get(request.param, f"{request.param}_generator")
    found: Generator = request.getfixturevalue(fixture)
    return found


@pytest.fixture(scope="session")
def hits(searcher: Searcher) -> list[Hit]:
    """What the demo's rules say to ``그만두려면 사직서는 언제까지 내야 하나요``."""
    return searcher.search("그만두려면 사직서는 언제까지 내야 하나요", 5)
