"""What documents and questions say, in a form that no tokenizer or model takes for control signs.

Signs are replaced one for one and by ones that Unicode normalisation leaves alone; letters and
digits never are, so that facts stay copyable.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from onprem_rag.generate.tags import CLOSE, OPEN
from onprem_rag.korean.text import fold

_PLAIN = str.maketrans(f"<>[]{{}}#{OPEN}{CLOSE}", "〈〉〔〕❴❵＃〔〕")
# Zero-width signs, directions, halves of characters, tag characters: they only hide what is there.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f\u00ad\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufeff\uffa0\ud800-\udfff\U000e0000-\U000e007f]"
)
# The usual ones, for servers whose tokenizer isn't known. Signs are those that ``fold`` leaves.
_TOKEN = re.compile(
    r"<\|[^<>|\n]{1,40}\|>|\[\|[^\[\]|\n]{1,40}\|\]|<\|\w{1,20}>|<<\s?/?SYS\s?>>"
    r"|\[/?(?:INST|SYS|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|g?MASK|CLS|SEP|PAD|UNK"
    r"|BOS|EOS|IMG|END)\]"
    r"|</?(?:s|bos|eos|pad|unk|mask|cls|sep|sop|eop|eod|think|thought|tool_call|tool_response|turn"
    r"|system|user|assistant|human|model|instruction|(?:start|end)_of_(?:turn|image|text))>"
    r"|<(?:unused|extra_id_|reserved_|special_)_?\d{1,4}>|<0x[0-9A-F]{2}>",
    re.IGNORECASE,
)
_ROLES = (
    r"(?:assistant|system|user|human|ai|bot|model|instruction|response|input|output"
    r"|질문|답변|답|응답|사용자|시스템|도우미|어시스턴트|지시|지시문|명령|규정)"
)
# At a line's start, as templates of older models separate turns.
_ROLE = re.compile(
    rf"^[ \t]*(?:#{{1,6}}[ \t]*)?{_ROLES}[ \t]*(?P<colon>:)|^[ \t]*#{{2,6}}[ \t]*{_ROLES}[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)


def neutral(text: str, special: Sequence[str] = ()) -> str:
    """``text`` without control tokens, role marks at a line's start, and invisible characters.

    ``special``: the tokenizer's own special tokens, besides the usual ones.
    """
    text = without_tokens(text, special)
    for role in reversed(list(_ROLE.finditer(fold(text)))):
        mark = text[slice(*role.span())].replace(":", "：").replace("#", "＃")
        text = text[: role.start()] + mark + text[role.end() :]
    return text


def without_tokens(text: str, special: Sequence[str] = ()) -> str:
    """``text`` without control tokens and invisible characters; role marks stay."""
    text = _UNSEEN.sub("", text).translate({ord(OPEN): "〔", ord(CLOSE): "〕"})
    own = _own(tuple(special))
    for pattern in (_TOKEN, own) if own else (_TOKEN,):
        # Signs that look alike count: some tokenizers fold them before they look for tokens.
        for token in reversed(list(pattern.finditer(fold(text)))):
            start, end = token.span()
            text = text[:start] + _broken(text[start:end]) + text[end:]
    return text


@lru_cache(maxsize=8)
def _own(special: tuple[str, ...]) -> re.Pattern[str] | None:
    """Any of a tokenizer's special tokens; not those that are mere words, figures or signs."""
    folded = {fold(token).strip() for token in special}
    tokens = {token for token in folded if len(token) > 2 and not token.isalnum()}
    longest_first = sorted(tokens, key=lambda token: (-len(token), token))
    return re.compile("|".join(map(re.escape, longest_first))) if tokens else None


def _broken(token: str) -> str:
    """A token that none takes for it: other brackets, or a blank in it where it has none."""
    plain = fold(token).translate(_PLAIN)
    return plain if plain != token else f"{token[0]} {token[1:]}"
