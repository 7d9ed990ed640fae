"""One contract for every embedder, and the two ways of reading the embedded one."""

from __future__ import annotations

import json
import re
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
from onprem_rag.index.training import train
from onprem_rag.korean.morphemes import content_morphemes
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


LIMIT = 128  # of the tiny BERT's tokens, [CLS] and [SEP] among them
HEAD = "출장 여비 정산\n제3조 기간"


def tokens(folder: Path, text: str) -> list[str]:
    """What the model would read of ``text``, were there no limit."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    return [str(token) for token in tokenizer.encode(text).tokens]


def parts(folder: Path, head: str, body: str) -> list[str]:
    """The windows without their heads, checked: none too long, all of the body, in order."""
    found = []
    for window in SentenceTransformerEmbedder(folder).windows(head, body):
        assert len(tokens(folder, window)) <= LIMIT
        assert window.startswith(f"{head}\n")
        found.append(window.removeprefix(f"{head}\n"))
    assert "".join(found) == body
    return found


def test_a_short_passage_is_one_window(embedder: Embedder) -> None:
    for head, body in (("여비규정\n제1조", TEXTS[0]), ("여비규정\n", ""), ("", TEXTS[1]), ("", "")):
        assert embedder.windows(head, body) == [f"{head}\n{body}"]


def test_the_embedded_default_reads_a_long_passage_at_once(embedded_folder: Path) -> None:
    body = "\n".join(TEXTS * 200)
    assert MorphemeEmbedder(embedded_folder).windows(HEAD, body) == [f"{HEAD}\n{body}"]


def test_windows_end_between_sentences(tiny_bert: Path) -> None:
    sentence = "입주자는 숙소 관리비를 일 기간 의 출장 여비 가 정산 한다."
    found = parts(tiny_bert, HEAD, " ".join([sentence] * 40))
    assert len(found) > 3
    for part in found:
        assert set(part.strip().split(". ")) <= {sentence, sentence[:-1]}
    frame = len(tokens(tiny_bert, HEAD))
    one = len(tokens(tiny_bert, sentence)) - 2
    assert all(len(tokens(tiny_bert, part)) - 2 > LIMIT - frame - one for part in found[:-1])


def test_an_overlong_sentence_is_cut_between_words(tiny_bert: Path) -> None:
    words = "출장 여비 정산 육아휴직 기간 비밀번호 변경 숙소 퇴거 관리비 입주자".split() * 50
    found = parts(tiny_bert, HEAD, " ".join(words))
    assert [word for part in found for word in part.split()] == words
    assert len(found) < 2 * len(words) / (LIMIT - len(tokens(tiny_bert, HEAD)))


def test_an_overlong_word_is_cut_anywhere(tiny_bert: Path) -> None:
    """Signs are words of their own to BERT; no blank, no sentence."""
    body = "여비는 " + "·".join("일은는이가" * 200) + "한다"
    assert len(parts(tiny_bert, HEAD, body)) > 10


def test_table_rows_lists_and_blank_lines_are_all_in_some_window(tiny_bert: Path) -> None:
    rows = "\n".join(f"구분: 출장 {n} | 여비: {n}만원 | 기간: {n}일" for n in range(60))
    body = f"\n\n  ① 여비 정산\n\n\n{rows}\n\n※ · · ·\n1. 숙소\n 가. 퇴거 — {'-' * 300}\n  "
    assert len(parts(tiny_bert, HEAD, body)) > 5


def test_a_head_that_fills_the_window_is_not_repeated(tiny_bert: Path) -> None:
    for words in (70, 500):
        head = "출장 여비 " * (words // 2)
        body = "육아휴직 기간 은 이 의 일 이다. " * 30
        windows = SentenceTransformerEmbedder(tiny_bert).windows(head, body)
        assert "".join(windows) == f"{head}\n{body}"
        assert all(len(tokens(tiny_bert, window)) <= LIMIT for window in windows)


def test_every_token_of_a_real_rule_is_in_some_window(tiny_bert: Path) -> None:
    body = (PROJECT / "demo" / "regulations" / "보안업무 세칙.txt").read_text(encoding="utf-8")
    found = parts(tiny_bert, HEAD, body)
    assert len(found) > 5
    inside = [token for part in found for token in tokens(tiny_bert, part)[1:-1]]
    assert inside == tokens(tiny_bert, body)[1:-1]


def test_what_stands_at_the_end_of_a_long_passage_is_found(tiny_bert: Path) -> None:
    """Unlike in the vector of the passage as a whole, of which the model reads the beginning."""
    model = SentenceTransformerEmbedder(tiny_bert)
    long = "출장 여비 정산. " * 200
    (question,) = model.encode(["입주자 의 숙소 퇴거"])
    with_end, without = (
        (model.encode(model.windows("", body)) @ question).max()
        for body in (f"{long}\n{'입주자 의 숙소 퇴거. ' * 20}", long)
    )
    cut = model.encode([long, f"{long}\n{'입주자 의 숙소 퇴거. ' * 20}"]) @ question
    assert cut[0] == pytest.approx(cut[1], abs=1e-6)
    assert with_end > without


def test_a_prompt_counts(tiny_bert: Path, tmp_path: Path) -> None:
    copy = tmp_path / "prompted"
    shutil.copytree(tiny_bert, copy)
    settings = json.loads((copy / "config_sentence_transformers.json").read_text())
    prompt = "숙소 " * 20
    settings |= {"prompts": {"passage": prompt}, "default_prompt_name": "passage"}
    (copy / "config_sentence_transformers.json").write_text(json.dumps(settings))
    body = "출장 여비 정산. " * 100
    for window in SentenceTransformerEmbedder(copy).windows(HEAD, body):
        assert len(tokens(copy, prompt + window)) <= LIMIT


def test_long_and_short_texts_come_back_in_order(embedder: Embedder) -> None:
    texts = [" ".join(TEXTS[: 1 + at % 3] * (1 + at % 7)) for at in range(12)]
    one_by_one = np.concatenate([embedder.encode([text]) for text in texts])
    np.testing.assert_allclose(embedder.encode(texts), one_by_one, atol=1e-5)


def test_fingerprints_are_stable_and_differ(embedded_folder: Path, tiny_bert: Path) -> None:
    embedded = MorphemeEmbedder(embedded_folder)
    model = SentenceTransformerEmbedder(tiny_bert)
    assert embedded.fingerprint == MorphemeEmbedder(embedded_folder).fingerprint
    assert re.fullmatch("embedded:[0-9a-f]{16}", embedded.fingerprint)
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


def test_a_fingerprint_sees_the_middle_of_large_weights(tmp_path: Path) -> None:
    """As those of a model tuned on one's own questions: same size, same beginning."""
    weights = bytearray(4 << 20)
    seen = []
    for value in range(2):
        weights[1 << 21 : 1 << 22] = bytes([value]) * (1 << 21)
        (tmp_path / "model.safetensors").write_bytes(bytes(weights))
        seen.append(folder_fingerprint(tmp_path))
    assert seen[0] != seen[1]


def test_numpy_reads_the_embedded_folder_as_sentence_transformers_does(
    embedded_folder: Path,
) -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(embedded_folder), local_files_only=True, device="cpu")
    rule = (PROJECT / "demo" / "regulations" / "보안업무 세칙.txt").read_text(encoding="utf-8")
    texts = [*TEXTS, *(line for line in rule.split("\n") if len(line) > 20)]
    words = [" ".join(content_morphemes(text)) for text in texts]
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
    words = [content_morphemes(line) for line in lines.split("\n")]
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
