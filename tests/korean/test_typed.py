"""Questions put as they were meant, and ordinary ones left alone."""

from __future__ import annotations

import json
import time
import unicodedata
from collections.abc import Callable
from functools import cache
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onprem_rag.korean.morphemes import words_and_compounds
from onprem_rag.korean.text import letters
from onprem_rag.korean.typed import hangul, keys, mended, repaired
from tests.conftest import PROJECT, SHARED

LIBRARY = """
제15조(육아휴직) 육아휴직은 자녀 1명당 3년의 범위에서 사용할 수 있다. 연차휴가는 15일로 한다.
5급 이하 공무원의 출장비는 20만원, 숙박비는 3천만원의 30퍼센트, 식비는 2,000원으로 한다. 제2항 제3호
KTX 요금, PC 2대, OT 수당, HWP 파일, IoT 기기, git 저장소, SNS 계정, 눈 치우기, 법인카드, 급여
3명 2명 6개월 12개월 2회 8시간 10일 1천500만원 18세 4급 1년 2년 1주일 60점 별지 양식 몇 받다
"""


@cache
def _words() -> frozenset[str]:
    return frozenset(chain(*words_and_compounds(LIBRARY)))


def knows(word: str) -> bool:
    """As a library with nothing but ``LIBRARY`` would."""
    return word in _words()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("dbrdk", "육아"),
        ("dbrdkgbwlr", "육아휴직"),
        ("dbrdkgbwlrdms 몇 년?", "육아휴직은 몇 년?"),
        ("dbrdkgbwlrdms aucsusRkwl ehlskdy?", "육아휴직은 몇년까지 되나요?"),
        ("dbrdkgbwlrdmsaucsusRkwlehlskdy", "육아휴직은몇년까지되나요"),
        ("육아gbwlr", "육아휴직"),
        ("육아gbwlrdms 언제", "육아휴직은 언제"),
        ("육아휴직dms 언제", "육아휴직은 언제"),
        ("5rmq cnfwkdql", "5급 출장비"),
        ("wp15wh", "제15조"),
        ("(cnfwkdql)", "(출장비)"),
        ("KTX cnfwkdql", "KTX 출장비"),
        ("Dbrdkgbwlr", "육아휴직"),
        ("DBRDKGBWLR", "육아휴직"),
    ],
)
def test_korean_typed_in_english_mode(typed: str, meant: str) -> None:
    assert repaired(typed, knows) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("햣", "git"),
        ("햣은 뭐야", "git은 뭐야"),
        ("ㅏㅅㅌ 타도 되나요", "ktx 타도 되나요"),
        ("ㅔㅊ는 몇 대", "pc는 몇 대"),
        ("ㅗ제", "hwp"),
        ("ㅗㅉㅖ", "hwp"),
        ("ㅑㅐㅅ에서", "iot에서"),
    ],
)
def test_english_typed_in_korean_mode(typed: str, meant: str) -> None:
    assert repaired(typed, knows) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ㅇㅠㄱㅇㅏ", "육아"),
        ("ㅇㅠㄱㅇㅏㅎㅠㅈㅣㄱㅇㅡㄴ 언제", "육아휴직은 언제"),
        ("육아ㅎㅠㅈㅣㄱ", "육아휴직"),
        ("유ㄱ아휴직", "육아휴직"),
        ("육아휴지ㄱ", "육아휴직"),
        ("ㄱㅘㄴㅅㅏ ㅇㅓㅂㅅㅇㅡㅁ", "관사 없음"),
        ("ㄱㅏㅄ", "값"),
        (unicodedata.normalize("NFD", "육아휴직은 몇 년?"), "육아휴직은 몇 년?"),
        ("출장비ㄴ", "출장비ㄴ"),
        ("별지ㄱ호", "별지ㄱ호"),
        ("어ㄸ", "어ㄸ"),
        ("되나요ㅠㅠ ㅋㅋㅋ ㅇㅇ", "되나요ㅠㅠ ㅋㅋㅋ ㅇㅇ"),
    ],
)
def test_loose_jamo(typed: str, meant: str) -> None:
    assert repaired(typed, knows) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("제십오조", "제15조"),
        ("제 십오 조", "제15조"),
        ("여비규정 제십오조제이항제삼호", "여비규정 제15조제2항제3호"),
        ("여비규정제십오조", "여비규정제15조"),
        ("제십오조의이", "제15조의2"),
        ("제일조가", "제1조가"),
        ("오급은", "5급은"),
        ("삼년까지", "3년까지"),
        ("삼 년 이상", "3 년 이상"),
        ("육개월", "6개월"),
        ("십이 개월", "12 개월"),
        ("이십만원", "20만원"),
        ("삼천만 원", "3천만 원"),
        ("이천원", "2,000원"),
        ("천오백만원", "1천500만원"),
        ("삼십퍼센트", "30퍼센트"),
        ("삼십%", "30%"),
        ("십일 이내", "10일 이내"),
        ("세 명", "3 명"),
        ("이회까지", "2회까지"),
        ("여덟시간", "8시간"),
        ("３년 ＫＴＸ", "3년 KTX"),
    ],
)
def test_numbers_in_figures(typed: str, meant: str) -> None:
    assert repaired(typed, knows) == meant


@pytest.mark.parametrize(
    "question",
    [
        "육아휴직은 몇 년까지 되나요?",
        "이조 사원 일원 오월 이일 구조 사항 이항 삼각",
        "사회 조항 만일 구급 사급자재 일급 사명 이명 오명 이월 만원 천원 일원화 백조 이 시간",
        "제일 호텔이 좋은 곳은",
        "삼년상을 치르면",  # a word of its own
        "칠년",  # nothing in the library has 7년
        "PC OT HWP IoT KTX SNS git",
        "눈 치우기",  # the keys of sns
        "AI GPU Excel team budget 7th 3rd",
        "dbrdkgbwlr@korea.kr www.dbrdk.kr dbrdk.hwp",
        "rlaclrk anjdi",  # Korean, but nothing the library knows
        "",
        " \n",
        "육아휴직 “3년”ㆍ① 字",
    ],
)
def test_left_alone(question: str) -> None:
    assert repaired(question, knows) == question


def test_abbreviations_that_no_passage_has_stay_beside_a_mix_up() -> None:
    assert repaired("GPU SMS dbrdkgbwlr", knows) == "GPU SMS 육아휴직"


RULES = letters(
    """육아휴직은 3년으로 한다. 육아휴직의 기간. 징계위원회의 의결. 개인정보를 처리한다.
    보지 아니한다. 카드를 잃은 자. 영구금지하는 조치. 구금해제. 활성화하는 방안. 활성 타사의 이용.
    규정이 이나 용역. 성과. 탐색"""
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("육앙휴직은 몇 년?", "육아휴직은 몇 년?"),
        ("징곙위원회는 언제", "징계위원회는 언제"),
        ("개인졍보", "개인졍보"),  # another vowel is no slip of a final consonant
        ("개임정보의 처리", "개인정보의 처리"),
        # words that no rule has, and with another final consonant one has their letters
        ("복지카드", "복지카드"),
        ("궁금해요", "궁금해요"),
        ("화성 탐사", "화성 탐사"),
        ("규정이 있나요?", "규정이 있나요?"),
        ("", ""),
        ("?!", "?!"),
    ],
)
def test_a_wrong_final_consonant_is_mended_and_a_word_is_not(typed: str, meant: str) -> None:
    assert mended(typed, RULES.count) == meant


@given(
    st.text("가각갂값닭읽왜외위의쀍꽉뙤뼈괜찮힣똠육아 ")
    | st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3))
)
def test_keys_type_the_hangul_that_they_came_from(text: str) -> None:
    assert keys(text).isascii()
    assert hangul(keys(text)) == text


@given(st.text("qwertyuiopasdfghjklzxcvbnmQWERTOP"))
def test_hangul_is_typed_by_the_keys_that_it_came_from(text: str) -> None:
    assert keys(hangul(text)) == text


@given(
    st.text(st.sampled_from("dbrdkgwl ㅇㅠㄱ육아휴직햣십오만원제조의일 15KTX") | st.characters())
)
def test_repairs_only_once_and_never_fails(text: str) -> None:
    once = repaired(text, knows)
    assert repaired(once, knows) == once


def test_ordinary_questions_come_back_unchanged_and_fast() -> None:
    files = [*(PROJECT / "tests" / "data").glob("*questions*.jsonl")]
    questions = [
        json.loads(line)["question"]
        for file in files
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    assert _changes(questions, lambda word: not word.isascii()) == {}
    numbers = {"일년에": "1년에", "일주일에": "1주일에", "두시간": "2시간"}
    assert _changes(questions, lambda word: True) == numbers
    start = time.process_time()
    for question in questions:
        repaired(question, knows)
    assert (time.process_time() - start) / len(questions) < 0.001


def _changes(questions: list[str], library: Callable[[str], bool]) -> dict[str, str]:
    """The words that the repair changes, and into what."""
    return {
        before: after
        for question in questions
        for before, after in zip(question.split(), repaired(question, library).split(), strict=True)
        if before != after
    }


def test_statutes_plain_sentences_come_back_unchanged() -> None:
    file = SHARED / "questions" / "paraphrase_to_article.jsonl"
    if not file.exists():
        pytest.skip("../shared/data is absent")
    lines = file.read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines]
    assert [q for q in questions if repaired(q, lambda word: not word.isascii()) != q] == []
