"""What reaches the browser from documents: escaped, and marked exactly where it was quoted."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onprem_rag.records import Citation, Document, Finding, Hit, Passage, Status
from onprem_rag.web import parts

WORD_JOINER = "\u2060"
TEXT = """제1조(목적) 목적을 정한다.
제2조(일비) ① 일비는 20,000원으로 한다.
② 그 밖은 <별표 1>에 따른다.
"""


def document(text: str = TEXT) -> Document:
    return Document("여비규정", "규정", "여비규정.txt", "txt", "0" * 64, text, id=7)


def citation(quoted: str, text: str = TEXT) -> Citation:
    start = text.index(quoted)
    return Citation("여비규정", "제2조", "①", 3, start, start + len(quoted), quoted, 7)


def hit(first: str, last: str, document_id: int = 7) -> Hit:
    start, end = TEXT.index(first), TEXT.index(last) + len(last)
    path = ("제1장 총칙", "제2조(일비)")
    text = TEXT[start:end]
    passage = Passage("여비규정", path, "제2조", None, "일비", text, start, end, 3, document_id)
    return Hit(passage, 1.0, ())


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


def test_highlight_marks_exactly_the_span_and_escapes_all() -> None:
    text = "앞 <b>&</b> 뒤"
    assert parts.highlight(text, 2, 9) == ("앞 <mark>&lt;b&gt;&amp;&lt;/b</mark>&gt; 뒤")


@given(st.text(), st.integers(-5, 50), st.integers(-5, 50))
def test_highlight_adds_one_mark_and_nothing_else(text: str, start: int, end: int) -> None:
    shown = parts.highlight(text, start, end)
    tags = re.findall(r"<[^>]*>", shown)
    assert tags in ([], ["<mark>", "</mark>"])
    plain = shown.replace("<mark>", "").replace("</mark>", "")
    assert plain == parts.highlight(text, 0, 0)
    assert "<" not in plain
    assert ">" not in plain


def test_citation_name() -> None:
    assert parts.citation_name(citation("일비는")) == "여비규정 제2조 ① · 3쪽"
    assert parts.citation_name(Citation("지침", None, None, None, 0, 1, "가")) == "지침"


def test_excerpt_is_the_passage_that_was_found() -> None:
    quoted = "일비는 20,000원으로 한다."
    around = parts.excerpt(
        document(), citation(quoted), (hit("제1조", "한다.", 8), hit("제2조", "따른다."))
    )
    assert around.heading == "여비규정 · 제1장 총칙 · 제2조(일비)"
    assert around.text == ("제2조(일비) ① 일비는 20,000원으로 한다.\n② 그 밖은 <별표 1>에 따른다.")
    assert around.text[around.start : around.end] == quoted
    assert around.note == ""


def test_excerpt_without_a_passage_is_a_window_of_whole_lines() -> None:
    lines = [f"{number}행 " + "가" * 96 for number in range(40)]
    text = "\n".join(lines)
    around = parts.excerpt(document(text), citation("20행 ", text), ())
    assert around.text.splitlines() == lines[16:25]
    assert around.text[around.start : around.end] == "20행 "
    assert around.note == "원문의 일부입니다."


@pytest.mark.parametrize("start", [-1, 0, 10_000])
def test_excerpt_of_another_text_is_the_quotation_alone(start: int) -> None:
    stale = Citation("여비규정", "제9조", None, None, start, start + 5, "옛 문장", 7)
    around = parts.excerpt(document(), stale, ())
    assert (around.text, around.start, around.end) == ("옛 문장", 0, 4)
    assert "찾지 못해" in around.note


def test_draft_is_marked_and_escaped() -> None:
    shown = parts.draft("<b>일비</b>")
    assert "작성 중 — 확인 전" in shown
    assert "&lt;b&gt;일비&lt;/b&gt;" in shown


def test_every_status_and_finding_has_its_words() -> None:
    assert set(parts.BADGES) == set(Status)
    assert set(parts.FINDING_STYLES) == set(Finding)


@pytest.mark.parametrize("style", [look.style for look in (*parts.BADGES.values(), parts.DRAFT)])
def test_badges_have_enough_contrast(style: str) -> None:
    rule = re.search(rf"\.orag-{style} {{ background: (#\w+); color: (#\w+);", parts.STYLE)
    assert rule
    lighter, darker = sorted(map(_luminance, rule.groups()), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


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
