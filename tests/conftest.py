"""Shared parts: the demo ingested once, and the folders of real data where they exist."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.faq import add_faq
from ingest.pipeline import add
from onprem_rag.chatbot import Chatbot
from onprem_rag.config import load_config

PROJECT = Path(__file__).resolve().parent.parent
SHARED = PROJECT.parent / "shared" / "data"


def quiet(stage: str, done: int, total: int) -> None:
    """A progress report nobody reads."""


def ingested(home: Path, *paths: Path) -> Path:
    """``home`` with ``paths`` ingested, all of them readable."""
    outcome = add(load_config(home), paths, quiet)
    assert not outcome.failed
    return home


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the demo's rules and approved answers."""
    home = ingested(tmp_path_factory.mktemp("demo") / "home", PROJECT / "demo" / "regulations")
    add_faq(load_config(home), [PROJECT / "demo" / "faq"])
    return home


@pytest.fixture(scope="session")
def chatbot(demo_home: Path) -> Chatbot:
    """A chatbot over the demo."""
    return Chatbot.open(load_config(demo_home))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real documents; tests that need it skip where it is absent."""
    if not SHARED.is_dir():
        pytest.skip(f"real documents are not here: {SHARED}")
    return SHARED


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ONPREM_RAG_HOME", raising=False)
