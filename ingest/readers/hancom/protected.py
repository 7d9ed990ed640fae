"""Distribution documents (배포용 문서): body streams that open with the key they carry."""

from __future__ import annotations

import struct

from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES128

from ingest.readers.hancom.records import DISTRIBUTE_DOC_DATA
from ingest.readers.hancom.refusals import damaged

_HEAD = 4
_DATA = 256
_BLOCK = 16


def opened(stream: bytes) -> bytes:
    """The stream of ViewText behind its first record, decrypted. Raises ReadError if damaged."""
    if len(stream) < _HEAD + _DATA:
        raise damaged()
    (head,) = struct.unpack_from("<I", stream)
    if head & 0x3FF != DISTRIBUTE_DOC_DATA or head >> 20 != _DATA:
        raise damaged()
    key = _key(stream[_HEAD : _HEAD + _DATA])
    body = stream[_HEAD + _DATA :]
    decryptor = Cipher(AES128(key), modes.ECB()).decryptor()
    return decryptor.update(body[: len(body) // _BLOCK * _BLOCK]) + decryptor.finalize()


def _key(data: bytes) -> bytes:
    """The AES key, hidden in the data under runs of pseudo-random bytes."""
    seed: int = struct.unpack_from("<I", data)[0]
    state = seed

    def rand() -> int:  # that of Microsoft's C library
        nonlocal state
        state = (state * 214013 + 2531011) & 0xFFFFFFFF
        return state >> 16 & 0x7FFF

    mask = bytearray()
    while len(mask) < _DATA:
        value = rand() & 0xFF
        mask += bytes([value]) * ((rand() & 0xF) + 1)
    start = 4 + (seed & 0xF)
    return bytes(data[at] ^ mask[at] for at in range(start, start + 16))
