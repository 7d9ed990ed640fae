"""Which format a file has, told by its first bytes; names decide only between kinds of text."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from onprem_rag.errors import ReadError

TEXT_SUFFIXES = {".txt": "txt", ".text": "txt", ".md": "md", ".markdown": "md", ".csv": "csv"}
_SUPPORTED = "HWP, HWPX, PDF, DOCX, TXT, MD, CSV"


def detect_format(path: Path, data: bytes) -> str:
    """One of hwp, hwpx, pdf, docx, txt, md, csv. Raises ReadError naming reason and remedy."""
    if not data:
        raise ReadError("빈 파일입니다(0바이트). → 원본 파일을 다시 복사하세요.")
    if data[:1024].lstrip().startswith(b"%PDF-"):
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return _format_of_zip(data)
    if data.startswith((b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"HWP Document File")):
        return "hwp"
    suffix = path.suffix.lower()
    if suffix in TEXT_SUFFIXES:
        return TEXT_SUFFIXES[suffix]
    if suffix in {".pdf", ".hwp", ".hwpx", ".docx"}:
        raise ReadError(
            f"확장자는 {suffix}이지만 내용이 그 형식이 아니거나 손상되었습니다. "
            "→ 원본 프로그램에서 열어 다시 저장하세요."
        )
    raise ReadError(
        f"지원하지 않는 형식입니다(확장자 '{suffix or '없음'}'). "
        f"→ {_SUPPORTED} 가운데 하나로 저장하세요."
    )


def _format_of_zip(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise ReadError(
            "압축 구조가 손상된 파일입니다. → 원본 프로그램에서 열어 다시 저장하세요."
        ) from error
    if "word/document.xml" in names:
        return "docx"
    if any(name.startswith("Contents/section") for name in names):
        return "hwpx"
    raise ReadError(f"지원하지 않는 압축 파일입니다. → {_SUPPORTED} 파일을 직접 넣으세요.")
