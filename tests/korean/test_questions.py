"""Everyday words, and the rules' words that they stand for."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import onprem_rag.korean.questions as questions
from onprem_rag.korean.questions import question_words

TABLE = Path(questions.__file__).with_name("everyday.txt")
LINES = [
    line
    for line in TABLE.read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]

SAID = {
    "출장 가면 방값 얼마까지 나와요": "숙박비",
    "월급날이 주말이면 언제 들어와요?": "지급",
    "팀장님 자리 비우시면 누가 대신 사인해요": "대결",
    "와이프가 애 낳았는데 며칠 쉬나요": "출산",
    "워케이션 신청돼요?": "원격",
    "칼퇴해도 되는 거죠": "근무",
    "장모님 빈소에 가야 하는데요": "사망",
    "업체에서 기프티콘을 보내왔어요": "금품",
    "사원증 잃어버렸는데요": "분실",
    "나라장터에 안 올리고 사도 되나요": "입찰",
    "영수증 잃어버렸는데 처리되나요": "증빙",
    "실험하다 다치면 어디에 말해요": "사고",
    "불났을 때 뭐부터 하죠": "화재",
    "책 찢어먹었어요": "변상",
    "학교 짤리면 다시 들어갈 수 있나요": "제적",
    "교생은 몇 주 나가요": "실습",
}
NOT_SAID = {
    "이사회 이사는 몇 명인가요?": "화물",  # 이사 is a director, too
    "휴가는 언제까지 신청하나요?": "미사용",
    "학식과 경험이 풍부한 사람": "식당",
    "회사 안에서 일하는 업체 직원도 교육을 받나요?": "금품",
}


def test_each_everyday_word_stands_once_with_its_meaning() -> None:
    pairs = [line.partition("=") for line in LINES]
    assert all(key.strip() and sign and meaning.strip() for key, sign, meaning in pairs)
    times = Counter("".join(key.split()).lower() for key, _, _ in pairs)
    assert [key for key, count in times.items() if count > 1] == []


@pytest.mark.parametrize("question", SAID)
def test_rules_words_for_what_staff_say(question: str) -> None:
    assert SAID[question] in question_words(question).rule


@pytest.mark.parametrize("question", NOT_SAID)
def test_no_other_subject_for_words_that_only_look_alike(question: str) -> None:
    assert NOT_SAID[question] not in question_words(question).rule
