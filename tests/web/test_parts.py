"""What reaches the browser from documents: escaped, and marked exactly where it was quoted."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onprem_rag.records import Citation, Finding, Guard, Hit, Passage, Status, Waiting
from onprem_rag.report.words import GUARD_NAMES
from onprem_rag.web import answers, parts
from onprem_rag.web.style import STYLE

WORD_JOINER = "\u2060"


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("여비규정 제9조 ②", "여비규정 제9조 ②"),
        ("**굵게** _기울임_ `코드`", r"\*\*굵게\*\* \_기울임\_ \`코드\`"),
        ("[1] <별표 1>", r"\[1\] \<별표 1\>"),
        ("1. 2) # | ~ {} \\ !", r"1\. 2\) \# \| \~ \{\} \\ \!"),
        ("$100 & $x$", r"\$100 \& \$x\$"),
        (":red[빨강]", rf"\:{WORD_JOINER}red\[빨강\]"),
        (":smile:", rf"\:{WORD_JOINER}smile\:"),
        ("a -> b", rf"a \-{WORD_JOINER}\> b"),
        ("www.example.com", rf"www{WORD_JOINER}\.example\.com"),
        ("두\n\n줄", "두 줄"),
    ],
)
def test_escape_markdown_protects(text: str, escaped: str) -> None:
    assert parts.escape_markdown(text) == escaped


@given(st.text())
def test_escape_markdown_leaves_no_bare_punctuation(text: str) -> None:
    escaped = parts.escape_markdown(text)
    bare = re.sub(r"\\[!-/:-@\[-`{-~]", "", escaped)
    assert not re.search(r"[!-/:-@\[-`{-~]", bare)
    shown = re.sub(r"\\(.)", r"\1", escaped).replace(WORD_JOINER, "")
    assert shown == " ".join(text.split()).replace(WORD_JOINER, "")


def test_citation_name() -> None:
    cited = Citation("여비규정", "제2조", "①", 3, 0, 1, "가")
    assert parts.citation_name(cited) == "여비규정 제2조 ① · 3쪽"
    assert parts.citation_name(Citation("지침", None, None, None, 0, 1, "가")) == "지침"


def test_the_sentence_that_refers_to_a_passage_is_shown_escaped() -> None:
    passage = Passage("여비규정", (), "제9조", None, "", "일비를 지급한다.", 0, 9, None, 1)
    naming = Citation(
        "<연수>규정", "제5조", None, 2, 0, 1, "여비는 「여비규정」\n<제9조>를 준용한다.", 2
    )
    note = answers.naming_note(Hit(passage, 0.0, (), naming))
    assert "&lt;연수&gt;규정 제5조 · 2쪽에서 이 조문을 가리킵니다" in note
    assert "“여비는 「여비규정」 &lt;제9조&gt;를 준용한다.”" in note
    assert answers.naming_note(Hit(passage, 1.0, ())) == ""
    assert answers.naming_note(None) == ""


def test_draft_is_marked_and_escaped() -> None:
    shown = parts.growing("<b>일비</b>")
    assert "작성 중 — 확인 전" in shown
    assert "&lt;b&gt;일비&lt;/b&gt;" in shown


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (1_200, "앞에 1,200명이 기다립니다"),
        (1, "앞에 1명이 기다립니다"),
        (0, "곧 작성을 시작합니다"),
    ],
)
def test_who_waits_sees_how_many_come_first(before: int, words: str) -> None:
    shown = parts.growing(Waiting(before))
    assert words in shown
    assert "대기 중" in shown
    assert "작성 중" not in shown


def test_every_status_and_finding_has_its_words() -> None:
    assert set(parts.BADGES) == set(Status)
    assert set(answers.FINDING_STYLES) == set(Finding)
    assert set(GUARD_NAMES) == set(Guard)
    assert len(set(GUARD_NAMES.values())) == len(Guard)


@pytest.mark.parametrize("style", [look.style for look in (*parts.BADGES.values(), parts.DRAFT)])
def test_badges_have_enough_contrast(style: str) -> None:
    rule = re.search(rf"\.orag-{style} {{ background: (#\w+); color: (#\w+);", STYLE)
    assert rule
    lighter, darker = sorted(map(_luminance, rule.groups()), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def test_the_legend_says_how_answers_are_checked() -> None:
    assert "판정 모델이 없으면 낱말과 사실" in parts.legend()


def test_badges_differ_in_words_and_colour() -> None:
    looks = (*parts.BADGES.values(), parts.DRAFT)
    assert len({look.words for look in looks}) == len(looks)
    assert len({look.style for look in looks}) == len(looks)


def _luminance(colour: str) -> float:
    """Relative luminance after WCAG 2.1."""
    shares = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
