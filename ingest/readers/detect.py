"""Which format a file has, told by its content; names decide only between kinds of text."""

from __future__ import annotations

import re
from pathlib import Path

from ingest.readers.plain import decode
from ingest.readers.zipped import open_zip
from onprem_rag.errors import ReadError

TEXT_SUFFIXES = {".txt": "txt", ".text": "txt", ".md": "md", ".markdown": "md", ".csv": "csv"}
_HTML_SUFFIXES = (".html", ".htm", ".xhtml")
_OFFICE_SUFFIXES = (
    *(".hwp", ".hwpx", ".hml", ".pdf", ".docx", ".xlsx", ".zip"),
    *(".doc", ".xls", ".ppt", ".pptx"),
)
_SUPPORTED = "HWP, HWPX, HML, PDF, DOCX, XLSX, HTML, TXT, MD, CSV"
_HEAD = 4096

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HWP = b"HWP Document File"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OLE_STREAMS = (  # the streams that tell the old formats apart
    ("EncryptedPackage", "암호가 걸린 오피스 문서입니다. → 암호를 풀고 다시 저장하세요."),
    ("WordDocument", "옛 워드 문서(DOC)입니다. → 워드에서 열어 DOCX로 저장하세요."),
    ("PowerPoint Document", "옛 파워포인트 문서(PPT)입니다. → PDF로 저장하세요."),
    ("Workbook", "옛 엑셀 문서(XLS)입니다. → 엑셀에서 열어 XLSX로 저장하세요."),
)
_ARCHIVES = (b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"ALZ\x01", b"EGGA", b"\x1f\x8b\x08")
_HTML_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)
_HTML_PART = re.compile(
    r"<(?:address|article|base|blockquote|center|div|dl|font|form|h[1-6]|hr|iframe|img|link|main"
    r"|meta|ol|p|pre|script|section|span|style|table|title|ul)[\s/>]",
    re.IGNORECASE,
)


def detect_format(path: Path, data: bytes) -> str:
    """One of hwp, hwpx, hml, pdf, docx, xlsx, html, zip, txt, md, csv.

    Raises ReadError naming reason and remedy.
    """
    if not data:
        raise ReadError("빈 파일입니다(0바이트). → 원본 파일을 다시 복사하세요.")
    if data[:1024].lstrip().startswith(b"%PDF-"):
        return "pdf"
    if data.startswith(_ZIP):
        return _format_of_zip(data)
    if data.startswith(_OLE):
        return _format_of_ole(data)
    if data.startswith(_HWP):
        return "hwp"
    if data.startswith(_ARCHIVES):
        raise ReadError("ZIP이 아닌 압축 파일입니다. → 압축을 풀거나 ZIP으로 다시 압축하세요.")
    return _format_of_text(path.suffix.lower(), data)


def _format_of_zip(data: bytes) -> str:
    with open_zip(data) as archive:
        names = set(archive.namelist())

    def holds(*starts: str) -> bool:
        return any(name.startswith(starts) for name in names)

    if any(name.startswith("word/document") and name.endswith(".xml") for name in names):
        return "docx"
    if holds("Contents/section"):
        return "hwpx"
    if any(name.startswith("xl/workbook") and name.endswith(".xml") for name in names):
        return "xlsx"
    if holds("ppt/"):
        raise ReadError("파워포인트 문서(PPTX)입니다. → PDF로 저장하세요.")
    if holds("xl/"):
        raise ReadError("엑셀 이진 문서(XLSB)입니다. → 엑셀에서 열어 XLSX로 저장하세요.")
    if "mimetype" in names:
        raise ReadError("지원하지 않는 문서 형식입니다(ODF, EPUB 등). → DOCX나 PDF로 저장하세요.")
    known = (*TEXT_SUFFIXES, *_HTML_SUFFIXES, *_OFFICE_SUFFIXES)
    if any(name.lower().endswith(known) for name in names):
        return "zip"
    raise ReadError(f"지원하지 않는 압축 파일입니다. → {_SUPPORTED} 파일을 직접 넣으세요.")


def _format_of_ole(data: bytes) -> str:
    """Compound files: the names of their streams stand in them in UTF-16."""
    if _HWP in data and _named("FileHeader") in data:
        return "hwp"
    for stream, message in _OLE_STREAMS:
        if _named(stream) in data:
            raise ReadError(message)
    return "hwp"  # damaged, or something rare: the reader says so


def _named(stream: str) -> bytes:
    return f"{stream}\0".encode("utf-16-le")


def _format_of_text(suffix: str, data: bytes) -> str:
    head = data[:_HEAD].replace(b"\0", b"").decode("latin-1")  # UTF-16 too; tags are ASCII
    start = _after_prolog(head)
    if start.startswith("<HWPML"):
        return "hml"
    if _HTML_PAGE.match(start):
        return "html"
    if suffix in TEXT_SUFFIXES:
        return TEXT_SUFFIXES[suffix]
    if _HTML_PART.match(start) or suffix in _HTML_SUFFIXES:
        return "html"
    if start.startswith(r"{\rtf"):
        raise ReadError("RTF 문서입니다. → 워드나 한글에서 열어 DOCX로 저장하세요.")
    if "multipart/related" in head and "mime-version:" in head.lower():
        raise ReadError(
            "웹 보관 파일(MHTML)입니다. → 브라우저에서 '웹페이지, HTML만'으로 저장하세요."
        )
    if suffix in _OFFICE_SUFFIXES:
        raise ReadError(
            f"확장자는 {suffix}이지만 내용이 그 형식이 아니거나 손상되었습니다. "
            "→ 원본 프로그램에서 열어 다시 저장하세요."
        )
    if start.startswith("<") or not _is_text(data):
        raise ReadError(
            f"지원하지 않는 형식입니다(확장자 '{suffix or '없음'}'). "
            f"→ {_SUPPORTED} 가운데 하나로 저장하세요."
        )
    return "txt"


def _after_prolog(head: str) -> str:
    """What follows the byte order mark, the XML declaration, comments and a foreign DOCTYPE."""
    head = head.removeprefix("\xef\xbb\xbf").removeprefix("\xff\xfe").removeprefix("\xfe\xff")
    while True:
        head = head.lstrip()
        if head.startswith("<!--"):
            _, found, head = head.partition("-->")
        elif head.startswith("<?") or head[:15].lower() == "<!doctype hwpml":
            _, found, head = head.partition(">")
        else:
            return head
        if not found:
            return ""


def _is_text(data: bytes) -> bool:
    try:
        return bool(decode(data))
    except ReadError:
        return False
