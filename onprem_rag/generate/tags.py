"""Sentinel tags: facts of the passages between ⟦ and ⟧, so that a model copies them whole."""

from __future__ import annotations

from onprem_rag.korean.facts import extract

OPEN, CLOSE = "⟦", "⟧"
ASKED = (
    f"- {OPEN} {CLOSE} 안의 값은 한 글자도 바꾸거나 나누지 말고, "
    f"{OPEN} {CLOSE}와 함께 그대로 옮깁니다."
)


def tagged(text: str) -> str:
    """``text`` with its numbers, references and dates between tags."""
    for fact in reversed(extract(text)):
        text = f"{text[: fact.start]}{OPEN}{fact.text}{CLOSE}{text[fact.end :]}"
    return text


def untagged(text: str) -> str:
    """``text`` without tags, and without the remains of one that was broken off."""
    return text.replace(OPEN, "").replace(CLOSE, "").replace("\ufffd", "")
