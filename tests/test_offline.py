"""No line to the outside: everything works in a network of its own, and nothing tries to leave."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from onprem_rag.chatbot import MODEL_UNSUPPORTED

PROJECT = Path(__file__).resolve().parent.parent
QUESTION = "업무추진비로 밥 살 때 한 사람당 얼마까지 되나요"

# What an institution does on its first day, in one process. Prints what the model wrote.
FIRST_DAY = """
import sys
from pathlib import Path
from ingest.__main__ import main as ingest
from onprem_rag.cli import main as onprem_rag

project, home, model = sys.argv[1:]
Path(home).mkdir()
Path(home, "근거.txt").write_text("제1조(식사비) 식사비는 1명당 5만원을 초과할 수 없다.", "utf-8")
rules = [f"{project}/demo/regulations/{name}" for name in ("회계규정.pdf", "취업규칙.txt")]
assert ingest(["add", "--home", home, *rules]) == 0
assert ingest(["faq", "--home", home, f"{project}/demo/faq"]) == 0
assert onprem_rag(["ask", "--home", home, QUESTION, "--json"]) == 0
claim = "식사비는 1명당 5만원을 초과할 수 없습니다."
assert onprem_rag(["verify", "--answer", claim, "--context", f"{home}/근거.txt", "--json"]) == 0
assert onprem_rag(["doctor", "--home", home]) == 0
Path(home, "config.toml").write_text(
    f'[models]\\nllm = "{model}"\\n[answer]\\nmax_new_tokens = 4\\n', "utf-8"
)
assert onprem_rag(["ask", "--home", home, QUESTION, "--json"]) == 0
""".replace("QUESTION", repr(QUESTION))

# Loaded by the interpreter before anything else: notes and refuses every way out of the machine.
WATCH = """
import os, sys

def watch(event, arguments):
    if event in {"socket.connect", "socket.sendto"}:
        address = arguments[1]
        inside = not isinstance(address, tuple) or address[0] in {"127.0.0.1", "::1", "localhost"}
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        inside = arguments[0] in {None, "", "127.0.0.1", "::1", "localhost", b"localhost"}
    else:
        return
    if not inside:
        with open(os.environ["WATCHED"], "a") as file:
            file.write(f"{event} {arguments!r}\\n")
        raise OSError("no line to the outside")

sys.addaudithook(watch)
"""


def cut_off() -> list[str]:
    """The command that runs another one without any network interface; skips where forbidden."""
    for command in (["unshare", "-n"], ["unshare", "-r", "-n"]):
        if shutil.which("unshare"):
            tried = subprocess.run([*command, "true"], capture_output=True, check=False)
            if tried.returncode == 0:
                return command
    pytest.skip("this machine lets nobody make a network namespace (unshare -n)")


def plain_environment() -> dict[str, str]:
    """Without settings that would forbid the libraries to go online: the product must not try."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ONPREM_RAG_", "HF_", "TRANSFORMERS_")) and "proxy" not in name
    }
    return {**kept, "PYTHONPATH": str(PROJECT)}


def python(
    *arguments: object, before: list[str] | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*(before or []), sys.executable, *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**plain_environment(), **environment},
        timeout=100,
        check=False,
    )


@pytest.fixture
def watched(tmp_path: Path) -> dict[str, str]:
    """The environment of a process whose ways out are noted in ``tmp_path/ways-out``."""
    (tmp_path / "watch").mkdir()
    (tmp_path / "watch" / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    return {
        "PYTHONPATH": f"{tmp_path / 'watch'}{os.pathsep}{PROJECT}",
        "WATCHED": str(tmp_path / "ways-out"),
        # LangChain would report every question to its makers.
        "LANGSMITH_TRACING": "true",
        "LANGCHAIN_TRACING_V2": "true",
        "LANGSMITH_API_KEY": "none",
    }


def test_the_first_day_without_a_network(
    tmp_path: Path, tiny_llm: Path, watched: dict[str, str]
) -> None:
    """Cut off, and watched besides: nothing even tries."""
    home = tmp_path / "home"
    result = python("-c", FIRST_DAY, PROJECT, home, tiny_llm, before=cut_off(), **watched)
    assert result.returncode == 0, result.stderr
    assert not (tmp_path / "ways-out").exists(), (tmp_path / "ways-out").read_text()
    answers = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
    quoted, report, drafted = answers
    assert quoted["status"] == "verified"
    assert "5만원" in quoted["answer"]
    assert report["status"] == "verified"
    assert MODEL_UNSUPPORTED in drafted["stages"][-1]["note"]  # it wrote, and wrote nonsense


def test_the_namespace_has_no_way_out() -> None:
    """Guards the test above: what it runs in is really cut off."""
    code = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=5)"
    result = python("-c", code, before=cut_off())
    assert result.returncode == 1
    assert "unreachable" in result.stderr


def test_a_question_connects_nowhere(
    demo_home: Path, tmp_path: Path, watched: dict[str, str]
) -> None:
    command = ("-m", "onprem_rag.cli", "ask", "--home", demo_home, QUESTION, "--json")
    result = python(*command, **watched)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["status"] == "verified"
    assert not (tmp_path / "ways-out").exists(), (tmp_path / "ways-out").read_text()


def test_the_watch_sees_ways_out(tmp_path: Path, watched: dict[str, str]) -> None:
    """Guards the tests above: an attempt would be noted, even one whose error is swallowed."""
    code = (
        "import contextlib, socket\n"
        "with contextlib.suppress(OSError):\n"
        "    socket.create_connection(('192.0.2.1', 80), timeout=1)\n"
    )
    assert python("-c", code, **watched).returncode == 0
    assert "192.0.2.1" in (tmp_path / "ways-out").read_text()
