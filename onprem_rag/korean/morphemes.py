"""Words of Korean text. The only module that imports Mecab."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from operator import add
from typing import Any, NamedTuple

from onprem_rag.korean.text import normalise

# Content words of the Sejong tag set: nouns, numerals, verbs, adjectives, roots, numbers,
# foreign words, Hanja, and what Mecab does not know.
_CONTENT = frozenset("NNG NNP NNB NNBC NR NP VV VA XR SN SL SH UNKNOWN UNA NA".split())
_NOUN = frozenset("NNG NNP NR SN SL SH XR UNKNOWN UNA NA".split())
_JOINING = frozenset("NNG NNP XPN XR SL NP".split())  # of which compounds are made
_PARTICLES = frozenset("만 도 로 으로 에게 한테".split())
_UNITS = frozenset("조 항 급 호 목 등급 학기 단계 점".split())  # that Mecab takes for common nouns
_NUMBERED = frozenset("별표 별지 별첨 부칙".split())  # 별표 1
_RUN = re.compile("[n#u]*(?:nu?n|#[n#u])[n#u]*")  # where a compound may stand
_KNOWN: dict[str, Any] = {}  # morphemes by their line
_MOST_KNOWN = 1 << 17
_PART = re.compile(r"([^/+]+)/([A-Z]+)/")
# Verbs and nouns that stand in almost every rule or question and tell nothing apart.
_STOP = frozenset("하 되 있 없 않 수 것 등 때 및 이 그 저 어떻 어디 무엇 몇 누구".split())


@cache
def _tagger() -> Any:
    from mecab import MeCab

    return MeCab()._tagger


class _Morpheme(NamedTuple):
    """One line of Mecab's output."""

    surface: str
    tag: str
    parts: tuple[tuple[str, str], ...]  # (form, tag) of its content words; of a compound also parts
    words: tuple[str, ...]  # the forms of ``parts`` that are no stop words
    kind: str  # "n" a noun of compounds, "#" what opens a number, "u" what may go on, "." else


def _analysed(text: str) -> list[_Morpheme]:
    """The morphemes of ``text``.

    Reads the lattice as one string, and each different line of it once: python-mecab-ko's
    ``parse`` builds four objects a morpheme, and even the lattice's nodes cost four times as
    much as Mecab itself.
    """
    from mecab.utils import create_lattice

    lattice = create_lattice(normalise(text))
    _tagger().parse(lattice)
    lines = lattice.to_string().split("\n")[:-2]  # EOS, ""
    try:
        return [_KNOWN[line] for line in lines]
    except KeyError:
        if len(_KNOWN) > _MOST_KNOWN:
            _KNOWN.clear()
        return [_KNOWN.get(line) or _KNOWN.setdefault(line, _morpheme(line)) for line in lines]


def _morpheme(line: str) -> _Morpheme:
    surface, _, description = line.partition("\t")
    # tag, meaning, final consonant, reading, type, first tag, last tag, parts
    feature = description.split(",")
    tag = feature[0]
    first = tag.partition("+")[0]
    whole = [(surface, first)] if tag == first and first in _CONTENT else []
    inner = _PART.findall(feature[7]) if len(feature) > 7 and feature[7] != "*" else []
    if len(inner) > 1 or tag != first:  # 들어가/VV+ㄴ다/EF, or a compound noun's parts
        whole += [part for part in inner if part[1] in _CONTENT]
    words = tuple(form for form, _ in whole if form not in _STOP)
    if tag == "SN" or surface in _NUMBERED:
        kind = "#"
    elif tag in _JOINING:
        kind = "n"
    else:
        kind = "u" if tag in {"NNB", "NNBC", "NR", "JKG"} or surface in {",", "."} else "."
    return _Morpheme(surface, tag, tuple(whole), words, kind)


def content_morphemes(text: str) -> list[str]:
    """Content words in text order, for the lexical index and the embedded embedder."""
    return [word for morpheme in _analysed(text) for word in morpheme.words]


def compounds(text: str) -> list[str]:
    """Neighbouring morphemes that mean one thing, as one word whatever the blanks.

    Nouns (육아휴직, 휴직기간, 수의계약), and what has a number (15조, 10조의2, 별표1, 5급).
    """
    return _compounds(_analysed(text))


def words_and_compounds(text: str) -> tuple[list[str], list[str]]:
    """``content_morphemes`` and ``compounds`` of ``text``, which Mecab reads only once."""
    morphemes = _analysed(text)
    return [word for one in morphemes for word in one.words], _compounds(morphemes)


def _compounds(morphemes: Sequence[_Morpheme]) -> list[str]:
    found: list[str] = []
    for run in _RUN.finditer("".join([morpheme.kind for morpheme in morphemes])):
        if run[0].count("n") == len(run[0]):
            row = [morpheme.surface for morpheme in morphemes[run.start() : run.end()]]
            found += map(add, row, row[1:])
            continue
        noun = ""  # right before, or "수의" of 수의계약
        number = ""  # right before, or what a number may follow: "15", "1,", "15조의", "별표"
        for morpheme in morphemes[run.start() : run.end()]:
            surface, tag = morpheme.surface, morpheme.tag
            if number or morpheme.kind == "#":
                number = _numbered(number, morpheme, found)
            if tag in _JOINING:
                if noun:
                    found.append(noun + surface)
                noun = surface
            elif noun:
                noun = noun + "의" if tag == "JKG" and len(noun) == 1 else ""
    return found


def _numbered(before: str, morpheme: _Morpheme, found: list[str]) -> str:
    """What the next morpheme may join; appends to ``found`` what is complete."""
    surface, tag = morpheme.surface, morpheme.tag
    if morpheme.kind == "#":
        if before[-1:] in {",", "."}:
            return (before[:-1] if before[-1] == "," else before) + surface  # 1,000 is 1000
        if before.endswith("조의") or before in _NUMBERED:
            found.append(before + surface)
        return surface
    if surface == "제" or (before.endswith("조") and surface == "의"):
        return before if surface == "제" else before + surface
    if before in _NUMBERED or not (before[-1].isdigit() or before[-1] in "십백천만억"):
        return ""
    if surface in {",", "."} and before.isdigit():
        return before + surface
    unit = "조" if surface in {"조제", "조의"} else surface  # 제15조제2항, 제15조의 규정
    if unit not in _UNITS and tag not in {"NNB", "NNBC"}:
        return before + surface if tag == "NR" else ""  # 100만
    found.append(before + unit)
    return before + surface if unit == "조" else ""


def nouns(text: str) -> list[str]:
    """Nouns, numbers and foreign words in text order: what a question is about."""
    return [
        form
        for morpheme in _analysed(text)
        for form, tag in morpheme.parts
        if tag in _NOUN and form not in _STOP
    ]


def tagged(text: str) -> list[tuple[str, str, tuple[str, ...]]]:
    """Each morpheme of ``text``: as it is written, its tags, its content words (whole first)."""
    return [(one.surface, one.tag, one.words) for one in _analysed(text)]


def adverbs_and_particles(text: str) -> list[str]:
    """Adverbs and determiners, and nouns with 만, 도, 로 or 에게, in text order.

    They turn a question into another one, and are no content words.
    """
    found: list[str] = []
    word, noun = "", False
    for morpheme in _analysed(text):
        surface, tag = morpheme.surface, morpheme.tag
        if tag in {"MAG", "MM"}:
            found.append(surface)
        elif tag.startswith("J") and noun and surface in _PARTICLES:
            found.append(word + {"으로": "로", "한테": "에게"}.get(surface, surface))
        if tag.startswith("J") and noun:  # 본사에서만
            word += surface
        else:
            word, noun = surface, tag in _NOUN | {"NNBC"}
    return found
