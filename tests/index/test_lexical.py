"""BM25 against rank-bm25 with Lucene's weights, and what is left on disk."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from rank_bm25 import BM25Okapi

from onprem_rag.config import load_config
from onprem_rag.index.generations import passage_text
from onprem_rag.index.lexical import K1, B, LexicalIndex, bigram_tokens, morpheme_tokens
from onprem_rag.library.store import Library
from tests.conftest import PROJECT

Tokens = Callable[[str], list[str]]
QUESTIONS = [
    json.loads(line)["question"]
    for line in (PROJECT / "demo" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
]
CHANNELS = [
    pytest.param(morpheme_tokens, id="mecab"),
    pytest.param(bigram_tokens, id="bigram"),
    pytest.param(str.split, id="whitespace"),
]


@pytest.fixture(scope="module")
def texts(demo_home: Path) -> list[str]:
    library = Library.open(load_config(demo_home).library_url)
    return [passage_text(p) for p in library.passages(range(1, library.counts()[1] + 1))]


def reference(corpus: list[list[str]]) -> BM25Okapi:
    """rank-bm25 with Lucene's inverse document frequency."""
    ranking = BM25Okapi(corpus, k1=K1, b=B)
    n = len(corpus)
    for word in ranking.idf:
        count = sum(word in row for row in ranking.doc_freqs)
        ranking.idf[word] = math.log(1 + (n - count + 0.5) / (count + 0.5))
    return ranking


@pytest.mark.parametrize("tokens", CHANNELS)
def test_scores_and_ranking_equal_rank_bm25(tokens: Tokens, texts: list[str]) -> None:
    corpus = [tokens(text) for text in texts]
    index = LexicalIndex.build(corpus)
    ranking = reference(corpus)
    compared = 0
    for question in QUESTIONS:
        words = [word for word in tokens(question) if word in ranking.idf]
        ours = index.scores(tokens(question))
        theirs = ranking.get_scores(words) / (K1 + 1)  # a constant that Lucene leaves out
        assert ours.shape == (len(texts),)
        assert ours.dtype == np.float32
        np.testing.assert_allclose(ours, theirs, atol=1e-4)
        best = np.argsort(-theirs, kind="stable")[:10]
        np.testing.assert_allclose(np.sort(ours)[::-1][:10], theirs[best], atol=1e-4)
        apart = np.append(np.diff(theirs[best]) < -1e-4, False)
        places = [at for at in range(10) if apart[at] and (at == 0 or apart[at - 1])]
        assert np.argsort(-ours, kind="stable")[places].tolist() == best[places].tolist()
        compared += len(places)
    assert compared > (100 if tokens is str.split else 400)


@pytest.mark.parametrize("tokens", CHANNELS)
def test_opened_again_it_scores_the_same_from_mapped_files(
    tokens: Tokens, texts: list[str], tmp_path: Path
) -> None:
    built = LexicalIndex.build([tokens(text) for text in texts])
    built.save(tmp_path / "index")
    opened = LexicalIndex.open(tmp_path / "index", len(texts))
    assert isinstance(opened._model.scores["data"], np.memmap)
    for question in QUESTIONS:
        words = tokens(question)
        assert np.array_equal(opened.scores(words), built.scores(words))
        assert [opened.weight(word) for word in words] == [built.weight(word) for word in words]


def test_nothing_on_disk_is_pickled(demo_home: Path) -> None:
    files = [path for path in (demo_home / "index").rglob("*") if path.is_file()]
    suffixes = {path.suffix for path in files}
    assert suffixes == {".npy", ".json", ".faiss", ".safetensors", ""}
    assert [path.name for path in files if not path.suffix] == ["CURRENT"]
    arrays = [path for path in files if path.suffix == ".npy"]
    assert len(arrays) >= 8
    for path in arrays:
        assert np.load(path, allow_pickle=False).dtype != object


def test_the_weight_of_a_word_falls_with_the_passages_it_stands_in() -> None:
    index = LexicalIndex.build([["여비", "출장"], ["여비", "정산"], ["여비"]])
    assert index.weight("여비") == pytest.approx(math.log(1 + 0.5 / 3.5))
    assert index.weight("출장") == pytest.approx(math.log(1 + 2.5 / 1.5))
    assert index.weight("우주") == pytest.approx(math.log(1 + 3.5 / 0.5))


def test_words_it_does_not_know_score_nothing() -> None:
    index = LexicalIndex.build([["여비"], ["출장"]])
    assert index.scores(["우주", "로켓"]).tolist() == [0.0, 0.0]
    assert index.scores([]).tolist() == [0.0, 0.0]
    assert np.array_equal(index.scores(["여비", "우주"]), index.scores(["여비"]))


def test_passages_of_signs_alone_can_be_indexed(tmp_path: Path) -> None:
    index = LexicalIndex.build([bigram_tokens("※ ─ ☎"), bigram_tokens("가")])
    index.save(tmp_path / "index")
    assert LexicalIndex.open(tmp_path / "index", 2).scores(["가나"]).tolist() == [0.0, 0.0]


def test_bigrams_know_no_blanks_and_no_signs() -> None:
    assert bigram_tokens("법인카드, 사용!") == ["법인", "인카", "카드", "드사", "사용"]
    assert bigram_tokens("법 인 카 드사용") == bigram_tokens("법인카드 사용")
    assert bigram_tokens("１박 ２일") == ["1박", "박2", "2일"]
    assert bigram_tokens("가") == []


def test_morphemes_are_content_words_and_the_parts_of_compounds() -> None:
    assert morpheme_tokens("법인카드를 사용하였다") == ["법인", "카드", "사용"]
    assert morpheme_tokens("연차휴가는 15일이다") == ["연차", "휴가", "15", "일"]
    assert morpheme_tokens("연차휴가는십오일이다")[:2] == ["연차", "휴가"]
