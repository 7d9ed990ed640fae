"""What a rule is called, and of which kind it is."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

from ingest.split.contents import HEADING, led
from ingest.split.marks import mark_of, single_blanks

# The kinds of rules, the longer of two with one end first; all that read names of rules take these.
KINDS = (
    *(
        "시행령",
        "시행규칙",
        "시행세칙",
        "법률",
        "법",
        "규정",
        "규칙",
        "세칙",
        "준칙",
        "지침",
        "내규",
    ),
    *(
        "기준",
        "정관",
        "학칙",
        "회칙",
        "요령",
        "강령",
        "요강",
        "조례",
        "예규",
        "훈령",
        "고시",
        "편람",
    ),
    *("헌장", "령"),
)
KIND = re.compile(rf"({'|'.join(KINDS)})(?:\s*[(（【\[][^()（）【】\[\]]*[)）】\]])?$")
# A word in 법 that is a way of doing something; 소방법 and 가축전염병 예방법 are laws.
NO_LAW = re.compile(
    r"(?:어|용|공|기|비|수|작|화|해|편|불|위|적|합|입|요)법|[가-힣]*(?:(?<![소예국])방|문|(?:사|활)용)법"
)
_CODE = re.compile(
    r"[\s\d]*\d+\s*[—–-]\s*\d+(?:\s*[—–-]\s*\d+)?\s*(?:[—–～~∼〜-]\s*[*\d]{0,6})?\s*$"
)
_LEADING_CODE = re.compile(r"^\s*\d+\s*[—–-]\s*\d+\s*[—–-]\s*\d+\s*[—–～~-]*\s*")
_NO_TITLE = re.compile(
    r"[\W\d_]*$|[\ue000-\uf8ff\U000f0000-\U000fffff\u2500-\u257f\s]+$|[<〈＜(（\[【].*|.*[.:,]$"
    r"|제\s*\d+\s*[편장절관조].*|.*(?:제정|개정|시행).*\d{2,4}\s*[.년].*|.*\d{4}\s*\.\s*\d+\s*\.\s*\d+.*"
    r"|차\s*례|목\s*차|부\s*칙.*|\W{0,5}(?:소관|담당|주관|관리|문의)\s?(?:부서|부처|팀|과)?\s*[:：].*"
)
_FILE_NOISE = re.compile(
    r"^(?:new_)?[\d_]+(?=[^\d_])|\(\d{6,8}\)|_?\d{8}|_?(?:일부|전부)?개정|_?(?:신규)?제정"
    r"|[\s_(-]*(?:제?\s?\d\s?권|본문)\)?$|^_+|_+$"
)
_SIGNS = "#■□▣◆ "
_LONGEST, _LONGEST_PART = 100, 60  # letters of a title, and of a line of it
_IN_FORCE = re.compile(r"\s*\[시행[^\[\]]*\]\s*$")  # 여비규정 [시행 2026. 1. 1.]
# What the title of a new edition or its draft has besides the rule's: 지침(전부개정), 지침 (안)
_PARTLY = r"(?:일부|전부|전면)\s?[개제]정(?:법률|법|규정|규칙|지침|세칙|내규|요령|기준)?"
_CHANGED = rf"(?:{_PARTLY}|[개제]정)\s?안?"
_EDITION = re.compile(
    rf"\s*(?:[(（\[]\s*(?:{_CHANGED}|안|시행[^()（）\[\]]*)\s*[)）\]]|{_CHANGED})[\s」』]*$"
)
_QUOTED = re.compile(rf"[「『]([^「」『』]+)[」』](\s*[(（][^()（）]*[)）]|\s*{_CHANGED})?")
# What a file with nothing but annexes is of: 「여비규정」 [별표 1], ■ 여비규정 [별지 제2호서식],
# [별표 1] (여비규정 제5조 관련), 여비규정 별표 1.hwp
_OF_RULE = (
    re.compile(r"[「『]([^「」『』\n]{2,60})[」』]\s*(?:\[?\s*별\s?[표지]|의)"),
    re.compile(r"[^\w\s]\s*([\w·ㆍ ]{2,60}?)\s*\[\s*별\s?[표지]"),
    re.compile(r"\]\s*[「『]([^「」『』\n]{2,60})[」』]"),
)
_RELATED = re.compile(
    r"[(（][「『]?([^()（）「」『』\n]{2,60}?)[」』]?\s?제\s?\d+조[^()（）\n]{0,40}관련[)）]"
)
_ANNEX_LINE = re.compile(r"([^\[\]<>]{2,60}?)\s*\[\s*별\s?[표지][^\[\]]*\]\s*(?:<[^<>]*>)?")
_ANNEX_FILE = re.compile(r"[\s_\[(-]*별\s?[표지].*$")


def title_of(text: str, path: Path) -> str:
    """The title line at the head of ``text``, else the file's name without dates.

    A file that holds only annexes is called by the rule that it names: 「여비규정」 [별표 1].
    """
    first_article = re.search(r"(?m)^[^\S\n]*제\s*1\s*조", text)
    head = text[: first_article.start()] if first_article else text[:400]
    lines = [bare(line) for line in head[:20_000].split("\n") if line.strip() and not led(line)]
    for at, line in enumerate(lines[:8]):
        longest = _LONGEST if KIND.search(line) else _LONGEST_PART
        if not line or _NO_TITLE.match(line) or len(line) > longest:
            continue
        annexed = _ANNEX_LINE.fullmatch(line)
        if annexed and KIND.search(unwrapped(annexed[1])):
            return single_blanks(unwrapped(annexed[1]))
        for candidate in (line, " ".join(lines[at : at + 2])):
            if KIND.search(candidate) and len(candidate) <= _LONGEST:
                return single_blanks(candidate)
        if first_article:
            return single_blanks(line)
    first = mark_of(head.lstrip().split("\n", 1)[0], 0)
    if first and first.level == "별표":
        return _of_annexes(head, path)
    return title_of_file(path)


def _of_annexes(head: str, path: Path) -> str:
    """The rule that annexes are of, as they or the file's name say; else the file's name."""
    named = [found[1] for form in _OF_RULE if (found := form.search(head))]
    whole, related = title_of_file(path), _RELATED.search(head)
    names = (*named, _ANNEX_FILE.sub("", whole), related[1] if related else "")
    return next((single_blanks(one) for one in names if KIND.search(one)), whole)


def title_of_file(path: Path) -> str:
    """``3_06_출장규칙(240214).pdf`` → ``출장규칙``."""
    name = unicodedata.normalize("NFC", path.stem)
    return _FILE_NOISE.sub("", name).replace("_", " ").strip() or name


def kind_of(title: str) -> str:
    """법률, 규정, 지침 …, be it of a draft; 문서 where the title names none."""
    title = without_edition(title)
    found = KIND.search(title)
    if not found or (found[1] == "법" and NO_LAW.fullmatch(title[: found.end(1)].split()[-1])):
        return "문서"
    return {"법": "법률", "령": "시행령"}.get(found[1], found[1])


def bare(line: str) -> str:
    """A line without rule-book codes (``3—1—8～``), and ``unwrapped``."""
    line = _IN_FORCE.sub("", line.strip().lstrip(_SIGNS))
    return unwrapped(_LEADING_CODE.sub("", _CODE.sub("", line)))


@lru_cache(1 << 16)  # every plan asks for the titles of all versions
def unwrapped(title: str) -> str:
    """A title without heading signs, the day of its edition, and quotes around it."""
    title = _IN_FORCE.sub("", title.strip().lstrip(_SIGNS)).strip()
    return _QUOTED.sub(r"\1\2", title) if _QUOTED.fullmatch(title) else title


def without_edition(title: str) -> str:
    """A title without 개정안, (전부개정), [시행 2026. 1. 1.] at its end."""
    while title != (title := _EDITION.sub("", title)):
        pass
    return title


def names_no_rule(line: str) -> bool:
    """Whether a line of a title block is a date, a sign, a code or the heading of something."""
    return not line or bool(_NO_TITLE.match(line) or HEADING.match(line))
