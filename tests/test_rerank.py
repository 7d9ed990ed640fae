"""A cross-encoder folder in the real format: order, windows of long passages, folders that fail."""

from __future__ import annotations

import shutil
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from onprem_rag.errors import ModelError
from onprem_rag.records import Passage
from onprem_rag.rerank import Reranker
from tests.conftest import word_pieces

WORDS = "출장 여비 정산 육아휴직 기간 비밀번호 변경 숙소 퇴거 관리비 입주자".split()
POSITIONS = 48  # tokens of the tiny model
QUESTION = "출장 여비 정산 기간"


def passage(text: str, document: str = "여비", *path: str) -> Passage:
    return Passage(document, path, "제1조", None, "", text, 0, len(text))


def cross_encoder(folder: Path, labels: int = 1, names: dict[int, str] | None = None) -> Path:
    """A random BERT of 32 dimensions that classifies pairs."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    words = word_pieces(WORDS)
    special = {"unk_token": "[UNK]", "pad_token": "[PAD]", "cls_token": "[CLS]"}
    PreTrainedTokenizerFast(
        tokenizer_object=words, sep_token="[SEP]", model_max_length=POSITIONS, **special
    ).save_pretrained(folder)
    torch.manual_seed(7)
    config = BertConfig(
        vocab_size=words.get_vocab_size(),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=POSITIONS,
        initializer_range=0.5,  # scores that differ
        num_labels=labels,
        **({"id2label": names} if names else {}),
    )
    BertForSequenceClassification(config).eval().save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return cross_encoder(tmp_path_factory.mktemp("models") / "cross")


@pytest.fixture(scope="module")
def reranker(folder: Path) -> Reranker:
    return Reranker(folder)


def tokens(folder: Path, text: str) -> list[str]:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
    return list(tokenizer.tokenize(text))


def logits(folder: Path, question: str, passage: str) -> Any:
    """What transformers itself gives for the pair."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
    model = AutoModelForSequenceClassification.from_pretrained(str(folder)).eval()
    with torch.inference_mode():
        return model(**tokenizer(question, passage, return_tensors="pt")).logits[0].numpy()


def sigmoid(folder: Path, question: str, text: str) -> float:
    return float(1 / (1 + np.exp(-logits(folder, question, text)[0])))


def test_the_tiny_model_knows_its_words(folder: Path) -> None:
    """Guards the other tests here against texts that are all unknown words."""
    assert tokens(folder, "출장 여비정산") == ["출장", "여비", "##정", "##산"]


def test_scores_are_sigmoids_in_the_order_of_the_passages(folder: Path, reranker: Reranker) -> None:
    texts = ["출장 여비 정산", "숙소 퇴거", "비밀번호 변경 기간 관리비 입주자 숙소", "여비"]
    passages = [passage(text, "숙소 관리비", "기간", "변경") for text in texts]
    scores = reranker.scores(QUESTION, passages)
    wanted = [sigmoid(folder, QUESTION, f"숙소 관리비 기간 변경\n{text}") for text in texts]
    assert scores == pytest.approx(wanted, abs=1e-5)
    assert len(set(scores)) == 4
    assert reranker.scores(QUESTION, passages[::-1]) == pytest.approx(scores[::-1], abs=1e-5)


def test_no_passages_no_scores(reranker: Reranker) -> None:
    assert reranker.scores(QUESTION, []) == []


def test_a_long_passage_has_its_best_windows_score(folder: Path, reranker: Reranker) -> None:
    """Of 48 tokens 41 are the passage's, 40 without its title: three sentences of 13."""
    sentences = [f"{' '.join(WORDS[at:] + WORDS[:at])} 출장한다." for at in range(9)]
    several = [" ".join(sentences[at : at + 3]) for at in range(0, 9, 3)]
    each = [sigmoid(folder, QUESTION, f"여비\n{text}") for text in several]
    passages = [passage("숙소"), passage(" ".join(sentences)), passage("기간")]
    assert reranker.scores(QUESTION, passages)[1] == pytest.approx(max(each), abs=1e-5)
    for text, score in zip(several, each, strict=True):  # wherever the best one stands
        alone = passage(" ".join((text, *(other for other in several if other != text))))
        assert reranker.scores(QUESTION, [alone])[0] >= score - 1e-5
    assert len(set(each)) == 3


@pytest.mark.parametrize(
    "text",
    [
        " ".join(WORDS * 20),
        "출장여비정산기간" * 60,
        f"{'여비 정산한다. ' * 40}\n\n{'숙소' * 50}",
    ],
    ids=["one sentence", "no blanks", "sentences"],
)
@pytest.mark.parametrize("question", ["여비", QUESTION, " ".join(WORDS * 9)])
def test_no_pair_is_longer_than_the_model_reads(
    reranker: Reranker, monkeypatch: pytest.MonkeyPatch, question: str, text: str
) -> None:
    """CrossEncoder would cut such a pair without a word."""
    pairs: list[tuple[str, str]] = []
    predict = reranker._predict
    monkeypatch.setattr(reranker, "_predict", lambda some: pairs.extend(some) or predict(some))
    (score,) = reranker.scores(question, [passage(text)])
    assert 0 < score < 1
    tokenizer = reranker._model.tokenizer
    assert max(len(tokenizer(*pair).input_ids) for pair in pairs) <= POSITIONS
    windows = "".join(pair[1].removeprefix("여비\n") for pair in pairs)
    assert windows.split() == text.split()
    assert all(question.startswith(pair[0]) for pair in pairs)


def test_a_question_as_long_as_the_model_reads_leaves_room(reranker: Reranker) -> None:
    passages = [passage("출장 여비 정산"), passage("숙소 퇴거 관리비")]
    first, second = reranker.scores(" ".join(WORDS * 9), passages)
    assert first != second


@pytest.mark.parametrize(
    ("names", "positive"),
    [
        (None, 1),
        ({0: "not_entailment", 1: "entailment"}, 1),
        ({0: "ENTAILMENT", 1: "NOT_ENTAILMENT"}, 0),
    ],
    ids=["unnamed", "second", "first"],
)
def test_of_two_classes_the_one_that_agrees(
    tmp_path: Path, names: dict[int, str] | None, positive: int
) -> None:
    folder = cross_encoder(tmp_path / "two", 2, names)
    values = np.exp(logits(folder, QUESTION, "여비\n출장"))
    (score,) = Reranker(folder).scores(QUESTION, [passage("출장")])
    assert score == pytest.approx(float(values[positive] / values.sum()), abs=1e-5)


def test_three_classes_are_too_many(tmp_path: Path) -> None:
    folder = cross_encoder(tmp_path / "three", 3)
    with pytest.raises(ModelError, match=r"재순위 모델의 출력이 3개입니다: .*\n→ "):
        Reranker(folder)


def test_a_missing_or_empty_folder(tmp_path: Path) -> None:
    for folder in (tmp_path / "none", tmp_path):
        with pytest.raises(ModelError, match=r"재순위 모델 폴더가 없거나 비어 있습니다: .*\n→ "):
            Reranker(folder)


@pytest.mark.parametrize("damage", ["cut", "gone", "pickle", "config"])
def test_a_damaged_folder(folder: Path, tmp_path: Path, damage: str) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    weights = copy / "model.safetensors"
    if damage == "cut":
        weights.write_bytes(weights.read_bytes()[:1000])
    elif damage == "config":
        (copy / "config.json").write_text("{", encoding="utf-8")
    else:
        weights.rename(copy / "pytorch_model.bin") if damage == "pickle" else weights.unlink()
    with pytest.raises(ModelError, match=r"재순위 모델을 불러올 수 없습니다: .*\n→ "):
        Reranker(copy)


def test_an_encoder_without_a_classifier(folder: Path, tmp_path: Path) -> None:
    """It would load, with a classifier of chance."""
    from transformers import BertModel

    copy = Path(shutil.copytree(folder, tmp_path / "encoder"))
    BertModel.from_pretrained(str(folder)).save_pretrained(copy)
    with pytest.raises(ModelError, match=r"재순위 모델이 아닙니다: .*BertModel\)\n→ 임베더가"):
        Reranker(copy)


def test_questions_of_many_threads_have_the_scores_of_one(reranker: Reranker) -> None:
    """Counting tokens and reading change the same tokenizer's truncation."""
    passages = [passage(" ".join([word] * (5 + 60 * (at % 3)))) for at, word in enumerate(WORDS)]
    alone = reranker.scores(QUESTION, passages)
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda _: reranker.scores(QUESTION, passages), range(48)))
    np.testing.assert_allclose(found, [alone] * 48, atol=1e-4)


def test_loading_and_reading_open_no_socket(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise AssertionError(f"a socket was opened: {arguments}")

    monkeypatch.setattr(socket, "socket", refuse)
    assert len(Reranker(folder).scores(QUESTION, [passage("여비")])) == 1
