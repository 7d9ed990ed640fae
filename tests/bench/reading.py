"""How long reading takes against bare text extraction by the same engine, in the same run."""

from __future__ import annotations

import statistics
import time
import zipfile
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path

import pypdfium2
from lxml import etree

from ingest.readers.reading import read
from ingest.worker import Worker

_ROUNDS = 5
_TEXT = "{http://www.hancom.co.kr/hwpml/2011/paragraph}t"


def reading(shared: Path, _work: Path) -> None:
    """The 52 PDFs against pdfium's text, the rule book against the texts in its parsed XML."""
    _ratios("regulations-pdf", sorted((shared / "regulations-pdf").glob("*.pdf")), _pdf)
    _ratios("regulations-hwpx", sorted((shared / "regulations-hwpx").glob("*.hwpx")), _hwpx)


def _ratios(name: str, paths: Sequence[Path], bare: Callable[[bytes], object]) -> None:
    files = [(path, path.read_bytes()) for path in paths]
    with Worker() as worker:
        ways: dict[str, Callable[[Path, bytes], object]] = {
            "bare": lambda _, data: bare(data),
            "read": read,
            "read and split in the worker": lambda path, data: worker.read(str(path), data),
        }
        seconds: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(_ROUNDS):
            for way, work in ways.items():
                began = time.perf_counter()
                for path, data in files:
                    work(path, data)
                seconds[way].append(time.perf_counter() - began)
    for way, times in seconds.items():
        ratio = statistics.median(
            mine / theirs for mine, theirs in zip(times, seconds["bare"], strict=True)
        )
        print(
            f"{name:17} {way:29} {statistics.median(times):.2f} s, {ratio:.2f} times the bare text"
        )


def _pdf(data: bytes) -> list[str]:
    with pypdfium2.PdfDocument(data) as document:
        return [page.get_textpage().get_text_range() for page in document]


def _hwpx(data: bytes) -> str:
    parser = etree.XMLParser(huge_tree=True)
    texts: list[str] = []
    with zipfile.ZipFile(BytesIO(data)) as archive:
        for name in archive.namelist():
            if name.startswith("Contents/section"):
                root = etree.fromstring(archive.read(name), parser)
                texts += [element.text or "" for element in root.iter(_TEXT)]
    return "".join(texts)
