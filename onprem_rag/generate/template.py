"""Messages to a model's tokens and back, through the chat template of its tokenizer."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from onprem_rag.prompts import Message

_PROBE = "시스템"


class Template:
    """A tokenizer with a chat template, for many threads at once."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        # Encoding tells the tokenizer, for all threads, whether it is to see special tokens.
        self._lock = threading.Lock()
        self._knows_system = _knows_system(tokenizer)
        self.special = _special(tokenizer)

    def encode(self, messages: Sequence[Message]) -> list[int]:
        """The prompt's tokens. Special tokens that a text spells stay text."""
        if not self._knows_system:
            messages = merged(messages)
        chat = [{"role": message.role, "content": message.text} for message in messages]
        with self._lock:
            ids: list[int] = self._tokenizer.apply_chat_template(
                chat,
                add_generation_prompt=True,
                sanitize_control_tokens=True,
                return_dict=False,
                enable_thinking=False,  # read by the templates of models that can think aloud
            )
        return ids

    def decode(self, ids: Sequence[int]) -> str:
        """The text of tokens, without special ones."""
        with self._lock:
            return str(self._tokenizer.decode(ids, skip_special_tokens=True))

    def count(self, messages: Sequence[Message]) -> int:
        """Tokens of a prompt, those of the template included."""
        return len(self.encode(messages))


def merged(messages: Sequence[Message]) -> list[Message]:
    """System messages at the head of the user's first one."""
    heads = [message.text for message in messages if message.role == "system"]
    others = [message for message in messages if message.role != "system"]
    first = next((at for at, message in enumerate(others) if message.role == "user"), None)
    if first is None:
        return [Message("user", "\n\n".join(heads)), *others] if heads else others
    others[first] = Message("user", "\n\n".join([*heads, others[first].text]))
    return others


def _knows_system(tokenizer: Any) -> bool:
    """Some chat templates raise on a system message, others drop it."""
    chat = [{"role": "system", "content": _PROBE}, {"role": "user", "content": "?"}]
    try:
        return _PROBE in tokenizer.apply_chat_template(chat, tokenize=False)
    except Exception:  # whatever the template says, through jinja2's own errors
        return False


def _special(tokenizer: Any) -> tuple[str, ...]:
    """Tokens with a meaning of their own: special ones, and added ones of the chat template."""
    added = [token for _, token in sorted(tokenizer.added_tokens_decoder.items())]
    meant = (t.content for t in added if t.special or t.content in tokenizer.chat_template)
    return tuple(content for content in meant if content.strip())
