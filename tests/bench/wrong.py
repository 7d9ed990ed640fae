"""Ten ways of saying something wrong, one a case; comparators and modality apart.

A way takes a true text and gives one that says something else, or ``None``. What is put in is
compared with what the two passages state, so that no case is true by chance.
"""

from __future__ import annotations

import re
from random import Random

from tests.bench.endings import flips, inner_flips
from tests.bench.hangul import joined
from tests.bench.pieces import Piece, Setting
from tests.bench.values import values
from tests.bench.wrong_values import Way, changed_value, swap

_REFERENCE = re.compile(
    r"(?<![\d가-힣])제(?P<article>\d+)조(?:의\d+)?(?:제(?P<paragraph>\d+)항)?(?!의\d)"
)
_PARAGRAPH = re.compile(r"(?<![가-힣\d])(?P<of>제\d+조(?:의\d+)?)?제(?P<paragraph>\d+)항")
_LIMIT = re.compile(
    r"(?:을|를|이|가)? ?(이상|이하|초과(?![근수하할한된])|미만|이내|까지|부터|전까지|이전|이후)"
)
_OPPOSITE = {
    "이상": ("미만", "이하", "초과"), "이하": ("초과", "이상", "미만"),
    "초과": ("미만", "이하", "이상"), "미만": ("이상", "초과", "이하"), "이내": ("이상", "초과"),
    "까지": ("부터",), "부터": ("까지",), "전까지": ("후부터",), "이전": ("이후",),
    "이후": ("이전",),
}  # fmt: skip
_END = r"(?=(?:은|는|이|가|을|를|의|에게|에|과|와|으로|로|도)?(?:[\s,.)ㆍ·]|$))"
NAMES = {
    "title": re.compile(r"(?<=「)[^「」]{3,30}(?=」)"),
    "minister": re.compile(rf"(?<![가-힣\d])[가-힣]{{2,7}}(?:부장관|처장|청장){_END}"),
    "committee": re.compile(rf"(?<![가-힣\d])[가-힣]{{2,10}}(?:위원회|심의회|협의회|이사회){_END}"),
    "head": re.compile(
        rf"(?<![가-힣\d])(?:[가-힣]{{0,6}}(?:총장|본부장|부서장|팀장|실장|국장|과장|센터장|이사장|학장|소장|단장|관장|교장|부장)"
        rf"|[가-힣]{{0,6}}원장|구청장|시장|도지사){_END}"
    ),
    "body": re.compile(
        rf"(?<![가-힣\d])[가-힣]{{2,9}}(?:진흥원|연구원|공단|공사|은행|법원|검찰청|경찰청|대학교|학회|연구소|센터|교육청)"
        rf"{_END}"
    ),
}


def article_inside(text: str, _piece: Piece, setting: Setting, pick: Random) -> str | None:
    """제9조 for 제8조 in a sentence that names an article."""
    found = [one for one in _REFERENCE.finditer(text) if not _in_range(text, one)]
    if not found:
        return None
    one = pick.choice(found)
    mentioned = {int(number) for number in re.findall(r"제(\d+)조", text)}
    number = int(one["article"])
    news = [number + step for step in (1, -1, 2, 3, 10) if number + step > 0]
    news = [new for new in news if new not in mentioned]
    return _renumbered(text, one, "article", pick.choice(news), setting)


def _in_range(text: str, one: re.Match[str]) -> bool:
    """제3조부터 제5조까지: a border of it may be moved without the other words changing."""
    return bool(re.match(r"부터|까지", text[one.end() :]))


def _renumbered(text: str, one: re.Match[str], what: str, new: int, setting: Setting) -> str | None:
    """The text with another number, unless the passages say it of that one too."""
    changed = text[: one.start(what)] + str(new) + text[one.end(what) :]
    around = changed[one.start() : one.end() + 8]
    return None if setting.states(around) else changed


def paragraph_inside(text: str, _piece: Piece, setting: Setting, pick: Random) -> str | None:
    """제3항 for 제2항 in a sentence that names one."""
    found = list(_PARAGRAPH.finditer(text))
    if not found:
        return None
    one = pick.choice(found)
    mentioned = {int(number) for number in re.findall(r"제(\d+)항", text)}
    number = int(one["paragraph"])
    news = [new for step in (1, -1, 2, 3) if (new := number + step) > 0 and new not in mentioned]
    return _renumbered(text, one, "paragraph", pick.choice(news), setting)


def other_article(piece: Piece, setting: Setting, pick: Random) -> str | None:
    """The place of a piece with another article: the neighbour's, or one near by."""
    place = pick.choice((piece.place, piece.passage.article))
    right = re.match(r"제(\d+)조(?:의\d+)?", place or "")
    if not place or not right:
        return None
    neighbour = setting.passages[1].article or ""
    if pick.random() < 0.5 and re.fullmatch(r"제\d+조(?:의\d+)?", neighbour):
        new = neighbour
    else:
        number = int(right[1]) + pick.choice((-2, -1, 1, 2, 5, 10))
        new = f"제{number}조" if number > 0 else ""
    return new + place[right.end() :] if new and new != right[0] else None


def other_paragraph(piece: Piece, _setting: Setting, pick: Random) -> str | None:
    """The place of a piece with another 항."""
    if not piece.paragraph or not (piece.passage.article or "").startswith("제"):
        return None
    news = [new for step in (-1, 1, 2, 3) if (new := piece.paragraph + step) > 0]
    return f"{piece.passage.article}제{pick.choice(news)}항"


def comparator(text: str, _piece: Piece, setting: Setting, pick: Random) -> str | None:
    """5명 이상 → 5명 미만."""
    places = []
    for value in values(text):
        if limit := _LIMIT.match(text, value.end):
            places.append((value, limit))
    pick.shuffle(places)
    for value, limit in places:
        others = list(_OPPOSITE[limit[1]])
        if limit[1] == "이내" and text.startswith("에", limit.end()):
            others = ["이후"]
        pick.shuffle(others)
        for new in others:
            changed = joined(text[: limit.start(1)] + new, text[limit.end(1) :])
            if not setting.states(value.text + limit[0][: -len(limit[1])] + new):
                return changed
    return None


def modality(text: str, _piece: Piece, setting: Setting, pick: Random) -> str | None:
    """할 수 있다 ↔ 하여야 한다 ↔ 아니 된다, 한다 ↔ 하지 아니한다."""
    inside = inner_flips(text)
    turned = inside if inside and pick.random() < 0.3 else flips(text)
    turned = [one for one in turned if not setting.states(one)]
    return pick.choice(turned) if turned else None


def name(text: str, _piece: Piece, setting: Setting, pick: Random) -> str | None:
    """Another institution, statute, position or committee of the same class."""
    found = [(kind, one) for kind, pattern in NAMES.items() for one in pattern.finditer(text)]
    if not found:
        return None
    kind, one = pick.choice(found)
    for _ in range(20):
        new = pick.choice(setting.names[kind])
        kin = new.endswith(one[0]) or one[0].endswith(new) or new in one[0] or one[0] in new
        if not kin and not setting.states(new):
            return joined(text[: one.start()] + new, text[one.end() :])
    return None


INSIDE: dict[str, Way] = {
    "article": article_inside,
    "paragraph": paragraph_inside,
    "amount": changed_value("amount"),
    "date": changed_value("date"),
    "period": changed_value("period"),
    "percentage": changed_value("percentage"),
    "count": changed_value("count"),
    "comparator": comparator,
    "modality": modality,
    "name": name,
    "swap": swap,
}
PLACES = {"article": other_article, "paragraph": other_paragraph}


def may_hold(way: str, text: str) -> bool:
    """Whether the text holds anything that the way changes; cheap."""
    if way in ("amount", "date", "period", "percentage", "count"):
        return any(value.kind == way for value in values(text))
    if way in ("comparator", "swap"):
        return bool(values(text))
    return True
