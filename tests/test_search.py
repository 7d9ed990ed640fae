"""Search over the demo: the right article first, whatever the spacing and the words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from onprem_rag.chatbot import Chatbot
from onprem_rag.config import Config, SearchConfig, load_config
from onprem_rag.index.generations import open_current
from onprem_rag.records import Hit
from onprem_rag.search import Searcher
from tests.conftest import shelf_of

CLEAR = {
    "정년은 몇 세인가요?": ("취업규칙", "제36조"),
    "사직서는 퇴직하려는 날의 며칠 전까지 제출하나요?": ("취업규칙", "제37조"),
    "수습기간 중에는 급여를 얼마나 지급하나요?": ("취업규칙", "제7조"),
    "국외출장 결과보고서는 언제까지 제출하나요?": ("여비규정", "제24조"),
    "항공마일리지를 개인적으로 사용할 수 있나요?": ("여비규정", "제21조의2"),
    "가족돌봄휴직의 기간은 며칠인가요?": ("휴직 및 복직 관리기준", "제10조"),
    "자기개발휴직은 몇 년 이상 근속해야 하나요?": ("휴직 및 복직 관리기준", "제13조의2"),
    "법인카드를 분실하면 어디에 신고하나요?": ("회계규정", "제22조"),
    "예비비는 누구의 승인을 받아 사용하나요?": ("회계규정", "제9조"),
    "비밀번호는 며칠마다 변경하여야 하나요?": ("보안업무 세칙", "제12조"),
    "저장매체를 파기하는 방법은 무엇인가요?": ("보안업무 세칙", "제14조"),
    "지체상금은 계약금액의 얼마를 초과할 수 없나요?": ("계약사무 처리기준", "제12조"),
    "영상정보처리기기의 영상은 며칠간 보관하나요?": ("개인정보 처리지침", "제11조"),
    "하절기에 반바지를 입을 수 있나요?": ("근무복장 기준", "제3조"),
}
EVERYDAY = {
    "법카를 분실했어요": ("회계규정", "제22조"),
    "호텔비 상한액은 얼마예요?": ("여비규정", "제14조"),
    "투잡 해도 되나요?": ("취업규칙", "제12조"),
    "야근하면 보상휴가 주나요?": ("취업규칙", "제18조"),
    "씨씨티비 영상은 며칠 보관해요?": ("개인정보 처리지침", "제11조"),
    "내 차로 출장 가면 기름값 줘요?": ("여비규정", "제11조"),
}


def place(hit: Hit) -> tuple[str, str | None]:
    return hit.passage.document, hit.passage.article


@pytest.mark.parametrize("question", CLEAR)
def test_the_right_article_comes_first(question: str, chatbot: Chatbot) -> None:
    assert place(chatbot.search(question, 3)[0]) == CLEAR[question]


@pytest.mark.parametrize("question", CLEAR)
def test_blanks_make_no_difference(question: str, chatbot: Chatbot) -> None:
    found = chatbot.search("".join(question.split()).rstrip("?"), 3)
    assert place(found[0]) == CLEAR[question]


@pytest.mark.parametrize("question", EVERYDAY)
def test_everyday_words_find_the_words_of_the_rules(question: str, chatbot: Chatbot) -> None:
    assert place(chatbot.search(question, 3)[0]) == EVERYDAY[question]


def searcher(home: Path, **changes: float) -> Searcher:
    config: Config = load_config(home)
    return Searcher(
        shelf_of(home),
        open_current(config.index_folder, config.embedder_folder),
        replace(config.search, **changes),
    )


def test_an_everyday_word_alone_is_translated(demo_home: Path) -> None:
    """No rule of the demo says 법카: only the table of everyday words can lead to it."""
    (hit, *_) = searcher(demo_home).search("법카", 1)
    assert "법인카드" in hit.passage.text
    assert "법카" not in hit.passage.text


@pytest.mark.parametrize("question", [*CLEAR, *EVERYDAY])
def test_scores_say_where_they_come_from(question: str, chatbot: Chatbot) -> None:
    hits = chatbot.search(question, 10)
    assert 3 <= len(hits) <= 10
    for hit in hits:
        assert {"mecab", "bigram", "dense"} <= dict(hit.channels).keys()
        assert all(0.0 <= score <= 1.0 for _, score in hit.channels)
        assert 0.0 < hit.score <= 1.0
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert max(dict(hit.channels)["mecab"] for hit in hits) == 1.0
    assert len({hit.passage.id for hit in hits}) == len(hits)


def test_the_best_few_are_the_beginning_of_the_best_many(chatbot: Chatbot) -> None:
    for question in CLEAR:
        many = chatbot.search(question, 20)
        for count in (1, 2, 5, 10):
            assert chatbot.search(question, count) == many[:count]


def test_a_channel_can_be_switched_off(demo_home: Path) -> None:
    question = "비밀번호는 며칠마다 변경하여야 하나요?"
    weights = {"mecab": 0.0, "bigram": 0.0, "dense": 0.0}
    for channel in weights:
        (hit,) = searcher(demo_home, **{**weights, channel: 1.0, "reading": 0.0}).search(
            question, 1
        )
        assert place(hit) == ("보안업무 세칙", "제12조")
        assert hit.score == pytest.approx(dict(hit.channels)[channel], abs=1e-3)
    assert searcher(demo_home, **weights, reading=0.0).search(question, 5) == []


@pytest.mark.parametrize("question", ["ㅋㅋㅋ", "???", "qwxz", "🙂"])
def test_a_question_of_unknown_words_finds_nothing(question: str, chatbot: Chatbot) -> None:
    assert chatbot.search(question, 5) == []


def test_more_than_there_are_is_all_there_are(chatbot: Chatbot, demo_home: Path) -> None:
    assert chatbot.search("여비", 0) == []
    everything = chatbot.search("출장 여비 정산", 10_000)
    assert 50 < len(everything) <= shelf_of(demo_home).counts[1]


def test_the_defaults_use_every_channel() -> None:
    config = SearchConfig()
    assert min(config.mecab, config.bigram, config.dense, config.everyday) > 0
