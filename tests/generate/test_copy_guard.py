"""The copy guard on text: which numbers, references and dates a draft may go on with."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onprem_rag.generate.copy_guard import CopyGuard
from onprem_rag.korean.facts import extract

PASSAGE = (
    "여비규정 제9조(숙박비)\n① 출장자에게는 1박에 7만원을 지급한다.\n"
    "② 제5조의2에 따른 신청은 30일 이내에 하고, 휴직기간은 1년 6개월로 한다.\n"
    "1. 2024. 3. 1.부터 3천만원까지\n2. 별표 1에 따른 15명(3~5년 근무)\n"
)
OTHER = (
    "복무규정 제5조(휴가)\n「국가공무원법」 제71조제2항에 따라 100분의 50을 준다. "
    "3호선 出張 10시 30분"
)
QUESTION = "제12조에 따르면 며칠인가요?"
PLACES = ("제9조", "제9조제1항", "제9조제2항")


def guard() -> CopyGuard:
    return CopyGuard((PASSAGE, OTHER, QUESTION), PLACES, marks=2)


def writes(text: str, watching: CopyGuard | None = None) -> bool:
    """Whether ``text`` can be written character by character, and can end there."""
    watching = watching or guard()
    steps = all(watching.allows(text[:at], text[at]) for at in range(len(text)))
    return steps and watching.allows(text, "")


@pytest.mark.parametrize(
    "text",
    [
        "제9조에 따라",
        "제9조제1항",
        "제9조 제2항",
        "제5조의2에 따라",
        "「여비규정」 제9조제1항에 따라",
        "「국가공무원법」 제71조제2항",
        "제12조",
        "30일 이내",
        "1년 6개월로",
        "1년6개월",
        "3천만원까지",
        "2024. 3. 1.부터",
        "별표 1에 따른",
        "별표 1 참조",
        "15명",
        "3~5년",
        "100분의 50을",
        "3호선",
        "1박에 7만원을 지급합니다.",
        "열흘이 아니라 30일",  # see below: 열흘 alone is none of the sources' facts
    ],
)
def test_what_the_sources_say_can_be_copied(text: str) -> None:
    assert writes(text) == ("열흘" not in text)


@pytest.mark.parametrize(
    "text",
    [
        "제6조",
        "제5조의3",
        "제5조제2항",
        "제9조제3항",
        "「국가공무원법」 제9조",
        "「복무규정」 제9조",
        "제71조제2항",  # of another law
        "30명",
        "30분",
        "30%",
        "3일",
        "1년",
        "2년",
        "6개월",
        "1년 3개월",
        "3천원",
        "30,000,000원",  # the same amount, but these digits stand nowhere
        "2024. 3. 2.",
        "2024년",
        "2024. 3. 1명",
        "별표 2",
        "별표 1호",
        "15일",
        "9",
        "제3차",
        "0",
        "③",
        "５",
    ],
)
def test_what_they_do_not_say_cannot_be_written(text: str) -> None:
    assert not writes(text)
    assert not guard().allows("", text) or not guard().allows(text, "")


@pytest.mark.parametrize(
    "text", ["열흘", "두 명", "삼천 원", "천 원", "반년", "이틀", "두 개월", "제삼십조", "열 명"]
)
def test_numbers_in_words_count_too(text: str) -> None:
    assert not writes(text)
    assert writes(text, CopyGuard([f"이것은 {text}이다"]))


def test_equal_values_may_be_put_in_words() -> None:
    guard = CopyGuard(["병가는 10일, 상금은 30,000,000원이다."])
    assert writes("열흘", guard)
    assert writes("삼천만 원", guard)
    assert not writes("보름", guard)


def test_the_number_decides_what_may_follow() -> None:
    guard = CopyGuard(["30일 이내에 15명, 1년 6개월과 3천만원"])
    assert guard.continuations("") is None
    assert guard.continuations("휴가는 ") is None
    assert guard.continuations("휴가는 30") == ("일",)
    assert guard.continuations("휴가는 3") == ("0일", "천만원")
    assert set(guard.continuations("1년") or ()) == {"6개월", " 6개월"}
    assert guard.continuations("휴가는 30일") is None
    assert not guard.allows("휴가는 30", "명")
    assert not guard.allows("휴가는 30", ".")
    assert not guard.allows("휴가는 30", "")


def test_a_complete_reference_may_go_on_to_a_longer_one() -> None:
    guard = CopyGuard(["제5조 및 제5조제2항"])
    assert guard.allows("제5조", "")
    assert guard.allows("제5조", "제2")
    assert not guard.allows("제5조제2", "")
    assert guard.allows("제5조제2", "항")
    assert not guard.allows("제5조", "의2")
    assert not guard.allows("제5조", "제1")


def test_a_list_inherits_its_article() -> None:
    guard = CopyGuard(["제5조제1항, 제2항에 따른다. 제7조제1항도 같다."])
    assert writes("제5조제1항, 제2항", guard)
    assert not writes("제7조제1항, 제2항", guard)


def test_a_number_that_the_reading_passes_over_counts_too() -> None:
    """같은 항 20조 is read as a paragraph, 제9조(1.5배) 제1항 as an article."""
    guard = CopyGuard(["제5조제2항과 20킬로그램, 제9조 및 제9조제1항, 1.5킬로그램"])
    assert not writes("제5조제2항과 같은 항 20조", guard)
    assert not writes("제9조(1.5배) 제1항", guard)
    assert not writes("제9조(1.5) 제1항", CopyGuard(["제9조(이것) 제1항, 제9조, 1,5"]))


def test_lists_are_numbered_from_one() -> None:
    guard = CopyGuard(["신청서를 낸다."])
    assert writes("1. 신청서\n2. 제출\n3) 확인", guard)
    assert writes("① 신청서\n② 제출", guard)
    assert not writes("2. 신청서", guard)
    assert not writes("1. 신청서\n3. 제출", guard)
    assert not writes("신청 1. ", guard)
    assert not writes("1.5", guard)
    assert not writes("1일", guard)
    assert guard.continuations("1") == (". ", ") ")


def test_marks_of_the_passages() -> None:
    assert writes("지급한다 [1]. [2] [1][2] [1, 2]")
    assert not writes("[3]")
    assert not writes("[0]")
    assert not guard().allows("[1", "")
    assert "]" in (guard().continuations("[1") or ())


def test_a_mark_hides_no_number() -> None:
    """Marks are taken out before the check: what stands around them then stands together."""
    assert not writes("제9[1]조제3항")
    assert not writes("15[1]일")
    assert not writes("열**흘**")
    assert not writes("이 신청 [2]나목")
    assert not writes("15   일")


STAFFING = "정원은 15명, 별표 1, 100분의 50, 제9조, 기한은 30일, 수당은 3천만원이다."
ENDINGS = (
    "입니다.",
    "까지",
    "이다.",
    "이며",
    "의 경우",
    "으로 한다",
    "보다 많다",
    " 미만",
    " 초과",
)


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("number", ["15명", "100분의 50", "30일", "3천만원"])
def test_a_number_takes_any_ending(number: str, ending: str) -> None:
    assert writes(number + ending, CopyGuard([STAFFING]))


@pytest.mark.parametrize(
    "text", ["별표 1입니다.", "별표 1로 한다", "제9조로", "제9조입니다", "15명인 경우", "15명임"]
)
def test_so_does_a_reference(text: str) -> None:
    assert writes(text, CopyGuard([STAFFING]))


RULES = (
    "여비규정 제9조(숙박비) 1박에 7만원",
    "복무규정 제5조(휴가) 3일, 「국가공무원법」 제71조",
)


@pytest.mark.parametrize("text", ["여비규정 제9조", "복무규정 제5조에 따라", "이 규정 제9조"])
def test_a_rule_without_brackets_has_its_own_articles(text: str) -> None:
    assert writes(text, CopyGuard(RULES))


@pytest.mark.parametrize(
    "text", ["복무규정 제9조", "여비규정 제5조", "국가공무원법 제9조", "근로기준법 제5조"]
)
def test_and_not_those_of_another(text: str) -> None:
    assert not writes(text, CopyGuard(RULES))


@pytest.mark.parametrize(
    "text",
    [
        "1. 명이",
        "1. 명입니다",
        "1) 년 이내",
        "1. 일 이내",
        "1. %",
        "1. 만 원",
        "1. 조에",
        "[1]년 이내",
    ],
)
def test_numbering_and_marks_count_nothing(text: str) -> None:
    assert not writes(text, CopyGuard(["신청서를 낸다."], marks=1))


@pytest.mark.parametrize(
    "text", ["1. 명단을 낸다.", "1. 일정\n2. 시간표", "1. 조건은", "회의록이다 [1]. 회의"]
)
def test_words_that_begin_as_units_do_may_follow_them(text: str) -> None:
    assert writes(text, CopyGuard(["신청서를 낸다."], marks=1))


def test_telephone_numbers_and_branches() -> None:
    guard = CopyGuard(["문의: 02-1234-5678, 제10조의2 제1항"])
    assert writes("02-1234-5678로 문의", guard)
    assert writes("02-1234-5678입니다", guard)
    assert writes("제10조의2 제1항에", guard)
    assert writes("제10조의2제1항", guard)
    assert not writes("02-1234-5679", guard)
    assert not writes("02-1234-5678명", guard)
    assert not writes("1234명", guard)


@pytest.mark.parametrize(
    "words",
    [
        *("삼일", "두세 명", "일흔 명", "이레", "사흘", "여든 살", "한두 명", "몇십 명"),
        *("수십 명", "사나흘", "삼 주", "오 프로", "이 할", "유월"),
    ],
)
def test_small_numbers_in_words_count_too(words: str) -> None:
    assert not writes(f"{words} 이내", CopyGuard(["신청서를 낸다."]))
    assert writes(f"{words} 이내", CopyGuard([f"{words} 이내"]))


COUNTED = (
    "평균 임금의 100분의 80 이상, 3분의 2, 별표 1, 제10조의2, 2024. 3. 1. 시행, 10시 30분, 제6장, "
    "상금은 3만원, 기한은 30일, 1시 출발"
)


@pytest.mark.parametrize(
    "text",
    [
        # What a random model wrote on another processor, and its kin.
        "호의100분의 80 만만 [일의 범위에서",
        *(
            "100분의 80 만 이상",
            "100분의 80 억을",
            "100분의 80 월까지",
            "3분의 2 천 ",
            "3분의 2 목",
        ),
        *("별표 1 조의", "제10조의2 항을", "별표 1 m를", "별표 1 여명", "100분의 80\n만 이상"),
        *("별표 1\n개월", "100분의 80  만", "100분의 80[1] 만", "100분의 **80** 만", "별표 1과목"),
        *("2024. 3. 1시간", "별표 3만원", "별표 제3만원", "제3만원", "실제6장의30일"),
    ],
)
def test_no_other_unit_behind_a_copied_number(text: str) -> None:
    assert not writes(text, CopyGuard([COUNTED], marks=1))


@pytest.mark.parametrize(
    "text",
    [
        *("100분의 80 이상", "3분의 2 이내", "별표 1 참조", "별표 1 목적"),
        *("제10조의2 제6장", "별표 1과 함께", "별표 1, 3만원", "제6장의 30일", "공제 3만원"),
        *("100분의 80 만약", "별표 1\n기한은 30일"),
    ],
)
def test_words_behind_it_are_free(text: str) -> None:
    """Word by word, as models write: 만약 is no number."""
    guard, words = CopyGuard([COUNTED]), re.findall(r"\s*\S+", text)
    assert all(guard.allows("".join(words[:at]), words[at]) for at in range(len(words)))
    assert guard.allows(text, "")


TABLE = "| 급 | 일비 | 식비 |\n| 1급 | 70 | 25 |\n| 2급 | 60 | 7 |"


@pytest.mark.parametrize(
    "text",
    [
        *("70 만을 지급", "70만", "25 천", "70 루블", "70여", "25℃", "25 ℃", "70‰", "70㎾"),
        *("70€", "70Ω", "70도", "70명", "70 kg", "7℃", "7 루블", "7만"),
    ],
)
def test_a_bare_cell_gets_no_unit(text: str) -> None:
    assert not writes(text, CopyGuard([TABLE]))


@pytest.mark.parametrize(
    "text",
    [
        "70을 지급",
        "70이고 식비는 25이다",
        "70입니다.",
        "70 이상",
        "25와 60",
        "7입니다",
        "70.\n따라서",
    ],
)
def test_a_bare_cell_can_be_told(text: str) -> None:
    assert writes(text, CopyGuard([TABLE]))


def test_a_sign_that_the_source_has_is_a_unit() -> None:
    guard = CopyGuard(["실내 온도는 25℃, 출력은 70 ㎾"])
    assert writes("25℃로", guard)
    assert writes("70 ㎾", guard)
    assert not writes("70℃", guard)


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("3. 병가는\n4. 공가", True),
        ("⑤ 신청은", True),
        ("1. 가\n2. 나\n3. 다", True),
        ("기준은 3", False),
        ("기준은 3(명)", False),
        ("정원은 3.", False),
        ("정원 ⑤", False),
        ("5. 신청", False),
        ("④ 공가", False),
    ],
)
def test_a_list_may_begin_where_a_source_does(text: str, allowed: bool) -> None:
    guard = CopyGuard(["3. 병가는 진단서를 낸다.\n4. 공가", "⑤ 신청은 서면으로 한다."])
    assert writes(text, guard) == allowed


ARTICLES = "제2조의 목적, 제3조, 제40조의 벌칙, 제7조, 제5조, 제8조부터 제11조까지, 제5조제2항"


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("제8조부터 제11조까지", True),
        ("제8조~제11조", True),
        ("제2조부터 제3조까지", True),  # nothing between them
        ("제7조 내지 제8조", True),
        ("제2조, 제40조", True),
        ("제2조 및 제40조", True),
        ("제2조부터 제40조까지", False),
        ("제2조~제40조", False),
        ("제2조 내지 제7조", False),
        ("제7조부터 제5조까지", False),
        ("제5조제2항부터 제3조까지", False),
    ],
)
def test_a_range_takes_in_no_unknown_places(text: str, allowed: bool) -> None:
    assert writes(text, CopyGuard([ARTICLES])) == allowed


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("3월 1일부터 4월 30일까지", True),
        ("3월 1일 ~ 4월 30일", True),
        ("09:00부터 18:00까지", True),
        ("3~5명", True),
        ("2024. 3. 1.부터 2024. 6. 30.까지", True),
        ("3월 1일부터 10명", True),
        ("3월 1일, 5월 31일", True),
        ("3월 1일부터 5월 31일까지", False),
        ("12:00~18:00", False),
        ("5~10명", False),
    ],
)
def test_quantities_are_joined_as_in_a_source(text: str, allowed: bool) -> None:
    periods = "신청은 3월 1일부터 4월 30일까지, 심사는 5월 31일까지, 09:00~18:00, 점심 12:00"
    guard = CopyGuard([periods, "정원 3~5명, 10명", "| 2024. 3. 1. | 2024. 6. 30. |"])
    assert writes(text, guard) == allowed


@pytest.mark.parametrize("text", ["30%p", "30%포인트", "30퍼센트포인트", "30% 포인트"])
def test_points_are_no_percentage(text: str) -> None:
    assert not writes(text, CopyGuard(["금리는 30%"]))


@pytest.mark.parametrize(("article", "allowed"), [("제5조", True), ("제7조", False)])
def test_a_long_draft_is_read_as_a_whole(article: str, allowed: bool) -> None:
    """What stands far before a reference still says which article it belongs to."""
    prose = "이 경우 소속 기관의 장은 필요하다고 인정하면 그 기간을 줄일 수 있다. " * 12
    draft = f"제5조와 제7조가 있다. {prose}{article}에 따른다. {prose}같은 조 제2항"
    assert writes(draft, CopyGuard(["제5조제1항, 제2항, 제5조와 제7조, 제7조제1항"])) == allowed


def test_other_scripts_only_from_the_sources() -> None:
    assert writes("出張을 가는 Team과 α")
    assert not writes("規定")
    assert not writes("カタカナ")
    assert not writes("Приказ")
    assert not guard().allows("15", "\u200b일")
    assert not guard().allows("1", "\ufe005일")
    assert not writes("한  명")


def test_sentinel_tags_do_not_count() -> None:
    guard = CopyGuard(["⟦30일⟧ 이내"], also="⟦⟧")
    assert writes("⟦30일⟧ 이내", guard)
    assert not writes("30⟦명⟧", guard)
    assert not writes("3⟦⟧1일", guard)
    assert guard.settled("휴가는 ⟦30") == len("휴가는 ⟦")


def test_prose_is_free() -> None:
    text = (
        "이 경우에는 소속 기관의 장이 만일 필요하다고 인정하면 한 번 더, "
        "각 사람에게 알린다. 백일장, 천사, 사회"
    )
    assert writes(text, CopyGuard([""]))


def test_settled_leaves_an_unfinished_number_out() -> None:
    watching = guard()
    assert watching.settled("기한은 30") == len("기한은 ")
    assert watching.settled("기한은 30일") == len("기한은 30일")
    assert watching.settled("기한은 2024. 3") == len("기한은 ")
    assert watching.settled("제9조에 따라") == len("제9조에 따라")
    assert watching.settled("") == 0


def test_whole_texts_and_their_pieces_are_judged_alike() -> None:
    """Nothing depends on where a text is cut, or on what was asked before."""
    for text in (
        "기한은 30일 이내이고 15",
        "제9조제1항, 1년 6",
        "2024. 3. 1.",
        "30명",
        "한 달",
        "7만",
    ):
        stepwise = guard()
        live = all(stepwise.allows(text[:at], text[at]) for at in range(len(text)))
        assert live == guard().allows("", text)


# --- whatever a model writes ----------------------------------------------------------------------
ALPHABET = [
    *"0123456789제조항호의일명년월개만천억원분시별표.,()[]①②~-% \n",
    *"이내|한다|열|흘|두 |삼|십|「|」|여비규정|부터|달|出|規|30|제9조|1년 6| 2024. 3. 1".split("|"),
    *"조의2|주|하루|10시 |목|가|**|５|한 |조(|, 제|③|또는 |같은 조 |」 제".split("|"),
]


@cache
def runs() -> re.Pattern[str]:
    digits = "".join(
        chr(code) for code in range(0x20000) if unicodedata.category(chr(code))[0] == "N"
    )
    return re.compile(f"[{digits}]+(?:[.,][{digits}]+)*")


def stated_elsewhere(text: str) -> list[str]:
    """Facts and digits of ``text`` that stand in no source."""
    sources = (PASSAGE, OTHER, QUESTION)
    facts = {(fact.kind, fact.value) for source in sources for fact in extract(source)}
    facts |= {("reference", place) for place in PLACES}
    facts |= {("reference", f"「여비규정」 {place}") for place in PLACES}
    facts |= {("reference", "「복무규정」 제5조")}
    there = {run for source in sources for run in runs().findall(source)}
    bare = re.sub(r"\[[12](?:, ?[12])*\]|(?m:^[ \t]*(?:\d{1,2}[.)](?=\s|$)|[①-⑳]))", "\0", text)
    wrong = [f"{f.kind} {f.value}" for f in extract(text) if (f.kind, f.value) not in facts]
    return wrong + [run for run in runs().findall(bare) if run not in there]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(ALPHABET), max_size=60))
def test_no_walk_leads_to_what_the_sources_do_not_say(pieces: list[str]) -> None:
    watching = guard()
    draft = ""
    for piece in pieces:
        if watching.allows(draft, piece):
            draft += piece
    settled = draft[: watching.settled(draft)]
    assert stated_elsewhere(settled) == []
    if watching.allows(draft, ""):
        assert settled == draft
        assert watching.allows(draft, "\n")
    else:  # no dead end: some way finishes the number
        ways = watching.continuations(draft) or ()
        finished = [draft + way for way in ways if watching.allows(draft, way)]
        assert any(watching.allows(text, "") for text in finished)
        for text in finished[:3]:
            assert all(watching.allows(text[:at], text[at]) for at in range(len(draft), len(text)))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(ALPHABET), max_size=25))
def test_a_walk_is_judged_as_its_text_is(pieces: list[str]) -> None:
    watching = guard()
    draft = ""
    for piece in pieces:
        if watching.allows(draft, piece):
            draft += piece
    assert guard().allows("", draft)
    assert guard().allows(draft, "") == watching.allows(draft, "")
