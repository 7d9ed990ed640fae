"""The changed words of two wordings: never half a number, half a reference or half a morpheme."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import TypeAlias

from ingest.diff.records import Mark, Run
from ingest.diff.wording import form
from onprem_rag.korean.morphemes import tagged
from onprem_rag.korean.quantities import find_quantities
from onprem_rag.korean.references import find_references
from onprem_rag.korean.text import normalise

_Span: TypeAlias = tuple[int, int]
_Hunk: TypeAlias = tuple[int, int, int, int]  # tokens [a, b) of the old, [c, d) of the new
_MOST = 4_000_000  # tokens times tokens that are compared: a second at worst
_UNLIKE = 0.5  # less in common: a new wording, in which single words that stayed only disturb
_NEAR = 60  # characters around a change that are read with it
_LETTERS = re.compile(r"[0-9A-Za-z가-힣]{2}")
_CRUDE = re.compile(r"\d+|[A-Za-z]+|[가-힣]+|\S")
_form = lru_cache(maxsize=1 << 14)(form)  # the words of rules are few
_JAMO = range(0x1100, 0x1200)


def marked(old: str, new: str) -> tuple[tuple[Run, ...], tuple[Run, ...]]:
    """Both wordings in runs: what only one of them has is marked as changed."""
    head, tail = _context(old, new)
    olds, news = tokens(old, head, len(old) - tail), tokens(new, head, len(new) - tail)
    forms_old = [_form(old[start:end]) for start, end in olds]
    forms_new = [_form(new[start:end]) for start, end in news]
    hunks = [
        trimmed
        for hunk in _hunks(forms_old, forms_new)
        if (trimmed := _trimmed(hunk, forms_old, forms_new))
    ]
    return (
        _runs(old, [(olds[a][0], olds[b - 1][1]) for a, b, _, _ in hunks if b > a]),
        _runs(new, [(news[c][0], news[d - 1][1]) for _, _, c, d in hunks if d > c]),
    )


def _context(old: str, new: str) -> tuple[int, int]:
    """How many characters at the start and at the end are far from any change.

    They end at a blank, with what may belong to a reference or number of the change behind it.
    """
    same = _same(old, new)
    head = old.rfind(" ", 0, max(0, same - _NEAR)) + 1
    same = _same(old[head:][::-1], new[head:][::-1])
    tail = max(0, same - _NEAR)
    while tail and not old[len(old) - tail].isspace():
        tail -= 1
    return head, tail


def _same(one: str, other: str) -> int:
    """With how many equal characters both begin."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def tokens(whole_text: str, begin: int, stop: int) -> list[_Span]:
    """Spans of the morphemes of a part, with numbers, quantities and references in one piece."""
    text = whole_text[begin:stop]
    whole = [(each.start, each.end) for each in find_references(text) if not each.implied]
    whole += [(fact.start, fact.end) for fact in find_quantities(text, every=True)]
    spans: list[_Span] = []
    for start, end in sorted([*whole, *_morphemes(text)]):
        if spans and start < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return [(begin + start, begin + end) for start, end in spans]


def _morphemes(text: str) -> Iterator[_Span]:
    """Where Mecab's morphemes lie in ``text``."""
    flat = "".join(map(_single, text))
    surfaces = [surface for surface, _, _ in tagged(flat)]
    if sum(map(len, surfaces)) != sum(not char.isspace() for char in flat):
        yield from (found.span() for found in _CRUDE.finditer(text))
        return
    at = 0
    for surface in surfaces:
        while flat[at].isspace():
            at += 1
        start = at
        left = len(surface)
        while left:
            left -= not flat[at].isspace()
            at += 1
        yield start, at


@lru_cache(maxsize=1 << 14)
def _single(char: str) -> str:
    """``char``, or a sign for one that is not one character when it is normalised (㎡)."""
    if char.isspace():
        return " "
    return char if len(normalise(char)) == 1 and ord(char) not in _JAMO else "□"


def _hunks(old: Sequence[str], new: Sequence[str]) -> Iterator[_Hunk]:
    """Where the tokens differ."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    inner_old, inner_new = old[start : len(old) - end], new[start : len(new) - end]
    if len(inner_old) * len(inner_new) > _MOST:
        yield start, len(old) - end, start, len(new) - end
        return
    matcher = SequenceMatcher(None, inner_old, inner_new, autojunk=False)
    common = start + end + sum(block.size for block in matcher.get_matching_blocks())
    unlike = 2 * common < _UNLIKE * (len(old) + len(new))
    pending: _Hunk | None = None
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            if pending and not (unlike and _is_little(inner_old[a:b])):
                yield _shifted(pending, start)
                pending = None
            continue
        pending = (pending[0], b, pending[2], d) if pending else (a, b, c, d)
    if pending:
        yield _shifted(pending, start)


def _is_little(words: Sequence[str]) -> bool:
    return len(words) < 3 and not any(map(_LETTERS.search, words))


def _shifted(hunk: _Hunk, by: int) -> _Hunk:
    a, b, c, d = hunk
    return a + by, b + by, c + by, d + by


def _trimmed(hunk: _Hunk, old: Sequence[str], new: Sequence[str]) -> _Hunk | None:
    """The hunk without what is the same at its ends, though cut into other morphemes."""
    a, b, c, d = hunk
    head_old, head_new = _same_head(old[a:b], new[c:d])
    a, c = a + head_old, c + head_new
    tail_old, tail_new = _same_head(
        [each[::-1] for each in reversed(old[a:b])], [each[::-1] for each in reversed(new[c:d])]
    )
    b, d = b - tail_old, d - tail_new
    return (a, b, c, d) if b > a or d > c else None


def _same_head(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """How many tokens of each side say the same from the start, up to a border of both."""
    ends_new: dict[int, int] = {}
    length = 0
    for at, word in enumerate(new):
        length += len(word)
        ends_new[length] = at + 1
    text_old, text_new = "".join(old), "".join(new)
    best = (0, 0)
    length = 0
    for at, word in enumerate(old):
        length += len(word)
        if text_old[:length] != text_new[:length]:
            break
        if length in ends_new:
            best = (at + 1, ends_new[length])
    return best


def _runs(text: str, spans: Sequence[_Span]) -> tuple[Run, ...]:
    """``text`` cut at ``spans``; those with only blanks between them go together."""
    joined: list[_Span] = []
    for start, end in spans:
        if joined and not text[joined[-1][1] : start].strip():
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    found: list[Run] = []
    at = 0
    for start, end in joined:
        found += [Run(text[at:start], Mark.SAME), Run(text[start:end], Mark.CHANGED)]
        at = end
    return tuple(run for run in [*found, Run(text[at:], Mark.SAME)] if run.text)
