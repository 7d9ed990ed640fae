"""A real Streamlit server, and a reader who asks in a real Chromium."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Locator, Page, expect

PROJECT = Path(__file__).resolve().parents[2]
PATIENCE_MS = 20_000


@contextmanager
def serving(script: Path, folder: Path, environment: dict[str, str]) -> Iterator[str]:
    """The address of a Streamlit server that runs ``script`` until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    command += ["--server.port", port, "--server.address", "127.0.0.1"]
    log = folder / "server.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            command,
            cwd=PROJECT,
            env={**os.environ, **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_until_healthy(address, server, log)
        yield address
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_until_healthy(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urlopen(f"{address}/_stcore/health", timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"the app did not start:\n{log.read_text()}")


def open_page(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.get_by_role("button", name="대화 지우기")).to_be_visible(timeout=40_000)


def ask(page: Page, question: str) -> Locator:
    """Type a question, wait until its answer is final, return the answer's bubble."""
    bubbles = page.get_by_test_id("stChatMessage")
    before = bubbles.count()
    box = page.get_by_test_id("stChatInputTextArea")
    expect(box).to_be_enabled(timeout=PATIENCE_MS)
    box.fill(question)
    box.press("Enter")
    answer = bubbles.nth(before + 1)
    expect(answer.locator(".orag-badge:not(.orag-draft)").first).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".orag-draft")).to_have_count(0)
    return answer
