"""Weights found on questions: what is recombined is what is searched, and gains are real."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from onprem_rag.cli import main
from onprem_rag.config import SearchConfig, load_config
from onprem_rag.errors import ConfigError
from onprem_rag.evaluate.candidates import Candidates, Reader, collect
from onprem_rag.evaluate.retrieval import (
    DEPTH,
    GoldQuestion,
    articles_of,
    evaluate,
    key_of,
    read_questions,
)
from onprem_rag.evaluate.tune import FIRST, Tuning, grouped_folds, tune
from onprem_rag.evaluate.tuned import tuning_json, tuning_text
from onprem_rag.index.generations import open_current
from onprem_rag.reading import fits
from onprem_rag.records import Hit, Passage
from onprem_rag.search import Searcher
from tests.conftest import shelf_of

PROJECT = Path(__file__).resolve().parent.parent.parent
QUESTIONS = PROJECT / "demo" / "questions.jsonl"
# Weights that nobody would choose: nearest vectors first, nothing read.
BAD = SearchConfig(mecab=0.1, bigram=0.0, dense=1.0, reading=0.0)

Searchers = Callable[[SearchConfig], Searcher]


@pytest.fixture(scope="module")
def searcher(demo_home: Path) -> Searchers:
    config = load_config(demo_home)
    generation = open_current(config.index_folder, config.embedder_folder)
    shelf = shelf_of(demo_home)
    return cache(lambda search: Searcher(shelf, generation, search))


@pytest.fixture(scope="module")
def readers(searcher: Searchers) -> dict[str, Reader]:
    weight = searcher(SearchConfig()).weight
    return {"reading": lambda text, passages: fits(text, passages, weight)}


@pytest.fixture(scope="module")
def questions() -> list[GoldQuestion]:
    return read_questions(QUESTIONS)


@pytest.fixture(scope="module")
def tuning(
    searcher: Searchers, readers: dict[str, Reader], questions: list[GoldQuestion]
) -> Tuning:
    return tune(questions[:30], searcher, BAD, readers)


def asks(*articles: str) -> GoldQuestion:
    """A question answered by these articles: "여비규정 제9조", or a rule's whole text."""
    parts = (article.partition(" ") for article in articles)
    return GoldQuestion("?", frozenset(key_of(rule, article) for rule, _, article in parts))


def test_questions_of_one_article_are_in_one_fold() -> None:
    questions = [asks(f"여비규정 제{n % 12}조") for n in range(36)]
    folds = grouped_folds(questions)
    assert all(folds[n] == folds[n + 12] == folds[n + 24] for n in range(12))
    assert sorted(folds.count(n) for n in range(5)) == [6, 6, 6, 9, 9]
    assert folds == grouped_folds(questions)


def test_what_shares_an_article_through_another_question_is_in_one_fold_too() -> None:
    first, other, both = asks("가 제1조"), asks("나 제2조"), asks("가 제1조", "나 제2조")
    folds = grouped_folds([first, other, asks("다 제3조"), both])
    assert folds[0] == folds[1] == folds[3] != folds[2]
    whole = grouped_folds([asks("가 제1조"), asks("가"), asks("가 제2조"), asks("나 제1조")])
    assert whole[0] == whole[1] == whole[2] != whole[3]


def test_one_article_cannot_be_held_out() -> None:
    with pytest.raises(ConfigError, match=r"조정에 쓸 질문이 모자랍니다\. → "):
        grouped_folds([asks("가 제1조"), asks("가 제1조")])
    with pytest.raises(ConfigError, match=r"조정에 쓸 질문이 모자랍니다\. → "):
        grouped_folds([])


@pytest.mark.parametrize(
    "config",
    [SearchConfig(), replace(BAD, reading=2.0), SearchConfig(bigram=2.0, dense=0.0, everyday=0.0)],
    ids=["default", "vectors", "letters"],
)
def test_recombined_ranks_are_those_of_a_real_search(
    searcher: Searchers,
    readers: dict[str, Reader],
    questions: list[GoldQuestion],
    config: SearchConfig,
) -> None:
    """The candidates were collected under other weights than those that rank them."""
    collected = replace(SearchConfig(), everyday=config.everyday)
    answerable = [question for question in questions if question.gold][:25]
    for question in answerable:
        found = articles_of(searcher(config).search(question.text, DEPTH))
        ranks = [rank for rank, key in enumerate(found, start=1) if key in question.gold]
        rank = collect(question, searcher, collected, readers).rank(config)
        if min(ranks, default=DEPTH) <= 5:
            assert rank == ranks[0], question.text
        else:
            assert rank is None or rank > 5, question.text


def found(number: int, article: str, **channels: float) -> Hit:
    passage = Passage("여비규정", (), article, None, "", "글", 0, 1, id=number)
    return Hit(passage, 0.5, tuple(channels.items()))


def test_ranks_of_hits_made_by_hand() -> None:
    """제2조's two passages count once, addenda count three quarters, a look-up stands above all."""
    hits = [
        found(1, "부칙 제1조", mecab=1.0, bigram=0.0, dense=0.0),
        found(2, "제2조", mecab=0.9, bigram=0.1, dense=0.0),
        found(3, "제2조", mecab=0.8, bigram=0.1, dense=0.0),
        found(4, "제3조", mecab=0.7, bigram=1.0, dense=0.0),
        found(5, "제4조", mecab=0.0, bigram=0.0, dense=1.0),
    ]
    channels = ("mecab", "bigram", "dense")
    words = SearchConfig(mecab=1.0, bigram=0.0, dense=0.0)
    letters = SearchConfig(mecab=1.0, bigram=1.0, dense=0.0)

    def rank(article: str, config: SearchConfig, *looked_up: Hit) -> int | None:
        return Candidates(asks(f"여비규정 {article}"), [*looked_up, *hits], channels, {}).rank(
            config
        )

    articles = ("부칙 제1조", "제2조", "제3조", "제4조")
    assert [rank(article, words) for article in articles] == [2, 1, 3, None]
    assert [rank(article, letters) for article in articles] == [3, 2, 1, None]
    there = found(6, "제9조", lookup=1.0)
    assert [rank(article, words, there) for article in ("제9조", "제2조")] == [1, 2]


def test_bad_weights_are_bettered_on_questions_unseen(
    tuning: Tuning, searcher: Searchers, questions: list[GoldQuestion]
) -> None:
    assert (tuning.questions, tuning.answerable) == (30, 30)
    assert tuning.worthwhile
    assert tuning.gain > tuning.margin > 0
    before = evaluate(questions[:30], searcher(BAD).search)
    assert tuning.before.hit == pytest.approx(before.hit[1])
    assert tuning.before.mrr == pytest.approx(before.mrr)
    after = evaluate(questions[:30], searcher(tuning.best).search)
    assert after.mrr > before.mrr
    assert tuning.gain == pytest.approx(
        (tuning.after.hit + tuning.after.mrr - tuning.before.hit - tuning.before.mrr) / 2
    )
    assert len(tuning.fold_gains) == 5


def test_the_tuned_weights_are_those_that_the_configuration_names(tuning: Tuning) -> None:
    names = [name for name, _, _ in tuning.weights]
    assert names == [*SearchConfig().weights, "reading", "everyday"]
    for name, now, found in tuning.weights:
        assert (now, found) == (getattr(BAD, name), getattr(tuning.best, name))
    assert tuning.best.mecab == BAD.mecab  # only the relations count
    assert tuning.best.passages == BAD.passages


def test_the_same_questions_give_the_same_weights(
    searcher: Searchers, readers: dict[str, Reader], questions: list[GoldQuestion]
) -> None:
    assert tune(questions[:8], searcher, BAD, readers) == tune(
        questions[:8], searcher, BAD, readers
    )


def test_no_channel_to_start_from(
    searcher: Searchers, readers: dict[str, Reader], questions: list[GoldQuestion]
) -> None:
    nothing = replace(SearchConfig(), **dict.fromkeys(SearchConfig().weights, 0.0))
    with pytest.raises(ConfigError, match=r"모든 채널의 가중치가 0입니다\. → "):
        tune(questions, searcher, nothing, readers)


def test_the_report_says_what_to_think_of_it(tuning: Tuning) -> None:
    text = tuning_text(tuning, None, False)
    lines = text.splitlines()
    assert lines[0].startswith("질문 30개 (답이 없는 질문 0개는 제외), 5겹 교차 검증")
    assert lines[2].split() == [
        f"hit@{FIRST}",
        f"{tuning.before.hit:.3f}",
        f"{tuning.after.hit:.3f}",
        f"{tuning.after.hit - tuning.before.hit:+.3f}",
    ]
    assert lines[-1].endswith("--save를 붙여 다시 실행하세요.")
    assert "주의" not in text
    few = tuning_text(replace(tuning, answerable=8), None, False)
    assert "주의: 답이 있는 질문이 8개뿐이라 이 결과를 믿을 수 없습니다. → 20개 이상" in few
    chance = tuning_text(replace(tuning, margin=1.0), None, False)
    assert "주의: 차이가 우연의 범위 안에 있습니다. → " in chance
    worse = tuning_text(replace(tuning, gain=-0.01), None, True)
    assert "나아지지 않습니다" in worse
    assert worse.endswith("저장하지 않았습니다. → 지금 가중치를 그대로 쓰세요.")
    saved = tuning_text(tuning, Path("/home/config.toml"), True)
    assert saved.endswith("저장했습니다: /home/config.toml")
    assert tuning_json(tuning, None)["saved"] is None


@pytest.fixture
def home(demo_home: Path, tmp_path: Path) -> Path:
    """A copy of the demo that tuning may write into."""
    return Path(shutil.copytree(demo_home, tmp_path / "home"))


@pytest.fixture
def some(tmp_path: Path, questions: list[GoldQuestion]) -> Path:
    path = tmp_path / "some.jsonl"
    lines = QUESTIONS.read_text("utf-8").splitlines()[:10]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_the_command_writes_when_told_to(
    home: Path, some: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = home / "config.toml"
    text = "[search]\nmecab = 0.1\nbigram = 0 # 글자쌍\ndense = 1\nreading = 0\n"
    settings.write_text(text, encoding="utf-8")
    assert main(["tune", "--home", str(home), str(some)]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "주의: 답이 있는 질문이 10개뿐이라" in out
    assert settings.read_text("utf-8") == text

    assert main(["tune", "--home", str(home), str(some), "--save", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["saved"] == str(settings)
    assert (found["questions"], found["reliable"], found["folds"]) == (10, False, 5)
    search = load_config(home).search
    assert {name: getattr(search, name) for name in found["weights"]} == found["weights"]
    assert "# 글자쌍" in settings.read_text("utf-8")


def test_the_command_refuses_to_save_what_is_no_better(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both questions have their article first already."""
    path = tmp_path / "easy.jsonl"
    lines = [
        {
            "question": "업무추진비로 밥 살 때 한 사람당 얼마",
            "document": "회계규정",
            "article": "제13조",
        },
        {"question": "취업규칙의 목적", "document": "취업규칙", "article": "제1조"},
    ]
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    assert main(["tune", "--home", str(home), str(path), "--save"]) == 1
    out, _ = capsys.readouterr()
    assert "조정해도 나아지지 않습니다" in out
    assert "저장하지 않았습니다. → " in out
    assert not (home / "config.toml").exists()
