"""What ``deploy/`` ships for model servers is accepted by the programs that read it, and works."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

DEPLOY = Path(__file__).resolve().parent.parent / "deploy"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
MAIN = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/log;
events {{ worker_connections 256; }}
http {{
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/models.conf;
}}
"""


class Backend:
    """A model server that sends two pieces, the second one when ``go`` is set."""

    def __init__(self) -> None:
        self.asked = 0
        self.status = 200
        self.dies = False  # after the first piece
        self.go = threading.Event()
        self.left = threading.Event()  # somebody did not wait for the second piece
        backend = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                backend.asked += 1
                self.send_response(backend.status)
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                if backend.status != 200:
                    self.wfile.write(b"0\r\n\r\n")
                    return
                self.wfile.write(b"5\r\nfirst\r\n")
                if backend.dies:
                    self.close_connection = True
                    return
                self.connection.settimeout(0.05)
                while not backend.go.is_set():
                    try:
                        if self.connection.recv(1) == b"":
                            backend.left.set()
                            self.close_connection = True
                            return
                    except TimeoutError:
                        continue
                self.wfile.write(b"6\r\nsecond\r\n0\r\n\r\n")

            def log_message(self, *_: object) -> None:
                """Nothing on the screen of the tests."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.port = self._http.server_port
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self.go.set()
        if self._thread.is_alive():
            self._http.shutdown()
            self._http.server_close()
            self._thread.join()


@pytest.fixture
def backends() -> Iterator[tuple[Backend, Backend]]:
    pair = (Backend(), Backend())
    yield pair
    for backend in pair:
        backend.stop()


@pytest.fixture
def url(backends: tuple[Backend, Backend], tmp_path: Path) -> Iterator[str]:
    """The shipped configuration, run by nginx over ``backends``."""
    if NGINX is None:
        pytest.skip("nginx is not installed (apt install nginx-light)")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    text = (DEPLOY / "nginx-models.conf").read_text(encoding="utf-8")
    for ours, shipped in zip((*(b.port for b in backends), port), (8100, 8101, 8090), strict=True):
        assert f"127.0.0.1:{shipped}" in text
        text = text.replace(f"127.0.0.1:{shipped}", f"127.0.0.1:{ours}")
    tmp_path.chmod(0o755)
    (tmp_path / "models.conf").write_text(text, encoding="utf-8")
    (tmp_path / "nginx.conf").write_text(MAIN.format(folder=tmp_path), encoding="utf-8")
    command = [NGINX, "-p", str(tmp_path), "-e", f"{tmp_path}/log", "-c", f"{tmp_path}/nginx.conf"]
    tried = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stderr
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port, tmp_path)
        yield f"http://127.0.0.1:{port}/v1/chat/completions"
    finally:
        process.terminate()
        process.wait(10)


def wait_for(port: int, folder: Path) -> None:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        with socket.socket() as line:
            if line.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    pytest.fail(f"nginx did not start:\n{(folder / 'log').read_text()}")


@contextmanager
def asked(url: str) -> Iterator[Iterator[str]]:
    """The pieces of one answer as they come."""
    with (
        httpx.Client(trust_env=False, timeout=10) as http,
        http.stream("POST", url, json={"model": "ours"}) as answer,
    ):
        assert answer.status_code == 200
        yield answer.iter_text()


def test_questions_spread_and_their_answers_stream(
    url: str, backends: tuple[Backend, Backend]
) -> None:
    with ExitStack() as open_answers:
        answers = [open_answers.enter_context(asked(url)) for _ in range(8)]
        # Each first piece is here before its second one is written: nothing is held back.
        assert [next(answer) for answer in answers] == ["first"] * 8
        assert [backend.asked for backend in backends] == [4, 4]
        for backend in backends:
            backend.go.set()
        assert ["".join(answer) for answer in answers] == ["second"] * 8


def test_a_server_that_is_gone_costs_no_answer(url: str, backends: tuple[Backend, Backend]) -> None:
    gone, other = backends
    gone.stop()
    other.go.set()
    for _ in range(6):
        with asked(url) as answer:
            assert "".join(answer) == "firstsecond"
    assert other.asked == 6


def test_a_server_whose_worker_is_dead_is_left_alone(
    url: str, backends: tuple[Backend, Backend]
) -> None:
    dead, other = backends
    dead.status = 503
    other.go.set()
    for _ in range(6):
        with asked(url) as answer:
            assert "".join(answer) == "firstsecond"
    assert other.asked == 6
    assert dead.asked == 1  # then it was out for a while


def test_an_answer_that_has_begun_is_not_begun_again(
    url: str, backends: tuple[Backend, Backend]
) -> None:
    for backend in backends:
        backend.dies = True
    with asked(url) as answer:
        assert next(answer) == "first"
        with pytest.raises(httpx.RemoteProtocolError):
            next(answer)
    assert sum(backend.asked for backend in backends) == 1


def test_who_leaves_ends_the_writing(url: str, backends: tuple[Backend, Backend]) -> None:
    with asked(url) as answer:
        assert next(answer) == "first"
    (busy,) = [backend for backend in backends if backend.asked]
    assert busy.left.wait(5)


def test_the_units_are_understood(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    for path in DEPLOY.glob("onprem-rag-model*@.*"):
        text = path.read_text(encoding="utf-8").replace("/opt/onprem-rag/.venv/bin/", "/bin/true #")
        (tmp_path / path.name.replace("@.", "@0.")).write_text(text, encoding="utf-8")
    units = sorted(str(path) for path in tmp_path.glob("*@0.*"))
    assert len(units) == 3
    result = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *units],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")


def test_the_warming_question_of_the_unit_is_json() -> None:
    text = (DEPLOY / "onprem-rag-model@.service").read_text(encoding="utf-8")
    (line,) = [line for line in text.splitlines() if line.strip().startswith("--data ")]
    body = json.loads(line.split("'")[1])
    assert body["model"] == "${MODEL}"
    assert (body["max_tokens"], body["temperature"]) == (1, 0)
