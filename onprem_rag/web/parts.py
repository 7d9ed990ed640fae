"""What the parts of a page are made of: escaped text, badges, drafts, problems.

Text of documents and users reaches the browser in two ways only: HTML-escaped inside our own
tags (``st.html``), or through ``escape_markdown`` where Streamlit insists on Markdown (labels).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

import streamlit as st

from onprem_rag.records import Citation, Status, Waiting
from onprem_rag.report.words import STATUS_NAMES

_MARKDOWN = re.compile(r"([!-/:-@\[-`{-~])")
# Streamlit replaces emoji names, arrows and bare addresses after Markdown has been parsed, where a
# backslash no longer protects them; an invisible WORD JOINER between the characters does.
_AFTER_MARKDOWN = re.compile(r"(?<=[:@])(?=\S)|(?<=[<>=~-])(?=[<>=~-])|(?<=[wW]{3})(?=\.)")
_WORD_JOINER = "\u2060"


@dataclass(frozen=True, slots=True)
class Badge:
    """How a status looks: words, a CSS class and what it means for the reader."""

    words: str
    style: str
    meaning: str


BADGES = {
    Status.FAQ: Badge(
        STATUS_NAMES[Status.FAQ], "faq", "담당 부서가 미리 승인한 답변을 그대로 보여 드립니다."
    ),
    Status.VERIFIED: Badge(
        STATUS_NAMES[Status.VERIFIED],
        "verified",
        "모든 문장과 사실이 아래 규정 원문과 일치합니다. 질문에 맞는 조항인지 함께 확인하세요.",
    ),
    Status.CORRECTED: Badge(
        STATUS_NAMES[Status.CORRECTED],
        "corrected",
        "원문과 다르거나 근거가 없는 부분을 고치거나 뺐습니다. 남은 내용은 원문과 일치합니다.",
    ),
    Status.UNVERIFIED: Badge(
        STATUS_NAMES[Status.UNVERIFIED],
        "unverified",
        "확인하지 못한 내용이 있습니다. 아래 원문을 직접 확인하세요.",
    ),
    Status.REFUSED: Badge(
        STATUS_NAMES[Status.REFUSED],
        "refused",
        "규정에 근거가 없으면 답하지 않습니다. 표현을 바꿔 다시 묻거나 담당 부서에 문의하세요.",
    ),
}
HOW_CHECKED = (
    "판정 모델이 없으면 낱말과 사실(숫자, 조문, 이름, 서술)만 대조한 결과입니다. "
    "어떻게 확인했는지는 답변마다 ‘확인 단계’에 있습니다."
)
DRAFT = Badge("작성 중 — 확인 전", "draft", "초안입니다. 확인이 끝나면 바뀔 수 있습니다.")
QUEUED = Badge("대기 중", "draft", "언어 모델이 먼저 온 질문에 답하고 있습니다.")


def escape_markdown(text: str) -> str:
    """``text`` as one line of Streamlit Markdown that shows it letter by letter."""
    one_line = _AFTER_MARKDOWN.sub(_WORD_JOINER, " ".join(text.split()))
    return _MARKDOWN.sub(r"\\\1", one_line)


def citation_name(citation: Citation) -> str:
    """ "여비규정 제9조 ② · 3쪽": what a citation is called."""
    name = " ".join(filter(None, (citation.document, citation.article, citation.paragraph)))
    return name if citation.page is None else f"{name} · {citation.page}쪽"


def badge(look: Badge) -> str:
    """A badge with its explanation."""
    return (
        f'<div class="orag-status"><span class="orag-badge orag-{look.style}">{look.words}</span>'
        f'<span class="orag-meaning">{look.meaning}</span></div>'
    )


def legend() -> str:
    """What each badge means, as HTML."""
    badges = "".join(map(badge, BADGES.values()))
    return f'<div class="orag-legend">{badges}<div class="orag-small">{HOW_CHECKED}</div></div>'


def show_text(text: str) -> None:
    """Plain text, letter by letter, with its line breaks; a very long one scrolls."""
    st.html(f'<div class="orag-text orag-plain" lang="ko">{escape(text)}</div>')


def growing(item: str | Waiting) -> str:
    """The HTML of an answer that waits for the language model, or is still being written."""
    look = QUEUED if isinstance(item, Waiting) else DRAFT
    if isinstance(item, Waiting):
        body = f"앞에 {item.before:,}명이 기다립니다…" if item.before else "곧 작성을 시작합니다…"
    else:
        body = escape(item) if item else "규정을 찾아 답변을 준비하고 있습니다…"
    return f'{badge(look)}<div class="orag-text orag-growing" lang="ko">{body}</div>'


def show_problem(message: str) -> None:
    """An error in words; its lines stay lines."""
    st.error("  \n".join(escape_markdown(line) for line in message.splitlines()))
