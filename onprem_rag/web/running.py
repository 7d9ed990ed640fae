"""The ingest that is running, live in the sidebar of everyone who has the app open."""

from __future__ import annotations

from html import escape
from pathlib import Path

import streamlit as st

from onprem_rag import ingesting

_EVERY_S = 10  # 5 ms each: opening a file that is not there, and a message to the browser


@st.fragment(run_every=_EVERY_S)
def show_running(home: Path) -> None:
    """ "벡터 계산 45% · 이 단계 약 3분 남음", and how far that is; nothing while none runs.

    It waits for an answer that is being written; the page around it is not run again.
    """
    running = ingesting.read(home)
    if running is None:
        return
    share = 100 * running.done / max(1, running.total)
    st.html(
        '<div class="orag-running" lang="ko" role="status">'
        f'<div class="orag-heading">규정 반영 중</div>{escape(running.words())}'
        f'<div class="orag-share"><div style="width: {share:.0f}%"></div></div>'
        "그동안 지금까지의 규정으로 답합니다.</div>"
    )
