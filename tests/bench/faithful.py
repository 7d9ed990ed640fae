"""Paraphrases by rule that say what the quoted text says. What a rule can't do is ``None``.

Thrown away after reading what they made: a subject filled in from the sentence before
("이 경우 원장은 …": two in five had a subject of their own), moving a clause that holds 하고
or 하며 (its other half changed its subject), 7일 as 1주 where holidays are not counted,
3월 as 3개월, 만 2세반 as 두 살반.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from tests.bench.endings import casual, connected, nominal, plainer, polite, possible, shorter
from tests.bench.hangul import chinese, joined, native
from tests.bench.pieces import Piece
from tests.bench.values import Value, values

Rule = Callable[[str, Piece, Piece, Random], str | None]

_ORGAN = (
    r"(?:[^\s,]+ ){0,3}?[가-힣ㆍ·]*"
    r"(?:장|자|인|위원|임원|직원|회원|학원|회|장관|기관|청|처|사람|공무원|교원|국가|법원)(?:은|는)"
)
_CONDITION = r"[^,.]{6,90}?(?:경우에는|경우에|때에는|[하한는] 경우(?= )|[가-힣]기 위하여(?= ))"
_TOPIC_FIRST = re.compile(rf"(?P<topic>{_ORGAN}),? (?P<condition>{_CONDITION}),? (?P<rest>.{{8,}})")
_CONDITION_FIRST = re.compile(
    rf"(?P<condition>{_CONDITION}),? "
    r"(?P<topic>[가-힣]{2,12}(?:장|위원|직원|위원회|장관|청|공무원)(?:은|는)) (?P<rest>.{8,})"
)
_CLAUSES = re.compile(r"(?:하며|으며|하고|이며|이고|되며|되고|하되|[은는] [가-힣]+[은는] )")
_NO_TOPIC = re.compile(
    r"목적|정의|적용|시행|기타|벌칙|준용|과태료|경과|다른|특례|기능|설치|원칙|책무|의무|구성|삭제|\(|,"
)
_WORKING_DAYS = re.compile(r"휴일|근무일|영업일|토요일|평일")  # 7 of them are no week
_COUNTED = {"명": "명", "회": "차례", "세": "살", "개": "개", "건": "건", "과목": "과목"}
_WON = 10_000


def units(text: str, _piece: Piece, _other: Piece, pick: Random) -> str | None:
    """3천만원 → 30,000,000원, 1년 6개월 → 18개월, 100분의 5 → 5%, 2주 → 14일, and back."""
    sign = pick.choice(("%", "퍼센트"))
    whole_weeks = not _WORKING_DAYS.search(text)
    return _replaced(text, lambda value: _converted(value, sign, whole_weeks))


def _replaced(text: str, said: Callable[[Value], str | None]) -> str | None:
    found = text
    for value in reversed(values(text)):
        around = text[value.start - 1 : value.start] + text[value.end : value.end + 1]
        if not re.search(r"[~∼～-]", around) and (new := said(value)):  # 3~5명 is one value
            after = found[value.end :]
            read = joined(new.replace("%", "퍼센트"), after)
            found = found[: value.start] + new + read[len(new.replace("%", "퍼센트")) :]
    return found if found != text else None


def _converted(value: Value, sign: str, whole_weeks: bool) -> str | None:
    unit, number = value.same
    if value.kind == "amount":
        won = int(number)  # type: ignore[call-overload]
        if re.search(r"[천만억]", value.text):
            return f"{won:,}원"
        return f"{_in_words(won)}원" if won and not won % _WON else None
    if value.kind == "percentage":
        if hundredth := re.fullmatch(r"100분의 ?(\d+(?:\.\d+)?)", value.text):
            return hundredth[1] + sign
        if value.text.endswith("%"):
            return value.text[:-1].strip() + "퍼센트"
        if value.text.endswith("퍼센트"):
            bare = value.text[:-3].strip()
            return f"100분의 {bare}" if sign == "퍼센트" and bare.isdigit() else bare + "%"
        return None
    if value.kind != "period":
        return None
    count = int(number)  # type: ignore[call-overload]
    if unit == "month":
        if "년" in value.text:
            return f"{count}개월"
        years, months = divmod(count, 12)
        return f"{years}년" + (f" {months}개월" if months else "") if years else None
    if unit == "day":
        if "주" in value.text:
            return f"{count}일" + ("간" if value.text.endswith("간") else "")
        return f"{count // 7}주" if whole_weeks and not count % 7 and count <= 28 else None
    if count % 60 or "시간" in value.text:
        return None
    return f"{count // 60}시간"


def _in_words(won: int) -> str:
    """30000000 as 3천만, 150000000 as 1억 5천만, 500000 as 50만."""
    large, rest = divmod(won // _WON, _WON)
    small = f"{rest // 1000}천만" if rest and not rest % 1000 else f"{rest}만" if rest else ""
    return " ".join(part for part in (f"{large}억" if large else "", small) if part)


def spelled(text: str, _piece: Piece, _other: Piece, _pick: Random) -> str | None:
    """3천만원 → 삼천만 원, 5명 → 다섯 명, 3회 → 세 차례, 20세 → 스무 살."""
    return _replaced(text, lambda value: _apart(text, value, _said(value)))


def _apart(text: str, value: Value, said: str | None) -> str | None:
    """연1회 as 연 한 차례, 2분의 1이상 as 이분의 일 이상."""
    if not said:
        return None
    before = " " if re.search(r"[가-힣]$", text[: value.start]) else ""
    after = " " if value.text[-1].isdigit() and re.match("이[상하내]", text[value.end :]) else ""
    return f"{before}{said}{after}"


def _said(value: Value) -> str | None:
    unit, number = value.same
    if value.kind == "amount":
        return f"{chinese(int(number))} 원"  # type: ignore[call-overload]
    if value.kind == "percentage":
        if share := re.fullmatch(r"(\d+)분의 ?(\d+)", value.text):
            return f"{chinese(int(share[1]))}분의 {chinese(int(share[2]))}"
        whole = re.match(r"(\d+)\s?(?:%|퍼센트)$", value.text)
        return f"{chinese(int(whole[1]))} 퍼센트" if whole else None
    if value.kind == "period":
        return re.sub(
            r"(\d+) ?(년|개월|주|일|시간|분)",
            lambda part: (
                f"{native(int(part[1]))} 시간"
                if part[2] == "시간" and int(part[1]) < 13
                else f"{chinese(int(part[1]))} {part[2]}"
            ),
            value.text,
        )
    if value.kind == "count" and "." not in value.text:
        said = native(int(number))  # type: ignore[call-overload]
        return f"{said} {_COUNTED[unit]}" if said and unit in _COUNTED else None
    return None


def endings(text: str, _piece: Piece, _other: Piece, pick: Random) -> str | None:
    """한다 → 합니다, 해요, 함; 하여야 한다 → 해야 합니다; 아니 된다 → 안 됩니다."""
    ways = [
        lambda: polite(shorter(plainer(text))),
        lambda: polite(text),
        lambda: casual(text),
        lambda: nominal(text),
        lambda: possible(text) or polite(shorter(text)),
    ]
    return pick.choice(ways)()


def reordered(text: str, _piece: Piece, _other: Piece, _pick: Random) -> str | None:
    """원장은 …한 경우에는 …한다 → …한 경우에는 원장은 …한다, and back."""
    for pattern, order in (
        (_TOPIC_FIRST, "{condition} {topic} {rest}"),
        (_CONDITION_FIRST, "{topic} {condition} {rest}"),
    ):
        found = pattern.fullmatch(text)
        if found and not _CLAUSES.search(found["condition"]):
            return order.format(**found.groupdict())
    return None


def subject(text: str, piece: Piece, _other: Piece, pick: Random) -> str | None:
    """연차휴가의 경우, …; 여비규정 제9조에 따르면 …"""
    title = piece.passage.title.removesuffix(" 등").removesuffix("등")
    fit = 3 <= len(title) <= 14 and not _NO_TOPIC.search(title) and title not in piece.text[:30]
    if fit and pick.random() < 0.5:
        return f"{title}{pick.choice(('의 경우', '에 관하여', '에 관해서는'))}, {text}"
    return attributed(text, piece, pick)


def attributed(text: str, piece: Piece, pick: Random, place: str | None = None) -> str | None:
    """The text with the place that says it, before or behind it."""
    exact = pick.random() < 0.5
    form = pick.randrange(5)
    place = place or (piece.place if exact else piece.passage.article)
    if not place or not text.endswith("."):
        return None
    title = piece.passage.document
    return (
        f"{title} {place}에 따르면 {text}",
        f"「{title}」 {place}에 따르면, {text}",
        f"{place}에 따르면 {text}",
        f"{text[:-1]}({title} {place}).",
        f"{text} ({place})",
    )[form]


def combined(text: str, _piece: Piece, other: Piece, pick: Random) -> str | None:
    """Two articles in one sentence, or in two."""
    form = pick.randrange(4)
    if form == 3:
        return f"{text} {pick.choice(('또한', '그리고'))} {other.text}"
    if form == 2:
        first, second = polite(text), polite(other.text)
        return f"{first} {second}" if first and second else None
    joint = connected(text, ("며", "고")[form])
    return f"{joint}, {other.text}" if joint else None


RULES: dict[str, Rule] = {
    "units": units,
    "spelled": spelled,
    "endings": endings,
    "reordered": reordered,
    "subject": subject,
    "combined": combined,
}
