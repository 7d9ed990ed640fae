"""Which lines of a rule are headings: Part, Chapter, Section, Article, Addenda, Annex."""

from __future__ import annotations

import re
from typing import NamedTuple

CONTAINERS = "편장절관"
DELETED = "삭제"
_CONTAINER = re.compile(r"\s*제\s*(\d+)\s*([편장절관])(?:\s*의\s*(\d+))?(?!\w)\s*(.{0,60})$")
_CONTAINER_GOES_ON = re.compile(r"(?:에|의\s|을\s|를\s|와\s|과\s|및\s|부터|까지|내지|,|제\s*\d)")
# Some PDFs have lost the 조 of a heading: 제5 (목차) counts where 5 is the number that follows.
_ARTICLE = re.compile(
    r"\s*[제재]\s*(\d+)(?:\s*(조)|(?=\s+\())(?:(?:\s*의\s*|(?<=조)\s?(?=\d{1,2}\s?[(（]))(\d+)(?!\d*\s*[항호조]))?\s*(.*)$"
)
_RANGE = re.compile(
    r"(?:내지|부터|및|[,~∼～〜ㆍ·–-])\s*제?\s*(\d+)\s*조(?:\s*의\s*(\d+))?\s*(?:까지)?[은는]?"
    r"\s*[(（<\[]?\s*(?:각각\s*)?(삭\s*제|생\s*략)"
)
_DELETED = re.compile(r"[(（<\[]?\s*삭\s*제")
_TITLE = re.compile(r"[(（\[【〔]([^()（）\[\]【】〔〕]*(?:\([^()]*\)[^()（）]*)*)[)）\]】〕](.*)$")
_PARTICLE = re.compile(
    r"(?:에|의\s|의제|을\s|를\s|와\s|과\s|및|부터|까지|로\s|내지|ㆍ제|·제|,\s*제|\s*제\s*\d+\s*[항호])"
)
# Right after a title: 제5조(정의)에 따른 … is a reference, 제5조(목적)에너지의 … is a heading.
_REFERS = re.compile(r"(?:에\s|에서|에게|에는|에도|의\s|을\s|를\s|와\s|과\s|로\s|부터|까지)")
_GOES_ON = re.compile(
    r"(?:제\s*\d+\s*[항호조]|에\s|에서|에게|의\s|을\s|를\s|와\s|과\s|및\s|또는\s|내지\s|부터|까지|[,ㆍ·.])"
)
_ADDENDA = re.compile(
    r"\s*[\[<(【〔]?\s*부\s*칙\s*[\])>】〕]?\s*(?:[<(\[〈（＜].*|제?\s*\d+\s*호.*|['’]?\d{2,4}\s*[.년].*)?$"
)
_ADDENDA_LETTERS = re.compile(r"부\s+칙")
_ANNEX = re.compile(
    r"\s*(?:■\s*(?:[^\[\]<>\n]{0,60}(?=[\[<]))?|[「『][^「」『』\n]{2,60}[」』]\s*(?=[\[<〔【]))?(?P<open>[\[<〔【〈＜(（])?\s*(?P<kind>별\s*표|별\s*지|(?<=[\[<〔【〈＜])\s?별\s*첨)\s*"
    r"(?:서\s*식\s*)?(?:제?\s*(?P<number>\d+)\s*호?(?:\s*(?:의|-)\s*(?P<sub>\d+))?)?\s*호?\s*(?:서\s*식)?"
    r"(?:(?P<name>[^\]>〕】〉＞\n]{0,30}?)(?P<close>[\]>〕】〉＞)）](?![\]>〕】〉＞])))?(?P<rest>[^\n]*)$"
)
_ANNEX_GOES_ON = re.compile(
    r"(?:과|와|에|의|을|를|이|은|는|로|에서|참조|및|,|또는|호)(?:\s|$|\w{0,3}\s)"
)
_NO_ANNEX_NAME = re.compile(
    r"[(（]\s?(?:제\s?\d[^()（）]{0,40}관련|[앞뒤]\s?[면쪽][^()（）]{0,20})\s?[)）]|\W*"
)
_HEADS = frozenset("제재부별■「『[<〔【〈＜(（")
_LONGEST = 400  # characters of a line that are looked at: hostile lines have a million


class Mark(NamedTuple):  # a book has 7,000: made five times as fast as a dataclass
    """One heading. ``level`` is 편, 장, 절, 관, 조, 부칙 or 별표; offsets in the text."""

    level: str
    label: str  # "제2장 근무", "제15조", "부칙 <2020. 1. 1.>", "별표 1"
    title: str
    start: int
    end: int  # of the heading itself: running text may follow on its line
    number: tuple[int, int] = (0, 0)  # (15, 2) for 제15조의2
    last: tuple[int, int] = (0, 0)  # (82, 0) for 제69조 내지 제82조 삭제; else as ``number``
    certain: bool = True  # a line that could also be running text is uncertain
    after_sentence: bool = True  # False where the line above does not end a sentence


def may_be_heading(line: str) -> bool:
    """Whether a line begins as headings do: few get past it."""
    return line.lstrip()[:1] in _HEADS


def mark_of(line: str, start: int) -> Mark | None:
    """The heading that ``line`` (which begins at ``start``) may be, by its form alone."""
    if not may_be_heading(line):
        return None
    line = line[:_LONGEST]
    return (
        _container(line, start)
        or _article(line, start)
        or _addenda(line, start)
        or _annex(line, start)
    )


def next_title(line: str) -> tuple[str, int] | None:
    """The title in brackets with which ``line`` begins, and where it ends: that of 제6조 above."""
    found = _TITLE.match(line[:_LONGEST].lstrip())
    if not found or len(found[1]) > 60 or _REFERS.match(found[2]):
        return None
    return single_blanks(found[1]), len(line) - len(line.lstrip()) + found.start(2)


def single_blanks(text: str) -> str:
    """``text`` with single blanks, and without those between single letters: 총  칙."""
    words = text.split()
    if len(words) > 1 and all(len(word) == 1 for word in words):
        return "".join(words)
    return " ".join(words)


def _container(line: str, start: int) -> Mark | None:
    found = _CONTAINER.match(line)
    if not found or _CONTAINER_GOES_ON.match(found[4]) or found[4].rstrip().endswith("다."):
        return None
    sub = f"의{found[3]}" if found[3] else ""
    number = (int(found[1]), int(found[3] or 0))
    title = single_blanks(found[4])
    label = f"제{number[0]}{found[2]}{sub} {title}".strip()
    return Mark(found[2], label, title, start, start + len(line), number, number)


def _article(line: str, start: int) -> Mark | None:
    found = _ARTICLE.match(line)
    if not found:
        return None
    number = (int(found[1]), int(found[3] or 0))
    label = f"제{number[0]}조" + (f"의{number[1]}" if number[1] else "")
    rest, after_number = found[4], start + found.start(4)
    whole = bool(found[2]) and line.lstrip().startswith("제")
    if several := _RANGE.match(rest):
        last = (int(several[1]), int(several[2] or 0))
        title = "".join(several[3].split())
        return Mark("조", label, title, start, start + len(line), number, max(number, last))
    if _DELETED.match(rest):
        return Mark("조", label, DELETED, start, after_number, number, number)
    if titled := _TITLE.match(rest):
        title, after = single_blanks(titled[1]), titled[2]
        if len(title) > 60 or _REFERS.match(after):
            return None
        if after.lstrip().startswith(DELETED):
            title = DELETED
        end = after_number + titled.start(2)
        certain = whole and not _PARTICLE.match(after)
        return Mark("조", label, title, start, end, number, number, certain)
    if _GOES_ON.match(rest):
        return None
    return Mark("조", label, "", start, after_number, number, number, certain=False)


def _addenda(line: str, start: int) -> Mark | None:
    if len(line) > 200 or not _ADDENDA.match(line) or line.rstrip().endswith("다."):
        return None
    label = _ADDENDA_LETTERS.sub("부칙", " ".join(line.split()))
    return Mark("부칙", label, "", start, start + len(line))


def _annex(line: str, start: int) -> Mark | None:
    found = _ANNEX.match(line) if "별" in line[:70] else None
    if not found:
        return None
    rest = found["rest"].strip()
    bracketed = bool(found["open"] and found["close"])
    if _ANNEX_GOES_ON.match(found["rest"]):
        return None
    if line.rstrip().endswith("다.") or (
        not bracketed and (found["open"] or len(line.strip()) > 40)
    ):
        return None
    kind = "".join(found["kind"].split())
    sub = f"의{found['sub']}" if found["sub"] else ""
    if kind != "별지":
        label = f"{kind} {found['number']}{sub}" if found["number"] else kind
    else:
        label = f"별지 제{found['number']}호{sub}서식" if found["number"] else "별지"
    title = single_blanks(rest)
    if not names_annex(title):
        title = single_blanks(found["name"] or "")  # [별지 제3호서식 휴직원]
    return Mark("별표", label, _unbracketed(title), start, start + len(line))


def names_annex(line: str) -> bool:
    """Whether a line names an annex: not ``(제2조 관련)`` or ``(앞쪽)``."""
    return bool(line) and not _NO_ANNEX_NAME.fullmatch(line)


def _unbracketed(title: str) -> str:
    whole = title.startswith("(") and title.endswith(")") and title.count("(") == 1
    return title[1:-1].strip() if whole else title
