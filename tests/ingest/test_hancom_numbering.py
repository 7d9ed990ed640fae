"""Generated numbers as Hangul writes and counts them."""

from __future__ import annotations

import pytest

from ingest.readers.hancom.numbering import Definition, Head, Level, Numbering
from ingest.readers.hancom.numerals import form_of, written
from ingest.readers.hancom.symbols import overlapped, readable

ARTICLES = Definition(
    (
        Level("제^1조"),
        Level("^2", form="CIRCLEDDIGIT"),
        Level("^3."),
        Level("^4.", form="HANGULSYLLABLE"),
    )
)
LIST = Definition((Level("^1."), Level("^1.^2."), Level("^1.^2.^3.")))


def numbering(definitions: dict[str, Definition], *heads: tuple[str, str, int]) -> Numbering:
    """Paragraph shapes are named by their place in ``heads``."""
    named = {str(at): Head(*head) for at, head in enumerate(heads)}
    return Numbering(named, definitions, {"1": "○"})


def labels(counters: Numbering, shapes: str) -> list[str]:
    return [counters.label(shape).text for shape in shapes]


@pytest.mark.parametrize(
    ("form", "number", "text"),
    [
        ("DIGIT", 12, "12"),
        ("CIRCLED_DIGIT", 1, "①"),
        ("CIRCLED_DIGIT", 20, "⑳"),
        ("CIRCLED_DIGIT", 21, "㉑"),
        ("CIRCLED_DIGIT", 50, "㊿"),
        ("CIRCLED_DIGIT", 51, "(51)"),
        ("HANGUL_SYLLABLE", 1, "가"),
        ("HANGUL_SYLLABLE", 14, "하"),
        ("HangulSyllable", 15, "거"),
        ("CIRCLED_HANGUL_SYLLABLE", 3, "㉰"),
        ("HANGUL_JAMO", 2, "ㄴ"),
        ("CIRCLED_HANGUL_JAMO", 2, "㉡"),
        ("ROMAN_CAPITAL", 14, "XIV"),
        ("ROMAN_SMALL", 4, "iv"),
        ("LATIN_CAPITAL", 26, "Z"),
        ("LATIN_CAPITAL", 27, "27"),
        ("CIRCLED_LATIN_SMALL", 2, "ⓑ"),
        ("HANGUL_PHONETIC", 10, "십"),
        ("HANGUL_PHONETIC", 21, "이십일"),
        ("IDEOGRAPH", 105, "百五"),
        ("CIRCLED_IDEOGRAPH", 3, "㊂"),
        ("DECAGON_CIRCLE", 2, "을"),
    ],
)
def test_forms_of_numbers(form: str, number: int, text: str) -> None:
    assert written(number, form_of(form)) == text


def test_lower_levels_begin_again_under_a_higher_one() -> None:
    counters = numbering({"1": ARTICLES}, *[("NUMBER", "1", level) for level in range(4)])
    assert labels(counters, "0112233301") == [
        *("제1조", "①", "②", "1.", "2.", "가.", "나.", "다."),
        *("제2조", "①"),
    ]


def test_a_level_that_was_left_out_counts_as_begun() -> None:
    counters = numbering({"1": LIST}, *[("NUMBER", "1", level) for level in range(3)])
    assert labels(counters, "0212") == ["1.", "1.1.1.", "1.2.", "1.2.1."]


def test_two_lists_keep_their_own_counts() -> None:
    counters = numbering({"1": LIST, "2": LIST}, ("NUMBER", "1", 0), ("NUMBER", "2", 0))
    assert labels(counters, "001101") == ["1.", "2.", "1.", "2.", "3.", "3."]


def test_a_list_may_begin_elsewhere_or_take_up_the_one_before_it() -> None:
    later = Definition((Level("^1)", start=5),))
    following = Definition((Level("<^1>"),), continues=True)
    heads = [("NUMBER", name, 0) for name in "123"]
    counters = numbering({"1": LIST, "2": later, "3": following}, *heads)
    assert labels(counters, "01122") == ["1.", "5)", "6)", "<7>", "<8>"]


def test_the_outline_is_that_of_the_section_and_counted_apart() -> None:
    counters = numbering({"1": ARTICLES, "2": LIST}, ("OUTLINE", "0", 0), ("NUMBER", "1", 0))
    counters.outline = "1"
    assert labels(counters, "0010") == ["제1조", "제2조", "제1조", "제3조"]
    counters.outline = "2"
    assert labels(counters, "00") == ["1.", "2."]


def test_the_path_of_levels() -> None:
    path = Definition((Level("^n"), Level("^N"), Level("^n", form="HANGULSYLLABLE")))
    counters = numbering({"1": path}, *[("NUMBER", "1", level) for level in range(3)])
    assert labels(counters, "0112") == ["1", "1.1.", "1.2.", "1.2.가"]


def test_bullets_and_shapes_without_a_list() -> None:
    counters = numbering({}, ("BULLET", "1", 0), ("NUMBER", "9", 0))
    assert labels(counters, "012") == ["○", "", ""]
    assert not counters.label("0").is_number


def test_private_signs_become_common_ones() -> None:
    assert readable("(이하 \U000f0852법\U000f0853이라 한다)") == "(이하 “법”이라 한다)"
    assert readable("부\uf85e실\uf85e국") == "부·실·국"
    assert readable("알 수 없는 \U000f012b") == "알 수 없는 \U000f012b"


@pytest.mark.parametrize(
    ("signs", "circled", "text"),
    [
        ("②", False, "②"),
        ("16", True, "⑯"),
        ("100", True, "(100)"),
        ("\U000f028d\U000f0293", False, "(51)"),  # a circle of two halves
        ("\U000f02ba\U000f02c5", False, "12"),  # a box of two halves
        ("印", True, "印"),
    ],
)
def test_signs_written_over_each_other(signs: str, circled: bool, text: str) -> None:
    assert overlapped(signs, circled) == text
