"""Files made to hurt: each is read or refused within 30 seconds and 2 GB, and costs itself only."""

from __future__ import annotations

import io
import struct
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest.parsed import Parsed
from ingest.readers.archive import is_archive, members
from ingest.readers.reading import read
from ingest.worker import Worker
from onprem_rag.errors import ReadError
from tests.bench.compound import compound_file, streams_of
from tests.bench.mutants import HWPML, XLSX_PARTS, zip_file
from tests.conftest import PROJECT

DEMO = PROJECT / "demo" / "regulations"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RULE = "여비규정\n\n제1조(목적) 이 규정은 여비를 정한다.\n\n제2조(금액) 여비는 5만원으로 한다.\n"
TEN_GB = 10 << 30
WORDS = str.maketrans("0123456789", "abcdefghij")


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker() as worker:
        yield worker


def ending(worker: Worker, name: str, data: bytes) -> Parsed | str:
    """What was read, or why it was not; in time, and the next file is read as ever."""
    began = time.monotonic()
    result: Parsed | str
    try:
        result = worker.read(name, data)
    except ReadError as error:
        result = str(error)
        assert " → " in result
    assert time.monotonic() - began < 32
    assert len(worker.read("여비규정.txt", RULE.encode()).documents[0][1]) == 2
    return result


def text_of(result: Parsed | str) -> str:
    assert not isinstance(result, str), result
    return "".join(document.text for document, _ in result.documents)


# --- containers --------------------------------------------------------------------------------


def package(name: str) -> dict[str, bytes]:
    """The parts of a good file: those of the demo, and a workbook."""
    if name.endswith(".xlsx"):
        return {part: text.encode() for part, text in XLSX_PARTS.items()}
    [path] = DEMO.glob(f"*{Path(name).suffix}")
    with zipfile.ZipFile(path) as archive:
        return {part: archive.read(part) for part in archive.namelist()}


MAIN_PART = {
    "여비.docx": "word/document.xml",
    "여비.hwpx": "Contents/section0.xml",
    "여비.xlsx": "xl/worksheets/sheet1.xml",
}


def with_main_part(name: str, data: bytes) -> bytes:
    return zip_file({**package(name), MAIN_PART[name]: data})


def zeros(size: int) -> bytes:
    """``size`` zeros as raw deflate, a thousandth as long; made of one piece over and over."""
    piece = 64 << 20
    packer = zlib.compressobj(9, wbits=-15)
    first = packer.compress(bytes(piece)) + packer.flush(zlib.Z_FULL_FLUSH)
    return first * (size // piece) + packer.flush()


def with_bomb(parts: dict[str, bytes], at: str, claimed: int) -> bytes:
    """A ZIP file whose member ``at`` inflates to 10 GB and says that it has ``claimed`` bytes."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, data in parts.items():
            if name != at:
                archive.writestr(name, data)
        member = zipfile.ZipInfo(at)
        archive.writestr(member, zeros(TEN_GB))
        member.compress_type = zipfile.ZIP_DEFLATED
        member.file_size = claimed
    return whole.getvalue()


@pytest.mark.parametrize("claimed", [TEN_GB, 1_000_000], ids=["says so", "denies it"])
@pytest.mark.parametrize("name", MAIN_PART)
def test_ten_gigabytes_of_zeros_in_an_office_file(name: str, claimed: int, worker: Worker) -> None:
    assert isinstance(ending(worker, name, with_bomb(package(name), MAIN_PART[name], claimed)), str)


@pytest.mark.parametrize("claimed", [TEN_GB, 1_000_000], ids=["says so", "denies it"])
def test_ten_gigabytes_of_zeros_in_a_zip_file(claimed: int) -> None:
    """These are unpacked in the parent."""
    data = with_bomb({"여비.txt": RULE.encode()}, "zeros.txt", claimed)
    with pytest.raises(ReadError, match=" → "):
        list(members(data))


MANY = 64 << 20


def peak(act: Callable[[], object]) -> int:
    """How many bytes of memory ``act`` takes at once."""
    tracemalloc.start()
    try:
        act()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("way", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA], ids=["bzip2", "lzma"])
@pytest.mark.parametrize("name", ["규정.zip", *MAIN_PART])
def test_zeros_that_python_would_unpack_all_at_once(name: str, way: int) -> None:
    """Whatever size is asked for: a hundred kilobytes would fill the parent's memory."""
    parts = {"여비.txt": RULE.encode()} if name == "규정.zip" else package(name)
    parts[MAIN_PART.get(name, "zeros.txt")] = bytes(MANY)
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", way) as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    data = whole.getvalue()

    def refused() -> None:
        with pytest.raises(ReadError, match=r"드문 방식으로 압축된 파일입니다\. → "):
            list(members(data)) if name == "규정.zip" else read(Path(name), data)

    assert peak(refused) < MANY // 4


def test_a_directory_without_end_is_not_even_opened() -> None:
    """The parent opens it; of a million entries zipfile would make half a gigabyte."""
    entry = zip_file({"가.txt": b""})
    entry = entry[entry.index(b"PK\x01\x02") : entry.index(b"PK\x05\x06")]
    count = 300_000
    directory = entry * count
    end = b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, 65_535, 65_535, len(directory), 0, 0)
    data = b"PK\x03\x04" + directory + end
    assert peak(lambda: is_archive(data)) < len(data)
    with pytest.raises(ReadError, match=r"항목이 너무 많습니다\. → "):
        list(members(data))


def test_zeros_in_a_stream_of_hwp_5(worker: Worker, shared: Path) -> None:
    path = min((shared / "regulations-hwp").iterdir(), key=lambda path: path.stat().st_size)
    streams = streams_of(path.read_bytes())
    data = compound_file({**streams, "BodyText/Section0": zeros(5 << 30)})
    assert isinstance(ending(worker, path.name, data), str)


# --- markup ------------------------------------------------------------------------------------

ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 13))
BOMB = f'<!DOCTYPE x [<!ENTITY e0 "zzzzzzzzzz">{ENTITIES}]>'  # ten terabytes


def exploding(xml: bytes) -> bytes:
    """``xml`` with an entity bomb in place of its first piece of text."""
    text = xml.decode()
    start = text.index("?>") + 2 if text.startswith("<?xml") else 0
    body = text[start:]
    at = min(found for tag in ("t>", "CHAR>") if (found := body.find(tag)) >= 0)
    at = body.index(">", at) + 1
    return f"{text[:start]}{BOMB}{body[:at]}&e12;{body[at:]}".encode()


@pytest.mark.parametrize("name", MAIN_PART)
def test_entities_that_grow_in_an_office_file(name: str, worker: Worker) -> None:
    data = with_main_part(name, exploding(package(name)[MAIN_PART[name]]))
    result = ending(worker, name, data)
    assert isinstance(result, str) or "zzzz" not in text_of(result)


def test_entities_that_grow_in_hwpml(worker: Worker) -> None:
    result = ending(worker, "여비.hwp", exploding(HWPML.encode()))
    assert isinstance(result, str) or "zzzz" not in text_of(result)


def test_a_file_of_the_server_does_not_get_in(worker: Worker) -> None:
    xml = package("여비.docx")["word/document.xml"].decode()
    declared = xml.replace("?>", '?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', 1)
    data = with_main_part("여비.docx", declared.replace("<w:t>", "<w:t>&e;").encode())
    result = ending(worker, "여비.docx", data)
    assert isinstance(result, str) or "root:" not in text_of(result)


LEVELS = 5_000


def nested(start: str, end: str) -> str:
    return start * LEVELS + end * LEVELS


@pytest.mark.parametrize(
    ("name", "make"),
    [
        pytest.param(
            "여비.docx",
            lambda: with_main_part(
                "여비.docx",
                f'<w:document xmlns:w="{WORD}"><w:body>'.encode()
                + nested("<w:tbl><w:tr><w:tc>", "<w:p/></w:tc></w:tr></w:tbl>").encode()
                + b"</w:body></w:document>",
            ),
            id="docx",
        ),
        pytest.param(
            "여비.hwpx",
            lambda: with_main_part(
                "여비.hwpx",
                (
                    '<hs:sec xmlns:hs="http://www.hancom.co.kr/hwpml/2011/section" '
                    'xmlns:hp="http://www.hancom.co.kr/hwpml/2011/paragraph">'
                    + nested(
                        "<hp:p><hp:run><hp:tbl><hp:tr><hp:tc><hp:subList>",
                        "</hp:subList></hp:tc></hp:tr></hp:tbl></hp:run></hp:p>",
                    )
                    + "</hs:sec>"
                ).encode(),
            ),
            id="hwpx",
        ),
        pytest.param(
            "여비.html",
            lambda: (
                "<html><body>"
                + nested("<table><tr><td>가", "</td><td>나</td></tr></table>")
                + "</body></html>"
            ).encode(),
            id="html",
        ),
        pytest.param(
            "여비.hml",
            lambda: HWPML.replace(
                "<CHAR>여비규정</CHAR>",
                nested(
                    '<TABLE><ROW><CELL ColAddr="0" RowAddr="0"><PARALIST><P><TEXT>',
                    "</TEXT></P></PARALIST></CELL></ROW></TABLE>",
                ),
            ).encode(),
            id="hwpml",
        ),
    ],
)
def test_tables_in_tables_without_end(name: str, make: Callable[[], bytes], worker: Worker) -> None:
    ending(worker, name, make())


@pytest.mark.parametrize(
    "spans", ['colspan="99999999" rowspan="99999999"', 'colspan="1000" rowspan="1000"']
)
def test_cells_that_claim_to_be_huge(spans: str, worker: Worker) -> None:
    row = f"<tr><td {spans}>가</td><td>나</td></tr>"
    page = f"<html><body><table>{row * 2_000}</table>{RULE}</body></html>"
    ending(worker, "여비.html", page.encode())


# --- pages and text ----------------------------------------------------------------------------


def pdf_of(pages: int) -> bytes:
    """Pages of one line each, no two the same; the line of page 299 names ``cjj``."""
    kids = b" ".join(b"%d 0 R" % (2 * at + 4) for at in range(pages))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]/MediaBox[0 0 595 842]>>" % (pages, kids),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for at in range(pages):
        word = str(at).translate(WORDS).encode()
        text = b"BT /F 12 Tf 72 400 Td (Whoever reads %s is paid for it.) Tj ET" % word
        resources = b"/Resources<</Font<</F 3 0 R>>>>/Contents %d 0 R" % (2 * at + 5)
        objects.append(b"<</Type/Page/Parent 2 0 R%s>>" % resources)
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(text), text))
    whole = bytearray(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(b"%010d 00000 n \n" % len(whole))
        whole += b"%d 0 obj%s endobj\n" % (number, content)
    count = len(objects) + 1
    table = b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, b"".join(places))
    end = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (count, len(whole))
    return bytes(whole) + table + end


def test_pages_without_number(worker: Worker) -> None:
    assert "Whoever reads cjj is paid" in text_of(ending(worker, "여비.pdf", pdf_of(300)))
    ending(worker, "여비.pdf", pdf_of(10_000))


def test_a_hundred_megabytes_in_one_line() -> None:
    """With little memory: in 2 GB it takes all of the time, to the same end."""
    with Worker(memory=384 << 20) as worker:
        assert isinstance(ending(worker, "여비.txt", "여비는 5만원 ".encode() * 6_000_000), str)


@pytest.mark.parametrize("suffix", ["txt", "md", "html", "csv"])
@pytest.mark.parametrize(
    "piece",
    [
        *(
            "제1조의",
            "제1조(",
            "제1조(가)",
            "제1",
            "제 ",
            "1",
            "1.",
            "①",
            "가.",
            "(",
            "<",
            "[",
            "「",
        ),
        *(
            "<개정 ",
            "<개정 2020. 1. 1.",
            "2020. ",
            "부칙 ",
            "부 칙\n",
            "별표 ",
            "[별표 1]\n",
            "「가」 ",
        ),
        *(
            "같은 조 제1항",
            "제1조부터 ",
            "제1조제1항제1호가목",
            "및 ",
            " ",
            "\n",
            "|",
            "| 가 ",
            "|\n",
        ),
        *(
            "**",
            "*가",
            "_",
            "#",
            "`",
            "&amp",
            "<td>",
            "<!--",
            '"',
            ",",
            ", ",
            "가",
            "다. ",
            "제1장 ",
        ),
    ],
)
def test_one_sign_fifty_thousand_times(piece: str, suffix: str, worker: Worker) -> None:
    began = time.monotonic()
    ending(worker, f"여비.{suffix}", f"제1조(가) 나\n{piece * (50_000 // len(piece))}".encode())
    assert time.monotonic() - began < 5
