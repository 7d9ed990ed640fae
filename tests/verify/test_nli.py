"""An NLI cross-encoder: its classes, the windows of long passages, folders that fail, time."""

from __future__ import annotations

import json
import shutil
import socket
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from onprem_rag.errors import ModelError
from onprem_rag.verify.judge import Judge
from onprem_rag.verify.nli import Nli
from tests.test_rerank import WORDS, cross_encoder, logits

CLAIM = "출장 여비 정산 기간"
THREE = {0: "CONTRADICTION", 1: "Entailment", 2: "neutral"}


def deciding(folder: Path, biases: Sequence[float], names: dict[int, str] | None) -> Path:
    """A classifier with these logits for any pair."""
    import torch
    from transformers import AutoModelForSequenceClassification

    cross_encoder(folder, len(biases), names)
    model = AutoModelForSequenceClassification.from_pretrained(str(folder))
    with torch.no_grad():
        model.classifier.weight.zero_()
        model.classifier.bias.copy_(torch.tensor(biases))
    model.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return cross_encoder(tmp_path_factory.mktemp("models") / "nli", 3, THREE)


@pytest.fixture(scope="module")
def nli(folder: Path) -> Nli:
    return Nli(folder)


@pytest.fixture
def slow(folder: Path) -> Nli:
    """Takes a tenth of a second for each batch."""
    found = Nli(folder)
    model: Any = found._model._model
    model.register_forward_pre_hook(lambda *_: time.sleep(0.1))
    return found


def entailed(folder: Path, premise: str, hypothesis: str, at: int = 1) -> float:
    """What transformers itself gives for the pair."""
    values = np.exp(logits(folder, premise, hypothesis))
    return float(values[at] / values.sum())


# --- classes -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("biases", "names", "wanted"),
    [
        ([0.0], None, 0.5),
        ([2.0], None, 0.8808),
        ([-3.0], {0: "entailment"}, 0.0474),
        ([0.0, 2.0], {0: "not_entailment", 1: "entailment"}, 0.8808),
        ([0.0, 2.0], {0: "ENTAILMENT", 1: "NOT_ENTAILMENT"}, 0.1192),
        ([0.0, 1.0, 2.0], {0: "entailment", 1: "neutral", 2: "contradiction"}, 0.0900),
        ([0.0, 1.0, 2.0], {0: "contradiction", 1: "ENTAILMENT", 2: "neutral"}, 0.2447),
        ([0.0, 1.0, 2.0], {0: "Contradiction", 1: "Neutral", 2: "Entailment"}, 0.6652),
    ],
)
def test_the_probability_of_entailment(
    tmp_path: Path, biases: list[float], names: dict[int, str] | None, wanted: float
) -> None:
    judge: Judge = Nli(deciding(tmp_path / "nli", biases, names))
    assert judge.name == "nli"
    assert judge.probability(CLAIM, "숙소 퇴거", 20.0) == pytest.approx(wanted, abs=1e-4)


def test_the_passage_is_the_premise(folder: Path, nli: Nli) -> None:
    for passage in ("출장 여비", "여비\n숙소 퇴거 관리비", "비밀번호 변경\n\n기간"):
        found = nli.probability(CLAIM, passage, 20.0)
        assert found == pytest.approx(entailed(folder, passage, CLAIM), rel=1e-3)
        assert found != pytest.approx(entailed(folder, CLAIM, passage), rel=0.1)


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (3, None),  # LABEL_0 …
        (2, None),
        (2, {0: "irrelevant", 1: "relevant"}),
        (3, {0: "entailment", 1: "Entailment", 2: "neutral"}),
    ],
)
def test_classes_without_a_name(tmp_path: Path, labels: int, names: dict[int, str] | None) -> None:
    folder = cross_encoder(tmp_path / "nli", labels, names)
    with pytest.raises(
        ModelError,
        match=r"어느 출력이 entailment인지 .*\n→ .*\[models\] nli.*config\.json의 id2label",
    ):
        Nli(folder)


def test_the_remedy_helps(tmp_path: Path) -> None:
    folder = deciding(tmp_path / "nli", [2.0, 1.0, 0.0], None)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    names = ("entailment", "neutral", "contradiction")
    config["id2label"] = {str(at): name for at, name in enumerate(names)}
    config["label2id"] = {name: at for at, name in enumerate(names)}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    assert Nli(folder).probability(CLAIM, "숙소", 20.0) == pytest.approx(0.6652, abs=1e-4)


def test_four_classes(tmp_path: Path) -> None:
    names = {**THREE, 3: "other"}
    with pytest.raises(ModelError, match=r"출력이 4개입니다: .*\n→ .*\[models\] nli"):
        Nli(cross_encoder(tmp_path / "nli", 4, names))


# --- folders -------------------------------------------------------------------------------------
def test_a_missing_or_empty_folder(tmp_path: Path) -> None:
    for folder in (tmp_path / "none", tmp_path):
        with pytest.raises(
            ModelError, match=r"문장 판정 모델 폴더가 없거나 비어 있습니다: .*\n→ .*\[models\] nli"
        ):
            Nli(folder)


@pytest.mark.parametrize("damage", ["cut", "pickle", "config"])
def test_a_damaged_folder(folder: Path, tmp_path: Path, damage: str) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    weights = copy / "model.safetensors"
    if damage == "cut":
        weights.write_bytes(weights.read_bytes()[:1000])
    elif damage == "config":
        (copy / "config.json").write_text("{", encoding="utf-8")
    else:
        weights.rename(copy / "pytorch_model.bin")
    with pytest.raises(
        ModelError, match=r"문장 판정 모델을 불러올 수 없습니다: (?s:.*)\n→ \[models\] nli"
    ):
        Nli(copy)


def test_an_encoder_without_a_classifier(folder: Path, tmp_path: Path) -> None:
    from transformers import BertModel

    copy = Path(shutil.copytree(folder, tmp_path / "encoder"))
    BertModel.from_pretrained(str(folder)).save_pretrained(copy)
    with pytest.raises(ModelError, match=r"문장 판정 모델이 아닙니다: .*\n→ 임베더가.*\] nli"):
        Nli(copy)


def test_weights_that_are_no_numbers(tmp_path: Path) -> None:
    broken = Nli(deciding(tmp_path / "nli", [float("nan"), 0.0, 0.0], THREE))
    with pytest.raises(ModelError, match=r"수가 아닙니다\(nan\)\.\n→ "):
        broken.probability(CLAIM, "숙소", 20.0)


def test_a_model_that_fails_while_reading(folder: Path) -> None:
    def runs_out(*_: object) -> None:
        raise RuntimeError("CUDA out of memory")

    nli = Nli(folder)
    model: Any = nli._model._model
    hook = model.register_forward_pre_hook(runs_out)
    with pytest.raises(ModelError, match=r"답하지 못했습니다: .*out of memory\n→ .*doctor"):
        nli.probability(CLAIM, "숙소", 20.0)
    hook.remove()
    assert 0 < nli.probability(CLAIM, "숙소", 20.0) < 1, "and the next claim finds it free"


def test_loading_and_judging_open_no_socket(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise AssertionError(f"a socket was opened: {arguments}")

    monkeypatch.setattr(socket, "socket", refuse)
    assert 0 < Nli(folder).probability(CLAIM, "여비", 20.0) < 1


# --- long ones -----------------------------------------------------------------------------------
def test_a_long_passage_has_its_best_windows_probability(folder: Path, nli: Nli) -> None:
    """Of 48 tokens 41 are the passage's, 40 without its first line: three sentences of 13."""
    sentences = [f"{' '.join(WORDS[at:] + WORDS[:at])} 출장한다." for at in range(9)]
    several = [" ".join(sentences[at : at + 3]) for at in range(0, 9, 3)]
    each = [entailed(folder, f"여비\n{text}", CLAIM) for text in several]
    assert len({round(one, 5) for one in each}) == 3
    for first in range(3):
        text = " ".join(several[first:] + several[:first])
        assert nli.probability(CLAIM, f"여비\n{text}", 20.0) == pytest.approx(max(each), rel=1e-3)


@pytest.mark.parametrize(
    "passage", [" ".join(WORDS * 40), "출장여비정산기간" * 60, "", "\n", "숙소\n" * 200]
)
def test_any_passage_has_a_probability(nli: Nli, passage: str) -> None:
    assert 0 < nli.probability(CLAIM, passage, 20.0) < 1


def test_half_a_claim_is_not_judged(nli: Nli) -> None:
    with pytest.raises(ModelError, match=r"문장이 길어서 .*\n→ .*\[models\] nli"):
        nli.probability(" ".join(WORDS * 9), "출장 여비", 20.0)


# --- time and threads ----------------------------------------------------------------------------
def test_no_time(nli: Nli) -> None:
    with pytest.raises(ModelError, match=r"제때 끝나지 않았습니다\.\n→ .*\[verify\] timeout_s"):
        nli.probability(CLAIM, "출장 여비", 0.0)


def test_a_passage_that_takes_too_long(slow: Nli) -> None:
    """Each batch of windows takes a tenth of a second; half of them begin in time."""
    passage = " ".join(["출장 여비 숙소 퇴거 관리비 기간 정산한다."] * 480)
    whole = float("inf")
    for _ in range(2):  # the first one may have to warm up
        began = time.monotonic()
        assert 0 < slow.probability(CLAIM, passage, 20.0) < 1
        whole = min(whole, time.monotonic() - began)
    assert whole > 0.35
    began = time.monotonic()
    with pytest.raises(ModelError, match="제때 끝나지 않았습니다"):
        slow.probability(CLAIM, passage, whole / 2)
    assert time.monotonic() - began < whole
    assert 0 < slow.probability(CLAIM, "출장", 20.0) < 1, "and the model is free again"


def test_a_turn_that_does_not_come_in_time(nli: Nli) -> None:
    began = time.monotonic()
    with (
        nli._model.turn(),  # as another thread has it
        pytest.raises(ModelError, match="제때 끝나지 않았습니다"),
    ):
        nli.probability(CLAIM, "출장", 0.1)
    assert 0.1 <= time.monotonic() - began < 2
    assert 0 < nli.probability(CLAIM, "출장", 20.0) < 1


def test_threads_have_the_probabilities_of_one(nli: Nli) -> None:
    passages = [f"여비\n{' '.join([word] * (5 + 60 * (at % 3)))}" for at, word in enumerate(WORDS)]
    alone = [nli.probability(CLAIM, passage, 20.0) for passage in passages]
    assert len(set(alone)) > 5
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda one: nli.probability(CLAIM, one, 60.0), passages * 5))
    np.testing.assert_allclose(found, alone * 5, atol=1e-5)
