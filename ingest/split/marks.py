"""Which lines of a rule are headings: Part, Chapter, Section, Article, Addenda, Annex."""

from __future__ import annotations

import re
from dataclasses import dataclass

_AMENDMENT = re.compile(
    r"\s*[<〈＜]\s*(?:개정|신설|삭제|전문|본조|제목|종전|단서|일부|\d{4})[^>〉＞]*[>〉＞]"
)
_CONTAINER = re.compile(r"\s*제\s*(\d+)\s*([편장절관])(?:\s*의\s*(\d+))?(?!\w)\s*(.{0,60})$")
# Some PDFs have lost the 조 of a heading: 제5 (목차) counts where 5 is the number that follows.
_ARTICLE = re.compile(
    r"\s*[제재]\s*(\d+)(?:\s*(조)|(?=\s+\())(?:\s*의\s*(\d+)(?!\d*\s*[항호조]))?\s*(.*)$"
)
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
_ANNEX = re.compile(
    r"\s*(?P<open>[\[<〔【〈＜(（])?\s*(?P<kind>별\s*표|별\s*지)\s*"
    r"(?:제?\s*(?P<number>\d+)\s*호?(?:\s*(?:의|-)\s*(?P<sub>\d+))?)?\s*호?\s*(?:서\s*식)?"
    r"[^\]>〕】〉＞)）\n]{0,30}?(?P<close>[\]>〕】〉＞)）])?(?P<rest>[^\n]*)$"
)


@dataclass(frozen=True, slots=True)
class Mark:
    """One heading line. ``level`` is 편, 장, 절, 관, 조, 부칙 or 별표; offsets in the text."""

    level: str
    label: str  # "제2장 근무", "제15조", "부칙", "별표 1"
    title: str
    start: int
    number: tuple[int, int] = (0, 0)  # (15, 2) for 제15조의2
    certain: bool = True  # a line that could also be running text is uncertain


def mark_of(line: str, start: int) -> Mark | None:
    """The heading that ``line`` (which begins at ``start``) may be, by its form alone."""
    head = line.lstrip()[:2]
    if not head or (head[0] not in "제재부별[<〔【〈＜(（"):
        return None
    return (
        _container(line, start)
        or _article(line, start)
        or _addenda(line, start)
        or _annex(line, start)
    )


def without_amendments(text: str) -> str:
    """A title without ``<개정 2020. 1. 1.>`` and with single blanks."""
    return " ".join(_AMENDMENT.sub("", text).split())


def _container(line: str, start: int) -> Mark | None:
    found = _CONTAINER.match(line)
    if (
        not found
        or found[4].startswith(("에", "의 ", "을 ", "를 ", "제"))
        or found[4].endswith("다.")
    ):
        return None
    sub = f"의{found[3]}" if found[3] else ""
    title = without_amendments(found[4])
    label = f"제{int(found[1])}{found[2]}{sub} {title}".strip()
    return Mark(found[2], label, title, start)


def _article(line: str, start: int) -> Mark | None:
    found = _ARTICLE.match(line)
    if not found:
        return None
    number = (int(found[1]), int(found[3] or 0))
    label = f"제{number[0]}조" + (f"의{number[1]}" if number[1] else "")
    rest = found[4]
    whole = bool(found[2]) and line.lstrip().startswith("제")
    if rest.startswith("삭제"):
        return Mark("조", label, "삭제", start, number)
    if titled := _TITLE.match(rest):
        title, after = " ".join(titled[1].split()), titled[2]
        if len(title) > 60 or _REFERS.match(after):
            return None
        if after.lstrip().startswith("삭제"):
            title = "삭제"
        return Mark("조", label, title, start, number, whole and not _PARTICLE.match(after))
    if _GOES_ON.match(rest):
        return None
    return Mark("조", label, "", start, number, certain=False)


def _addenda(line: str, start: int) -> Mark | None:
    if len(line) > 80 or not _ADDENDA.match(line):
        return None
    return Mark("부칙", " ".join(line.split()).replace("부 칙", "부칙"), "", start)


def _annex(line: str, start: int) -> Mark | None:
    found = _ANNEX.match(line) if "별" in line[:6] else None
    if not found:
        return None
    rest = found["rest"].strip()
    bracketed = bool(found["open"] and found["close"])
    if re.match(
        r"(?:과|와|에|의|을|를|이|은|는|로|에서|참조|및|,|또는|호)(?:\s|$|\w{0,3}\s)", found["rest"]
    ):
        return None
    if not bracketed and (found["open"] or len(line.strip()) > 40 or line.rstrip().endswith("다.")):
        return None
    kind = "".join(found["kind"].split())
    sub = f"의{found['sub']}" if found["sub"] else ""
    if kind == "별표":
        label = f"별표 {found['number']}{sub}" if found["number"] else "별표"
    else:
        label = f"별지 제{found['number']}호{sub}서식" if found["number"] else "별지"
    return Mark("별표", label, _unbracketed(without_amendments(rest)), start)


def _unbracketed(title: str) -> str:
    whole = title.startswith("(") and title.endswith(")") and title.count("(") == 1
    return title[1:-1].strip() if whole else title
