"""What each token of a vocabulary writes, and which tokens write the beginning of a text."""

from __future__ import annotations

import codecs
import random
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from onprem_rag.korean.script import is_foreign

_BYTE = re.compile(r"<0x([0-9A-Fa-f]{2})>")
_SAMPLES, _SAMPLE_LENGTH = 40, 12
_SAMPLED = 8  # one of so many characters


@dataclass(frozen=True, slots=True)
class Written:
    """What ids decode to: ``text``, and the bytes of a character at its end that isn't whole."""

    text: str
    pending: bytes = b""


class Vocabulary:
    """A tokenizer's tokens as bytes; built once a model (transformers' fast tokenizers).

    The table proposes tokens, the tokenizer's own decoder says what they write: only where the
    decoder is seen to join the bytes and do nothing else, the table speaks for it.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        names: list[str] = tokenizer.convert_ids_to_tokens(list(range(len(tokenizer))))
        added = {id_: token.content for id_, token in tokenizer.added_tokens_decoder.items()}
        self.special = frozenset(tokenizer.all_special_ids) | {
            id_ for id_, token in tokenizer.added_tokens_decoder.items() if token.special
        }
        decoder = _decoder(tokenizer)
        byte_of = _byte_level() if "ByteLevel" in decoder else None
        self._bytes: list[bytes] = []
        self._is_byte: set[int] = set()  # <0x41>: they are joined before they are decoded
        for id_, name in enumerate(names):
            if id_ in self.special or name is None:
                self._bytes.append(b"")
            elif id_ in added:
                self._bytes.append(added[id_].encode())
            elif byte_of is not None:
                self._bytes.append(_from_byte_level(name, byte_of))
            elif "ByteFallback" in decoder and (byte := _BYTE.fullmatch(name)):
                self._bytes.append(bytes([int(byte[1], 16)]))
                self._is_byte.add(id_)
            else:
                self._bytes.append(name.replace("▁", " ").removeprefix("##").encode())
        self._by_bytes: dict[bytes, list[int]] = {}
        for id_, written in enumerate(self._bytes):
            if written:
                self._by_bytes.setdefault(written, []).append(id_)
        self._sorted = sorted(self._by_bytes)
        self._foreign = {
            id_: foreign
            for id_, written in enumerate(self._bytes)
            if (foreign := _foreign(written))
        }
        self._joins = byte_of is not None and self._decodes_by_joining()

    def __len__(self) -> int:
        return len(self._bytes)

    def foreign(self, token: int) -> frozenset[str]:
        """The characters in ``token`` that an answer in Korean has no use for."""
        return self._foreign.get(token, frozenset())

    def written(self, tokens: Sequence[int]) -> Written | None:
        """What ``tokens`` decode to; None where that is not UTF-8."""
        if self._joins:
            return _decoded(Written(""), b"".join(map(self._bytes.__getitem__, tokens)))
        return self._decode(tokens, None)

    def extended(self, tokens: Sequence[int], so_far: Written, token: int) -> Written | None:
        """What ``tokens`` and ``token`` decode to, where ``tokens`` decode to ``so_far``."""
        if token in self.special:
            return None if so_far.pending else so_far
        if self._joins:
            return _decoded(so_far, self._bytes[token])
        if so_far.pending and token not in self._is_byte:
            return None
        return self._decode([*tokens, token], so_far)

    def writing(self, text: str) -> Sequence[int]:
        """Tokens that write just ``text``."""
        return self._by_bytes.get(text.encode(), ())

    def spelling(self, token: int) -> str:
        """What ``token`` writes; "" for a special one and for parts of a character."""
        try:
            return self._bytes[token].decode()
        except UnicodeDecodeError:
            return ""

    def beginning(self, text: bytes) -> Iterator[int]:
        """Tokens that write the first bytes of ``text``, or all of it and more."""
        for end in range(1, len(text) + 1):
            yield from self._by_bytes.get(text[:end], ())
        if text:
            at = bisect_left(self._sorted, text)
            while at < len(self._sorted) and self._sorted[at].startswith(text):
                if self._sorted[at] != text:
                    yield from self._by_bytes[self._sorted[at]]
                at += 1

    def _decode(self, tokens: Sequence[int], so_far: Written | None) -> Written | None:
        end = len(tokens)
        while end and tokens[end - 1] in self._is_byte:
            end -= 1
        if end == len(tokens):
            return Written(self._text(tokens))
        ending = _decoded(Written(""), b"".join(map(self._bytes.__getitem__, tokens[end:])))
        if ending is None or not ending.pending:
            return ending and Written(self._text(tokens))
        head = so_far.text if so_far and end == len(tokens) - 1 else self._text(tokens[:end])
        return Written(head + ending.text, ending.pending)

    def _text(self, tokens: Sequence[int]) -> str:
        return str(self._tokenizer.decode(list(tokens), skip_special_tokens=True))

    def _decodes_by_joining(self) -> bool:
        """Whether random texts decode to just their tokens' bytes, one after the other."""
        chosen = random.Random(0)
        for _ in range(_SAMPLES):
            tokens = [chosen.randrange(len(self._bytes)) for _ in range(_SAMPLE_LENGTH)]
            joined = b"".join(map(self._bytes.__getitem__, tokens))
            if self._text(tokens) != joined.decode("utf-8", errors="replace"):
                return False
        return True


def _decoder(tokenizer: Any) -> str:
    backend = getattr(tokenizer, "backend_tokenizer", None)
    decoder = getattr(backend, "decoder", None)
    return "" if decoder is None else decoder.__getstate__().decode()


def _byte_level() -> dict[str, int]:
    """The byte that each of the 256 characters of byte-level BPE stands for (GPT-2)."""
    visible = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in visible]
    return {chr(byte): byte for byte in visible} | {
        chr(256 + index): byte for index, byte in enumerate(others)
    }


def _from_byte_level(name: str, byte_of: dict[str, int]) -> bytes:
    try:
        return bytes([byte_of[character] for character in name])
    except KeyError:
        return name.encode()


def _foreign(written: bytes) -> frozenset[str]:
    if written.isascii():
        return frozenset()
    text = written.decode("utf-8", errors="ignore")
    return frozenset(character for character in text if is_foreign(character))


def _decoded(so_far: Written, more: bytes) -> Written | None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        text = decoder.decode(so_far.pending + more)
    except UnicodeDecodeError:
        return None
    return Written(so_far.text + text, decoder.getstate()[0])


def characters(pending: bytes) -> Iterator[str]:
    """Yield a sample of the characters whose UTF-8 form begins with ``pending``.

    A character that was begun because of one of them is in the sample for each further byte too.
    """
    lead = pending[0]
    size = 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
    missing = size - len(pending)
    code = lead & (0xFF >> (size + 1))
    for byte in pending[1:]:
        code = code << 6 | byte & 0x3F
    step = 1 << 6 * (missing - 1)
    first = code << 6 * missing
    for number in range(0, 64, _SAMPLED):
        found = first + number * step
        smallest = {2: 0x80, 3: 0x800, 4: 0x10000}[size]
        if smallest <= found < 0x110000 and not 0xD800 <= found < 0xE000:
            yield chr(found)
