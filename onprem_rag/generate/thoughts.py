"""What a reasoning model thinks aloud is no answer: taken out of its text while that comes."""

from __future__ import annotations

from onprem_rag.errors import ModelError

_TAGS = ("<think>", "</think>", "<thought>", "</thought>")
_REMEDY = (
    "→ 모델 서버에서 추론을 끄거나(transformers serve --reasoning off) 답과 나누게 하세요"
    "(vLLM --reasoning-parser)."
)


class Thoughts:
    """Text in pieces, ``<think> … </think>`` left out wherever the pieces end."""

    def __init__(self) -> None:
        self._held = ""  # the beginning of what may become a tag
        self._thinking = False
        self._begun = False  # something was passed on

    def without(self, piece: str) -> str:
        """What can be passed on, now that ``piece`` has come.

        Raises ModelError where a thought ends that had no beginning: what was passed on before was
        a thought as well (templates that open it in the prompt).
        """
        text, passed = self._held + piece, []
        while found := _first_tag(text):
            at, tag = found
            if tag.startswith("</") and not self._thinking:
                raise ModelError(f"언어 모델이 생각하는 과정을 답으로 보냈습니다.\n{_REMEDY}")
            if not self._thinking:
                passed.append(text[:at])
            self._thinking = not tag.startswith("</")
            text = text[at + len(tag) :]
        self._held = _possible_tag(text)
        if not self._thinking:
            passed.append(text.removesuffix(self._held))
        return self._from_its_beginning("".join(passed))

    def end(self) -> str:
        """What was still held back. Raises ModelError where there is no answer after all."""
        if self._thinking:
            raise ModelError(f"언어 모델이 생각만 하다가 답을 쓰지 못했습니다.\n{_REMEDY}")
        rest = self._from_its_beginning(self._held)
        if not self._begun:  # an empty answer would pass for one that nobody knows
            raise ModelError(
                "언어 모델이 빈 답을 썼습니다.\n→ 대화용(instruct) 모델인지, 모델에 맞는 대화 서식"
                "(chat template)인지 확인하세요."
            )
        return rest

    def _from_its_beginning(self, text: str) -> str:
        if not self._begun:
            text = text.lstrip()  # the empty lines between thought and answer
        self._begun = self._begun or bool(text)
        return text


def _first_tag(text: str) -> tuple[int, str] | None:
    """The tag that stands first in ``text``, and where."""
    return min(((at, tag) for tag in _TAGS if (at := text.find(tag)) >= 0), default=None)


def _possible_tag(text: str) -> str:
    """The end of ``text`` that the next piece may complete to a tag."""
    end = text[text.rfind("<") :] if "<" in text else ""
    return end if any(tag.startswith(end) for tag in _TAGS) else ""
