"""The ingest that is running, live in the sidebar of everyone who has the app open."""

from __future__ import annotations

from html import escape
from pathlib import Path

import streamlit as st

from onprem_rag import ingesting

# Each look takes 5 ms: opening a file that is mostly not there, and a message to the browser.
_SELDOM_S = 5.0
_OFTEN_S = 1.0  # while one runs


def show_running(home: Path) -> None:
    """What runs, how far it is and how long it still takes; nothing while none runs.

    It waits for an answer that is being written. The page around it is run again only where an
    ingest begins or ends.
    """
    running = ingesting.read(home) is not None
    st.fragment(_look, run_every=_OFTEN_S if running else _SELDOM_S)(home, running)


def _look(home: Path, expected: bool) -> None:
    running = ingesting.read(home)
    if (running is not None) != expected:
        st.rerun()  # to look as often as there is something to see
    if running is None:
        return
    share = 100 * running.done / max(1, running.total)
    lines = "<br>".join(escape(line) for line in running.words() if line)
    st.html(
        '<div class="orag-running" lang="ko" role="status">'
        f'<div class="orag-heading">규정 반영 중</div>{lines}'
        f'<div class="orag-share"><div style="width: {share:.0f}%"></div></div>'
        "그동안 지금까지의 규정으로 답합니다.</div>"
    )
