"""Markdown without its marks."""

from __future__ import annotations

import re

from ingest.readers.pipes import text_with_tables
from ingest.readers.plain import decode
from ingest.readers.result import Reading

_MARKS = frozenset("#!*_\\")
_HEADING_MARK = re.compile(r"^[ \t]{0,3}#{1,6}[ \t]+")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|<>~])")
_IMAGE = re.compile(r"!\[[^\[\]\n]*\]\([^()\n]*\)")
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n---[ \t]*\n", re.DOTALL)
_FRONT_TITLE = re.compile(r"(?m)^(?:제목|title):(.+)$")
# What else the front matter of a rule says of it: a line, or a list below it.
_FRONT_FACT = re.compile(
    r"(?m)^(시행일자?|effective(?:_date)?|소관부처|소관부서):[ \t]*(.*)((?:\n[ \t]*- .*)*)$"
)
# Marks that enclose words: not 2**3, a__b or ____. No mark inside, so that it stays linear.
_STARS = re.compile(
    r"(?<!\w)\*\*(?!\s|-\S)((?:[^*\n]|\*(?!\*))+)(?<=\S)\*\*"
    r"|(?<=[가-힣])\*\*(\w+)\*\*"  # 제**14**조
)
_LINES = re.compile(r"(?<!\w)__(?=[^\s_])((?:[^_\n]|_(?!_))+)(?<=\S)__(?![A-Za-z0-9_])")


def read_markdown(data: bytes) -> Reading:
    """The words of a Markdown file, with the title, date and department of its front matter."""
    text = decode(data)
    title = ""
    if matter := _FRONT_MATTER.match(text):
        if found := _FRONT_TITLE.search(matter[1]):
            title = found[1].strip().strip("'\"").strip()
        facts = [_fact(*found.groups()) for found in _FRONT_FACT.finditer(matter[1])]
        text = "\n".join([*filter(None, facts), text[matter.end() :].lstrip("\n")])
    reading = text_with_tables([*text.strip("\n").split("\n"), ""], _without_marks)
    return Reading(reading.text, tables=reading.tables, title=title)


def _fact(name: str, value: str, below: str) -> str:
    values = [value, *(line.strip().removeprefix("-") for line in below.split("\n"))]
    stated = ", ".join(filter(None, (value.strip(" \t'\"") for value in values)))
    if name.startswith(("시행", "effective")):
        name = "시행일자"
    return f"{name}: {stated}" if stated else ""


def _without_marks(line: str) -> str:
    if _MARKS.isdisjoint(line):  # most lines of a statute
        return line
    line = _HEADING_MARK.sub("", _IMAGE.sub("", line))
    line = _LINES.sub(r"\1", _STARS.sub(r"\1\2", line))  # **낱말** and __낱말__
    return _ESCAPE.sub(r"\1", line)
