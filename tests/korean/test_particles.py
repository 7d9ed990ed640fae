"""The particle behind a word that is replaced."""

from __future__ import annotations

import pytest

from onprem_rag.korean.particles import ends_in_consonant, particle_after


@pytest.mark.parametrize(
    ("old", "new", "following", "expected"),
    [
        ("원장", "이사", "은 승인한다", "는 승인한다"),
        ("이사", "원장", "는 승인한다", "은 승인한다"),
        ("이사", "원장", "가 정한다", "이 정한다"),
        ("원장", "이사", "을 둔다", "를 둔다"),
        ("이사", "원장", "와 감사", "과 감사"),
        ("원장", "이사회", "이나 감사", "나 감사"),
        ("서울", "부산", "로 간다", "으로 간다"),
        ("부산", "서울", "으로 간다", "로 간다"),
        ("서울", "대구", "로 간다", "로 간다"),
        ("부산", "대구", "으로부터", "로부터"),
        ("부산", "대구", "으로는 안 된다", "로는 안 된다"),
        ("3회", "7일", "를 넘지", "을 넘지"),
        ("50%", "50퍼센트포인트", "를", "를"),
        ("50%", "100분의 50", "를 준다", "을 준다"),
        ("3km", "3리", "를", "를"),
        ("제3호", "제7항", "는", "은"),
        ("「여비규정」", "「복무규칙」", "을 따른다", "을 따른다"),
        ("「복무규칙」", "「급여기준표」", "을 따른다", "를 따른다"),
        ("원장", "이사", "이어야 한다", "여야 한다"),
        ("원장", "이사", "이라 한다", "라 한다"),
        # No particle of the word before: these are words of their own, or fit already.
        ("7일", "3회", "이상 쉰다", "이상 쉰다"),
        ("원장", "이사", "의 승인", "의 승인"),
        ("원장", "이사", "이사", "이사"),
        ("원장", "부장", "은 승인한다", "은 승인한다"),
        ("원장", "이사", "는 승인한다", "는 승인한다"),
        ("원장", "이사", "", ""),
        ("원장", "…", "은 한다", "은 한다"),
    ],
)
def test_particle_after(old: str, new: str, following: str, expected: str) -> None:
    length, particle = particle_after(old, new, following)
    assert particle + following[length:] == expected


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("원장", True),
        ("이사", False),
        ("10", True),
        ("2", False),
        ("9", False),
        ("5%", False),
        ("3km", True),
        ("「여비규정」", True),
        ("〈표〉", None),
        ("", None),
    ],
)
def test_ends_in_consonant(text: str, closed: bool | None) -> None:
    assert ends_in_consonant(text) is closed
