"""Words of Korean text. The only module that imports Mecab."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from onprem_rag.korean.text import normalise

# Content words of the Sejong tag set: nouns, numerals, verbs, adjectives, roots, numbers,
# foreign words, Hanja, and what Mecab does not know.
_CONTENT = frozenset("NNG NNP NNB NNBC NR NP VV VA XR SN SL SH UNKNOWN UNA NA".split())
_NOUN = frozenset("NNG NNP NR SN SL SH XR UNKNOWN UNA NA".split())
_JOINING = frozenset("NNG NNP XPN XR SL NP".split())  # of which compounds are made
_PAIR = "NNG+NNG"  # 육아휴직, 법인카드: told apart from other uses of their parts
_PARTICLES = frozenset("만 도 로 으로 에게 한테".split())
_PART = re.compile(r"([^/+]+)/([A-Z]+)/")
# Verbs and nouns that stand in almost every rule or question and tell nothing apart.
_STOP = frozenset("하 되 있 없 않 수 것 등 때 및 이 그 저 어떻 어디 무엇 몇 누구".split())


@cache
def _tagger() -> Any:
    from mecab import MeCab

    return MeCab()._tagger


def _morphemes(text: str) -> list[tuple[str, str]]:
    """(form, tag) of each content morpheme; compounds also in their parts.

    Reads the lattice's nodes themselves: python-mecab-ko's ``parse`` builds four objects a
    morpheme and takes seven times as long (0.149 s against 0.021 s for 20,000 characters).
    """
    from mecab.utils import create_lattice

    found: list[tuple[str, str]] = []
    lattice = create_lattice(normalise(text))
    _tagger().parse(lattice)
    before = ""  # the noun right before, or "수의" of 수의계약
    for _span, node in lattice:
        # tag, meaning, final consonant, reading, type, first tag, last tag, parts
        feature = node.feature.split(",")
        tag = feature[0]
        first = tag.partition("+")[0]
        parts = _PART.findall(feature[7]) if len(feature) > 7 and feature[7] != "*" else []
        if tag == first and first in _CONTENT:
            found.append((node.surface, first))
        if len(parts) > 1 or tag != first:  # 들어가/VV+ㄴ다/EF, or a compound noun's parts
            found += [part for part in parts if part[1] in _CONTENT]
        noun = tag in _JOINING
        if noun and before:
            found.append((before + node.surface, _PAIR))
        if noun:
            before = node.surface
        else:
            before = before + "의" if tag == "JKG" and len(before) == 1 else ""
    return found


def content_morphemes(text: str) -> list[str]:
    """Content words in text order, for the lexical index and the embedded embedder."""
    return [form for form, tag in _morphemes(text) if form not in _STOP and tag != _PAIR]


def noun_pairs(text: str) -> list[str]:
    """Neighbouring nouns as one word, whatever the blanks: 육아휴직, 휴직기간, 수의계약."""
    return [form for form, tag in _morphemes(text) if tag == _PAIR]


def nouns(text: str) -> list[str]:
    """Nouns, numbers and foreign words in text order: what a question is about."""
    return [form for form, tag in _morphemes(text) if tag in _NOUN and form not in _STOP]


def adverbs_and_particles(text: str) -> list[str]:
    """Adverbs and determiners, and nouns with 만, 도, 로 or 에게, in text order.

    They turn a question into another one, and are no content words.
    """
    from mecab.utils import create_lattice

    found: list[str] = []
    lattice = create_lattice(normalise(text))
    _tagger().parse(lattice)
    word, noun = "", False
    for _span, node in lattice:
        tag = node.feature.partition(",")[0]
        if tag in {"MAG", "MM"}:
            found.append(node.surface)
        elif tag.startswith("J") and noun and node.surface in _PARTICLES:
            found.append(word + {"으로": "로", "한테": "에게"}.get(node.surface, node.surface))
        if tag.startswith("J") and noun:  # 본사에서만
            word += node.surface
        else:
            word, noun = node.surface, tag in _NOUN | {"NNBC"}
    return found
