"""Paragraphs and what is anchored in them, put together as blocks in reading order."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from ingest.readers.blocks import Block
from ingest.readers.hancom.numbering import NOTHING, Label
from ingest.readers.hancom.symbols import readable


@dataclass(frozen=True, slots=True)
class Anchored:
    """A table or a text box. ``inline``: it stands in the line like a letter."""

    blocks: tuple[Block, ...]
    inline: bool


Piece: TypeAlias = "str | Anchored"
_NUMBERED = re.compile(r"\(?[0-9]{1,3}[).\]]|[①-⑳㉑-㊿*†‡]")  # a note that shows its own number


class Flow:
    """Collects footnotes until the paragraph of the body that holds them is complete."""

    def __init__(self) -> None:
        self._notes: list[Block] = []

    def note(self, number: str, blocks: list[Block]) -> None:
        """A footnote or endnote of the current paragraph."""
        if not blocks:
            return
        first, *rest = blocks
        if not isinstance(first, str):
            first, rest = "", blocks
        shown = first.lstrip()
        if not _NUMBERED.match(shown):
            shown = f"{number}) {shown}"
        self._notes += [f"주 {shown}", *rest]

    def blocks(self, label: Label, pieces: Iterable[Piece], depth: int) -> list[Block]:
        """One paragraph; ``depth`` says in how many tables and boxes it stands."""
        blocks = _paragraph(label, pieces)
        if depth == 0 and self._notes:
            blocks += self._notes
            self._notes = []
        return blocks


def _paragraph(label: Label, pieces: Iterable[Piece]) -> list[Block]:
    """Text in lines; what floats beside a sentence comes after it, not in its middle."""
    done: list[Block] = []
    beside: list[Block] = []
    text: list[str] = []
    begun = False  # a word of the paragraph has been seen
    front = label

    def flush() -> None:
        nonlocal front
        line = "".join(text)
        text.clear()
        if line.strip():
            done.append(_joined(front, readable(line)))
            front = NOTHING

    for piece in pieces:
        if isinstance(piece, str):
            text.append(piece)
            begun = begun or not piece.isspace()
        elif piece.inline and len(piece.blocks) == 1 and isinstance(piece.blocks[0], str):
            text.append(f" {piece.blocks[0]} ")
            begun = True
        elif piece.inline or not begun:
            flush()
            done += piece.blocks
        else:
            beside += piece.blocks
    flush()
    if front.is_number and front.text:  # a cell that holds its generated number only
        done.insert(0, front.text)
    return done + beside


def _joined(label: Label, line: str) -> str:
    if not label.text:
        return line
    return f"{readable(label.text)} {line.lstrip()}"
