"""What HWP 5's DocInfo says of generated numbers: paragraph shapes, lists, bullets."""

from __future__ import annotations

from collections.abc import Iterable

from ingest.readers.hancom.numbering import LEVELS, Definition, Head, Level, Numbering
from ingest.readers.hancom.numerals import FORMS
from ingest.readers.hancom.records import BULLET, NUMBERING, PARA_SHAPE, Record

_KINDS = ("", "OUTLINE", "NUMBER", "BULLET")
_HEAD_BYTES = 12  # attributes, width, offset, character shape
_FIRST_LEVELS = 7


def numbering_of(records: Iterable[Record]) -> Numbering:
    """The document's counters; names are the numbers under which HWP refers to things."""
    heads: dict[str, Head] = {}
    definitions: dict[str, Definition] = {}
    bullets: dict[str, str] = {}
    shapes = 0
    for record in _flat(records):
        if record.tag == PARA_SHAPE:
            attributes = record.number("<I", 0)
            kind = _KINDS[attributes >> 23 & 3]
            if kind:
                definition = str(record.number("<H", 30))
                heads[str(shapes)] = Head(kind, definition, attributes >> 25 & 7)
            shapes += 1
        elif record.tag == NUMBERING:
            definitions[str(len(definitions) + 1)] = _definition(record)
        elif record.tag == BULLET:
            sign = record.payload[_HEAD_BYTES : _HEAD_BYTES + 2].decode("utf-16-le", "replace")
            bullets[str(len(bullets) + 1)] = sign.strip("\0")
    return Numbering(heads, definitions, bullets)


def _flat(records: Iterable[Record]) -> Iterable[Record]:
    for record in records:
        yield record
        yield from _flat(record.children)


def _definition(record: Record) -> Definition:
    """Seven levels with their first numbers, then the three that came with 5.1."""
    patterns, at = _patterns(record, 0, _FIRST_LEVELS)
    first = record.number("<H", at)
    at += 2
    starts = [record.number("<I", at + 4 * level) for level in range(_FIRST_LEVELS)]
    more, at = _patterns(record, at + 4 * _FIRST_LEVELS, LEVELS - _FIRST_LEVELS)
    starts += [record.number("<I", at + 4 * level) for level in range(len(more))]
    if starts[0] <= 1:  # older than 5.0.2.5: one number for the list
        starts[0] = first
    levels = [
        Level(pattern, start or 1, form)
        for (pattern, form), start in zip(patterns + more, starts, strict=True)
    ]
    return Definition(tuple(levels), continues=first == 0)


def _patterns(record: Record, at: int, count: int) -> tuple[list[tuple[str, str]], int]:
    """Patterns and forms of some levels, and the offset behind them."""
    patterns: list[tuple[str, str]] = []
    for _ in range(count):
        form = FORMS[record.number("<I", at) >> 5 & 0xF]
        pattern, at = record.text(at + _HEAD_BYTES)
        patterns.append((pattern, form))
    return patterns, at
