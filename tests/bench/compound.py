"""Compound files (the container of HWP 5) from streams of any size, to pack spoilt ones again."""

from __future__ import annotations

import io
import struct
from itertools import pairwise

import olefile

_SECTOR, _SMALL = 512, 64
_LARGE = 4_096  # bytes; shorter streams lie in the stream of small sectors
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_STORAGE, _STREAM, _ROOT = 1, 2, 5


def streams_of(data: bytes) -> dict[str, bytes]:
    """Every stream by its path, ``BodyText/Section0``."""
    with olefile.OleFileIO(io.BytesIO(data)) as file:
        return {"/".join(path): file.openstream(path).read() for path in file.listdir()}


def compound_file(streams: dict[str, bytes]) -> bytes:
    """A compound file of these streams; paths are at most two deep."""
    sectors = _Sectors(_SECTOR)
    small = _Sectors(_SMALL)
    names: list[tuple[str, int, bytes]] = [("Root Entry", _ROOT, b"")]
    children: dict[str, list[int]] = {"": []}
    for path, data in sorted(streams.items()):
        folder, _, name = path.rpartition("/")
        if folder not in children:
            children[folder] = []
            children[""].append(len(names))
            names.append((folder, _STORAGE, b""))
        children[folder].append(len(names))
        names.append((name, _STREAM, data))
    starts = [
        (small if len(data) < _LARGE else sectors).add(data) if kind == _STREAM else 0
        for _, kind, data in names
    ]
    starts[0] = sectors.add(bytes(small.data))
    for group in children.values():  # in the format's own order, each the right one of its twins
        group.sort(key=lambda at: (len(names[at][0]), names[at][0].upper()))
    after = {a: b for group in children.values() for a, b in pairwise(group)}
    directory = b"".join(
        _entry(
            name,
            kind,
            after.get(at, _FREE),
            (children[name if at else ""] or [_FREE])[0] if kind != _STREAM else _FREE,
            starts[at],
            len(small.data) if kind == _ROOT else len(data),
        )
        for at, (name, kind, data) in enumerate(names)
    )
    directory_at = sectors.add(directory)
    small_at = sectors.add(b"".join(struct.pack("<I", entry) for entry in small.table))
    return _with_header(sectors, directory_at, small_at, len(small.table))


class _Sectors:
    """Data in sectors, and the table that chains them."""

    def __init__(self, size: int) -> None:
        self._size = size
        self.data = bytearray()
        self.table: list[int] = []

    def add(self, data: bytes) -> int:
        """The first sector of ``data``."""
        if not data:
            return _END
        first = len(self.table)
        count = -(-len(data) // self._size)
        self.data += data.ljust(count * self._size, b"\0")
        self.table += [*range(first + 1, first + count), _END]
        return first


def _entry(name: str, kind: int, after: int, child: int, start: int, size: int) -> bytes:
    written = name.encode("utf-16-le") + b"\0\0"
    tree = struct.pack("<BBIII", kind, 1, _FREE, after, child)
    return (
        written.ljust(64, b"\0")
        + struct.pack("<H", len(written))
        + tree
        + bytes(36)
        + (struct.pack("<IQ", start, size))
    )


def _with_header(sectors: _Sectors, directory: int, small: int, small_count: int) -> bytes:
    a_sector = _SECTOR // 4
    fats = 0
    while fats * a_sector < len(sectors.table) + fats:
        fats += 1
    assert fats <= 109, "too big for this writer"
    first = len(sectors.table)
    table = [*sectors.table, *[_FAT] * fats]
    table += [_FREE] * (fats * a_sector - len(table))
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIII",
        bytes.fromhex("d0cf11e0a1b11ae1"), bytes(16), 0x3E, 3, 0xFFFE, 9, 6, bytes(6), 0,
        fats, directory, 0, _LARGE, small, -(-small_count // a_sector), _END, 0,
    )  # fmt: skip
    places = [*range(first, first + fats), *[_FREE] * (109 - fats)]
    header += struct.pack("<109I", *places)
    return header + bytes(sectors.data) + struct.pack(f"<{len(table)}I", *table)
