"""HWP 3: files that are built here as the format describes them, for none is at hand."""

from __future__ import annotations

import struct
import zlib

import pytest

from ingest.readers.hancom.letters import letter, outline
from ingest.readers.hwp import read_hwp
from onprem_rag.errors import ReadError

SIGNATURE = b"HWP Document File V3.00 \x1a\x01\x02\x03\x04\x05"
NOTHING = bytes(43)  # a paragraph without letters ends a list


def codes(text: str) -> bytes:
    """Johab for syllables, HWP's own codes for a few signs."""
    signs = {"①": 0x36E7, "※": 0x3438, "權": 0x4222}
    found = b""
    for sign in text:
        code = signs.get(sign) or ord(sign)
        if "가" <= sign <= "힣":
            code = int.from_bytes(sign.encode("johab"), "big")
        found += struct.pack("<H", code)
    return found


def p(*parts: str | bytes, same: int = 0, each: int = 0) -> bytes:
    text = b"".join(codes(part) if isinstance(part, str) else part for part in parts)
    count = min(len(text) // 2 + 1, 9_999)  # a box counts as four, but nothing reads that
    head = struct.pack("<BHHB5xB", same, count, 1, each, 0) + bytes(31)
    shape = b"" if same else bytes(187)
    letters = (b"\0" + bytes(31) + b"\1" * (count - 1)) if each else b""
    return head + shape + bytes(14) + letters + text + struct.pack("<H", 13)


def control(code: int, rest: bytes) -> bytes:
    return struct.pack("<HIH", code, 0, code) + rest


def box(kind: int, *cells: tuple[tuple[int, int, int, int], bytes], caption: bytes = b"") -> bytes:
    info = bytearray(84)
    struct.pack_into("<HH", info, 78, kind, len(cells))
    places = b"".join(struct.pack("<4x4H15x", *place) for place, _ in cells)
    contents = b"".join(content + NOTHING for _, content in cells)
    return control(10, bytes(info) + places + contents + caption + NOTHING)


def hwp3(*paragraphs: bytes, compressed: int = 1, encrypted: int = 0) -> bytes:
    info = bytearray(128)
    struct.pack_into("<H", info, 96, encrypted)
    struct.pack_into("<BxH", info, 124, compressed, 10)
    fonts = b"".join(
        struct.pack("<H", count) + bytes(40 * count) for count in (1, 2, 0, 0, 0, 0, 1)
    )
    body = fonts + struct.pack("<H", 1) + bytes(238) + b"".join(paragraphs) + NOTHING
    if compressed:
        deflate = zlib.compressobj(wbits=-15)
        body = deflate.compress(body) + deflate.flush()
    return SIGNATURE + bytes(info) + bytes(1008) + bytes(10) + body


@pytest.mark.parametrize("compressed", [0, 1])
def test_paragraphs(compressed: int) -> None:
    data = hwp3(
        p("제1조(목적)", struct.pack("<4H", 9, 0, 0, 9), "이 규정은"),
        p("① 權 ※", same=1, each=1),
        compressed=compressed,
    )
    assert read_hwp(data).text == "제1조(목적)\t이 규정은\n① 權 ※\n"


def test_a_table_and_a_box() -> None:
    cells = [
        ((0, 0, 100, 80), p("직급")),
        ((101, 0, 200, 40), p("숙박비")),
        ((100, 40, 100, 40), p("특별시")),
        ((200, 40, 101, 40), p("기타지역")),
        ((0, 80, 100, 40), p("4급")),
        ((100, 80, 100, 40), p("7만원")),
        ((200, 80, 100, 40), p("5만원")),
    ]
    reading = read_hwp(
        hwp3(
            p("여비표", box(0, *cells, caption=p("표 제목"))), p(box(1, ((0, 0, 9, 9), p("상자"))))
        )
    )
    assert reading.text.splitlines()[0] == "여비표"
    assert reading.text.splitlines()[-3:] == [
        "직급: 4급 | 숙박비 특별시: 7만원 | 숙박비 기타지역: 5만원",
        "표 제목",
        " 상자",
    ]


def test_notes_outlines_and_furniture() -> None:
    def held(code: int, size: int, text: str) -> bytes:
        return control(code, bytes(size) + p(text) + NOTHING)

    note = control(17, bytes(8) + struct.pack("<3H", 2, 0, 0) + p("공휴일 포함") + NOTHING)
    numbered = struct.pack("<HHBB28HH", 28, 1, 3, 1, 1, 3, *[0] * 26, 28)
    field = struct.pack("<HIH", 5, 20, 5) + bytes(20)
    picture = control(11, bytes(348) + p("그림 설명") + NOTHING)
    data = hwp3(
        p(held(16, 10, "머리말"), held(15, 8, "숨은 설명"), "휴가", note, field, "는 10일"),
        p(numbered, "출장"),
        p(struct.pack("<4H", 18, 4, 7, 18), picture),
    )
    assert read_hwp(data).text.splitlines() == [
        *("휴가는 10일", "주 2) 공휴일 포함", "다. 출장", "7", "그림 설명")
    ]


@pytest.mark.parametrize(
    ("style", "level", "text"),
    [(1, 1, "2.3."), (2, 1, "2.3"), (3, 0, "II."), (3, 3, "나)"), (5, 2, "(1)"), (129, 0, "")],
)
def test_outline_styles(style: int, level: int, text: str) -> None:
    assert outline(style, level, [2, 3, 1, 2, 0, 0, 0], [0] * 7, [0] * 14) == text


def test_an_outline_of_ones_own() -> None:
    signs = [ord("<"), ord(">"), 0, ord(")"), *[0] * 10]
    assert outline(0, 0, [2, 3, 0, 0, 0, 0, 0], [5, 8, 0, 0, 0, 0, 0], signs) == "<나>"
    assert outline(0, 1, [2, 3, 0, 0, 0, 0, 0], [5, 8, 0, 0, 0, 0, 0], signs) == "③)"


def test_letters() -> None:
    assert [letter(code) for code in (0x41, 0x8861, 0x3446, 0x3590, 0x4F5D, 0x2E03, 0x0099)] == [
        *("A", "가", "→", "Ⅰ", "債", "③", "\ufffd")
    ]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (SIGNATURE, "손상되었거나 한글 문서가 아닙니다. →"),
        (hwp3(p("가나다"))[:-20], "손상되었거나 한글 문서가 아닙니다. →"),
        (hwp3(p("가나다"), compressed=0)[:-70], "손상되었거나 한글 문서가 아닙니다. →"),
        (hwp3(p("가나다"), encrypted=1), "암호가 걸린 한글 문서입니다. →"),
        (b"HWP Document File V2.10 \x1a" + bytes(5_000), "HWP 3.0보다 오래된 한글 문서입니다. →"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, message: str) -> None:
    with pytest.raises(ReadError) as caught:
        read_hwp(data)
    assert message in str(caught.value)


def test_boxes_in_boxes_end() -> None:
    content = p("끝")
    for _ in range(30):
        content = p(box(1, ((0, 0, 9, 9), content)))
    with pytest.raises(ReadError, match="너무 깊이"):
        read_hwp(hwp3(content))
