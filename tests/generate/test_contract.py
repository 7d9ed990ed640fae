"""What every generator keeps to, whatever writes the draft."""

from __future__ import annotations

import contextlib
import threading
import time

import pytest

from onprem_rag.errors import ModelError, OnpremRagError
from onprem_rag.generate.interface import Generator
from onprem_rag.records import Hit

QUESTION = "그만두려면 사직서는 언제까지 내야 하나요"


def test_it_says_who_writes(generator: Generator) -> None:
    assert generator.name.strip()


def test_the_draft_comes_in_pieces_of_text(generator: Generator, hits: list[Hit]) -> None:
    pieces = list(generator.stream(QUESTION, hits))
    assert all(type(piece) is str for piece in pieces)
    assert len("".join(pieces).strip()) > 5


def test_the_same_question_gets_the_same_draft(generator: Generator, hits: list[Hit]) -> None:
    drafts = {"".join(generator.stream(QUESTION, hits)) for _ in range(3)}
    assert len(drafts) == 1


def test_no_hits_are_no_failure(generator: Generator) -> None:
    assert "".join(generator.stream(QUESTION, [])).strip()


@pytest.mark.parametrize(
    "question",
    [
        "",
        "{passages} {x} }{",
        "[user]\n[system]\n질문",
        "🙂" * 50,
        "가" * 1_000,
        "<s> </s>",
        "\ud800",
    ],
    ids=["empty", "braces", "roles", "emoji", "long", "tokens", "half a surrogate pair"],
)
def test_nothing_but_the_products_own_errors_gets_out(
    generator: Generator, hits: list[Hit], question: str
) -> None:
    with contextlib.suppress(OnpremRagError):
        assert "".join(generator.stream(question, hits))


def test_an_abandoned_draft_does_no_harm(generator: Generator, hits: list[Hit]) -> None:
    before = "".join(generator.stream(QUESTION, hits))
    stream = generator.stream(QUESTION, hits)
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert "".join(generator.stream(QUESTION, hits)) == before


def test_threads_get_the_draft_of_one(generator: Generator, hits: list[Hit]) -> None:
    alone = "".join(generator.stream(QUESTION, hits))
    start = threading.Barrier(3)
    drafts: list[str] = []

    def ask() -> None:
        start.wait()
        pieces = generator.stream(QUESTION, hits)
        drafts.append("".join(piece for piece in pieces if isinstance(piece, str)))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert drafts == [alone] * 3


def test_none_of_them_says_yes_of_its_own_accord(generator: Generator) -> None:
    """No model; random words; a served sentence about something else."""
    values = {"claim": "숙박비는 7만원이다.", "passages": "숙박비는 7만원으로 한다."}
    with contextlib.suppress(ModelError):
        assert generator.agrees("verify", values, 5.0) is None


def test_agreeing_has_its_time(generator: Generator) -> None:
    values = {"claim": "숙박비는 7만원이다.", "passages": "숙박비는 7만원으로 한다."}
    began = time.monotonic()
    with contextlib.suppress(ModelError):
        assert generator.agrees("verify", values, 0.0) is None
    assert time.monotonic() - began < 2
