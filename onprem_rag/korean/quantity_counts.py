"""How counts are written: 3명, 5급, 12km, 제2차, and what is left of numbers in figures."""

from __future__ import annotations

import re
from collections.abc import Iterator

from onprem_rag.korean.numerals import FIGURE, MIXED, NATIVE_WORD
from onprem_rag.korean.quantity_rules import (
    ALONE,
    FOLLOW,
    SINO_DIGIT,
    START,
    Rule,
    rule,
    value_in,
)

_SAME_UNIT = {"㎞": "km", "킬로미터": "km", "㎡": "제곱미터", "평방미터": "제곱미터", "㎏": "kg"}
_SAME_UNIT |= {"군데": "곳", "㎥": "m3", "세제곱미터": "m3"}
_SAME_UNIT |= {"킬로그램": "kg", "㎜": "mm", "밀리미터": "mm", "㎝": "cm", "센티미터": "cm"}
_SAME_UNIT |= {
    "미터": "m",
    "사람": "명",
    "인": "명",
    "차례": "회",
    "번": "회",
    "페이지": "쪽",
    "살": "세",
}
_MEASURES = (
    r"㎞|[kK]m|킬로미터|㎝|cm|센티미터|㎜|mm|밀리미터|㎡|제곱미터|평방미터|미터|세제곱미터|㎥|m3"
    r"|㎏|[kK]g|킬로그램|밀리그램|그램|톤|밀리리터|리터|[KMGT]B|kW|dB|데시벨|m(?!\w)|g(?!\w)"
)
COUNTERS = (
    r"명|인|회|건|점|부(?!터)|호봉|등급|급지|급|세|배|대|매|권|쪽|페이지|차례|차|단계|번(?!호)|과목|종|학점"
    r"|분기|학기|학년|박|표|석|실|가구|세대|곳|통|층|순위|위|좌|평|년차|주|가지|군데|사람|살|자리|호|촌"
    r"|배수|회계연도|근무시간|자녀|장"
)
_ORDINALS = "차|회|기|대|위|종|급|단계|분기|번|학기|학년|호봉|순위"


def read_count(match: re.Match[str]) -> str | None:
    """A number and its unit, which is the same for 명, 인 and 사람."""
    return value_in(match[1], _SAME_UNIT.get(match[2], match[2]))


def _ordinal(match: re.Match[str]) -> str | None:
    value = read_count(match)
    return value and "제" + value


def _bare(match: re.Match[str]) -> str | None:
    return "".join(match[0].split()).replace(",", "")


def counts() -> Iterator[Rule]:
    """The rules for counts."""
    yield rule("count", rf"{START}(?<!제)(?<!제 )({MIXED})\s?({COUNTERS}){FOLLOW}", read_count)
    yield rule(
        "count",
        rf"{START}(?<!제)({MIXED})\s?(개)(?![월년정인최선발시설별혁방폐편])",
        read_count,
        "개",
    )
    yield rule("count", rf"{START}({MIXED})\s?({_MEASURES})(?![A-Za-z])", read_count)
    yield rule(
        "count", rf"{ALONE}({SINO_DIGIT}{{2,}})\s?(명|인|회|건){FOLLOW}", read_count, "명 인 회 건"
    )
    some = rf"(?!한\s?(?:번|개|가지|차례|사람|곳|건)){NATIVE_WORD}"
    yield rule(
        "count",
        rf"{ALONE}({some})\s?(명|번|차례|개|가지|건|사람|곳|살|배|과목|군데){FOLLOW}",
        read_count,
    )
    yield rule("count", rf"제\s?(\d+)\s?({_ORDINALS}){FOLLOW}", _ordinal, "제")
    yield rule("count", r"제\s?(\d{4,})\s?(호)", _ordinal, "제")  # 법률 제1234호
    # Last resort: a telephone number, a table's cell. Marks such as "1." or "[1]" are no facts.
    yield rule(
        "count",
        r"(?<![\w.,(<\[-])\d[\d,]*\d(?:[.-]\d+)*(?![\w\])>%]|\\|[.)](?:\s|$)|,\d|\s?[~-]|/\d+\s?점)",
        _bare,
    )
    limit = r"(?=\s?(?:이상|이하|이내|미만|초과))"
    yield rule("count", rf"(?<![\w.,<-]){FIGURE}{limit}", _bare)
