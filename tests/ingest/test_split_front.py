"""What stands before the first heading, and which kind of rule a title names."""

from __future__ import annotations

import pytest

from ingest.split.front import front_parts
from ingest.split.titles import kind_of


def _parts(text: str) -> list[tuple[str, str]]:
    return [(each.kind, text[each.start : each.end]) for each in front_parts(text, 0, len(text))]


def test_a_preamble_with_numbers_is_running_text() -> None:
    assert _parts("전문\n직원의 근무시간은 1일 8시간\n휴가 15일") == [
        ("표지", "전문"),
        ("", "직원의 근무시간은 1일 8시간\n휴가 15일"),
    ]


@pytest.mark.parametrize(
    "line", ["한국대학교", "2024", "- 1 -", "제3권", "2024년 발간", "24. 3. 1. 총무과"]
)
def test_a_cover_keeps_its_numbers(line: str) -> None:
    assert _parts(line) == [("표지", line)]


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("민법", "법률"),
        ("소방법", "법률"),
        ("가축전염병 예방법", "법률"),
        ("근로기준법(약칭)", "법률"),
        ("업무처리 방법", "문서"),
        ("연구방법", "문서"),
        ("알기 쉬운 영문법", "문서"),
        ("건설 공법", "문서"),
        ("인사준칙", "준칙"),
        ("교육헌장", "헌장"),
        ("업무편람", "편람"),
    ],
)
def test_the_kind_that_a_title_names(title: str, kind: str) -> None:
    assert kind_of(title) == kind
