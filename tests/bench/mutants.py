"""Files spoilt by accident: bits flipped, cut, spliced, outside and inside their containers."""

from __future__ import annotations

import io
import random
import re
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.compound import compound_file, streams_of

PROJECT = Path(__file__).resolve().parents[2]
A_FORMAT = 10  # seeds of each format, the smallest there are
OLE, ZIP, PDF = b"\xd0\xcf\x11\xe0", b"PK\x03\x04", b"%PDF"
_PDF_STREAM = re.compile(rb"stream\r?\n(.{1,100000}?)\r?\nendstream", re.DOTALL)
_PIECES = re.compile(r"<[^<>\n]*>?|[^<\n]+|\n")
_OPENED = re.compile(r"<([\w:]+)")
_NUMBER = re.compile(r"\d+")
_SIGNS = (
    *"<>&\"'()[]「」|*_#\t\x00\x0b\u200b\ufeff",
    *("&amp;", "&#xd800;", "<td>", "</td>", "<table>", "<!--", "<![CDATA[", "제1조(목적) ", "①"),
    *(
        "<개정 2020. 1. 1.>",
        "부칙",
        "별표 1",
        "제1조의2",
        "\n제3조(",
        "「같은 규정」 제1조",
        "전항",
    ),
)
_RULE = "여비규정\n\n제1조(목적) 이 규정은 여비를 정한다.\n\n제2조(지급) ① 여비는 5만원으로 한다.\n"
HTML = (
    "<html><head><title>여비규정</title></head><body><h1>여비규정</h1><p>제1조(목적) 이 규정은 "
    "여비를 정한다.</p><table><tr><th>직급</th><th colspan=2>숙박비</th></tr><tr><td rowspan=2>4급"
    "</td><td>7만원</td><td>실비</td></tr><tr><td>8만원</td><td>&nbsp;</td></tr></table>"
    "<p>제2조(지급) &lt;개정 2020. 1. 1.&gt;</p></body></html>"
)
HWPML = (
    '<?xml version="1.0" encoding="UTF-8"?><HWPML Version="2.8"><HEAD SecCnt="1"></HEAD><BODY>'
    '<SECTION Id="0"><P><TEXT><CHAR>여비규정</CHAR></TEXT></P><P><TEXT><CHAR>제1조(목적) 이 규정은 '
    '여비를 정한다.</CHAR></TEXT></P><P><TEXT><TABLE ColCount="2" RowCount="1"><ROW><CELL '
    'ColAddr="0" RowAddr="0"><PARALIST><P><TEXT><CHAR>직급</CHAR></TEXT></P></PARALIST></CELL>'
    '<CELL ColAddr="1" RowAddr="0"><PARALIST><P><TEXT><CHAR>금액</CHAR></TEXT></P></PARALIST>'
    "</CELL></ROW></TABLE></TEXT></P></SECTION></BODY></HWPML>"
)
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
XLSX_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default '
    'Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    "</Types>",
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{_RELATION}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_SHEET}" xmlns:r="{_RELATION}"><sheets><sheet '
    'name="여비" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship '
    f'Id="rId1" Type="{_RELATION}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
    "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_SHEET}"><sheetData><row r="1"><c r="A1" '
    't="inlineStr"><is><t>직급</t></is></c><c r="B1" t="inlineStr"><is><t>금액</t></is></c></row>'
    '<row r="2"><c r="A2" t="inlineStr"><is><t>4급</t></is></c><c r="B2"><v>70000</v></c></row>'
    "</sheetData></worksheet>",
}


@dataclass(frozen=True, slots=True)
class File:
    """A name and its bytes."""

    name: str
    data: bytes


def zip_file(parts: dict[str, bytes]) -> bytes:
    """A ZIP file of these parts."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return whole.getvalue()


def seed_files(shared: Path) -> list[File]:
    """The demo's files, the smallest real ones of each format, and some built here."""
    files = [File(p.name, p.read_bytes()) for p in sorted((PROJECT / "demo/regulations").iterdir())]
    by_suffix: dict[str, list[Path]] = {}
    for path in sorted(shared.glob("*/*")):
        by_suffix.setdefault(path.suffix, []).append(path)
    for suffix in (".hwp", ".hwpx", ".pdf", ".md"):
        smallest = sorted(by_suffix.get(suffix, []), key=lambda path: path.stat().st_size)
        files += [File(path.name, path.read_bytes()) for path in smallest[:A_FORMAT]]
    xlsx = zip_file({name: text.encode() for name, text in XLSX_PARTS.items()})
    return [
        *(file for file in files if len(file.data) < 500_000),
        File("여비.html", HTML.encode()),
        File("여비.hwp", HWPML.encode()),
        File("여비.xlsx", xlsx),
        File("여비.zip", zip_file({"여비.txt": _RULE.encode(), "여비.xlsx": xlsx})),
        File("여비.txt", _RULE.encode("cp949")),
        File("여비16.txt", _RULE.encode("utf-16")),
        File("여비.csv", "직급,금액,비고\n4급,70000,\n5급,60000,실비\n".encode()),
    ]


def mutant(seeds: Sequence[File], number: int) -> File:
    """The mutant of this number: each seed's turn comes round, spoilt in another way."""
    seed = seeds[number % len(seeds)]
    chance = random.Random(number)
    other = chance.choice(seeds).data
    inside = {OLE: _inside_compound, ZIP: _inside_zip, PDF: _inside_pdf}.get(seed.data[:4])
    if inside and chance.random() < 0.7:
        return File(seed.name, inside(chance, seed.data, other))
    return File(seed.name, spoilt(chance, seed.data, other))


def spoilt(chance: random.Random, data: bytes, other: bytes) -> bytes:
    """``data`` after an accident or some: mostly few and small, so that it gets past the door."""
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        if chance.random() < 0.6 and (text := _text(data)):
            data = _rewritten(chance, text).encode("utf-8", "replace")
        else:
            data = _damaged(chance, data, other)
        data = data[:2_000_000]
    return data


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return ""


def _rewritten(chance: random.Random, text: str) -> str:
    """Text or markup, still text: pieces between tags and line ends lost, doubled, moved."""
    pieces = _PIECES.findall(text)
    at = chance.randrange(len(pieces))
    end = at + chance.choice((1, 1, 2, 10, 100))
    if (opened := _OPENED.match(pieces[at])) and f"</{opened[1]}>" in pieces[at:]:
        end = pieces.index(f"</{opened[1]}>", at) + 1  # a whole element
    match chance.randrange(5):
        case 0:
            pieces[at:end] = []
        case 1:
            pieces[at:end] = pieces[at:end] * chance.choice((2, 2, 50))
        case 2:
            to = chance.randrange(len(pieces))
            pieces[to:to] = pieces[at:end]
        case 3:
            number = chance.choice(("0", "-1", "65536", "4294967295", "9" * 30, "1e9", ""))
            pieces[at:end] = [_NUMBER.sub(number, piece) for piece in pieces[at:end]]
        case 4:
            pieces.insert(at, chance.choice(_SIGNS) * chance.choice((1, 2, 1_000)))
    return "".join(pieces)


def _damaged(chance: random.Random, data: bytes, other: bytes) -> bytes:
    at = chance.randrange(len(data) + 1)
    end = min(len(data), at + chance.choice((1, 4, 64, 1_000, 20_000)))
    match chance.randrange(9):
        case 0 | 1 | 2:
            return _flipped(chance, data)
        case 3:  # cut short
            return data[:at]
        case 4:  # a piece lost
            return data[:at] + data[end:]
        case 5:  # the end of another file
            return data[:at] + other[chance.randrange(len(other) + 1) :][:100_000]
        case 6:  # a piece over and over
            return data[:end] + data[at:end] * chance.choice((1, 10, 50)) + data[end:]
        case 7:  # noise
            return data[:at] + chance.randbytes(end - at) + data[end:]
        case _:  # a number at its limits
            number = chance.choice((b"\xff", b"\x00", b"\x7f")) * chance.choice((2, 4, 8))
            return data[:at] + number + data[at + len(number) :]


def _flipped(chance: random.Random, data: bytes) -> bytes:
    flipped = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 8, 64)) if data else 0):
        flipped[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(flipped)


def _inside_zip(chance: random.Random, data: bytes, other: bytes) -> bytes:
    """Some members spoilt before they are packed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    names = sorted(parts)
    texts = [
        name
        for name in names
        if name.endswith(".xml") and ("section" in name or "document" in name)
    ]
    for name in chance.choices(texts or names, k=1) + chance.choices(names, k=chance.randint(0, 2)):
        parts[name] = spoilt(chance, parts[name], other)
    return zip_file(parts)


def _inside_compound(chance: random.Random, data: bytes, other: bytes) -> bytes:
    """Some streams spoilt before they are packed."""
    streams = streams_of(data)
    names = sorted(streams)
    bodies = [name for name in names if name.startswith(("BodyText", "ViewText"))]
    for name in chance.choices(bodies or names, k=1) + chance.choices(names, k=1):
        try:
            whole = zlib.decompress(streams[name], -15)
            spoil = chance.choice((_reordered, spoilt))
            streams[name] = deflated(spoil(chance, whole, other))
        except zlib.error:  # not packed
            streams[name] = spoilt(chance, streams[name], other)
    return compound_file(streams)


def _reordered(chance: random.Random, data: bytes, other: bytes) -> bytes:
    """Whole records of an HWP 5 stream lost, doubled or moved, and one damaged inside."""
    records = []
    at = 0
    while at + 4 <= len(data):
        size = int.from_bytes(data[at : at + 4], "little") >> 20
        size = int.from_bytes(data[at + 4 : at + 8], "little") + 4 if size == 0xFFF else size
        records.append(data[at : at + 4 + size])
        at += 4 + size
    for _ in range(chance.choice((1, 2, 4))):
        if not records:
            break
        one = chance.randrange(len(records))
        end = one + chance.choice((1, 1, 5, 50))
        to = chance.randrange(len(records))
        match chance.randrange(3):
            case 0:
                records[one:end] = records[one:end] * chance.choice((0, 2, 50))
            case 1:
                records[to:to] = records[one:end]
            case 2:
                records[one] = records[one][:4] + _flipped(chance, records[one][4:])
    return b"".join(records)[:2_000_000]


def _inside_pdf(chance: random.Random, data: bytes, other: bytes) -> bytes:
    """One stream spoilt before it is packed."""
    streams = [found for found in _PDF_STREAM.finditer(data) if found[1][:1] in b"xhH"]
    if not streams:
        return spoilt(chance, data, other)
    found = chance.choice(streams)
    try:
        packed = zlib.compress(spoilt(chance, zlib.decompress(found[1]), other))
    except zlib.error:
        packed = spoilt(chance, found[1], other)
    return data[: found.start(1)] + packed + data[found.end(1) :]


def deflated(data: bytes) -> bytes:
    """Raw deflate, as HWP 5 packs its streams."""
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()
