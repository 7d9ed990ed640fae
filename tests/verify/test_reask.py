"""The judge that asks the language model again."""

from __future__ import annotations

from pathlib import Path

import pytest

from onprem_rag.config import AnswerConfig
from onprem_rag.errors import ModelError
from onprem_rag.generate.chat import ChatGenerator
from onprem_rag.generate.extract import Extractive
from onprem_rag.prompts import OWN
from onprem_rag.verify.judge import ENTAILED, Judge
from onprem_rag.verify.reask import Reask
from tests.generate.scribe import chat_model, scribe

CLAIM = "숙박비는 1박당 7만원이다."
PASSAGE = "여비규정 제9조\n① 숙박비는 1박당 7만원으로 한다."


def even(word: str) -> float:
    return 1.0


def reask(*pieces: str, prompts: Path = OWN) -> Judge:
    return Reask(ChatGenerator(chat_model(*pieces), prompts, 2, AnswerConfig()))


@pytest.mark.parametrize(("said", "entailed"), [("예.", True), ("아니요, 다릅니다.", False)])
def test_what_the_model_says(said: str, entailed: bool) -> None:
    judge = reask(said)
    assert judge.name == "reask"
    assert (judge.probability(CLAIM, PASSAGE, 5.0) >= ENTAILED) is entailed


def test_the_claim_and_its_passage_are_put_in() -> None:
    model = chat_model("예")
    Reask(ChatGenerator(model, OWN, 2, AnswerConfig())).probability(CLAIM, PASSAGE, 5.0)
    ((_, user),) = scribe(model).heard
    assert f"규정:\n{PASSAGE}\n\n문장: {CLAIM}\n" in user[1]


def test_no_clear_answer() -> None:
    with pytest.raises(ModelError, match=r"예나 아니요로 답하지 않았습니다: '글쎄요'\n→ "):
        reask("글쎄요").probability(CLAIM, PASSAGE, 5.0)


def test_a_faulty_template_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "verify.txt").write_text("[user]\n{claim} {passage}", encoding="utf-8")
    with pytest.raises(ModelError, match=r"verify\.txt 2번째 줄: (?s:.*)\n→ "):
        reask("예", prompts=tmp_path).probability(CLAIM, PASSAGE, 5.0)


def test_nobody_to_ask() -> None:
    with pytest.raises(ModelError, match=r"언어 모델이 없습니다\.\n→ .*\[models\] llm"):
        Reask(Extractive(even)).probability(CLAIM, PASSAGE, 5.0)
