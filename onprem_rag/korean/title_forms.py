"""How titles of rules end, and how else they are written: without 에 관한, or shortened."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from onprem_rag.korean.text import normalise

KIND = (  # what the titles of rules end in
    r"(?:법률|법|규정|규칙|지침|령|요령|세칙|내규|예규|강령|조례|규약|기준|훈령|편람|매뉴얼"
    r"|정관|학칙|회칙|헌장)"
)
ALONE = frozenset("정관 학칙 회칙 헌장".split())  # kinds of which an institution has one
ANCHOR = re.compile(rf"(?<![명연수]){KIND}")
ENDS = re.compile(
    rf"(?:(?:특별조치법|특별법|특례법|법률|법)?시행(?:령|규칙|세칙)|특별조치법|특별법|특례법|{KIND})$"
)
_PARENTHESIS = re.compile(r"\([^()]*\)")
_ABOUT = re.compile(r"(?:등)?에\s?관한\s?(?=\S)")
_AND = re.compile(r"\s및\s")
_SPARED = re.compile(rf"\(|{_ABOUT.pattern}|{_AND.pattern}")  # what a title may be written without
_CONNECTED = re.compile(r"\s+및\s+|[\s·,]+|및|등(?=\s|$)")
_PARTICLE = re.compile(r"(?<=..)(?:의|를|을|과|와|으로|로|에)$")


@dataclass(frozen=True, slots=True)
class Long:
    """A title "… 에 관한 …", of which words may be left out: 정보통신망법."""

    title: str
    words: tuple[str, ...]  # of what the rule is about, without particles
    kinds: frozenset[str]  # 법 for 법률, 특별법


def only_ones(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Forms with their titles, without those that two titles share."""
    titles: dict[str, set[str]] = {}
    for form, title in pairs:
        titles.setdefault(form, set()).add(title)
    return {form: found.pop() for form, found in titles.items() if len(found) == 1}


def is_bare_kind(key: str) -> bool:
    """Whether a title (its letters) says of what kind the rule is, and nothing more: 규정."""
    return len(key) < 2 or (bool(ANCHOR.fullmatch(key)) and key not in ALONE)


def forms_of(title: str) -> Iterator[str]:
    """Other ways to write all of a title: without what is in parentheses, 에 관한 or 및."""
    written = normalise(title) if _SPARED.search(normalise(title)) else ""
    for one in {written, _PARENTHESIS.sub("", written)} - {""}:
        form = _squeezed(_ABOUT.sub("", one))
        if form != _squeezed(one):
            form = re.sub(r"법률(?=$|시행)", "법", form)
        for written_so in (form, _squeezed(_AND.sub(" ", _ABOUT.sub("", one)))):
            if not is_bare_kind(written_so):
                yield written_so


def long_of(key: str, title: str) -> Long | None:
    """``title`` as one of which words may be left out; None for one without 에 관한."""
    about = list(_ABOUT.finditer(title))
    kind = ENDS.search(key)
    if not about or not kind:
        return None
    subject = _PARENTHESIS.sub("", normalise(title[: about[-1].start()]))
    words = (_squeezed(_PARTICLE.sub("", word)) for word in _CONNECTED.split(subject) if word)
    short = kind[0].replace("법률", "법")
    kinds = frozenset({short, re.sub(r"특별조치법|특별법|특례법", "법", short)})
    return Long(key, tuple(word for word in words if len(word) > 1), kinds)


def _squeezed(normalised: str) -> str:
    return "".join(filter(str.isalnum, normalised))


def ending_in(short: str, backwards: Sequence[tuple[str, str]]) -> set[str]:
    """Titles that end in ``short``, two at the most; ``backwards`` has their forms, sorted."""
    found = set[str]()
    end = short[::-1]
    for number in range(bisect_left(backwards, (end, "")), len(backwards)):
        form, title = backwards[number]
        if not form.startswith(end) or len(found) > 1:
            break
        found.add(title)
    return found


def left_from(body: str, words: tuple[str, ...]) -> bool:
    """Whether ``body`` is what some of ``words`` say, in order, the first perhaps by its end."""
    for number, word in enumerate(words):
        for at in range(len(word) - 1):
            if body.startswith(word[at:]):
                rest = body[len(word) - at :]
                for following in words[number + 1 :]:
                    rest = rest.removeprefix(following)
                if not rest:
                    return True
    return False
