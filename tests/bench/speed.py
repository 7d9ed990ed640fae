"""How fast: a warm question and a cold start, as ratios to a peer of the same run."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from onprem_rag.evaluate.retrieval import read_questions
from tests.bench.peers import peers
from tests.bench.retrieval import chatbot_over

FOLDERS = ("regulations-pdf", "statutes", "regulations-hwp", "regulations-hwpx")
ROUNDS = 3


def speed(shared: Path, work: Path) -> None:
    """Over the passages of the four folders."""
    home = work / "four-home"
    began = time.perf_counter()
    chatbot = chatbot_over(home, *(shared / folder for folder in FOLDERS))
    print(f"ingest of the four folders: {time.perf_counter() - began:.0f} s, {chatbot.summary()}")
    asked = [q.text for q in read_questions(shared / "questions" / "paraphrase_to_article.jsonl")]
    ours = _times(lambda text: chatbot.ask(text), asked[:200])
    plain, _ = peers(home)
    peer = _times(lambda text: plain.search(text, 2), asked[:20])
    print(
        f"warm question, whole answer: p50 {np.percentile(ours, 50):.1f} ms, "
        f"p95 {np.percentile(ours, 95):.1f} ms; the search alone of {plain.name}: "
        f"p50 {np.percentile(peer, 50):.1f} ms, p95 {np.percentile(peer, 95):.1f} ms; "
        f"ratio of the p95s {np.percentile(ours, 95) / np.percentile(peer, 95):.3f}"
    )
    command = [sys.executable, "-m", "onprem_rag.cli", "ask", "--home", str(home), asked[0]]
    cold = min(_seconds(command) for _ in range(ROUNDS))
    importing = min(
        _seconds([sys.executable, "-c", "import sentence_transformers"]) for _ in range(ROUNDS)
    )
    print(
        f"cold `onprem-rag ask`: {cold:.2f} s; importing sentence-transformers alone: "
        f"{importing:.2f} s; ratio {cold / importing:.2f}"
    )


def _times(function: object, texts: list[str]) -> list[float]:
    assert callable(function)
    times = []
    for text in texts:
        began = time.perf_counter()
        function(text)
        times.append((time.perf_counter() - began) * 1000)
    return times


def _seconds(command: list[str]) -> float:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return time.perf_counter() - began
