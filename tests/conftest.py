"""Shared parts: the demo ingested once, and the folders of real data where they exist."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from ingest import faq, pipeline
from ingest.faq import add_faq
from ingest.pipeline import add
from ingest.worker import Worker
from onprem_rag.chatbot import Chatbot
from onprem_rag.config import load_config
from onprem_rag.index.building import Source, passage_parts
from onprem_rag.index.texts import key_of
from onprem_rag.library.shelf import Shelf
from onprem_rag.library.store import Library
from onprem_rag.live import live_shelf
from onprem_rag.records import Passage

PROJECT = Path(__file__).resolve().parent.parent
SHARED = PROJECT.parent / "shared" / "data"


Run = Callable[..., tuple[int, str, str]]


def quiet(stage: str, done: int, total: int, passages: int | None = None) -> None:
    """A progress report nobody reads."""


def ingested(home: Path, *paths: Path) -> Path:
    """``home`` with ``paths`` ingested, all of them readable."""
    outcome = add(load_config(home), paths, quiet)
    assert not outcome.failed
    return home


# What takes longest begins first: else one worker is at one of these while the other has done.
_LONGEST = (
    *("test_app", "test_changes", "test_watch", "test_cli", "test_gate", "test_versions"),
    *("test_hostile", "test_split_structure", "test_pipeline", "test_chatbot", "test_worker"),
    *("test_guarded_drafts", "test_offline", "test_generations", "test_served", "test_readme"),
    *("test_states", "test_bad_input", "test_pdf", "test_tune", "test_running"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In this order, and each file's tests in theirs."""
    order = {f"{name}.py": at for at, name in enumerate(_LONGEST)}
    items.sort(key=lambda item: order.get(item.path.name, len(order)))


def pytest_configure() -> None:
    """A shell that runs this in the background ignores Ctrl-C, for all that tests start too."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


class _Staying(Worker):
    """Its child reads for the next test too: a start takes longer than most tests."""

    _outside: object = None  # what the child has inherited

    def __enter__(self) -> Worker:
        settings = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
        outside = (settings, tuple(sys.path), os.getcwd())
        if outside != self._outside:
            self._thread.submit(self._stop).result()
            self._outside = outside
        return self

    def __exit__(self, *_: object) -> None:
        """It stays."""


@pytest.fixture(scope="session", autouse=True)
def _one_reader() -> Iterator[None]:
    """All that the tests take in is read by one child."""
    staying = _Staying()
    with pytest.MonkeyPatch.context() as patch:
        for module in (pipeline, faq):
            patch.setattr(module, "Worker", lambda: staying)
        yield
    Worker.__exit__(staying, None, None, None)


@pytest.fixture(scope="session", autouse=True)
def _no_waiting_for_the_disk() -> Iterator[None]:
    """The machine doesn't go down within a test, and that alone would show the difference."""

    def unsynced(connection: Any, _: object) -> None:
        if hasattr(connection, "executescript"):  # SQLite
            connection.execute("PRAGMA synchronous=OFF")

    sa.event.listen(Engine, "connect", unsynced)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield
    sa.event.remove(Engine, "connect", unsynced)


def shelf_of(home: Path) -> Shelf:
    """What ``home`` has in force today."""
    config = load_config(home)
    return live_shelf(config, Library.open(config.library_url))


def text_of(passage: Passage) -> str:
    """All that is embedded of a passage."""
    return "\n".join(passage_parts(passage))


def source_of(passages: Sequence[Passage], referred: Sequence[str]) -> Source:
    """What an index is built from: these passages, with the titles that each refers to."""
    held: dict[int, list[int]] = {}
    for at, passage in enumerate(passages):
        held.setdefault(passage.document_id, []).append(at)

    def read(chosen: Collection[int]) -> tuple[list[Passage], list[str]]:
        rows = [at for document in chosen for at in held[document]]
        return [passages[at] for at in rows], [referred[at] for at in rows]

    def imprint(rows: Sequence[int]) -> bytes:
        return key_of(repr([(passages[at], referred[at]) for at in rows]))

    return Source({document: imprint(rows) for document, rows in held.items()}, read)


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


_KOREAN = (
    "육아휴직은 자녀 1명당 3년의 범위에서 사용할 수 있다.",
    "식사비는 1명당 5만원을 초과할 수 없다.",
    "출장자는 출장이 끝난 날의 다음 날부터 7일 이내에 여비를 정산하여야 한다.",
)
_CHAT_TEMPLATE = (
    "{% for message in messages %}<s> {{ message['role'] }} {{ message['content'] }} {% endfor %}"
    "{% if add_generation_prompt %}<s> assistant {% endif %}"
)


def word_pieces(words: Sequence[str], more: str = "") -> Any:
    """BERT's tokenizer over ``words``, and over their syllables and ``more`` alone."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    syllables = sorted({char for word in words for char in word} | set(more))
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words, *syllables]
    pieces += [f"##{char}" for char in syllables]
    tokenizer = Tokenizer(
        models.WordPiece({piece: at for at, piece in enumerate(pieces)}, unk_token="[UNK]")
    )
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return tokenizer


@pytest.fixture(scope="session")
def tiny_llm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny random Llama in the real format: safetensors, tokenizer, chat template.

    It knows no end of text, so it writes until ``max_new_tokens``.
    """
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

    from tests.generate.vocabularies import tiny_llama

    folder = tmp_path_factory.mktemp("models") / "tiny-llama"
    words = Tokenizer(models.WordLevel(unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    special = ["<unk>", "<s>", "<pad>"]
    words.train_from_iterator(_KOREAN, trainers.WordLevelTrainer(special_tokens=special))
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=words, bos_token="<s>", unk_token="<unk>", pad_token="<pad>"
    )
    tokenizer.chat_template = _CHAT_TEMPLATE
    tokenizer.save_pretrained(folder)
    torch.manual_seed(7)
    config = tiny_llama(
        len(tokenizer),
        max_position_embeddings=2048,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=None,
        pad_token_id=tokenizer.pad_token_id,
    )
    AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    return folder


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process; (exit code, stdout, stderr)."""

    def runs(command: Callable[[list[str]], int], *arguments: object) -> tuple[int, str, str]:
        code = command([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return runs


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real documents; tests that need it skip where it is absent."""
    if not SHARED.is_dir():
        pytest.skip(f"real documents are not here: {SHARED}")
    return SHARED


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ONPREM_RAG_HOME", raising=False)
