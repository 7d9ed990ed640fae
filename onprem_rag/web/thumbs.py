"""A thumb up or down below an answer, kept with the question and the answer."""

from __future__ import annotations

import logging
from collections.abc import Callable

import streamlit as st

log = logging.getLogger(__name__)

ASKED = "누르면 질문과 답변이 이 서버에 이름 없이 남습니다."
KEPT = ("‘도움이 안 됨’으로 남겼습니다.", "‘도움이 됨’으로 남겼습니다.")
TAKEN_BACK = "평가를 거두었습니다."
NOT_KEPT = (
    "평가를 남기지 못했습니다. → 잠시 뒤 다시 눌러 주세요. 되풀이되면 관리자에게 알려 주세요."
)

_NAMES = (":material/thumb_down: 도움이 안 됨", ":material/thumb_up: 도움이 됨")

Rate = Callable[[int], None]


@st.fragment
def show_thumbs(shown: str, rate: Rate) -> None:
    """Both thumbs, and what has become of the one that was pressed.

    ``rate`` keeps 1, -1, or 0 where the reader takes it back; what it raises is told. The page
    around it is not run again, so that an answer which is being written goes on.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.pills(  # st.feedback has English names, which screen readers read out
            "도움이 되었는지",
            (1, 0),
            format_func=_NAMES.__getitem__,
            key=_key(shown),
            on_change=_rated,
            args=(shown, rate),
            label_visibility="collapsed",
        )
        words = st.session_state.get(f"{_key(shown)}-words", ASKED)
        st.html(f'<div class="orag-small orag-thumbs" role="status" lang="ko">{words}</div>')


def _key(shown: str) -> str:
    return f"thumb-{shown}"


def _rated(shown: str, rate: Rate) -> None:
    """Keep what was pressed; where that can't be, show what was kept before."""
    key = _key(shown)
    pressed: int | None = st.session_state.get(key)
    try:
        rate(0 if pressed is None else 1 if pressed else -1)
        words = TAKEN_BACK if pressed is None else KEPT[pressed]
        st.session_state[f"{key}-kept"] = pressed
    except Exception:
        log.exception("a thumb was not kept")
        words = NOT_KEPT
        st.session_state[key] = st.session_state.get(f"{key}-kept")
    st.session_state[f"{key}-words"] = words
