"""The parts of a page: badge, answer, citation cards, lists of facts.

Text of documents and users reaches the browser in two ways only: HTML-escaped inside our own
tags (``st.html``), or through ``escape_markdown`` where Streamlit insists on Markdown (labels).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from onprem_rag.following import named_by, referring
from onprem_rag.records import (
    Answer,
    Citation,
    Finding,
    Hit,
    Stage,
    Status,
    Verdict,
    Waiting,
)
from onprem_rag.report import FINDING_NAMES, GUARD_NAMES, STATUS_NAMES
from onprem_rag.web.excerpts import Excerpt, body_of

_MARKDOWN = re.compile(r"([!-/:-@\[-`{-~])")
# Streamlit replaces emoji names, arrows and bare addresses after Markdown has been parsed, where a
# backslash no longer protects them; an invisible WORD JOINER between the characters does.
_AFTER_MARKDOWN = re.compile(r"(?<=[:@])(?=\S)|(?<=[<>=~-])(?=[<>=~-])|(?<=[wW]{3})(?=\.)")
_WORD_JOINER = "\u2060"
_FACTS_HEAD = "<tr><th>사실</th><th>종류</th><th>판정</th></tr>"
MODEL = "model"  # the stage of an answer that the model was to write
_REFERENCE_MARK = re.compile(r"\[(\d{1,2})\]")


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
WRITTEN = frozenset((Status.VERIFIED, Status.CORRECTED, Status.UNVERIFIED))
DRAFT = Badge("작성 중 — 확인 전", "draft", "초안입니다. 확인이 끝나면 바뀔 수 있습니다.")
QUEUED = Badge("대기 중", "draft", "언어 모델이 먼저 온 질문에 답하고 있습니다.")

FINDING_STYLES = {
    Finding.SUPPORTED: "verified",
    Finding.CONTRADICTED: "unverified",
    Finding.ABSENT: "unverified",
    Finding.NOT_CHECKED: "refused",
}
KINDS = {
    "reference": "조항",
    "amount": "금액",
    "date": "날짜",
    "year": "연도",
    "period": "기간",
    "percentage": "비율",
    "count": "수",
    "time": "시각",
    "name": "이름",
}


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
    return '<div class="orag-legend">' + "".join(map(badge, BADGES.values())) + "</div>"


def show_text(text: str) -> None:
    """Plain text, letter by letter, with its line breaks; a very long one scrolls."""
    st.html(f'<div class="orag-text orag-plain" lang="ko">{escape(text)}</div>')


def growing(item: str | Waiting) -> str:
    """The HTML of an answer that waits for the language model, or is still being written."""
    look = QUEUED if isinstance(item, Waiting) else DRAFT
    if isinstance(item, Waiting):
        body = f"앞에 {item.before:,}명이 기다립니다…" if item.before else "곧 작성을 시작합니다…"
    else:
        body = escape(item) if item else "규정을 찾고 있습니다…"
    return f'{badge(look)}<div class="orag-text orag-growing" lang="ko">{body}</div>'


def show_problem(message: str) -> None:
    """An error in words; its lines stay lines."""
    st.error("  \n".join(escape_markdown(line) for line in message.splitlines()))


def show_answer(answer: Answer, excerpts: Sequence[Excerpt]) -> None:
    """A finished answer; ``excerpts`` run parallel to ``answer.citations``."""
    body = _REFERENCE_MARK.sub(
        lambda mark: _reference_mark(mark, len(excerpts)), escape(answer.text)
    )
    st.html(
        f"{_understood(answer)}{badge(BADGES[answer.status])}{_notes(answer.stages)}"
        f'<div class="orag-text" lang="ko">{body}</div>{_guard(answer)}'
    )
    if excerpts:
        st.html('<div class="orag-heading">근거 규정</div>')
    for number, (citation, around) in enumerate(zip(answer.citations, excerpts, strict=True), 1):
        origin = referring(citation, answer.hits)
        label = f"[{number}] {citation_name(citation)}"
        if origin:
            label += f" ({named_by(origin)})"
        with st.expander(escape_markdown(label)):
            st.html(f"{source_of(around)}{naming_note(origin)}{body_of(around)}")
    if facts := _facts(answer.verdicts):
        with st.expander(f"사실 확인 {len(facts)}건"):
            st.html(f'<table class="orag-facts" lang="ko">{_FACTS_HEAD}{"".join(facts)}</table>')
    if answer.removed:
        with st.expander(f"삭제된 문장 {len(answer.removed)}개"):
            sentences = "".join(f"<li>{escape(sentence)}</li>" for sentence in answer.removed)
            st.html(f'<ul class="orag-removed" lang="ko">{sentences}</ul>')


def _understood(answer: Answer) -> str:
    """The full question that was answered, where it is not the one that was typed."""
    if not answer.understood:
        return ""
    meant = escape(answer.understood)
    return f'<div class="orag-understood" lang="ko">이렇게 이해했습니다: ‘{meant}’</div>'


def _notes(stages: Sequence[Stage]) -> str:
    """What did not run; that the model failed stands out, for others words are shown then."""
    missed = [stage for stage in stages if not stage.ran]
    failed = "".join(
        f'<div class="orag-fallback" lang="ko">{escape(stage.note)}</div>'
        for stage in missed
        if stage.name == MODEL
    )
    items = "".join(
        f"<li>{escape(stage.note or f'실행하지 않은 확인: {stage.name}')}</li>"
        for stage in missed
        if stage.name != MODEL
    )
    return failed + (f'<ul class="orag-notes">{items}</ul>' if items else "")


def _guard(answer: Answer) -> str:
    if answer.status not in WRITTEN:  # approved by people, or nothing was said
        return ""
    return f'<div class="orag-small orag-guard">{GUARD_NAMES[answer.guard]}</div>'


def _reference_mark(mark: re.Match[str], citations: int) -> str:
    if not 1 <= int(mark[1]) <= citations:
        return mark[0]
    return f'<span class="orag-ref">{mark[0]}</span>'


def source_of(around: Excerpt) -> str:
    """Whose piece an excerpt is, as HTML."""
    note = f'<div class="orag-small">{around.note}</div>' if around.note else ""
    return f'<div class="orag-source">{escape(around.heading)}</div>{note}'


def naming_note(hit: Hit | None) -> str:
    """Why a passage is cited that the question does not speak of: the sentence that refers to it.

    "" where no other passage does.
    """
    if hit is None or hit.referred_from is None:
        return ""
    by = hit.referred_from
    sentence = " ".join(by.text.split())
    return (
        f'<div class="orag-small orag-naming" lang="ko">{escape(citation_name(by))}에서 '
        f"이 조문을 가리킵니다: “{escape(sentence)}”</div>"
    )


def _facts(verdicts: Sequence[Verdict]) -> list[str]:
    """A table row for each fact; what would look the same is shown once."""
    rows = []
    for verdict in verdicts:
        words, style = FINDING_NAMES[verdict.finding], FINDING_STYLES[verdict.finding]
        source = escape(citation_name(verdict.source)) if verdict.source else ""
        rows.append(
            f'<tr><td>{escape(verdict.fact.text)}<div class="orag-small">{source}</div></td>'
            f"<td>{escape(KINDS.get(verdict.fact.kind, verdict.fact.kind))}</td>"
            f'<td><span class="orag-badge orag-{style}">{words}</span></td></tr>'
        )
    return list(dict.fromkeys(rows))
