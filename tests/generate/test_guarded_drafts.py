"""Random models under the copy guard write no number, reference or date that isn't given them."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from onprem_rag.config import AnswerConfig
from onprem_rag.generate.copy_guard import CopyGuard
from onprem_rag.korean.facts import extract
from tests.generate import vocabularies
from tests.generate.judge import invented

DRAFTS = 20
TOKENS = 36
MODEL = 4  # a seed whose drafts don't end at once
QUESTION = "출장비는 며칠 안에 정산하나요? 3만원이 넘으면요?"


def contexts(count: int) -> list[list[str]]:
    """Two passages and a question each, other ones every time."""
    passages = vocabularies.passages()
    turn = itertools.cycle(range(len(passages)))
    return [[passages[next(turn)], passages[next(turn)], QUESTION] for _ in range(count)]


def drafts(name: str, guarded: bool) -> list[tuple[list[str], str]]:
    """What random models of vocabulary ``name`` write; each draft with its sources."""
    return [
        (sources, vocabularies.draft(name, seed, sources, TOKENS, guarded))
        for seed, sources in enumerate(contexts(DRAFTS))
    ]


@pytest.mark.parametrize("name", vocabularies.NAMES)
def test_under_the_guard_nothing_is_invented(name: str) -> None:
    written = drafts(name, guarded=True)
    judged = [(draft, invented(draft, sources, marks=2)) for sources, draft in written]
    assert [(draft, found) for draft, found in judged if found] == []
    # … and not because nothing is said.
    assert any(extract(draft) for _, draft in written)
    assert sum(len(draft) > 20 for _, draft in written) >= DRAFTS / 2
    # Without the guard most drafts do, so the judge isn't blind.
    plain = drafts(name, guarded=False)
    assert sum(bool(invented(draft, sources, marks=2)) for sources, draft in plain) > DRAFTS / 2


@pytest.mark.parametrize("name", vocabularies.NAMES)
def test_nor_in_what_the_loaded_model_streams(name: str, tmp_path: Path) -> None:
    """In NF4, through the queue, as the user gets it."""
    from onprem_rag.generate.local import load

    answer = AnswerConfig(context=2_000, max_new_tokens=TOKENS)
    chat = load(vocabularies.saved(name, MODEL, tmp_path / name), None, answer).chat
    inventing, written = 0, 0
    for sources in contexts(5):
        asked = [("user", "\n\n".join(sources))]
        guard = CopyGuard(sources, marks=2)
        guarded = "".join(chunk.text for chunk in chat.stream(asked, guard=guard))
        written += len(guarded)
        assert invented(guarded, sources, marks=2) == []
        plain = "".join(chunk.text for chunk in chat.stream(asked))
        inventing += bool(invented(plain, sources, marks=2))
    assert written > 5 * 10
    assert inventing > 2


def test_the_judge_lets_pass_what_the_sources_say() -> None:
    for passage in vocabularies.passages():
        assert invented(passage, [passage]) == []


@pytest.mark.parametrize(
    ("draft", "witness"),
    [
        ("8일 이내", "fact"),
        ("제10조에 따라", "place"),
        ("71", "run"),
        ("①７", "run"),
        ("2024. 3. 1월", "measured"),
        ("제십삼조", "spelt"),
        ("두 개월", "spelt"),
        ("旅비", "letter"),
    ],
)
def test_the_judge_sees(draft: str, witness: str) -> None:
    source = "여비규정 제9조\n제9조 7일 이내, 2024. 3. 1.부터 1호차로 1명이 7번 간다. 제13조"
    other = source.replace(" 제13조", "")
    assert witness in {found.witness for found in invented(f"이는 {draft}", [other])}
    assert (
        invented("이는 7일 이내다.\n1. 제9조\n2. 「여비규정」 제9조 [1]", [source], marks=1) == []
    )
