"""The records of HWP 5: a stream as a tree of (tag, payload)."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field

from ingest.readers.hancom.refusals import bloated, damaged, too_deep

_BEGIN = 16
_ID_MAPPINGS = _BEGIN + 1  # holds the lists and shapes of DocInfo
DISTRIBUTE_DOC_DATA = _BEGIN + 12
BULLET = _BEGIN + 8
NUMBERING = _BEGIN + 7
PARA_SHAPE = _BEGIN + 9
PARA_HEADER = _BEGIN + 50
PARA_TEXT = _BEGIN + 51
CTRL_HEADER = _BEGIN + 55
LIST_HEADER = _BEGIN + 56
SHAPE_COMPONENT = _BEGIN + 60
TABLE = _BEGIN + 61
EQUATION = _BEGIN + 72
_READ = {_ID_MAPPINGS, BULLET, NUMBERING, PARA_SHAPE, PARA_HEADER, PARA_TEXT, CTRL_HEADER}
_READ |= {LIST_HEADER, SHAPE_COMPONENT, TABLE, EQUATION}

MOST_BYTES = 256 * 1024**2  # of one stream, inflated
_MOST_RECORDS = 4_000_000
_DEEPEST = 120
_LONG = 0xFFF


@dataclass(slots=True)
class Record:
    """One record and those below it; only the kinds that the reader looks at are kept."""

    tag: int
    payload: bytes
    children: list[Record] = field(default_factory=list)

    def number(self, form: str, offset: int) -> int:
        """One number of the payload; 0 where the payload ends before it."""
        if offset + struct.calcsize(form) > len(self.payload):
            return 0
        return int(struct.unpack_from(form, self.payload, offset)[0])

    def text(self, offset: int) -> tuple[str, int]:
        """A string with its length in front, and the offset behind it."""
        end = offset + 2 + 2 * self.number("<H", offset)
        return self.payload[offset + 2 : end].decode("utf-16-le", "replace"), end


def inflated(data: bytes) -> bytes:
    """A compressed stream's content. Raises ReadError for damaged and for bloated ones."""
    inflater = zlib.decompressobj(-15)
    try:
        content = inflater.decompress(data, MOST_BYTES)
    except zlib.error as error:
        raise damaged() from error
    if inflater.unconsumed_tail:
        raise bloated()
    if not inflater.eof:
        raise damaged()
    return content


def tree(stream: bytes) -> list[Record]:
    """The stream's records of the top level. Raises ReadError where a record is cut off."""
    top: list[Record] = []
    path: list[tuple[int, Record]] = []
    at = count = 0
    while at + 4 <= len(stream):
        (head,) = struct.unpack_from("<I", stream, at)
        tag, level, size = head & 0x3FF, head >> 10 & 0x3FF, head >> 20
        at += 4
        if size == _LONG and at + 4 <= len(stream):
            (size,) = struct.unpack_from("<I", stream, at)
            at += 4
        count += 1
        if at + size > len(stream) or count > _MOST_RECORDS:
            raise damaged()
        if level > _DEEPEST:
            raise too_deep()
        while path and path[-1][0] >= level:
            path.pop()
        if tag in _READ:
            record = Record(tag, stream[at : at + size])
            (path[-1][1].children if path else top).append(record)
        else:
            record = Record(tag, b"")  # what stands below it is out of reach as well
        path.append((level, record))
        at += size
    return top
