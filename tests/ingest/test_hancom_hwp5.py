"""HWP 5: small files that are built here record by record, and hostile ones."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES128

from ingest.readers.hancom import records
from ingest.readers.hancom.hwp5 import read_hwp5
from ingest.readers.hwp import read_hwp
from onprem_rag.errors import ReadError

END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
SECTOR = 512
HEADS = {"none": 0, "outline": 1, "number": 2, "bullet": 3}


def compound(streams: dict[str, bytes]) -> bytes:
    """An OLE compound file. Streams are filled up to 4,096 bytes, so that none is a mini stream."""
    entries: list[tuple[str, int, int, bytes]] = [("Root Entry", 5, 0, b"")]
    places: dict[str, list[int]] = {"": []}
    for path, data in streams.items():
        folder, _, name = path.rpartition("/")
        if folder not in places:
            places[""].append(len(entries))
            places[folder] = []
            entries.append((folder, 1, 0, b""))
        places[folder].append(len(entries))
        entries.append((name, 2, 0, data.ljust(4096, b"\0")))
    sectors: list[bytes] = []
    table: list[int] = []

    def chain(data: bytes) -> int:
        first = len(sectors)
        parts = [data[at : at + SECTOR].ljust(SECTOR, b"\0") for at in range(0, len(data), SECTOR)]
        sectors.extend(parts)
        table.extend([*range(first + 1, first + len(parts)), END])
        return first

    starts = [chain(data) if data else 0 for *_, data in entries]
    directory = b""
    for at, (name, kind, _, data) in enumerate(entries):
        children = places[name if kind == 1 else ""] if kind in (1, 5) else []
        siblings = next((group for group in places.values() if at in group), [])
        later = siblings[siblings.index(at) + 1 :] if siblings else []
        directory += struct.pack(
            "<64sHBBIII16sIQQII4x",
            *(name.encode("utf-16-le"), 2 * len(name) + 2, kind, 1, FREE),
            *(later[0] if later else FREE, children[0] if children else FREE, b"", 0, 0, 0),
            *(END if kind == 5 else starts[at], len(data)),
        )
    first_of_directory = chain(directory)
    fat_sectors = (len(table) + 129) // 128
    fat_at = len(table)
    table += [FAT] * fat_sectors
    table += [FREE] * (-len(table) % 128)
    fat = struct.pack(f"<{len(table)}I", *table)
    header = struct.pack(
        "<8s16sHHHHH6xIIIIIIIII",
        *(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6),
        *(0, fat_sectors, first_of_directory, 0, 4096, END, 0, END, 0),
    )
    header += struct.pack(
        "<109I", *range(fat_at, fat_at + fat_sectors), *[FREE] * (109 - fat_sectors)
    )
    return header + b"".join(sectors) + fat


def record(tag: int, level: int, payload: bytes = b"") -> bytes:
    size = min(len(payload), 0xFFF)
    head = struct.pack("<I", tag | level << 10 | size << 20)
    return head + (struct.pack("<I", len(payload)) if size == 0xFFF else b"") + payload


def control(code: int, name: str = "    ") -> str:
    """A control in the text: its code, its name backwards, and the code again."""
    low, high = struct.unpack("<HH", name[::-1].encode())
    return chr(code) + chr(low) + chr(high) + "\0" * 4 + chr(code)


def paragraph(text: str, level: int = 0, shape: int = 0, controls: bytes = b"") -> bytes:
    header = struct.pack("<IIHBBHHHI", len(text) + 1, 0, shape, 0, 0, 0, 0, 0, 0)
    units = (text + "\r").encode("utf-16-le", "surrogatepass")
    return record(66, level, header) + record(67, level + 1, units) + controls


def ctrl(name: str, level: int, payload: bytes = b"") -> bytes:
    return record(71, level, name[::-1].encode() + payload)


def cell(
    row: int, column: int, content: bytes, level: int, rows: int = 1, columns: int = 1
) -> bytes:
    place = struct.pack("<iIHHHHII", 1, 0, column, row, columns, rows, 0, 0)
    return record(72, level, place) + content


def table(level: int, *cells: bytes, caption: bytes = b"") -> bytes:
    inline = struct.pack("<I", 1).ljust(40, b"\0")
    return ctrl("tbl ", level, inline) + caption + record(77, level + 1) + b"".join(cells)


def pattern(text: str, form: int = 0) -> bytes:
    return (
        struct.pack("<IHHI", form << 5, 0, 0, 0)
        + struct.pack("<H", len(text))
        + text.encode("utf-16-le")
    )


def numbering(*patterns: bytes, start: int = 1) -> bytes:
    rest = [pattern("")] * (7 - len(patterns))
    return record(23, 1, b"".join([*patterns, *rest]) + struct.pack("<H7I", start, *[1] * 7))


def shape(kind: str, level: int = 0, definition: int = 0) -> bytes:
    attributes = HEADS[kind] << 23 | level << 25
    return record(25, 1, struct.pack("<I26xH", attributes, definition).ljust(54, b"\0"))


def hwp(
    *sections: bytes,
    info: bytes = b"",
    flags: int = 1,
    folder: str = "BodyText",
    lock: bool = False,
) -> bytes:
    """An HWP 5 file. ``lock``: sections as in a distribution document."""

    def stream(content: bytes) -> bytes:
        if not flags & 1:
            return content
        deflate = zlib.compressobj(wbits=-15)
        return deflate.compress(content) + deflate.flush()

    streams = {
        "FileHeader": b"HWP Document File".ljust(32, b"\0") + struct.pack("<II", 0x05010001, flags),
        "DocInfo": stream(info),
    }
    for at, section in enumerate(sections):
        streams[f"{folder}/Section{at}"] = locked(stream(section)) if lock else stream(section)
    return compound(streams)


def locked(stream: bytes) -> bytes:
    """A stream behind the record that holds its key."""
    seed, key = 0x1234_5679, bytes(range(16))
    state, mask = seed, b""
    while len(mask) < 256:
        state = (state * 214013 + 2531011) % 2**32
        value = state >> 16 & 0xFF
        state = (state * 214013 + 2531011) % 2**32
        mask += bytes([value]) * ((state >> 16 & 0xF) + 1)
    plain = bytearray(256)
    plain[4 + (seed & 0xF) : 20 + (seed & 0xF)] = key
    data = struct.pack("<I", seed) + bytes(a ^ b for a, b in zip(plain[4:], mask[4:], strict=False))
    encryptor = Cipher(AES128(key), modes.ECB()).encryptor()
    return record(28, 0, data) + encryptor.update(stream.ljust(-(-len(stream) // 16) * 16, b"\0"))


def lines(data: bytes) -> list[str]:
    return read_hwp5(data).text.splitlines()


@pytest.mark.parametrize("flags", [0, 1])
def test_paragraphs_of_all_sections(flags: int) -> None:
    text = "제1조(목적)" + control(9) + "여비\n둘째\x1e줄\x18끝 😀\ud83d"
    sections = [paragraph(text), *[paragraph(f"{at}구역") for at in range(1, 11)]]
    found = lines(hwp(*sections, flags=flags))
    assert found[:3] == ["제1조(목적)\t여비", "둘째 줄-끝 😀\ufffd", "1구역"]
    assert found[-2:] == ["9구역", "10구역"]


def test_generated_numbers_stand_in_front() -> None:
    info = (
        numbering(pattern("제^1조"), pattern("^2", form=1), pattern("^3.", form=8))
        + numbering(pattern("^1."), start=3)
        + record(24, 1, bytes(12) + "○".encode("utf-16-le") + bytes(10))
        + shape("none")
        + b"".join(shape("outline", level) for level in range(3))
        + shape("number", 0, 2)
        + shape("bullet", 0, 1)
    )
    section = paragraph(
        control(2, "secd") + "목적", shape=1, controls=ctrl("secd", 1, struct.pack("<14xH", 1))
    )
    for text, number in [
        ("여비", 2),
        ("식비", 3),
        ("일비", 3),
        ("숙박", 2),
        ("별표", 4),
        ("별지", 4),
    ]:
        section += paragraph(text, shape=number)
    section += paragraph("정의", shape=1) + paragraph("뜻", shape=2) + paragraph("기타", shape=5)
    assert lines(hwp(section, info=info)) == [
        *("제1조 목적", "① 여비", "가. 식비", "나. 일비", "② 숙박", "3. 별표", "4. 별지"),
        *("제2조 정의", "① 뜻", "○ 기타"),
    ]


def test_a_table_with_merged_cells_and_its_caption() -> None:
    number = ctrl("atno", 3, struct.pack("<IHHHH", 4, 2, 0, 0, 0))
    caption = record(72, 2, struct.pack("<iII", 1, 0, 2)) + paragraph(
        "표 " + control(18, "atno") + " 여비", 2, controls=number
    )
    cells = [
        cell(0, 0, paragraph("직급", 2), 2, rows=2),
        cell(0, 1, paragraph("숙박비", 2), 2, columns=2),
        cell(1, 1, paragraph("특별시", 2), 2),
        cell(1, 2, paragraph("기타지역", 2), 2),
        cell(2, 0, paragraph("4급", 2), 2),
        cell(2, 1, paragraph("7만원", 2), 2),
        cell(2, 2, paragraph("5만원", 2) + paragraph("이내", 2), 2),
    ]
    text = "앞" + control(11, "tbl ") + "뒤"
    reading = read_hwp5(hwp(paragraph(text, controls=table(1, *cells, caption=caption))))
    found = reading.text.splitlines()
    assert found[:2] == ["앞", "표 2 여비"]
    assert found[-2:] == [
        "직급: 4급 | 숙박비 특별시: 7만원 | 숙박비 기타지역: 5만원 이내",
        "뒤",
    ]
    assert reading.tables[0].rows[:2] == (
        ("직급", "숙박비", "숙박비"),
        ("직급", "특별시", "기타지역"),
    )


def test_notes_boxes_and_furniture() -> None:
    def holder(name: str, level: int, text: str, payload: bytes = b"") -> bytes:
        list_header = record(72, level + 1, struct.pack("<iI", 1, 0))
        return ctrl(name, level, payload) + list_header + paragraph(text, level + 1)

    box = ctrl("gso ", 1, struct.pack("<I", 0)) + record(76, 2) + record(72, 3, bytes(8))
    box += paragraph("상자", 3)
    overlap = ctrl("tcps", 1, struct.pack("<H", 2) + "16".encode("utf-16-le") + b"\x01")
    equation = ctrl("eqed", 1, bytes(8)) + record(
        88, 2, struct.pack("<IH", 0, 8) + "a over b".encode("utf-16-le")
    )
    text = (
        f"{control(16, 'head')}휴가{control(17, 'fn  ')}는 {control(23, 'tcps')} 10일"
        f"{control(15, 'tcmt')}{control(11, 'gso ')}로 {control(11, 'eqed')}"
    )
    controls = (
        holder("head", 1, "머리말")
        + holder("fn  ", 1, "공휴일 포함", struct.pack("<I", 3))
        + overlap
        + holder("tcmt", 1, "숨은 설명")
        + box
        + equation
    )
    assert lines(hwp(paragraph(text, controls=controls) + paragraph("다음"))) == [
        *("휴가는 ⑯ 10일로 a over b", "상자", "주 3) 공휴일 포함", "다음")
    ]


def test_memos_at_the_end_are_no_part_of_the_last_table() -> None:
    cells = [cell(0, 0, paragraph("가", 2), 2), cell(0, 1, paragraph("나", 2), 2)]
    memo = record(93, 1) + record(72, 2, bytes(16)) + paragraph("메모", 2)
    section = paragraph(control(11, "tbl "), controls=table(1, *cells) + memo)
    assert lines(hwp(section)) == ["가 | 나"]


def test_a_distribution_document_opens_with_the_key_it_carries() -> None:
    data = hwp(paragraph("배포용 본문"), flags=5, folder="ViewText", lock=True)
    assert lines(data) == ["배포용 본문"]
    assert read_hwp(data) == read_hwp5(data)


def nested(depth: int) -> bytes:
    content = paragraph("끝", 2 * depth)
    for level in range(2 * depth - 2, -1, -2):
        inside = table(level + 1, cell(0, 0, content, level + 2))
        content = paragraph(control(11, "tbl "), level, controls=inside)
    return content


GOOD = paragraph("본문")
BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "password": (lambda: hwp(GOOD, flags=3), "암호가 걸린 한글 문서입니다. → 한글에서 암호를"),
    "certificate": (lambda: hwp(GOOD, flags=0x101), "암호가 걸린 한글 문서입니다. →"),
    "DRM": (lambda: hwp(GOOD, flags=0x11), "DRM으로 보안된 한글 문서입니다. →"),
    "distribution without its key": (
        lambda: hwp(GOOD, flags=5, folder="ViewText"),
        "손상되었거나 한글 문서가 아닙니다. →",
    ),
    "no section": (lambda: hwp(), "손상되었거나 한글 문서가 아닙니다. →"),
    "not Hangul": (lambda: compound({"WordDocument": b"x"}), "한글 문서가 아닌 복합 파일입니다. →"),
    "compound file cut off": (lambda: hwp(GOOD)[:700], "손상되었거나 한글 문서가 아닙니다. →"),
    "record longer than the stream": (
        lambda: hwp(GOOD + struct.pack("<II", 67 | 0xFFF << 20, 2**31), flags=0),
        "손상되었거나 한글 문서가 아닙니다. →",
    ),
    "stream that isn't compressed": (
        lambda: compound({"FileHeader": hwp(GOOD)[512:768], "DocInfo": b"\xff" * 50}),
        "손상되었거나 한글 문서가 아닙니다. →",
    ),
    "tables in tables": (lambda: hwp(nested(40)), "너무 깊이 들어 있습니다. →"),
    "a hundred tables in tables": (lambda: hwp(nested(100)), "너무 깊이 들어 있습니다. →"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_read_says_why(name: str) -> None:
    build, message = BAD[name]
    with pytest.raises(ReadError) as caught:
        read_hwp5(build())
    assert message in str(caught.value)


def test_a_bomb_is_stopped_while_it_inflates(monkeypatch: pytest.MonkeyPatch) -> None:
    data = hwp(paragraph("가" * 500_000))
    assert len(data) < 20_000
    assert len(read_hwp5(data).text) == 500_001
    monkeypatch.setattr(records, "MOST_BYTES", 500_000)
    with pytest.raises(ReadError, match="지나치게 커지는 파일"):
        read_hwp5(data)


def test_a_loop_in_the_compound_file_ends() -> None:
    data = bytearray(hwp(paragraph("가나다" * 3_000), flags=0))
    fat = len(data) - SECTOR
    for at in range(fat, len(data) - 4, 4):  # each sector follows itself
        if struct.unpack_from("<I", data, at)[0] < 0xFFFF:
            struct.pack_into("<I", data, at, (at - fat) // 4)
    with pytest.raises(ReadError, match="손상되었거나"):
        read_hwp5(bytes(data))
