"""What stands before the first heading of a rule: its title, its history, a preamble."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.split.contents import HEADING, lines_of
from ingest.split.marks import single_blanks
from ingest.split.titles import KIND

_DATE = r"\d{2,4}\s?[.년/-]\s{0,3}\d{1,2}\s?[.월/-]\s{0,3}\d{1,2}"
_HISTORY = re.compile(
    rf"(?=.{{0,200}}{_DATE}).{{0,200}}(?:제\s*정|개\s*정|시\s*행|폐\s*지|공\s*포|신\s*설|승\s*인|의\s*결)"
    rf"|[\s(<\[〈（]*{_DATE}[\s.)>\]〉）일,]*(?:{_DATE}[\s.,일]*)*$"
)
_OFFICE = re.compile(r"\W*(?:소관|담당|주관|관리|문의)\s?(?:부서|부처|팀|과)?\s*[:：)\]]")
_SENTENCE = re.compile(r"(?:[다음함임것][.。]|다)\s*$")
# Numbers that a cover has; any other is running text's: 근무시간은 1일 8시간.
_COVER_NUMBER = re.compile(
    rf"[\d\W]*$|.{{0,60}}?(?:제\s?\d+\s?[호권집판차]|(?<!\d)(?:19|20)\d\d(?!\d)|{_DATE})"
)
_DIGIT = re.compile(r"\d")
_LONGEST_NAME = 60  # characters of a line that is no running text


@dataclass(frozen=True, slots=True)
class FrontPart:
    """A run of lines of one kind; ``kind`` is "" for running text, which is no furniture."""

    kind: str
    start: int
    end: int


def front_parts(text: str, start: int, end: int) -> list[FrontPart]:
    """The lines of ``text[start:end]`` by what they are; neighbours of one kind are one part."""
    parts: list[FrontPart] = []
    for at, line in _filled_lines(text, start, end):
        kind = _kind(line)
        stop = at + len(line)
        if parts and parts[-1].kind == kind:
            parts[-1] = FrontPart(kind, parts[-1].start, stop)
        else:
            parts.append(FrontPart(kind, at, stop))
    return parts


def _filled_lines(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    for at, line in lines_of(text[start:end]):
        stripped = line.strip()
        if stripped:
            yield start + at + len(line) - len(line.lstrip()), stripped


def _kind(line: str) -> str:
    if not any(character.isalnum() for character in line):
        return "장식"
    if HEADING.match(line):
        return "차례"
    if len(line) <= 250 and _HISTORY.match(line) and not line.endswith("다."):
        return "연혁"
    if len(line) > _LONGEST_NAME or _SENTENCE.search(line):
        return ""
    if _OFFICE.match(line):
        return "소관"
    if KIND.search(single_blanks(line)):
        return "제목"
    return "" if _DIGIT.search(line) and not _COVER_NUMBER.match(line) else "표지"
