"""The numbers that Word writes before paragraphs: 제1조, ①, 1., 가."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from lxml.etree import _Element

from ingest.readers.hancom.numerals import written as written_in
from ingest.readers.zipped import attribute, child, count_of, local

_LEVELS = 9
_DEEPEST_STYLE = 20  # styles based on styles; a chain that is longer runs in a circle
_SERIES = {  # Word's names of what Hangul has too
    "decimalEnclosedCircle": "CIRCLEDDIGIT",
    "decimalEnclosedCircleChinese": "CIRCLEDDIGIT",
    "ganada": "HANGULSYLLABLE",
    "chosung": "HANGULJAMO",
    "koreanCounting": "HANGULPHONETIC",
    "chineseCounting": "IDEOGRAPH",
    "japaneseCounting": "IDEOGRAPH",
    "taiwaneseCounting": "IDEOGRAPH",
    "ideographTraditional": "DECAGONCIRCLEHANJA",
    "upperRoman": "ROMANCAPITAL",
    "lowerRoman": "ROMANSMALL",
    "upperLetter": "LATINCAPITAL",
    "lowerLetter": "LATINSMALL",
}
_DIGITS = {
    "koreanDigital": "영일이삼사오육칠팔구",
    "koreanDigital2": "零一二三四五六七八九",
    "ideographDigital": "〇一二三四五六七八九",
    "decimalFullWidth": "０１２３４５６７８９",
    "decimalFullWidth2": "０１２３４５６７８９",
}
_ENCLOSED = {"decimalEnclosedParen": "⑴", "decimalEnclosedFullstop": "⒈"}  # 20 of each
_ONES = ("", "하나", "둘", "셋", "넷", "다섯", "여섯", "일곱", "여덟", "아홉")
_TENS = ("", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔")
_PLACEHOLDER = re.compile(r"%([1-9])")


@dataclass(frozen=True, slots=True)
class Level:
    """How one level of a list is numbered."""

    start: int = 1
    format: str = "decimal"
    text: str = ""
    gap: str = " "
    style: str | None = None  # paragraphs of this style are of this level
    legal: bool = False  # every number in it is an Arabic one
    restart: int | None = None  # the level (from 1) after which it begins anew; 0 for never


@dataclass(slots=True)
class _List:
    """One list: its levels, where its count is kept, and where it begins anew."""

    abstract: str
    levels: dict[int, Level]
    restarts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """Counts the paragraphs of one document, which it must be shown in order."""

    def __init__(self, numbering: _Element | None, styles: _Element | None) -> None:
        self._lists = _lists(numbering)
        self._styles = {
            attribute(style, "styleId") or "": style
            for style in (styles if styles is not None else ())
            if local(style) == "style"
        }
        self._default = next(
            (
                name
                for name, style in self._styles.items()
                if attribute(style, "type") == "paragraph" and _on(attribute(style, "default"))
            ),
            None,
        )
        self._counts: dict[str, dict[int, int]] = {}
        self._begun: set[str] = set()

    def before(self, properties: _Element | None) -> str:
        """What stands before a paragraph with these properties (``w:pPr``)."""
        number, level = self._place(properties)
        found = self._lists.get(number) if number else None
        if found is None or level not in found.levels:
            return ""
        self._count(number or "", found, level)
        return self._written(found, level)

    def _place(self, properties: _Element | None) -> tuple[str | None, int]:
        """The list and the level of a paragraph: its own, else that of its style."""
        own = child(properties, "numPr")
        number = attribute(child(own, "numId"), "val")
        level = count_of(attribute(child(own, "ilvl"), "val"), None)
        style = attribute(child(properties, "pStyle"), "val") or self._default
        for _ in range(_DEEPEST_STYLE):
            if number is not None or style not in self._styles:
                break
            inherited = child(self._styles[style], "pPr", "numPr")
            number = attribute(child(inherited, "numId"), "val")
            if level is None:
                level = count_of(attribute(child(inherited, "ilvl"), "val"), None)
            if number in self._lists and level is None:
                levels = self._lists[number].levels.items()
                level = next((at for at, one in levels if one.style == style), None)
            style = attribute(child(self._styles[style], "basedOn"), "val")
        return number, level or 0

    def _count(self, number: str, found: _List, level: int) -> None:
        counts = self._counts.setdefault(found.abstract, {})
        if number not in self._begun:
            self._begun.add(number)
            for at, start in found.restarts.items():
                counts[at] = start - 1
        counts[level] = counts.get(level, found.levels[level].start - 1) + 1
        for at in [at for at in counts if at > level]:
            restart = found.levels.get(at, Level()).restart
            if restart is None or level < restart:
                del counts[at]

    def _written(self, found: _List, level: int) -> str:
        own = found.levels[level]
        if own.format == "bullet":
            mark = "".join("•" if "\ue000" <= sign <= "\uf8ff" else sign for sign in own.text)
            return mark + own.gap if mark.strip() else ""
        counts = self._counts[found.abstract]

        def value(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            one = found.levels.get(at, Level())
            kind = "decimal" if own.legal and one.format != "none" else one.format
            return written(counts.get(at, one.start), kind)

        text = _PLACEHOLDER.sub(value, own.text)
        return text + own.gap if text.strip() else ""


def _lists(root: _Element | None) -> dict[str, _List]:
    """Every list by its id (``w:numId``)."""
    parts = list(root) if root is not None else []
    abstracts = {attribute(one, "abstractNumId"): one for one in parts if _is(one, "abstractNum")}
    styled = {
        attribute(link, "val"): one
        for one in abstracts.values()
        if (link := child(one, "styleLink")) is not None
    }
    found = {}
    for one in parts:
        identity = attribute(one, "numId")
        abstract = abstracts.get(attribute(child(one, "abstractNumId"), "val"))
        if not _is(one, "num") or identity is None or abstract is None:
            continue
        if (link := child(abstract, "numStyleLink")) is not None:
            abstract = styled.get(attribute(link, "val"), abstract)
        item = _List(attribute(abstract, "abstractNumId") or "", _levels(abstract))
        for override in (part for part in one if _is(part, "lvlOverride")):
            at = count_of(attribute(override, "ilvl"), None) or 0
            item.levels |= _levels(override)
            start = count_of(attribute(child(override, "startOverride"), "val"), None)
            if start is not None:
                item.restarts[at] = start
                item.levels[at] = replace(item.levels.get(at, Level()), start=start)
        found[identity] = item
    return found


def _levels(parent: _Element) -> dict[int, Level]:
    return {
        at: _level(one)
        for one in parent
        if _is(one, "lvl") and 0 <= (at := count_of(attribute(one, "ilvl"), None) or 0) < _LEVELS
    }


def _level(element: _Element) -> Level:
    def value(name: str) -> str | None:
        return attribute(child(element, name), "val")

    legal = child(element, "isLgl")
    start = count_of(value("start"), None)
    return Level(
        start=1 if start is None else start,
        format=value("numFmt") or "decimal",
        text=value("lvlText") or "",
        gap="" if value("suff") == "nothing" else " ",
        style=value("pStyle"),
        legal=legal is not None and _on(attribute(legal, "val") or "1"),
        restart=count_of(value("lvlRestart"), None),
    )


def _is(element: _Element, name: str) -> bool:
    return local(element) == name


def _on(value: str | None) -> bool:
    return value in {"1", "true", "on"}


def written(number: int, kind: str) -> str:
    """A number in one of Word's ways of writing them; in digits where it has no such form."""
    if kind == "none":
        return ""
    if digits := _DIGITS.get(kind):
        return str(number).translate(str.maketrans("0123456789", digits))
    if kind in _ENCLOSED and 1 <= number <= 20:
        return chr(ord(_ENCLOSED[kind]) + number - 1)
    if kind == "koreanLegal" and 1 <= number <= 99:
        return _TENS[number // 10] + _ONES[number % 10]
    if kind == "decimalZero":
        return f"{number:02}"
    return written_in(number, _SERIES.get(kind, "DIGIT"))
