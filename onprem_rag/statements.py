"""What a passage says, one thing at a time: sentences with their items and exceptions, rows."""

from __future__ import annotations

import re

from onprem_rag.korean.instructions import is_instruction
from onprem_rag.korean.references import CIRCLED, find_references
from onprem_rag.korean.text import sentences
from onprem_rag.records import Passage

LONGEST_LIST = 600  # characters of a sentence with its numbered items

_HEADING = re.compile(r"\s*제\s*\d+\s*조(?:\s*의\s*\d+)?\s*(?:[(（\[【][^)）\]】]*[)）\]】])?\s*")
_AMENDMENT_AT_END = re.compile(
    r"\s*(?:[<〈＜]\s*(?:개정|신설|단서|전문|본조|제목|종전)[^>〉＞]*[>〉＞]|\[(?:전문개정|본조신설|제목개정)[^\]]*\])\s*$"
)
_ITEMS_FOLLOW = re.compile(r"다음\s*(?:각\s*호|각\s*목|과\s*같|의\s*각)")
_EXCEPTION = re.compile(r"다만\s*,|단\s*,")  # quoted with the rule that it limits
_ITEM = re.compile(r"\s*(?:\d{1,2}\s*[.)]|[가-하]\s*[.)]|[-•○])\s*")
_MARK = re.compile(r"^\s*[①-⑳]\s*")
_PARAGRAPH = re.compile(r"(?:(?<=\n)|(?<=[)\]] )|(?<=[)\]])|^)[①-⑳]")


def statements(text: str) -> list[tuple[tuple[int, int], ...]]:
    """Sentences without headings and amendment marks; one that announces items, with them."""
    spans: list[tuple[int, int]] = []
    for start, end in sentences(text):
        if heading := _HEADING.match(text, start, end):
            start = heading.end()
        if mark := _MARK.match(text[start:end]):
            start += mark.end()
        while amendment := _AMENDMENT_AT_END.search(text[start:end]):
            end = start + amendment.start()
        table_head = " | " in text[start:end] and ": " not in text[start:end]
        if end - start >= 5 and not table_head:
            spans.append((start, end))
    statements: list[tuple[tuple[int, int], ...]] = []
    announced = False
    for start, end in spans:
        item = bool(_ITEM.match(text[text.rfind("\n", 0, start) + 1 : end]))
        exception = bool(statements and _EXCEPTION.match(text, start))
        if (announced and item) or exception:
            statements[-1] = (*statements[-1], (start, end))
            announced = announced or bool(_ITEMS_FOLLOW.search(text, start, end))
        else:
            statements.append(((start, end),))
            announced = bool(_ITEMS_FOLLOW.search(text, start, end))
    return statements


def named_part(passage: Passage, question: str) -> str:
    """The paragraphs of its article that ``question`` names, else all of it, up to LONGEST_LIST.

    "" where the passage holds none of these paragraphs.
    """
    references = [one for one in find_references(question) if not one.relative]
    wanted = {one.paragraph for one in references if passage.article in {one.article, one.annex}}
    text = passage.text
    spans = [(0, len(text))]
    if wanted and None not in wanted:
        starts = [mark.start() for mark in _PARAGRAPH.finditer(text)]
        numbers = [CIRCLED.index(text[at]) + 1 for at in starts]
        if passage.paragraph and (not starts or text[: starts[0]].strip()):
            # It begins within a paragraph, or with the article's heading.
            first = CIRCLED.find(passage.paragraph) + 1
            starts, numbers = (
                (starts, numbers) if first in numbers else ([0, *starts], [first, *numbers])
            )
        if numbers:
            ends = [*starts[1:], len(text)]
            spans = [
                (start, end)
                for number, start, end in zip(numbers, starts, ends, strict=True)
                if number in wanted
            ]
    lines: list[str] = []
    for start, stop in spans:
        for first, last in sentences(text[start:stop]):
            line = " ".join(text[start + first : start + last].split())
            if is_instruction(line):  # it commands a model and states nothing
                continue
            if lines and sum(map(len, lines)) + len(line) > LONGEST_LIST:
                return "\n".join([*lines, "…"])
            lines.append(line)
    return "\n".join(lines)
