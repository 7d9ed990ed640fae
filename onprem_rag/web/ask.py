"""The page 규정 질의응답: a conversation in which every answer shows what it stands on."""

from __future__ import annotations

import gc
import logging
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from html import escape
from pathlib import Path
from uuid import uuid4

import streamlit as st

from onprem_rag.asked import LONGEST_QUESTION
from onprem_rag.chatbot import Chatbot
from onprem_rag.config import default_home, load_config
from onprem_rag.errors import ConfigError, OnpremRagError
from onprem_rag.followup import MOST_EARLIER, exchange
from onprem_rag.records import Answer, Exchange, Waiting
from onprem_rag.web import answers, parts
from onprem_rag.web.excerpts import Excerpt, excerpt
from onprem_rag.web.running import show_running
from onprem_rag.web.style import STYLE
from onprem_rag.web.thumbs import show_thumbs

log = logging.getLogger(__name__)

TITLE = "규정 질의응답"
APOLOGY = (
    "잠시 후 다시 시도하세요. 답변을 준비하는 중에 문제가 생겼습니다. "
    "문제가 계속되면 시스템 관리자에게 알려 주세요."
)
BLANK = "질문이 비어 있습니다. 궁금한 내용을 한 문장으로 적어 주세요."
OPENING = """<div class="orag-opening" lang="ko">우리 기관의 규정을 찾아
<b>조항을 인용해</b> 답합니다. 답변마다 원문에서 확인했는지 표시하고,
규정에 없는 내용은 답하지 않습니다. 아래 예시를 누르거나 궁금한 점을 입력하세요.</div>"""
NOTE = """<div class="orag-small" lang="ko">답변은 규정의 문장을 인용한 안내이며
법률 자문이 아닙니다. 중요한 결정은 규정 원문과 담당 부서에서 확인하세요.
질문과 답변은 기관 밖으로 나가지 않습니다.</div>"""
ICON = (
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'>"
    "<rect width='32' height='32' rx='7' fill='#1b4b8f'/>"
    "<path d='M9 8h14v3H9zm0 6h14v3H9zm0 6h9v3H9z' fill='#fff'/></svg>"
)


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and what came of it: an answer, or words on why there is none."""

    question: str
    answer: Answer | None = None
    excerpts: tuple[Excerpt, ...] = ()
    advice: str = ""  # the question can't be asked like this
    problem: str = ""  # something went wrong
    shown: str = field(default_factory=lambda: uuid4().hex)  # names this showing of the answer


def page() -> None:
    """The whole page; every error ends in Korean words."""
    st.set_page_config(page_title=TITLE, page_icon=ICON)
    st.html(STYLE)
    st.html(f'<h1 class="orag-title" lang="ko">{TITLE}</h1>')
    home = default_home().resolve()
    with st.sidebar:
        show_running(home)
    try:
        bot = _open_chatbot(str(home))
        _sidebar(bot)
        _conversation(bot)
    except OnpremRagError as error:
        parts.show_problem(str(error))
    except Exception:
        log.exception("the page failed")
        parts.show_problem(APOLOGY)


@st.cache_resource(show_spinner="규정을 여는 중입니다…")
def _open_chatbot(home: str) -> Chatbot:
    """The one chatbot that serves all users of this process."""
    bot = Chatbot.open(load_config(Path(home)))
    # Streamlit collects garbage after every click and every look at a running ingest: 75 ms each
    # with all that is loaded by now, none of which is ever garbage.
    gc.collect()
    gc.freeze()
    return bot


def _sidebar(bot: Chatbot) -> None:
    with st.sidebar:
        st.html(
            f'<div class="orag-heading">등록된 규정</div>'
            f'<div class="orag-small">{escape(bot.summary())}</div>'
        )
        st.button(
            "대화 지우기",
            icon=":material/delete:",
            width="stretch",
            on_click=_clear,
            disabled=not (_turns() or _pending()),
        )
        with st.expander("답변 표시의 뜻"):
            st.html(parts.legend())
        st.html(NOTE)


def _conversation(bot: Chatbot) -> None:
    st.chat_input(
        "규정에 대해 물어보세요", key="typed", submit_mode="disable", on_submit=_ask_typed
    )
    if not _turns() and _pending() is None:
        _opening(bot)
    for turn in _turns():
        _show(bot, turn)
    pending = _pending()
    if pending is not None:  # asked just now, or interrupted by a click before the answer came
        _turns().append(_answer(bot, pending))
        _ask(None)
        st.rerun()


def _opening(bot: Chatbot) -> None:
    st.html(OPENING)
    columns = st.columns(2)
    for number, example in enumerate(bot.examples()):
        columns[number % 2].button(
            parts.escape_markdown(example),
            key=f"example-{number}",
            width="stretch",
            wrap=True,
            on_click=_ask,
            args=(example,),
        )


def _show(bot: Chatbot, turn: Turn) -> None:
    _show_question(turn.question)
    with st.chat_message("assistant", avatar=":material/menu_book:"):
        if (answer := turn.answer) is not None:
            answers.show_answer(answer, turn.excerpts)
            show_thumbs(turn.shown, lambda thumb: bot.rate(turn.shown, answer, thumb))
        if turn.advice:
            parts.show_text(turn.advice)
        if turn.problem:
            parts.show_problem(turn.problem)


def _show_question(question: str) -> None:
    if not question:
        return
    with st.chat_message("user", avatar=":material/person:"):
        parts.show_text(question)


def _answer(bot: Chatbot, question: str) -> Turn:
    """Ask, and show the draft growing until the checked answer is there."""
    advice = _advice(question)
    if advice:
        return Turn(question[: 5 * LONGEST_QUESTION], advice=advice)
    _show_question(question)
    try:
        with st.chat_message("assistant", avatar=":material/menu_book:"):
            growing = st.empty()
            growing.html(parts.growing(""))
            with closing(_written(bot, question)) as items:
                for item in items:
                    if isinstance(item, Answer):
                        return Turn(question, item, _excerpts(bot, item))
                    growing.html(parts.growing(item))
    except ConfigError as error:  # of two days at once
        return Turn(question, advice=str(error))
    except OnpremRagError as error:
        return Turn(question, problem=str(error))
    except Exception:
        log.exception("a question could not be answered")
        return Turn(question, problem=APOLOGY)
    log.error("the chatbot ended without an answer")
    return Turn(question, problem=APOLOGY)


def _written(bot: Chatbot, question: str) -> Generator[str | Waiting | Answer, None, None]:
    """What the chatbot yields. Closed, it stops the language model: Streamlit raises in the loop
    over it where the reader clicks elsewhere or closes the page.
    """
    yield from bot.stream(question, _earlier(_turns()))


def _earlier(turns: Sequence[Turn]) -> tuple[Exchange, ...]:
    """The last answered questions of this conversation, oldest first."""
    answered = [turn.answer for turn in turns if turn.answer is not None]
    return tuple(exchange(answer) for answer in answered[-MOST_EARLIER:])


def _excerpts(bot: Chatbot, answer: Answer) -> tuple[Excerpt, ...]:
    return tuple(
        excerpt(
            bot.document(citation.document_id),
            citation,
            answer.hits,
            partial(bot.referred, day=answer.as_of),
        )
        for citation in answers.shown_places(answer)
    )


def _advice(question: str) -> str:
    if not question:
        return BLANK
    if len(question) > LONGEST_QUESTION:
        return (
            f"질문이 너무 깁니다({len(question):,}자). "
            f"{LONGEST_QUESTION:,}자 이하로 줄이거나 여러 질문으로 나누어 물어 주세요."
        )
    return ""


def _turns() -> list[Turn]:
    turns: list[Turn] = st.session_state.setdefault("turns", [])
    return turns


def _pending() -> str | None:
    pending: str | None = st.session_state.get("pending")
    return pending


def _ask(question: str | None) -> None:
    st.session_state["pending"] = None if question is None else question.strip()


def _ask_typed() -> None:
    _ask(st.session_state["typed"])


def _clear() -> None:
    st.session_state["turns"] = []
    _ask(None)
