"""Scanned pages: what Tesseract reads of an image, and what is said where it is missing."""

from __future__ import annotations

import io
import shutil
import stat
import subprocess
import textwrap
from pathlib import Path

import pypdfium2
import pytest
from fpdf import FPDF
from PIL import Image, ImageDraw, ImageFont

from ingest.readers.pdf import ocr
from ingest.readers.pdf.ocr import MOST_PAGES, Recognised, recognise
from onprem_rag.errors import ReadError

FONT = Path("/usr/share/fonts/truetype/nanum/NanumGothic.ttf")
SCAN = """여비규정
제1조(목적) 이 규정은 임직원의 출장에 드는 여비의 지급 기준을 정한다.
제2조(숙박비) 숙박비는 1박에 70,000원을 넘지 못한다. 다만, 서울특별시는
100,000원까지 지급할 수 있다.
제3조(정산) 출장자는 출장이 끝난 날부터 7일 이내에 여비를 정산하여야 한다."""


def scanned(*texts: str) -> pypdfium2.PdfDocument:
    """A PDF of which each page is a picture of one text, as a scanner makes it."""
    book = FPDF(format="A4")
    for text in texts:
        sheet = Image.new("L", (1654, 2339), 255)  # 200 dpi
        ImageDraw.Draw(sheet).multiline_text(
            (160, 200), text, fill=0, font=ImageFont.truetype(FONT, 32), spacing=24
        )
        book.add_page()
        book.image(sheet, x=0, y=0, w=book.w)
    return pypdfium2.PdfDocument(bytes(book.output()))


def similarity(text: str, other: str) -> float:
    """1 less the share of characters to change, blanks not counted."""
    first, second = "".join(text.split()), "".join(other.split())
    row = list(range(len(second) + 1))
    for number, char in enumerate(first, start=1):
        before, row[0] = row[0], number
        for at, sign in enumerate(second, start=1):
            before, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, before + (char != sign))
    return 1 - row[-1] / len(first)


@pytest.fixture
def tesseract() -> None:
    if not shutil.which("tesseract"):
        pytest.skip("tesseract is not installed (apt install tesseract-ocr tesseract-ocr-kor)")
    if not FONT.exists():
        pytest.skip("NanumGothic is not installed (apt install fonts-nanum)")
    if (
        "kor"
        not in subprocess.run(
            ["tesseract", "--list-langs"], capture_output=True, text=True
        ).stdout.split()
    ):
        pytest.skip("tesseract has no Korean data (apt install tesseract-ocr-kor)")


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for Tesseract, alone on the path; the test writes it."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path / "tesseract"


def write(program: Path, script: str) -> None:
    program.write_text("#!/bin/sh\n" + textwrap.dedent(script))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


def blank_pages(count: int) -> pypdfium2.PdfDocument:
    document = pypdfium2.PdfDocument.new()
    for _ in range(count):
        document.new_page(100, 100)
    return document


@pytest.mark.usefixtures("tesseract")
def test_a_scanned_rule_is_read() -> None:
    heard: list[str] = []
    first, second = recognise(scanned(SCAN, "제4조(시행)"), [0, 1], lambda: heard.append("쪽"))
    assert heard == ["쪽", "쪽"]
    assert similarity(SCAN, first.text) > 0.9
    assert first.text.count("\n") == SCAN.count("\n")
    assert 0.7 < first.confidence <= 1
    assert "제4조" in second.text


@pytest.mark.usefixtures("tesseract")
def test_blanks_stand_where_the_paper_has_them() -> None:
    [page] = recognise(scanned(SCAN), [0])
    kept = set(SCAN.split()) & set(page.text.split())
    assert len(kept) > 0.6 * len(set(SCAN.split()))


@pytest.mark.usefixtures("tesseract")
def test_an_empty_page_has_no_text_and_no_confidence() -> None:
    assert recognise(blank_pages(1), [0]) == [Recognised("", 0.0)]


def test_without_the_program_the_packages_are_named(program: Path) -> None:
    assert not program.exists()
    with pytest.raises(ReadError, match="apt install tesseract-ocr tesseract-ocr-kor"):
        recognise(blank_pages(1), [0])


def test_without_korean_data_the_package_is_named(program: Path) -> None:
    write(program, 'echo "List of available languages (2):\neng\nosd"\n')
    with pytest.raises(ReadError, match=r"한국어 자료가 없습니다.*tesseract-ocr-kor"):
        recognise(blank_pages(1), [0])


def test_too_many_pages_are_refused_before_any_is_read(program: Path) -> None:
    assert not program.exists()
    with pytest.raises(ReadError, match=rf"301쪽이라.*한도\({MOST_PAGES}쪽\)"):
        recognise(blank_pages(1), [0] * (MOST_PAGES + 1))


def test_a_page_that_takes_too_long_costs_that_page_only(
    program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocr, "SECONDS_A_PAGE", 1)
    write(program, 'case "$1" in --list-langs) echo kor;; *) exec /bin/sleep 20;; esac\n')
    assert recognise(blank_pages(1), [0]) == [Recognised("", 0.0)]


def test_a_program_that_fails_is_an_error(program: Path) -> None:
    write(program, 'case "$1" in --list-langs) echo kor;; *) exit 1;; esac\n')
    with pytest.raises(ReadError, match="문자 인식\\(OCR\\) 프로그램이 실패했습니다"):
        recognise(blank_pages(1), [0])


def test_a_page_on_which_the_program_fails_costs_that_page_only(program: Path) -> None:
    table = "\\t".join("5 1 1 1 1 1 100 10 40 40 90 여비".split())
    write(
        program,
        f"""case "$1" in --list-langs) echo kor; exit;; esac
        read -r head
        case "$head" in *"417 417"*) exit 1;; esac
        printf 'head\\n{table}\\n'
        """,
    )
    document = blank_pages(2)
    document.new_page(200, 200)
    assert [page.text for page in recognise(document, [0, 2, 1])] == ["", "여비", ""]


def test_lines_and_confidence_come_from_the_programs_table(program: Path) -> None:
    rows = [
        "level page_num block_num par_num line_num word_num left top width height conf text",
        "1 1 0 0 0 0 0 0 900 900 -1 ",
        "5 1 1 1 1 1 100 10 40 40 90.0 여",
        "5 1 1 1 1 2 148 10 80 40 90.0 비는",
        "5 1 1 1 1 3 258 10 40 40 50.0 실비",
        "5 1 1 1 2 1 100 60 40 40 100.0 끝.",
        "5 1 1 1 3 1 100 60 40 40 95.0  ",
    ]
    table = program.parent / "table.tsv"
    table.write_text("\n".join(row.replace(" ", "\t", 11) for row in rows))
    write(program, f'case "$1" in --list-langs) echo kor;; *) /bin/cat {table};; esac\n')
    [page] = recognise(blank_pages(1), [0])
    assert page.text == "여비는 실비\n끝."
    assert page.confidence == pytest.approx((3 * 0.9 + 2 * 0.5 + 2 * 1.0) / 7)


def test_a_giant_page_is_rendered_within_bounds(program: Path) -> None:
    counted = program.parent / "size"
    write(program, f'case "$1" in --list-langs) echo kor;; *) /usr/bin/wc -c > {counted};; esac\n')
    document = pypdfium2.PdfDocument.new()
    document.new_page(14_400, 14_400)  # five metres square
    recognise(document, [0])
    assert 10_000_000 < int(io.StringIO(counted.read_text()).readline()) < 40_000_000
