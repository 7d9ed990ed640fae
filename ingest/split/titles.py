"""What a rule is called, of which kind it is, and where the rules of a rule book begin."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from ingest.split.marks import mark_of, without_amendments

KINDS = (
    "시행령 시행규칙 시행세칙 법률 법 규정 규칙 세칙 지침 내규 기준 정관 학칙 회칙 요령 "
    "강령 요강 조례 예규 훈령 고시 편람 헌장 령"
).split()
_KIND = re.compile(rf"({'|'.join(KINDS)})(?:\s*[(（][^()]*[)）])?$")
_CODE = re.compile(r"[\s\d]*\d+\s*[—–-]\s*\d+(?:\s*[—–-]\s*\d+)?\s*[—–～~-]*\s*$")
_LEADING_CODE = re.compile(r"^\s*\d+\s*[—–-]\s*\d+\s*[—–-]\s*\d+\s*[—–～~-]*\s*")
_NO_TITLE = re.compile(
    r"[\W\d_]*$|[\ue000-\uf8ff\U000f0000-\U000fffff\u2500-\u257f\s]+$|[<〈＜(（\[【].*|.*[.:,]$"
    r"|제\s*\d+\s*[편장절관조].*|.*(?:제정|개정|시행).*\d{2,4}\s*[.년].*|.*\d{4}\s*\.\s*\d+\s*\.\s*\d+.*"
    r"|차\s*례|목\s*차|부\s*칙.*"
)
_FILE_NOISE = re.compile(
    r"^(?:new_)?[\d_]+(?=[^\d_])|\(\d{6,8}\)|_?\d{8}|_?(?:일부|전부)?개정|_?(?:신규)?제정|^_+|_+$"
)
_RULE_START = re.compile(r"(?m)^\s*제\s*1\s*조\s*[(（]\s*[^)）\n]*(?:목적|명칭)[^)）\n]*[)）]")
_BOOK = 5  # rules in one file that make it a rule book whatever their titles are


def title_of(text: str, path: Path) -> str:
    """The title line at the head of ``text``, else the file's name without dates."""
    first_article = re.search(r"(?m)^\s*제\s*1\s*조", text)
    head = text[: first_article.start()] if first_article else text[:400]
    lines = [_bare(line) for line in head.split("\n") if line.strip()][:8]
    for at, line in enumerate(lines):
        if not line or _NO_TITLE.match(line) or len(line) > 60:
            continue
        for candidate in (line, " ".join(lines[at : at + 2])):
            if _KIND.search(candidate) and len(candidate) <= 80:
                return _joined_letters(candidate)
        if first_article:
            return _joined_letters(line)
    return title_of_file(path)


def title_of_file(path: Path) -> str:
    """``3_06_출장규칙(240214).pdf`` → ``출장규칙``."""
    name = unicodedata.normalize("NFC", path.stem)
    return _FILE_NOISE.sub("", name).replace("_", " ").strip() or name


def kind_of(title: str) -> str:
    """법률, 규정, 지침 …; 문서 where the title names none."""
    found = _KIND.search(title)
    if not found:
        return "문서"
    return {"법": "법률", "령": "시행령"}.get(found[1], found[1])


def rules_in(text: str) -> list[tuple[str, int, int]]:
    """(title, start, end) of each rule of a rule book; [] when ``text`` is a single rule.

    Text before the first rule (cover, table of contents) belongs to none. In a file of fewer
    than five, only a title such as ``여비규정`` begins a rule, and no text is left out.
    """
    starts: list[tuple[str, int]] = []
    for found in _RULE_START.finditer(text):
        article = found.end() - len(found[0].lstrip())
        if titled := _title_before(text, article):
            starts.append(titled)
    if len(starts) < _BOOK:
        starts = _named_rules(text, starts)
        if len(starts) < 2:
            return []
        starts[0] = (starts[0][0], 0)
    ends = [start for _, start in starts[1:]] + [len(text)]
    return [(title, start, end) for (title, start), end in zip(starts, ends, strict=True)]


def _named_rules(text: str, starts: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """The starts whose title is that of a rule, each rule once; no form in an annex."""
    named: dict[str, tuple[str, int]] = {}
    for title, start in starts:
        above = next((line for line, _ in _lines_up(text, start, 1)), "")
        mark = mark_of(above, 0)
        if _KIND.search(title) and not (mark and mark.level == "별표"):
            named.setdefault("".join(title.split()), (title, start))
    return list(named.values())


def _title_before(text: str, offset: int) -> tuple[str, int] | None:
    """The nearest title line above ``offset`` and where it (or its first copy) begins."""
    found: tuple[str, int] | None = None
    for line, start in _lines_up(text, offset, 14):
        bare = _bare(line)
        if not bare or _NO_TITLE.match(bare):
            continue
        if found is None:
            if len(bare) > 60:
                return None
            found = (_joined_letters(bare), start)
        elif "".join(bare.split()) == "".join(found[0].split()):
            found = (found[0], start)
        else:
            break
    return found


def _lines_up(text: str, offset: int, count: int) -> Iterator[tuple[str, int]]:
    """Up to ``count`` filled lines above ``offset``, nearest first, with their starts."""
    end = text.rfind("\n", 0, offset)
    while count and end > 0:
        start = text.rfind("\n", 0, end) + 1
        if text[start:end].strip():
            yield text[start:end], start
            count -= 1
        end = start - 1


def _bare(line: str) -> str:
    """A line without rule-book codes (``3—1—8～``), amendment marks and heading signs."""
    line = without_amendments(line.strip().lstrip("#").strip())
    return _LEADING_CODE.sub("", _CODE.sub("", line)).strip()


def _joined_letters(title: str) -> str:
    """``출 장 규 칙`` → ``출장규칙``; other titles as they stand."""
    words = title.split()
    if len(words) > 1 and all(len(word) == 1 for word in words):
        return "".join(words)
    return " ".join(words)
