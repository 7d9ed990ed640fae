"""PDF with a text layer: pypdfium2, and pypdf where that can't open the file."""

from __future__ import annotations

import io
import re
from collections import Counter

from ingest.readers.result import Reading
from onprem_rag.errors import ReadError
from onprem_rag.records import Page

_PAGE_NUMBER = re.compile(r"^[-–—\s\[(]*\d{1,4}\s*(?:/\s*\d{1,4})?[-–—\s\])]*$")
# A line that starts something of its own is never the continuation of the line before.
_OWN_LINE = re.compile(
    r"\s*(?:제\s*\d+\s*[편장절관조]|부\s*칙|[①-⑳]|\d{1,2}\s*[.)]\s*[^\d\s]|[가-하]\s*[.)]\s"
    r"|[※*ㅇ○●□■▪▶◆•-]|제정|개정|일부개정|전부개정"
    r"|[\[<〔【]\s*(?:별\s*표|별\s*지|서식)[^\]>〕】]*[\]>〕】]\s*(?:$|[<(])|[<\[(]\s*\S*(?:개정|신설)\s*\d)"
)
# pdfium joins lines that a word processor set close together: what starts an article, a
# paragraph or a subparagraph right after the end of a sentence gets its line back.
_JOINED = re.compile(
    r"(?<=[.>\])])[ \t]+(?=제\s*\d+\s*조(?:\s*의\s*\d+)?\s*\(|제\s*\d+\s*[편장절관]\s|[①-⑳]"
    r"|\d{1,2}\.\s+[가-힣“\"「‘])"
)
_SENTENCE_END = re.compile(r"(?:다|요|함|음|것|[.:;?!>\])])\s*$")


def read_pdf(data: bytes) -> Reading:
    """Text with page spans; running heads and page numbers dropped, wrapped lines joined."""
    pages = [_clean(page) for page in _page_texts(data)]
    if sum(len(page.strip()) for page in pages) < 10 * len(pages):
        raise ReadError(
            "글자층이 없는 PDF(스캔본)입니다. → 문자 인식(OCR)을 거친 PDF나 한글 원본을 넣으세요."
        )
    pages = _without_running_lines(pages)
    words = Counter(word for page in pages for word in page.split())
    text = ""
    spans: list[Page] = []
    for number, page in enumerate(pages, start=1):
        lines = [line for line in page.split("\n") if line.strip()]
        page_start = len(text)
        for line in lines:
            text = _append(text, line.rstrip(), words)
        spans.append(Page(number, min(page_start, len(text)), len(text)))
    return Reading(text + "\n", tuple(spans))


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
    return _JOINED.sub("\n", page)


def _without_running_lines(pages: list[str]) -> list[str]:
    """Drop page numbers, and first or last lines that stand on most pages."""
    edge: Counter[str] = Counter()
    split = [[line for line in page.split("\n") if line.strip()] for page in pages]
    for lines in split:
        edge.update({_shape(line) for line in (*lines[:2], *lines[-2:])})
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


def _append(text: str, line: str, words: Counter[str]) -> str:
    """``text`` and ``line`` as the author wrote them: a wrapped line goes on, others start anew."""
    if not text:
        return line
    tail = text[text.rfind("\n") + 1 :]
    wrapped = len(tail) >= 25 and not _SENTENCE_END.search(tail) and not _OWN_LINE.match(line)
    if not wrapped:
        return f"{text}\n{line}"
    left = tail.split()[-1]
    right = line.split()[0]
    glued = words[left + right] > min(words[left], words[right]) - 1
    return f"{text}{line.lstrip()}" if glued else f"{text} {line.lstrip()}"
