"""The form in which two wordings are the same: without blanks and look-alike signs."""

from __future__ import annotations

import re

from ingest.split.items import CIRCLED
from onprem_rag.korean.text import normalise

_PRIVATE = {ord(sign): chr(0xE000 + at) for at, sign in enumerate(CIRCLED)}  # ① is not 1
_BLANK = re.compile(r"(?<!\d)\s+|\s+(?!\d)")  # one between two figures tells 1 2 from 12


def form(text: str) -> str:
    """Equal where only blanks, line breaks or look-alike signs differ; upper case counts."""
    capitals = "".join(filter(str.isupper, text))
    squeezed = _BLANK.sub("", normalise(text.translate(_PRIVATE)))
    return f"{squeezed}\0{normalise(capitals)}" if capitals else squeezed
