"""A finished answer: its text, what it stands on, and what the checker found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from html import escape

import streamlit as st

from onprem_rag.citing import whole
from onprem_rag.following import named_by, referring
from onprem_rag.records import (
    MODEL,
    Answer,
    Citation,
    Finding,
    Hit,
    Passage,
    Stage,
    Status,
    Verdict,
)
from onprem_rag.report.words import (
    FINDING_NAMES,
    GUARD_NAMES,
    WARNING,
    as_of_line,
    edition,
    explained,
    first_line,
    is_held,
    kind_name,
    listed,
    passage_name,
    stage_name,
    to_read,
    told,
    visible,
    warnings,
)
from onprem_rag.web.excerpts import Excerpt, body_of
from onprem_rag.web.parts import BADGES, badge, citation_name, escape_markdown

_FACTS_HEAD = "<tr><th>사실</th><th>종류</th><th>판정</th></tr>"
_PUT_RIGHT = "원문과 달라 고침"
_REFERENCE_MARK = re.compile(r"\[(\d{1,2})\]")
WRITTEN = frozenset((Status.VERIFIED, Status.CORRECTED, Status.UNVERIFIED))
FINDING_STYLES = {
    Finding.SUPPORTED: "verified",
    Finding.CONTRADICTED: "unverified",
    Finding.ABSENT: "unverified",
    Finding.NOT_CHECKED: "refused",
}


def show_answer(answer: Answer, excerpts: Sequence[Excerpt]) -> None:
    """A finished answer; ``excerpts`` run parallel to ``shown_places(answer)``."""
    answer = visible(answer)
    st.html(
        f"{_understood(answer)}{badge(BADGES[answer.status])}{_notes(answer)}"
        f'<div class="orag-text" lang="ko">{_body(answer)}</div>{_guard(answer)}'
    )
    if reading := to_read(answer):
        _show_reading(reading, excerpts)
    else:
        _show_citations(answer, excerpts)
    _show_findings(answer)
    if answer.stages:
        with st.expander(f"확인 단계 {len(answer.stages)}개"):
            st.html(f'<ul class="orag-stages" lang="ko">{_stages(answer.stages)}</ul>')


def shown_places(answer: Answer) -> list[Citation]:
    """What can be opened below an answer: its citations, or else the passages to read."""
    if reading := to_read(answer):
        return [whole(passage) for passage in reading]
    return list(visible(answer).citations)


def _show_citations(answer: Answer, excerpts: Sequence[Excerpt]) -> None:
    if excerpts:
        st.html('<div class="orag-heading">근거 규정</div>')
    for number, (citation, around) in enumerate(zip(answer.citations, excerpts, strict=True), 1):
        origin = referring(citation, answer.hits)
        label = f"[{number}] {citation_name(citation)}"
        label = " · ".join(filter(None, (label, edition(citation))))
        if origin:
            label += f" ({named_by(origin)})"
        with st.expander(escape_markdown(label)):
            st.html(f"{source_of(around)}{naming_note(origin)}{body_of(around)}")


def _show_reading(passages: Sequence[Passage], excerpts: Sequence[Excerpt]) -> None:
    """The passages where the answer may be: nothing in them is marked as quoted."""
    st.html('<div class="orag-heading">읽어 볼 조문</div>')
    for passage, around in zip(passages, excerpts, strict=True):
        with st.expander(escape_markdown(f"{passage_name(passage)} — {first_line(passage)}")):
            st.html(f"{source_of(around)}{body_of(replace(around, start=0, end=0))}")


def _show_findings(answer: Answer) -> None:
    if facts := _facts(listed(answer.verdicts)):
        with st.expander(f"사실 확인 {len(facts)}건"):
            st.html(f'<table class="orag-facts" lang="ko">{_FACTS_HEAD}{"".join(facts)}</table>')
    if answer.removed:
        with st.expander(f"삭제된 내용 {len(answer.removed)}개"):
            sentences = "".join(f"<li>{escape(sentence)}</li>" for sentence in answer.removed)
            st.html(f'<ul class="orag-removed" lang="ko">{sentences}</ul>')


def _body(answer: Answer) -> str:
    """The text as HTML: what was put right beside the old words, reference marks raised."""
    pieces: list[str] = []
    at = 0
    for change in sorted(answer.changes, key=lambda change: change.start):
        pieces.append(_marked(answer.text[at : change.start], len(answer.citations)))
        pieces.append(
            f'<del class="orag-old" title="{_PUT_RIGHT}">{escape(change.old)}</del> '
            f'<ins class="orag-new">{escape(answer.text[change.start : change.end])}</ins>'
        )
        at = change.end
    return "".join([*pieces, _marked(answer.text[at:], len(answer.citations))])


def _marked(text: str, citations: int) -> str:
    return _REFERENCE_MARK.sub(lambda mark: _reference_mark(mark, citations), escape(text))


def _understood(answer: Answer) -> str:
    """The full question and the day that were answered, where they are not those expected."""
    meant = f"이렇게 이해했습니다: ‘{answer.understood}’" if answer.understood else ""
    lines = [escape(line) for line in (meant, as_of_line(answer)) if line]
    return "".join(f'<div class="orag-understood" lang="ko">{line}</div>' for line in lines)


def _notes(answer: Answer) -> str:
    """What did not run or was not confirmed; that the model failed stands out."""
    missed = [stage for stage in answer.stages if not stage.ran]
    failed = "".join(
        f'<div class="orag-fallback" lang="ko">{escape(stage.note)}</div>'
        for stage in missed
        if stage.name == MODEL
    )
    if unsure := warnings(answer):
        items = "".join(f"<li>{escape(line)}</li>" for line in unsure)
        return (
            f'{failed}<div class="orag-warning" role="alert" lang="ko"><b>⚠ {WARNING}</b>'
            f"<ul>{items}</ul></div>"
        )
    items = "".join(f"<li>{escape(told(stage))}</li>" for stage in missed if stage.name != MODEL)
    return failed + (f'<ul class="orag-notes">{items}</ul>' if items else "")


def _stages(stages: Sequence[Stage]) -> str:
    """A line a stage: whether it ran, and what it found or why it didn't."""
    return "".join(
        f'<li class="orag-{"ran" if stage.ran else "missed"}">{"✓" if stage.ran else "✗"} '
        f"<b>{escape(stage_name(stage))}</b> {escape(stage.note)}</li>"
        for stage in stages
    )


def _guard(answer: Answer) -> str:
    if answer.status not in WRITTEN or is_held(answer):  # approved by people, or nothing is said
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
        why = explained(verdict)
        if not why and verdict.source:
            why = citation_name(verdict.source)
        rows.append(
            f'<tr><td>{escape(verdict.fact.text)}<div class="orag-small">{escape(why)}</div></td>'
            f"<td>{escape(kind_name(verdict.fact.kind))}</td>"
            f'<td><span class="orag-badge orag-{style}">{words}</span></td></tr>'
        )
    return list(dict.fromkeys(rows))
