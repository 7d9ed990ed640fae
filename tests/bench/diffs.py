"""Real rules amended by hand: does 신구조문대비표 show every edit, and nothing else?"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import docx

from ingest.diff import Comparison, Kind, compare, rendered
from ingest.diff.records import Change, Mark, Row, Side
from ingest.diff.wording import form
from ingest.parse import parse
from tests.bench.amending import (
    Addendum,
    Amending,
    Blanks,
    Branch,
    Dropped,
    Edit,
    Expected,
    Inserted,
    Paragraph,
    Sentence,
    Struck,
    Swapped,
    Words,
)
from tests.bench.layouts import layouts

MOVED = (Kind.MOVED, Kind.MOVED_CHANGED)
ADDENDUM = Addendum("부칙 <2026. 12. 1.>\n이 규정은 2026년 12월 1일부터 시행한다.")
BOOKS: dict[str, list[Edit]] = {
    "regulations-pdf/3_06_출장규칙(240214).pdf": [
        Words("제7조", "24시간", "48시간"),
        Words("제11조", "14일", "10일"),
        Words("제12조", "20,000원", "25,000원"),
        Words("제12조", "청사 반경 1km", "청사 반경 2.5km"),
        Words("제33조", "2인에 한하여", "3인에 한하여"),
        Inserted("제8조", "(심사수당) 외부위원에게는 예산의 범위에서 수당을 지급한다."),
        Paragraph("제10조", "②", "여비는 본인의 계좌로 지급한다."),
        Words("별표 1", "실비 110,000 이내", "실비 130,000 이내"),
        Swapped("제13조", "⑥"),
        Struck("제31조"),
        Blanks("제32조", "원장의 사전승인없이", "원장의 사전 승인 없이"),
        ADDENDUM,
    ],
    "regulations-pdf/4_25_유연근무제 운영지침(240201).pdf": [
        Words("제2조", "최소 15시간에서", "최소 20시간에서"),
        Words("제2조", "임신 12주 이내", "임신 15주 이내"),
        Words("제4조", "근속기간이 6개월 이상", "근속기간이 1년 이상"),
        Words("제5조", "3일전까지", "5일전까지"),
        Words("제8조", "1주 12시간", "1주 10시간"),
        Dropped("제3조"),
        Swapped("제9조", "③"),
        Branch("제12조", "(통신비 지원) 원격근무자에게는 매월 3만원의 통신비를 지원한다."),
        Words("제10조", "구분한다", "나눈다"),
        Blanks("제10조", "연차유급휴가･공가･병가 및", "연차 유급휴가·공가·병가 및"),
        ADDENDUM,
    ],
    "regulations-pdf/3_04_감사규칙(230605).pdf": [
        Words("제9조", "3년이 경과하지", "5년이 지나지"),
        Words("제12조", "연간 40시간 이상", "연간 60시간 이상"),
        Words("제13조", "1월 이내에", "2월 이내에"),
        Words("제15조", "건당 500만원(", "건당 1천만원("),
        Inserted("제5조", "(청렴서약) 감사인은 매년 1월에 청렴서약서를 감사에게 제출하여야 한다."),
        Dropped("제18조"),
        Paragraph("제8조", "②", "감사실장의 임기는 2년으로 한다."),
        Swapped("제12조", "④"),
        Words("제11조", "창고·금고·장부", "창고·금고·전산자료·장부"),
        Sentence("제15조", "라. 단가계약에 의한 구매대금", "제19조"),
        ADDENDUM,
    ],
    "regulations-hwp/특별계약교원규정(20231031)_일부개정.hwp": [
        Words("제3조", "특수한 교과를 교수하기", "특수한 교과를 가르치기"),
        Words("제4조", "총장이 임용하고 이사장에게", "이사장이 임용하고 교육부장관에게"),
        Words("제5조", "통산 3년을", "통산 5년을"),
        Words("제5조의2", "주당 6시간(", "주당 7시간("),
        Words("제2조", "4. 객원교수\n", "4. 방문교수\n"),
        Paragraph("제6조", "②", "보수는 매월 25일에 지급한다."),
        Inserted("제6조", "(여비) 특별계약교원의 출장에는 여비를 지급한다."),
        Struck("제9조"),
        Swapped("제5조", "④"),
        Blanks("제7조", "외부기금, 외부연구비등에", "외부 기금, 외부 연구비 등에"),
        ADDENDUM,
    ],
    "regulations-hwp/연구윤리위원회설치·운영에관한규정(20250124)_일부개정.hwp": [
        Words("제5조", "7인 이상의", "9인 이상의"),
        Words("제5조", "간사1인을", "간사 2인을"),
        Words("제7조", "3분의 2 이상의", "과반수의"),
        Words("제10조", "10일 이내에", "15일 이내에"),
        Words("제11조", "90일 이내에", "120일 이내에"),
        Words("제12조", "30% 이상이어야", "40% 이상이어야"),
        Dropped("제6조"),
        Inserted("제13조", "(면담 기록) 면담의 내용은 녹음하고 5년간 보관한다."),
        Swapped("제7조", "③"),
        Paragraph("제11조", "③", "조사위원회는 30일마다 진행 상황을 위원회에 보고한다."),
        Blanks("제8조", "구술· 서면· 전화·", "구술ㆍ서면ㆍ전화ㆍ"),
        ADDENDUM,
    ],
}  # fmt: skip


def diffs(shared: Path, work: Path) -> None:
    """Prints shown / all edits and what was shown without an edit."""
    shown = edits = invented = 0
    for name, wanted in BOOKS.items():
        path = shared / name
        document = parse(path.name, path.read_bytes()).documents[0][0]
        amending = Amending(document, wanted)
        start = time.perf_counter()
        comparison = compare(amending.old, amending.new)
        seconds = time.perf_counter() - start
        missed, wrong = checked(amending, comparison)
        wrong += [f"{kind}: not as compared" for kind in unlike(comparison)]
        for problem in wrong:
            print(f"   {problem}")
        moved = sum(each.old != each.new for each in amending.expected.values() if each.new)
        print(
            f"{path.stem}: {len(wanted) - len(missed)}/{len(wanted)} edits shown, {len(wrong)} "
            f"invented, {moved} articles renumbered, {len(comparison.changes)} changed, "
            f"{comparison.unchanged} unchanged, {seconds:.2f} s; missed: {missed}"
        )
        shown, edits = shown + len(wanted) - len(missed), edits + len(wanted)
        invented += len(wrong)
    print(f"all: {shown}/{edits} edits shown, {invented} invented")
    layouts(shared)


def checked(amending: Amending, comparison: Comparison) -> tuple[list[int], list[str]]:
    """The edits that are not shown as they should, and what is shown without an edit."""
    expected = {
        (each.kind, each.old, each.new): each
        for each in [*amending.expected.values(), *amending.added]
        if each.kind is not Kind.SAME
    }
    missed: set[int] = set()
    wrong: list[str] = []
    for change in comparison.changes:
        old = change.old.number if change.old else None
        new = change.new.number if change.new and change.kind is not Kind.DELETED else None
        if (each := expected.pop((change.kind, old, new), None)) is None:
            wrong.append(f"{change.kind} {old} → {new}")
            continue
        wrong += invented_marks(change, each)
        if not all(is_whole(row) for row in change.rows) or not all_marked(change, each):
            missed.update(each.edits or [-1])
            wrong += [] if each.edits else [f"renumbering in {old} not shown"]
    for key, each in expected.items():
        missed.update(each.edits)
        wrong += [] if each.edits else [f"not shown: {key}"]
    return sorted(missed - {-1}), wrong


def invented_marks(change: Change, expected: Expected) -> Iterator[str]:
    """Marked text that no edit of the article has touched."""
    for old, allowed in ((True, expected.old_marks), (False, expected.new_marks)):
        number = expected.old if old else expected.new
        phrases = sorted(map(form, [*allowed, number or ""]), key=len, reverse=True)
        for row in change.rows:
            side = row.old if old else row.new
            for run in side.runs if side else ():
                left = form(run.text.lstrip().removeprefix(side.sign if side else ""))
                if run.mark is Mark.SAME or any(left in phrase for phrase in phrases):
                    continue
                for phrase in phrases:
                    left = left.replace(phrase, "")
                if left and not (change.kind is Kind.DELETED and not old):
                    yield f"{number}: {run.text!r}"


def is_whole(row: Row) -> bool:
    """Whether all that differs is marked: what is left is the same on both sides."""
    if row.old and row.new:
        left, right = (_unmarked(side, row.kind in MOVED) for side in (row.old, row.new))
        return left == right
    side = row.old or row.new
    if side is None or side.note:
        return side is not None
    return all(run.mark is not Mark.SAME for run in side.runs)


def _unmarked(side: Side, moved: bool) -> str:
    text = "".join(run.text for run in side.runs if run.mark is Mark.SAME)
    return form(text.replace(side.sign, "", 1) if moved and side.sign else text)


def all_marked(change: Change, expected: Expected) -> bool:
    """Whether something of every edit is marked on the side that has it."""
    for old, phrases in ((True, expected.old_marks), (False, expected.new_marks)):
        sides = [row.old if old else row.new for row in change.rows]
        marked = [form(r.text) for s in sides if s for r in s.runs if r.mark is not Mark.SAME]
        rows = zip(change.rows, sides, strict=True)
        whole = [form(s.text) for row, s in rows if s and row.kind in MOVED]
        text = "".join(marked)
        for phrase in map(form, phrases):
            if not (phrase in text or any(part in phrase for part in [*marked, *whole])):
                return False
    return True


def unlike(comparison: Comparison) -> Iterator[str]:
    """The formats whose marked words are not those of the comparison."""
    wanted = sorted(
        form(run.text)
        for change in comparison.changes
        for row in change.rows
        for side in shown_sides(change, row)
        for run in side.runs
        if run.mark is not Mark.SAME and form(run.text)
    )
    for kind, read in (("html", html_marks), ("docx", docx_marks)):
        if sorted(map(form, read(rendered(comparison, kind)))) != wanted:
            yield kind
    if str(rendered(comparison, "md")).count("<ins>") - 2 != len(wanted):
        yield "md"


def shown_sides(change: Change, row: Row) -> Iterator[Side]:
    """What of a row a table shows: of a deleted article not the words 제5조 삭제."""
    if row.old and change.kind is not Kind.ADDED:
        yield row.old
    if row.new and change.kind is not Kind.DELETED:
        yield row.new


class _Marks(HTMLParser):
    """The texts of <del>, <ins> and moved spans in the table."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open = False
        self._table = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._table = self._table or tag == "tbody"
        self._open = tag in ("del", "ins") or ("class", "moved") in attrs
        if self._open and self._table:
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        self._open = False

    def handle_data(self, data: str) -> None:
        if self._open and self._table:
            self.found[-1] += data


def html_marks(page: str | bytes) -> list[str]:
    parser = _Marks()
    parser.feed(str(page))
    return parser.found


def docx_marks(data: str | bytes) -> list[str]:
    table = docx.Document(io.BytesIO(bytes(data))).tables[0]  # type: ignore[arg-type]
    return [
        run.text
        for row in table._tbl.tr_lst
        for cell in row.tc_lst
        for paragraph in cell.p_lst
        for run in paragraph.r_lst
        if run.rPr is not None and run.rPr.u_val
    ]
