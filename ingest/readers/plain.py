"""TXT, Markdown and CSV."""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from itertools import zip_longest

from ingest.readers.result import Reading
from ingest.readers.tables import flatten_tables, without_emphasis
from onprem_rag.errors import ReadError

_HEADING_MARK = re.compile(r"(?m)^[ \t]{0,3}#{1,6}[ \t]+")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|<>~])")
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n---[ \t]*\n", re.DOTALL)
_FRONT_TITLE = re.compile(r"(?m)^(?:제목|title):[ \t]*['\"]?(.+?)['\"]?[ \t]*$")


def decode(data: bytes) -> str:
    """Text of UTF-8, UTF-16 (with a mark) or CP949 bytes; ReadError for anything else."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp949")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _is_text(text):
            return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    raise ReadError(
        "글자로 읽을 수 없는 파일입니다(UTF-8, UTF-16, CP949가 아님). "
        "→ 메모장에서 UTF-8로 다시 저장하거나 원본 파일을 확인하세요."
    )


def _is_text(text: str) -> bool:
    """Binary noise decodes to control, private and unassigned characters; text does not."""
    sample = text[:20_000]
    odd = sum(unicodedata.category(char) in {"Cc", "Cn", "Cs"} for char in sample)
    plain = sum(char in "\n\r\t\f" for char in sample)
    return odd - plain <= len(sample) * 0.005


def read_text(data: bytes) -> Reading:
    """A TXT file as it stands."""
    return Reading(flatten_tables(decode(data)))


def read_markdown(data: bytes) -> Reading:
    """Markdown without its marks; the front matter's title, where there is one."""
    text = decode(data)
    title = ""
    if matter := _FRONT_MATTER.match(text):
        if found := _FRONT_TITLE.search(matter[1]):
            title = found[1].strip()
        text = text[matter.end() :]
    text = without_emphasis(_HEADING_MARK.sub("", flatten_tables(text)))
    return Reading(_ESCAPE.sub(r"\1", text).strip("\n") + "\n", title=title)


def read_csv(data: bytes) -> Reading:
    """Each row as one line that repeats its header: ``부서: 총무팀 | 업무: 차량``.

    Cells beyond the header stand without a name.
    """
    rows = list(csv.reader(io.StringIO(decode(data))))
    rows = [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)]
    if len(rows) < 2:
        raise ReadError("머리글과 한 줄 이상의 자료가 있어야 합니다. → CSV 내용을 확인하세요.")
    header, *body = rows
    lines = []
    for row in body:
        cells = [
            f"{name}: {' '.join(cell.split())}" if name else " ".join(cell.split())
            for name, cell in zip_longest(header, row, fillvalue="")
            if cell
        ]
        lines.append(" | ".join(cells))
    return Reading("\n".join(lines) + "\n", rows=True)
