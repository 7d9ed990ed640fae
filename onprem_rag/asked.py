"""A question as it comes in: cleaned, and with the day apart whose rules it asks for."""

from __future__ import annotations

from onprem_rag.errors import ConfigError
from onprem_rag.korean.asof import ONE_DAY, as_of
from onprem_rag.korean.unread import speaks_of_then
from onprem_rag.library.versions import iso_day

LONGEST_QUESTION = 1_000  # characters


def cleaned(question: str) -> str:
    """``question`` on one line. Raises ConfigError for an empty or overlong one."""
    question = question.replace("\x00", "").encode(errors="ignore").decode()  # halves of characters
    question = " ".join(question.split())
    if not question:
        raise ConfigError("질문이 비어 있습니다. → 질문을 입력하세요.")
    if len(question) > LONGEST_QUESTION:
        raise ConfigError(
            f"질문이 너무 깁니다({len(question):,}자). → {LONGEST_QUESTION:,}자 안으로 줄이세요."
        )
    return question


def of_day(question: str, day: str, today: str) -> tuple[str, str]:
    """(the question without the day that it names, that day or ``day``).

    Raises ConfigError where the two are different ones, or ``day`` is none.
    """
    named, bare = as_of(question, today)
    day = iso_day(day) if day else ""
    if day and named not in ("", day):
        raise ConfigError(ONE_DAY)
    return bare, day or named


def note_of_today(question: str, today: str) -> str:
    """What is said of an answer from today's rules where ``question`` may mean others; else ""."""
    if not speaks_of_then(question, today):
        return ""
    return (
        f"오늘({today}) 시행 중인 규정으로 답합니다. "
        "→ 다른 날의 규정은 '2025년 5월 당시 시행되던 규정에서 일비는?'처럼 날짜를 써서 물으세요."
    )
