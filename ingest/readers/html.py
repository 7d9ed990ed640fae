"""HTML: pages as the national law portal and other portals let them be saved."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from lxml import etree

from ingest.readers.blocks import DEEPEST, Block, Cell, Grid, reading_of
from ingest.readers.hancom.numerals import written
from ingest.readers.html_furniture import left_out, takes_no_place
from ingest.readers.plain import decode
from ingest.readers.result import Reading
from ingest.readers.zipped import count_of
from onprem_rag.errors import ReadError

_CHARSET = re.compile(rb"charset\s{0,9}=\s{0,9}[\"']?([A-Za-z0-9_:-]{1,40})", re.IGNORECASE)
_KOREAN = frozenset(("euc-kr", "euckr", "ks_c_5601-1987", "ksc5601", "cp949", "ms949", "uhc"))
_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption "
    "figure footer form h1 h2 h3 h4 h5 h6 header hr legend li main ol p pre section summary table "
    "tbody td tfoot th thead tr ul".split()
)
_NUMBERED = re.compile(r"[①-⑳]|\(?(?:\d{1,3}|[가-하]|[A-Za-z])[.)]|제\s?\d")
_FORMS = {"a": "LATINSMALL", "A": "LATINCAPITAL", "i": "ROMANSMALL", "I": "ROMANCAPITAL"}
_MOST_CELLS = 1_000_000
_MOST_SPAN = 1000
_SHORT = 200  # letters: a page that has no more shows its text in a frame
_DAMAGED = "HTML로 읽을 수 없습니다. → 브라우저에서 열어 '웹페이지, HTML만'으로 다시 저장하세요."
_NESTED = "태그나 표가 너무 깊이 들어 있는 HTML입니다. → PDF로 저장해 넣으세요."


def read_html(data: bytes) -> Reading:
    """The text of a page without its menus, tables as grids. Raises ReadError."""
    root = _parsed(_decoded(data))
    dropped = left_out(root)
    reading = reading_of(_blocks(root, dropped, 0))
    if len(reading.text) < _SHORT and next(root.iter("iframe", "frame"), None) is not None:
        raise ReadError(
            "본문이 다른 틀(iframe) 안에 있는 페이지입니다. "
            "→ 본문만 새 창으로 열어 저장하거나 HWPX, PDF로 내려받으세요."
        )
    return reading


def _decoded(data: bytes) -> str:
    """The page's text: what it says of its charset counts only where its bytes leave a doubt."""
    try:
        return decode(data)
    except ReadError:  # one letter that was cut in two must not cost the page
        named = _CHARSET.search(data[:4096])
        korean = named is not None and named[1].lower().decode("ascii") in _KOREAN
        text = data.decode("cp949" if korean else "utf-8", "replace")
        if text.count("\ufffd") > len(text) // 200:
            raise
        return unicodedata.normalize("NFC", text)


def _parsed(text: str) -> etree._Element:
    parser = etree.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        raise ReadError(_DAMAGED) from error
    if root is None:
        raise ReadError(_DAMAGED)
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise ReadError(_NESTED)  # the rest of the page would be missing
    return root


class _Lines:
    """The blocks so far, and the line in the making."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._parts: list[str] = []
        self._number = ""
        self._lists: list[tuple[str, int]] = []  # form and last number of each open list

    def add(self, text: str | None, keep: bool = False) -> None:
        """Words; ``keep``: line ends in them are line ends."""
        if text:
            self._parts.append(text if keep else text.replace("\n", " "))

    def end(self) -> None:
        """End the line: what follows stands in a block of its own."""
        lines = "".join(self._parts).split("\n")
        self._parts.clear()
        text = "\n".join(words for line in lines if (words := " ".join(line.split())))
        if text:
            own = _NUMBERED.match(text)  # a page that numbers its items itself
            self.blocks.append(text if own else self._number + text)
            self._number = ""

    def open_list(self, element: etree._Element) -> None:
        """Begin a list; the items of one without numbers get none."""
        plain = element.tag == "ul" or "none" in (element.get("style") or "")
        form = "" if plain else _FORMS.get(element.get("type") or "", "DIGIT")
        self._lists.append((form, count_of(element.get("start"), 1) - 1))

    def close_list(self) -> None:
        """End the innermost list."""
        if self._lists:
            self._lists.pop()

    def item(self, element: etree._Element) -> None:
        """Begin an item of the innermost list."""
        form, number = self._lists.pop() if self._lists else ("", 0)
        number = count_of(element.get("value"), number + 1)
        self._lists.append((form, number))
        self._number = f"{written(number, form)}. " if form else ""


def _blocks(root: etree._Element, dropped: set[etree._Element], depth: int) -> list[Block]:
    """What is shown in an element: lines and grids."""
    if depth > DEEPEST:
        raise ReadError(_NESTED)
    lines = _Lines()
    kept = 0  # inside how many <pre>
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        if event == "start":
            if tag in _BLOCKS:
                lines.end()
            if element in dropped and element is not root:
                walk.skip_subtree()
            elif tag == "table" and element is not root and not _is_layout(element):
                lines.blocks += _table(element, dropped, depth)
                walk.skip_subtree()
            else:
                kept += tag == "pre"
                _open(lines, element, kept > 0)
            continue
        if element not in dropped:
            kept -= tag == "pre"
            if tag in {"ol", "ul"}:
                lines.close_list()
        if tag in _BLOCKS:
            lines.end()
        if element is not root:
            lines.add(element.tail, kept > 0)
    lines.end()
    return lines.blocks


def _open(lines: _Lines, element: etree._Element, keep: bool) -> None:
    if element.tag == "br":
        lines.add("\n", keep=True)
    elif element.tag in {"ol", "ul"}:
        lines.open_list(element)
    elif element.tag == "li":
        lines.item(element)
    lines.add(element.text, keep)


def _is_layout(table: etree._Element) -> bool:
    """Whether a table only puts parts of the page beside each other."""
    if table.get("role") in {"presentation", "none"}:
        return True
    nested = next(table.iterdescendants("table"), None) is not None
    return nested and not any(cell.tag == "th" for row, _ in _rows(table) for cell in row)


def _table(table: etree._Element, dropped: set[etree._Element], depth: int) -> Iterator[Block]:
    """The caption, and the grid."""
    caption = table.find("caption")
    if caption is not None and caption not in dropped:
        yield from _blocks(caption, dropped, depth + 1)
    rows = [(row, header) for row, header in _rows(table) if row not in dropped]
    cells: list[Cell] = []
    taken: dict[int, int] = {}  # column → the row above which a cell reaches down
    area = 0
    heading = True
    for y, (row, in_head) in enumerate(rows):
        own = [cell for cell in row if cell.tag in {"td", "th"} and not takes_no_place(cell)]
        heading = heading and bool(own) and (in_head or all(cell.tag == "th" for cell in own))
        x = 0
        for cell in own:
            while taken.get(x, 0) > y:
                x += 1
            height = count_of(cell.get("rowspan"), 1) or len(rows)
            height = min(height, len(rows) - y)
            width = min(count_of(cell.get("colspan"), 1) or 1, _MOST_SPAN)
            area += height * width
            if area > _MOST_CELLS:
                raise ReadError("표가 너무 큽니다. → 표를 나누어 다시 저장하세요.")
            blocks = () if cell in dropped else tuple(_blocks(cell, dropped, depth + 1))
            cells.append(Cell(y, x, height, width, blocks, heading))
            taken |= dict.fromkeys(range(x, x + width), y + height)
            x += width
    if cells:
        yield Grid(tuple(cells))


def _rows(table: etree._Element) -> Iterator[tuple[etree._Element, bool]]:
    """The rows of this table, not of those in it, and whether they stand in its head."""
    waiting = [(iter(table), False)]
    while waiting:
        children, in_head = waiting[-1]
        element = next(children, None)
        if element is None:
            waiting.pop()
        elif element.tag == "tr":
            yield element, in_head
        elif element.tag in {"thead", "tbody", "tfoot", "form"}:
            waiting.append((iter(element), in_head or element.tag == "thead"))
