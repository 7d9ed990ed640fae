"""PDF with a text layer: pypdfium2, and pypdf where that can't open the file."""

from __future__ import annotations

import io
import re
import unicodedata
from collections import Counter

from ingest.readers.result import Reading
from onprem_rag.errors import ReadError
from onprem_rag.records import Page

_PAGE_NUMBER = re.compile(r"^[-–—\s\[(]*\d{1,4}\s*(?:/\s*\d{1,4})?[-–—\s\])]*$")
# A line that starts something of its own is never the continuation of the line before.
_OWN_LINE = re.compile(
    r"\s*(?:제\s*\d+\s*[편장절관조]|부\s*칙|[①-⑳]|\d{1,2}\s*[.)]\s*[^\d\s]|[가-하]\s*[.)]\s"
    r"|[※*ㅇ○●□■▪▶◆•-]|제정|개정|일부개정|전부개정"
    r"|[\[<〔【]\s*(?:별\s*표|별\s*지|서식)[^\]>〕】]*[\]>〕】](?=\s|$|[<(])|[<\[(]\s*\S*(?:개정|신설)\s*\d)"
)
# pdfium joins lines that a word processor set close together: what starts an article, a
# paragraph or a subparagraph right after the end of a sentence gets its line back.
_JOINED = re.compile(
    r"(?<=[^\d\s][.>\]])[ \t]+(?=제\s*\d+\s*조(?:\s*의\s*\d+)?\s*\(|제\s*\d+\s*[편장절관]\s|[①-⑳]"
    r"|\d{1,2}\.[ \t]+[가-힣“\"「‘])"
)
# Forms that fill a page each begin with [별지 제1호서식], [별지 제2호서식]: no running head.
_HEADING = re.compile(r"\s*(?:제\s*\d+\s*조|[①-⑳]|[\[<〔【]?\s*별\s*[표지])")
_SENTENCE_END = re.compile(r"(?:다|요|함|음|것|[.:;?!>\]])\s*$")


def read_pdf(data: bytes) -> Reading:
    """Text with page spans; running heads and page numbers dropped, wrapped lines joined."""
    pages = [_clean(page) for page in _page_texts(data)]
    if sum(len(page.strip()) for page in pages) < 10 * len(pages):
        raise ReadError(
            "글자층이 없는 PDF(스캔본)입니다. → 문자 인식(OCR)을 거친 PDF나 한글 원본을 넣으세요."
        )
    pages = _without_running_lines(pages)
    return _joined([page.split("\n") for page in pages])


def _joined(pages: list[list[str]]) -> Reading:
    """Paragraphs as the author wrote them: a wrapped line goes on, others start anew."""
    words = Counter(word for lines in pages for line in lines for word in line.split())
    lengths = sorted(len(line.rstrip()) for lines in pages for line in lines)
    full = 0.75 * lengths[int(len(lengths) * 0.9)]  # a line shorter than this ends by itself
    parts: list[str] = []
    spans: list[Page] = []
    at = 0
    before = ""
    for number, lines in enumerate(pages, start=1):
        page_start = at
        for line in filter(str.strip, lines):
            line = line.rstrip()
            wrapped = len(before) >= full and not _SENTENCE_END.search(before)
            if _in_mark(before) or (wrapped and not _OWN_LINE.match(line)):
                left, right = before.split()[-1], line.split()[0]
                # Broken inside a word, when the whole word stands elsewhere as often as its halves.
                glued = words[left + right] >= min(words[left], words[right])
                part = ("" if glued else " ") + line.lstrip()
            else:
                part = "\n" + line if parts else line
            parts.append(part)
            at += len(part)
            before = line
        spans.append(Page(number, page_start, at))
    return Reading("".join(parts) + "\n", tuple(spans))


def _page_texts(data: bytes) -> list[str]:
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(data) as document:
            return [page.get_textpage().get_text_range() for page in document]
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise ReadError("암호가 걸린 PDF입니다. → 암호를 풀고 다시 저장하세요.") from error
    import pypdf

    try:
        return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages]
    except Exception as error:  # pypdf raises many kinds on damaged files
        raise ReadError(
            "손상된 PDF입니다. → 원본에서 PDF를 다시 만들거나 파일을 다시 복사하세요."
        ) from error


def _clean(page: str) -> str:
    page = page.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    # Old word processors put private-use characters where a blank belongs.
    page = re.sub(r"[\ue000-\uf8ff\ufffe\uffff]", " ", page)
    return _JOINED.sub("\n", unicodedata.normalize("NFC", page))


def _without_running_lines(pages: list[str]) -> list[str]:
    """Drop page numbers, and first or last lines that stand on most pages."""
    edge: Counter[str] = Counter()
    split = [[line for line in page.split("\n") if line.strip()] for page in pages]
    for lines in split:
        ends = (*lines[:2], *lines[-2:])
        edge.update({_shape(line) for line in ends if not _HEADING.match(line)})
    running = {shape for shape, count in edge.items() if count >= max(3, len(pages) * 0.6)}
    kept = []
    for lines in split:
        last = len(lines) - 1
        kept.append(
            "\n".join(
                line
                for at, line in enumerate(lines)
                if not (
                    (at < 2 or at > last - 2)
                    and (_shape(line) in running or _PAGE_NUMBER.match(line))
                )
            )
        )
    return kept


def _shape(line: str) -> str:
    return re.sub(r"\d+", "0", re.sub(r"\s+", "", line))


def _in_mark(line: str) -> bool:
    """Whether ``line`` ends inside an amendment mark: ``<개정 2018. 12.``."""
    return line.rfind("<") > line.rfind(">")
