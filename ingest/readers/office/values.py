"""What a spreadsheet shows of a number: 70,000, 2020. 1. 1., 12.5%."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

_KNOWN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    **dict.fromkeys((37, 38, 41, 42), "#,##0"),
    **dict.fromkeys((39, 40, 43, 44), "#,##0.00"),
    **dict.fromkeys((*range(14, 18), *range(27, 32), *range(34, 37), *range(50, 59)), "y-m-d"),
    **dict.fromkeys((18, 19, 20, 21, 32, 33), "h:mm"),
    22: "y-m-d h:mm",
    **dict.fromkeys((45, 46, 47), "[h]:mm"),
}
_TOKEN = re.compile(
    r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|[0#?.,]*[0#?][0#?.,]*|General|[eE][+-]|AM/PM|A/P|[ymdhs]+|.',
    re.IGNORECASE | re.DOTALL,
)
_CURRENCY = re.compile(r"\[\$([^\]-]+)")
_CONDITION = re.compile(r"\[[<>=]")  # [>=1000000]0.0,,"백만";#,##0
_DATE_LETTERS = frozenset("ymdhs")
_MOST_DECIMALS = 10
_MOST = Decimal(10) ** 15  # beyond it Excel itself no longer knows the last digits


def known_format(identity: int) -> str:
    """The format that a number stands for without being written in the file."""
    return _KNOWN.get(identity, "General")


def shown(value: str, code: str, from_1904: bool = False) -> str:
    """A number as its format shows it; as it stands where the format is beyond us."""
    try:
        number = Decimal(format(float(value), ".15g"))  # as many digits as Excel keeps
    except (ValueError, InvalidOperation):
        return value
    if not number.is_finite():
        return value
    if abs(number) >= _MOST or _CONDITION.search(code):
        return _general(number)
    tokens, magnitude = _section(code, number)
    letters = "".join(token.lower() for token in tokens if _DATE_LETTERS.issuperset(token.lower()))
    if letters or any(re.fullmatch(r"\[[hms]+\]", token, re.IGNORECASE) for token in tokens):
        return _moment(number, tokens, from_1904) or _general(number)
    return _amount(magnitude, tokens).strip()


def _section(code: str, number: Decimal) -> tuple[list[str], Decimal]:
    """The part of a format that is for this number's sign, and the number that it shows."""
    sections: list[list[str]] = [[]]
    for token in _TOKEN.findall(code[:500]):
        if token == ";":
            sections.append([])
        else:
            sections[-1].append(token)
    if number < 0 and len(sections) > 1:
        return sections[1], -number
    if number == 0 and len(sections) > 2:
        return sections[2], number
    return sections[0], number


def _amount(number: Decimal, tokens: list[str]) -> str:
    places = [token for token in tokens if token[0] in "0#?.," and token.strip(".,")]
    if any(token in {"/", "@"} or token.lower() in {"e+", "e-"} for token in tokens):
        return _general(number)
    if "%" in tokens:
        number *= 100
    if len(places) > 1:  # 02-1234-5678
        return _in_groups(number, tokens, places)
    return "".join(
        _digits(number, token)
        if token in places
        else _general(number)
        if token.lower() == "general"
        else _literal(token)
        for token in tokens
    )


def _literal(token: str) -> str:
    """What a token that holds no digits puts beside them."""
    if token.startswith('"'):
        return token.strip('"')
    if token.startswith("["):  # [$₩-412]; colours and conditions show nothing
        currency = _CURRENCY.match(token)
        return currency[1] if currency else ""
    if token.startswith("\\"):
        return token[1:]
    return "" if token.startswith(("_", "*")) else token


def _digits(number: Decimal, pattern: str) -> str:
    whole = pattern.rstrip(",")
    number = number.scaleb(-3 * (len(pattern) - len(whole)))  # #,##0, counts thousands
    before, _, after = whole.partition(".")
    most = min(sum(sign in "0#?" for sign in after), _MOST_DECIMALS)
    least = min(sum(sign == "0" for sign in after), _MOST_DECIMALS)
    rounded = number.quantize(Decimal(1).scaleb(-most), ROUND_HALF_UP)
    text = f"{rounded:,f}" if "," in before else f"{rounded:f}"
    integer, _, fraction = text.partition(".")
    fraction = fraction[:least] + fraction[least:].rstrip("0")
    sign = "-" if integer.startswith("-") else ""
    integer = integer.removeprefix("-").rjust(before.count("0"), "0")
    if "0" not in before and integer == "0":
        integer = ""
    shown_number = f"{integer}.{fraction}" if fraction else integer
    return sign + shown_number if shown_number.strip("0.,") else shown_number


def _in_groups(number: Decimal, tokens: list[str], places: list[str]) -> str:
    """Digits filled into several places from the right."""
    left = f"{abs(number.to_integral_value(ROUND_HALF_UP)):f}".rjust(
        sum(place.count("0") for place in places), "0"
    )
    parts: list[str] = []
    first = next(at for at, token in enumerate(tokens) if token in places)
    for at in range(len(tokens) - 1, -1, -1):
        if tokens[at] not in places:
            parts.append(_literal(tokens[at]))
            continue
        width = len(left) if at == first else len(tokens[at])
        parts.append(left[len(left) - width :] if width else "")
        left = left[: max(len(left) - width, 0)]
    return "".join(reversed(parts))


def _general(number: Decimal) -> str:
    text = format(number, ".11g")
    return format(Decimal(text), "f") if abs(number) < _MOST else text


def _moment(number: Decimal, tokens: list[str], from_1904: bool) -> str:
    """A date, a time or a length of time, with the parts that the format names."""
    if any(token.lower().startswith("[h") for token in tokens):
        minutes = int((number * 1440).to_integral_value(ROUND_HALF_UP))
        return f"{minutes // 60}:{minutes % 60:02}"
    start = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30)
    if not from_1904 and number < 60:  # Excel believes in 29 February 1900
        start += timedelta(days=1)
    try:
        when = start + timedelta(seconds=round(float(number) * 86400))
    except OverflowError:
        return ""
    named = [token[0].lower() for token in tokens if _DATE_LETTERS.issuperset(token.lower())]
    clock = "h" in named or "s" in named
    day = [
        part
        for letter, part in (("y", f"{when.year}."), ("m", f"{when.month}."), ("d", f"{when.day}."))
        if letter in named and not (letter == "m" and clock and "d" not in named)
    ]
    return " ".join([*day, f"{when:%H:%M}"] if clock else day)
