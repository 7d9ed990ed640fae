"""One contract for every embedder, and the two ways of reading the embedded one."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from onprem_rag.config import load_config
from onprem_rag.errors import IndexMismatchError, ModelError
from onprem_rag.index.embedder import (
    Embedder,
    MorphemeEmbedder,
    SentenceTransformerEmbedder,
    folder_fingerprint,
)
from onprem_rag.index.generations import current_name
from onprem_rag.index.lexical import morpheme_tokens
from onprem_rag.index.training import train
from tests.conftest import PROJECT

TEXTS = (
    "출장자는 출장이 끝난 날의 다음 날부터 7일 이내에 여비를 정산하여야 한다.",
    "육아휴직의 기간은 자녀 1명당 2년 이내로 한다.",
    "비밀번호는 90일마다 변경하여야 한다.",
)


@pytest.fixture(scope="session")
def embedded_folder(demo_home: Path) -> Path:
    """The embedder that the demo's index was built with."""
    index = load_config(demo_home).index_folder
    return index / str(current_name(index)) / "embedder"


@pytest.fixture(params=["embedded", "sentence-transformer"])
def embedder(request: pytest.FixtureRequest, embedded_folder: Path, tiny_bert: Path) -> Embedder:
    """Every implementation in turn."""
    if request.param == "embedded":
        return MorphemeEmbedder(embedded_folder)
    return SentenceTransformerEmbedder(tiny_bert)


def test_rows_are_float32_unit_vectors(embedder: Embedder) -> None:
    vectors = embedder.encode(TEXTS)
    assert vectors.dtype == np.float32
    assert vectors.ndim == 2
    assert len(vectors) == len(TEXTS)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_different_texts_have_different_vectors(embedder: Embedder) -> None:
    likeness = embedder.encode(TEXTS) @ embedder.encode(TEXTS).T
    np.testing.assert_allclose(np.diag(likeness), 1.0, atol=1e-5)
    assert (likeness - np.eye(len(TEXTS)) * 2).max() < 0.999


def test_the_same_text_has_the_same_vector_alone_and_in_company(embedder: Embedder) -> None:
    together = embedder.encode(TEXTS)
    assert np.array_equal(together, embedder.encode(TEXTS))
    for row, text in zip(together, TEXTS, strict=True):
        np.testing.assert_allclose(embedder.encode([text])[0], row, atol=1e-5)


def test_no_texts_are_no_rows(embedder: Embedder) -> None:
    vectors = embedder.encode([])
    assert len(vectors) == 0
    assert vectors.dtype == np.float32
    assert vectors.shape == (0, embedder.encode(TEXTS).shape[1])


def test_a_text_without_a_known_word_is_no_error(embedder: Embedder) -> None:
    for text in ("", " \n", "※☎", "xyzzy qwerty"):
        vector = embedder.encode([text])
        length = float(np.linalg.norm(vector))
        assert np.isfinite(vector).all()
        assert length == pytest.approx(1.0, abs=1e-5) or length == 0.0


def test_fingerprints_are_stable_and_differ(embedded_folder: Path, tiny_bert: Path) -> None:
    embedded = MorphemeEmbedder(embedded_folder)
    model = SentenceTransformerEmbedder(tiny_bert)
    assert embedded.fingerprint == MorphemeEmbedder(embedded_folder).fingerprint == "embedded"
    assert model.fingerprint == folder_fingerprint(tiny_bert)
    assert model.fingerprint.startswith("tiny-bert:")


def test_a_fingerprint_changes_with_every_file(tiny_bert: Path, tmp_path: Path) -> None:
    copy = tmp_path / "tiny-bert"
    shutil.copytree(tiny_bert, copy)
    seen = [folder_fingerprint(tiny_bert)]
    assert folder_fingerprint(copy) == seen[0]
    (copy / ".cache").write_text("not part of the model")
    assert folder_fingerprint(copy) == seen[0]
    for name in ("config.json", "model.safetensors", "tokenizer.json", "modules.json"):
        data = bytearray((copy / name).read_bytes())
        data[-1] ^= 1
        (copy / name).write_bytes(bytes(data))
        seen.append(folder_fingerprint(copy))
    assert len(set(seen)) == 5


def test_numpy_reads_the_embedded_folder_as_sentence_transformers_does(
    embedded_folder: Path,
) -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(embedded_folder), local_files_only=True, device="cpu")
    rule = (PROJECT / "demo" / "regulations" / "보안업무 세칙.txt").read_text(encoding="utf-8")
    texts = [*TEXTS, *(line for line in rule.split("\n") if len(line) > 20)]
    words = [" ".join(morpheme_tokens(text)) for text in texts]
    theirs = model.encode(words, show_progress_bar=False)
    ours = MorphemeEmbedder(embedded_folder).encode(texts)
    known = np.linalg.norm(ours, axis=1) > 0
    assert known.sum() > 50
    likeness = (ours * theirs).sum(axis=1)
    # An unknown word pulls their mean towards zero; its direction, and so the cosine, stays.
    np.testing.assert_allclose(likeness[known], 1.0, atol=1e-5)
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_what_belongs_together_is_near(embedded_folder: Path) -> None:
    embedder = MorphemeEmbedder(embedded_folder)
    question, right, wrong = embedder.encode(
        ["출장 여비 정산 기한", "출장이 끝난 날부터 7일 이내에 여비를 정산", "비밀번호의 변경 주기"]
    )
    assert float(question @ right) > float(question @ wrong) + 0.2


def test_training_twice_gives_the_same_vectors(tmp_path: Path) -> None:
    lines = (PROJECT / "demo" / "regulations" / "보안업무 세칙.txt").read_text(encoding="utf-8")
    words = [morpheme_tokens(line) for line in lines.split("\n")]
    titles = [row[:2] for row in words]
    for name in ("one", "two"):
        train(words, titles, tmp_path / name)
    files = sorted(p.relative_to(tmp_path / "one") for p in (tmp_path / "one").rglob("*.*"))
    assert Path("model.safetensors") in files
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@pytest.mark.parametrize("words", [[[]], [["여비"]], [["여비", "출장"], []]])
def test_training_on_next_to_nothing_is_no_error(words: list[list[str]], tmp_path: Path) -> None:
    train(words, [[] for _ in words], tmp_path / "embedder")
    vectors = MorphemeEmbedder(tmp_path / "embedder").encode(["여비", "우주"])
    assert vectors.shape == (2, 256)
    assert np.isfinite(vectors).all()


def test_an_incomplete_model_folder_is_an_error(tiny_bert: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    copy = tmp_path / "no weights"
    shutil.copytree(tiny_bert, copy)
    (copy / "model.safetensors").unlink()
    for folder in (tmp_path / "empty", copy):
        with pytest.raises(ModelError, match=r"임베더를 불러올 수 없습니다: .*\n→ "):
            SentenceTransformerEmbedder(folder)
    with pytest.raises(IndexMismatchError, match="\n→ 'ingest add'를 다시 실행해"):
        MorphemeEmbedder(tmp_path / "empty")
